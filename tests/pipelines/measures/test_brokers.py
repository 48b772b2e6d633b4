"""Who stands between communities: by hand, and against networkx on random graphs."""

import random
from collections import Counter
from datetime import UTC, datetime, timedelta
from itertools import combinations, permutations
from typing import Any
from zoneinfo import ZoneInfo

import igraph
import networkx as nx
import pytest

from cophub.pipelines.measures.bridging import Roles, bridging, parted, roles
from tests.pipelines.measures.conftest import NOW

ZURICH = ZoneInfo("Europe/Zurich")
A, B, C = 1, 2, 4
"""Groups, as bits."""
Edges = list[tuple[int, int]]


def graph_of(edges: Edges, size: int) -> igraph.Graph:
    return igraph.Graph(n=size, edges=edges).simplify()


def over(edges: Edges, groups: list[int]) -> list[float]:
    return bridging(graph_of(edges, len(groups)), groups, range(len(groups)))


def test_paths_that_begin_or_end_beside_somebody_do_not_count_for_them() -> None:
    """In 0-1-2-3-4 with 0, 1 in A and 3, 4 in B: of 4 pairs one does not touch the middle."""
    found = over([(0, 1), (1, 2), (2, 3), (3, 4)], [A, A, C, B, B])
    # Beside 2 are 1 and 3: the pair (0, 4) alone is left. 2 is of a third group, so there are 8.
    assert found == [0, 0, pytest.approx(1 / 8), 0, 0]


def test_pairs_of_one_group_and_pairs_without_a_path_do_not_count() -> None:
    assert over([(0, 1), (1, 2), (2, 3), (3, 4)], [A] * 5) == [0] * 5
    assert over([(0, 1), (2, 3)], [A, A, B, B]) == [0] * 4


def test_roles_by_hand() -> None:
    """0 of A writes to 1, who writes to 2 of B: what 1 is depends on whose 1 is."""
    for own, expected in (
        (C, Roles(liaison=1)), (B, Roles(gatekeeper=1)), (A, Roles(representative=1)),
        (A | B, Roles(liaison=1)),
    ):  # fmt: skip
        assert roles([(0, 1), (1, 2)], [A, own, B])[1] == expected
        assert roles([(0, 1), (1, 2), (0, 2)], [A, own, B])[1] == Roles()
    assert roles([(0, 1), (1, 2)], [A, C, A | B])[1] == Roles()


def test_who_parts_two_groups() -> None:
    """Without 2 there is no path from A to B, without 1 and 3 none to C either; 0-4 is another."""
    chain, groups = [(0, 1), (1, 2), (2, 3), (3, 4)], [A, A, C, B, B]
    assert parted(graph_of(chain, 5), groups) == {
        1: [(0, 1), (0, 2)], 2: [(0, 1)], 3: [(0, 1), (1, 2)],
    }  # fmt: skip
    assert parted(graph_of([*chain, (0, 4)], 5), groups) == {}


def test_whoever_is_of_both_groups_holds_them_together() -> None:
    """1 is of A and B; the others of B talk among themselves."""
    assert parted(graph_of([(0, 1), (2, 3)], 4), [A, A | B, B, B]) == {1: [(0, 1)]}


def test_whoever_is_alone_in_a_group_parts_it_from_none() -> None:
    """There is nobody left whom a path could lead to."""
    assert parted(graph_of([(0, 1), (1, 2)], 3), [A, B, A]) == {}


