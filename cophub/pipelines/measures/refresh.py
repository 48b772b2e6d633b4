"""All figures anew: stage, count, compare, and replace what readers see in one transaction."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, Table, delete, func, insert, select

from cophub.pipelines.measures import calendar as calendars
from cophub.pipelines.measures import quarters, scopes
from cophub.pipelines.measures.channels import channel_rows
from cophub.pipelines.measures.community import community_table
from cophub.pipelines.measures.counting import TABLES, count_facts
from cophub.pipelines.measures.levels import move_rows
from cophub.warehouse.staging import staged
from cophub.warehouse.tables import (
    measure,
    measure_channel,
    measure_month,
    measure_move,
    publication,
)

_REPLACED = (measure, measure_month, measure_channel, measure_move)


def refresh(connection: Connection, now: datetime, zone: ZoneInfo, run: int) -> tuple[int, int]:
    """Replace all figures; how many there are by quarter and by month."""
    version = _next_version(connection, run)
    rows: dict[str, list[dict[str, Any]]] = {table.name: [] for table in _REPLACED}
    with staged(connection, **TABLES):
        scopes.stage_scopes(connection)
        found = scopes.read_scopes(connection, now)
        if found:
            first = min(scope.first_at for scope in found)
            calendar = calendars.make_calendar(first, now, zone)
            facts, months = count_facts(connection, calendar)
            # Not asdict(), which copies every value deeply: there are hundreds of thousands.
            rows["measure_month"] = [vars(row) for row in months]
            for scope in found:
                rows["measure"] += map(vars, quarters.quarter_table(calendar, scope, facts.counts))
                rows["measure"] += map(vars, community_table(calendar, scope, facts))
                rows["measure_channel"] += map(vars, channel_rows(calendar, scope, facts.reach))
                rows["measure_move"] += map(vars, move_rows(calendar, scope, facts.standings))
    for table in _REPLACED:
        _replace(connection, table, version, rows[table.name])
    return len(rows["measure"]), len(rows["measure_month"])


def _next_version(connection: Connection, run: int) -> int:
    """That of the publication which this run makes, and in any case a new one."""
    columns = (table.c.version for table in _REPLACED)
    newest = [connection.scalar(select(func.max(column))) or 0 for column in columns]
    ours = publication.c.run == run
    publishing = connection.scalar(select(func.max(publication.c.version)).where(ours)) or 0
    return max(publishing, max(newest) + 1)


def _replace(
    connection: Connection, table: Table, version: int, rows: Iterable[dict[str, Any]]
) -> None:
    connection.execute(delete(table))
    new = [{"version": version, **row} for row in rows]
    if new:
        connection.execute(insert(table), new)
