"""Hides more of signed sums, until for each hidden figure there is another that fits as well.

Where `riddles` looks at plain sums that readers may know, this looks at balances: people who came
less people who went, levels that make up all. It does not solve them: it looks for a world beside
the true one that agrees with everything published, in which the hidden figure is another. Where
none is found, one figure more is hidden. So what it lets stand cannot be worked out.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, MutableMapping, Sequence
from dataclasses import dataclass, field

from cophub.pipelines.site.formats import FEWEST, WITHHELD, Cell
from cophub.pipelines.site.riddles import BROAD

Spot = tuple[str, str]
"""A figure and its quarter."""
Line = Mapping[Spot, int]
"""Signs of figures whose sum is the same in every world that readers may imagine."""
World = dict[Spot, int]
"""By how much figures differ from the true ones."""

_SIZES = (4, 6, 8, 11)
"""How many figures another world may change: small ones are looked for first."""
_STEPS = 150
"""How long one is looked for, of each size."""


@dataclass
class Ledger:
    """Figures of one community that hang together."""

    true: Mapping[Spot, int]
    cells: MutableMapping[Spot, Cell]
    """As they are published; a figure that is only worked out is in `true` alone."""
    lines: Sequence[Line]
    fixed: frozenset[Spot] = frozenset()
    """Shown elsewhere too: hiding them here would hide nothing."""
    cost: Mapping[str, int] = field(default_factory=dict)
    """By name of a figure: the least is hidden first."""
    cheap: frozenset[str] = frozenset()
    """Names of figures that are hidden first however small they are, nothing among them."""
    slack: frozenset[str] = frozenset()
    """Names of figures that nobody asks for: they are there for what others cannot be."""
    vague: set[Spot] = field(default_factory=set)
    """Of these it is not even said whether they are about few people."""
    _lines_of: dict[Spot, list[tuple[int, int]]] = field(default_factory=lambda: defaultdict(list))
    """The numbers of a figure's lines, and its sign in each."""
    _open: dict[int, dict[Spot, tuple[int, int, float]]] = field(default_factory=dict)
    _left: int = 0

    def __post_init__(self) -> None:
        for number, line in enumerate(self.lines):
            for spot, sign in line.items():
                self._lines_of[spot].append((number, sign))

    def settle(self) -> None:
        """Hide until nothing that is hidden now is told."""
        safe: set[Spot] = set()
        for spot in self.secrets():
            while spot not in safe:
                found = self.another_world(spot)
                if found is not None:
                    safe.update(found)
                elif not self._hide_near(spot):
                    break

    def secrets(self) -> list[Spot]:
        """What readers may not know: hidden figures, and small ones that others would add up to."""
        small = {spot for spot, value in self.true.items() if 0 < value < FEWEST}
        untold = {s for s in small - self.cells.keys() if s[0].partition(" ")[0] not in self.slack}
        hidden = (spot for spot in self._lines_of if spot in self.cells and self.cells[spot].hidden)
        return [s for s in hidden if s in small or s not in self.vague] + sorted(untold)

    def range_of(self, spot: Spot) -> tuple[int, float]:
        """What readers may take a figure to be."""
        value, cell = self.true[spot], self.cells.get(spot)
        if cell is None or spot in self.vague:
            return 0, float("inf")
        if cell.state == "few" and 0 < value < FEWEST:
            return 1, FEWEST - 1
        if cell.hidden:
            return (FEWEST if value >= FEWEST else 0), float("inf")
        return value, value

    def another_world(self, spot: Spot) -> World | None:
        """Changes to the true figures, this one's among them, that no reader could tell from it."""
        for size in _SIZES:
            for change in (1, -1):
                if self._fits(spot, change):
                    self._left = _STEPS
                    world = {spot: change}
                    if self._balanced(world, self._off(spot, change, {}), size):
                        return world
        return None

    def _fits(self, spot: Spot, change: int) -> bool:
        least, most = self.range_of(spot)
        return least <= self.true[spot] + change <= most

    def _off(self, spot: Spot, change: int, off: Mapping[int, int]) -> dict[int, int]:
        """By how much lines are out of balance after a change."""
        after = dict(off)
        for number, sign in self._lines_of[spot]:
            after[number] = after.get(number, 0) + sign * change
            if not after[number]:
                del after[number]
        return after

    def _balanced(self, world: World, off: dict[int, int], size: int) -> bool:
        """Change more figures of a world until every sum is what it is; False: that cannot be."""
        if not off:
            return True
        self._left -= 1
        if self._left < 0 or len(world) >= size:
            return False
        few = min((self._choices(number, off, world) for number in off), key=len)
        choices = [(self._off(spot, change, off), spot, change) for spot, change in few]
        # First those that leave the fewest lines out of balance.
        for after, spot, change in sorted(choices, key=lambda each: (len(each[0]), *each[1:])):
            world[spot] = change
            if self._balanced(world, after, size):
                return True
            del world[spot]
        return False

    def _choices(self, number: int, off: Mapping[int, int], world: World) -> list[tuple[Spot, int]]:
        """The figures that can bring a line into balance, and by what change."""
        missing = off[number]
        found = []
        for spot, (sign, least, most) in self._open_in(number).items():
            change = -missing * sign
            if least <= change <= most and spot not in world:
                found.append((spot, change))
        return found

    def _open_in(self, number: int) -> dict[Spot, tuple[int, int, float]]:
        """The figures of a line that may be others than the true ones: sign, least and most change.

        Kept as long as nothing more is hidden: they are asked for again and again.
        """
        if (found := self._open.get(number)) is None:
            found = self._open[number] = {}
            for spot, sign in self.lines[number].items():
                if self._is_open(spot):
                    (least, most), true = self.range_of(spot), self.true[spot]
                    found[spot] = (sign, least - true, most - true)
        return found

    def _is_open(self, spot: Spot) -> bool:
        cell = self.cells.get(spot)
        return cell is None or cell.hidden

    def _beside(self, spot: Spot) -> set[Spot]:
        return {other for number, _ in self._lines_of[spot] for other in self.lines[number]}

    def _hide_near(self, spot: Spot) -> bool:
        """Hide the cheapest figure in a line of a spot, or in one of what is hidden beside it.

        Of its own quarter; of those beside it only where nothing else is left to do.
        """
        for quarters in ({spot[1]}, {each[1] for each in self._lines_of}):
            reached, asked = {spot}, [spot]
            for each in asked:
                shown = [other for other in self._beside(each) if self._may_hide(other)]
                if shown:
                    self._open.clear()
                    self.cells[min(shown, key=self._price)] = WITHHELD
                    return True
                beside = {other for other in self._beside(each) - reached if self._is_open(other)}
                asked += sorted(other for other in beside if other[1] in quarters)
                reached |= beside
            if self._blur(asked):
                return True
        return False

    def _may_hide(self, spot: Spot) -> bool:
        cell = self.cells.get(spot)
        worth = self.true[spot] or spot[0] in self.cheap
        return bool(cell and cell.shown and worth) and spot not in self.fixed

    def _price(self, spot: Spot) -> tuple[bool, int, int, Spot]:
        value, is_narrow = self.true[spot], self.true[spot] < BROAD and spot[0] not in self.cheap
        return is_narrow, self.cost.get(spot[0], 9), value, spot

    def _blur(self, spots: Iterable[Spot]) -> bool:
        """Say of none of these which is about few; zeros beside them are not told any more."""
        fresh = {
            spot for each in spots for spot in self._beside(each) - self.vague - self.fixed
            if spot in self.cells and (self.cells[spot].hidden or not self.true[spot])
        }  # fmt: skip
        self._open.clear()
        self.cells.update(dict.fromkeys(fresh, WITHHELD))
        self.vague |= fresh
        return bool(fresh)
