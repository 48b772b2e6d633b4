"""From the first page to the last, over HTTP; what is missing or comes twice is noticed."""

import threading

import pytest

from cophub import AuthError, SourceUnavailable
from cophub.http import (
    Follow,
    Limits,
    Transport,
    by_last,
    by_next_link,
    by_offset,
    by_page,
    pages,
)


@pytest.fixture
def client(vendor, time_):
    with Transport(Limits(tries=3), sleep=time_.sleep, clock=time_.clock) as transport:
        yield transport.client(base_url=vendor.url + "/api/")


def _rows(*groups):
    return [{"body": {"rows": [{"id": number} for number in group]}} for group in groups]


def _ids(listing):
    return [row["id"] for page in listing for row in page.get("rows", [])]


def test_offset_pages_go_on_to_the_empty_page(client, vendor):
    vendor.answers("/api/x", *_rows([1, 2], [3, 4], [5], []))
    assert _ids(pages(client, "x", follow=by_offset("rows", size=2), params={"q": "a"})) == [
        1, 2, 3, 4, 5,
    ]  # fmt: skip
    assert [seen.query for seen in vendor.seen] == [
        {"offset": str(offset), "limit": "2", "q": "a"} for offset in (0, 2, 4, 5)
    ]


def test_a_vendor_that_gives_fewer_rows_than_asked_loses_none(client, vendor):
    """Asked for 500 it gives 2 at a time: a short page is not taken for the last."""
    vendor.answers("/api/x", *_rows([1, 2], [3, 4], [5], []))
    assert _ids(pages(client, "x", follow=by_offset("rows", size=500))) == [1, 2, 3, 4, 5]


def test_a_total_spares_the_empty_page(client, vendor):
    first, second = _rows([1, 2], [3])
    first["body"]["total_items"] = second["body"]["total_items"] = 3
    vendor.answers("/api/x", first, second)
    follow = by_offset("rows", size=2, limit="count", total="total_items")
    assert _ids(pages(client, "x", follow=follow)) == [1, 2, 3]
    assert [seen.query for seen in vendor.seen] == [
        {"offset": "0", "count": "2"}, {"offset": "2", "count": "2"},
    ]  # fmt: skip


def test_a_listing_that_ignores_its_offset_is_noticed(client, vendor):
    vendor.answers("/api/x", *_rows([1, 2]))
    listing = pages(client, "x", follow=by_offset("rows", size=2))
    assert next(listing)
    with pytest.raises(SourceUnavailable, match="gave the same page twice"):
        next(listing)


def test_a_row_that_comes_twice_passes_over_no_other(client, vendor):
    vendor.answers("/api/x", *_rows([1, 1, 2, 2]), *_rows([3]), *_rows([]))
    assert _ids(pages(client, "x", follow=by_offset("rows", size=2))) == [1, 1, 2, 2, 3]
    assert [seen.query["offset"] for seen in vendor.seen] == ["0", "2", "3"]


def test_numbered_pages_go_on_to_the_one_without_rows(client, vendor):
    vendor.answers("/api/x", *_rows([1], [2]), {"body": {"total_size": 2}})
    follow = by_page("rows", first=1, size=1, limit="count")
    assert _ids(pages(client, "x", follow=follow)) == [1, 2]
    assert [seen.query["page"] for seen in vendor.seen] == ["1", "2", "3"]


def test_pages_after_the_last_row_pass_over_a_row_without_an_id(client, vendor):
    vendor.answers("/api/x", *_rows([3, 7]), {"body": {"rows": [{"id": 9}, {}]}}, *_rows([]))
    listing = pages(client, "x", follow=by_last("rows", "id", "after"), params={"after": "2"})
    assert len(list(listing)) == 3
    assert [seen.query["after"] for seen in vendor.seen] == ["2", "7", "9"]


def test_pages_after_the_last_row_end_loudly_when_no_row_has_an_id(client, vendor):
    vendor.answers("/api/x", {"body": {"rows": [{"name": "Ada"}]}})
    listing = pages(client, "x", follow=by_last("rows", "id", "after"))
    assert next(listing) == {"rows": [{"name": "Ada"}]}
    with pytest.raises(SourceUnavailable, match="'id'"):
        next(listing)


def test_pages_after_the_last_row_end_with_a_page_that_is_not_full_though_no_row_has_an_id(
    client, vendor
):
    """So that one bad row alone on the last page is a reject, and not the end of every run."""
    vendor.answers("/api/x", *_rows([1, 2]), {"body": {"rows": [{"name": "Ada"}]}})
    listing = pages(client, "x", follow=by_last("rows", "id", "after", size=2, limit="count"))
    assert [len(page["rows"]) for page in listing] == [2, 1]
    assert [seen.query["count"] for seen in vendor.seen] == ["2", "2"]
    full = {"body": {"rows": [{"name": "Ada"}, {}]}}
    vendor.answers("/api/y", full)
    with pytest.raises(SourceUnavailable, match="'id'"):
        list(pages(client, "y", follow=by_last("rows", "id", "after", size=2)))


