"""Who reads all published tables and knows the definitions works out nothing about few people."""

import os
from collections.abc import Callable

import pytest

from cophub.pipelines.site.audiences import AUDIENCES
from cophub.pipelines.site.formats import FEW, WITHHELD, Cell, cell
from cophub.pipelines.site.riddles import Sum, withhold
from cophub.pipelines.site.subtracting import (
    tells_few,
    withhold_ceilings,
    withhold_flows,
    withhold_shares,
    withhold_together,
)
from cophub.warehouse import Warehouse
from tests.pipelines.site.published_attack import Reader, Solver
from tests.pipelines.site.random_hubs import fill, published

HUBS = range(int(os.environ.get("COPHUB_ATTACKED_HUBS", "18")))
"""`COPHUB_ATTACKED_HUBS=400` attacks more of them."""
PARTS = 3
"""Each part is a test of its own: one that fails says which hubs to look at."""


@pytest.mark.parametrize("dialect", ["sqlite"])
@pytest.mark.parametrize("part", range(PARTS))
def test_of_random_hubs_nothing_about_few_people_follows_from_the_published_tables(
    new_warehouse_url: Callable[[], str], part: int
) -> None:
    for seed in HUBS[part::PARTS]:
        warehouse = Warehouse.open(new_warehouse_url())
        fill(warehouse, seed)
        reader = Reader(published(warehouse))
        warehouse.dispose()
        assert len(reader.lines) > 300
        assert reader.known() == {}, seed


@pytest.mark.parametrize("dialect", ["sqlite"])
def test_what_the_reader_takes_to_be_true_is_true(warehouse: Warehouse) -> None:
    """Facilitators are told all: every line holds, and what is few is found."""
    fill(warehouse, 10)
    reader = Reader(published(warehouse, AUDIENCES["facilitators"]))
    assert Solver(reader.bounds, reader.lines).world() is not None
    assert len(reader.known()) > 5


def test_who_is_in_one_of_two_only_is_told_by_all_together() -> None:
    """12 and 9 who are 15 together: 6 are in both, 6 in the first alone and 3 in the second."""
    parts = [cell(12, 12), cell(9, 9)]
    assert tells_few(cell(15, 15), parts)
    assert tells_few(cell(18, 18), parts), "three are in both"
    assert not tells_few(cell(21, 21), parts), "nobody is in both"
    assert not tells_few(cell(12, 12), [cell(12, 12), FEW]), "how many of the first is hidden"
    assert not tells_few(WITHHELD, parts)


def test_who_joined_and_left_goes_with_the_people_on_the_list() -> None:
    def told(people: int, **more: int) -> dict:
        return {name: cell(value, value) for name, value in {"people": people, **more}.items()}

    quarters = {
        "": {"2026Q1": told(15, people_joined=6, people_left=5), "2026Q2": told(40),
             "2026Q3": told(41, people_joined=8, people_left=7)},
        "a": {"2026Q1": told(12), "2026Q2": told(30), "2026Q3": told(30)},
        "b": {"2026Q1": told(9), "2026Q2": told(30), "2026Q3": told(30)},
    }  # fmt: skip
    quarters[""]["2026Q2"] |= told(40, people_joined=30, people_left=5)
    withhold_together(quarters, {})
    hidden = {(q, name) for q, row in quarters[""].items() for name in row if row[name].hidden}
    names = ("people_joined", "people_left")
    assert hidden == {("2026Q1", "people"), *((q, n) for q in ("2026Q1", "2026Q2") for n in names)}


def test_who_is_in_several_of_two_communities_is_in_both() -> None:
    for several, is_hidden in ((17, True), (14, False)):
        told = {"people_in_several": cell(several, several), "members": cell(90, 90)}
        parts = {"a": {"2026Q1": {"members": cell(20, 20)}},
                 "b": {"2026Q1": {"members": cell(40, 40)}}}  # fmt: skip
        withhold_together({"": {"2026Q1": told}, **parts}, {})
        assert told["people_in_several"].hidden == is_hidden


@pytest.mark.parametrize(
    ("told", "outside", "hidden"),
    [
        ({"engaged": 15, "level_outside": 0}, None, {"level_outside"}),
        ({"engaged": 15}, 0, {"engaged"}),
        ({"engaged": 16}, 0, set()),
        ({"engaged": 15}, 1, set()),
        ({"engaged": 15}, None, set()),
        ({"active": 15, "retention_percent": 60}, 0, {"active", "retention_percent"}),
        ({"engaged": 16, "people": 16}, 0, {"engaged"}),
        ({"engaged": 16, "people": 14}, 0, set()),
        ({"active": 6, "gini_active": 0.21, "gini_members": 0.68}, None, {"gini_members"}),
        ({"active": 6, "gini_active": 0.21, "gini_members": 0.72}, None, set()),
        ({"active": 6, "gini_active": 0.21, "gini_members": 1}, None, set()),
    ],
)
def test_the_hidden_members_of_all_together_are_not_told_by_figures_that_are_no_fewer(
    told: dict[str, float], outside: int | None, hidden: set[str]
) -> None:
    """13 and 15 who are 15 in all, as the 15 of the larger are: then 2 are in it alone."""
    total = {name: cell(value, None) for name, value in told.items()}
    levels = {} if outside is None else {
        name: cell(value, None)
        for name, value in (("level_outside", outside), ("level_peripheral", 0))
    }  # fmt: skip
    for members in (WITHHELD, cell(20, 20)):
        now = {**total, "members": members}
        parts = {name: {"2026Q1": {"members": cell(n, n), **levels}}
                 for name, n in (("a", 13), ("b", 15))}  # fmt: skip
        withhold_ceilings({"": {"2026Q1": now}, **parts})
        found = {name for name in told if now[name].hidden}
        assert found == (hidden if members.hidden else set())
        assert parts["b"]["2026Q1"]["members"].value == 15


