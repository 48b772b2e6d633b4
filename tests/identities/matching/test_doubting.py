"""Which joins are asked about, and what an answer is worth."""

import math
from collections.abc import Sequence
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cophub.identities.evidence import Evidence
from cophub.identities.matching.clustering import Clustering, Decision, cluster
from cophub.identities.matching.doubting import doubtful
from cophub.identities.matching.groups import Groups
from cophub.identities.matching.habits import Habits
from cophub.identities.matching.match import match
from cophub.identities.matching.nodes import Node
from cophub.identities.matching.reasons import MERGE, Reason
from cophub.identities.matching.scoring import Edge
from cophub.identities.matching.weights import Weights

from .conftest import account

WEIGHTS = Weights()


def node(name: str, accounts: int = 1) -> Node:
    refs = tuple(("s", f"{name}{place}") for place in range(accounts))
    return Node(tuple(range(accounts)), refs[0], refs)


def edge(a: Node, b: Node, score: float) -> Edge:
    one, other = sorted((a, b), key=lambda node: node.key)
    return Edge(one, other, score, MERGE, (Reason("local_same", score),))


def worth(score: float, one: int, other: int) -> float:
    return Weights().doubt * one * other / (1 + math.exp(score + 1))


def confirming(found: Clustering) -> list[tuple[str, str]]:
    return [(q.edge.a.key[1], q.edge.b.key[1]) for q in found.questions if q.joined]


def test_a_weak_join_is_asked_about_a_sure_one_and_a_decided_one_are_not() -> None:
    a, b, c, d, e, f = (node(name) for name in "abcdef")
    edges = [edge(a, b, 3.0), edge(c, d, 5.0), edge(e, f, 3.0)]
    found = cluster((a, b, c, d, e, f), edges, [Decision(True, e.key, f.key)])
    assert confirming(found) == [("a0", "b0")]
    assert confirming(cluster((a, b, c, d, e, f), edges, weights=Weights(sure=0))) == []


def test_a_weak_join_of_many_comes_before_a_weaker_one_of_few() -> None:
    a, b, c, d = node("a", 4), node("b", 5), node("c"), node("d")
    edges = [edge(a, b, 4.0), edge(c, d, 2.8)]
    found = cluster((a, b, c, d), edges)
    assert confirming(found) == [("a0", "b0"), ("c0", "d0")]
    expected = [worth(4.0, 4, 5), worth(2.8, 1, 1)]
    assert [q.gain for q in found.questions] == pytest.approx(expected)


def test_joins_and_pairs_left_apart_stand_in_one_order() -> None:
    a, b, c, d, e, f = (node(name) for name in "abcdef")
    edges = [edge(a, b, 2.75), edge(c, d, 2.7), edge(e, f, -3.5)._replace(verdict="ask")]
    gains = [(q.joined, q.gain) for q in cluster((a, b, c, d, e, f), edges).questions]
    assert [joined for joined, _ in gains] == [False, True, False]
    assert [gain for _, gain in gains] == sorted((gain for _, gain in gains), reverse=True)


def sides(nodes: Sequence[Node], edges: Sequence[Edge], cut: Edge) -> tuple[int, int]:
    """By plain repetition: the accounts that each end reaches without the edge."""

    def reached(start: Node) -> int:
        found = {id(start)}
        for _ in nodes:
            for e in edges:
                if e is not cut and (id(e.a) in found or id(e.b) in found):
                    found |= {id(e.a), id(e.b)}
        return sum(len(n.members) for n in nodes if id(n) in found)

    return reached(cut.a), reached(cut.b)


@given(
    st.lists(st.tuples(st.integers(0, 100), st.integers(1, 4), st.floats(2.75, 6)), max_size=12),
    st.randoms(use_true_random=False),
)
def test_the_sides_of_a_join_are_the_accounts_that_a_no_would_part(
    tree: list[tuple[int, int, float]], random: Random
) -> None:
    """In any tree, whatever the order in which it grew."""
    nodes = [node(f"n{place:02}", size) for place, (_, size, _) in enumerate([(0, 2, 0), *tree])]
    edges = [
        edge(nodes[place], nodes[above % place], score)
        for place, (above, _, score) in enumerate(tree, 1)
    ]
    groups = Groups(nodes, edges, WEIGHTS, None, Habits())
    shuffled = random.sample(edges, len(edges))
    for e in shuffled:
        groups.join(e.a, e.b)
    found = {(e.a.key, e.b.key): gain for e, gain in doubtful(groups, shuffled, WEIGHTS)}
    wanted = {
        (e.a.key, e.b.key): worth(e.score, *sides(nodes, edges, e)) for e in edges if e.score < 5
    }
    assert found == pytest.approx(wanted)


@given(st.lists(st.tuples(st.integers(0, 7), st.integers(0, 7), st.floats(-1, 6)), max_size=15))
def test_what_is_asked_of_one_component_is_the_same_alone(
    wanted: list[tuple[int, int, float]],
) -> None:
    """So a part of the directory can be resolved by itself."""

    def made(names: str) -> tuple[list[Node], list[Edge]]:
        nodes = [node(f"{name}{n}") for name in names for n in range(8)]
        pairs = {(min(a, b), max(a, b)): score for a, b, score in wanted if a != b}
        edges = [
            edge(nodes[8 * place + a], nodes[8 * place + b], score)
            for place in range(len(names))
            for (a, b), score in pairs.items()
        ]
        return nodes, edges

    def asked(names: str) -> set[tuple[str, str, float, bool]]:
        found = cluster(*made(names)).questions
        return {(q.edge.a.key[1], q.edge.b.key[1], q.gain, q.joined) for q in found}

    assert asked("xy") == asked("x") | asked("y")


def test_a_no_parts_the_two_sides_and_taking_it_back_joins_them(crowd: list[Evidence]) -> None:
    """No edge that is weaker brings them together again."""
    who = [
        account("a", "1", "Marwa Zaoui", "mzaoui60@gmail.com", country="ma"),
        account("b", "2", "Marwa Zaoui", country="ma"),
        account("c", "3", "Zaoui Marwa", "marwa@laboratory.example", country="ma"),
        account("d", "4", "Marwa Zaoui", "marwa@hospital.example", country="ma"),
    ]
    accounts = [*crowd, *who]
    before = match(accounts, weights=Weights(sure=99))
    assert sum(len(person) == 4 for person in before.people) == 1
    keys = {(one.source, one.key) for one in who}
    weak = [q.edge for q in before.clustering.questions if q.joined and q.edge.a.key in keys]
    assert len(weak) == 3
    for found in weak:
        a, b = found.a.key, found.b.key
        parted = match(accounts, decisions=[Decision(False, a, b)])
        home = {
            (accounts[at].source, accounts[at].key): person
            for person in parted.people
            for at in person
        }
        assert home[a] != home[b]
        assert len(home[a]) + len(home[b]) == 4
    assert match(accounts, weights=Weights(sure=99)).people == before.people
