"""Acts, read once: who took part in which community in which quarter, and how.

An act's age is in whole local days before the last day of its quarter, or before today in the
quarter that is not over. What it weighs fades with age, in whole numbers, so that sums are the same
on both databases in whatever order they are made. What somebody did in a quarter is kept until
anything in it changes.
"""

from collections.abc import Collection

from sqlalchemy import Connection

from cophub.pipelines.measures.calendar import Calendar, among, at, earliest
from cophub.warehouse.acts import acts_since
from cophub.warehouse.definitions import (
    ACTIVE_DAYS,
    CONTRIBUTIONS,
    CORE_WEEKS,
    HALF_LIFE_DAYS,
    PERIPHERAL_DAYS,
)
from cophub.warehouse.staging import execute, fill, settle

WEEKS = 8
"""How far back is counted in how many weeks somebody contributed."""

LOOK_BACK = 3
"""Levels rest on the acts of a quarter and of so many before it."""

OUTSIDE, PERIPHERAL, ACTIVE, CORE = range(4)
"""Levels of participation, from the lowest."""

_LONGEST = 93
"""No quarter has so many days."""
_UNIT = 1 << 30

LIVE = ("posted", "answered", "contributed", "organised", "attended")
"""Kinds of acts by which a community is alive; who joins or opens a newsletter is only there."""

_WEEKS = tuple(f"week{week}" for week in range(WEEKS))
COLUMNS = {
    "each_act": (
        "source TEXT, space TEXT, person TEXT, m INTEGER, q INTEGER, kind TEXT, is_reply INTEGER,"
        " weight INTEGER, happened BIGINT, age INTEGER, is_given INTEGER, week INTEGER"
    ),
    "fade": "age INTEGER PRIMARY KEY, factor BIGINT",
    "month_act": (
        "source TEXT, space TEXT, person TEXT, m INTEGER, q INTEGER, is_caller INTEGER,"
        " acts INTEGER, reactions INTEGER, opens INTEGER, clicks INTEGER, threads INTEGER,"
        " replies INTEGER, documents INTEGER, given INTEGER, score BIGINT, age INTEGER,"
        f" given_age INTEGER, live_at BIGINT, {', '.join(f'{week} INTEGER' for week in _WEEKS)}"
    ),
}
"""Of the staged tables: every act of the quarters that are counted, with the week before the look
in which a contribution was made; what is left of an act by its age; and what a person did in a
space and month."""


_COUNTED = (
    "JOIN measure_account pa ON pa.source = {0}.source AND pa.account = {0}.account"
    " AND pa.counts > 0"
)
"""Whose accounts are, of those who count as persons: as `plan` left it."""


def faded(age: int) -> int:
    """What is left of an act after so many days, in parts of a whole number."""
    left: float = 0.5 ** (age / HALF_LIFE_DAYS)
    return round(_UNIT * left)


def within(calendar: Calendar, days: int) -> str:
    """The condition of a row of `measure_took_part` with an act in the last days before today."""
    today = calendar.last_day(calendar.running)
    last = {q: today - calendar.last_day(q) for q in range(len(calendar.quarters))}
    return " OR ".join(f"(q = {q} AND age < {days - gap})" for q, gap in last.items() if gap < days)


def stage_acts(connection: Connection) -> None:
    """Fill the staged tables `each_act`, `fade` and `month_act`; callers are staged."""
    fill(connection, "fade", [{"age": age, "factor": faded(age)} for age in range(_LONGEST)])
    execute(
        connection,
        f"""
        INSERT INTO each_act
        SELECT source, space, person, m, q, kind, is_reply, weight, happened, age, is_given,
               CASE WHEN is_given = 1 AND age < {7 * WEEKS} THEN age / 7 END
        FROM (
          SELECT source, space, person, m, q, kind, is_reply, weight, happened,
                 last_day - (happened + shift) / 86400 AS age,
                 {_where(f"kind IN {CONTRIBUTIONS}")} AS is_given
          FROM (
            SELECT a.source, a.space, a.person, c.m, c.q, a.kind, a.is_reply, a.weight,
                   <seconds>a.at<since 1970> AS happened, c.last_day, c.shift
            FROM ({acts_since(_COUNTED)}) a JOIN calendar c ON {at("a.at", "c")} AND c.acts = 1
            WHERE a.at >= :since
          ) dated
        ) aged
        """,
        since=earliest(connection, "acts"),
    )
    settle(connection, "each_act", "source", "space", "person", "q", "age")
    _stage_months(connection)


def _where(condition: str, value: str = "1", otherwise: str = "0") -> str:
    return f"CASE WHEN {condition} THEN {value} ELSE {otherwise} END"


def _sum(condition: str) -> str:
    return f"sum({_where(condition)})"


_POST = "a.kind IN ('posted', 'answered')"
NO_CALLERS = "NOT EXISTS (SELECT 1 FROM caller x WHERE x.person = a.person)"
"""The condition of an act `a` of somebody who is more than a name in calls."""


def _stage_months(connection: Connection) -> None:
    """A million acts become a few rows for each person: all but days is counted from these."""
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
    settle(connection, "month_act", "source", "space", "person", "m", "q", "is_caller")


def keep_taking_part(connection: Connection, calendar: Calendar, counted: Collection[int]) -> None:
    """Bring `measure_took_part` and `measure_gave` up to date.

    Nobody is core yet in the quarters that are counted.
    """
    if len(counted) == len(calendar.quarters):
        execute(connection, "DELETE FROM measure_took_part")
        execute(connection, "DELETE FROM measure_gave")
    else:
        execute(connection, f"DELETE FROM measure_took_part WHERE q {among(counted)}")
    weeks = " + ".join(f"max(a.{week})" for week in _WEEKS)
    given_age = "min(a.given_age)"
    execute(
        connection,
        f"""
        INSERT INTO measure_took_part (q, community, person, threads, replies, documents, given,
          score, age, given_age, live_at, is_steady, level)
        SELECT a.q, s.community, a.person, sum(a.threads), sum(a.replies), sum(a.documents),
               sum(a.given), sum(a.score), min(a.age), {given_age}, max(a.live_at),
               {_where(f"{weeks} >= {CORE_WEEKS}")},
               CASE WHEN {given_age} < {ACTIVE_DAYS} THEN {ACTIVE}
                    WHEN min(a.age) < {PERIPHERAL_DAYS} THEN {PERIPHERAL} ELSE {OUTSIDE} END
        FROM month_act a
        JOIN scope_space s ON s.source = a.source AND s.space = a.space
        WHERE a.is_caller = 0
        GROUP BY a.q, s.community, a.person
        ORDER BY a.q, s.community, a.person
        """,
    )
    if len(counted) > 1:  # of many quarters, one more or less tells the planner nothing new
        settle(connection, "measure_took_part")
    if calendar.running - 1 in counted:
        _keep_given(connection, calendar.running - 1)


def _keep_given(connection: Connection, q: int) -> None:
    """On which days contributions were made at the end of the last quarter that is over."""
    execute(connection, "DELETE FROM measure_gave")
    execute(
        connection,
        f"""
        INSERT INTO measure_gave (community, person, age)
        SELECT DISTINCT s.community, a.person, a.age
        FROM each_act a
        JOIN scope_space s ON s.source = a.source AND s.space = a.space
        WHERE a.q = {q} AND a.week IS NOT NULL AND {NO_CALLERS}
        """,
    )
    settle(connection, "measure_gave")
