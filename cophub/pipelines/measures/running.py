"""Levels of participation in the month that is not over.

They are looked at for each of its days up to today: a level is the highest of them, so that who
moved up is there at once and nobody moves down before the month is over.
"""

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Callable, Iterable
from itertools import accumulate, groupby
from operator import itemgetter
from typing import Any

from sqlalchemy import Connection

from cophub.identities.store.rows import all_rows
from cophub.pipelines.measures.acts import (
    ACTIVE,
    CORE,
    NO_CALLERS,
    OUTSIDE,
    PERIPHERAL,
    WEEKS,
)
from cophub.pipelines.measures.calendar import Calendar, day_number
from cophub.warehouse.definitions import ACTIVE_DAYS, CORE_WEEKS, PERIPHERAL_DAYS

Ranks = dict[str, int]
"""The rank of each person who is not outside."""
Scores = dict[str, float]
"""The weighted acts of each person."""
_Given = dict[str, list[int]]
"""How many days ago each person made contributions."""


def days_of_month(calendar: Calendar) -> int:
    """How many days of the running month are over."""
    first = day_number(calendar.months[-1].starts, calendar.zone)
    return calendar.last_day(calendar.running) - first


def ranks_now(
    connection: Connection, calendar: Calendar, scores: Callable[[str], Scores]
) -> dict[str, Ranks]:
    """The ranks of each community; `scores` gives those of the quarters before, as of today."""
    looks = days_of_month(calendar)
    gap = calendar.last_day(calendar.running) - calendar.last_day(calendar.running - 1)
    found: defaultdict[str, Ranks] = defaultdict(dict)
    late = _LATE.format(
        q=calendar.running - 1,
        active=ACTIVE_DAYS + looks - gap,
        peripheral=PERIPHERAL_DAYS + looks - gap,
    )
    for community, person, rank in all_rows(connection, late):
        found[community][person] = rank
    given: defaultdict[str, _Given] = defaultdict(dict)
    for community, person, age in all_rows(connection, _GAVE):
        given[community].setdefault(person, []).append(age + gap)
    grouped = groupby(all_rows(connection, _DAYS.format(q=calendar.running)), key=itemgetter(0))
    days = {community: list(its) for community, its in grouped}
    # Also where nothing has happened yet since the quarter began, somebody may be core still.
    for community in found.keys() | given.keys() | days.keys():
        its = (given[community], scores(community))
        _rank_month(found[community], days.get(community, ()), looks, *its)
    return dict(found)


_LATE = f"""
    SELECT community, person,
           CASE WHEN given_age < {{active}} THEN {ACTIVE} ELSE {PERIPHERAL} END
    FROM measure_took_part
    WHERE q = {{q}} AND age < {{peripheral}}
"""
_GAVE = "SELECT community, person, age FROM measure_gave"
_DAYS = f"""
    SELECT s.community, a.person, a.age, sum(a.weight * f.factor), max(a.is_given)
    FROM each_act a
    JOIN scope_space s ON s.source = a.source AND s.space = a.space
    JOIN fade f ON f.age = a.age
    WHERE a.q = {{q}} AND {NO_CALLERS}
    GROUP BY s.community, a.person, a.age
    ORDER BY s.community
"""


def _rank_month(
    ranks: Ranks, days: Iterable[Any], looks: int, given: _Given, scores: Scores
) -> None:
    """Raise to the highest rank at any look, of which the first was `looks` days ago."""
    by_age: dict[int, list[tuple[str, int]]] = {}
    for _, person, age, score, is_given in days:
        by_age.setdefault(age, []).append((person, int(score)))
        if is_given:
            given.setdefault(person, []).append(age)
        rank = ACTIVE if is_given and age < ACTIVE_DAYS + looks else PERIPHERAL
        if age < PERIPHERAL_DAYS + looks:
            ranks[person] = max(rank, ranks.get(person, OUTSIDE))
    # Who contributed on fewer days cannot have done so in enough weeks, whenever it is looked.
    given = {person: ages for person, ages in given.items() if len(ages) >= CORE_WEEKS}
    # Scores fade alike for all from look to look: who comes before whom only new acts change.
    for look in range(looks, -1, -1):
        for age in sorted(by_age, reverse=True) if look == looks else (look,):
            if age >= look:
                for person, score in by_age.get(age, ()):
                    scores[person] = scores.get(person, 0) + score
        steady = {p for p, ages in given.items() if _active_weeks(ages, look) >= CORE_WEEKS}
        if steady:
            ranks.update((p, CORE) for p in steady.intersection(fewest_with_half(scores)))


def _active_weeks(ages: list[int], look: int) -> int:
    return len({(age - look) // 7 for age in ages if look <= age < look + 7 * WEEKS})


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
