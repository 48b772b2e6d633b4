"""Quarter tables for readers, out of the view `measure_quarter`."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from sqlalchemy import Boolean, Connection, text

from cophub.pipelines.site.formats import FEW, WITHHELD, Cell, cell, signed
from cophub.pipelines.site.model import Quarter, Row

Raw = Mapping[Any, Any]
Table = dict[str, Raw]
"""The rows of one quarter by measure, in the order of the table."""

_ROWS = text("""
SELECT community, quarter, measure, label, unit, value, previous, difference, percent, absent,
       note, small
FROM measure_quarter
ORDER BY community, quarter DESC, position
""").columns(small=Boolean)


def read_quarters(
    connection: Connection, current: str, newest: int
) -> dict[str, tuple[Quarter, ...]]:
    """The `newest` quarters of each community, newest first; community '' is all together.

    `current` is the running quarter, as '2026Q3'.
    """
    found: dict[str, dict[str, Table]] = defaultdict(lambda: defaultdict(dict))
    for row in connection.execute(_ROWS).mappings():
        found[row["community"]][row["quarter"]][row["measure"]] = row
    return {
        community: tuple(
            Quarter(key, quarter_rows(table, tables.get(before(key), {})), key >= current)
            for key, table in list(tables.items())[:newest]
        )
        for community, tables in found.items()
    }


def quarter_rows(table: Table, previous: Table) -> tuple[Row, ...]:
    """One quarter's rows as they may be published, beside those of the quarter before."""
    values = withhold_flow({name: _value(raw) for name, raw in table.items()})
    earlier = withhold_flow({name: _value(raw) for name, raw in previous.items()})
    return tuple(
        _row(raw, values[name], earlier.get(name) or _told_previous(raw))
        for name, raw in table.items()
    )


def before(quarter: str) -> str:
    """'2026Q1' -> '2025Q4'."""
    year, number = int(quarter[:4]), int(quarter[5:])
    return f"{year - 1}Q4" if number == 1 else f"{year}Q{number - 1}"


def withhold_flow(values: dict[str, Cell]) -> dict[str, Cell]:
    """Joined and left are hidden together: their difference is the change in people, which shows.

    Both alike, whichever is small: with 4 joined, 0 left and +4 in all, saying which of the two is
    small would be saying both.
    """
    pair = ("people_joined", "people_left")
    if not any(values[name].state == "few" for name in pair if name in values):
        return values
    return values | {
        name: WITHHELD for name in pair if name in values and values[name].state != "absent"
    }


def _value(raw: Raw) -> Cell:
    """The figure, hidden where it is about few people; that nobody did something may be said.

    A rate of 0 % may not: it says of each of those few what they did not do.
    """
    value = raw["value"]
    if value is not None and raw["small"] and (value != 0 or raw["unit"] == "%"):
        return FEW
    people = value if raw["unit"] == "persons" else None
    return cell(value, people, raw["unit"] or "", raw["absent"] or "")


def _told_previous(raw: Raw) -> Cell:
    """The quarter before as this row tells it, where that has no table of its own."""
    value = raw["previous"]
    people = value if raw["unit"] == "persons" else None
    return cell(value, people, raw["unit"] or "", "There is no quarter before to compare with.")


def _row(raw: Raw, value: Cell, previous: Cell) -> Row:
    points = raw["unit"] == "%"
    difference = change(value, previous, raw["difference"], "points" if points else "")
    percent = change(value, previous, None if points else raw["percent"], "%")
    if points and percent.state == "absent":
        percent = replace(percent, note="The change is given in percentage points.")
    return Row(
        raw["measure"], _sentence(raw["label"]), raw["unit"] or "", value, previous, difference,
        percent, raw["note"] or "",
    )  # fmt: skip


def change(now: Cell, then: Cell, value: float | None, unit: str) -> Cell:
    """The change between two cells; hidden when either is, because a sum would undo the hiding."""
    if "few" in (now.state, then.state) or "withheld" in (now.state, then.state):
        return WITHHELD
    if value is None or not (now.shown and then.shown):
        return Cell("absent", None, "–", "There is nothing to compare with.")
    return Cell("shown", value, signed(value, unit))


def _sentence(label: str) -> str:
    return label[:1].upper() + label[1:]
