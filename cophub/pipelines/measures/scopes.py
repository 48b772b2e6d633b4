"""What the measures are told for: each community, and all of them together under the key ''.

Spaces that serve no community are counted nowhere: a total is the total of what stands above it.
"""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Connection

from cophub.warehouse.staging import execute, settle

COLUMNS = "community TEXT, source TEXT, space TEXT, PRIMARY KEY (source, space, community)"
"""Of the staged table `scope_space`."""

LISTS = "('list', 'audience')"
"""Kinds of spaces that are a mailing list."""

PLACED_EVENTS = """(
  SELECT e.source, e.key, coalesce(ep.place, e.space) AS space, e.starts_at, e.attendee_count,
         e.cancelled, e.gone_at
  FROM event e LEFT JOIN event_place ep ON ep.source = e.source AND ep.event = e.key
)"""
"""Events by where they count: a rule of plugins.toml may have given one another place."""

NATIVE_JOINED = (
    "CASE WHEN coalesce(m.joined_at_basis, 'native') <> 'first_seen' THEN m.joined_at END"
)
"""The day of joining where a vendor gives it: what we only saw is no date."""

POSTED_IN = """place (source, space) AS (
  SELECT s.source, (SELECT min(p.space) FROM post p WHERE p.source = s.source)
  FROM (SELECT DISTINCT source FROM scope_space) s
  UNION ALL
  SELECT l.source,
         (SELECT min(p.space) FROM post p WHERE p.source = l.source AND p.space > l.space)
  FROM place l WHERE l.space IS NOT NULL
)"""
"""To come after WITH RECURSIVE: where sources of any community have posts, from one space to the
next by the index, as posts are many. What follows the last space of a source is NULL."""


@dataclass(frozen=True)
class Scope:
    """A community, or all of them ('')."""

    community: str
    first_at: datetime
    """Its first fact of any kind."""

    @property
    def words(self) -> str:
        """How a reason speaks of it."""
        return "this community" if self.community else "any community"


# One look into the index for each space: posts are many.
_FIRST_POSTS = """
    SELECT s.source, s.space, (
      SELECT min(p.posted_at) FROM post p
      WHERE p.source = s.source AND p.space = s.space AND p.posted_at <= :now
    ) AS first_at
    FROM (SELECT DISTINCT source, space FROM scope_space) s
"""


def find_scopes(connection: Connection, now: datetime) -> list[Scope]:
    """Fill the staged table `scope_space`; every scope that has any fact by now."""
    stage_scopes(connection)
    return read_scopes(connection, now)


def stage_scopes(connection: Connection) -> None:
    """Fill the staged table `scope_space`."""
    execute(
        connection,
        """
        INSERT INTO scope_space
        SELECT community, source, space FROM community_space
        UNION
        SELECT '', source, space FROM community_space
        """,
    )
    settle(connection, "scope_space")


def read_scopes(connection: Connection, now: datetime) -> list[Scope]:
    """Every community that has any fact, and all of them together."""
    facts = "\nUNION ALL ".join(
        f"SELECT source, space, min({at}) AS first_at FROM {table} m"
        f" WHERE {at} <= :now GROUP BY source, space"
        for table, at in (
            (PLACED_EVENTS, "starts_at"),
            ("campaign", "sent_at"),
            ("document", "created_at"),
            ("membership", f"coalesce({NATIVE_JOINED}, first_seen_at)"),
        )
    )
    rows = execute(
        connection,
        f"""
        SELECT s.community, min(f.first_at) AS first_at
        FROM scope_space s
        JOIN ({_FIRST_POSTS}
        UNION ALL {facts}) f ON f.source = s.source AND f.space = s.space
        WHERE f.first_at IS NOT NULL
        GROUP BY s.community
        ORDER BY s.community <bytewise>
        """,
        now=now,
    )
    return [Scope(row.community, instant(row.first_at)) for row in rows]


def instant(value: Any) -> datetime:
    """An instant as a textual query gives it: text on SQLite, a datetime on PostgreSQL."""
    if isinstance(value, str):
        return datetime.fromisoformat(value).replace(tzinfo=UTC)
    moment: datetime = value
    return moment.astimezone(UTC)