def test_next_links_are_followed_as_they_are_relative_or_whole(client, vendor):
    token = "x?$skiptoken=Paged%3DTRUE%26p_ID%3D5000"
    vendor.answers(
        "/api/x",
        {"body": {"rows": [{"id": 1}], "paging": {"next": vendor.url + "/api/" + token}}},
        {"body": {"rows": [{"id": 2}], "paging": {"next": "x?b=2"}}},
        {"body": {"rows": [{"id": 3}], "paging": {"next": None}}},
    )
    assert _ids(pages(client, "x", follow=by_next_link("paging", "next"))) == [1, 2, 3]
    assert [seen.target for seen in vendor.seen] == ["/api/x", "/api/" + token, "/api/x?b=2"]


def test_a_next_link_keeps_its_query_beside_the_parameters_of_the_client(vendor):
    vendor.answers("/x", {"body": {"next": "/x?page=2"}}, {"body": {}})
    with Transport() as transport:
        client = transport.client(base_url=vendor.url, params={"key": "k"})
        assert len(list(pages(client, "x", follow=by_next_link("next")))) == 2
    assert [seen.query for seen in vendor.seen] == [{"key": "k"}, {"page": "2", "key": "k"}]


def test_a_next_link_that_is_no_address_is_said(client, vendor):
    vendor.answers("/api/x", {"body": {"rows": [], "next": "http://[nowhere"}})
    with pytest.raises(SourceUnavailable, match="the next link is no address"):
        list(pages(client, "x", follow=by_next_link("next")))


def test_a_page_is_retried_and_the_listing_is_not(client, vendor):
    one, two, three = _rows([1], [2], [])
    vendor.answers("/api/x", one, {"status": 503}, {"status": 429}, two, three)
    assert _ids(pages(client, "x", follow=by_offset("rows", size=1))) == [1, 2]
    assert [seen.query["offset"] for seen in vendor.seen] == ["0", "1", "1", "1", "2"]


def test_one_page_wanted_is_one_request(client, vendor):
    vendor.answers("/api/x", *_rows([1], [2], []))
    listing = pages(client, "x", follow=by_offset("rows", size=1))
    next(listing)
    assert not vendor.asked_more_than(1, within=0.1)


def test_from_the_second_page_on_the_next_one_is_fetched_meanwhile(client, vendor):
    vendor.answers("/api/x", *_rows([1], [2], [3], [4], []))
    arrived = threading.Event()
    reply_to = vendor.reply_to

    def reply(seen):
        if seen.query["offset"] == "3":
            arrived.set()
        return reply_to(seen)

    vendor.reply_to = reply
    listing = pages(client, "x", follow=by_offset("rows", size=1))
    next(listing), next(listing)
    page = next(listing)
    assert page["rows"] == [{"id": 3}]
    assert arrived.wait(5)
    page["rows"].clear()  # what a reader does to a page does not move the next one
    assert _ids(listing) == [4]


def test_a_failure_comes_after_the_pages_before_it(client, vendor):
    vendor.answers("/api/x", *_rows([1], [2], [3]), {"status": 500})
    listing = pages(client, "x", follow=by_offset("rows", size=1))
    assert [next(listing)["rows"][0]["id"] for _ in range(3)] == [1, 2, 3]
    with pytest.raises(SourceUnavailable, match="500"):
        next(listing)


def test_a_refusal_says_what_to_check_and_not_the_token(client, vendor):
    vendor.answers("/api/x", {"status": 401, "body": {"title": "API Key Invalid", "status": 401}})
    with pytest.raises(AuthError, match=r"\(\"API Key Invalid\"\): the credentials are refused"):
        next(pages(client, "x", follow=by_page("rows")))


def test_an_answer_that_is_a_web_page_is_told_from_json(client, vendor):
    vendor.answers(
        "/api/x", {"body": b"<html>Sign in</html>", "headers": {"Content-Type": "text/html"}}
    )
    with pytest.raises(SourceUnavailable, match="text/html that is no JSON"):
        next(pages(client, "x", follow=by_page("rows")))


def test_small_faults_of_json_cost_a_letter_and_not_the_page(client, vendor):
    """Half an emoji, a byte of Latin-1 and a NaN, as vendors send them."""
    vendor.answers(
        "/api/x", {"body": b'{"rows": [{"id": 1, "a": "\\ud83d", "b": "caf\xe9", "c": NaN}]}'}
    )
    page = next(pages(client, "x", follow=by_page("rows")))
    assert page["rows"] == [{"id": 1, "a": "?", "b": "caf�", "c": None}]


def test_a_bare_list_is_a_page_of_items(client, vendor):
    vendor.answers("/api/x", {"body": [{"id": 1}]}, {"body": []})
    assert [page["items"] for page in pages(client, "x", follow=by_page("items"))] == [
        [{"id": 1}],
        [],
    ]


def test_a_way_of_paging_of_ones_own_is_one_function(client, vendor):
    vendor.answers("/api/x", {"body": {"cursor": "b"}}, {"body": {"cursor": None}})
    follow = Follow(lambda page, asked: {"cursor": page["cursor"]} if page["cursor"] else None)
    assert len(list(pages(client, "x", follow=follow))) == 2
    assert [seen.query for seen in vendor.seen] == [{}, {"cursor": "b"}]
