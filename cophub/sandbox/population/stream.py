"""The stream of accounts: people block by block, each with their accounts, and what is nobody's."""

from collections.abc import Iterator, Sequence
from typing import Any

import msgspec

from cophub.records import UNSET
from cophub.sandbox.population.held import Held
from cophub.sandbox.population.nobody import nobodies
from cophub.sandbox.population.people import People
from cophub.sandbox.population.vendors import Desk, everyone

SOURCES = ("sharepoint", "yammer", "mailchimp", "gotomeeting", "dgroups", "mail")


class Population:
    """The first `accounts` accounts of the endless population that `seed` makes.

    A larger number gives the same accounts and more. About 10,000 people have 27,284 accounts.
    """

    def __init__(self, *, seed: int, accounts: int) -> None:
        self.seed = seed
        self.size = accounts

    def accounts(self) -> Iterator[Held]:
        """Every account with its truth, person by person; the same each time.

        A million take 25 s and about 120 MB: a number for each mailbox that is taken.
        """
        left = self.size
        for held in self._all():
            if not left:
                return
            left -= 1
            yield held

    def rows(self, fields: Sequence[str]) -> Iterator[tuple[Any, ...]]:
        """The accounts as plain tuples of `fields`; None where the account does not say.

        `extra` is JSON text. For the reading of accounts: `reading.account.FIELDS`.
        """
        for held in self.accounts():
            yield row(held, fields)

    def _all(self) -> Iterator[Held]:
        people, desk = People(self.seed), Desk(self.seed)
        for number, (chance, block) in enumerate(people.blocks()):
            yield from everyone(block, desk, chance)
            yield from nobodies(number, people.organizations, people.mailboxes, desk, chance)


def row(held: Held, fields: Sequence[str]) -> tuple[Any, ...]:
    """One account as a plain tuple of `fields`."""
    account = held.account
    other = {"source": held.source, "communities": "\n".join(sorted(held.memberships)) or None}
    return tuple(
        other[field] if field in other else _plain(getattr(account, field)) for field in fields
    )


def _plain(value: Any) -> Any:
    if value is UNSET:
        return None
    return msgspec.json.encode(value).decode() if isinstance(value, dict) else value
