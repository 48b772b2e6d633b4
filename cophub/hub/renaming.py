"""A source that gets another name in plugins.toml: what stands under the old one follows.

Everything in the warehouse names its source. Left alone, a renamed source is read anew beside what
is there already, and every post counts twice. Before its first sync under the new name all rows can
take that name; after it only what people decided does.
"""

from contextlib import ExitStack
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import Connection, Table, and_, delete, func, or_, select, update

from cophub.config.messages import did_you_mean, listed
from cophub.error_codes import ASKED
from cophub.errors import ConfigError
from cophub.hub.resolving import undone
from cophub.publish import LEASE
from cophub.warehouse import erasure, tables
from cophub.warehouse.holding import held

if TYPE_CHECKING:
    from cophub.hub import Hub

_DECISION = tables.identity_decision
_INDEX = ("identity_edge", "identity_key", "identity_evidence")
_STATE = "identities"
_COUNTED = "measures"


@dataclass(frozen=True)
class Renamed:
    """What took the new name: rows of everything, or decisions alone."""

    old: str
    new: str
    rows: int
    decisions: int
    whole: bool
    dry_run: bool = False

    def __str__(self) -> str:
        would = "would go" if self.dry_run else "went"
        moved = f"{self.decisions:,} decisions" + (f" and {self.rows:,} rows" if self.whole else "")
        line = f"{moved} {would} from {self.old} to {self.new}"
        if self.whole:
            return line
        return f"{line}; {self.new} was synced already, so what was read as {self.old} stays there"


def rename_source(hub: "Hub", old: str, new: str, *, dry_run: bool = False) -> Renamed:
    """Move what stands under `old` to `new`, in one transaction.

    Raises ConfigError where plugins.toml still has `old` or has no `new`, and where nothing of
    `old` is in the warehouse. Raises SourceBusy while either is synced or the pipelines run.
    """
    _check_names(hub, old, new)
    with ExitStack() as stack:
        for name in (old, new, LEASE):
            stack.enter_context(held(hub.warehouse, name))
        with undone(hub.warehouse) if dry_run else hub.warehouse.begin() as connection:
            return _rename(connection, old, new, dry_run)


def _check_names(hub: "Hub", old: str, new: str) -> None:
    sources = hub.config.sources
    if old in sources:
        raise ConfigError(
            f"{hub.config.file} still has [sources.{old}]; give it the name {new} there first",
            code=ASKED,
        )
    if new not in sources:
        raise ConfigError(
            f"{hub.config.file} has no [sources.{new}]{did_you_mean(new, sources)};"
            f" there are {listed(sources)}",
            code=ASKED,
        )


def _rename(connection: Connection, old: str, new: str, dry_run: bool) -> Renamed:
    whole = not any(_has(connection, name, new) for name in tables.VENDOR_TABLES)
    decisions = _rename_decisions(connection, old, new)
    rows = 0
    if whole:
        for table in tables.metadata.sorted_tables:
            if "source" in table.c and table.name not in _INDEX:
                rows += _rename_rows(connection, table, old, new)
        _forget_index(connection, old)
        # What is kept of past quarters names sources, too: the next run counts everything.
        connection.execute(delete(tables.meta).where(tables.meta.c.name == _COUNTED))
    if not rows and not decisions:
        known = sorted({*connection.scalars(select(tables.account.c.source).distinct())})
        raise ConfigError(
            f'nothing in the warehouse is of a source "{old}"{did_you_mean(old, known)};'
            f" there are {listed(known)}",
            code=ASKED,
        )
    # Who was erased under the old name stays out under the new one.
    erasure.remember_renamed(connection, [(old, new)])
    return Renamed(old, new, rows, decisions, whole, dry_run)


def _has(connection: Connection, name: str, source: str) -> bool:
    table = tables.metadata.tables[name]
    query = select(table.c.source).where(table.c.source == source).limit(1)
    return connection.scalar(query) is not None


def _rename_decisions(connection: Connection, old: str, new: str) -> int:
    d = _DECISION.c
    theirs = or_(d.source_a == old, d.source_b == old)
    count = connection.scalar(select(func.count()).select_from(_DECISION).where(theirs)) or 0
    for column in (d.source_a, d.source_b):
        connection.execute(update(_DECISION).where(column == old).values({column.name: new}))
    return count


def _rename_rows(connection: Connection, table: Table, old: str, new: str) -> int:
    """The rows of a table; where one of the new name is there already, it stays."""
    others = [column for column in table.primary_key.columns if column.name != "source"]
    if "source" in table.primary_key.columns:
        there = table.alias()
        same = and_(*(there.c[column.name] == column for column in others))
        doubled = select(there.c.source).where(there.c.source == new, same).exists()
        connection.execute(delete(table).where(table.c.source == old, doubled))
    changed = update(table).where(table.c.source == old).values(source=new)
    return connection.execute(changed).rowcount


def _forget_index(connection: Connection, old: str) -> None:
    """Let the next resolution read everything anew: the index names accounts by source."""
    if _has(connection, "identity_evidence", old):
        connection.execute(delete(tables.meta).where(tables.meta.c.name == _STATE))


__all__ = ["Renamed", "rename_source"]
