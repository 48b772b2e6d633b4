"""What the hub answers: plain values, so that a terminal, a machine and a page show the same."""

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any, Literal

from cophub.connector import Estimate, Verdict
from cophub.records import Space

if TYPE_CHECKING:
    from cophub.hub.timed_backups import BackupStatus
    from cophub.work_queue import Look

Health = Literal["ok", "warning", "failed"]
Kind = Literal["source", "pipeline"]


@dataclass(frozen=True)
class NotStarted:
    """A source or pipeline whose run could not begin: its settings or its plugin are wrong."""

    name: str
    error: str
    code: str | None = None


@dataclass(frozen=True)
class HandedOn:
    """A source or pipeline that is due and waits for a worker from now on."""

    name: str
    kind: Kind
    machine: str | None = None
    """The worker that alone may do it; None: any."""


@dataclass(frozen=True)
class Checked:
    """What `check` found out about one source."""

    source: str
    connector: str
    verdicts: tuple[Verdict, ...] = ()
    error: str | None = None
    code: str | None = None
    """Of the error, in `cophub.error_codes`."""

    @property
    def failed(self) -> bool:
        """Whether something must be put right before this source can be read whole."""
        return self.error is not None or any(v.state == "failed" for v in self.verdicts)


@dataclass(frozen=True)
class Discovered:
    """The spaces that a source could sync."""

    source: str
    spaces: tuple[Space, ...]


@dataclass(frozen=True)
class Planned:
    """What a sync of one source is expected to cost, before it is started."""

    source: str
    estimates: tuple[Estimate, ...] = ()
    error: str | None = None
    note: str | None = None

    @property
    def requests(self) -> int:
        """Requests over all streams."""
        return sum(estimate.requests for estimate in self.estimates)


@dataclass(frozen=True)
class StreamRow:
    """One stream of a run, as it was recorded."""

    stream: str
    state: str
    whole: bool
    seen: int
    new: int
    changed: int
    gone: int
    rejected: int
    requests: int
    retries: int
    waited_seconds: float
    bytes_received: int
    seconds: float
    error: str | None
    held_for: str | None
    code: str | None = None


@dataclass(frozen=True)
class PipelineRow:
    """One pipeline of a run, as it was recorded."""

    pipeline: str
    state: str
    """running, done, failed, killed"""
    started_at: datetime
    finished_at: datetime | None
    files: int | None
    error: str | None
    code: str | None
    due_at: datetime | None = None

    @property
    def seconds(self) -> float | None:
        """How long it took, once it has ended."""
        end = self.finished_at
        return (end - self.started_at).total_seconds() if end else None


@dataclass(frozen=True)
class RunRow:
    """A run, as it was recorded; `source` is None for a run of the pipelines."""

    run: int
    kind: str
    source: str | None
    state: str
    started_at: datetime
    finished_at: datetime | None
    error: str | None
    streams: tuple[StreamRow, ...] = ()
    code: str | None = None
    """Of what went wrong or is waited for, in `cophub.error_codes`."""
    asked_by: str | None = None
    due_at: datetime | None = None
    pipelines: tuple[PipelineRow, ...] = ()
    """Of a run of pipelines: each, in the order in which they ran."""

    @property
    def seconds(self) -> float | None:
        """How long it took, once it has ended."""
        end = self.finished_at
        return (end - self.started_at).total_seconds() if end else None

    def total(self, count: str) -> int:
        """The sum of `count` (such as "new") over the streams."""
        return sum(getattr(stream, count) for stream in self.streams)

    @property
    def reason(self) -> str | None:
        """Why it failed or is held, in one line."""
        told = (stream.error or stream.held_for for stream in self.streams)
        return self.error or next((line for line in told if line), None)


@dataclass(frozen=True)
class SourceStatus:
    """How one source of plugins.toml stands."""

    source: str
    connector: str
    timetable: str
    state: str
    """fresh, late, failed, held, running, never ran"""
    last: RunRow | None
    fresh_at: datetime | None
    """When the last run that ended well began."""
    next_at: datetime | None
    """When it is due; None where nothing is scheduled."""
    spaces: int = 0
    accounts: int = 0
    rejects: int = 0
    purpose: str | None = None
    lawful_basis: str | None = None
    addresses: str = "masked"
    """masked or shown: who reads the directory sees the addresses that it gave, or not."""
    advice: str | None = None
    """What to do now, where something is to be done."""
    since: datetime | None = None
    """Since when it is not well; None where it is, or never ran."""
    why: str | None = None
    """Why it is not well, in one line."""
    code: str | None = None
    """Of what is not well, in `cophub.error_codes`."""
    fresh_within: str | None = None
    """How old its data may be at most, as `1 day`; None where nothing is promised."""
    promise_kept: bool | None = None


@dataclass(frozen=True)
class PipelineStatus:
    """How one pipeline stands: one of plugins.toml, or one that ran."""

    pipeline: str
    timetable: str
    state: str
    """fresh, late, failed, running, killed, never ran"""
    fresh_at: datetime | None
    """When the last run of it that ended well began."""
    next_at: datetime | None
    since: datetime | None = None
    why: str | None = None
    code: str | None = None
    advice: str | None = None
    fresh_within: str | None = None
    promise_kept: bool | None = None


