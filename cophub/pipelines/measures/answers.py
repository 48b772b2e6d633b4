"""How soon threads are answered by somebody else, by community and quarter."""

from dataclasses import dataclass

from sqlalchemy import Connection

from cophub.pipelines.measures.calendar import Calendar, at, earliest
from cophub.pipelines.measures.tallies import Cell
from cophub.warehouse.staging import execute, settle

IN_TIME = 7 * 86_400
"""Seconds within which an answer counts as given in time."""

COLUMNS = {
    "asked": (
        "source TEXT, thread TEXT, space TEXT, person TEXT, q INTEGER, asked_at <instant>,"
        " happened BIGINT, PRIMARY KEY (source, thread)"
    ),
    "asked_answered": "source TEXT, space TEXT, person TEXT, q INTEGER, happened BIGINT,"
    " waited BIGINT",
}
"""Of the staged tables: threads that a person began, and the same with the seconds until the first
answer; NULL: there is none yet."""


@dataclass(frozen=True)
class Answers:
    """The threads of one community and quarter."""

    ripe: int = 0
    """How many began at least 7 days ago."""
    in_time: int = 0
    """Of those: how many were answered within 7 days."""
    askers: int = 0
    ripe_askers: int = 0
    """How many persons began threads that were answered, and those that are ripe."""
    answered: int = 0
    median_seconds: float | None = None


def stage_answers(connection: Connection, calendar: Calendar) -> None:
    """Fill the staged tables `asked` and `asked_answered`."""
    # That a post begins its thread is written so that PostgreSQL guesses a third of them do; of two
    # columns that are equal it would expect hardly any, and look up the people of each one. What
    # it knows of kinds it would not use if a function took them.
    execute(
        connection,
        f"""
        INSERT INTO asked
        WITH begun AS <whole> (
        SELECT t.source, t.key, t.space, pa.person, t.posted_at
        FROM post t
        JOIN person_account pa ON pa.source = t.source AND pa.account = t.account
        JOIN person h ON h.id = pa.person AND h.kind = 'person'
        WHERE CASE WHEN t.thread <> t.key THEN 0 ELSE 1 END > 0 AND t.deleted_at IS NULL
          AND t.gone_at IS NULL AND (t.kind IS NULL OR t.kind IN ('message', 'question'))
          AND t.posted_at >= :since
        )
        SELECT b.source, b.key, b.space, b.person, c.q, b.posted_at,
               <seconds>b.posted_at<since 1970>
        FROM begun b JOIN calendar c ON {at("b.posted_at", "c")} AND c.asks = 1
        """,
        since=earliest(connection, "asks"),
    )
    settle(connection, "asked")
    execute(
        connection,
        """
        INSERT INTO asked_answered
        SELECT a.source, a.space, a.person, a.q, a.happened,
               <seconds>f.first_at<since 1970> - a.happened
        FROM asked a
        LEFT JOIN (
          SELECT a.source, a.thread, min(p.posted_at) AS first_at
          FROM asked a
          <then> JOIN post p ON p.source = a.source AND p.thread = a.thread
          JOIN person_account pa ON pa.source = p.source AND pa.account = p.account
          JOIN person h ON h.id = pa.person AND h.kind = 'person'
          WHERE p.thread <> p.key AND pa.person <> a.person AND p.posted_at >= a.asked_at
            AND p.deleted_at IS NULL AND p.gone_at IS NULL
            AND coalesce(p.kind, 'message') <> 'system' AND p.posted_at <= :now
          GROUP BY a.source, a.thread
        ) f ON f.source = a.source AND f.thread = a.thread
        """,
        now=calendar.now,
    )
    settle(connection, "asked_answered")


def count_answers(connection: Connection, calendar: Calendar) -> dict[Cell, Answers]:
    """The answers of each community and quarter in which a thread began."""
    now = int(calendar.now.timestamp())
    medians = {
        (row.community, row.q): (row.n, float(row.least + row.most) / 2)
        for row in execute(connection, _MEDIANS)
    }
    return {
        (row.community, row.q): Answers(
            int(row.ripe),
            int(row.in_time),
            row.askers,
            row.ripe_askers,
            *medians.get((row.community, row.q), (0, None)),
        )
        for row in execute(connection, _COUNTS, ripe=now - IN_TIME, in_time=IN_TIME)
    }


_RIPE = "t.happened <= :ripe"
_COUNTS = f"""
    SELECT s.community, t.q, sum(CASE WHEN {_RIPE} THEN 1 ELSE 0 END) AS ripe,
           sum(CASE WHEN {_RIPE} AND t.waited <= :in_time THEN 1 ELSE 0 END) AS in_time,
           count(DISTINCT CASE WHEN t.waited IS NOT NULL THEN t.person END) AS askers,
           count(DISTINCT CASE WHEN {_RIPE} THEN t.person END) AS ripe_askers
    FROM asked_answered t
    JOIN scope_space s ON s.source = t.source AND s.space = t.space
    GROUP BY s.community, t.q
"""
# The one in the middle, or the two of an even number, which are averaged where this is read.
_MEDIANS = """
    SELECT community, q, max(n) AS n, min(waited) AS least, max(waited) AS most
    FROM (
      SELECT s.community, t.q, t.waited,
             row_number() OVER (PARTITION BY s.community, t.q ORDER BY t.waited) AS place,
             count(*) OVER (PARTITION BY s.community, t.q) AS n
      FROM asked_answered t
      JOIN scope_space s ON s.source = t.source AND s.space = t.space
      WHERE t.waited IS NOT NULL
    ) ranked
    WHERE place IN ((n + 1) / 2, (n + 2) / 2)
    GROUP BY community, q
"""
