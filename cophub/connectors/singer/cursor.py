"""What a run remembers: the tap's own state, to be given back as it is."""

from typing import Any

import msgspec

from cophub import CursorExpired


class Cursor(msgspec.Struct, omit_defaults=True):
    """The stream's cursor; `encode` gives the text that the engine keeps."""

    settings: int
    """A checksum of the command and of the mapping."""
    state: Any = None
    """What the last STATE message said."""
    versions: dict[str, int] = {}
    """The version of each table that says one, as it was at the end of the last run."""
    is_open: bool = False
    """Whether the run did not come to its end: what it gave is then not the whole of a table."""

    def encode(self) -> str:
        """The cursor as JSON text."""
        return msgspec.json.encode(self).decode()


def read_cursor(text: str | None, settings: int) -> Cursor:
    """The cursor in `text`, or a new one for None.

    Raises CursorExpired when it is none of ours or for another mapping: what the tap has given
    before would be missing in what the mapping makes now.
    """
    if text is None:
        return Cursor(settings)
    try:
        found = msgspec.json.decode(text, type=Cursor)
    except (msgspec.MsgspecError, ValueError) as error:
        raise CursorExpired(f"the cursor cannot be read ({error}); all is read again") from error
    if found.settings != settings:
        raise CursorExpired("command or streams changed since the last run; all is read again")
    return found
