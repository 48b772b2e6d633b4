"""A small JSON API: members by their last id, and topics, newest first, with their posts."""

import json
from datetime import timedelta
from typing import Any

from cophub.sandbox.server import Request, Response
from tests.faults.shelf import PEOPLE, START, Shelf

SIZE = 8
STREAMS: dict[str, Any] = {
    "members": {
        "path": "/members", "data_selector": "members", "snapshot": True,
        "paginator": {"type": "last_id", "id_param": "after"},
        "record": "membership", "columns": {"account": "id", "name": "name"},
    },
    "topics": {
        "path": "/topics", "data_selector": "topics",
        "paginator": {"type": "cursor", "cursor_path": "next", "cursor_param": "token"},
        "incremental": {"cursor_path": "at", "start_param": "since", "row_order": "asc"},
        "record": "space", "columns": {"key": "id", "title": "title"},
    },
    "posts": {
        "path": "/topics/{_parent.id}/posts", "parent": "topics", "data_selector": "posts",
        "record": "post", "columns": {"key": "id", "body": "text", "space": "_parent.id"},
    },
}  # fmt: skip


class Api(Shelf):
    """Members and topics; `topics` has how much was said in each."""

    def __init__(self) -> None:
        super().__init__()
        self.members = {number: f"Person {number}" for number in range(1, PEOPLE + 1)}
        self.topics: dict[int, int] = {}
        self.bumped: dict[int, int] = {}
        self.acts = 0
        for number in range(1, 12):
            self.say(number)

    def say(self, topic: int) -> None:
        """Something more is said in a topic."""
        self.acts += 1
        self.topics[topic] = self.topics.get(topic, 0) + 1
        self.bumped[topic] = self.acts

    def answer(self, request: Request) -> Response:
        """Members after an id, topics that changed since, or what was said in one."""
        query = request.query
        if request.path == "/members":
            after = int(query.get("after", 0))
            rows = [{"id": n, "name": name} for n, name in sorted(self.members.items())]
            return _json({"members": [row for row in rows if row["id"] > after][:SIZE]})
        if request.path == "/topics":
            return _json(self._topics(query))
        topic = int(request.path.split("/")[2])
        return _json({"posts": [
            {"id": f"{topic}-{said}", "text": f"Said {said}"} for said in range(self.topics[topic])
        ]})  # fmt: skip

    def _topics(self, query: Any) -> dict[str, Any]:
        after = int(query.get("token", 0))
        rows = [
            {"id": number, "title": f"Topic {number}", "at": at(act), "act": act}
            for number, act in self.bumped.items()
            if act > after and at(act) >= query.get("since", "")
        ]
        rows.sort(key=lambda row: row["act"])
        page = rows[:SIZE]
        return {"topics": page, "next": str(page[-1]["act"]) if len(rows) > SIZE else None}


def at(act: int) -> str:
    """When an act took place: they are all a second apart, and long ago."""
    return f"{START - timedelta(days=30) + timedelta(seconds=act):%Y-%m-%dT%H:%M:%SZ}"


def _json(body: Any) -> Response:
    return Response(200, json.dumps(body).encode())


def the_api_goes_on(box: Api) -> None:
    """Two people left, one came, one has another name; a topic is new, and one goes on."""
    box.advance(days=3)
    with box.changing():
        for number in sorted(box.members)[3:5]:
            del box.members[number]
        box.members[max(box.members) + 1] = "New"
        box.members[min(box.members)] = f"Changed {box.now:%d}"
        box.say(max(box.topics) + 1)
        box.say(2)


def something_is_said(box: Api) -> None:
    """Somebody comes, and says something in a topic that is there."""
    box.advance(seconds=1)
    with box.changing():
        box.members[max(box.members) + 1] = "Late"
        box.say(max(box.topics) - 2)
