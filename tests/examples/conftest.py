"""An Agora forum on loopback: one group, its members and posts, as `agora.py` asks for them."""

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest

TOKEN = "token-of-the-forum"


def member(number: int) -> dict[str, Any]:
    return {
        "id": number,
        "name": f"Person {number}",
        "email": f"person{number}@example.org",
        "added_at": "2026-01-05T09:00:00Z",
    }


def post(number: int) -> dict[str, Any]:
    return {
        "id": number,
        "author": 1 + number % 7,
        "topic": number // 10,
        "text": f"Text {number}",
        "created_at": "2026-02-01T12:00:00+01:00",
    }


class Forum:
    """What the forum holds, and what it was asked; `fail_next` makes one answer a 503."""

    PAGE = 20

    def __init__(self) -> None:
        self.members = [member(number) for number in range(1, 121)]
        self.posts = [post(number) for number in range(1, 46)]
        self.asked: list[str] = []
        self.fail_next = 0
        self.next_link: str | None = None
        forum = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            disable_nagle_algorithm = True

            def do_GET(self) -> None:
                status, body = forum.answer(self.path, self.headers.get("Authorization"))
                content = json.dumps(body).encode()
                self.send_response(status)
                self.send_header("Content-Length", str(len(content)))
                self.end_headers()
                self.wfile.write(content)

            def log_message(self, *_: Any) -> None:
                """Tests have output enough."""

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}"
        threading.Thread(target=self.server.serve_forever, args=(0.01,), daemon=True).start()

    def answer(self, target: str, signed: str | None) -> tuple[int, Any]:
        """Status and body for a request."""
        self.asked.append(target)
        parts = urlsplit(target)
        query = dict(parse_qsl(parts.query))
        if signed != f"Bearer {TOKEN}":
            return 401, {"message": "bad token"}
        if self.fail_next:
            self.fail_next -= 1
            return 503, {}
        if parts.path == "/api/v1/groups/mercop/members":
            offset, limit = int(query["offset"]), int(query["limit"])
            return 200, {"members": self.members[offset : offset + limit], "next": self.next_link}
        if parts.path == "/api/v1/groups/mercop/posts":
            found = [post for post in self.posts if post["id"] > int(query["after"])]
            return 200, {"posts": found[: self.PAGE]}
        return 404, {"message": "no such thing"}


@pytest.fixture
def forum() -> Iterator[Forum]:
    """A forum for one test."""
    made = Forum()
    yield made
    made.server.shutdown()
    made.server.server_close()
