"""What was counted of each quarter, kept in `measure_kept` for as long as nothing in it changes.

Kept are whole numbers, never figures: these are made from them anew each time, with what is known
now of their sources, of members, and of the quarter before.
"""

from collections import Counter, defaultdict
from collections.abc import Collection
from dataclasses import replace
from typing import TypeVar

import msgspec
from sqlalchemy import Connection

from cophub.identities.store.rows import put
from cophub.pipelines.measures import months as by_month
from cophub.pipelines.measures.answers import Answers
from cophub.pipelines.measures.calendar import Calendar
from cophub.pipelines.measures.changes import Plan
from cophub.pipelines.measures.channels import Channel, Reach
from cophub.pipelines.measures.community import Facts
from cophub.pipelines.measures.levels import Standing
from cophub.pipelines.measures.participation import Participation, last_alive
from cophub.pipelines.measures.tallies import Cell, Events
from cophub.pipelines.measures.tenure import Headcount
from cophub.warehouse.staging import execute

_T = TypeVar("_T")
_ANY = ("", "")
"""Stands for all channels together."""


class Reached(msgspec.Struct, array_like=True):
    """How many persons a channel reaches, and how many no other does."""

    source: str
    kind: str
    people: int
    only: int


class Cells(msgspec.Struct):
    """What was counted of one quarter, by community."""

    events: dict[str, Events] = {}
    participation: dict[str, Participation] = {}
    answers: dict[str, Answers] = {}
    levels: dict[str, dict[str, int]] = {}
    moves: dict[str, list[tuple[str, str, int]]] = {}
    reach: dict[str, list[Reached]] = {}
    months: list[by_month.Row] = []


def read(connection: Connection, calendar: Calendar) -> dict[int, Cells]:
    """What is kept of each quarter of the calendar, by number."""
    numbers = {quarter.name: quarter.number for quarter in calendar.quarters}
    decoder = msgspec.msgpack.Decoder(Cells)
    rows = execute(connection, "SELECT quarter, counts FROM measure_kept")
    return {
        numbers[row.quarter]: decoder.decode(row.counts) for row in rows if row.quarter in numbers
    }


def write(
    connection: Connection, calendar: Calendar, plan: Plan, facts: Facts, months: list[by_month.Row]
) -> None:
    """Keep what has been counted, in place of what was."""
    names = {quarter.name: quarter.number for quarter in calendar.quarters}
    cells = _cells(calendar, facts, months, plan.quarters)
    if plan.whole:
        execute(connection, "DELETE FROM measure_kept")
    rows = []
    for name, number in names.items():
        if number in plan.quarters:
            execute(connection, "DELETE FROM measure_kept WHERE quarter = :name", name=name)
            rows.append((name, msgspec.msgpack.encode(cells[number])))
    put(connection, "measure_kept", ("quarter", "counts"), rows)


