"""Figures into the warehouse: whatever stands there already, and is still so, is left as it is.

A cell is all that is told of one community and quarter, in four tables. Of each a mark is kept: of
the records that its pages are made of, and of its other rows. Cells with another mark are made and
written anew; how fresh sources are is brought up to date in all. Where everything is counted anew,
everything is written anew, as another version.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, field
from functools import cache
from hashlib import blake2b
from typing import Any

import msgspec
from sqlalchemy import Connection, Table, delete, func, select

from cophub.identities.store.rows import put
from cophub.pipelines.measures.pages import AnyPage, Row
from cophub.pipelines.measures.state import Written
from cophub.pipelines.measures.writing import write
from cophub.warehouse.staging import execute, settle, staged
from cophub.warehouse.tables import (
    broker,
    measure,
    measure_channel,
    measure_month,
    measure_move,
)

FIGURES = (measure, measure_month, measure_channel, measure_move, broker)
"""The tables of figures."""

_Place = tuple[str, str]
"""A community and the name of a quarter."""
_Rows = list[tuple[Any, ...]]


@dataclass
class Figures:
    """Everything that is told, of which pages are not made yet."""

    pages: list[AnyPage] = field(default_factory=list)
    months: _Rows = field(default_factory=list)
    channels: _Rows = field(default_factory=list)
    moves: _Rows = field(default_factory=list)
    brokers: _Rows = field(default_factory=list)

    def sizes(self) -> dict[str, int]:
        """How many rows each table is to have."""
        pages = sum(len(page.records) * len(page.origins) for page in self.pages)
        other = {str(table.name): len(rows) for table, rows in self.other()}
        return {"measure": pages, **other, "broker": len(self.brokers)}

    def other(self) -> tuple[tuple[Table, _Rows], ...]:
        """The tables whose rows are made, each of a community (first) and a time (second)."""
        return (
            (measure_month, self.months),
            (measure_channel, self.channels),
            (measure_move, self.moves),
        )


def replace_all(connection: Connection, version: int, figures: Figures) -> None:
    """Write everything anew, as a version."""
    rows = [_values(row) for page in figures.pages for row in page.all_rows()]
    its = ((measure, rows), *figures.other(), (broker, figures.brokers))
    for table, found in its:
        connection.execute(delete(table))
        write(connection, table, version, found)


def replace_changed(
    connection: Connection, version: int, figures: Figures, before: Written, now: Written
) -> None:
    """Write the cells whose mark is another one, and whatever has no marks, as of a version."""
    changed = {
        (community, quarter)
        for old, new in ((before, now), (now, before))
        for community, cells in new.cells.items()
        for quarter, mark in cells.items()
        if old.cells.get(community, {}).get(quarter) != mark
    }
    _delete(connection, version, changed)
    write(connection, measure, version, list(_rows_of(figures.pages, changed)))
    for table, rows in figures.other():
        write(connection, table, version, [r for r in rows if (r[0], _quarter(r[1])) in changed])
    connection.execute(delete(broker))
    write(connection, broker, version, figures.brokers)


def _rows_of(pages: Iterable[AnyPage], changed: Collection[_Place]) -> Iterator[tuple[Any, ...]]:
    for page in pages:
        for quarter in page.calendar.quarters[page.first :]:
            if (page.scope.community, quarter.name) in changed:
                yield from map(_values, page.rows(quarter.number))


def _values(row: Row) -> tuple[Any, ...]:
    # Not astuple(), which copies every value deeply.
    return tuple(vars(row).values())


def _delete(connection: Connection, version: int, changed: Collection[_Place]) -> None:
    places = [(community, part) for community, time in changed for part in (time, *_months(time))]
    with staged(connection, place="community TEXT, part TEXT, PRIMARY KEY (community, part)"):
        put(connection, "place", ("community", "part"), places)
        settle(connection, "place")
        for table in (measure, measure_month, measure_channel, measure_move):
            time = table.c.month if table is measure_month else table.c.quarter
            execute(
                connection,
                f"DELETE FROM {table.name} WHERE version = :version"
                f" AND (community, {time.name}) IN (SELECT community, part FROM place)",
                version=version,
            )


def _months(quarter: str) -> list[str]:
    """The months of 2026Q3 as 2026-07, 2026-08, 2026-09."""
    last = 3 * int(quarter[5:])
    return [f"{quarter[:4]}-{month:02}" for month in range(last - 2, last + 1)]


@cache
def _quarter(time: str) -> str:
    """The quarter of a month as 2026-07, or a quarter itself."""
    return time if "Q" in time else f"{time[:4]}Q{(int(time[5:]) + 2) // 3}"


def marked(figures: Figures) -> Written:
    """The marks of all cells, and how many rows there are."""
    cells: defaultdict[_Place, list[bytes]] = defaultdict(list)
    for page in figures.pages:
        names = [quarter.name for quarter in page.calendar.quarters]
        for q, mark in page.marks():
            cells[page.scope.community, names[q]].append(mark)
    encode = msgspec.msgpack.encode
    for table, rows in figures.other():
        its: defaultdict[_Place, _Rows] = defaultdict(list)
        for row in rows:
            its[row[0], _quarter(row[1])].append(row)
        for place, here in its.items():
            cells[place].append(encode((str(table.name), sorted(here))))
    written = Written(rows=figures.sizes())
    for (community, quarter), parts in cells.items():
        digest = blake2b(b"".join(parts), digest_size=8).digest()
        written.cells.setdefault(community, {})[quarter] = int.from_bytes(digest, "big")
    return written


def version_of(connection: Connection, written: Written | None) -> int | None:
    """The version of all figures, where they are those that were written; else None."""
    versions: set[int] = set()
    for table in FIGURES[:-1]:  # brokers are written anew each time
        version = table.c.version
        query = select(func.count(), func.min(version), func.max(version))
        number, least, most = connection.execute(query.select_from(table)).one()
        if written is None or number != written.rows.get(table.name):
            return None
        versions |= {least, most} if number else set()
    return versions.pop() if len(versions) == 1 else None


__all__ = ["FIGURES", "Figures", "marked", "replace_all", "replace_changed", "version_of"]
