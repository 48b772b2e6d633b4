"""Loading: what is stored, what is left alone, what is told apart."""

import subprocess
import sys
from datetime import UTC, date, datetime
from typing import Any

import pytest
from sqlalchemy import event

from cophub.errors import PluginError
from cophub.records import (
    Account,
    Attendance,
    Membership,
    Metric,
    Post,
    Reaction,
    Record,
    Space,
)
from cophub.warehouse import Warehouse
from cophub.warehouse.load import Count, Loader

from .conftest import Load, day, load_all, physical, rows

WHOLE = dict(
    name="Ana Ng",
    given_name="Ana",
    family_name="Ng",
    email="ana@example.org",
    email_verified=True,
    kind="person",
    country="CH",
    created_at=datetime(2020, 5, 1, 12, 0, 0, 250_000, tzinfo=UTC),
    extra={"tags": ["b", "a"], "rating": 4.5, "nothing": None},
)


def test_a_record_is_stored_with_its_run_and_times(warehouse: Warehouse, load: Load) -> None:
    load(Account(key=7, **WHOLE), on=2)
    assert rows(
        warehouse,
        "account",
        "source",
        "key",
        *WHOLE,
        "run",
        "first_seen_at",
        "changed_at",
        "gone_at",
    ) == [("news", "7", *WHOLE.values(), 2, day(2), day(2), None)]


def test_every_kind_of_column_comes_back_as_it_was_given(warehouse: Warehouse, load: Load) -> None:
    march = dict(period_start=date(2026, 3, 1), period_end="2026-03-31")
    load(
        Metric(space="a", name="views", **march, value=12.5, unit="page", observed_at=day(1)),
        Attendance(event="e", account="1", minutes=90, visits=2, registered=False),
    )
    assert rows(
        warehouse, "metric", "subject", "period_start", "period_end", "value", "observed_at"
    ) == [("", date(2026, 3, 1), date(2026, 3, 31), 12.5, day(1))]
    assert rows(warehouse, "attendance", "minutes", "visits", "registered") == [(90.0, 2, False)]


def test_loading_the_same_again_writes_nothing(warehouse: Warehouse, load: Load) -> None:
    """Rule: sync twice without a change at the vendor, and no row is rewritten."""
    records: list[Record] = [Space(key="a", title="News", native_member_count=40)]
    for at in range(40):
        records.append(Account(key=at, **WHOLE))
        records.append(Membership(space="a", account=at, role="member", joined_at=day(1)))
        records.append(Post(key=at, title="tab\tand\\slash", body="two\r\nlines", posted_at=day(1)))
        records.append(
            Metric(
                name=f"m{at}", period_start=date(2026, 1, 1), period_end=date(2026, 1, 1), value=at
            )
        )
    load(*records, on=1)
    names = ("space", "account", "membership", "membership_period", "post", "metric")
    before = physical(warehouse, *names)
    statements = watch_writes(warehouse)
    counts = load(*records, on=2)
    assert (counts.seen, counts.new, counts.changed) == (161, 0, 0)
    assert physical(warehouse, *names) == before
    assert statements() == 0


def watch_writes(warehouse: Warehouse) -> Any:
    """Counts the rows that SQLite writes into any table from now on (elsewhere always 0)."""
    total = {"changes": 0}

    def note(connection: Any) -> None:
        if warehouse.dialect == "sqlite":
            total["changes"] = max(total["changes"], connection.connection.total_changes)

    with warehouse.begin() as connection:
        note(connection)
    start = total["changes"]
    event.listen(warehouse.engine, "commit", note)
    return lambda: total["changes"] - start


def test_only_the_row_that_differs_is_written(warehouse: Warehouse, load: Load) -> None:
    load(*(Account(key=at, name=f"Person {at}") for at in range(5)), on=1)
    counts = load(*(Account(key=at, name=f"Person {at % 4}") for at in range(5)), on=2)
    assert counts.tables == {"account": Count(seen=5, new=0, changed=1)}
    changed = [("4", "Person 0", 2, day(1), day(2))]
    unchanged = [(str(at), f"Person {at}", 1, day(1), day(1)) for at in range(4)]
    assert (
        rows(warehouse, "account", "key", "name", "run", "first_seen_at", "changed_at")
        == unchanged + changed
    )


