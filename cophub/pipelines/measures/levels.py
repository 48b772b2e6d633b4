"""Levels of participation, with inertia: who is core, active and peripheral, and who moved.

A level is looked at when a quarter ends, which is the end of a month: it is what the acts say. In
the quarter that is not over it is looked at once for each day of the running month, at this hour:
it is the highest of them, so that who moved up is there at once and nobody moves down before the
month is over.
"""

from bisect import bisect_left
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import accumulate, groupby
from operator import itemgetter
from typing import Any

from sqlalchemy import Connection

from cophub.identities.store.rows import all_rows
from cophub.pipelines.measures.acts import LOOK_BACK, WEEKS
from cophub.pipelines.measures.calendar import Calendar
from cophub.pipelines.measures.tallies import Cell
from cophub.warehouse.definitions import (
    ACTIVE_DAYS,
    CORE_WEEKS,
    HALF_LIFE_DAYS,
    PERIPHERAL_DAYS,
)
from cophub.warehouse.store import driver_cursor

LEVELS = ("outside", "peripheral", "active", "core")
"""From the lowest; a rank is a place in it."""
_OUTSIDE, _PERIPHERAL, _ACTIVE, _CORE = range(4)

Ranks = dict[str, int]
"""The rank of each person who is not outside."""
Move = tuple[str, str]
"""From which level to which."""


@dataclass(frozen=True)
class Standing:
    """The levels of one community at the end of a quarter, or now."""

    people: Counter[str] = field(default_factory=Counter)
    """How many are on each level but outside."""
    moves: Counter[Move] = field(default_factory=Counter)
    """How many went from one level to another since the end of the quarter before."""


@dataclass(frozen=True)
class Ended:
    """What people did in a quarter that is over, at its end."""

    scores: dict[str, int]
    """Weighted acts."""
    ranks: Ranks
    """As far as single acts tell them: nobody is core."""
    steady: set[str]
    """Who contributed in enough weeks to be core."""


def days_of_month(calendar: Calendar) -> int:
    """How many whole days of the running month are over."""
    return (calendar.now - calendar.months[-1].starts).days


def standings(connection: Connection, calendar: Calendar) -> dict[Cell, Standing]:
    """The levels of every community and quarter in which anybody is or was on one."""
    running = len(calendar.quarters) - 1
    now = _ranks_now(connection, calendar)
    found: dict[Cell, Standing] = {}
    for community, quarters in _finished(connection, running):
        before: Ranks = {}
        for q, ranks in _ranks_then(calendar, quarters, running):
            found[community, q] = _standing(before, ranks)
            before = ranks
        found[community, running] = _standing(before, now.pop(community, {}))
    for community, ranks in now.items():
        found[community, running] = _standing({}, ranks)
    return found


def _standing(before: Ranks, ranks: Ranks) -> Standing:
    moves = Counter(
        (LEVELS[before.get(person, _OUTSIDE)], LEVELS[ranks.get(person, _OUTSIDE)])
        for person in before.keys() | ranks.keys()
        if before.get(person) != ranks.get(person)
    )
    return Standing(Counter(LEVELS[rank] for rank in ranks.values()), moves)


def _finished(connection: Connection, running: int) -> Iterator[tuple[str, dict[int, Ended]]]:
    """Each community with what people did in each quarter that is over."""
    # The driver's own rows, one by one: there may be a million.
    cursor = driver_cursor(connection)
    cursor.execute(_ENDED.format(running=running))
    for community, its in groupby(cursor, key=itemgetter(0)):
        quarters: dict[int, Ended] = {}
        for q, people in groupby(its, key=itemgetter(1)):
            there = list(people)
            quarters[q] = Ended(
                {row[2]: row[3] for row in there},
                {row[2]: row[4] for row in there if row[4]},
                {row[2] for row in there if row[5]},
            )
        yield community, quarters


