"""Erasure: erased people stay erased, whatever the vendors say."""

from typing import Any

import pytest
from sqlalchemy import text

from cophub.records import (
    Account,
    Attendance,
    Delivery,
    Document,
    Event,
    Membership,
    Post,
    Reaction,
    Record,
)
from cophub.warehouse import Warehouse, erasure

from .conftest import Load, day, load_all, rows


def everything(account: str, email: str) -> list[Record]:
    """All that a source may say about one account."""
    return [
        Membership(space="a", account=account),
        Reaction(post="p", account=account, kind="like"),
        Attendance(event="e", account=account, name="Ana Ng"),
        Delivery(campaign="c", account=account, open_count=1),
        Post(key=f"p{account}", account=account, author_name="Ana Ng", title="Hello"),
        Document(key=f"d{account}", account=account, title="Notes"),
        Event(key=f"e{account}", organizer=email, title="Call"),
        Event(key=f"f{account}", organizer=account, title="Call"),
        Account(key=account, name="Ana Ng", email=email),
    ]


def erase(warehouse: Warehouse, **what: Any) -> None:
    with warehouse.begin() as connection:
        erasure.erase(connection, now=day(1), **what)


def left_of(warehouse: Warehouse) -> dict[str, list[tuple[Any, ...]]]:
    """What the vendor side still says, by table; tables about one account must be empty."""
    names = ("account", "membership", "membership_period", "reaction", "attendance", "delivery")
    return {name: rows(warehouse, name, "source") for name in names if rows(warehouse, name)}


NAMELESS = [("pone", None, None, "Hello")]


@pytest.mark.parametrize(
    "what",
    [dict(emails=["Ana@Example.org "]), dict(accounts=[("news", "one")])],
    ids=["by address", "by account"],
)
def test_an_erased_person_is_dropped_at_the_door(
    warehouse: Warehouse, what: dict[str, Any]
) -> None:
    """Rule: the next sync that meets erased people drops them; what they wrote stays, nameless."""
    erase(warehouse, **what)
    counts, rejects = load_all(warehouse, everything("one", "ana@example.org"), on=2)
    assert rejects == []
    assert (counts.dropped, counts.seen) == (5, 4)
    assert left_of(warehouse) == {}
    assert rows(warehouse, "post", "key", "account", "author_name", "title") == NAMELESS
    assert rows(warehouse, "document", "account", "title") == [(None, "Notes")]
    assert ("fone", None) in rows(warehouse, "event", "key", "organizer")


def test_the_address_of_an_erased_person_is_dropped_from_events(warehouse: Warehouse) -> None:
    erase(warehouse, emails=["ana@example.org"])
    load_all(warehouse, [Event(key="e", organizer="ana@example.org", title="Call")], on=2)
    assert rows(warehouse, "event", "organizer", "title") == [(None, "Call")]


def test_others_come_in_as_ever(warehouse: Warehouse) -> None:
    erase(warehouse, emails=["ana@example.org"], accounts=[("news", "one")])
    counts, _ = load_all(warehouse, everything("two", "bo@example.org"), on=2)
    assert (counts.dropped, counts.new) == (0, 9)
    counts, _ = load_all(warehouse, everything("one", "bo@example.org"), on=3, source="calls")
    assert counts.dropped == 0


def test_an_account_known_by_its_address_is_kept_out_by_its_key_from_then_on(
    warehouse: Warehouse,
) -> None:
    """A later stream says only the account's key: that must be enough."""
    erase(warehouse, emails=["ana@example.org"])
    load_all(warehouse, [Account(key="one", email="ana@example.org")], on=2)
    counts, _ = load_all(warehouse, [Membership(space="a", account="one")], on=3)
    assert (counts.dropped, rows(warehouse, "membership")) == (1, [])


def test_what_came_in_before_the_account_was_known_goes_with_it(
    warehouse: Warehouse, load: Load
) -> None:
    erase(warehouse, emails=["ana@example.org"])
    load(*everything("one", "ana@example.org")[:-1], on=2)
    assert left_of(warehouse) != {}
    load(Account(key="one", email="ana@example.org"), on=3)
    assert left_of(warehouse) == {}
    assert rows(warehouse, "post", "key", "account", "author_name", "title") == NAMELESS


def test_erasing_takes_what_is_there_out(warehouse: Warehouse, load: Load) -> None:
    load(*everything("one", "ana@example.org"), *everything("two", "bo@example.org"))
    erase(warehouse, emails=["ana@example.org"], accounts=[("news", "one")])
    assert {table: len(found) for table, found in left_of(warehouse).items()} == dict.fromkeys(
        ("account", "membership", "membership_period", "reaction", "attendance", "delivery"), 1
    )
    assert rows(warehouse, "post", "key", "account", "author_name", "title") == [
        *NAMELESS,
        ("ptwo", "two", "Ana Ng", "Hello"),
    ]
    assert rows(warehouse, "event", "key", "organizer")[:2] == [
        ("eone", None),
        ("etwo", "bo@example.org"),
    ]


def test_the_table_says_nothing_about_who_was_erased(warehouse: Warehouse) -> None:
    erase(warehouse, emails=["ana@example.org"], accounts=[("news", "one")])
    kept = rows(warehouse, "erasure", "kind", "hash", "erased_at")
    assert sorted(kind for kind, _, _ in kept) == ["account", "email"]
    assert all(len(bytes.fromhex(value)) == 32 for _, value, _ in kept)


def test_the_key_of_the_hashes_may_come_from_the_environment(
    warehouse: Warehouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(erasure.KEY_VARIABLE, "the operator's own")
    erase(warehouse, emails=["ana@example.org"])
    with warehouse.connect() as connection:
        named = connection.scalar(text("SELECT count(*) FROM meta WHERE name = 'erasure_key'"))
        assert named == 0
    assert rows(warehouse, "erasure", "hash") == [
        (erasure.email_hash(b"the operator's own", "ana@example.org"),)
    ]


def test_erasing_twice_is_no_error(warehouse: Warehouse) -> None:
    for _ in range(2):
        erase(warehouse, emails=["ana@example.org"])
    assert len(rows(warehouse, "erasure")) == 1
