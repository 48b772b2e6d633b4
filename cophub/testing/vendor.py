"""Stands in for a vendor: gives recorded answers or those of a server, and spoils some of them."""

import re
import threading
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import httpx

from cophub.error_codes import NOT_RECORDED
from cophub.errors import SourceUnavailable
from cophub.http import Replayer
from cophub.http.engine import STREAM
from cophub.http.secrets import redact

Handler = Callable[[httpx.Request], httpx.Response]
Right = Callable[[], httpx.Response]
Spoil = Callable[[httpx.Request, Right], httpx.Response]
Key = tuple[str, str, bytes, int]
"""Method, address and body of a request, and how often the same one was asked."""
ENDLESS = 400
"""More requests than an undisturbed run made, and so many besides, have no end."""
SAME = 300
"""The same request so often has no end either."""
_PAGE = re.compile(
    r"page|offset|start|skip|after|before|cursor|token|older|newer|last|next|mark|from|since|_id$",
    re.IGNORECASE,
)
"""Names of the parameters that tell one page of a listing from another."""
_NOT_OF_THE_BODY = frozenset({"content-encoding", "content-length", "transfer-encoding"})


class Endless(SourceUnavailable):
    """The connector asks and asks."""


@dataclass(frozen=True)
class Exchange:
    """What was asked, and what was answered."""

    key: Key
    status: int
    content: bytes
    location: str = ""

    def follows(self, other: "Exchange") -> bool:
        """Whether it asked for another page of the same listing, as far as addresses tell."""
        mine, theirs = (dict(parse_qsl(urlsplit(one.key[1]).query)) for one in (self, other))
        unlike = {name for name in mine.keys() | theirs if mine.get(name) != theirs.get(name)}
        same = (self.path, self.key[2]) == (other.path, other.key[2])
        return same and bool(unlike) and all(_PAGE.search(name) for name in unlike)

    @property
    def told(self) -> str:
        """All that the answer says, and where it leads to."""
        return f"{self.location} {self.content.decode(errors='replace')}"

    @property
    def path(self) -> str:
        """The address without its parameters."""
        return self.key[1].partition("?")[0]

    def __str__(self) -> str:
        method, url, _, number = self.key
        return f"{method} {redact(url)}" + (f" (time {number})" if number > 1 else "")


@dataclass(frozen=True)
class Fault:
    """What is spoiled: the answer to one request, and with `lasting` all that come after it."""

    at: Key | None
    """None for whatever is asked first."""
    spoil: Spoil
    """Gives the answer; may ask for the right one, or raise httpx.TransportError."""
    lasting: bool = False
    times: int = 1

    @classmethod
    def of_all(cls, spoil: Spoil) -> "Fault":
        """Every answer is spoiled."""
        return cls(None, spoil, lasting=True)


def source_of(
    answers: Path | str | None, server: Handler | httpx.BaseTransport | None
) -> Callable[[], Handler]:
    """Makes what answers the requests of one run, each run from the beginning."""
    if (answers is None) == (server is None):
        raise ValueError("give either answers or a server")
    if answers is not None:
        folder = Path(answers)
        return lambda: _recorded(Replayer(folder))
    assert server is not None  # noqa: S101 - one of them is given
    is_transport = isinstance(server, httpx.BaseTransport)
    return Memory(server.handle_request if is_transport else server).run  # type: ignore[union-attr,arg-type]


class Memory:
    """Asks a server for what it was not asked before; it is the same whenever a run begins."""

    def __init__(self, handler: Handler) -> None:
        self._handler = handler
        self._known: dict[Any, tuple[int, list[tuple[str, str]], bytes]] = {}

    def run(self) -> Handler:
        """Answers the requests of one run: to the same one asked twice, what comes second."""
        asked: Counter[Any] = Counter()

        def answer(request: httpx.Request) -> httpx.Response:
            sent = (request.method, str(request.url), request.content, *request.headers.raw)
            asked[sent] += 1
            key = (sent, asked[sent])
            if key not in self._known:
                found = self._handler(request)
                content = found.read()
                headers = [p for p in found.headers.multi_items() if p[0] not in _NOT_OF_THE_BODY]
                self._known[key] = found.status_code, headers, content
            status, headers, content = self._known[key]
            return httpx.Response(status, headers=headers, content=content)

        return answer


def _recorded(replayer: Replayer) -> Handler:
    def no_wire(request: httpx.Request) -> httpx.Response:
        raise AssertionError("a replayer opens no connection")

    return lambda request: replayer.answer(request, no_wire)


@dataclass
class Wire(httpx.BaseTransport):
    """The network of one run."""

    handler: Handler
    fault: Fault | None = None
    most: int = 10_000
    exchanges: list[Exchange] = field(default_factory=list)
    missing: list[str] = field(default_factory=list)
    """Requests to which no answer was recorded."""
    struck: int = 0
    endless: bool = False

    def __post_init__(self) -> None:
        self._lock = threading.RLock()
        self._asked: Counter[tuple[str, str, bytes]] = Counter()
        self._number = 0

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """The answer, right or spoiled."""
        with self._lock:
            self._number += 1
            asked = request.method, str(request.url), request.read()
            key = (*asked, self._asked[asked] + 1)
            if self._number > self.most or key[-1] > SAME:
                self.endless = True
                raise Endless(f"{self._number} requests were made, and there is no end of them")
            if self.fault and self._strikes(key):
                self.struck += 1
                response = self.fault.spoil(request, lambda: self._right(request))
            else:
                response = self._right(request)
                self._asked[asked] += 1
                leads = response.headers.get("location", "")
                self.exchanges.append(Exchange(key, response.status_code, response.content, leads))
            return _travelled(response, request)

    def _strikes(self, key: Key) -> bool:
        assert self.fault is not None  # noqa: S101 - asked by whoever knows
        if self.fault.lasting and self.struck:
            return True
        return self.struck < self.fault.times and self.fault.at in (key, None)

    def _right(self, request: httpx.Request) -> httpx.Response:
        try:
            found = self.handler(request)
        except SourceUnavailable as error:
            if error.code == NOT_RECORDED:
                self.missing.append(f"{request.method} {redact(str(request.url))}")
            raise
        found.read()
        headers = [pair for pair in found.headers.multi_items() if pair[0] not in _NOT_OF_THE_BODY]
        return httpx.Response(found.status_code, headers=headers, content=found.content)


def _travelled(found: httpx.Response, request: httpx.Request) -> httpx.Response:
    """The answer as it comes from the network: unread where it is to be read while it comes."""
    body: dict[str, Any] = {"content": found.content}
    if request.extensions.get(STREAM) and found.status_code < 400:
        body = {"stream": httpx.ByteStream(found.content)}
    response = httpx.Response(
        found.status_code, headers=found.headers.multi_items(), request=request, **body
    )
    response.extensions["body_bytes"] = len(found.content)
    return response


def with_body(response: httpx.Response, content: bytes) -> httpx.Response:
    """The same answer with another body."""
    headers = [pair for pair in response.headers.multi_items() if pair[0] not in _NOT_OF_THE_BODY]
    return httpx.Response(response.status_code, headers=headers, content=content)


__all__ = ["ENDLESS", "Endless", "Exchange", "Fault", "Handler", "Key", "Wire", "source_of"]
