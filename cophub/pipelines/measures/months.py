"""Acts and people by community and month, for the charts: the rows of `measure_month`."""

from typing import NamedTuple

from sqlalchemy import Connection

from cophub.pipelines.measures.calendar import Calendar
from cophub.pipelines.measures.tallies import HELD
from cophub.pipelines.measures.tenure import UNDATED_SHARE, Headcount
from cophub.warehouse.staging import execute

_KINDS = {
    "posts": "threads + replies",
    "threads": "threads",
    "replies": "replies",
    "reactions": "reactions",
    "opens": "opens",
    "clicks": "clicks",
    "documents": "documents",
    "active": "given",
    "engaged": "told",
}
"""What is counted of each person in a community and month."""
OF_ACTS = frozenset((*_KINDS, "attendance", "events"))
"""Kinds of rows that rest on the acts and events of their month alone."""
_SUMS = ("threads", "replies", "reactions", "opens", "clicks", "documents", "given")


class Row(NamedTuple):
    """One row of the table `measure_month`, without its version."""

    community: str
    month: str
    kind: str
    acts: int
    people: int


def month_table(
    connection: Connection, calendar: Calendar, members: dict[str, Headcount]
) -> list[Row]:
    """Rows of `measure_month` but for events: only where there is something to tell.

    Of acts, those of the quarters that are counted.
    """
    names = [span.name for span in calendar.months]
    rows: list[Row] = []
    for row in execute(connection, _ACTS):
        community, m, *numbers = tuple(row)
        for kind, acts, people in zip(_KINDS, numbers[::2], numbers[1::2], strict=True):
            if acts:
                rows.append(Row(community, names[m], kind, int(acts), int(people)))
    for community, heads in members.items():
        rows += _of_members(community, heads, names)
    return rows


def event_rows(connection: Connection, calendar: Calendar) -> list[Row]:
    """The same rows of events, in the quarters that are counted."""
    names = [span.name for span in calendar.months]
    return [
        Row(row.community, names[row.m], kind, int(row.acts), int(row.people))
        for kind, sql in _event_queries().items()
        for row in execute(connection, sql)
    ]


_PERSONS = f"""
    SELECT s.community, a.m, a.person,
           sum(CASE WHEN a.is_caller = 0 THEN a.acts ELSE 0 END) AS told,
           {", ".join(f"sum(a.{name}) AS {name}" for name in _SUMS)}
    FROM month_act a JOIN scope_space s ON s.source = a.source AND s.space = a.space
    GROUP BY s.community, a.m, a.person
"""
_COUNTED = ", ".join(
    f"sum({what}), sum(CASE WHEN {what} > 0 THEN 1 ELSE 0 END)" for what in _KINDS.values()
)
_ACTS = f"""
    SELECT community, m, {_COUNTED}
    FROM ({_PERSONS}) persons
    GROUP BY community, m
"""


def _event_queries() -> dict[str, str]:
    """By the start of the event, as in the quarter table, not by the coming of each person."""
    seats = """
        SELECT community, m, sum(n) AS acts, count(*) AS people
        FROM (
          SELECT s.community, t.m, count(*) AS n
          FROM seat t JOIN scope_space s ON s.source = t.source AND s.space = t.space
          GROUP BY s.community, t.m, t.person
        ) persons
        GROUP BY community, m
    """
    events = f"""
        SELECT h.community, h.m, h.acts, coalesce(p.people, 0) AS people
        FROM (
          SELECT s.community, e.m, count(*) AS acts
          FROM quarter_event e JOIN scope_space s ON s.source = e.source AND s.space = e.space
          WHERE {HELD}
          GROUP BY s.community, e.m
        ) h
        LEFT JOIN (
          SELECT community, m, count(*) AS people
          FROM (
            SELECT DISTINCT s.community, t.m, t.person
            FROM seat t
            JOIN quarter_event e ON e.source = t.source AND e.event = t.event AND {HELD}
            JOIN scope_space s ON s.source = t.source AND s.space = t.space
          ) persons
          GROUP BY community, m
        ) p ON p.community = h.community AND p.m = h.m
    """
    return {"attendance": seats, "events": events}


def _of_members(community: str, heads: Headcount, names: list[str]) -> list[Row]:
    """Members at each month's end, and who came and went since the end of the month before.

    Who was there when the hub first looked, on nobody knows which day, joined in no month; months
    in which many of them may be missing have no number of members.
    """
    rows: list[Row] = []
    for m, people in enumerate(heads.series(len(names))):
        undated = heads.not_yet_dated(m)
        joined = heads.joined.get(m, 0) - heads.undated.get(m, 0)
        counts = {"joins": joined, "left": heads.left.get(m, 0)}
        if undated <= UNDATED_SHARE * (people + undated):
            counts["members"] = people
        rows += [Row(community, names[m], kind, n, n) for kind, n in counts.items() if n]
    return rows
