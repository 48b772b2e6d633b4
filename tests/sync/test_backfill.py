"""Backfills: days that are read again or at last, beside the live sync."""

import os
import signal
from collections.abc import Iterator
from datetime import date, timedelta, timezone
from typing import Any

import pytest

from cophub import (
    Account,
    Attendance,
    Checkpoint,
    Context,
    CursorExpired,
    Event,
    Gone,
    Item,
    Membership,
    Metric,
    Post,
    Reaction,
    SourceUnavailable,
    Space,
    Stream,
)
from cophub.connectors import mailchimp
from cophub.http import MemoryTokens, Transport
from cophub.sandbox import MailchimpSandbox
from cophub.sync import Days, SourceSpec, SyncEngine, Wish, writer
from cophub.warehouse import Warehouse
from cophub.warehouse import tables as t
from tests.sync.conftest import START, Desk, source
from tests.sync.rows import everything
from tests.sync.tools import TOOLS

MARCH = Days(date(2025, 3, 1), date(2025, 3, 31))


def test_of_a_whole_read_the_days_are_kept_and_what_they_need(desk: Desk) -> None:
    def everything_ever(ctx: Context[Any], since: str | None) -> Iterator[Item]:
        assert since is None
        yield Space(key="cop")
        yield Account(key="aba")
        yield Membership(space="cop", account="aba", joined_at="2020-01-01T00:00:00Z")
        yield Membership(space="cop", account="li", joined_at="2025-03-02T00:00:00Z")
        yield Post(key="before", posted_at="2025-02-28T23:59:59Z")
        yield Post(key="first", posted_at="2025-03-01T00:00:00Z")
        yield Post(key="last", posted_at="2025-04-01T00:30:00+01:00")
        yield Post(key="after", posted_at="2025-04-01T00:00:00Z")
        yield Post(key="undated")
        yield Reaction(post="first", account="aba", kind="like")
        yield Reaction(post="after", account="aba", kind="like")
        yield Event(key="overnight", starts_at="2025-02-28T23:00:00Z")
        yield Event(key="other", starts_at="2025-02-27T23:00:00Z")
        yield Attendance(event="overnight", account="aba", joined_at="2025-03-01T00:10:00Z")
        yield Attendance(event="other", account="aba", joined_at="2025-02-27T23:10:00Z")
        yield Metric(space="cop", name="n", period_start="2025-01-01", period_end="2025-03-31")
        yield Metric(space="cop", name="n", period_start="2025-04-01", period_end="2025-06-30")
        yield Gone(record=Post, where={"key": "first"})
        yield Checkpoint("the end")

    result = desk.sync(source("forum", Stream(everything_ever)), backfill=MARCH)
    assert (result.state, result.streams[0].whole) == ("done", False)
    assert desk.rows("post", "key", "gone_at") == [("first", None), ("last", None)]
    assert desk.rows("reaction", "post") == [("first",)]
    assert desk.rows("event", "key") == [("overnight",)]
    assert desk.rows("attendance", "event") == [("overnight",)]
    assert desk.rows("membership", "account") == [("li",)]
    assert desk.rows("metric", "period_end") == [(date(2025, 3, 31),)]
    assert desk.rows("account", "key") == [("aba",)]
    assert desk.rows("cursor") == []


def test_days_are_those_of_the_zone() -> None:
    east = Days(date(2025, 3, 1), date(2025, 3, 1), timezone(timedelta(hours=9)))
    assert east.has("2025-02-28T15:00:00Z")
    assert not east.has("2025-03-01T15:00:00Z")


def test_a_live_sync_is_as_if_no_backfill_had_been(desk: Desk) -> None:
    """Neither its cursor moves nor is anybody absent; what stands aside is still fresh to it."""
    asked: list[str | None] = []

    def posts(ctx: Context[Any], since: str | None) -> Iterator[Item]:
        asked.append(since)
        for item, digest in ctx.fresh([b"an item"], Account):
            del item
            yield Account(key="aba", digest=digest)
            yield Membership(space="cop", account="aba", joined_at="2020-01-01T00:00:00Z")
        yield Checkpoint(f"cursor {len(asked)}")

    spec = source("forum", Stream(posts, snapshot_of=(Membership,)))
    desk.sync(spec, backfill=MARCH)
    assert desk.rows("membership") == []
    desk.sync(spec)
    assert len(desk.rows("membership")) == 1
    desk.sync(spec, backfill=MARCH)
    desk.sync(spec)
    assert asked == [None, None, None, "cursor 2"]
    assert desk.rows("cursor", "value", lane="live") == [("cursor 4",)]
    assert desk.rows("membership", "gone_at") == [(None,)]


def test_a_cursor_that_expired_lets_the_days_be_read_from_nothing(desk: Desk) -> None:
    asked: list[str | None] = []

    def posts(ctx: Context[Any], since: str | None) -> Iterator[Item]:
        asked.append(since)
        if since:
            raise CursorExpired("too old")
        yield Post(key=len(asked), posted_at="2025-03-05T00:00:00Z")
        yield Checkpoint("half")
        if len(asked) == 1:
            raise SourceUnavailable("away")

    spec = source("forum", Stream(posts))
    assert desk.sync(spec, backfill=MARCH).state == "failed"
    result = desk.sync(spec, backfill=MARCH)
    assert (result.state, result.streams[0].whole, asked) == ("done", False, [None, "half", None])


