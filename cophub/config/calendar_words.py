"""Times in words of the calendar: `"after quarter end"`, `"first working day of month at 07:00"`.

Working days and weekdays are Monday to Friday: cophub knows no country's holidays.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

_DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_PERIODS = {"week": 7, "month": 28, "quarter": 90, "year": 365}
"""Periods of the calendar, and how many days each of them has at least."""
_COUNTED = {"first": 1, "second": 2, "third": 3, "fourth": 4, "fifth": 5, "last": -1}
_WORDS = (
    '"Mondays at 07:00", "Mondays and Thursdays", "weekdays at 06:00", "every day at 05:30",'
    ' "first working day of month at 07:00", "last Friday of quarter", "15th day of month",'
    ' "after quarter end", "2 days after month end at 06:00"'
)
_AT = re.compile(r"(?P<days>.*?)(?: at (?P<hour>\d{1,2}):(?P<minute>\d{2}))?")
_AFTER = re.compile(r"(?:(\d{1,3}) (working )?days? )?after (week|month|quarter|year) end")
_NTH = re.compile(
    r"(first|second|third|fourth|fifth|last|(\d{1,3})(?:st|nd|rd|th))"
    rf" (day|working day|{'|'.join(_DAYS)}) of (?:the )?(week|month|quarter|year)"
)
Days = Callable[[date], Iterator[date]]


@dataclass(frozen=True)
class Calendar:
    """What words of the calendar mean: days, and the time of day; as text, the words."""

    words: str
    days: Days
    """The days in their order, from the period on in which a given day is."""
    time: time

    def __str__(self) -> str:
        return self.words

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Calendar) and self.words == other.words

    def __hash__(self) -> int:
        return hash(self.words)

    def next_after(self, after: datetime, zone: ZoneInfo) -> datetime | None:
        """The first time later than `after`, an instant in UTC; the clock is that of `zone`."""
        for day in self.days(after.astimezone(zone).date()):
            at = _instant(day, self.time, zone)
            if at > after:
                return at
        return None


@lru_cache(maxsize=64)
def parse_calendar(text: str) -> Calendar:
    """Words of the calendar as days and a time. Raises ValueError that says which words there are.

    Without a time they mean midnight, when the day begins.
    """
    words = " ".join(text.split())
    found = _AT.fullmatch(words.lower())
    hour, minute = (int(found[part] or 0) if found else 0 for part in ("hour", "minute"))
    days = _days(found["days"]) if found else None
    if days is None or not (hour < 24 and minute < 60):
        raise ValueError(f'"{text}" is no time in words of the calendar; write it as {_WORDS}')
    return Calendar(words, days, time(hour, minute))


def _days(words: str) -> Days | None:
    if (weekdays := _weekdays(words)) is not None:
        return lambda start: (d for d in _from(start) if d.weekday() in weekdays)
    if found := _AFTER.fullmatch(words):
        what, number = "working day" if found[2] else "day", int(found[1] or 1)
        # More would be in the period after the next one.
        fits = number <= _PERIODS[found[3]] * (5 if found[2] else 7) // 7
        return _nth(number, what, found[3]) if fits else None
    if found := _NTH.fullmatch(words):
        number = int(found[2]) if found[2] else _COUNTED[found[1]]
        return _nth(number, found[3], found[4])
    return None


def _weekdays(words: str) -> frozenset[int] | None:
    """Weekdays from Monday, 0: of "Mondays and Fridays", "weekdays", "every day"."""
    named = {"weekdays": range(5), "working days": range(5), "weekends": (5, 6)}
    named |= dict.fromkeys(("daily", "every day", "days"), range(7))
    if words in named:
        return frozenset(named[words])
    parts = re.split(r", and |, | and ", words.removeprefix("every "))
    plain = [part.removesuffix("s") for part in parts]
    return frozenset(map(_DAYS.index, plain)) if all(p in _DAYS for p in plain) else None


def _nth(number: int, what: str, period: str) -> Days | None:
    """The day of that kind with that number in each period that has so many; -1 is the last.

    None where no period has so many.
    """
    wanted = {"day": range(7), "working day": range(5)}
    weekdays = frozenset(wanted[what] if what in wanted else (_DAYS.index(what),))
    most = {"month": 31, "quarter": 92, "year": 366}.get(period, 7)
    if number == 0 or number > most * len(weekdays) // 7 + (len(weekdays) < 7):
        return None

    def days(start: date) -> Iterator[date]:
        first = _begin(start, period)
        for _ in range(60):
            end = _begin(first + timedelta(days=_PERIODS[period] + 10), period)
            if period == "week":
                end = first + timedelta(days=7)
            fitting = [d for d in _from(first, end) if d.weekday() in weekdays]
            if len(fitting) >= abs(number):
                yield fitting[number - 1 if number > 0 else -1]
            first = end

    return days


def _begin(day: date, period: str) -> date:
    """The first day of the week, month, quarter or year that a day is in."""
    if period == "week":
        return day - timedelta(days=day.weekday())
    month = {"month": day.month, "quarter": day.month - (day.month - 1) % 3, "year": 1}[period]
    return day.replace(month=month, day=1)


def _from(first: date, end: date | None = None) -> Iterator[date]:
    day = first
    while end is None or day < end:
        yield day
        day += timedelta(days=1)


def _instant(day: date, clock: time, zone: ZoneInfo) -> datetime:
    """When the zone's clocks show a time: the first of two, and of a time left out the next one."""
    face = datetime.combine(day, clock)
    while True:
        at = face.replace(tzinfo=zone).astimezone(UTC)
        if at.astimezone(zone).replace(tzinfo=None, fold=0) == face:
            return at
        face += timedelta(minutes=1)


__all__ = ["Calendar", "parse_calendar"]
