"""Cursors that are a few named values, as JSON."""

from typing import Self

import msgspec
from cophub import Checkpoint, CursorExpired


class Cursor(msgspec.Struct, omit_defaults=True):
    """What a stream keeps from one run to the next; its fields have defaults, for a first run."""

    @classmethod
    def read(cls, cursor: str | None) -> Self:
        """The values in a cursor. Raises CursorExpired for one that holds others."""
        try:
            return cls() if cursor is None else msgspec.json.decode(cursor, type=cls)
        except msgspec.MsgspecError as error:
            raise CursorExpired(f"the stored cursor is none of this version ({error})") from error

    def checkpoint(self) -> Checkpoint:
        """These values, as the engine keeps them."""
        return Checkpoint(msgspec.json.encode(self).decode())