def _cells(
    calendar: Calendar, facts: Facts, months: list[by_month.Row], quarters: Collection[int]
) -> dict[int, Cells]:
    found = {q: Cells({}, {}, {}, {}, {}, {}, []) for q in quarters}
    for (community, q), events in facts.counts.events.items():
        if q in found:
            found[q].events[community] = events
    for (community, q), took_part in facts.participation.items():
        if q in found:
            found[q].participation[community] = took_part
    for (community, q), answers in facts.answers.items():
        if q in found:
            found[q].answers[community] = answers
    for (community, q), standing in facts.standings.items():
        if q in found:
            found[q].levels[community] = dict(standing.people)
            moves = [(*move, people) for move, people in standing.moves.items()]
            found[q].moves[community] = moves
    for (community, q), reached in _reached(facts.reach, len(calendar.quarters), quarters).items():
        found[q].reach[community] = reached
    number = {month.name: month.number // 3 for month in calendar.months}
    for row in months:
        if row.kind in by_month.OF_ACTS and number[row.month] in found:
            found[number[row.month]].months.append(row)
    return found


def splice(
    calendar: Calendar,
    plan: Plan,
    kept: dict[int, Cells],
    facts: Facts,
    months: list[by_month.Row],
    channels: Collection[Channel],
) -> tuple[Facts, list[by_month.Row]]:
    """What was counted now, and for every other quarter what is kept of it."""
    if plan.whole:
        return facts, months
    length = len(calendar.quarters)
    took_part: dict[Cell, Participation] = defaultdict(Participation)
    took_part |= _of(facts.participation, plan.acts)
    events = _of(facts.counts.events, plan.acts)
    answers = _of(facts.answers, plan.asks)
    standings = _of(facts.standings, plan.acts)
    reached = _reached(facts.reach, length, plan.acts)
    for q, cells in kept.items():
        if q not in plan.asks:
            answers |= {(community, q): one for community, one in cells.answers.items()}
        if q in plan.acts:
            continue
        took_part |= {(community, q): one for community, one in cells.participation.items()}
        events |= {(community, q): one for community, one in cells.events.items()}
        reached |= {(community, q): one for community, one in cells.reach.items()}
        for community, people in cells.levels.items():
            moves = {(a, b): n for a, b, n in cells.moves[community]}
            standings[community, q] = Standing(Counter(people), Counter(moves))
    whole = replace(
        facts,
        counts=replace(facts.counts, events=events),
        participation=dict(took_part),
        live_at=last_alive(took_part, length),
        answers=answers,
        standings=standings,
        reach=_reach(reached, length, channels),
    )
    return whole, _months(calendar, plan, kept, months)


def _of(found: dict[Cell, _T], quarters: Collection[int]) -> dict[Cell, _T]:
    return {cell: value for cell, value in found.items() if cell[1] in quarters}


def _months(
    calendar: Calendar, plan: Plan, kept: dict[int, Cells], months: list[by_month.Row]
) -> list[by_month.Row]:
    number = {month.name: month.number // 3 for month in calendar.months}
    rows = [
        row for row in months if row.kind not in by_month.OF_ACTS or number[row.month] in plan.acts
    ]
    for q, cells in kept.items():
        if q not in plan.acts:
            rows += cells.months
    return rows


def _reached(
    reach: dict[str, Reach], length: int, quarters: Collection[int]
) -> dict[Cell, list[Reached]]:
    """Whom the channels reach, by community and each of these quarters, if anybody."""
    found: dict[Cell, list[Reached]] = {}
    for community, its in reach.items():
        series = {
            (channel.source, channel.kind): (
                heads.series(length),
                its.only_by.get(channel, Headcount()).series(length),
            )
            for channel, heads in its.by.items()
        }
        series[_ANY] = (its.people.series(length), its.only_one.series(length))
        for q in quarters:
            rows = [Reached(*key, n[q], only[q]) for key, (n, only) in series.items() if n[q]]
            if rows:
                found[community, q] = rows
    return found


def _reach(
    reached: dict[Cell, list[Reached]], length: int, channels: Collection[Channel]
) -> dict[str, Reach]:
    """The same as headcounts."""
    places = {(channel.source, channel.kind): channel for channel in channels}
    series: dict[tuple[str, str, str], tuple[list[int], list[int]]] = {}
    for (community, q), rows in reached.items():
        for row in rows:
            key = (community, row.source, row.kind)
            people, only = series.setdefault(key, ([0] * length, [0] * length))
            people[q], only[q] = row.people, row.only
    found: defaultdict[str, Reach] = defaultdict(Reach)
    for (community, source, kind), (people, only) in series.items():
        its = found[community]
        if (source, kind) == _ANY:
            its.people, its.only_one = _heads(people), _heads(only)
        else:
            channel = places[source, kind]
            its.by[channel], its.only_by[channel] = _heads(people), _heads(only)
    return dict(found)


def _heads(series: list[int]) -> Headcount:
    heads = Headcount()
    before = 0
    for q, people in enumerate(series):
        if people > before:
            heads.joined[q] = people - before
        elif people < before:
            heads.left[q] = before - people
        before = people
    return heads


__all__ = ["Cells", "read", "splice", "write"]
