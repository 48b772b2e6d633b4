"""Kept evidence as it is told: organisations by their names, names by how they are alike."""

from collections.abc import Collection, Iterable, Sequence

from sqlalchemy import Connection, select

from cophub.identities.links import Account, in_parts
from cophub.identities.matching.reasons import Reason
from cophub.identities.matching.words import worded
from cophub.identities.profile import evidence_of
from cophub.warehouse import tables

Pair = tuple[Account, Account, Sequence[Reason]]
"""Two accounts and what is known of them together."""


def told(connection: Connection, pairs: Collection[Pair]) -> list[tuple[Reason, ...]]:
    """The reasons of each pair for readers, in the same order."""
    known = evidence_of(connection, {account for a, b, _ in pairs for account in (a, b)})
    names = {account: [e.name] for account, e in known.items() if e.name is not None}
    titles = _titles(
        connection,
        {r.detail for *_, reasons in pairs for r in reasons if r.name == "organization_same"},
    )
    return [worded(reasons, names.get(a, ()), names.get(b, ()), titles) for a, b, reasons in pairs]


def _titles(connection: Connection, keys: Iterable[str]) -> dict[str, str]:
    o = tables.organization.c
    found: dict[str, str] = {}
    for part in in_parts(sorted(keys)):
        query = select(o.key, o.name).where(o.key.in_(part), o.name.is_not(None))
        found |= {row.key: row.name for row in connection.execute(query)}
    return found


__all__ = ["Pair", "told"]
