"""Many rows in and out at the speed of the driver, alike on both databases.

Values are what both drivers take: text, numbers, booleans, bytes, and instants as UTC text (see
`cophub.warehouse.columns.instant_text`).
"""

from collections.abc import Sequence
from itertools import chain
from typing import Any

import msgspec
from sqlalchemy import Connection

from cophub.warehouse.store import driver_cursor

Row = tuple[Any, ...]
_PIECE = 20_000
_PLACES = 999
"""So many values a statement may have in any SQLite."""


def put(connection: Connection, table: str, columns: Sequence[str], rows: Sequence[Row]) -> None:
    """Insert rows into a table, which may be a staged one."""
    if not rows:
        return
    names = ", ".join(columns)
    cursor = driver_cursor(connection)
    if connection.dialect.name == "postgresql":
        from cophub.warehouse.store_postgresql import copy_text

        with cursor.copy(f"COPY {table} ({names}) FROM STDIN") as copy:
            for start in range(0, len(rows), _PIECE):
                piece = rows[start : start + _PIECE]
                copy.write(copy_text([tuple(map(_for_copy, row)) for row in piece]))
    else:
        _insert(cursor, f"INSERT INTO {table} ({names}) VALUES ", len(columns), rows)


def _insert(cursor: Any, insert: str, columns: int, rows: Sequence[Row]) -> None:
    """Many rows with each statement of SQLite: half the time that one row each would take."""
    row = f"({', '.join('?' * columns)})"
    size = _PLACES // columns
    full = len(rows) - len(rows) % size
    if full:
        pieces = (tuple(chain.from_iterable(rows[at : at + size])) for at in range(0, full, size))
        cursor.executemany(insert + ", ".join([row] * size), pieces)
    if full < len(rows):
        cursor.execute(
            insert + ", ".join([row] * (len(rows) - full)), tuple(chain.from_iterable(rows[full:]))
        )


def _for_copy(value: Any) -> Any:
    return "\\x" + value.hex() if isinstance(value, bytes) else value


def among(connection: Connection, sql: str, values: Sequence[int] | Sequence[str]) -> list[Row]:
    """The rows of a query in which `<values>` stands for these values, as in `key IN <values>`."""
    if not values:
        return []
    statement, parameter = _with_values(connection, sql, values)
    cursor = driver_cursor(connection)
    cursor.execute(statement, (parameter,))
    found: list[Row] = cursor.fetchall()
    return found


def change_among(connection: Connection, sql: str, values: Sequence[int] | Sequence[str]) -> None:
    """Run a DELETE or UPDATE in which `<values>` stands for these values."""
    if values:
        statement, parameter = _with_values(connection, sql, values)
        driver_cursor(connection).execute(statement, (parameter,))


def _with_values(
    connection: Connection, sql: str, values: Sequence[int] | Sequence[str]
) -> tuple[str, Any]:
    if connection.dialect.name == "postgresql":
        kind = "text" if isinstance(values[0], str) else "bigint"
        return sql.replace("<values>", f"(SELECT unnest(%s::{kind}[]))"), list(values)
    listed = msgspec.json.encode(list(values)).decode()
    return sql.replace("<values>", "(SELECT value FROM json_each(?))"), listed


def quoted(text: str) -> str:
    """A source as text in SQL that psycopg reads."""
    # A percent sign would be a place for a value to psycopg; names of sources have none of these.
    return "'" + text.replace("'", "''").replace("%", "%%") + "'"


def all_rows(connection: Connection, sql: str) -> list[Row]:
    """The rows of a query without parameters, as the driver gives them."""
    cursor = driver_cursor(connection)
    cursor.execute(sql)
    found: list[Row] = cursor.fetchall()
    return found


__all__ = ["Row", "all_rows", "among", "change_among", "put", "quoted"]
