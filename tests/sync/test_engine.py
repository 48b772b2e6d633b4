"""What a run does with cursors, failures, departures and counts; the warehouse rules by number."""

import sys
import tempfile
import threading
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import IO, Any

import pytest

from cophub import (
    Account,
    AuthError,
    Checkpoint,
    Context,
    CursorExpired,
    Item,
    Membership,
    Post,
    Reject,
    SourceUnavailable,
    Space,
    Stream,
)
from cophub.sync import Days
from cophub.sync import writer as writer_module
from cophub.warehouse import state
from tests.sync.conftest import START, Desk, source


def people(count: int, first: int = 0) -> Iterator[Item]:
    for number in range(first, first + count):
        yield Account(key=number, name=f"Person {number}")
        yield Membership(space="cop", account=number, role="member", status="active")


def snapshot(*counts: int) -> tuple[Stream, list[int]]:
    """A stream of memberships, whole each time; the list says how many people there are."""
    now = list(counts)

    def members(ctx: Context[Any], since: str | None) -> Iterator[Item]:
        yield Space(key="cop", title="CoP")
        yield from people(now[0])

    return Stream(members, snapshot_of=(Membership,)), now


def test_records_and_cursor_are_kept_together_up_to_the_last_checkpoint(desk: Desk) -> None:
    """Rule 1: a stream that fails leaves what its last checkpoint allowed, and resumes there."""
    asked: list[str | None] = []

    def posts(ctx: Context[Any], since: str | None) -> Iterator[Item]:
        asked.append(since)
        for page in range(int(since or 0), 4):
            if page == 2 and len(asked) == 1:
                yield Post(key="half", body="read, but not checkpointed")
                raise SourceUnavailable("the vendor is away")
            yield Post(key=page, body=f"page {page}")
            yield Checkpoint(str(page + 1))

    spec = source("forum", Stream(posts))
    first = desk.sync(spec)
    assert (first.state, first.streams[0].error) == ("failed", "the vendor is away")
    assert desk.rows("post", "key") == [("0",), ("1",)]
    assert desk.rows("cursor", "value", lane="live") == [("2",)]
    second = desk.sync(spec)
    assert (second.state, asked) == ("done", [None, "2"])
    assert desk.rows("post", "key") == [("0",), ("1",), ("2",), ("3",)]


def test_an_unchanged_vendor_rewrites_no_row(desk: Desk) -> None:
    """Rule 2: the second run sees all and changes nothing, not even who wrote a row."""
    stream, _ = snapshot(30)
    spec = source("forum", stream)
    desk.sync(spec)
    before = [desk.rows(name) for name in ("account", "membership", "membership_period", "space")]
    again = desk.sync(spec)
    assert (again.total("seen"), again.total("new"), again.total("changed")) == (61, 0, 0)
    after = [desk.rows(name) for name in ("account", "membership", "membership_period", "space")]
    assert after == before


def test_whoever_a_finished_snapshot_lacks_has_left(desk: Desk) -> None:
    """Rule 3: the membership stays as a row, with its end and its period closed."""
    stream, count = snapshot(30)
    spec = source("forum", stream)
    desk.sync(spec)
    count[0] = 28
    run = desk.sync(spec)
    assert (run.state, run.total("gone")) == ("done", 2)
    left = desk.rows("membership", "account", "status", "left_at", "gone_at", status="left")
    assert left == [("28", "left", desk.clock, desk.clock), ("29", "left", desk.clock, desk.clock)]
    assert desk.rows("membership_period", "valid_to", account="28") == [(desk.clock,)]
    count[0] = 30
    assert desk.sync(spec).total("changed") == 2
    assert len(desk.rows("membership", "account", status="active")) == 30


def test_a_reject_keeps_everybody_in_place(desk: Desk) -> None:
    """Rules 3 and 7: the item that was not understood may be the person who seems gone."""

    def members(ctx: Context[Any], since: str | None) -> Iterator[Item]:
        yield Space(key="cop")
        yield from people(20 if ctx.now < START + timedelta(hours=2) else 19)
        if ctx.now >= START + timedelta(hours=2):
            yield Reject(reason="no id", record="account", field="id", item={"name": "?"})

    spec = source("forum", Stream(members, snapshot_of=(Membership,)))
    desk.sync(spec)
    run = desk.sync(spec)
    assert (run.state, run.total("gone"), run.total("rejected")) == ("done", 0, 1)
    assert len(desk.rows("membership", "account", status="active")) == 20
    kept = desk.rows("reject", "stream", "record", "field", "reason", "item")
    assert kept == [("members", "account", "id", "no id", {"name": "?"})]


