"""Mailman 3 through the real engine: joins and leaves between two syncs, and nothing that flaps."""

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from cophub.connectors import mailman
from cophub.connectors.mailman import core as core_module
from cophub.connectors.mailman.posts import posts
from cophub.connectors.mailman.votes import votes
from cophub.http import MemoryTokens, Transport
from cophub.sync import RunResult, SourceSpec, SyncEngine, Wish
from cophub.warehouse import Warehouse
from cophub.warehouse import tables as t
from cophub.warehouse.state import membership_surplus
from tests.connectors.mailarchive.conftest import make_message
from tests.connectors.mailman.conftest import BIG, people, plan
from tests.connectors.mailman.realcore import PASSWORD, USER

Run = Callable[..., RunResult]
ON_SQLITE = pytest.mark.parametrize("dialect", ["sqlite"])
LISTS = [f"{name}.example.org" for name in BIG]


@pytest.fixture
def run(warehouse: Warehouse) -> Run:
    """`run(server, streams=[...], **settings)`: one sync of the source `lists`."""
    (connector,) = mailman.cophub_connectors()
    later = iter(range(10_000))

    def sync(server: Any, streams: Any = None, state: str = "done", **settings: Any) -> RunResult:
        given = {"base_url": server.base_url, "user": USER, "password": PASSWORD} | settings
        at = datetime.now(UTC) + timedelta(seconds=next(later))
        engine = SyncEngine(
            warehouse,
            now=lambda: at,
            tokens=lambda source: MemoryTokens(),
            transport=lambda spec: Transport(mailman.LIMITS, sleep=lambda seconds: None),
        )
        spec = SourceSpec("lists", connector, mailman.Settings(**given))
        result = engine.sync_one(spec, Wish(streams))
        assert result.state == state, [s.error or s.held_for for s in result.streams]
        return result

    return sync


def rows(warehouse: Warehouse, table: str) -> list[dict[str, Any]]:
    """Every row of a table."""
    with warehouse.connect() as connection:
        return [
            dict(row) for row in connection.execute(select(t.metadata.tables[table])).mappings()
        ]


def there(warehouse: Warehouse) -> set[tuple[str, str]]:
    """Who is on which list."""
    found = rows(warehouse, "membership")
    return {(row["space"], row["account"]) for row in found if row["gone_at"] is None}


def changes(result: RunResult) -> dict[str, tuple[int, int, int]]:
    """What each stream wrote: new, changed and gone rows."""
    return {s.stream: (s.new, s.changed, s.gone) for s in result.streams}


def test_two_hundred_people_on_three_lists_and_who_comes_and_goes(core, run, warehouse):
    """A sync, changes at Mailman, a sync: the warehouse has what Mailman has."""
    first = run(core, lists=LISTS)
    expected = {(f"{name}.example.org", one[0]) for name, crowd in plan().items() for one in crowd}
    assert there(warehouse) == expected
    assert len(rows(warehouse, "account")) == 200
    again = run(core, lists=LISTS)
    assert set(changes(again).values()) == {(0, 0, 0)}, changes(again)

    leaving = [one[0] for one in plan()["cop"]][:3]
    for email in leaving:
        core.leave("cop.example.org", email)
    core.join("cop.example.org", "newcomer@example.net", "New Comer")
    core.join("cop.example.org", "newcomer@example.net", role="moderator")
    try:
        third = run(core, lists=LISTS)
        left = {("cop.example.org", email) for email in leaving}
        assert there(warehouse) == expected - left | {("cop.example.org", "newcomer@example.net")}
        gone = {
            (row["space"], row["account"]): row
            for row in rows(warehouse, "membership")
            if row["gone_at"] is not None
        }
        assert set(gone) == left
        assert {row["status"] for row in gone.values()} == {"left"}
        assert changes(third)["members"][2] == 3
        new = next(
            row for row in rows(warehouse, "membership") if row["account"] == "newcomer@example.net"
        )
        assert new["role"] == "moderator"
        assert new["joined_at"] is not None
        with warehouse.connect() as connection:
            assert membership_surplus(connection, "lists") == {}
        counts = {row["key"]: row["native_member_count"] for row in rows(warehouse, "space")}
        assert counts == {
            one: len([1 for space, _ in there(warehouse) if space == one]) for one in LISTS
        }
        core.join("cop.example.org", leaving[0])
        run(core, lists=LISTS)
        assert ("cop.example.org", leaving[0]) in there(warehouse)
    finally:
        for role in ("member", "moderator"):
            core.take_off("cop.example.org", "newcomer@example.net", role)
        for email in leaving:
            if not core.is_on("cop.example.org", email):
                core.join("cop.example.org", email)
    assert first.state == "done"


