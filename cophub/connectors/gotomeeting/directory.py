"""Who signed in, which organizers there are, and by which calls their meetings are read.

An administrator reads a group of up to 50 organizers by one call, and others one by one; anybody
else reads their own meetings.
"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field

from cophub import ConfigError, Context, Reject
from cophub.connectors.gotomeeting.client import ADMIN, MEETING, Denied, NotThere, goto
from cophub.connectors.gotomeeting.payloads import (
    Group,
    GroupList,
    Me,
    Organizer,
    OrganizerList,
    address,
    full_name,
    key_of,
    whole,
)
from cophub.connectors.gotomeeting.settings import Settings
from cophub.connectors.settings import means

Ctx = Context[Settings]

MOST_IN_GROUP = 50
"""Organizers in a group of which GoTo answers for all at once."""


@dataclass(frozen=True)
class Host:
    """An organizer, as far as we need one."""

    key: str
    email: str
    given_name: str = ""
    family_name: str = ""
    group: str = ""
    status: str | None = None
    products: tuple[str, ...] | None = None
    """None where they are not told: to somebody who is no administrator."""
    seats: int | None = None
    """How many attendees this organizer's meetings may have."""

    @property
    def name(self) -> str:
        """Given and family name, or else the address."""
        return full_name(self.given_name, self.family_name) or self.email

    @property
    def space(self) -> str:
        """The key of the organizer's room."""
        return f"organizer:{self.key}"

    @property
    def webinars(self) -> bool:
        """Whether GoTo Webinar may be asked for this organizer."""
        return self.products is None or "G2W" in self.products


@dataclass(frozen=True)
class Unit:
    """Organizers whose meetings one call gives, and the path of that call."""

    path: str
    hosts: tuple[Host, ...]
    own: bool = False
    """Whether it is only the person who signed in, so that attendees come meeting by meeting."""

    @property
    def name(self) -> str:
        """What a log calls these organizers; no name of a person."""
        if len(self.hosts) == 1:
            return f"organizer {self.hosts[0].key}"
        return f"group {self.path.rpartition('/')[2]}"

    def lacks(self, error: Exception) -> bool:
        """Whether a refusal only says that the one organizer has no meetings.

        That is 404, as documented, or 403 for who is suspended or has no GoToMeeting.
        """
        if len(self.hosts) != 1 or isinstance(error, NotThere):
            return len(self.hosts) == 1
        host = self.hosts[0]
        ended = host.status == "suspended"
        never = host.products is not None and "G2M" not in host.products
        return isinstance(error, Denied) and (ended or never)

    def apart(self) -> "list[Unit]":
        """The same organizers one by one."""
        return [Unit(f"{MEETING}/organizers/{host.key}", (host,)) for host in self.hosts]


@dataclass(frozen=True)
class Directory:
    """What a run knows of the account."""

    me: Me
    admin: bool
    hosts: tuple[Host, ...]
    """The organizers that the settings take."""
    everyone: tuple[Host, ...]
    groups: tuple[Group, ...] = ()
    rejects: tuple[Reject, ...] = ()
    by_key: dict[str, Host] = field(default_factory=dict)
    """All organizers of the account, taken or not."""
    emails: frozenset[str] = frozenset()

    @property
    def account(self) -> str:
        """The key of the account."""
        return key_of(self.me.account_key) or key_of(next(iter(self.me.accounts), self.me).key)

    def takes(self, organizer: str) -> bool:
        """Whether meetings of this organizer are taken; those of one who left are, if all are."""
        if organizer in self.by_key:
            return any(host.key == organizer for host in self.hosts)
        return len(self.hosts) == len(self.everyone)


def directory(ctx: Ctx) -> Directory:
    """The account as it is now, read once per run. Raises ConfigError for an unknown organizer."""
    return ctx.once(read_directory)


