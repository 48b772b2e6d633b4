"""The people of the population, in blocks of sixteen: who they are, where they work, their mail.

A block is a pure function of the seed and its number, but for the mailboxes: what an earlier person
took at a provider is no longer free. Ties between people - couples, fathers and sons, namesakes,
brothers, successors in a post - stay within a block.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from random import Random

from cophub.sandbox.population.calling import Called, call, family_of
from cophub.sandbox.population.cultures import Culture, some_culture
from cophub.sandbox.population.folding import listed, local
from cophub.sandbox.population.mailboxes import Mailboxes
from cophub.sandbox.population.organizations import Organization, organizations
from cophub.sandbox.population.places import Country
from cophub.sandbox.population.texts import job_title, role

BLOCK = 16
TIES = (
    # what, share of the population
    ("couple", 0.012), ("father_and_son", 0.008), ("namesakes", 0.008), ("siblings", 0.014),
    ("successors", 0.024),
)  # fmt: skip
"""Two people each: share of all people who are in one."""
MARRIED, MOVED, ROLE_USERS, SECOND_PRIVATE, FAVOURITE = 0.04, 0.18, 0.012, 0.10, 0.34
"""Shares: of women a marriage with a new name; of people a change of employer, a role mailbox that
they use besides others, a second private mailbox; one address that they give everywhere."""
_STAY = frozenset(
    listed(
        "iberian mexican colombian platense andean ethiopian somali sudanese arabic maghrebi "
        "persian chinese korean vietnamese burmese italian afghan malagasy rwandan sahel"
        " bangladeshi"
    )
)
"""Where a woman keeps her name when she marries, or has none to change."""


@dataclass(slots=True)
class Human:
    """One human being."""

    number: int
    culture: Culture
    called: Called
    country: Country
    city: str
    employer: Organization
    job_title: str
    born: Called | None = None
    """The name before a marriage."""
    former: Organization | None = None
    work: str = ""
    old_work: str = ""
    """The mailbox at the former employer, or under the former name."""
    private: list[str] = field(default_factory=list)
    role: str = ""
    """A role mailbox used besides."""
    tie: str = ""
    favourite: str = ""
    """The address that is given everywhere, by those who have one; else empty."""
    communities: tuple[int, ...] = ()


class People:
    """Blocks of people, to be asked for in order."""

    def __init__(self, seed: int) -> None:
        self.seed = seed
        self.organizations = organizations(seed)
        self.mailboxes = Mailboxes()

    def blocks(self) -> Iterator[tuple[Random, list[Human]]]:
        """Without an end; with each the chance to go on with."""
        number = 0
        while True:
            chance = Random((self.seed << 40) + number)
            yield chance, self._block(number, chance)
            number += 1

    def _block(self, block: int, chance: Random) -> list[Human]:
        people: list[Human] = []
        while len(people) < BLOCK:
            number = block * BLOCK + len(people)
            one = self._single(number, chance)
            tie = _tie(chance)
            if tie and len(people) < BLOCK - 1:
                people += self._pair(one, number + 1, tie, chance)
            else:
                self._settle(one, chance)
                people.append(one)
        return people

    def _single(self, number: int, chance: Random) -> Human:
        culture = some_culture(chance)
        called = call(culture, chance)
        country = chance.choice(culture.places)
        if chance.random() < 0.07:  # a few live abroad
            country = chance.choice(some_culture(chance).places)
        employer = self.organizations.pick(chance, number, country.code)
        human = Human(
            number, culture, called, country, chance.choice(country.cities), employer,
            job_title(country.language, chance),
        )  # fmt: skip
        number_of = 10 + int(0.9 * number**0.5)
        near = hash_of(country.code) % number_of
        wanted = 1 if (drawn := chance.random()) < 0.5 else 2 if drawn < 0.8 else 3
        picked = {
            near if chance.random() < 0.4 else int(number_of * chance.random() ** 1.7)
            for _ in range(wanted)
        }
        human.communities = tuple(sorted(picked))
        return human

    def _settle(self, one: Human, chance: Random) -> None:
        """Give the person mailboxes, and a past."""
        boxes = self.mailboxes
        if (
            one.called.woman
            and one.culture.key not in _STAY
            and one.called.family
            and chance.random() < MARRIED
        ):
            self._marry(one, chance)
        if chance.random() < one.employer.mailboxes * 0.9:
            one.work = one.work or boxes.work(one.called, one.employer, chance)
        if one.born and one.work and chance.random() < 0.5:
            one.old_work = boxes.work(one.born, one.employer, chance)
        if chance.random() < MOVED:
            one.former = self.organizations.pick(chance, one.number, one.country.code)
            if chance.random() < 0.8:
                one.old_work = boxes.work(one.born or one.called, one.former, chance)
        if not one.private and (not one.work or chance.random() < 0.62):
            name = one.born if one.born and chance.random() < 0.5 else one.called
            one.private.append(boxes.private(name, one.country.language, chance))
        if one.private and chance.random() < SECOND_PRIVATE:
            one.private.append(boxes.private(one.called, one.country.language, chance))
        if not one.role and chance.random() < ROLE_USERS:
            one.role = self._role(one, chance)
        if chance.random() < FAVOURITE:
            one.favourite = (
                one.work if one.work and chance.random() < 0.5 else (one.private or [one.work])[0]
            )

    def _marry(self, one: Human, chance: Random) -> None:
        one.born = one.called
        new = family_of(one.culture, chance, woman=True)
        if chance.random() < 0.25:  # both names
            joint = chance.choice(("-", " "))
            both = one.called.f + joint + new.spellings[0]
            new = new._replace(spellings=(both,), native="")
        one.called = one.called._replace(family=(new,))

    def _role(self, one: Human, chance: Random) -> str:
        name = role(one.country.language, chance)
        return self.mailboxes.take(name, one.employer.domains[0], chance)

    def _pair(self, one: Human, number: int, tie: str, chance: Random) -> list[Human]:
        other = self._single(number, chance)
        other.tie = one.tie = tie
        other.culture, other.country, other.city = one.culture, one.country, one.city
        culture, called = one.culture, one.called
        if tie == "couple":
            spouse = call(culture, chance, woman=not called.woman)
            keeps = culture.key in _STAY or not called.family or chance.random() < 0.25
            other.called = spouse if keeps else spouse._replace(family=called.family)
            one.private = other.private = [self._shared_box(one, other, chance)]
        elif tie == "siblings":
            other.called = call(culture, chance)._replace(family=called.family)
        else:
            other.called = called
        if tie == "father_and_son":
            self._generations(one, other, chance)
        if tie in ("namesakes", "successors"):
            other.employer = one.employer
            other.called = called if tie == "namesakes" else call(culture, chance)
        tied = [one, other]
        if tie == "successors":
            one.role = other.role = self._role(one, chance)
            while (number := number + 1) % BLOCK and chance.random() < 0.4:
                third = self._single(number, chance)
                third.employer, third.role, third.tie = one.employer, one.role, tie
                tied.append(third)
        for person in tied:
            self._settle(person, chance)
            if tie == "couple":
                del person.private[1:]
        return tied

    def _shared_box(self, one: Human, other: Human, chance: Random) -> str:
        names = [local(person.called.g) or "we" for person in (one, other)]
        family = local(one.called.f) or names[0]
        name = chance.choice(
            (
                f"{names[0]}.{names[1]}",
                f"{family}.family",
                f"{names[0]}and{names[1]}",
                f"{family}{names[0]}",
            )
        )
        return self.mailboxes.take(name, chance.choice(("gmail.com", "yahoo.com")), chance)

    def _generations(self, father: Human, son: Human, chance: Random) -> None:
        """A son with his father's name: Jr., or the word of his language for it."""
        if father.called.woman:
            father.called = call(father.culture, chance, woman=False)
        words = {"es": ("hijo", "Jr."), "pt": ("Filho", "Júnior", "Neto")}.get(
            father.country.language, ("Jr.", "Jr", "II")
        )
        father.called = father.called._replace(suffix=chance.choice(("", "", "", "Sr.")))
        son.called = father.called._replace(suffix=chance.choice(words))
        if chance.random() < 0.5:
            son.employer = father.employer
        if chance.random() < 0.3:
            box = self.mailboxes.private(father.called, father.country.language, chance)
            father.private, son.private = [box], [box]


def _tie(chance: Random) -> str:
    """How the next person is tied to the one after; empty for most."""
    drawn = chance.random()
    for tie, share in TIES:
        # A tie takes two people, and the last person of a block has nobody to be tied to.
        drawn -= share / 2 * (BLOCK + 0.6) / (BLOCK - 1)
        if drawn < 0:
            return tie
    return ""


def hash_of(text: str) -> int:
    """A small number from a text, the same in every process."""
    return sum(ord(letter) * 31**place for place, letter in enumerate(text))
