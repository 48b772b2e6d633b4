"""Nodes to people: strongest edge first, a join is refused where anything speaks against it."""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from cophub.identities.matching.nodes import Node, Ref
from cophub.identities.matching.scoring import ASK, MERGE, Edge
from cophub.identities.matching.weights import Weights
from cophub.identities.reading.names import compare


class Decision(NamedTuple):
    """What somebody said of two accounts: one person's or not."""

    same: bool
    a: Ref
    b: Ref


class Question(NamedTuple):
    """A pair worth asking about; `gain` is the number of accounts times the chance of a yes."""

    edge: Edge
    gain: float


class Clustering(NamedTuple):
    """People as lists of nodes, and how they came about."""

    groups: list[list[Node]]
    joined: list[Edge]
    """Edges that joined: with the ties inside nodes a spanning tree of each person."""
    refused: list[tuple[Edge, str]]
    """Edges strong enough to merge that something spoke against, and what."""
    questions: list[Question]
    contradictions: list[Decision]
    """Decisions that others speak against; the `different` ones among them were followed."""


def cluster(
    nodes: Sequence[Node],
    edges: Iterable[Edge],
    decisions: Iterable[Decision] = (),
    weights: Weights | None = None,
) -> Clustering:
    """People of nodes; the same for any order of nodes, edges and decisions."""
    group_of: dict[int, list[Node]] = {id(node): [node] for node in nodes}
    joined: list[Edge] = []
    refused: list[tuple[Edge, str]] = []
    questions: list[Question] = []
    for edge in sorted(edges, key=lambda e: (-e.score, e.a.key, e.b.key)):
        one, other = group_of[id(edge.a)], group_of[id(edge.b)]
        if one is other:
            continue
        if edge.verdict == ASK:
            questions.append(Question(edge, float(len(one) + len(other))))
        if edge.verdict != MERGE:
            continue
        if any(compare(x, y).clash for m in one for n in other for x in m.names for y in n.names):
            refused.append((edge, "names_clash"))
            continue
        one.extend(other)
        for node in other:
            group_of[id(node)] = one
        joined.append(edge)
    groups = {id(group): sorted(group, key=lambda node: node.key) for group in group_of.values()}
    ordered = sorted(groups.values(), key=lambda group: group[0].key)
    return Clustering(ordered, joined, refused, questions, [])


__all__ = ["Clustering", "Decision", "Question", "cluster"]
