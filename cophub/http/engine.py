"""The wire: one request over a pooled connection, and its answer.

Connections are urllib3's. Measured against httpx's own (httpcore and h11) it takes a quarter of
the processor time for a body of 1 MB and half for a small one, and both faces stand on it.
"""

import ipaddress
import socket
import ssl
import threading
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import timedelta
from functools import cache
from typing import Any, NoReturn
from urllib.parse import unquote

import httpx
import urllib3
from urllib3 import exceptions as failures

from cophub.error_codes import CUT_OFF
from cophub.errors import SourceUnavailable
from cophub.http.limits import Budget, Limits, OutOfTime, Traffic
from cophub.http.pace import Pace
from cophub.http.retry import netloc
from cophub.http.secrets import remember_secret
from cophub.http.unpacking import Room, unpacked

_PIECE = 1 << 18  # larger pieces cost more: each is a fresh allocation of its full size
STREAM = "cophub.stream"
"""The request extension of a caller who reads the body piece by piece."""


class Untrusted(httpx.TransportError):
    """The certificate of a host was refused; asking again does not make it better."""


@cache
def tls() -> ssl.SSLContext:
    """Trusted certificates; loaded once, when the first https host is asked."""
    return httpx.create_ssl_context()


def _proxy_for(scheme: str, host: str) -> str | None:
    """The proxy that the environment names for a host; never one for this machine itself."""
    try:
        here = ipaddress.ip_address(host).is_loopback
    except ValueError:
        here = host == "localhost"
    proxy = urllib.request.getproxies().get(scheme)
    if not proxy or here or urllib.request.proxy_bypass(host):
        return None
    return proxy if "://" in proxy else f"http://{proxy}"


def _through(proxy: str, room: int) -> urllib3.ProxyManager:
    user = urllib3.util.parse_url(proxy).auth
    if user:
        remember_secret(user.partition(":")[2])
    return urllib3.ProxyManager(
        proxy,
        maxsize=room,
        proxy_headers=urllib3.make_headers(proxy_basic_auth=unquote(user)) if user else None,
        proxy_ssl_context=tls() if proxy.startswith("https:") else None,
    )


class Engine(httpx.BaseTransport):
    """Sends one request once, when its time has come, and reads the whole answer.

    The body is read here, so that one that is cut off is asked for again like any other failure.
    """

    def __init__(self, limits: Limits, pace: Pace, budget: Budget, traffic: Traffic) -> None:
        self._limits, self._pace, self._budget, self._traffic = limits, pace, budget, traffic
        self._open_now: set[Any] = set()
        """Connections, those that wait for an answer among them."""
        self._managers: dict[str | None, urllib3.PoolManager] = {}
        self._pools: dict[tuple[str, str, int | None], tuple[urllib3.HTTPConnectionPool, bool]] = {}
        self._lock = threading.Lock()
        self._closed = False

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """The answer to `request`; raises httpx.TransportError and SourceUnavailable."""
        host = netloc(str(request.url))
        give_back = self._pace.enter(host, request.url.path)
        if self._closed:  # a retry would open new connections in place of those that were closed
            give_back()
            raise OutOfTime("the run was stopped; its connections are closed")
        streamed, began = False, time.perf_counter()
        try:
            self._traffic.add(requests=1)
            answer = self._open(request)
            streamed = bool(request.extensions.get(STREAM)) and answer.status < 400
            most = self._limits.largest_stream if streamed else self._limits.largest
            room = Room(host, most, self._limits.ratio)
            if streamed:
                pieces = _Pieces(answer, room, self._traffic, give_back)
                return _response(answer, request, pieces, None, room)
            content = self._read(answer, room)
            body = httpx.ByteStream(content)
            response = _response(answer, request, body, len(content), Room(host, most, room.ratio))
            response.read()  # decompressed here, so that a broken one is asked for again
            response.elapsed = timedelta(seconds=time.perf_counter() - began)
            return response
        except httpx.DecodingError as error:
            raise httpx.RemoteProtocolError(str(error), request=request) from error
        except failures.HTTPError as error:
            _raise_as_httpx(error, request)
        finally:
            if not streamed:
                give_back()

    def close(self) -> None:
        """Close every connection; who waits for an answer on one is told that it was cut off."""
        self._closed = True
        for connection in list(self._open_now):
            with suppress(OSError, AttributeError):  # it may be gone by now
                socket.socket.shutdown(connection.sock, socket.SHUT_RDWR)
        with self._lock:
            for manager in self._managers.values():
                manager.clear()
            self._pools.clear()

    def _open(self, request: httpx.Request) -> urllib3.BaseHTTPResponse:
        pool, whole_url = self._pool(request.url)
        times = request.extensions.get("timeout") or {}
        raw = request.headers.raw
        headers = {name.decode("ascii"): value.decode("latin-1") for name, value in raw}
        return pool.urlopen(
            request.method,
            str(request.url) if whole_url else request.url.raw_path.decode("ascii"),
            body=request.read() or None,
            headers=headers if len(headers) == len(raw) else dict(request.headers.items()),
            retries=False,
            redirect=False,
            assert_same_host=False,
            timeout=urllib3.Timeout(
                connect=times.get("connect") or self._limits.connect_timeout,
                read=times.get("read") or self._limits.read_timeout,
            ),
            preload_content=False,
            decode_content=False,
        )

    def _read(self, answer: urllib3.BaseHTTPResponse, room: Room) -> bytes:
        """The body, in as few pieces as it comes in; a vendor that drips runs into the budget."""
        pieces = []
        try:
            while piece := answer.read1(_PIECE, decode_content=False):
                pieces.append(piece)
                room.came(len(piece))
                if len(pieces) % 16 == 0:
                    self._budget.check(room.host)
        except BaseException:
            answer.close()
            raise
        finally:
            # What came of an answer that was cut off has come, too.
            self._traffic.add(bytes_received=sum(map(len, pieces)))
        return pieces[0] if len(pieces) == 1 else b"".join(pieces)

    def _pool(self, url: httpx.URL) -> tuple[urllib3.HTTPConnectionPool, bool]:
        """The connections to a host, and whether its proxy wants to be told the whole URL."""
        key = (url.scheme, url.host, url.port)
        found = self._pools.get(key)
        if found is None:
            with self._lock:
                proxy = _proxy_for(url.scheme, url.host)
                secure = {"ssl_context": tls()} if url.scheme == "https" else None
                pool = self._manager(proxy).connection_from_host(
                    url.host, url.port, url.scheme, pool_kwargs=secure
                )
                pool.ConnectionCls = _known_to(self._open_now, pool.ConnectionCls)
                found = self._pools[key] = (pool, bool(proxy) and url.scheme == "http")
        return found

    def _manager(self, proxy: str | None) -> urllib3.PoolManager:
        if proxy not in self._managers:
            room = self._limits.concurrency * 2
            self._managers[proxy] = (
                _through(proxy, room) if proxy else urllib3.PoolManager(maxsize=room)
            )
        return self._managers[proxy]


