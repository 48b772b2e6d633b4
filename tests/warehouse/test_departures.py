"""Departures: who a whole read did not meet has left, and may come back."""

import pytest

from cophub.records import Account, Document, Membership, Record, Space
from cophub.warehouse import Warehouse
from cophub.warehouse.departures import Departures
from cophub.warehouse.load import Loader

from .conftest import Load, day, physical, rows, snapshot


def members(space: str, *accounts: int) -> list[Record]:
    return [Membership(space=space, account=account, role="member") for account in accounts]


def test_whoever_a_whole_read_did_not_meet_has_left(warehouse: Warehouse, load: Load) -> None:
    load(*members("a", 1, 2, 3), *members("b", 1), on=1)
    leaving, ended = snapshot(
        warehouse, [*members("a", 1, 3), *members("b", 1)], [Membership], on=2
    )
    assert (leaving, ended) == ([Departures("membership", "a", before=3, gone=1)], 1)
    assert rows(warehouse, "membership", "space", "account", "status", "left_at", "gone_at") == [
        ("a", "1", "active", None, None),
        ("a", "2", "left", day(2), day(2)),
        ("a", "3", "active", None, None),
        ("b", "1", "active", None, None),
    ]
    assert rows(warehouse, "membership", "run", "changed_at")[1] == (2, day(2))
    assert rows(warehouse, "membership_period", "account", "valid_to")[:3] == [
        ("1", None),
        ("2", day(2)),
        ("3", None),
    ]


def test_counting_departures_ends_nothing(warehouse: Warehouse, load: Load) -> None:
    load(*members("a", *range(20)), on=1)
    before = physical(warehouse, "membership", "membership_period")
    loader = Loader(warehouse, "news", run=2, now=day(2))
    loader.stage(loader.rows(members("a", 1))[0])
    with warehouse.begin() as connection:
        loader.apply(connection)
        leaving = loader.departures(connection, [Membership])
    assert leaving == [Departures("membership", "a", before=20, gone=19)]
    assert physical(warehouse, "membership", "membership_period") == before


def test_who_had_left_already_is_not_counted_again(warehouse: Warehouse, load: Load) -> None:
    load(*members("a", 1, 2, 3), on=1)
    snapshot(warehouse, members("a", 1, 2), [Membership], on=2)
    before = physical(warehouse, "membership", "membership_period")
    leaving, ended = snapshot(warehouse, members("a", 1, 2), [Membership], on=3)
    assert (leaving, ended) == ([], 0)
    assert physical(warehouse, "membership", "membership_period") == before


def test_the_day_on_which_somebody_left_by_the_vendors_word_is_kept(
    warehouse: Warehouse, load: Load
) -> None:
    load(Membership(space="a", account="1", status="unsubscribed", left_at=day(1)), on=2)
    snapshot(warehouse, [], [Membership], on=3)
    assert rows(warehouse, "membership", "status", "left_at", "gone_at") == [
        ("left", day(1), day(3))
    ]


def test_who_comes_back_is_active_again_in_a_new_period(warehouse: Warehouse, load: Load) -> None:
    load(*members("a", 1, 2), on=1)
    snapshot(warehouse, members("a", 1), [Membership], on=2)
    counts = load(*members("a", 1, 2), on=3)
    assert (counts.new, counts.changed) == (0, 1)
    assert rows(warehouse, "membership", "status", "left_at", "gone_at", "first_seen_at")[1] == (
        "active",
        None,
        None,
        day(1),
    )
    assert rows(warehouse, "membership_period", "account", "valid_from", "valid_to")[1:] == [
        ("2", day(1), day(2)),
        ("2", day(3), None),
    ]


def test_a_first_load_ends_nothing(warehouse: Warehouse) -> None:
    assert snapshot(warehouse, members("a", 1, 2), [Membership], on=1) == ([], 0)


def test_an_empty_whole_read_meets_nobody(warehouse: Warehouse, load: Load) -> None:
    load(*members("a", 1, 2), on=1)
    leaving, ended = snapshot(warehouse, [], [Membership], on=2)
    assert (leaving, ended) == ([Departures("membership", "a", before=2, gone=2)], 2)


def test_spaces_that_were_not_read_are_left_alone(warehouse: Warehouse, load: Load) -> None:
    load(*members("a", 1, 2), *members("b", 3), on=1)
    leaving, ended = snapshot(warehouse, members("a", 1), [Membership], on=2, spaces=["a"])
    assert (leaving, ended) == ([Departures("membership", "a", before=2, gone=1)], 1)


def test_only_the_types_of_the_snapshot_end(warehouse: Warehouse, load: Load) -> None:
    load(Space(key="a"), Account(key="1"), Account(key="2"), *members("a", 1, 2), on=1)
    leaving, ended = snapshot(warehouse, [Account(key="1")], [Account], on=2)
    assert (leaving, ended) == ([Departures("account", "", before=2, gone=1)], 1)
    assert rows(warehouse, "account", "key", "gone_at") == [("1", None), ("2", day(2))]
    assert rows(warehouse, "membership", "gone_at") == [(None,), (None,)]


def test_other_sources_are_left_alone(warehouse: Warehouse, load: Load) -> None:
    load(*members("a", 1, 2), on=1, source="calls")
    load(*members("a", 1, 2), on=2)
    assert snapshot(warehouse, members("a", 1), [Membership], on=3)[1] == 1
    assert rows(warehouse, "membership", "source", "gone_at")[:2] == [("calls", None)] * 2


def test_two_types_may_end_in_one_read(warehouse: Warehouse, load: Load) -> None:
    documents = [Document(key=key, space="a") for key in ("x", "y")]
    load(*members("a", 1, 2), *documents, on=1)
    leaving, ended = snapshot(
        warehouse, [*members("a", 1), documents[0]], [Membership, Document], on=2
    )
    assert [(found.table, found.space, found.gone) for found in leaving] == [
        ("membership", "a", 1),
        ("document", "a", 1),
    ]
    assert ended == 2


@pytest.mark.parametrize("repeats", [1, 3])
def test_a_read_in_several_commits_with_repeated_pages_is_one_snapshot(
    warehouse: Warehouse, load: Load, repeats: int
) -> None:
    load(*members("a", *range(30)), on=1)
    loader = Loader(warehouse, "news", run=2, now=day(2), snapshot_of=[Membership])
    for start in (0, 10, 20):
        for _ in range(repeats):
            loader.stage(loader.rows(members("a", *range(start, start + 9)))[0])
        with warehouse.begin() as connection:
            loader.apply(connection)
    with warehouse.begin() as connection:
        assert [found.gone for found in loader.departures(connection, [Membership])] == [3]
        assert loader.depart(connection) == 3
    gone = [key for key, when in rows(warehouse, "membership", "account", "gone_at") if when]
    assert sorted(gone) == ["19", "29", "9"]
