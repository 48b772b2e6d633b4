"""The two examples of the page are synced as they stand, from emulated APIs."""

import re
import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from cophub import cli
from tests.connectors.rest.conftest import told
from tests.connectors.website import Answer, Asked, Website

PAGE = Path(__file__).parents[3] / "docs" / "connectors" / "rest.md"
FORUM, EVENTS = re.findall(r"^```toml\n(.*?)^```$", PAGE.read_text(), re.MULTILINE | re.DOTALL)


@pytest.fixture
def sync(site: Website, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Any]:
    """`sync(example)`: it is synced; then a query of the warehouse is a list of rows."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("FORUM_KEY", "s3cret-forum")
    monkeypatch.setenv("EVENTS_TOKEN", "s3cret-events")

    def run(example: str) -> Callable[[str], list[Any]]:
        example = re.sub(r'base_url = "https://[^/"]+', f'base_url = "{site.url}', example)
        Path("plugins.toml").write_text(example)
        assert cli.run(["sync"]) == 0

        def rows(query: str) -> list[Any]:
            with sqlite3.connect("cophub.db") as database:
                return database.execute(query).fetchall()

        return rows

    return run


GROUPS = [
    {"name": "admins", "full_name": None, "automatic": True, "user_count": 1},
    {"name": "mercop", "full_name": "Mercury", "automatic": False, "user_count": 3},
    {"name": "water", "full_name": "Water", "automatic": False, "user_count": 1},
]


def topic(number: int, bumped: str) -> dict[str, Any]:
    return {
        "id": number, "slug": f"t{number}", "title": f"Topic {number}", "group": "mercop",
        "created_at": "2026-01-01T00:00:00Z", "bumped_at": bumped,
    }  # fmt: skip


def the_forum(site: Website) -> None:
    """Three groups on two pages, three members of one of them, two topics with a post each."""
    members = [
        {"id": n, "name": f"Person {n}", "username": f"p{n}", "added_at": "2025-05-01T00:00:00Z"}
        for n in (1, 2, 3)
    ]

    def groups(asked: Asked) -> Answer:
        assert asked.headers["api-key"] == "s3cret-forum"
        start = int(asked.query["page"]) * 2
        return told({"groups": GROUPS[start : start + 2]})

    def of_mercop(asked: Asked) -> Answer:
        start = int(asked.query["offset"])
        return told({"members": members[start : start + 2], "meta": {"total": 3}})

    site.pages["/groups.json"] = groups
    site.pages["/groups/mercop/members.json"] = of_mercop
    site.pages["/groups/water/members.json"] = told({"members": members[:1], "meta": {"total": 1}})
    more = {"topic_list": {"topics": [topic(1, "2026-05-01T00:00:00Z")]}}
    site.pages["/latest-2.json"] = told(more)
    topics = [topic(2, "2026-05-02T00:00:00Z")]
    first = {"topic_list": {"topics": topics, "more_topics_url": "/latest-2.json"}}
    site.pages["/latest.json"] = told(first)
    for number in (1, 2):
        said = {"id": 10 + number, "user_id": 1, "username": "p1", "cooked": "<p>So be it</p>",
                "created_at": "2026-05-01T00:00:00Z"}  # fmt: skip
        site.pages[f"/t/{number}/posts.json"] = told({"post_stream": {"posts": [said]}})


def test_the_forum(site: Website, sync: Callable[..., Any]) -> None:
    the_forum(site)
    rows = sync(FORUM)
    assert rows("SELECT key, title FROM space ORDER BY key") == [
        ("mercop", "Mercury"), ("water", "Water"),
    ]  # fmt: skip
    members = "SELECT space, account FROM membership WHERE gone_at IS NULL ORDER BY space, account"
    assert rows(members) == [("mercop", "1"), ("mercop", "2"), ("mercop", "3"), ("water", "1")]
    assert rows("SELECT key, thread, body FROM post WHERE account = '1' ORDER BY key") == [
        ("11", "topic-1", "So be it"), ("12", "topic-2", "So be it"),
    ]  # fmt: skip
    site.asked.clear()
    site.pages["/groups/water/members.json"] = told({"members": [], "meta": {"total": 0}})
    rows = sync(FORUM)
    assert rows(members) == [("mercop", "1"), ("mercop", "2"), ("mercop", "3")]
    assert "/t/1/posts.json" not in [one.path for one in site.asked], "nothing of it is new"


def the_events(site: Website) -> None:
    """Two events and a draft, a page each; one of them has guests, on two pages."""
    events = [
        {"id": n, "title": f"Call {n}", "slug": f"call-{n}", "updated": 1777888800 + n,
         "status": "draft" if n == 2 else "live", "cancelled": False,
         "starts": f"2026-05-0{n} 09:30", "ends": f"2026-05-0{n} 10:30"}
        for n in (1, 2, 3)
    ]  # fmt: skip
    guests = [
        {"email": f"g{n}@example.org", "full_name": f"Guest Number{n}",
         "came_at": "2026-05-01T07:30:00Z", "left_at": "2026-05-01T08:00:00Z"}
        for n in (1, 2)
    ]  # fmt: skip

    def listed(asked: Asked) -> Answer:
        assert asked.headers["authorization"] == "Bearer s3cret-events"
        since, page = int(asked.query.get("updated_since", 0)), int(asked.query["page"])
        new = [one for one in events if one["updated"] >= since]
        return told({"data": new[page - 1 : page], "meta": {"last_page": len(new)}})

    def came(asked: Asked) -> Answer:
        at = int(asked.query.get("cursor", 0))
        return told({"data": guests[at : at + 1], "meta": {"next": 1 if at == 0 else None}})

    site.pages["/api/v2/organizers/mercop/events"] = listed
    site.pages["/api/v2/events/1/guests"] = came


def test_the_events(site: Website, sync: Callable[..., Any]) -> None:
    the_events(site)
    rows = sync(EVENTS)
    assert rows("SELECT key, space, starts_at, url FROM event ORDER BY key") == [
        ("1", "calls", "2026-05-01 07:30:00", "https://events.example.org/e/call-1"),
        ("3", "calls", "2026-05-03 07:30:00", "https://events.example.org/e/call-3"),
    ]
    assert rows("SELECT event, account, minutes FROM attendance ORDER BY account") == [
        ("1", "g1@example.org", 30.0), ("1", "g2@example.org", 30.0),
    ]  # fmt: skip
    site.asked.clear()
    sync(EVENTS)
    assert site.asked[0].query["updated_since"] == "1777888803"
    assert [one.path for one in site.asked][1:] == ["/api/v2/events/3/guests"]