def test_an_unfinished_snapshot_ends_nobody(desk: Desk) -> None:
    """Rule 3: half a list says nothing about who is not on it."""
    fail = [False]

    def members(ctx: Context[Any], since: str | None) -> Iterator[Item]:
        yield Space(key="cop")
        yield from people(15)
        if fail[0]:
            raise SourceUnavailable("cut off")
        yield from people(15, first=15)

    spec = source("forum", Stream(members, snapshot_of=(Membership,)))
    desk.sync(spec)
    fail[0] = True
    assert desk.sync(spec).state == "failed"
    assert len(desk.rows("membership", "account", status="active")) == 30


def test_too_many_departures_are_held_until_they_are_accepted(desk: Desk) -> None:
    """Rule 3: a quarter and more than ten is a fault until a person says otherwise."""
    stream, count = snapshot(60)
    spec = source("forum", stream)
    desk.sync(spec)
    before = [desk.rows(name) for name in ("account", "membership", "membership_period", "cursor")]
    count[0] = 40
    held = desk.sync(spec)
    assert held.state == "held"
    assert 'would end 20 of 60 in "cop"' in str(held.streams[0].held_for)
    assert "cophub sync forum --accept-departures" in str(held.streams[0].held_for)
    after = [desk.rows(name) for name in ("account", "membership", "membership_period", "cursor")]
    assert after == before
    accepted = desk.sync(spec, accept_departures=True)
    assert (accepted.state, accepted.total("gone")) == ("done", 20)


@pytest.mark.parametrize(("before", "after"), [(40, 30), (60, 46)])
def test_departures_below_the_guard_are_believed(desk: Desk, before: int, after: int) -> None:
    """Ten people, or a quarter of a space, may leave between two runs."""
    stream, count = snapshot(before)
    spec = source("forum", stream)
    desk.sync(spec)
    count[0] = after
    assert desk.sync(spec).total("gone") == before - after


def test_nothing_where_there_was_much_is_no_success(desk: Desk) -> None:
    """Rule 4: an empty answer fails and changes nothing."""
    empty = [False]

    def posts(ctx: Context[Any], since: str | None) -> Iterator[Item]:
        if not empty[0]:
            yield from (Post(key=number, body="text") for number in range(20))

    spec = source("forum", Stream(posts, snapshot_of=(Post,)))
    desk.sync(spec)
    empty[0] = True
    run = desk.sync(spec, full=True)
    assert run.state == "failed"
    assert "answered with nothing where the last whole read had 20" in str(run.streams[0].error)
    assert len(desk.rows("post", "key", gone_at=None)) == 20


def test_members_that_the_vendor_no_longer_counts_cause_a_whole_read(desk: Desk) -> None:
    """Rule 4: an incremental stream cannot see who was deleted; the vendor's own count can."""
    asked: list[str | None] = []
    here = [12]

    def spaces(ctx: Context[Any], since: str | None) -> Iterator[Item]:
        yield Space(key="cop", native_member_count=here[0])

    def members(ctx: Context[Any], since: str | None) -> Iterator[Item]:
        asked.append(since)
        if since is None:
            yield from people(here[0])
        yield Checkpoint("later")

    spec = source("forum", Stream(spaces), Stream(members, snapshot_of=(Membership,)))
    desk.sync(spec)
    desk.sync(spec)
    assert asked == [None, "later"]
    here[0] = 11
    run = desk.sync(spec)
    assert (asked[2:], run.total("gone")) == (["later", None], 1)
    desk.sync(spec)
    assert asked[4:] == ["later"]


def test_an_unexplained_surplus_is_looked_into_once(desk: Desk) -> None:
    """A vendor whose count is simply wrong does not cost a whole read every day."""
    asked: list[str | None] = []

    def members(ctx: Context[Any], since: str | None) -> Iterator[Item]:
        asked.append(since)
        yield Space(key="cop", native_member_count=3)
        yield from people(5)
        yield Checkpoint("later")

    spec = source("forum", Stream(members, snapshot_of=(Membership,)))
    for _ in range(3):
        desk.sync(spec)
    assert asked == [None, "later", "later"]