@ON_SQLITE
def test_a_server_that_stops_in_the_middle_ends_nobody(core, between, run, warehouse, monkeypatch):
    """The run fails; who was there is there, and the next run goes on."""
    monkeypatch.setattr(core_module, "PAGE", 20)
    run(between, lists=LISTS)
    before = there(warehouse)
    assert len(before) == 240
    between.fault = lambda path: (
        "cut" if "news.example.org/roster/member" in path and "page=2" in path else None
    )
    failed = run(between, state="failed", lists=LISTS)
    assert "no connection" in str([s.error for s in failed.streams]) or "cut off" in str(
        [s.error for s in failed.streams]
    )
    assert there(warehouse) == before
    between.fault = lambda path: None
    again = run(between, lists=LISTS)
    assert there(warehouse) == before
    assert changes(again)["members"] == (0, 0, 0)


@ON_SQLITE
def test_a_roster_that_lost_most_is_held(core, between, run, warehouse):
    """Far more often a fault at Mailman than people who left."""
    run(between, ("members",), lists="cop.example.org")
    before = there(warehouse)
    roster = core.get("lists/cop.example.org/roster/member")
    half = {"start": 0, "total_size": 30, "entries": roster["entries"][:30]}
    between.fault = lambda path: (
        (200, json.dumps(half).encode()) if "/roster/member" in path else None
    )
    run(between, ("members",), state="held", lists="cop.example.org")
    assert there(warehouse) == before


@ON_SQLITE
def test_a_list_that_is_deleted_leaves_no_member(core, run, warehouse):
    """The list is gone, and everybody's membership of it."""
    for name in ("short-a", "short-b"):
        core.join(core.new_list(name), "a@example.net")
    run(core, lists="short-*")
    core.drop_list("short-a.example.org")
    run(core, lists="short-*")
    assert there(warehouse) == {("short-b.example.org", "a@example.net")}
    spaces = {row["key"]: row["gone_at"] for row in rows(warehouse, "space")}
    assert spaces["short-a.example.org"] is not None
    assert spaces["short-b.example.org"] is None


@ON_SQLITE
def test_a_list_as_a_space(core, run, warehouse):
    """Title, since when, who may see and join it."""
    core.new_list("open", display_name="Open CoP", description="All of it", advertised="True",
                  archive_policy="public", subscription_policy="confirm")  # fmt: skip
    core.new_list("shut", archive_policy="private", subscription_policy="moderate")
    core.new_list("dark", advertised="False")
    run(core, ("lists",), lists=["open@*", "shut@*", "dark@*"],
        archive_url="https://lists.example.org/archives/")  # fmt: skip
    found = {row["key"].partition(".")[0]: row for row in rows(warehouse, "space")}
    assert [found[name]["visibility"] for name in ("open", "shut", "dark")] == [
        "public", "members", "secret",
    ]  # fmt: skip
    assert (found["open"]["open_membership"], found["shut"]["open_membership"]) == (True, False)
    assert (found["open"]["title"], found["open"]["description"]) == ("Open CoP", "All of it")
    assert found["open"]["language"] == "en"
    assert found["open"]["url"] == "https://lists.example.org/archives/list/open@example.org/"
    assert abs(found["open"]["created_at"] - datetime.now(UTC)) < timedelta(minutes=5)


