"""Cursors that are a few named values, as JSON."""

from typing import TypeVar

import msgspec

from cophub import CursorExpired

T = TypeVar("T", bound=msgspec.Struct)


def read_state(since: str | None, kind: type[T]) -> T:
    """The values in a cursor, or those of a first run.

    Raises CursorExpired for a cursor that holds others, so that the stream is read anew.
    """
    if since is None:
        return kind()
    try:
        return msgspec.json.decode(since, type=kind)
    except msgspec.MsgspecError as error:
        raise CursorExpired(f"the stored cursor is none of this version ({error})") from error
