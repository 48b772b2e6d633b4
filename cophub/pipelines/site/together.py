"""What is told of communities side by side: read once, then put together for each audience."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy import Boolean, Connection, text

from cophub.pipelines.site import brokering, coverage, criteria, overlap, participation
from cophub.pipelines.site.across import Across, Criterion
from cophub.pipelines.site.audiences import Audience
from cophub.pipelines.site.formats import WITHHELD
from cophub.pipelines.site.model import Community, Person, Quarter, Row, Site

_COMMUNITIES = text("""
SELECT key, title, domain, description, open_membership FROM community
""").columns(open_membership=Boolean)


OF_PEOPLE = frozenset({"members", "people_total"})
OF_SEVERAL = frozenset({"people_in_several", "people_in_many"})
"""Measures of all communities together that count the people, and those in several."""


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


def without_totals(site: Site, members: overlap.Members) -> Site:
    """The site without how many people there are, where that would tell of few beside the overlap.

    The same figures by quarter go with it: they count nearly alike.
    """
    if site.audience.trusted:
        return site
    people, several = overlap.totals_tell_few(members)
    everybody = site.together.coverage.all_members
    people = people or site.people.hidden or (everybody is not None and everybody.total.hidden)
    hidden = (OF_PEOPLE if people else frozenset()) | (OF_SEVERAL if several else frozenset())
    return replace(
        site,
        people=WITHHELD if people and site.people.shown else site.people,
        in_several=WITHHELD if several and site.in_several.shown else site.in_several,
        # Beside those who are listed, those who are not tell all.
        unlisted=WITHHELD if people and site.unlisted.value else site.unlisted,
        measured=tuple(_without(each, hidden) for each in site.measured),
        across=tuple(_without(each, hidden) for each in site.across),
        together=_without_everybody(site.together) if people else site.together,
    )


def _without_everybody(together: Across) -> Across:
    """Regions of all domains add up to how many people there are."""
    line = together.coverage.all_members
    if line is None:
        return together
    told = replace(line, cells=(WITHHELD,) * len(line.cells), total=WITHHELD)
    cover = replace(together.coverage, all_members=told, countries_known=WITHHELD)
    return replace(together, coverage=cover)


def _without(quarter: Quarter, hidden: frozenset[str]) -> Quarter:
    rows = (_hide(row) if row.measure in hidden else row for row in quarter.rows)
    return replace(quarter, rows=tuple(rows))


def _hide(row: Row) -> Row:
    if row.value.state == "absent":
        return row
    return replace(row, value=WITHHELD, previous=WITHHELD, difference=WITHHELD, percent=WITHHELD)
