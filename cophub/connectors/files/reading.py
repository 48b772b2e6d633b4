"""One file read: its tables found, its rows made records, and what there is to say about it."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from cophub import Item, Reject
from cophub.connectors.files.bounds import UnreadableError
from cophub.connectors.files.grids import Grid, grids
from cophub.connectors.files.settings import FileMapping, Settings
from cophub.connectors.files.table import ABOVE, Table, find_table
from cophub.connectors.mapping import Maker, space_records, survey
from cophub.connectors.mapping.attendance import Roll
from cophub.connectors.mapping.cells import JOINED, Survey
from cophub.connectors.mapping.fields import FIELDS
from cophub.connectors.mapping.words import folded

_SHOWN = 20
"""Reasons of rejects that a report keeps."""


@dataclass
class Report:
    """What reading one table came to."""

    where: str
    """The file, and its sheet where it has several."""
    header_row: int = 0
    rows: int = 0
    counts: dict[str, int] = field(default_factory=dict)
    rejected: int = 0
    reasons: list[str] = field(default_factory=list)
    """Of the first of the rejects."""
    notes: list[str] = field(default_factory=list)
    """What was left out, and what was taken for granted."""

    def reject(self, reject: Reject) -> Reject:
        """Count a reject, on its way to be kept."""
        self.rejected += 1
        if len(self.reasons) < _SHOWN:
            self.reasons.append(reject.reason)
        return reject


class FileReader:
    """Reads one file with the mapping of the settings; `items` gives its records, once."""

    def __init__(
        self, name: str, path: Path, settings: Settings, mapping: FileMapping, source: str,
        roll: Roll | None = None,
    ) -> None:  # fmt: skip
        self.name, self.path = name, path
        self.settings, self.mapping, self.source = settings, mapping, source
        self.roll = roll if roll is not None else Roll()
        self.reports: list[Report] = []
        self.done = 0
        """Rows whose records were all taken."""
        self.met: set[tuple[str, ...]] = set()
        self.spaces: dict[str, None] = {}
        self.events: set[str] = set()
        """Keys of the events whose attendance the file tells."""
        self.doubtful = False
        """Whether a row was rejected that may be about anybody."""
        self._columns = [*mapping.columns.values(), *mapping.key]

    def items(self, skip: int = 0) -> Iterator[Item]:
        """The records and rejects of the file, but for those of its first `skip` rows.

        Raises UnreadableError where no table of the file can be read, and OSError.
        """
        told = self._name_tells()
        found = False
        seen = []
        for grid in grids(self.path, self.settings):
            table = find_table(grid, self._columns, self.settings.skip_rows)
            if table is None:
                seen.append(grid)
                continue
            found = True
            yield from self._table(table, told, skip)
            if self.settings.sheet != "*":
                break
        if not found:
            raise UnreadableError(self._what_is_missing(seen))

    def _name_tells(self) -> dict[str, str]:
        try:
            return self.settings.name_tells(self.name)
        except ValueError as error:
            raise UnreadableError(str(error)) from error

    def _table(self, table: Table, told: dict[str, str], skip: int) -> Iterator[Item]:
        where = self.name if table.grid.name is None else f'{self.name}, sheet "{table.grid.name}"'
        report = Report(where, table.header_row)
        self.reports.append(report)
        known = survey(self.mapping, ((n, cells) for n, cells, _ in self._rows(table)))
        maker = Maker(
            self.mapping, space=self.source, where=f"{where}, ", known=known, told=told,
            roll=self.roll,
        )  # fmt: skip
        for number, cells, wrong in self._rows(table):
            made = [maker.misshapen(number, cells, wrong)] if wrong else maker.row(number, cells)
            report.rows += 1
            if self.done >= skip:
                yield from self._new_spaces(maker)
                for item in made:
                    yield report.reject(item) if isinstance(item, Reject) else item
            self.done += 1
        for reject in maker.finish():
            yield report.reject(reject)
        report.counts = maker.counts
        report.notes = [*table.grid.notes, *table.notes, *self._styles(known), *maker.notes]
        self.met |= maker.met
        self.events |= maker.events
        self.doubtful = self.doubtful or maker.nameless > 0

    def _rows(self, table: Table) -> Iterator[tuple[int, dict[str, Any], str]]:
        """The rows as the mapping names their columns."""
        places = table.places(self._columns)
        above: dict[str, str | None] = {
            f"{ABOVE}{label}": value for label, value in table.above.items()
        }
        for part in (part.strip() for column in self._columns for part in column.split(JOINED)):
            if part.startswith(ABOVE) and part not in above:
                above[part] = _label(table.above, part)
        for number, cells, wrong in table.lines():
            width = len(cells)
            row: dict[str, Any] = {
                name: cells[place] if place < width else None for name, place in places.items()
            }
            yield number, {**above, **row}, wrong

    def _new_spaces(self, maker: Maker) -> Iterator[Item]:
        fresh = [key for key in maker.spaces if key not in self.spaces]
        self.spaces.update(dict.fromkeys(fresh))
        if self.mapping.record != "space":
            yield from space_records(fresh, self.mapping, self.source)

    def _styles(self, known: Survey) -> Iterator[str]:
        """How the dates were read, where a person may want to know."""
        forced = self.settings.day_first is not None or self.settings.date_format
        for name, style in known.styles.items():
            column = self.mapping.columns[name]
            first = known.day_first(name)
            if forced or first is None or not (style.unclear or style.decided_by):
                continue
            order = "day before month" if first else "month before day"
            by = style.decided_by or (known.borrowed.decided_by if known.borrowed else 0)
            yield f'dates of "{column}" read with the {order}, as row {by} shows'
        kinds = FIELDS[self.mapping.record]
        if any(kinds.get(name) == "instant" for name in known.styles):
            zone = self.settings.timezone
            yield f"dates and times that say no zone are those of {zone} (else set timezone)"

    def _what_is_missing(self, seen: list[Grid]) -> str:
        """Which column is not there, and what is, in the row most like the titles."""
        from cophub.connectors.files.guess import score_of
        from cophub.connectors.files.table import best_table

        tables = [table for grid in seen if (table := best_table(grid, score_of))]
        if not tables:
            return "there is no table in it"
        best = max(tables, key=lambda table: len(table.header))
        missing = []
        for column in self._columns:
            try:
                best.places([column])
            except KeyError:
                missing.append(column)
        titles = ", ".join(f'"{title}"' for title in best.header[:30] if title)
        wanted = missing[0] if missing else self._columns[0]
        return f'it has no column "{wanted}" (row {best.header_row} has {titles}); correct columns'


def _label(above: dict[str, str], column: str) -> str | None:
    """A line above the table by its label, however it is spelled."""
    wanted = folded(column.removeprefix(ABOVE)).strip(" :")
    return next((v for label, v in above.items() if folded(label).strip(" :") == wanted), None)


__all__ = ["FileReader", "Report"]
