"""What a community's spaces hold that readers may see: the spaces, public threads, newsletters."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, Text, bindparam, text

from cophub.pipelines.site.formats import FEW, Cell, cell, link, plain, withhold_one_more
from cophub.pipelines.site.model import Newsletter, SpaceLink, Thread
from cophub.warehouse.columns import Instant

NEWEST_THREADS, NEWEST_NEWSLETTERS = 10, 8

_NOW = bindparam("now", type_=Instant)

_SPACES = text("""
SELECT c.community, c.source, c.space, c.set_by, s.title, s.kind, s.url, s.visibility
FROM community_space c
LEFT JOIN space s ON s.source = c.source AND s.key = c.space
WHERE s.gone_at IS NULL
  AND NOT EXISTS (SELECT 1 FROM event_place e WHERE e.source = c.source AND e.place = c.space)
UNION
SELECT c.community, c.source, '', c.set_by, 'Meetings', 'meetings by rule', NULL, NULL
FROM community_space c
JOIN event_place e ON e.source = c.source AND e.place = c.space
ORDER BY 1, 2, 5, 3
""")

# Only what a space says of itself makes it public: one whose visibility is not known stays closed.
_THREADS = (
    text("""
SELECT community, title, posted_at, url
FROM (
  SELECT c.community, p.title, p.posted_at, p.url, p.key,
         row_number() OVER (PARTITION BY c.community ORDER BY p.posted_at DESC, p.key) AS place
  FROM post p
  JOIN space s ON s.source = p.source AND s.key = p.space
  JOIN community_space c ON c.source = p.source AND c.space = p.space
  WHERE s.visibility = 'public' AND s.gone_at IS NULL
    AND p.gone_at IS NULL AND p.deleted_at IS NULL AND p.posted_at <= :now
    AND coalesce(p.thread, p.key) = p.key AND coalesce(p.kind, 'message') <> 'system'
    AND trim(coalesce(p.title, '')) <> ''
) newest
WHERE place <= :newest
ORDER BY community, place
""")
    .bindparams(_NOW)
    .columns(community=Text, title=Text, posted_at=Instant, url=Text)
)

_NEWSLETTERS = (
    text("""
SELECT community, coalesce(subject, title) AS title, sent_at, url, delivered, opened,
       opened_no_proxy, clicked
FROM (
  SELECT c.community, g.subject, g.title, g.sent_at, g.url,
         coalesce(g.delivered_count, g.sent_count - g.bounce_count) AS delivered,
         g.unique_open_count AS opened, g.unique_open_count_no_proxy AS opened_no_proxy,
         g.unique_click_count AS clicked,
         row_number() OVER (PARTITION BY c.community ORDER BY g.sent_at DESC, g.key) AS place
  FROM campaign g
  JOIN community_space c ON c.source = g.source AND c.space = g.space
  JOIN space s ON s.source = g.source AND s.key = g.space
  WHERE coalesce(s.visibility, '') <> 'secret' AND s.gone_at IS NULL
    AND g.gone_at IS NULL AND g.sent_at IS NOT NULL AND g.sent_at <= :now
) newest
WHERE place <= :newest
ORDER BY community, place
""")
    .bindparams(_NOW)
    .columns(community=Text, title=Text, sent_at=Instant, url=Text)
)


@dataclass(frozen=True)
class Spaces:
    """A community's spaces: those that may be named, and how many may not."""

    named: tuple[SpaceLink, ...] = ()
    secret: int = 0


def read_spaces(connection: Connection) -> dict[str, Spaces]:
    named: dict[str, list[SpaceLink]] = defaultdict(list)
    secret: dict[str, int] = defaultdict(int)
    for row in connection.execute(_SPACES).mappings():
        if row["visibility"] == "secret":
            secret[row["community"]] += 1
            continue
        title = plain(row["title"]) or plain(row["space"])
        named[row["community"]].append(
            SpaceLink(
                row["source"],
                title,
                row["kind"] or "space",
                link(row["url"]),
                proposed=row["set_by"] == "proposed",
            )
        )
    return {key: Spaces(tuple(named[key]), secret[key]) for key in named.keys() | secret.keys()}


def read_threads(connection: Connection, now: datetime) -> dict[str, tuple[Thread, ...]]:
    """The newest threads of public spaces, by community."""
    found: dict[str, list[Thread]] = defaultdict(list)
    for row in connection.execute(_THREADS, {"newest": NEWEST_THREADS, "now": now}).mappings():
        thread = Thread(plain(row["title"]), row["posted_at"], link(row["url"]))
        found[row["community"]].append(thread)
    return {community: tuple(threads) for community, threads in found.items()}


def read_newsletters(
    connection: Connection, now: datetime, zone: ZoneInfo
) -> dict[str, tuple[Newsletter, ...]]:
    """The newest campaigns of spaces that are not secret, by community."""
    found: dict[str, list[Mapping[str, Any]]] = defaultdict(list)
    values = {"newest": NEWEST_NEWSLETTERS, "now": now}
    for row in connection.execute(_NEWSLETTERS, values).mappings():
        found[row["community"]].append(dict(row))
    return {community: newsletters(rows, zone) for community, rows in found.items()}


def newsletters(rows: Sequence[Mapping[str, Any]], zone: ZoneInfo) -> tuple[Newsletter, ...]:
    """Campaigns that stand in one table: opens without mail proxies in all of them, or in none.

    Where one of a quarter is hidden, so is another: the quarter table tells their sum.
    """
    opens = "opened_no_proxy" if all(r["opened_no_proxy"] is not None for r in rows) else "opened"
    by_quarter = [
        [*group] for _, group in groupby(rows, lambda row: _quarter(row["sent_at"], zone))
    ]
    return tuple(
        Newsletter(
            plain(row["title"]) or "Without a subject", row["sent_at"], link(row["url"]), *figures
        )
        for group in by_quarter
        for row, *figures in zip(
            group,
            withhold_one_more([cell(row["delivered"], row["delivered"]) for row in group]),
            withhold_one_more([rate(row[opens], row["delivered"]) for row in group]),
            withhold_one_more([rate(row["clicked"], row["delivered"]) for row in group]),
            strict=True,
        )
    )


def _quarter(at: datetime, zone: ZoneInfo) -> tuple[int, int]:
    local = at.astimezone(zone)
    return local.year, (local.month - 1) // 3


def rate(part: int | None, whole: int | None) -> Cell:
    """`part` in per cent of `whole`; hidden where either is about few people."""
    if part is None or not whole:
        return cell(None, None, reason="The vendor does not say.")
    if cell(whole, whole).state == "few":
        return FEW
    return cell(100 * part / whole, part, "%")