_ENDED = f"""
    SELECT community, q, person, score,
           CASE WHEN given_age < {ACTIVE_DAYS} THEN {_ACTIVE}
                WHEN age < {PERIPHERAL_DAYS} THEN {_PERIPHERAL} ELSE {_OUTSIDE} END,
           CASE WHEN {" + ".join(f"week{week}" for week in range(WEEKS))} >= {CORE_WEEKS}
                THEN 1 ELSE 0 END
    FROM taking_part WHERE q < {{running}}
    ORDER BY community, q
"""


def _ranks_then(
    calendar: Calendar, quarters: dict[int, Ended], running: int
) -> Iterator[tuple[int, Ranks]]:
    """The ranks at the end of each quarter, from the first with any act."""
    for q in range(min(quarters), running):
        ranks: Ranks = {}
        if q in quarters:
            ranks = quarters[q].ranks
            if steady := quarters[q].steady:
                top = fewest_with_half(_scores(calendar, quarters, q))
                ranks |= dict.fromkeys(steady & top, _CORE)
        yield q, ranks


def _scores(calendar: Calendar, quarters: dict[int, Ended], q: int) -> dict[str, float]:
    """The weighted acts of a quarter and of those before it that count, at the quarter's end."""
    scores: dict[str, float] = {}
    for earlier in range(q - LOOK_BACK, q + 1):
        if earlier not in quarters:
            continue
        seconds = calendar.looked_at(q) - calendar.looked_at(earlier)
        kept = 0.5 ** (seconds / 86_400 / HALF_LIFE_DAYS)
        for person, score in quarters[earlier].scores.items():
            scores[person] = scores.get(person, 0) + score * kept
    return scores


def fewest_with_half(scores: dict[str, float]) -> set[str]:
    """The fewest people with half of the sum; of equal ones the lesser id."""
    # Sorted as numbers, which takes a fraction of the time that pairs would.
    highest = sorted(scores.values(), reverse=True)
    sums = list(accumulate(highest, initial=0.0))
    needed = bisect_left(sums, sums[-1] / 2)
    if not needed:
        return set()
    least = highest[needed - 1]
    found = {person for person, score in scores.items() if score > least}
    equals = sorted(person for person, score in scores.items() if score == least)
    return found | set(equals[: needed - len(found)])


def _ranks_now(connection: Connection, calendar: Calendar) -> dict[str, Ranks]:
    """The ranks in the running month, of each community."""
    looks = days_of_month(calendar)
    rows = all_rows(
        connection, "SELECT community, person, age, score, given FROM lately ORDER BY community"
    )
    return {
        community: _ranks_of_month(its, looks)
        for community, its in groupby(rows, key=itemgetter(0))
    }


def _ranks_of_month(rows: Iterable[Any], looks: int) -> Ranks:
    """The highest rank of each person at any look, of which the first was `looks` days ago."""
    ranks: Ranks = {}
    by_age: dict[int, list[tuple[str, int]]] = {}
    given: dict[str, list[int]] = {}
    for _, person, age, score, is_given in rows:
        by_age.setdefault(age, []).append((person, int(score)))
        if is_given and age < looks + 7 * WEEKS:
            given.setdefault(person, []).append(age)
        rank = _ACTIVE if is_given and age < ACTIVE_DAYS + looks else _PERIPHERAL
        if age < PERIPHERAL_DAYS + looks:
            ranks[person] = max(rank, ranks.get(person, _OUTSIDE))
    # Who contributed on fewer days cannot have done so in enough weeks, whenever it is looked.
    given = {person: ages for person, ages in given.items() if len(ages) >= CORE_WEEKS}
    # Scores fade alike for all from look to look: who comes before whom only new acts change.
    scores: dict[str, float] = {}
    for look in range(looks, -1, -1):
        for age in sorted(by_age, reverse=True) if look == looks else (look,):
            if age >= look:
                for person, score in by_age.get(age, ()):
                    scores[person] = scores.get(person, 0) + score
        steady = {p for p, ages in given.items() if _active_weeks(ages, look) >= CORE_WEEKS}
        if steady:
            ranks.update((p, _CORE) for p in steady.intersection(fewest_with_half(scores)))
    return ranks


def _active_weeks(ages: list[int], look: int) -> int:
    return len({(age - look) // 7 for age in ages if look <= age < look + 7 * WEEKS})
