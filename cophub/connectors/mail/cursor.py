"""What a run remembers: which files it has read, how far, and who answers whom."""

from base64 import b64decode, b64encode
from hashlib import blake2b

import msgspec

from cophub.connectors.state import StateOf


class Counts(msgspec.Struct, array_like=True):
    """What was found in one file."""

    messages: int = 0
    """True messages, repeats and rejected ones among them."""
    repeats: int = 0
    """Messages whose id was there before."""
    other_texts: int = 0
    """Repeats whose text differs from the first."""
    rejected: int = 0
    look_alikes: int = 0
    """Lines in bodies that look like separators but are not."""
    cut: int = 0
    """Messages that were cut off."""

    def plus(self, other: "Counts") -> "Counts":
        """Both together."""
        mine, theirs = msgspec.structs.astuple(self), msgspec.structs.astuple(other)
        return Counts(*(a + b for a, b in zip(mine, theirs, strict=True)))


class FileState(msgspec.Struct, omit_defaults=True):
    """One file as it was when it was read."""

    number: int
    counts: Counts
    stamp: list[int] = []
    """Size in bytes, and when the file and its entry were changed, in nanoseconds."""
    crc: int = 0
    """A checksum of the file's bytes."""
    head: int = 0
    """A checksum of its first bytes."""
    tail: int = 0
    """A checksum of the bytes before its end."""
    offset: int = 0
    """Where the last message of a plain mbox begins: a file that grew is read from there."""
    before: Counts | None = None
    """What was found before the last message."""
    last: str = ""
    """The key of the last message, if it was first found there."""
    done: int = 0
    """Messages that were yielded before a run stopped in its middle; 0 when it was read whole."""
    done_crc: int = 0
    """The checksum of the file in which they were counted."""
    waits: bool = False
    """Whether the last message was left for the next run, as it might still be being written."""
    problems: list[tuple[str, str]] = []
    """What could not be read, as file and reason: said in every run."""
    etag: str = ""
    modified: str = ""
    listed: str = ""
    """The size as the archive's index page gives it."""
    settled: bool = False
    """Whether the period had been over long enough that nothing will be added."""


class Cursor(StateOf):
    """The stream's cursor."""

    files: dict[str, FileState] = msgspec.field(default_factory=dict)
    index: list[str] = msgspec.field(default_factory=list)
    """Segments of the threading index."""
    accounts: str = ""
    """Which accounts were yielded, as checksums of their keys."""


class Accounts:
    """Which accounts have been yielded, and which of them with a name: eight bytes for each."""

    def __init__(self, packed: str = "") -> None:
        data = b64decode(packed)
        self._seen = {data[i : i + 8] for i in range(0, len(data), 8)}

    def is_new(self, key: str, *, named: bool) -> bool:
        """Whether a record of the account would tell something new; from now on it would not."""
        mark = blake2b(key.encode(), digest_size=8).digest()
        bare, full = mark[:-1] + bytes([mark[-1] & 254]), mark[:-1] + bytes([mark[-1] | 1])
        if full in self._seen or (bare in self._seen and not named):
            return False
        self._seen.discard(bare)
        self._seen.add(full if named else bare)
        return True

    def pack(self) -> str:
        """As text, for the cursor."""
        return b64encode(b"".join(sorted(self._seen))).decode()
