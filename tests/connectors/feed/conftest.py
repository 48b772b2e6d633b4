"""Feeds of invented sites, and a run of the connector over them."""

from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Any

import pytest

from cophub.connectors import feed
from cophub.http import Limits
from tests.connectors.website import Website, website

(CONNECTOR,) = feed.cophub_connectors()
(POSTS,) = CONNECTOR.streams
FAST = Limits(tries=1, read_timeout=5, concurrency=2)


@pytest.fixture
def site() -> Iterator[Website]:
    with website() as server:
        yield server


@pytest.fixture
def settings(site: Website) -> Callable[..., Any]:
    """`settings(path, ...)`: those of a source that reads this path of the site."""

    def make(*paths: str, **more: Any) -> Any:
        more.setdefault("space", "leadernet")
        return CONNECTOR.settings(url=[f"https://news.example.org{path}" for path in paths],
                                  base_url=site.url, **more)  # fmt: skip

    return make


@pytest.fixture
def read(extract: Any, context: Any, settings: Any) -> Callable[..., Any]:
    """`read(path, since=None, ...)`: everything that one run yields."""

    def run(*paths: str, since: str | None = None, now: datetime | None = None, **more: Any) -> Any:
        when = {"now": now} if now else {}
        return extract(POSTS, context(settings(*paths, **more), limits=FAST, **when), since)

    return run


HEAD = "<title>News</title><link>https://news.example.org/</link>"


def rss(*items: str, head: str = HEAD) -> str:
    """An RSS 2.0 feed with these items."""
    spaces = (
        'xmlns:dc="http://purl.org/dc/elements/1.1/"'
        ' xmlns:content="http://purl.org/rss/1.0/modules/content/"'
        ' xmlns:thr="http://purl.org/syndication/thread/1.0"'
        ' xmlns:slash="http://purl.org/rss/1.0/modules/slash/"'
    )
    body = "".join(f"<item>{item}</item>" for item in items)
    return f'<?xml version="1.0"?><rss version="2.0" {spaces}><channel>{head}{body}</channel></rss>'


def item(number: int, more: str = "", **other: str) -> str:
    """One item; a field given as an empty text is left out."""
    fields = {
        "title": f"Title {number}",
        "link": f"https://news.example.org/p/{number}",
        "guid": f"https://news.example.org/?p={number}",
        "pubDate": f"Mon, {number:02} Apr 2024 09:00:00 +0000",
    } | other
    return "".join(f"<{name}>{value}</{name}>" for name, value in fields.items() if value) + more
