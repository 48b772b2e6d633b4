"""Events and campaigns, counted: whole numbers by community and quarter, which SQL can add up."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Connection

from cophub.pipelines.measures.calendar import Calendar, at, earliest
from cophub.pipelines.measures.scopes import PLACED_EVENTS, POSTED_IN, instant
from cophub.warehouse.staging import execute, settle

COLUMNS = {
    "quarter_event": (
        "source TEXT, event TEXT, space TEXT, q INTEGER, m INTEGER, own_count BIGINT,"
        " is_listed INTEGER, attended BIGINT"
    ),
    "seat": "source TEXT, event TEXT, space TEXT, q INTEGER, m INTEGER, person TEXT",
}
"""Of the staged tables: the events that were not cancelled, and who was there."""

HELD = "(e.attended >= 2 OR (e.is_listed = 0 AND e.own_count >= 2))"
"""The condition for an event that counts as one."""

ATTENDED = """(
  SELECT * FROM event WHERE source IN (
    SELECT source FROM attendance
    UNION SELECT source FROM event WHERE attendee_count IS NOT NULL)
) attended"""
"""The events of sources that tell who came, or how many: of a mere calendar nobody knows."""

FIRST_POSTS = f"""(
  WITH RECURSIVE {POSTED_IN}
  SELECT l.source, CAST(NULL AS <instant>) AS gone_at, (
    SELECT min(p.posted_at) FROM post p
    WHERE p.source = l.source AND p.space = l.space
      AND p.gone_at IS NULL AND p.posted_at <= :now
  ) AS posted_at
  FROM place l WHERE l.space IS NOT NULL
  UNION ALL
  SELECT l.source, NULL, (
    SELECT min(p.posted_at) FROM post p
    WHERE p.source = l.source AND p.space IS NULL
      AND p.gone_at IS NULL AND p.posted_at <= :now
  )
  FROM place l WHERE l.space IS NULL
) first_posts"""
"""The first post that is there of each space, and of none."""

Cell = tuple[str, int]
"""Community and quarter."""


@dataclass(frozen=True)
class Events:
    """The events of one community and quarter."""

    held: int = 0
    unlisted: int = 0
    """Of those held: how many give no list of attendees."""
    seats: int = 0
    attendees: int = 0


@dataclass(frozen=True)
class Campaigns:
    """The campaigns of one community and quarter.

    `sent` have e-mails delivered; `plain`, `proxy_free` and `clicked` are the openers and clickers
    of those that tell, each with how many tell and how many e-mails they delivered.
    """

    campaigns: int = 0
    counted: int = 0
    """How many tell what they delivered."""
    delivered: int = 0
    sent: int = 0
    plain: int = 0
    plain_told: int = 0
    plain_delivered: int = 0
    proxy_free: int = 0
    proxy_free_told: int = 0
    proxy_free_delivered: int = 0
    clicked: int = 0
    clicked_told: int = 0
    clicked_delivered: int = 0


@dataclass
class Coverage:
    """The sources that tell about a thing, by community, and since which quarter each does."""

    since: dict[str, dict[str, int]] = field(default_factory=dict)

    def sources(self, community: str) -> list[str]:
        return sorted(self.since.get(community, {}))

    def first(self, community: str) -> int | None:
        """The first quarter that any source tells about; None: none ever does."""
        return min(self.since.get(community, {}).values(), default=None)


def stage_events(connection: Connection) -> None:
    """Fill the staged tables `seat` and `quarter_event`, of the quarters that are counted."""
    since = earliest(connection, "acts")
    execute(
        connection,
        f"""
        INSERT INTO seat
        SELECT p.source, p.event, p.space, c.q, c.m, p.person
        FROM event_person p JOIN calendar c ON {at("p.starts_at", "c")} AND c.acts = 1
        WHERE p.starts_at >= :since
        """,
        since=since,
    )
    settle(connection, "seat")
    execute(
        connection,
        f"""
        INSERT INTO quarter_event
        SELECT e.source, e.key, e.space, c.q, c.m, e.attendee_count,
               CASE WHEN listed.event IS NULL THEN 0 ELSE 1 END, coalesce(there.n, 0)
        FROM {PLACED_EVENTS} e
        JOIN calendar c ON {at("e.starts_at", "c")} AND c.acts = 1
        LEFT JOIN (
          SELECT DISTINCT source, event FROM attendance WHERE gone_at IS NULL
        ) listed ON listed.source = e.source AND listed.event = e.key
        LEFT JOIN (
          SELECT source, event, count(*) AS n FROM seat GROUP BY source, event
        ) there ON there.source = e.source AND there.event = e.key
        WHERE e.gone_at IS NULL AND e.cancelled IS NOT TRUE AND e.starts_at >= :since
        """,
        since=since,
    )
    settle(connection, "quarter_event")


def count_events(connection: Connection) -> dict[Cell, Events]:
    """The events of each community and quarter that has any and is counted."""
    held = execute(
        connection,
        f"""
        SELECT s.community, e.q, sum(CASE WHEN {HELD} THEN 1 ELSE 0 END) AS held,
               sum(CASE WHEN e.is_listed = 0 AND {HELD} THEN 1 ELSE 0 END) AS unlisted,
               sum(e.attended) AS seats
        FROM quarter_event e
        JOIN scope_space s ON s.source = e.source AND s.space = e.space
        GROUP BY s.community, e.q
        """,
    ).all()
    people = execute(
        connection,
        """
        SELECT community, q, count(*) AS attendees
        FROM (
          SELECT DISTINCT s.community, t.q, t.person
          FROM seat t
          JOIN scope_space s ON s.source = t.source AND s.space = t.space
        ) people
        GROUP BY community, q
        """,
    )
    attendees = {(row.community, row.q): row.attendees for row in people}
    return {
        (row.community, row.q): Events(
            int(row.held),
            int(row.unlisted),
            int(row.seats),
            attendees.get((row.community, row.q), 0),
        )
        for row in held
    }


_DELIVERED = "coalesce(m.delivered_count, m.sent_count - coalesce(m.bounce_count, 0))"


def count_campaigns(connection: Connection) -> dict[Cell, Campaigns]:
    """The campaigns of each community and quarter that has any."""
    told = ", ".join(
        f"sum(CASE WHEN x.delivered > 0 THEN x.{count} END) AS {name},"
        f" count(CASE WHEN x.delivered > 0 THEN x.{count} END) AS {name}_told,"
        f" sum(CASE WHEN x.{count} IS NOT NULL THEN x.delivered END) AS {name}_delivered"
        for name, count in (
            ("plain", "unique_open_count"),
            ("proxy_free", "unique_open_count_no_proxy"),
            ("clicked", "unique_click_count"),
        )
    )
    rows: Sequence[Any] = execute(  # a column for each field of Campaigns, in their order
        connection,
        f"""
        SELECT s.community, x.q, count(*) AS campaigns, count(x.delivered) AS counted,
               sum(x.delivered) AS delivered,
               sum(CASE WHEN x.delivered > 0 THEN 1 ELSE 0 END) AS sent, {told}
        FROM (
          SELECT m.source, m.space, c.q, {_DELIVERED} AS delivered, m.unique_open_count,
                 m.unique_open_count_no_proxy, m.unique_click_count
          FROM campaign m JOIN calendar c ON {at("m.sent_at", "c")}
          WHERE m.gone_at IS NULL
        ) x
        JOIN scope_space s ON s.source = x.source AND s.space = x.space
        GROUP BY s.community, x.q
        """,
    ).fetchall()
    return {(row[0], row[1]): Campaigns(*(int(n or 0) for n in row[2:])) for row in rows}


def coverage(
    connection: Connection, calendar: Calendar, table: str, happened_at: str, empty_kind: str
) -> Coverage:
    """Which sources tell about events (or campaigns), for each community.

    A source that has any tells about all its spaces: none in a quarter means 0 from its first one
    on. A space of `empty_kind` that has none yet tells so since it was first seen.
    """
    rows = execute(
        connection,
        f"""
        SELECT s.community, f.source, min(f.since) AS since
        FROM (
          SELECT source, min({happened_at}) AS since FROM {table}
          WHERE {happened_at} <= :now AND gone_at IS NULL GROUP BY source
          UNION ALL
          SELECT source, min(first_seen_at) FROM space WHERE kind = :kind GROUP BY source
        ) f
        JOIN (SELECT DISTINCT community, source FROM scope_space) s ON s.source = f.source
        GROUP BY s.community, f.source
        """,
        now=calendar.now,
        kind=empty_kind,
    )
    found = Coverage()
    for row in rows:
        first = calendar.quarter_of(instant(row.since))
        found.since.setdefault(row.community, {})[row.source] = first
    return found
