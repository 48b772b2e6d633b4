"""Which ids are asked for together: in as few requests as it takes, and each within the limits."""

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cophub.connectors.sharepoint import reading
from cophub.connectors.sharepoint.reading import PAGE, batches, encoded, filter_of, selection
from cophub.connectors.sharepoint.rows import Plan

ids = st.lists(st.integers(1, 60_000), min_size=1, max_size=400, unique=True).map(sorted)


def nothing(*_: object) -> tuple[()]:
    return ()


def plan(**more: object) -> Plan:
    return Plan(nothing, nothing, nothing, **more)  # type: ignore[arg-type]


def covered(terms: list[tuple[int, int]]) -> set[int]:
    return {one for first, last in terms for one in range(first, last + 1)}


@given(ids, st.integers(200, 2_000))
def test_every_id_is_asked_for_within_the_length_of_a_query_and_a_page(
    wanted: list[int], room: int
) -> None:
    found = batches(wanted, room)
    assert set(wanted) <= set().union(*map(covered, found))
    for terms in found:
        assert len(covered(terms)) <= PAGE
        assert len(encoded({"$filter": filter_of(terms)})) <= room + len("$filter=")


@given(st.lists(st.integers(1, 300), min_size=1, max_size=30, unique=True).map(sorted))
def test_one_request_that_is_enough_asks_for_nothing_else(wanted: list[int]) -> None:
    found = batches(wanted, 2_000)
    if len(found) == 1:
        assert covered(found[0]) == set(wanted)


def test_ids_in_a_row_are_one_term() -> None:
    assert filter_of(batches([5, 7, 8, 9])[0]) == "Id eq 5 or (Id ge 7 and Id le 9)"


def test_many_changes_all_over_a_list_cost_no_more_than_reading_it() -> None:
    """Every fifth of 20,000 rows: four pages, and not 4,000 rows by name."""
    assert len(batches(list(range(1, 20_001, 5)))) == 4


def test_no_partition_into_fewer_requests_is_possible(monkeypatch: pytest.MonkeyPatch) -> None:
    """Against all partitions of small lists, with a page of 12 rows and two terms a request."""
    monkeypatch.setattr(reading, "PAGE", 12)
    for wanted in itertools.combinations(range(1, 40, 3), 6):
        found = reading._covering(wanted, 2)
        assert set(wanted) <= set().union(*map(covered, found))
        assert all(len(covered(terms)) <= 12 for terms in found)
        assert len(found) == least(wanted)


def least(wanted: tuple[int, ...]) -> int:
    """The fewest runs of ids of which each fits in two ranges of 12 rows in all."""
    for cuts in range(len(wanted)):
        for at in itertools.combinations(range(1, len(wanted)), cuts):
            bounds = [0, *at, len(wanted)]
            parts = [wanted[low:high] for low, high in itertools.pairwise(bounds)]
            if all(width(part) <= 12 for part in parts):
                return len(parts)
    raise AssertionError


def width(part: tuple[int, ...]) -> int:
    gaps = [after - before - 1 for before, after in itertools.pairwise(part)]
    return part[-1] - part[0] + 1 - max(gaps, default=0)


def test_columns_that_begin_with_a_line_have_another_name_in_the_rest_api() -> None:
    """`_UIVersionString` is `OData__UIVersionString`; people are ids, lookups titles."""
    chosen = selection(plan(fields=("_UIVersionString",), people=("Lead",), lookups=("Country",)))
    names = chosen["$select"].split(",")
    assert {"OData__UIVersionString", "LeadId", "Country/Title"} <= set(names)
    assert chosen["$expand"] == "Country"


def test_the_own_signs_of_a_hand_made_skiptoken_are_encoded() -> None:
    """A bare `&` in it would end it, and the vendor would begin at the first page again."""
    assert encoded({"$skiptoken": "Paged=TRUE&p_ID=5"}) == "$skiptoken=Paged%3DTRUE%26p_ID%3D5"