def test_a_list_that_nobody_has_posted_to_has_no_archive(core, shared_archive, ask, extract):
    """HyperKitty makes an archive with the first message; before, most of its calls answer 500."""
    list_id = core.new_list("silent")
    never = core.new_list("never", archive_policy="never")
    for stream in (posts, votes):
        ctx = ask(core, lists=[list_id, never], archive_url=shared_archive.url)
        assert extract(stream, ctx).items == []


@ON_SQLITE
def test_members_and_posts_of_one_person_are_one_account_that_does_not_flap(
    core, shared_archive, run, warehouse
):
    """The roster says the name; a post under another name changes nothing."""
    list_id = core.new_list("both")
    core.join(list_id, "amina@example.org", "Amina Diallo")
    core.join(list_id, "quiet@example.org")
    week = (datetime.now(UTC) - timedelta(days=7)).strftime("%a, %d %b %Y %H:%M:%S +0000")
    shared_archive.take(
        "both@example.org",
        make_message(1, headers={"From": "A. D. <Amina@Example.org>", "Date": week}),
        make_message(2, answers=1, headers={"From": "Guest <guest@example.net>", "Date": week}),
    )
    settings = {"lists": list_id, "archive_url": shared_archive.url}
    run(core, **settings)
    accounts = {row["key"]: row for row in rows(warehouse, "account")}
    assert set(accounts) == {"amina@example.org", "quiet@example.org", "guest@example.net"}
    assert accounts["amina@example.org"]["name"] == "Amina Diallo"
    assert accounts["guest@example.net"]["name"] == "Guest"
    # An archive takes messages from elsewhere, too: that an address is theirs is not known of it.
    assert accounts["guest@example.net"]["email_verified"] is None
    assert accounts["amina@example.org"]["email_verified"] is True
    there_are = {row["key"]: row for row in rows(warehouse, "post")}
    assert there_are["m1@example.org"]["account"] == "amina@example.org"
    assert there_are["m1@example.org"]["author_name"] == "A. D."
    assert {row["thread"] for row in there_are.values()} == {"m1@example.org"}
    (space,) = rows(warehouse, "space")
    assert (space["native_member_count"], space["native_post_count"]) == (2, 2)
    again = run(core, **settings)
    assert set(changes(again).values()) == {(0, 0, 0)}, changes(again)


def test_everybody_named_in_the_plan_is_there(core):
    """What the other tests count on."""
    assert len(people()) == 200
    assert sum(len(crowd) for crowd in plan().values()) == 240
    assert {one["list_id"] for one in core.get("lists")["entries"]} >= set(LISTS)


def test_check_discover_and_estimate(core, shared_archive, ask):
    """What may be read, what there is, and what a run costs."""
    (connector,) = mailman.cophub_connectors()
    ctx = ask(core, lists="cop@example.org", archive_url=shared_archive.url)
    verdicts = {verdict.subject: verdict for verdict in connector.check(ctx)}
    assert [verdicts[name].state for name in ("core", "lists", "members")] == ["ok"] * 3
    assert "3.3.10" in verdicts["core"].message
    assert verdicts["posts"].state == "warning"  # nobody has written to it yet
    found = {space.key: space for space in connector.discover(ask(core))}
    assert found["cop.example.org"].native_member_count == len(plan()["cop"])
    estimates = {one.stream: one for one in connector.estimate(ctx, {})}
    assert estimates["members"].requests > len(plan()["cop"])
    assert set(estimates) == {"lists", "members", "posts", "votes"}
    wrong = {v.subject: v for v in connector.check(ask(core, password="wrong"))}
    assert wrong["core"].state == "failed"
    missing = {v.subject: v for v in connector.check(ask(core, lists="nolist@example.org"))}
    assert "there is no list 'nolist@example.org'" in missing["lists"].message
