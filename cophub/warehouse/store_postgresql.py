"""Bulk reads and writes on PostgreSQL: COPY, then one INSERT ... ON CONFLICT of what was copied."""

from collections.abc import Callable, Iterable, Sequence
from types import NoneType
from typing import Any

import msgspec
import psycopg
from sqlalchemy import Connection, Date

from cophub.warehouse.columns import Instant, Json
from cophub.warehouse.rows import Row, Rows
from cophub.warehouse.store import (
    SUMS,
    THERE,
    Stamp,
    driver_cursor,
    overwriting,
    quoted,
    stamp_values,
    target,
)
from cophub.warehouse.tables import metadata
from cophub.warehouse.values import json_lines

_PIECE = 500
_STAMP_TYPES = {"source": "text", "run": "bigint"}


class PostgresqlStore:
    """The `Store` of a PostgreSQL connection."""

    def __init__(self, connection: Connection, stamp: Stamp) -> None:
        self._cursor: psycopg.Cursor[Any] = driver_cursor(connection, binary=True)
        self._stamp = stamp
        self._seeking = False

    def close(self) -> None:
        """Leave the session as it was."""
        if self._seeking:
            self._execute("RESET enable_seqscan")

    def existing(
        self, table: str, key: Sequence[str], columns: Sequence[str], rows: list[Row]
    ) -> list[Row]:
        arrays = ", ".join(f"%s::{_array_type(table, name)}[]" for name in key)
        self._execute(
            f"SELECT {', '.join(_as_text(table, name) for name in columns)} "
            f"FROM unnest({arrays}) AS k ({quoted(key)}) "
            f"JOIN {table} AS t ON t.source = %s AND "
            + " AND ".join(f't."{name}" = k."{name}"' for name in key),
            [*([row[at] for row in rows] for at in range(len(key))), self._stamp.source],
        )
        return _as_written(table, columns, self._cursor.fetchall())

    def has_rows(self, table: str) -> bool:
        self._execute(f"SELECT 1 FROM {table} WHERE source = %s LIMIT 1", [self._stamp.source])
        return self._cursor.fetchone() is not None

    def insert(self, rows: Rows) -> list[Row]:
        stamped = target(rows.table).stamped
        alike = stamp_values(self._stamp, stamped)
        self._execute("SAVEPOINT fresh")
        try:
            self._copy(rows.table, (*rows.columns, *stamped), rows.rows, alike)
        except psycopg.errors.UniqueViolation:
            self._execute("ROLLBACK TO fresh")
            self._execute("RELEASE fresh")
            return rows.rows
        self._execute("RELEASE fresh")
        return []

    def upsert(self, rows: Rows) -> None:
        stamped = target(rows.table).stamped
        self._stage(rows)
        marks = ", ".join(f"%s::{_STAMP_TYPES.get(name, 'timestamptz')}" for name in stamped)
        self._execute(
            f"INSERT INTO {rows.table} ({quoted((*rows.columns, *stamped))}) "
            f"SELECT {quoted(rows.columns)}, {marks} FROM staged "
            + overwriting(rows.table, rows.columns),
            stamp_values(self._stamp, stamped),
        )

    def open_periods(self, rows: Rows) -> None:
        if there := self.insert(rows):
            self.upsert(Rows(rows.table, rows.columns, there))

    def close_periods(self, keys: list[Row]) -> None:
        self._stage(Rows("membership_period", ("space", "account"), keys))
        self._execute(
            "UPDATE membership_period AS p SET valid_to = greatest(p.valid_from, %s::timestamptz) "
            "FROM staged AS s WHERE p.source = %s AND p.space = s.space "
            "AND p.account = s.account AND p.valid_to IS NULL",
            [self._stamp.at, self._stamp.source],
        )

    def known(self, table: str, digests: Sequence[int]) -> list[int]:
        select = f"SELECT t.digest FROM {table} AS t WHERE t.digest = ANY(%s::bigint[]) AND {THERE}"
        # Nothing is known yet of a table that was just filled, and a thousand digests look like
        # all of it: without this, each page would read the table from end to end.
        if not self._seeking:
            self._execute("SET enable_seqscan = off")
            self._seeking = True
        self._execute(select, [list(digests)])
        return [digest for (digest,) in self._cursor.fetchall()]

    def sums(self, table: str) -> tuple[int, int, int]:
        self._execute(SUMS.format(table=table, source="%s"), [self._stamp.source])
        count, upper, lower = self._cursor.fetchall()[0]
        return int(count), int(upper), int(lower)

    def keep_digests(self, name: str, digests: Iterable[list[Row]]) -> None:
        self._execute(f"DROP TABLE IF EXISTS pg_temp.{name}")
        self._execute(f"CREATE TEMP TABLE {name} (digest bigint) ON COMMIT DROP")
        for some in digests:
            self._copy(name, ("digest",), some)
        self._execute(f"CREATE INDEX ON {name} (digest)")
        self._execute(f"ANALYZE {name}")

    def keep_keys(
        self, name: str, rows_of: str, key: Sequence[str], keys: Iterable[list[Row]]
    ) -> None:
        self._make_temporary(name, rows_of, key)
        for some in keys:
            self._copy(name, key, some)
        # Without figures about the new table, the planner compares each row with each.
        self._execute(f"ANALYZE {name}")

    def _stage(self, rows: Rows) -> None:
        self._make_temporary("staged", rows.table, rows.columns)
        self._copy("staged", rows.columns, rows.rows)

    def _make_temporary(self, name: str, rows_of: str, columns: Sequence[str]) -> None:
        self._execute(f"DROP TABLE IF EXISTS pg_temp.{name}")
        self._execute(
            f"CREATE TEMP TABLE {name} ON COMMIT DROP AS "
            f"SELECT {quoted(columns)} FROM {rows_of} WITH NO DATA"
        )

    def _copy(
        self, table: str, columns: Sequence[str], rows: list[Row], alike: Sequence[str | int] = ()
    ) -> None:
        with self._cursor.copy(f"COPY {table} ({quoted(columns)}) FROM STDIN") as copy:
            # In pieces, so that the server works on one while the next is written.
            for start in range(0, len(rows), _PIECE):
                copy.write(copy_text(rows[start : start + _PIECE], alike))

    def _execute(self, statement: str, values: Sequence[Any] | None = None) -> None:
        self._cursor.execute(statement.encode(), values)


