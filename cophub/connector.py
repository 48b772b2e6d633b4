"""The contract of a connector: what a plugin hands over, and what it is handed.

A connector knows one vendor. Its streams are generators that turn the vendor's pages into records;
the engine stores them, keeps the cursor and finds out who left. A connector never sees the
warehouse, so it can be tested on one answer.
"""

import logging
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any, Generic, Literal, TypeVar

from pydantic import BaseModel
from xxhash import xxh3_64_intdigest

from cophub import __version__
from cophub.records import Checkpoint, Item, Record, Space

if TYPE_CHECKING:
    from pathlib import Path

    import httpx
    import requests

    from cophub.http import Limits, TokenStore, Transport

S = TypeVar("S", bound=BaseModel)
T = TypeVar("T")
B = TypeVar("B", bound=bytes)
R = TypeVar("R")

Extract = Callable[["Context[Any]", str | None], Iterator[Item]]
Backfill = Callable[["Context[Any]", date, date, str | None], Iterator[Item]]


@dataclass(frozen=True)
class Verdict:
    """One line of `cophub check`: may this stream be read, and if not, who must do what."""

    subject: str
    """The stream or permission that was tried."""
    state: Literal["ok", "warning", "failed"]
    message: str
    """What was found, for a person."""
    fix: str | None = None
    """The exact thing an administrator must do."""


@dataclass(frozen=True)
class Estimate:
    """What a run of one stream is expected to cost, before it is started."""

    stream: str
    requests: int
    rows: int | None = None
    note: str = ""
    seconds: float | None = None
    """How long it takes at the vendor's pace; None where no pace slows it down."""


@dataclass(frozen=True)
class Sheet:
    """A table for people outside the hub, such as the quarter table.

    `columns` are (title, kind); the first one is a text that no two rows share.
    """

    title: str
    columns: tuple[tuple[str, Literal["text", "number"]], ...]
    rows: tuple[tuple[str | float | None, ...], ...]


@dataclass(frozen=True)
class Shown:
    """A version of the site that readers saw, and since when."""

    version: int
    published_at: datetime


@dataclass(frozen=True)
class Handout:
    """What a place is to show: the site as it is published, and the quarter table."""

    settings: Any
    """Of an upload, `[pipelines.site.upload.SOURCE]` as the connector's own model; of a publisher,
    what it finds in `ctx.settings`, too."""
    folder: "Path"
    """The site for one audience: the widest, unless plugins.toml says otherwise."""
    sheet: Sheet
    """The quarter table as that audience may know it."""
    shown: Shown | None = None
    """The version that this is."""
    before: Shown | None = None
    """The one that this place was given last; None the first time."""
    cursor: str | None = None
    """That of the last Checkpoint it yielded; None the first time."""


@dataclass(frozen=True)
class Sent:
    """How much of one kind of thing, such as files or rows, was sent, left alone or taken away."""

    what: str
    sent: int = 0
    unchanged: int = 0
    removed: int = 0


@dataclass(frozen=True)
class Letter:
    """A newsletter that somebody is to finish and send at the vendor; cophub never does."""

    name: str
    """What the vendor's users know it by; the draft that has it already is written anew."""
    subject: str
    preview: str
    html: str
    text: str
    spaces: tuple[str, ...] = ()
    """Keys of the spaces it may go to; a connector that needs one takes it when it is the only."""


@dataclass(frozen=True)
class Draft:
    """A letter as the vendor keeps it."""

    key: str
    space: str
    """Title of the space it would go to."""
    new: bool
    """Whether it was made now; else an earlier one of its name was written anew."""
    url: str | None = None
    """Where to finish it."""


@dataclass(frozen=True)
class Stream:
    """One kind of thing that a connector yields, with a cursor of its own.

    `extract(ctx, since)` yields records, rejects and checkpoints. `since` is the cursor of the last
    checkpoint that was kept, or None for a whole read.

    `snapshot_of` says "whoever a finished whole read did not yield has left". It counts only when
    the read began with `since=None`, ran to its end and rejected nothing.
    """

    extract: Extract
    name: str = ""
    snapshot_of: tuple[type[Record], ...] = ()
    whole_every: timedelta | None = None
    """Read whole again after this time, for what an incremental read cannot see."""
    yields: tuple[type[Record], ...] = ()
    sees_edits: bool = True
    sees_deletions: bool = False
    permissions: tuple[str, ...] = ()
    summary: str = ""
    backfill: Backfill | None = None
    """`backfill(ctx, start, end, since)`: the same records for the days `start` to `end`, both
    included, in any time zone: what is of other days is left out. Its cursor is its own, so that a
    backfill never moves the live one. Without it a backfill reads the stream whole."""

    def __post_init__(self) -> None:
        if not self.name:
            object.__setattr__(self, "name", getattr(self.extract, "__name__", "stream"))
        if not self.summary:
            doc = (self.extract.__doc__ or "").strip()
            object.__setattr__(self, "summary", doc.splitlines()[0] if doc else "")


