"""What of a person is not in doubt: the accounts that weak joins alone tie to the others."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, Connection, select

from cophub.identities.decisions import Fact
from cophub.identities.store.index import find_accounts
from cophub.warehouse import tables

_edge, _evidence, _link = tables.identity_edge, tables.identity_evidence, tables.person_account


@dataclass(frozen=True)
class Parts:
    """Parts of people, by the numbers of their accounts; people without weak joins are left out."""

    of: dict[int, str]
    sizes: dict[str, int]
    """Accounts of each part."""


def parts_of(
    connection: Connection,
    weak: ColumnElement[bool],
    ends: Iterable[tuple[int, int]],
    known: Sequence[Fact],
) -> Parts:
    """The parts of all people that weak joins (`ends`, those for which `weak` holds) tie together.

    What somebody said was the same since people were last made counts as one part.
    """
    above: dict[int, int] = {}

    def top(number: int) -> int:
        root = number
        while (higher := above.setdefault(root, root)) != root:
            root = higher
        while above[number] != root:
            above[number], number = root, above[number]
        return root

    for a, b in _firm(connection, weak):
        above[top(b)] = top(a)
    for a, b in ends:
        top(a), top(b)
    for a, b in _said_same(connection, known):
        if a in above and b in above:
            above[top(b)] = top(a)
    of = {number: f"part {top(number)}" for number in above}
    return Parts(of, Counter(of.values()))


def _firm(connection: Connection, weak: ColumnElement[bool]) -> list[tuple[int, int]]:
    """The other joins and ties of people who have a weak join."""
    doubtful = (
        select(_link.c.person)
        .select_from(_edge)
        .join(_evidence, _evidence.c.id == _edge.c.a)
        .join(_link, _is_of)
        .where(weak)
    )
    query = (
        select(_edge.c.a, _edge.c.b)
        .select_from(_edge)
        .join(_evidence, _evidence.c.id == _edge.c.a)
        .join(_link, _is_of)
        .where(_edge.c.joined, ~weak, _link.c.person.in_(doubtful))
    )
    return [(row.a, row.b) for row in connection.execute(query)]


_is_of = (_link.c.source == _evidence.c.source) & (_link.c.account == _evidence.c.account)


def _said_same(connection: Connection, known: Sequence[Fact]) -> Iterable[tuple[int, int]]:
    same = [fact for fact in known if fact.same]
    found = find_accounts(connection, {account for fact in same for account in fact.pair})
    for fact in same:
        if fact.a in found and fact.b in found:
            yield found[fact.a].id, found[fact.b].id


__all__ = ["Parts", "parts_of"]
