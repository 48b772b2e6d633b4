"""Values made fit for a column: whole columns and single values end alike."""

import json
from datetime import UTC, date, datetime, timedelta, timezone
from enum import Enum
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import UNSET

from cophub.warehouse.columns import Kind, instant_text
from cophub.warehouse.values import Converted, convert

ZURICH_SUMMER = timezone(timedelta(hours=2))


class Colour(str, Enum):  # noqa: UP042 - plugins have such, and their str() is not their text
    RED = "red"


def one(kind: Kind, value: Any) -> Any:
    """What becomes of one value: the value as it is kept, or the reason why it is not."""
    column = convert(kind, [value])
    assert column is not None
    return column.failures.get(0, column.values[0])


@pytest.mark.parametrize(
    ("kind", "value", "kept"),
    [
        ("text", "é", "é"),
        ("text", 5, "5"),
        ("text", None, None),
        ("text", "", ""),
        ("text", "a\0b", "ab"),
        ("text", "\ud83d\ude00", "😀"),
        ("text", Colour.RED, "red"),
        ("link", "https://example.org/a b?c#d", "https://example.org/a b?c#d"),
        ("link", " HTTP://example.org ", "HTTP://example.org"),
        ("link", "http://[::1]:8080/x", "http://[::1]:8080/x"),
        ("link", "mailto:ada@example.org?subject=x", "mailto:ada@example.org?subject=x"),
        ("link", "", ""),
        ("link", None, None),
        ("link", "javascript:alert(1)", None),
        ("link", " \x01JavaScript:alert(1)", None),
        ("link", "java\nscript:alert(1)", None),
        ("link", "https://example.org/\nx", None),
        ("link", "data:text/html,x", None),
        ("link", "vbscript:x", None),
        ("link", "file:///etc/passwd", None),
        ("link", "//example.org/x", None),
        ("link", "/x", None),
        ("link", "https:x", None),
        ("link", "https://", None),
        ("link", "https://user:word@example.org/", None),
        ("link", "https://example.org\\@evil.example", None),
        ("link", "mailto:nobody", None),
        ("link", 5, None),
        ("key", 12, "12"),
        ("instant", datetime(2026, 3, 1, 9, 30, tzinfo=UTC), "2026-03-01 09:30:00"),
        ("instant", datetime(2026, 3, 1, 9, 30, 0, 5, tzinfo=UTC), "2026-03-01 09:30:00.000005"),
        ("instant", datetime(2026, 3, 1, 9, 30, tzinfo=ZURICH_SUMMER), "2026-03-01 07:30:00"),
        ("instant", "2026-03-01T09:30:00Z", "2026-03-01 09:30:00"),
        ("instant", "2026-03-01T09:30:00.5+00:00", "2026-03-01 09:30:00.500000"),
        ("instant", "2026-03-01T23:30:00-05:00", "2026-03-02 04:30:00"),
        ("instant", "2026-03-01T09:30:00.1234567Z", "2026-03-01 09:30:00.123456"),
        ("instant", "0033-04-03T15:00:00Z", "0033-04-03 15:00:00"),
        ("instant", None, None),
        ("day", date(2026, 3, 1), "2026-03-01"),
        ("day", "20260301", "2026-03-01"),
        ("count", 3, 3),
        ("count", "3", 3),
        ("count", 3.0, 3),
        ("count", None, None),
        ("number", 3, 3.0),
        ("number", "2.5", 2.5),
        ("flag", True, True),
        ("flag", 0, False),
        ("extra", {"b": 1, "a": [None, True]}, '{"a":[null,true],"b":1}'),
        ("extra", {1: datetime(2026, 3, 1, tzinfo=UTC)}, '{"1":"2026-03-01T00:00:00Z"}'),
        ("extra", None, None),
    ],
)
def test_a_value_is_kept_in_one_plain_form(kind: Kind, value: Any, kept: Any) -> None:
    assert one(kind, value) == kept
    assert type(one(kind, value)) is type(kept)


