"""What the hub remembers of its work: runs, cursors, leases, rejects, publications."""

from datetime import UTC, datetime, timedelta

import pytest

from cophub.errors import SourceBusy
from cophub.records import Account, Membership, Reject, Space
from cophub.warehouse import Warehouse, state
from cophub.warehouse.load import Loader

from .conftest import Load, day, rows

ELSEWHERE = "a run on another machine"


def start(warehouse: Warehouse, on: int = 1, source: str | None = "news") -> int:
    with warehouse.begin() as connection:
        kind = "sync" if source else "publish"
        return state.start_run(connection, kind=kind, source=source, now=day(on), version="0.1.0")


def take(warehouse: Warehouse, now: datetime, holder: str = ELSEWHERE) -> state.Lease:
    with warehouse.begin() as connection:
        return state.take_lease(connection, "news", holder, now=now)


def test_a_run_is_running_until_it_is_finished(warehouse: Warehouse) -> None:
    run = start(warehouse)
    assert rows(warehouse, "run", "id", "state", "finished_at") == [(run, "running", None)]
    with warehouse.begin() as connection:
        state.finish_run(connection, run, state="failed", now=day(2), error="no answer")
    assert rows(warehouse, "run", "state", "started_at", "finished_at", "error") == [
        ("failed", day(1), day(2), "no answer")
    ]


def test_a_run_that_never_ended_is_told_as_killed_when_the_next_begins(
    warehouse: Warehouse,
) -> None:
    first, other, second = start(warehouse), start(warehouse, source="calls"), start(warehouse, 2)
    assert first < other < second
    assert rows(warehouse, "run", "state") == [("killed",), ("running",), ("running",)]
    start(warehouse, source=None)
    start(warehouse, source=None)
    assert rows(warehouse, "run", "state")[3:] == [("killed",), ("running",)]


def test_a_cursor_is_kept_per_source_stream_and_lane(warehouse: Warehouse) -> None:
    """Rule: a backfill never moves the live cursor."""
    with warehouse.begin() as connection:
        for source, stream, lane, value in (
            ("news", "posts", state.LIVE, "10"),
            ("news", "posts", "backfill 2019", "3"),
            ("calls", "posts", state.LIVE, "77"),
        ):
            state.write_cursor(
                connection, source, stream, value=value, run=1, now=day(1), lane=lane
            )
        assert state.read_cursor(connection, "news", "posts") == state.Cursor("10", None, day(1))
        backfill = state.read_cursor(connection, "news", "posts", "backfill 2019")
        assert backfill is not None
        assert backfill.value == "3"
        state.forget_cursor(connection, "news", "posts", "backfill 2019")
        assert state.read_cursor(connection, "news", "posts", "backfill 2019") is None
        assert state.read_cursor(connection, "news", "members") is None


def test_moving_a_cursor_keeps_the_date_of_the_last_whole_read(warehouse: Warehouse) -> None:
    with warehouse.begin() as connection:
        state.write_cursor(
            connection, "news", "posts", value=None, run=1, now=day(1), whole_at=day(1)
        )
        state.write_cursor(connection, "news", "posts", value="20", run=2, now=day(3))
        assert state.read_cursor(connection, "news", "posts") == state.Cursor("20", day(1), day(3))


def test_rows_and_cursor_are_kept_together_or_not_at_all(warehouse: Warehouse) -> None:
    """Rule: rows and cursor commit in one transaction."""
    loader = Loader(warehouse, "news", run=1, now=day(1))
    loader.stage(loader.rows([Account(key="1")])[0])
    with pytest.raises(RuntimeError), warehouse.begin() as connection:
        loader.apply(connection)
        state.write_cursor(connection, "news", "members", value="9", run=1, now=day(1))
        raise RuntimeError("pulled the plug")
    assert rows(warehouse, "account") == rows(warehouse, "cursor") == []


def test_a_lease_is_held_by_one(warehouse: Warehouse) -> None:
    """Rule: one run per source at a time, over threads, processes and machines."""
    lease = take(warehouse, day(1))
    with pytest.raises(SourceBusy, match='"news" is being run by a run on another machine since'):
        take(warehouse, day(1) + timedelta(seconds=90), "somebody else")
    with warehouse.begin() as connection:
        state.release_lease(connection, lease, now=day(1))
    assert take(warehouse, day(1), "somebody else").fence == lease.fence + 1


def test_a_lease_runs_out_and_its_old_holder_writes_nothing_more(warehouse: Warehouse) -> None:
    stale = take(warehouse, day(1))
    loader = Loader(warehouse, "news", run=1, now=day(1))
    loader.stage(loader.rows([Account(key="1")])[0])
    taken = take(warehouse, day(1) + state.LEASE_TIME, "somebody else")
    assert taken.fence > stale.fence
    with pytest.raises(SourceBusy, match="another run took over"), warehouse.begin() as connection:
        loader.apply(connection)
        state.hold_lease(connection, stale, now=day(1) + state.LEASE_TIME)
    assert rows(warehouse, "account") == []


def test_a_sign_of_life_keeps_a_lease(warehouse: Warehouse) -> None:
    lease = take(warehouse, day(1))
    later = day(1) + timedelta(seconds=100)
    with warehouse.begin() as connection:
        state.hold_lease(connection, lease, now=later)
    with pytest.raises(SourceBusy):
        take(warehouse, later + timedelta(seconds=100), "somebody else")


