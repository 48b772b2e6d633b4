"""How something with a timetable stands, a source or a pipeline: state, since when, and why."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from cophub.config.timed_tables import Timed
from cophub.config.timetable import say_duration
from cophub.error_codes import KILLED, LATE, NEVER_RAN, PROMISE_BROKEN, STOPPED

_GRACE = timedelta(hours=1)
"""How long after its time something may begin before it is called late."""
_CODES = {"never ran": NEVER_RAN, "killed": KILLED, "stopped": STOPPED}


@dataclass(frozen=True)
class Stand:
    """What is known of its runs, and what follows from that at `now`."""

    table: Timed
    now: datetime
    last: str | None
    """State in which its last run was left; None where it never ran."""
    began: datetime | None
    """When that run began."""
    next_at: datetime | None
    fresh_at: datetime | None
    """When the last run that ended well began."""
    ill_since: datetime | None = None
    """When the first run after that one began that did not end well."""
    is_held: bool = False
    """Whether somebody works on it now."""
    reason: str | None = None
    """What the last run said went wrong, in one line."""
    run_code: str | None = None

    @property
    def promise_kept(self) -> bool | None:
        """Whether its data is as young as promised; None: no promise, or nothing was read yet."""
        if self.table.fresh_within is None or self.fresh_at is None:
            return None
        return self.now - self.fresh_at <= self.table.fresh_within

    @property
    def is_due(self) -> bool:
        """Whether its time has passed by more than an hour."""
        return self.next_at is not None and self.next_at + _GRACE < self.now

    @property
    def state(self) -> str:
        """fresh, late, failed, held, running, killed, stopped, never ran."""
        last = self.last
        if last is None:
            return "never ran"
        if last == "running":
            last = "running" if self.is_held else "killed"
        if last in ("done", "running", "stopped") and self.promise_kept is False:
            return "late"
        if last == "done":
            return "late" if self.is_due else "fresh"
        return last

    @property
    def since(self) -> datetime | None:
        """Since when it is not well."""
        if self.state == "late":
            if self.promise_kept is False and self.fresh_at and self.table.fresh_within:
                return self.fresh_at + self.table.fresh_within
            return self.next_at
        if self.state in ("failed", "held", "stopped", "killed"):
            return self.ill_since or self.began
        return None

    @property
    def why(self) -> str | None:
        """Why it is not well, in one line."""
        if self.state == "late":
            if self.promise_kept is False and self.table.fresh_within:
                promise = say_duration(self.table.fresh_within)
                under_way = "; a run is under way" if self.last == "running" else ""
                return f"its data is older than promised ({promise}){under_way}"
            return f"its time has passed ({self.table.timetable})"
        told = {
            "never ran": "nothing was read yet",
            "killed": "the process ended before the run did",
            "stopped": "it was stopped at a checkpoint",
            "fresh": None,
            "running": None,
        }
        return told.get(self.state, self.reason)

    @property
    def code(self) -> str | None:
        """The code of why it is not well."""
        if self.state == "late":
            return PROMISE_BROKEN if self.promise_kept is False else LATE
        if self.state in ("failed", "held"):
            return self.run_code
        return _CODES.get(self.state)


__all__ = ["Stand"]
