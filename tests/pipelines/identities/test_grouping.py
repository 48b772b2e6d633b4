"""Which accounts belong together: by the id in an organisation's directory, and by address."""

from collections import defaultdict
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cophub.pipelines.identities import cophub_pipelines

IDENTITIES = cophub_pipelines()[0]
BEGIN = datetime(2026, 1, 1, tzinfo=UTC)
ADA = "6f1b2c3d-0000-4000-8000-00000000000a"
BEA = "6f1b2c3d-0000-4000-8000-00000000000b"
HERS = {"directory_id": ADA}


def test_accounts_with_one_directory_id_are_one_person_also_without_an_address(
    rows: Any, run: Callable
) -> None:
    rows.account("1", extra={"directory_id": ADA.upper()})
    rows.account("2", source="b", extra=HERS)
    rows.account("3", source="b", extra={"directory_id": BEA})
    rows.account("4", source="c", extra={"other": ADA})
    run(IDENTITIES)
    people = rows.people()
    assert people["a:1"] == people["b:2"]
    assert len(set(people.values())) == 3


def test_every_address_that_an_id_bears_is_that_persons(rows: Any, run: Callable) -> None:
    """Also the old one that a vendor still shows: whoever has either of them elsewhere joins."""
    rows.account("1", "Ada.New@example.org", extra=HERS)
    rows.account("2", "ada.old@example.org", source="b", extra=HERS)
    rows.account("3", "ada.old@example.org", source="c")
    rows.account("4", "ada.new@example.org", source="d")
    rows.account("5", "ada.new@example.org", source="e", email_verified=False)
    run(IDENTITIES)
    people = rows.people()
    assert len(set(people.values())) == 1


def test_an_address_that_was_passed_on_joins_nobody(rows: Any, run: Callable) -> None:
    rows.account("1", "head@example.org", extra=HERS)
    rows.account("2", "head@example.org", source="b", extra={"directory_id": BEA})
    rows.account("3", "head@example.org", source="c")
    rows.account("4", "head@example.org", source="d")
    rows.account("5", "bea@example.org", source="a", extra={"directory_id": BEA})
    rows.account("6", "bea@example.org", source="c")
    run(IDENTITIES)
    people = rows.people()
    assert people["b:2"] == people["a:5"] == people["c:6"]
    assert len(set(people.values())) == 4


def test_an_unverified_address_passes_nothing_on(rows: Any, run: Callable) -> None:
    rows.account("1", "ada@example.org", extra=HERS)
    rows.account("2", "ada@example.org", extra={"directory_id": BEA}, email_verified=False)
    rows.account("3", "ada@example.org", source="c")
    run(IDENTITIES)
    people = rows.people()
    assert people["a:1"] == people["c:3"] != people["a:2"]


def test_each_link_says_why_and_masks_address_and_id(rows: Any, run: Callable) -> None:
    rows.account("1", "ada@example.org", extra=HERS)
    rows.account("2", source="b", extra=HERS)
    rows.account("3", "ada@example.org", source="c")
    run(IDENTITIES)
    found = {r["account"]: (r["rule"], r["explanation"]) for r in rows.all("person_account")}
    assert found["2"] == ("directory_id", "directory id 6f1b2c3d***")
    assert found["3"] == ("same_mailbox", "same mailbox a***@example.org")


@pytest.mark.parametrize("value", ["12", 12, None, [ADA], {"id": ADA}, f"{ADA} x", ""])
def test_what_is_no_directory_id_joins_nobody(rows: Any, run: Callable, value: Any) -> None:
    rows.account("1", extra={"directory_id": value})
    rows.account("2", source="b", extra={"directory_id": value})
    run(IDENTITIES)
    assert len(set(rows.people().values())) == 2


def test_an_app_is_nobody_whatever_id_it_has(rows: Any, run: Callable) -> None:
    rows.account("1", "ada@example.org", extra=HERS)
    rows.account("2", "ada@example.org", kind="bot", extra=HERS)
    run(IDENTITIES)
    assert sorted(person["kind"] for person in rows.all("person")) == ["bot", "person"]


