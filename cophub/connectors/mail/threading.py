"""Which messages answer one another, whatever the order in which the archive was read.

The index holds what threading needs of every message of a list: its id, the ids that it refers to,
its subject as a number and its date; no text and no person. It travels in the cursor, so that a
message of this month joins a thread of last year without reading last year's file again.
"""

import re
import zlib
from base64 import b64decode, b64encode
from bisect import bisect_left, insort
from collections.abc import Iterable, Iterator

import msgspec

SUBJECT_WINDOW = 30 * 86_400
"""Seconds within which an answer without references belongs to a message of the same subject."""

NOWHERE = -1
"""The file of a message that is in no file any more."""

# As mail programs of many languages write them: reply, answer, forward.
_REPLY_WORDS = (
    "re|aw|sv|vs|res|rif|ri|antw|antwoord|odp|ynt|bls|vá|ref|回复|答复"
    "|fwd?|wg|vb|vl|tr|enc|i|pd|ilt|转发"
)
_PREFIX = re.compile(rf"^(?:(?:{_REPLY_WORDS})\s*(?:\[\d+\]|\(\d+\)|\^\d+)?\s*[:：]\s*)", re.I)
_TAG = re.compile(r"^\[[^\]]{1,60}\]\s*")
_ID = re.compile(r"<([^<>]+)>")
_MANY = 30
"""Segments above which they are joined: each run adds one."""
# The id that Mailman 2 gives to a digest: answers to one digest are not answers to one another.
_DIGEST = re.compile(r"^mailman\.\d+\.\d+\.\d+\.")


class Known(msgspec.Struct, eq=False):
    """What threading keeps of one message."""

    key: str
    at: int
    """When it was posted, in seconds since 1970."""
    subject: int
    """A number for its subject without prefixes and tags; 0 when nothing is left of it."""
    is_reply: bool
    """Whether its subject says that it answers something."""
    refs: tuple[str, ...]
    """Keys that it refers to, the nearest first."""
    file: int
    """The number of the file that it was first found in."""
    text: int = 0
    """A checksum of its body, to tell a repeat from another text under one id."""
    parent: "Known | None" = None
    thread: str = ""
    reply_to: str | None = None
    by_subject: bool = False
    """Whether its parent was found by subject: then nobody knows which message it answers."""


class _Segment(msgspec.Struct, array_like=True):
    """Some messages, as columns. `refs`: 0 and up are messages by number, below are `strangers`."""

    keys: list[str]
    at: list[int]
    subjects: list[int]
    replies: list[bool]
    refs: list[list[int]]
    files: list[int]
    texts: list[int]
    strangers: list[str]


def bare_subject(subject: str) -> tuple[str, bool]:
    """`subject` without Re:, AW: and the like and without [tags], in lower case; was it a reply."""
    text, is_reply = subject.strip(), False
    while True:
        if prefix := _PREFIX.match(text):
            text, is_reply = text[prefix.end() :], True
        elif (tag := _TAG.match(text)) and tag.end() < len(text):
            text = text[tag.end() :]
        else:
            break
    return " ".join(text.casefold().split()), is_reply


def subject_number(bare: str) -> int:
    """A number for a subject, the same on every machine; 0 for none."""
    return zlib.crc32(bare.encode()) or 1 if bare else 0


def message_ids(text: str) -> list[str]:
    """The ids in a header, without brackets; a lone word without brackets is one too."""
    if "<" in text:
        return ["".join(found.split()) for found in _ID.findall(text)]
    words = text.split()
    return words if len(words) == 1 and "@" in words[0] else []


def refs_of(references: str, in_reply_to: str, own: str) -> tuple[str, ...]:
    """The keys that a message refers to: References last to first, then In-Reply-To."""
    ids = [*reversed(message_ids(references)), *message_ids(in_reply_to)]
    return tuple(dict.fromkeys(i for i in ids if i != own and not _DIGEST.match(i)))


