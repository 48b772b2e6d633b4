"""Everything that figures are made of, counted in SQL over staged tables, in one place."""

from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy import Connection

from cophub.pipelines.measures import (
    acts,
    answers,
    callers,
    changes,
    channels,
    heads,
    kept,
    levels,
    months,
    participation,
    scopes,
    stays,
    tallies,
    tenure,
)
from cophub.pipelines.measures import calendar as calendars
from cophub.pipelines.measures.calendar import Calendar
from cophub.pipelines.measures.changes import Marks, Plan
from cophub.pipelines.measures.community import Facts
from cophub.pipelines.measures.heads import Headcounts
from cophub.pipelines.measures.quarters import Counts
from cophub.pipelines.measures.scopes import instant
from cophub.pipelines.measures.state import Counted
from cophub.warehouse.staging import execute

TABLES = {
    "calendar": calendars.COLUMNS,
    "scope_space": scopes.COLUMNS,
    "working": "person TEXT, organization TEXT, q_from INTEGER, q_to INTEGER",
    **tallies.COLUMNS,
    **tenure.COLUMNS,
    **callers.COLUMNS,
    **changes.COLUMNS,
    **acts.COLUMNS,
    **answers.COLUMNS,
    **channels.COLUMNS,
}
"""The staged tables, by name."""


def count_facts(
    connection: Connection, calendar: Calendar, zone: ZoneInfo, marks: Marks
) -> tuple[Facts, list[months.Row], Counted]:
    """Everything that figures are made of, the rows by month, and what has been counted by then.

    Quarters in which nothing changed are as they were counted before.
    """
    calendars.stage_calendar(connection, calendar)
    callers.stage_callers(connection)
    channels.stage_channels(connection)
    tenure.stage_spaces(connection)
    plan, state = changes.plan(connection, calendar, zone, marks)
    people = heads.read(connection)
    counts = _count_kept(connection, calendar, people)
    changes.mark_calendar(connection, plan)
    acts.stage_acts(connection)
    by_month = months.month_table(connection, calendar, heads.of_what(people, "months"))
    facts = _count_communities(connection, calendar, counts, people, plan)
    before = kept.read(connection, calendar, plan)
    known = channels.read_channels(connection).values()
    facts, by_month = kept.splice(calendar, plan, before, facts, by_month, known)
    kept.write(connection, calendar, plan, facts, by_month)
    return facts, by_month, state


def count_quarters(connection: Connection, calendar: Calendar) -> Counts:
    """What the quarter table is made of, counted over staged tables; nothing is kept of it."""
    calendars.stage_calendar(connection, calendar)
    tenure.stage_spaces(connection)
    tenure.stage_spells(connection, calendar)
    counts = _count(connection, calendar, "spell")
    people = (
        tenure.spells_of_people("spell", "q", lists_only=True, known=known) for known in (0, 1)
    )
    counts.people, counts.people_as_known = (
        tenure.headcounts(connection, tenure.merged(spells, "person")) for spells in people
    )
    return counts


def _count_kept(connection: Connection, calendar: Calendar, people: Headcounts) -> Counts:
    """The same from the stays and headcounts that are kept."""
    counts = _count(connection, calendar, stays.KEPT.spell)
    counts.people = heads.of_what(people, "people")
    counts.people_as_known = heads.of_what(people, "known")
    return counts


def _count(connection: Connection, calendar: Calendar, spell: str) -> Counts:
    """Everything but the people; `spell` is the table of their spells."""
    tallies.stage_events(connection)
    tenure.stage_affiliations(connection, calendar)
    offices = tenure.merged(tenure.spells_of_organizations(spell), "organization")
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
        organizations=tenure.headcounts(connection, offices),
        fresh_at=read_freshness(connection),
    )


def _count_communities(
    connection: Connection,
    calendar: Calendar,
    counts: Counts,
    people: Headcounts,
    plan: Plan,
) -> Facts:
    """What the pages of communities show."""
    acts.keep_taking_part(connection, calendar, plan.acts)
    known = levels.read_levels(connection, calendar, plan.acts)
    # Who is on which level is reckoned here, while the database counts everything else.
    with ThreadPoolExecutor(1) as beside:
        standings = beside.submit(known.standings)
        answers.stage_answers(connection, calendar)
        channels.stage_guests(connection)
        took_part = participation.count_participation(connection, calendar, plan.acts)
        return Facts(
            counts,
            post_sources=tallies.coverage(
                connection, calendar, tallies.FIRST_POSTS, "posted_at", "group"
            ),
            document_sources=tallies.coverage(
                connection, calendar, "document", "created_at", "site"
            ),
            member_sources=_list_sources(connection, lists_only=False),
            members=heads.of_what(people, "members"),
            participation=took_part,
            live_at=participation.last_alive(took_part, len(calendar.quarters)),
            answers=answers.count_answers(connection, calendar),
            reach=channels.count_reach(connection, people),
            standings=standings.result(),
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
