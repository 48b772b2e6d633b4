"""Cursors that are a few named values, as JSON."""

from typing import Self

import msgspec

from cophub import Checkpoint, CursorExpired


class State(msgspec.Struct):
    """What a stream keeps from one run to the next; its fields have defaults, for the first run."""

    @classmethod
    def read(cls, cursor: str | None) -> Self:
        """The values in a cursor, or those of a first run.

        Raises CursorExpired for a cursor that holds others, so that the stream is read anew.
        """
        try:
            return msgspec.json.decode(cursor, type=cls) if cursor else cls()
        except msgspec.MsgspecError as error:
            raise CursorExpired(f"the stored cursor is none of this version ({error})") from error

    def checkpoint(self) -> Checkpoint:
        """These values, as the engine keeps them."""
        return Checkpoint(msgspec.json.encode(self).decode())
