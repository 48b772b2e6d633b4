"""When something runs: `every = "6 hours"` or `cron = "0 2 * * *"`, and when that is next."""

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

if TYPE_CHECKING:
    from apscheduler.triggers.base import BaseTrigger

_UNITS = {"minute": 60, "hour": 3600, "day": 86400, "week": 604800}
_EVERY = re.compile(r"\s*(\d+)?\s*(minute|hour|day|week)s?\s*", re.IGNORECASE)
_EXAMPLES = 'write it as "30 minutes", "6 hours", "1 day" or "2 weeks"'
_LONGEST = timedelta(days=366)
_WEEKDAYS = ("sun", "mon", "tue", "wed", "thu", "fri", "sat", "sun")


@dataclass(frozen=True)
class Timetable:
    """When one source or pipeline runs; with neither `every` nor `cron` it runs whenever asked."""

    every: timedelta | None = None
    cron: str | None = None

    def __bool__(self) -> bool:
        return self.every is not None or self.cron is not None

    def __str__(self) -> str:
        if self.every is not None:
            return f"every {say_duration(self.every)}"
        return f"cron {self.cron}" if self.cron else "when asked"

    def next_after(self, last: datetime | None, now: datetime, zone: ZoneInfo) -> datetime | None:
        """When it is due: an instant in UTC that may be past; None where a cron never comes.

        `last` is when it last began; who has never run is due now.
        """
        if last is None or not self:
            return now
        if self.every is not None:
            return last + self.every
        coming = crontab(self.cron or "", zone).get_next_fire_time(None, just_after(last))
        return coming.astimezone(UTC) if coming else None

    def due(self, last: datetime | None, now: datetime, zone: ZoneInfo) -> bool:
        """Whether it should have begun by `now`; a time that was missed counts once."""
        coming = self.next_after(last, now, zone)
        return coming is not None and coming <= now


def just_after(instant: datetime) -> datetime:
    """The smallest step later: a trigger asked "from" an instant would give that instant again."""
    return instant + timedelta(microseconds=1)


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


@lru_cache(maxsize=64)
def crontab(expression: str, zone: ZoneInfo) -> "BaseTrigger":
    """The trigger of a five-field crontab line, as cron itself reads it.

    APScheduler 3 counts weekdays from Monday, where cron counts from Sunday, and wants both the day
    of the month and the weekday to fit, where cron wants either; both are put right here.
    Raises ValueError that says what is wrong and how to write it.
    """
    from apscheduler.triggers.combining import OrTrigger
    from apscheduler.triggers.cron import CronTrigger

    fields = expression.split()
    if len(fields) != 5:
        raise ValueError(
            f'"{expression}" has {len(fields)} fields and needs 5: minute hour day month weekday,'
            ' such as "0 2 * * *" for two in the morning'
        )
    minute, hour, day, month, weekday = fields
    try:
        common: dict[str, Any] = {"minute": minute, "hour": hour, "month": month, "timezone": zone}
        by_weekday = CronTrigger(**common, day_of_week=_weekdays(weekday))
        by_day = CronTrigger(**common, day=day)
    except ValueError as error:
        raise ValueError(f'"{expression}" is not a crontab line: {error}') from None
    if weekday == "*":
        return by_day
    return by_weekday if day == "*" else OrTrigger([by_day, by_weekday])


def _weekdays(field: str) -> str:
    """Cron's weekday numbers (0 and 7 are Sunday) as names; ranges and steps are spelled out."""
    names: list[str] = []
    for part in field.split(","):
        span, _, step = part.partition("/")
        low, _, high = span.partition("-")
        if span == "*" and step.isdigit() and int(step):
            names += _WEEKDAYS[: 7 : int(step)]
        elif low.isdigit() and int(low) <= 7 and (not high or high.isdigit()):
            last = int(high) if high else int(low)
            if last > 7 or last < int(low):
                raise ValueError(f'the weekdays "{part}" are not between 0 and 7')
            names += _WEEKDAYS[int(low) : last + 1 : int(step or 1)]
        elif low.isdigit():
            raise ValueError(f'the weekday "{part}" is not between 0 and 7')
        else:
            names.append(part)
    return ",".join(dict.fromkeys(names))
