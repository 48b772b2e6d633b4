"""What becomes of rejects: closed by a whole read that ended, and by nothing else."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest

from cophub import Account, Checkpoint, Context, Item, Post, Reject, SourceUnavailable, Stream
from tests.sync.conftest import Desk, source


class Vendor:
    """A vendor with some items that cannot be understood."""

    def __init__(self, *odd: int) -> None:
        self.odd, self.away = set(odd), False

    def posts(self, ctx: Context[Any], since: str | None) -> Iterator[Item]:
        for key in range(int(since or 0), 4):
            if key in self.odd:
                yield Reject(reason="odd", record="post", key=str(key), field="posted_at")
            else:
                yield Post(key=key, posted_at="2026-03-01T00:00:00Z")
        if self.away:
            raise SourceUnavailable("away")
        yield Checkpoint("3")


def still_open(desk: Desk) -> list[Any]:
    return [key for key, resolved in desk.rows("reject", "key", "resolved_at") if not resolved]


def test_a_whole_read_closes_what_it_understands_and_what_it_rejects_again(desk: Desk) -> None:
    vendor = Vendor(0, 1, 2)
    spec = source("forum", Stream(vendor.posts))
    desk.sync(spec)
    assert still_open(desk) == ["0", "1", "2"]
    vendor.odd = {2}
    desk.sync(spec)
    assert still_open(desk) == ["0", "1", "2"], "what lies behind the cursor was not asked for"
    desk.sync(spec, full=True)
    assert still_open(desk) == ["2"]
    assert len(desk.rows("reject")) == 4


def test_a_whole_read_that_broke_off_closes_nothing(desk: Desk) -> None:
    vendor = Vendor(0)
    spec = source("forum", Stream(vendor.posts))
    desk.sync(spec)
    vendor.odd, vendor.away = set(), True
    assert desk.sync(spec, full=True).state == "failed"
    assert still_open(desk) == ["0"]


def test_what_a_part_of_a_first_read_rejected_is_asked_for_again(desk: Desk) -> None:
    """It lies behind the cursor at which the next run goes on, and the stream has no snapshot."""
    asked: list[str | None] = []
    away = [True]

    def posts(ctx: Context[Any], since: str | None) -> Iterator[Item]:
        asked.append(since)
        if since is None:
            odd = Reject(reason="odd", record="post", key="0")
            yield odd if away[0] else Post(key=0)
            yield Checkpoint("1")
        if away[0]:
            raise SourceUnavailable("away")
        yield Checkpoint("2")

    spec = source("forum", Stream(posts, whole_every=timedelta(days=7)))
    assert desk.sync(spec).state == "failed"
    away[0] = False
    desk.sync(spec)
    assert still_open(desk) == ["0"]
    desk.sync(spec)
    assert asked == [None, "1", None]
    assert still_open(desk) == []
    desk.clock += timedelta(days=8)
    desk.sync(spec)
    assert asked[3:] == [None], "it is read whole when that is due, as after any other first read"


def test_a_backfill_closes_nothing(desk: Desk) -> None:
    from tests.sync.test_backfill import MARCH

    vendor = Vendor(0)
    spec = source("forum", Stream(vendor.posts))
    desk.sync(spec)
    vendor.odd = set()
    desk.sync(spec, backfill=MARCH)
    assert still_open(desk) == ["0"]


@pytest.mark.parametrize(("anew", "left"), [(False, ["bad"]), (True, [])])
def test_what_hides_in_an_item_that_is_stored_is_closed_when_all_is_made_anew(
    desk: Desk, anew: bool, left: list[str]
) -> None:
    """The account of the item is stored, so that the item is left out and its post with it."""
    instant = ["no instant"]

    def people(ctx: Context[Any], since: str | None) -> Iterator[Item]:
        for _, digest in ctx.fresh([b"item"], Account):
            yield Account(key="aba", digest=digest)
            yield Post(key="bad", posted_at=instant[0])

    spec = source("forum", Stream(people))
    desk.sync(spec)
    assert still_open(desk) == ["bad"]
    instant[0] = "2026-03-01T00:00:00Z"  # as a newer program reads it
    desk.sync(spec, full=True, anew=anew)
    assert still_open(desk) == left
    assert len(desk.rows("post")) == 1 - len(left)
