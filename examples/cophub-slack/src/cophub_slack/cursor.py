"""How far the messages of each channel were read."""

from datetime import UTC, date, datetime, timedelta
from typing import Self

import msgspec
from cophub import Checkpoint, CursorExpired


class Reached(msgspec.Struct, omit_defaults=True):
    """One channel. All are `ts` of messages, which sort as text.

    A walk goes from the newest message down. One that was cut off began at `top` and came down to
    `at`, and the next run takes it up there.
    """

    to: str = ""
    """All up to here was read, answers too."""
    top: str = ""
    at: str = ""


class Position(msgspec.Struct):
    """The stream's cursor."""

    channels: dict[str, Reached] = msgspec.field(default_factory=dict)
    swept: str = ""
    """The day on which recent messages were last held against what is there."""

    @classmethod
    def read(cls, cursor: str | None) -> Self:
        """What a cursor says. Raises CursorExpired for one that is not this stream's."""
        if cursor is None:
            return cls()
        try:
            return msgspec.json.decode(cursor, type=cls)
        except (msgspec.MsgspecError, ValueError) as error:
            raise CursorExpired(f"the cursor cannot be read ({error})") from error

    def checkpoint(self) -> Checkpoint:
        """The position, as the engine keeps it."""
        return Checkpoint(msgspec.json.encode(self).decode())


AGES = (1, 2, 4, 8, 16, 32, 64)
"""Days after its last answer at which a thread is read again."""


def is_due(latest: str, swept: str, today: date) -> bool:
    """Whether a thread with this last answer is to be read again today.

    `swept` is the day of the last sweep; what fell due since then is read once.
    """
    last = instant(latest).date()
    return any(
        swept < (last + timedelta(days=age)).isoformat() <= today.isoformat() for age in AGES
    )


def instant(ts: str) -> datetime:
    """When the message of this `ts` was posted. Raises ValueError for what is no `ts`."""
    return datetime.fromtimestamp(float(ts), UTC)


def week(ts: str) -> str:
    """The week, as `2026-W09`, in which the message of this `ts` was posted."""
    year, number, _ = instant(ts).isocalendar()
    return f"{year}-W{number:02}"


def monday(at: datetime, days: int) -> str:
    """The `ts` of the Monday that is at least so many days before `at`: weeks stay whole."""
    day = at - timedelta(days=days)
    start = (day - timedelta(days=day.weekday())).replace(hour=0, minute=0, second=0, microsecond=0)
    return f"{start.timestamp():.6f}"


def weeks(after: str, until: datetime) -> list[str]:
    """The weeks from the `ts` of a Monday to an instant."""
    found, at = [], instant(after)
    while at <= until:
        found.append(week(f"{at.timestamp():.6f}"))
        at += timedelta(days=7)
    return found
