"""What is older than it may be kept: content goes from rows, and does not come back with a read.

Rows of the vendors' side stay, with who, when and where: figures of any quarter, departures and the
vendors' own counts rest on them. None of what goes here is read by a figure.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from sqlalchemy import Connection, delete, insert, or_, select, update

from cophub.warehouse import tables as t
from cophub.warehouse.columns import instant_text
from cophub.warehouse.rows import Row

CONTENT: dict[str, tuple[str, tuple[str, ...]]] = {
    "post": ("posted_at", ("body",)),
    "attendance": ("joined_at", ("name",)),
    "membership": ("left_at", ("reason",)),
}
"""By table, the instant that tells the age of a row, and the columns that are emptied."""
ROWS = {"reject": "rejected_at", "audit": "at", "alert": "cleared_at", "brief_sent": "at"}
"""Tables of which whole rows go, by the instant that tells their age; those without it stay."""
EVERY = timedelta(days=1)
"""What is stored is looked through again once so much more of it is too old."""
_ALL = ""
"""Stands for every source in `retention_done`."""


def emptied(
    table: str, columns: Sequence[str], rows: list[Row], horizons: Mapping[str, datetime]
) -> list[Row]:
    """Rows on their way in, those older than the horizon of their table without content.

    A row without that instant stays as it is: nobody can tell how old it is.
    """
    if table not in horizons or table not in CONTENT:
        return rows
    dated, content = CONTENT[table]
    places = [columns.index(name) for name in content if name in columns]
    if dated not in columns or not places:
        return rows
    at, horizon = columns.index(dated), instant_text(horizons[table])
    return [
        _without(row, places) if isinstance(row[at], str) and row[at] < horizon else row
        for row in rows
    ]


def _without(row: Row, places: list[int]) -> Row:
    return tuple([None if at in places and isinstance(v, str) else v for at, v in enumerate(row)])


def is_due(connection: Connection, table: str, horizon: datetime) -> bool:
    """Whether what is stored is to be looked through: never was, or not for a day's worth."""
    d = t.retention_done.c
    query = select(d.horizon_at).where(d.source == _ALL, d.table_name == table)
    before = connection.scalar(query)
    return before is None or horizon - before >= EVERY


def clear(connection: Connection, table: str, horizon: datetime, *, now: datetime) -> int:
    """Let go what is older than the horizon, and remember that; how many rows it was."""
    if connection.dialect.name == "sqlite":
        # What goes is overwritten in the file, too.
        connection.exec_driver_sql("PRAGMA secure_delete = ON")
    found = t.metadata.tables[table]
    if table in ROWS:
        old = found.c[ROWS[table]] < horizon
        count = connection.execute(delete(found).where(old)).rowcount
    else:
        dated, content = CONTENT[table]
        there = or_(*(found.c[name].is_not(None) for name in content))
        theirs = update(found).where(found.c[dated] < horizon, there)
        count = connection.execute(theirs.values(dict.fromkeys(content))).rowcount
    _note(connection, table, horizon, count, now)
    return count


def _note(connection: Connection, table: str, horizon: datetime, count: int, now: datetime) -> None:
    d = t.retention_done
    here = (d.c.source == _ALL) & (d.c.table_name == table)
    told = dict(horizon_at=horizon, done_at=now, rows=d.c.rows + count)
    if not connection.execute(update(d).where(here).values(told)).rowcount:
        new = told | dict(source=_ALL, table_name=table, rows=count)
        connection.execute(insert(d).values(new))


__all__ = ["CONTENT", "EVERY", "ROWS", "clear", "emptied", "is_due"]
