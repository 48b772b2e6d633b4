"""Who stands between groups in a graph of people: paths over them, roles, and what they hold.

People are numbers from 0, `groups` holds for each the set of their groups as the bits of a whole
number, and two people are of different groups when they share none. Source of the roles: Gould and
Fernandez 1989; of the paths: Jensen et al. 2015, "bridgeness".
"""

from array import array
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations

import igraph

Edge = tuple[int, int]
Groups = Sequence[int]


@dataclass
class Roles:
    """How many pairs a person links, who are of different groups and not linked themselves."""

    liaison: int = 0
    """Into whose groups the person fits alike: those of neither, or of both."""
    gatekeeper: int = 0
    """From outside into the person's groups."""
    representative: int = 0
    """Out of the person's groups."""


def bridging(graph: igraph.Graph, groups: Groups, ends: Sequence[int]) -> list[float]:
    """The share of the shortest paths between `ends` of different groups that lead over each.

    Paths that begin or end beside a person are not counted for them. The graph is undirected, and
    no edge is twice in it.
    """
    there = _on_the_way(graph, ends)
    number = {v: place for place, v in enumerate(there)}
    small = graph.induced_subgraph(there)
    shares = _bridging(small, [groups[v] for v in there], [number[end] for end in ends])
    found = [0.0] * graph.vcount()
    for v, share in zip(there, shares, strict=True):
        found[v] = share
    return found


def _on_the_way(graph: igraph.Graph, ends: Sequence[int]) -> list[int]:
    """Everybody but those over whom no path between ends can lead: what hangs by one link."""
    beside = graph.get_adjlist()
    links = list(map(len, beside))
    fixed = set(ends)
    loose = [v for v, n in enumerate(links) if n <= 1 and v not in fixed]
    left_out = set(loose)
    while loose:
        for u in beside[loose.pop()]:
            links[u] -= 1
            if links[u] <= 1 and u not in fixed and u not in left_out:
                left_out.add(u)
                loose.append(u)
    return [v for v in range(len(links)) if v not in left_out]


_AT_ONCE = 32
"""So many lists are added up in one go."""


def _bridging(graph: igraph.Graph, groups: Groups, ends: Sequence[int]) -> list[float]:
    beside = graph.get_adjlist()
    place = graph.connected_components().membership
    across: dict[int, list[int]] = {}
    over = [0.0] * graph.vcount()
    near = [0.0] * graph.vcount()
    waiting: list[list[float]] = []
    pairs = 0
    for s in ends:
        if groups[s] not in across:
            across[groups[s]] = [t for t in ends if not groups[s] & groups[t]]
        targets = across[groups[s]]
        pairs += sum(place[t] == place[s] for t in targets)
        if not targets:
            continue
        # Half of each path, as igraph tells of an undirected graph: the other half comes from t.
        paths = graph.betweenness(directed=False, sources=[s], targets=targets)
        waiting.append(paths)
        if len(waiting) == _AT_ONCE:
            over = list(map(sum, zip(over, *waiting, strict=True)))
            waiting.clear()
        for v in beside[s]:
            near[v] += 2 * paths[v]
        _two_steps(beside, s, set(targets), near)
    over = list(map(sum, zip(over, *waiting, strict=True)))
    if not pairs:
        return over
    return [max(0.0, 2 * (a - b) / pairs) for a, b in zip(over, near, strict=True)]


def _two_steps(beside: list[list[int]], s: int, targets: set[int], near: list[float]) -> None:
    """Take back what was counted twice: paths that begin and end beside the one between them."""
    mine = set(beside[s])
    between: dict[int, list[int]] = {}
    for v in beside[s]:
        for t in targets.intersection(beside[v]) - mine:
            between.setdefault(t, []).append(v)
    for ways in between.values():
        for v in ways:
            near[v] -= 0.5 / len(ways)


def roles(edges: Sequence[Edge], groups: Groups) -> list[Roles]:
    """The roles of each person on the edges, of which each has a direction."""
    found = [Roles() for _ in groups]
    into: list[set[int]] = [set() for _ in groups]
    out: list[set[int]] = [set() for _ in groups]
    for a, b in edges:
        out[a].add(b)
        into[b].add(a)
    for i, role in enumerate(found):
        if into[i] and out[i]:
            after = Counter(groups[b] for b in out[i])
            for first, n in Counter(groups[a] for a in into[i]).items():
                for last, m in after.items():
                    _count(role, first, groups[i], last, n * m)
    for a, b in edges:
        if not groups[a] & groups[b]:
            for i in out[a] & into[b]:
                _count(found[i], groups[a], groups[i], groups[b], -1)
    return found


