"""When something runs: `every`, `cron` or `when`, and when that is next.

`every` is elapsed time since the last run began; `cron` and `when` are what clocks show.
"""

import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import blake2b
from zoneinfo import ZoneInfo

from cophub.config.calendar_words import Calendar
from cophub.config.cron_times import next_cron

_UNITS = {"minute": 60, "hour": 3600, "day": 86400, "week": 604800}
_EVERY = re.compile(r"\s*(\d+)?\s*(minute|hour|day|week)s?\s*", re.IGNORECASE)
_EXAMPLES = 'write it as "30 minutes", "6 hours", "1 day" or "2 weeks"'
_LONGEST = timedelta(days=366)


@dataclass(frozen=True)
class Timetable:
    """When one source or pipeline runs; without a time of its own it runs whenever asked."""

    every: timedelta | None = None
    cron: str | None = None
    when: Calendar | None = None
    jitter: timedelta = timedelta()
    """Each time comes later by less than this: by as much as is fixed for that name and time."""

    def __bool__(self) -> bool:
        return any(time is not None for time in (self.every, self.cron, self.when))

    def __str__(self) -> str:
        if self.every is not None:
            said = f"every {say_duration(self.every)}"
        elif self.cron is not None:
            said = f"cron {self.cron}"
        else:
            said = str(self.when or "when asked")
        return f"{said}, up to {say_duration(self.jitter)} later" if self and self.jitter else said

    def next_after(
        self, last: datetime | None, now: datetime, zone: ZoneInfo, name: str = ""
    ) -> datetime | None:
        """When it is due: an instant in UTC that may be past; None where a cron never comes.

        `last` is when it last began; who has never run is due now. `name` is whose time it is: of
        two that share a timetable, `jitter` moves one more than the other.
        """
        if last is None or not self:
            return now
        if self.every is not None:
            coming: datetime | None = last + self.every
        elif self.cron is not None:
            coming = next_cron(self.cron, last, zone)
        else:
            coming = self.when.next_after(last, zone) if self.when else None
        return coming and coming + self._later(name, coming)

    def _later(self, name: str, at: datetime) -> timedelta:
        if not self.jitter:
            return self.jitter
        seed = blake2b(f"{name} {at.timestamp():.6f}".encode(), digest_size=8).digest()
        seconds = int(self.jitter.total_seconds())
        return timedelta(seconds=int.from_bytes(seed) % seconds)

    def due(self, last: datetime | None, now: datetime, zone: ZoneInfo, name: str = "") -> bool:
        """Whether it should have begun by `now`; a time that was missed counts once."""
        coming = self.next_after(last, now, zone, name)
        return coming is not None and coming <= now


def parse_every(text: str) -> timedelta:
    """`"6 hours"` as a duration. Raises ValueError that says how to write it."""
    match = _EVERY.fullmatch(text)
    if not match:
        raise ValueError(f'"{text}" is not a length of time; {_EXAMPLES}')
    length = timedelta(seconds=int(match[1] or 1) * _UNITS[match[2].lower()])
    if not timedelta() < length <= _LONGEST:
        raise ValueError(f'"{text}" is not between a minute and a year; {_EXAMPLES}')
    return length


def say_duration(length: timedelta) -> str:
    """`6 hours`, `1 day`: the largest unit that fits without a rest."""
    seconds = int(length.total_seconds())
    units = {"second": 1, **_UNITS}
    unit, size = next(found for found in reversed(units.items()) if seconds % found[1] == 0)
    count = seconds // size
    return f"{count} {unit}{'' if count == 1 else 's'}"
