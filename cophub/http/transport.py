"""The one transport of a source: two faces, httpx's and requests', over the same machinery.

From the outside in: a face that keeps credentials at home, the archive that records or replays,
the retry of one request, and the engine with its pace, its connections and its counters.
"""

import logging
import re
import threading
import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextvars import copy_context
from typing import TYPE_CHECKING, Any, Protocol, TypeVar

import httpx
from httpx_retries import RetryTransport

from cophub.error_codes import CUT_OFF, NO_CONNECTION, REFUSED_WITHOUT_WORD, TIMEOUT, UNTRUSTED
from cophub.errors import AuthError, SourceUnavailable
from cophub.http.auth import code_of_status, place, said, status_error
from cophub.http.engine import STREAM, Engine, Untrusted
from cophub.http.face import Face, origin_of
from cophub.http.limits import Budget, Clock, Limits, OutOfTime, Sleep, Traffic
from cophub.http.pace import Pace
from cophub.http.retry import AGAIN, EmptyRefusal, PatientRetry, netloc
from cophub.http.unpacking import ACCEPTED

if TYPE_CHECKING:
    import requests

T = TypeVar("T")
R = TypeVar("R")

_STOPPED = "the run was stopped while it waited for the vendor"
SAFE = "safe"
"""The request extension that says "this POST only reads": it is then retried like a GET."""

# They write whole URLs, and some vendors want the key in the URL.
for _chatty in ("httpx", "httpcore", "httpx_retries", "urllib3"):
    if logging.getLogger(_chatty).level == logging.NOTSET:
        logging.getLogger(_chatty).setLevel(logging.WARNING)


class Archive(Protocol):
    """What stands between a face and the wire: a Recorder or a Replayer."""

    def answer(
        self, request: httpx.Request, send: Callable[[httpx.Request], httpx.Response]
    ) -> httpx.Response:
        """The answer to `request`, by `send` or from a store."""
        ...


class Client(httpx.Client):
    """An httpx client over a shared transport: closing it closes nothing else."""

    def send(
        self, request: httpx.Request, *, stream: bool = False, **options: Any
    ) -> httpx.Response:
        """Send as httpx does; the transport is told whether the body is read while it comes."""
        if stream:
            request.extensions = {**request.extensions, STREAM: True}
        try:
            return super().send(request, stream=stream, **options)
        except httpx.TooManyRedirects as error:
            raise SourceUnavailable(f"{_where(request)} is redirected without end") from error
        except (httpx.RemoteProtocolError, httpx.InvalidURL) as error:  # of a Location header
            raise SourceUnavailable(f"{_where(request)} is redirected to no address") from error


