"""Elements of pages that somebody else wrote: found as a browser would, in time by their length."""

import time

import pytest

from cophub.connectors.feed.reading import offers
from cophub.connectors.mailarchive.pipermail import find_links
from cophub.connectors.mailman.archive import hidden_fields
from cophub.connectors.web.fetch import Fetched, Validators
from cophub.connectors.web.markup import elements

BOMBS = {
    "tags that never end": "<a" * 500_000,
    "comments that never end": "<!--" * 250_000,
    "quotes that never end": "<a b='" * 200_000,
    "attributes that never end": "<a href=" * 150_000,
    "marked sections": "<![" * 300_000,
    "ends of nothing": "</" * 500_000,
    "instructions": "<?" * 500_000,
    "scripts in scripts": "<script>" * 100_000,
    "elements in elements": "<div>" * 100_000,
    "lists in lists": "<ul><li>" * 100_000,
    "half letters": "&#" * 500_000,
    "attributes without end": "<a" + " a" * 500_000,
}


@pytest.mark.parametrize("bomb", BOMBS)
def test_a_page_that_is_made_to_harm_is_read_soon(bomb: str) -> None:
    """The standard library's parser takes minutes for some, and fails at others."""
    page = f"<p>x</p>{BOMBS[bomb]}"
    began = time.process_time()
    list(elements(page, "a", "input"))
    find_links(page, "https://lists.example.org/")
    hidden_fields(page)
    offers(Fetched("https://x.example/", page.encode(), Validators()))
    assert time.process_time() - began < 5


def test_elements_come_in_order_with_their_words() -> None:
    page = (
        '<?xml version="1.0" encoding="latin-1"?><HTML><body><!-- <a href="no"> -->'
        "<A HREF=one.txt>One &amp; <b>only</b></a><script>'<a href=no>'</script>"
        '<input TYPE=hidden name=token value="a&quot;b"></body></html>\0<a href="two.txt">Two'
    )
    found = [(each.name, each.attributes, each.text) for each in elements(page, "a", "input")]
    assert found == [
        ("a", {"href": "one.txt"}, "One & only"),
        ("input", {"type": "hidden", "name": "token", "value": 'a"b'}, ""),
        ("a", {"href": "two.txt"}, "Two"),
    ]
    assert hidden_fields(page) == {"token": 'a"b'}


@pytest.mark.parametrize("page", ["", " ", "\0", "<!-- -->", "{}", "\ud800"])
def test_what_is_no_page_has_no_elements(page: str) -> None:
    assert list(elements(page, "a")) == []


def test_a_link_that_is_no_address_is_none() -> None:
    """Libraries raise for brackets that are no number of a host."""
    page = '<a href="http://[x/2020-May.txt">x</a><a href="2020-June.txt">y</a>'
    links, _ = find_links(page, "https://lists.example.org/cop/")
    assert [link.name for link in links] == ["2020-June.txt"]
    page = '<link rel="alternate" type="application/rss+xml" href="http://[x/">'
    assert offers(Fetched("https://x.example/", page.encode(), Validators())).feeds == []
