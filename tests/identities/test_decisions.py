"""Decisions: kept, withdrawn, listed by command, and never in silent contradiction."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cophub.identities.decisions import (
    Fact,
    Wish,
    commands,
    contradictions,
    crossing,
    facts,
    objections,
    record,
    withdraw,
)
from cophub.warehouse import Warehouse

NOW = datetime(2026, 3, 1, tzinfo=UTC)
A, B, C, D = (("s", key) for key in "abcd")


def made(number: int, same: bool, a: tuple[str, str], b: tuple[str, str]) -> Fact:
    return Fact(number, same, a, b, None, NOW)


def test_a_decision_is_kept_with_who_when_and_why(warehouse: Warehouse) -> None:
    with warehouse.begin() as connection:
        record(connection, [Wish(True, B, A)], by="Ada", now=NOW, note="asked her")
    with warehouse.connect() as connection:
        (fact,) = facts(connection)
    assert fact == Fact(fact.number, True, A, B, "Ada", NOW, "asked her")


def test_what_stands_is_not_said_twice(warehouse: Warehouse) -> None:
    """In whatever order the accounts are named; a withdrawn one may be made anew."""
    with warehouse.begin() as connection:
        (first,) = record(connection, [Wish(True, A, B), Wish(True, B, A)], by=None, now=NOW)
        assert record(connection, [Wish(True, B, A)], by=None, now=NOW) == []
        assert withdraw(connection, [first.number], now=NOW) == [first]
        assert withdraw(connection, [first.number], now=NOW) == []
        (again,) = record(connection, [Wish(True, A, B)], by=None, now=NOW)
        assert [fact.number for fact in facts(connection)] == [again.number]
        assert len(facts(connection, withdrawn=True)) == 2


def test_one_account_alone_decides_nothing(warehouse: Warehouse) -> None:
    with warehouse.begin() as connection, pytest.raises(ValueError, match="one account"):
        record(connection, [Wish(True, A, A)], by=None, now=NOW)


def test_each_command_has_an_instant_of_its_own(warehouse: Warehouse) -> None:
    """Even where the clock stands still or was put back."""
    with warehouse.begin() as connection:
        record(connection, [Wish(False, A, B), Wish(False, A, C)], by="Ada", now=NOW)
        record(connection, [Wish(True, B, C)], by="Ada", now=NOW)
        record(connection, [Wish(True, B, D)], by="Ada", now=NOW - timedelta(hours=1))
        found = commands(facts(connection))
    assert [len(command) for command in found] == [2, 1, 1]


def test_a_circle_is_found_with_its_shortest_chain() -> None:
    known = [
        made(1, True, A, B), made(2, True, B, C), made(3, True, A, D), made(4, True, C, D),
        made(5, True, B, D), made(6, False, A, C),
    ]  # fmt: skip
    (conflict,) = contradictions(known)
    assert conflict.different.number == 6
    assert [fact.number for fact in conflict.same] == [1, 2]
    assert str(conflict) == (
        "decision 6: s:a and s:c are different,"
        " but decision 1: s:a and s:b are same and decision 2: s:b and s:c are same"
    )


def test_a_contradiction_is_told_without_addresses() -> None:
    one, other = ("lists", "amina@health.example"), ("lists", "bo@health.example")
    (conflict,) = contradictions([made(1, True, one, other), made(2, False, one, other)])
    assert str(conflict) == (
        "decision 2: lists:a***@health.example and lists:b***@health.example are different,"
        " but decision 1: lists:a***@health.example and lists:b***@health.example are same"
    )


def test_objections_are_only_those_that_a_wish_brings(warehouse: Warehouse) -> None:
    with warehouse.begin() as connection:
        record(connection, [Wish(True, A, B), Wish(False, A, B)], by=None, now=NOW)
        assert objections(connection, [Wish(True, C, D)], now=NOW) == []
        record(connection, [Wish(False, C, D)], by=None, now=NOW)
        (conflict,) = objections(connection, [Wish(True, D, C)], now=NOW)
    assert [fact.pair for fact in conflict.facts] == [(C, D), (C, D)]


def test_what_crosses_a_wish_can_be_taken_back() -> None:
    known = [made(1, True, A, B), made(2, True, B, C), made(3, False, C, D)]
    assert crossing(known, [Wish(False, B, A)]) == [known[0]]
    assert crossing(known, [Wish(True, D, C)]) == [known[2]]
    assert crossing(known, [Wish(False, A, C)], left=[A, B]) == [known[1]]


pairs = st.tuples(st.sampled_from([A, B, C, D]), st.sampled_from([A, B, C, D])).filter(
    lambda pair: pair[0] != pair[1]
)


@given(st.lists(st.tuples(st.booleans(), pairs), max_size=8))
def test_a_contradiction_is_a_different_inside_one_component(
    wished: list[tuple[bool, tuple[tuple[str, str], tuple[str, str]]]],
) -> None:
    """Against an oracle: components by plain repetition."""
    known = [made(n, same, *pair) for n, (same, pair) in enumerate(wished, 1)]
    part = {account: {account} for account in (A, B, C, D)}
    for _ in range(4):
        for fact in known:
            if fact.same:
                whole = part[fact.a] | part[fact.b]
                part |= dict.fromkeys(whole, whole)
    wrong = {fact.number for fact in known if not fact.same and fact.b in part[fact.a]}
    found = contradictions(known)
    assert {conflict.different.number for conflict in found} == wrong
    for conflict in found:
        at = conflict.different.a
        for fact in conflict.same:
            assert fact.same and at in fact.pair
            at = fact.b if at == fact.a else fact.a
        assert at == conflict.different.b
