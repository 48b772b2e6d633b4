"""What a stream says is gone: one row, the rest of a thread or list; in order, and guarded."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from cophub import (
    Checkpoint,
    Context,
    Document,
    Gone,
    Item,
    Membership,
    Metric,
    Post,
    SourceUnavailable,
    Stream,
)
from cophub.sync import writer as writer_module
from tests.sync.conftest import Desk, source


def scripted(*runs: list[Item | Exception]) -> Stream:
    """A stream that yields the next of these scripts each time it is read."""
    left = list(runs)

    def things(ctx: Context[Any], since: str | None) -> Iterator[Item]:
        for item in left.pop(0):
            if isinstance(item, Exception):
                raise item
            yield item

    return Stream(things)


def thread(key: str, *posts: str) -> list[Item]:
    return [Post(key=post, thread=key, space="cop") for post in posts]


WRITTEN = ("key", "deleted_at", "gone_at", "changed_at", "run")


def there(desk: Desk, table: str = "post") -> list[str]:
    return [key for key, gone in desk.rows(table, "key", "gone_at") if gone is None]


def test_a_row_that_is_named_is_gone_and_the_others_stay(desk: Desk) -> None:
    stream = scripted(
        [*thread("1", "1", "2"), Checkpoint("a")],
        [Gone(record=Post, where={"key": "2"}), Checkpoint("b")],
        [Gone(record=Post, where={"key": "2"}), Checkpoint("c")],
    )
    desk.sync(source("forum", stream))
    second = desk.sync(source("forum", stream))
    assert (second.streams[0].gone, there(desk)) == (1, ["1"])
    assert desk.sync(source("forum", stream)).streams[0].gone == 0


def test_of_a_thread_only_what_is_named_stays(desk: Desk) -> None:
    stream = scripted(
        [*thread("1", "1", "2", "3"), *thread("7", "7", "8"), Checkpoint("a")],
        [Gone(record=Post, where={"thread": "1"}, but=("1", 3)), Checkpoint("b")],
    )
    desk.sync(source("forum", stream))
    desk.sync(source("forum", stream))
    assert there(desk) == ["1", "3", "7", "8"]


def test_of_figures_those_of_the_days_that_are_named_stay(desk: Desk) -> None:
    """By the day as the vendor writes it, and as a date."""
    day = date(2026, 5, 1)
    visits = [
        Metric(space="cop", name=name, period_start=on, period_end=on, value=7)
        for name in ("visits", "likes")
        for on in (day, day + timedelta(days=1), day + timedelta(days=2))
    ]
    kept = (("cop", "", "visits", "2026-05-01", "2026-05-01"),)
    stream = scripted(
        [*visits, Checkpoint("a")],
        [Gone(record=Metric, where={"name": "visits"}, but=kept), Checkpoint("b")],
        [Gone(record=Metric, where={"name": "likes", "period_start": day}), Checkpoint("c")],
    )
    for _ in range(3):
        desk.sync(source("forum", stream))
    left = [
        (name, on.day)
        for name, on, gone in desk.rows("metric", "name", "period_start", "gone_at")
        if gone is None
    ]
    assert sorted(left) == [("likes", 2), ("likes", 3), ("visits", 1)]


DELETED = Post(key="2", thread="1", space="cop", deleted_at=datetime(2026, 1, 5, tzinfo=UTC))


@pytest.mark.parametrize("where", [{"thread": "1"}, {"key": "2"}])
def test_what_is_deleted_already_does_not_go_once_more(desk: Desk, where: dict[str, str]) -> None:
    """Its deletion was told, with a date: whoever does not find it later on tells nothing new."""
    stream = scripted(
        [*thread("1", "1"), DELETED, Checkpoint("a")],
        [Gone(record=Post, where=where, but=("1",)), Checkpoint("b")],
    )
    desk.sync(source("forum", stream))
    before = desk.rows("post", *WRITTEN)
    assert desk.sync(source("forum", stream)).streams[0].gone == 0
    assert desk.rows("post", *WRITTEN) == before


def test_what_is_deleted_already_does_not_leave_a_whole_read(desk: Desk) -> None:
    """Nor does the guard count it among those that are missing."""
    one, *others = (Post(key=f"{n}", deleted_at=DELETED.deleted_at) for n in range(20))
    stream = replace(
        scripted([Post(key="there"), one, *others], [Post(key="there"), one]), snapshot_of=(Post,)
    )
    desk.sync(source("forum", stream))
    before = desk.rows("post", *WRITTEN)
    second = desk.sync(source("forum", stream))
    assert (second.state, second.streams[0].gone) == ("done", 0)
    assert desk.rows("post", *WRITTEN) == before


def test_a_date_of_deletion_says_the_same_before_and_after_a_row_is_missed(desk: Desk) -> None:
    """In whichever order a stream tells of it, the row ends alike."""
    gone = Gone(record=Post, where={"thread": "1"}, but=("1",))
    there_still = thread("1", "1", "2")
    for name, *second in (("dated", DELETED, gone), ("missed", gone, DELETED)):
        stream = scripted([*there_still, Checkpoint("a")], [*second, Checkpoint("b")])
        desk.sync(source(name, stream))
        desk.sync(source(name, stream))
    found = desk.rows("post", "source", "key", "deleted_at", "gone_at")
    ends = {name: [row[1:] for row in found if row[0] == name] for name in ("dated", "missed")}
    assert ends["dated"] == ends["missed"]
    assert [row[3] for row in found] == [None] * 4


def test_a_prefix_keeps_to_one_list_in_its_own_spelling(desk: Desk) -> None:
    stream = scripted(
        [Document(key=key) for key in ("l1:1", "l1:2", "L1:1", "l1_1", "l2:1")] + [Checkpoint("a")],
        [Gone(record=Document, prefix="l1:", but=("l1:2",)), Checkpoint("b")],
    )
    desk.sync(source("forum", stream))
    desk.sync(source("forum", stream))
    assert there(desk, "document") == ["L1:1", "l1:2", "l1_1", "l2:1"]


def test_a_row_is_named_by_a_text_in_its_extra(desk: Desk) -> None:
    """As by the row of a list that a membership was made of."""
    rows = [Membership(space="cop", account=f"a{n}", extra={"row": f"l:{n}"}) for n in (1, 2, 3)]
    ending = [
        Gone(record=Membership, where={"space": "cop", "extra.row": "l:2"}, told=True),
        Gone(record=Membership, where={"extra.row": "l:3"}, but=(("cop", "a3"),), told=True),
    ]
    stream = scripted([*rows, Checkpoint("a")], [*ending, Checkpoint("b")])
    desk.sync(source("forum", stream))
    assert desk.sync(source("forum", stream)).streams[0].gone == 1
    found = desk.rows("membership", "account", "status")
    assert {account for account, status in found if status == "left"} == {"a2"}


def test_another_source_keeps_its_rows(desk: Desk) -> None:
    desk.sync(source("other", scripted([*thread("1", "1", "2"), Checkpoint("a")])))
    gone = Gone(record=Post, where={"thread": "1"})
    desk.sync(source("forum", scripted([gone, Checkpoint("a")])))
    assert there(desk) == ["1", "2"]


@pytest.mark.parametrize("parcel", [1, 2, 3, 4_000])
def test_what_comes_after_it_was_gone_is_there(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, parcel: int
) -> None:
    monkeypatch.setattr(writer_module, "PARCEL_RECORDS", parcel)
    thread_read = Gone(record=Post, where={"thread": "1"}, but=("1",))
    stream = scripted(
        [*thread("1", "1", "2"), Checkpoint("a")],
        # The thread was read, then a feed that had one more answer: 3 is new, and 2 is back.
        [*thread("1", "1"), thread_read, Checkpoint("b"), *thread("1", "3", "2"), Checkpoint("c")],
        [*thread("1", "4"), thread_read, Checkpoint("d")],
    )
    desk.sync(source("forum", stream))
    desk.sync(source("forum", stream))
    assert there(desk) == ["1", "2", "3"]
    desk.sync(source("forum", stream))
    assert there(desk) == ["1"]


def test_a_membership_that_is_gone_ends_its_period(desk: Desk) -> None:
    joined = [Membership(space="cop", account=n, role="member", status="active") for n in "abc"]
    stream = scripted(
        [*joined, Checkpoint("a")],
        [Gone(record=Membership, where={"space": "cop"}, but=(("cop", "a"), ("cop", "c")))],
        [joined[1], Checkpoint("b")],
    )
    spec = source("forum", stream)
    for expected in (["active"] * 3, ["active", "left", "active"], ["active"] * 3):
        desk.sync(spec)
        statuses = desk.rows("membership", "account", "status")
        assert [status for _, status in statuses] == expected
    periods = desk.rows("membership_period", "account", "valid_to", account="b")
    assert [ended is None for _, ended in periods].count(True) == 1
    assert len(periods) == 2


def test_too_many_absences_at_once_are_held_and_accepted_by_a_person(desk: Desk) -> None:
    joined = [Membership(space="cop", account=n, role="member") for n in range(40)]
    gone = Gone(record=Membership, where={"space": "cop"}, but=tuple(("cop", n) for n in range(29)))
    stream = scripted([*joined, Checkpoint("a")], *[[gone, Checkpoint("b")]] * 2)
    desk.sync(source("forum", stream))
    held = desk.sync(source("forum", stream))
    assert held.state == "held"
    assert '11 of 40 in "cop"' in str(held.streams[0].held_for)
    assert desk.rows("membership", "account", status="left") == []
    assert desk.rows("cursor", "value", lane="live") == [("a",)]
    desk.sync(source("forum", stream), accept_departures=True)
    assert len(desk.rows("membership", "account", status="left")) == 11


def test_absences_add_up_over_the_checkpoints_of_a_run(desk: Desk) -> None:
    items: list[Item] = []
    for number in range(40):
        items += [Gone(record=Post, where={"thread": str(number)}), Checkpoint(str(number))]
    stream = scripted([*(Post(key=n, thread=n) for n in range(40)), Checkpoint("a")], items)
    desk.sync(source("forum", stream))
    assert desk.sync(source("forum", stream)).state == "held"


def test_rows_that_the_vendor_names_one_by_one_are_not_held(desk: Desk) -> None:
    deleted = [Gone(record=Post, where={"key": n}) for n in range(30)]
    stream = scripted(
        [*(Post(key=n) for n in range(40)), Checkpoint("a")], [*deleted, Checkpoint("b")]
    )
    desk.sync(source("forum", stream))
    assert desk.sync(source("forum", stream)).state == "done"
    assert len(there(desk)) == 10


def test_what_the_vendor_told_is_not_held(desk: Desk) -> None:
    series = Gone(record=Post, prefix="1", but=("100",), told=True)
    stream = scripted(
        [*(Post(key=n) for n in range(100, 140)), Checkpoint("a")], [series, Checkpoint("b")]
    )
    desk.sync(source("forum", stream))
    assert desk.sync(source("forum", stream)).state == "done"
    assert there(desk) == ["100"]


def test_a_failure_keeps_what_was_gone_at_the_last_checkpoint(desk: Desk) -> None:
    away = SourceUnavailable("the vendor is away")
    gone = Gone(record=Post, where={"key": "2"})
    stream = scripted(
        [*thread("1", "1", "2"), Checkpoint("a")], [gone, Checkpoint("b"), *thread("1", "3"), away]
    )
    desk.sync(source("forum", stream))
    assert desk.sync(source("forum", stream)).state == "failed"
    assert there(desk) == ["1"]
    assert desk.rows("cursor", "value", lane="live") == [("b",)]


def test_a_column_that_is_not_there_is_the_plugins_fault(desk: Desk) -> None:
    stream = scripted([Gone(record=Post, where={"topic": "1"}), Checkpoint("a")])
    result = desk.sync(source("forum", stream))
    assert "Gone names 'topic', which no post has" in str(result.streams[0].error)
