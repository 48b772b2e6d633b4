"""What the measures of communities tell together about few people, and what is hidden for it.

Levels make up who did anything, and all members; who moved makes the one quarter's levels out of
the other's; channels make up whom they reach. What one figure tells of few others is said by the
warehouse: `cophub.warehouse.telling`.
"""

from collections.abc import Iterable, Iterator, Mapping, MutableMapping
from dataclasses import dataclass, field
from itertools import product
from typing import Any

from cophub.pipelines.site.balances import Ledger, Line, Spot
from cophub.pipelines.site.formats import ABSENT, WITHHELD, Cell, few
from cophub.pipelines.site.measured import LEVELS
from cophub.pipelines.site.quarters import before
from cophub.pipelines.site.withholding import FLOWS, Quarters

Values = Mapping[str, float | None]
"""Figures of a quarter as they are, by measure."""
Pair = tuple[str, str]
"""Levels from which to which, or source and kind of a channel."""
Two = tuple[int, int]
MOVES: tuple[Pair, ...] = tuple((a, b) for a, b in product(LEVELS, LEVELS) if a != b)
ALL_TOGETHER = ("level_core", "level_active", "level_peripheral", "level_outside", "moved_up",
                "moved_down", "reached", "reached_by_one")  # fmt: skip
"""Of all communities together these would tell, where there are two or three, of one of them."""
_COST = {
    "move": 0, "only": 1, "reach": 2, "reached_by_one": 3, "moved_up": 4, "moved_down": 4,
    "level_peripheral": 5, "level_active": 5, "level_core": 5, "reached": 6, "level_outside": 7,
}  # fmt: skip
_FIXED = ("members", "engaged", "active")
_SLACK = frozenset({"without", "beside", "earlier"})
_CHOSEN = ("level_", "moved_", "reached", "move ", "only ", "reach ", "members_")


@dataclass
class Raw:
    """What was counted of one community: no figure of it goes to readers as it is."""

    values: Mapping[str, Values]
    moves: dict[str, dict[Pair, int]] = field(default_factory=dict)
    channels: dict[str, dict[Pair, Two]] = field(default_factory=dict)
    """Whom each channel reaches, and whom it alone does."""


def withhold_all_members(cells: Mapping[str, Quarters]) -> None:
    """Hide the members of all together where they tell those of a community that are hidden.

    A community's members stand at the head of its page: they cannot be hidden for another's sake.
    """
    for told_of in cells.values():
        _withhold_flows(told_of)
    for quarter, told in cells.get("", {}).items():
        theirs = [each[quarter]["members"] for name, each in cells.items()
                  if name and "members" in each.get(quarter, {})]  # fmt: skip
        shown = sum(each.value for each in theirs if each.value is not None)
        total = told.get("members")
        hidden = any(each.hidden for each in theirs)
        if total is None or total.value is None or not hidden or total.value <= shown:
            continue
        told["members"] = WITHHELD
    _withhold_flows(cells.get("", {}))


def _withhold_flows(quarters: Quarters) -> None:
    """Who joined and left makes the members of a quarter out of those of the one before."""
    for quarter, told in quarters.items():
        beside = (told, quarters.get(before(quarter), {}))
        if any(each.get("members", ABSENT).hidden for each in beside):
            told |= {name: WITHHELD for name in FLOWS[1] if told.get(name, ABSENT).shown}


def settle(
    raw: Raw, cells: Quarters, moves: Mapping[str, MutableMapping[Pair, Cell]],
    channels: Mapping[str, MutableMapping[Pair, tuple[Cell, Cell]]],
) -> None:  # fmt: skip
    """Hide what levels, moves and channels tell of one another; changes the cells given."""
    _withhold_reached(cells, channels)
    book = ledger(raw, cells, moves, channels)
    book.settle()
    for (name, quarter), cell in book.cells.items():
        kind, _, rest = name.partition(" ")
        if kind == "move":
            a, b = rest.split(" ")
            moves[quarter][a, b] = cell
        elif not rest:
            cells[quarter][name] = cell
    for quarter, rows in channels.items():
        for channel in rows:
            of = [book.cells[_of_channel(kind, channel), quarter] for kind in ("reach", "only")]
            rows[channel] = (of[0], of[1])


def _withhold_reached(
    cells: Quarters, channels: Mapping[str, Mapping[Pair, tuple[Cell, Cell]]]
) -> None:
    """Less whom a channel reaches, all who are reached are those whom it does not."""
    for quarter, rows in channels.items():
        reached = cells[quarter].get("reached", ABSENT).value
        told = [people.value for people, _ in rows.values() if people.value is not None]
        if reached is not None and any(few(reached - people) for people in told):
            cells[quarter]["reached"] = WITHHELD


def ledger(
    raw: Raw, cells: Quarters, moves: Mapping[str, Mapping[Pair, Cell]],
    channels: Mapping[str, Mapping[Pair, tuple[Cell, Cell]]],
) -> Ledger:  # fmt: skip
    """Everything that hangs together, as it is and as it is published by now."""
    told: dict[Spot, Cell] = {}
    for quarter, row in cells.items():
        wanted = (*_FIXED, *_CHOSEN)
        told |= {(name, quarter): cell for name, cell in row.items()
                 if name.startswith(wanted) and cell.state != "absent"}  # fmt: skip
    for quarter, row_ in moves.items():
        told |= {(f"move {a} {b}", quarter): cell for (a, b), cell in row_.items()}
    for quarter, rows in channels.items():
        for channel, (reach, only) in rows.items():
            told[_of_channel("reach", channel), quarter] = reach
            told[_of_channel("only", channel), quarter] = only
    true = dict(_true(raw))
    lines = [line for quarter in raw.values for line in _lines(raw, quarter, true)]
    known = {s for s, cell in told.items() if s in true}
    return Ledger(
        true, {s: told[s] for s in known}, lines,
        frozenset(s for s in known if not s[0].startswith(_CHOSEN)),
        dict(_costs(known)), frozenset({"moved_up", "moved_down"}), _SLACK,
        {s for s in known if s[0].startswith("move ") and told[s].hidden},
    )  # fmt: skip


