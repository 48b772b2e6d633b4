"""What a vendor says is gone: single rows, or what is left of a thread, a space or a list."""

from collections import Counter
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, Date, Table, bindparam, func, select, update

from cophub.errors import PluginError
from cophub.records import Gone
from cophub.warehouse import tables as t
from cophub.warehouse.departures import Departures, close_periods, ending_values, there

_EXTRA = "extra."


@dataclass
class Endings:
    """Ends what the `Gone` items of one run name, and counts what the run has ended by absence.

    What a vendor names by its whole key was told, and is no absence.
    """

    source: str
    run: int
    now: datetime
    _before: dict[tuple[str, str], int] = field(default_factory=dict)
    _absent: Counter[tuple[str, str]] = field(default_factory=Counter)

    def end(self, connection: Connection, gone: Gone) -> int:
        """Mark the rows as gone; how many. Raises PluginError for a column that is not there."""
        rows = t.VENDOR_TABLES[gone.record.TABLE]
        keys = self._named(connection, rows, gone)
        if not keys:
            return 0
        if not gone.told and not set(gone.record.KEY) <= set(gone.where):
            self._count(connection, rows, keys)
        # One statement for each key: a list of them would some day be too long for the database.
        names = [f"key_{at}" for at in range(len(gone.record.KEY))]
        matching = [rows.c[c] == bindparam(n) for c, n in zip(gone.record.KEY, names, strict=True)]
        ending = update(rows).where(rows.c.source == self.source, *matching)
        connection.execute(
            ending.values(ending_values(rows, self.run, self.now)),
            [dict(zip(names, key, strict=True)) for key in keys],
        )
        if rows.name == "membership":
            close_periods(connection, self.source, self.run, self.now)
        return len(keys)

    def absences(self) -> list[Departures]:
        """What this run has ended by absence: memberships per space, all else per table."""
        return [
            Departures(table, space, self._before[table, space], count)
            for (table, space), count in sorted(self._absent.items())
        ]

    def _named(self, connection: Connection, rows: Table, gone: Gone) -> list[tuple[str, ...]]:
        """The keys of the rows that are there and that `gone` names."""
        plain = {name for name in gone.where if not name.startswith(_EXTRA)}
        if strange := plain - set(rows.c.keys()):
            raise PluginError(f"Gone names {sorted(strange)[0]!r}, which no {rows.name} has")
        key = [rows.c[name] for name in gone.record.KEY]
        wanted: list[Any] = [
            rows.c[name] == _value(rows, name, value)
            if name in plain
            else _in_extra(connection, rows, name) == str(value)
            for name, value in gone.where.items()
        ]
        if gone.prefix:
            wanted.append(key[-1].startswith(gone.prefix, autoescape=True))
        kept = {tuple(map(str, k)) if isinstance(k, tuple) else (str(k),) for k in gone.but}
        found = connection.execute(select(*key).where(*there(rows, self.source), *wanted))
        # The prefix once more: SQLite's LIKE takes upper for lower case.
        return [
            tuple(row)
            for row in found
            if tuple(map(str, row)) not in kept and str(row[-1]).startswith(gone.prefix)
        ]

    def _count(self, connection: Connection, rows: Table, keys: list[tuple[str, ...]]) -> None:
        by_space = rows.name == "membership"
        for space, count in Counter(key[0] if by_space else "" for key in keys).items():
            if (rows.name, space) not in self._before:
                present: list[Any] = [*there(rows, self.source)]
                present += [rows.c.space == space] if by_space else []
                counted = select(func.count()).select_from(rows).where(*present)
                self._before[rows.name, space] = connection.scalar(counted) or 0
            self._absent[rows.name, space] += count


def _value(rows: Table, name: str, value: object) -> object:
    """What a column holds where `Gone` says `value`: ids are text, the days of a metric are not."""
    return date.fromisoformat(str(value)) if isinstance(rows.c[name].type, Date) else str(value)


def _in_extra(connection: Connection, rows: Table, name: str) -> Any:
    """A text in `extra`, named `extra.NAME`."""
    inside = name.removeprefix(_EXTRA)
    if connection.dialect.name == "postgresql":
        return func.jsonb_extract_path_text(rows.c.extra, inside)
    return func.json_extract(rows.c.extra, f'$."{inside}"')