def test_giving_back_a_lease_that_went_to_another_takes_it_from_nobody(
    warehouse: Warehouse,
) -> None:
    stale = take(warehouse, day(1))
    taken = take(warehouse, day(2), "somebody else")
    with warehouse.begin() as connection:
        state.release_lease(connection, stale, now=day(2))
        state.hold_lease(connection, taken, now=day(2))
    assert rows(warehouse, "lease", "holder", "fence") == [("somebody else", taken.fence)]


def add_reject(warehouse: Warehouse, reject: Reject, on: int = 1) -> None:
    with warehouse.begin() as connection:
        state.add_rejects(connection, [reject], run=on, source="news", stream="posts", now=day(on))


def test_a_reject_is_kept_with_reason_field_and_item(warehouse: Warehouse) -> None:
    """Rule: what is not understood is never silent."""
    item = {"id": 5, "when": "soon", "nested": [{"a": None}, 1.5]}
    add_reject(
        warehouse,
        Reject(reason="not a date", record="post", key="5", field="posted_at", item=item),
    )
    assert rows(
        warehouse, "reject", "source", "stream", "run", "record", "key", "field", "reason", "item"
    ) == [("news", "posts", 1, "post", "5", "posted_at", "not a date", item)]


def test_an_item_however_odd_can_be_kept(warehouse: Warehouse) -> None:
    odd = {
        "nul\0": "a\0b",
        "half": "\ud83d",
        "nan": float("nan"),
        3: day(1),
        "bytes": b"\xff",
        "thing": complex(1, 2),
        "record": Account(key="1"),
    }
    add_reject(warehouse, Reject(reason="odd \0 \ud83d", key="\0", item=odd))
    [(reason, key, item)] = rows(warehouse, "reject", "reason", "key", "item")
    assert (reason, key) == ("odd  �", "")
    assert item == {
        "nul": "ab",
        "half": "�",
        "nan": None,
        "3": "2026-03-01T09:30:00Z",
        "bytes": "/w==",
        "thing": "(1+2j)",
        "record": {"key": "1"},
    }


def test_rejects_are_kept_for_some_days(warehouse: Warehouse) -> None:
    for on in (1, 10, 40):
        add_reject(warehouse, Reject(reason=f"of day {on}"), on)
    with warehouse.begin() as connection:
        assert state.purge_rejects(connection, now=day(41)) == 2
        assert state.purge_rejects(connection, now=day(41), days=1) == 0
        assert state.purge_rejects(connection, now=day(42), days=1) == 1
    assert rows(warehouse, "reject") == []


def test_the_last_finished_whole_read_tells_how_many_it_saw(warehouse: Warehouse) -> None:
    for seen, whole, how in ((40, True, "done"), (3, False, "done"), (0, True, "failed")):
        run = start(warehouse)
        row = dict(
            stream="members",
            state=how,
            whole=whole,
            started_at=day(1),
            finished_at=day(1),
            seen=seen,
        )
        with warehouse.begin() as connection:
            state.add_stream_run(connection, run, row)
    with warehouse.connect() as connection:
        assert state.last_whole_seen(connection, "news", "members") == 40
        assert state.last_whole_seen(connection, "news", "posts") == 0


def test_memberships_beyond_the_vendors_own_count_are_told(
    warehouse: Warehouse, load: Load
) -> None:
    """Rule: native counts, where a vendor gives them, are reconciled with ours."""
    load(
        Space(key="a", native_member_count=1),
        Space(key="b", native_member_count=1),
        Space(key="c"),
        *(Membership(space=space, account=at) for space in "abc" for at in range(2)),
        Membership(space="b", account=1, status="unsubscribed"),
    )
    with warehouse.connect() as connection:
        assert state.membership_surplus(connection, "news") == {"a": 1}


def test_readers_see_the_newest_version_that_was_finished(warehouse: Warehouse) -> None:
    """Rule: readers never see half a run."""
    with warehouse.begin() as connection:
        assert state.published_version(connection) is None
        first = state.start_publication(connection, run=1, now=day(1))
        state.publish(connection, first, now=day(1), files=3, size_bytes=900)
        second = state.start_publication(connection, run=2, now=day(2))
        assert state.published_version(connection) == first
        state.fail_publication(connection, second, error="no room")
        third = state.start_publication(connection, run=3, now=day(3))
        fourth = state.start_publication(connection, run=4, now=day(4))
        assert state.published_version(connection) == first
        state.publish(connection, fourth, now=day(4), files=3, size_bytes=900)
        assert state.published_version(connection) == fourth
    assert first < second < third < fourth
    assert rows(warehouse, "publication", "state", "published_at") == [
        ("replaced", day(1)),
        ("failed", None),
        ("failed", None),
        ("published", day(4)),
    ]


def test_an_instant_without_a_zone_is_never_written(warehouse: Warehouse) -> None:
    naive = datetime.now(UTC).replace(tzinfo=None)
    with pytest.raises(Exception, match="has no zone"), warehouse.begin() as connection:
        state.write_cursor(connection, "news", "posts", value="1", run=1, now=naive)
