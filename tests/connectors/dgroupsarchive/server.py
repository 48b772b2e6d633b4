"""A CommunityCloud for tests: it makes each signature anew, by the description, and compares.

It shares nothing with the connector. Its clock may be wrong, as servers' clocks are.
"""

import hashlib
import json
import threading
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

KEY, SECRET = "test-site", "a secret of nobody"
TOLERANCE = timedelta(minutes=5)


class Site(ThreadingHTTPServer):
    """The site: what each path answers, and what was asked."""

    request_queue_size = 128
    daemon_threads = True
    block_on_close = False

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.answers: dict[str, Any] = {}
        """By `community/route`: what v2 answers as plain data or bytes, v1 as text."""
        self.asked: list[tuple[str, str, dict[str, str], str]] = []
        """Method, whole path with query, headers, body."""
        self.skew = timedelta()
        """How far the site's clock is from ours."""
        self.refused: list[str] = []
        self.clock = ""
        """What it answers to the question for its time; empty for that."""
        self.busy: list[str] = []
        """Routes that are answered 503, each as often as it is here."""

    @property
    def base_url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}"

    @property
    def now(self) -> datetime:
        return datetime.now(UTC) + self.skew

    def start(self) -> None:
        threading.Thread(target=self.serve_forever, args=(0.02,), daemon=True).start()

    def routes(self) -> list[str]:
        """The paths that were asked for."""
        return [urlsplit(path).path for _, path, _, _ in self.asked]


class Handler(BaseHTTPRequestHandler):
    """One request."""

    protocol_version = "HTTP/1.1"
    server: Site

    def log_message(self, format: str, *args: Any) -> None:
        pass

    def _serve(self) -> None:
        size = int(self.headers.get("Content-Length") or 0)
        body = self.rfile.read(size).decode()
        self.server.asked.append((self.command, self.path, dict(self.headers.items()), body))
        path = urlsplit(self.path).path
        community, _, rest = path.strip("/").partition("/__api/")
        version, _, route = rest.partition("/")
        if route == "time":
            clock = self.server.clock or self.server.now.strftime("%Y-%m-%dT%H:%M:%S")
            return self._answer(200, clock, "text/plain")
        if route in self.server.busy:
            self.server.busy.remove(route)
            return self._answer(503, "{}")
        told = self._form(route, body) if version == "v1" else self._headers(path)
        if told:
            self.server.refused.append(told)
            return self._answer(401, json.dumps({"message": told}))
        found = self.server.answers.get(f"{community}/{route}")
        if found is None:
            return self._answer(404, "{}")
        if isinstance(found, int):
            return self._answer(found, "{}")
        if version == "v1":
            return self._answer(200, str(found), "text/plain")
        return self._answer(200, found if isinstance(found, str) else json.dumps(found))

    do_GET = do_POST = _serve  # noqa: N815 - the names are the library's

    def _form(self, operation: str, body: str) -> str:
        """Why a v1 call is refused: lowercase hex sha1(operation + key + secret + request-time)."""
        given = {name: values[0] for name, values in parse_qs(body).items()}
        text = operation + KEY + SECRET + given.get("request-time", "")
        wanted = hashlib.sha1(text.encode(), usedforsecurity=False).hexdigest()
        if given.get("site-id") != KEY or given.get("signature") != wanted:
            return "signature"
        return self._late(given["request-time"])

    def _headers(self, path: str) -> str:
        """Why a v2 call is refused: lowercase hex sha1(absolute path + key + secret + time)."""
        time = self.headers.get("X-ECS-Api-RequestTime", "")
        text = path + KEY + SECRET + time
        wanted = hashlib.sha1(text.encode(), usedforsecurity=False).hexdigest()
        if self.headers.get("X-ECS-Api-Key") != KEY or self.headers.get("Path") != path:
            return "headers"
        return "signature" if self.headers.get("Authorization") != wanted else self._late(time)

    def _late(self, text: str) -> str:
        time = datetime.strptime(text, "%Y-%m-%dT%H:%M:%S").replace(tzinfo=UTC)
        return "" if abs(time - self.server.now) < TOLERANCE else "time"

    def _answer(self, status: int, text: str, kind: str = "application/json") -> None:
        body = text.encode()
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)
