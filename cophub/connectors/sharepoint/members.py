"""Who is on each site, and as what: its users as accounts, its groups as memberships.

The list of a site's users holds everyone who was ever resolved there, so it makes accounts and no
members. A member is who is in a group of the site, directly or through a directory group, which is
expanded through Microsoft Graph with all groups in it. A claim that holds for everyone makes no
members: that the whole organisation may read a site is told in the space's `extra`.

A read of a site is complete or not. Where a directory group may not be read nobody of that site is
said to have left: its people are not known to be away.
"""

from collections import defaultdict
from collections.abc import Generator, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime

import msgspec

from cophub import (
    UNSET,
    Account,
    AuthError,
    Context,
    Gone,
    Item,
    Json,
    Membership,
    Space,
)
from cophub.connectors.microsoft.directory import claim_group
from cophub.connectors.sharepoint.changes import ChangeLog, TokenExpired, changes_since
from cophub.connectors.sharepoint.client import shared
from cophub.connectors.sharepoint.directory import Directory, known
from cophub.connectors.sharepoint.expansion import Group, expand, group_of, look_up, names
from cophub.connectors.sharepoint.groups import RANK, filled, hidden, site_admins, site_roles
from cophub.connectors.sharepoint.joins import concerns_people, joins, whole_log
from cophub.connectors.sharepoint.people import (
    USER,
    SiteUser,
    directory_account,
    is_everyone,
    is_outside,
)
from cophub.connectors.sharepoint.settings import Settings
from cophub.connectors.sharepoint.sites import SiteRef, extra_of, sites_of
from cophub.connectors.sharepoint.troubles import Troubles, unread
from cophub.connectors.state import State

Ctx = Context[Settings]


class Mark(msgspec.Struct, omit_defaults=True):
    """How far the people of a site were read."""

    token: str | None = None
    """The change token of the site before they were read."""
    quiet: bool = False
    """Whether the change log tells of every change: no directory group has a part in it."""
    url: str = ""
    """The address of the site."""


class Marks(State):
    """The cursor: a mark for each site that was read."""

    sites: dict[str, Mark] = msgspec.field(default_factory=dict)
    told: bool = False
    """Whether accounts of those who are in no group were told since the sites were read whole."""


@dataclass
class Place:
    """Somebody's place on a site: the roles they have, and by which groups."""

    roles: set[str] = field(default_factory=set)
    custom: set[str] = field(default_factory=set)
    user: int | None = None
    """Their id on the site, where they are in a site group themselves."""
    by_directory: bool = False
    outside: bool = False

    @property
    def role(self) -> str:
        """The role that counts: an owner is one from wherever, other outsiders are guests."""
        best = min(self.roles, key=RANK.index)
        return "guest" if self.outside and best != "owner" else best


@dataclass
class Crowd:
    """Everyone on one site, by the key of their account."""

    places: defaultdict[str, Place] = field(default_factory=lambda: defaultdict(Place))
    direct: dict[int, set[int]] = field(default_factory=dict)
    """Site user ids by site group."""
    everyone: list[str] = field(default_factory=list)
    expanded: bool = False
    complete: bool = True


def members(ctx: Ctx, since: str | None) -> Iterator[Item]:
    """The users of each site as accounts, and who is in its groups as memberships with a role.

    A site of which the change log tells no change of people, and that no directory group is in, is
    not read again. A checkpoint follows each site; the cursor is JSON with the change token of
    each. Whoever left ends through `Gone`, site by site, unless the read of the site is incomplete.
    Source: SharePoint REST `web/siteusers`, `web/sitegroups`, `site/getChanges`; Graph v1.0
    `/groups/{id}/transitiveMembers`, `/owners` and `/users`.
    """
    marks = Marks.read(since)
    taken = sites_of(ctx)
    troubles = Troubles(ctx)
    for done, site in enumerate(taken):
        mark = marks.sites.get(site.key)
        with troubles.of(site.url):
            yield from _site(ctx, site, mark, marks)
            yield marks.checkpoint()
        ctx.progress("people of sites", done + 1, len(taken))
    if dropped := _dropped(ctx, marks, taken):
        for key in dropped:
            del marks.sites[key]
            yield Gone(record=Membership, where={"space": key})
        yield marks.checkpoint()
    if not marks.told:
        # Last, when the directory has spoken of all it knows: what a site remembers may be older.
        for site in [] if ctx.settings.by_graph else taken:
            with troubles.of(site.url):
                yield from _once(ctx, Directory.of(ctx, site).records(None))
        marks.told = not troubles
        yield marks.checkpoint()
    troubles.tell()