def random_graph(seed: int) -> tuple[Edges, list[int]]:
    rng = random.Random(seed)
    size = rng.randrange(4, 30)
    groups = [rng.choice((A, A, B, B, C, A | B, 8)) for _ in range(size)]
    edges = {
        (a, b)
        for _ in range(rng.randrange(size // 2, 2 * size))
        if (a := rng.randrange(size)) != (b := rng.randrange(size))
    }
    return sorted(edges), groups


@pytest.mark.parametrize("seed", range(40))
def test_paths_are_those_of_networkx(seed: int) -> None:
    edges, groups = random_graph(seed)
    ends = sorted(random.Random(seed).sample(range(len(groups)), len(groups) - seed % 3))
    graph = nx.Graph(edges)
    graph.add_nodes_from(range(len(groups)))
    expected, pairs = Counter[int](), 0
    for s, t in combinations(ends, 2):
        if groups[s] & groups[t] or not nx.has_path(graph, s, t):
            continue
        pairs += 1
        paths = list(nx.all_shortest_paths(graph, s, t))
        for path in paths:
            for v in path[1:-1]:
                if not {s, t} & set(graph[v]):
                    expected[v] += 1 / len(paths)
    found = bridging(graph_of(edges, len(groups)), groups, ends)
    assert found == [pytest.approx(expected[v] / (pairs or 1)) for v in range(len(groups))]


@pytest.mark.parametrize("seed", range(40))
def test_roles_are_those_of_counting_triads(seed: int) -> None:
    edges, groups = random_graph(seed)
    there = set(edges)
    expected = [Roles() for _ in groups]
    for a, i, b in permutations(range(len(groups)), 3):
        if {(a, i), (i, b)} <= there and (a, b) not in there and not groups[a] & groups[b]:
            into, out = bool(groups[a] & groups[i]), bool(groups[b] & groups[i])
            name = "liaison" if into == out else "gatekeeper" if out else "representative"
            setattr(expected[i], name, getattr(expected[i], name) + 1)
    assert roles(edges, groups) == expected


@pytest.mark.parametrize("seed", range(60))
def test_who_parts_whom_is_what_leaving_shows(seed: int) -> None:
    edges, groups = random_graph(seed)
    edges = edges[: len(edges) // 2 + 1]
    graph = nx.Graph(edges)
    graph.add_nodes_from(range(len(groups)))
    expected = {}
    for person in graph:
        without = graph.copy()
        without.remove_node(person)
        somebody = {g for v in without for g in bits(groups[v])}
        lost = {
            pair
            for pair in linked(graph, groups) - linked(without, groups)
            if set(pair) <= somebody
        }
        if lost:
            expected[person] = sorted(lost)
    assert parted(graph_of(edges, len(groups)), groups) == expected


def bits(groups: int) -> list[int]:
    return [place for place in range(4) if groups >> place & 1]


def linked(graph: Any, groups: list[int]) -> set[tuple[int, int]]:
    """The pairs of groups between which there is any path."""
    return {
        pair
        for part in nx.connected_components(graph)
        for pair in combinations(sorted({g for v in part for g in bits(groups[v])}), 2)
    }


# --- in the warehouse -----------------------------------------------------------------------


@pytest.fixture
def bridge(hub: Any) -> Any:
    """a and b are of soil, d and e of water, c of both; b and c talk, and so do c and d."""
    hub.person(*"abcdex")
    for community, people in (("soil", "abc"), ("water", "cde")):
        hub.community(community, community, kind="group")
        for person in people:
            hub.member(community, person, joined_at=NOW - timedelta(days=300))
    for space, asks, answers in (
        ("soil", "a", "b"), ("soil", "b", "c"), ("soil", "c", "d"), ("water", "d", "e"),
    ):  # fmt: skip
        talk(hub, space, asks, answers, days=9)
    return hub


def talk(hub: Any, space: str, asks: str, answers: str, days: int) -> str:
    at = NOW - timedelta(days=days)
    thread: str = hub.post(space, asks, at)
    hub.post(space, answers, at, thread=thread)
    return thread


def test_brokers_are_found_in_what_people_answer(bridge: Any) -> None:
    """d answered in soil, and is of both by that; a path from e to a leads over d, c and b.

    Of the pairs of different communities, (a, e) and (b, e), the second begins beside c.
    """
    bridge.run()
    found = bridge.brokers()
    assert found["c"]["communities"] == ["soil", "water"]
    assert not found["c"]["sampled"]
    assert {person: row["bridging"] for person, row in found.items()} == {"c": 0.5}


def test_marks_count_as_answers_do_and_old_ones_do_not(bridge: Any) -> None:
    bridge.community("air", "air", kind="group")
    bridge.member("air", "x", joined_at=NOW - timedelta(days=300))
    thread = talk(bridge, "water", "e", "d", days=200)
    bridge.react(thread, "x", NOW - timedelta(days=190))
    bridge.run()
    assert set(bridge.brokers()) == {"c"}
    bridge.react(bridge.post("water", "e", NOW), "x", NOW)
    bridge.run()
    # x, of air, and now of water: a path from air to soil leads over d and e.
    assert bridge.brokers()["d"]["bridging"] > 0


def test_whoever_alone_links_two_communities_is_told(hub: Any) -> None:
    """b of soil and c of water talk: without either of them nobody else would."""
    hub.person(*"abcd")
    for community, people in (("soil", "ab"), ("water", "cd")):
        hub.community(community, community, kind="group")
        for person in people:
            hub.member(community, person, joined_at=NOW - timedelta(days=300))
    hub.community("hall", "hall", kind="group")
    talk(hub, "soil", "a", "b", days=5)
    talk(hub, "water", "c", "d", days=5)
    hub.react(hub.post("soil", "b", NOW), "c", NOW)
    hub.run()
    found = hub.brokers()
    # c, who marked a post of soil, is of both: without c nothing is left between them.
    assert found["c"]["parted"] == [["soil", "water"]]
    assert "b" not in found or not found["b"]["parted"]


def test_many_people_are_sampled_alike_each_time(bridge: Any, monkeypatch: Any) -> None:
    monkeypatch.setattr("cophub.pipelines.measures.brokers.rank.__defaults__", (2, 4))
    bridge.run()
    first = bridge.brokers()
    assert all(row["sampled"] for row in first.values())
    bridge.run()
    again = bridge.brokers()
    assert [row | {"version": 0} for row in again.values()] == [
        row | {"version": 0} for row in first.values()
    ]


def test_a_sample_is_taken_once_a_week(bridge: Any, monkeypatch: Any) -> None:
    """Weeks begin on the local Monday. By then x answers e: paths to x lead over d."""
    monkeypatch.setattr("cophub.pipelines.measures.brokers.rank.__defaults__", (2, 9))
    run = {"kind": "sync", "source": "s", "state": "done", "version": "test"}
    bridge.rows.add("run", run | {"id": 1, "started_at": NOW - timedelta(days=300)})
    bridge.run(NOW)
    assert bridge.brokers()["c"]["sampled"]

    def seen(now: datetime) -> dict[str, datetime]:
        bridge.run(now)
        return {person: row["found_at"] for person, row in bridge.brokers().items()}

    before = seen(NOW)
    assert before == {"c": NOW}
    talk(bridge, "water", "e", "x", days=1)
    bridge.rows.change("post", {"run": 1}, run=2)
    bridge.rows.add("run", run | {"id": 2, "started_at": NOW})
    monday = datetime(2026, 8, 17, tzinfo=ZURICH).astimezone(UTC)
    assert seen(NOW + timedelta(hours=1)) == before
    assert seen(monday - timedelta(minutes=30)) == before
    assert seen(monday) == {"c": monday, "d": monday}


def test_what_is_no_sample_is_found_by_every_run(bridge: Any) -> None:
    run = {"kind": "sync", "source": "s", "state": "done", "version": "test"}
    bridge.rows.add("run", run | {"id": 1, "started_at": NOW - timedelta(days=300)})
    bridge.run(NOW)
    assert set(bridge.brokers()) == {"c"}
    talk(bridge, "water", "e", "x", days=1)
    bridge.rows.change("post", {"run": 1}, run=2)
    bridge.rows.add("run", run | {"id": 2, "started_at": NOW})
    bridge.run(NOW + timedelta(hours=1))
    assert set(bridge.brokers()) == {"c", "d"}


def test_figures_are_there_before_a_sample_is_taken_anew(bridge: Any, monkeypatch: Any) -> None:
    """And stay there when it cannot be: then the old sample stands, and says so, until it can."""
    monkeypatch.setattr("cophub.pipelines.measures.brokers.rank.__defaults__", (2, 9))
    run = {"kind": "sync", "source": "s", "state": "done", "version": "test"}
    bridge.rows.add("run", run | {"id": 1, "started_at": NOW - timedelta(days=300)})
    bridge.run(NOW)
    before = bridge.brokers()
    later = NOW + timedelta(days=7)
    talk(bridge, "water", "e", "x", days=-6)
    bridge.rows.change("post", {"run": 1}, run=2)
    bridge.rows.add("run", run | {"id": 2, "started_at": later})

    def posts() -> float:
        return float(bridge.cell("water", "2026Q3", "posts")["value"])

    had = posts()
    with monkeypatch.context() as broken:
        broken.setattr("cophub.pipelines.measures.brokers.find_links", lambda *_: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            bridge.run(later)
    assert posts() == had + 2
    assert bridge.brokers() == before
    bridge.run(later + timedelta(hours=1))
    assert {row["found_at"] for row in bridge.brokers().values()} == {later + timedelta(hours=1)}
    assert set(bridge.brokers()) == {"c", "d"}


def test_a_sample_is_taken_anew_when_somebody_in_it_is_gone(bridge: Any, monkeypatch: Any) -> None:
    monkeypatch.setattr("cophub.pipelines.measures.brokers.rank.__defaults__", (2, 9))
    run = {"kind": "sync", "source": "s", "state": "done", "version": "test"}
    bridge.rows.add("run", run | {"id": 1, "started_at": NOW - timedelta(days=300)})
    bridge.run(NOW)
    assert bridge.brokers()["c"]["sampled"]
    bridge.rows.change("person", {"id": "c"}, kind="bot")
    bridge.run(NOW + timedelta(hours=1))
    assert "c" not in bridge.brokers()


def test_whoever_is_gone_is_in_no_sample_even_before_it_is_taken_anew(
    bridge: Any, monkeypatch: Any
) -> None:
    """The others are of no day until then. Without c, d is all that soil and water share."""
    monkeypatch.setattr("cophub.pipelines.measures.brokers.rank.__defaults__", (2, 9))
    run = {"kind": "sync", "source": "s", "state": "done", "version": "test"}
    bridge.rows.add("run", run | {"id": 1, "started_at": NOW - timedelta(days=300)})
    talk(bridge, "water", "e", "x", days=1)
    bridge.run(NOW)
    assert set(bridge.brokers()) == {"c", "d"}
    bridge.rows.change("person", {"id": "c"}, kind="bot")
    with monkeypatch.context() as broken:
        broken.setattr("cophub.pipelines.measures.brokers.find_links", lambda *_: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            bridge.run(NOW + timedelta(hours=1))
    assert {person: row["found_at"] for person, row in bridge.brokers().items()} == {"d": None}
    later = NOW + timedelta(hours=2)
    bridge.run(later)
    found = bridge.brokers()
    assert {person: (row["bridging"], row["found_at"]) for person, row in found.items()} == {
        "d": (0, later)
    }
    assert found["d"]["parted"] == [["soil", "water"]]


def test_where_nobody_answers_there_are_no_brokers(hub: Any) -> None:
    hub.person("a")
    hub.community("soil", "soil")
    hub.post("soil", "a", NOW)
    hub.run()
    assert hub.brokers() == {}