def copy_text(rows: list[Row], alike: Sequence[str | int] = ()) -> str:
    """The rows in COPY's text format, each followed by the values that are alike in all of them."""
    columns = [_copied(values) for values in zip(*rows, strict=True)]
    end = "".join(f"\t{_copied_one(value)}" for value in alike) + "\n"
    return end.join(map("\t".join, zip(*columns, strict=True))) + end


def _copied(values: Sequence[Any]) -> Sequence[str]:
    kinds = set(map(type, values))
    if kinds <= {str, NoneType}:
        joined = "".join(filter(None, values))
        if not any(mark in joined for mark in "\\\t\n\r"):
            if NoneType not in kinds:
                return values
            return ["\\N" if value is None else value for value in values]
    return [_copied_one(value) for value in values]


def _copied_one(value: Any) -> str:
    if value is None:
        return "\\N"
    if isinstance(value, str):
        text = value.replace("\\", "\\\\").replace("\t", "\\t")
        return text.replace("\n", "\\n").replace("\r", "\\r")
    return str(value)


def _array_type(table: str, name: str) -> str:
    return "date" if isinstance(metadata.tables[table].columns[name].type, Date) else "text"


def _as_text(table: str, name: str) -> str:
    """The column as an expression that comes back in the form in which rows are written."""
    kind = metadata.tables[table].columns[name].type
    if isinstance(kind, Instant):
        return f"(t.\"{name}\" AT TIME ZONE 'UTC')::text"
    return f't."{name}"::text' if isinstance(kind, Date | Json) else f't."{name}"'


def _as_written(table: str, columns: Sequence[str], rows: list[Row]) -> list[Row]:
    """What PostgreSQL says, put as `values` puts it, so that the two can be compared."""
    kinds = [metadata.tables[table].columns[name].type for name in columns]
    if not rows or not any(isinstance(kind, Instant | Json) for kind in kinds):
        return rows
    rewritten = [
        _REWRITE[type(kind)](values) if type(kind) in _REWRITE else values
        for kind, values in zip(kinds, zip(*rows, strict=True), strict=True)
    ]
    return list(zip(*rewritten, strict=True))


def _instants(values: Sequence[str | None]) -> Sequence[str | None]:
    """PostgreSQL leaves the last zeros of a fraction out: .5 for .500000."""
    if all(value is None or len(value) == 19 for value in values):
        return values
    return [value.ljust(26, "0") if value and len(value) > 19 else value for value in values]


def _jsons(values: Sequence[str | None]) -> Sequence[str | None]:
    """PostgreSQL keeps JSON by value: its spaces and the order of its keys are its own."""
    known = msgspec.json.decode("[" + ",".join(value or "null" for value in values) + "]")
    lines = json_lines(known)
    return [None if value is None else line for value, line in zip(values, lines, strict=True)]


_REWRITE: dict[type, Callable[[Sequence[str | None]], Sequence[str | None]]] = {
    Instant: _instants,
    Json: _jsons,
}
