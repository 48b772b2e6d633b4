"""What a run remembers: which files it has read, as they were then."""

import msgspec

from cophub.connectors.mapping.model import hash_of
from cophub.connectors.state import StateOf


class FileState(msgspec.Struct, omit_defaults=True):
    """One file as it was when it was read."""

    digest: str
    """Of its bytes."""
    stamp: list[int] = []
    """Size in bytes, and when the file and its entry were changed, in nanoseconds."""
    done: int = 0
    """Rows that were kept before a run stopped in its middle; 0 when it was read to its end."""
    events: list[str] = []
    """Digests of the events whose attendance it tells: other files may tell of them too."""
    etag: str = ""
    modified: str = ""


class Cursor(StateOf):
    """The stream's cursor."""

    files: dict[str, FileState] = msgspec.field(default_factory=dict)
    spaces: list[str] = msgspec.field(default_factory=list)
    """The spaces that whole lists were of: who is on none of their rows has left them."""

    def twin(self, digest: str) -> FileState | None:
        """A file with these bytes that was read whole, whatever it was called."""
        found = (one for one in self.files.values() if one.digest == digest and not one.done)
        return next(found, None)


def event_mark(key: str) -> str:
    """What a cursor keeps of an event's key."""
    return hash_of(key)[:10]


__all__ = ["Cursor", "FileState", "event_mark"]
