"""What a community's spaces hold that readers may see: the spaces, threads, newsletters."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import groupby
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import BindParameter, Connection, Text, bindparam, text

from cophub.identities.privacy import mask_text
from cophub.pipelines.site.audiences import ONE, Audience
from cophub.pipelines.site.coverage import withhold_line
from cophub.pipelines.site.formats import (
    ABSENT,
    WITHHELD,
    Cell,
    cell,
    few,
    link,
    plain,
)
from cophub.pipelines.site.model import Newsletter, SpaceLink, Thread
from cophub.pipelines.site.withholding import Cells
from cophub.warehouse.columns import Instant
from cophub.warehouse.telling import about

NEWEST_THREADS, NEWEST_NEWSLETTERS = 10, 8
BY_RULE = "meetings by rule"
"""The kind of the one entry that stands for all meetings that rules choose; it bears no title."""

_NOW = bindparam("now", type_=Instant)
_SEEN: BindParameter[Any] = bindparam("seen", expanding=True)

# A community that cophub proposed bears the title of a space: of one that readers may not know.
_UNNAMED = text("""
SELECT c.community
FROM community_space c
LEFT JOIN space s ON s.source = c.source AND s.key = c.space
GROUP BY c.community
HAVING max(CASE WHEN c.set_by <> 'proposed' THEN 1 ELSE 0 END) = 0
   AND max(CASE WHEN coalesce(s.visibility, '') IN :seen THEN 1 ELSE 0 END) = 0
""").bindparams(_SEEN)

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
  WHERE coalesce(s.visibility, '') IN :seen AND s.gone_at IS NULL
    AND p.gone_at IS NULL AND p.deleted_at IS NULL AND p.posted_at <= :now
    AND coalesce(p.thread, p.key) = p.key AND coalesce(p.kind, 'message') <> 'system'
    AND trim(coalesce(p.title, '')) <> ''
) newest
WHERE place <= :newest
ORDER BY community, place
""")
    .bindparams(_NOW, _SEEN)
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
  WHERE coalesce(s.visibility, '') IN :seen AND s.gone_at IS NULL
    AND g.gone_at IS NULL AND g.sent_at IS NOT NULL AND g.sent_at <= :now
) newest
WHERE place <= :newest
ORDER BY community, place
""")
    .bindparams(_NOW, _SEEN)
    .columns(community=Text, title=Text, sent_at=Instant, url=Text)
)


@dataclass(frozen=True)
class Spaces:
    """A community's spaces: those that may be named, and how many may not."""

    named: tuple[SpaceLink, ...] = ()
    closed: int = 0
    secret: int = 0


def read_unnamed(connection: Connection, audience: Audience = ONE) -> frozenset[str]:
    """Communities whose very title readers may not know."""
    return frozenset(connection.execute(_UNNAMED, {"seen": audience.spaces}).scalars())


def read_spaces(connection: Connection, audience: Audience = ONE) -> dict[str, Spaces]:
    """The spaces of each community that has any."""
    found: dict[str, list[Mapping[str, Any]]] = defaultdict(list)
    for row in connection.execute(_SPACES).mappings():
        found[row["community"]].append(dict(row))
    return {community: _spaces(rows, audience) for community, rows in found.items()}


def _spaces(rows: Sequence[Mapping[str, Any]], audience: Audience) -> Spaces:
    named = [
        row for row in rows
        if (row["visibility"] or "") in audience.spaces or row["kind"] == BY_RULE
    ]  # fmt: skip
    secret = sum(1 for row in rows if row["visibility"] == "secret")
    return Spaces(
        tuple(
            SpaceLink(
                row["source"],
                plain(row["title"]) or plain(row["space"]),
                (row["kind"] or "space").replace("_", " "),
                link(row["url"]),
                proposed=row["set_by"] == "proposed",
            )
            for row in named
        ),
        closed=len(rows) - len(named) - secret,
        secret=secret,
    )


def read_threads(
    connection: Connection, now: datetime, audience: Audience = ONE
) -> dict[str, tuple[Thread, ...]]:
    """The newest threads of spaces that these readers may look into, by community."""
    found: dict[str, list[Thread]] = defaultdict(list)
    values = {"newest": NEWEST_THREADS, "now": now, "seen": audience.threads}
    for row in connection.execute(_THREADS, values).mappings():
        thread = Thread(mask_text(plain(row["title"])), row["posted_at"], link(row["url"]))
        found[row["community"]].append(thread)
    return {community: tuple(threads) for community, threads in found.items()}