def test_a_shared_mailbox_that_a_person_shows_does_not_become_theirs(
    rows: Any, run: Callable
) -> None:
    """Their account stays theirs; the newsletter to the mailbox is nobody's."""
    rows.account("1", "ada@example.org", extra=HERS)
    rows.account("2", "info@example.org", source="b", extra=HERS)
    rows.account("3", "info@example.org", source="c")
    run(IDENTITIES)
    people = rows.people()
    assert people["a:1"] == people["b:2"] != people["c:3"]
    kinds = {person["id"]: person["kind"] for person in rows.all("person")}
    assert (kinds[people["a:1"]], kinds[people["c:3"]]) == ("person", "role_mailbox")


def test_a_mailbox_in_the_directory_is_nobody_wherever_it_turns_up(
    rows: Any, run: Callable
) -> None:
    rows.account("1", "info@example.org", extra=HERS)
    rows.account("2", "info@example.org", source="c", extra=HERS, kind="role_mailbox")
    rows.account("3", "info@example.org", source="b")
    run(IDENTITIES)
    people = rows.people()
    assert people["a:1"] == people["c:2"]
    assert {person["kind"] for person in rows.all("person")} == {"role_mailbox"}


def test_who_gets_a_directory_id_later_keeps_their_id(rows: Any, run: Callable) -> None:
    rows.account("1", "ada@example.org", name="Ada")
    rows.account("2", "ada@example.org", source="b")
    run(IDENTITIES)
    before = rows.people()["a:1"]
    rows.change("account", {"key": "1"}, extra=HERS, email="ada.b@example.org")
    rows.change("account", {"key": "2"}, extra=HERS)
    run(IDENTITIES, BEGIN + timedelta(days=1))
    assert set(rows.people().values()) == {before}
    rows.alarm("person", "person_account", "person_history")
    run(IDENTITIES, BEGIN + timedelta(days=2))


Drawn = tuple[str | None, str | None, bool]
ACCOUNT = st.tuples(
    st.sampled_from([None, ADA, BEA, ADA[:-1] + "c"]), st.sampled_from([None, *"pqr"]),
    st.booleans(),
)  # fmt: skip


@settings(
    max_examples=25,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.differing_executors],
)
@given(drawn=st.lists(ACCOUNT, min_size=2, max_size=9))
def test_groups_are_those_of_the_rule_whatever_there_is(
    rows: Any, run: Callable, drawn: list[Drawn]
) -> None:
    with rows.warehouse.begin() as connection:
        for table in ("account", "person", "person_account", "person_history", "affiliation"):
            connection.exec_driver_sql(f"DELETE FROM {table}")
    for number, (directory, address, verified) in enumerate(drawn):
        extra = {"directory_id": directory} if directory else None
        mail = f"{address}@example.org" if address else None
        rows.account(str(number), mail, email_verified=verified, extra=extra)
    run(IDENTITIES)
    expected = _groups(drawn)
    people = rows.people()
    for one in range(len(drawn)):
        for other in range(one):
            same = people[f"a:{one}"] == people[f"a:{other}"]
            assert same == (expected[one] == expected[other]), (drawn[one], drawn[other])


def _groups(drawn: list[Drawn]) -> list[object]:
    """The group of each account, by the words of the rule."""
    bearers: defaultdict[str, set[str]] = defaultdict(set)
    verifiers: defaultdict[str, set[str]] = defaultdict(set)
    for directory, address, verified in drawn:
        if directory and address:
            bearers[address].add(directory)
            if verified:
                verifiers[address].add(directory)
    groups: list[object] = []
    for number, (directory, address, _) in enumerate(drawn):
        owners = verifiers[address or ""] or bearers[address or ""]
        if directory:
            groups.append(directory)
        elif not address or len(owners) > 1:
            groups.append(number)
        else:
            groups.append(next(iter(owners), address))
    return groups
