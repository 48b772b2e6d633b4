"""Accounts and their people are read however many are asked for."""

from itertools import chain

import pytest

from cophub.identities.links import (
    accounts_of,
    by_source,
    holdings,
    in_parts,
    keys_in_parts,
    owners,
    sizes,
)
from cophub.warehouse import Warehouse

from .store.conftest import Directory, account


def test_parts_hold_every_value_once_in_order() -> None:
    parts = list(in_parts(range(1201)))
    assert [len(part) for part in parts] == [500, 500, 201]
    assert list(chain.from_iterable(parts)) == list(range(1201))
    assert list(in_parts([])) == []


def test_keys_go_by_source() -> None:
    accounts = [("b", "2"), ("a", "9"), ("b", "1")]
    assert by_source(accounts) == {"a": ["9"], "b": ["1", "2"]}
    assert list(keys_in_parts(accounts)) == [("a", ["9"]), ("b", ["1", "2"])]


@pytest.fixture
def crowd(warehouse: Warehouse) -> Directory:
    """More accounts than one statement takes, and each somebody else's but two."""
    found = Directory(warehouse)
    found.sync(*(account("list", f"{n:04}", email=f"m{n}@x{n}.example") for n in range(700)))
    found.sync(account("chat", "7", email="m7@x7.example"))
    found.resolve()
    return found


def test_owners_and_what_they_hold_are_each_others_reverse(crowd: Directory) -> None:
    everybody = [("list", f"{n:04}") for n in range(700)]
    with crowd.warehouse.connect() as connection:
        of = owners(connection, [*everybody, ("list", "nobody's")])
        held = holdings(connection, of.values())
        (seventh, *_) = sorted({person for account, person in of.items() if account[1] == "0007"})
        assert accounts_of(connection, [seventh]) == [("chat", "7"), ("list", "0007")]
        counted = sizes(connection, [*of.values(), "nobody"])
    assert of.keys() == set(everybody)
    assert counted == dict.fromkeys(of.values(), 1) | {seventh: 2}
    assert held == of | {("chat", "7"): seventh}
    assert list(held) == sorted(held)
