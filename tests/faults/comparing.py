"""What two warehouses hold, whenever they came to know it."""

from collections.abc import Collection
from typing import Any

from cophub.warehouse import tables as t
from tests.sync.rows import Rows

SEEN = {"first_seen_at", "changed_at", "gone_at", "observed_at", "run", "digest"}
"""Columns that say when a hub saw something."""


BY_OUR_CLOCK = {"date_as_sent", "date_basis"}
"""Of a mail that seemed to be from tomorrow when it was read: that its date was not believed."""


def alike(ours: Rows, right: Rows, late: Collection[str] = ()) -> list[str]:
    """What is there in one and not in the other, a line for each row; [] when they are alike.

    `late` are tables and columns that are not compared. Numbers by day are there for each day on
    which a run thought it was: only those of the same day are compared.
    """
    lines = []
    for name, table in t.VENDOR_TABLES.items():
        if name in late:
            continue
        key = [column.name for column in table.primary_key]
        mine, theirs = _there(ours[name], key), _there(right[name], key)
        for at in sorted(mine.keys() | theirs.keys(), key=str):
            a, b = mine.get(at), theirs.get(at)
            if b is None and name == "metric":
                continue
            if a is None or b is None:
                lines.append(f"{name} {at}: {'missing' if a is None else 'too many'}")
            elif unlike := _unlike(name, a, b, late):
                lines.append(f"{name} {at}: {unlike}")
    return lines


def _unlike(
    table: str, ours: dict[str, Any], right: dict[str, Any], late: Collection[str]
) -> dict[str, Any]:
    """The columns that differ, with both values.

    More may be known here: of somebody who was met, and left before the others looked.
    """
    found = {}
    for name in ours.keys() & right.keys():
        mine, theirs = ours[name], right[name]
        if mine != theirs and theirs is not None and f"{table}.{name}" not in late:
            found[name] = (mine, theirs)
    if "first_seen" in (ours.get("joined_at_basis"), right.get("joined_at_basis")):
        found.pop("joined_at", None)
        found.pop("joined_at_basis", None)
    return found


def _there(rows: list[dict[str, Any]], key: list[str]) -> dict[Any, dict[str, Any]]:
    found = {}
    for row in rows:
        if row["gone_at"]:
            continue
        told = {name: value for name, value in row.items() if name not in SEEN}
        if told.get("status") == "left":  # how they left depends on who was asked, and when
            told = {name: told[name] for name in (*key, "status")}
        told.pop("left_at", None)
        if isinstance(extra := told.get("extra"), dict):
            told["extra"] = {one: extra[one] for one in extra if one not in BY_OUR_CLOCK}
        found[tuple(row[part] for part in key)] = told
    return found
