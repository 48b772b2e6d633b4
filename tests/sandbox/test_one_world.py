"""The vendors are about the same people, each with the habits of its own."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest

from cophub.sandbox import AdobeConnectSandbox, GotoSandbox, GroupsioSandbox, Person, World
from cophub.sandbox.world import work_address

NOW = datetime(2026, 6, 1, tzinfo=UTC)
SIZE: dict[str, Any] = {"seed": 7, "people": 200, "communities": 6, "now": NOW}


@pytest.fixture(scope="module")
def world() -> World:
    return World(7, people=200, communities=6, now=int(NOW.timestamp()))


def addresses(world: World, person: Person) -> set[str]:
    """All addresses a person ever has."""
    moves = [t for t in world.turns(person.index) if t.what == "moved"]
    later = {work_address(person, world.new_organisation(person.index, t)) for t in moves}
    return {person.work_email, person.personal_email, *later}


def goto_rows() -> Iterator[tuple[int, str, str]]:
    for event in GotoSandbox(**SIZE).truth()["events"]:
        for attendee in event["attendees"]:
            for row in attendee["rows"]:
                yield attendee["person"], row["name"], row["email"]


def groupsio_rows() -> Iterator[tuple[int, str, str]]:
    for row in GroupsioSandbox(**SIZE).truth()["accounts"].values():
        if row["person"] is not None:
            yield row["person"], row["name"], row["email"]


def adobe_rows() -> Iterator[tuple[int, str, str]]:
    for row in AdobeConnectSandbox(**SIZE).truth()["users"].values():
        yield row["person"], row["name"], row["email"]


@pytest.mark.parametrize("rows", [goto_rows, groupsio_rows, adobe_rows])
def test_an_address_at_a_vendor_is_one_of_that_persons(world: World, rows: Any) -> None:
    found = [(index, email) for index, _, email in rows() if email]
    assert len({index for index, _ in found}) > 40
    strange = [
        (index, email)
        for index, email in found
        if email.lower() not in addresses(world, world.person(index))
    ]
    assert strange == []


def words(name: str) -> list[str]:
    return re.findall(r"\w+", name.casefold())


def test_names_in_calls_are_what_people_type(world: World) -> None:
    """Some turn theirs round, some give a part of it, some a device's; many give no address."""
    rows = {(index, name): email for index, name, email in goto_rows()}
    own = {index: words(world.person(index).name) for index, _ in rows}
    turned = [
        name
        for index, name in rows
        if words(name) != own[index] and set(words(name)) == set(own[index])
    ]
    partly = [name for index, name in rows if set(words(name)) < set(own[index])]
    devices = [name for _, name in rows if "iphone" in name.casefold()]
    silent = [name for name, email in rows.items() if not email]
    share = {
        "turned": len(turned) / len(rows), "partly": len(partly) / len(rows),
        "devices": len(devices) / len(rows), "silent": len(silent) / len(rows),
    }  # fmt: skip
    assert 0.02 < share["turned"] < 0.4, share
    assert 0.02 < share["partly"] < 0.4, share
    assert 0 < share["devices"] < 0.2, share
    assert 0.1 < share["silent"] < 0.8, share


def test_groups_show_names_that_are_short_or_with_the_family_first() -> None:
    names = [name for _, name, _ in groupsio_rows()]
    short = [name for name in names if len(words(name)) == 1]
    shouted = [name for name in names if re.match(r"[^\W\d_a-z]{2,}\b", name) and " " in name]
    assert 0.02 < len(short) / len(names) < 0.5
    assert 0.01 < len(shouted) / len(names) < 0.5
