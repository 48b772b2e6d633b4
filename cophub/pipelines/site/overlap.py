"""Who shares members with whom: cells that may be published, and what they would tell together.

Beside the members of two communities, what they share tells how many are in the one and not in the
other; beside all that a community shares, how many of its members are in no other; and beside how
many people there are in all, what single people are in. None of these may be about fewer than 5.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass
from itertools import combinations

from sqlalchemy import Connection, text

from cophub.pipelines.site.across import Overlap, Pair
from cophub.pipelines.site.audiences import Audience
from cophub.pipelines.site.formats import FEW, FEWEST, WITHHELD, Cell, cell, few
from cophub.warehouse.definitions import MANY

Members = Mapping[str, Set[str]]
"""Ids of people, by community."""
SMALL_HUB = 6
"""Of so few communities whoever tries every number that fits may find the one that does."""
Keys = tuple[str, str]
"""Two communities, the lesser key first."""
Cells = dict[Keys, Cell]

_PAIRS = text("""
SELECT community_a, community_b, people_a, people_b, people_both, containment, jaccard
FROM community_overlap
""")


@dataclass(frozen=True)
class Raw:
    """A row of the view `community_overlap`."""

    a: str
    b: str
    people_a: int
    people_b: int
    both: int
    containment: float
    jaccard: float


def read_pairs(connection: Connection) -> list[Raw]:
    """Every pair of communities that shares anybody."""
    return [Raw(*row) for row in connection.execute(_PAIRS)]


def many_cell(members: Members, audience: Audience) -> Cell:
    """How many people are in many communities, unless that tells how few are in two or three."""
    counts = Counter(person for people in members.values() for person in people).values()
    many = sum(1 for count in counts if count >= MANY)
    less = sum(1 for count in counts if 2 <= count < MANY)
    tells = few(less) or totals_tell_few(members)[0]
    return WITHHELD if tells and not audience.trusted else audience.cell(many, many)


def overlap(
    rows: Iterable[Raw], members: Members, named: Sequence[str], audience: Audience
) -> Overlap:
    """The overlap of the communities that may be named, as these readers may know it."""
    least = 1 if audience.trusted else FEWEST
    shown = [key for key in named if len(members.get(key, ())) >= least]
    kept = {(row.a, row.b): row for row in rows if row.a in shown and row.b in shown}
    cells = {keys: _both(row, audience) for keys, row in kept.items()}
    if not audience.trusted:
        _withhold_rests(cells, members, shown)
    pairs = [_pair(kept[keys], both) for keys, both in cells.items()]
    pairs.sort(key=lambda each: (-(each.both.value or 0), each.a, each.b))
    return Overlap(
        pairs=tuple(pairs), order=tuple(alike(shown, pairs)),
        left_out=len(named) - len(shown), many=many_cell(members, audience),
    )  # fmt: skip


def _both(row: Raw, audience: Audience) -> Cell:
    if not audience.trusted:
        if few(row.both):
            return FEW
        if few(row.people_a - row.both) or few(row.people_b - row.both):
            return WITHHELD
    return cell(row.both, None)


def _pair(row: Raw, both: Cell) -> Pair:
    rates = (cell(100 * rate, None, "%") for rate in (row.containment, row.jaccard))
    containment, jaccard = rates if both.shown else (WITHHELD, WITHHELD)
    return Pair(row.a, row.b, both, containment, jaccard)


def _withhold_rests(cells: Cells, members: Members, shown: Sequence[str]) -> None:
    """Hide more, until neither two nor all of those it shares with tell few of a community.

    Whom it shares with one and with another are more than it has unless some are in both: how many
    these are is told where no more and no fewer fit. And with several that share nobody, nobody is
    counted twice: its members less what it shares with each are in none of them.
    """
    beside = neighbours(cells)
    again = True
    while again:
        again = False
        for key in shown:
            for pairs in _telling(cells, members, beside, key):
                again |= _hide_least(cells, pairs)


def _telling(
    cells: Cells, members: Members, beside: Mapping[str, Set[str]], key: str
) -> Iterator[list[Keys]]:
    """Pairs of communities that together tell of few people in this one."""
    size = len(members[key])
    near = sorted(
        ((_bounds(cells, key, other)[0], other) for other in beside.get(key, ())), reverse=True
    )
    for place, (most, j) in enumerate(near):
        for less, k in near[place + 1 :]:
            if most + less <= size - FEWEST:
                break
            if _told_apart(cells, members, (key, j, k)):
                yield [each for each in map(_keys, (key, key, j), (j, k, k)) if each in cells]
    apart: list[str] = []
    for _, other in near:
        if beside[other].isdisjoint(apart):
            apart.append(other)
    others = set().union(*(members[each] for each in apart))
    row = [_keys(key, each) for each in apart]
    if few(size - len(members[key] & others)) and all(cells[each].shown for each in row):
        yield row


def _told_apart(cells: Cells, members: Members, three: tuple[str, str, str]) -> bool:
    """Whether but one number of people fits into all three, and it tells of few people."""
    pairs = [_bounds(cells, a, b) for a, b in combinations(three, 2)]
    (ab, ac, bc), size = [low for low, _ in pairs], [len(members[each]) for each in three]
    least = max(0, ab + ac - size[0], ab + bc - size[1], ac + bc - size[2])
    if least < min(high for _, high in pairs):
        return False
    places = Counter(person for each in three for person in members[each])
    patterns = Counter(tuple(person in members[each] for each in three) for person in places)
    return any(map(few, patterns.values()))


def _bounds(cells: Cells, one: str, other: str) -> tuple[int, int]:
    """How many two communities share, as far as readers know: at least and at most."""
    each = cells.get(_keys(one, other))
    if each is None:
        return 0, 0
    if each.value is not None:
        return int(each.value), int(each.value)
    return 1, FEWEST - 1 if each.state == "few" else 1_000_000_000


def _hide_least(cells: Cells, pairs: Iterable[Keys]) -> bool:
    shown = [each for each in pairs if cells[each].shown]
    if shown:
        cells[min(shown, key=lambda each: (cells[each].value or 0, each))] = WITHHELD
    return bool(shown)


def _keys(one: str, other: str) -> Keys:
    return (min(one, other), max(one, other))


def neighbours(pairs: Iterable[tuple[str, str]]) -> dict[str, set[str]]:
    """Which communities share anybody with which."""
    beside: dict[str, set[str]] = defaultdict(set)
    for a, b in pairs:
        beside[a].add(b)
        beside[b].add(a)
    return beside


def totals_tell_few(members: Members) -> tuple[bool, bool]:
    """Whether it would tell of few people how many people there are, and how many are in several.

    Both beside the members of each community and what each two share. With few communities the sums
    tell all: how many are in this and that and no other. With many they leave that open, but not
    how many people are in three or more, or in many.
    """
    places: dict[str, list[str]] = defaultdict(list)
    for community in sorted(members):
        for person in members[community]:
            places[person].append(community)
    counts = Counter(len(each) for each in places.values())
    in_three = sum(people for count, people in counts.items() if count >= 3)
    in_many = sum(people for count, people in counts.items() if count >= MANY)
    patterns = Counter(map(tuple, places.values()))
    told_apart = len(members) <= SMALL_HUB or _few_unknowns(neighbours(_sharing(patterns)))
    people = few(in_three) or (told_apart and any(map(few, patterns.values())))
    several = people or few(counts[1]) or few(in_many)
    return people, several


def _sharing(patterns: Iterable[tuple[str, ...]]) -> set[tuple[str, str]]:
    return {pair for pattern in patterns for pair in combinations(pattern, 2)}


def _few_unknowns(beside: Mapping[str, Set[str]]) -> bool:
    """Whether some community is in every three that share members with one another.

    Otherwise there are at least two such threes with nothing in common that a sum over everybody
    could be taken apart by.
    """
    common: set[str] | None = None
    for a in sorted(beside):
        for b, c in combinations(sorted(each for each in beside[a] if each > a), 2):
            if c in beside[b]:
                common = {a, b, c} if common is None else common & {a, b, c}
                if not common:
                    return False
    return True


def alike(keys: Sequence[str], pairs: Iterable[Pair]) -> list[str]:
    """Communities in an order in which those that share most stand beside one another.

    From published figures only, so that the order tells nothing else: the next is always the one
    that has most in common with the last three.
    """
    near: dict[str, dict[str, float]] = {key: {} for key in keys}
    for each in pairs:
        near[each.a][each.b] = near[each.b][each.a] = each.containment.value or 0.0
    left = list(keys)
    order: list[str] = []
    while left:
        last = order[-3:][::-1]
        best = max(
            left,
            key=lambda key: (
                sum(near[each].get(key, 0.0) / (2**at) for at, each in enumerate(last)),
                sum(near[key].values()),
                -keys.index(key),
            ),
        )
        order.append(best)
        left.remove(best)
    return order


def largest_first(found: Overlap) -> list[str]:
    """Communities by how many members they share with others in all, as far as that is shown."""
    shared: Counter[str] = Counter(dict.fromkeys(found.order, 0))
    for each in found.pairs:
        shared[each.a] += int(each.both.value or 0)
        shared[each.b] += int(each.both.value or 0)
    return sorted(found.order, key=lambda key: (-shared[key], found.order.index(key)))
