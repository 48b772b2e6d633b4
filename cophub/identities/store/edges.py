"""What was weighed, in the warehouse: edges between accounts, each standing for its node."""

import math
from collections.abc import Collection, Iterable, Mapping, Sequence

import msgspec
from sqlalchemy import Connection

from cophub.identities.evidence import Evidence
from cophub.identities.matching.nodes import Node, Ref
from cophub.identities.matching.scoring import Edge, Reason
from cophub.identities.store.rows import Row, among, change_among, put
from cophub.warehouse.staging import execute, settle, staged

TIE = "tie"
COLUMNS = ("a", "b", "score", "verdict", "joined", "reasons")
_DECIDED = 1e9
"""How an edge that people decided is kept: no database of ours takes an infinite number alike."""


def edge_rows(
    edges: Iterable[Edge], joined: Iterable[Edge], number: Mapping[Ref, int]
) -> list[Row]:
    """Rows of edges, and of those that joined people; `number` gives the number of an account."""
    joining = {ends(edge, number): edge for edge in joined}
    kept = {ends(edge, number): edge for edge in edges} | joining
    rows: list[Row] = []
    for pair, edge in kept.items():
        score = _DECIDED if edge.score == math.inf else edge.score
        reasons = msgspec.json.encode(edge.reasons).decode()
        rows.append((*pair, score, edge.verdict, pair in joining, reasons))
    return rows


def ends(edge: Edge, number: Mapping[Ref, int]) -> tuple[int, int]:
    """The numbers of the two accounts that stand for the nodes of an edge, the smaller first."""
    a, b = number[edge.a.key], number[edge.b.key]
    return (a, b) if a < b else (b, a)


def tie_rows(
    nodes: Iterable[Node], accounts: Sequence[Evidence], number: Mapping[Ref, int]
) -> list[Row]:
    """Rows of what holds the accounts of each node together."""
    rows: list[Row] = []
    for node in nodes:
        for one, other, why in node.ties:
            a = number[accounts[one].source, accounts[one].key]
            b = number[accounts[other].source, accounts[other].key]
            rows.append((min(a, b), max(a, b), _DECIDED, TIE, True, f'[["{why}",0.0,""]]'))
    return rows


def edges_among(
    connection: Connection, numbers: Collection[int], *, both: bool = True
) -> list[Row]:
    """Rows of `COLUMNS` of edges that have one end among these accounts; or `both` ends."""
    listed = sorted(numbers)
    sql = f"SELECT {', '.join(COLUMNS)} FROM identity_edge WHERE"
    found = among(connection, f"{sql} a IN <values>", listed)
    if both:
        inside = set(numbers)
        return [row for row in found if row[1] in inside]
    beside = among(connection, f"{sql} b IN <values>", listed)
    return list({row[:2]: row for row in (*found, *beside)}.values())


def edge_of(row: Row, node_at: dict[int, Node]) -> Edge | None:
    """The edge of a row; None where it is a tie, or its ends are no nodes any more."""
    a, b, score, verdict, _, reasons = row
    one, other = node_at.get(a), node_at.get(b)
    if verdict == TIE or one is None or other is None:
        return None
    if other.key < one.key:
        one, other = other, one
    told = msgspec.json.decode(reasons) if isinstance(reasons, str) else reasons
    why = tuple(Reason(*reason) for reason in told)
    return Edge(one, other, math.inf if score >= _DECIDED else score, verdict, why)


def replace_edges(connection: Connection, numbers: Collection[int], rows: Sequence[Row]) -> None:
    """Put these rows in the place of all edges that have an end among these accounts."""
    listed = sorted(numbers)
    for column in ("a", "b"):
        change_among(connection, f"DELETE FROM identity_edge WHERE {column} IN <values>", listed)
    put_edges(connection, rows)


def drop_edges(connection: Connection, pairs: Sequence[Row]) -> None:
    """Take out the edges between these pairs of accounts."""
    if not pairs:
        return
    with staged(connection, dropped="a BIGINT, b BIGINT"):
        put(connection, "dropped", ("a", "b"), pairs)
        settle(connection, "dropped")
        execute(connection, "DELETE FROM identity_edge WHERE (a, b) IN (SELECT a, b FROM dropped)")


def put_edges(connection: Connection, rows: Sequence[Row]) -> None:
    """Write edges that are not there, in the order of the table."""
    put(connection, "identity_edge", COLUMNS, sorted(rows, key=lambda row: row[:2]))


__all__ = [
    "TIE", "drop_edges", "edge_of", "edge_rows", "edges_among", "ends", "put_edges",
    "replace_edges", "tie_rows",
]  # fmt: skip