def test_killed_it_goes_on_where_it_was(
    desk: Desk, warehouse_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A stream that ended is not read again, and one that was cut off from its checkpoint on."""
    monkeypatch.setattr(writer, "PARCEL_RECORDS", 1)
    asked: list[tuple[str, str | None]] = []
    deadly = [True]

    def news(ctx: Context[Any], since: str | None) -> Iterator[Item]:
        asked.append(("news", since))
        yield Post(key="news", posted_at="2025-03-05T00:00:00Z")

    def posts(ctx: Context[Any], since: str | None) -> Iterator[Item]:
        asked.append(("posts", since))
        for page in range(int(since or 0), 20):
            if page == 12 and deadly[0]:
                os.kill(os.getpid(), signal.SIGKILL)
            yield Post(key=page, posted_at=f"2025-03-{page + 1:02}T00:00:00Z")
            yield Checkpoint(str(page + 1))

    spec = source("forum", Stream(news), Stream(posts))
    if not (child := os.fork()):
        engine = SyncEngine(Warehouse.open(warehouse_url), now=lambda: START)
        engine.sync_one(spec, Wish(backfill=MARCH))
        os._exit(0)
    assert os.WTERMSIG(os.waitpid(child, 0)[1]) == signal.SIGKILL
    assert asked == []
    deadly[0] = False
    assert desk.rows("run", "kind", "state") == [("backfill", "running")]
    desk.sync(spec, streams=("nothing of it",))
    assert desk.rows("run", "kind", "state")[0] == ("backfill", "killed")
    assert desk.sync(spec, backfill=MARCH).state == "done"
    [(stream, since)] = asked
    assert stream == "posts"
    assert 9 <= int(since or 0) <= 12
    assert len(desk.rows("post")) == 21
    assert desk.rows("run", "kind", "state")[0] == ("backfill", "done")
    assert desk.rows("cursor") == []
    desk.sync(spec, backfill=MARCH)
    assert [stream for stream, _ in asked[1:]] == ["news", "posts"]  # asked for again: read again


ACTS = {"post": "posted_at", "event": "starts_at"}


@pytest.mark.parametrize("name", ["dgroups", "gotomeeting", "adobeconnect"])
def test_the_days_of_a_vendor_are_those_of_a_whole_sync(
    name: str, new_warehouse_url: Any, dialect: str
) -> None:
    tool = TOOLS[name]
    with tool.made() as box:
        settings = tool.settings(box)
        whole, some = (Warehouse.open(new_warehouse_url()) for _ in range(2))
        now = box.now
        days = Days((now - timedelta(days=75)).date(), (now - timedelta(days=15)).date())
        for warehouse, wish in ((whole, Wish()), (some, Wish(backfill=days))):
            engine = SyncEngine(
                warehouse, now=lambda: now, tokens=_Kept(MemoryTokens()),
                transport=lambda _: Transport(tool.limits(), sleep=lambda seconds: None),
            )  # fmt: skip
            result = engine.sync_one(tool.spec(name, settings), wish)
            assert result and result.state == "done", result
            settings = tool.settings(box) if name == "gotomeeting" else settings
        true, found = everything(whole), everything(some)
        whole.dispose()
        some.dispose()
    told = 0
    for table, column in ACTS.items():
        wanted = {row["key"] for row in true[table] if days.has(row[column])}
        assert {row["key"] for row in found[table]} == wanted
        told += len(wanted)
    assert told > 5
    assert len(found["attendance"]) <= len(true["attendance"])


def test_the_campaigns_of_some_days_are_asked_for_alone(desk: Desk) -> None:
    """Far fewer requests than for all of them, and the same rows."""
    with MailchimpSandbox(years=1, people=60, audiences=2) as box:
        (connector,) = mailchimp.cophub_connectors()
        settings = {"api_key": box.api_key, "base_url": box.base_url, "member_activity": True}
        spec = SourceSpec("news", connector, connector.settings(**settings))
        desk.clock = box.now
        desk.options = {"transport": lambda _: Transport(connector.limits, sleep=lambda s: None)}
        names = ("campaigns", "reports", "activity")
        whole = desk.sync(spec, streams=names)
        before = everything(desk.warehouse)
        sent = sorted(row["sent_at"] for row in before["campaign"])
        days = Days(sent[3].date(), sent[4].date())
        with desk.warehouse.begin() as connection:
            connection.execute(t.campaign.delete())
            connection.execute(t.delivery.delete())
        some = desk.sync(spec, streams=names, backfill=days)
    assert (whole.state, some.state) == ("done", "done")
    found = everything(desk.warehouse)
    assert some.total("requests") < whole.total("requests") / 2
    inside = {row["key"] for row in before["campaign"] if days.has(row["sent_at"])}
    assert 2 <= len(inside) < len(before["campaign"])
    assert inside <= {row["key"] for row in found["campaign"]}
    kept = {row["campaign"] for row in found["delivery"]}
    assert inside <= kept <= {row["key"] for row in found["campaign"]}
    assert told(found["delivery"], inside) == told(before["delivery"], inside)


def told(rows: list[dict[str, Any]], campaigns: set[str]) -> list[dict[str, Any]]:
    """What a vendor said of these campaigns, without when we first heard."""
    ours = ("first_seen_at", "changed_at")
    wanted = [row for row in rows if row["campaign"] in campaigns]
    return [{key: row[key] for key in row if key not in ours} for row in wanted]


class _Kept:
    def __init__(self, tokens: MemoryTokens) -> None:
        self._tokens = tokens

    def __call__(self, source: str) -> MemoryTokens:
        return self._tokens
