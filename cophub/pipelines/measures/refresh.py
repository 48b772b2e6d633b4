"""All figures anew: stage, count, compare, and replace what readers see in one transaction."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import msgspec
from sqlalchemy import Connection, Table, delete, func, select

from cophub.pipelines.measures import calendar as calendars
from cophub.pipelines.measures import changes, quarters, scopes
from cophub.pipelines.measures.across import across_table, count_crowd
from cophub.pipelines.measures.brokers import brokers
from cophub.pipelines.measures.changes import Marks
from cophub.pipelines.measures.channels import channel_rows
from cophub.pipelines.measures.community import community_table, move_rows
from cophub.pipelines.measures.counting import TABLES, count_facts, read_freshness
from cophub.pipelines.measures.quarters import Counts
from cophub.pipelines.measures.state import Counted, write_state
from cophub.pipelines.measures.writing import write
from cophub.warehouse.staging import execute, staged
from cophub.warehouse.tables import (
    broker,
    measure,
    measure_channel,
    measure_month,
    measure_move,
    publication,
)

_REPLACED = (measure, measure_month, measure_channel, measure_move, broker)

Rows = dict[str, list[dict[str, Any]]]
"""Rows by the name of their table."""


def refresh(connection: Connection, now: datetime, zone: ZoneInfo, run: int) -> tuple[int, int]:
    """Replace all figures; how many there are by quarter and by month.

    Quarters in which nothing changed since the last refresh are not counted again. Where nothing
    changed at all since one of the same day, figures stay as they were told then.
    """
    version = _next_version(connection, run)
    with staged(connection, **TABLES):
        marks = changes.look(connection)
        if changes.is_quiet(connection, marks, now, zone):
            freshen(connection)
            return _count_rows(connection, measure), _count_rows(connection, measure_month)
        rows, state = _count(connection, now, zone, marks)
        changes.settle_due(connection)
    write_state(connection, state)
    for table in _REPLACED:
        _replace(connection, table, version, rows[table.name])
    return len(rows["measure"]), len(rows["measure_month"])


def _count(
    connection: Connection, now: datetime, zone: ZoneInfo, marks: Marks
) -> tuple[Rows, Counted | None]:
    rows: Rows = {table.name: [] for table in _REPLACED}
    found = scopes.find_scopes(connection, now)
    if not found:
        return rows, None
    calendar = calendars.make_calendar(min(scope.first_at for scope in found), now, zone)
    facts, months, state = count_facts(connection, calendar, zone, marks)
    # Not asdict(), which copies every value deeply: there are hundreds of thousands.
    rows["measure_month"] += map(vars, months)
    for scope in found:
        rows["measure"] += map(vars, quarters.quarter_table(calendar, scope, facts.counts))
        rows["measure"] += map(vars, community_table(calendar, scope, facts))
        rows["measure_channel"] += map(vars, channel_rows(calendar, scope, facts.reach))
        rows["measure_move"] += map(vars, move_rows(calendar, scope, facts))
    rows["measure"] += map(vars, across_table(calendar, found, facts, count_crowd(connection)))
    rows["broker"] += map(vars, brokers(connection, calendar))
    return rows, state


def _count_rows(connection: Connection, table: Table) -> int:
    return connection.scalar(select(func.count()).select_from(table)) or 0


def freshen(connection: Connection) -> None:
    """Say of every figure how fresh its sources are by now."""
    fresh_at = read_freshness(connection)
    text = "CAST(sources AS TEXT)"
    for row in execute(connection, f"SELECT DISTINCT {text} AS sources FROM measure").all():
        _, at = Counts(fresh_at=fresh_at).origin(msgspec.json.decode(row.sources or "[]"))
        if at is not None:
            execute(
                connection,
                f"UPDATE measure SET observed_at = :at WHERE {text} = :sources",
                at=at,
                sources=row.sources,
            )


def _next_version(connection: Connection, run: int) -> int:
    """That of the publication which this run makes, and in any case a new one."""
    columns = (table.c.version for table in _REPLACED)
    newest = [connection.scalar(select(func.max(column))) or 0 for column in columns]
    ours = publication.c.run == run
    publishing = connection.scalar(select(func.max(publication.c.version)).where(ours)) or 0
    return max(publishing, max(newest) + 1)


def _replace(
    connection: Connection, table: Table, version: int, rows: Sequence[dict[str, Any]]
) -> None:
    connection.execute(delete(table))
    write(connection, table, version, rows)
