"""How far a history is complete: the cursor of the streams that read by windows."""

from datetime import UTC, date, datetime, timedelta
from hashlib import sha256
from typing import Self

from cophub import Checkpoint, Context
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
        except ValueError:
            return fresh
        naive = begun is not None and begun.tzinfo is None
        return fresh if kept.of != digest or earlier or naive else kept

    def start(self, ctx: Context[Settings]) -> datetime:
        """Where this run begins: some hours before the last one ended, for what came late."""
        first = datetime.combine(date.fromisoformat(self.since), datetime.min.time(), UTC)
        if self.done is None:
            return first
        done = min(datetime.fromisoformat(self.done), ctx.now)
        return max(done - timedelta(hours=ctx.settings.reread_hours), first)

    def upto(self, at: datetime) -> Checkpoint:
        """The cursor when all before `at` is read; a window that is read again moves nothing."""
        if self.done is None or datetime.fromisoformat(self.done) < at:
            self.done = at.isoformat(timespec="seconds")
        return self.checkpoint()


def years_before(now: datetime, years: int) -> date:
    """The same day so many years ago."""
    return (now - timedelta(days=round(365.25 * years))).date()