def test_a_field_that_is_not_set_leaves_the_stored_value_alone(
    warehouse: Warehouse, load: Load
) -> None:
    load(Account(key="1", name="Ana", email="ana@example.org", extra={"a": 1}), on=1)
    load(Account(key="1", name="Ana Ng"), on=2)
    assert rows(warehouse, "account", "name", "email", "extra") == [
        ("Ana Ng", "ana@example.org", {"a": 1})
    ]


def test_none_overwrites_the_stored_value(warehouse: Warehouse, load: Load) -> None:
    load(Account(key="1", name="Ana", extra={"a": 1}), on=1)
    load(Account(key="1", name=None, extra=None), on=2)
    assert rows(warehouse, "account", "name", "extra") == [(None, None)]


def test_extra_is_compared_by_what_it_says_and_not_by_its_order(load: Load) -> None:
    load(Account(key="1", extra={"a": 1, "b": {"c": [1, 2.0], "d": "é\n"}}), on=1)
    counts = load(Account(key="1", extra={"b": {"d": "é\n", "c": [1, 2.0]}, "a": 1}), on=2)
    assert counts.changed == 0
    counts = load(Account(key="1", extra={"b": {"d": "é\n", "c": [2.0, 1]}, "a": 1}), on=3)
    assert counts.changed == 1


def test_records_that_set_different_fields_are_stored_side_by_side(
    warehouse: Warehouse, load: Load
) -> None:
    load(Account(key="1", name="Ana"), Account(key="2", email="bo@example.org"), Account(key="3"))
    assert rows(warehouse, "account", "key", "name", "email") == [
        ("1", "Ana", None),
        ("2", None, "bo@example.org"),
        ("3", None, None),
    ]


def test_of_two_records_with_one_key_the_later_overwrites_what_it_sets(
    warehouse: Warehouse, load: Load
) -> None:
    counts = load(
        Account(key="1", name="Ana", email="old@example.org"),
        Account(key="2", name="Bo"),
        Account(key=1, email="new@example.org", city="Bern"),
    )
    assert (counts.seen, counts.new, counts.changed) == (3, 2, 0)
    assert rows(warehouse, "account", "key", "name", "email", "city") == [
        ("1", "Ana", "new@example.org", "Bern"),
        ("2", "Bo", None, None),
    ]


def test_a_key_that_comes_again_later_in_a_first_load_is_overwritten(warehouse: Warehouse) -> None:
    loader = Loader(warehouse, "news", run=1, now=day(1))
    for names in (["Ana", "Bo"], ["Ana Ng", "Bo"], ["Ana Ng", "Bob"]):
        records: list[Record] = [
            Account(key=f"{at}{len(name)}"[:1], name=name) for at, name in enumerate(names)
        ]
        members = [Membership(space="a", account=at, role=name) for at, name in enumerate(names)]
        batch, _ = loader.rows([*records, *members, Account(key=f"only {names}")])
        loader.stage(batch)
    with warehouse.begin() as connection:
        counts = loader.apply(connection)
    assert counts.tables["account"] == Count(seen=9, new=5, changed=2)
    assert counts.tables["membership"] == Count(seen=6, new=2, changed=2)
    assert rows(warehouse, "account", "name")[:2] == [("Ana Ng",), ("Bob",)]
    assert rows(warehouse, "membership_period", "role", "valid_from", "valid_to") == [
        ("Ana Ng", day(1), None),
        ("Bob", day(1), None),
    ]


def test_sources_do_not_see_each_others_rows(warehouse: Warehouse, load: Load) -> None:
    load(Account(key="1", name="Ana"), on=1, source="it's news")
    counts = load(Account(key="1", name="Someone else"), on=2, source="calls")
    assert counts.new == 1
    assert rows(warehouse, "account", "source", "name") == [
        ("calls", "Someone else"),
        ("it's news", "Ana"),
    ]


def test_keys_of_many_parts_are_found_again(load: Load) -> None:
    marks = [Reaction(post=f"p{at}", account=f"a{at}", kind="like") for at in range(60)]
    assert load(*marks, on=1).new == 60
    counts = load(*marks, Reaction(post="p1", account="a2", kind="like"), on=2)
    assert (counts.new, counts.changed) == (1, 0)


