"""Everything that figures are made of, counted in SQL over staged tables, in one place."""

from zoneinfo import ZoneInfo

import msgspec
from sqlalchemy import Connection

from cophub.pipelines.measures import (
    acts,
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
    tenure,
    vendors,
)
from cophub.pipelines.measures import calendar as calendars
from cophub.pipelines.measures.beside import Beside
from cophub.pipelines.measures.calendar import Calendar
from cophub.pipelines.measures.changes import Marks, Plan
from cophub.pipelines.measures.community import Facts
from cophub.pipelines.measures.quarters import Counts
from cophub.pipelines.measures.state import Counted, hub_mark
from cophub.pipelines.measures.tenure import Headcount

TABLES = {
    "calendar": calendars.COLUMNS,
    "scope_space": scopes.COLUMNS,
    "working": "person TEXT, organization TEXT, q_from INTEGER, q_to INTEGER",
    **tenure.COLUMNS,
    **callers.COLUMNS,
    **changes.COLUMNS,
    **acts.COLUMNS,
    **channels.COLUMNS,
}
"""The staged tables, by name, beside those of `vendors`."""


def count_facts(
    connection: Connection, beside: Beside, calendar: Calendar, zone: ZoneInfo, marks: Marks
) -> tuple[Facts, list[months.Row], Counted]:
    """Everything that figures are made of, the rows by month, and what has been counted by then.

    Quarters in which nothing changed are as they were counted before.
    """
    called = beside.count(_find_callers, calendar)
    hub = beside.count(hub_mark)
    calendars.stage_calendar(connection, calendar)
    channels.stage_channels(connection)
    tenure.stage_spaces(connection)
    callers.stage_callers(connection, called.result())
    plan, state = changes.plan(connection, calendar, zone, marks)
    changes.mark_calendar(connection, plan)
    facts, by_month = _count_changed(connection, beside, calendar, plan)
    others = kept.read(connection, calendar, plan)
    known = channels.read_channels(connection).values()
    facts, by_month = kept.splice(calendar, plan, others, facts, by_month, known)
    kept.write(connection, calendar, plan, facts, by_month)
    return facts, by_month, msgspec.structs.replace(state, hub=hub.result())


def _count_changed(
    connection: Connection, beside: Beside, calendar: Calendar, plan: Plan
) -> tuple[Facts, list[months.Row]]:
    """What pages are made of, of the quarters that are counted, and the rows by month."""
    telling = beside.count(_count_vendors, calendar, plan)
    before = beside.count(levels.read_kept, calendar, plan.acts)
    people = heads.read(connection)
    acts.stage_acts(connection)
    by_month = months.month_table(connection, calendar, heads.of_what(people, "months"))
    acts.keep_taking_part(connection, calendar, plan.acts)
    # Who is on which level is reckoned while the database counts everything else.
    found = levels.read_levels(connection, calendar, plan.acts, before.result())
    standings = beside.reckon(found.standings)
    channels.stage_guests(connection)
    took_part = participation.count_participation(connection, calendar, plan.acts)
    reach = channels.count_reach(connection, people)
    offices = _count_offices(connection, calendar, stays.KEPT.spell)
    told = telling.result()
    told.counts.people = heads.of_what(people, "people")
    told.counts.people_as_known = heads.of_what(people, "known")
    told.counts.organizations = offices
    facts = Facts(
        told.counts,
        post_sources=told.post_sources,
        document_sources=told.document_sources,
        member_sources=told.member_sources,
        members=heads.of_what(people, "members"),
        participation=took_part,
        live_at=participation.last_alive(took_part, len(calendar.quarters)),
        answers=told.answers,
        reach=reach,
        standings=standings.result(),
    )
    return facts, by_month + told.by_month


def count_quarters(connection: Connection, calendar: Calendar) -> Counts:
    """What the quarter table is made of, counted over staged tables; nothing is kept of it."""
    calendars.stage_calendar(connection, calendar)
    tenure.stage_spaces(connection)
    tenure.stage_spells(connection, calendar)
    counts = vendors.count_quarters(connection, calendar)
    counts.organizations = _count_offices(connection, calendar, "spell")
    people = (
        tenure.spells_of_people("spell", "q", lists_only=True, known=known) for known in (0, 1)
    )
    counts.people, counts.people_as_known = (
        tenure.headcounts(connection, tenure.merged(spells, "person")) for spells in people
    )
    return counts


def _find_callers(connection: Connection, calendar: Calendar) -> list[str]:
    """Beside: who cannot be told from others; scopes and the calendar are staged there."""
    scopes.stage_scopes(connection)
    calendars.stage_calendar(connection, calendar)
    return callers.find_callers(connection)


def _count_vendors(connection: Connection, calendar: Calendar, plan: Plan) -> vendors.Told:
    """Beside: what the vendors' tables alone tell of the quarters that are counted."""
    changes.mark_calendar(connection, plan)
    return vendors.count_all(connection, calendar)


def _count_offices(connection: Connection, calendar: Calendar, spell: str) -> dict[str, Headcount]:
    """For how many organisations people work; `spell` is the table of their spells."""
    tenure.stage_affiliations(connection, calendar)
    offices = tenure.merged(tenure.spells_of_organizations(spell), "organization")
    return tenure.headcounts(connection, offices)
