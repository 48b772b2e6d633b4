"""What an answer says and what is refused: invented answers, and the vendor's own."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from cophub import SourceUnavailable
from cophub.connectors.adobeconnect.answer import Row, read_answer

OK = '<results><status code="ok"/>{}</results>'
BOMB = """<?xml version="1.0"?>
<!DOCTYPE results [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;">
<!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;&b;&b;">]>
<results><status code="ok"/><scos><sco sco-id="1"><name>&c;</name></sco></scos></results>"""
OUTSIDE = """<!DOCTYPE results [<!ENTITY file SYSTEM "file:///etc/passwd">]>
<results><status code="ok"/><scos><sco sco-id="1"><name>&file;</name></sco></scos></results>"""
PLAIN_DTD = (
    '<!DOCTYPE results SYSTEM "http://127.0.0.1:1/x.dtd"><results><status code="ok"/></results>'
)


def rows(xml: str, container: str) -> list[Row]:
    return read_answer(OK.format(xml).encode(), "test").rows(container)


@pytest.mark.parametrize("xml", [BOMB, OUTSIDE, PLAIN_DTD])
def test_a_document_type_is_refused_before_anything_is_made_of_it(xml: str):
    with pytest.raises(SourceUnavailable, match="declares a document type or entities"):
        read_answer(xml.encode(), "test")


def test_attributes_and_elements_of_a_row_are_found_by_name():
    xml = '<scos><sco sco-id="12" type="meeting"><name>A &amp; B</name></sco></scos>'
    (row,) = rows(xml, "scos")
    assert (row.id("sco-id"), row.get("type"), row.get("name")) == ("12", "meeting", "A & B")


def test_an_empty_element_or_attribute_is_no_value():
    xml = '<scos><sco sco-id="1" duration=""><name/><date-begin></date-begin></sco></scos>'
    (row,) = rows(xml, "scos")
    assert (row.get("duration"), row.get("name"), row.instant("date-begin")) == (None, None, None)


def test_an_element_says_more_than_an_empty_attribute_of_its_name():
    xml = '<x><sco sco-id="1" duration=""><duration>00:06:24.927</duration></sco></x>'
    assert rows(xml, "x")[0].get("duration") == "00:06:24.927"


def test_a_listing_with_nothing_in_it_has_no_rows():
    assert rows("<scos/>", "scos") == []
    assert rows("", "scos") == []


def test_an_instant_keeps_its_thousandths_and_its_zone():
    xml = "<x><row><date-end>2026-05-27T03:14:39.520-04:00</date-end></row></x>"
    expected = datetime(2026, 5, 27, 7, 14, 39, 520_000, tzinfo=UTC)
    assert rows(xml, "x")[0].instant("date-end") == expected


@pytest.mark.parametrize("text", ["yesterday", "2026-05-27T03:14:39.520"])
def test_what_is_no_instant_or_has_no_zone_is_not_guessed(text: str):
    (row,) = rows(f"<x><row><date-end>{text}</date-end></row></x>", "x")
    with pytest.raises(ValueError):
        row.instant("date-end")


def test_characters_that_xml_forbids_cost_nobody_the_page():
    xml = "<x><row><name>a\x0bb&#x1;c&#2;&#x41;&#10;d</name></row><row><name>e</name></row></x>"
    assert [row.get("name") for row in rows(xml, "x")] == ["abcA\nd", "e"]


@pytest.mark.parametrize("text", ["", "<html><br></html>", "{}", "<results><status></results>"])
def test_what_is_no_answer_of_the_api_is_said_to_be_none(text: str):
    with pytest.raises(SourceUnavailable, match="check base_url"):
        read_answer(text.encode(), "https://connect.example")


def test_a_web_page_that_is_xml_is_no_answer():
    with pytest.raises(SourceUnavailable, match="not Adobe Connect's"):
        read_answer(b"<html><body/></html>", "https://connect.example")


# The vendor's own answers


def read(folder: Path, name: str) -> "tuple[str, str]":
    answer = read_answer((folder / "adobeconnect" / f"{name}.xml").read_bytes(), name)
    return answer.code, answer.subcode


def test_every_sample_of_the_vendor_is_read(vendor_files: Path):
    samples = sorted((vendor_files / "adobeconnect").glob("*.xml"))
    assert len(samples) >= 20
    for sample in samples:
        answer = read_answer(sample.read_bytes(), sample.name)
        assert answer.code, sample.name


def test_the_vendors_statuses(vendor_files: Path):
    assert read(vendor_files, "status-no-access") == ("no-access", "no-login")
    assert read(vendor_files, "log_in_fail") == ("no-data", "")
    assert read(vendor_files, "status-too-much-data") == ("too-much-data", "")
    content = (vendor_files / "adobeconnect/user_save_error.xml").read_bytes()
    assert "login is missing" in read_answer(content, "x").invalid


@pytest.mark.parametrize(
    ("name", "container", "count"),
    [
        ("sco-contents", "scos", 2),
        ("sco-contents-empty", "scos", 0),
        ("list-recordings-success", "recordings", 1),
        ("principal-list-group-all", "principal-list", 2),
        ("group_is_not_member", "principal-list", 0),
        ("report-meeting-attendance", "report-meeting-attendance", 3),
        ("sco-shortcuts", "shortcuts", 20),
    ],
)
def test_the_vendors_listings(vendor_files: Path, name: str, container: str, count: int):
    content = (vendor_files / f"adobeconnect/{name}.xml").read_bytes()
    assert len(read_answer(content, name).rows(container)) == count


def test_the_vendors_session_cookie(vendor_files: Path):
    content = (vendor_files / "adobeconnect/common-info.xml").read_bytes()
    common = read_answer(content, "common-info").one("common")
    assert common is not None
    assert (common.get("cookie"), common.get("version")) == (
        "breezsi4dundh5srw2fq6",
        "connect_6000",
    )
