"""What every emulated vendor shares: HTTP on loopback, the clock, faults, counters, control.

The server speaks HTTP/1.1 with keep-alive. Below `/__sandbox__/` another process can move the clock
(`POST advance {"days": 7}`), plan faults (`POST faults [...]`, `DELETE faults`), read what the
vendor holds (`GET truth`) and how often it was asked (`GET requests`, `DELETE requests`).
"""

import socket
import struct
import sys
import threading
from collections import Counter, deque
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from email.utils import formatdate
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, ClassVar, Protocol, Self
from urllib.parse import parse_qsl, urlsplit

import msgspec

from cophub.sandbox.faults import Fault, Faults
from cophub.sandbox.timeline import Timeline, moment

CONTROL = "/__sandbox__/"


@dataclass(slots=True)
class Request:
    """One request; `query` holds the last value of each parameter, `raw_query` all as they came."""

    method: str
    path: str
    query: dict[str, str] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""
    raw_query: str = ""


@dataclass(slots=True)
class Response:
    """One answer; a body is JSON unless `content_type` says otherwise.

    With a `stream`, its pieces are sent instead of the body, without a declared length; it is
    closed afterwards, and one that raises ConnectionError breaks the connection off.
    """

    status: int = 200
    body: bytes = b""
    headers: dict[str, str] = field(default_factory=dict)
    content_type: str = "application/json; charset=utf-8"
    stream: "Stream | None" = None


class Stream(Protocol):
    """The pieces of a body that is sent as it is made."""

    def __iter__(self) -> Iterator[bytes]:
        """The pieces in order."""

    def close(self) -> None:
        """Called once, however the sending ended."""


