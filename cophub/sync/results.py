"""What a sync is given and what it answers: plain values, safe to print."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Literal, Protocol

from dateutil.relativedelta import relativedelta
from pydantic import BaseModel

from cophub.connector import Connector, Stream
from cophub.sync.bodies import Bodies

StreamState = Literal["done", "failed", "held", "stopped"]
RunState = Literal["done", "failed", "held", "busy", "stopped"]


NOT_TRIED = "not tried: "
"""How the error of a stream begins that was let be, because an earlier one met a silent vendor."""


class Watcher(Protocol):
    """Somebody who watches a run, such as a progress bar."""

    def progress(self, source: str, what: str, done: int, total: int | None) -> None:
        """Called about once a page, from the thread that syncs `source`."""


@dataclass(frozen=True)
class SourceSpec:
    """A source: a connector with settings and a name; `streams` limits it to these."""

    name: str
    connector: Connector
    settings: BaseModel
    streams: tuple[str, ...] | None = None
    bodies: Bodies = "whole"
    """How much of the texts of posts is kept."""
    retention: Mapping[str, relativedelta] = field(default_factory=dict)
    """How long content is kept, by table."""

    def __post_init__(self) -> None:
        if paced := self.connector.paced:
            own = replace(self.connector, limits=paced(self.settings), paced=None)
            object.__setattr__(self, "connector", own)

    def chosen(self, only: tuple[str, ...] | None = None) -> list[Stream]:
        """The streams to run: of the source's own choice, those in `only`."""
        wanted = [s for s in self.connector.streams if not self.streams or s.name in self.streams]
        return [stream for stream in wanted if not only or stream.name in only]


@dataclass
class StreamResult:
    """One stream of one run, in numbers; counts are records, not bytes."""

    stream: str
    state: StreamState = "done"
    whole: bool = False
    seen: int = 0
    new: int = 0
    changed: int = 0
    gone: int = 0
    rejected: int = 0
    dropped: int = 0
    """Records of people who asked to be forgotten, dropped at the door."""
    requests: int = 0
    retries: int = 0
    waited_seconds: float = 0.0
    bytes_received: int = 0
    seconds: float = 0.0
    error: str | None = None
    held_for: str | None = None
    code: str | None = None
    """Of what went wrong or is waited for, in `cophub.error_codes`."""

    @property
    def tried(self) -> bool:
        """Whether anything was asked, or would have been, for this stream itself."""
        return not (self.error or "").startswith(NOT_TRIED)


@dataclass
class RunResult:
    """One run of one source."""

    run: int
    source: str
    state: RunState
    started_at: datetime
    finished_at: datetime
    streams: list[StreamResult] = field(default_factory=list)
    error: str | None = None
    code: str | None = None
    """Of what went wrong with the run, or with the first of its streams that did not end well."""

    def total(self, count: str) -> int:
        """The sum of `count` (such as "new") over the streams."""
        return sum(getattr(stream, count) for stream in self.streams)
