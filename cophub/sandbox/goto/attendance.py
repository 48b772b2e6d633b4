"""Who comes to a meeting, what they type as their name, and how often their line breaks."""

from collections.abc import Iterator
from random import Random

from cophub.sandbox.goto.account import Account, address
from cophub.sandbox.goto.state import Meeting, Session, Visit
from cophub.sandbox.world import DAY, Person, latin

MINUTE, HOUR = 60, 3_600
OUTSIDERS = 0.04
"""How many of those present are in no way members: speakers, colleagues, people who were told."""
GIVES_ADDRESS, SOMETIMES, NEVER = "gives", "sometimes", "never"
HABITS = (GIVES_ADDRESS, SOMETIMES, NEVER)
DEVICES = ("iPhone de {}", "{}'s iPad", "Galaxy de {}", "iPhone ({})", "{} - mobile")
STYLES = ("full", "turned", "given", "nick", "initial", "device", "work", "caps", "plain")
SHARES = (46, 12, 12, 5, 7, 6, 5, 4, 3)


def typed(person: Person, style: str, chance: Random) -> str:
    """The person's name as typed on joining, by the style of the day."""
    given, family = person.given, person.family
    short = given.split("-")[0]
    return {
        "full": f"{given} {family}",
        "turned": f"{family} {given}",
        "given": given.lower(),
        "nick": short[: max(2, min(4, len(short) - 1))],
        "initial": f"{given[0]}. {family}" if family else given,
        "device": chance.choice(DEVICES).format(given),
        "work": f"{given} {family} ({person.organisation.name})",
        "caps": f"{family.upper()} {given}",
        "plain": f"{latin(given).title() or given} {latin(family).title() or family}",
    }[style].strip()


class Attendance:
    """Fills a session with the visits of the people who come."""

    def __init__(self, account: Account) -> None:
        self.account = account
        self.world = account.world

    def fill(self, session: Session) -> None:
        """Decide who comes to a session, from when to when, and when the report tells of it."""
        meeting = session.meeting
        chance = self.world.random("session", session.key)
        late = int(chance.uniform(0.2, 1) * DAY) if chance.random() < 0.3 else chance.randint(2, 9)
        for index in self._people(meeting, session.start, chance):
            own = self.world.random("visit", session.key, index)
            for visit in self._visits(session, index, own):
                # A part of a late report may be there at once.
                prompt = late > HOUR and own.random() < 0.3
                visit.reported = session.end + (MINUTE if prompt else late)
                session.visits.append(visit)
        session.visits.sort(key=lambda visit: (visit.join, visit.person))

    def _people(self, meeting: Meeting, instant: int, chance: Random) -> list[int]:
        host = meeting.organizer.person
        crowd = self.account.crowd
        if meeting.community is None:
            anyone = range(min(crowd.arrived(instant), 40))
            return sorted({host, *chance.sample(anyone, min(len(anyone), chance.randint(1, 7)))})
        members = crowd.members(meeting.community, instant)
        share = chance.uniform(*meeting.audience)
        # Some come nearly always and others hardly ever: a habit, not a throw of dice each time.
        eager = sorted(members, key=lambda index: self._reluctance(index, meeting, chance))
        present = set(eager[: round(len(members) * share)])
        for _ in range(round(len(present) * OUTSIDERS + chance.random() * 0.8)):
            present.add(chance.randrange(crowd.arrived(instant)))
        return sorted(present | {host})

    def _reluctance(self, index: int, meeting: Meeting, chance: Random) -> float:
        return self.world.random("eager", index, meeting.community).random() + chance.random()

    def _visits(self, session: Session, index: int, chance: Random) -> Iterator[Visit]:
        person = self.account.crowd.person(index, session.start)
        host = index == session.meeting.organizer.person
        name, email = self._shown(session, person, chance, host=host)
        for number, (join, left) in enumerate(_spans(session, chance, host=host)):
            lost = not host and chance.random() < 0.03
            leave = max(session.end, left) if lost else left
            if number and chance.random() < 0.3:
                # Another device has another name, nobody types an address there, and it may come
                # before the first one goes.
                name, email = typed(person, "device", chance), ""
                join -= min(join - session.start, chance.choice((0, 300)))  # noqa: PLW2901
            yield Visit(index, name, email, join, leave, lost)

    def _shown(
        self, session: Session, person: Person, chance: Random, *, host: bool
    ) -> tuple[str, str]:
        """Name and address in the report; those of an organizer come from the account."""
        own = self.world.random("habits", person.index)
        usual = own.choices(STYLES, SHARES)[0]
        style = usual if chance.random() < 0.75 else chance.choices(STYLES, SHARES)[0]
        habit = own.choices(HABITS, (60, 20, 20))[0]
        if host:
            return session.meeting.organizer.name, session.meeting.organizer.email
        email = address(person)
        if chance.random() < 0.08:
            email = email.title() if chance.random() < 0.5 else email.upper()
        given = habit == GIVES_ADDRESS or (habit == SOMETIMES and chance.random() < 0.5)
        return typed(person, style, chance), email if given and style != "device" else ""


def _spans(session: Session, chance: Random, *, host: bool) -> list[tuple[int, int]]:
    """When one person was there: mostly once, for some with a break, for few on two devices."""
    start, end = session.start, session.end
    length = end - start
    if host:
        return [(start, end)]
    join = start + int(chance.triangular(-5 * MINUTE, length * 0.6, MINUTE))
    leave = end + chance.randint(-3, 40) if chance.random() < 0.7 else 0
    if leave <= join:
        leave = chance.randint(join + MINUTE, max(end, join + 2 * MINUTE))
    if chance.random() > 0.15 or leave - join < 10 * MINUTE:
        return [(join, leave)]
    cut = chance.randint(join + 2 * MINUTE, leave - 6 * MINUTE)
    return [(join, cut), (cut + chance.randint(20, 4 * MINUTE), leave)]
