"""Who is one person, and how people keep their ids."""

from collections import Counter
from collections.abc import Callable, Collection
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy.exc import DBAPIError

from cophub.pipelines.identities import cophub_pipelines

IDENTITIES = cophub_pipelines()[0]
DAY = timedelta(days=1)
BEGIN = datetime(2026, 1, 1, tzinfo=UTC)


def test_accounts_with_one_verified_address_are_one_person(rows: Any, run: Callable) -> None:
    """Whatever the source, the case and the blanks around the address."""
    rows.account("1", "Ana.Lima@Example.org ")
    rows.account("2", "ana.lima@example.org", source="b")
    rows.account("3", "other@example.org")
    run(IDENTITIES)
    people = rows.people()
    assert people["a:1"] == people["b:2"] != people["a:3"]
    UUID(people["a:1"])
    assert len(rows.all("person")) == 2


def test_an_address_that_nobody_verified_joins_who_is_not_named_otherwise(
    rows: Any, run: Callable
) -> None:
    rows.account("1", "ana@example.org", name="Ana Lima")
    rows.account("2", "ana@example.org", email_verified=False)
    rows.account("3", "ana@example.org", email_verified=None, name="A. Lima")
    rows.account("4", "ana@example.org", email_verified=False, name="Bruno Costa")
    rows.account("5", None, name="Ana")
    rows.account("6", None, name="Ana")
    run(IDENTITIES)
    people = rows.people()
    assert people["a:1"] == people["a:2"] == people["a:3"]
    assert len(set(people.values())) == 4, "a first name alone is nobody in particular"


def test_a_link_says_by_which_rule_and_masks_the_address(rows: Any, run: Callable) -> None:
    rows.account("1", "ana.lima@example.org")
    rows.account("2", "ana.lima@example.org")
    rows.account("3", None)
    run(IDENTITIES)
    first, known, alone = rows.all("person_account")
    assert (known["rule"], known["explanation"]) == (
        "same_mailbox",
        "same mailbox a***@example.org",
    )
    assert first["explanation"] == "first of this person's accounts"
    assert (alone["rule"], alone["explanation"]) == ("own_account", "like no other account")
    assert alone["probability"] == 1.0 > known["probability"] > 0.99


def test_a_run_without_a_change_writes_nothing(rows: Any, run: Callable) -> None:
    """Not one row of any table, not even with the same values, however much later it runs."""
    rows.account("1", "ana@example.org", name="Ana Lima", organization="FAO", country="IT")
    rows.account("2", "ana@example.org", source="b")
    rows.account("3", "ben@who.int", name="Ben")
    rows.add("space", {"source": "a", "key": "s", "kind": "list", "title": "Soil"})
    run(IDENTITIES)
    names = (
        "person", "person_account", "person_history", "organization", "organization_name",
        "affiliation", "community", "community_space",
    )  # fmt: skip
    assert all(rows.all(name) for name in names)
    rows.alarm(*names)
    run(IDENTITIES, BEGIN + DAY)
    rows.account("4", "ben@who.int")
    with pytest.raises(DBAPIError, match="written"):
        run(IDENTITIES, BEGIN + DAY)


def test_two_people_who_turn_out_to_be_one_leave_a_redirect(rows: Any, run: Callable) -> None:
    """The person with most accounts keeps the id, and the other's id leads there for ever."""
    rows.account("1", "old@example.org", name="Ana Lima")
    run(IDENTITIES)
    rows.account("2", "ana@example.org")
    rows.account("3", "ana@example.org", source="b")
    run(IDENTITIES, BEGIN + DAY)
    before = rows.people()
    rows.change("account", {"key": "1"}, email="ana@example.org")
    run(IDENTITIES, BEGIN + 2 * DAY)
    assert set(rows.people().values()) == {before["a:2"]}
    old = next(p for p in rows.all("person") if p["id"] == before["a:1"])
    assert old["merged_into"] == before["a:2"]
    assert old["name"] is None, "nobody's name stays behind with a redirect"


def test_between_equals_the_oldest_keeps_the_id(rows: Any, run: Callable) -> None:
    rows.account("1", "z@example.org")
    run(IDENTITIES)
    rows.account("2", "ana@example.org")
    run(IDENTITIES, BEGIN + DAY)
    oldest = rows.people()["a:1"]
    rows.change("account", {"key": "1"}, email="ana@example.org")
    run(IDENTITIES, BEGIN + 2 * DAY)
    assert set(rows.people().values()) == {oldest}


