"""Who took part: people and contributions of each community and quarter, counted."""

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

from sqlalchemy import Connection

from cophub.pipelines.measures.acts import within
from cophub.pipelines.measures.calendar import Calendar, among
from cophub.pipelines.measures.running import days_of_month
from cophub.pipelines.measures.tallies import Cell
from cophub.warehouse.definitions import PERIPHERAL_DAYS
from cophub.warehouse.staging import execute

Spread = list[tuple[int, int]]
"""(contributions, how many persons made so many), the fewest contributions first."""


@dataclass
class Participation:
    """What happened in one community and quarter."""

    posts: int = 0
    threads: int = 0
    replies: int = 0
    documents: int = 0
    people: dict[str, int] = field(default_factory=dict)
    """How many persons made the posts, threads, replies and documents, by these names."""
    engaged: int = 0
    active: int = 0
    again: int = 0
    """Of the active of the quarter before: how many are so in this one too."""
    active_members: int = 0
    """Of the active: how many are members at the quarter's end."""
    standing_members: int = 0
    """Of those on a level above outside: how many are members at the quarter's end."""
    live_at: int | None = None
    """Its last sign of life, in seconds since 1970."""
    spread: Spread = field(default_factory=list)


def count_participation(
    connection: Connection, calendar: Calendar, counted: Collection[int]
) -> dict[Cell, Participation]:
    """Every community in which anybody did anything, in each quarter that is counted."""
    found: dict[Cell, Participation] = defaultdict(Participation)
    quarters = among(counted)
    for row in execute(connection, _COUNTS.format(counted=quarters)):
        _add(found[row.community, row.q], row)
    for q in counted:
        for row in execute(connection, _AGAIN.format(q=q, before=q - 1)):
            found[row.community, q].again = row.n
    # Those of the running quarter are on a level for as long as its month is not over.
    running = calendar.running
    lately = PERIPHERAL_DAYS + days_of_month(calendar)
    days = {"days": PERIPHERAL_DAYS, "running": running, "lately": lately}
    for row in execute(connection, _ACTIVE_MEMBERS.format(counted=quarters), **days):
        one = found[row.community, row.q]
        one.active_members, one.standing_members = int(row.active), int(row.standing)
    before = _STANDING_BEFORE.format(within=within(calendar, lately))
    for row in execute(connection, before, running=running, lately=lately):
        found[row.community, running].standing_members += row.n
    return dict(found)


def _add(one: Participation, row: Any) -> None:
    """What those did who made so many contributions; the fewest come first."""
    one.threads += int(row.threads)
    one.replies += int(row.replies)
    one.posts = one.threads + one.replies
    one.documents += int(row.documents)
    one.engaged += row.engaged
    for name, people in (
        ("posts", row.posters), ("threads", row.starters), ("replies", row.repliers),
        ("documents", row.givers),
    ):  # fmt: skip
        one.people[name] = one.people.get(name, 0) + int(people)
    if row.live_at is not None:
        one.live_at = max(row.live_at, one.live_at or row.live_at)
    if row.given > 0:
        one.active += row.engaged
        one.spread.append((int(row.given), row.engaged))


def last_alive(found: dict[Cell, Participation], quarters: int) -> dict[Cell, int]:
    """The last sign of life of each community up to the end of each quarter."""
    last: dict[Cell, int] = {}
    for community in {community for community, _ in found}:
        newest: int | None = None
        for q in range(quarters):
            here = found.get((community, q), Participation()).live_at
            newest = newest if here is None else here
            if newest is not None:
                last[community, q] = newest
    return last


def _persons(condition: str) -> str:
    return f"sum(CASE WHEN {condition} THEN 1 ELSE 0 END)"


_COUNTS = f"""
    SELECT community, q, given, count(*) AS engaged, sum(threads) AS threads,
           sum(replies) AS replies, sum(documents) AS documents, max(live_at) AS live_at,
           {_persons("threads + replies > 0")} AS posters, {_persons("threads > 0")} AS starters,
           {_persons("replies > 0")} AS repliers, {_persons("documents > 0")} AS givers
    FROM measure_took_part
    WHERE q {{counted}}
    GROUP BY community, q, given
    ORDER BY community, q, given
"""
# With numbers for both quarters, PostgreSQL goes through both in the order of the key.
_AGAIN = """
    SELECT t.community, count(*) AS n
    FROM measure_took_part t
    JOIN measure_took_part b
      ON b.q = {before} AND b.community = t.community AND b.person = t.person
    WHERE t.q = {q} AND t.given > 0 AND b.given > 0
    GROUP BY t.community
"""
_ACTIVE_MEMBERS = f"""
    SELECT t.community, t.q, {_persons("t.given > 0")} AS active,
           {_persons("t.age < CASE WHEN t.q = :running THEN :lately ELSE :days END")} AS standing
    FROM measure_took_part t
    JOIN measure_member_stay s
      ON s.community = t.community AND s.person = t.person AND s.a <= t.q AND t.q < s.b
    WHERE t.q {{counted}}
    GROUP BY t.community, t.q
"""
# Of who did nothing so lately in the running quarter.
_STANDING_BEFORE = """
    SELECT l.community, count(*) AS n
    FROM (
      SELECT community, person FROM measure_took_part WHERE q < :running AND ({within})
      EXCEPT
      SELECT community, person FROM measure_took_part WHERE q = :running AND age < :lately
    ) l
    JOIN measure_member_stay s ON s.community = l.community AND s.person = l.person
      AND s.a <= :running AND :running < s.b
    GROUP BY l.community
"""


def gini(spread: Spread, silent: int = 0) -> float:
    """The Gini coefficient of contributions, with so many people more who made none.

    0 is evenly spread; over n people it is at most (n - 1) / n, where one made them all.
    """
    n = silent + sum(people for _, people in spread)
    total = sum(given * people for given, people in spread)
    place, weighted = silent, 0
    for given, people in spread:
        # The sum of 2 i - n - 1 over the places i of these people.
        weighted += given * people * (2 * place + people - n)
        place += people
    return float(Fraction(weighted, n * total))


def made_by_most_active(spread: Spread, people: int) -> int:
    """How many contributions the so many most active people made."""
    made = 0
    for given, there in reversed(spread):
        made += given * min(there, people)
        people -= min(there, people)
    return made


def absence_factor(spread: Spread) -> int:
    """The fewest people who made half of all contributions."""
    missing = sum(given * people for given, people in spread)
    total, found = missing, 0
    for given, people in reversed(spread):
        needed = -(-(2 * missing - total) // (2 * given))  # rounded up
        if needed <= people:
            return found + needed
        found += people
        missing -= given * people
    return found
