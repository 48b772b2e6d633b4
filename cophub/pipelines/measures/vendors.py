"""What the vendors' tables alone tell, whatever was counted before: no stays, no acts."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection

from cophub.pipelines.measures import answers, months, scopes, tallies
from cophub.pipelines.measures import calendar as calendars
from cophub.pipelines.measures.answers import Answers
from cophub.pipelines.measures.calendar import Calendar
from cophub.pipelines.measures.quarters import Counts
from cophub.pipelines.measures.scopes import instant
from cophub.pipelines.measures.tallies import Cell, Coverage
from cophub.warehouse.staging import execute

TABLES = {
    "calendar": calendars.COLUMNS,
    "scope_space": scopes.COLUMNS,
    **tallies.COLUMNS,
    **answers.COLUMNS,
}
"""The staged tables, by name."""


@dataclass(frozen=True)
class Told:
    """All of it, for the quarters that are counted."""

    counts: Counts
    """But for people and organisations."""
    answers: dict[Cell, Answers]
    by_month: list[months.Row]
    """Of events."""
    post_sources: Coverage
    document_sources: Coverage
    member_sources: dict[str, list[str]]


def count_all(connection: Connection, calendar: Calendar) -> Told:
    """Everything; scopes are staged, and the calendar, which says what is counted."""
    answers.stage_answers(connection, calendar)
    counts = count_quarters(connection, calendar)
    return Told(
        counts,
        answers.count_answers(connection, calendar),
        months.event_rows(connection, calendar),
        tallies.coverage(connection, calendar, tallies.FIRST_POSTS, "posted_at", "group"),
        tallies.coverage(connection, calendar, "document", "created_at", "site"),
        _list_sources(connection, lists_only=False),
    )


def count_quarters(connection: Connection, calendar: Calendar) -> Counts:
    """What the quarter table is made of, but for people and organisations."""
    tallies.stage_events(connection)
    return Counts(
        events=tallies.count_events(connection),
        campaigns=tallies.count_campaigns(connection),
        erased=_count_erased(connection, calendar),
        event_sources=tallies.coverage(connection, calendar, "event", "starts_at", "meeting_room"),
        attended_sources=tallies.coverage(
            connection, calendar, tallies.ATTENDED, "starts_at", "meeting_room"
        ),
        campaign_sources=tallies.coverage(connection, calendar, "campaign", "sent_at", "audience"),
        list_sources=_list_sources(connection),
        fresh_at=read_freshness(connection),
    )


def _count_erased(connection: Connection, calendar: Calendar) -> dict[int, int]:
    """Each erasure leaves several hashes, all of one instant."""
    erased: dict[int, int] = {}
    for row in execute(connection, "SELECT DISTINCT erased_at FROM erasure"):
        q = calendar.quarter_of(instant(row.erased_at))
        erased[q] = erased.get(q, 0) + 1
    return erased


def _list_sources(connection: Connection, *, lists_only: bool = True) -> dict[str, list[str]]:
    """The sources of memberships, by community."""
    lists = f"""
        JOIN space k ON k.source = s.source AND k.key = s.space AND k.kind IN {scopes.LISTS}
    """
    rows = execute(
        connection,
        f"""
        SELECT DISTINCT s.community, s.source
        FROM scope_space s
        {lists if lists_only else ""}
        WHERE EXISTS (
          SELECT 1 FROM membership m WHERE m.source = s.source AND m.space = s.space)
        ORDER BY s.community, s.source
        """,
    )
    sources: dict[str, list[str]] = {}
    for row in rows:
        sources.setdefault(row.community, []).append(row.source)
    return sources


def read_freshness(connection: Connection) -> dict[str, datetime]:
    """Of each source, when its least fresh stream was last read."""
    rows = execute(
        connection,
        "SELECT source, min(fresh_at) AS fresh_at FROM freshness"
        " WHERE fresh_at IS NOT NULL GROUP BY source",
    )
    return {row.source: instant(row.fresh_at) for row in rows}