def _costs(spots: Iterable[Spot]) -> Iterator[tuple[str, int]]:
    for name, _ in spots:
        yield name, _COST.get(name.partition(" ")[0], 8)


def _of_channel(kind: str, channel: Pair) -> str:
    return f"{kind} {channel[0]} {channel[1]}"


def _true(raw: Raw) -> Iterator[tuple[Spot, int]]:
    for quarter, values in raw.values.items():
        for name, value in values.items():
            if value is not None and name.startswith((*_FIXED, *_CHOSEN)):
                yield (name, quarter), round(value)
        for (a, b), people in raw.moves.get(quarter, {}).items():
            yield (f"move {a} {b}", quarter), people
        for channel, (people, only) in raw.channels.get(quarter, {}).items():
            yield (_of_channel("reach", channel), quarter), people
            yield (_of_channel("only", channel), quarter), only


def _lines(raw: Raw, quarter: str, true: dict[Spot, int]) -> Iterator[Line]:
    """Every sum with a figure of a quarter that readers know, or may suppose, to hold."""
    past = before(quarter)
    levels = {(f"level_{each}", quarter): -1 for each in LEVELS}
    of_acts = {spot: sign for spot, sign in levels.items() if spot[0] != "level_outside"}
    flow = {("members", quarter): 1, ("members", past): -1,
            ("members_joined", quarter): -1, ("members_left", quarter): 1}  # fmt: skip
    for line in (flow, {("engaged", quarter): 1, **of_acts}):
        if line.keys() <= true.keys():
            yield line
    contributing = {
        ("active", quarter): 1,
        ("level_core", quarter): -1,
        ("level_active", quarter): -1,
    }
    if contributing.keys() <= true.keys():
        earlier = sum(sign * true[spot] for spot, sign in contributing.items())
        if earlier >= 0:  # a quarter that has begun looks back beyond its beginning
            true["earlier", quarter] = earlier
            yield {**contributing, ("earlier", quarter): -1}
    yield from _of_guests(quarter, {("members", quarter): 1, **levels}, true)
    yield from _of_moves(raw, quarter, past, true)
    yield from _of_channels(raw, quarter, true)


def _of_guests(quarter: str, levels: Line, true: dict[Spot, int]) -> Iterator[Line]:
    """Guests have a level, and are reached, and are no members: nobody is told how many they are.

    Without them, all levels are the members, and so is whoever is reached.
    """
    reached = {("members", quarter): 1, ("reached", quarter): -1}
    named = []
    for line, guests in ((levels, ("guests", quarter)), (reached, ("others", quarter))):
        if line.keys() <= true.keys():
            count = -sum(sign * true[spot] for spot, sign in line.items())
            if count >= 0:
                true[guests] = count
                named.append(guests)
            yield {**line, guests: 1} if count >= 0 else line
    if len(named) == 2:
        yield dict(zip(named, (1, -1), strict=True))


def _of_moves(raw: Raw, quarter: str, past: str, true: Mapping[Spot, int]) -> Iterator[Line]:
    if quarter not in raw.moves:
        return
    rank = {level: -place for place, level in enumerate(LEVELS)}
    move = {(a, b): (f"move {a} {b}", quarter) for a, b in raw.moves[quarter]}
    for name, way in (("moved_up", 1), ("moved_down", -1)):
        if (name, quarter) in true:
            theirs = {s: -1 for (a, b), s in move.items() if way * (rank[b] - rank[a]) > 0}
            yield {(name, quarter): 1, **theirs}
    for level in LEVELS[:-1]:
        now, then = (f"level_{level}", quarter), (f"level_{level}", past)
        if now in true:
            came = {s: -1 for (_, b), s in move.items() if b == level}
            went = {s: 1 for (a, _), s in move.items() if a == level}
            earlier = {then: -1} if then in true else {}
            yield {now: 1, **earlier, **came, **went}


def _of_channels(raw: Raw, quarter: str, true: dict[Spot, int]) -> Iterator[Line]:
    rows = raw.channels.get(quarter, {})
    by_any, by_one, several = ((each, quarter) for each in ("reached", "reached_by_one", "several"))
    if not rows or not {by_any, by_one} <= true.keys():
        return
    true[several] = true[by_any] - true[by_one]
    yield {by_any: 1, by_one: -1, several: -1}
    yield {by_one: 1} | {(_of_channel("only", each), quarter): -1 for each in rows}
    for channel, (people, only) in rows.items():
        reach, alone = ((_of_channel(kind, channel), quarter) for kind in ("reach", "only"))
        also = (_of_channel("also", channel), quarter)
        true[also] = people - only
        yield {reach: 1, alone: -1, also: -1}
        # Whom it does not reach others do: one other alone, or several.
        without, beside = ((_of_channel(kind, channel), quarter) for kind in ("without", "beside"))
        true[without] = true[by_any] - people
        true[beside] = true[several] - true[also]
        yield {by_any: 1, reach: -1, without: -1}
        yield {several: 1, also: -1, beside: -1}
        if len(rows) == 2:  # whom the one reaches beside the other, the other does beside the one
            yield {also: 1, several: -1}
        elif len(rows) == 1:  # there is no other
            yield {also: 1}
            yield {several: 1}


def as_values(table: Mapping[str, Any]) -> Values:
    """The figures of a table as they are."""
    return {name: row["value"] for name, row in table.items()}