def test_one_run_at_a_time(desk: Desk) -> None:
    """Rule 6: while a source is read, a second run of it is told who is at it, and does nothing."""
    inside, go_on = threading.Event(), threading.Event()

    def posts(ctx: Context[Any], since: str | None) -> Iterator[Item]:
        inside.set()
        assert go_on.wait(20)
        yield Post(key="1", body="text")

    spec = source("forum", Stream(posts))
    first = threading.Thread(target=desk.sync, args=(spec,))
    first.start()
    assert inside.wait(20)
    second = desk.engine().sync_one(spec)
    go_on.set()
    first.join()
    assert second.state == "busy"
    assert '"forum" is being run by' in str(second.error)
    assert len(desk.rows("run", "id")) == 1
    assert desk.sync(spec).state == "done"


def test_a_run_that_lost_its_lease_writes_nothing(desk: Desk) -> None:
    """Rule 6: whoever slept through the lease is fenced off, however much was fetched."""

    def posts(ctx: Context[Any], since: str | None) -> Iterator[Item]:
        yield Post(key="1", body="text")
        with desk.warehouse.begin() as connection:
            later = START + timedelta(days=400)
            state.take_lease(connection, "forum", "somebody else", now=later)

    run = desk.sync(source("forum", Stream(posts)))
    assert run.state == "failed"
    assert "took over" in str(run.streams[0].error)
    assert desk.rows("post") == []


def test_a_failing_source_stops_no_other(desk: Desk) -> None:
    """Rule 6: four sources, one refused, one broken, one slow; the fourth does not wait for it."""
    slow = threading.Event()

    def refused(ctx: Context[Any], since: str | None) -> Iterator[Item]:
        raise AuthError("the key was refused")
        yield

    def broken(ctx: Context[Any], since: str | None) -> Iterator[Item]:
        yield Post(key="1")
        raise KeyError("groups")

    def waiting(ctx: Context[Any], since: str | None) -> Iterator[Item]:
        assert slow.wait(20)
        yield Post(key="1")

    def quick(ctx: Context[Any], since: str | None) -> Iterator[Item]:
        yield Post(key="1")

    streams = {"refused": refused, "broken": broken, "slow": waiting, "quick": quick}
    specs = [source(name, Stream(extract)) for name, extract in streams.items()]
    order = []
    for run in desk.engine().sync(specs):
        order.append((run.source, run.state))
        if len(order) == 3:
            assert "slow" not in dict(order)
            slow.set()
    assert dict(order) == {
        "refused": "failed", "broken": "failed", "slow": "done", "quick": "done"
    }  # fmt: skip
    broken_error = desk.rows("stream_run", "error", stream="broken")[0][0]
    assert "KeyError: 'groups'" in broken_error
    assert "scripted" in broken_error or "broken" in broken_error


def test_a_failing_stream_stops_no_other_stream(desk: Desk) -> None:
    def bad(ctx: Context[Any], since: str | None) -> Iterator[Item]:
        raise SourceUnavailable("away")
        yield

    def good(ctx: Context[Any], since: str | None) -> Iterator[Item]:
        yield Post(key="1")

    run = desk.sync(source("forum", Stream(bad), Stream(good)))
    assert [(s.stream, s.state) for s in run.streams] == [("bad", "failed"), ("good", "done")]
    assert run.state == "failed"
    assert len(desk.rows("post")) == 1


@pytest.mark.parametrize(
    ("raised", "code"),
    [
        (SourceUnavailable("away"), "CPH-U01"),
        (AuthError("no", code="CPH-U02"), "CPH-U02"),
        (ValueError("odd"), "CPH-P02"),
    ],
)
def test_what_went_wrong_is_kept_with_its_code(desk: Desk, raised: Exception, code: str) -> None:
    def bad(ctx: Context[Any], since: str | None) -> Iterator[Item]:
        raise raised
        yield

    run = desk.sync(source("forum", Stream(bad)))
    assert (run.code, run.streams[0].code) == (code, code)
    assert desk.rows("run", "code") == [(code,)]
    assert desk.rows("stream_run", "code") == [(code,)]


def test_rejects_go_after_thirty_days(desk: Desk) -> None:
    """Rule 7."""
    odd = [True]

    def posts(ctx: Context[Any], since: str | None) -> Iterator[Item]:
        if odd[0]:
            yield Reject(reason="odd")

    spec = source("forum", Stream(posts))
    desk.sync(spec)
    odd[0] = False
    desk.clock += timedelta(days=29)
    desk.sync(spec)
    assert len(desk.rows("reject")) == 1
    desk.clock += timedelta(days=2)
    desk.sync(spec)
    assert desk.rows("reject") == []


