"""A stop reaches a run that waits for its vendor; what was kept stays, and the next run goes on."""

import threading
import time
from collections.abc import Iterator
from typing import Any

import pytest

from cophub import Checkpoint, Context, Item, Post, Stream
from cophub.http import Limits, Transport, check_status
from cophub.sync import SourceSpec, stopping
from tests.http.conftest import Vendor
from tests.sync.conftest import Desk, source


@pytest.fixture
def vendor() -> Iterator[Vendor]:
    vendor = Vendor()
    yield vendor
    vendor.close()


@pytest.fixture
def stop(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> threading.Event:
    """What ends the runs of the desk, within a tenth of a second if they wait for a vendor."""
    monkeypatch.setattr(stopping, "PATIENCE", 0.1)
    monkeypatch.setattr(stopping, "_LOOK", 0.02)
    desk.options["stop"] = event = threading.Event()
    desk.options["transport"] = lambda spec: Transport(Limits(tries=3, read_timeout=60))
    return event


def forum(url: str, stop: threading.Event) -> SourceSpec:
    """A source that keeps a post, is asked to stop, and asks for another."""

    def posts(ctx: Context[Any], since: str | None) -> Iterator[Item]:
        client = ctx.client(base_url=url)
        if since is None:
            yield Post(key="1")
            yield Checkpoint("1")
            stop.set()
        for key in check_status(client.get("/posts")).json():
            yield Post(key=key)
        yield Checkpoint("2")

    return source("forum", Stream(posts))


@pytest.mark.parametrize(
    "answer",
    [
        {"delay": 30, "body": [2]},
        {"status": 429, "headers": {"Retry-After": "300"}},
        {"status": 503, "headers": {"Retry-After": "40"}},
    ],
    ids=["silent", "asks to wait", "is down"],
)
def test_a_run_that_waits_for_its_vendor_ends_soon_after_a_stop(
    desk: Desk, vendor: Vendor, stop: threading.Event, answer: dict[str, Any]
) -> None:
    vendor.answers("/posts", answer, {"body": [2]})
    spec = forum(vendor.url, stop)
    began = time.monotonic()
    run = desk.sync(spec)
    assert time.monotonic() - began < 5
    assert run.state == "stopped"
    assert [(stream.state, stream.error) for stream in run.streams] == [("stopped", None)]
    assert desk.rows("post", "key") == [("1",)]
    stop.clear()
    assert desk.sync(spec).state == "done"
    assert desk.rows("post", "key") == [("1",), ("2",)]


def test_a_run_that_comes_to_a_checkpoint_in_time_is_not_hung_up_on(
    desk: Desk, vendor: Vendor, stop: threading.Event, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stopping, "PATIENCE", 20)
    vendor.answers("/posts", {"delay": 0.2, "body": [2]})
    assert desk.sync(forum(vendor.url, stop)).state in ("done", "stopped")
    assert desk.rows("post", "key") == [("1",), ("2",)]
