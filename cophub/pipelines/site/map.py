"""The map of communities: which share members, drawn so that those that share most are near.

It is made of published figures alone: where a pair is hidden there is no line, and none pulls.
"""

import random
from collections import Counter
from collections.abc import Mapping, Sequence
from itertools import combinations
from textwrap import wrap
from typing import Any

import altair as alt

from cophub.pipelines.site.across import Overlap, Pair
from cophub.pipelines.site.drawing import Chart, Row, Table, make_chart
from cophub.pipelines.site.formats import cell
from cophub.pipelines.site.model import Community
from cophub.pipelines.site.overlap import largest_first
from cophub.pipelines.site.voices import Voice

MOST_NODES, NAMED, STRONGEST = 40, 16, 2
"""How many communities are drawn; more than `NAMED` bear numbers alone; lines from each."""
_LONGEST, _ROOMY = 22, 400
"""Letters of a line of a name; the width in pixels from which on there is room for names."""
_ROOM, _CIRCLE = (0.3, 0.19), (0.08, 0.11)
"""What a circle takes with two lines of name, and without, of a wide drawing."""
_PUSHES, _OTHER_WAY, _NEARLY = 400, 7, 1e-3
Place = tuple[float, float]


def overlap_map(
    overlap: Overlap, communities: Sequence[Community], numbers: Mapping[str, int], voice: Voice
) -> Chart | None:
    """Communities as circles by their members, with lines as wide as what they share.

    `numbers` are those that communities have in the matrix. None where no two share anybody whose
    number may be told.
    """
    wanted = set(largest_first(overlap)[:MOST_NODES])
    pairs = strongest(
        [each for each in overlap.pairs if each.both.value and {each.a, each.b} <= wanted]
    )
    linked = {key for each in pairs for key in (each.a, each.b)}
    if not linked:
        return None
    nodes = [each for each in communities if each.key in linked]
    places = placed([each.key for each in nodes], pairs, _ROOM if _by_name(nodes) else _CIRCLE)
    first = pairs[0]
    titles = {each.key: each.title for each in nodes}
    summary = voice.say("{} communities; {} and {} share most, {} people").format(
        voice.number(len(nodes)), titles[first.a], titles[first.b], first.both.text
    )
    return make_chart(
        "overlap", voice.say("The map"), f"{summary}.", draw=draw_map,
        data={"lines": _lines(pairs, places), "circles": _circles(nodes, places, numbers)},
        table=_table(nodes, pairs, voice), voice=voice,
    )  # fmt: skip


def strongest(pairs: Sequence[Pair]) -> list[Pair]:
    """Those that are among the strongest of either community: all would be a ball of wool.

    `pairs` are in the order of what they share, the most first.
    """
    count: Counter[str] = Counter()
    kept = []
    for each in pairs:
        if min(count[each.a], count[each.b]) < STRONGEST:
            kept.append(each)
        count.update((each.a, each.b))
    return kept


def placed(
    keys: Sequence[str], pairs: Sequence[Pair], room: Place = (0.0, 0.0)
) -> dict[str, Place]:
    """Where each community stands, 0 to 1: the same for the same figures.

    By the forces of Fruchterman and Reingold, from a circle on, the more people two share the
    stronger they pull; then moved until each has the `room` of its own, as wide and as high.
    """
    import igraph

    number = {key: place for place, key in enumerate(keys)}
    graph = igraph.Graph(n=len(keys), edges=[(number[each.a], number[each.b]) for each in pairs])
    weights = [0.5 + (each.containment.value or 0) / 60 for each in pairs]
    igraph.set_random_number_generator(random.Random(1))
    try:
        layout = graph.layout_fruchterman_reingold(
            weights=weights, seed=graph.layout_circle().coords, niter=1_500, grid=False
        )
    finally:
        igraph.set_random_number_generator(random)
    across, down = (_scaled(axis) for axis in zip(*layout.coords, strict=True))
    places = apart([*zip(across, down, strict=True)], room)
    return dict(zip(keys, places, strict=True))