def test_a_value_that_no_column_holds_is_a_reject(desk: Desk) -> None:
    """Rule 7: a naive instant is nobody's day; its record is kept aside, the others stay."""

    def posts(ctx: Context[Any], since: str | None) -> Iterator[Item]:
        yield Post(key="1", posted_at="2026-03-01T09:00:00")
        yield Post(key="2", posted_at="2026-03-01T09:00:00+01:00")

    run = desk.sync(source("forum", Stream(posts)))
    assert (run.total("new"), run.total("rejected")) == (1, 1)
    assert desk.rows("reject", "record", "key", "field") == [("post", "1", "posted_at")]


def test_a_backfill_never_moves_the_live_cursor(desk: Desk) -> None:
    """Rule 8: it has a cursor of its own, and resumes at it."""
    asked: list[Any] = []

    def posts(ctx: Context[Any], since: str | None) -> Iterator[Item]:
        yield Post(key="live")
        yield Checkpoint("live cursor")

    def history(ctx: Context[Any], start: date, end: date, since: str | None) -> Iterator[Item]:
        asked.append((start, end, since))
        yield Post(key="old")
        yield Checkpoint("old cursor")
        if len(asked) == 1:
            raise SourceUnavailable("away")

    spec = source("forum", Stream(posts, backfill=history))
    desk.sync(spec)
    days = (date(2019, 1, 1), date(2019, 12, 31))
    assert desk.sync(spec, backfill=Days(*days)).state == "failed"
    assert desk.sync(spec, backfill=Days(*days)).state == "done"
    assert asked == [(*days, None), (*days, "old cursor")]
    assert desk.rows("cursor", "value", lane="live") == [("live cursor",)]
    assert desk.rows("run", "kind") == [("backfill",), ("backfill",), ("sync",)]


def test_an_expired_cursor_leads_to_a_whole_read(desk: Desk) -> None:
    asked: list[str | None] = []

    def posts(ctx: Context[Any], since: str | None) -> Iterator[Item]:
        asked.append(since)
        if since == "old":
            raise CursorExpired("the vendor keeps sixty days")
        yield Post(key="1")
        yield Checkpoint("old" if len(asked) == 1 else "new")

    spec = source("forum", Stream(posts))
    desk.sync(spec)
    run = desk.sync(spec)
    assert (run.state, run.streams[0].whole, asked) == ("done", True, [None, "old", None])
    assert desk.rows("cursor", "value", lane="live") == [("new",)]


def test_a_second_whole_read_that_was_cut_off_begins_again(desk: Desk) -> None:
    """It moves no cursor before its end: a part of a list says nothing about who left."""
    asked: list[str | None] = []
    here, fail = [30], [False]

    def members(ctx: Context[Any], since: str | None) -> Iterator[Item]:
        asked.append(since)
        yield Space(key="cop")
        yield from people(15)
        yield Checkpoint("half")
        if fail[0]:
            raise SourceUnavailable("cut off")
        yield from people(here[0] - 15, first=15)
        yield Checkpoint("whole")

    spec = source("forum", Stream(members, snapshot_of=(Membership,)))
    desk.sync(spec)
    fail[0], here[0] = True, 29
    desk.sync(spec, full=True)
    assert desk.rows("cursor", "value", lane="live") == [("whole",)]
    fail[0] = False
    run = desk.sync(spec)
    assert asked == [None, None, None]
    assert run.total("gone") == 1


def test_a_stream_is_read_whole_again_when_it_is_due(desk: Desk) -> None:
    asked: list[str | None] = []

    def posts(ctx: Context[Any], since: str | None) -> Iterator[Item]:
        asked.append(since)
        yield Checkpoint("cursor")

    spec = source("forum", Stream(posts, whole_every=timedelta(days=7)))
    desk.sync(spec)
    desk.sync(spec)
    desk.clock += timedelta(days=7)
    desk.sync(spec)
    desk.sync(spec)
    assert asked == [None, "cursor", None, "cursor"]


