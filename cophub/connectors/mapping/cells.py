"""The values of one row by field: which cell a field is in, and how its text is read."""

from collections.abc import Iterable, Sequence
from collections.abc import Mapping as Cells
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from cophub.connectors.mapping.attendance import digest
from cophub.connectors.mapping.dates import (
    ClockOnlyError,
    Style,
    StyleFinder,
    UnclearDateError,
    read_day,
    read_instant,
)
from cophub.connectors.mapping.fields import FIELDS, Kind
from cophub.connectors.mapping.model import Mapping
from cophub.connectors.mapping.people import is_phone, phone_hash
from cophub.connectors.mapping.values import (
    as_count,
    as_email,
    as_flag,
    as_key,
    as_line,
    as_minutes,
    as_number,
    as_text,
    is_short,
    unit_of,
)

_LINES = frozenset(["body", "description"])
"""Texts that keep their line breaks."""
_DAY_FROM = {
    "joined_at": "event_starts_at", "left_at": "event_starts_at",
    "event_ends_at": "event_starts_at", "ends_at": "starts_at",
}  # fmt: skip
"""Where the day stands of a field that may hold a time of the day alone."""
JOINED = " + "
"""Between the names of columns whose cells are one value together."""


class BadCellError(ValueError):
    """A cell that cannot be read; `field` and `column` say which."""

    def __init__(self, name: str, column: str | None, reason: str) -> None:
        super().__init__(f'column "{column}": {reason}' if column else f"{name}: {reason}")
        self.field, self.column = name, column


@dataclass
class Survey:
    """What a whole table tells about how its columns are written."""

    styles: dict[str, Style] = field(default_factory=dict)
    """By field."""
    short: frozenset[str] = frozenset()
    """Fields of durations in which `47:10` is minutes and seconds."""
    borrowed: Style | None = None
    """The one way in which all columns that tell are written, for those that do not."""

    def day_first(self, name: str) -> bool | None:
        """Whether the day comes first in a field's column, or None where nothing tells."""
        style = self.styles.get(name, Style())
        if style.day_first is not None or style.against:
            return style.day_first
        return self.borrowed.day_first if self.borrowed else None


def survey(mapping: Mapping, rows: Iterable[tuple[int, Cells[str, Any]]]) -> Survey:
    """Look through all rows of a table, to learn how its dates and durations are written."""
    kinds = FIELDS[mapping.record]
    dated = {f: c for f, c in mapping.columns.items() if kinds.get(f) in ("instant", "day")}
    timed = {f: c for f, c in mapping.columns.items() if kinds.get(f) == "minutes"}
    if not dated and not timed:
        return Survey()
    finders = {name: StyleFinder() for name in dated}
    short: set[str] = set()
    for number, cells in rows:
        for name, column in dated.items():
            finders[name].see(number, cell_of(cells, column))
        for name, column in timed.items():
            if is_short(cell_of(cells, column)):
                short.add(name)
    styles = {name: finder.style() for name, finder in finders.items()}
    told = {style.day_first for style in styles.values() if style.day_first is not None}
    doubt = any(style.against for style in styles.values())
    teller = next((style for style in styles.values() if style.day_first is not None), None)
    return Survey(
        styles,
        frozenset(short),
        teller if len(told) == 1 and not doubt else None,
    )


def cell_of(cells: Cells[str, Any], column: str) -> Any:
    """The cell of a column; of `A + B` both together, of `a.b` the part b of an object."""
    if column in cells:
        return cells[column]
    if JOINED in column:
        return _together([cell_of(cells, part.strip()) for part in column.split(JOINED)])
    head, _, rest = column.partition(".")
    inner = cells.get(head)
    return cell_of(inner, rest) if rest and isinstance(inner, dict) else None


def _together(parts: Sequence[Any]) -> Any:
    present = [part for part in parts if part not in (None, "")]
    if len(present) < 2:
        return present[0] if present else None
    first, second = present[0], present[1]
    if isinstance(first, date) and isinstance(second, time):
        return datetime.combine(first, second)
    if isinstance(first, datetime) and first.time() == time() and isinstance(second, float | str):
        return f"{first.date().isoformat()} {second}"
    return " ".join(text for part in present if (text := as_text(part)))


