"""Dates as people and tools write them, and what is refused."""

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest

from cophub.connectors.mapping.dates import UnclearDateError, read_day, read_instant, style_of

GENEVA = ZoneInfo("Europe/Zurich")


@pytest.mark.parametrize(
    ("text", "instant"),
    [
        ("2024-03-01", "2024-02-29T23:00"),
        ("2024-03-01T10:00:00Z", "2024-03-01T10:00"),
        ("2024-07-01 10:00", "2024-07-01T08:00"),
        ("2024/03/05 14:00 CET", "2024-03-05T13:00"),
        ("2024-03-01T10:00:00.123456789-05:00", "2024-03-01T15:00:00.123456"),
        ("3/25/2024, 2:05:33 PM", "2024-03-25T13:05:33"),
        ("3/25/24 2:05\u202fPM GMT+2", "2024-03-25T12:05"),
        ("25.03.2024 14:05", "2024-03-25T13:05"),
        ("25/03/2024 à 14h05", "2024-03-25T13:05"),
        ("March 12, 2024 12:05 AM UTC", "2024-03-12T00:05"),
        ("Tue, 12 Mar 2024 14:00:00 +0000", "2024-03-12T14:00"),
        ("12-Mar-24", "2024-03-11T23:00"),
        ("1er août 2023", "2023-07-31T22:00"),
        ("4 avr. 2024", "2024-04-03T22:00"),
        ("12 de marzo de 2024", "2024-03-11T23:00"),
        ("5 de enero del 2024, 9:30 a. m.", "2024-01-05T08:30"),
        ("2024-03-05 14:00 (America/New_York)", "2024-03-05T19:00"),
        ("5/5/2024", "2024-05-04T22:00"),
        ("25/12/98", "1998-12-24T23:00"),
        ("25/12/24", "2024-12-24T23:00"),
        (45352, "2024-02-29T23:00"),
        ("45352.5", "2024-03-01T11:00"),
        (20240301, "2024-02-29T23:00"),
        (1710000000, "2024-03-09T16:00"),
        (1710000000000, "2024-03-09T16:00"),
    ],
)
def test_dates_are_read_in_their_zone(text, instant):
    assert read_instant(text, GENEVA) == datetime.fromisoformat(instant).replace(tzinfo=UTC)


@pytest.mark.parametrize("text", ["", None, "-", "n/a", "0000-00-00", "0001-01-01T00:00:00Z", 0])
def test_what_stands_for_no_date_is_none(text):
    assert read_instant(text, GENEVA) is None


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("31/02/2024", "no day of the calendar"),
        ("2024-13-01", "no day of the calendar"),
        ("soon", "no date"),
        ("+41 79 123 45 67", "no date"),
        ("5", "no date"),
        ("14:05", "without a day"),
        ("2024-03-05 14:00 EST", "time zone is not known"),
        ("3/25/2024 14:05 PM", "AM or PM"),
        ("0001-01-01 00:30", "no date"),
        (True, "no date"),
    ],
)
def test_what_is_no_date_is_refused(text, why):
    with pytest.raises(ValueError, match=why):
        read_instant(text, GENEVA)


def test_a_date_that_can_be_read_in_two_ways_is_never_guessed():
    with pytest.raises(UnclearDateError):
        read_instant("03/04/2024", GENEVA)
    assert read_day("03/04/2024", day_first=True) == date(2024, 4, 3)
    assert read_day("03/04/2024", day_first=False) == date(2024, 3, 4)
    assert read_day("03/04/24", form="%m/%d/%y") == date(2024, 3, 4)


def test_a_date_against_the_order_of_its_column_is_a_slip():
    with pytest.raises(ValueError, match="other way round"):
        read_instant("25/03/2024", GENEVA, day_first=False)


def test_a_column_tells_its_order_and_by_which_row():
    style = style_of([(2, "03/04/2024"), (3, "25/03/2024"), (4, "2024-01-01"), (5, None)])
    assert (style.day_first, style.decided_by, style.unclear) == (True, 3, 1)
    style = style_of([(2, "03/04/2024"), (7, "03/25/2024 10:00")])
    assert (style.day_first, style.decided_by) == (False, 7)
    style = style_of([(2, "03/25/2024"), (3, "25/03/2024")])
    assert (style.day_first, style.decided_by, style.against) == (None, 3, 2)
    assert style_of([(2, "03/04/2024")]).day_first is None