def read_directory(ctx: Ctx) -> Directory:
    """Asks for who signed in, for organizers and for groups; three requests for an administrator.

    Source: `/admin/rest/v1/me`, `/G2M/rest/organizers` and `/G2M/rest/groups`.
    """
    api = goto(ctx)
    me, _ = api.page(f"{ADMIN}/me", Me)
    groups: list[Group] = []
    rejects: list[Reject] = []
    try:
        found, rejects = api.page(f"{MEETING}/organizers", OrganizerList)
    except (Denied, NotThere):
        everyone, admin = [own_host(me)], False
    else:
        everyone, admin = [host_of(row) for row in found.items], True
        try:
            listed, unreadable = api.page(f"{MEETING}/groups", GroupList)
            groups, rejects = listed.items, [*rejects, *unreadable]
        except (Denied, NotThere):
            pass  # an account without groups: organizers are read one by one
    everyone.sort(key=lambda host: host.key)
    return Directory(
        me,
        admin,
        tuple(chosen(ctx, everyone, admin)),
        tuple(everyone),
        tuple(groups),
        tuple(rejects),
        {host.key: host for host in everyone},
        frozenset(host.email for host in everyone if host.email),
    )


def own_host(me: Me) -> Host:
    """The person who signed in, as the only organizer."""
    return Host(key_of(me.key), address(me.email), me.first_name or "", me.last_name or "")


def host_of(row: Organizer) -> Host:
    """An organizer of the account; a group of 0 is none."""
    group = key_of(row.group_id)
    return Host(
        key_of(row.organizer_key),
        address(row.email),
        row.first_name or "",
        row.last_name or "",
        "" if group == "0" else group,
        row.status,
        None if row.products is None else tuple(row.products),
        whole(row.max_num_attendees_allowed),
    )


def chosen(ctx: Ctx, everyone: list[Host], admin: bool) -> list[Host]:
    """The organizers that the settings take. Raises ConfigError when a word matches none."""
    taken: set[str] = set()
    for wanted in ctx.settings.organizers:
        matching = {host.key for host in everyone if matches(wanted, host)}
        if not matching and wanted != "*":
            there = f"{len(everyone)} organizers" if admin else "only the person who signed in"
            raise ConfigError(
                f'source "{ctx.source}": {quoted(wanted)} of organizers matches nobody; GoTo'
                f" shows {there}; correct organizers under [sources.{ctx.source}.settings] in"
                f" plugins.toml (cophub discover {ctx.source} lists them)"
            )
        taken |= matching
    return [host for host in everyone if host.key in taken]


def quoted(wanted: str) -> str:
    """A word of the settings for a message, which must not name anybody's address."""
    return "an address" if "@" in wanted else repr(wanted)


def matches(wanted: str, host: Host) -> bool:
    """Whether a word of the settings means this organizer: key, address, name, or a pattern."""
    return means(wanted, host.key, host.email, host.name)


def units_of(found: Directory) -> list[Unit]:
    """The calls that give the meetings of the chosen organizers: as few as there can be."""
    if not found.admin:
        return [Unit(MEETING, found.hosts, own=True)]
    sizes = sizes_of(found.groups, found.everyone)
    members: dict[str, list[Host]] = {}
    for host in found.hosts:
        members.setdefault(host.group, []).append(host)
    units: list[Unit] = []
    for group, hosts in sorted(members.items()):
        together = Unit(f"{MEETING}/groups/{group}", tuple(hosts))
        whole_group = len(hosts) > 1 and 0 < sizes.get(group, 0) <= MOST_IN_GROUP
        units += [together] if whole_group else together.apart()
    return units


def sizes_of(groups: Iterable[Group], hosts: Iterable[Host]) -> dict[str, int]:
    """How many organizers each group has, those of its subgroups among them."""
    counted = Counter(host.group for host in hosts if host.group)
    own = {
        key_of(group.groupkey): max(
            whole(group.num_organizers) or 0, counted[key_of(group.groupkey)]
        )
        for group in groups
    }
    parents = {key_of(group.groupkey): key_of(group.parent_key) for group in groups}
    total = Counter(own)
    for key, size in own.items():
        seen, above = {key}, parents[key]
        while above in own and above not in seen:
            total[above] += size
            seen.add(above)
            above = parents[above]
    return dict(total)