def _known_to(known: set[Any], kind: type[Any]) -> type[Any]:
    """The same connections, which are in `known` from the time that they are open."""

    class Known(kind):  # type: ignore[misc]  # whichever of the two it is
        def connect(self) -> None:
            super().connect()
            known.add(self)

        def close(self) -> None:
            known.discard(self)
            super().close()

    return Known


def _response(
    answer: urllib3.BaseHTTPResponse,
    request: httpx.Request,
    body: httpx.SyncByteStream,
    size: int | None,
    room: Room,
) -> httpx.Response:
    return Answer(
        room,
        answer.status,
        headers=list(answer.headers.iteritems()),
        stream=body,
        request=request,
        extensions={
            "http_version": b"HTTP/1.1",
            "reason_phrase": (answer.reason or "").encode("ascii", "replace"),
            "body_bytes": size,
        },
    )


class Answer(httpx.Response):
    """An httpx response whose body is unpacked only as far as there is room for it."""

    def __init__(self, room: Room, *args: Any, **named: Any) -> None:
        super().__init__(*args, **named)
        self._room = room

    def iter_bytes(self, chunk_size: int | None = None) -> Iterator[bytes]:
        """The unpacked body, in pieces as they come or of `chunk_size` bytes."""
        if hasattr(self, "_content"):
            yield from super().iter_bytes(chunk_size)
            return
        try:
            header = self.headers.get("content-encoding", "")
            yield from _chunks(unpacked(self.iter_raw(), header, self._room), chunk_size)
        except httpx.DecodingError as error:
            error.request = self.request
            raise


def _chunks(pieces: Iterator[bytes], size: int | None) -> Iterator[bytes]:
    rest = b""
    for piece in pieces:
        if size is None:
            yield piece
            continue
        rest += piece
        while len(rest) >= size:
            yield rest[:size]
            rest = rest[size:]
    if rest:
        yield rest


class _Pieces(httpx.SyncByteStream):
    """A body that is read while it comes; its slot is free again when it is closed."""

    def __init__(
        self,
        answer: urllib3.BaseHTTPResponse,
        room: Room,
        traffic: Traffic,
        give_back: Callable[[], None],
    ) -> None:
        self._answer, self._most, self._host = answer, room.most, room.host
        self._traffic, self._give_back = traffic, give_back

    def __iter__(self) -> Iterator[bytes]:
        came = Room(self._host, self._most, 0)
        try:
            while piece := self._answer.read1(_PIECE, decode_content=False):
                self._traffic.add(bytes_received=len(piece))
                came.came(len(piece))  # also of what is kept as it comes
                yield piece
        except failures.HTTPError as error:
            raise SourceUnavailable(
                f"{self._host}: an answer broke off while it was read ({_plain(error)}); the next"
                " run reads it again",
                code=CUT_OFF,
            ) from error

    def close(self) -> None:
        self._answer.close()
        self._give_back()


_NAMES: tuple[tuple[type[Exception], type[httpx.TransportError]], ...] = (
    (failures.SSLError, Untrusted),
    (failures.ProxyError, httpx.ProxyError),
    (failures.NewConnectionError, httpx.ConnectError),
    (failures.ConnectTimeoutError, httpx.ConnectTimeout),
    (failures.ReadTimeoutError, httpx.ReadTimeout),
    (failures.LocationValueError, httpx.UnsupportedProtocol),
    (failures.ProtocolError, httpx.RemoteProtocolError),
    (failures.IncompleteRead, httpx.RemoteProtocolError),
    (failures.InvalidChunkLength, httpx.RemoteProtocolError),
)


def _raise_as_httpx(error: Exception, request: httpx.Request) -> NoReturn:
    """Raise urllib3's failure under the name that httpx has for it."""
    name = next((mine for theirs, mine in _NAMES if isinstance(error, theirs)), httpx.ReadError)
    raise name(_plain(error), request=request) from error


def _plain(error: Exception) -> str:
    """A failure in words, without the objects that urllib3 shows with it."""
    inner = next((arg for arg in reversed(error.args) if isinstance(arg, Exception)), None)
    text = _plain(inner) if inner is not None else str(error.args[-1] if error.args else error)
    return text.rpartition(">: ")[2] or type(error).__name__
