"""What a run remembers: which files it has read, as they were then."""

import msgspec

from cophub import CursorExpired
from cophub.connectors.mapping.model import hash_of

VERSION = 1


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


class Cursor(msgspec.Struct):
    """The stream's cursor; `encode` gives the text that the engine keeps."""

    settings: str
    """A checksum of the settings that the records depend on."""
    version: int = VERSION
    files: dict[str, FileState] = {}
    spaces: list[str] = []
    """The spaces that whole lists were of: who is on none of their rows has left them."""

    def encode(self) -> str:
        """The cursor as JSON text."""
        return msgspec.json.encode(self).decode()

    def twin(self, digest: str) -> FileState | None:
        """A file with these bytes that was read whole, whatever it was called."""
        found = (one for one in self.files.values() if one.digest == digest and not one.done)
        return next(found, None)


def read_cursor(text: str | None, settings: str) -> Cursor:
    """The cursor in `text`, or a new one for None.

    Raises CursorExpired when it is of another version or for other settings: then what was read
    with them no longer holds, and the files are read again.
    """
    if text is None:
        return Cursor(settings=settings)
    try:
        cursor = msgspec.json.decode(text, type=Cursor)
    except msgspec.DecodeError as error:
        raise CursorExpired("the cursor cannot be read; the files are read again") from error
    if cursor.version != VERSION or cursor.settings != settings:
        raise CursorExpired("the settings changed since the last run; the files are read again")
    return cursor


def event_mark(key: str) -> str:
    """What a cursor keeps of an event's key."""
    return hash_of(key)[:10]


__all__ = ["Cursor", "FileState", "event_mark", "read_cursor"]
