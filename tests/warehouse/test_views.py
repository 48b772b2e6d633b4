"""The views that readers use, on rows put straight into the tables."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import insert, inspect, text

from cophub.warehouse import Warehouse, tables
from cophub.warehouse.definitions import ACTS, MEASURES
from cophub.warehouse.views import VIEWS, create_views

AT = datetime(2026, 3, 1, 9, 30, tzinfo=UTC)
Add = Callable[..., None]
Query = Callable[[str], list[tuple[Any, ...]]]


@pytest.fixture
def add(warehouse: Warehouse) -> Add:
    """Puts rows into a table of source `s`; a vendor table's own columns are filled in."""

    def put(table: str, *rows: dict[str, Any]) -> None:
        target = tables.metadata.tables[table]
        ours: dict[str, Any] = {"source": "s"} if "source" in target.c else {}
        if table in tables.VENDOR_TABLES:
            ours |= {"run": 1, "first_seen_at": AT, "changed_at": AT}
        with warehouse.begin() as connection:
            for row in rows:
                connection.execute(insert(target), [ours | row])

    return put


@pytest.fixture
def query(warehouse: Warehouse) -> Query:
    def ask(sql: str) -> list[tuple[Any, ...]]:
        with warehouse.connect() as connection:
            return [tuple(row) for row in connection.execute(text(sql))]

    return ask


@pytest.fixture
def people(add: Add) -> None:
    """Persons a, b and c, and a bot; each with an account of the same name."""
    for name in ("a", "b", "c", "bot"):
        kind = "bot" if name == "bot" else "person"
        add("person", {"id": name, "kind": kind, "listed": False, "created_at": AT})
        add("account", {"key": name, "email": f"{name}@example.org"})
        add("person_account", {"account": name, "person": name})


@pytest.fixture
def communities(add: Add) -> None:
    """`soil` and `water` share the space `both`; `lonely` serves none."""
    for key in ("soil", "water"):
        add("community", {"key": key, "title": key})
        add("community_space", {"community": key, "space": key, "set_by": "config"})
        add("community_space", {"community": key, "space": "both", "set_by": "config"})


def acts(query: Query, kind: str) -> list[tuple[Any, ...]]:
    return query(f"SELECT person, weight, ref FROM act WHERE kind = '{kind}' ORDER BY 1, 3")


@pytest.mark.usefixtures("people")
def test_an_answer_is_a_reply_in_a_thread_that_another_person_began(add: Add, query: Query) -> None:
    """What was deleted, has no author we know, or is the system's, is no act."""
    post = {"thread": "1", "posted_at": AT}
    add("post", {"key": "1", "account": "a", **post}, {"key": "2", "account": "b", **post})
    add("post", {"key": "3", "account": "a", **post})
    add("post", {"key": "4", "account": "b", "thread": "not here", "posted_at": AT})
    add("post", {"key": "5", "account": "b", "posted_at": AT})
    for key, odd in enumerate(
        ({"deleted_at": AT}, {"gone_at": AT}, {"kind": "system"}, {"account": "x"},
         {"account": "bot"}, {"account": None}, {"posted_at": None})
    ):  # fmt: skip
        add("post", {"key": f"odd {key}", "account": "a", **post, **odd})
    assert acts(query, "answered") == [("b", 6, "2")]
    assert acts(query, "posted") == [("a", 4, "1"), ("a", 4, "3"), ("b", 4, "4"), ("b", 4, "5")]
    assert query("SELECT ref FROM act WHERE is_reply = 1 ORDER BY 1") == [("2",), ("3",), ("4",)]


@pytest.mark.usefixtures("people")
def test_every_kind_of_act_has_its_weight(add: Add, query: Query) -> None:
    add("post", {"key": "p", "account": "a", "thread": "p", "posted_at": AT})
    add("post", {"key": "q", "account": "b", "thread": "p", "posted_at": AT})
    add("reaction", {"post": "p", "account": "b", "kind": "like"})
    add("event", {"key": "e", "starts_at": AT, "organizer": "A@example.org"})
    add("attendance", {"event": "e", "account": "b", "minutes": 5})
    add("campaign", {"key": "c", "space": "soil", "sent_at": AT})
    add("delivery", {"campaign": "c", "account": "a", "opened_at": AT, "click_count": 2})
    add("membership", {"space": "soil", "account": "a", "joined_at": AT})
    add("document", {"key": "d", "account": "c", "created_at": AT})
    found = query("SELECT kind, weight, count(*) FROM act GROUP BY kind, weight ORDER BY kind")
    assert found == sorted((kind, weight, 1) for kind, (weight, _) in ACTS.items())
    assert query("SELECT count(*) FROM act WHERE at <> (SELECT min(at) FROM act)") == [(0,)]


@pytest.mark.usefixtures("people")
def test_an_organiser_is_found_by_key_or_address_and_counts_once(add: Add, query: Query) -> None:
    add("account", {"key": "x@example.org", "email": "x@example.org"})
    add("person_account", {"account": "x@example.org", "person": "c"})
    for key, organizer in (("1", "a"), ("2", "B@EXAMPLE.org"), ("3", "x@example.org"), ("4", "?")):
        add("event", {"key": key, "starts_at": AT, "organizer": organizer})
    add("event", {"key": "5", "starts_at": AT, "organizer": "a", "cancelled": True})
    assert acts(query, "organised") == [("a", 11, "1"), ("b", 11, "2"), ("c", 11, "3")]


