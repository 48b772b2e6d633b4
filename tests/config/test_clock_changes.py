"""Times through the changes of clocks, held against a walk from minute to minute."""

import calendar
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from cophub.config.calendar_words import parse_calendar
from cophub.config.cron_times import next_cron
from cophub.config.timetable import Timetable

CHANGES = [
    ("Europe/Zurich", date(2026, 3, 29)),
    ("Europe/Zurich", date(2026, 10, 25)),
    ("America/New_York", date(2026, 3, 8)),
    ("America/New_York", date(2026, 11, 1)),
    ("Australia/Lord_Howe", date(2026, 4, 5)),  # by half an hour
    ("Australia/Lord_Howe", date(2026, 10, 4)),
    ("Africa/Cairo", date(2026, 4, 24)),  # at midnight
    ("Africa/Cairo", date(2026, 10, 30)),
]
MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)

CRON = {
    "30 2 * * *": lambda t: (t.hour, t.minute) == (2, 30),
    "0,30 1,2 * * *": lambda t: t.hour in (1, 2) and t.minute in (0, 30),
    "15 0-6 * * *": lambda t: t.hour <= 6 and t.minute == 15,
    "0 0 * * *": lambda t: (t.hour, t.minute) == (0, 0),
    "30 0 * * 5,7": lambda t: t.weekday() in (4, 6) and (t.hour, t.minute) == (0, 30),
    "45 23 24,25 * 0": lambda t: (
        (t.day in (24, 25) or t.weekday() == 6) and (t.hour, t.minute) == (23, 45)
    ),
    "*/30 * * * *": lambda t: t.minute % 30 == 0,
    "7 * * * *": lambda t: t.minute == 7,
    "0 */2 * * *": lambda t: t.hour % 2 == 0 and t.minute == 0,
    "*/20 2 * * *": lambda t: t.hour == 2 and t.minute % 20 == 0,
    "0 */2 24 4 *": lambda t: (
        (t.month, t.day) == (4, 24) and t.hour % 2 == 0 and t.minute == 0
    ),
}  # fmt: skip
WORDS = {
    "every day at 02:30": lambda t: (t.hour, t.minute) == (2, 30),
    "every day": lambda t: (t.hour, t.minute) == (0, 0),
    "Sundays at 02:15": lambda t: t.weekday() == 6 and (t.hour, t.minute) == (2, 15),
    "weekends at 01:59": lambda t: t.weekday() >= 5 and (t.hour, t.minute) == (1, 59),
    "Fridays": lambda t: t.weekday() == 4 and (t.hour, t.minute) == (0, 0),
}


def shown(zone: ZoneInfo, day: date) -> Iterator[tuple[datetime, list[datetime]]]:
    """Each minute of the five days around a day, with the faces that the clocks show then.

    What is left out when clocks go forward is shown at once, in the first minute after it.
    """
    at = datetime(day.year, day.month, day.day, tzinfo=UTC) - 2 * DAY
    before = (at - MINUTE).astimezone(zone).replace(tzinfo=None, fold=0)
    for _ in range(5 * 24 * 60):
        face = at.astimezone(zone).replace(tzinfo=None, fold=0)
        left_out = [before + MINUTE * n for n in range(1, (face - before) // MINUTE)]
        yield at, [*left_out, face]
        before, at = face, at + MINUTE


def walked(
    minutes: list[tuple[datetime, list[datetime]]],
    fits: Callable[[datetime], bool],
    *,
    once: bool,
) -> list[datetime]:
    """The instants of a time: each time that it is shown, or `once` for each face."""
    found: list[datetime] = []
    seen: set[datetime] = set()
    for at, faces in minutes:
        meant = {face for face in (faces if once else faces[-1:]) if fits(face)} - seen
        if meant:
            found.append(at)
        seen |= meant if once else set()
    return found


def followed(
    coming: Callable[[datetime], datetime | None], start: datetime, end: datetime
) -> list[datetime]:
    found, at = [], coming(start)
    while at is not None and at < end:
        found.append(at)
        at = coming(at)
    return found


@pytest.mark.parametrize(("key", "day"), CHANGES)
def test_times_come_once_or_as_the_clock_shows_them(key: str, day: date) -> None:
    """Also from any instant between, as from a run by hand in the hour that comes twice."""
    zone = ZoneInfo(key)
    minutes = list(shown(zone, day))
    start, end = minutes[0][0] - MINUTE, minutes[-1][0] + MINUTE
    tables: list[tuple[str, Callable[[datetime], datetime | None], list[datetime]]] = [
        (line, lambda at, line=line: next_cron(line, at, zone),  # type: ignore[misc]
         walked(minutes, fits, once="*" not in line.split()[0][0] + line.split()[1][0]))
        for line, fits in CRON.items()
    ]  # fmt: skip
    tables += [
        (words, lambda at, words=words: parse_calendar(words).next_after(at, zone),  # type: ignore[misc]
         walked(minutes, fits, once=True))
        for words, fits in WORDS.items()
    ]  # fmt: skip
    for name, coming, times in tables:
        assert followed(coming, start, end) == times, name
        for instant in range(0, 2 * 24 * 60, 13):
            at = start + DAY + MINUTE * instant
            later = next((time for time in times if time > at), None)
            assert later is None or coming(at) == later, (name, at)


@pytest.mark.parametrize(("key", "day"), CHANGES)
def test_every_is_elapsed_time_whatever_clocks_show(key: str, day: date) -> None:
    zone, start = ZoneInfo(key), datetime(day.year, day.month, day.day, tzinfo=UTC) - DAY
    table = Timetable(every=timedelta(hours=6))
    times = followed(lambda at: table.next_after(at, at, zone), start, start + 3 * DAY)
    assert times == [start + timedelta(hours=6) * n for n in range(1, 12)]


def test_a_time_of_day_comes_once_in_the_night_of_two_o_clocks() -> None:
    """Half past two in summer time, and not again an hour later; on the day without it, at three.

    The numbers are those of the clocks of Zurich in 2026.
    """
    zone = ZoneInfo("Europe/Zurich")
    for table in (Timetable(cron="30 2 * * *"), Timetable(when=parse_calendar("daily at 02:30"))):
        at = datetime(2026, 10, 24, 12, tzinfo=UTC)
        autumn = followed(lambda at: table.next_after(at, at, zone), at, at + 2 * DAY)  # noqa: B023
        assert [f"{time:%d %H:%M}" for time in autumn] == ["25 00:30", "26 01:30"]
        at = datetime(2026, 3, 28, 12, tzinfo=UTC)
        spring = followed(lambda at: table.next_after(at, at, zone), at, at + 2 * DAY)  # noqa: B023
        assert [f"{time:%d %H:%M}" for time in spring] == ["29 01:00", "30 00:30"]


def test_a_leap_years_day_comes_every_four_years() -> None:
    at: datetime | None = datetime(2026, 1, 1, tzinfo=UTC)
    years = []
    for _ in range(3):
        assert at is not None
        at = next_cron("*/30 3 29 2 *", at + DAY, ZoneInfo("Africa/Nairobi"))
        assert at is not None and calendar.isleap(at.year)
        years.append(at.year)
    assert years == [2028, 2032, 2036]
