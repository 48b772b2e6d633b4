"""Reads the warehouse into a `Site`: raw figures become cells here, and go no further.

Everything is read on one connection, so that the pages of one site agree with one another.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Boolean, Connection, Text, bindparam, text

from cophub.pipelines.site.audiences import ONE, Audience
from cophub.pipelines.site.definitions import ACTIVE_DAYS, DEFINITIONS
from cophub.pipelines.site.directory import read_directory
from cophub.pipelines.site.formats import WITHHELD, Cell, cell, contact_link, link, number, plain
from cophub.pipelines.site.measured import Parts
from cophub.pipelines.site.measuring import Counted, publish, read_counted, read_named_channels
from cophub.pipelines.site.model import Community, Newsletter, Quarter, Site, Thread
from cophub.pipelines.site.months import newest_month, read_months, timeline
from cophub.pipelines.site.quarters import quarters_of, told_in
from cophub.pipelines.site.sources import read_sources
from cophub.pipelines.site.spaces import (
    Spaces,
    read_newsletters,
    read_spaces,
    read_threads,
    read_unnamed,
)
from cophub.pipelines.site.subtracting import without_active
from cophub.pipelines.site.together import Side, put_together, read_side, without_totals
from cophub.pipelines.site.withholding import Figures
from cophub.warehouse.columns import Instant
from cophub.warehouse.definitions import CONTRIBUTIONS

_COMMUNITIES = text("""
SELECT key, title, domain, description, url, open_membership, contact FROM community
""").columns(open_membership=Boolean)

_MEMBERS = text("SELECT person, community FROM member")

_TELLING = text("""
SELECT DISTINCT c.community
FROM community_space c
JOIN membership m ON m.source = c.source AND m.space = c.space
""")

_ACTS = text("""
SELECT person, community, max(at) AS last_at,
       max(CASE WHEN kind IN :contributions THEN 1 ELSE 0 END) AS ever,
       max(CASE WHEN kind IN :contributions AND at >= :since THEN 1 ELSE 0 END) AS lately