def _count(role: Roles, first: int, own: int, last: int, n: int) -> None:
    """Count who links `first` with `last`, n times."""
    if first & last:
        return
    if bool(first & own) == bool(last & own):
        role.liaison += n
    elif last & own:
        role.gatekeeper += n
    else:
        role.representative += n


def parted(graph: igraph.Graph, groups: Groups) -> dict[int, list[Edge]]:
    """The pairs of groups between which no path is left without a person, by that person.

    Of groups that have somebody else in the graph, too. A group is told by the place of its bit.
    """
    sides_of, counts, whole = _sides(graph, groups)
    place = graph.connected_components().membership
    for person in _alone(groups, place):
        sides_of.setdefault(person, [counts[place[person]] - whole[person]])
    together = Counter(
        pair for vector in counts.values() for pair in combinations(_present(vector), 2)
    )
    total = sum(counts.values())
    present = {part: _present(vector) for part, vector in counts.items()}
    found: dict[int, list[Edge]] = {}
    for person, sides in sides_of.items():
        before = present[place[person]]
        # The last side is what lies above, mostly nearly everybody.
        if any(len(_present(side)) == len(before) for side in reversed(sides)):
            continue
        after = [set(_present(side)) for side in sides]
        left = set(_present(total - whole[person]))
        pairs = [
            (x, y)
            for x, y in combinations(before, 2)
            if together[x, y] == 1
            and x in left
            and y in left
            and not any(x in side and y in side for side in after)
        ]
        if pairs:
            found[person] = pairs
    return found


def _alone(groups: Groups, place: list[int]) -> list[int]:
    """Who is the only one of a group in a connected part: without them the part lacks it."""
    once: Counter[int] = Counter()
    more: Counter[int] = Counter()
    for part, mask in zip(place, groups, strict=True):
        more[part] |= once[part] & mask
        once[part] |= mask
    return [
        person
        for person, mask in enumerate(groups)
        if mask & once[place[person]] & ~more[place[person]]
    ]


_BITS = 32
"""So many bits of a whole number count the people of one group: sums of vectors, at no cost."""


def _vector(groups: int) -> int:
    vector = 0
    while groups:
        last = groups & -groups
        vector |= 1 << _BITS * (last.bit_length() - 1)
        groups ^= last
    return vector


def _present(vector: int) -> list[int]:
    """The groups that have anybody."""
    size = -(-vector.bit_length() // _BITS) * (_BITS // 8)
    return [place for place, n in enumerate(array("I", vector.to_bytes(size, "little"))) if n]


def _sides(
    graph: igraph.Graph, groups: Groups
) -> tuple[dict[int, list[int]], dict[int, int], list[int]]:
    """Into what the graph falls without each person, those without whom it does not left out.

    Each part as the vector of its people; then those of the connected parts as they are, and those
    of each person.
    """
    cover, cuts = graph.biconnected_components(return_articulation_points=True)
    blocks = [list(block) for block in cover]
    of_cut: dict[int, list[int]] = {cut: [] for cut in cuts}
    for number, block in enumerate(blocks):
        for v in of_cut.keys() & set(block):
            of_cut[v].append(number)
    place = graph.connected_components().membership
    vectors = {mask: _vector(mask) for mask in set(groups)}
    whole = [vectors[mask] for mask in groups]
    counts: Counter[int] = Counter()
    for v, vector in enumerate(whole):
        counts[place[v]] += vector
    below: dict[int, int] = {}
    entered: dict[int, int] = {}
    sides: dict[int, list[int]] = {cut: [] for cut in cuts}
    for number in reversed(_from_the_top(blocks, of_cut, entered)):
        top = entered[number]
        below[number] = sum(whole[v] + sum(sides.get(v, ())) for v in blocks[number] if v != top)
        if top >= 0:
            sides[top].append(below[number])
    for cut, its in sides.items():
        its.append(counts[place[cut]] - whole[cut] - sum(its))
    return sides, dict(counts), whole


def _from_the_top(
    blocks: list[list[int]], of_cut: dict[int, list[int]], entered: dict[int, int]
) -> list[int]:
    """The blocks, each after that by which it is reached; `entered` over whom, -1: it is a top."""
    order: list[int] = []
    for start in range(len(blocks)):
        if start in entered:
            continue
        entered[start] = -1
        waiting = [start]
        while waiting:
            number = waiting.pop()
            order.append(number)
            for v in of_cut.keys() & set(blocks[number]):
                beyond = [other for other in of_cut[v] if other not in entered]
                entered.update(dict.fromkeys(beyond, v))
                waiting += beyond
    return order