@dataclass(frozen=True)
class PlaceStatus:
    """How a place stands that the site is handed out to: an upload or a publisher."""

    place: str
    """`site to intranet`, or `publisher share`."""
    state: str
    """fresh, failed, running, killed, never ran"""
    fresh_at: datetime | None
    """When it was last given what is published."""
    since: datetime | None = None
    why: str | None = None
    code: str | None = None
    advice: str | None = None


@dataclass(frozen=True)
class Trouble:
    """What is not well, by one cause: of a source or pipeline, or of several that share it."""

    state: str
    """failed, held, late, killed, stopped, never ran"""
    subjects: tuple[str, ...]
    """`news`, `pipeline site`, `site to intranet` or `publisher share`."""
    since: datetime | None
    why: str
    advice: str | None
    code: str | None


@dataclass(frozen=True)
class Published:
    """The version of the site that readers see."""

    version: int
    published_at: datetime | None
    files: int | None
    size_bytes: int | None


@dataclass(frozen=True)
class Status:
    """How the hub stands."""

    sources: tuple[SourceStatus, ...]
    published: Published | None
    site: str
    warehouse: str
    warnings: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    """What is worth knowing and no fault."""
    pipelines: tuple[PipelineStatus, ...] = ()
    places: tuple[PlaceStatus, ...] = ()
    """Where else the site goes."""
    troubles: tuple[Trouble, ...] = ()
    """What is not well, worst first."""
    coming: "Coming | None" = None
    """The next run that the timetable holds ready."""
    queue: "Look | None" = None
    """What waits for workers, and who works; None where nothing is for workers."""
    backup: "BackupStatus | None" = None
    """How the copies stand that are made by themselves; None where none are."""

    @property
    def failing(self) -> bool:
        """Whether anything failed, is held, or breaks a promise: what monitoring is to notice."""
        kept = [source.promise_kept for source in self.sources]
        kept += [pipeline.promise_kept for pipeline in self.pipelines]
        return any(one.state in ("failed", "held") for one in self.troubles) or False in kept


@dataclass(frozen=True)
class RejectRow:
    """An item that was not understood."""

    id: int
    run: int
    source: str
    stream: str
    record: str | None
    key: str | None
    field: str | None
    reason: str
    rejected_at: datetime
    item: Any = None
    code: str | None = None
    """What kind of fault it is, in `cophub.error_codes`."""
    resolved_at: datetime | None = None
    """When a whole read understood it, or rejected it once more; None while it is open."""


@dataclass(frozen=True)
class PersonRow:
    """A person of the directory."""

    id: str
    name: str | None
    email: str | None
    organization: str | None
    """Its name, as elsewhere; keys stand in exports."""
    country: str | None
    kind: str
    listed: bool
    accounts: int
    communities: tuple[str, ...] = ()


@dataclass(frozen=True)
class CommunityRow:
    """A community and what serves it."""

    key: str
    title: str
    domain: str | None
    members: int
    spaces: tuple[str, ...]
    set_by: str


@dataclass(frozen=True)
class MeasureRow:
    """One figure of the quarter table: `value` is None where `absent` says why."""

    community: str
    measure: str
    label: str
    value: float | None
    unit: str
    previous: float | None
    difference: float | None
    percent: float | None
    absent: str | None
    definition: str
    sources: tuple[str, ...]
    observed_at: datetime | None
    note: str | None = None
    small: bool = False
    """Whether it tells about fewer than 5 people."""


_KEPT_AS_TODAY = (
    "Which spaces serve which community, and what sources have changed since in what they had told"
    " by that day, is told as it is today; whoever was erased since is in no figure."
)


@dataclass(frozen=True)
class QuarterReport:
    """The quarter table: a row per measure, a column per community (`""`: all together)."""

    quarter: str
    communities: tuple[tuple[str, str], ...]
    """(key, title), the whole organisation first."""
    rows: tuple[MeasureRow, ...]
    as_of: str | None = None
    """The day as of which it is told, as 2026-10-05; None: as it was published last."""

    @property
    def title(self) -> str:
        """What it is a table of."""
        return f"{self.quarter} as of {self.as_of}" if self.as_of else self.quarter

    @property
    def caveat(self) -> str | None:
        """What a table of a past day tells as it is today; None for what was published."""
        return _KEPT_AS_TODAY if self.as_of else None

    @property
    def measures(self) -> tuple[tuple[str, str, str], ...]:
        """(measure, label, unit) in the order of the table."""
        return tuple(dict.fromkeys((row.measure, row.label, row.unit) for row in self.rows))

    def cell(self, community: str, measure: str) -> MeasureRow | None:
        """The figure of one community."""
        for row in self.rows:
            if row.community == community and row.measure == measure:
                return row
        return None


@dataclass(frozen=True)
class Finding:
    """One line of `doctor`."""

    subject: str
    state: Health
    message: str
    fix: str | None = None


@dataclass(frozen=True)
class Coming:
    """A run that the timetable holds ready."""

    at: datetime
    kind: Kind
    name: str
    timetable: str


@dataclass(frozen=True)
class Reloaded:
    """plugins.toml was changed while time is kept: what of it changed, or why the old one stays."""

    file: str
    added: tuple[str, ...] = ()
    changed: tuple[str, ...] = ()
    """Sources and pipelines by name, and tables such as `[hub]`."""
    removed: tuple[str, ...] = ()
    error: str | None = None
    code: str | None = None
