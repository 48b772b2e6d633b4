"""What a stream yields, from recorded answers and without a hub."""

from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pydantic import BaseModel

from cophub.connector import Connector, Context, Stream
from cophub.errors import SourceUnavailable
from cophub.http import MemoryTokens, Replayer, Transport
from cophub.records import Checkpoint, Item, Record, Reject

if TYPE_CHECKING:
    import httpx

    from cophub.connector import Extract
    from cophub.testing.vendor import Handler

NOW = datetime(2026, 6, 1, 12, 0, tzinfo=UTC)
"""Where the clock stands, unless a test says otherwise."""


class _NoAnswers:
    """Stands in for a vendor in a test that gave no answers."""

    def answer(
        self, request: "httpx.Request", send: "Callable[[httpx.Request], httpx.Response]"
    ) -> "httpx.Response":
        raise SourceUnavailable(
            f"{request.method} {request.url.copy_with(query=None)} was asked, and this test has"
            " neither answers nor a transport; give one of them"
        )


def no_network() -> Transport:
    """A transport for a test in which nothing is to be asked."""
    return Transport(archive=_NoAnswers())


def extract(
    what: "Connector | Stream | Extract",
    settings: BaseModel,
    since: str | None = None,
    *,
    answers: Path | str | None = None,
    server: "Handler | httpx.BaseTransport | None" = None,
    now: datetime = NOW,
    transport: Transport | None = None,
) -> list[Item]:
    """All that a stream yields, in order; of a connector, all that its streams yield.

    `answers` is a folder that a `cophub.http.Recorder` filled: each is given once. `server` answers
    requests itself, as for `check_connector`. With both, no connection is opened and no time is
    waited. A `transport` takes their place where a test has one.
    """
    if sum(given is not None for given in (answers, server, transport)) > 1:
        raise ValueError("give answers, a server or a transport, and no two of them")
    streams = list(_streams(what))
    if since is not None and len(streams) > 1:
        raise ValueError("a cursor belongs to one stream; extract that stream by itself")
    opened = transport or _opened(answers, server)
    try:
        context: Context[Any] = Context(
            settings=settings, source="test", now=now, transport=opened, tokens=MemoryTokens()
        )
        return [item for stream in streams for item in stream(context, since)]
    finally:
        if transport is None:
            opened.close()


def _opened(
    answers: Path | str | None, server: "Handler | httpx.BaseTransport | None"
) -> Transport:
    import httpx

    if server is None:
        return no_network() if answers is None else Transport(archive=Replayer(answers))
    wire = server if isinstance(server, httpx.BaseTransport) else httpx.MockTransport(server)
    return Transport(wire=wire, sleep=lambda seconds: None)


def _streams(what: "Connector | Stream | Extract") -> "Iterator[Extract]":
    if isinstance(what, Connector):
        yield from (stream.extract for stream in what.streams)
    else:
        yield what.extract if isinstance(what, Stream) else what


def records(items: Iterable[Item]) -> list[Record]:
    """The records among the items."""
    return [item for item in items if isinstance(item, Record)]


def rejects(items: Iterable[Item]) -> list[Reject]:
    """The items that could not be understood."""
    return [item for item in items if isinstance(item, Reject)]


def last_cursor(items: Iterable[Item]) -> str | None:
    """The cursor of the last checkpoint, as a hub would keep it; None when there was none."""
    cursors = [item.cursor for item in items if isinstance(item, Checkpoint)]
    return cursors[-1] if cursors else None


__all__ = ["NOW", "extract", "last_cursor", "no_network", "records", "rejects"]
