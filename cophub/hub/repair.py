"""What brings a warehouse in order: days read again, rejects tried again, recordings played."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from cophub.error_codes import ASKED
from cophub.errors import ConfigError

if TYPE_CHECKING:
    from threading import Event

    from cophub.hub import Hub
    from cophub.hub.answers import NotStarted
    from cophub.sync.engine import SyncEngine
    from cophub.sync.results import RunResult, SourceSpec, Watcher
    from cophub.warehouse.rejects import Open


@dataclass(frozen=True)
class BackfillPlan:
    """How the streams of a source are read for some days."""

    source: str
    start: date
    end: date
    windowed: tuple[str, ...]
    """Streams whose vendor is asked for these days alone."""
    whole: tuple[str, ...]
    """Streams that are read whole, of which the rest is left."""


@dataclass(frozen=True)
class Retried:
    """What became of the open rejects of a source."""

    name: str
    before: int
    """Those that were to be tried again."""
    well: int
    still: int
    left: tuple[str, ...] = ()
    """Streams with rejects that the source does not read any more."""


@dataclass
class Repair:
    """The hub's doors for whoever mends; `hub.repair`."""

    hub: "Hub"

    def plan_backfill(
        self, source: str, start: date, end: date, streams: Sequence[str] = ()
    ) -> BackfillPlan:
        """How a backfill would read. Raises ConfigError: no such source or stream, no such days."""
        if start > end:
            raise ConfigError(
                f"the first day, {start}, is after the last, {end}; swap them", code=ASKED
            )
        if start > self.hub.now().astimezone(self.hub.config.timezone).date():
            raise ConfigError(f"{start} has not come yet; name a day that has", code=ASKED)
        chosen = self._spec(source, streams).chosen(tuple(streams) or None)
        return BackfillPlan(
            source, start, end,
            windowed=tuple(stream.name for stream in chosen if stream.backfill),
            whole=tuple(stream.name for stream in chosen if not stream.backfill),
        )  # fmt: skip

    def backfill(
        self,
        source: str,
        start: date,
        end: date,
        *,
        streams: Sequence[str] = (),
        watch: "Watcher | None" = None,
        stop: "Event | None" = None,
    ) -> "Iterator[RunResult | NotStarted]":
        """Read the days from `start` to `end`, both included, in the hub's time zone.

        A run of its own kind: it goes on where an earlier one of the same days was cut off, never
        moves the cursors of the live sync, and ends nothing. Raises ConfigError.
        """
        from cophub.hub import retention
        from cophub.sync.days import Days
        from cophub.sync.engine import Wish

        self.plan_backfill(source, start, end, streams)
        days = Days(start, end, self.hub.config.timezone)
        wish = Wish(tuple(streams) or None, backfill=days)
        yield from self._engine(watch, stop).sync([self._spec(source, streams)], wish)
        retention.let_go(self.hub)

    def retry(
        self,
        source: str | None = None,
        run: int | None = None,
        *,
        watch: "Watcher | None" = None,
        stop: "Event | None" = None,
    ) -> "Iterator[RunResult | NotStarted | Retried]":
        """Read the streams with open rejects whole, of a source or run where one is named.

        After the run of a source comes what became of its rejects. Raises ConfigError: no such
        source.
        """
        from cophub.hub import retention
        from cophub.sync.engine import Wish

        waiting = self._open(source, run)
        for name in dict.fromkeys(one.source for one in waiting):
            before = [one for one in waiting if one.source == name]
            streams = {one.stream for one in before}
            specs, broken = self.hub.specs([name]) if name in self.hub.config.sources else ([], [])
            yield from broken
            there = {stream.name for spec in specs for stream in spec.chosen()} & streams
            if there:
                wish = Wish(tuple(sorted(there)), full=True, anew=True)
                yield from self._engine(watch, stop).sync(specs, wish)
            yield self._retried(name, before, tuple(sorted(streams - there)))
        retention.let_go(self.hub)

    def record(
        self,
        sources: Sequence[str],
        folder: Path,
        *,
        streams: Sequence[str] = (),
        accept_departures: bool = False,
        trust_clock: bool = False,
        without_people: bool = False,
        watch: "Watcher | None" = None,
        stop: "Event | None" = None,
    ) -> "Iterator[RunResult | NotStarted]":
        """Sync sources whole and keep what vendors answer, without credentials, in a new folder.

        `without_people` takes names and addresses out as well, once a source has been read.
        Raises ConfigError: the folder is not empty, no such source or stream.
        """
        from cophub.hub import recording, retention

        yield from recording.record(
            self.hub, sources, folder, streams=streams, accept_departures=accept_departures,
            trust_clock=trust_clock, without_people=without_people, watch=watch, stop=stop,
        )  # fmt: skip
        retention.let_go(self.hub)

    def replay(
        self,
        folder: Path,
        into: str | None = None,
        *,
        watch: "Watcher | None" = None,
        stop: "Event | None" = None,
    ) -> "Iterator[RunResult]":
        """Play a recording into an empty warehouse, by default that of plugins.toml.

        Raises ConfigError: no recording; WarehouseError: the warehouse is not empty.
        """
        from cophub.hub import recording

        yield from recording.replay(self.hub, folder, into, watch=watch, stop=stop)

    def _open(self, source: str | None, run: int | None = None) -> "Sequence[Open]":
        from cophub.warehouse import rejects

        if source is not None:
            self.hub.config.source(source)
        with self.hub.warehouse.connect() as connection:
            return rejects.still_open(connection, source, run)

    def _retried(self, name: str, before: "Sequence[Open]", left: tuple[str, ...]) -> Retried:
        from cophub.warehouse import rejects

        with self.hub.warehouse.connect() as connection:
            now = Counter((one.stream, one.about) for one in rejects.still_open(connection, name))
        tried = Counter((one.stream, one.about) for one in before)
        still = (tried & now).total()
        return Retried(name, len(before), len(before) - still, still, left)

    def _spec(self, source: str, streams: Sequence[str]) -> "SourceSpec":
        from cophub.hub import syncing
        from cophub.sync.engine import Wish

        self.hub.config.source(source)
        syncing.wished(self.hub, [source], Wish(tuple(streams) or None))
        return self.hub.spec(source)

    def _engine(self, watch: "Watcher | None", stop: "Event | None") -> "SyncEngine":
        from cophub.hub import syncing

        return syncing.engine(self.hub, watch, stop)


__all__ = ["BackfillPlan", "Repair", "Retried"]
