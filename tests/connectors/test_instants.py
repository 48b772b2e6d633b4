"""The instants of vendors."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from cophub.connectors.instants import instant

NOON = datetime(2026, 5, 1, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    "text",
    ["2026-05-01T12:00:00Z", " 2026-05-01T14:00:00+02:00 ", "2026-05-01 12:00:00.000000000+00:00",
     "2026-05-01T12:00:00.+0000"],
)  # fmt: skip
def test_an_instant_is_in_utc(text: str):
    assert instant(text) == NOON


@pytest.mark.parametrize("text", [None, "", "  ", "0001-01-01T00:00:00", "0001-01-01T00:00:00Z"])
def test_nothing_and_never_are_none(text: str | None):
    assert instant(text) is None


def test_a_time_without_a_zone_is_in_the_one_that_is_assumed_or_refused():
    assert instant("2026-05-01T12:00:00", naive=UTC) == NOON
    assert instant("2026-05-01T14:00:00", naive=ZoneInfo("Europe/Zurich")) == NOON
    with pytest.raises(ValueError, match="no zone"):
        instant("2026-05-01T12:00:00")


@pytest.mark.parametrize("text", ["soon", "2026-13-01T00:00:00Z", "9999-12-31T23:59:59-01:00"])
def test_what_is_no_instant_is_a_value_error(text: str):
    with pytest.raises(ValueError):
        instant(text)
