"""Set-based work inside one transaction: SQL that runs alike on both databases, over staged tables.

A staged table lives until the transaction ends (`staged` drops it on SQLite, where it would live as
long as the connection). Words between `<` and `>` stand for what the two databases say differently.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, CursorResult, bindparam, text

from cophub.warehouse.columns import Instant

# Whole seconds on both: a stay of five minutes must not become 4.99 on one of them. What is a whole
# number of seconds adds up to the same in any order, too.
_WORDS: dict[str, dict[str, str]] = {
    "sqlite": {
        "bytewise": "COLLATE BINARY",
        "differs from": "IS NOT",
        "instant": "TEXT",
        "place of": "instr",
        "trimmed": "trim",
        "no instant": "NULL",
        "minutes in seconds": "CAST(a.minutes * 60 + 0.5 AS INTEGER)",
        "stay in seconds": (
            "CAST(strftime('%s', a.left_at) AS INTEGER)"
            " - CAST(strftime('%s', a.joined_at) AS INTEGER)"
        ),
        "text in": "json_extract",
        "top": "$.",
        # SQLite keeps the order of a CROSS JOIN; it knows nothing of how many rows there are.
        "then": "CROSS",
        "whole": "",
        "new id": (
            "lower(hex(randomblob(4)) || '-' || hex(randomblob(2)) || '-4'"
            " || substr(hex(randomblob(2)), 2) || '-' || substr('89AB', 1 + abs(random() % 4), 1)"
            " || substr(hex(randomblob(2)), 2) || '-' || hex(randomblob(6)))"
        ),
        "utc month of": "substr",
        "month form": "1, 7",
        "seconds": "CAST(strftime('%s', ",
        "since 1970": ") AS INTEGER)",
    },
    "postgresql": {
        "bytewise": 'COLLATE "C"',
        "differs from": "IS DISTINCT FROM",
        "instant": "TIMESTAMPTZ",
        "place of": "strpos",
        "trimmed": "btrim",
        "no instant": "CAST(NULL AS TIMESTAMPTZ)",
        "minutes in seconds": "CAST(floor(a.minutes * 60 + 0.5) AS BIGINT)",
        "stay in seconds": (
            "CAST(extract(epoch FROM date_trunc('second', a.left_at)"
            " - date_trunc('second', a.joined_at)) AS BIGINT)"
        ),
        "text in": "jsonb_extract_path_text",
        "top": "",
        "then": "INNER",
        # What is joined to it afterwards does not change in which order it is made itself.
        "whole": "MATERIALIZED",
        "new id": "CAST(gen_random_uuid() AS TEXT)",
        # Warehouse.open sets the session's zone to UTC.
        "utc month of": "to_char",
        "month form": "'YYYY-MM'",
        "seconds": "CAST(extract(epoch FROM date_trunc('second', ",
        "since 1970": ")) AS BIGINT)",
    },
}


def worded(sql: str, dialect: str) -> str:
    """SQL as `sqlite` or `postgresql` says it."""
    for mark, words in _WORDS[dialect].items():
        sql = sql.replace(f"<{mark}>", words)
    return sql


def execute(connection: Connection, sql: str, **parameters: Any) -> CursorResult[Any]:
    """Run one statement; `:name` takes a parameter, an aware datetime among them."""
    instants = [
        bindparam(name, type_=Instant())
        for name, value in parameters.items()
        if isinstance(value, datetime)
    ]
    said = worded(sql, connection.dialect.name)
    return connection.execute(text(said).bindparams(*instants), parameters)


def fill(connection: Connection, table: str, rows: Sequence[dict[str, Any]]) -> None:
    """Put rows, which all have the same fields, into a staged table."""
    if not rows:
        return
    fields = list(rows[0])
    instants = [
        bindparam(name, type_=Instant())
        for name in fields
        if any(isinstance(row[name], datetime) for row in rows)
    ]
    places = ", ".join(f":{name}" for name in fields)
    sql = f"INSERT INTO {table} ({', '.join(fields)}) VALUES ({places})"
    connection.execute(text(sql).bindparams(*instants), rows)


def settle(connection: Connection, table: str, *columns: str) -> None:
    """Let the planner know what is in a staged table: PostgreSQL guesses, and badly, otherwise.

    Of a wide one, name the columns by which it is joined and grouped: the others cost as much.
    """
    if connection.dialect.name == "postgresql":
        these = f" ({', '.join(columns)})" if columns else ""
        connection.execute(text(f"ANALYZE {table}{these}"))


_SET_BASED = (
    # What is joined and grouped here fits into memory, of which 4 MB are given to others.
    "SELECT set_config('work_mem', '64MB', true)"
    " WHERE pg_size_bytes(current_setting('work_mem')) < pg_size_bytes('64MB')",
    # What is read was read a statement before: no disk has to be sought for it.
    "SELECT set_config('random_page_cost', '1.1', true)",
    # Staged tables are looked at again and again: how they are joined, a tenth of the rows tells.
    "SELECT set_config('default_statistics_target', '10', true)",
    # Each statement is run once: no time to compile it is won back.
    "SELECT set_config('jit', 'off', true)",
)


def work_in_sets(connection: Connection) -> None:
    """Plan the rest of this transaction for large statements over what lies in memory."""
    if connection.dialect.name == "postgresql":
        for each in _SET_BASED:
            connection.exec_driver_sql(each)


_BY_KEY = " WITHOUT ROWID"
"""Rows in the order of a key of several columns: one tree, where SQLite would have two."""


@contextmanager
def staged(connection: Connection, **tables: str) -> Iterator[None]:
    """Temporary tables, each by its name and the text of its columns, until the block ends."""
    names = list(tables)
    sqlite = connection.dialect.name == "sqlite"
    for name, columns in tables.items():
        kept = _BY_KEY if sqlite and "PRIMARY KEY (" in columns else ""
        execute(connection, f"CREATE TEMPORARY TABLE {name} ({columns}){kept}")
    yield
    # Not in a `finally`: after a failure the transaction is undone, and the tables with it.
    for name in reversed(names):
        execute(connection, f"DROP TABLE {name}")


__all__ = ["execute", "fill", "settle", "staged", "worded", "work_in_sets"]