def test_what_a_failed_run_could_not_read_is_asked_for_again(desk: Desk) -> None:
    """It lies behind a checkpoint that was kept, so the next run reads all."""
    asked: list[str | None] = []

    def posts(ctx: Context[Any], since: str | None) -> Iterator[Item]:
        asked.append(since)
        yield Checkpoint("a")
        if len(asked) == 2:
            yield Reject(reason="cut short", record="post", key="7")
            yield Checkpoint("b")
            raise SourceUnavailable("the vendor went away")
        if len(asked) == 3:
            yield Post(key=7)
        yield Checkpoint("c")

    spec = source("forum", Stream(posts, whole_every=timedelta(days=30)))
    for _ in range(4):
        desk.sync(spec)
    assert asked == [None, "c", None, "c"]
    assert desk.rows("post", "key") == [("7",)]


def test_a_stop_ends_the_run_at_its_next_checkpoint(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(writer_module, "PARCEL_RECORDS", 2)
    desk.options["stop"] = stop = threading.Event()

    def posts(ctx: Context[Any], since: str | None) -> Iterator[Item]:
        for number in range(int(since or 0), 10):
            if number == 5 and since is None:
                stop.set()
            yield Post(key=number)
            yield Checkpoint(str(number + 1))

    spec = source("forum", Stream(posts))
    assert desk.sync(spec).state == "stopped"
    kept = len(desk.rows("post"))
    assert 5 <= kept < 10
    assert desk.rows("cursor", "value", lane="live") == [(str(kept),)]
    stop.clear()
    assert desk.sync(spec).state == "done"
    assert len(desk.rows("post")) == 10


def test_a_run_that_never_ended_is_shown_as_killed(desk: Desk) -> None:
    stream, _ = snapshot(3)
    with desk.warehouse.begin() as connection:
        state.start_run(connection, kind="sync", source="forum", now=START, version="0")
    desk.sync(source("forum", stream))
    assert desk.rows("run", "id", "state") == [(1, "killed"), (2, "done")]


def test_what_is_yielded_in_great_number_without_a_checkpoint_is_kept_at_the_end(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A stream without checkpoints is one transaction, however many parcels it took."""
    monkeypatch.setattr(writer_module, "PARCEL_RECORDS", 100)

    def posts(ctx: Context[Any], since: str | None) -> Iterator[Item]:
        for number in range(1000):
            yield Post(key=number % 700, title=f"version {number}")
        assert desk.rows("post") == []

    run = desk.sync(source("forum", Stream(posts)))
    assert (run.state, run.total("seen"), run.total("new")) == ("done", 1000, 700)
    assert desk.rows("post", "title", key="5") == [("version 705",)]


def test_a_first_read_in_parts_is_followed_by_a_whole_one(desk: Desk) -> None:
    """Who left between the parts was seen by neither; the second run misses them."""
    asked: list[str | None] = []

    def members(ctx: Context[Any], since: str | None) -> Iterator[Item]:
        asked.append(since)
        first = len(asked) == 1
        if since is None:
            yield Space(key="cop")
            yield from people(20 if first else 19)
            yield Checkpoint("half")
        if first:
            raise SourceUnavailable("cut off")
        yield from people(20, first=20)
        yield Checkpoint("end")

    spec = source("forum", Stream(members, snapshot_of=(Membership,)))
    assert [desk.sync(spec).state for _ in range(4)] == ["failed", "done", "done", "done"]
    assert asked == [None, "half", None, "end"]
    assert desk.rows("membership", "account", status="left") == [("19",)]


def _full_file(**_: Any) -> IO[bytes]:
    return Path("/dev/full").open("w+b")


@pytest.mark.skipif(sys.platform != "linux", reason="/dev/full is Linux's")
def test_a_full_temporary_folder_is_told_to_the_operator_and_not_blamed_on_the_connector(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of our own files and of the connector's alike; what its checkpoint kept stays."""
    own: list[bool] = []

    def posts(ctx: Context[Any], since: str | None) -> Iterator[Item]:
        yield Post(key="kept")
        yield Checkpoint("1")
        if own:
            with tempfile.TemporaryFile() as file:
                file.write(bytes(100_000))
        for number in range(20):
            yield Post(key=number, body="x" * 2**20)

    monkeypatch.setattr(tempfile, "TemporaryFile", _full_file)
    monkeypatch.setattr(writer_module, "PARCEL_RECORDS", 4)
    for _ in range(2):
        run = desk.sync(source("forum", Stream(posts)))
        assert run.state == "failed"
        folder = tempfile.gettempdir()
        assert str(run.streams[0].error).startswith(f"the temporary folder {folder} is full; free")
        assert desk.rows("post", "key") == [("kept",)]
        own.append(True)
