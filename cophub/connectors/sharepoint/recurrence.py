"""When the occurrences of a recurring event are, from the XML that an event list keeps of its rule.

Source: the `RecurrenceData` column of lists with template 106 (schema of `<recurrence>`, as the
object model writes it): `daily`, `weekly`, `monthly`, `monthlyByDay`, `yearly`, `yearlyByDay`, and
an end by count (`repeatInstances`), by date (`windowEnd`) or none (`repeatForever`).
"""

from collections import deque
from datetime import UTC, datetime
from itertools import takewhile
from typing import Any
from xml.etree.ElementTree import Element, ParseError
from zoneinfo import ZoneInfo

from dateutil import rrule
from dateutil.rrule import weekday
from defusedxml.ElementTree import fromstring

MOST = 10_000
"""Occurrences of one series at most: a daily call of 27 years."""

_DAYS = {
    "mo": rrule.MO, "tu": rrule.TU, "we": rrule.WE, "th": rrule.TH, "fr": rrule.FR,
    "sa": rrule.SA, "su": rrule.SU,
}  # fmt: skip
_WORKING = tuple(_DAYS.values())[:5]
_WEEKEND = tuple(_DAYS.values())[5:]
_PLACE = {"first": 1, "second": 2, "third": 3, "fourth": 4, "last": -1}


def occurrences(xml: str, start: datetime, zone: ZoneInfo, until: datetime) -> list[datetime]:
    """The starts of a series in UTC, oldest first, up to `until`; of more than `MOST` the last.

    `start` is when the first one is; the rule is kept in `zone`, where a call at ten stays at ten
    when the clocks change. Raises ValueError for a rule that is not of the schema.
    """
    rule = _rule_of(xml)
    repeat = rule.find("repeat")
    if repeat is None or len(repeat) != 1:
        raise ValueError("RecurrenceData has no repeat")
    local = start.astimezone(zone).replace(tzinfo=None)
    last = min(until, _window_end(rule, local, zone) or until)
    pattern = _pattern(repeat[0], local) | _count(rule)
    dates = rrule.rrule(dtstart=local, **pattern)
    instants = (found.replace(tzinfo=zone).astimezone(UTC) for found in dates)
    return list(deque(takewhile(lambda instant: instant <= last, instants), MOST))


def _rule_of(xml: str) -> Element:
    try:
        root = fromstring(xml, forbid_dtd=True)
    except ParseError as error:
        raise ValueError(f"RecurrenceData is no XML ({error})") from error
    rule: Element | None = root.find("rule") if root.tag == "recurrence" else None
    if rule is None:
        raise ValueError("RecurrenceData has no rule")
    return rule


def _count(rule: Element) -> dict[str, int]:
    times = rule.findtext("repeatInstances")
    return {"count": int(times)} if times else {}


def _window_end(rule: Element, start: datetime, zone: ZoneInfo) -> datetime | None:
    """The end of the series: its day counts whole, whatever time the vendor writes with it."""
    text = rule.findtext("windowEnd")
    if not text:
        return None
    end = datetime.fromisoformat(text.strip())
    end = end.replace(tzinfo=zone) if end.tzinfo is None else end.astimezone(zone)
    return max(end, end.replace(hour=start.hour, minute=start.minute, second=start.second))


def _pattern(repeat: Element, start: datetime) -> dict[str, Any]:
    """What a rule by dateutil is made with."""
    if repeat.tag == "daily":
        if _true(repeat, "weekday"):
            return {"freq": rrule.WEEKLY, "byweekday": _WORKING}
        return {"freq": rrule.DAILY, "interval": _every(repeat, "dayFrequency")}
    if repeat.tag == "weekly":
        week = {"freq": rrule.WEEKLY, "interval": _every(repeat, "weekFrequency")}
        return week | {"byweekday": _named(repeat) or (start.weekday(),)}
    if repeat.tag in ("monthly", "monthlyByDay"):
        month = {"freq": rrule.MONTHLY, "interval": _every(repeat, "monthFrequency")}
        return month | _day_of_month(repeat, start)
    if repeat.tag in ("yearly", "yearlyByDay"):
        year = {"freq": rrule.YEARLY, "interval": _every(repeat, "yearFrequency")}
        year |= {"bymonth": int(repeat.get("month") or start.month)}
        return year | _day_of_month(repeat, start)
    raise ValueError(f"RecurrenceData repeats by {repeat.tag!r}, which is not known")


def _day_of_month(repeat: Element, start: datetime) -> dict[str, Any]:
    if not repeat.tag.endswith("ByDay"):
        day = int(repeat.get("day") or start.day)
        # Outlook and SharePoint take the last day of a month that is too short.
        return (
            {"bymonthday": range(28, day + 1), "bysetpos": -1} if day > 28 else {"bymonthday": day}
        )
    place = repeat.get("weekdayOfMonth", "first").lower()
    if place not in _PLACE:
        raise ValueError(f"RecurrenceData has weekdayOfMonth {place!r}, which is not known")
    if _true(repeat, "day"):
        return {"bymonthday": _PLACE[place]}
    days: tuple[weekday, ...] = _named(repeat)
    days = _WORKING if _true(repeat, "weekday") else days
    days = _WEEKEND if _true(repeat, "weekend_day") else days
    if not days:
        raise ValueError("RecurrenceData repeats by a day of the week, and names none")
    return {"byweekday": days, "bysetpos": _PLACE[place]}


def _named(repeat: Element) -> tuple[weekday, ...]:
    return tuple(day for name, day in _DAYS.items() if _true(repeat, name))


def _true(element: Element, name: str) -> bool:
    return element.get(name, "").upper() == "TRUE"


def _every(repeat: Element, name: str) -> int:
    every = int(repeat.get(name) or 1)
    if every < 1:
        raise ValueError(f"RecurrenceData has {name} {every}")
    return every
