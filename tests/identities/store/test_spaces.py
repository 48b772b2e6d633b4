"""Communities tell whose an account is: whatever tool a membership or an event is in."""

from random import Random
from typing import Any

import pytest
from sqlalchemy import insert

from cophub.identities.reading.account import read_account
from cophub.identities.store.index import every_account
from cophub.warehouse import Warehouse, tables
from tests.identities.store.conftest import Directory, account, refs

TOPICS = 8


def twins(number: int) -> list[dict[str, Any]]:
    """People with two addresses, whose rare names leave no doubt; each in one of the topics."""
    found = []
    for at in range(number):
        name = f"{_word(at)} {_word(at + 1000)}"
        for source, place in (("lists", "work"), ("news", "home")):
            email = f"{_word(at)}@{place}{at}.example"
            spaces = (f"{source}-{Random(at).randrange(TOPICS)}",)
            found.append(account(source, f"t{at}", name=name, email=email, spaces=spaces))
    return found


def namesakes(family: str, *topics: int) -> list[dict[str, Any]]:
    """Accounts of one common name, each in a list or news group of a topic."""
    return [
        account(source, f"{family}{topic}", name=f"Awa {family}", spaces=(f"{source}-{topic}",))
        for topic in topics
        for source in ("lists", "news")
    ]


def _word(number: int) -> str:
    chance = Random(number)
    return "".join(chance.choice("bdfgklmnrtv") + chance.choice("aeiou") for _ in range(5))


def _crowd() -> list[dict[str, Any]]:
    """Others who bear the words, so that the name alone would leave it open."""
    awas = [account("lists", f"a{n}", name=f"Awa {_word(n + 2000)}") for n in range(2)]
    return awas + [account("lists", f"f{n}", name=f"{_word(n + 3000)} Ba") for n in range(2)]


def test_a_common_name_goes_to_the_account_in_the_community_that_goes_with_it(
    directory: Directory,
) -> None:
    directory.sync(*twins(200), *_crowd(), *namesakes("Ba", 1, 2))
    directory.resolve()
    people = refs(directory.people())
    for topic in (1, 2):
        assert frozenset({("lists", f"Ba{topic}"), ("news", f"Ba{topic}")}) in people


def test_without_communities_it_is_left_open(directory: Directory) -> None:
    bare = [each | {"spaces": ()} for each in namesakes("Ba", 1, 2)]
    directory.sync(*twins(200), *_crowd(), *bare)
    directory.resolve()
    people = refs(directory.people())
    assert frozenset({("lists", "Ba1"), ("news", "Ba1")}) not in people


def test_a_membership_found_later_is_looked_at_though_the_account_is_as_it_was(
    directory: Directory,
) -> None:
    directory.sync(*twins(200), *_crowd(), *namesakes("Ba", 1), *namesakes("Ba", 2)[:1])
    bare = [each | {"key": f"{each['key']}x", "spaces": ()} for each in namesakes("Ba", 2)[1:]]
    directory.sync(*bare)
    directory.resolve()
    pair = frozenset({("lists", "Ba2"), ("news", "Ba2x")})
    assert pair not in refs(directory.people())
    directory.join("news", "news-2", "Ba2x")
    directory.resolve()
    assert pair in refs(directory.people()) == directory.at_once()[0]


@pytest.mark.usefixtures("directory")
def test_spaces_of_one_community_and_events_count_as_it(
    directory: Directory, warehouse: Warehouse
) -> None:
    directory.sync(
        account("lists", "1", name="Awa Ba", spaces=("l1", "l2")), account("calls", "2", name="Awa")
    )
    stamp = {"run": 1, "first_seen_at": directory.now, "changed_at": directory.now}
    call = {"source": "calls", "key": "e", "space": "room", "starts_at": directory.now}
    guest = {"source": "calls", "event": "e", "account": "2"}
    serves = [("lists", "l1"), ("calls", "place")]
    with warehouse.begin() as connection:
        connection.execute(insert(tables.community).values(key="malaria", title="Malaria"))
        for source, space in serves:
            row = {"community": "malaria", "source": source, "space": space, "set_by": "config"}
            connection.execute(insert(tables.community_space).values(row))
        connection.execute(insert(tables.event).values(call | stamp))
        connection.execute(insert(tables.attendance).values(guest | stamp))
        place = {"source": "calls", "event": "e", "place": "place"}
        connection.execute(insert(tables.event_place).values(place))
        found = {row[1]: read_account(row).communities for row in every_account(connection)}
    assert found == {"1": ("lists/l2", "malaria"), "2": ("malaria",)}


def test_an_event_that_is_read_after_who_came_to_it_is_looked_at(
    directory: Directory, warehouse: Warehouse
) -> None:
    """Its guests are as they were; what they were in is known only now."""
    directory.sync(
        *twins(200), *_crowd(), *namesakes("Ba", 1), *namesakes("Ba", 2)[:1],
        account("news", "Ba2x", name="Awa Ba"),
    )  # fmt: skip
    stamp = {"first_seen_at": directory.now, "changed_at": directory.now}
    with warehouse.begin() as connection:
        guest = {"source": "news", "event": "e", "account": "Ba2x", "run": 1}
        connection.execute(insert(tables.attendance).values(guest | stamp))
    directory.resolve()
    pair = frozenset({("lists", "Ba2"), ("news", "Ba2x")})
    assert pair not in refs(directory.people())
    run = directory.begin("news")
    with warehouse.begin() as connection:
        call = {"source": "news", "key": "e", "space": "news-2", "run": run}
        connection.execute(insert(tables.event).values(call | stamp))
    directory.end(run)
    directory.resolve()
    assert pair in refs(directory.people()) == directory.at_once()[0]
