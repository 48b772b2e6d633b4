"""People and groups in the warehouse: one row each by all ways together, and no row that flaps."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from cophub import Connector, Membership, Stream
from cophub.connectors.yammer.export import history
from cophub.connectors.yammer.groups import groups
from cophub.connectors.yammer.members import members
from cophub.connectors.yammer.messages import messages
from cophub.connectors.yammer.settings import Settings
from cophub.http import Limits, MemoryTokens, Transport
from cophub.sandbox.microsoft import MicrosoftSandbox
from cophub.sync import RunResult, SourceSpec, SyncEngine, Wish
from cophub.warehouse import Warehouse
from cophub.warehouse import tables as t

STREAMS = (
    Stream(groups),
    Stream(members, snapshot_of=(Membership,), whole_every=timedelta(days=7)),
    Stream(history),
)
Run = Callable[..., RunResult]


@pytest.fixture
def run(warehouse: Warehouse) -> Run:
    """`run(box, ways=[...])`: one sync of the source `yammer` at the sandbox's time."""
    tokens = MemoryTokens()
    later = iter(range(1, 10_000))

    def sync(
        box: MicrosoftSandbox,
        streams: Any = STREAMS,
        wish: Wish | None = None,
        **settings: Any,
    ) -> RunResult:
        given = {
            "tenant": box.tenant_id, "client_id": box.client_id, "base_url": box.base_url,
            "client_secret": box.client_secret,
        } | settings  # fmt: skip
        connector = Connector(name="yammer", summary="", settings=Settings, streams=streams)
        tokens.set("yammer-microsoft", box.refresh_token(box.tenant.admin))
        at = datetime.fromtimestamp(box.timeline.now, UTC) + timedelta(seconds=next(later))
        engine = SyncEngine(
            warehouse,
            now=lambda: at,
            tokens=lambda source: tokens,
            transport=lambda spec: Transport(Limits(concurrency=4), sleep=lambda seconds: None),
        )
        spec = SourceSpec("yammer", connector, Settings(**given))
        result = engine.sync_one(spec, wish or Wish(accept_departures=True))
        assert result.state == "done", [
            stream.error or stream.held_for for stream in result.streams
        ]
        return result

    return sync


def rows(warehouse: Warehouse, table: str) -> list[dict[str, Any]]:
    """Every row of a table, without what the engine notes for itself."""
    with warehouse.connect() as connection:
        found = connection.execute(select(t.metadata.tables[table])).mappings()
        dropped = ("run", "changed_at", "first_seen_at", "digest")
        return [{k: v for k, v in row.items() if k not in dropped} for row in found]


@pytest.mark.parametrize("first", ["messages", "history"])
def test_a_message_is_the_same_row_whichever_way_tells_of_it_first(
    still: MicrosoftSandbox, run: Run, warehouse: Warehouse, tmp_path: Path, first: str
) -> None:
    exported(still, tmp_path)
    given = {"ways": ["rest", "export"], "export_path": tmp_path}
    order = [messages, history] if first == "messages" else [history, messages]
    run(still, streams=[Stream(groups), *map(Stream, order)], **given)
    found = {row["key"]: row for row in rows(warehouse, "post")}
    run(still, streams=[Stream(history), Stream(messages)], **given)
    again = {row["key"]: row for row in rows(warehouse, "post")}
    assert again == found
    both = [row for row in found.values() if row["url"] and row["deleted_at"] is None]
    assert len(both) > 100
    truth = {str(m["id"]): m for m in still.truth()["yammer"]["messages"]}
    for row in both:
        told = truth[row["key"]]
        assert row["body"] == told["text"].strip()
        assert (row["edited_at"].timestamp() if row["edited_at"] else 0) == told["edited"]


def exported(box: MicrosoftSandbox, folder: Path) -> Path:
    """An export of all there ever was, as a file in `folder`."""
    start = datetime.fromtimestamp(box.world.start, UTC)
    return box.yammer.write_export(folder / "all.zip", start, box.now)


def current(box: MicrosoftSandbox) -> set[tuple[str, str]]:
    """Who is in which native community now, by Yammer's ids."""
    return {
        (str(group.yammer_id), str(box.tenant.users[guid].yammer_id))
        for group in box.tenant.communities
        for guid in {*group.members, *group.owners}
    }


def active(warehouse: Warehouse, box: MicrosoftSandbox) -> set[tuple[str, str]]:
    """The same, as the warehouse has it."""
    native = {str(group.yammer_id) for group in box.tenant.communities}
    return {
        (row["space"], row["account"])
        for row in rows(warehouse, "membership")
        if row["status"] == "active" and row["space"] in native
    }


@pytest.mark.parametrize(
    "ways", [["graph"], ["rest"], ["export"], ["rest", "graph"], ["rest", "graph", "export"]]
)
def test_one_account_for_one_person_by_each_way_alone_and_together(
    still: MicrosoftSandbox, run: Run, warehouse: Warehouse, tmp_path: Path, ways: list[str]
) -> None:
    exported(still, tmp_path)
    run(still, ways=ways, export_path=tmp_path)
    names: dict[str, str] = {}
    for user in [*still.tenant.users.values(), *still.tenant.gone.values()]:
        names |= {str(user.yammer_id): user.id, user.id: user.id}
    partners = {row["key"] for row in rows(warehouse, "account") if row["key"] not in names}
    people = [names[row["key"]] for row in rows(warehouse, "account") if row["key"] in names]
    assert len(people) == len(set(people))
    members_now = {guid for group in still.tenant.communities for guid in group.members}
    seen = set(people)
    if ways != ["rest"]:
        assert members_now <= seen
    assert "export" in ways or not partners


