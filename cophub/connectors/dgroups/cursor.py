"""What the messages of each group are known by: how far they were read, and their topics.

A topic is three numbers: of its first message, of its last, and how many it has. They tell the
thread of an answer without asking, and that a message was deleted.
"""

import zlib
from base64 import b64decode, b64encode
from binascii import Error as NotBase64
from dataclasses import dataclass, field

import msgspec

from cophub import Checkpoint
from cophub.connectors.state import State

VERSION = 1


class Known(msgspec.Struct, array_like=True):
    """A topic as it was read."""

    first: int
    last: int
    count: int


class Traits(msgspec.Struct, array_like=True, frozen=True):
    """What a group's description says that decides what its messages become."""

    announce: bool = False
    moderated: bool = False
    tag: str = ""


class Saved(msgspec.Struct, omit_defaults=True):
    """A group in the cursor."""

    mark: str = ""
    high: int = 0
    position: int = 0
    row: int = 0
    whole: bool = False
    listed_at: int = 0
    topics: str = ""
    traits: Traits | None = None
    doubt: bool = False


class Text(State, omit_defaults=True):
    """The cursor as JSON."""

    version: int = VERSION
    groups: dict[str, Saved] = msgspec.field(default_factory=dict)


@dataclass
class GroupState:
    """A group that is being read."""

    mark: str = ""
    """The last change of a topic that was read, an instant in UTC as text."""
    high: int = 0
    """The highest number of a message that was read."""
    position: int = 0
    """Rows of the first listing that were read, and the id of the last of them."""
    row: int = 0
    whole: bool = False
    """Whether the first listing came to its end."""
    listed_at: int = 0
    """When the latest messages were listed again, in seconds since 1970."""
    topics: dict[int, Known] = field(default_factory=dict)
    traits: Traits | None = None
    doubt: bool = False
    """Whether the last run met something that it could not read: it is looked for once more."""
    packed: str | None = None
    """The topics as text; None when they have changed since."""

    def note(self, topic: int, known: Known) -> None:
        """A topic is as told from now on."""
        if self.topics.get(topic) != known:
            self.topics[topic], self.packed = known, None

    def forget(self, topic: int) -> None:
        """A topic is no more."""
        if self.topics.pop(topic, None) is not None:
            self.packed = None

    def saved(self) -> Saved:
        """As the cursor keeps it."""
        if self.packed is None:
            self.packed = pack(self.topics)
        return Saved(
            self.mark, self.high, self.position, self.row, self.whole, self.listed_at, self.packed,
            self.traits, self.doubt,
        )  # fmt: skip


@dataclass
class Cursor:
    """All groups of the stream."""

    groups: dict[str, GroupState] = field(default_factory=dict)
    kept: dict[str, Saved] = field(default_factory=dict)
    """The groups as of the last checkpoint."""

    @classmethod
    def read(cls, text: str | None) -> "Cursor":
        """The cursor in `text`; a new one for None, and for one that is none of ours."""
        try:
            found = Text.kept(text)
            if found is None or found.version != VERSION:
                return cls()
            groups = {key: _opened(saved) for key, saved in found.groups.items()}
            return cls(groups, found.groups)
        except (msgspec.MsgspecError, zlib.error, NotBase64, ValueError):
            return cls()

    def group(self, key: str) -> GroupState:
        """The state of one group."""
        return self.groups.setdefault(key, GroupState())

    def checkpoint(self) -> Checkpoint:
        """The cursor as the engine keeps it."""
        self.kept = {key: state.saved() for key, state in sorted(self.groups.items())}
        return Text(groups=self.kept).checkpoint()

    def undo(self, key: str) -> None:
        """A group is as it was at the last checkpoint: what came after was not told."""
        self.groups.pop(key, None)
        if key in self.kept:
            self.groups[key] = _opened(self.kept[key])


def _opened(saved: Saved) -> GroupState:
    return GroupState(
        saved.mark, saved.high, saved.position, saved.row, saved.whole, saved.listed_at,
        unpack(saved.topics), saved.traits, saved.doubt, saved.topics,
    )  # fmt: skip


def pack(topics: dict[int, Known]) -> str:
    """Topics as text, about eight characters each: columns of differences, compressed."""
    columns: list[list[int]] = [[], [], [], []]
    before = (0, 0)
    for id, known in sorted(topics.items()):
        for column, value in zip(
            columns,
            (id - before[0], known.first - before[1], known.last - known.first, known.count),
            strict=True,
        ):
            column.append(value)
        before = (id, known.first)
    return b64encode(zlib.compress(msgspec.msgpack.encode(columns), 6)).decode()


def unpack(text: str) -> dict[int, Known]:
    """The topics in `text`. Raises ValueError, zlib.error or a msgspec error for another text."""
    if not text:
        return {}
    raw = zlib.decompress(b64decode(text, validate=True))
    columns = msgspec.msgpack.decode(raw, type=list[list[int]])
    topics: dict[int, Known] = {}
    id = first = 0
    for step, ahead, length, count in zip(*columns, strict=True):
        id, first = id + step, first + ahead
        topics[id] = Known(first, first + length, count)
    return topics