def test_a_redirect_always_leads_to_who_remains_in_one_step(rows: Any, run: Callable) -> None:
    for number in "123":
        rows.account(number, f"{number}@example.org")
        run(IDENTITIES, BEGIN + int(number) * DAY)
    first, second, third = (rows.people()[f"a:{number}"] for number in "123")
    rows.change("account", {"key": "3"}, email="2@example.org")
    run(IDENTITIES, BEGIN + 5 * DAY)
    redirect = {p["id"]: p["merged_into"] for p in rows.all("person")}
    assert redirect == {first: None, second: None, third: second}
    for key in "23":
        rows.change("account", {"key": key}, email="1@example.org")
    for key in "45":
        rows.account(key, "1@example.org")
        rows.add("person_account", {"source": "a", "account": key, "person": first})
    run(IDENTITIES, BEGIN + 6 * DAY)
    redirect = {p["id"]: p["merged_into"] for p in rows.all("person")}
    assert redirect == {first: None, second: first, third: first}


def test_a_split_gives_the_smaller_part_another_id(rows: Any, run: Callable) -> None:
    """What was somebody else's before is theirs again; what never was is somebody new."""
    for number in "1234":
        rows.account(number, "ana@example.org" if number != "3" else "ben@example.org")
    run(IDENTITIES)
    merged_away = rows.people()["a:3"]
    rows.change("account", {"key": "3"}, email="ana@example.org")
    run(IDENTITIES, BEGIN + DAY)
    together = rows.people()["a:1"]
    rows.change("account", {"key": "3"}, email="ben@example.org")
    rows.change("account", {"key": "4"}, email="carl@example.org")
    run(IDENTITIES, BEGIN + 2 * DAY)
    people = rows.people()
    assert people["a:1"] == people["a:2"] == together
    assert people["a:3"] == merged_away
    assert people["a:4"] not in {together, merged_away}


def test_history_tells_whose_an_account_was_held_to_be(rows: Any, run: Callable) -> None:
    rows.account("1", "ana@example.org")
    rows.account("2", "ana@example.org")
    rows.account("3", "ben@example.org")
    run(IDENTITIES)
    before = rows.people()
    rows.change("account", {"key": "2"}, email="ben@example.org")
    run(IDENTITIES, BEGIN + DAY)
    moved = [h for h in rows.all("person_history") if h["account"] == "2"]
    moved.sort(key=lambda h: h["valid_from"])
    assert [(h["person"], h["valid_from"], h["valid_to"]) for h in moved] == [
        (before["a:1"], BEGIN, BEGIN + DAY),
        (before["a:3"], BEGIN + DAY, None),
    ]


def test_an_account_that_left_the_warehouse_leaves_its_person_without_a_name(
    rows: Any, run: Callable
) -> None:
    rows.account("1", "ana@example.org", name="Ana Lima")
    run(IDENTITIES)
    with rows.warehouse.begin() as connection:
        connection.exec_driver_sql("DELETE FROM account")
    run(IDENTITIES, BEGIN + DAY)
    assert rows.people() == {}
    (person,) = rows.all("person")
    assert person["name"] is person["email"] is None
    assert rows.all("person_history")[0]["valid_to"] == BEGIN + DAY


@pytest.mark.parametrize(
    ("account", "kind"),
    [
        ({"email": "info@example.org"}, "role_mailbox"),
        ({"email": "No-Reply@example.org", "email_verified": False}, "service"),
        ({"email": "anna.info@example.org"}, "person"),
        ({"email": None, "kind": "bot"}, "bot"),
        ({"email": "x@example.org", "kind": "service"}, "service"),
        ({"email": "soil@example.org", "kind": "role_mailbox"}, "role_mailbox"),
    ],
)
def test_mailboxes_bots_and_services_are_no_persons(
    rows: Any, run: Callable, account: dict[str, Any], kind: str
) -> None:
    rows.account("1", **account)
    run(IDENTITIES)
    assert [p["kind"] for p in rows.all("person")] == [kind]


def test_a_mailbox_that_one_vendor_knows_to_be_shared_is_shared_everywhere(
    rows: Any, run: Callable
) -> None:
    rows.account("1", "soil@example.org", kind="role_mailbox")
    rows.account("2", "soil@example.org", source="b")
    run(IDENTITIES)
    assert {p["kind"] for p in rows.all("person")} == {"role_mailbox"}


def test_a_bot_that_was_registered_with_somebodys_address_is_not_that_person(
    rows: Any, run: Callable
) -> None:
    rows.account("1", "ana@example.org", name="Ana Lima")
    rows.account("2", "ana@example.org", kind="bot", name="Reminder")
    run(IDENTITIES)
    assert sorted((p["kind"], p["name"]) for p in rows.all("person")) == [
        ("bot", "Reminder"),
        ("person", "Ana Lima"),
    ]


