"""Finds what readers could work out from published sums, and hides more until they cannot.

A sum is a line of places: one holds the total, the others its parts. Whoever knows all places of a
line but one knows that one too, and with it perhaps the last of another line. And of figures that
are hidden because they are 1 to 4, two that make 2 or 8 are told all the same.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, MutableMapping, Sequence
from dataclasses import dataclass
from math import inf

from cophub.pipelines.site.differences import telling
from cophub.pipelines.site.formats import FEWEST, WITHHELD, Cell

Place = tuple[str, str, str]
"""Community ('' is all together), figure, and month or quarter."""
Cells = MutableMapping[Place, Cell]
_ROUNDS = 6
"""How often bounds are narrowed by one another."""
BROAD = 2 * FEWEST - 2
"""So large a figure, hidden beside a small one, leaves it open whatever their sum is."""


@dataclass(frozen=True)
class Sum:
    """The figure at `total` is the sum of those at `parts`."""

    total: Place
    parts: tuple[Place, ...]
    exact: bool = False
    """Whether it is nothing but their sum, so that bounds of the one are bounds of the others."""

    @property
    def places(self) -> tuple[Place, ...]:
        return (self.total, *self.parts)


def withhold(cells: Cells, sums: Sequence[Sum], least: Mapping[Place, float] | None = None) -> None:
    """Hide more of `cells`, until no cell that is hidden now can be worked out from `sums`.

    Places without a cell are no part of a sum: nothing is known of them. `least` is how much hidden
    ones are at the least, as figures beside these tell.
    """
    lines = [[place for place in each.places if place in cells] for each in sums]
    secret = {place for place, cell in cells.items() if cell.hidden}
    broken = True
    while broken:
        told = _told(cells, lines)
        broken = False
        for place in secret & told.keys():
            broken |= _hide_one(cells, lines, told, place)
        for each, line in zip(sums, lines, strict=True):
            if _tells_few(cells, each):
                broken |= _hide_in(cells, line)
        if not broken:
            broken = _hide_bounded(cells, [each for each in sums if each.exact], least or {})


def _told(cells: Cells, lines: Sequence[Sequence[Place]]) -> dict[Place, int]:
    """Hidden places that can be worked out, each with the number of the line that tells it."""
    unknown = [{place for place in line if cells[place].hidden} for line in lines]
    lines_of: dict[Place, list[int]] = defaultdict(list)
    for number, places in enumerate(unknown):
        for place in places:
            lines_of[place].append(number)
    told: dict[Place, int] = {}
    ready = [number for number, places in enumerate(unknown) if len(places) == 1]
    while ready:
        number = ready.pop()
        for place in list(unknown[number]):
            told[place] = number
            for other in lines_of[place]:
                unknown[other].discard(place)
                if len(unknown[other]) == 1:
                    ready.append(other)
    return told


def _hide_bounded(cells: Cells, sums: Sequence[Sum], least: Mapping[Place, float]) -> bool:
    """Hide one more in each sum of which a small part is told by bounds; whether there was any.

    What is about few people is 1 at the least, and no part more than its sum: several sums together
    may leave a part one figure.
    """
    lines = [(each.total, parts) for each in sums if each.total in cells
             if len(parts := [part for part in each.parts if part in cells]) == len(each.parts)
             and any(cells[part].hidden for part in parts)]  # fmt: skip
    bounds = _bounds(cells, lines, least)
    told = {place for place, (low, high) in bounds.items() if low == high and cells[place].hidden}
    broken = False
    for total, parts in lines:
        if told.intersection((total, *parts)):
            broken |= _hide_in(cells, (total, *parts))
    if not broken:
        broken = any(_hide_in(cells, places) for places in [*telling(cells, lines)])
    return broken


def _bounds(
    cells: Cells, lines: Sequence[tuple[Place, Sequence[Place]]], at_least: Mapping[Place, float]
) -> dict[Place, tuple[float, float]]:
    """The least and the most that the places of these lines can be, narrowed a few times."""
    known: dict[Place, tuple[float, float]] = {}
    for place in {place for total, parts in lines for place in (total, *parts)}:
        value = cells[place].value
        least = max(1.0 if cells[place].state == "few" else 0.0, at_least.get(place, 0.0))
        known[place] = (least, inf) if value is None else (value, value)
    for _ in range(_ROUNDS):
        before = dict(known)
        for total, parts in lines:
            low, high = (sum(known[part][side] for part in parts) for side in (0, 1))
            least, most = max(known[total][0], low), min(known[total][1], high)
            known[total] = least, most
            boundless = sum(known[part][1] == inf for part in parts)
            high = sum(top for part in parts if (top := known[part][1]) != inf)
            for part in parts:
                # The others are no more and no less than they can be.
                mine, top = known[part]
                others = inf if boundless > (top == inf) else high - (0 if top == inf else top)
                known[part] = max(mine, least - others), min(top, most - (low - mine))
        if known == before:
            break
    return known


def _hide_one(
    cells: Cells, lines: Sequence[Sequence[Place]], told: dict[Place, int], place: Place
) -> bool:
    """Hide one more in the line that tells a place, or in those that tell what it is told by."""
    asked = [place]
    for each in asked:
        line = lines[told[each]]
        if _hide_in(cells, line):
            return True
        asked += [other for other in line if other in told and other not in asked]
    return False


def _hide_in(cells: Cells, line: Iterable[Place]) -> bool:
    """Hide the least that is shown and large enough to hide behind; False where nothing is left."""
    shown = [place for place in line if cells[place].value is not None]
    if shown:
        cells[min(shown, key=lambda place: _cost(place, cells[place]))] = WITHHELD
    return bool(shown)


def _cost(place: Place, cell: Cell) -> tuple[bool, bool, bool, float, Place]:
    """Zeros last of all: months or a reason without a number say them too, and hide nothing."""
    value = cell.value or 0
    return (not value, not place[0], value < BROAD, value, place)


def _tells_few(cells: Cells, sum_: Sum) -> bool:
    """Whether the sum of the hidden parts leaves each of them but one figure."""
    total = cells.get(sum_.total)
    if total is None or total.value is None:
        return False
    return leaves_one_figure([cells[place] for place in sum_.parts if place in cells], total.value)


def leaves_one_figure(parts: Sequence[Cell], total: float) -> bool:
    """Whether hidden parts of a total are as small, or all as large, as such cells can be."""
    hidden = [each for each in parts if each.hidden]
    few = sum(1 for each in hidden if each.state == "few")
    rest = total - sum(each.value for each in parts if each.value is not None)
    least = few + FEWEST * (len(hidden) - few)
    return bool(few) and (rest == least or (few == len(hidden) and rest == (FEWEST - 1) * few))
