"""What the tests of the warehouse share: short ways to load records and to look at rows."""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select, text

from cophub.records import Record, Reject
from cophub.warehouse import Warehouse, tables
from cophub.warehouse.departures import Departures
from cophub.warehouse.load import Counts, Loader

DAY_ONE = datetime(2026, 3, 1, 9, 30, tzinfo=UTC)

Load = Callable[..., Counts]


def day(number: int) -> datetime:
    """Half past nine on the given day of the tests' calendar, the first being 1 March 2026."""
    return DAY_ONE + timedelta(days=number - 1)


@pytest.fixture
def load(warehouse: Warehouse) -> Load:
    """Loads records as one run of the source "news"; a value that cannot be kept is an error."""

    def run(*records: Record, on: int = 1, source: str = "news") -> Counts:
        counts, rejects = load_all(warehouse, records, on=on, source=source)
        assert rejects == []
        return counts

    return run


def load_all(
    warehouse: Warehouse, records: Sequence[Record], *, on: int = 1, source: str = "news"
) -> tuple[Counts, list[Reject]]:
    """Load records on a day, as the run of the same number."""
    loader = Loader(warehouse, source, run=on, now=day(on))
    batch, rejects = loader.rows(records)
    loader.stage(batch)
    with warehouse.begin() as connection:
        counts = loader.apply(connection)
    loader.close()
    return counts, rejects


def snapshot(
    warehouse: Warehouse,
    records: Sequence[Record],
    types: Sequence[type[Record]],
    *,
    on: int,
    spaces: Sequence[str] | None = None,
) -> tuple[list[Departures], int]:
    """Load a whole read and end what it did not meet: who leaves per space, and how many ended."""
    loader = Loader(warehouse, "news", run=on, now=day(on), snapshot_of=types)
    batch, _ = loader.rows(records)
    loader.stage(batch)
    with warehouse.begin() as connection:
        loader.apply(connection)
        leaving = loader.departures(connection, types, spaces=spaces)
        ended = loader.depart(connection)
    loader.close()
    return leaving, ended


def rows(warehouse: Warehouse, table: str, *columns: str) -> list[tuple[Any, ...]]:
    """The rows of a table in the order of its key; all columns, or those that are named."""
    t = tables.metadata.tables[table]
    wanted = [t.c[name] for name in columns] or list(t.c)
    with warehouse.connect() as connection:
        found = connection.execute(select(*wanted).order_by(*t.primary_key))
        return [tuple(row) for row in found]


def physical(warehouse: Warehouse, *names: str) -> list[tuple[Any, ...]]:
    """Marks that change whenever a row is written, even with the same values."""
    if warehouse.dialect == "postgresql":
        queries = [f"SELECT ctid::text, xmin::text FROM {name} ORDER BY ctid" for name in names]
    else:
        # SQLite marks no rows, but counts what it writes: see `written`.
        queries = [f"SELECT * FROM {name} ORDER BY 1, 2, 3" for name in names]
    with warehouse.connect() as connection:
        return [tuple(row) for query in queries for row in connection.execute(text(query))]
