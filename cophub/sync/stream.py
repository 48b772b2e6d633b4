"""One stream of one run: what it reads, when it commits, who has left.

Records gather in parcels. At a checkpoint a parcel and its cursor go into one transaction; when a
whole read ends, so do the departures. What was read after the last checkpoint is lost with a
failure, and read again.
"""

import logging
import time
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import Connection

from cophub.connector import Context, Stream
from cophub.error_codes import HELD, NOTHING_CAME, PLUGIN_FAILED, TEMPORARY_FULL
from cophub.errors import CophubError, CursorExpired, SourceUnavailable
from cophub.http import redact
from cophub.records import Item, Post, Record, Reject
from cophub.sync.bodies import Keeping
from cophub.sync.results import StreamResult
from cophub.sync.writer import Cutter, Parcel, WriterThread
from cophub.warehouse import Warehouse, rejects, state
from cophub.warehouse.departures import Departures
from cophub.warehouse.holding import show_life
from cophub.warehouse.load import Loader
from cophub.warehouse.scratch import no_room

log = logging.getLogger("cophub.sync")

# A read that would end more than this share of a space's memberships, and more than this many, is
# far more often a fault at the vendor than a departure of so many.
GUARD_SHARE = 0.25
GUARD_COUNT = 10


class Stopped(Exception):  # noqa: N818 - not an error: somebody asked for a clean stop
    """The run was asked to stop and has come to a checkpoint."""


@dataclass
class Reading:
    """How this run reads one stream."""

    since: str | None
    whole: bool
    """Read from nothing to the end, so who is absent has left."""
    lane: str = state.LIVE
    moves_cursor: bool = True
    """A second whole read moves the cursor only when it has ended: killed, it starts again."""
    by_parts: bool = False
    """Goes on with a first read that was interrupted."""


class Held(Exception):  # noqa: N818 - not an error: the run waits for a person
    """The read would end too many memberships at once; the message says how many, and where."""


