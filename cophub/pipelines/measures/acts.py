"""Acts, read once: who took part in which community in which quarter, and how.

An act's age is in whole days of 24 hours before the figures of its quarter are told (`looked_at` of
the calendar). What it weighs fades with age, in whole numbers, so that sums are the same on both
databases in whatever order they are made.
"""

from sqlalchemy import Connection

from cophub.pipelines.measures.calendar import Calendar, at
from cophub.pipelines.measures.scopes import instant
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

_WEEKS = tuple(f"week{week}" for week in range(WEEKS))
_TALLY = (
    "threads BIGINT, replies BIGINT, documents BIGINT, given BIGINT, score BIGINT, age INTEGER,"
    f" given_age INTEGER, live_at BIGINT, {', '.join(f'{week} INTEGER' for week in _WEEKS)}"
)
COLUMNS = {
    "each_act": (
        "source TEXT, space TEXT, person TEXT, m INTEGER, q INTEGER, kind TEXT, is_reply INTEGER,"
        " weight INTEGER, happened BIGINT, age INTEGER, is_given INTEGER, week INTEGER"
    ),
    "fade": "age INTEGER PRIMARY KEY, factor BIGINT",
    "month_act": (
        "source TEXT, space TEXT, person TEXT, m INTEGER, q INTEGER, is_caller INTEGER,"
        f" acts BIGINT, reactions BIGINT, opens BIGINT, clicks BIGINT, {_TALLY}"
    ),
    "taking_part": (
        f"community TEXT, q INTEGER, person TEXT, {_TALLY}, PRIMARY KEY (community, q, person)"
    ),
    "lately": (
        "community TEXT, person TEXT, age INTEGER, score BIGINT, given INTEGER,"
        " PRIMARY KEY (community, person, age)"
    ),
}
"""Of the staged tables: every act, with the week before the look in which a contribution was made;
what is left of an act by its age; what a person did in a space and
month; the same by community and quarter, without callers; and day by day, for the quarter that is
not over and those it rests on, by age before now."""


def faded(age: int) -> int:
    """What is left of an act after so many days, in parts of a whole number."""
    left: float = 0.5 ** (age / HALF_LIFE_DAYS)
    return round(_UNIT * left)


def stage_acts(connection: Connection) -> None:
    """Fill the staged tables `each_act`, `fade` and `month_act`; callers are staged."""
    fill(connection, "fade", [{"age": age, "factor": faded(age)} for age in range(_OLDEST)])
    # The calendar says as much, but only once an act has been joined to its people.
    earliest = "SELECT min(starts) FROM calendar WHERE acts > 0"
    since = execute(connection, earliest).scalar_one()
    execute(
        connection,
        f"""
        INSERT INTO each_act
        SELECT source, space, person, m, q, kind, is_reply, weight, happened, age, is_given,
               CASE WHEN is_given = 1 AND age < {7 * WEEKS} THEN age / 7 END
        FROM (
          SELECT source, space, person, m, q, kind, is_reply, weight, happened,
                 (looked_at - happened) / 86400 AS age, {_where(f"kind IN {CONTRIBUTIONS}")}
                   AS is_given
          FROM (
            SELECT a.source, a.space, a.person, c.m, c.q, a.kind, a.is_reply, a.weight,
                   <seconds>a.at<since 1970> AS happened, c.looked_at
            FROM act a JOIN calendar c ON {at("a.at", "c")} AND c.acts > 0
            WHERE a.at >= :since
          ) dated
        ) aged
        """,
        since=instant(since),
    )
    settle(connection, "each_act")
    _stage_months(connection)


def _where(condition: str, value: str = "1", otherwise: str = "0") -> str:
    return f"CASE WHEN {condition} THEN {value} ELSE {otherwise} END"


def _sum(condition: str) -> str:
    return f"sum({_where(condition)})"


_POST = "a.kind IN ('posted', 'answered')"
_NO_CALLERS = "NOT EXISTS (SELECT 1 FROM caller x WHERE x.person = a.person)"


def _stage_months(connection: Connection) -> None:
    """A million acts become a few rows for each person: all but `lately` is counted from these."""
    weeks = ", ".join(f"max({_where(f'a.week = {week}')})" for week in range(WEEKS))
    execute(
        connection,
        f"""
        INSERT INTO month_act
        SELECT a.source, a.space, a.person, a.m, a.q, {_where("x.person IS NULL", "0", "1")},
               count(*), {_sum("a.kind = 'reacted'")}, {_sum("a.kind = 'opened'")},
               {_sum("a.kind = 'clicked'")}, {_sum(f"{_POST} AND a.is_reply = 0")},
               {_sum(f"{_POST} AND a.is_reply = 1")}, {_sum("a.kind = 'contributed'")},
               sum(a.is_given), sum(a.weight * f.factor), min(a.age),
               min({_where("a.is_given = 1", "a.age", "NULL")}),
               max({_where(f"a.kind IN {LIVE}", "a.happened", "NULL")}), {weeks}
        FROM each_act a
        JOIN fade f ON f.age = a.age
        LEFT JOIN caller x ON x.person = a.person
        GROUP BY a.source, a.space, a.m, a.q, a.person, x.person
        """,
    )
    settle(connection, "month_act")


def stage_taking_part(connection: Connection, calendar: Calendar) -> None:
    """Fill the staged tables `taking_part` and `lately`."""
    weeks = ", ".join(f"max(a.{week})" for week in _WEEKS)
    execute(
        connection,
        f"""
        INSERT INTO taking_part
        SELECT s.community, a.q, a.person, sum(a.threads), sum(a.replies), sum(a.documents),
               sum(a.given), sum(a.score), min(a.age), min(a.given_age), max(a.live_at), {weeks}
        FROM month_act a
        JOIN scope_space s ON s.source = a.source AND s.space = a.space
        WHERE a.is_caller = 0
        GROUP BY s.community, a.q, a.person
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
          SELECT s.community, a.person, a.weight, a.is_given AS given,
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
