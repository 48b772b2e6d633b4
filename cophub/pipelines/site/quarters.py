"""Quarter tables for readers, out of the view `measure_quarter`."""

import re
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from sqlalchemy import Boolean, Connection, text

from cophub.pipelines.site.formats import (
    FEW,
    FEWEST,
    WITHHELD,
    Cell,
    cell,
    signed,
    withhold_one_more,
)
from cophub.pipelines.site.model import Quarter, Row

_SMALL_NUMBER = re.compile(rf"(?<![\w.,-])[1-{FEWEST - 1}](?![\w.,%-])")
Raw = Mapping[Any, Any]
Table = dict[str, Raw]
"""The rows of one quarter by measure, in the order of the table."""
Cells = dict[str, Cell]
ADDING_UP = ("seats", "emails_sent", "opened_percent", "clicked_percent")

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
    values = {
        community: {key: published(table) for key, table in tables.items()}
        for community, tables in found.items()
    }
    withhold_across([quarters for community, quarters in values.items() if community])
    return {
        community: tuple(
            Quarter(
                key,
                quarter_rows(table, values[community][key], values[community].get(before(key), {})),
                key >= current,
                shared_notes(table),
            )
            for key, table in list(tables.items())[:newest]
        )
        for community, tables in found.items()
    }


def published(table: Table) -> Cells:
    """One quarter's figures as they may be published."""
    return withhold_flow({name: _value(raw) for name, raw in table.items()})


def quarter_rows(table: Table, values: Cells, earlier: Cells) -> tuple[Row, ...]:
    """One quarter's rows, beside the figures of the quarter before."""
    said = shared_notes(table)
    return tuple(
        _row(raw, values[name], earlier.get(name) or _told_previous(raw), said)
        for name, raw in table.items()
    )


def withhold_across(communities: Sequence[dict[str, Cells]]) -> None:
    """Hide one community more where the figure of all together would tell the one that is hidden.

    Changes the cells of `communities`, by quarter and measure. Only figures that add up (or whose
    parts do) are told by subtraction; of distinct people nobody knows who is in two communities.
    """
    quarters = {key for each in communities for key in each}
    for key in quarters:
        told = [each[key] for each in communities if key in each]
        for measure in ADDING_UP:
            having = [cells for cells in told if measure in cells]
            hidden = withhold_one_more([cells[measure] for cells in having])
            for cells, cell_ in zip(having, hidden, strict=True):
                cells[measure] = cell_


def shared_notes(table: Table) -> tuple[str, ...]:
    """What the notes of all figures say alike: it is said once, above the table."""
    notes = [_notes(raw) for raw in table.values() if raw["value"] is not None]
    return tuple(each for each in notes[0] if all(each in more for more in notes)) if notes else ()


def _notes(raw: Raw) -> list[str]:
    return [_masked(raw, each) for each in (raw["note"] or "").split("; ") if each]


def _masked(raw: Raw, words: str) -> str:
    """A reason or note without the small numbers of people that it may tell."""
    about_people = raw["unit"] in ("persons", "organisations")
    return _SMALL_NUMBER.sub(f"<{FEWEST}", words) if about_people else words


def before(quarter: str) -> str:
    """'2026Q1' -> '2025Q4'."""
    year, number = int(quarter[:4]), int(quarter[5:])
    return f"{year - 1}Q4" if number == 1 else f"{year}Q{number - 1}"


def withhold_flow(values: Cells) -> Cells:
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
    return cell(value, people, raw["unit"] or "", _masked(raw, raw["absent"] or ""))


def _told_previous(raw: Raw) -> Cell:
    """The quarter before as this row tells it, where that has no table of its own."""
    value = raw["previous"]
    people = value if raw["unit"] == "persons" else None
    return cell(value, people, raw["unit"] or "", "There is no quarter before to compare with.")


def _row(raw: Raw, value: Cell, previous: Cell, said: tuple[str, ...]) -> Row:
    notes = [each for each in _notes(raw) if each not in said]
    points = raw["unit"] == "%"
    difference = change(value, previous, raw["difference"], "points" if points else "")
    percent = change(value, previous, None if points else raw["percent"], "%")
    if points and percent.state == "absent":
        percent = replace(percent, note="The change is given in percentage points.")
    return Row(
        raw["measure"], _sentence(raw["label"]), raw["unit"] or "", value, previous, difference,
        percent, "; ".join(notes),
    )  # fmt: skip


def change(now: Cell, then: Cell, value: float | None, unit: str) -> Cell:
    """The change between two cells; hidden when either is, because a sum would undo the hiding."""
    if now.hidden or then.hidden:
        return WITHHELD
    if value is None or not (now.shown and then.shown):
        return Cell("absent", None, "–", "There is nothing to compare with.")
    return Cell("shown", value, signed(value, unit))


def _sentence(label: str) -> str:
    return label[:1].upper() + label[1:]
