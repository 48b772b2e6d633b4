"""A tap that we did not write: tap-rest-api-msdk of PyPI, reading a site over HTTP."""

import json

import pytest

from cophub import Checkpoint
from cophub.sync import SourceSpec
from cophub.warehouse import Warehouse
from tests.connectors.programs import environment
from tests.connectors.singer.conftest import CONNECTOR
from tests.connectors.website import Answer, website
from tests.sync.conftest import Desk

PROGRAM = "tap-rest-api-msdk"


@pytest.fixture
def forum():
    """A site with members and posts as JSON; posts can be asked for from an instant on."""
    with website() as site:
        site.members = [
            {"id": 1, "email": "ada@example.org", "name": "Ada Lund", "since": "2024-03-01"},
            {"id": 2, "email": "bo@example.org", "name": "Bo Lind", "since": "2024-04-01"},
        ]
        site.posts = [
            {"id": 7, "author": "ada@example.org", "title": "Hello", "text": "To all",
             "updated": "2026-05-01T09:00:00Z"},
            {"id": 8, "author": "bo@example.org", "title": "Re: Hello", "text": "Welcome",
             "updated": "2026-05-02T09:00:00Z"},
        ]  # fmt: skip

        def posts(asked):
            after = asked.query.get("since", "")
            return Answer(json.dumps([p for p in site.posts if p["updated"] >= after]).encode())

        site.pages["/members"] = lambda _: Answer(json.dumps(site.members).encode())
        site.pages["/posts"] = posts
        yield site


@pytest.fixture
def settings(forum):
    """Those of a source that runs the tap, with both of its streams mapped."""
    config = {
        "api_url": "https://forum.example.org",
        "streams": [
            {"name": "members", "path": "/members", "primary_keys": ["id"],
             "records_path": "$[*]"},
            {"name": "posts", "path": "/posts", "primary_keys": ["id"], "records_path": "$[*]",
             "replication_key": "updated", "source_search_field": "since",
             "source_search_query": "$last_run_date", "start_date": "2020-01-01T00:00:00Z"},
        ],
    }  # fmt: skip
    streams = {
        "members": {
            "record": "membership", "absent": "gone", "space": "forum",
            "columns": {"email": "email", "name": "name", "joined_at": "since"},
        },
        "posts": {
            "record": "post", "key": ["id"], "space": "forum",
            "columns": {
                "email": "author", "title": "title", "body": "text", "posted_at": "updated",
            },
        },
    }  # fmt: skip

    def make(**more):
        return CONNECTOR.settings(
            command=PROGRAM,
            venv=str(environment(PROGRAM, f"{PROGRAM}==1.4.2")),
            config=config,
            base_url=forum.url,
            **{"streams": streams} | more,
        )

    return make


def test_a_real_tap_is_read_into_the_warehouse(forum, settings, tmp_path):
    """Whole, then what is new by its own state, and who left is gone."""
    desk = Desk(Warehouse.open(f"sqlite:///{tmp_path / 'hub.db'}"))
    spec = SourceSpec("forum", CONNECTOR, settings())
    first = desk.sync(spec)
    assert (first.state, first.total("rejected"), first.streams[0].error) == ("done", 0, None)
    assert len(desk.rows("membership")) == 2
    assert [row[0] for row in desk.rows("post", "title")] == ["Hello", "Re: Hello"]
    again = desk.sync(spec)
    assert (again.total("new"), again.total("changed"), again.total("gone")) == (0, 0, 0)
    asked = [one.query for one in forum.asked if one.path == "/posts" and one.query.get("since")]
    assert asked[-1]["since"].startswith("2026-05-02")
    forum.members.pop()
    forum.posts.append(
        forum.posts[0] | {"id": 9, "title": "New", "updated": "2026-05-03T09:00:00Z"}
    )
    third = desk.sync(spec)
    assert third.total("gone") == 1
    assert [row[0] for row in desk.rows("post", "title")] == ["Hello", "New", "Re: Hello"]


def test_a_real_tap_is_checked_and_its_streams_are_guessed(settings, context):
    """It says what it is, what it has, and the guess can be pasted."""
    verdicts = list(CONNECTOR.check(context(settings())))
    assert [(one.subject, one.state) for one in verdicts] == [
        ("records", "ok"), ("members", "ok"), ("posts", "ok"),
    ]  # fmt: skip
    members, posts = CONNECTOR.discover(context(settings(streams={})))
    assert 'record = "membership"' in members.extra["settings"]
    assert 'record = "post"' in posts.extra["settings"]


def test_a_real_tap_that_cannot_reach_its_site_fails_and_keeps_nothing(
    forum, settings, extract, context
):
    """With its own words about it."""
    from cophub import SourceUnavailable
    from tests.connectors.singer.conftest import RECORDS

    made = settings()
    forum.pages["/members"] = Answer(b"no", 403)
    items = []
    with pytest.raises(SourceUnavailable, match="tap-rest-api-msdk ended with code"):
        for one in RECORDS.extract(context(made), None):
            items.append(one)
    assert not [one for one in items if isinstance(one, Checkpoint) and "posts" in one.cursor]
