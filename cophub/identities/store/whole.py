"""The whole directory from nothing: every account is read, weighed and put into the index."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Connection

from cophub.identities.evidence import Evidence
from cophub.identities.matching.clustering import Decision
from cophub.identities.matching.match import Matching, match
from cophub.identities.matching.scoring import Labels
from cophub.identities.matching.weights import Weights
from cophub.identities.reading.remembered import forget_texts
from cophub.identities.reading.rules import Reader
from cophub.identities.store.edges import edge_rows, put_edges, tie_rows
from cophub.identities.store.groups import groups_of
from cophub.identities.store.index import every_account, known_accounts, put_accounts
from cophub.identities.store.people import Changes, write_people
from cophub.warehouse.staging import execute


def read_everybody(
    connection: Connection, reader: Reader, *, cached: bool
) -> tuple[list[Evidence], list[int]]:
    """The evidence and digest of every account, ordered by source and key.

    What the index holds of a row that is as it was is taken from there, where `cached`.
    """
    known = known_accounts(connection) if cached else {}
    accounts: list[Evidence] = []
    digests: list[int] = []
    for row in every_account(connection, reader):
        mark = reader.digest(row)
        before = known.get((row[0], row[1]))
        same = before is not None and before.digest == mark
        accounts.append(before.evidence if before and same else reader.read(row))
        digests.append(mark)
    forget_texts()
    return accounts, digests


def resolve_whole(
    connection: Connection,
    accounts: Sequence[Evidence],
    digests: Sequence[int],
    *,
    register: Labels,
    decisions: Sequence[Decision],
    weights: Weights,
    now: datetime,
    run: int,
    left: frozenset[str],
) -> tuple[Matching, Changes]:
    """Weigh everything anew; the index is made anew, people keep their ids."""
    matching = match(accounts, register=register, decisions=decisions, weights=weights)
    _write_index(connection, accounts, digests, matching)
    groups = groups_of(accounts, matching.clustering)
    return matching, write_people(connection, groups, now, run, left)


def _write_index(
    connection: Connection,
    accounts: Sequence[Evidence],
    digests: Sequence[int],
    matching: Matching,
) -> None:
    for table in ("identity_edge", "identity_key", "identity_evidence"):
        execute(connection, f"DELETE FROM {table}")
    numbers = range(1, len(accounts) + 1)
    entries = zip(numbers, digests, matching.anchors, accounts, matching.keys, strict=True)
    put_accounts(connection, entries)
    number = {(e.source, e.key): at for at, e in zip(numbers, accounts, strict=True)}
    rows = edge_rows(matching.edges, matching.clustering.joined, number)
    rows += tie_rows(matching.nodes, accounts, number)
    put_edges(connection, rows)


__all__ = ["read_everybody", "resolve_whole"]
