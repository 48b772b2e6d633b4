"""Webinars: announced, registered for, held, and attended by about half of those who registered."""

from collections import defaultdict
from functools import partial
from random import Random

from cophub.sandbox.goto.account import Account, address
from cophub.sandbox.goto.state import (
    Organizer,
    Registrant,
    Stay,
    Webinar,
    WebinarSession,
    long_key,
    number,
)
from cophub.sandbox.timeline import Timeline
from cophub.sandbox.world import DAY, latin

MINUTE, HOUR = 60, 3_600
AHEAD = 30 * DAY
LENGTH = HOUR
TITLES = (
    "Launch of the new guidance", "Evidence for better decisions", "Lessons from five countries",
    "Tools that work offline", "Open questions, open data", "Meet the authors",
)  # fmt: skip
NO_SHOWS = 0.45


class Webinars:
    """Every webinar of the account, by organizer in order of announcement."""

    def __init__(self, account: Account, timeline: Timeline) -> None:
        self.account = account
        self.world = account.world
        self.timeline = timeline
        self.by_organizer: defaultdict[int, list[Webinar]] = defaultdict(list)
        self.by_key: dict[int, Webinar] = {}

    def begin(self) -> None:
        """Put on the timeline what will happen."""
        for community in range(len(self.world.communities)):
            self._plan(community, 0, self.world.start)

    def host(self, community: int) -> Organizer:
        """Who gives a community's webinars: its own organizer, or one who has the licence."""
        own = self.account.hosts[community]
        return own if own.webinars else self.account.admin

    def _plan(self, community: int, serial: int, after: int) -> None:
        chance = self.world.random("webinar", community, serial)
        day = after + chance.randint(150, 330) * DAY
        start = day - day % DAY + chance.randint(8, 15) * HOUR

        def announce() -> None:
            self.announce(community, serial, start, chance)
            self._plan(community, serial + 1, start)

        self.timeline.at(start - AHEAD, announce)

    def announce(self, community: int, serial: int, start: int, chance: Random) -> Webinar:
        """A webinar that people can register for from now on; it is held when its times come."""
        key = long_key(self.world.seed, "webinar", community, serial)
        name = self.world.communities[community].key.upper()
        parts = 2 if chance.random() < 0.2 else 1
        webinar = Webinar(
            key=key,
            id=str(number(10**8, 10**9, key)),
            subject=f"{name} webinar: {chance.choice(TITLES)}",
            description=f"A webinar of {self.world.communities[community].title}.",
            organizer=self.host(community),
            community=community,
            times=[(start + 7 * DAY * n, start + 7 * DAY * n + LENGTH) for n in range(parts)],
            announced=self.timeline.now,
            manual=chance.random() < 0.25,
        )
        webinar.registrants = list(self._registrants(webinar, chance))
        self.by_organizer[webinar.organizer.key].append(webinar)
        self.by_key[key] = webinar
        for begin, _ in webinar.times:
            self.timeline.at(begin, partial(self._hold, webinar, begin))
        return webinar

    # Registration

    def _registrants(self, webinar: Webinar, chance: Random) -> list[Registrant]:
        crowd, now = self.account.crowd, self.timeline.now
        members = crowd.members(webinar.community or 0, now)
        people = set(chance.sample(members, round(len(members) * chance.uniform(0.25, 0.5))))
        outside = round(len(people) * 0.2) + 2
        people |= {chance.randrange(crowd.arrived(now)) for _ in range(outside)}
        people.discard(webinar.organizer.person)
        made = [self._registrant(webinar, person) for person in sorted(people)]
        return sorted(made, key=lambda each: (each.registered, each.key))

    def _registrant(self, webinar: Webinar, index: int) -> Registrant:
        chance = self.world.random("registers", webinar.key, index)
        person = self.account.crowd.person(index, webinar.announced)
        email = address(person)
        # The form wants a family name: who has none repeats the given name.
        given, family = person.given, person.family or person.given
        if chance.random() < 0.1:
            given, family = given.lower(), family.lower()
        elif chance.random() < 0.08:
            given, family = latin(given).title() or given, latin(family).title() or family
        # Some register when all is over, for the recording.
        last = webinar.times[-1][1]
        late = chance.random() < 0.06
        registered = last + chance.randint(1, 20) * HOUR if late else _before(webinar, chance)
        states = ("APPROVED", "DENIED", "WAITING") if webinar.manual else ("APPROVED",)
        return Registrant(
            key=long_key("registrant", webinar.key, index),
            person=index,
            given=given,
            family=family,
            email=email if chance.random() > 0.05 else email.upper(),
            registered=registered,
            status=chance.choices(states, (88, 7, 5)[: len(states)])[0],
        )

    def register(self, webinar: Webinar, count: int) -> None:
        """So many more people register now; the vendor lists them first."""
        known = {each.person for each in webinar.registrants}
        fresh = [index for index in range(len(known) + count) if index not in known][:count]
        for index in fresh:
            made = self._registrant(webinar, index)
            made.registered = self.timeline.now
            webinar.registrants.insert(0, made)

    # Holding

    def _hold(self, webinar: Webinar, planned: int) -> None:
        if webinar.organizer.suspended:
            return
        chance = self.world.random("held", webinar.key, planned)
        start = planned + chance.randint(-2, 5) * MINUTE
        end = start + LENGTH + chance.randint(-10, 15) * MINUTE
        reported = end + (chance.randint(5, 24) * HOUR if chance.random() < 0.4 else 5 * MINUTE)
        session = WebinarSession(
            long_key("webinar session", webinar.key, planned), start, end, reported
        )
        for registrant in webinar.registrants:
            there = chance.random() > NO_SHOWS
            if there and registrant.registered < start and registrant.status == "APPROVED":
                session.stays.append(Stay(registrant, _spans(start, end, chance)))
        webinar.sessions.append(session)


def _before(webinar: Webinar, chance: Random) -> int:
    """An instant of registration; most come on the first days and on the last."""
    span = webinar.times[0][0] - webinar.announced
    return webinar.announced + int(span * chance.betavariate(0.6, 0.5))


def _spans(start: int, end: int, chance: Random) -> list[tuple[int, int]]:
    join = start + int(chance.triangular(0, (end - start) * 0.5, 30))
    leave = end if chance.random() < 0.7 else chance.randint(join + MINUTE, end)
    if chance.random() > 0.12 or leave - join < 10 * MINUTE:
        return [(join, leave)]
    cut = chance.randint(join + MINUTE, leave - 5 * MINUTE)
    return [(join, cut), (cut + chance.randint(15, 200), leave)]
