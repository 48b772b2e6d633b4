"""Accounts and the people they are of, read in parts that one statement takes."""

from collections.abc import Iterable, Iterator, Mapping
from itertools import islice
from typing import TypeVar

from sqlalchemy import Connection, func, select

from cophub.warehouse import tables

Account = tuple[str, str]
"""(source, key) of an account."""

_PART = 500
"""Both databases take so many values in one statement, and more would not be faster."""
_link = tables.person_account
T = TypeVar("T")


def in_parts(values: Iterable[T]) -> Iterator[list[T]]:
    """The values, so many at a time as one statement takes."""
    rest = iter(values)
    while part := list(islice(rest, _PART)):
        yield part


def by_source(accounts: Iterable[Account]) -> Mapping[str, list[str]]:
    """The keys of accounts, by source; both in order."""
    found: dict[str, list[str]] = {}
    for source, key in sorted(accounts):
        found.setdefault(source, []).append(key)
    return found


def keys_in_parts(accounts: Iterable[Account]) -> Iterator[tuple[str, list[str]]]:
    """(source, keys) of accounts, so many at a time as one statement takes."""
    for source, keys in by_source(accounts).items():
        for part in in_parts(keys):
            yield source, part


def owners(connection: Connection, accounts: Iterable[Account]) -> dict[Account, str]:
    """The person of each account; an account that is nobody's yet is left out."""
    found: dict[Account, str] = {}
    for source, keys in keys_in_parts(set(accounts)):
        query = select(_link.c.account, _link.c.person).where(
            _link.c.source == source, _link.c.account.in_(keys)
        )
        found |= {(source, row.account): row.person for row in connection.execute(query)}
    return found


def holdings(connection: Connection, people: Iterable[str]) -> dict[Account, str]:
    """Every account of these people, with its person; ordered by source and key."""
    found: dict[Account, str] = {}
    for part in in_parts(sorted(set(people))):
        query = select(_link.c.source, _link.c.account, _link.c.person)
        rows = connection.execute(query.where(_link.c.person.in_(part)))
        found |= {(row.source, row.account): row.person for row in rows}
    return dict(sorted(found.items()))


def accounts_of(connection: Connection, people: Iterable[str]) -> list[Account]:
    """The accounts of people, ordered by source and key."""
    return list(holdings(connection, people))


def sizes(connection: Connection, people: Iterable[str]) -> dict[str, int]:
    """How many accounts each of these people has; whoever has none is left out."""
    found: dict[str, int] = {}
    for part in in_parts(sorted(set(people))):
        query = select(_link.c.person, func.count()).where(_link.c.person.in_(part))
        rows = connection.execute(query.group_by(_link.c.person))
        found |= {row[0]: row[1] for row in rows}
    return found


__all__ = [
    "Account", "accounts_of", "by_source", "holdings", "in_parts", "keys_in_parts", "owners",
    "sizes",
]  # fmt: skip
