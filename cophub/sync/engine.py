"""Syncs sources into the warehouse: one run of one source at a time, many sources at once."""

import logging
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from contextvars import copy_context
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import msgspec

from cophub import __version__, error_codes
from cophub.connector import Context, Stream
from cophub.decoding import learn_types
from cophub.errors import CophubError, CursorExpired, SourceBusy, SourceUnavailable
from cophub.http import MemoryTokens, TokenStore, Transport
from cophub.http.limits import Traffic
from cophub.http.retry import AGAIN
from cophub.logs import bound
from cophub.records import Membership
from cophub.sync.bodies import Keeping, settle
from cophub.sync.days import Days, aimed
from cophub.sync.results import NOT_TRIED, RunResult, RunState, SourceSpec, StreamResult, Watcher
from cophub.sync.stopping import closed_after
from cophub.sync.stream import Reading, StreamRun
from cophub.warehouse import Warehouse, begun, state
from cophub.warehouse.holding import held
from cophub.warehouse.state import AskedBy

log = logging.getLogger("cophub.sync")

PARALLEL_SOURCES = 8
_COUNTS = ("seen", "new", "changed", "gone", "rejected", "requests")


def _now() -> datetime:
    return datetime.now(UTC)


@dataclass(frozen=True)
class Wish:
    """What whoever started the run asked for."""

    streams: tuple[str, ...] | None = None
    full: bool = False
    accept_departures: bool = False
    anew: bool = False
    """With `full`, make records also of what is stored just as it is."""
    backfill: Days | None = None
    """Only these days, both included, without moving the live cursor."""
    trust_clock: bool = False
    """Run although the last run began later than now: the clock was wrong then, not now."""
    asked_by: AskedBy = "person"
    due_at: datetime | None = None
    """The time of its timetable: a source that began then or later is left alone."""


@dataclass
class SyncEngine:
    """Runs sources. `now` is the only clock; `stop` ends runs at their next checkpoint."""

    warehouse: Warehouse
    now: Callable[[], datetime] = _now
    watch: Watcher | None = None
    tokens: Callable[[str], TokenStore] | None = None
    """The tokens of the source of that name; by default they last as long as the run."""
    stop: threading.Event | None = None
    transport: Callable[[SourceSpec], Transport] | None = None
    """Makes a source's transport; the default keeps the connector's limits."""

    def sync(self, specs: Sequence[SourceSpec], wish: Wish | None = None) -> Iterator[RunResult]:
        """Run all sources in parallel; each result comes as its run ends, failed or not.

        There is none of a source that began at the time of the wish already.
        """
        wish = wish or Wish()
        if len(specs) == 1:
            if result := self.sync_one(specs[0], wish):
                yield result
            return
        with ThreadPoolExecutor(PARALLEL_SOURCES, thread_name_prefix="sync") as pool:
            runs = [pool.submit(copy_context().run, self.sync_one, spec, wish) for spec in specs]
            try:
                for run in as_completed(runs):
                    if result := run.result():
                        yield result
            except BaseException:
                if self.stop:
                    self.stop.set()
                pool.shutdown(wait=True, cancel_futures=True)
                raise

    def sync_one(self, spec: SourceSpec, wish: Wish | None = None) -> RunResult | None:
        """Run one source. What goes wrong is in the result; only a bug of ours is raised.

        None where the source began at the time of the wish, or since.
        """
        wish = wish or Wish()
        started = self.now()
        learn_types()
        try:
            with bound(source=spec.name), held(self.warehouse, spec.name) as lease:
                if wish.due_at is not None and self._began(spec.name, wish.due_at):
                    return None
                return _SourceRun(self, spec, wish, lease, started).execute()
        except CophubError as error:
            ended: RunState = "busy" if isinstance(error, SourceBusy) else "failed"
            told = dict(event="run.refused", source=spec.name, state=ended, code=error.code)
            log.info("%s: %s", spec.name, error, extra=told)
            return RunResult(
                0, spec.name, ended, started, self.now(), error=str(error), code=error.code
            )

    def _began(self, source: str, due_at: datetime) -> bool:
        """Whether somebody has begun it for that time; asked under the lease, so for certain."""
        with self.warehouse.connect() as connection:
            began = begun.source_began(connection, source, alive=False)
        return began is not None and began >= due_at