def _dropped(ctx: Ctx, marks: Marks, taken: list[SiteRef]) -> list[str]:
    """The sites that were read and are no longer taken; one that cannot be read now is not lost."""
    gone = marks.sites.keys() - {site.key for site in taken}
    return sorted(key for key in gone if marks.sites[key].url.lower() not in unread(ctx))


def _site(ctx: Ctx, site: SiteRef, mark: Mark | None, marks: Marks) -> Iterator[Item]:
    """The people of one site, unless nothing happened to them; sets its mark."""
    if ctx.settings.by_graph:
        yield from _by_graph(ctx, site)
        marks.sites[site.key] = Mark(url=site.url)
        return
    log = _log_since(ctx, site, mark)
    if mark and mark.quiet and log and not concerns_people(log.rows):
        marks.sites[site.key] = Mark(log.token, True, site.url)
        return
    marks.told = marks.told and log is not None
    crowd = yield from _by_site(ctx, site, log.rows if log else None)
    token = log.token if log else site.token
    marks.sites[site.key] = Mark(token, crowd.complete and not crowd.expanded, site.url)


def _log_since(ctx: Ctx, site: SiteRef, mark: Mark | None) -> ChangeLog | None:
    """What happened on the site since the mark; None where that is not to be had."""
    if mark is None or mark.token is None:
        return None
    try:
        return changes_since(ctx, site, mark.token)
    except (TokenExpired, AuthError) as error:
        ctx.log.info("the people of %s are read without its change log: %s", site.url, error)
        return None


def _by_site(ctx: Ctx, site: SiteRef, log: list[Json] | None) -> Generator[Item, None, Crowd]:
    """Accounts and memberships of a site as SharePoint itself tells them.

    `log` is what happened since the last read; None reads everyone anew.
    """
    directory = Directory.of(ctx, site)
    roles = site_roles(ctx, site)
    yield from roles.rejects
    crowd = Crowd(complete=not roles.rejects and not directory.rejects)
    for one in filled(ctx, site, roles):
        yield from one.rejects
        crowd.complete = crowd.complete and not one.rejects
        role = roles.role(one.group)
        custom = one.group.title if roles.custom(one.group) else None
        for user in one.users:
            yield from _place(ctx, crowd, directory, user, role, custom)
        ids = {user.id for user in one.users if user.principal_type == USER}
        crowd.direct[one.group.id] = ids
    for admin in site_admins(directory):
        claim = claim_group(admin.login_name)
        # The owners of a site's own group administer it, and are often in no group of the site.
        if claim and claim[1] and not is_everyone(admin.login_name):
            yield from _expanded(ctx, crowd, claim, "owner", None, admin.title)
    yield from _without_deleted(ctx, crowd, directory)
    if log is not None:
        touched = {row["UserId"] for row in log if row.get("UserId")}
        yield from _once(ctx, directory.records(touched))
    # Who is in a group that could not be read may have been there long before the others.
    rows = log or []
    if crowd.complete and log is None:
        rows, rejects = whole_log(ctx, site)
        yield from rejects
    dated = joins(rows if crowd.complete else [], crowd.direct)
    yield from _told(site, crowd, dated)
    return crowd


def _place(
    ctx: Ctx, crowd: Crowd, directory: Directory, user: SiteUser, role: str, custom: str | None
) -> Iterator[Item]:
    """Put whoever a site group names on the site: a person, the people of a group, or everyone."""
    if is_everyone(user.login_name):
        crowd.everyone.append(f"{user.title or user.login_name}: {role}")
    elif claim := claim_group(user.login_name):
        yield from _expanded(ctx, crowd, claim, role, custom, user.title)
    elif user.principal_type != USER:
        ctx.log.info("%r is a group that no directory expands: its people are unknown", user.title)
    else:
        who = directory.identity(user)
        key = directory.key(who)
        if key is None or who.service:
            return
        place = crowd.places[key]
        place.roles.add(role)
        place.user = user.id
        place.outside = place.outside or is_outside(user)
        if custom:
            place.custom.add(custom)