@dataclass
class StreamRun:
    """Runs one stream into the warehouse and counts what happened."""

    warehouse: Warehouse
    context: Context[Any]
    stream: Stream
    reading: Reading
    run: int
    lease: state.Lease
    accept_departures: bool = False
    anew: bool = False
    """Make records of all that comes, also of what is stored just as it is."""
    stopping: Callable[[], bool] = lambda: False
    keeping: Keeping = field(default_factory=Keeping)
    """How much of the texts of posts is kept."""
    horizons: Mapping[str, datetime] = field(default_factory=dict)
    """By table, how far back content is kept."""
    result: StreamResult = field(init=False)
    unavailable: SourceUnavailable | None = field(init=False, default=None)
    """What was said where the vendor is what failed."""

    def __post_init__(self) -> None:
        self.result = StreamResult(self.stream.name, whole=self.reading.whole)
        self._loader = Loader(
            self.warehouse,
            self.context.source,
            run=self.run,
            now=self.context.now,
            snapshot_of=self.stream.snapshot_of if self.reading.whole else (),
            mailbox=_mailbox_behind,
            called=_called,
            horizons=self.horizons,
        )
        self.context.known = None if self.anew else self._known
        self._rejects: list[Reject] = []
        self._cursor: str | None = None
        self._seen = self._familiar = 0

    def execute(self) -> StreamResult:
        """Read, store, and say how it went; a failure is told in the result, not raised.

        Raises CursorExpired, after which the caller reads the stream whole.
        """
        began = time.monotonic()
        try:
            self._read_and_store()
        except CursorExpired:
            raise
        except Stopped:
            self.result.state = "stopped"
        except Held as held:
            self.result.state, self.result.held_for = "held", str(held)
            self.result.code = HELD
        except CophubError as error:
            if self.context.transport.is_closed:  # a stop that no checkpoint came up to
                self.result.state = "stopped"
                return self.result
            self.unavailable = error if isinstance(error, SourceUnavailable) else None
            self._failed(str(error), error.code)
        except Exception as error:
            log.debug("stream %s failed", self.stream.name, exc_info=True)
            if full := no_room(error):
                self._failed(full, TEMPORARY_FULL)
            else:
                blamed = _blame_plugin(self.context, self.stream, error)
                self._failed(blamed, PLUGIN_FAILED)
        finally:
            self._loader.close()
            self.result.seen += self._familiar
            self.result.seconds = time.monotonic() - began
        return self.result

    def _failed(self, message: str, code: str) -> None:
        self.result.state, self.result.error, self.result.code = "failed", message, code

    def _read_and_store(self) -> None:
        writer = WriterThread(self._write, f"{self.context.source}/{self.stream.name}")
        try:
            self._read(writer)
        except BaseException:
            writer.abandon()
            raise
        writer.finish()
        self._end()

    def _read(self, writer: WriterThread) -> None:
        """Cut the stream into parcels; on a failure keep what its last checkpoint allows."""
        cutter = Cutter(lambda parcel: self._hand_over(parcel, writer))
        try:
            for item in self._items():
                if cutter.add(item) and self.stopping():
                    raise Stopped
        except BaseException:
            cutter.keep_checkpoint()
            raise
        cutter.close()

    def _items(self) -> Iterator[Item]:
        return self.stream.extract(self.context, self.reading.since)

    def _known(self, record: type[Record], digests: Sequence[int]) -> Collection[int]:
        are_stored = self._loader.memory(record).known
        of_posts = record is Post
        known = self.keeping.known(digests, are_stored) if of_posts else are_stored(digests)
        self._familiar += len(known)
        return known

    def _hand_over(self, parcel: Parcel, writer: WriterThread) -> None:
        """Make rows of the records, while the writer waits for the database with the last ones."""
        parcel.batch, unusable = self._loader.rows(self.keeping.records(parcel.records))
        self._seen += len(parcel.records)
        parcel.records = []
        parcel.rejects += unusable
        writer.put(parcel)

    def _write(self, parcel: Parcel) -> None:
        self._rejects += parcel.rejects
        if parcel.cursor is not None:
            self._cursor = parcel.cursor
        if not parcel.commit:
            self._loader.stage(parcel.batch, parcel.gone)
        else:
            with self._commit(parcel, durable=False) as connection:
                if self.reading.moves_cursor and parcel.cursor is not None:
                    self._save_cursor(connection, whole_at=None)
            fields = dict(event="checkpoint", seen=self.result.seen, new=self.result.new)
            log.debug("checkpoint after %s records", self.result.seen, extra=fields)

    @contextmanager
    def _commit(
        self, parcel: Parcel | None = None, *, durable: bool = True
    ) -> Iterator[Connection]:
        """One transaction: the staged rows, the rejects, what the caller adds; the lease holds."""
        parcel = parcel or Parcel()
        with self.warehouse.begin(durable=durable) as connection:
            show_life(connection, self.lease)
            counts = self._loader.apply(connection, parcel.batch, parcel.gone)
            if counts.gone and not self.accept_departures:
                self._guard(self._loader.endings.absences())
            state.add_rejects(
                connection,
                map(self._fit_to_keep, self._rejects),
                run=self.run,
                source=self.context.source,
                stream=self.stream.name,
                now=self.context.now,
            )
            yield connection
        self.result.seen += counts.seen
        self.result.new += counts.new
        self.result.changed += counts.changed
        self.result.gone += counts.gone
        self.result.dropped += counts.dropped
        self.result.rejected += len(self._rejects)
        self._rejects = []

    def _fit_to_keep(self, reject: Reject) -> Reject:
        """Without secrets, what it says of erased people, and texts that are not kept."""
        known = self._loader.clean(self.keeping.reject(reject, self.stream))
        return _without_secrets(known)

    def _end(self) -> None:
        """The last transaction: what is still staged, who has left, and the final cursor."""
        with self._commit() as connection:
            if self.reading.whole:
                self._refuse_empty(connection)
                self._end_snapshot(connection)
            if self.reading.whole or self.reading.lane != state.LIVE:
                self._save_cursor(connection, self.context.now)
            elif self._cursor is not None:
                self._save_cursor(connection, None)
            if self.reading.whole:
                state.forget_cursor(connection, self.context.source, self.stream.name, state.WHOLE)
                self._settle_rejects(connection)

    def _settle_rejects(self, connection: Connection) -> None:
        """What could not be understood before is well now, or was rejected once more.

        That is certain where no item was left out because it is stored: a part of one may not be.
        """
        rejects.settle(
            connection, self.context.source, self.stream.name, run=self.run,
            now=self.context.now, all_was_read=not self._familiar,
        )  # fmt: skip

    def _save_cursor(self, connection: Connection, whole_at: datetime | None) -> None:
        state.write_cursor(
            connection,
            self.context.source,
            self.stream.name,
            value=self._cursor,
            run=self.run,
            now=self.context.now,
            lane=self.reading.lane,
            whole_at=whole_at,
        )

    def _refuse_empty(self, connection: Connection) -> None:
        """Zero rows where the last whole read had many is a fault, not a success."""
        before = state.last_whole_seen(connection, self.context.source, self.stream.name)
        if before > GUARD_COUNT and self._seen + self._familiar == 0:
            raise SourceUnavailable(
                f"the vendor answered with nothing where the last whole read had {before} records; "
                "nothing was changed. Check the account's permissions, then sync again",
                code=NOTHING_CAME,
            )

    def _end_snapshot(self, connection: Connection) -> None:
        """End what a whole read without rejects did not yield, unless that is hard to believe."""
        if not self.stream.snapshot_of or self.result.rejected or self._rejects:
            return
        leaving = self._loader.departures(connection, self.stream.snapshot_of)
        if not self.accept_departures:
            self._guard(leaving)
        self.result.gone += self._loader.depart(connection)

    def _guard(self, leaving: list[Departures]) -> None:
        suspicious = [
            f'{group.gone} of {group.before} in "{group.space or group.table}"'
            for group in leaving
            if group.gone > GUARD_COUNT and group.gone > GUARD_SHARE * group.before
        ]
        if suspicious:
            raise Held(
                f"would end {', '.join(suspicious[:3])}"
                + (f" and {len(suspicious) - 3} more" if len(suspicious) > 3 else "")
                + "; nothing was ended. If that is right: cophub sync "
                f"{self.context.source} --accept-departures"
            )


def _mailbox_behind(address: str) -> str:
    # Asked only where somebody was erased; the list of mail providers is not read before.
    from cophub.identities.reading.mailboxes import mailbox_behind

    return mailbox_behind(address)


def _called(name: str) -> str:
    from cophub.identities.reading.display import shown_name

    return shown_name(name).text


def _without_secrets(reject: Reject) -> Reject:
    return Reject(
        reason=str(redact(reject.reason)),
        record=reject.record,
        key=reject.key,
        field=reject.field,
        item=redact(reject.item),
        code=reject.code,
    )


def _blame_plugin(context: Context[Any], stream: Stream, error: Exception) -> str:
    """What to tell about an exception that no connector should let through."""
    return (
        f'source "{context.source}", stream "{stream.name}": the connector failed with '
        f"{type(error).__name__}: {error}; report it to its author, with the log of --debug"
    )