def test_a_second_run_by_all_ways_changes_nothing(
    still: MicrosoftSandbox, run: Run, warehouse: Warehouse, tmp_path: Path
) -> None:
    exported(still, tmp_path)
    given = {"ways": ["rest", "graph", "export"], "export_path": tmp_path}
    run(still, **given)
    before = {table: rows(warehouse, table) for table in ("account", "space", "membership", "post")}
    again = run(still, **given)
    counts = {one.stream: (one.new, one.changed, one.gone) for one in again.streams}
    assert counts == dict.fromkeys(counts, (0, 0, 0))
    assert {table: rows(warehouse, table) for table in before} == before


def test_ways_in_either_order_end_in_the_same_accounts(
    still: MicrosoftSandbox, run: Run, warehouse: Warehouse, tmp_path: Path
) -> None:
    """An export that is read again after the members overwrites nothing of theirs."""
    given = {"ways": ["rest", "graph", "export"], "export_path": tmp_path}
    exported(still, tmp_path)
    run(still, **given)
    first = {row["key"]: row for row in rows(warehouse, "account")}
    exported(still, tmp_path)
    (tmp_path / "all.zip").rename(tmp_path / "more.zip")
    start = datetime.fromtimestamp(still.world.start, UTC)
    still.yammer.write_export(tmp_path / "all.zip", start, still.now - timedelta(seconds=1))
    run(still, **given)
    assert {row["key"]: row for row in rows(warehouse, "account")} == first


def test_joins_and_leaves_arrive_run_by_run(
    box: MicrosoftSandbox, run: Run, warehouse: Warehouse
) -> None:
    ways = ["rest", "graph"]
    run(box, ways=ways)
    assert active(warehouse, box) == current(box)
    for _ in range(4):
        box.advance(days=5)
        run(box, ways=ways)
        assert active(warehouse, box) == current(box)
    box.advance(days=9)  # longer than a delta link lives
    run(box, ways=ways)
    assert active(warehouse, box) == current(box)


def test_who_came_back_is_a_member_again(
    box: MicrosoftSandbox, run: Run, warehouse: Warehouse
) -> None:
    run(box, ways=["graph"])
    group = box.tenant.communities[0]
    user = box.tenant.users[next(guid for guid in group.members if guid not in group.owners)]

    def status() -> list[str]:
        return [
            row["status"]
            for row in rows(warehouse, "membership")
            if (row["space"], row["account"]) == (str(group.yammer_id), user.id)
        ]

    box.tenant.leave(group, user)
    run(box, ways=["graph"])
    assert status() == ["left"]
    box.tenant.join(group, user)
    run(box, ways=["graph"])
    assert status() == ["active"]


def members_of(warehouse: Warehouse) -> set[tuple[str, str, str]]:
    """Who is in which group as what, today."""
    there = [row for row in rows(warehouse, "membership") if row["gone_at"] is None]
    return {(row["space"], row["account"], row["role"]) for row in there}


def accounts_there(warehouse: Warehouse) -> list[str]:
    """The directory ids of the accounts that are there, once for each account."""
    there = [row for row in rows(warehouse, "account") if row["gone_at"] is None]
    return sorted(row["extra"]["directory_id"] for row in there if row["extra"])


@pytest.mark.parametrize("later", [["graph", "rest"], ["graph", "export"]])
def test_another_way_may_be_added_later_and_nobody_is_there_twice(
    still: MicrosoftSandbox, run: Run, warehouse: Warehouse, tmp_path: Path, later: list[str]
) -> None:
    """By Graph alone people go by their directory id, by the others by Yammer's."""
    exported(still, tmp_path)
    run(still, ways=["graph"])
    alone = members_of(warehouse)
    run(still, wish=Wish(), ways=later, export_path=tmp_path)
    assert not {account for _, account, _ in members_of(warehouse) if "-" in account}
    assert len(members_of(warehouse)) >= len(alone)
    ids = accounts_there(warehouse)
    assert len(ids) == len(set(ids)) > 50
    run(still, ways=["graph"])  # and without the groups that only Yammer knows, which is accepted
    assert members_of(warehouse) == alone


def test_an_export_that_cannot_be_read_gives_nobody_another_key(
    still: MicrosoftSandbox, run: Run, warehouse: Warehouse, tmp_path: Path
) -> None:
    exported(still, tmp_path)
    given = {"ways": ["graph", "export"], "export_path": tmp_path}
    run(still, **given)
    before = members_of(warehouse)
    for file in tmp_path.glob("*.zip"):
        file.write_bytes(b"no zip at all")
    with pytest.raises(AssertionError, match="who people are at Yammer is not known"):
        run(still, streams=[STREAMS[1]], wish=Wish(full=True), **given)
    assert members_of(warehouse) == before
