"""The tenant: its people, guests and groups, and how they live on the sandbox's timeline.

The world's first organisation owns the tenant: its people are members, all others are guests. Each
of the world's communities is one Microsoft 365 group, Engage community and Yammer group with the
same guid, and `sites/KEY` in SharePoint. A part hears of changes by `tenant.watch(function)`.
"""

import json
from base64 import b64encode
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import partial
from hashlib import md5
from typing import Literal, NamedTuple
from uuid import UUID

from cophub.sandbox.timeline import Timeline
from cophub.sandbox.world import DAY, Organisation, Person, Stay, Turn, World, latin, work_address

DOMAIN = "contoso.onmicrosoft.com"
HOST = "contoso.sharepoint.com"
COLLABORATION = "Collaborate, ask and share what works."

Happened = Literal[
    "created", "changed", "disabled", "deleted", "joined", "left", "promoted", "demoted",
    "retitled", "dissolved",
]  # fmt: skip
Watcher = Callable[[Happened, "User", "Group | None"], object]


def guid(*key: object) -> str:
    """A guid that is always the same for the same key, in lower case."""
    digest = md5("/".join(map(str, key)).encode(), usedforsecurity=False).digest()
    return str(UUID(bytes=digest, version=4))


@dataclass(slots=True, eq=False)
class User:
    """A person's account in the directory; `person` is their number in the world."""

    id: str
    upn: str
    name: str
    given: str
    family: str
    mail: str | None
    """None for a guest of whom the directory holds other addresses only."""
    address: str
    """Where mail reaches them, whatever `mail` says."""
    yammer_id: int
    created: int
    changed: int
    guest: bool = False
    title: str | None = None
    department: str | None = None
    country: str | None = None
    city: str | None = None
    language: str | None = None
    timezone: str = "UTC"
    person: int | None = None
    enabled: bool = True
    deleted: int | None = None

    @property
    def login(self) -> str:
        """The login name that SharePoint knows: claims before the UPN in lower case."""
        return f"i:0#.f|membership|{self.upn.lower()}"


class Change(NamedTuple):
    """A line of a group's log; `serial` grows over the whole tenant."""

    serial: int
    at: int
    role: Literal["members", "owners"]
    user: str
    added: bool


@dataclass(slots=True, eq=False)
class Group:
    """A group; `members` and `owners` are user ids with the instant of joining.

    kind: "community" (Microsoft 365 group, Engage, Yammer and a site), "legacy" (Yammer alone) or
    "security" (a directory group, whose `nested` are groups within it).
    """

    id: str
    key: str
    title: str
    description: str
    kind: str
    created: int
    private: bool = False
    yammer_id: int = 0
    community: int | None = None
    """Its number in the world."""
    members: dict[str, int] = field(default_factory=dict)
    owners: dict[str, int] = field(default_factory=dict)
    nested: list[str] = field(default_factory=list)
    log: list[Change] = field(default_factory=list)
    changed: int = 0
    """The serial of the last change to the group's own fields."""

    @property
    def community_id(self) -> str:
        """Its id in Graph's communities: base64 of Yammer's id, without padding."""
        inside = json.dumps({"_type": "Group", "id": str(self.yammer_id)}, separators=(",", ":"))
        return b64encode(inside.encode()).decode().rstrip("=")

    @property
    def site_url(self) -> str:
        """Its SharePoint site, by its real address."""
        return f"https://{HOST}/sites/{self.key}"

    @property
    def mail(self) -> str:
        """The group's own address."""
        return f"{self.key}@{DOMAIN}"


