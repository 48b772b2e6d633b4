"""Where a reader got to: after which run, and whether what it has may still be added to.

Clocks are not trusted: rows are read by the number of the run that wrote them. A run that was not
over when the reader looked, or whose number could not be seen yet, is read again; runs of several
sources end in any order. What is done to rows without a run (a person is forgotten, a body cut, a
source renamed, the warehouse put back from a copy) cannot be read row by row: then a stream is read
whole, under a new version, so that nothing stays at the target that is not here any more.
"""

from datetime import datetime
from hashlib import sha256
from typing import Any

import msgspec
from sqlalchemy import Connection, Table, func, select

from cophub.warehouse import tables as t
from cophub.warehouse.columns import instant_text

_LATE = 20
"""How many numbers below the last run a missing one may be of a run that just begins."""
_REWRITING = ("people forget", "people rename-source", "db restore")
"""Commands that change rows without a run, as the audit log calls them."""


class Bookmark(msgspec.Struct, frozen=True):
    """What is kept in the state of one stream that is read row by row."""

    next_run: int
    """The first run of which something may be missing at the target."""
    mark: str
    """Stands for what was done to rows without a run, and for the columns that were read."""
    rows: int
    """Rows that were there, first seen until `until`."""
    until: str
    at_run: int
    """The last run there was, and when it began: of this warehouse, and not of an older copy."""
    began: str

    @classmethod
    def of(cls, value: Any) -> "Bookmark | None":
        """One from a state file; None where it has none, or not of ours."""
        try:
            return msgspec.convert(value, cls)
        except msgspec.ValidationError:
            return None


def now_at(connection: Connection, table: Table, columns: list[str]) -> Bookmark:
    """The bookmark of whoever has read these columns of the whole table by now."""
    last = connection.execute(select(t.run.c.id, t.run.c.started_at).order_by(t.run.c.id.desc()))
    at_run, began = last.first() or (0, None)
    until = connection.scalar(select(func.max(table.c.first_seen_at)))
    return Bookmark(
        _next_run(connection, at_run),
        _mark(connection, table, columns),
        _rows(connection, table, until),
        instant_text(until) if until else "",
        at_run,
        instant_text(began) if began else "",
    )


def may_add(connection: Connection, table: Table, before: Bookmark, now: Bookmark) -> bool:
    """Whether rows of later runs are all that the target lacks."""
    run = t.run.c
    began = connection.scalar(select(run.started_at).where(run.id == before.at_run))
    until = datetime.fromisoformat(f"{before.until}+00:00") if before.until else None
    return (
        before.mark == now.mark
        and (instant_text(began) if began else "") == before.began
        and _rows(connection, table, until) == before.rows
    )


def _next_run(connection: Connection, last: int) -> int:
    """The first run that may still write: one that is open, that is not to be seen yet, the next.

    PostgreSQL gives numbers out before a run can be seen, and not in the order in which they can.
    """
    run = t.run.c
    seen = set(connection.scalars(select(run.id).where(run.id > last - _LATE)))
    missing = (number for number in range(max(1, last - _LATE + 1), last) if number not in seen)
    running = connection.scalar(select(func.min(run.id)).where(run.state == "running"))
    return min(last + 1, *missing, last + 1 if running is None else int(running))


def _rows(connection: Connection, table: Table, until: datetime | None) -> int:
    """Rows that were there by then; fewer than there were, when some have been deleted."""
    if until is None:
        return 0
    counted = select(func.count()).select_from(table).where(table.c.first_seen_at <= until)
    return int(connection.scalar(counted) or 0)


def _mark(connection: Connection, table: Table, columns: list[str]) -> str:
    erased, retained, meta, audit = t.erasure.c, t.retention_done.c, t.meta.c, t.audit.c
    done: list[Any] = [
        columns,
        connection.execute(select(func.count(), func.max(erased.erased_at))).first(),
        connection.execute(
            select(retained.source, retained.rows)
            .where(retained.table_name == table.name)
            .order_by(retained.source)
        ).all(),
        connection.execute(
            select(meta.name, meta.value).where(meta.name.like("bodies %")).order_by(meta.name)
        ).all(),
        connection.scalar(select(func.max(audit.id)).where(audit.action.in_(_REWRITING))),
        sorted(connection.scalars(select(table.c.source).distinct())),
    ]
    return sha256(repr(done).encode()).hexdigest()[:16]


__all__ = ["Bookmark", "may_add", "now_at"]
