"""Decisions survive what happens to sources: accounts that go and come, new names, new keys."""

from datetime import UTC, datetime
from typing import Any

import pytest
from sqlalchemy import insert, update

from cophub.identities.decisions import Wish, record
from cophub.identities.links import Account
from cophub.identities.standing import Standing, conflicts, standing
from cophub.warehouse import Warehouse, state, tables

NOW = datetime(2026, 3, 1, tzinfo=UTC)


class World:
    """Accounts and syncs, put straight into a warehouse."""

    def __init__(self, warehouse: Warehouse) -> None:
        self.warehouse = warehouse

    def sync(self, source: str, *accounts: tuple[str, str | None, str], **more: Any) -> None:
        """A sync of a source that found these (key, address, name)."""
        with self.warehouse.begin() as connection:
            state.start_run(connection, kind="sync", source=source, now=NOW, version="1")
            for key, email, name in accounts:
                row = dict(source=source, key=key, email=email, name=name, run=1)
                at = dict(first_seen_at=NOW, changed_at=NOW)
                connection.execute(insert(tables.account).values(row | at | more))

    def gone(self, source: str, *keys: str) -> None:
        t = tables.account
        with self.warehouse.begin() as connection:
            theirs = update(t).where(t.c.source == source, t.c.key.in_(keys))
            connection.execute(theirs.values(gone_at=NOW))

    def decide(self, same: bool, a: Account, b: Account) -> None:
        with self.warehouse.begin() as connection:
            record(connection, [Wish(same, a, b)], by="Ada", now=NOW)

    @property
    def standing(self) -> Standing:
        with self.warehouse.connect() as connection:
            return standing(connection)

    @property
    def pairs(self) -> set[tuple[bool, frozenset[Account]]]:
        return {(d.same, frozenset((d.a, d.b))) for d in self.standing.decisions}


@pytest.fixture
def world(warehouse: Warehouse) -> World:
    return World(warehouse)


MARIA, MARIO, JOHN = ("1", None, "Maria"), ("2", None, "Mario"), ("3", "j@example.org", "John")


def pair(same: bool, a: Account, b: Account) -> tuple[bool, frozenset[Account]]:
    return same, frozenset((a, b))


def test_no_decisions_cost_nothing_and_say_nothing(world: World) -> None:
    assert world.standing == Standing()


def test_an_account_that_went_and_came_is_decided_still(world: World) -> None:
    world.sync("calls", MARIA, MARIO, JOHN)
    world.decide(True, ("calls", "1"), ("calls", "3"))
    world.gone("calls", "1")
    assert world.pairs == {pair(True, ("calls", "1"), ("calls", "3"))}


def test_a_renamed_source_carries_its_decisions_along(world: World) -> None:
    """Both for two accounts of the source and for one with an account elsewhere."""
    world.sync("calls", MARIA, MARIO, JOHN)
    world.sync("list", ("9", "m@example.org", "Maria Paz"))
    world.decide(False, ("calls", "1"), ("calls", "2"))
    world.decide(True, ("calls", "1"), ("list", "9"))
    world.sync("meetings", MARIA, MARIO)
    world.sync("list")
    assert world.standing.renamed == {"calls": "meetings"}
    assert pair(False, ("meetings", "1"), ("meetings", "2")) in world.pairs
    assert pair(True, ("meetings", "1"), ("list", "9")) in world.pairs
    assert pair(True, ("calls", "1"), ("list", "9")) in world.pairs


@pytest.mark.parametrize(
    ("found", "again"),
    [
        pytest.param([("1", None, "Zoe"), ("2", None, "Yan"), JOHN], False, id="others"),
        pytest.param([MARIA], False, id="few"),
        pytest.param([MARIA, MARIO, JOHN], True, id="both live on"),
    ],
)
def test_numbers_that_meet_by_chance_are_no_new_name(
    world: World, found: list[tuple[str, str | None, str]], again: bool
) -> None:
    world.sync("calls", MARIA, MARIO, JOHN)
    world.decide(False, ("calls", "1"), ("calls", "2"))
    world.sync("meetings", *found)
    if again:
        world.sync("calls")
    assert world.standing.renamed == {}
    assert world.pairs == {pair(False, ("calls", "1"), ("calls", "2"))}


def test_an_account_with_a_new_key_is_decided_still(world: World) -> None:
    """By its address and name within the source; in doubt nobody is."""
    world.sync("list", ("1", "info@example.org", "Ann Lee"), ("2", "info@example.org", "Bo Ek"))
    world.sync("list", ("5", None, "Ana Paz"), ("6", None, "Ana Paz"))
    world.decide(False, ("list", "1"), ("list", "2"))
    world.decide(True, ("list", "5"), ("list", "1"))
    world.gone("list", "1", "2", "5", "6")
    world.sync("list", ("a", "Info@example.org", "Ann  LEE"), ("b", "info@example.org", "Bo Ek"))
    world.sync("list", ("c", None, "Ana Paz"))
    assert world.standing.heirs == {("list", "1"): ("list", "a"), ("list", "2"): ("list", "b")}
    assert pair(False, ("list", "a"), ("list", "b")) in world.pairs


def test_a_contradiction_is_found_through_a_new_name(world: World) -> None:
    world.sync("calls", MARIA, MARIO, JOHN)
    world.decide(False, ("calls", "1"), ("calls", "2"))
    world.sync("meetings", MARIA, MARIO, JOHN)
    world.decide(True, ("meetings", "1"), ("meetings", "2"))
    with world.warehouse.connect() as connection:
        (conflict,) = conflicts(connection)
    assert [fact.number for fact in conflict.facts] == [1, 2]