class Index:
    """Every known message of a list. Threads depend on the messages, not on when they were read."""

    def __init__(self, segments: Iterable[str] = ()) -> None:
        """`segments`: what `save` gave. Raises ValueError when they cannot be read."""
        self.by_key: dict[str, Known] = {}
        self._by_subject: dict[int, list[tuple[int, str]]] = {}
        self._numbers: dict[str, int] = {}
        self._segments: list[str] = []
        self._stale = False
        for segment in segments:
            self._load(segment)

    def __len__(self) -> int:
        return len(self.by_key)

    def add(self, known: Known) -> None:
        """Take a message in; one with a key that is there replaces it."""
        old = self.by_key.get(known.key)
        if old is not None:
            if _same(old, known):
                return
            if old.subject:
                self._by_subject[old.subject].remove((old.at, old.key))
            known.thread, known.reply_to = old.thread, old.reply_to
            self._stale = self._stale or old.key in self._numbers
        self.by_key[known.key] = known
        if known.subject:
            insort(self._by_subject.setdefault(known.subject, []), (known.at, known.key))

    def disown(self, file: int, present: set[str]) -> None:
        """Forget that this file holds messages other than these: it was rewritten without them."""
        for known in self.by_key.values():
            if known.file == file and known.key not in present:
                known.file = NOWHERE
                self._stale = self._stale or known.key in self._numbers

    def settle(self) -> list[Known]:
        """Find every message's parent and thread; returns those for which something changed."""
        for known in self.by_key.values():
            known.parent, known.by_subject = None, False
        answered: set[str] = set()
        # The newest first, so that of messages in a ring the oldest starts the thread.
        for known in sorted(self.by_key.values(), key=_when, reverse=True):
            known.parent = self._referred(known, known.key in answered)
            if known.parent is not None:
                answered.add(known.parent.key)
        for known in self._unanswered():
            known.parent = self._same_subject(known)
            known.by_subject = known.parent is not None
        return list(self._name_threads())

    def _referred(self, known: Known, is_answered: bool) -> Known | None:
        """The nearest message that `known` refers to and that the archive has; None in a ring."""
        parent = next((self.by_key[ref] for ref in known.refs if ref in self.by_key), None)
        # Only a message with answers can be above its own parent.
        if parent is not None and is_answered and _descends(parent, known):
            return None
        return parent

    def _unanswered(self) -> list[Known]:
        """Answers whose references lead nowhere, or that have none."""
        found = [k for k in self.by_key.values() if k.parent is None and k.is_reply and k.subject]
        return sorted(found, key=_when)

    def _same_subject(self, known: Known) -> Known | None:
        """The latest message before this one with its subject, within 30 days."""
        posts = self._by_subject[known.subject]
        for at, key in reversed(posts[: bisect_left(posts, (known.at, known.key))]):
            if known.at - at > SUBJECT_WINDOW:
                return None
            if not _descends(parent := self.by_key[key], known):
                return parent
        return None

    def _name_threads(self) -> Iterator[Known]:
        """Give every message its thread and the message it answers; yields what changed."""
        firsts: dict[tuple[str, int], Known] = {}
        roots = _find_roots(self.by_key.values())
        for root in set(roots.values()):
            # Answers to one message that was never archived are one thread, if on one subject.
            if lost := self._lost(root):
                first = firsts.get(lost)
                if first is None or (root.at, root.key) < (first.at, first.key):
                    firsts[lost] = root
        for known in self.by_key.values():
            root = roots[known.key]
            lost = self._lost(root)
            thread = (firsts[lost] if lost else root).key
            reply_to = None if known.by_subject or not known.parent else known.parent.key
            if reply_to is None and known.refs:
                reply_to = known.refs[0]
            if (known.thread, known.reply_to) != (thread, reply_to):
                known.thread, known.reply_to = thread, reply_to
                yield known

    def _lost(self, root: Known) -> tuple[str, int] | None:
        """What stands for the message that `root` answers, if the archive has none of them."""
        if not root.refs or any(ref in self.by_key for ref in root.refs):
            return None
        return root.refs[-1], root.subject

    def save(self, keys: Iterable[str]) -> list[str]:
        """These messages and all that were saved before, as text.

        A message that is not among them is found again when its file is.
        """
        if self._stale or len(self._segments) > _MANY:
            keys = [*self._numbers, *keys]
            self._numbers, self._segments, self._stale = {}, [], False
        if new := [self.by_key[key] for key in dict.fromkeys(keys) if key not in self._numbers]:
            self._segments.append(self._encode(new))
        return list(self._segments)

    def _encode(self, new: list[Known]) -> str:
        for known in new:
            self._numbers[known.key] = len(self._numbers)
        strangers: dict[str, int] = {}

        def number(ref: str) -> int:
            if (saved := self._numbers.get(ref)) is not None:
                return saved
            return -1 - strangers.setdefault(ref, len(strangers))

        columns = _Segment(
            keys=[known.key for known in new],
            at=[known.at for known in new],
            subjects=[known.subject for known in new],
            replies=[known.is_reply for known in new],
            refs=[[number(ref) for ref in self._lasting(known)] for known in new],
            files=[known.file for known in new],
            texts=[known.text for known in new],
            strangers=list(strangers),
        )
        return b64encode(zlib.compress(msgspec.msgpack.encode(columns), 6)).decode()

    def _lasting(self, known: Known) -> tuple[str, ...]:
        """The references that can still matter: of one that is there, those before it cannot."""
        return known.refs[:1] if known.refs and known.refs[0] in self.by_key else known.refs

    def _load(self, segment: str) -> None:
        try:
            packed = zlib.decompress(b64decode(segment, validate=True))
            columns = msgspec.msgpack.decode(packed, type=_Segment)
        except (zlib.error, msgspec.DecodeError) as error:
            raise ValueError(f"not an index: {error}") from error
        keys = [*self._numbers, *columns.keys]
        self._numbers.update((key, n) for n, key in enumerate(keys))
        rows = zip(columns.keys, columns.at, columns.subjects, columns.replies, columns.files,
                   columns.texts, columns.refs, strict=True)  # fmt: skip
        for key, at, subject, is_reply, file, text, refs in rows:
            names = tuple(keys[n] if n >= 0 else columns.strangers[-1 - n] for n in refs)
            self.add(Known(key, at, subject, is_reply, names, file, text))
        self._segments.append(segment)


def _when(known: Known) -> tuple[int, str]:
    """Sorts messages by date."""
    return known.at, known.key


def _same(old: Known, new: Known) -> bool:
    """Whether nothing that threading looks at differs."""
    facts = (old.at, old.subject, old.is_reply, old.file, old.text)
    if facts != (new.at, new.subject, new.is_reply, new.file, new.text):
        return False
    return old.refs in (new.refs, new.refs[:1])


def _descends(known: Known, ancestor: Known) -> bool:
    """Whether `known` is `ancestor` or answers it, over any number of steps."""
    above: Known | None = known
    while above is not None:
        if above is ancestor:
            return True
        above = above.parent
    return False


def _find_roots(messages: Iterable[Known]) -> dict[str, Known]:
    """The first message of each message's thread, by key."""
    roots: dict[str, Known] = {}
    for known in messages:
        chain, above = [], known
        while above.key not in roots and above.parent is not None:
            chain.append(above.key)
            above = above.parent
        root = roots.setdefault(above.key, above)
        roots.update(dict.fromkeys(chain, root))
    return roots
