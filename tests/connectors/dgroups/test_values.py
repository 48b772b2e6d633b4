"""Dates, names, addresses and texts as the vendor writes them."""

from datetime import UTC, datetime

import pytest

from cophub.connectors.dgroups.values import (
    address,
    day_of,
    instant,
    person_name,
    shown_text,
    status_of,
    without_query,
)


def test_an_instant_has_nine_digits_and_an_offset():
    found = instant("2018-07-03T01:51:32.611846321-07:00")
    assert found == datetime(2018, 7, 3, 8, 51, 32, 611846, tzinfo=UTC)
    assert found.tzinfo is UTC, "instants are compared as texts, too"


@pytest.mark.parametrize(
    "text", ["0001-01-01T00:00:00Z", "", None, "0001-01-01T00:00:00.000000001Z"]
)
def test_the_year_one_is_no_date(text: str | None):
    assert instant(text) is None


def test_a_day_is_its_midnight_and_none_in_the_year_one():
    assert day_of("2024-03-01") == datetime(2024, 3, 1, tzinfo=UTC)
    assert day_of("0001-01-01") is None


@pytest.mark.parametrize("text", ["2018-07-03T01:51:32", "yesterday"])
def test_an_instant_without_a_zone_is_not_guessed(text: str):
    with pytest.raises(ValueError):
        instant(text)


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("Ada Diallo", "Ada Diallo"),
        ("  Ada \n Diallo ", "Ada Diallo"),
        ("ada@example.org", None),
        ("ada@...", None),
        ("Ada Diallo <ada@example.org>", "Ada Diallo"),
        ("Ada Diallo ada@...", "Ada Diallo"),
        ("O&#39;Brien", "O'Brien"),
        ("Team @ Geneva", "Team @ Geneva"),
        ("", None),
        (None, None),
    ],
)
def test_a_name_holds_no_address(text: str | None, name: str | None):
    assert person_name(text) == name


def test_an_address_is_in_lower_case_and_a_blank_is_none():
    assert address("Ada@Example.ORG") == "ada@example.org"
    assert address("") is None
    assert address(None) is None


def test_a_body_in_html_becomes_text_and_plain_text_keeps_its_lines():
    assert (
        shown_text("<p>Dear all,</p><script>x()</script><p>1 &lt; 2</p>").split("\n")[0]
        == "Dear all,"
    )
    assert "x()" not in shown_text("<p>a</p><script>x()</script>")
    assert shown_text("one\ntwo &amp; three", plain=True) == "one\ntwo & three"
    assert shown_text(None) == ""


def test_a_status_is_of_the_subscription_and_of_its_user():
    assert status_of("sub_status_normal", "user_status_confirmed") == "active"
    assert status_of("sub_status_normal", "user_status_bouncing") == "active"
    assert status_of("sub_status_normal", "user_status_bounced") == "bounced"
    assert status_of("sub_status_normal", "user_status_not_confirmed") == "pending"
    assert status_of("sub_status_pending", "user_status_confirmed") == "pending"
    assert status_of("sub_status_banned", "user_status_confirmed") == "archived"


def test_an_address_of_a_file_is_the_same_when_its_signature_is_another():
    assert without_query("https://dgroups.io/f/1?sig=abc&until=9") == "https://dgroups.io/f/1"
    assert without_query("javascript:1") is None
