"""What a figure, a day and a vendor's text look like to a reader, and what may be shown at all."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from cophub.pipelines.site import formats
from cophub.pipelines.site.formats import cell


@pytest.mark.parametrize(
    ("value", "shown"), [(1234.0, "1,234"), (0, "0"), (2.25, "2.2"), (1000000, "1,000,000")]
)
def test_numbers_have_thousands_and_at_most_one_decimal(value, shown):
    assert formats.number(value) == shown


def test_per_cent_changes_and_days_are_written_for_people():
    assert formats.percent(27.5) == "27.5 %"
    assert formats.signed(-3) == "−3"
    assert formats.signed(12) == "+12"
    assert formats.signed(0) == "0"
    assert formats.signed(1.3, "points") == "+1.3 pts"
    assert formats.month("2026-03") == "Mar 2026"
    assert formats.quarter("2026Q3") == "Q3 2026"


def test_an_instant_is_told_in_the_zone_of_the_hub():
    """Half an hour before midnight in UTC is the next day in Zurich."""
    at = datetime(2026, 3, 13, 23, 30, tzinfo=UTC)
    assert formats.instant(at, ZoneInfo("Europe/Zurich")) == "14 Mar 2026, 00:30"
    assert formats.day(at, ZoneInfo("Europe/Zurich")) == "14 Mar 2026"


@pytest.mark.parametrize("few", [1, 2, 3, 4])
def test_a_figure_about_fewer_than_five_people_is_not_in_its_cell(few):
    hidden = cell(few, few)
    assert (hidden.text, hidden.value) == ("<5", None)
    assert "fewer than 5" in hidden.note
    assert cell(97, few).value is None, "what few people did is a figure about them"


def test_nobody_and_five_people_may_be_told():
    assert cell(0, 0).text == "0"
    assert cell(5, 5).text == "5"
    assert cell(3, None).text == "3", "three events are not three people"


def test_an_absent_figure_is_a_dash_with_its_reason():
    absent = cell(None, None, reason="No meeting tool is connected.")
    assert (absent.text, absent.value, absent.note) == ("–", None, "No meeting tool is connected.")


@pytest.mark.parametrize(
    "url",
    [
        "javascript:alert(1)", "JaVaScRiPt:alert(1)", " java\nscript:alert(1)", "data:text/html,x",
        "vbscript:x", "//example.org/x", "/etc/passwd", "file:///etc/passwd", "https://", "", None,
        "http://[::1", "mailto:", "https://example.org/a b",
    ],
)  # fmt: skip
def test_only_web_and_mail_addresses_are_links(url):
    assert formats.link(url) is None


@pytest.mark.parametrize("url", ["http://a.example.org/", "HTTPS://x.example.org/?a=b&c"])
def test_web_addresses_stay_as_they_are(url):
    assert formats.link(url) == url


def test_a_bare_address_is_written_to_and_other_words_are_not():
    assert formats.contact_link("km@example.org") == "mailto:km@example.org"
    assert formats.contact_link("https://example.org/km") == "https://example.org/km"
    assert formats.contact_link("ask Amina @ the desk") is None


def test_a_vendors_text_is_one_visible_line():
    disguised = "a\u202egpj.exe\u200b\n\tb\x00c\u2028d"
    assert formats.plain(disguised) == "agpj.exe b c d"
    assert formats.plain("word " * 60).endswith("word…")
    assert len(formats.plain("x" * 999)) <= 161
    assert formats.plain(None) == ""
