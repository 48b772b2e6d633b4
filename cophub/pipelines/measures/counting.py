"""Everything that figures are made of, counted in SQL over staged tables, in one place."""

from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo

import msgspec
from sqlalchemy import Connection

from cophub.pipelines.measures import (
    acts,
    brokers,
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
from cophub.pipelines.measures import before as befores
from cophub.pipelines.measures import calendar as calendars
from cophub.pipelines.measures.beside import Beside
from cophub.pipelines.measures.calendar import Calendar
from cophub.pipelines.measures.changes import Marks, Plan
from cophub.pipelines.measures.community import Facts
from cophub.pipelines.measures.heads import Headcounts
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


@dataclass(frozen=True)
class Found:
    """Everything that figures are made of."""

    facts: Facts
    months: list[months.Row]
    """The rows by month."""
    state: Counted
    """What has been counted by now."""
    version: int | None
    """That of the figures as they stand, where those that are still so can be left."""
    brokers: Callable[[], list[tuple[Any, ...]]]
    """The rows of brokers, which may take a while to come."""


def count_facts(
    connection: Connection, beside: Beside, calendar: Calendar, zone: ZoneInfo, marks: Marks
) -> Found:
    """Count what has changed: quarters in which nothing did are as they were counted before."""
    called = beside.count(_find_callers, calendar)
    standing = beside.count(befores.read, calendar, marks.before)
    hub = beside.count(hub_mark)
    calendars.stage_calendar(connection, calendar)
    channels.stage_channels(connection)
    tenure.stage_spaces(connection)
    callers.stage_callers(connection, called.result())
    plan, state = changes.plan(connection, calendar, zone, marks)
    changes.mark_calendar(connection, plan)
    before = standing.result()
    goes_on = marks.before is not None and changes.goes_on(marks.before, state)
    stand = before.brokers if goes_on else []
    told = _ask(beside, calendar, plan, linked=not stand)
    people = heads.added({} if plan.whole else before.heads, plan.heads)
    facts, by_month = _count_changed(connection, beside, calendar, plan, people, told)
    known = channels.read_channels(connection).values()
    facts, by_month = kept.splice(calendar, plan, before.cells, facts, by_month, known)
    kept.write(connection, calendar, plan, facts, by_month)
    return Found(
        facts,
        by_month,
        msgspec.structs.replace(state, hub=hub.result()),
        before.version if goes_on else None,
        told.brokers.result if told.brokers else lambda: stand,
    )


@dataclass
class _Told:
    """What is asked of the second connection, and reckoned in its thread."""

    vendors: Future[vendors.Told]
    ended: Future[dict[int, levels.Quarter]]
    """What people did in the quarters on which levels rest."""
    links: Future[list[brokers.Link]] | None
    """None: the brokers that stand are left."""
    brokers: Future[list[tuple[Any, ...]]] | None = None


def _ask(beside: Beside, calendar: Calendar, plan: Plan, *, linked: bool) -> _Told:
    return _Told(
        beside.count(_count_vendors, calendar, plan),
        beside.count(levels.read_kept, calendar, plan.acts),
        beside.count(brokers.find_links, calendar) if linked else None,
    )


def _count_changed(
    connection: Connection,
    beside: Beside,
    calendar: Calendar,
    plan: Plan,
    people: Headcounts,
    told: _Told,
) -> tuple[Facts, list[months.Row]]:
    """What pages are made of, of the quarters that are counted, and the rows by month."""
    acts.stage_acts(connection)
    by_month = months.month_table(connection, calendar, heads.of_what(people, "months"))
    acts.keep_taking_part(connection, calendar, plan.acts)
    # Who is on which level, and who stands between communities, is reckoned while the database
    # counts everything else.
    found = levels.read_levels(connection, calendar, plan.acts, told.ended.result())
    standings = beside.reckon(found.standings)
    if told.links:
        there = brokers.find_communities(connection, calendar)
        links = told.links
        told.brokers = beside.reckon(lambda: brokers.rank(links.result(), there, calendar.now))
    channels.stage_guests(connection)
    took_part = participation.count_participation(connection, calendar, plan.acts)
    reach = channels.count_reach(connection, people)
    offices = _count_offices(connection, calendar, stays.KEPT.spell)
    facts = _facts(told.vendors.result(), people)
    facts.counts.organizations = offices
    facts.participation = took_part
    facts.live_at = participation.last_alive(took_part, len(calendar.quarters))
    facts.reach = reach
    facts.standings = standings.result()
    return facts, by_month + told.vendors.result().by_month


def _facts(told: vendors.Told, people: Headcounts) -> Facts:
    """What vendors' tables and headcounts tell."""
    told.counts.people = heads.of_what(people, "people")
    told.counts.people_as_known = heads.of_what(people, "known")
    return Facts(
        told.counts,
        post_sources=told.post_sources,
        document_sources=told.document_sources,
        member_sources=told.member_sources,
        members=heads.of_what(people, "members"),
        several=heads.of_what(people, "several").get("", Headcount()),
        many=heads.of_what(people, "many").get("", Headcount()),
        answers=told.answers,
    )


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
