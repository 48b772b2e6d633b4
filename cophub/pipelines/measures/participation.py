"""Who took part: people and contributions of each community and quarter, counted."""

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass, field
from fractions import Fraction

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
        one = found[row.community, row.q]
        one.threads, one.replies = int(row.threads), int(row.replies)
        one.posts, one.documents = one.threads + one.replies, int(row.documents)
        one.engaged, one.active, one.live_at = row.engaged, int(row.active), row.live_at
        one.people = {
            "posts": int(row.posters), "threads": int(row.starters),
            "replies": int(row.repliers), "documents": int(row.givers),
        }  # fmt: skip
    for row in execute(connection, _SPREAD.format(counted=quarters)):
        found[row.community, row.q].spread.append((int(row.given), row.n))
    for row in execute(connection, _AGAIN.format(counted=quarters)):
        found[row.community, row.q].again = row.n
    for row in execute(connection, _ACTIVE_MEMBERS.format(counted=quarters), days=PERIPHERAL_DAYS):
        one = found[row.community, row.q]
        one.active_members, one.standing_members = int(row.active), int(row.standing)
    running = calendar.running
    days = PERIPHERAL_DAYS + days_of_month(calendar)
    now = _STANDING_NOW.format(within=within(calendar, days))
    for row in execute(connection, now, q=running):
        found[row.community, running].standing_members = row.n
    return dict(found)


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
    SELECT community, q, sum(threads) AS threads, sum(replies) AS replies,
           sum(documents) AS documents, count(*) AS engaged, {_persons("given > 0")} AS active,
           max(live_at) AS live_at, {_persons("threads + replies > 0")} AS posters,
           {_persons("threads > 0")} AS starters, {_persons("replies > 0")} AS repliers,
           {_persons("documents > 0")} AS givers
    FROM measure_took_part
    WHERE q {{counted}}
    GROUP BY community, q
"""
_SPREAD = """
    SELECT community, q, given, count(*) AS n
    FROM measure_took_part
    WHERE given > 0 AND q {counted}
    GROUP BY community, q, given
    ORDER BY community, q, given
"""
_AGAIN = """
    SELECT t.community, t.q, count(*) AS n
    FROM measure_took_part t
    JOIN measure_took_part b ON b.community = t.community AND b.person = t.person AND b.q = t.q - 1
    WHERE t.given > 0 AND b.given > 0 AND t.q {counted}
    GROUP BY t.community, t.q
"""
_ACTIVE_MEMBERS = f"""
    SELECT t.community, t.q, {_persons("t.given > 0")} AS active,
           {_persons("t.age < :days")} AS standing
    FROM measure_took_part t
    JOIN measure_member_stay s
      ON s.community = t.community AND s.person = t.person AND s.a <= t.q AND t.q < s.b
    WHERE t.q {{counted}}
    GROUP BY t.community, t.q
"""
_STANDING_NOW = """
    SELECT l.community, count(*) AS n
    FROM (
      SELECT DISTINCT community, person FROM measure_took_part WHERE {within}
    ) l
    JOIN measure_member_stay s
      ON s.community = l.community AND s.person = l.person AND s.a <= :q AND :q < s.b
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