@dataclass(frozen=True)
class Connector:
    """Code for one vendor: its settings, its streams and what it can tell.

    `check(ctx)` yields a verdict per stream and permission; `discover(ctx)` yields what there is
    to sync, a space each, with lines for plugins.toml in `extra["settings"]` where it can propose
    some; `estimate(ctx, cursors)` says what a run would cost. All three may be left out.
    """

    name: str
    summary: str
    settings: type[BaseModel]
    streams: tuple[Stream, ...] | list[Stream]
    limits: "Limits | None" = None
    """The vendor's published pace; None for the defaults of `cophub.http.Limits`."""
    paced: "Callable[[Any], Limits] | None" = None
    """The pace of a source, from its settings, where each source is another vendor's."""
    check: "Callable[[Context[Any]], Iterator[Verdict]] | None" = None
    discover: "Callable[[Context[Any]], Iterator[Space]] | None" = None
    estimate: "Callable[[Context[Any], Mapping[str, str | None]], Iterator[Estimate]] | None" = None
    personal: tuple[str, ...] = ()
    """Fields that hold personal data, as `table.column`."""
    sign_in: "Callable[[Context[Any], Callable[[str], None]], str] | None" = None
    """For vendors where a person must sign in once: `sign_in(ctx, show)` shows that person lines,
    waits, keeps the token in `ctx.tokens` and returns who signed in."""
    upload: "Callable[[Context[Any], Handout], Iterator[Sent | Checkpoint]] | None" = None
    """Shows a handout at the vendor, as a Publisher does; for who has a place for files there."""
    upload_settings: type[BaseModel] | None = None
    """What an upload needs to know besides the source's settings, such as a library's name."""
    draft: "Callable[[Context[Any], Letter], Draft] | None" = None
    """Keeps a letter at the vendor as a draft, and never sends one. Raises ConfigError where the
    letter's spaces do not say which one it is for."""

    def stream(self, name: str) -> Stream | None:
        """The stream called `name`, or None."""
        return next((stream for stream in self.streams if stream.name == name), None)


@dataclass
class Context(Generic[S]):
    """What a running stream is handed: its settings, the one transport, a clock and a log."""

    settings: S
    source: str
    now: datetime
    """When the run began, in UTC. Streams use this clock and no other."""
    transport: "Transport"
    tokens: "TokenStore"
    """Refresh tokens that rotate: kept encrypted, saved before they are used."""
    log: logging.Logger = field(default_factory=lambda: logging.getLogger("cophub.source"))
    announce: Callable[[str, int, int | None], None] = lambda what, done, total: None
    shared: dict[Any, Any] = field(default_factory=dict)
    """What the streams of one run share, such as a directory that was read once."""
    known: "Callable[[type[Record], Sequence[int]], Collection[int]] | None" = None
    """Which digests the warehouse has; the engine sets it. None: it has none."""

    def fresh(
        self, items: Sequence[B], record: type[Record], *reading: object
    ) -> list[tuple[B, int]]:
        """Those of a vendor's items, as bytes, that are not stored just as they are, with digests.

        A record of type `record` that is made of an item takes its digest (`Record.digest`). When
        the same bytes come again they are left out here, and a whole read takes the record for
        met. `reading` is whatever else decides what an item becomes, such as settings: when it
        changes, all items are fresh. Only for items of which all records stay as they are as long
        as the item does.
        """
        given = (self.source, record.TABLE, __version__, *map(repr, reading))
        seed = xxh3_64_intdigest("\0".join(given).encode())
        digests = [xxh3_64_intdigest(item, seed) >> 1 for item in items]
        known = self.known(record, digests) if self.known else ()
        return [
            (item, digest)
            for item, digest in zip(items, digests, strict=True)
            if digest not in known
        ]

    def once(self, make: "Callable[[Context[S]], T]") -> T:
        """What `make(ctx)` gives: made when first asked for, then shared by the streams of a run.

        `make` is a class or a function of a module: a client, a directory that is read once.
        """
        if make not in self.shared:
            self.shared[make] = make(self)
        found: T = self.shared[make]
        return found

    def client(self, **options: Any) -> "httpx.Client":
        """An `httpx.Client` over the hub's transport; takes `base_url`, `auth` and so on."""
        return self.transport.client(**options)

    def session(self) -> "requests.Session":
        """A `requests.Session` over the same transport, for vendors' own clients."""
        return self.transport.session()

    def map(
        self, function: Callable[[T], R], items: Iterable[T], workers: int | None = None
    ) -> Iterator[R]:
        """`function` of each item, in order, in parallel within the vendor's limit, lazily.

        No more than `workers` results are held, so a slow reader slows the fetching.
        """
        return self.transport.map(function, items, workers)

    def progress(self, what: str, done: int, total: int | None = None) -> None:
        """Tell whoever watches how far this is; cheap enough to call once a page."""
        self.announce(what, done, total)
