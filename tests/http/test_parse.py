"""A bad item is one Reject that says what and where; the others pass untouched."""

import time

import msgspec
import pytest

from cophub import Account, AuthError, Membership, Reject, SourceUnavailable
from cophub.http import decode_each, decode_page, parse_each


def parse_member(item, space):
    yield Account(key=item["id"], name=item["name"])
    yield Membership(space=space, account=item["id"], role=item["role"]["name"].lower())


GOOD = {"id": 1, "name": "Ada", "role": {"name": "Member"}}


def _parsed(*items):
    return list(parse_each(items, parse_member, space="s"))


def test_every_record_of_every_item_comes_in_order():
    records = _parsed(GOOD, {**GOOD, "id": 2})
    assert [type(record).__name__ for record in records] == ["Account", "Membership"] * 2
    assert [record.key for record in records[::2]] == [1, 2]
    assert records[1].space == "s"


@pytest.mark.parametrize(
    ("change", "field", "reason"),
    [
        ({"name": ...}, "name", "field 'name' is missing"),
        (
            {"role": None},
            "name",
            '\'NoneType\' object is not subscriptable, at item["role"]["name"]',
        ),
        ({"role": {"name": 7}}, "name", "'int' object has no attribute 'lower', at item"),
        ({"role": {}}, "name", "field 'name' is missing"),
    ],
)
def test_a_bad_item_is_one_reject_and_nothing_of_it_is_kept(change, field, reason):
    bad = {name: value for name, value in {**GOOD, "id": 7, **change}.items() if value is not ...}
    found = _parsed(GOOD, bad, GOOD)
    assert [type(item).__name__ for item in found] == [
        "Account", "Membership", "Reject", "Account", "Membership",
    ]  # fmt: skip
    reject = found[2]
    assert (reject.field, reject.key, reject.record) == (field, "7", "member")
    assert reject.reason.startswith(reason)
    assert reject.item == bad


def test_an_item_that_is_no_object_is_a_reject():
    found = _parsed(None, "text", ["list"], 5)
    assert all(isinstance(item, Reject) for item in found)
    assert [item.item for item in found] == [None, "text", ["list"], 5]


def test_secrets_are_taken_out_of_a_rejected_item():
    [reject] = _parsed(
        {"id": 1, "api_key": "abc", "links": {"url": "https://x/?token=t123&page=2"}}
    )
    assert reject.item == {
        "id": 1,
        "api_key": "***",
        "links": {"url": "https://x/?token=***&page=2"},
    }


def test_what_is_not_about_the_item_is_not_caught():
    def parse_refused(item):
        raise AuthError("refused")
        yield

    with pytest.raises(AuthError):
        list(parse_each([1], parse_refused))


def test_any_function_that_gives_records_will_do():
    assert [a.key for a in parse_each([1, 2], lambda item: [Account(key=item)])] == [1, 2]


def test_parsing_costs_little_more_than_the_parser():
    items = [GOOD] * 20_000

    def bare():
        for item in items:
            yield from parse_member(item, space="s")

    def spent(work):
        began = time.process_time()
        assert sum(1 for _ in work) == 40_000
        return time.process_time() - began

    over = min(spent(parse_each(items, parse_member, space="s")) for _ in range(5)) - min(
        spent(bare()) for _ in range(5)
    )
    assert over / 20_000 < 2e-6


class Member(msgspec.Struct, rename="camel"):
    id: int
    email_address: str


class Page(msgspec.Struct):
    members: list[Member]
    total: int = msgspec.field(name="total_items", default=0)
    tags: list[str] = []


def _page(*members, **rest):
    return msgspec.json.encode({"members": members, **rest})


def test_a_page_as_declared_is_decoded_in_one_go():
    page, rejects = decode_page(
        _page({"id": 1, "emailAddress": "a@example.org"}, total_items=3), Page
    )
    assert page == Page(members=[Member(1, "a@example.org")], total=3)
    assert rejects == []


def test_of_a_page_with_a_bad_item_the_good_ones_stay():
    good = {"id": 1, "emailAddress": "a@example.org"}
    bad = {"id": "two", "emailAddress": "b@example.org", "token": "t"}
    page, rejects = decode_page(_page(good, bad, good, total_items=3, tags=["x", 5]), Page)
    assert page == Page(members=[Member(1, "a@example.org")] * 2, total=3, tags=["x"])
    assert [(r.record, r.field, r.key) for r in rejects] == [
        ("members", "id", "two"),
        ("tags", None, None),
    ]
    assert rejects[0].reason == "Expected `int`, got `str` - at `$.id`"
    assert rejects[0].item == {**bad, "token": "***"}


def test_a_page_that_is_wrong_itself_is_no_page():
    with pytest.raises(SourceUnavailable, match=r"\$\.total_items"):
        decode_page(_page(total_items="many"), Page)
    with pytest.raises(SourceUnavailable, match="no JSON"):
        decode_page(b"<html>", Page)
    with pytest.raises(SourceUnavailable, match="members"):
        decode_page(b"{}", Page)


def test_half_an_emoji_costs_the_emoji_and_not_the_page():
    page, rejects = decode_page(b'{"members": [{"id": 1, "emailAddress": "a\\ud83d"}]}', Page)
    assert page.members == [Member(1, "a?")]
    assert rejects == []


def test_items_that_were_left_as_bytes_are_decoded_one_by_one():
    """Each bad one is a Reject of its own, also one that is no JSON at all."""
    rows = [b'{"id": 1, "emailAddress": "a@example.org"}', b'{"id": "two"}', b'{"id": 3, ']
    found, rejects = decode_each(map(msgspec.Raw, rows), Member)
    assert found == [Member(1, "a@example.org")]
    assert [(r.record, r.key, r.item) for r in rejects] == [
        ("member", "two", {"id": "two"}),
        ("member", None, '{"id": 3, '),
    ]
