"""What is known of a community, as the parts of a brief look at it."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cached_property
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

if TYPE_CHECKING:
    from cophub.pipelines.brief.wording import Speech

Ref = tuple[str, str]
"""(source, key)"""

HOSTS = frozenset({"owner", "moderator", "facilitator"})


@dataclass(frozen=True)
class Place:
    """A space of the community."""

    title: str
    url: str | None
    kind: str
    visibility: str
    """public, members, secret; empty: not known"""

    @property
    def secret(self) -> bool:
        """Whether it is not even known to others that there is such a space."""
        return self.visibility == "secret"


@dataclass(frozen=True)
class Someone:
    """A person of the directory; `name` never holds a whole address, and may be empty."""

    id: str
    name: str
    organization: str = ""
    parent: str = ""
    """Key of the organisation that theirs is an office of."""
    country: str = ""


@dataclass(frozen=True)
class Stay:
    """One person in one space."""

    person: str
    space: Ref
    status: str
    role: str
    joined_at: datetime | None
    """When they joined, where it is known; else they are not known to be new."""
    asked_at: datetime
    """Of a pending one: since when it is known."""
    url: str | None = None


@dataclass(frozen=True)
class Post:
    """A post by a human being, or by nobody that is known (`person` is empty then)."""

    ref: Ref
    space: Ref
    thread: Ref
    person: str
    author: str
    """Who wrote it: the person's id, else the name it bears; two that differ are two authors."""
    human: bool
    kind: str
    title: str
    body: str
    at: datetime
    url: str | None
    reactions: int = 0
    views: int = 0


@dataclass(frozen=True)
class Act:
    """A row of the view `activity`."""

    person: str
    kind: str
    at: datetime
    ref: Ref
    space: Ref
    weight: int


_SAME_TIME = timedelta(minutes=15)


@dataclass(frozen=True)
class Happening:
    """An event of the community."""

    ref: Ref
    space: Ref
    title: str
    starts_at: datetime
    ends_at: datetime | None
    url: str | None
    registered: int | None


@dataclass(frozen=True)
class Paper:
    """A document that came lately."""

    ref: Ref
    space: Ref
    title: str
    url: str | None
    person: str
    at: datetime


@dataclass(frozen=True)
class Thread:
    """A post that began something, and what others wrote below it, oldest first."""

    first: Post
    replies: tuple[Post, ...]

    def answers(self) -> Iterator[Post]:
        """Replies by another human being."""
        return (
            reply for reply in self.replies if reply.human and reply.author != self.first.author
        )


@dataclass
class Facts:
    """A community as of an instant: nothing in here happened later."""

    key: str
    title: str
    as_of: datetime
    zone: ZoneInfo
    speak: "Speech"
    """The language that it is told in."""
    places: dict[Ref, Place] = field(default_factory=dict)
    people: Mapping[str, Someone] = field(default_factory=dict)
    zones: Mapping[str, str] = field(default_factory=dict)
    """IANA names by person, where their time is known."""
    stays: list[Stay] = field(default_factory=list)
    posts: list[Post] = field(default_factory=list)
    """Of the last twelve months, oldest first."""
    acts: list[Act] = field(default_factory=list)
    """Of the same months."""
    events: list[Happening] = field(default_factory=list)
    papers: list[Paper] = field(default_factory=list)
    mail_opened_at: dict[str, datetime] = field(default_factory=dict)
    """When a person last opened a newsletter or followed a link in one."""

    @cached_property
    def members(self) -> frozenset[str]:
        """Everybody with an active membership of any space."""
        return frozenset(stay.person for stay in self.stays if stay.status == "active")

    @cached_property
    def hosts(self) -> frozenset[str]:
        """Those who own, moderate or facilitate a space."""
        return frozenset(stay.person for stay in self.stays if stay.role in HOSTS)

    @cached_property
    def threads(self) -> tuple[Thread, ...]:
        """Threads whose first post is known, in the order in which they began."""
        below: dict[Ref, list[Post]] = defaultdict(list)
        for post in self.posts:
            if post.ref != post.thread:
                below[post.thread].append(post)
        firsts = (post for post in self.posts if post.ref == post.thread)
        return tuple(Thread(post, tuple(below.get(post.ref, ()))) for post in firsts)

    def where(self, space: Ref) -> str:
        """Title of a space; empty where it tells no more than the community's, or there is none."""
        place = self.places.get(space)
        return place.title if place and place.title != self.title else ""

    def visibility(self, space: Ref) -> str:
        """Who sees a space; empty where that is not known."""
        place = self.places.get(space)
        return place.visibility if place else ""

    def secret(self, space: Ref) -> bool:
        """Whether a space of ours is secret."""
        place = self.places.get(space)
        return place is not None and place.secret

    def link(self, url: str | None, space: Ref) -> str | None:
        """Where something is; where that is not known, where its space is."""
        place = self.places.get(space)
        return url or (place.url if place else None)

    def sent(self, at: datetime, space: Ref) -> str:
        """Where to look for a message that has no page of its own; its subject is the title."""
        day, place = self.speak.on_date(at, self.zone), self.places.get(space)
        if place is None or not place.title:
            return self.speak.say("It has no page of its own; it is of {day}.", day=day)
        return self.speak.say(
            "It has no page of its own: look in {where}, on {day}.", where=place.title, day=day
        )

    def name(self, person: str) -> str:
        """Name of a person for readers."""
        found = self.people.get(person)
        if found and not found.name:
            return self.speak.say("Somebody without a name")
        return found.name if found else self.speak.say("Somebody")

    def series(self, events: Iterable[Happening]) -> list[list[Happening]]:
        """The times of each event, soonest first: those of one title are one event.

        A calendar and a meeting tool may both tell of one time: it is here once.
        """
        found: dict[tuple[str, ...], list[Happening]] = {}
        for event in sorted(events, key=lambda each: (each.starts_at, not each.url)):
            name = " ".join(event.title.casefold().split())
            seen = self.visibility(event.space)
            times = found.setdefault((name, seen) if name else event.ref, [])
            if not times or event.starts_at - times[-1].starts_at >= _SAME_TIME:
                times.append(event)
        return list(found.values())

    def event_title(self, event: Happening) -> str:
        """What an event is called."""
        return event.title or self.speak.say("Untitled event")

    def paper_title(self, paper: Paper) -> str:
        """What a document is called."""
        return paper.title or self.speak.say("Untitled document")
