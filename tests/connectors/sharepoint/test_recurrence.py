"""Rules of recurring events as event lists keep them, and the days that a person would say."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from defusedxml.common import DTDForbidden

from cophub.connectors.sharepoint.recurrence import MOST, occurrences

ZURICH = ZoneInfo("Europe/Zurich")
START = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)  # a Monday, ten o'clock in Zurich
FOREVER = "<repeatForever>FALSE</repeatForever>"


def days(repeat: str, end: str = FOREVER, *, until: datetime | None = None) -> list[str]:
    rule = f"<rule><firstDayOfWeek>su</firstDayOfWeek><repeat>{repeat}</repeat>{end}</rule>"
    until = until or datetime(2026, 5, 1, tzinfo=UTC)
    found = occurrences(f"<recurrence>{rule}</recurrence>", START, ZURICH, until)
    return [f"{start.astimezone(ZURICH):%m-%d %H:%M}" for start in found]


@pytest.mark.parametrize(
    ("repeat", "first"),
    [
        ('<daily dayFrequency="3" />', ["03-02", "03-05", "03-08"]),
        ('<daily weekday="TRUE" />', ["03-02", "03-03", "03-04", "03-05", "03-06", "03-09"]),
        ('<weekly mo="TRUE" weekFrequency="2" />', ["03-02", "03-16", "03-30", "04-13"]),
        ('<weekly tu="TRUE" fr="TRUE" weekFrequency="1" />', ["03-03", "03-06", "03-10"]),
        ('<weekly weekFrequency="1" />', ["03-02", "03-09"]),
        ('<monthly monthFrequency="1" day="2" />', ["03-02", "04-02"]),
        (
            '<monthlyByDay mo="TRUE" weekdayOfMonth="first" monthFrequency="1" />',
            ["03-02", "04-06"],
        ),
        ('<monthlyByDay weekday="TRUE" weekdayOfMonth="last" />', ["03-31", "04-30"]),
        ('<monthlyByDay weekend_day="TRUE" weekdayOfMonth="second" />', ["03-07", "04-05"]),
        ('<monthlyByDay day="TRUE" weekdayOfMonth="last" />', ["03-31", "04-30"]),
    ],
)
def test_days_are_those_of_the_rule(repeat: str, first: list[str]) -> None:
    assert days(repeat)[: len(first)] == [f"{day} 10:00" for day in first]


@pytest.mark.parametrize(
    ("repeat", "expected"),
    [
        ('<yearly yearFrequency="1" month="3" day="2" />', ["2026-03-02", "2027-03-02"]),
        (
            '<yearlyByDay yearFrequency="1" we="TRUE" weekdayOfMonth="first" month="6" />',
            ["2026-06-03", "2027-06-02"],
        ),
    ],
)
def test_years(repeat: str, expected: list[str]) -> None:
    rule = f"<recurrence><rule><repeat>{repeat}</repeat>{FOREVER}</rule></recurrence>"
    found = occurrences(rule, START, ZURICH, datetime(2028, 1, 1, tzinfo=UTC))
    assert [f"{start:%Y-%m-%d}" for start in found] == expected


def test_ten_oclock_stays_ten_oclock_when_the_clocks_change() -> None:
    rule = f'<recurrence><rule><repeat><weekly mo="TRUE"/></repeat>{FOREVER}</rule></recurrence>'
    found = occurrences(rule, START, ZURICH, datetime(2026, 4, 7, tzinfo=UTC))
    assert [start.hour for start in found] == [9, 9, 9, 9, 8, 8]
    assert all(start.tzinfo is UTC for start in found)


def test_a_day_that_a_month_lacks_is_its_last() -> None:
    start = datetime(2026, 1, 31, 9, 0, tzinfo=UTC)
    rule = '<recurrence><rule><repeat><monthly day="31" /></repeat></rule></recurrence>'
    found = occurrences(rule, start, ZURICH, datetime(2026, 5, 1, tzinfo=UTC))
    assert [f"{day:%m-%d}" for day in found] == ["01-31", "02-28", "03-31", "04-30"]


def test_a_series_ends_by_count_by_date_or_at_the_horizon() -> None:
    weekly = '<weekly mo="TRUE" weekFrequency="1" />'
    assert len(days(weekly, "<repeatInstances>3</repeatInstances>")) == 3
    for end in ("2026-03-16T00:00:00Z", "2026-03-16T22:59:59Z", "2026-03-16T00:00:00"):
        assert days(weekly, f"<windowEnd>{end}</windowEnd>")[-1] == "03-16 10:00"
    assert days(weekly)[-1] == "04-27 10:00"


def test_a_very_long_series_has_its_last_days() -> None:
    far = START + timedelta(days=30 * 365)
    found = days('<daily dayFrequency="1" />', until=far)
    assert len(found) == MOST
    assert found[-1] == f"{far:%m-%d} 10:00"


@pytest.mark.parametrize(
    "xml",
    [
        "",
        "no xml",
        "<recurrence/>",
        "<rule><repeat><daily/></repeat></rule>",
        "<recurrence><rule><repeat/></rule></recurrence>",
        "<recurrence><rule><repeat><hourly/></repeat></rule></recurrence>",
        "<recurrence><rule><repeat><monthlyByDay/></repeat></rule></recurrence>",
        '<recurrence><rule><repeat><monthlyByDay mo="TRUE" weekdayOfMonth="fifth"/></repeat></rule>'
        "</recurrence>",
        '<recurrence><rule><repeat><daily dayFrequency="-1"/></repeat></rule></recurrence>',
    ],
)
def test_a_rule_that_is_none_is_an_error_of_its_row(xml: str) -> None:
    with pytest.raises(ValueError, match="RecurrenceData"):
        occurrences(xml, START, ZURICH, START + timedelta(days=9))


def test_entities_are_refused() -> None:
    bomb = '<!DOCTYPE r [<!ENTITY a "aaaa">]><recurrence>&a;</recurrence>'
    with pytest.raises(DTDForbidden):
        occurrences(bomb, START, ZURICH, START + timedelta(days=9))
    assert issubclass(DTDForbidden, ValueError)
