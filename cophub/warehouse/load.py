"""Loading: records become rows, and rows are stored where they differ from what is there."""

from collections import deque
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import chain
from typing import Any

from sqlalchemy import Connection

from cophub.records import RECORDS, Gone, Record, Reject
from cophub.warehouse import erasure, memberships, retention
from cophub.warehouse.departures import (
    Departures,
    count_absent,
    end_absent,
    met_name,
    seen_name,
)
from cophub.warehouse.engine import Warehouse
from cophub.warehouse.gone import Endings
from cophub.warehouse.memory import Memory
from cophub.warehouse.rows import SHAPES, Batch, Row, Rows, Shape, make_batch
from cophub.warehouse.spool import Spool
from cophub.warehouse.store import Stamp, Store, store_for

OBSERVED = "observed_at"
"""The column that says when the vendor told a number."""


@dataclass
class Count:
    """What became of rows: `seen` of them, of which `new` were added and `changed` overwritten."""

    seen: int = 0
    new: int = 0
    changed: int = 0


@dataclass
class Counts(Count):
    """The sum over all tables, and each table's own; `dropped` records were of erased people.

    `gone` rows were said to be gone, and were there before.
    """

    dropped: int = 0
    gone: int = 0
    tables: dict[str, Count] = field(default_factory=dict)

    def add(self, table: str, *, new: int = 0, changed: int = 0) -> None:
        """Count rows of one table."""
        for count in (self, self.tables.setdefault(table, Count())):
            count.new += new
            count.changed += changed


