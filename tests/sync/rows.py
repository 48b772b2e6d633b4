"""Two warehouses held against one another, row for row."""

from typing import Any

from sqlalchemy import select

from cophub.warehouse import Warehouse
from cophub.warehouse import tables as t

Rows = dict[str, list[dict[str, Any]]]

OURS = {"run", "digest"}
"""Columns that say which run wrote a row, and what sums up the others."""
COMPARED = {**t.VENDOR_TABLES, "membership_period": t.membership_period}


def everything(warehouse: Warehouse) -> Rows:
    """All rows and columns that sources gave, and when; not the number of the run."""
    found: Rows = {}
    with warehouse.connect() as connection:
        for name, table in COMPARED.items():
            columns = [column for column in table.c if column.name not in OURS]
            rows = connection.execute(select(*columns).order_by(*table.primary_key))
            found[name] = [dict(row) for row in rows.mappings()]
    return found


def differences(ours: Rows, right: Rows) -> list[str]:
    """What is not alike, a line for each row, as far as a person wants to read; [] when equal."""
    lines = []
    for name, table in COMPARED.items():
        key = [column.name for column in table.primary_key]
        mine = {tuple(row[part] for part in key): row for row in ours[name]}
        theirs = {tuple(row[part] for part in key): row for row in right[name]}
        for at in sorted(mine.keys() | theirs.keys(), key=str):
            a, b = mine.get(at), theirs.get(at)
            if a is None or b is None:
                lines.append(f"{name} {at}: {'missing' if a is None else 'too many'}")
            elif a != b:
                unlike = {column: (a[column], b[column]) for column in a if a[column] != b[column]}
                lines.append(f"{name} {at}: {unlike}")
    return lines[:20]