def test_a_share_of_a_hidden_number_is_hidden() -> None:
    quarters = {
        "2026Q1": {"active": WITHHELD, "retention_percent": cell(50.0, None, "%")},
        "2026Q2": {"active": cell(30, 30), "retention_percent": cell(42.9, None, "%")},
        "2026Q3": {"active": cell(30, 30), "retention_percent": cell(42.9, None, "%")},
    }
    withhold_shares(quarters)
    hidden = [quarters[each]["retention_percent"].hidden for each in quarters]
    assert hidden == [True, True, False]


def test_bounds_of_several_sums_together_do_not_tell_a_small_part() -> None:
    """Of 5 posts the one has some in two months and the other in three: 2 and 3."""
    months = {name: [(name, "posts", f"2026-0{n}") for n in (4, 5, 6)] for name in "ab"}
    cells = dict.fromkeys([*months["a"], *months["b"]], FEW)
    cells[months["a"][2]] = cell(0, 0)
    cells |= dict.fromkeys([("a", "posts", "2026Q2"), ("b", "posts", "2026Q2")], FEW)
    cells["", "posts", "2026Q2"] = cell(5, 5)
    quarter = [(name, "posts", "2026Q2") for name in "ab"]
    sums = [Sum(total, tuple(months[total[0]]), exact=True) for total in quarter]
    sums.append(Sum(("", "posts", "2026Q2"), tuple(quarter), exact=True))
    withhold(cells, sums)
    assert cells["", "posts", "2026Q2"] == WITHHELD


def test_nothing_is_hidden_behind_a_zero_and_whoever_came_took_a_seat() -> None:
    """One seat of 11 is not of the 10 who came to the other: all together are hidden for it."""
    names = [(name, "seats", "2026Q2") for name in "abc"]
    cells = {names[0]: WITHHELD, names[1]: FEW, names[2]: cell(0, 0)}
    total = ("", "seats", "2026Q2")
    cells[total] = cell(11, 11)
    withhold(cells, [Sum(total, tuple(names), exact=True)], {names[0]: 10})
    assert cells[total] == WITHHELD
    assert cells[names[2]].value == 0


def test_the_one_organisation_of_all_is_not_that_of_a_few_people() -> None:
    for offices, is_hidden in ((FEW, True), (cell(1, 9), False)):
        told = {"organizations": cell(1, 30)}
        parts = {"a": {"2026Q1": {"organizations": offices}}}
        withhold_together({"": {"2026Q1": told}, **parts}, {})
        assert told["organizations"].hidden == is_hidden


def test_that_nobody_came_or_went_does_not_make_the_hidden_people_of_a_quarter() -> None:
    quarters = {"2026Q1": {"people": cell(25, 25)},
                "2026Q2": {"people": WITHHELD, "people_joined": cell(0, 0),
                           "people_left": cell(0, 0)}}  # fmt: skip
    withhold_flows(quarters)
    assert quarters["2026Q2"] == dict.fromkeys(quarters["2026Q2"], WITHHELD)


def test_a_sum_less_another_does_not_tell_what_only_the_larger_one_has() -> None:
    """Of 27 posts 17 are one's and 8 the others' of May: April's and June's are one each."""
    months = [f"2026-0{n}" for n in (4, 5, 6)]
    shown = {"": (None, 15, None), "a": (None, 7, None), "b": (0, FEW, FEW), "c": (0, FEW, 0),
             "d": (FEW, FEW, 0)}  # fmt: skip
    cells = {("", "posts", "2026Q2"): cell(27, 27), ("a", "posts", "2026Q2"): cell(17, 17)}
    cells |= {(name, "posts", "2026Q2"): WITHHELD for name in "bcd"}
    for name, row in shown.items():
        for month, each in zip(months, row, strict=True):
            told = WITHHELD if each is None else each
            cells[name, "posts", month] = told if isinstance(told, Cell) else cell(told, told)
    sums = [Sum((name, "posts", "2026Q2"), tuple((name, "posts", each) for each in months),
                exact=True) for name in shown]  # fmt: skip
    sums += [Sum(("", "posts", each), tuple((name, "posts", each) for name in "abcd"), exact=True)
             for each in (*months, "2026Q2")]  # fmt: skip
    before = {place for place, each in cells.items() if each.hidden}
    withhold(cells, sums)
    assert {place for place, each in cells.items() if each.hidden} > before
