"""All of matching, in memory: accounts to people. A pure function of the set of accounts."""

import gc
from array import array
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import NamedTuple

from cophub.identities.evidence import Evidence
from cophub.identities.matching.blocking import Capped, candidates
from cophub.identities.matching.clustering import Clustering, Decision, cluster
from cophub.identities.matching.frequency import Tally
from cophub.identities.matching.habits import Habits, learn
from cophub.identities.matching.keys import anchor, index_keys
from cophub.identities.matching.nodes import Node, nodes
from cophub.identities.matching.reasons import Labels
from cophub.identities.matching.scoring import Edge, Scorer
from cophub.identities.matching.weights import Weights

VERSION = 4
"""Of what matching makes of evidence; one more makes everything anew."""


class Matching(NamedTuple):
    """What came out; positions are those in the list of accounts given."""

    people: list[tuple[int, ...]]
    """Positions of each person's accounts, ordered; people by their first account's name."""
    nodes: list[Node]
    edges: list[Edge]
    """The scored pairs that are to be merged or asked about."""
    clustering: Clustering
    keys: list["array[int]"]
    """Keys of each account."""
    anchors: "array[int]"
    counts: Tally
    capped: dict[int, int]
    """Keys that too many bear to be looked at, with the number of their bearers."""


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
    habits: Habits | None = None,
) -> Matching:
    """The people of a whole directory; its habits are learned from it unless they are given."""
    with _without_collector():
        return _match(accounts, register, list(decisions), weights or Weights(), habits)


@contextmanager
def _without_collector() -> Iterator[None]:
    """Nothing here is in a cycle, and looking for cycles takes a third of the time."""
    enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if enabled:
            gc.enable()


def _match(
    accounts: Sequence[Evidence],
    register: Labels | None,
    decided: list[Decision],
    weights: Weights,
    habits: Habits | None,
) -> Matching:
    keys = [array("q", index_keys(e)) for e in accounts]
    anchors = array("q", [anchor(e) for e in accounts])
    counts = Tally(keys, anchors, habits or learn(accounts, anchors))
    made = nodes(accounts, {(d.a, d.b) for d in decided if not d.same})
    scorer = Scorer(counts, register or _Plain(), weights)
    capped = Capped()
    edges = list(scorer.edges(made, candidates(made, keys, counts, capped=capped)))
    clustering = cluster(made, edges, decided, weights, scorer.score, counts.habits)
    people = [
        tuple(sorted(member for node in group for member in node.members))
        for group in clustering.groups
    ]
    return Matching(people, made, edges, clustering, keys, anchors, counts, capped.keys)


__all__ = ["VERSION", "Matching", "match"]
