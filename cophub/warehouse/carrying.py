"""What a warehouse keeps when an older copy takes its place: who was erased, and what is now so.

Erased people stay erased, whoever holds a lease goes on holding it, tokens that vendors renewed
since are the only ones that still work, and what was done is not undone in the list of it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Table, delete, insert, inspect, select

from cophub.errors import WarehouseError
from cophub.warehouse import tables as t
from cophub.warehouse.erasure import KEY_NAME, remember_renamed, renamed

_AS_NOW = (t.lease, t.token)
"""Of these, what the copy says is of no use any more."""
_LISTS = (t.audit, t.backup_made)
"""Lists that only grow: from the first entry that is here on, they are as here."""

Rows = Sequence[dict[str, Any]]


@dataclass(frozen=True)
class Present:
    """What must not be lost, as rows by table."""

    key: str | None
    erased: Rows
    as_now: dict[str, Rows]
    lists: dict[str, Rows]
    renamed: set[tuple[str, str]]


def present(connection: Connection) -> Present:
    """What the warehouse would lose with an older copy in its place."""
    return Present(
        _key(connection),
        _rows(connection, t.erasure),
        {table.name: _rows(connection, table) for table in _AS_NOW},
        {table.name: _rows(connection, table) for table in _LISTS},
        renamed(connection) if inspect(connection).has_table(t.meta.name) else set(),
    )


def carry_over(connection: Connection, kept: Present) -> frozenset[str]:
    """Put it into the copy, in the caller's transaction; the hashes that the copy did not know.

    Raises WarehouseError where both tell of erased people under different keys: then nobody could
    say any more who they are.
    """
    key, known = _key(connection), {row["hash"] for row in _rows(connection, t.erasure)}
    if known and kept.erased and key != kept.key:
        raise WarehouseError(
            "the copy tells of erased people under another key than the warehouse, so it is of"
            " another hub or of before the key was lost; take another copy"
        )
    if kept.key and (kept.erased or key is None):
        connection.execute(delete(t.meta).where(t.meta.c.name == KEY_NAME))
        connection.execute(insert(t.meta).values(name=KEY_NAME, value=kept.key))
    remember_renamed(connection, kept.renamed)
    new = [row for row in kept.erased if row["hash"] not in known]
    _insert(connection, t.erasure, new)
    for name, rows in kept.as_now.items():
        table = t.metadata.tables[name]
        if rows:  # a warehouse that was made this minute has none, and then the copy's are better
            connection.execute(delete(table))
        _insert(connection, table, rows)
    for name, rows in kept.lists.items():
        table = t.metadata.tables[name]
        if rows:  # those of the copy may still name whom those here no longer do
            oldest = min(row["at"] for row in rows)
            connection.execute(delete(table).where(table.c.at >= oldest))
        without_id = [{k: v for k, v in row.items() if k != "id"} for row in rows]
        _insert(connection, table, without_id)
    return frozenset(row["hash"] for row in new)


def keep_erasures(connection: Connection, kept: Present, known: Rows) -> None:
    """Leave the hashes that were there before: erasing again may have added some of its own."""
    told = {row["hash"] for row in (*kept.erased, *known)}
    extra = [row["hash"] for row in _rows(connection, t.erasure) if row["hash"] not in told]
    for start in range(0, len(extra), 500):
        part = extra[start : start + 500]
        connection.execute(delete(t.erasure).where(t.erasure.c.hash.in_(part)))


def erasures(connection: Connection) -> Rows:
    """The hashes of who was erased."""
    return _rows(connection, t.erasure)


def _key(connection: Connection) -> str | None:
    found: str | None = connection.scalar(select(t.meta.c.value).where(t.meta.c.name == KEY_NAME))
    return found


def _rows(connection: Connection, table: Table) -> Rows:
    if not inspect(connection).has_table(table.name):
        return []
    query = select(table).order_by(*table.primary_key.columns)
    return [dict(row) for row in connection.execute(query).mappings()]


def _insert(connection: Connection, table: Table, rows: Rows) -> None:
    if rows:
        connection.execute(insert(table), list(rows))


__all__ = ["Present", "carry_over", "erasures", "keep_erasures", "present"]
