"""What is hidden cannot be worked out from what is shown: published sums, solved like riddles."""

import random
from fractions import Fraction
from itertools import product

from cophub.pipelines.site.formats import cell
from cophub.pipelines.site.quarters import withhold_flow
from cophub.pipelines.site.riddles import Sum, withhold
from cophub.pipelines.site.withholding import quarter_of, withhold_sums

MONTHS = ("2026-01", "2026-02", "2026-03", "2026-04", "2026-05", "2026-06")
QUARTERS = ("2026Q1", "2026Q2")
KINDS = {"joins": "people_joined", "left": "people_left", "attendance": "seats", "posts": "posts",
         "opens": None}  # fmt: skip
BY_QUARTER = {"threads": "threads", "replies": "replies", "came": "members_joined",
              "went": "members_left"}  # fmt: skip
"""Figures that no month has: threads and replies are the posts, and all members are on the list."""


class Hub:
    """Figures of communities that share nobody, so that everything adds up exactly."""

    def __init__(self, seed: int) -> None:
        chance = random.Random(seed)
        names = [f"c{n}" for n in range(chance.randint(1, 4))]
        few = chance.random()
        self.true: dict[tuple[str, str, str], int] = {}
        for name in names:
            for kind in KINDS:
                for month in MONTHS:
                    small = chance.random() < few
                    self.true[name, kind, month] = chance.randint(0, 5 if small else 30)
        self.communities = ["", *names]
        for kind in KINDS:
            for month in MONTHS:
                self.true["", kind, month] = sum(self.true[n, kind, month] for n in names)
            for name in self.communities:
                for quarter in QUARTERS:
                    inside = (m for m in MONTHS if quarter_of(m) == quarter)
                    total = sum(self.true[name, kind, month] for month in inside)
                    self.true[name, kind, quarter] = total
        for quarter in QUARTERS:
            for name in names:
                posts = self.true[name, "posts", quarter]
                self.true[name, "threads", quarter] = begun = chance.randint(0, posts)
                self.true[name, "replies", quarter] = posts - begun
            for kind in ("threads", "replies"):
                self.true["", kind, quarter] = sum(self.true[n, kind, quarter] for n in names)
            for name in self.communities:
                for kind, same in (("came", "joins"), ("went", "left")):
                    self.true[name, kind, quarter] = self.true[name, same, quarter]

    def sums(self):
        """Every sum that readers know to hold: signed places that make 0, or a number."""
        names = self.communities[1:]
        for kind, measure in KINDS.items():
            for when in (*MONTHS, *(QUARTERS if measure else ())):
                yield {("", kind, when): 1, **{(n, kind, when): -1 for n in names}}, 0
            for name in self.communities if measure else ():
                for quarter in QUARTERS:
                    inside = [m for m in MONTHS if quarter_of(m) == quarter]
                    yield {(name, kind, quarter): 1, **{(name, kind, m): -1 for m in inside}}, 0
        for q in QUARTERS:
            for kind in BY_QUARTER:
                yield {("", kind, q): 1, **{(n, kind, q): -1 for n in names}}, 0
            for name in self.communities:
                yield {(name, "posts", q): 1, (name, "threads", q): -1, (name, "replies", q): -1}, 0
                yield {(name, "came", q): 1, (name, "joins", q): -1}, 0
                yield {(name, "went", q): 1, (name, "left", q): -1}, 0
        for name in self.communities:
            for q in QUARTERS:  # the change in people, which is always shown
                change = self.true[name, "joins", q] - self.true[name, "left", q]
                yield {(name, "joins", q): 1, (name, "left", q): -1}, change

    def published(self):
        """The cell of every place, by the rules of the site."""
        quarters = {
            name: {
                q: withhold_flow({
                    measure: cell(self.true[name, kind, q], self.true[name, kind, q])
                    for kind, measure in (KINDS | BY_QUARTER).items() if measure
                })
                for q in QUARTERS
            }
            for name in self.communities
        }  # fmt: skip
        months = {
            name: {
                kind: {m: cell(self.true[name, kind, m], self.true[name, kind, m]) for m in MONTHS}
                for kind in KINDS
            }
            for name in self.communities
        }
        withhold_sums(quarters, months)
        cells = {
            (n, k, m): months[n][k][m] for n in self.communities for k in KINDS for m in MONTHS
        }
        return cells | {
            (n, k, q): quarters[n][q][measure]
            for n in self.communities for k, measure in (KINDS | BY_QUARTER).items() if measure
            for q in QUARTERS
        }  # fmt: skip


