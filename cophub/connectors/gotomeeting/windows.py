"""History by windows of days that GoTo can answer for: 31 at most, halved where it cannot."""

import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import TypeVar

from cophub import Context, Item, SourceUnavailable
from cophub.connector import Backfill, Extract
from cophub.connectors.gotomeeting.client import TooMuch
from cophub.connectors.gotomeeting.settings import Settings

T = TypeVar("T")
Items = Iterator[Item]

LONGEST = timedelta(days=31)
SHORTEST = timedelta(days=1)
"""A window of this length that GoTo cannot answer for is an error."""


def stamp(at: datetime) -> str:
    """An instant as GoTo takes it: `2015-07-01T22:00:00Z`."""
    return f"{at:%Y-%m-%dT%H:%M:%SZ}"


def windows(
    start: datetime, end: datetime, longest: timedelta
) -> Iterator[tuple[datetime, datetime]]:
    """The time from `start` to `end` in windows, oldest first; each begins where the last ends."""
    while start < end:
        stop = min(start + longest, end)
        yield start, stop
        start = stop


def of_days(extract: Extract) -> Backfill:
    """The backfill of a stream that reads by windows: with a day to spare on either side.

    So days of any zone are in it, and attendees who were told of late.
    """

    def backfill(ctx: Context[Settings], start: date, end: date, since: str | None) -> Items:
        first, after = start - SHORTEST, end + 2 * SHORTEST
        until = datetime.combine(after, datetime.min.time(), UTC)
        settings = ctx.settings.model_copy(update={"since": first})
        return extract(replace(ctx, settings=settings, now=min(ctx.now, until)), since)

    return backfill


class Halving:
    """Asks for a window, and for its halves where that is too much; remembers what was not.

    `ask(start, end)` gives a list. The size that worked is tried first the next time, by any
    thread, so that not every window is refused before it is read; one at which nothing worked is
    not, so that who cannot be read at all costs the others nothing.
    """

    def __init__(self, longest: timedelta = LONGEST) -> None:
        self.size = longest
        self._lock = threading.Lock()

    def __call__(
        self, ask: Callable[[datetime, datetime], list[T]], start: datetime, end: datetime
    ) -> list[T]:
        """All of the window. Raises SourceUnavailable when a single day is too much."""
        found: list[T] = []
        size = self.size
        while start < end:
            size = min(size, self.size)
            stop = min(start + size, end)
            try:
                found += ask(start, stop)
            except TooMuch as error:
                size = half(stop - start, error, start)
            else:
                with self._lock:
                    self.size = min(self.size, size)
                start = stop
        return found


def half(refused: timedelta, error: TooMuch, start: datetime) -> timedelta:
    """Half of a window that was refused. Raises SourceUnavailable where there is none."""
    if refused <= SHORTEST:
        raise SourceUnavailable(
            f"GoTo cannot answer for {start:%Y-%m-%d}, not even for one day ({error}); if it"
            " keeps no history this old, set since to a later day"
        ) from error
    return max(refused / 2, SHORTEST)