def test_a_person_has_the_best_that_their_accounts_give(rows: Any, run: Callable) -> None:
    """Full names before nicknames, present accounts before gone ones, no blanks."""
    address = "ana@example.org"
    rows.account("1", address, name="ana", country=" ")
    rows.account("2", address, source="b", given_name="Ana", family_name="Lima", country="BR")
    rows.account("3", address, source="c", name="Ana Paula de Souza Lima", gone_at=BEGIN)
    run(IDENTITIES)
    (person,) = rows.all("person")
    assert (person["name"], person["country"]) == ("Ana Lima", "BR")
    assert person["listed"] is False


def test_names_and_countries_of_people_are_written_in_one_way(rows: Any, run: Callable) -> None:
    """Without titles and organisations; a known country before other text, by its code."""
    address = "joe@example.org"
    rows.account("1", address, name="MWANGI, Joseph (PATH)", country="East Africa")
    rows.account("2", address, source="b", name="Dr. joseph mwangi", country="Nigéria")
    rows.account("3", "ana@example.org", name="Lima, Ana (FHI 360)", country="Atlantis")
    rows.account("4", "formation@example.org", name="Training Team")
    run(IDENTITIES)
    found = {(p["name"], p["country"]) for p in rows.all("person")}
    assert found == {("Joseph Mwangi", "NG"), ("Ana Lima", "Atlantis"), ("Training Team", None)}


Partition = dict[str, str]
ACCOUNTS = st.lists(st.sampled_from("pqrs"), min_size=1, max_size=7)


@settings(
    max_examples=15,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.differing_executors],
)
@given(steps=st.lists(ACCOUNTS, min_size=2, max_size=4))
def test_ids_stay_true_through_any_changes(
    rows: Any, run: Callable, steps: list[list[str]]
) -> None:
    """Groups are exactly those of the addresses, the largest overlap never loses its id to a
    smaller one, every redirect leads to a living person, and who comes back from the dead holds
    what they held then."""
    _empty(rows)
    dead: dict[str, set[str]] = {}
    for day, addresses in enumerate(steps):
        before = rows.people()
        _set_addresses(rows, addresses)
        run(IDENTITIES, BEGIN + day * DAY)
        after = rows.people()
        groups = {name: f"{address}@example.org" for name, address in _named(addresses)}
        _check_partition(after, groups)
        _check_overlaps(before, after, groups, dead.keys())
        back = dead.keys() & set(after.values())
        for person in back:
            assert dead.pop(person) & {name for name, theirs in after.items() if theirs == person}
        for person in set(before.values()) - set(after.values()):
            dead[person] = {name for name, theirs in before.items() if theirs == person}
        redirect = {p["id"]: p["merged_into"] for p in rows.all("person")}
        assert all(target is None or redirect[target] is None for target in redirect.values())


def _named(addresses: list[str]) -> list[tuple[str, str]]:
    return [(f"a:{number}", address) for number, address in enumerate(addresses)]


def _empty(rows: Any) -> None:
    with rows.warehouse.begin() as connection:
        for table in ("account", "person", "person_account", "person_history", "affiliation"):
            connection.exec_driver_sql(f"DELETE FROM {table}")


def _set_addresses(rows: Any, addresses: list[str]) -> None:
    with rows.warehouse.begin() as connection:
        connection.exec_driver_sql("DELETE FROM account")
    for number, address in enumerate(addresses):
        rows.account(str(number), f"{address}@example.org")


def _check_partition(people: Partition, groups: Partition) -> None:
    assert people.keys() == groups.keys()
    assert len(set(people.values())) == len(set(groups.values()))
    pairs = {(people[name], groups[name]) for name in people}
    assert len(pairs) == len(set(groups.values()))


def _check_overlaps(
    before: Partition, after: Partition, groups: Partition, dead: Collection[str]
) -> None:
    """Who holds more of a person than anybody else does, and more of no other person, is they,
    or else somebody who was merged into them and is told apart from them again."""
    shared = Counter((groups[name], before[name]) for name in after.keys() & before.keys())
    new_id = {groups[name]: person for name, person in after.items()}
    for (group, person), size in shared.items():
        rivals = [n for (g, p), n in shared.items() if (g == group) != (p == person)]
        if all(size > n for n in rivals):
            assert new_id[group] == person or new_id[group] in dead
