"""Calendars of invented people, and a run of the connector over them."""

from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from cophub.connectors import calendar
from cophub.http import Limits
from tests.connectors.website import Website, website

(CONNECTOR,) = calendar.cophub_connectors()
(EVENTS,) = CONNECTOR.streams
FAST = Limits(tries=1, read_timeout=5, concurrency=2)


@pytest.fixture
def site() -> Iterator[Website]:
    with website() as server:
        yield server


@pytest.fixture
def settings(site: Website, tmp_path: Path) -> Callable[..., Any]:
    """`settings("/calls.ics")` of an address of the site, `settings(path=...)` of a file."""

    def make(*paths: str, **more: Any) -> Any:
        if paths:
            more["url"] = [f"https://calendar.example.org{path}" for path in paths]
            more["base_url"] = site.url
        more.setdefault("space", "calls")
        return CONNECTOR.settings(**more)

    return make


@pytest.fixture
def read(extract: Any, context: Any, settings: Any) -> Callable[..., Any]:
    """`read("/calls.ics", since=None, ...)`: everything that one run yields."""

    def run(*paths: str, since: str | None = None, now: datetime | None = None, **more: Any) -> Any:
        when = {"now": now} if now else {}
        return extract(EVENTS, context(settings(*paths, **more), limits=FAST, **when), since)

    return run


def entry(uid: str, start: str = "DTSTART:20260501T090000Z", *lines: str, **fields: str) -> str:
    """One VEVENT of an hour, with more lines."""
    given = {"SUMMARY": f"Call {uid}"} | fields
    named = [f"{name}:{value}" for name, value in given.items()]
    body = ["BEGIN:VEVENT", f"UID:{uid}", start, "DTSTAMP:20260101T000000Z", *named, *lines]
    return "\r\n".join([*body, "END:VEVENT"])


def ics(*entries: str, head: str = "X-WR-CALNAME:Calls of the CoP") -> str:
    """A calendar with these entries."""
    lines = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//test//", head, *entries]
    return "\r\n".join([line for line in [*lines, "END:VCALENDAR"] if line]) + "\r\n"