def _expanded(
    ctx: Ctx,
    crowd: Crowd,
    claim: tuple[str, bool],
    role: str,
    custom: str | None,
    title: str | None,
) -> Iterator[Item]:
    """The people of a directory group; a Reject, and an incomplete crowd, where they are hidden."""
    guid, owners = claim
    group = expand(ctx, guid, owners=owners)
    crowd.expanded = True
    if group.refusal:
        crowd.complete = False
        yield hidden(title or guid, guid, group.refusal)
        return
    yield from group.rejects
    crowd.complete = crowd.complete and not group.rejects
    yield from _people(ctx, crowd, group, role, custom)


def _people(ctx: Ctx, crowd: Crowd, group: Group, role: str, custom: str | None) -> Iterator[Item]:
    keys = known(ctx)
    for person in group.people:
        key = keys.key(names(person)) or person.id.lower()
        yield from _once(ctx, [directory_account(person, key)], by_directory=True)
        place = crowd.places[key]
        place.roles.add(role)
        place.by_directory = True
        place.outside = place.outside or person.guest
        if custom:
            place.custom.add(custom)


def _once(ctx: Ctx, records: Iterable[Item], *, by_directory: bool = False) -> Iterator[Item]:
    """Each account once a run, and once more when the directory tells of it after a site did.

    What a site knows of a name or an address is as old as the day it was first resolved there.
    """
    told: dict[str, bool] = shared(ctx, "accounts told", dict)
    for record in records:
        if isinstance(record, Account):
            key = str(record.key)
            if told.get(key, False) or (key in told and not by_directory):
                continue
            told[key] = by_directory
        yield record


def _without_deleted(ctx: Ctx, crowd: Crowd, directory: Directory) -> Iterator[Item]:
    """Take those off the site whom the directory has no more; a site keeps them for ever."""
    ids = {
        key: who.aad
        for key, place in crowd.places.items()
        if place.user is not None and not place.by_directory
        if (who := directory.identity(place.user)).aad
    }
    found = look_up(ctx, ids.values())
    if found is None:
        return
    for key, aad in ids.items():
        person = found.get(aad)
        if person is None:
            del crowd.places[key]
            yield Account(key=key, status="deleted")
        elif person.display_name:  # an app without the permission sees that they are, not who
            yield from _once(ctx, [directory_account(person, key)], by_directory=True)


def _told(site: SiteRef, crowd: Crowd, joined: Mapping[int, datetime]) -> Iterator[Item]:
    """The memberships of a site, and the end of all others when it was read completely."""
    yield Space(key=site.key, extra={**extra_of(site), "everyone": sorted(set(crowd.everyone))})
    for key, place in crowd.places.items():
        at = None if place.by_directory or place.user is None else joined.get(place.user)
        yield Membership(
            space=site.key,
            account=key,
            role=place.role,
            status="active",
            joined_at=at or UNSET,
            joined_at_basis="native" if at else UNSET,
            extra={"site_groups": sorted(place.custom)},
        )
    if crowd.complete:
        here = tuple((site.key, key) for key in crowd.places)
        yield Gone(record=Membership, where={"space": site.key}, but=here)


def _by_graph(ctx: Ctx, site: SiteRef) -> Iterator[Item]:
    """Accounts and memberships of a site's own Microsoft 365 group: all that a secret can see."""
    guid = site.group_id or group_of(ctx, site.graph_id)
    if guid is None:
        ctx.log.warning(
            "%s has no Microsoft 365 group: its members are told by SharePoint alone, which"
            " refuses a client_secret; set a certificate to read them",
            site.url,
        )
        return
    crowd = Crowd()
    for owners, role in ((True, "owner"), (False, "member")):
        yield from _expanded(ctx, crowd, (guid, owners), role, None, site.title)
    yield from _told(site, crowd, {})
