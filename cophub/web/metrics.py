"""What monitoring asks: figures for Prometheus, and whether this process lives and can work.

Figures are read from the warehouse when they are asked for, so that every process and machine tells
the same. Labels are names of plugins.toml; nothing is about people.
"""

import shutil
import time
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING

from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from sqlalchemy import Connection, func, select, text

from cophub.config.watching import WatchedFile
from cophub.errors import CophubError
from cophub.hub import alerting, queueing, reading, standing, timed_backups
from cophub.warehouse import tables as t

if TYPE_CHECKING:
    from cophub.hub import Hub
    from cophub.hub.answers import PipelineStatus, PlaceStatus, SourceStatus

STATES = ("fresh", "running", "late", "held", "failed", "killed", "stopped", "never ran")
LONGEST_LOOK_SECONDS = 120.0
"""Who keeps time looks every two seconds; after so long it hangs."""


class Watched:
    """The hub as monitoring sees it, by the newest plugins.toml that is right; close it."""

    def __init__(self, hub: "Hub", looked_at: Callable[[], float] | None = None) -> None:
        """`looked_at`: when the timetable was last looked at, by `time.monotonic`; None: by none.

        The hub stays the caller's.
        """
        self._first = self._hub = hub
        self._file = WatchedFile(hub.config.path)
        self._looked_at = looked_at
        self._asking = Lock()

    def close(self) -> None:
        """Close what was opened for a changed plugins.toml."""
        if self._hub is not self._first:
            self._hub.close()

    def metrics(self) -> bytes:
        """All figures in Prometheus' text format."""
        with self._asking:
            registry = CollectorRegistry(auto_describe=False)
            registry.register(_Collector(self._newest(), self._looked_at))
            return generate_latest(registry)

    def readiness(self) -> dict[str, str]:
        """`ok` or what is wrong, in a word or a code: the warehouse, the queue, the timetable."""
        found = {}
        with self._asking:
            try:
                hub = self._newest()
                found["warehouse"] = _usable(hub) or "ok"
                if found["warehouse"] == "ok" and (queue := queueing.queue_of(hub)):
                    found["queue"] = "ok" if queue.workers else "no worker"
            except CophubError as error:
                found["warehouse"] = error.code
        if self._looked_at is not None:
            silent = time.monotonic() - self._looked_at()
            found["timetable"] = "ok" if silent < LONGEST_LOOK_SECONDS else "stands still"
        return found

    def _newest(self) -> "Hub":
        try:
            config = self._file.changed()
        except CophubError:
            config = None
        if config is not None:
            self.close()
            self._hub = self._first.with_config(config)
        return self._hub


def _usable(hub: "Hub") -> str | None:
    """What keeps the warehouse from being read; it is neither made nor upgraded for that."""
    known = hub.db_version()
    if known.schema is None:
        return "not made yet"
    return "has an older schema" if known.pending else None


class _Collector:
    def __init__(self, hub: "Hub", looked_at: Callable[[], float] | None) -> None:
        self._hub, self._looked_at = hub, looked_at

    def collect(self) -> Iterator[Metric]:
        """What the warehouse tells; that alone that it does not, where it is away."""
        up = GaugeMetricFamily("cophub_up", "Whether the warehouse can be read")
        try:
            found = [] if _usable(self._hub) else list(_of_warehouse(self._hub))
        except CophubError:
            found = []
        up.add_metric([], float(bool(found)))
        yield up
        yield from found
        if self._looked_at is not None:
            yield GaugeMetricFamily(
                "cophub_timetable_look_age_seconds",
                "Time since this process last looked at the timetable",
                value=time.monotonic() - self._looked_at(),
            )


def _of_warehouse(hub: "Hub") -> Iterator[Metric]:
    now = hub.now()
    sources = standing.sources(hub.config, hub.warehouse, now)
    yield from _of_sources(sources, now)
    pipelines = {one.pipeline: one for one in standing.known_pipelines(hub, now)}
    places = {one.place: one for one in standing.places(hub, now)}
    yield from (*_of_others("pipeline", pipelines, now), *_of_others("place", places, now))
    open_alerts = alerting.listing(hub)
    with hub.warehouse.connect() as connection:
        yield from _totals(connection, list(hub.config.sources))
        size = _warehouse_bytes(hub, connection)
    yield from _of_queue(hub)
    copies = timed_backups.standing(hub, now)
    if copies is not None and copies.last_at is not None:
        yield _gauge("cophub_backup_age_seconds", "Age of the newest copy of the warehouse",
                     (now - copies.last_at).total_seconds())  # fmt: skip
    published = reading.last_publication(hub.warehouse)
    if published is not None and published.published_at is not None:
        yield _gauge("cophub_publication_age_seconds", "Age of the site that readers see",
                     (now - published.published_at).total_seconds())  # fmt: skip
    yield _gauge("cophub_alerts_open", "Causes that are wrong and may be told",
                 sum(one.cleared_at is None for one in open_alerts))  # fmt: skip
    yield _gauge("cophub_alerts_undelivered", "Alerts that somebody did not take yet",
                 sum(one.tries > 0 for one in open_alerts))  # fmt: skip
    held = reading.last_runs(hub.warehouse, now).held
    yield _gauge("cophub_leases", "Sources and pipelines that are worked on now", len(held))
    yield _gauge("cophub_warehouse_bytes", "Size of the warehouse", size)
    free = GaugeMetricFamily(
        "cophub_disk_free_bytes", "Free room on the disk of a folder", labels=["folder"]
    )
    free.add_metric(["hub"], shutil.disk_usage(hub.config.folder).free)
    yield free


