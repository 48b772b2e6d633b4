"""When a source is due."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from cophub.config.calendar_words import parse_calendar
from cophub.config.cron_times import check_cron, next_cron
from cophub.config.timetable import Timetable, parse_every, say_duration

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
    """From Sunday."""
    coming = next_cron(check_cron(line), TUESDAY, ZoneInfo("UTC"))
    assert coming is not None
    assert coming.strftime("%A") == day


def test_a_day_of_month_and_a_weekday_mean_either_as_in_cron() -> None:
    days, at = [], TUESDAY
    for _ in range(3):
        coming = next_cron("0 5 20 * 0", at, ZoneInfo("UTC"))
        assert coming is not None
        at = coming
        days.append(at.strftime("%a %d"))
    assert days == ["Fri 20", "Sun 22", "Sun 29"]


@pytest.mark.parametrize(
    "line",
    ["* * * *", "61 * * * *", "* * * * 8", "* * * * 5-2", "a b c d e", "0 0 30 2 *"],
)
def test_what_is_not_a_crontab_line_is_refused(line: str) -> None:
    with pytest.raises(ValueError, match=r"crontab line|needs 5"):
        check_cron(line)


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


def test_jitter_is_fixed_for_each_name_and_time_and_within_its_bounds() -> None:
    """So that what is shown is what comes, and two machines mean the same instant."""
    plain = Timetable(cron="0 2 * * *")
    moved = Timetable(cron="0 2 * * *", jitter=timedelta(minutes=10))
    later: dict[str, list[timedelta]] = {}
    for name in ("lists", "calls", "newsletter"):
        for day in range(60):
            last = TUESDAY + timedelta(days=day)
            at, base = (t.next_after(last, last, ZURICH, name) for t in (moved, plain))
            assert at is not None and base is not None
            assert moved.next_after(last, last, ZURICH, name) == at
            # Who began at the moved time is not due again at the same one.
            assert moved.next_after(at, at, ZURICH, name) > base + timedelta(hours=23)  # type: ignore[operator]
            later.setdefault(name, []).append(at - base)
    everything = [each for found in later.values() for each in found]
    assert timedelta() <= min(everything) < timedelta(minutes=1)
    assert timedelta(minutes=9) < max(everything) < timedelta(minutes=10)
    assert len({tuple(found) for found in later.values()}) == 3


def test_a_timetable_says_itself() -> None:
    ten = timedelta(minutes=10)
    assert str(Timetable(every=timedelta(hours=6))) == "every 6 hours"
    assert str(Timetable(cron="0 2 * * *", jitter=ten)) == "cron 0 2 * * *, up to 10 minutes later"
    assert str(Timetable(when=parse_calendar("Mondays at  07:00"))) == "Mondays at 07:00"
    assert str(Timetable()) == "when asked"
