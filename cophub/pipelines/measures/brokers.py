"""Who stands between communities, for their facilitators: the rows of `broker`.

Two people are linked when one answered or marked the other's post within the last 180 days, in a
space that serves a community. Their communities are those they are members of, and those in whose
spaces they did anything meanwhile.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta
from hashlib import sha256
from typing import Any

from sqlalchemy import Connection

from cophub.pipelines.measures.acts import within
from cophub.pipelines.measures.calendar import Calendar
from cophub.warehouse.definitions import BROKER_DAYS
from cophub.warehouse.staging import execute

MOST = 1_500
"""Of so many people all paths are looked at; of more, those between `SAMPLE` of them."""
SAMPLE = 400
KEPT = 500
"""So many rows are kept, and everybody without whom two communities fall apart."""


@dataclass(frozen=True)
class Broker:
    """One row of the table `broker`, without its version."""

    person: str
    communities: list[str]
    bridging: float
    sampled: bool
    liaison: int
    gatekeeper: int
    representative: int
    parted: list[list[str]]


def brokers(
    connection: Connection, calendar: Calendar, most: int = MOST, sample: int = SAMPLE
) -> list[Broker]:
    """Who links people of different communities, those on most paths first."""
    links = _links(connection, calendar)
    people = sorted({person for link in links for person in link})
    communities = _communities(connection, calendar, set(people))
    # A link among people of no community says nothing about what stands between communities.
    people = [person for person in people if person in communities]
    number = {person: place for place, person in enumerate(people)}
    edges = [(number[a], number[b]) for a, b in links if a in number and b in number]
    keys = sorted({key for its in communities.values() for key in its})
    bit = {key: 1 << place for place, key in enumerate(keys)}
    groups = [sum(bit[key] for key in communities[person]) for person in people]
    ends = list(range(len(people)))
    if len(people) > most:
        ends = sorted(sorted(ends, key=lambda end: sha256(people[end].encode()).digest())[:sample])
    return _rank(people, communities, keys, _measured(edges, groups, ends), len(people) > most)


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
    found = [
        Broker(
            person,
            communities[person],
            # Sums of fractions in another order differ in their last digits.
            round(shares[place], 9),
            sampled,
            role.liaison,
            role.gatekeeper,
            role.representative,
            [[keys[x], keys[y]] for x, y in parted.get(place, ())],
        )
        for place, (person, role) in enumerate(zip(people, roles, strict=False))
    ]
    found = [
        one
        for one in found
        if one.bridging or one.liaison or one.gatekeeper or one.representative or one.parted
    ]
    found.sort(key=lambda one: (-one.bridging, -one.liaison, one.person))
    return found[:KEPT] + [one for one in found[KEPT:] if one.parted]


def _links(connection: Connection, calendar: Calendar) -> list[tuple[str, str]]:
    """Who answered or marked a post of whom, each pair once for each direction."""
    since = calendar.now - timedelta(days=BROKER_DAYS)
    rows = execute(connection, _LINKS, since=since, now=calendar.now)
    return sorted({(str(row.a), str(row.b)) for row in rows})


def _persons(act: str, of: str) -> str:
    """Joins an act and the post it is about to their people."""
    return f"""
      JOIN scope_space s ON s.community = '' AND s.source = {of}.source AND s.space = {of}.space
      JOIN person_account pa ON pa.source = {act}.source AND pa.account = {act}.account
      JOIN person h ON h.id = pa.person AND h.kind = 'person'
      JOIN person_account oa ON oa.source = {of}.source AND oa.account = {of}.account
      JOIN person o ON o.id = oa.person AND o.kind = 'person'
    """


_LINKS = f"""
    SELECT DISTINCT pa.person AS a, oa.person AS b
    FROM post p
    JOIN post t ON t.source = p.source AND t.key = coalesce(p.reply_to, p.thread)
    {_persons("p", "t")}
    WHERE p.posted_at > :since AND p.posted_at <= :now AND pa.person <> oa.person
      AND p.deleted_at IS NULL AND p.gone_at IS NULL AND coalesce(p.kind, 'message') <> 'system'
      AND t.deleted_at IS NULL AND t.gone_at IS NULL AND coalesce(t.kind, 'message') <> 'system'
    UNION
    SELECT pa.person, oa.person
    FROM reaction r
    JOIN post t ON t.source = r.source AND t.key = r.post
    {_persons("r", "t")}
    WHERE coalesce(r.reacted_at, t.posted_at) > :since
      AND coalesce(r.reacted_at, t.posted_at) <= :now AND pa.person <> oa.person
      AND r.gone_at IS NULL AND t.deleted_at IS NULL AND t.gone_at IS NULL
"""


def _communities(
    connection: Connection, calendar: Calendar, people: set[str]
) -> dict[str, list[str]]:
    """The communities of each, in order."""
    rows: Iterable[Any] = execute(
        connection,
        f"""
        SELECT person, community FROM measure_member_stay
        WHERE a <= :q AND :q < b AND community <> ''
        UNION
        SELECT person, community FROM measure_took_part
        WHERE community <> '' AND ({within(calendar, BROKER_DAYS)})
        """,
        q=calendar.running,
    )
    found: dict[str, list[str]] = {}
    for person, community in sorted((str(row[0]), str(row[1])) for row in rows):
        if person in people:
            found.setdefault(person, []).append(community)
    return found
