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
        return cls() if cursor is None else cls.stored(cursor)

    @classmethod
    def stored(cls, cursor: str) -> Self:
        """The values in a cursor. Raises CursorExpired for one that holds others."""
        try:
            return msgspec.json.decode(cursor, type=cls)
        except (msgspec.MsgspecError, ValueError) as error:
            raise CursorExpired(f"the stored cursor is none of this version ({error})") from error

    @classmethod
    def kept(cls, cursor: str | None) -> Self | None:
        """The values in a cursor; None for none, and for one that holds others.

        For a stream that loses nothing by beginning anew: it stores what it reads where it was.
        """
        try:
            return cls.stored(cursor) if cursor else None
        except CursorExpired:
            return None

    def encode(self) -> str:
        """These values as text."""
        return msgspec.json.encode(self).decode()

    def checkpoint(self) -> Checkpoint:
        """These values, as the engine keeps them."""
        return Checkpoint(self.encode())


class StateOf(State):
    """A state that holds for the settings with which it came about, and for no others."""

    settings: int | str = ""
    """A checksum of the settings that the records depend on."""

    @classmethod
    def read_of(cls, cursor: str | None, settings: int | str) -> Self:
        """The values in a cursor, or those of a first run.

        Raises CursorExpired for a cursor of other settings: what was read with them no longer
        holds, and is read again.
        """
        if cursor is None:
            return cls(settings)
        found = cls.stored(cursor)
        if found.settings != settings:
            raise CursorExpired("the settings changed since the last run; all is read again")
        return found
