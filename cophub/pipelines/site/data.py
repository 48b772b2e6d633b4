"""Reads the warehouse into a `Site`: raw figures become cells here, and go no further.

Everything is read on one connection, so that the pages of one site agree with one another.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Boolean, Connection, Text, bindparam, text

from cophub.identities.privacy import mask_text
from cophub.pipelines.site.definitions import ACTIVE_DAYS, DEFINITIONS
from cophub.pipelines.site.formats import Cell, cell, contact_link, link, number, plain
from cophub.pipelines.site.model import Community, Newsletter, Person, Quarter, Site, Thread
from cophub.pipelines.site.months import Figures, newest_month, read_months, timeline
from cophub.pipelines.site.quarters import read_quarters
from cophub.pipelines.site.sources import read_sources
from cophub.pipelines.site.spaces import Spaces, read_newsletters, read_spaces, read_threads
from cophub.warehouse.columns import Instant
from cophub.warehouse.definitions import CONTRIBUTIONS

_COMMUNITIES = text("""
SELECT key, title, domain, description, url, open_membership, contact FROM community
""").columns(open_membership=Boolean)

_MEMBERS = text("SELECT person, community, roles FROM member")

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

_LISTED = text("""
SELECT p.id, p.name, coalesce(o.name, p.organization, '') AS organization
FROM person p
LEFT JOIN organization o ON o.key = p.organization
WHERE p.listed AND p.kind = 'person' AND p.merged_into IS NULL AND trim(p.name) <> ''
""")


@dataclass
class Acts:
    """What the view `activity` says, in the sums that pages need."""

    last_of_community: dict[str, datetime] = field(default_factory=dict)
    last_of_person: dict[str, datetime] = field(default_factory=dict)
    active_in: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    """Ids of the people who contributed lately, by community in which anybody ever did."""


@dataclass(frozen=True)
class Facts:
    """Everything that was read, by community where it is about one."""

    acts: Acts
    members: Mapping[str, Mapping[str, str]]
    """Roles by person, by community."""
    telling: frozenset[str]
    """Communities of which any source tells the members."""
    quarters: Mapping[str, tuple[Quarter, ...]]
    months: Mapping[str, Figures]
    spaces: Mapping[str, Spaces]
    threads: Mapping[str, tuple[Thread, ...]]
    newsletters: Mapping[str, tuple[Newsletter, ...]]
    newest_months: int
    last_month: str | None
    """The newest month with anything in it, in any community."""


def read_site(
    connection: Connection, *, now: datetime, zone: ZoneInfo, title: str, organization: str,
    newest_quarters: int, newest_months: int,
) -> Site:  # fmt: skip
    """Everything that is published, as of `now`."""
    facts = _facts(connection, now, zone, newest_quarters, newest_months)
    rows = connection.execute(_COMMUNITIES).mappings().all()
    communities = tuple(
        _community(row, facts)
        for row in sorted(rows, key=lambda row: (plain(row["title"]).casefold(), row["key"]))
    )
    directory = _directory(connection, facts, {each.key: each.title for each in communities}, zone)
    in_how_many = Counter(person for people in facts.members.values() for person in people)
    active = {person for people in facts.acts.active_in.values() for person in people}
    return Site(
        title=title, organization=organization, made_at=now, zone=zone, communities=communities,
        quarters=facts.quarters.get("", ()),
        months=timeline(facts.months.get("", {}), facts.last_month, newest_months),
        people=_members_cell(len(in_how_many), bool(facts.telling)),
        memberships=_sum(each.members for each in communities),
        in_several=_people(sum(1 for count in in_how_many.values() if count > 1)),
        active=_active_cell(len(active), bool(facts.acts.active_in)),
        directory=tuple(directory.values()),
        unlisted=_people(len(in_how_many.keys() - directory.keys())),
        sources=read_sources(connection), definitions=DEFINITIONS,
    )  # fmt: skip


def _facts(
    connection: Connection, now: datetime, zone: ZoneInfo, quarters: int, months: int
) -> Facts:
    local = now.astimezone(zone)
    by_month = read_months(connection, f"{local:%Y-%m}")
    members: dict[str, dict[str, str]] = defaultdict(dict)
    for person, community, roles in connection.execute(_MEMBERS):
        members[community][person] = roles
    return Facts(
        acts=_acts(connection, now),
        members=members,
        telling=frozenset(connection.execute(_TELLING).scalars()),
        quarters=read_quarters(connection, f"{local.year}Q{(local.month + 2) // 3}", quarters),
        months=by_month,
        spaces=read_spaces(connection),
        threads=read_threads(connection, now),
        newsletters=read_newsletters(connection, now, zone),
        newest_months=months,
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
    spaces = facts.spaces.get(key, Spaces())
    contact = plain(row["contact"])
    return Community(
        key=key, title=plain(row["title"]) or key, domain=plain(row["domain"]),
        description=plain(row["description"], longest=400), url=link(row["url"]),
        open_membership=row["open_membership"],
        contact=contact, contact_url=contact_link(contact),
        members=_members_cell(len(facts.members.get(key, ())), key in facts.telling),
        active=_active_cell(
            len(facts.acts.active_in.get(key, ())), key in facts.acts.active_in
        ),
        last_activity=facts.acts.last_of_community.get(key),
        spaces=spaces.named, secret_spaces=spaces.secret,
        quarters=facts.quarters.get(key, ()),
        months=timeline(figures, newest_month([figures]), facts.newest_months),
        trend=timeline(figures, facts.last_month, facts.newest_months),
        threads=facts.threads.get(key, ()), newsletters=facts.newsletters.get(key, ()),
    )  # fmt: skip


def _directory(
    connection: Connection, facts: Facts, titles: Mapping[str, str], zone: ZoneInfo
) -> dict[str, Person]:
    """People who are listed, by id and in the order of their names."""
    theirs: dict[str, list[str]] = defaultdict(list)
    roles: dict[str, list[str]] = defaultdict(list)
    for community in titles:
        for person, said in facts.members.get(community, {}).items():
            theirs[person].append(community)
            roles[person] += [role for role in said.split() if role not in roles[person]]
    rows = connection.execute(_LISTED).all()
    return {
        person: Person(
            # Some give their address as their name; nobody agreed to have that published.
            mask_text(plain(name)), mask_text(plain(organization)),
            tuple((key, titles[key]) for key in theirs[person]), tuple(roles[person]),
            f"{last.astimezone(zone):%Y-%m}"
            if (last := facts.acts.last_of_person.get(person)) else None,
        )
        for person, name, organization in sorted(rows, key=lambda row: (row[1].casefold(), row[0]))
    }  # fmt: skip


def _people(count: int) -> Cell:
    return cell(count, count)


def _members_cell(count: int, told: bool) -> Cell:
    reason = "No source tells who its members are."
    return _people(count) if told else cell(None, None, reason=reason)


def _active_cell(count: int, any_act: bool) -> Cell:
    reason = "No post, answer, document or event of anybody was read."
    return _people(count) if any_act else cell(None, None, reason=reason)


def _sum(cells: Iterable[Cell]) -> Cell:
    """The sum of the cells that are shown: with a hidden one in it, it would tell that one."""
    total = sum(each.value for each in cells if each.value is not None)
    return Cell("shown", total, number(total))