@pytest.mark.usefixtures("people")
def test_opens_and_clicks_are_dated_by_the_campaign_where_the_vendor_gives_no_time(
    add: Add, query: Query
) -> None:
    add("campaign", {"key": "c", "sent_at": AT})
    add("delivery", {"campaign": "c", "account": "a", "open_count": 3})
    add("delivery", {"campaign": "c", "account": "b", "open_count": 0, "clicked_at": AT})
    add("delivery", {"campaign": "c", "account": "c", "sent_at": AT})
    assert acts(query, "opened") == [("a", 1, "c")]
    assert acts(query, "clicked") == [("b", 2, "c")]


@pytest.mark.usefixtures("people")
def test_a_joining_that_only_we_saw_is_no_act(add: Add, query: Query) -> None:
    for account, basis in (("a", "native"), ("b", "first_seen"), ("c", None)):
        row = {"space": "soil", "account": account, "joined_at": AT, "joined_at_basis": basis}
        add("membership", row)
    assert [row[0] for row in acts(query, "joined")] == ["a", "c"]


@pytest.mark.usefixtures("people", "communities")
def test_activity_has_a_row_for_each_community_of_the_space(add: Add, query: Query) -> None:
    for key, space in (("1", "soil"), ("2", "both"), ("3", "lonely")):
        add("post", {"key": key, "space": space, "account": "a", "posted_at": AT})
    found = query("SELECT ref, coalesce(community, '-') FROM activity ORDER BY 1, 2")
    assert found == [("1", "soil"), ("2", "soil"), ("2", "water"), ("3", "-")]


@pytest.mark.usefixtures("people", "communities")
def test_a_member_has_their_roles_over_all_spaces_and_accounts(add: Add, query: Query) -> None:
    add("account", {"key": "a2"})
    add("person_account", {"account": "a2", "person": "a"})
    for space, account, role, status in (
        ("soil", "a", "member", "active"), ("both", "a2", "owner", "active"),
        ("both", "b", None, None), ("soil", "c", "member", "left"),
        ("soil", "bot", "member", "active"),
    ):  # fmt: skip
        add("membership", {"space": space, "account": account, "role": role, "status": status})
    found = query("SELECT person, community, roles, spaces FROM member ORDER BY 1, 2")
    assert found == [
        ("a", "soil", "owner member", 2),
        ("a", "water", "owner", 1),
        ("b", "soil", "member", 1),
        ("b", "water", "member", 1),
    ]


@pytest.mark.usefixtures("people", "communities")
def test_overlap_tells_how_many_two_communities_share(add: Add, query: Query) -> None:
    """Soil has a, b and c; water has b: contained whole, a third of all."""
    for space, account in (("soil", "a"), ("soil", "b"), ("soil", "c"), ("water", "b")):
        add("membership", {"space": space, "account": account})
    assert query("SELECT * FROM community_overlap") == [
        ("soil", "water", 3, 1, 1, 1.0, pytest.approx(1 / 3))
    ]


def test_a_stream_is_as_fresh_as_its_last_good_run(
    add: Add, query: Query, warehouse: Warehouse
) -> None:
    """A failed run since then is shown, and makes it no fresher; publishing is no sync."""
    for number, (kind, state) in enumerate(
        (("sync", "done"), ("sync", "failed"), ("publish", "done"))
    ):
        at = AT + timedelta(days=number)
        add("run", {"id": number + 1, "kind": kind, "state": state, "started_at": at})
        stream = {"run": number + 1, "stream": "posts", "state": state, "whole": True}
        add("stream_run", {**stream, "started_at": at, "error": state if number else None})
    (row,) = query("SELECT stream, run, state, error FROM freshness")
    assert row == ("posts", 2, "failed", "failed")
    first, fresh = query(
        "SELECT started_at FROM run WHERE id = 1 UNION ALL SELECT fresh_at FROM freshness"
    )
    assert fresh == first


def test_every_column_of_every_view_is_explained(warehouse: Warehouse) -> None:
    """PostgreSQL keeps the words as comments, where every tool shows them; SQLite in its text."""
    with warehouse.connect() as connection:
        for view in VIEWS:
            found = inspect(connection).get_columns(view.name)
            columns = {column["name"]: column.get("comment") for column in found}
            assert list(columns) == list(view.columns)
            assert all(view.columns.values())
            if warehouse.dialect == "postgresql":
                assert columns == view.columns
                comment = inspect(connection).get_table_comment(view.name)
                assert comment["text"] == view.comment
            else:
                assert view.comment in str(inspect(connection).get_view_definition(view.name))


def test_views_can_be_made_again(warehouse: Warehouse) -> None:
    with warehouse.begin() as connection:
        create_views(connection)
    with warehouse.connect() as connection:
        assert {view.name for view in VIEWS} <= set(inspect(connection).get_view_names())


def test_the_quarter_table_shows_the_newest_version_with_its_words(add: Add, query: Query) -> None:
    cell = {"community": "soil", "quarter": "2026Q1", "small": False, "sources": ["s"]}
    for version in (1, 2):
        for measure in MEASURES:
            add("measure", {**cell, "version": version, "measure": measure.name, "value": version})
    found = query("SELECT measure, label, unit, value FROM measure_quarter ORDER BY position")
    assert found == [(m.name, m.label, m.unit, 2.0) for m in MEASURES]
