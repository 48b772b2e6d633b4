"""One run of one stream against a stand-in for its vendor, as a hub would make it."""

import logging
import os
import sysconfig
import traceback
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from typing import Any

import msgspec
from pydantic import BaseModel, SecretStr

from cophub.connector import Context, Stream
from cophub.errors import CophubError
from cophub.http import Limits, MemoryTokens, TokenStore, Transport, redact
from cophub.records import Checkpoint, Gone, Item, Reject
from cophub.testing.state import State
from cophub.testing.vendor import ENDLESS, Exchange, Fault, Handler, Wire

SHORTEST_SECRET = 6
_LIBRARIES = tuple(
    f"{path}{os.sep}"
    for path in (
        *map(sysconfig.get_path, ("stdlib", "purelib", "platlib")),
        Path(__file__).parent, Path(__file__).parents[1] / "http",
    )
)  # fmt: skip
"""Where no connector under test is; our own connectors lie beside this folder."""
TRIES = 2


@dataclass
class Outcome:
    """What came of a run."""

    since: str | None
    items: list[Item]
    error: Exception | None
    exchanges: list[Exchange]
    missing: list[str]
    """Requests to which no answer was recorded."""
    endless: bool
    struck: int

    @property
    def kept(self) -> list[Item]:
        """What a hub keeps: all, or what came before the last checkpoint where the run failed."""
        if self.error is None:
            return self.items
        places = (at for at, item in enumerate(self.items) if isinstance(item, Checkpoint))
        return self.items[: max(places, default=-1) + 1]

    @property
    def cursors(self) -> list[str]:
        """Those of the checkpoints, in order."""
        return [item.cursor for item in self.items if isinstance(item, Checkpoint)]

    @property
    def cursor(self) -> str | None:
        """Where the next run goes on."""
        found = [item.cursor for item in self.kept if isinstance(item, Checkpoint)]
        return found[-1] if found else self.since

    @property
    def rejects(self) -> list[Reject]:
        """What was not understood, and what the warehouse would not take."""
        told = [item for item in self.items if isinstance(item, Reject)]
        return told + State.after(self.items).refused

    @property
    def crash(self) -> str:
        """What no connector should let through, in a few words; empty where nothing did."""
        if self.endless:
            return "it asks without end"
        if self.error is None or isinstance(self.error, CophubError):
            return ""
        return f"{type(self.error).__name__}: {_first_line(self.error)}{_place(self.error)}"


def _first_line(error: Exception) -> str:
    return str(redact(str(error).strip().partition("\n")[0][:200]))


def _place(error: Exception) -> str:
    """The line of the connector that raised an error, as far as that can be told."""
    frames = traceback.extract_tb(error.__traceback__)
    own = [one for one in frames if not one.filename.startswith(_LIBRARIES)] or frames[-1:]
    return "".join(f", at {Path(one.filename).name}:{one.lineno}: {one.line}" for one in own[-1:])


