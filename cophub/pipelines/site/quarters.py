"""Quarter tables for readers, out of the view `measure_quarter`."""

import re
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, Literal

from sqlalchemy import Boolean, Connection, text

from cophub.pipelines.site.audiences import ONE, Audience
from cophub.pipelines.site.formats import (
    ABSENT,
    DASH,
    FEW,
    FEWEST,
    WITHHELD,
    Cell,
    signed,
)
from cophub.pipelines.site.model import Quarter, Row
from cophub.pipelines.site.withholding import FLOWS, Cells, Quarters

_SMALL_NUMBER = re.compile(rf"(?<![\w.,-])[1-{FEWEST - 1}](?![\w.,%-])")
Raw = Mapping[Any, Any]
Table = dict[str, Raw]
"""The rows of one quarter by measure, in the order of the table."""
Tables = dict[str, dict[str, Table]]
COUNTING_PEOPLE = ("persons", "organisations")
"""Units of which a figure about few people is a small one: `<5` is true of it."""
COUNTED = ("events", "campaigns")
"""Units of which one tells of no people."""

_ROWS = """
SELECT community, quarter, measure, label, unit, value, previous, difference, percent, absent,
       note, small
FROM {view}
ORDER BY community, quarter DESC, position
"""
_OF_THREADS = re.compile(r"(?:over|of) \d+ threads")
View = Literal["measure_quarter", "measure_community", "measure_across"]


def read_tables(connection: Connection, view: View = "measure_quarter") -> Tables:
    """Every quarter table by community and quarter, newest first; community '' is all together."""
    found: Tables = defaultdict(lambda: defaultdict(dict))
    rows = text(_ROWS.format(view=view)).columns(small=Boolean)
    for row in connection.execute(rows).mappings():
        found[row["community"]][row["quarter"]][row["measure"]] = row
    return found


def cells_of(tables: Tables, audience: Audience = ONE) -> dict[str, Quarters]:
    """Their cells. What sums would give away is still in them: see `withhold_sums`."""
    return {
        community: {key: published(table, audience) for key, table in by_quarter.items()}
        for community, by_quarter in tables.items()
    }


def quarters_of(
    tables: Mapping[str, Table],
    values: Mapping[str, Cells],
    current: str,
    newest: int,
    audience: Audience = ONE,
) -> tuple[Quarter, ...]:
    """The `newest` quarters of a community, newest first; `current` is the running one."""
    return tuple(
        Quarter(
            key,
            quarter_rows(table, values[key], values.get(before(key), {}), audience),
            key >= current,
            shared_notes(table, audience),
        )
        for key, table in list(tables.items())[:newest]
    )


def published(table: Table, audience: Audience = ONE) -> Cells:
    """One quarter's figures as they may be published."""
    return withhold_flow({name: _value(raw, audience) for name, raw in table.items()})


def quarter_rows(
    table: Table, values: Cells, earlier: Cells, audience: Audience = ONE
) -> tuple[Row, ...]:
    """One quarter's rows, beside the figures of the quarter before."""
    said = shared_notes(table, audience)
    if values.get("threads", ABSENT).hidden:
        said += tuple(note for raw in table.values() for note in _counts_of_threads(raw))
    return tuple(
        _row(raw, values[name], earlier.get(name) or _told_previous(raw, audience), said, audience)
        for name, raw in table.items()
    )


def told_in(quarters: Sequence[Quarter]) -> Quarters:
    """Every cell that these tables show, by quarter and measure: the quarter before among them."""
    told = {each.key: {row.measure: row.value for row in each.rows} for each in quarters}
    for each in quarters:
        told.setdefault(before(each.key), {row.measure: row.previous for row in each.rows})
    return told


def shared_notes(table: Table, audience: Audience = ONE) -> tuple[str, ...]:
    """What the notes of all figures say alike: it is said once, above the table."""
    notes = [_notes(raw, audience) for raw in table.values() if raw["value"] is not None]
    return tuple(each for each in notes[0] if all(each in more for more in notes)) if notes else ()


def _counts_of_threads(raw: Raw) -> list[str]:
    """The notes that would tell how many threads there are."""
    return [each for each in (raw["note"] or "").split("; ") if _OF_THREADS.fullmatch(each)]


def _notes(raw: Raw, audience: Audience) -> list[str]:
    return [_masked(raw, each, audience) for each in (raw["note"] or "").split("; ") if each]


def _masked(raw: Raw, words: str, audience: Audience) -> str:
    """A reason or note without the small numbers of people that it may tell."""
    about_people = raw["unit"] in ("persons", "organisations") and not audience.trusted
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
    values = dict(values)
    for pair in FLOWS:
        theirs = [name for name in pair if name in values and values[name].state != "absent"]
        if any(values[name].state == "few" for name in theirs):
            values |= dict.fromkeys(theirs, WITHHELD)
    return values


def _value(raw: Raw, audience: Audience) -> Cell:
    """The figure, hidden where it is about few people; that nobody did something may be said.

    A rate of 0 % may not: it says of each of those few what they did not do.
    """
    value = raw["value"]
    few = value is not None and raw["small"] and (value != 0 or raw["unit"] in ("%", "0 to 1"))
    if few and not audience.trusted:
        beside = replace(FEW, text=DASH, note=WITHHELD.note)
        return FEW if raw["unit"] in COUNTING_PEOPLE else beside
    people = value if raw["unit"] == "persons" else None
    reason = _masked(raw, raw["absent"] or "", audience)
    return audience.cell(value, people, raw["unit"] or "", reason)


def _told_previous(raw: Raw, audience: Audience) -> Cell:
    """The quarter before as this row tells it, where that has no table of its own.

    Nothing says then how many people it is about: no more than the figure itself, let that be few.
    """
    value = raw["previous"]
    people = None if raw["unit"] in COUNTED else value
    reason = "There is no quarter before to compare with."
    return audience.cell(value, people, raw["unit"] or "", reason)


def _row(raw: Raw, value: Cell, previous: Cell, said: tuple[str, ...], audience: Audience) -> Row:
    untold = {*said, *(_counts_of_threads(raw) if value.hidden else ())}
    notes = [each for each in _notes(raw, audience) if each not in untold]
    points = raw["unit"] == "%"
    unit = "points" if points else raw["unit"] or ""
    difference = change(value, previous, raw["difference"], unit)
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
