"""The stream of accounts, a pure function of the seed and the number of the person."""

from collections.abc import Iterator, Sequence
from random import Random
from typing import Any

import msgspec

from cophub.records import UNSET, Account
from cophub.sandbox import names
from cophub.sandbox.population.held import Held
from cophub.sandbox.world import latin

SOURCES = ("sharepoint", "yammer", "mailchimp", "gotomeeting", "dgroups")


class Population:
    """The first `accounts` accounts of the endless population that `seed` makes."""

    def __init__(self, *, seed: int, accounts: int) -> None:
        self.seed = seed
        self.size = accounts

    def accounts(self) -> Iterator[Held]:
        """Every account with its truth, person by person; the same each time."""
        done, person = 0, 0
        while done < self.size:
            for held in self._of(person):
                yield held
                done += 1
                if done == self.size:
                    return
            person += 1

    def rows(self, fields: Sequence[str]) -> Iterator[tuple[Any, ...]]:
        """The accounts as plain tuples of `fields`; None where the account does not say.

        `extra` is JSON text. For the reading of accounts: `reading.account.FIELDS`.
        """
        for held in self.accounts():
            account = held.account
            yield tuple(
                held.source if field == "source" else _plain(field, getattr(account, field))
                for field in fields
            )

    def _of(self, person: int) -> Iterator[Held]:
        chance = Random(self.seed * 1_000_003 + person)
        culture = chance.choice(names.CULTURES)
        given, family = chance.choice(culture.given), chance.choice(culture.family)
        name, domain = chance.choice(names.ORGANISATIONS)[:2]
        work = f"{latin(given)}.{latin(family)}{person}@{domain}"
        private = f"{latin(given)}{person}@gmail.com"
        for number in range(chance.choices((1, 2, 3, 4, 5), (25, 25, 25, 15, 10))[0]):
            source = chance.choice(SOURCES)
            email = chance.choice((work, private, None))
            shown = chance.choice((f"{given} {family}", f"{family} {given}", given))
            account = Account(
                key=f"{person * 7919 % 1_000_003}-{number}",
                name=shown,
                email=email,
                organization=name if chance.random() < 0.5 else UNSET,
                country=culture.places[0][0],
            )
            yield Held(person, source, account, (), "person", " " in shown, email or "")


def _plain(field: str, value: Any) -> Any:
    if value is UNSET or value is None:
        return None
    return msgspec.json.encode(value).decode() if field == "extra" else value
