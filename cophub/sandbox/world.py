"""An invented world: people of many cultures, their organisations, and the communities they join.

Everything is a pure function of the seed and an index, so that any number of vendors can be
emulated about the same people, in any order, and time can run on for ever. Instants are whole
seconds since 1970 in UTC.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache, lru_cache
from random import Random
from typing import NamedTuple

from cophub.sandbox import names
from cophub.sandbox.population.calling import Called, call, family_of
from cophub.sandbox.population.cultures import culture_of, some_culture
from cophub.sandbox.population.folding import local
from cophub.sandbox.population.texts import job_title

DAY = 86_400
YEAR = 365 * DAY
FOUNDING_DAYS = 45
OWN_SCRIPT = 0.25
"""The share of those whose names are not in Latin letters who write them so everywhere."""
STYLES = ("{f}.{l}", "{i}{l}", "{f}", "{l}.{f}", "{f}_{l}")
"""How organisations make mailboxes of a first and a last name; each has one."""
PRIVATE_STYLES = ("{f}", "{f}{l}", "{f}.{l}", "{i}{l}", "{l}{f}")
FOUNDERS = 0.4
"""The share of a community's people who were there within its first weeks."""


class Organisation(NamedTuple):
    """Where people work."""

    name: str
    domain: str
    kind: str


class Community(NamedTuple):
    """A community of practice; `rhythm` is how often it sends a newsletter."""

    key: str
    title: str
    domain: str
    rhythm: str


@dataclass(frozen=True, slots=True)
class Person:
    """One human being. `family` is empty for those who have one name only."""

    index: int
    given: str
    family: str
    culture: str
    language: str
    country: str
    city: str
    timezone: str
    organisation: Organisation
    job_title: str
    work_email: str
    personal_email: str
    prefers_personal: bool
    family_first: bool

    @property
    def name(self) -> str:
        """The name as its owner would write it."""
        parts = (self.family, self.given) if self.family_first else (self.given, self.family)
        return " ".join(part for part in parts if part)


class Turn(NamedTuple):
    """Something that happens to a person: `married`, `moved` (to another employer), `erased`."""

    at: int
    what: str
    number: int


class Stay(NamedTuple):
    """A person in a community from `joined` to `left` (None: still there)."""

    community: int
    joined: int
    left: int | None


def latin(text: str) -> str:
    """Lower-case ASCII letters and digits for an address; `""` where the script is not Latin."""
    return local(text)


