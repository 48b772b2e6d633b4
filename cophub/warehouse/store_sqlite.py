"""Bulk reads and writes on SQLite: executemany of one statement a group."""

import sqlite3
from collections import defaultdict
from collections.abc import Iterable, Sequence
from operator import itemgetter
from typing import Any

import msgspec
from sqlalchemy import Connection

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

_MOST_MARKS = 5_000
_FEW = 16  # lookups are worth a statement each while they are few


class SqliteStore:
    """The `Store` of an SQLite connection."""

    def __init__(self, connection: Connection, stamp: Stamp) -> None:
        self._cursor: sqlite3.Cursor = driver_cursor(connection)
        self._stamp = stamp

    def close(self) -> None:
        """Nothing to leave."""

    def existing(
        self, table: str, key: Sequence[str], columns: Sequence[str], rows: list[Row]
    ) -> list[Row]:
        # The keys come as one JSON list, and each is looked up in the index. What keys begin with
        # is mostly alike, such as the space of memberships: then only their ends are listed.
        ends: dict[Row, list[str]] = defaultdict(list)
        first = itemgetter(slice(len(key) - 1))
        for row in rows:
            ends[first(row)].append(row[len(key) - 1])
        select = (
            f"SELECT {quoted(columns, 't.')} FROM json_each(?) AS k "
            f"CROSS JOIN {table} AS t ON t.source = ?"
        )
        if len(ends) > _FEW:
            for at, name in enumerate(key):
                select += f" AND t.\"{name}\" = json_extract(k.value, '$[{at}]')"
            return self._select(select, [row[: len(key)] for row in rows])
        for name in key[:-1]:
            select += f' AND t."{name}" = ?'
        select += f' AND t."{key[-1]}" = k.value'
        return [row for start, end in ends.items() for row in self._select(select, end, start)]

    def _select(self, statement: str, keys: list[Any], values: Row = ()) -> list[Row]:
        listed = msgspec.json.encode(keys).decode()
        found: list[Row] = self._cursor.execute(
            statement, (listed, self._stamp.source, *values)
        ).fetchall()
        return found

    def has_rows(self, table: str) -> bool:
        select = f"SELECT 1 FROM {table} WHERE source = ? LIMIT 1"
        # All of it, though it is one row: a statement that is not at its end holds a snapshot.
        return bool(self._cursor.execute(select, (self._stamp.source,)).fetchall())

    def insert(self, rows: Rows) -> list[Row]:
        newest = self._cursor.execute(f"SELECT max(rowid) FROM {rows.table}").fetchone()[0] or 0
        self._cursor.executemany(f"{self._insert(rows)} ON CONFLICT DO NOTHING", rows.rows)
        if self._cursor.rowcount == len(rows.rows):
            return []
        key = [name for name in target(rows.table).key if name != "source"]
        inserted = set(
            self._cursor.execute(
                f"SELECT {quoted(key)} FROM {rows.table} WHERE rowid > ?", (newest,)
            )
        )
        return [row for row in rows.rows if row[: len(key)] not in inserted]

    def upsert(self, rows: Rows) -> None:
        statement = f"{self._insert(rows)} {overwriting(rows.table, rows.columns)}"
        self._cursor.executemany(statement, rows.rows)

    def open_periods(self, rows: Rows) -> None:
        self.upsert(rows)

    def close_periods(self, keys: list[Row]) -> None:
        source, at = map(_literal, stamp_values(self._stamp, ("source", "valid_to")))
        self._cursor.executemany(
            f"UPDATE membership_period SET valid_to = max(valid_from, {at}) "
            f"WHERE source = {source} AND space = ? AND account = ? AND valid_to IS NULL",
            keys,
        )

    def known(self, table: str, digests: Sequence[int]) -> list[int]:
        found: list[int] = []
        for start in range(0, len(digests), _MOST_MARKS):
            some = digests[start : start + _MOST_MARKS]
            marks = ",".join("?" * len(some))
            select = f"SELECT t.digest FROM {table} AS t WHERE t.digest IN ({marks}) AND {THERE}"
            found += [digest for (digest,) in self._cursor.execute(select, some)]
        return found

    def sums(self, table: str) -> tuple[int, int, int]:
        select = SUMS.format(table=table, source="?")
        found: tuple[int, int, int] = self._cursor.execute(select, (self._stamp.source,)).fetchone()
        return found

    def keep_digests(self, name: str, digests: Iterable[list[Row]]) -> None:
        self._cursor.execute(f"DROP TABLE IF EXISTS temp.{name}")
        self._cursor.execute(f"CREATE TEMP TABLE {name} (digest INTEGER PRIMARY KEY)")
        for some in digests:
            self._cursor.executemany(f"INSERT OR IGNORE INTO {name} VALUES (?)", some)

    def keep_keys(
        self, name: str, rows_of: str, key: Sequence[str], keys: Iterable[list[Row]]
    ) -> None:
        self._cursor.execute(f"DROP TABLE IF EXISTS temp.{name}")
        columns = ", ".join(f'"{column}" TEXT' for column in key)
        self._cursor.execute(
            f"CREATE TEMP TABLE {name} ({columns}, PRIMARY KEY ({quoted(key)})) WITHOUT ROWID"
        )
        marks = ", ".join("?" for _ in key)
        for some in keys:
            self._cursor.executemany(f"INSERT OR IGNORE INTO {name} VALUES ({marks})", some)

    def _insert(self, rows: Rows) -> str:
        stamped = target(rows.table).stamped
        # What is alike in all rows stands in the statement: binding it a million times costs more.
        alike = [_literal(value) for value in stamp_values(self._stamp, stamped)]
        values = ", ".join(["?"] * len(rows.columns) + alike)
        return f"INSERT INTO {rows.table} ({quoted((*rows.columns, *stamped))}) VALUES ({values})"


def _literal(value: str | int) -> str:
    return str(value) if isinstance(value, int) else "'" + value.replace("'", "''") + "'"