@dataclass
class _SourceRun:
    """One run of one source: its streams in order, each with a cursor and a failure of its own."""

    engine: SyncEngine
    spec: SourceSpec
    wish: Wish
    lease: state.Lease
    started: datetime
    run: int = 0
    _shared: dict[str, Any] = field(default_factory=dict)
    """What the streams of this run tell one another."""
    _tokens: TokenStore = field(init=False)
    _unavailable: SourceUnavailable | None = None
    """Why the last stream that was read failed, where that was the vendor."""

    def __post_init__(self) -> None:
        keep = self.engine.tokens
        self._tokens = keep(self.spec.name) if keep else MemoryTokens()

    def execute(self) -> RunResult:
        warehouse = self.engine.warehouse
        kind = "backfill" if self.wish.backfill else "sync"
        with warehouse.begin() as connection:
            if not self.wish.trust_clock:
                state.check_clock(connection, self.spec.name, now=self.started)
            self.run = state.start_run(
                connection, kind=kind, source=self.spec.name, now=self.started, version=__version__,
                asked_by=self.wish.asked_by, due_at=begun.noted(self.wish.due_at),
            )  # fmt: skip
            settle(
                connection, self.spec.name, Keeping(self.spec.bodies), self.spec.chosen(),
                run=self.run, now=self.started,
            )  # fmt: skip
        with bound(run=self.run, source=self.spec.name):
            log.info("%s begins", kind, extra=dict(event="run.start"))
            result = self._read_all()
            told = dict(event="run.end", state=result.state, code=result.code)
            log.info("%s %s", kind, result.state, extra=told)
        return result

    def _read_all(self) -> RunResult:
        """Read the streams, and close the run."""
        warehouse = self.engine.warehouse
        results: list[StreamResult] = []
        error: str | None = None
        code: str | None = None
        try:
            with self._transport() as transport, closed_after(self.engine.stop, transport):
                for result in self._results(transport):
                    results.append(result)
        except SourceBusy as lost:
            error, code = str(lost), lost.code
        code = code or next((result.code for result in results if result.code), None)
        finished = self.engine.now()
        verdict = _verdict(results, error, self._stopping())
        with warehouse.begin() as connection:
            state.finish_run(
                connection, self.run, state=verdict, now=finished, error=error, code=code
            )
            if self.wish.backfill and verdict == "done":  # asked for again, it is read again
                for stream in self.spec.chosen(self.wish.streams):
                    lane = self.wish.backfill.lane
                    state.forget_cursor(connection, self.spec.name, stream.name, lane)
            state.purge_rejects(connection, now=finished, kept=self.spec.retention.get("reject"))
        return RunResult(
            self.run, self.spec.name, verdict, self.started, finished, results, error, code
        )

    def _stopping(self) -> bool:
        return bool(self.engine.stop and self.engine.stop.is_set())

    def _transport(self) -> Transport:
        if self.engine.transport:
            return self.engine.transport(self.spec)
        return Transport(self.spec.connector.limits)

    def _context(self, stream: Stream, transport: Transport) -> Context[Any]:
        context: Context[Any] = Context(
            settings=self.spec.settings,
            source=self.spec.name,
            now=self.started,
            transport=transport,
            tokens=self._tokens,
            log=logging.getLogger(f"cophub.source.{self.spec.name}"),
            shared=self._shared,
        )
        if watch := self.engine.watch:
            context.announce = lambda what, done, total: watch.progress(
                self.spec.name, what or stream.name, done, total
            )
        return context

    def _results(self, transport: Transport) -> Iterator[StreamResult]:
        """Each stream in turn; once a vendor was silent to one, the others are not tried.

        Each would wait for it as long as the first did, to learn the same.
        """
        heard, silent_to = False, ""
        for stream in self.spec.chosen(self.wish.streams):
            if self._stopping():
                return
            if self._is_backfilled(stream):
                continue
            if silent_to:
                yield self._not_tried(stream, silent_to)
                continue
            with bound(stream=stream.name):
                result = self._run_stream(stream, transport)
                _log_end(result)
            heard = heard or (result.state != "failed" and result.requests > 0)
            if not heard and _silent(self._unavailable, transport.traffic):
                silent_to = stream.name
            yield result

    def _not_tried(self, stream: Stream, silent_to: str) -> StreamResult:
        reading = self._reading(stream)
        if reading.whole and not reading.moves_cursor:
            self._begin_whole(stream)  # what was asked for with --full is for the next run
        result = StreamResult(stream.name, "failed", reading.whole)
        result.error = f"{NOT_TRIED}the vendor did not answer (see stream {silent_to})"
        result.code = error_codes.NOT_TRIED
        self._keep(result, self.engine.now())
        return result

    def _run_stream(self, stream: Stream, transport: Transport) -> StreamResult:
        """Read a stream, again and whole where its cursor expired or the counts disagree."""
        started = self.engine.now()
        before = _copy(transport.traffic)
        reading = self._reading(stream)
        try:
            result = self._read(stream, reading, transport)
            if not reading.whole and self._disagrees(stream, result):
                result = _joined(result, self._read_whole(stream, transport))
        except CursorExpired as expired:
            log.info("source %s, stream %s: %s", self.spec.name, stream.name, expired)
            result = self._read_anew(stream, transport)
        if result.whole and result.state == "done":
            self._note_gap(stream)
        if self._leaves_doubt(stream, reading, result):
            self._begin_whole(stream)
        _count_traffic(result, before, transport.traffic)
        self._keep(result, started)
        return result

    def _keep(self, result: StreamResult, started: datetime) -> None:
        with self.engine.warehouse.begin() as connection:
            row = {**vars(result), "started_at": started, "finished_at": self.engine.now()}
            state.add_stream_run(connection, self.run, row)

    def _reading(self, stream: Stream) -> Reading:
        """Where to begin: at the cursor, or from nothing when that was asked for or is due."""
        if self.wish.backfill:
            lane = self.wish.backfill.lane
            return Reading(self._cursor_value(stream, lane), whole=False, lane=lane)
        with self.engine.warehouse.connect() as connection:
            source, name = self.spec.name, stream.name
            live = state.read_cursor(connection, source, name)
            unfinished = state.read_cursor(connection, source, name, state.WHOLE)
        if live is None or live.value is None:
            return Reading(None, whole=True)
        due = (
            stream.whole_every is not None
            and live.whole_at is not None
            and self.started - live.whole_at >= stream.whole_every
        )
        if self.wish.full or due or unfinished:
            return Reading(None, whole=True, moves_cursor=False)
        return Reading(live.value, whole=False, by_parts=live.whole_at is None)

    def _cursor_value(self, stream: Stream, lane: str) -> str | None:
        with self.engine.warehouse.connect() as connection:
            kept = state.read_cursor(connection, self.spec.name, stream.name, lane)
        return kept.value if kept else None

    def _read_anew(self, stream: Stream, transport: Transport) -> StreamResult:
        """Read from nothing what cannot go on at its cursor."""
        if not self.wish.backfill:
            return self._read_whole(stream, transport)
        return self._read(
            stream, Reading(None, whole=False, lane=self.wish.backfill.lane), transport
        )

    def _read_whole(self, stream: Stream, transport: Transport) -> StreamResult:
        return self._read(stream, Reading(None, whole=True, moves_cursor=False), transport)

    def _read(self, stream: Stream, reading: Reading, transport: Transport) -> StreamResult:
        if reading.whole and not reading.moves_cursor:
            # Killed before its end, the whole read is begun again: a part says nothing of leavers.
            self._begin_whole(stream)
        run = StreamRun(
            self.engine.warehouse,
            self._context(stream, transport),
            self._aimed(stream),
            reading,
            self.run,
            self.lease,
            accept_departures=self.wish.accept_departures,
            anew=self.wish.anew,
            stopping=self._stopping,
            keeping=Keeping(self.spec.bodies),
            horizons={name: self.started - kept for name, kept in self.spec.retention.items()},
        )
        result = run.execute()
        self._unavailable = run.unavailable
        return result

    def _leaves_doubt(self, stream: Stream, reading: Reading, result: StreamResult) -> bool:
        """Whether the next run is to read the stream whole, before its time."""
        if result.state not in ("done", "failed") or self.wish.backfill:
            return False
        if result.state == "failed":
            # Rejects lie behind the checkpoints that were kept before something else went wrong. A
            # whole read is begun again anyway; a first one goes on where it broke off, or one that
            # takes several runs would never end.
            later = not (reading.whole or reading.by_parts)
            return bool(stream.whole_every) and later and self._rejected_anew(stream)
        # Who left while a first read was interrupted was not seen to leave, and what an earlier
        # part rejected lies behind the cursor. Only a whole read has a date when the next is due.
        if reading.by_parts and not result.whole and (stream.snapshot_of or stream.whole_every):
            return True
        return bool(stream.whole_every) and self._rejected_anew(stream)

    def _rejected_anew(self, stream: Stream) -> bool:
        """Whether this run could not read something that the one before had not met.

        It lies behind the cursor, so that only a whole read asks for it again. What two runs in a
        row could not read waits until the next is due: it can mostly not be read tomorrow either.
        """
        before = self._cursor_value(stream, state.REJECTED) or ""
        with self.engine.warehouse.begin() as connection:
            found = state.rejects_checksum(connection, self.run, stream.name)
            if found != before:
                state.write_cursor(
                    connection, self.spec.name, stream.name,
                    value=found, run=self.run, now=self.started, lane=state.REJECTED,
                )  # fmt: skip
        return bool(found) and found != before

    def _begin_whole(self, stream: Stream) -> None:
        """Note that a whole read is wanted, now or in the next run; its end takes the note away."""
        with self.engine.warehouse.begin() as connection:
            state.write_cursor(
                connection, self.spec.name, stream.name,
                value=None, run=self.run, now=self.started, lane=state.WHOLE,
            )  # fmt: skip

    def _aimed(self, stream: Stream) -> Stream:
        """The stream as this run reads it: a backfill reads days instead of what is new."""
        return aimed(stream, self.wish.backfill) if self.wish.backfill else stream

    def _is_backfilled(self, stream: Stream) -> bool:
        """Whether an earlier run, which was cut off later, has read the days of this stream."""
        if not self.wish.backfill:
            return False
        with self.engine.warehouse.connect() as connection:
            lane = self.wish.backfill.lane
            kept = state.read_cursor(connection, self.spec.name, stream.name, lane)
        return bool(kept and kept.whole_at)

    def _disagrees(self, stream: Stream, result: StreamResult) -> bool:
        """Have we members that the vendor no longer counts, and that no whole read explained?

        Fewer than the vendor's are no concern: who joined while we read comes with the next run.
        """
        if result.state != "done" or Membership not in stream.snapshot_of or self.wish.backfill:
            return False
        explained = self._cursor_value(stream, state.GAP)
        gap = self._gap()
        if gap != (explained or "{}"):
            log.info("source %s: members are counted again: %s", self.spec.name, gap)
            return True
        return False

    def _gap(self) -> str:
        """Our active members beyond the vendor's own count, per space, as JSON."""
        with self.engine.warehouse.connect() as connection:
            gaps = state.membership_surplus(connection, self.spec.name)
        return msgspec.json.encode(gaps, order="sorted").decode()

    def _note_gap(self, stream: Stream) -> None:
        if Membership not in stream.snapshot_of:
            return
        gap = self._gap()
        with self.engine.warehouse.begin() as connection:
            state.write_cursor(
                connection, self.spec.name, stream.name,
                value=gap, run=self.run, now=self.started, lane=state.GAP,
            )  # fmt: skip


