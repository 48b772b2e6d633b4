"""Joins that may be wrong: how likely that is, and what it would cost.

A weak edge that joined few accounts does little harm, one that joined two crowds does much: the
accounts on its two sides, in the tree of edges that holds a person together, are what a no parts.
"""

import math
from collections.abc import Iterator, Sequence

from cophub.identities.matching.groups import Group, Groups
from cophub.identities.matching.nodes import Node
from cophub.identities.matching.scoring import Edge
from cophub.identities.matching.weights import Weights


def doubtful(
    groups: Groups, joined: Sequence[Edge], weights: Weights
) -> Iterator[tuple[Edge, float]]:
    """Edges that joined below the weight `sure`, each with what a question about it is worth.

    That is the chance that it is wrong, times the pairs of accounts that a no would part, times
    the weight `doubt`. What somebody decided is not among them. `joined` is a forest.
    """
    weak = [edge for edge in joined if edge.score < weights.sure]
    crowds = {id(group): group for edge in weak if len((group := groups.of(edge.a)).nodes) > 2}
    beside: dict[int, list[tuple[Node, Edge]]] = {}
    for edge in joined if crowds else ():
        if id(groups.of(edge.a)) in crowds:
            beside.setdefault(id(edge.a), []).append((edge.b, edge))
            beside.setdefault(id(edge.b), []).append((edge.a, edge))
    beyond: dict[int, int] = {}
    for crowd in crowds.values():
        beyond |= _beyond(crowd, beside)
    for edge in weak:
        side = beyond.get(id(edge), len(edge.a.members))
        pairs = side * (groups.of(edge.a).accounts - side)
        wrong = 1 / (1 + math.exp(min(30.0, edge.score + weights.joined)))
        yield edge, wrong * pairs * weights.doubt


def _beyond(group: Group, beside: dict[int, list[tuple[Node, Edge]]]) -> dict[int, int]:
    """The accounts on one side of each edge in the tree of a group, by the edge's id."""
    root = group.nodes[0]
    above: dict[int, tuple[Node, Edge]] = {}
    order = [root]
    for node in order:
        for other, edge in beside[id(node)]:
            if other is not root and id(other) not in above:
                above[id(other)] = (node, edge)
                order.append(other)
    accounts = {id(node): len(node.members) for node in order}
    for node in reversed(order[1:]):
        accounts[id(above[id(node)][0])] += accounts[id(node)]
    return {id(above[id(node)][1]): accounts[id(node)] for node in order[1:]}


__all__ = ["doubtful"]