class World:
    """People, organisations and communities made from `seed`.

    `people` have arrived by `now`, counted from `years` earlier; more arrive afterwards at the same
    pace. Nothing here changes: the same question always has the same answer.
    """

    def __init__(
        self, seed: int = 1, *, people: int = 400, communities: int = 6, now: int, years: float = 2
    ) -> None:
        self.seed = seed
        self.now = now
        self.start = now - round(years * YEAR)
        self.organisations = tuple(Organisation(*row) for row in names.ORGANISATIONS)
        self.communities = tuple(_community(index) for index in range(communities))
        self._founders = round(people * FOUNDERS)
        founding = min(FOUNDING_DAYS * DAY, (now - self.start) // 2)
        self._founding_gap = founding / max(self._founders, 1)
        self._growth_from = self.start + founding
        self._gap = (now - self._growth_from) / max(people - self._founders, 1)

    def random(self, *key: object) -> Random:
        """A source of chance for one purpose: the same key, the same chance."""
        return Random("/".join(map(str, (self.seed, *key))))

    def arrival(self, index: int) -> int:
        """When the person first joins anything; grows with the index."""
        if index < self._founders:
            return self.start + int(self._founding_gap * (index + 0.5))
        return self._growth_from + int(self._gap * (index - self._founders + 0.5))

    def arrivals(self, start: int = 0) -> Iterator[tuple[int, int]]:
        """(instant, person) for every person there will ever be, in order, without an end."""
        index = start
        while True:
            yield self.arrival(index), index
            index += 1

    @lru_cache(maxsize=4096)  # noqa: B019 - a world lives as long as the process needs it
    def person(self, index: int) -> Person:
        """Who the person was on arrival."""
        chance = self.random("person", index)
        culture = some_culture(chance)
        called = call(culture, chance)
        given, family = _own_names(called, chance)
        country = chance.choice(culture.places)
        organisation = chance.choice(self.organisations)
        local_part = _local_part(called, organisation, index, chance)
        return Person(
            index=index,
            given=given,
            family=family,
            culture=culture.key,
            language=culture.language,
            country=country.code,
            city=chance.choice(country.cities),
            timezone=country.timezone,
            organisation=organisation,
            job_title=job_title(country.language, chance),
            work_email=f"{local_part}@{organisation.domain}",
            personal_email=_personal(called, index, chance),
            prefers_personal=chance.random() < 0.15,
            family_first=culture.family_first,
        )

    @lru_cache(maxsize=4096)  # noqa: B019 - the same
    def stays(self, index: int) -> tuple[Stay, ...]:
        """Every stay the person will ever have in a community, by the instant of joining."""
        chance = self.random("stays", index)
        wanted = chance.choices((1, 2, 3, 4), (55, 25, 13, 7))[0]
        chosen = chance.sample(range(len(self.communities)), min(wanted, len(self.communities)))
        joined, stays = self.arrival(index), list[Stay]()
        for community in chosen:
            stays += _stays_in(community, joined, chance)
            joined += int(chance.expovariate(1 / (60 * DAY)))
        return tuple(sorted(stays, key=lambda stay: stay.joined))

    @lru_cache(maxsize=4096)  # noqa: B019 - the same
    def turns(self, index: int) -> tuple[Turn, ...]:
        """What will happen to the person over twenty years, by instant."""
        chance, arrival = self.random("turns", index), self.arrival(index)
        turns: list[Turn] = []
        for what, years in (("moved", 10.0), ("married", 40.0), ("erased", 60.0)):
            if what == "married" and not self.person(index).family:
                continue  # who has one name keeps it
            at = arrival + int(chance.expovariate(1 / (years * YEAR)))
            while at < arrival + 20 * YEAR:
                turns.append(Turn(at, what, len(turns)))
                if what != "moved":
                    break
                at += int(chance.expovariate(1 / (years * YEAR)))
        return tuple(sorted(turns))

    def new_family_name(self, index: int, turn: Turn) -> str:
        """The family name taken at a marriage."""
        person = self.person(index)
        chance = self.random("married", index, turn.number)
        word = family_of(culture_of(person.culture), chance)
        in_latin = bool(latin(person.given)) or not word.native
        return word.spellings[0] if in_latin else word.native

    def new_organisation(self, index: int, turn: Turn) -> Organisation:
        """The employer after a move."""
        return self.random("moved", index, turn.number).choice(self.organisations)


@cache
def same_world(seed: int, *, people: int, communities: int, now: int, years: float) -> World:
    """One world for all who ask for the same: nothing in it changes, and much is looked up."""
    return World(seed, people=people, communities=communities, now=now, years=years)


def work_address(person: Person, organisation: Organisation) -> str:
    """The person's address at an organisation."""
    return f"{person.work_email.partition('@')[0]}@{organisation.domain}"


def _community(index: int) -> Community:
    key, title, domain, rhythm = names.COMMUNITIES[index % len(names.COMMUNITIES)]
    again = index // len(names.COMMUNITIES)
    return (
        Community(f"{key}{again + 1}", f"{title} {again + 1}", domain, rhythm)
        if again
        else Community(key, title, domain, rhythm)
    )


def _own_names(called: Called, chance: Random) -> tuple[str, str]:
    """Given and family name as their owner writes them, some in their own script."""
    if called.native and chance.random() < OWN_SCRIPT:
        return called.given.native, "".join(word.native for word in called.family)
    return called.g, called.f


def _local_part(called: Called, organisation: Organisation, index: int, chance: Random) -> str:
    """By the style of the organisation, for nine in ten; with a number, as no two may be alike."""
    first, last = latin(called.g), latin(called.f)
    if not first or not last:
        return f"{first or last or 'staff'}{index}"
    style = STYLES[sum(map(ord, organisation.domain)) % len(STYLES)]
    if chance.random() < 0.12:
        style = chance.choice(STYLES)
    name = style.format(f=first, l=last, i=first[0])
    return f"{name}{index}" if chance.random() < 0.35 or style == "{f}" else f"{name}.{index % 97}"


def _personal(called: Called, index: int, chance: Random) -> str:
    first, last = latin(called.g), latin(called.f)
    style = chance.choice(PRIVATE_STYLES if first and last else PRIVATE_STYLES[:1])
    name = style.format(f=first or last or "user", l=last, i=first[:1])
    return f"{name}{index}@{chance.choice(names.PERSONAL_DOMAINS)}"


def _stays_in(community: int, joined: int, chance: Random) -> Iterator[Stay]:
    """A stay and, for one leaver in six, another some months later."""
    for _ in range(2):
        length = int(chance.expovariate(1 / (5 * YEAR)))
        left = joined + max(length, 2 * DAY) if length < 20 * YEAR else None
        yield Stay(community, joined, left)
        if left is None or chance.random() > 0.17:
            return
        joined = left + int(chance.uniform(20, 200) * DAY)
