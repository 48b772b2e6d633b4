"""From an entry to its occurrences within a window, each known by when it was first to be."""

import datetime as datetime_module
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from math import prod
from types import SimpleNamespace
from typing import Any
from zoneinfo import ZoneInfo

from cophub.connectors.calendar.entries import BROKEN, as_instant

MOST = 10_000
"""Occurrences of one entry in a window; more is a mistake in its rule."""
_MOST_STEPS = 200_000
"""Steps from an entry's first day to the end of the window."""
_ONE_AT_A_TIME = threading.Lock()
_STEP = {
    "SECONDLY": timedelta(seconds=1), "MINUTELY": timedelta(minutes=1),
    "HOURLY": timedelta(hours=1), "DAILY": timedelta(days=1), "WEEKLY": timedelta(weeks=1),
    "MONTHLY": timedelta(days=28), "YEARLY": timedelta(days=365),
}  # fmt: skip


@dataclass(frozen=True)
class Window:
    """From when to when occurrences are wanted."""

    start: datetime
    end: datetime


@dataclass
class Occurrence:
    """One event: `original` is when it was first to be, empty for an entry that does not recur."""

    entry: Any
    original: str
    starts_at: datetime
    ends_at: datetime
    is_all_day: bool


class TooMany(ValueError):  # noqa: N818 - what is wrong is the rule
    """A rule that gives more occurrences than any meeting has."""


def occurrences(entries: list[Any], window: Window, zone: ZoneInfo) -> Iterator[Occurrence]:
    """Those of one UID that touch the window. Raises ValueError for a rule that cannot be read."""
    import icalendar
    import recurring_ical_events

    recurs = any(name in one for one in entries for name in ("RRULE", "RDATE", "RECURRENCE-ID"))
    for one in entries:
        _refuse_endless(one, window, zone)
    calendar = icalendar.Calendar()
    for one in entries:
        calendar.add_component(one)
    try:
        with _looking_no_later_than(window.end.year):
            found = recurring_ical_events.of(calendar, keep_recurrence_attributes=True).between(
                window.start, window.end
            )
    except RecursionError as error:
        raise ValueError(str(error)) from error
    for one in found:
        start = one["DTSTART"].dt
        end = one["DTEND"].dt if "DTEND" in one else start
        yield Occurrence(
            one,
            _original(one["RECURRENCE-ID"].dt) if recurs else "",
            as_instant(start, zone).astimezone(UTC),
            as_instant(end, zone).astimezone(UTC),
            not isinstance(start, datetime),
        )


@contextmanager
def _looking_no_later_than(year: int) -> Iterator[None]:
    """Let no rule be followed beyond a year.

    The library looks for a day that never comes, such as 30 February, until the last year that
    Python knows, which takes half a minute for each such rule.
    """
    from dateutil import rrule

    with _ONE_AT_A_TIME:
        vars(rrule)["datetime"] = SimpleNamespace(**{**vars(datetime_module), "MAXYEAR": year})
        try:
            yield
        finally:
            vars(rrule)["datetime"] = datetime_module


def _original(value: date | datetime) -> str:
    """A start as part of a key: the same whatever zone it was written in."""
    if isinstance(value, datetime):
        return f"{value.astimezone(UTC):%Y%m%dT%H%M%SZ}"
    return f"{value:%Y%m%d}"


def _refuse_endless(entry: Any, window: Window, zone: ZoneInfo) -> None:
    rules = entry.get("RRULE", [])
    for rule in rules if isinstance(rules, list) else [rules]:
        try:
            interval = int(rule.get("INTERVAL", [1])[0])
            step = _STEP[str(rule["FREQ"][0]).upper()] * interval
            times = prod(
                max(len(rule.get(name, [])), 1) for name in ("BYHOUR", "BYMINUTE", "BYSECOND")
            )
        except BROKEN as error:
            raise ValueError("its rule of recurrence cannot be read") from error
        if interval < 1:  # the library would go round for ever
            raise ValueError("its rule of recurrence comes back to where it was")
        most = int(rule["COUNT"][0]) if "COUNT" in rule else _MOST_STEPS * 10
        began = as_instant(entry["DTSTART"].dt, zone)
        steps = max((window.end - began) / step, 0) * times
        inside = (window.end - window.start) / step * times
        if min(steps, most) > _MOST_STEPS or min(inside, most) > MOST:
            raise TooMany(
                f"it recurs more than {MOST} times between {window.start:%Y-%m-%d} and"
                f" {window.end:%Y-%m-%d}"
            )
