"""Rooms, sessions and attendance in the warehouse: what is stored, what ends, and what stays."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import func, select

from cophub.connectors.adobeconnect import LIMITS, Settings, cophub_connectors
from cophub.http import MemoryTokens, Transport
from cophub.sandbox import AdobeConnectSandbox
from cophub.sync import RunResult, SourceSpec, SyncEngine, Wish
from cophub.warehouse import Warehouse
from cophub.warehouse import tables as t

Run = Callable[..., RunResult]


@pytest.fixture
def run(warehouse: Warehouse) -> Run:
    """`run(box)`: one sync of all streams at the sandbox's time."""
    later = iter(range(1, 1000))

    def sync(box: AdobeConnectSandbox, *, accept: bool = False) -> RunResult:
        at = datetime.fromtimestamp(box.timeline.now, UTC) + timedelta(seconds=next(later))
        engine = SyncEngine(
            warehouse,
            now=lambda: at,
            tokens=lambda source: MemoryTokens(),
            transport=lambda spec: Transport(LIMITS, sleep=lambda seconds: None),
        )
        given = {"base_url": box.base_url, "login": box.login, "password": box.password}
        spec = SourceSpec("calls", cophub_connectors()[0], Settings(**given))
        result = engine.sync_one(spec, Wish(accept_departures=accept))
        assert result.state == "done", [one.error or one.held_for for one in result.streams]
        return result

    return sync


def rows(warehouse: Warehouse, table: Any, *where: Any) -> Iterator[Any]:
    with warehouse.engine.connect() as connection:
        yield from connection.execute(select(table).where(*where))


def count(warehouse: Warehouse, table: Any, *where: Any) -> int:
    with warehouse.engine.connect() as connection:
        found = connection.scalar(select(func.count()).select_from(table).where(*where))
        return int(found or 0)


def test_all_of_a_site_is_stored_and_an_unchanged_one_rewrites_nothing(
    box: AdobeConnectSandbox, run: Run, warehouse: Warehouse
):
    first = run(box)
    assert all(stream.rejected == 0 for stream in first.streams)
    truth = box.truth()
    hidden = {key for key, room in truth["rooms"].items() if room["hidden"]}
    sessions = [key for key in truth["sessions"] if key.partition(":")[0] not in hidden]
    assert count(warehouse, t.event) == len(sessions)
    assert all(event.organizer for event in rows(warehouse, t.event))
    members = sum(len(g["members"]) for g in truth["groups"].values() if g["type"] == "group")
    assert count(warehouse, t.membership) == members
    again = run(box)
    for stream in again.streams:
        assert (stream.new, stream.changed, stream.gone) == (0, 0, 0), stream.stream


def test_rooms_groups_and_members_that_are_gone_end_and_attendance_stays(
    box: AdobeConnectSandbox, run: Run, warehouse: Warehouse
):
    run(box)
    attended = count(warehouse, t.attendance)
    room = next(one for one in box.site.rooms if one.community == 1)
    group = box.life.groups[2]
    left = min(box.life.groups[0].members)
    with box.changing():
        box.site.remove(room.id)
        group.deleted = True
        box.life.groups[0].members.discard(left)
    run(box, accept=True)
    ended = {space.key for space in rows(warehouse, t.space, t.space.c.gone_at.is_not(None))}
    assert {str(room.id), str(group.id)} <= ended
    gone = {(m.space, m.account) for m in
            rows(warehouse, t.membership, t.membership.c.gone_at.is_not(None))}  # fmt: skip
    assert (str(box.life.groups[0].id), str(left)) in gone
    assert len([pair for pair in gone if pair[0] != str(group.id)]) == 1
    assert count(warehouse, t.attendance, t.attendance.c.gone_at.is_(None)) == attended


def test_a_row_that_could_not_be_read_is_read_by_the_next_run(
    box: AdobeConnectSandbox, run: Run, warehouse: Warehouse
):
    box.faults.plan("bad_item", path="*/report-meeting-attendance", at=1)
    run(box)
    box.faults.clear()
    run(box)
    healed = {(row.event, row.account, row.visits) for row in rows(warehouse, t.attendance)}
    run(box)
    again = {(row.event, row.account, row.visits) for row in rows(warehouse, t.attendance)}
    hidden = {key for key, room in box.truth()["rooms"].items() if room["hidden"]}
    stays = sum(
        len(session["stays"])
        for key, session in box.truth()["sessions"].items()
        if key.partition(":")[0] not in hidden
    )
    assert sum(visits for _, _, visits in healed) == stays
    assert again == healed


def test_the_recordings_of_a_room_are_gone_with_it_and_not_with_a_folder_that_cannot_be_read(
    box: AdobeConnectSandbox, run: Run, warehouse: Warehouse
):
    run(box)
    before = count(warehouse, t.document, t.document.c.gone_at.is_(None))
    room = next(one for one in box.life.rooms if box.site.inside(one.id))
    lost = len(box.site.inside(room.id))
    folder = box.site.scos[box.life.rooms[-1].folder]
    with box.changing():
        box.site.remove(room.id)
        folder.hidden = True
    run(box, accept=True)
    assert count(warehouse, t.document, t.document.c.gone_at.is_(None)) == before
    with box.changing():
        folder.hidden = False
    run(box, accept=True)
    ended = list(rows(warehouse, t.document, t.document.c.gone_at.is_not(None)))
    assert [one.space for one in ended] == [str(room.id)] * lost
    assert lost > 0


@pytest.mark.parametrize("report", ["report-meeting-sessions", "report-meeting-attendance"])
def test_an_unreadable_row_makes_nobody_a_host_and_is_read_by_the_next_run_of_each_stream(
    box: AdobeConnectSandbox, run: Run, warehouse: Warehouse, report: str
):
    box.faults.plan("bad_item", path=f"*/{report}", every=1)
    run(box)
    box.faults.clear()
    run(box)
    hosts = {
        stay["principal"]
        for one in box.truth()["sessions"].values()
        for stay in one["stays"]
        if stay["host"]
    }
    found = rows(warehouse, t.attendance)
    taken = {row.account for row in found if (row.extra or {}).get("role") == "host"}
    assert taken <= hosts, "of hosts, some are in rooms that nobody may see"
    came = {row.event for row in rows(warehouse, t.attendance)}
    assert came == {row.key for row in rows(warehouse, t.event)}
