"""Rows of figures on their way into the warehouse, at the speed of the driver.

There are hundreds of thousands, and what SQLAlchemy does for each value takes longer than the
database does.
"""

from collections.abc import Callable, Sequence
from datetime import datetime
from functools import cache
from typing import Any

import msgspec
from sqlalchemy import Connection, Table
from sqlalchemy.types import TypeEngine

from cophub.identities.store.rows import put
from cophub.warehouse.columns import Instant, Json, instant_text


def write(
    connection: Connection, table: Table, version: int, rows: Sequence[dict[str, Any]]
) -> None:
    """Insert rows, which all have the same fields, as those of a version."""
    if not rows:
        return
    names = list(rows[0])
    columns = [_as_kept(table.c[name].type, [row[name] for row in rows]) for name in names]
    versions = [version] * len(rows)
    put(connection, table.name, ("version", *names), list(zip(versions, *columns, strict=True)))


def _as_kept(kind: TypeEngine[Any], values: list[Any]) -> list[Any]:
    """The values of a column as both drivers take them."""
    if isinstance(kind, Instant):
        kept: Callable[[datetime], str] = cache(instant_text)
        return [None if value is None else kept(value) for value in values]
    if isinstance(kind, Json):
        return [None if value is None else msgspec.json.encode(value).decode() for value in values]
    return values


__all__ = ["write"]