class Sandbox:
    """A vendor on loopback. Subclasses answer requests; everything else is here.

    Use it as a context manager, or `start()` and `stop()`. The clock stands still until `advance`.
    """

    vendor: ClassVar[str] = ""
    simultaneous: ClassVar[int] = 0
    """Requests in flight per user before the vendor answers 429; 0: no limit."""

    def __init__(self, timeline: Timeline, *, port: int = 0, latency: float = 0.0) -> None:
        self.timeline = timeline
        self.faults = Faults()
        self.latency = latency
        self.requests: Counter[str] = Counter()
        self.log: deque[Request] = deque(maxlen=10_000)
        self.stopping = threading.Event()
        self._port = port
        self._lock = threading.RLock()
        self._in_flight: Counter[str] = Counter()
        self._last: dict[str, Response] = {}
        self.server: Server | None = None

    # What a vendor adds

    def answer(self, request: Request) -> Response:
        """The vendor's answer; runs under the sandbox's lock."""
        raise NotImplementedError

    def problem(self, status: int) -> Response:
        """How the vendor words an error of this status."""
        return Response(status, msgspec.json.encode({"error": HTTPStatus(status).phrase}))

    def problem_of(self, request: Request, status: int) -> Response:
        """An error of this status for a request, where a vendor's APIs word it differently."""
        return self.problem(status)

    def user(self, request: Request) -> str:
        """Whom the vendor counts simultaneous requests for."""
        return request.headers.get("Authorization", "")

    def controls(self) -> dict[tuple[str, str], Callable[[Any], Any]]:
        """More that other processes may do below `/__sandbox__/`, by method and name."""
        return {}

    def place(self, request: Request) -> str:
        """What a request asks for, as faults and counters name it: its path."""
        return request.path

    def listing(self, request: Request) -> str:
        """What a request asks for pages of; a page that is sent twice is one of the same."""
        return self.place(request)

    def spoil(self, body: bytes) -> bytes:
        """A page with one item that no reader can understand."""
        return spoiled(body)

    def reorder(self, body: bytes) -> bytes:
        """A page with its items in the opposite order."""
        return reordered(body)

    def drift(self, request: Request, rows: int) -> None:
        """Change `rows` rows that earlier pages of this listing held."""

    def truth(self) -> dict[str, Any]:
        """What the vendor holds now, as plain data."""
        raise NotImplementedError

    # Running it

    @property
    def base_url(self) -> str:
        """Scheme, host and port; the server must have been started."""
        if self.server is None:
            raise RuntimeError("the sandbox is not running; call start() first")
        return f"http://127.0.0.1:{self.server.server_address[1]}"

    def start(self) -> str:
        """Serve in the background and return the base URL."""
        self.server = Server(("127.0.0.1", self._port), self)
        threading.Thread(
            target=self.server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True
        ).start()
        return self.base_url

    def stop(self) -> None:
        """Stop serving; open connections end."""
        self.stopping.set()
        if self.server is not None:
            self.server.shutdown()
            self.server.server_close()

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    # Time and change

    @property
    def now(self) -> datetime:
        """The vendor's clock."""
        return moment(self.timeline.now)

    def advance(self, **step: float) -> datetime:
        """Move the clock by `days=`, `hours=`, ... and let all that is due happen; returns now."""
        seconds = round(timedelta(**step).total_seconds())
        if seconds < 0:
            raise ValueError(f"the clock only moves forward; {step} would move it back")
        with self.changing():
            self.timeline.run(self.timeline.now + seconds)
        return self.now

    @contextmanager
    def changing(self) -> Iterator[None]:
        """Hold the vendor's state while it is changed."""
        with self._lock:
            yield

    # Answering

    def respond(self, request: Request) -> tuple[Response, Fault | None]:
        """The answer with the faults that touch its content; the rest is left to the connection."""
        if request.path.startswith(CONTROL):
            with self._lock:
                return self._control(request), None
        fault = self.faults.strike(request.method, self.place(request))
        with self._counted(request) as crowd:
            if self.latency:
                self.stopping.wait(self.latency)
            if self.simultaneous and crowd > self.simultaneous:
                return self._too_many(crowd), None
            if fault is not None and fault.kind in ("slow", "hang"):
                self.stopping.wait(fault.seconds)
            with self._lock:
                return self._answer(request, fault), fault

    @contextmanager
    def _counted(self, request: Request) -> Iterator[int]:
        user = self.user(request)
        with self._lock:
            self.requests[self.place(request)] += 1
            self.log.append(request)
            self._in_flight[user] += 1
            crowd = self._in_flight[user]
        try:
            yield crowd
        finally:
            with self._lock:
                self._in_flight[user] -= 1

    def _too_many(self, crowd: int) -> Response:
        """429 with the vendor's words; with no body at all where it is far too many."""
        return self.problem(429) if crowd <= 2 * self.simultaneous else Response(429)

    def _answer(self, request: Request, fault: Fault | None) -> Response:
        kind = fault.kind if fault else ""
        if fault is not None and kind == "status":
            return _refusal(self.problem_of(request, fault.status), fault)
        if kind == "empty":
            return Response(200)
        listing = self.listing(request)
        if kind == "duplicate_page" and listing in self._last:
            return self._last[listing]
        if fault is not None and kind == "drift":
            self.drift(request, fault.rows)
        response = self.answer(request)
        if response.stream is not None:
            return response
        if response.status == HTTPStatus.OK:
            self._last[listing] = response
        if kind == "bad_item":
            return replace(response, body=self.spoil(response.body))
        if kind == "reorder_page":
            return replace(response, body=self.reorder(response.body))
        if kind == "truncated":
            return replace(response, body=response.body[: len(response.body) // 2])
        return response

    def _control(self, request: Request) -> Response:
        what = request.path.removeprefix(CONTROL)
        action: Callable[[Any], Any] | None = {
            ("GET", "now"): lambda _: {"now": self.now.isoformat()},
            ("POST", "advance"): lambda body: {"now": self.advance(**(body or {})).isoformat()},
            ("GET", "faults"): lambda _: {"struck": self.faults.struck},
            ("POST", "faults"): lambda body: self.faults.plan_all(
                body if isinstance(body, list) else [body]
            ),
            ("DELETE", "faults"): lambda _: self.faults.clear(),
            ("GET", "requests"): lambda _: dict(self.requests),
            ("DELETE", "requests"): lambda _: self.requests.clear(),
            ("GET", "truth"): lambda _: self.truth(),
            **self.controls(),
        }.get((request.method, what))
        if action is None:
            return Response(
                404, msgspec.json.encode({"error": f"no control {request.method} {what!r}"})
            )
        try:
            body = msgspec.json.decode(request.body) if request.body else None
            return Response(200, msgspec.json.encode(action(body) or {}))
        except (KeyError, TypeError, ValueError) as error:
            return Response(400, msgspec.json.encode({"error": str(error)}))


def _refusal(response: Response, fault: Fault) -> Response:
    if not fault.body:
        response = Response(response.status)
    if fault.retry_after is not None:
        response.headers["Retry-After"] = str(fault.retry_after)
    return response


def spoiled(body: bytes) -> bytes:
    """The JSON page, or bare list, with the middle item of its first list of objects unreadable.

    Texts become numbers and numbers texts, so no reader can take the item for a good one.
    """
    try:
        page = msgspec.json.decode(body)
    except msgspec.DecodeError:
        return body  # a file, or a page for people
    if items := _items(page):
        middle = len(items) // 2
        items[middle] = {key: _wrong(value) for key, value in items[middle].items()}
    return msgspec.json.encode(page)


def reordered(body: bytes) -> bytes:
    """The JSON page, or bare list, with its first list of objects turned round."""
    try:
        page = msgspec.json.decode(body)
    except msgspec.DecodeError:
        return body  # a file, or a page for people
    _items(page).reverse()
    return msgspec.json.encode(page)


def _items(page: Any) -> list[Any]:
    """The first list of objects on a page, but for links; [] where there is none."""
    inside = page.get("_embedded", page) if isinstance(page, dict) else page
    for items in inside.values() if isinstance(inside, dict) else [inside]:
        if (
            isinstance(items, list)
            and items
            and isinstance(items[0], dict)
            and "rel" not in items[0]
        ):
            return items
    return []


def _wrong(value: Any) -> Any:
    if isinstance(value, str):
        return len(value)
    return "?" if isinstance(value, int | float | list | dict) else 0


class Server(ThreadingHTTPServer):
    """Listens at once and answers once `serve_forever` runs; a thread for each connection."""

    request_queue_size = 256
    daemon_threads = True
    block_on_close = False

    def __init__(self, address: tuple[str, int], sandbox: Sandbox) -> None:
        super().__init__(address, _Handler)
        self.sandbox = sandbox
        self.connections: set[socket.socket] = set()

    def process_request(self, request: Any, client_address: Any) -> None:
        self.connections.add(request)
        super().process_request(request, client_address)

    def shutdown_request(self, request: Any) -> None:
        self.connections.discard(request)
        super().shutdown_request(request)

    def server_close(self) -> None:
        super().server_close()
        for connection in list(self.connections):
            with suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that goes away in the middle is no news; anything else is shown."""
        if not isinstance(sys.exception(), ConnectionError | TimeoutError):
            super().handle_error(request, client_address)


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    wbufsize = -1
    server: Server

    def log_message(self, format: str, *args: Any) -> None:
        """The sandbox is quiet."""

    def _serve(self) -> None:
        url = urlsplit(self.path)
        length = int(self.headers.get("Content-Length") or 0)
        request = Request(
            self.command,
            url.path,
            dict(parse_qsl(url.query, keep_blank_values=True)),
            dict(self.headers.items()),
            self.rfile.read(length) if length else b"",
            url.query,
        )
        response, fault = self.server.sandbox.respond(request)
        self._send(response, fault.kind if fault else "")

    do_GET = do_HEAD = do_POST = do_PUT = do_PATCH = do_DELETE = _serve  # noqa: N815

    def _send(self, response: Response, fault: str) -> None:
        if fault in ("hang", "reset"):
            if response.stream is not None:
                response.stream.close()
            if fault == "reset":
                linger = struct.pack("ii", 1, 0)
                self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
            self.close_connection = True
            self.connection.close()
            return
        if response.stream is not None:
            self._send_stream(response, response.stream)
            return
        body = response.body
        self.wfile.write(self._head(response, len(body)))
        if fault == "cut":
            body, self.close_connection = body[: len(body) // 2], True
        if self.command != "HEAD":
            self.wfile.write(body)
        self.wfile.flush()

    def _send_stream(self, response: Response, stream: Stream) -> None:
        try:
            self.wfile.write(self._head(response, None))
            for piece in filter(None, stream):
                self.wfile.write(b"%x\r\n%b\r\n" % (len(piece), piece))
            self.wfile.write(b"0\r\n\r\n")
            self.wfile.flush()
        except ConnectionError:
            self.close_connection = True
        finally:
            stream.close()

    def _head(self, response: Response, length: int | None) -> bytes:
        size = {"Transfer-Encoding": "chunked"} if length is None else {}
        headers = {
            "Server": "openresty",
            "Date": formatdate(self.server.sandbox.timeline.now, usegmt=True),
            **(size or {"Content-Length": str(length)}),
            **({"Content-Type": response.content_type} if length != 0 else {}),
            **response.headers,
        }
        lines = [f"HTTP/1.1 {response.status} {_phrase(response.status)}"]
        lines += [f"{name}: {value}" for name, value in headers.items()]
        return ("\r\n".join(lines) + "\r\n\r\n").encode("latin-1")


def _phrase(status: int) -> str:
    try:
        return HTTPStatus(status).phrase
    except ValueError:
        return "Unknown"
