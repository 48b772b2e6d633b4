"""How many people were in at the end of each quarter and month: headcounts, kept as steps.

A step says how many came and how many went at a quarter or month. Persons can be added up, so those
whose stays have changed are taken out as they were counted before, and put in as they are now.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from sqlalchemy import Connection

from cophub.identities.store.rows import all_rows, put
from cophub.pipelines.measures.tenure import OPEN, Headcount, merged, spells_of_people
from cophub.warehouse.definitions import MANY
from cophub.warehouse.staging import execute, staged

Headcounts = dict[tuple[str, str, int], Headcount]
"""By what is counted, community, and the number of a channel, or 0.

`people` are those of the lists, `known` the same as the hub knew them at the time, `members` those
of all spaces; `months` counts these by month, all others by quarter. `channel` counts the members
of a channel, and `reached` whom it alone has as members; under 0 those who are in several.
`several` and `many` are those who are in so many communities.
"""
Steps = dict[tuple[str, str, int, int], tuple[int, int, int]]
"""By what is counted, community, channel, and number of the quarter or month: how many came, how
many went, and how many of those who came did on a day that nobody knows."""

SEVERAL = 2
"""Who is in so many communities is in several."""

_COLUMNS = ("what", "community", "channel", "number", "came", "went", "undated")


@dataclass(frozen=True)
class Stays:
    """The names of tables with spells, and with what was merged of them."""

    spell: str
    member_stay: str
    channel_stay: str
    reached: str


def of_what(heads: Headcounts, what: str) -> dict[str, Headcount]:
    """What is counted by community alone."""
    return {community: its for (name, community, _), its in heads.items() if name == what}


# --- counting ------------------------------------------------------------------------------------


def count_steps(connection: Connection, stays: Stays) -> Steps:
    """The steps of everybody in these tables."""
    found: Steps = {}
    for what, community, channel, a, b, undated, n in _rows(connection, stays):
        _add(found, (what, community, channel, a), (n, 0, n if undated else 0))
        if b < OPEN:
            _add(found, (what, community, channel, b), (0, n, 0))
    return found


_Row = tuple[str, str, int, int, int, int, int]


def _rows(connection: Connection, stays: Stays) -> Iterator[_Row]:
    """What, community, channel, from when, until when, whether undated, and how many."""
    for what, sql in (
        ("people", _merged(stays, "q", lists_only=True)),
        ("known", _merged(stays, "q", lists_only=True, known=1)),
        ("months", _merged(stays, "m", lists_only=False)),
        ("members", f"SELECT community, 0 AS channel, a, b, undated FROM {stays.member_stay}"),
        ("channel", f"SELECT community, channel, a, b, 0 AS undated FROM {stays.channel_stay}"),
        ("reached", f"SELECT community, channel, a, b, 0 AS undated FROM {stays.reached}"),
    ):
        counted = f"""
            SELECT community, channel, a, b, undated, count(*) FROM ({sql}) stay
            GROUP BY community, channel, a, b, undated
        """
        for community, channel, a, b, undated, n in map(tuple, execute(connection, counted)):
            yield what, community, channel, a, b, undated, n
    in_several = execute(connection, _IN_SEVERAL.format(stay=stays.member_stay))
    for communities, a, b, n in map(tuple, in_several):
        for what, least in (("several", SEVERAL), ("many", MANY)):
            if communities >= least:
                yield what, "", 0, a, b, 0, n


def _merged(stays: Stays, unit: str, *, lists_only: bool, known: int = 0) -> str:
    spells = spells_of_people(stays.spell, unit, lists_only=lists_only, known=known)
    stay = merged(spells, "person")
    return f"SELECT community, 0 AS channel, a, b, undated FROM ({stay}) merged"


def _add(steps: Steps, key: tuple[str, str, int, int], change: tuple[int, int, int]) -> None:
    came, went, undated = steps.get(key, (0, 0, 0))
    steps[key] = (came + change[0], went + change[1], undated + change[2])


# At each quarter where any stay of a person begins or ends: in how many communities they are then.
# Most have one stay, and are in no two at any time.
_STAYS = """
    SELECT m.person, m.a, m.b
    FROM {stay} m
    JOIN (
      SELECT person FROM {stay} WHERE community <> '' GROUP BY person HAVING count(*) > 1
    ) k ON k.person = m.person
    WHERE m.community <> ''
"""
_IN_SEVERAL = f"""
    WITH stays AS ({_STAYS})
    SELECT communities, a, b, count(*) AS n
    FROM (
      SELECT a, coalesce(lead(a) OVER (PARTITION BY person ORDER BY a), {OPEN}) AS b,
             sum(change) OVER (PARTITION BY person ORDER BY a) AS communities
      FROM (
        SELECT person, a, sum(change) AS change
        FROM (
          SELECT person, a, 1 AS change FROM stays
          UNION ALL
          SELECT person, b, -1 FROM stays
        ) changes
        GROUP BY person, a
      ) steps
    ) segments
    WHERE communities >= {SEVERAL}
    GROUP BY a, b, communities
"""


# --- keeping -------------------------------------------------------------------------------------


def keep(connection: Connection, steps: Steps) -> Steps:
    """Keep the steps of everybody, in place of those that were; gives them."""
    execute(connection, "DELETE FROM measure_heads")
    put(connection, "measure_heads", _COLUMNS, [(*key, *step) for key, step in steps.items()])
    return steps


def change(connection: Connection, before: Steps, after: Steps) -> Steps:
    """Take some people out as they were counted before, and put them in as they are now.

    Gives what this adds to the steps that are kept.
    """
    changes = dict(after)
    for key, (came, went, undated) in before.items():
        _add(changes, key, (-came, -went, -undated))
    changes = {key: step for key, step in changes.items() if any(step)}
    rows = [(*key, *step) for key, step in changes.items()]
    listed = ", ".join(_COLUMNS)
    columns = "what TEXT, community TEXT, channel INTEGER, number INTEGER"
    counts = ("came", "went", "undated")
    sums = ", ".join(f"{name} = measure_heads.{name} + excluded.{name}" for name in counts)
    with staged(connection, step=f"{columns}, came BIGINT, went BIGINT, undated BIGINT"):
        put(connection, "step", _COLUMNS, rows)
        execute(
            connection,
            f"INSERT INTO measure_heads ({listed}) SELECT {listed} FROM step WHERE true"
            f" ON CONFLICT (what, community, channel, number) DO UPDATE SET {sums}",
        )
    return changes


def read(connection: Connection) -> Headcounts:
    """The headcounts that are kept."""
    rows = all_rows(connection, f"SELECT {', '.join(_COLUMNS)} FROM measure_heads")
    return added({}, {row[:4]: row[4:] for row in rows})


def added(heads: Headcounts, steps: Steps) -> Headcounts:
    """Headcounts with these steps more; those that are given are changed."""
    for (what, community, channel, number), step in steps.items():
        its = heads.setdefault((what, community, channel), Headcount())
        for counts, n in zip((its.joined, its.left, its.undated), step, strict=True):
            if n:
                counts[number] += n
                if not counts[number]:
                    del counts[number]
        if not (its.joined or its.left or its.undated):
            del heads[what, community, channel]
    return heads


__all__ = [
    "SEVERAL", "Headcounts", "Stays", "Steps", "added", "change", "count_steps", "keep", "of_what",
    "read",
]  # fmt: skip