FROM activity
WHERE at <= :now
GROUP BY person, community
""").bindparams(
    bindparam("contributions", expanding=True),
    bindparam("since", type_=Instant),
    bindparam("now", type_=Instant),
).columns(person=Text, community=Text, last_at=Instant)  # fmt: skip


@dataclass
class Acts:
    """What the view `activity` says, in the sums that pages need."""

    last_of_community: dict[str, datetime] = field(default_factory=dict)
    last_of_person: dict[str, datetime] = field(default_factory=dict)
    active_in: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    """Ids of the people who contributed lately, by community in which anybody ever did."""


@dataclass(frozen=True)
class Wanted:
    """What a site is to show: everything as of `now`, in the time of `zone`."""

    now: datetime
    zone: ZoneInfo
    title: str
    organization: str
    newest_quarters: int
    newest_months: int
    promises: Mapping[str, timedelta] = field(default_factory=dict)
    """How old the data of a source may be at most, by its name."""


@dataclass(frozen=True)
class Known:
    """What is read once for every audience: no figure of it goes to readers as it is."""

    acts: Acts
    members: Mapping[str, frozenset[str]]
    """Ids of people, by community."""
    telling: frozenset[str]
    """Communities of which any source tells the members."""
    counted: Counted

    def in_several(self) -> int:
        """How many people are members of more than one community."""
        return sum(1 for count in self.in_how_many().values() if count > 1)

    def in_how_many(self) -> Counter[str]:
        """The number of their communities, by person."""
        return Counter(person for people in self.members.values() for person in people)


@dataclass(frozen=True)
class Facts:
    """Everything that an audience is told, by community where it is about one."""

    known: Known
    audience: Audience
    unnamed: frozenset[str]
    quarters: Mapping[str, tuple[Quarter, ...]]
    measured: Mapping[str, tuple[Quarter, ...]]
    across: tuple[Quarter, ...]
    parts: Mapping[str, Parts]
    months: Mapping[str, Figures]
    spaces: Mapping[str, Spaces]
    threads: Mapping[str, tuple[Thread, ...]]
    newsletters: Mapping[str, tuple[Newsletter, ...]]
    newest_months: int
    last_month: str | None
    """The newest month with anything in it, in any community."""


def read_sites(
    connection: Connection, wanted: Wanted, audiences: Iterable[Audience] = (ONE,)
) -> Iterator[Site]:
    """The site of each audience."""
    known = read_known(connection, wanted.now)
    side = read_side(
        connection, known.members, known.acts.active_in, wanted.now, wanted.zone
    )  # fmt: skip
    for audience in audiences:
        yield _site(connection, wanted, known, side, audience)


def read_known(connection: Connection, now: datetime) -> Known:
    """Who is where and did what, person by person."""
    members: dict[str, set[str]] = defaultdict(set)
    for person, community in connection.execute(_MEMBERS):
        members[community].add(person)
    return Known(
        acts=_acts(connection, now),
        members={community: frozenset(people) for community, people in members.items()},
        telling=frozenset(connection.execute(_TELLING).scalars()),
        counted=read_counted(connection),
    )


def _site(
    connection: Connection, wanted: Wanted, known: Known, side: Side, audience: Audience
) -> Site:
    facts = _facts(connection, wanted, known, audience)
    rows = connection.execute(_COMMUNITIES).mappings().all()
    communities = tuple(
        _community(row, facts)
        for row in sorted(rows, key=lambda row: (plain(row["title"]).casefold(), row["key"]))
        if row["key"] not in facts.unnamed
    )
    titles = {each.key: each.title for each in communities}
    directory = read_directory(connection, titles, known.acts.last_of_person, wanted.zone, audience)
    people = known.in_how_many().keys()
    unlisted = sum(1 for person in people if not getattr(directory.get(person), "listed", False))
    active = {person for people in known.acts.active_in.values() for person in people}
    site = Site(
        title=wanted.title, organization=wanted.organization, made_at=wanted.now,
        zone=wanted.zone, audience=audience, communities=communities,
        quarters=facts.quarters.get("", ()), measured=facts.measured.get("", ()),
        across=facts.across,
        months=timeline(facts.months.get("", {}), facts.last_month, wanted.newest_months),
        people=_together(_members_cell(len(people), bool(known.telling), audience), communities,
                         known.in_several(), audience),
        memberships=_sum(each.members for each in communities),
        in_several=audience.cell(known.in_several(), known.in_several()),
        active=_active_cell(len(active), bool(known.acts.active_in), audience),
        directory=tuple(directory.values()),
        unlisted=audience.cell(unlisted, unlisted),
        together=put_together(connection, side, communities, directory, audience),
        sources=read_sources(connection, audience, wanted.promises, wanted.now),
        definitions=DEFINITIONS,
    )  # fmt: skip
    return without_active(without_totals(site, known.members))


def _together(
    people: Cell, communities: Iterable[Community], several: int, audience: Audience
) -> Cell:
    """How many people there are, unless the sum of the lists would then tell who is in several.

    9 and 6 members who are 12 people: 3 of them are in both. Or 9 members and a few who are 12.
    """
    members = [each.members for each in communities]
    if any(each.hidden for each in members):
        shown = sum(each.value for each in members if each.value is not None)
        return WITHHELD if people.value is not None and people.value > shown else people
    return WITHHELD if people.shown and audience.cell(several, several).hidden else people


def _facts(connection: Connection, wanted: Wanted, known: Known, audience: Audience) -> Facts:
    local = wanted.now.astimezone(wanted.zone)
    current = f"{local.year}Q{(local.month + 2) // 3}"
    by_month = read_months(connection, f"{local:%Y-%m}", audience)
    seen = read_named_channels(connection, audience)
    shown = publish(known.counted, by_month, seen, audience)
    quarters, measured, across = (
        {
            community: quarters_of(each, shown.cells[community], current, wanted.newest_quarters,
                                   audience)
            for community, each in tables.items()
        }
        for tables in (known.counted.quarters, known.counted.tables, known.counted.across)
    )  # fmt: skip
    told = {community: told_in(each) for community, each in quarters.items()}
    return Facts(
        known=known,
        audience=audience,
        unnamed=read_unnamed(connection, audience),
        quarters=quarters,
        measured=measured,
        across=across.get("", ()),
        parts=shown.parts,
        months=by_month,
        spaces=read_spaces(connection, audience),
        threads=read_threads(connection, wanted.now, audience),
        newsletters=read_newsletters(connection, wanted.now, wanted.zone, told, audience),
        newest_months=wanted.newest_months,
        last_month=newest_month(by_month.values()),
    )


def _acts(connection: Connection, now: datetime) -> Acts:
    acts = Acts()
    since = now - timedelta(days=ACTIVE_DAYS)
    values = {"contributions": CONTRIBUTIONS, "since": since, "now": now}
    for person, community, last_at, ever, lately in connection.execute(_ACTS, values):
        _raise(acts.last_of_person, person, last_at)
        if community is not None:
            _raise(acts.last_of_community, community, last_at)
            if ever:
                acts.active_in[community].update([person] if lately else ())
    return acts


def _raise(latest: dict[str, datetime], key: str, at: datetime) -> None:
    if key not in latest or latest[key] < at:
        latest[key] = at


def _community(row: Mapping[Any, Any], facts: Facts) -> Community:
    key = row["key"]
    figures = facts.months.get(key, {})
    spaces, known = facts.spaces.get(key, Spaces()), facts.known
    contact = plain(row["contact"])
    return Community(
        key=key, title=plain(row["title"]) or key, domain=plain(row["domain"]),
        description=plain(row["description"], longest=400), url=link(row["url"]),
        open_membership=row["open_membership"],
        contact=contact, contact_url=contact_link(contact),
        members=_members_cell(
            len(known.members.get(key, ())), key in known.telling, facts.audience
        ),
        active=_active_cell(
            len(known.acts.active_in.get(key, ())), key in known.acts.active_in, facts.audience
        ),
        last_activity=known.acts.last_of_community.get(key),
        spaces=spaces.named, closed_spaces=spaces.closed, secret_spaces=spaces.secret,
        quarters=facts.quarters.get(key, ()), measured=facts.measured.get(key, ()),
        parts=facts.parts.get(key, Parts()),
        months=timeline(figures, newest_month([figures]), facts.newest_months),
        trend=timeline(figures, facts.last_month, facts.newest_months),
        threads=facts.threads.get(key, ()), newsletters=facts.newsletters.get(key, ()),
    )  # fmt: skip


def _members_cell(count: int, told: bool, audience: Audience) -> Cell:
    reason = "No source tells who its members are."
    return audience.cell(count, count) if told else cell(None, None, reason=reason)


def _active_cell(count: int, any_act: bool, audience: Audience) -> Cell:
    reason = "No post, answer, document or event of anybody was read."
    return audience.cell(count, count) if any_act else cell(None, None, reason=reason)


def _sum(cells: Iterable[Cell]) -> Cell:
    """The sum of the cells that are shown: with a hidden one in it, it would tell that one."""
    total = sum(each.value for each in cells if each.value is not None)
    return Cell("shown", total, number(total))
