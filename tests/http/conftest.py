"""A vendor on loopback that answers as a test tells it to, over real HTTP."""

import socket
import struct
import threading
import time
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import msgspec
import pytest


@dataclass
class Reply:
    """One answer: `sends` is how many bytes of the body leave before the connection is cut."""

    status: int = 200
    body: Any = b""
    headers: dict[str, str] = field(default_factory=dict)
    sends: int | None = None
    resets: bool = False
    delay: float = 0.0
    drips: float = 0.0

    def content(self) -> bytes:
        return self.body if isinstance(self.body, bytes) else msgspec.json.encode(self.body)


@dataclass
class Seen:
    """One request as it arrived."""

    method: str
    path: str
    query: dict[str, str]
    target: str
    headers: dict[str, str]
    body: bytes
    at: float
    connection: int


class Vendor:
    """The scripted answers of each path, and every request that came."""

    def __init__(self) -> None:
        self.seen: list[Seen] = []
        self.most_at_once = 0
        self._at_once = 0
        self._script: dict[str, list[Reply]] = defaultdict(list)
        self._lock = threading.Lock()
        vendor = self

        class Handler(_Handler):
            owner = vendor

        self._server = _Server(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}"
        threading.Thread(target=self._server.serve_forever, args=(0.01,), daemon=True).start()

    def answers(self, path: str, *replies: dict[str, Any]) -> None:
        """The replies to `path` (fields of Reply), one after the other; the last is repeated."""
        self._script[path] = [Reply(**reply) for reply in replies]

    def asked(self, path: str) -> list[Seen]:
        """The requests for `path`, as they came."""
        return [seen for seen in self.seen if seen.path == path]

    def asked_more_than(self, count: int, within: float) -> bool:
        """Do more than `count` requests arrive in `within` seconds?"""
        end = time.monotonic() + within
        while len(self.seen) <= count and time.monotonic() < end:
            time.sleep(0.005)
        return len(self.seen) > count

    def reply_to(self, seen: Seen) -> Reply:
        with self._lock:
            self.seen.append(seen)
            self._at_once += 1
            self.most_at_once = max(self.most_at_once, self._at_once)
            script = self._script[seen.path]
            if not script:
                return Reply(404, {"detail": "no such thing"})
            return script.pop(0) if len(script) > 1 else script[0]

    def done(self) -> None:
        with self._lock:
            self._at_once -= 1

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()


class _Server(ThreadingHTTPServer):
    request_queue_size = 128
    daemon_threads = True

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that went away is part of some tests."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    owner: Vendor

    def _answer(self) -> None:
        size = int(self.headers.get("content-length") or 0)
        parts = urlsplit(self.path)
        seen = Seen(
            self.command,
            parts.path,
            dict(parse_qsl(parts.query)),
            self.path,
            {name.lower(): value for name, value in self.headers.items()},
            self.rfile.read(size),
            time.monotonic(),
            self.client_address[1],
        )
        reply = self.owner.reply_to(seen)
        try:
            time.sleep(reply.delay)
            self._send(reply)
        finally:
            self.owner.done()

    do_GET = do_POST = do_HEAD = do_PUT = _answer  # noqa: N815 - the names of http.server

    def _send(self, reply: Reply) -> None:
        if reply.resets:
            linger = struct.pack("ii", 1, 0)  # close with a reset instead of a goodbye
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
            self.connection.close()
            self.close_connection = True
            return
        content = reply.content()
        self.send_response(reply.status)
        if "Transfer-Encoding" not in reply.headers:
            self.send_header("Content-Length", str(len(content)))
        for name, value in reply.headers.items():
            self.send_header(name, value)
        self.end_headers()
        if reply.drips:
            for byte in content:
                self.wfile.write(bytes([byte]))
                time.sleep(reply.drips)
            return
        self.wfile.write(content if reply.sends is None else content[: reply.sends])
        if reply.sends is not None:
            self.close_connection = True

    def log_message(self, *_: Any) -> None:
        """Tests have output enough."""


class Time:
    """A clock that moves only when somebody sleeps on it."""

    def __init__(self) -> None:
        self.now = 1000.0
        self.slept: list[float] = []
        self._lock = threading.Lock()

    def clock(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        with self._lock:
            self.slept.append(seconds)
            self.now += seconds


@pytest.fixture
def vendor() -> Iterator[Vendor]:
    """A vendor that is there for one test."""
    made = Vendor()
    yield made
    made.close()


@pytest.fixture
def stranger() -> Iterator[Vendor]:
    """Another host: same address, another port."""
    made = Vendor()
    yield made
    made.close()


@pytest.fixture
def time_() -> Time:
    """Time that passes only by sleeping."""
    return Time()
