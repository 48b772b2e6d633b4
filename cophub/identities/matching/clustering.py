"""Nodes to people: strongest edge first, a join is refused where anything speaks against it."""

import math
from collections.abc import Callable, Iterable, Sequence
from typing import NamedTuple

from cophub.identities.matching.doubting import doubtful
from cophub.identities.matching.groups import Group, Groups
from cophub.identities.matching.habits import Habits
from cophub.identities.matching.nodes import Node, Ref
from cophub.identities.matching.reasons import MERGE, Reason
from cophub.identities.matching.scoring import ASK, Edge
from cophub.identities.matching.weights import Weights

Cross = Callable[[Node, Node], Edge]
"""Scores any pair of nodes, also one that no key has brought together."""


class Decision(NamedTuple):
    """What somebody said of two accounts: one person's or not."""

    same: bool
    a: Ref
    b: Ref


class Question(NamedTuple):
    """A pair worth asking about.

    `gain` is the number of pairs of accounts that an answer would bring together or part, times
    its chance, and of parted ones times the weight `doubt`.
    """

    edge: Edge
    gain: float
    joined: bool = False
    """Whether they are held for one person, which a no would make two."""


class Clustering(NamedTuple):
    """People as lists of nodes, and how they came about."""

    groups: list[list[Node]]
    joined: list[Edge]
    """Edges that joined: with the ties inside nodes a spanning tree of each person."""
    refused: list[tuple[Edge, str]]
    """Edges strong enough to merge that something spoke against, and what."""
    questions: list[Question]
    """Best gain first; one for each pair of people, and one for each weak join in a person."""
    contradictions: list[Decision]
    """`same` decisions that `different` ones speak against; the `different` ones were followed."""


def cluster(
    nodes: Sequence[Node],
    edges: Iterable[Edge],
    decisions: Iterable[Decision] = (),
    weights: Weights | None = None,
    cross: Cross | None = None,
    habits: Habits | None = None,
) -> Clustering:
    """People of nodes; the same for any order of nodes, edges and decisions.

    `cross` scores pairs within groups that `edges` say nothing of; without it they do not count.
    No connected part of edges, decisions included, has any influence on another.
    """
    weights = weights or Weights()
    plain = sorted(edges, key=lambda e: (-e.score, e.a.key, e.b.key))
    groups = Groups(nodes, plain, weights, cross, habits or Habits())
    ordered = sorted(plain, key=lambda e: (-groups.worth(e), e.a.key, e.b.key))
    joined, contradictions = _decide(groups, sorted(set(decisions)))
    refused: list[tuple[Edge, str]] = []
    thin: list[Edge] = []
    for edge in ordered:
        if groups.worth(edge) < weights.merge:
            break
        if groups.is_thin(edge):
            thin.append(edge)
        else:
            _join(groups, edge, joined, refused)
    for edge in thin:
        if groups.ambiguous(edge):
            refused.append((edge, "ambiguous"))
        else:
            _join(groups, edge, joined, refused)
    _join_sole(groups, ordered, joined, weights)
    questions = _questions(groups, ordered)
    questions += [Question(*found, True) for found in doubtful(groups, joined, weights)]
    questions.sort(key=lambda question: (-question.gain, question.edge.a.key, question.edge.b.key))
    people = sorted(groups.all(), key=lambda group: group[0].key)
    return Clustering(people, joined, refused, questions, contradictions)


def _decide(groups: Groups, decisions: Sequence[Decision]) -> tuple[list[Edge], list[Decision]]:
    """Follow the decisions: `different` first, then each `same` that none of them forbids."""
    joined: list[Edge] = []
    contradictions: list[Decision] = []
    for decision in decisions:
        if not decision.same and not groups.keep_apart(decision.a, decision.b):
            contradictions.append(decision)
    for decision in decisions:
        if not decision.same:
            continue
        pair = groups.pair(decision.a, decision.b)
        if pair is None:
            continue
        if groups.decided_apart(*pair):
            contradictions.append(decision)
        elif groups.join(*pair):
            a, b = sorted(pair, key=lambda node: node.key)
            joined.append(Edge(a, b, math.inf, MERGE, (Reason("decided", 0.0),)))
    return joined, contradictions


def _join(groups: Groups, edge: Edge, joined: list[Edge], refused: list[tuple[Edge, str]]) -> None:
    if groups.together(edge.a, edge.b):
        return
    against = groups.against(edge)
    if against:
        refused.append((edge, against))
    else:
        groups.join(edge.a, edge.b)
        joined.append(edge)


def _join_sole(
    groups: Groups, ordered: Sequence[Edge], joined: list[Edge], weights: Weights
) -> None:
    """Join what falls short of a merge only because of rivals that turned out to be no others.

    A name's other bearers count against it, until they are all in the two groups themselves.
    """
    near = [
        (groups.settled(edge), edge)
        for edge in ordered
        if groups.worth(edge) < weights.merge and not groups.together(edge.a, edge.b)
    ]
    near.sort(key=lambda item: (-item[0], item[1].a.key, item[1].b.key))
    for value, edge in near:
        if value < weights.merge or groups.together(edge.a, edge.b):
            continue
        if groups.is_thin(edge) and groups.ambiguous(edge):
            continue
        if not groups.against(edge):
            groups.join(edge.a, edge.b)
            joined.append(edge)


_NOT_ASKED = frozenset(("decided_different", "directory_ids", "names_clash"))


def _questions(groups: Groups, ordered: Sequence[Edge]) -> list[Question]:
    """The strongest edge of each two groups that might be one, unless something forbids it."""
    asked: set[tuple[Ref, Ref]] = set()
    found: list[Question] = []
    for edge in ordered:
        if edge.verdict not in (MERGE, ASK) or groups.together(edge.a, edge.b):
            continue
        one, other = groups.of(edge.a), groups.of(edge.b)
        pair = (min(one.key, other.key), max(one.key, other.key))
        if pair in asked:
            continue
        asked.add(pair)
        against = groups.against(edge)
        if against in _NOT_ASKED:
            continue
        found.append(Question(edge, groups.gain(edge, bool(against))))
    return found


__all__ = ["Clustering", "Cross", "Decision", "Group", "Question", "cluster"]
