"""The few statements that move rows in bulk, on the driver itself: SQLite's and PostgreSQL's way.

SQLAlchemy's insert construct costs more time here than the database does, so the hot path talks to
the driver's cursor. Both stores take and give the same plain values.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any, Protocol

from sqlalchemy import Connection

from cophub.warehouse.columns import instant_text
from cophub.warehouse.rows import Row, Rows
from cophub.warehouse.tables import metadata


@dataclass(frozen=True)
class Stamp:
    """What every row that a run writes carries: its source, its run, its time."""

    source: str
    run: int
    at: str

    @classmethod
    def of(cls, source: str, run: int, now: datetime) -> "Stamp":
        return cls(source, run, instant_text(now))


class Store(Protocol):
    """Bulk reads and writes on one connection, inside the caller's transaction."""

    def close(self) -> None:
        """Leave the session as it was; for a store whose connection goes back to others."""

    def existing(
        self, table: str, key: Sequence[str], columns: Sequence[str], rows: list[Row]
    ) -> list[Row]:
        """`columns` of the stored rows that have the keys with which `rows` begin; any order."""

    def has_rows(self, table: str) -> bool:
        """Whether the source has any row in the table."""

    def insert(self, rows: Rows) -> list[Row]:
        """Add rows that are probably not there; those that were not added, because some are."""

    def upsert(self, rows: Rows) -> None:
        """Add rows, or overwrite the columns they set; what was gone is back."""

    def open_periods(self, rows: Rows) -> None:
        """Add the periods of memberships that were just added: they are hardly ever there."""

    def close_periods(self, keys: list[Row]) -> None:
        """End the open period of these memberships (space, account)."""

    def known(self, table: str, digests: Sequence[int]) -> list[int]:
        """Those of the digests that rows which are there carry, some of them more than once."""

    def sums(self, table: str) -> tuple[int, int, int]:
        """Of the source's rows that are there: how many, and the sums of their digests' halves.

        A row without a digest makes the count differ from that of the digests.
        """

    def keep_digests(self, name: str, digests: Iterable[list[Row]]) -> None:
        """A temporary table of digests, which may repeat."""

    def keep_keys(
        self, name: str, rows_of: str, key: Sequence[str], keys: Iterable[list[Row]]
    ) -> None:
        """A temporary table of keys, which may repeat, of the table `rows_of`."""


# The condition of the index on digests, so that it answers alone.
THERE = "t.digest IS NOT NULL AND t.gone_at IS NULL"
# Digests are 63 bits: their halves can be summed up over billions of rows.
SUMS = (
    "SELECT count(*), coalesce(sum(digest >> 32), 0), coalesce(sum(digest & 4294967295), 0) "
    "FROM {table} WHERE source = {source} AND gone_at IS NULL"
)


@dataclass(frozen=True)
class Target:
    """How a table is written: what each row carries besides its own columns."""

    key: tuple[str, ...]
    stamped: tuple[str, ...]
    """Columns that the stamp fills."""
    restamped: tuple[str, ...]
    """Those of them that an overwrite fills anew."""
    cleared: str
    """The column that a row which is there has empty."""


@cache
def target(table: str) -> Target:
    """How the table is written."""
    key = tuple(column.name for column in metadata.tables[table].primary_key)
    if table == "membership_period":
        return Target(key, ("source", "valid_from"), (), "valid_to")
    stamped = ("source", "run", "first_seen_at", "changed_at")
    return Target(key, stamped, ("run", "changed_at"), "gone_at")


def stamp_values(stamp: Stamp, columns: Sequence[str]) -> list[str | int]:
    """What the stamp puts into these columns."""
    known: dict[str, str | int] = {"source": stamp.source, "run": stamp.run}
    return [known.get(column, stamp.at) for column in columns]


def overwriting(table: str, columns: Sequence[str]) -> str:
    """The end of an upsert that sets `columns`, the stamp, and nothing else.

    A row is no longer as its item came once somebody else has changed it.
    """
    to = target(table)
    fresh = [name for name in (*columns, *to.restamped) if name not in to.key]
    sets = [f'"{name}" = excluded."{name}"' for name in fresh]
    if "digest" in metadata.tables[table].columns and "digest" not in columns:
        sets.append("digest = NULL")
    keys = ", ".join(f'"{name}"' for name in to.key)
    return f"ON CONFLICT ({keys}) DO UPDATE SET {', '.join(sets)}, {to.cleared} = NULL"


def quoted(columns: Sequence[str], prefix: str = "") -> str:
    """Column names for a statement."""
    return ", ".join(f'{prefix}"{name}"' for name in columns)


def store_for(connection: Connection, stamp: Stamp) -> Store:
    """The store for a connection's database."""
    if connection.dialect.name == "postgresql":
        from cophub.warehouse.store_postgresql import PostgresqlStore

        return PostgresqlStore(connection, stamp)
    from cophub.warehouse.store_sqlite import SqliteStore

    return SqliteStore(connection, stamp)


def driver_cursor(connection: Connection, **options: Any) -> Any:
    """A cursor of the driver, in the same transaction."""
    return connection.connection.cursor(**options)
