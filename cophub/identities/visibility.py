"""Whose addresses may be read: where every source that gave them says so in plugins.toml.

A person is as visible as the most restricted of their accounts. That a private address and an
employer's belong together is known to the hub alone, so a source that masks its addresses masks all
of those of its people.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass

from sqlalchemy import Connection, func, select

from cophub.identities.links import Account, in_parts, owners
from cophub.warehouse import tables

_account, _link = tables.account, tables.person_account
_FEW = 500


@dataclass(frozen=True)
class Visibility:
    """Which addresses are shown in full."""

    asked: bool = False
    """Whether somebody who may read all of them asked for them."""
    sources: frozenset[str] = frozenset()
    """Sources that show theirs."""

    def people(self, connection: Connection, people: Iterable[str]) -> frozenset[str]:
        """Those of the people whose addresses are shown: all of each, or none."""
        wanted = frozenset(people)
        if self.asked or not self.sources or not wanted:
            return wanted if self.asked else frozenset()
        hidden: set[str] = set()
        given: dict[str, set[str]] = defaultdict(set)
        for person, source, addresses in _addresses(connection, wanted):
            given[person].update(addresses)
            if addresses and source not in self.sources:
                hidden.add(person)
        # What another source gave too, of whomever, is no less restricted here.
        open_to_all = {person: given[person] for person in given if person not in hidden}
        restricted = self._restricted(connection, set().union(*open_to_all.values()))
        return frozenset(p for p, theirs in open_to_all.items() if not theirs & restricted)

    def accounts(self, connection: Connection, accounts: Collection[Account]) -> frozenset[Account]:
        """Those of the accounts whose addresses are shown: as all of their person's are."""
        if self.asked or not self.sources:
            return frozenset(accounts) if self.asked else frozenset()
        of = owners(connection, accounts)
        shown = self.people(connection, of.values())
        return frozenset(account for account, person in of.items() if person in shown)

    def all_of(self, connection: Connection, people: Collection[str]) -> bool:
        """Whether the addresses of every one of these people are shown."""
        return self.asked or self.people(connection, people) == frozenset(people)

    def _restricted(self, connection: Connection, addresses: set[str]) -> set[str]:
        """Those of the addresses that a source gave which masks them."""
        if not addresses:
            return set()
        a = _account.c
        query = select(a.email, a.key).where(a.source.not_in(self.sources))
        if len(addresses) <= _FEW:  # else the table is read once, rather than for every few
            few = sorted(addresses)
            query = query.where(
                func.lower(func.trim(a.email)).in_(few) | func.lower(a.key).in_(few)
            )
        rows = connection.execute(query)
        return addresses & {_normal(text) for row in rows for text in row if text}


MASKED = Visibility()
"""What is shown to whoever asked for nothing, of sources that say nothing."""


def _addresses(
    connection: Connection, people: frozenset[str]
) -> Iterable[tuple[str, str, set[str]]]:
    """(person, source, addresses) of each account of the people."""
    a = _account.c
    query = select(_link.c.person, _link.c.source, a.email, _link.c.account, a.username, a.name)
    query = query.outerjoin(_account, (a.source == _link.c.source) & (a.key == _link.c.account))
    parts = in_parts(sorted(people)) if len(people) <= _FEW else [None]
    for part in parts:
        some = query if part is None else query.where(_link.c.person.in_(part))
        for person, source, *texts in connection.execute(some):
            if person in people:
                yield person, source, {_normal(text) for text in texts if text and "@" in text}


def _normal(address: str) -> str:
    return address.strip().lower()


__all__ = ["MASKED", "Visibility"]