def test_a_value_that_no_column_can_hold_rejects_its_record_alone(warehouse: Warehouse) -> None:
    counts, rejects = load_all(
        warehouse,
        [
            Post(key="1", posted_at="2026-03-01T09:30:00"),
            Post(key="2", posted_at="2026-03-01T09:30:00+02:00"),
            Post(key="", title="no key"),
            Reaction(post="2", account="5", kind=None),  # type: ignore[arg-type]
            Post(key="4", view_count=2**70),
        ],
    )
    assert [(r.record, r.key, r.field, r.reason) for r in rejects] == [
        ("post", "1", "posted_at", "the instant 2026-03-01 09:30:00 has no zone"),
        ("post", "", "key", "a key cannot be empty"),
        ("post", "4", "view_count", "the number is too large"),
        ("reaction", "2/5/None", "kind", "a key cannot be None"),
    ]
    assert rejects[0].item == {"key": "1", "posted_at": "2026-03-01T09:30:00"}
    assert counts.new == 1
    assert rows(warehouse, "post", "key", "posted_at") == [
        ("2", datetime(2026, 3, 1, 7, 30, tzinfo=UTC))
    ]


def test_text_that_a_database_cannot_hold_is_mended(warehouse: Warehouse, load: Load) -> None:
    odd = Post(key="1\0", body="a\0b \ud83d!", extra={"said": "x\0y", "half \udc00": ["\ud800"]})
    load(odd, on=1)
    mended = {"said": "xy", "half �": ["�"]}
    assert rows(warehouse, "post", "key", "body", "extra") == [("1", "ab �!", mended)]
    assert load(odd, on=2).changed == 0


def test_a_class_that_is_no_record_of_ours_is_the_plugins_fault(warehouse: Warehouse) -> None:
    class Sticker(Record, kw_only=True):
        key: str

    loader = Loader(warehouse, "news", run=1, now=day(1))
    with pytest.raises(PluginError, match=r"Sticker is not a record: yield one of Space, Account"):
        loader.rows([Sticker(key="1")])


def test_what_is_staged_is_stored_once(warehouse: Warehouse) -> None:
    loader = Loader(warehouse, "news", run=1, now=day(1))
    batch, _ = loader.rows([Account(key="1")])
    loader.stage(batch)
    with warehouse.begin() as connection:
        assert loader.apply(connection).new == 1
        assert loader.apply(connection).seen == 0


def test_a_transaction_that_fails_keeps_nothing(warehouse: Warehouse) -> None:
    loader = Loader(warehouse, "news", run=1, now=day(1))
    batch, _ = loader.rows([Account(key="1"), Membership(space="a", account="1")])
    loader.stage(batch)
    with pytest.raises(RuntimeError), warehouse.begin() as connection:
        loader.apply(connection)
        raise RuntimeError("the network went away")
    assert rows(warehouse, "account") == rows(warehouse, "membership_period") == []


KILLED = """
import os, sys
from cophub.records import Account, Membership
from cophub.warehouse import Warehouse
from cophub.warehouse.load import Loader
from tests.warehouse.conftest import day
warehouse = Warehouse.open(sys.argv[1])
for run, keys in enumerate((range(3), range(3, 300)), 1):
    loader = Loader(warehouse, "news", run=run, now=day(1))
    people = [Account(key=key) for key in keys]
    loader.stage(loader.rows([*people, *(Membership(space="a", account=k) for k in keys)])[0])
    with warehouse.begin() as connection:
        loader.apply(connection)
        if run == 2:
            os.kill(os.getpid(), 9)
"""


def test_a_process_killed_while_it_stores_leaves_what_was_committed_before(
    warehouse: Warehouse, warehouse_url: str, load: Load
) -> None:
    """Rule: killed at any moment and run again, the warehouse is as if nothing had happened."""
    killed = subprocess.run([sys.executable, "-c", KILLED, warehouse_url], check=False)
    assert killed.returncode == -9
    assert len(rows(warehouse, "account")) == len(rows(warehouse, "membership_period")) == 3
    people = [Account(key=key) for key in range(300)]
    members = [Membership(space="a", account=key) for key in range(300)]
    counts = load(*people, *members, on=2)
    assert (counts.new, counts.changed) == (594, 0)
    assert len(rows(warehouse, "membership_period")) == 300


def test_a_batch_counts_each_table(load: Load) -> None:
    counts = load(Space(key="a"), Account(key="1"), Account(key="2"))
    assert counts.tables == {"space": Count(1, 1, 0), "account": Count(2, 2, 0)}
