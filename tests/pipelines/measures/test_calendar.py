"""Quarters and months in the hub's zone."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from cophub.pipelines.measures.calendar import EARLIEST, _pieces, day_number, make_calendar

ZONES = ["UTC", "Europe/Zurich", "Pacific/Apia", "Asia/Kathmandu", "America/St_Johns"]
BASE = datetime(2005, 1, 1, tzinfo=UTC)
INSTANTS = st.timedeltas(timedelta(), timedelta(days=9000)).map(lambda since: BASE + since)


def test_a_calendar_reaches_from_the_first_fact_to_now() -> None:
    first, now = datetime(2025, 2, 3, tzinfo=UTC), datetime(2025, 8, 1, tzinfo=UTC)
    calendar = make_calendar(first, now, ZoneInfo("Europe/Zurich"))
    assert [q.name for q in calendar.quarters] == ["2025Q1", "2025Q2", "2025Q3"]
    assert [m.name for m in calendar.months][:2] == ["2025-01", "2025-02"]
    assert calendar.months[-1].name == "2025-08"
    assert calendar.quarters[1].starts == datetime(2025, 3, 31, 22, tzinfo=UTC)
    assert calendar.quarters[1].ends == calendar.quarters[2].starts


@pytest.mark.parametrize("zone", ZONES)
@example(first=datetime(2011, 12, 31, 9, tzinfo=UTC), length=0, share=0)
@settings(max_examples=40, deadline=None)
@given(first=INSTANTS, length=st.integers(0, 700), share=st.floats(0, 1))
def test_every_instant_is_in_the_month_and_quarter_of_its_own_date(
    zone: str, first: datetime, length: int, share: float
) -> None:
    """Whatever the zone does: Samoa left out a day, at the end of a quarter."""
    now = first + timedelta(days=length)
    instant = first + share * (now - first)
    local = instant.astimezone(ZoneInfo(zone))
    calendar = make_calendar(first, now, ZoneInfo(zone))
    month = next(span for span in calendar.months if span.starts <= instant < span.ends)
    assert month.name == f"{local:%Y-%m}"
    quarter = calendar.quarters[calendar.quarter_of(instant)]
    assert quarter.name == f"{local.year}Q{(local.month + 2) // 3}"
    assert quarter.number == month.number // 3


@pytest.mark.parametrize("zone", ZONES)
@settings(max_examples=40, deadline=None)
@given(first=INSTANTS)
def test_the_pieces_of_a_month_cover_it_and_stay_in_one_month_of_utc_and_one_time(
    zone: str, first: datetime
) -> None:
    calendar = make_calendar(first, first + timedelta(days=40), ZoneInfo(zone))
    for month in calendar.months:
        pieces = list(_pieces(month.starts, month.ends, ZoneInfo(zone)))
        assert [pieces[0][0], pieces[-1][1]] == [month.starts, month.ends]
        for (starts, ends), following in zip(pieces, [*pieces[1:], None], strict=True):
            last = ends - timedelta(microseconds=1)
            assert f"{starts:%Y-%m}" == f"{last:%Y-%m}"
            there = [starts, last, *(starts + share * (last - starts) for share in (0.2, 0.7))]
            assert len({at.astimezone(ZoneInfo(zone)).utcoffset() for at in there}) == 1
            assert following is None or following[0] == ends


def test_days_are_local_ones_where_clocks_are_changed() -> None:
    """The last day of summer time has 25 hours: half past midnight is 24 before half past 11."""
    zone = ZoneInfo("Europe/Zurich")
    late = datetime(2025, 10, 26, 22, 30, tzinfo=UTC)  # 23:30, after the clocks went back
    calendar = make_calendar(late - timedelta(days=30), late + timedelta(days=99), zone)
    assert day_number(late, zone) == day_number(late - timedelta(hours=24), zone)
    assert day_number(late, zone) == day_number(late - timedelta(hours=25), zone) + 1
    assert day_number(late + timedelta(minutes=30), zone) == day_number(late, zone) + 1
    october = next(month for month in calendar.months if month.name == "2025-10")
    cuts = [starts for starts, _ in _pieces(october.starts, october.ends, zone)]
    assert datetime(2025, 10, 26, 1, tzinfo=UTC) in cuts
    assert calendar.last_day(1) == (date(2025, 12, 31) - date(1970, 1, 1)).days
    assert calendar.last_day(calendar.running) == day_number(calendar.now, zone)


def test_a_date_that_is_a_vendors_zero_makes_no_long_calendar() -> None:
    now = datetime(2026, 1, 1, tzinfo=UTC)
    calendar = make_calendar(datetime(1601, 1, 1, tzinfo=UTC), now, ZoneInfo("UTC"))
    assert calendar.quarters[0].starts == EARLIEST
    assert calendar.quarter_of(datetime(1970, 1, 1, tzinfo=UTC)) == 0
