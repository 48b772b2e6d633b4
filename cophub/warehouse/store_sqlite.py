"""Bulk reads and writes on SQLite: executemany of one statement a group."""

import sqlite3
from collections.abc import Sequence

import msgspec
from sqlalchemy import Connection

from cophub.warehouse.rows import Row, Rows
from cophub.warehouse.store import Stamp, driver_cursor, overwriting, quoted, stamp_values, target


class SqliteStore:
    """The `Store` of an SQLite connection."""

    conflict: type[Exception] = sqlite3.IntegrityError

    def __init__(self, connection: Connection, stamp: Stamp) -> None:
        self._cursor: sqlite3.Cursor = driver_cursor(connection)
        self._stamp = stamp

    def existing(
        self, table: str, key: Sequence[str], columns: Sequence[str], rows: list[Row]
    ) -> list[Row]:
        # One statement for all keys: they come as a JSON list, and each is looked up in the index.
        if len(key) == 1:
            keys = msgspec.json.encode([row[0] for row in rows])
            match = f't."{key[0]}" = k.value'
        else:
            keys = msgspec.json.encode([row[: len(key)] for row in rows])
            match = " AND ".join(
                f"t.\"{name}\" = json_extract(k.value, '$[{at}]')" for at, name in enumerate(key)
            )
        found: list[Row] = self._cursor.execute(
            f"SELECT {quoted(columns, 't.')} FROM json_each(?) AS k "
            f"CROSS JOIN {table} AS t ON t.source = ? AND {match}",
            (keys.decode(), self._stamp.source),
        ).fetchall()
        return found

    def has_rows(self, table: str) -> bool:
        select = f"SELECT 1 FROM {table} WHERE source = ? LIMIT 1"
        return self._cursor.execute(select, (self._stamp.source,)).fetchone() is not None

    def insert(self, rows: Rows) -> None:
        self._cursor.execute("SAVEPOINT fresh")
        try:
            self._cursor.executemany(self._insert(rows), rows.rows)
        except sqlite3.IntegrityError:
            self._cursor.execute("ROLLBACK TO fresh")
            raise
        finally:
            self._cursor.execute("RELEASE fresh")

    def upsert(self, rows: Rows) -> None:
        statement = f"{self._insert(rows)} {overwriting(rows.table, rows.columns)}"
        self._cursor.executemany(statement, rows.rows)

    def close_periods(self, keys: list[Row]) -> None:
        source, at = map(_literal, stamp_values(self._stamp, ("source", "valid_to")))
        self._cursor.executemany(
            f"UPDATE membership_period SET valid_to = max(valid_from, {at}) "
            f"WHERE source = {source} AND space = ? AND account = ? AND valid_to IS NULL",
            keys,
        )

    def load_keys(self, name: str, rows_of: str, key: Sequence[str]) -> None:
        self._cursor.execute(f"DROP TABLE IF EXISTS temp.{name}")
        columns = ", ".join(f'"{column}" TEXT' for column in key)
        self._cursor.execute(
            f"CREATE TEMP TABLE {name} ({columns}, PRIMARY KEY ({quoted(key)})) WITHOUT ROWID"
        )

    def add_keys(self, name: str, rows: Rows) -> None:
        marks = ", ".join("?" for _ in rows.columns)
        self._cursor.executemany(f"INSERT OR IGNORE INTO {name} VALUES ({marks})", rows.rows)

    def _insert(self, rows: Rows) -> str:
        stamped = target(rows.table).stamped
        # What is alike in all rows stands in the statement: binding it a million times costs more.
        alike = [_literal(value) for value in stamp_values(self._stamp, stamped)]
        values = ", ".join(["?"] * len(rows.columns) + alike)
        return f"INSERT INTO {rows.table} ({quoted((*rows.columns, *stamped))}) VALUES ({values})"


def _literal(value: str | int) -> str:
    return str(value) if isinstance(value, int) else "'" + value.replace("'", "''") + "'"
