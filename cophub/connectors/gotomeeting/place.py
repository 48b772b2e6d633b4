"""How far a history is complete: the cursor of the streams that read by windows."""

from collections.abc import Iterable, Iterator
from datetime import UTC, date, datetime, timedelta
from hashlib import sha256
from typing import Self

from cophub import Checkpoint, Context, Item, Reject
from cophub.connectors.gotomeeting.settings import Settings
from cophub.connectors.state import State

YEARS_BACK = 3
"""How far back the first read goes where the settings do not say."""


class Place(State):
    """`done` is the instant before which all is read, None at first; `of` what all means."""

    since: str
    """The first day that was read."""
    of: str
    done: str | None = None
    again: str | None = None
    """Since when something could not be read by the last run: it is asked for once more."""

    @classmethod
    def reached(cls, cursor: str | None, ctx: Context[Settings], of: str) -> Self:
        """The place in a cursor; a new one for none, for a strange one, and when settings ask for
        more than was read: an earlier first day, or other organizers.
        """
        digest = sha256(of.encode()).hexdigest()[:12]
        first = ctx.settings.since
        fresh = cls((first or years_before(ctx.now, YEARS_BACK)).isoformat(), digest)
        try:
            kept = cls.kept(cursor) or fresh
            begun = datetime.fromisoformat(kept.done) if kept.done else None
            earlier = first is not None and first < date.fromisoformat(kept.since)
            again = datetime.fromisoformat(kept.again) if kept.again else None
        except ValueError:
            return fresh
        naive = any(one is not None and one.tzinfo is None for one in (begun, again))
        return fresh if kept.of != digest or earlier or naive else kept

    def start(self, ctx: Context[Settings]) -> datetime:
        """Where this run begins: some hours before the last one ended, for what came late."""
        first = datetime.combine(date.fromisoformat(self.since), datetime.min.time(), UTC)
        if self.done is None:
            return first
        done = min(datetime.fromisoformat(self.done), ctx.now)
        start = done - timedelta(hours=ctx.settings.reread_hours)
        if self.again is not None:
            start = min(start, datetime.fromisoformat(self.again))
        return max(start, first)

    def upto(self, at: datetime) -> Checkpoint:
        """The cursor when all before `at` is read; a window that is read again moves nothing."""
        if self.done is None or datetime.fromisoformat(self.done) < at:
            self.done = at.isoformat(timespec="seconds")
        return self.checkpoint()


class Doubts:
    """What a run cannot read, by when it was: the next run asks for all since then once more.

    What that one cannot read either is left, for tomorrow it can mostly not be read either. What
    was not told at all is asked for until it is.
    """

    def __init__(self, place: Place) -> None:
        self._place, self._before, self._since = place, place.again, ""
        self._owed = ""

    def look(self, items: Iterable[Item], begin: datetime) -> Iterator[Item]:
        """The items of a window, of which each reject is noted."""
        for item in items:
            if isinstance(item, Reject) and not self._since:
                self._since = begin.isoformat(timespec="seconds")
                self._place.again = min(filter(None, (self._since, self._before)))
            yield item

    def owe(self, begin: datetime) -> None:
        """Since then, or since what was said before, somebody's answers are missing."""
        if not self._owed:
            self._owed = begin.isoformat(timespec="seconds")
            self._place.again = min(filter(None, (self._owed, self._place.again)))

    def end(self) -> Iterator[Checkpoint]:
        """The run has read all: the cursor, where what is to be read again is not as it said."""
        doubted = "" if self._before else self._since
        again = min(filter(None, (doubted, self._owed)), default=None)
        if again != self._place.again:
            self._place.again = again
            yield self._place.checkpoint()


def years_before(now: datetime, years: int) -> date:
    """The same day so many years ago."""
    return (now - timedelta(days=round(365.25 * years))).date()