@dataclass
class Bench:
    """A stream with all that its runs need."""

    stream: Stream
    settings: BaseModel
    source: Callable[[], Handler]
    limits: Limits
    now: datetime
    tokens: Mapping[str, str] | TokenStore | None = None
    others: tuple[Stream, ...] = ()
    """The other streams of the connector: what they reject need not be rejected twice."""
    tries: int = 6
    """So many requests, pages and checkpoints are tried for each promise; two at least."""
    excused: dict[tuple[str, ...], str] = field(default_factory=dict)
    """Why a promise may break, by its name and a part of the address that it breaks at."""
    leaks: list[str] = field(default_factory=list)
    """Where a secret was seen."""
    runs: int = 0

    def __post_init__(self) -> None:
        self.secrets = {s for s in secrets_of(self.settings) if len(s) >= SHORTEST_SECRET}
        self._usual = 0
        self._known: dict[str | None, Outcome] = {}
        self._looked: set[bytes] = set()

    def undisturbed(self, since: str | None) -> Outcome:
        """What a run from this cursor comes to. It is made once: the vendor stays as it is."""
        if since not in self._known:
            self._known[since] = self.run(since)
        return self._known[since]

    def run(self, since: str | None = None, fault: Fault | None = None) -> Outcome:
        """Read the stream once; what goes wrong is in the outcome."""
        wire = self.wire(fault)
        lines = _Lines()
        log = logging.getLogger("cophub.source.test")
        log.addHandler(lines)
        before, log.level = log.level, logging.DEBUG
        try:
            items, error = self._read(wire, since, log)
        finally:
            log.removeHandler(lines)
            log.level = before
        self.runs += 1
        self._usual = max(self._usual, len(wire.exchanges))
        self._look_for_secrets(items, error, lines.lines)
        return Outcome(since, items, error, wire.exchanges, wire.missing, wire.endless, wire.struck)

    def wire(self, fault: Fault | None = None) -> Wire:
        """The network of one run; a connector that asks far more than usual is stopped."""
        most = 3 * self._usual + ENDLESS if self.runs else 20_000
        return Wire(self.source(), fault, most)

    @contextmanager
    def context(self, wire: Wire, log: logging.Logger | None = None) -> Iterator[Context[Any]]:
        """What a hub would hand to a stream."""
        with Transport(self.limits, sleep=lambda seconds: None, wire=wire) as transport:
            yield Context(
                self.settings, "test", self.now, transport, self._tokens(),
                log=log or logging.getLogger("cophub.source.test"),
            )  # fmt: skip

    def _read(
        self, wire: Wire, since: str | None, log: logging.Logger
    ) -> tuple[list[Item], Exception | None]:
        items: list[Item] = []
        with self.context(wire, log) as context:
            try:
                for item in self.stream.extract(context, since):
                    items.append(item)
            except Exception as error:  # noqa: BLE001 - whatever a connector raises is what is told
                return items, error
        return items, None

    def _tokens(self) -> TokenStore:
        if self.tokens is None or isinstance(self.tokens, Mapping):
            return MemoryTokens(**(self.tokens or {}))
        return self.tokens

    def _look_for_secrets(
        self, items: list[Item], error: Exception | None, lines: list[str]
    ) -> None:
        if not self.secrets or len(self.leaks) > 3:
            return
        for where, told in self._said(items, error, lines):
            if any(secret in told for secret in self.secrets):
                self.leaks.append(f"in {where}: {_masked(told, self.secrets)}")
                return

    def _said(
        self, items: list[Item], error: Exception | None, lines: list[str]
    ) -> Iterator[tuple[str, str]]:
        for item in items:
            if isinstance(item, Gone):
                continue
            if (encoded := msgspec.json.encode(item, enc_hook=str)) in self._looked:
                continue
            self._looked.add(encoded)
            plain = as_plain(item)
            yield (
                f"a {type(item).__name__}",
                str(redact(plain) if isinstance(item, Reject) else plain),
            )
        if error is not None:
            yield f"a {type(error).__name__}", str(error)
        for line in lines:
            yield "a line of the log", line


def _masked(told: str, secrets: set[str]) -> str:
    """A little of the text round the secret, without it."""
    for secret in secrets:
        told = told.replace(secret, "***")
    at = max(told.find("***"), 0)
    return told[max(at - 60, 0) : at + 40]


class _Lines(logging.Handler):
    def __init__(self) -> None:
        super().__init__(logging.DEBUG)
        self.lines: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.lines.append(record.getMessage())


def as_plain(item: Item) -> Any:
    """An item as plain values."""
    return msgspec.to_builtins(item, str_keys=True, enc_hook=str)


def secrets_of(value: Any) -> Iterator[str]:
    """Every secret in some settings."""
    if isinstance(value, SecretStr):
        yield value.get_secret_value()
    elif isinstance(value, BaseModel):
        for name in type(value).model_fields:
            yield from secrets_of(getattr(value, name))
    elif isinstance(value, Mapping):
        for inner in value.values():
            yield from secrets_of(inner)
    elif isinstance(value, list | tuple):
        for inner in value:
            yield from secrets_of(inner)


def unhurried(limits: Limits | None) -> Limits:
    """A vendor's limits without its pace, one request at a time."""
    return replace(
        limits or Limits(), rate=(), lanes=(), unasked_wait=0.0, tries=TRIES, concurrency=1
    )


def state_of(items: list[Item]) -> State:
    """What a hub would know after them."""
    return State.after(items)


__all__ = ["Bench", "Outcome", "as_plain", "secrets_of", "state_of", "unhurried"]
