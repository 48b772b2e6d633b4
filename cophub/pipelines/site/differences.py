"""What one published sum less another tells: the parts that only the larger of the two has.

Of posts, all communities' quarter and one month of it leave those of the two other months, though
neither months nor communities are shown.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from cophub.pipelines.site.formats import Cell

Place = tuple[str, str, str]
"""Community ('' is all together), figure, and month or quarter."""
Lines = Mapping[Place, Sequence[Place]]
"""Parts that make up a figure exactly."""


@dataclass(frozen=True)
class Rest:
    """Hidden figures whose sum is known, and all places that it was worked out of."""

    hidden: frozenset[Place]
    value: float
    out_of: frozenset[Place]


def telling(
    cells: Mapping[Place, Cell], sums: Sequence[tuple[Place, Sequence[Place]]]
) -> Iterator[frozenset[Place]]:
    """Places that together tell a hidden figure about few, each time more than one sum does it.

    A figure about few is 1 at the least: where no more is left for them, each of them is 1.
    """
    parts_of: dict[Place, Sequence[Place]] = {}
    for total, parts in sums:
        if cells[total].hidden and (total not in parts_of or len(parts[0][2]) == len("2026-01")):
            parts_of[total] = parts
    rests = [rest for total, parts in sums if (value := cells[total].value) is not None
             and (rest := _rest(cells, parts_of, total, value, parts))]  # fmt: skip
    with_place: dict[Place, list[Rest]] = defaultdict(list)
    for rest in rests:
        for place in rest.hidden:
            with_place[place].append(rest)
    for small in rests:
        for large in with_place[next(iter(small.hidden))]:
            left = large.hidden - small.hidden
            if left and small.hidden < large.hidden:
                few = sum(cells[place].state == "few" for place in left)
                if few and (len(left) == 1 or large.value - small.value == few):
                    yield large.out_of | small.out_of


def _rest(
    cells: Mapping[Place, Cell], parts_of: Lines, total: Place, value: float, parts: Sequence[Place]
) -> Rest | None:
    """The hidden parts of a sum, in place of each that is a sum itself its own."""
    hidden: set[Place] = set()
    out_of, asked = {total, *parts}, [*parts]
    for place in asked:
        told = cells[place].value
        if told is not None:
            value -= told
        elif place in parts_of:
            asked += parts_of[place]
            out_of.update(parts_of[place])
        elif place in hidden:
            return None
        else:
            hidden.add(place)
    return Rest(frozenset(hidden), value, frozenset(out_of)) if hidden else None
