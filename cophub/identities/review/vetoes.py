"""Pairs of people who cannot be one, whatever their strongest edge says: nobody is asked."""

from collections import defaultdict
from collections.abc import Collection, Iterable

from sqlalchemy import Connection

from cophub.identities.evidence import Name
from cophub.identities.links import holdings
from cophub.identities.profile import evidence_of
from cophub.identities.reading.names import EQUAL, compare


def vetoes(connection: Connection, pairs: Collection[frozenset[str]]) -> set[frozenset[str]]:
    """Those of the pairs that have two directory ids, or full names that clash."""
    names, directories = _said(connection, {person for pair in pairs for person in pair})
    found = set()
    for pair in pairs:
        if len(pair) == 2:
            one, other = pair
            ids = directories[one] | directories[other]
            if len(ids) > 1 or clash(names[one], names[other]):
                found.add(pair)
    return found


def clash(mine: Collection[Name], theirs: Collection[Name]) -> bool:
    """Whether a name of the one cannot be the other's; a name that both bear excuses others."""
    return any(
        compare(x, y).clash
        and not any(compare(x, name).level == EQUAL for name in theirs)
        and not any(compare(y, name).level == EQUAL for name in mine)
        for x in mine
        for y in theirs
    )


def _said(
    connection: Connection, people: Iterable[str]
) -> tuple[dict[str, set[Name]], dict[str, set[str]]]:
    """Names and directory ids of each person."""
    holders = holdings(connection, people)
    names: dict[str, set[Name]] = defaultdict(set)
    directories: dict[str, set[str]] = defaultdict(set)
    for account, e in evidence_of(connection, holders).items():
        person = holders[account]
        if e.name is not None:
            names[person].add(e.name)
        if e.directory:
            directories[person].add(e.directory)
    return names, directories


__all__ = ["clash", "vetoes"]