class Loader:
    """Stores what one run of one stream yields.

    `rows` and `stage` need no transaction and hold none; `apply` writes what was staged in the
    caller's. `snapshot_of` names the types of which `departures` may be asked, None any type: the
    keys that were met are kept for these.
    """

    def __init__(
        self,
        warehouse: Warehouse,
        source: str,
        *,
        run: int,
        now: datetime,
        snapshot_of: Sequence[type[Record]] | None = None,
        mailbox: Callable[[str], str] = str.lower,
        called: Callable[[str], str] = str,
        horizons: Mapping[str, datetime] | None = None,
    ) -> None:
        """For the door where the erased stay out, `mailbox` tells the mailbox behind an address and
        `called` the name in what an account shows. `horizons` tells, by table, how far back content
        is kept.
        """
        self._horizons = horizons or {}
        self._source, self._run, self._now = source, run, now
        self._stamp = Stamp.of(source, run, now)
        self._staged, self._seen = Spool(), Spool()
        types = RECORDS if snapshot_of is None else snapshot_of
        self._snapshot_of = frozenset(kind.TABLE for kind in types)
        self._leaving: tuple[set[str], Collection[str] | None] = (set(), None)
        self._warehouse = warehouse
        self._memories: dict[str, Memory] = {}
        self._met_by_key: set[str] = set()
        self._empty: dict[str, bool] = {}
        self._pending = Counts()
        self._gone: list[tuple[int, Gone]] = []
        self.endings = Endings(source, run, now)
        self._erased: dict[str, str] = {}
        with warehouse.connect() as connection:
            self._door = erasure.Door(connection, source, mailbox, called)
            store = store_for(connection, self._stamp)
            # Where there is nothing, nobody can be gone in the end: no need to remember who came.
            self._began_empty = {table for table in self._snapshot_of if not store.has_rows(table)}

    def memory(self, record: type[Record]) -> Memory:
        """What is stored of this type just as it came; what it finds known counts as met."""
        table = record.TABLE
        if table not in self._memories:
            self._memories[table] = Memory(self._warehouse, table, self._stamp)
        return self._memories[table]

    def rows(self, records: Sequence[Record]) -> tuple[Batch, list[Reject]]:
        """The records as rows, and a Reject for each that has a value no column can hold."""
        batch, rejects = make_batch(records, self._sift)
        batch.erased, self._door.found = self._door.found, {}
        return batch, rejects

    def _sift(self, shape: Shape, columns: list[str], rows: list[Row]) -> list[Row]:
        kept = self._door.sift(shape, columns, rows)
        return retention.emptied(shape.table, columns, kept, self._horizons)

    def clean(self, reject: Reject) -> Reject:
        """A reject without what it says of erased people."""
        return self._door.clean(reject)

    def stage(self, batch: Batch, gone: Sequence[Gone] = ()) -> None:
        """Keep a batch, and what is gone after it, for the next `apply`.

        Where there is much it goes into a temporary file.
        """
        self._note(batch)
        for rows in batch.groups:
            self._staged.add(rows)
        self._gone += [(self._staged.groups, one) for one in gone]

    def _note(self, batch: Batch) -> None:
        """Remember who was met, and count."""
        for rows in batch.groups:
            if rows.table in self._snapshot_of and rows.table not in self._began_empty:
                self._met_by_key.add(rows.table)
                length = SHAPES[rows.table].key_length
                keys = [row[:length] for row in rows.rows]
                self._seen.add(Rows(rows.table, rows.columns[:length], keys))
        self._pending.seen += batch.seen
        self._pending.dropped += batch.dropped
        self._erased |= batch.erased

    def apply(
        self, connection: Connection, last: Batch | None = None, gone: Sequence[Gone] = ()
    ) -> Counts:
        """Store what was staged, then `last`, then what is `gone`, in the caller's transaction.

        A row that is alike is left alone.
        """
        last = last or Batch()
        self._note(last)
        store = store_for(connection, self._stamp)
        counts, self._pending = self._pending, Counts()
        ends = self._staged.groups + len(last.groups)
        ending = deque([*self._gone, *((ends, one) for one in gone)])
        for place, rows in enumerate(chain(self._staged, last.groups)):
            while ending and ending[0][0] <= place:
                counts.gone += self.endings.end(connection, ending.popleft()[1])
            counts.tables.setdefault(rows.table, Count()).seen += len(rows.rows)
            self._write(store, rows, counts)
        counts.gone += sum(self.endings.end(connection, one) for _, one in ending)
        self._staged.clear()
        self._gone = []
        if self._erased:
            erasure.keep_out(connection, self._erased.values(), self._now)
            for account in self._erased:
                erasure.expunge(connection, self._source, account)
            self._erased = {}
        return counts

    def departures(
        self,
        connection: Connection,
        types: Sequence[type[Record]],
        *,
        spaces: Collection[str] | None = None,
    ) -> list[Departures]:
        """How many rows of these types this whole read did not meet, per space; none are ended yet.

        `spaces` limits it to these, for types that are in one. Ask after the last `apply`, in the
        transaction that `depart` will be called in.
        """
        # Where there was nothing before, everything there is was met.
        tables = [kind.TABLE for kind in types if kind.TABLE not in self._began_empty]
        store = store_for(connection, self._stamp)
        tables = [table for table in tables if not self._nobody_left(store, table)]
        for table in tables:
            if table in self._memories:
                store.keep_digests(met_name(table), self._memories[table].met())
            key = SHAPES[table].fields[: SHAPES[table].key_length]
            met = (rows.rows for rows in self._seen if rows.table == table)
            store.keep_keys(seen_name(table), table, key, met)
        found = [
            departures
            for table in tables
            for departures in count_absent(
                connection, table, self._source, spaces, digests=table in self._memories
            )
        ]
        self._leaving = ({departures.table for departures in found}, spaces)
        return found

    def depart(self, connection: Connection) -> int:
        """End what `departures` has counted; the number of rows that are gone from now on."""
        tables, spaces = self._leaving
        return sum(
            end_absent(
                connection,
                table,
                self._source,
                spaces,
                run=self._run,
                now=self._now,
                digests=table in self._memories,
            )
            for table in tables
        )

    def close(self) -> None:
        """Give temporary files back."""
        self._staged.close()
        self._seen.close()
        for memory in self._memories.values():
            memory.close()

    def _nobody_left(self, store: Store, table: str) -> bool:
        """Whether it is plain without looking for anybody: all rows came again as they are."""
        if table in self._met_by_key or table not in self._memories:
            return False
        return self._memories[table].is_all_there_is(store)

    def _write(self, store: Store, rows: Rows, counts: Counts) -> None:
        if rows.table not in self._empty:
            self._empty[rows.table] = not store.has_rows(rows.table)
        if self._empty[rows.table]:
            # A first load: nothing to compare with, until a key comes a second time.
            left_over = _insert(store, rows)
            counts.add(rows.table, new=len(rows.rows) - len(left_over))
            if not left_over:
                return
            self._empty[rows.table] = False
            rows = Rows(rows.table, rows.columns, left_over)
        difference = _compare(store, rows)
        _store_difference(store, difference)
        changed = len(difference.changed) + len(difference.returned)
        counts.add(rows.table, new=len(difference.new), changed=changed)