class Transport:
    """One vendor's connections, pace, patience and counters, for one run.

    `sleep` and `clock` (seconds, monotonic) are passed in where waiting must not take time.
    `wire` stands in for the network: what it answers is retried as a vendor's answer is.
    """

    def __init__(
        self,
        limits: Limits | None = None,
        *,
        archive: Archive | None = None,
        user_agent: str | None = None,
        sleep: Sleep | None = None,
        clock: Clock = time.monotonic,
        wire: httpx.BaseTransport | None = None,
    ) -> None:
        self.limits = limits or Limits()
        self.traffic = Traffic()
        self.told: Callable[[httpx.Response], None] | None = None
        """Called with each answer as it comes, its body not yet read."""
        self._archive = archive
        self._user_agent = user_agent or _user_agent()
        self._closed = threading.Event()
        self._budget = Budget(self.limits.budget, clock)
        pace = Pace(
            self.limits, self._budget, self.traffic, sleep=sleep or self._sleep, clock=clock
        )
        self._pace = pace
        self._engine = Engine(self.limits, pace, self._budget, self.traffic)
        tries, unasked = self.limits.tries, self.limits.unasked_wait
        self._patience = PatientRetry(
            tries, pace, self.traffic, any_method=False, unasked_wait=unasked
        )
        self._patience_for_safe = PatientRetry(
            tries, pace, self.traffic, any_method=True, unasked_wait=unasked
        )
        self._retrying = RetryTransport(wire or self._engine, self._patience)

    def client(
        self,
        base_url: Any = "",
        *,
        auth: Any = None,
        headers: Any = None,
        params: Any = None,
        safe_posts: bool = False,
        **options: Any,
    ) -> httpx.Client:
        """An httpx.Client; takes what httpx.Client takes, besides `transport`.

        Credentials go to the host of `base_url` and to no other; without a `base_url`, to the
        first host that is sent any. `safe_posts` says that its POSTs only read.
        """
        base_url = str(base_url)
        given = httpx.QueryParams(params)
        home = origin_of(httpx.URL(base_url)) if base_url else None
        face = Face(self._send, home, frozenset(given.multi_items()), safe=safe_posts)
        options.setdefault("follow_redirects", True)
        options.setdefault(
            "timeout", httpx.Timeout(self.limits.read_timeout, connect=self.limits.connect_timeout)
        )
        return Client(
            base_url=base_url,
            auth=auth,
            headers={
                "user-agent": self._user_agent,
                "accept-encoding": ACCEPTED,
                **dict(httpx.Headers(headers)),
            },
            params=params,
            transport=face,
            **options,
        )

    def session(self, *, base_url: str = "", safe_posts: bool = False) -> "requests.Session":
        """A requests.Session over the same connections, for vendors' own clients."""
        from cophub.http.session import FacedSession

        home = origin_of(httpx.URL(base_url)) if base_url else None
        face = Face(self._send, home, frozenset(), safe=safe_posts)
        return FacedSession(face, self.limits, self._user_agent)

    def map(
        self, function: Callable[[T], R], items: Iterable[T], workers: int | None = None
    ) -> Iterator[R]:
        """`function` of each item, in order, lazily, by as many threads as the vendor allows.

        No more than `workers` results are under way or held, so a slow reader slows the fetching.
        The first failure is raised in its place.
        """
        workers = min(workers or self.limits.concurrency, self.limits.concurrency)
        if workers <= 1:
            yield from map(function, items)
            return
        pool = ThreadPoolExecutor(workers, thread_name_prefix="cophub-fetch")
        ahead: deque[Future[R]] = deque()
        try:
            for item in items:
                ahead.append(pool.submit(copy_context().run, function, item))
                if len(ahead) == workers:
                    yield ahead.popleft().result()
            while ahead:
                yield ahead.popleft().result()
        finally:
            pool.shutdown(wait=False, cancel_futures=True)

    def hold(self, response: httpx.Response, seconds: float) -> None:
        """Wait, and hold back whoever else asks that host: it said "too much" in its own words.

        Raises SourceUnavailable when the run's budget does not reach that far.
        """
        self._pace.hold(netloc(str(response.request.url)), seconds)

    def keep_in(self, archive: Archive) -> None:
        """From now on all that is asked passes the archive."""
        self._archive = archive

    @property
    def is_closed(self) -> bool:
        """Whether nothing more can be asked."""
        return self._closed.is_set()

    def close(self) -> None:
        """Wake whoever waits, and close the connections. Faces cannot be used any more."""
        self._closed.set()
        self._engine.close()

    def __enter__(self) -> "Transport":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _sleep(self, seconds: float) -> None:
        if self._closed.wait(seconds):
            raise OutOfTime(_STOPPED)

    def _send(self, request: httpx.Request, safe: bool) -> httpx.Response:
        """The answer that a face gets: from the archive, or from the wire."""
        if safe or request.extensions.get(SAFE):
            request.extensions["retry"] = self._patience_for_safe
        if self._archive is None:
            return self._fetch(request)
        return self._archive.answer(request, self._fetch)

    def _fetch(self, request: httpx.Request) -> httpx.Response:
        if self._closed.is_set():
            raise OutOfTime("the run was stopped; its transport is closed")
        with self._budget.running():
            try:
                response = self._retrying.handle_request(request)
            except httpx.TransportError as error:
                if self.is_closed:
                    raise OutOfTime(_STOPPED) from error
                raise self._given_up(request, error) from error
        if self.told is not None:
            self.told(response)
        if response.status_code < 400:
            return response
        retry: PatientRetry = request.extensions["retry"]
        if retry.is_retryable_method(request.method) and response.status_code in AGAIN:
            raise SourceUnavailable(
                f"{_where(request)} was answered {response.status_code}{self._times()}"
                f"{said(response)}; the next run goes on from the last checkpoint",
                code=code_of_status(response.status_code),
            ) from status_error(response)
        if response.status_code == 403 and response.extensions.get("body_bytes") == 0:
            raise _refused(request, self._times())
        return response

    def _times(self) -> str:
        return f" {self.limits.tries} times in a row" if self.limits.tries > 1 else ""

    def _given_up(self, request: httpx.Request, error: httpx.TransportError) -> Exception:
        if isinstance(error, EmptyRefusal):
            return _refused(request, self._times())
        if isinstance(error, Untrusted):
            return SourceUnavailable(
                f"{_where(request)} failed: {error}; check the host's certificate, or name the"
                " organisation's own in SSL_CERT_FILE",
                code=UNTRUSTED,
            )
        return SourceUnavailable(
            f"{_where(request)} failed{self._times()}: {_words(error)}", code=_code(error)
        )


def _where(request: httpx.Request) -> str:
    url = str(request.url)
    return f"{netloc(url)}: {request.method} {place(url)}"


_FROM_THE_SYSTEM = re.compile(r"\[Errno -?\d+\] ([^\[\]()]+)")


def _words(error: httpx.TransportError) -> str:
    kind = {
        httpx.ConnectTimeout: "no connection in time",
        httpx.ReadTimeout: "no answer in time",
        httpx.ConnectError: "no connection",
        httpx.RemoteProtocolError: "the answer was cut off",
    }.get(type(error), type(error).__name__)
    # The system's own words, without those of the libraries between it and us.
    said = _FROM_THE_SYSTEM.search(str(error))
    return f"{kind} ({said[1] if said else error})"


def _code(error: httpx.TransportError) -> str:
    if isinstance(error, httpx.TimeoutException):
        return TIMEOUT
    cut_off = isinstance(error, httpx.RemoteProtocolError | httpx.ReadError)
    return CUT_OFF if cut_off else NO_CONNECTION


def _refused(request: httpx.Request, times: str) -> AuthError:
    return AuthError(
        f"{_where(request)} was answered 403 without a word{times}: either the account lacks a"
        " permission, or the vendor has blocked it for asking too fast; check the account",
        code=REFUSED_WITHOUT_WORD,
    )


def _user_agent() -> str:
    from cophub import __version__

    return f"cophub/{__version__}"
