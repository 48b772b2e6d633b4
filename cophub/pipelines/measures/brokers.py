"""Who stands between communities, for their facilitators: the rows of `broker`.

Two people are linked when one answered or marked the other's post within the last 180 days, in a
space that serves a community. Their communities are those they are members of, and those in whose
spaces they did anything meanwhile.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any

from sqlalchemy import Connection

from cophub.identities.store.rows import Row, all_rows
from cophub.pipelines.measures.acts import within
from cophub.pipelines.measures.calendar import Calendar
from cophub.warehouse.definitions import BROKER_DAYS
from cophub.warehouse.staging import execute

MOST = 1_500
"""Of so many people all paths are looked at; of more, those between `SAMPLE` of them."""
SAMPLE = 400
KEPT = 500
"""So many rows are kept, and everybody without whom two communities fall apart."""


Link = tuple[str, str]
"""Two persons."""


@dataclass(frozen=True)
class Broker:
    """One row of the table `broker`, without its version and when it was found."""

    person: str
    communities: list[str]
    bridging: float
    sampled: bool
    liaison: int
    gatekeeper: int
    representative: int
    parted: list[list[str]]


def rank(
    links: list[Link],
    places: list[Row],
    now: datetime,
    most: int = MOST,
    sample: int = SAMPLE,
) -> list[tuple[Any, ...]]:
    """The rows of who links people of different communities, without their version.

    Those on most paths come first. Asks the warehouse for nothing.
    """
    linked = {person for link in links for person in link}
    communities: dict[str, list[str]] = {}
    for person, community in places:
        if person in linked:
            communities.setdefault(person, []).append(community)
    # A link among people of no community says nothing about what stands between communities.
    people = sorted(communities)
    number = {person: place for place, person in enumerate(people)}
    edges = [(number[a], number[b]) for a, b in links if a in number and b in number]
    keys = sorted({key for its in communities.values() for key in its})
    bit = {key: 1 << place for place, key in enumerate(keys)}
    groups = [sum(bit[key] for key in communities[person]) for person in people]
    ends = list(range(len(people)))
    if len(people) > most:
        ends = sorted(sorted(ends, key=lambda end: sha256(people[end].encode()).digest())[:sample])
    measured = _measured(edges, groups, ends)
    found = _rank(people, communities, keys, measured, len(people) > most)
    # Not asdict(), which copies every value deeply.
    return [(*vars(row).values(), now) for row in found]


def _measured(edges: list[tuple[int, int]], groups: list[int], ends: list[int]) -> tuple[Any, ...]:
    """Bridging and roles of each, and who parts which groups."""
    if not edges:
        return [], [], {}
    import igraph

    from cophub.pipelines.measures.bridging import bridging, parted, roles

    graph = igraph.Graph(n=len(groups), edges=edges).simplify()
    return bridging(graph, groups, ends), roles(edges, groups), parted(graph, groups)


def _rank(
    people: list[str],
    communities: dict[str, list[str]],
    keys: list[str],
    measured: tuple[Any, ...],
    sampled: bool,
) -> list[Broker]:
    shares, roles, parted = measured
    # Sums of fractions in another order differ in their last digits.
    shares = [round(share, 9) for share in shares]
    found = [
        Broker(
            person,
            sorted(communities[person]),
            share,
            sampled,
            role.liaison,
            role.gatekeeper,
            role.representative,
            [[keys[x], keys[y]] for x, y in parted.get(place, ())],
        )
        for place, (person, share, role) in enumerate(zip(people, shares, roles, strict=False))
        if share or role.liaison or role.gatekeeper or role.representative or place in parted
    ]
    found.sort(key=lambda one: (-one.bridging, -one.liaison, one.person))
    return found[:KEPT] + [one for one in found[KEPT:] if one.parted]


def find_links(connection: Connection, calendar: Calendar) -> list[Link]:
    """Who answered or marked a post of whom, each pair once for each direction."""
    since = calendar.now - timedelta(days=BROKER_DAYS)
    rows = execute(connection, _LINKS, since=since, now=calendar.now)
    return sorted((str(a), str(b)) for a, b in map(tuple, rows))


_PERSON = """
    JOIN person_account {0}a ON {0}a.source = {0}.source AND {0}a.account = {0}.account
    JOIN person {0}h ON {0}h.id = {0}a.person AND {0}h.kind = 'person'
"""
_POST = f"""
    <then> JOIN post t ON t.source = d.source AND t.key = d.post
    JOIN scope_space s ON s.community = '' AND s.source = t.source AND s.space = t.space
    {_PERSON.format("t")}
    WHERE ta.person <> d.person AND t.deleted_at IS NULL AND t.gone_at IS NULL
"""
"""What an act is about, and whose it is. Grouped by what it is about, that is looked up in order;
the source does not come first, or SQLite would read all posts in the order of an index."""
_LINKS = f"""
    SELECT d.person AS a, ta.person AS b
    FROM (
      SELECT p.source, coalesce(p.reply_to, p.thread) AS post, pa.person
      FROM post p
      {_PERSON.format("p")}
      WHERE p.posted_at > :since AND p.posted_at <= :now
        AND coalesce(p.reply_to, p.thread) <> p.key AND p.deleted_at IS NULL
        AND p.gone_at IS NULL AND coalesce(p.kind, 'message') <> 'system'
      GROUP BY coalesce(p.reply_to, p.thread), p.source, pa.person
    ) d
    {_POST} AND coalesce(t.kind, 'message') <> 'system'
    UNION
    SELECT d.person, ta.person
    FROM (
      SELECT r.source, r.post, r.reacted_at, ra.person
      FROM reaction r
      {_PERSON.format("r")}
      WHERE r.gone_at IS NULL
        AND (r.reacted_at IS NULL OR (r.reacted_at > :since AND r.reacted_at <= :now))
    ) d
    {_POST} AND (d.reacted_at IS NOT NULL OR (t.posted_at > :since AND t.posted_at <= :now))
"""


def find_communities(connection: Connection, calendar: Calendar) -> list[Row]:
    """Each person and community; who takes part is kept."""
    return all_rows(
        connection,
        f"""
        SELECT person, community FROM measure_member_stay
        WHERE a <= {calendar.running} AND {calendar.running} < b AND community <> ''
        UNION
        SELECT person, community FROM measure_took_part
        WHERE community <> '' AND ({within(calendar, BROKER_DAYS)})
        """,
    )