@dataclass
class Difference:
    """Rows that are not as they are stored, apart by what is to be done; `was` is as it was."""

    rows: Rows
    new: list[Row] = field(default_factory=list)
    changed: list[Row] = field(default_factory=list)
    changed_was: list[Row] = field(default_factory=list)
    returned: list[Row] = field(default_factory=list)
    returned_was: list[Row] = field(default_factory=list)

    def of(self, rows: list[Row]) -> Rows:
        """Some of the rows, with the columns that they set."""
        return Rows(self.rows.table, self.rows.columns, rows)


def _insert(store: Store, rows: Rows) -> list[Row]:
    """Add rows that are probably not there; those that were not added."""
    if rows.table != memberships.TABLE:
        return store.insert(rows)
    width = len(rows.columns)
    whole = memberships.for_new(rows)
    left_over = [row[:width] for row in store.insert(whole)]
    known = set(left_over)
    added = [row for row in rows.rows if row not in known] if known else rows.rows
    if added:
        store.open_periods(memberships.periods_of_new(Rows(rows.table, rows.columns, added)))
    return left_over


def _compare(store: Store, rows: Rows) -> Difference:
    """Which rows differ from what is stored; one query for all of them.

    A digest alone is no difference: what the vendor changed is nothing that is kept.
    """
    shape, width = SHAPES[rows.table], len(rows.columns)
    more = ("gone_at", "role", "status") if rows.table == memberships.TABLE else ("gone_at",)
    key_length = shape.key_length
    key = rows.columns[:key_length]
    found = store.existing(rows.table, key, (*rows.columns, *more), rows.rows)
    stored = {row[:key_length]: row for row in found}
    difference = Difference(rows)
    earliest = [rows.columns.index(name) for name in shape.earliest if name in rows.columns]
    alike = width - 1 if rows.columns[-1] == "digest" else width
    for row in _as_observed_before(rows, stored, key_length):
        old = stored.get(row[:key_length])
        if old is None:
            difference.new.append(row)
        elif old[:alike] != row[:alike] or old[width] is not None:
            merged = _keep_earliest(rows.columns, old, row, earliest) if earliest else row
            if old[width] is not None:
                difference.returned.append(merged)
                difference.returned_was.append(old[width + 1 :])
                continue
            if rows.table == memberships.TABLE:
                merged = memberships.keep_end(rows.columns, old, merged, status=old[-1])
            if old[:alike] != merged[:alike]:
                difference.changed.append(merged)
                difference.changed_was.append(old[width + 1 :])
    return difference


def _as_observed_before(
    rows: Rows, stored: dict[tuple[Any, ...], Row], key_length: int
) -> Iterable[Row]:
    """The rows; one that says what is stored has the time of that: being asked is no change."""
    if OBSERVED not in rows.columns:
        return rows.rows
    at = rows.columns.index(OBSERVED)

    def dated(row: Row) -> Row:
        old = stored.get(row[:key_length])
        if old is None or old[at] is None:
            return row
        before = (*row[:at], old[at], *row[at + 1 :])
        return before if old[: len(row)] == before else row

    return map(dated, rows.rows)


def _keep_earliest(columns: Sequence[str], old: Row, row: Row, earliest: list[int]) -> Row:
    """The row with the older of its and the stored instants, and what that one rests on."""
    kept = list(row)
    for place in earliest:
        if old[place] is not None and (row[place] is None or old[place] <= row[place]):
            basis = f"{columns[place]}_basis"
            for at in (place, *([columns.index(basis)] if basis in columns else [])):
                kept[at] = old[at]
    return tuple(kept)


def _store_difference(store: Store, difference: Difference) -> None:
    """Write what is new, changed or back; memberships with their periods."""
    new, changed = difference.of(difference.new), difference.of(difference.changed)
    returned = difference.of(difference.returned)
    if difference.rows.table != memberships.TABLE:
        for rows in (new, difference.of(changed.rows + returned.rows)):
            if rows.rows:
                store.upsert(rows)
        return
    returned = memberships.for_returned(returned)
    for rows in (memberships.for_new(new), changed, returned):
        if rows.rows:
            store.upsert(rows)
    _store_periods(
        store,
        memberships.periods_of_new(new),
        memberships.periods_of_changed(changed, difference.changed_was, returned=False),
        memberships.periods_of_changed(returned, difference.returned_was, returned=True),
    )


def _store_periods(store: Store, begun: Rows, *replaced: Rows) -> None:
    if begun.rows:
        store.upsert(begun)
    for rows in replaced:
        if rows.rows:
            store.close_periods([row[:2] for row in rows.rows])
            store.upsert(rows)
