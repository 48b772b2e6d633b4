"""The promises of every connector, tried on a list by last id and on one by cursor."""

from typing import Any

import httpx

from cophub.testing import check_connector
from tests.connectors.rest.conftest import CONNECTOR, person

MEMBERS = [person(n) for n in range(1, 8)]
POSTS: list[dict[str, Any]] = [
    {"id": n, "text": f"Post {n}", "at": f"2026-05-{n:02}T10:00:00Z", "by": 1} for n in range(1, 8)
]
STREAMS = {
    "members": {
        "path": "/members", "snapshot": True, "record": "membership",
        "paginator": {"type": "last_id", "id_param": "after", "limit": 3},
        "columns": {"account": "id", "name": "profile.name", "email": "email"},
    },
    "posts": {
        "path": "/posts", "data_selector": "posts", "record": "post",
        "paginator": {"type": "cursor", "cursor_path": "next", "cursor_param": "token"},
        "incremental": {"cursor_path": "at", "start_param": "since", "row_order": "asc"},
        "columns": {"key": "id", "body": "text", "posted_at": "at", "account": "by"},
    },
}  # fmt: skip


def api(request: httpx.Request) -> httpx.Response:
    asked = request.url.params
    if request.url.path == "/members":
        rows = [row for row in MEMBERS if row["id"] > int(asked.get("after", 0))]
        return httpx.Response(200, json={"members": rows[:3]})
    rows = [row for row in POSTS if row["id"] > int(asked.get("token", 0))]
    rows = [row for row in rows if row["at"] >= asked.get("since", "")]
    more = rows[2]["id"] if len(rows) > 3 else None
    return httpx.Response(200, json={"posts": rows[:3], "next": more})


def test_every_promise_is_kept() -> None:
    auth = {"type": "bearer", "token": "any-will-do"}
    settings = CONNECTOR.settings(base_url="https://x.example", auth=auth, streams=STREAMS)
    both = {("", "discover"): "it shows each list, and these two are of one space"}
    check_connector(CONNECTOR, settings, server=api, excused=both).raise_broken()