class Tenant:
    """Users and groups by id, now; `communities` in the world's order, `legacy` beside them."""

    def __init__(self, world: World, timeline: Timeline) -> None:
        self.world = world
        self.timeline = timeline
        self.id = guid(world.seed, "tenant")
        self.home: Organisation = world.organisations[0]
        self.users: dict[str, User] = {}
        """Deleted users are not here, but in `gone`."""
        self.gone: dict[str, User] = {}
        self.groups: dict[str, Group] = {}
        self.dissolved: list[tuple[int, Group]] = []
        """Groups that were deleted, each with the serial of that."""
        self.serial = 0
        self.epoch = 0
        """Cursors of an earlier epoch are refused."""
        self._watchers: list[Watcher] = []
        self._account: dict[int, User] = {}
        self._family: dict[int, str] = {}
        self._employer: dict[int, Organisation] = {}
        self._erased: set[int] = set()
        start = world.start
        self.admin = self._staff("admin", "Office", "Admin", start)
        self.service = self._staff("svc-cophub", "Hub", "Service", start)
        self.communities = [self._community(number) for number in range(len(world.communities))]
        self._numbered = tuple(self.communities)
        self.legacy = self._group("legacy", "socialclub", "Social Club", "legacy")
        self.teams = [self._group(f"team{n}", f"team{n}", f"Team {n}", "security") for n in (1, 2)]
        self.staff = self._group("staff", "allstaff", "All Staff", "security")
        self.staff.nested = [team.id for team in self.teams]

    # What there is

    def watch(self, watcher: Watcher) -> None:
        """Call `watcher(what, user, group or None)` after each change from now on."""
        self._watchers.append(watcher)

    def person(self, index: int) -> Person:
        """The human being behind a user."""
        return self.world.person(index)

    def account_of(self, index: int) -> User | None:
        """The account that a person of the world has now."""
        return self._account.get(index)

    def find(self, name: str) -> User | None:
        """A user by guid, UPN or address, letter case aside."""
        low = name.lower()
        if (found := self.users.get(low)) is not None:
            return found
        each: Iterator[User] = iter(self.users.values())
        return next((u for u in each if low in (u.upn.lower(), u.address.lower())), None)

    # Beginning

    def begin(self) -> None:
        """Found the communities, and let people arrive; the timeline runs afterwards."""
        for group in (*self.communities, self.legacy):
            self.promote(group, self.admin)
            if group is not self.communities[-1]:  # there, the owner is no member
                self.join(group, self.admin)
        self.join(self.communities[0], self.service)
        self.join(self.staff, self.admin)
        arrivals = self.world.arrivals()

        def arrive() -> None:
            _, index = upcoming[0]
            self._schedule(index)
            upcoming[0] = next(arrivals)
            self.timeline.at(upcoming[0][0], arrive)

        upcoming = [next(arrivals)]
        self.timeline.at(upcoming[0][0], arrive)

    def _schedule(self, index: int) -> None:
        for stay in self.world.stays(index):
            self.timeline.at(stay.joined, partial(self._arrive, index, stay))
            if stay.left is not None:
                self.timeline.at(stay.left, partial(self._depart, index, stay))
        for turn in self.world.turns(index):
            self.timeline.at(turn.at, partial(self._turn, index, turn))

    def _staff(self, local: str, given: str, family: str, at: int) -> User:
        number = len(self.users)
        user = User(
            guid(self.world.seed, "staff", local), f"{local}@{DOMAIN}", f"{given} {family}", given,
            family, f"{local}@{DOMAIN}", f"{local}@{DOMAIN}", 1_000_000_100 + number, at, at,
        )  # fmt: skip
        self.users[user.id] = user
        return user

    def _community(self, number: int) -> Group:
        about = self.world.communities[number]
        group = self._group(about.key, about.key, about.title, "community")
        group.community, group.private = number, number % 3 == 1
        group.description = f"{about.domain}. {COLLABORATION}"
        return group

    def _group(self, name: str, key: str, title: str, kind: str) -> Group:
        yammer = 150_000_000_000 + 7_919 * len(self.groups) if kind != "security" else 0
        made = Group(
            guid(self.world.seed, "group", name), key, title, "", kind, self.world.start,
            yammer_id=yammer,
        )  # fmt: skip
        self.groups[made.id] = made
        return made

    # People

    def _arrive(self, index: int, stay: Stay) -> None:
        if index in self._erased:
            return
        user = self._account.get(index) or self._new_account(index)
        group = self._numbered[stay.community]
        few_owners = len(group.owners) < 3 and not user.guest
        self.join(group, user, owner=few_owners)
        if self.world.random("legacy", index, stay.community).random() < 0.1:
            self.join(self.legacy, user)

    def _depart(self, index: int, stay: Stay) -> None:
        if (user := self._account.get(index)) is not None:
            self.leave(self._numbered[stay.community], user)

    def _new_account(self, index: int) -> User:
        person, now = self.world.person(index), self.timeline.now
        employer = self._employer.get(index, person.organisation)
        family = self._family.get(index, person.family)
        chance = self.world.random("account", index, employer.domain)
        guest = employer != self.home
        work = work_address(person, employer)
        address = person.personal_email if guest and person.prefers_personal else work
        upn = _guest_upn(address) if guest else _member_upn(work, index)
        name = person.name.replace(person.family, family)
        user = User(
            id=guid(self.world.seed, "user", index, now),
            upn=upn, name=name, given=person.given, family=family,
            mail=None if guest and chance.random() < 0.1 else address,
            address=address, yammer_id=2_000_000_000_000 + 13 * (len(self.users) + len(self.gone)),
            created=now, changed=now, guest=guest,
            title=person.job_title if chance.random() < 0.8 else None,
            department=None if guest else chance.choice(("Programmes", "Research", "Finance")),
            country=person.country, city=person.city, language=person.language,
            timezone=person.timezone, person=index,
        )  # fmt: skip
        self.users[user.id] = self._account[index] = user
        self._tell("created", user)
        if not guest:
            self.join(self.teams[index % 2], user)
        return user

    def _turn(self, index: int, turn: Turn) -> None:
        user = self._account.get(index)
        if turn.what == "married":
            self._family[index] = self.world.new_family_name(index, turn)
            if user is not None:
                self.rename(user, self._family[index])
        elif turn.what == "moved":
            self._employer[index] = self.world.new_organisation(index, turn)
            if user is not None and not user.guest and self._employer[index] != self.home:
                self.disable(user)
                self.timeline.at(self.timeline.now + 30 * DAY, partial(self.delete, user))
        elif turn.what == "erased":
            self._erased.add(index)
            if user is not None:
                self.delete(user)

    # Change, by the timeline or by a test

    def rename(self, user: User, family: str) -> None:
        """A new family name; a member's UPN and address follow it, the guid stays."""
        user.name = user.name.replace(user.family, family)
        user.family = family
        local = ".".join(filter(None, (latin(user.given), latin(family))))
        if not user.guest and local:
            user.upn = f"{local}.{user.yammer_id % 9973}@{user.upn.partition('@')[2]}"
            user.mail = user.address = user.upn.lower()
        self._changed(user, "changed")

    def disable(self, user: User) -> None:
        """The account stays, and nobody can sign in to it."""
        if user.deleted is None:
            user.enabled = False
            self._changed(user, "disabled")

    def delete(self, user: User) -> None:
        """The account is gone, and with it its place in every group."""
        if user.deleted is not None:
            return
        for group in self.groups.values():
            self.leave(group, user)
        user.deleted = self.timeline.now
        self.users.pop(user.id, None)
        self.gone[user.id] = user
        if user.person is not None and self._account.get(user.person) is user:
            del self._account[user.person]
        self._changed(user, "deleted")

    def join(self, group: Group, user: User, *, owner: bool = False) -> None:
        """The user becomes a member and, with `owner`, an owner as well."""
        if user.deleted is not None or group.id not in self.groups:
            return
        if user.id not in group.members:
            group.members[user.id] = self.timeline.now
            self._log(group, "members", user, added=True)
            self._tell("joined", user, group)
        if owner:
            self.promote(group, user)

    def promote(self, group: Group, user: User) -> None:
        """The user becomes an owner, which does not make them a member."""
        if user.deleted is None and user.id not in group.owners:
            group.owners[user.id] = self.timeline.now
            self._log(group, "owners", user, added=True)
            self._tell("promoted", user, group)

    def leave(self, group: Group, user: User) -> None:
        """The user is neither owner nor member any more."""
        if group.owners.pop(user.id, None) is not None:
            self._log(group, "owners", user, added=False)
            self._tell("demoted", user, group)
        if group.members.pop(user.id, None) is not None:
            self._log(group, "members", user, added=False)
            self._tell("left", user, group)

    def retitle(self, group: Group, title: str) -> None:
        """The group has another title; its key and its site's address stay."""
        group.title = title
        self.serial += 1
        group.changed = self.serial
        self._tell("retitled", self.admin, group)

    def dissolve(self, group: Group) -> None:
        """The group is deleted, and with it the community."""
        self.serial += 1
        self.dissolved.append((self.serial, group))
        del self.groups[group.id]
        if group in self.communities:
            self.communities.remove(group)
        self._tell("dissolved", self.admin, group)

    def _log(
        self, group: Group, role: Literal["members", "owners"], user: User, *, added: bool
    ) -> None:
        self.serial += 1
        group.log.append(Change(self.serial, self.timeline.now, role, user.id, added))

    def _changed(self, user: User, what: Happened) -> None:
        user.changed = self.timeline.now
        self._tell(what, user)

    def _tell(self, what: Happened, user: User, group: Group | None = None) -> None:
        for watcher in self._watchers:
            watcher(what, user, group)


def _guest_upn(address: str) -> str:
    return f"{address.replace('@', '_')}#EXT#@{DOMAIN}"


def _member_upn(work: str, index: int) -> str:
    """Some accounts were made with capitals, some before the domain was verified."""
    if index % 5 == 0:
        return f"{work.partition('@')[0]}@{DOMAIN}"
    return work.title() if index % 5 == 1 else work
