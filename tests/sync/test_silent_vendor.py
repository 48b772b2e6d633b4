"""A vendor that does not answer costs a run one patience, and no stream but the first waits."""

from collections.abc import Iterator
from typing import Any

import pytest

from cophub import Checkpoint, Context, Item, Post, Stream
from cophub.http import Limits, Transport, check_status
from cophub.sync import SourceSpec
from tests.http.conftest import Vendor
from tests.sync.conftest import Desk, source

NAMES = ("audiences", "members", "campaigns")


@pytest.fixture
def vendor() -> Iterator[Vendor]:
    vendor = Vendor()
    yield vendor
    vendor.close()


@pytest.fixture
def desk(desk: Desk) -> Desk:
    """Every request is sent twice at most; waiting takes no time."""
    desk.options["transport"] = lambda spec: Transport(Limits(tries=2), sleep=lambda seconds: None)
    return desk


def forum(url: str) -> SourceSpec:
    """A source of three streams, each of which asks for the address of its name."""

    def asking(name: str) -> Stream:
        def extract(ctx: Context[Any], since: str | None) -> Iterator[Item]:
            answer = check_status(ctx.client(base_url=url).get(f"/{name}"))
            yield from (Post(key=f"{name}/{key}") for key in answer.json())
            yield Checkpoint("here")

        return Stream(extract, name=name)

    return source("forum", *map(asking, NAMES))


def answered(vendor: Vendor, *names: str) -> None:
    for name in names:
        vendor.answers(f"/{name}", {"body": [1]})


def test_the_streams_after_one_that_met_a_silent_vendor_are_not_tried(
    desk: Desk, vendor: Vendor
) -> None:
    """They are told as failed, in the run and in the database, and come with the next run."""
    vendor.answers("/audiences", {"sends": 0, "body": b"cut off", "resets": True})
    answered(vendor, "members", "campaigns")
    spec = forum(vendor.url)
    run = desk.sync(spec)
    assert run.state == "failed"
    assert [stream.requests for stream in run.streams] == [2, 0, 0]
    assert [stream.tried for stream in run.streams] == [True, False, False]
    line = "not tried: the vendor did not answer (see stream audiences)"
    assert "2 times in a row" in str(run.streams[0].error)
    assert [stream.error for stream in run.streams[1:]] == [line, line]
    told = desk.rows("stream_run", "stream", "state", "error", run=run.run)
    assert told[2] == ("members", "failed", line)
    assert not vendor.asked("/members")
    answered(vendor, "audiences")
    assert desk.sync(spec).state == "done"
    assert len(desk.rows("post", "key")) == 3


def test_a_gateway_without_words_is_a_silent_vendor(desk: Desk, vendor: Vendor) -> None:
    vendor.answers("/audiences", {"status": 503})
    run = desk.sync(forum(vendor.url))
    assert [stream.requests for stream in run.streams] == [2, 0, 0]


def test_a_whole_read_that_was_asked_for_and_not_tried_is_made_by_the_next_run(
    desk: Desk, vendor: Vendor
) -> None:
    answered(vendor, *NAMES)
    spec = forum(vendor.url)
    assert desk.sync(spec).state == "done"
    assert [stream.whole for stream in desk.sync(spec).streams] == [False] * 3
    vendor.answers("/audiences", {"status": 503})
    assert desk.sync(spec, full=True).state == "failed"
    answered(vendor, "audiences")
    assert [stream.whole for stream in desk.sync(spec).streams] == [True] * 3
    assert [stream.whole for stream in desk.sync(spec).streams] == [False] * 3


@pytest.mark.parametrize("dialect", ["sqlite"])
@pytest.mark.parametrize(
    "first",
    [
        {"status": 404},
        {"status": 503, "body": {"detail": "this part is being mended"}},
        {"body": b"[1, 2, 3]", "sends": 4},
    ],
    ids=["refused without a word", "unavailable with a word", "cut off after some bytes"],
)
def test_a_vendor_that_says_anything_is_asked_by_every_stream(
    desk: Desk, vendor: Vendor, first: dict[str, Any]
) -> None:
    vendor.answers("/audiences", first)
    answered(vendor, "members", "campaigns")
    run = desk.sync(forum(vendor.url))
    assert [stream.state for stream in run.streams] == ["failed", "done", "done"]


@pytest.mark.parametrize("dialect", ["sqlite"])
def test_a_vendor_that_served_one_stream_is_asked_by_every_other(
    desk: Desk, vendor: Vendor
) -> None:
    """Even where the first answer had no body, as one that says that nothing is new."""

    def nothing_new(ctx: Context[Any], since: str | None) -> Iterator[Item]:
        assert ctx.client(base_url=vendor.url).get("/news").status_code == 304
        yield from ()

    vendor.answers("/news", {"status": 304})
    vendor.answers("/audiences", {"status": 503})
    answered(vendor, "members", "campaigns")
    run = desk.sync(source("forum", Stream(nothing_new), *forum(vendor.url).connector.streams))
    assert [stream.state for stream in run.streams] == ["done", "failed", "done", "done"]


@pytest.mark.parametrize("dialect", ["sqlite"])
def test_a_refused_permission_stops_no_other_stream(desk: Desk, vendor: Vendor) -> None:
    """One stream may need what the account lacks, and another not."""
    vendor.answers("/audiences", {"status": 401, "body": {"detail": "not you"}})
    answered(vendor, "members", "campaigns")
    run = desk.sync(forum(vendor.url))
    assert [stream.state for stream in run.streams] == ["failed", "done", "done"]