def _log_end(result: StreamResult) -> None:
    counts = {name: getattr(result, name) for name in _COUNTS}
    told = ", ".join(f"{count} {name}" for name, count in counts.items() if count)
    fields = dict(event="stream.end", state=result.state, code=result.code, **counts)
    why = result.error or result.held_for or told or "nothing new"
    log.info("%s: %s", result.state, why, extra=fields)


def _verdict(results: list[StreamResult], error: str | None, stopping: bool) -> RunState:
    states = {result.state for result in results}
    if error or "failed" in states:
        return "failed"
    if "held" in states:
        return "held"
    return "stopped" if stopping else "done"


def _silent(failure: SourceUnavailable | None, traffic: Traffic) -> bool:
    """Whether a stream failed on a vendor that was asked and has not sent a byte in this run.

    A refusal without a body, such as 404, is an answer: it speaks of one address only.
    """
    answer = getattr(failure.__cause__, "response", None) if failure else None
    refused = answer is not None and answer.status_code not in AGAIN
    silent = traffic.requests > 0 and traffic.bytes_received == 0
    return failure is not None and silent and not refused


def _joined(first: StreamResult, second: StreamResult) -> StreamResult:
    """Two readings of one stream in one run, told as one."""
    for count in ("seen", "new", "changed", "gone", "rejected", "dropped"):
        setattr(second, count, getattr(first, count) + getattr(second, count))
    second.seconds += first.seconds
    return second


def _copy(traffic: Traffic) -> Traffic:
    return Traffic(
        traffic.requests, traffic.retries, traffic.bytes_received, traffic.waited_seconds
    )


def _count_traffic(result: StreamResult, before: Traffic, after: Traffic) -> None:
    result.requests = after.requests - before.requests
    result.retries = after.retries - before.retries
    result.bytes_received = after.bytes_received - before.bytes_received
    result.waited_seconds = after.waited_seconds - before.waited_seconds
