"""When a source is due."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from cophub.config.timetable import Timetable, crontab, parse_every, say_duration

ZURICH = ZoneInfo("Europe/Zurich")
TUESDAY = datetime(2026, 11, 17, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "length"),
    [
        ("30 minutes", timedelta(minutes=30)),
        ("6 hours", timedelta(hours=6)),
        ("1 day", timedelta(days=1)),
        ("Day", timedelta(days=1)),
        (" 2  weeks ", timedelta(weeks=2)),
    ],
)
def test_every_is_read_as_written(text: str, length: timedelta) -> None:
    assert parse_every(text) == length
    assert parse_every(say_duration(length)) == length


@pytest.mark.parametrize("text", ["", "6", "6 hrs", "-1 day", "1.5 hours", "0 days", "53 weeks"])
def test_what_is_not_a_length_of_time_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="write it as"):
        parse_every(text)


@pytest.mark.parametrize(
    ("line", "day"),
    [
        ("0 5 * * 0", "Sunday"),
        ("0 5 * * 7", "Sunday"),
        ("0 5 * * 1", "Monday"),
        ("0 5 * * fri", "Friday"),
        ("0 5 * * 6-7", "Saturday"),
        ("0 5 * * 1,3", "Wednesday"),
    ],
)
def test_weekdays_are_counted_as_cron_counts_them(line: str, day: str) -> None:
    """From Sunday; the library below counts from Monday."""
    coming = crontab(line, ZoneInfo("UTC")).get_next_fire_time(None, TUESDAY)
    assert coming.strftime("%A") == day


def test_a_day_of_month_and_a_weekday_mean_either_as_in_cron() -> None:
    trigger = crontab("0 5 20 * 0", ZoneInfo("UTC"))
    days, at = [], TUESDAY
    for _ in range(3):
        at = trigger.get_next_fire_time(None, at + timedelta(minutes=1))
        days.append(at.strftime("%a %d"))
    assert days == ["Fri 20", "Sun 22", "Sun 29"]


@pytest.mark.parametrize("line", ["* * * *", "61 * * * *", "* * * * 8", "* * * * 5-2", "a b c d e"])
def test_what_is_not_a_crontab_line_is_refused(line: str) -> None:
    with pytest.raises(ValueError, match=r"crontab line|needs 5"):
        crontab(line, ZURICH)


def test_a_cron_time_is_the_hubs_own_through_the_change_of_clocks() -> None:
    """Two in the morning stays two in the morning when winter time begins."""
    table = Timetable(cron="0 2 * * *")
    before = table.next_after(datetime(2026, 10, 23, 12, tzinfo=UTC), TUESDAY, ZURICH)
    after = table.next_after(datetime(2026, 10, 25, 12, tzinfo=UTC), TUESDAY, ZURICH)
    assert (before, after) == (
        datetime(2026, 10, 24, 0, tzinfo=UTC),
        datetime(2026, 10, 26, 1, tzinfo=UTC),
    )


def test_who_never_ran_is_due_and_a_missed_time_counts_once() -> None:
    table = Timetable(every=timedelta(hours=6))
    assert table.due(None, TUESDAY, ZURICH)
    assert table.due(TUESDAY - timedelta(days=3), TUESDAY, ZURICH)
    assert not table.due(TUESDAY - timedelta(hours=5), TUESDAY, ZURICH)
    assert not Timetable(cron="0 2 * * *").due(TUESDAY - timedelta(hours=1), TUESDAY, ZURICH)


def test_without_a_timetable_it_runs_whenever_asked() -> None:
    assert Timetable().due(TUESDAY, TUESDAY, ZURICH)
    assert not Timetable()


def test_a_cron_that_never_comes_is_never_due() -> None:
    table = Timetable(cron="0 0 30 2 *")
    assert table.next_after(TUESDAY, TUESDAY, ZURICH) is None
    assert not table.due(TUESDAY, TUESDAY, ZURICH)
