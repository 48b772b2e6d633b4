"""Acts, read once: who took part in which community in which quarter, and how.

An act's age is in whole days of 24 hours before the figures of its quarter are told (`looked_at` of
the calendar). What it weighs fades with age, in whole numbers, so that sums are the same on both
databases in whatever order they are made.
"""

from sqlalchemy import Connection

from cophub.identities.reading.display import tells_who
from cophub.pipelines.measures.calendar import Calendar, at
from cophub.warehouse.definitions import CONTRIBUTIONS, HALF_LIFE_DAYS
from cophub.warehouse.staging import execute, fill, settle

WEEKS = 8
"""How far back is counted in how many weeks somebody contributed."""

LOOK_BACK = 3
"""Levels rest on the acts of a quarter and of so many before it."""

_OLDEST = 93 * (LOOK_BACK + 1)
_UNIT = 1 << 30

LIVE = ("posted", "answered", "contributed", "organised", "attended")
"""Kinds of acts by which a community is alive; who joins or opens a newsletter is only there."""

_WEEK_COLUMNS = ", ".join(f"week{week} INTEGER" for week in range(WEEKS))
COLUMNS = {
    "each_act": (
        "source TEXT, space TEXT, person TEXT, m INTEGER, q INTEGER, kind TEXT, is_reply INTEGER,"
        " weight INTEGER, happened BIGINT, age INTEGER"
    ),
    "fade": "age INTEGER PRIMARY KEY, factor BIGINT",
    "caller": "person TEXT PRIMARY KEY",
    "taking_part": (
        "community TEXT, person TEXT, q INTEGER, threads BIGINT, replies BIGINT, documents BIGINT,"
        " given BIGINT, score BIGINT, age INTEGER, given_age INTEGER, live_at BIGINT,"
        f" {_WEEK_COLUMNS}, PRIMARY KEY (community, person, q)"
    ),
    "lately": (
        "community TEXT, person TEXT, age INTEGER, score BIGINT, given INTEGER,"
        " PRIMARY KEY (community, person, age)"
    ),
}
"""Of the staged tables: every act; what is left of an act by its age; who cannot be told from
others; who took part in which community and quarter; and the same day by day, for the quarter that
is not over and those it rests on, by age before now."""


def faded(age: int) -> int:
    """What is left of an act after so many days, in parts of a whole number."""
    left: float = 0.5 ** (age / HALF_LIFE_DAYS)
    return round(_UNIT * left)


def stage_acts(connection: Connection) -> None:
    """Fill the staged tables `each_act` and `caller`."""
    execute(
        connection,
        f"""
        INSERT INTO each_act
        SELECT source, space, person, m, q, kind, is_reply, weight, happened,
               (looked_at - happened) / 86400
        FROM (
          SELECT a.source, a.space, a.person, c.m, c.q, a.kind, a.is_reply, a.weight,
                 <seconds>a.at<since 1970> AS happened, c.looked_at
          FROM act a JOIN calendar c ON {at("a.at", "c")}
        ) dated
        """,
    )
    settle(connection, "each_act")
    _stage_callers(connection)


def _stage_callers(connection: Connection) -> None:
    """Who only typed a word into a call: `maria` may be anybody, and is another one next time."""
    rows = execute(
        connection,
        """
        SELECT p.id, p.name
        FROM person p
        JOIN (
          SELECT person FROM each_act
          GROUP BY person HAVING min(kind) = 'attended' AND max(kind) = 'attended'
        ) o ON o.person = p.id
        WHERE p.email IS NULL AND p.name IS NOT NULL AND NOT EXISTS (
          SELECT 1 FROM person_account pa
          JOIN membership m ON m.source = pa.source AND m.account = pa.account
          WHERE pa.person = p.id)
        """,
    ).all()
    fill(connection, "caller", [{"person": r.id} for r in rows if not tells_who(r.name, None)])
    settle(connection, "caller")


def _where(condition: str, value: str = "1", otherwise: str = "0") -> str:
    return f"CASE WHEN {condition} THEN {value} ELSE {otherwise} END"


_POST = "a.kind IN ('posted', 'answered')"
_GIVEN = f"a.kind IN {CONTRIBUTIONS}"
_NO_CALLERS = "NOT EXISTS (SELECT 1 FROM caller x WHERE x.person = a.person)"


def stage_taking_part(connection: Connection, calendar: Calendar) -> None:
    """Fill the staged tables `taking_part` and `lately`."""
    factors = [{"age": age, "factor": faded(age)} for age in range(_OLDEST)]
    fill(connection, "fade", factors)
    weeks = ", ".join(
        f"max({_where(f'{_GIVEN} AND a.age BETWEEN {7 * week} AND {7 * week + 6}')})"
        for week in range(WEEKS)
    )
    execute(
        connection,
        f"""
        INSERT INTO taking_part
        SELECT s.community, a.person, a.q,
               sum({_where(f"{_POST} AND a.is_reply = 0")}),
               sum({_where(f"{_POST} AND a.is_reply = 1")}),
               sum({_where("a.kind = 'contributed'")}),
               sum({_where(_GIVEN)}), sum(a.weight * f.factor), min(a.age),
               min({_where(_GIVEN, "a.age", "NULL")}),
               max({_where(f"a.kind IN {LIVE}", "a.happened", "NULL")}), {weeks}
        FROM each_act a
        JOIN fade f ON f.age = a.age
        JOIN scope_space s ON s.source = a.source AND s.space = a.space
        WHERE {_NO_CALLERS}
        GROUP BY s.community, a.person, a.q
        """,
    )
    settle(connection, "taking_part")
    _stage_lately(connection, calendar)


def _stage_lately(connection: Connection, calendar: Calendar) -> None:
    running = len(calendar.quarters) - 1
    execute(
        connection,
        f"""
        INSERT INTO lately
        SELECT a.community, a.person, a.age, sum(a.weight * f.factor), max(a.given)
        FROM (
          SELECT s.community, a.person, a.weight, {_where(_GIVEN)} AS given,
                 (:now - a.happened) / 86400 AS age
          FROM each_act a
          JOIN scope_space s ON s.source = a.source AND s.space = a.space
          WHERE a.q >= :first AND {_NO_CALLERS}
        ) a
        JOIN fade f ON f.age = a.age
        GROUP BY a.community, a.person, a.age
        """,
        now=calendar.looked_at(running),
        first=running - LOOK_BACK,
    )
    settle(connection, "lately")
