"""How far each room was read: to which session, and when."""

from datetime import UTC, datetime, timedelta

import msgspec

from cophub import Checkpoint, CursorExpired
from cophub.connectors.state import State

VERSION = 1
SETTLED = timedelta(days=1)
"""So long after its end nothing of a session changes any more."""
OVERLAP = timedelta(days=1)
"""Each reading begins so long before the last one ended."""


class Place(msgspec.Struct, frozen=True, array_like=True):
    """How far one room was read, in milliseconds since 1970."""

    floor: int
    """When the earliest session began that may still change, or the latest if none may."""
    read: int
    """When that was seen."""

    @property
    def bound(self) -> datetime:
        """Sessions that began after this are asked for."""
        return _moment(self.floor) - OVERLAP

    def settled(self, began: datetime, ended: datetime | None) -> bool:
        """Whether a session was known and over for good when the room was last read."""
        if _milliseconds(began) != self.floor:
            return _milliseconds(began) < self.floor
        return ended is not None and ended <= _moment(self.read) - SETTLED


class _Stored(State):
    v: int
    rooms: dict[str, Place]


class Cursor:
    """The places of all rooms."""

    def __init__(self, text: str | None) -> None:
        """Raises CursorExpired for a text that is none of ours."""
        self._places: dict[str, Place] = {}
        if text is None:
            return
        try:
            stored = _Stored.stored(text)
            if stored.v != VERSION:
                raise ValueError(stored.v)
            for place in stored.rooms.values():
                _moment(place.floor), _moment(place.read)
        except (ValueError, OverflowError, OSError) as error:
            raise CursorExpired("the cursor of rooms is not one of this version") from error
        self._places = stored.rooms

    def place(self, room: str) -> Place | None:
        """How far a room was read; None when it never was."""
        return self._places.get(room)

    def advance(
        self, room: str, spans: list[tuple[datetime, datetime | None]], now: datetime
    ) -> bool:
        """Note that a room's sessions, as (began, ended), were read; whether its floor moved."""
        if not spans:
            return False
        spans = sorted(spans, key=lambda span: span[0])
        moving = [
            began
            for number, (began, ended) in enumerate(spans, 1)
            if not _over(ended, now, later=number < len(spans))
        ]
        floor = moving[0] if moving else spans[-1][0]
        before = self._places.get(room)
        self._places[room] = Place(_milliseconds(floor), _milliseconds(now))
        return before is None or before.floor != self._places[room].floor

    def keep_only(self, rooms: set[str]) -> None:
        """Forget the rooms that are not taken any more."""
        self._places = {room: place for room, place in self._places.items() if room in rooms}

    def checkpoint(self) -> Checkpoint:
        """The places, as the engine keeps them."""
        return _Stored(VERSION, self._places).checkpoint()


def _over(ended: datetime | None, now: datetime, *, later: bool) -> bool:
    """Whether nothing of a session changes any more. A room has one session at a time, so one
    that has no end although another came later has lost it."""
    if ended is None:
        return later
    return ended <= now - SETTLED


def _milliseconds(at: datetime) -> int:
    return round(at.timestamp() * 1000)


def _moment(milliseconds: int) -> datetime:
    return datetime.fromtimestamp(milliseconds / 1000, UTC)
