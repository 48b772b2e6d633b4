"""An invented world: people of many cultures, their organisations, and the communities they join.

Everything is a pure function of the seed and an index, so that any number of vendors can be
emulated about the same people, in any order, and time can run on for ever. Instants are whole
seconds since 1970 in UTC.
"""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from random import Random
from typing import NamedTuple

from cophub.sandbox import names

DAY = 86_400
YEAR = 365 * DAY
FOUNDING_DAYS = 45
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
    """One human being; `work_email` is None for those who only give a personal address."""

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
        return " ".join(parts)


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
    plain = unicodedata.normalize(
        "NFKD", text.replace("ø", "o").replace("Ø", "O").replace("ß", "ss")
    )
    return re.sub(r"[^a-z0-9]+", "", plain.encode("ascii", "ignore").decode().lower())


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
        culture = chance.choice(names.CULTURES)
        given, family = (
            chance.choice(culture.given),
            chance.choice(culture.family).replace("-", " "),
        )
        country, city, timezone = chance.choice(culture.places)
        organisation = chance.choice(self.organisations)
        local = _local_part(given, family, index, chance)
        return Person(
            index=index,
            given=given,
            family=family,
            culture=culture.key,
            language=culture.language,
            country=country,
            city=city,
            timezone=timezone,
            organisation=organisation,
            job_title=chance.choice(names.JOB_TITLES),
            work_email=f"{local}@{organisation.domain}",
            personal_email=_personal(given, index, chance),
            prefers_personal=chance.random() < 0.15,
            family_first=culture.family_first,
        )

    def stays(self, index: int) -> list[Stay]:
        """Every stay the person will ever have in a community, by the instant of joining."""
        chance = self.random("stays", index)
        wanted = chance.choices((1, 2, 3, 4), (55, 25, 13, 7))[0]
        chosen = chance.sample(range(len(self.communities)), min(wanted, len(self.communities)))
        joined, stays = self.arrival(index), list[Stay]()
        for community in chosen:
            stays += _stays_in(community, joined, chance)
            joined += int(chance.expovariate(1 / (60 * DAY)))
        return sorted(stays, key=lambda stay: stay.joined)

    def turns(self, index: int) -> list[Turn]:
        """What will happen to the person over twenty years, by instant."""
        chance, arrival = self.random("turns", index), self.arrival(index)
        turns: list[Turn] = []
        for what, years in (("moved", 10.0), ("married", 40.0), ("erased", 60.0)):
            at = arrival + int(chance.expovariate(1 / (years * YEAR)))
            while at < arrival + 20 * YEAR:
                turns.append(Turn(at, what, len(turns)))
                if what != "moved":
                    break
                at += int(chance.expovariate(1 / (years * YEAR)))
        return sorted(turns)

    def new_family_name(self, index: int, turn: Turn) -> str:
        """The family name taken at a marriage."""
        culture = next(c for c in names.CULTURES if c.key == self.person(index).culture)
        return self.random("married", index, turn.number).choice(culture.family).replace("-", " ")

    def new_organisation(self, index: int, turn: Turn) -> Organisation:
        """The employer after a move."""
        return self.random("moved", index, turn.number).choice(self.organisations)


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


def _local_part(given: str, family: str, index: int, chance: Random) -> str:
    first, last = latin(given), latin(family)
    if not first or not last:
        return f"staff{index}"
    style = chance.choice(("{f}.{l}", "{i}{l}", "{f}", "{l}.{f}", "{f}_{l}"))
    local = style.format(f=first, l=last, i=first[0])
    return (
        f"{local}{index}" if chance.random() < 0.35 or style == "{f}" else f"{local}.{index % 97}"
    )


def _personal(given: str, index: int, chance: Random) -> str:
    return f"{latin(given) or 'user'}{index}@{chance.choice(names.PERSONAL_DOMAINS)}"


def _stays_in(community: int, joined: int, chance: Random) -> Iterator[Stay]:
    """A stay and, for one leaver in six, another some months later."""
    for _ in range(2):
        length = int(chance.expovariate(1 / (5 * YEAR)))
        left = joined + max(length, 2 * DAY) if length < 20 * YEAR else None
        yield Stay(community, joined, left)
        if left is None or chance.random() > 0.17:
            return
        joined = left + int(chance.uniform(20, 200) * DAY)