@pytest.mark.parametrize(
    ("kind", "value", "reason"),
    [
        ("text", b"bytes", "expected text, got a bytes"),
        ("text", True, "expected text, got a bool"),
        ("text", 1.5, "expected text, got a float"),
        ("key", None, "a key cannot be None"),
        ("instant", datetime(2026, 3, 1), "the instant 2026-03-01 00:00:00 has no zone"),  # noqa: DTZ001
        ("instant", "2026-03-01", "the instant 2026-03-01 00:00:00 has no zone"),
        ("instant", "yesterday", "'yesterday' is not an ISO 8601 instant"),
        ("instant", 1_700_000_000, "expected an instant, got an int"),
        ("day", datetime(2026, 3, 1, tzinfo=UTC), "expected a day, got a datetime"),
        ("day", "soon", "'soon' is not a day, such as 2026-03-01"),
        ("count", 2.5, "'2.5' is not a whole number"),
        ("count", float("nan"), "'nan' is not a whole number"),
        ("count", True, "expected a whole number, got a bool"),
        ("count", "many", "'many' is not a whole number"),
        ("count", 2**63, "the number is too large"),
        ("number", float("inf"), "the number is not finite"),
        ("number", "much", "'much' is not a number"),
        ("number", True, "expected a number, got a bool"),
        ("flag", "yes", "expected true or false, got a str"),
        ("flag", 2, "expected true or false, got an int"),
        ("extra", [1], "expected a dict of plain values, got a list"),
    ],
)
def test_a_value_that_cannot_be_kept_is_told_with_the_reason(
    kind: Kind, value: Any, reason: str
) -> None:
    assert one(kind, value) == reason


def test_an_object_that_json_cannot_hold_is_told() -> None:
    assert "unsupported" in one("extra", {"a": object()})


def test_a_field_that_nobody_sets_is_no_column() -> None:
    assert convert("text", [UNSET, UNSET]) is None


def test_a_field_that_some_set_keeps_its_gaps_and_the_places_of_failures() -> None:
    assert convert("count", [UNSET, 1, None, UNSET, "x", "7"]) == Converted(
        [UNSET, 1, None, UNSET, None, 7], {4: "'x' is not a whole number"}, ragged=True
    )


def test_one_odd_value_does_not_change_the_others_of_its_column() -> None:
    moments = [datetime(2026, 3, day, tzinfo=UTC) for day in (1, 2)]
    column = convert("instant", [*moments, None, "never", "2026-03-04T01:00:00+01:00"])
    assert column == Converted(
        ["2026-03-01 00:00:00", "2026-03-02 00:00:00", None, None, "2026-03-04 00:00:00"],
        {3: "'never' is not an ISO 8601 instant"},
    )


aware = st.datetimes(
    min_value=datetime(2, 1, 1),  # noqa: DTZ001 - the zone is drawn
    max_value=datetime(9998, 1, 1),  # noqa: DTZ001
    timezones=st.sampled_from([UTC, ZURICH_SUMMER, timezone(timedelta(minutes=-210))]),
)


@given(st.lists(st.one_of(st.none(), aware), min_size=1))
def test_a_column_of_instants_is_each_instant_in_utc(moments: list[datetime | None]) -> None:
    kept = convert("instant", moments)
    assert kept is not None
    assert list(kept.values) == [moment and instant_text(moment) for moment in moments]


@given(st.lists(st.text(st.characters(codec=None)), min_size=1))
def test_kept_text_is_what_both_databases_hold(texts: list[str]) -> None:
    kept = convert("text", texts)
    assert kept is not None
    for text, value in zip(texts, kept.values, strict=True):
        value.encode()
        assert "\0" not in value
        if "\0" not in text and text.isprintable():
            assert value == text


nested = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.text(st.characters(codec=None)),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3)
    ),
    max_leaves=8,
)


@given(st.lists(st.dictionaries(st.text(max_size=5), nested, max_size=4), min_size=1, max_size=4))
def test_kept_extra_is_one_line_each_whatever_is_in_it(extras: list[dict[str, Any]]) -> None:
    kept = convert("extra", extras)
    assert kept is not None
    assert len(kept.values) == len(extras)
    assert kept.failures == {}
    for value in kept.values:
        value.encode()
        assert "\\u0000" not in value
        assert isinstance(json.loads(value), dict)
