"""A web server for tests: paths and what they answer, and a list of what was asked."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, urlsplit


@dataclass
class Answer:
    """What one address answers."""

    body: bytes = b""
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)


@dataclass
class Asked:
    """One request that came."""

    path: str
    query: dict[str, str]
    headers: dict[str, str]
    body: str = ""
    status: int = 0


class Website(ThreadingHTTPServer):
    """Pages by path: an Answer, or a function of the request that makes one."""

    request_queue_size = 128
    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.pages: dict[str, Answer | Callable[[Asked], Answer]] = {}
        self.otherwise: Answer | Callable[[Asked], Answer] = Answer(b"no such page", 404)
        """What every other path answers."""
        self.asked: list[Asked] = []
        threading.Thread(target=self.serve_forever, args=(0.02,), daemon=True).start()

    @property
    def url(self) -> str:
        """Scheme, host and port."""
        return f"http://127.0.0.1:{self.server_address[1]}"

    def put(self, path: str, body: bytes | str, kind: str = "", **headers: str) -> None:
        """Answer `path` with a body; `ETag` and `Last_Modified` are honoured when given."""
        given = {name.replace("_", "-"): value for name, value in headers.items()}
        if kind:
            given["Content-Type"] = kind
        self.pages[path] = Answer(body.encode() if isinstance(body, str) else body, 200, given)


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: Any

    def do_GET(self) -> None:
        parts = urlsplit(self.path)
        headers = {name.lower(): value for name, value in self.headers.items()}
        body = self.rfile.read(int(headers.get("content-length", 0))).decode()
        asked = Asked(parts.path, dict(parse_qsl(parts.query)), headers, body)
        self.server.asked.append(asked)
        page = self.server.pages.get(parts.path, self.server.otherwise)
        answer = page(asked) if callable(page) else page
        tag = answer.headers.get("ETag")
        if tag and headers.get("if-none-match") == tag:
            answer = Answer(b"", 304, {"ETag": tag})
        asked.status = answer.status
        self.send_response_only(answer.status)
        if "Date" not in answer.headers:
            self.send_header("Date", self.date_time_string())
        for name, value in answer.headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(answer.body)))
        self.end_headers()
        self.wfile.write(answer.body)

    do_POST = do_GET  # noqa: N815 - the library's name

    def log_message(self, *_: Any) -> None:
        """Nothing: the tests are quiet."""


@contextmanager
def website() -> Iterator[Website]:
    """A server that is closed at the end."""
    server = Website()
    try:
        yield server
    finally:
        server.shutdown()
        server.server_close()
