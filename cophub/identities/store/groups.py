"""Found people as groups to be written down: each account with the reason why it is there."""

import math
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence

from cophub.identities.evidence import Evidence
from cophub.identities.matching.clustering import Clustering
from cophub.identities.matching.nodes import Node
from cophub.identities.matching.scoring import Edge
from cophub.identities.matching.words import sentence
from cophub.identities.privacy import mask_address
from cophub.identities.store.people import Group, Member

SURE = 0.9999
"""No machine is surer than this; only people are."""


def groups_of(accounts: Sequence[Evidence], clustering: Clustering) -> list[Group]:
    """The groups of a clustering over nodes of these accounts."""
    edges: defaultdict[int, list[Edge]] = defaultdict(list)
    for edge in clustering.joined:
        edges[id(edge.a)].append(edge)
        edges[id(edge.b)].append(edge)
    return [_group(accounts, nodes, edges) for nodes in clustering.groups]


def _group(
    accounts: Sequence[Evidence], nodes: Sequence[Node], edges: Mapping[int, Sequence[Edge]]
) -> Group:
    kinds = {node.kind for node in nodes}
    kind = "person" if "person" in kinds else min(kinds)
    members: list[Member] = []
    for node, edge in _tree(nodes[0], edges):
        first = accounts[node.members[0]]
        members.append(_first(first, node.kind, edge, len(nodes) + len(node.members) > 2))
        members.extend(_others(accounts, node))
    return Group(kind, members)


def _tree(root: Node, edges: Mapping[int, Sequence[Edge]]) -> Iterator[tuple[Node, Edge | None]]:
    """Every node of the root's group, each with the edge that ties it to one told before."""
    waiting: list[tuple[Node, Edge | None]] = [(root, None)]
    seen = {id(root)}
    for node, edge in waiting:
        yield node, edge
        for next_edge in edges.get(id(node), ()):
            other = next_edge.b if next_edge.a is node else next_edge.a
            if id(other) not in seen:
                seen.add(id(other))
                waiting.append((other, next_edge))


def _first(e: Evidence, kind: str, edge: Edge | None, several: bool) -> Member:
    if edge is not None:
        rule = "decided" if edge.score == math.inf else "matched"
        return Member(e.source, e.key, rule, _probability(edge.score), sentence(edge))
    if kind != "person":
        said = e.kind_reason or (
            "the vendor's own word" if e.kind == kind else "a mailbox of several people or of none"
        )
        return Member(e.source, e.key, kind, 1.0, said)
    why = "first of this person's accounts" if several else "like no other account"
    return Member(e.source, e.key, "own_account", 1.0, why)


def _others(accounts: Sequence[Evidence], node: Node) -> Iterator[Member]:
    """The accounts of a node beside its first, from it along the ties."""
    beside: defaultdict[int, list[tuple[int, str]]] = defaultdict(list)
    for one, other, why in node.ties:
        beside[one].append((other, why))
        beside[other].append((one, why))
    waiting = [node.members[0]]
    seen = set(waiting)
    for position in waiting:
        for other, why in beside[position]:
            if other not in seen:
                seen.add(other)
                waiting.append(other)
                yield _tied(accounts[other], accounts[position], why)


def _tied(e: Evidence, to: Evidence, why: str) -> Member:
    if why == "directory_id":
        text = f"directory id {e.directory[:8]}***"
        return Member(e.source, e.key, "directory_id", SURE, text)
    masked = mask_address(e.mailbox or to.mailbox)
    return Member(e.source, e.key, "same_mailbox", SURE, f"same mailbox {masked}")


def _probability(score: float) -> float:
    if score == math.inf:
        return 1.0
    return round(min(SURE, 1 / (1 + math.exp(-max(score, -50.0)))), 4)


__all__ = ["groups_of"]