class Reader:
    """Reads the mapped fields of rows, as the settings and the survey of the table say."""

    def __init__(
        self, mapping: Mapping, known: Survey | None = None, told: Cells[str, Any] | None = None
    ) -> None:
        self.mapping = mapping
        self.survey = known or Survey()
        self._told = {**mapping.values, **(told or {})}
        self._kinds = FIELDS[mapping.record]
        order = sorted({*mapping.columns, *self._told}, key=_after_the_day)
        self._fields = [(name, mapping.columns.get(name)) for name in order]
        self._zone = mapping.zone
        secret = mapping.phone_secret
        self._secret = secret.get_secret_value() if secret else ""
        self._units = {
            name: mapping.duration_unit or unit_of(column) or "minutes"
            for name, column in mapping.columns.items()
            if self._kind(name) == "minutes"
        }

    def read(self, cells: Cells[str, Any]) -> tuple[dict[str, Any], list[BadCellError], list[str]]:
        """A row's values by field, what could not be read, and the fields whose date is unclear."""
        row: dict[str, Any] = {}
        bad: list[BadCellError] = []
        unclear: list[str] = []
        for name, column in self._fields:
            cell = cell_of(cells, column) if column else None
            if cell is None or cell == "":
                cell = self._told.get(name)
            try:
                self._set(row, name, cell)
            except UnclearDateError:
                unclear.append(name)
            except ValueError as error:
                bad.append(BadCellError(name, column, str(error)))
        self._without_phone(row)
        return row, bad, unclear

    def _kind(self, name: str) -> Kind:
        return self._kinds.get(name, "text")

    def _set(self, row: dict[str, Any], name: str, cell: Any) -> None:
        if name == "email":
            row[name], others = as_email(cell)
            if others:
                row["more_emails"] = others
            return
        kind = self._kind(name)
        if kind == "instant":
            row[name] = self._instant(row, name, cell)
        elif kind == "phone":
            number = as_line(cell)
            row[name] = phone_hash(number, self._secret) if number else None
        else:
            row[name] = self._plain(kind, name, cell)

    def _plain(self, kind: Kind, name: str, cell: Any) -> Any:
        mapping = self.mapping
        if kind == "key":
            return as_key(cell)
        if kind == "count":
            return as_count(cell, mapping.decimal_comma)
        if kind == "number":
            return as_number(cell, mapping.decimal_comma)
        if kind == "flag":
            return as_flag(cell, name)
        if kind == "minutes":
            unit = self._units.get(name, mapping.duration_unit or "minutes")
            return as_minutes(cell, unit, mapping.decimal_comma, short=name in self.survey.short)
        if kind == "day":
            return read_day(cell, self._day_first(name), mapping.date_format)
        return as_text(cell) if name in _LINES else as_line(cell)

    def _day_first(self, name: str) -> bool | None:
        told = self.survey.day_first(name)
        return told if self.mapping.day_first is None else self.mapping.day_first

    def _instant(self, row: dict[str, Any], name: str, cell: Any) -> datetime | None:
        try:
            return read_instant(cell, self._zone, self._day_first(name), self.mapping.date_format)
        except ClockOnlyError as only:
            day = row.get(_DAY_FROM.get(name, ""))
            if not isinstance(day, datetime):
                raise
            moment = datetime.combine(day.astimezone(self._zone).date(), only.clock, self._zone)
            after = row.get("joined_at") if name == "left_at" else None
            if name in ("ends_at", "event_ends_at"):
                after = day
            if after and moment < after:
                moment += timedelta(days=1)  # it went on past midnight
            return moment.astimezone(UTC)

    def _without_phone(self, row: dict[str, Any]) -> None:
        """Who is known by a telephone number alone is known by its hash."""
        for name in ("name", "username", "account"):
            value = row.get(name)
            is_id = name != "name" and isinstance(value, str) and value.isdigit()
            if isinstance(value, str) and is_phone(value) and not is_id:
                row[name] = None
                hashed = phone_hash(value, self._secret)
                row["phone"] = row.get("phone") or hashed
                if hashed is None:
                    row["caller"] = digest(value)  # some digits are hidden: anybody's number


def _after_the_day(name: str) -> tuple[int, str]:
    """Fields in an order in which the day of an event comes before the times on it."""
    ranks = {"event_starts_at": 0, "starts_at": 0, "joined_at": 1}
    return ranks.get(name, 2), name


__all__ = ["JOINED", "BadCellError", "Reader", "Survey", "cell_of", "survey"]
