"""What the vendor holds: users, groups, subscriptions, topics and messages.

Instants are whole seconds since 1970; an instant of 0 is one that never was.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import NamedTuple

NORMAL, PENDING, BANNED = "sub_status_normal", "sub_status_pending", "sub_status_banned"
MEMBER, MODERATOR, OWNER = "sub_modstatus_none", "sub_modstatus_moderator", "sub_modstatus_owner"
CONFIRMED, BOUNCING, BOUNCED = (
    "user_status_confirmed",
    "user_status_bouncing",
    "user_status_bounced",
)


@dataclass(slots=True)
class User:
    """One account of the vendor; `person` is the index in the world, None for the hub's own."""

    id: int
    person: int | None
    created: int
    updated: int
    email: str
    full_name: str
    user_name: str
    timezone: str
    location: str = ""
    about_me: str = ""
    website: str = ""
    status: str = CONFIRMED
    keen: float = 0.1
    """How readily this person writes, from 0 to 1."""

    @property
    def shown(self) -> str:
        """The name beside a post: an address where no name was given."""
        return self.full_name or self.email


@dataclass(slots=True)
class Sub:
    """A subscription: one stay of a user in a group."""

    id: int
    group: "Group"
    user: User
    created: int
    updated: int
    status: str = NORMAL
    mod_status: str = MEMBER
    delivery: str = "email_delivery_single"
    posts: int = 0
    most_recent: int = 0
    left: int | None = None


class Ended(NamedTuple):
    """How a subscription ended: `left_member`, `removed_member` or `expired_member`.

    An expired one waited for approval and was never a member.
    """

    id: int
    at: int
    action: str
    sub: Sub


class Attached(NamedTuple):
    """A file that hangs on a message."""

    id: int
    filename: str
    media_type: str


class Hashtag(NamedTuple):
    """A tag of a group's topics."""

    id: int
    name: str
    description: str
    colour: str


@dataclass(slots=True, eq=False)
class Topic:
    """A conversation; `messages` are those that are there now, in the order of their numbers."""

    id: int
    group: "Group"
    subject: str
    created: int
    updated: int
    hashtags: tuple[Hashtag, ...] = ()
    sticky: bool = False
    closed: bool = False
    moderated: bool = False
    messages: list["Message"] = field(default_factory=list)

    @property
    def most_recent(self) -> int:
        """The date of its latest message."""
        return max(message.created for message in self.messages)


@dataclass(slots=True, eq=False)
class Message:
    """One post; `created` is its Date, `appeared` when it could first be read.

    A text of None is made from the id when it is asked for.
    """

    id: int
    num: int
    topic: Topic
    user: User
    created: int
    appeared: int
    updated: int
    answers: "Message | None" = None
    is_reply: bool = False
    plain: bool = False
    web: bool = False
    text: str | None = None
    likes: list[int] = field(default_factory=list)
    """When each like comes, in order; later ones are not there yet."""
    attachments: tuple[Attached, ...] = ()

    @property
    def group(self) -> "Group":
        """The group it was posted to."""
        return self.topic.group


@dataclass(slots=True, eq=False)
class Event:
    """An entry of a group's calendar."""

    id: int
    group: "Group"
    title: str
    starts: int
    ends: int
    created: int
    updated: int
    user: User
    location: str = ""
    about: str = ""


@dataclass(slots=True, eq=False)
class File:
    """A file or folder of a group; `path` is where it is, "/" for the top."""

    id: int
    group: "Group"
    path: str
    name: str
    folder: bool
    created: int
    updated: int
    user: User
    media_type: str = ""
    about: str = ""
    size: int = 0


class Act(NamedTuple):
    """A line of a group's activity log: who did what."""

    id: int
    at: int
    user: User
    about: str


@dataclass(slots=True, eq=False)
class Group:
    """A group or subgroup; `community` is its number in the world."""

    id: int
    name: str
    title: str
    about: str
    community: int
    created: int
    updated: int
    parent: "Group | None" = None
    announce: bool = False
    moderated: bool = False
    restricted: bool = False
    subs: dict[int, Sub] = field(default_factory=dict)
    """Who is in it, pending or banned, by user id."""
    past: list[Ended] = field(default_factory=list)
    roster: list[User] = field(default_factory=list)
    """Everybody who was ever let in, to draw authors from."""
    topics: dict[int, Topic] = field(default_factory=dict)
    messages: dict[int, Message] = field(default_factory=dict)
    """By number, in the order of the numbers."""
    last_num: int = 0
    hashtags: tuple[Hashtag, ...] = ()
    events: list[Event] = field(default_factory=list)
    files: list[File] = field(default_factory=list)
    acts: list[Act] = field(default_factory=list)
    denied: set[str] = field(default_factory=set)
    """Permissions that the hub's account lacks here beyond those of its role."""

    @property
    def nice_name(self) -> str:
        """The last part of the name."""
        return self.name.rpartition("+")[2]

    @property
    def address(self) -> str:
        """Where mail to the group goes."""
        above = f"{self.parent.name}." if self.parent else ""
        return f"{self.nice_name}@{above}{DOMAIN}"

    @property
    def tag(self) -> str:
        """What stands before each subject."""
        return f"[{self.nice_name}]"

    def present(self) -> Iterable[Sub]:
        """Those who are members now."""
        return (sub for sub in self.subs.values() if sub.status == NORMAL)

    def holds(self, user: User) -> bool:
        """Whether the user is a member now."""
        sub = self.subs.get(user.id)
        return sub is not None and sub.status == NORMAL


DOMAIN = "dgroups.io"


class Ids:
    """Numbers that grow by uneven steps, as those of a service with many other groups."""

    def __init__(self, first: int, step: int) -> None:
        self._last, self._step = first, step

    def next(self) -> int:
        """The next number."""
        self._last += 1 + self._last * 7_919 % self._step
        return self._last


class State:
    """All of it, by id."""

    def __init__(self) -> None:
        self.users: dict[int, User] = {}
        self.groups: dict[int, Group] = {}
        self.by_name: dict[str, Group] = {}
        self.user_ids, self.sub_ids = Ids(1_232_858, 17), Ids(2_817_873, 29)
        self.topic_ids, self.message_ids = Ids(71_000_000, 41), Ids(80_000_000, 23)
        self.thing_ids = Ids(300_000, 11)

    def add_group(self, group: Group) -> Group:
        """Hold a group."""
        self.groups[group.id] = self.by_name[group.name] = group
        return group

    def rename_group(self, group: Group, name: str, now: int) -> None:
        """Give a group another name; its id, and its subgroups, stay with it."""
        below = [each for each in self.groups.values() if each.parent is group]
        del self.by_name[group.name]
        group.name, group.updated = name, now
        self.by_name[name] = group
        for each in below:
            self.rename_group(each, f"{name}+{each.nice_name}", now)

    def remove_group(self, group: Group) -> None:
        """Forget a group and those below it."""
        for each in [one for one in self.groups.values() if one.parent is group]:
            self.remove_group(each)
        del self.groups[group.id], self.by_name[group.name]
