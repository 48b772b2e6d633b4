"""Levels of participation, with inertia: who is core, active and peripheral, and who moved.

A level is looked at when a quarter ends, which is the end of a month: it is what the acts say. In
the quarter that is not over it is looked at day by day (see `running`).
"""

from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass, field
from functools import partial
from itertools import chain, groupby
from operator import itemgetter

from sqlalchemy import Connection

from cophub.identities.store.rows import put
from cophub.pipelines.measures.acts import CORE, LOOK_BACK, OUTSIDE
from cophub.pipelines.measures.calendar import Calendar
from cophub.pipelines.measures.running import (
    Days,
    Ranks,
    Scores,
    fewest_with_half,
    ranks_now,
    read_days,
)
from cophub.pipelines.measures.tallies import Cell
from cophub.warehouse.definitions import HALF_LIFE_DAYS
from cophub.warehouse.staging import execute, settle, staged
from cophub.warehouse.store import driver_cursor

LEVELS = ("outside", "peripheral", "active", "core")
"""From the lowest; a rank is a place in it."""

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
    ranks: Ranks
    """Where the quarter is being counted, nobody is core yet."""
    steady: set[str]
    """Who contributed in enough weeks to be core."""


_PIECE = 20_000
Quarter = dict[str, Ended]
"""By community."""


@dataclass(frozen=True)
class Levels:
    """The levels of quarters that are over, and what those of the running one follow from."""

    calendar: Calendar
    ended: dict[Cell, Standing]
    read: dict[int, Quarter]
    """The quarters before the running one on which its levels rest."""
    days: Days

    def standings(self) -> dict[Cell, Standing]:
        """The levels of every community in which anybody is or was on one, in all quarters that
        are counted; asks the warehouse for nothing, and may be called beside what does."""
        running = self.calendar.running
        scores = partial(_scores, self.calendar, self.read, running)
        after = ranks_now(self.days, self.calendar, scores)
        return self.ended | _compared(self.read, running, after)


def read_kept(
    connection: Connection, calendar: Calendar, counted: Collection[int]
) -> dict[int, Quarter]:
    """The quarters on which levels of these rest, but for those that are counted themselves."""
    needed = {past for q in counted for past in _rests_on(calendar, q)}
    return {q: _read_ended(connection, q) for q in sorted(needed.difference(counted))}


def _rests_on(calendar: Calendar, q: int) -> range:
    """The quarters that are over on which the levels of one rest, itself among them."""
    return range(max(0, q - LOOK_BACK), min(q + 1, calendar.running))


def read_levels(
    connection: Connection,
    calendar: Calendar,
    counted: Collection[int],
    before: dict[int, Quarter],
) -> Levels:
    """What the levels of these quarters, the running one among them, follow from.

    `before` holds the others on which they rest. Who is core in a quarter that is over is noted in
    `measure_took_part`.
    """
    found: dict[Cell, Standing] = {}
    read: dict[int, Quarter] = {}
    with staged(connection, core="q INTEGER, community TEXT, person TEXT"):
        for q in sorted(counted):
            read = {
                past: before.get(past) or read.get(past) or _read_ended(connection, past)
                for past in _rests_on(calendar, q)
            }
            if q < calendar.running:
                _find_core(connection, calendar, read, q)
                after = {community: ended.ranks for community, ended in read[q].items()}
                found |= _compared(read, q, after)
        _note_core(connection)
    return Levels(calendar, found, read, read_days(connection, calendar))


def _compared(read: dict[int, Quarter], q: int, after: dict[str, Ranks]) -> dict[Cell, Standing]:
    """The levels in a quarter, and who moved since the one before."""
    before = {community: ended.ranks for community, ended in read.get(q - 1, {}).items()}
    return {
        (community, q): _standing(before.get(community, {}), after.get(community, {}))
        for community in before.keys() | after.keys()
    }


def _standing(before: Ranks, ranks: Ranks) -> Standing:
    moves = Counter(
        (LEVELS[before.get(person, OUTSIDE)], LEVELS[ranks.get(person, OUTSIDE)])
        for person in before.keys() | ranks.keys()
        if before.get(person) != ranks.get(person)
    )
    return Standing(Counter(LEVELS[rank] for rank in ranks.values()), moves)


def _read_ended(connection: Connection, q: int) -> Quarter:
    """What people did in a quarter that is over."""
    # The driver's own rows, some thousands at a time: there may be many.
    cursor = driver_cursor(connection)
    cursor.execute(
        "SELECT community, person, score, level, is_steady FROM measure_took_part"
        f" WHERE q = {q} ORDER BY community"
    )
    pieces = iter(partial(cursor.fetchmany, _PIECE), [])
    found: Quarter = {}
    for community, its in groupby(chain.from_iterable(pieces), key=itemgetter(0)):
        there = list(its)
        found[community] = Ended(
            {row[1]: row[2] for row in there},
            {row[1]: row[3] for row in there if row[3]},
            {row[1] for row in there if row[4]},
        )
    return found


def _find_core(
    connection: Connection, calendar: Calendar, read: dict[int, Quarter], q: int
) -> None:
    """Raise to core who is so at the end of a quarter."""
    rows = []
    for community, ended in read[q].items():
        if ended.steady:
            core = ended.steady & fewest_with_half(_scores(calendar, read, q, community))
            ended.ranks.update(dict.fromkeys(core, CORE))
            rows += [(q, community, person) for person in sorted(core)]
    put(connection, "core", ("q", "community", "person"), rows)


def _note_core(connection: Connection) -> None:
    settle(connection, "core")
    execute(
        connection,
        f"UPDATE measure_took_part SET level = {CORE} WHERE (q, community, person)"
        " IN (SELECT q, community, person FROM core)",
    )


def _scores(calendar: Calendar, read: dict[int, Quarter], q: int, community: str) -> Scores:
    """The weighted acts of a quarter that is over and of those before it that count, at its end.

    Of the running quarter's own acts nothing is read: these are counted by day.
    """
    scores: Scores = {}
    for past in range(q - LOOK_BACK, q + 1):
        ended = read.get(past, {}).get(community)
        if ended is None:
            continue
        days = calendar.last_day(q) - calendar.last_day(past)
        kept = 0.5 ** (days / HALF_LIFE_DAYS)
        for person, score in ended.scores.items():
            scores[person] = scores.get(person, 0) + score * kept
    return scores
