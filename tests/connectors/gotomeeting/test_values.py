"""Dates, numbers and keys in every form that GoTo has for them."""

import time
from datetime import UTC, datetime

import pytest

from cophub.connectors.gotomeeting.client import decoded
from cophub.connectors.gotomeeting.payloads import (
    HeldList,
    address,
    instant,
    key_of,
    number,
    title_of,
    whole,
)

AT = datetime(2015, 2, 17, 0, 10, 33, tzinfo=UTC)


@pytest.mark.parametrize(
    "text",
    ["2015-02-17T00:10:33.+0000", "2015-02-17T00:10:33Z", "2015-02-17T02:10:33+02:00",
     "2015-02-17T00:10:33", "2015-02-17T00:10:33.000Z"],
)  # fmt: skip
def test_every_form_of_a_date_is_the_same_instant(text: str):
    assert instant(text) == AT


def test_a_date_without_a_zone_is_utc_wherever_this_machine_is(monkeypatch):
    monkeypatch.setenv("TZ", "Asia/Tokyo")
    time.tzset()
    try:
        assert instant("2015-02-17T00:10:33") == AT
    finally:
        monkeypatch.undo()
        time.tzset()


@pytest.mark.parametrize("text", ["", " ", None])
def test_no_date_is_none(text: str | None):
    assert instant(text) is None


def test_numbers_may_be_texts():
    assert whole("42") == whole(42) == 42
    assert number("1.5") == 1.5
    assert number("") is None and number(None) is None and number("many") is None
    assert number("NaN") is None and number("inf") is None


def test_a_key_is_the_same_text_whichever_type_it_came_as():
    """Beyond 2^53, where a float would lose digits."""
    assert key_of(9007199254740993) == key_of("9007199254740993") == "9007199254740993"
    assert key_of("525-164-341") == "525164341" and key_of(None) == ""
    assert key_of("abc-def") == "abc-def"


def test_a_meeting_with_texts_for_numbers_and_truth_is_read():
    row = (
        b'[{"meetingId":525164341,"startTime":"2015-02-17T00:10:33.+0000","duration":"30",'
        b'"numAttendees":"4","organizerKey":9007199254740993,"passwordRequired":"false",'
        b'"createTime":"","recording":"false"}]'
    )
    page, rejects = decoded(row, HeldList)
    assert not rejects
    assert key_of(page.items[0].organizer_key) == "9007199254740993"
    assert whole(page.items[0].num_attendees) == 4


def test_one_bad_meeting_of_a_page_loses_nothing_else():
    page, rejects = decoded(b'[{"meetingId":[]},{"meetingId":"5"}]', HeldList)
    assert len(page.items) == len(rejects) == 1


def test_an_address_is_in_lower_case_and_a_name_is_none():
    assert address(" Ada@Example.ORG ") == "ada@example.org"
    assert address("Ada") == address(None) == address("a b@example.org") == ""


def test_titles_have_no_character_references():
    assert title_of("data -&gt; decisions") == "data -> decisions" and title_of("") is None
