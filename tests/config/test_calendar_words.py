"""Times in words of the calendar."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from cophub.config.calendar_words import parse_calendar

ZURICH = ZoneInfo("Europe/Zurich")
TUESDAY = datetime(2026, 11, 17, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("words", "times"),
    [
        ("after quarter end", ["Fri 2027-01-01 00:00", "Thu 2027-04-01 00:00"]),
        ("after year end at 9:30", ["Fri 2027-01-01 09:30", "Sat 2028-01-01 09:30"]),
        ("after week end", ["Mon 2026-11-23 00:00", "Mon 2026-11-30 00:00"]),
        ("2 days after month end at 06:00", ["Wed 2026-12-02 06:00", "Sat 2027-01-02 06:00"]),
        ("5 working days after quarter end", ["Thu 2027-01-07 00:00", "Wed 2027-04-07 00:00"]),
        ("first working day of month at 07:00", ["Tue 2026-12-01 07:00", "Fri 2027-01-01 07:00"]),
        ("last day of month", ["Mon 2026-11-30 00:00", "Thu 2026-12-31 00:00"]),
        ("last working day of the quarter", ["Thu 2026-12-31 00:00", "Wed 2027-03-31 00:00"]),
        ("last Friday of month at 16:00", ["Fri 2026-11-27 16:00", "Fri 2026-12-25 16:00"]),
        ("second Tuesday of month", ["Tue 2026-12-08 00:00", "Tue 2027-01-12 00:00"]),
        ("15th day of month", ["Tue 2026-12-15 00:00", "Fri 2027-01-15 00:00"]),
        ("Mondays at 07:00", ["Mon 2026-11-23 07:00", "Mon 2026-11-30 07:00"]),
        ("every tuesday at 13:00", ["Tue 2026-11-24 13:00", "Tue 2026-12-01 13:00"]),
        ("Tuesdays at 13:01", ["Tue 2026-11-17 13:01", "Tue 2026-11-24 13:01"]),
        ("Mondays and Thursdays", ["Thu 2026-11-19 00:00", "Mon 2026-11-23 00:00"]),
        ("Mondays, Wednesdays, and Fridays", ["Wed 2026-11-18 00:00", "Fri 2026-11-20 00:00"]),
        ("  Weekdays   at 06:00 ", ["Wed 2026-11-18 06:00", "Thu 2026-11-19 06:00"]),
        ("weekends", ["Sat 2026-11-21 00:00", "Sun 2026-11-22 00:00"]),
        ("daily at 05:30", ["Wed 2026-11-18 05:30", "Thu 2026-11-19 05:30"]),
    ],
)
def test_words_mean_what_they_say(words: str, times: list[str]) -> None:
    """By the clock of Zurich, where it is one in the afternoon of a Tuesday."""
    calendar, at, found = parse_calendar(words), TUESDAY, []
    for _ in times:
        coming = calendar.next_after(at, ZURICH)
        assert coming is not None
        at = coming
        found.append(f"{at.astimezone(ZURICH):%a %Y-%m-%d %H:%M}")
    assert found == times
    assert str(calendar) == " ".join(words.split())


def test_a_month_without_the_day_has_no_time() -> None:
    """February has no 30th, and not every month a fifth Monday."""
    months = {"30th day of month": [1, 3, 4, 5], "fifth Monday of month": [3, 5, 8, 11]}
    for words, expected in months.items():
        at, found = datetime(2026, 12, 31, tzinfo=UTC), []
        for _ in expected:
            coming = parse_calendar(words).next_after(at, ZURICH)
            assert coming is not None
            at = coming
            found.append(at.astimezone(ZURICH).month)
        assert found == expected


def test_the_next_time_is_the_first_after_any_instant() -> None:
    """From every hour of a year, forward only, and none is left out."""
    calendar = parse_calendar("2 working days after month end at 06:00")
    times = []
    at = datetime(2026, 1, 1, tzinfo=UTC)
    for hour in range(24 * 365):
        coming = calendar.next_after(at + timedelta(hours=hour), ZURICH)
        assert coming is not None and coming > at + timedelta(hours=hour)
        times.append(coming)
    assert times == sorted(times)
    assert len(set(times)) == 13


@pytest.mark.parametrize(
    "words",
    ["", "monthly", "at 07:00", "Mondays at 25:00", "Mondays at 07:60", "Mondays at 7", "Moondays",
     "29 days after month end", "0 days after month end", "32nd day of month",
     "24th working day of month", "sixth Monday of month", "8th day of week"],
)  # fmt: skip
def test_other_words_are_refused_with_those_there_are(words: str) -> None:
    with pytest.raises(ValueError, match='words of the calendar; write it as "Mondays at') as told:
        parse_calendar(words)
    assert "\n" not in str(told.value)
    assert '"after quarter end"' in str(told.value)
