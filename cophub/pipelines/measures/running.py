"""Levels of participation in the month that is not over.

They are looked at for each of its days up to today: a level is the highest of them, so that who
moved up is there at once and nobody moves down before the month is over.
"""

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import accumulate

from sqlalchemy import Connection

from cophub.identities.store.rows import Row, all_rows
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


@dataclass(frozen=True)
class Days:
    """What was done of late, the quarter before the running one included: rows as they were read.

    They are gone through where the warehouse need not wait for it.
    """

    late: list[Row]
    """Community, person, and rank by what was done in the quarter before alone."""
    given: list[Row]
    """Community, person, and how many days ago a contribution was made in the quarter before."""
    own: list[Row]
    """Of each day of the running quarter: community, whoever did anything, how many days ago, how
    much that weighs, and whether it was a contribution."""


@dataclass
class _Here:
    """The same of one community."""

    ranks: Ranks = field(default_factory=dict)
    given: _Given = field(default_factory=dict)
    own: list[Row] = field(default_factory=list)


def days_of_month(calendar: Calendar) -> int:
    """How many days of the running month are over."""
    first = day_number(calendar.months[-1].starts, calendar.zone)
    return calendar.last_day(calendar.running) - first


def read_days(connection: Connection, calendar: Calendar) -> Days:
    """What was done of late; acts are staged."""
    looks, gap = days_of_month(calendar), _gap(calendar)
    late = _LATE.format(
        q=calendar.running - 1,
        active=ACTIVE_DAYS + looks - gap,
        peripheral=PERIPHERAL_DAYS + looks - gap,
    )
    return Days(
        all_rows(connection, late),
        all_rows(connection, _GAVE.format(gap=gap)),
        all_rows(connection, _DAYS.format(q=calendar.running)),
    )


def _gap(calendar: Calendar) -> int:
    """How many days of the running quarter are over."""
    return calendar.last_day(calendar.running) - calendar.last_day(calendar.running - 1)


def ranks_now(days: Days, calendar: Calendar, scores: Callable[[str], Scores]) -> dict[str, Ranks]:
    """The ranks of each community; `scores` gives those of the quarters before, as of today.

    Also where nothing has happened yet since the quarter began, somebody may be core still.
    """
    found: defaultdict[str, _Here] = defaultdict(_Here)
    for community, person, rank in days.late:
        found[community].ranks[person] = rank
    for community, person, age in days.given:
        found[community].given.setdefault(person, []).append(age)
    for row in days.own:
        found[row[0]].own.append(row)
    looks = days_of_month(calendar)
    for community, here in found.items():
        _rank_month(here, looks, scores(community))
    return {community: here.ranks for community, here in found.items()}


_LATE = f"""
    SELECT community, person,
           CASE WHEN given_age < {{active}} THEN {ACTIVE} ELSE {PERIPHERAL} END
    FROM measure_took_part
    WHERE q = {{q}} AND age < {{peripheral}}
"""
_GAVE = "SELECT community, person, age + {gap} FROM measure_gave"
_DAYS = f"""
    SELECT s.community, a.person, a.age, CAST(sum(a.weight * f.factor) AS BIGINT), max(a.is_given)
    FROM each_act a
    JOIN scope_space s ON s.source = a.source AND s.space = a.space
    JOIN fade f ON f.age = a.age
    WHERE a.q = {{q}} AND {NO_CALLERS}
    GROUP BY s.community, a.person, a.age
"""


def _rank_month(here: _Here, looks: int, scores: Scores) -> None:
    """Raise to the highest rank at any look, of which the first was `looks` days ago."""
    ranks, given = here.ranks, here.given
    by_age: defaultdict[int, list[tuple[str, int]]] = defaultdict(list)
    for _, person, age, score, is_given in here.own:
        by_age[age].append((person, score))
        if is_given:
            given.setdefault(person, []).append(age)
        if age < PERIPHERAL_DAYS + looks:
            rank = ACTIVE if is_given and age < ACTIVE_DAYS + looks else PERIPHERAL
            if ranks.get(person, OUTSIDE) < rank:
                ranks[person] = rank
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
