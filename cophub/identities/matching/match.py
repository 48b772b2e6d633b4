"""All of matching, in memory: accounts to people. A pure function of the set of accounts."""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from cophub.identities.evidence import Evidence
from cophub.identities.matching.blocking import Capped, candidates
from cophub.identities.matching.clustering import Clustering, Decision, cluster
from cophub.identities.matching.frequency import Tally
from cophub.identities.matching.keys import anchor, index_keys
from cophub.identities.matching.nodes import Node, nodes
from cophub.identities.matching.scoring import LEAVE, NEVER, Edge, Labels, score
from cophub.identities.matching.weights import Weights


class Matching(NamedTuple):
    """What came out; positions are those in the list of accounts given."""

    people: list[tuple[int, ...]]
    """Positions of each person's accounts, ordered; people by their first account's name."""
    nodes: list[Node]
    edges: list[Edge]
    """Scored pairs that are worth keeping: all but those that only lack any likeness."""
    clustering: Clustering
    keys: list[list[int]]
    """Keys of each account."""
    anchors: list[int]
    capped: dict[int, int]
    """Keys that too many nodes bear to be looked at, with their number."""


class _Plain:
    """Labels where no register is given: the organisation's text, else the domain."""

    def label(self, organization: str, domain: str) -> str:
        return organization or domain


def match(
    accounts: Sequence[Evidence],
    *,
    register: Labels | None = None,
    decisions: Iterable[Decision] = (),
    weights: Weights | None = None,
) -> Matching:
    """The people of a whole directory."""
    weights = weights or Weights()
    register = register or _Plain()
    decided = list(decisions)
    keys = [index_keys(e) for e in accounts]
    anchors = [anchor(e) for e in accounts]
    counts = Tally(keys, anchors)
    made = nodes(accounts, {(d.a, d.b) for d in decided if not d.same})
    capped = Capped()
    edges = []
    for one, other in candidates(made, keys, capped):
        edge = score(made[one], made[other], counts, register, weights)
        if edge.verdict not in (LEAVE, NEVER):
            edges.append(edge)
    clustering = cluster(made, edges, decided, weights)
    people = [
        tuple(sorted(member for node in group for member in node.members))
        for group in clustering.groups
    ]
    return Matching(people, made, edges, clustering, keys, anchors, capped.keys)


__all__ = ["Matching", "match"]
