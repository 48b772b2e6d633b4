"""All figures anew: stage, count, compare, and replace what readers see in one transaction."""

from collections.abc import Iterable
from contextlib import ExitStack
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, Table, delete, func, insert, select

from cophub.pipelines.measures import calendar as calendars
from cophub.pipelines.measures import months, quarters, scopes, tallies, tenure
from cophub.pipelines.measures.calendar import Calendar
from cophub.pipelines.measures.quarters import Counts
from cophub.pipelines.measures.scopes import instant
from cophub.warehouse.staging import execute, staged
from cophub.warehouse.tables import measure, measure_month, publication

_TABLES = {
    "calendar": calendars.COLUMNS,
    "scope_space": scopes.COLUMNS,
    "month_act": months.COLUMNS,
    "working": "person TEXT, organization TEXT, q_from INTEGER, q_to INTEGER",
    **tallies.COLUMNS,
    **tenure.COLUMNS,
}


def refresh(connection: Connection, now: datetime, zone: ZoneInfo, run: int) -> tuple[int, int]:
    """Replace all rows of `measure` and `measure_month`; the numbers of new rows."""
    version = _next_version(connection, run)
    with staged(connection, **_TABLES):
        scopes.stage_scopes(connection)
        found = scopes.read_scopes(connection, now)
        quarter_rows: list[dict[str, Any]] = []
        month_rows: list[dict[str, Any]] = []
        if found:
            first = min(scope.first_at for scope in found)
            calendar = calendars.make_calendar(first, now, zone)
            counts, month_table = _count(connection, calendar)
            # Not asdict(), which copies every value deeply: there are hundreds of thousands.
            month_rows = [vars(row) for row in month_table]
            for scope in found:
                quarter_rows += map(vars, quarters.quarter_table(calendar, scope, counts))
    _replace(connection, measure, version, quarter_rows)
    _replace(connection, measure_month, version, month_rows)
    return len(quarter_rows), len(month_rows)


def _count(connection: Connection, calendar: Calendar) -> tuple[Counts, list[months.Row]]:
    calendars.stage_calendar(connection, calendar)
    tallies.stage_events(connection)
    tenure.stage_spells(connection, calendar)
    tenure.stage_affiliations(connection, calendar)
    months.stage_acts(connection)
    counts = Counts(
        events=tallies.count_events(connection),
        campaigns=tallies.count_campaigns(connection),
        erased=_count_erased(connection, calendar),
        event_sources=tallies.coverage(connection, calendar, "event", "starts_at", "meeting_room"),
        campaign_sources=tallies.coverage(connection, calendar, "campaign", "sent_at", "audience"),
        list_sources=_list_sources(connection),
        fresh_at=_fresh_at(connection),
    )
    _count_people(connection, counts)
    members = tenure.spells_of_people("spell", "m", lists_only=False)
    heads = tenure.headcounts(connection, tenure.merged(members, "person"))
    return counts, months.month_table(connection, calendar, heads)


def _count_people(connection: Connection, counts: Counts) -> None:
    """The people of the lists and their organisations; their stays are staged, being used twice."""
    columns = "community TEXT, person TEXT, a INTEGER, b INTEGER, undated INTEGER"
    with ExitStack() as stack:
        stack.enter_context(staged(connection, stay=columns))
        spells = tenure.spells_of_people("spell", "q", lists_only=True)
        execute(connection, f"INSERT INTO stay {tenure.merged(spells, 'person')}")
        counts.people = tenure.headcounts(connection, "SELECT * FROM stay")
        offices = tenure.spells_of_organizations("SELECT * FROM stay")
        merged = tenure.merged(offices, "organization")
        counts.organizations = tenure.headcounts(connection, merged)
    known = tenure.spells_of_people("spell_as_known", "q", lists_only=True)
    counts.people_as_known = tenure.headcounts(connection, tenure.merged(known, "person"))


def _count_erased(connection: Connection, calendar: Calendar) -> dict[int, int]:
    """Each erasure leaves several hashes, all of one instant."""
    erased: dict[int, int] = {}
    for row in execute(connection, "SELECT DISTINCT erased_at FROM erasure"):
        q = calendar.quarter_of(instant(row.erased_at))
        erased[q] = erased.get(q, 0) + 1
    return erased


def _list_sources(connection: Connection) -> dict[str, list[str]]:
    rows = execute(
        connection,
        f"""
        SELECT DISTINCT s.community, s.source
        FROM scope_space s
        JOIN space k ON k.source = s.source AND k.key = s.space AND k.kind IN {scopes.LISTS}
        WHERE EXISTS (
          SELECT 1 FROM membership m WHERE m.source = s.source AND m.space = s.space)
        ORDER BY s.community, s.source
        """,
    )
    sources: dict[str, list[str]] = {}
    for row in rows:
        sources.setdefault(row.community, []).append(row.source)
    return sources


def _fresh_at(connection: Connection) -> dict[str, datetime]:
    """Of each source, when its least fresh stream was last read."""
    rows = execute(
        connection,
        "SELECT source, min(fresh_at) AS fresh_at FROM freshness"
        " WHERE fresh_at IS NOT NULL GROUP BY source",
    )
    return {row.source: instant(row.fresh_at) for row in rows}


def _next_version(connection: Connection, run: int) -> int:
    """That of the publication which this run makes, and in any case a new one."""
    columns = (measure.c.version, measure_month.c.version)
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