def apart(places: Sequence[Place], room: Place) -> list[Place]:
    """Places between 0 and 1 of which no two overlap, each as wide and as high as `room`.

    Two that do are pushed from one another by the shorter way, and now and then by the other, lest
    they get stuck at a border; where there is no room for all, some still overlap.
    """
    moved = [[x, y] for x, y in places]
    for turn in range(_PUSHES):
        calm = True
        for one, other in combinations(moved, 2):
            lacks = [room[axis] - abs(one[axis] - other[axis]) for axis in (0, 1)]
            if min(lacks) <= _NEARLY:
                continue
            calm = False
            wide = lacks[0] / room[0] < lacks[1] / room[1]
            axis = int(wide == (turn % _OTHER_WAY == _OTHER_WAY - 1))
            push = lacks[axis] / 2 * (1 if one[axis] > other[axis] else -1)
            one[axis] = min(1.0, max(0.0, one[axis] + push))
            other[axis] = min(1.0, max(0.0, other[axis] - push))
        if calm:
            break
    return [(round(x, 4), round(y, 4)) for x, y in moved]


def _scaled(values: Sequence[float]) -> list[float]:
    low, high = min(values), max(values)
    return [round((value - low) / (high - low), 4) if high > low else 0.5 for value in values]


def draw_map(width: int) -> Any:
    """Lines below circles below names, where there is room for these."""
    across: dict[str, Any] = {"scale": alt.Scale(domain=[0, 1], padding=34), "axis": None}
    x, y = alt.X("x:Q", **across), alt.Y("y:Q", **across)
    lines = alt.Chart(alt.NamedData(name="lines")).mark_rule(
        color="var(--c1)", opacity=0.4, strokeCap="round"
    )
    wide = alt.StrokeWidth("v:Q", scale=alt.Scale(domainMin=0, range=[0.8, 9]),
                           legend=None)  # fmt: skip
    circles = alt.Chart(alt.NamedData(name="circles"))
    large = alt.Size("v:Q", scale=alt.Scale(type="sqrt", domainMin=0, range=[40, 900]),
                     legend=None)  # fmt: skip
    ring = alt.condition("datum.row === at", alt.value(3), alt.value(1.2))
    names = circles.encode(x=x, y=y, text="name:N")
    below = circles.encode(x=x, y=y, text="below:N")
    letters: dict[str, Any] = {"fontSize": 11.5, "dy": 27, "lineBreak": "\n", "lineHeight": 13}
    named = [
        below.mark_text(**letters, color="var(--paper)", stroke="var(--paper)", strokeWidth=4),
        below.mark_text(**letters, color="var(--ink)"),
    ]
    return alt.layer(
        lines.encode(x=x, y=y, x2="x2:Q", y2="y2:Q", strokeWidth=wide),
        circles.mark_circle(opacity=1, color="var(--o3)", stroke="var(--c1)").encode(
            x=x, y=y, size=large, strokeWidth=ring
        ),
        names.mark_text(fontSize=11, fontWeight=600, color="var(--ink)"),
        *(named if width > _ROOMY else ()),
    ).properties(width=width, height=420)  # fmt: skip


def _lines(pairs: Sequence[Pair], places: Mapping[str, Place]) -> list[dict[str, Any]]:
    """The strongest last, so that it is above the others."""
    return [
        {"row": each.a, "v": each.both.value, "x": places[each.a][0], "y": places[each.a][1],
         "x2": places[each.b][0], "y2": places[each.b][1]}
        for each in reversed(pairs)
    ]  # fmt: skip


def _circles(
    nodes: Sequence[Community], places: Mapping[str, Place], numbers: Mapping[str, int]
) -> list[dict[str, Any]]:
    by_name = _by_name(nodes)
    return [
        {"row": each.key, "v": each.members.value or 0, "x": places[each.key][0],
         "y": places[each.key][1], "name": str(numbers.get(each.key, "")),
         "below": _short(each.title) if by_name else ""}
        for each in nodes
    ]  # fmt: skip


def _by_name(nodes: Sequence[Community]) -> bool:
    return len(nodes) <= NAMED


def _short(title: str) -> str:
    """A title in two lines at most."""
    return "\n".join(wrap(title, _LONGEST, max_lines=2, placeholder="…"))


def _table(nodes: Sequence[Community], pairs: Sequence[Pair], voice: Voice) -> Table:
    beside = {each.key: sum(each.key in (p.a, p.b) for p in pairs) for each in nodes}
    head = (voice.say("Community"), voice.say("Members"), voice.say("Lines to others"))
    return Table(head, tuple(
        Row(each.key, each.title, (each.members, cell(beside[each.key], None))) for each in nodes
    ))  # fmt: skip