def solved(sums, cells):
    """The hidden places that the sums tell, by Gaussian elimination."""
    pivots = {}
    for signs, total in sums:
        shown = {p: sign * Fraction(cells[p].value) for p, sign in signs.items() if cells[p].shown}
        row = {place: Fraction(sign) for place, sign in signs.items() if place not in shown}
        told = Fraction(total) - sum(shown.values())
        for pivot, solution in pivots.items():
            if pivot in row:
                row, told = minus(row, told, *solution, row[pivot])
        if row:
            pivot = next(iter(row))
            solution = ({p: sign / row[pivot] for p, sign in row.items()}, told / row[pivot])
            for each, (other, known) in list(pivots.items()):
                if pivot in other:
                    pivots[each] = minus(other, known, *solution, other[pivot])
            pivots[pivot] = solution
    return {pivot: told for pivot, (row, told) in pivots.items() if len(row) == 1}


def minus(row, known, other, told, times):
    places = row.keys() | other.keys()
    left = {p: row.get(p, 0) - times * other.get(p, 0) for p in places}
    return {p: sign for p, sign in left.items() if sign}, known - times * told


def test_no_sum_tells_a_figure_about_few_people():
    for seed in range(300):
        hub = Hub(seed)
        told = solved(hub.sums(), hub.published())
        assert all(hub.true[place] == value for place, value in told.items()), "riddles are right"
        assert {place: told[place] for place in told if 0 < hub.true[place] < 5} == {}, seed


def test_no_hidden_figures_of_one_sum_have_but_one_solution():
    """Of figures from 1 to 4, two that make 2 are both 1."""
    total, parts = ("", "posts", "2026-01"), [(c, "posts", "2026-01") for c in "abc"]
    for true in ((1, 1, 20), (4, 4, 20), (1, 30, 20), (2, 1, 0), (1, 5, 6)):
        cells = {place: cell(value, value) for place, value in zip(parts, true, strict=True)}
        cells[total] = cell(sum(true), sum(true))
        withhold(cells, [Sum(total, tuple(parts))])
        fitting = [
            each for each in product(range(sum(true) + 1), repeat=3)
            if all(may_be(cells[place], value) for place, value in zip(parts, each, strict=True))
            and may_be(cells[total], sum(each))
        ]  # fmt: skip
        for place, value, told in zip(parts, true, zip(*fitting, strict=True), strict=True):
            assert len(set(told)) > 1 or not 0 < value < 5, (true, place)


def may_be(cell, value):
    """Whether a reader may take a cell to hold this."""
    return {"shown": cell.value == value, "few": 0 < value < 5}.get(cell.state, value >= 5)


def test_without_withholding_the_same_riddles_are_solved():
    """The test above would see a figure that can be worked out."""
    hub = Hub(1)
    cells = {place: cell(value, value) for place, value in hub.true.items()}
    assert solved(hub.sums(), cells)


def test_most_of_what_may_be_shown_is_shown():
    """Withholding everything would be safe, and of no use."""
    few = shown = all_ = 0
    for seed in range(100):
        hub = Hub(seed)
        cells = hub.published()
        few += sum(0 < value < 5 for value in hub.true.values())
        shown += sum(each.shown for each in cells.values())
        all_ += len(cells)
    assert shown > 0.6 * (all_ - few)


def test_people_of_all_together_do_not_tell_how_many_a_hidden_community_has_at_the_least():
    """13 in all and 10 in the one: 3 at the least are in the other."""
    for everybody, is_hidden in ((13, True), (10, False)):
        quarters = {
            name: {"2026Q1": {"attendees": cell(people, people)}}
            for name, people in (("", everybody), ("soil", 10), ("fish", 3))
        }
        withhold_sums(quarters, {})
        told = [quarters[name]["2026Q1"]["attendees"].shown for name in ("", "soil")]
        assert all(told) != is_hidden
