"""The week that a brief is about, and the instant as of which it is told."""

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from cophub import ConfigError
from cophub.error_codes import ASKED

_WEEK = re.compile(r"(\d{4})-?W(\d{1,2})", re.IGNORECASE)


@dataclass(frozen=True)
class Week:
    """An ISO week in the hub's zone; a brief of it knows what happened before `as_of`."""

    name: str
    as_of: datetime


def week_of(now: datetime, zone: ZoneInfo) -> Week:
    """The week that `now` lies in, told as of now."""
    year, number, _ = now.astimezone(zone).isocalendar()
    return Week(f"{year}-W{number:02d}", now)


def parse_week(text: str, now: datetime, zone: ZoneInfo) -> Week:
    """A week such as 2026-W47: the present one as of now, a past one as of its end.

    Raises ConfigError for a text that is no week, and for a week to come.
    """
    current = week_of(now, zone)
    match = _WEEK.fullmatch(text.strip())
    try:
        monday = date.fromisocalendar(int(match[1]), int(match[2]), 1) if match else None
    except ValueError:
        monday = None
    if monday is None:
        raise ConfigError(f'"{text}" is not a week; write it as {current.name}', code=ASKED)
    year, number, _ = monday.isocalendar()
    name = f"{year}-W{number:02d}"
    if name == current.name:
        return current
    if name > current.name:
        raise ConfigError(
            f"{name} is still to come; the present week is {current.name}", code=ASKED
        )
    end = datetime.combine(monday + timedelta(days=7), time(), zone)
    return Week(name, end.astimezone(UTC))


__all__ = ["Week", "parse_week", "week_of"]
