"""Answers of many kinds are taken apart into items, and put together with others."""

import json

import pytest

from cophub.testing.listings import listings
from tests.connectors.calendar.conftest import entry, ics
from tests.connectors.mailarchive.conftest import make_mbox, make_message

TABLE = b"mail,name\r\na@example.org,Amina\r\nb@example.org,Li\r\n"
LINES = b'{"id": 1}\n{"id": 2}\n'
TREE = b'<r><status code="ok"/><rows><row id="1"><n>A</n></row><row id="2"/></rows></r>'
DIARY = ics(entry("one", "DTSTART:20260601T090000Z"), entry("two", "DTSTART:20260602T090000Z"))
MAILS = make_mbox(make_message(1), make_message(2))
NESTED = {"page": {"rows": [{"id": 1, "guests": []}, {"id": 2, "guests": [{"id": 7}]}], "n": 2}}


@pytest.mark.parametrize(
    "content",
    [
        TABLE, LINES, TREE, DIARY if isinstance(DIARY, bytes) else DIARY.encode(), MAILS,
        json.dumps(NESTED).encode(), b'[{"id": 1}, {"id": 2}]',
    ],
)  # fmt: skip
def test_two_items_are_found_and_the_same_two_give_the_same_answer(content):
    found = listings(content)[0]
    assert len(found.rows) == 2
    again = listings(found.put(found.rows))[0]
    assert again.rows == found.rows
    turned = listings(found.put(found.rows[::-1]))[0]
    assert turned.rows == found.rows[::-1]
    assert listings(found.put([*found.rows, found.rows[0]]))[0].rows == [*found.rows, found.rows[0]]


def test_text_is_put_together_byte_by_byte():
    for content in (TABLE, LINES, MAILS):
        found = listings(content)[0]
        assert found.put(found.rows) == content


def test_lists_inside_items_are_found_after_those_that_hold_them():
    outer, inner = listings(json.dumps(NESTED).encode())
    assert (outer.place, outer.inside) == ("page.rows", False)
    assert (inner.place, inner.inside, inner.rows) == ("page.rows[1].guests", True, [{"id": 7}])
    put = json.loads(inner.put(["no item"]))
    assert put["page"]["rows"] == [{"id": 1, "guests": []}, {"id": 2, "guests": ["no item"]}]


def test_an_item_is_made_unreadable_in_each_way_of_its_kind():
    [outer, _] = listings(json.dumps(NESTED).encode())
    bad = dict(outer.bad_items(0))
    assert json.loads(bad["is a text"])["page"]["rows"][0] == "no item"
    nulls = json.loads(bad["has null in every field"])["page"]["rows"][0]
    assert nulls == {"id": None, "guests": None}
    [told] = listings(TREE)[0].bad_items(0)
    assert told[0] == "has nothing in it"
    assert listings(told[1])[0].rows[0] == b"<row />"


@pytest.mark.parametrize(
    "content",
    [
        b"", b"{}", b"[]", b"null", b'{"rows": [1, 2]}', b"<r><a/><b/></r>", b"<html><p>no",
        b"Hello, all.\nThis is a text.\n", b"\x1f\x8b\x08\0\0,\n,", b"not json {",
        b'<!DOCTYPE r [<!ENTITY e "x">]><r><a>&e;</a><a/></r>',
    ],
)  # fmt: skip
def test_what_is_no_list_of_items_has_none(content):
    assert listings(content) == []
