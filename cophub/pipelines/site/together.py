"""What is told of communities side by side: read once, then put together for each audience."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy import Boolean, Connection, text

from cophub.pipelines.site import brokering, coverage, criteria, overlap, participation
from cophub.pipelines.site.across import Across, Criterion
from cophub.pipelines.site.audiences import Audience
from cophub.pipelines.site.model import Community, Person

_COMMUNITIES = text("""
SELECT key, title, domain, description, open_membership FROM community
""").columns(open_membership=Boolean)


@dataclass(frozen=True)
class Side:
    """What was read: no figure of it goes to readers as it is."""

    members: overlap.Members
    active: overlap.Members
    pairs: Sequence[overlap.Raw]
    regions: Mapping[str, str]
    shares: Sequence[participation.Raw]
    criteria: Mapping[str, tuple[Criterion, ...]]


def read_side(
    connection: Connection,
    members: overlap.Members,
    active: overlap.Members,
    now: datetime,
    zone: ZoneInfo,
) -> Side:
    """Who is a member and who is active where is known already."""
    communities = [dict(row) for row in connection.execute(_COMMUNITIES).mappings()]
    return Side(
        members, active, overlap.read_pairs(connection), coverage.read_regions(connection),
        participation.read_shares(connection),
        criteria.read_criteria(connection, communities, now, zone),
    )  # fmt: skip


def put_together(
    connection: Connection,
    side: Side,
    communities: Sequence[Community],
    directory: Mapping[str, Person],
    audience: Audience,
) -> Across:
    """What these readers may know; nothing is told of any but these communities."""
    titles = {each.key: each.title for each in communities}
    domains = {each.key: each.domain for each in communities}
    return Across(
        criteria={key: side.criteria[key] for key in titles if key in side.criteria},
        overlap=overlap.overlap(side.pairs, side.members, [*titles], audience),
        brokers=brokering.read_brokers(connection, titles, directory, audience),
        coverage=coverage.coverage(domains, side.members, side.active, side.regions, audience),
        participation=participation.participation(side.shares, side.members, titles, audience),
    )
