"""Items that were not understood, and what became of them since.

Every function works in the caller's transaction.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Connection, and_, func, select, update

from cophub.warehouse import tables as t

Told = tuple[str | None, ...]
"""What a reject is about: record, key and field; its reason, where it has no key."""


@dataclass(frozen=True)
class Open:
    """A reject that nothing is known to have become of."""

    id: int
    source: str
    stream: str
    about: Told


def settle(
    connection: Connection,
    source: str,
    stream: str,
    *,
    run: int,
    now: datetime,
    all_was_read: bool,
) -> None:
    """A whole read has ended: what it rejected once more is told by its own rejects alone.

    Where it read all there is, what it did not reject again is well.
    """
    r, again = t.reject, t.reject.alias()
    closing = update(r).where(
        r.c.source == source, r.c.stream == stream, r.c.run < run, r.c.resolved_at.is_(None)
    )
    if not all_was_read:
        same = [
            again.c[name].is_not_distinct_from(r.c[name])
            for name in ("record", "key", "field", "reason")
        ]
        here = and_(again.c.run == run, again.c.stream == stream, *same)
        closing = closing.where(select(again.c.id).where(here).exists())
    connection.execute(closing.values(resolved_at=now))


def still_open(
    connection: Connection, source: str | None = None, run: int | None = None
) -> Sequence[Open]:
    """The open rejects, of a source or a run where one is named, oldest first."""
    r = t.reject.c
    query = select(r.id, r.source, r.stream, r.record, r.key, r.field, r.reason)
    query = query.where(*_wanted(source, run)).order_by(r.id)
    return [Open(row.id, row.source, row.stream, _about(row)) for row in connection.execute(query)]


def counted(connection: Connection) -> dict[str, int]:
    """How many are open, by source."""
    r = t.reject.c
    query = select(r.source, func.count()).where(r.resolved_at.is_(None)).group_by(r.source)
    return {row[0]: row[1] for row in connection.execute(query)}


def _about(row: object) -> Told:
    record, key, field, reason = (
        getattr(row, name) for name in ("record", "key", "field", "reason")
    )
    return (record, key, field) if key is not None else (record, field, reason)


def _wanted(source: str | None, run: int | None) -> list[ColumnElement[bool]]:
    r = t.reject.c
    found: list[ColumnElement[bool]] = [r.resolved_at.is_(None)]
    if source is not None:
        found.append(r.source == source)
    if run is not None:
        found.append(r.run == run)
    return found


__all__ = ["Open", "counted", "settle", "still_open"]
