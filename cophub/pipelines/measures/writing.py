"""Rows of figures on their way into the warehouse, at the speed of the driver.

There are hundreds of thousands, and what SQLAlchemy does for each value takes longer than the
database does.
"""

from collections.abc import Callable, Sequence
from datetime import datetime
from functools import cache
from itertools import repeat
from typing import Any

import msgspec
from sqlalchemy import Connection, Table
from sqlalchemy.types import TypeEngine

from cophub.identities.store.rows import put
from cophub.warehouse.columns import Instant, Json, instant_text


def write(
    connection: Connection, table: Table, version: int, rows: Sequence[tuple[Any, ...]]
) -> None:
    """Insert rows as those of a version: all other columns of the table, in their order."""
    if not rows:
        return
    others = [column for column in table.columns if column.name != "version"]
    columns = [
        _as_kept(column.type, values)
        for column, values in zip(others, zip(*rows, strict=True), strict=True)
    ]
    names = ("version", *(column.name for column in others))
    put(connection, table.name, names, list(zip(repeat(version), *columns)))


def _as_kept(kind: TypeEngine[Any], values: Sequence[Any]) -> Sequence[Any]:
    """The values of a column as both drivers take them."""
    if isinstance(kind, Instant):
        kept: Callable[[datetime], str] = cache(instant_text)
        return [None if value is None else kept(value) for value in values]
    if isinstance(kind, Json):
        encode = msgspec.json.encode
        return [None if value is None else encode(value).decode() for value in values]
    return values


__all__ = ["write"]