def _gauge(name: str, told: str, value: float) -> Metric:
    return GaugeMetricFamily(name, told, value=value)


def _of_sources(sources: "tuple[SourceStatus, ...]", now: datetime) -> Iterator[Metric]:
    state = GaugeMetricFamily(
        "cophub_source_state", "1 for the state of a source, else 0", labels=["source", "state"]
    )
    gauges = {
        "fresh_age_seconds": "Time since the last run that ended well began",
        "last_run_seconds": "How long the last run took",
        "rejects": "Items that were not understood",
    }
    found = {
        name: GaugeMetricFamily(f"cophub_source_{name}", told, labels=["source"])
        for name, told in gauges.items()
    }
    for one in sources:
        for each in STATES:
            state.add_metric([one.source, each], float(one.state == each))
        if one.fresh_at is not None:
            age = (now - one.fresh_at).total_seconds()
            found["fresh_age_seconds"].add_metric([one.source], age)
        if one.last is not None and one.last.seconds is not None:
            found["last_run_seconds"].add_metric([one.source], one.last.seconds)
        found["rejects"].add_metric([one.source], one.rejects)
    yield state
    yield from (metric for metric in found.values() if metric.samples)


def _of_others(
    label: str, found: "Mapping[str, PipelineStatus | PlaceStatus]", now: datetime
) -> Iterator[Metric]:
    """Of pipelines, or of places that the site goes to, by name."""
    state = GaugeMetricFamily(
        f"cophub_{label}_state", f"1 for the state of a {label}, else 0", labels=[label, "state"]
    )
    age = GaugeMetricFamily(
        f"cophub_{label}_fresh_age_seconds", "Time since the last run that ended well began",
        labels=[label],
    )  # fmt: skip
    for name, one in found.items():
        for each in STATES:
            state.add_metric([name, each], float(one.state == each))
        if one.fresh_at is not None:
            age.add_metric([name], (now - one.fresh_at).total_seconds())
    yield from (state, age)


def _of_queue(hub: "Hub") -> Iterator[Metric]:
    """Where work is for workers."""
    if queue := queueing.queue_of(hub):
        yield _gauge("cophub_queue_workers", "Workers that live", len(queue.workers))
        yield _gauge("cophub_queue_running", "Sources and pipelines that workers are at",
                     len(queue.running))  # fmt: skip
        yield _gauge("cophub_queue_waiting", "Sources and pipelines that wait for a worker",
                     len(queue.waiting))  # fmt: skip


def _totals(connection: Connection, sources: list[str]) -> Iterator[Metric]:
    """Sums over all runs of the sources that plugins.toml has."""
    s, kinds = t.stream_run.c, ("new", "changed", "gone", "rejected")
    sums = [func.sum(s[name]) for name in (*kinds, "requests", "retries", "waited_seconds")]
    query = select(t.run.c.source, *sums).join(t.run, t.run.c.id == s.run)
    query = query.where(t.run.c.source.in_(sources)).group_by(t.run.c.source)
    rows = CounterMetricFamily(
        "cophub_source_rows", "Rows that runs brought, by what became of them",
        labels=["source", "change"],
    )  # fmt: skip
    others = {
        "requests": "Requests to the vendor",
        "retries": "Requests that had to be repeated",
        "waited_seconds": "Seconds that requests waited because the vendor asked for it",
    }
    found = {
        name: CounterMetricFamily(f"cophub_source_{name}", told, labels=["source"])
        for name, told in others.items()
    }
    for source, *values in connection.execute(query):
        for kind, value in zip(kinds, values, strict=False):
            rows.add_metric([source, kind], float(value or 0))
        for name, value in zip(others, values[len(kinds) :], strict=True):
            found[name].add_metric([source], float(value or 0))
    yield rows
    yield from found.values()


def _warehouse_bytes(hub: "Hub", connection: Connection) -> int:
    if hub.warehouse.dialect == "postgresql":
        return int(connection.scalar(text("SELECT pg_database_size(current_database())")) or 0)
    file = Path(str(hub.warehouse.engine.url.database))
    parts = (file, file.with_name(f"{file.name}-wal"))
    return sum(part.stat().st_size for part in parts if part.exists())


__all__ = ["STATES", "Watched"]
