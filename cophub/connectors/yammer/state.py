"""Cursors that are a few named values, as JSON."""

from typing import TypeVar

import msgspec

from cophub import CursorExpired

T = TypeVar("T", bound=msgspec.Struct)


def read_state(since: str | None, kind: type[T]) -> T:
    """The values in a cursor, or those of a first run. Raises CursorExpired for one that is none."""
    if since is None:
        return kind()
    try:
        return msgspec.json.decode(since, type=kind)
    except msgspec.MsgspecError as error:
        raise CursorExpired(f"the stored cursor is none of this version ({error})") from error