def read_newsletters(
    connection: Connection,
    now: datetime,
    zone: ZoneInfo,
    quarters: Mapping[str, Mapping[str, Cells]],
    audience: Audience = ONE,
) -> dict[str, tuple[Newsletter, ...]]:
    """The newest campaigns of spaces that may be named, by community.

    `quarters` are the cells of the quarter tables, by community, quarter and measure.
    """
    found: dict[str, list[Mapping[str, Any]]] = defaultdict(list)
    values = {"newest": NEWEST_NEWSLETTERS, "now": now, "seen": audience.newsletters}
    for row in connection.execute(_NEWSLETTERS, values).mappings():
        found[row["community"]].append(dict(row))
    return {
        community: newsletters(rows, zone, quarters.get(community, {}), audience)
        for community, rows in found.items()
    }


def newsletters(
    rows: Sequence[Mapping[str, Any]],
    zone: ZoneInfo,
    quarters: Mapping[str, Cells],
    audience: Audience = ONE,
) -> tuple[Newsletter, ...]:
    """Campaigns that stand in one table: opens without mail proxies in all of them, or in none.

    Where one of a quarter is hidden, so is another: the quarter table tells their sum. And where
    the quarter table hides that, its campaigns do not tell it.
    """
    opens = "opened_no_proxy" if all(r["opened_no_proxy"] is not None for r in rows) else "opened"
    by_quarter = [
        (key, [*group]) for key, group in groupby(rows, lambda row: _quarter(row["sent_at"], zone))
    ]
    return tuple(
        Newsletter(
            mask_text(plain(row["title"])), row["sent_at"], link(row["url"]), *figures
        )
        for key, group in by_quarter
        for row, *figures in zip(
            group,
            *_figures(group, opens, quarters.get(key, {}), audience),
            strict=True,
        )
    )  # fmt: skip


def _figures(
    group: Sequence[Mapping[str, Any]], opens: str, quarter: Cells, audience: Audience
) -> Iterator[list[Cell]]:
    """Delivered, opened and clicked of the campaigns of one quarter.

    Of which number 33.3 % are whole people tells that number: a share goes with what it is of.
    """
    delivered = [row["delivered"] for row in group]
    sent = [audience.cell(each, each) for each in delivered]
    sent = _withheld(sent, delivered, quarter.get("emails_sent", ABSENT), audience)
    yield sent
    for measure, column in (("opened_percent", opens), ("clicked_percent", "clicked")):
        counts = [row[column] for row in group]
        cells = [rate(*each, audience) for each in zip(counts, delivered, strict=True)]
        if not audience.trusted:
            by_proxy = measure == "opened_percent" and opens == "opened"
            cells = [
                WITHHELD if each.value and (whole.hidden or (by_proxy and _few_by_proxy(row)))
                else each
                for row, each, whole in zip(group, cells, sent, strict=True)
            ]  # fmt: skip
        yield _withheld(cells, counts, quarter.get(measure, ABSENT), audience)


def _withheld(
    cells: Sequence[Cell], counts: Sequence[int | None], quarter: Cell, audience: Audience
) -> list[Cell]:
    """Cells without those that the others tell beside the figure of their quarter."""
    if quarter.hidden:
        return [WITHHELD if each.value else each for each in cells]
    total = sum(each or 0 for each in counts)
    if audience.trusted or few(total) or not any(each.hidden for each in cells):
        return list(cells)
    counted = [
        replace(each, value=count) if each.shown else each
        for each, count in zip(cells, counts, strict=True)
    ]
    told = withhold_line(counted, total)
    if sum(each.hidden for each in told) == 1:
        # All others are zeros, and the quarter tells what they are together.
        told[next((n for n, each in enumerate(told) if each.shown), 0)] = WITHHELD
    return [new if new.hidden else old for old, new in zip(cells, told, strict=True)]


def _few_by_proxy(row: Mapping[str, Any]) -> bool:
    """Whether opens with and without those by mail proxies tell how few the latter are."""
    plain, free = row["opened"], row["opened_no_proxy"]
    return plain is not None and free is not None and few(plain - free)


def _quarter(at: datetime, zone: ZoneInfo) -> str:
    local = at.astimezone(zone)
    return f"{local.year}Q{(local.month + 2) // 3}"


def rate(part: int | None, whole: int | None, audience: Audience = ONE) -> Cell:
    """`part` in per cent of `whole`; hidden where either is about few people, or their rest is.

    Of which of these it is nothing is said: `<5` would be a bound for who adds up.
    """
    if part is None or not whole:
        return cell(None, None, reason="The vendor does not say.")
    if few(about(part, whole)) and not audience.trusted:
        return WITHHELD
    return cell(100 * part / whole, None, "%")
