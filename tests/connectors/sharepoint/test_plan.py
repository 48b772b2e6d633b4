"""The estimate of a run, held against what the run then asks for, in each way."""

from collections.abc import Callable
from typing import Any

import pytest

from cophub import Checkpoint, Context
from cophub.connectors.sharepoint import STREAMS
from cophub.connectors.sharepoint.plan import Cost, estimate
from cophub.sandbox.microsoft import MicrosoftSandbox
from tests.connectors.sharepoint.table import Ask

MAPPED = {
    "Members": {"record": "membership", "columns": {"email": "E-mail", "name": "Title"}},
}
WITHIN = 0.2
Cursors = dict[str, str | None]


def run(ctx: Context[Any], cursors: Cursors) -> dict[str, int]:
    """One run of all streams, as the engine does it; requests by stream."""
    took = {}
    for stream in STREAMS:
        before = ctx.transport.traffic.requests
        for item in stream.extract(ctx, cursors.get(stream.name)):
            if isinstance(item, Checkpoint):
                cursors[stream.name] = item.cursor
        took[stream.name] = ctx.transport.traffic.requests - before
    return took


def compare(make: Callable[[], Context[Any]], cursors: Cursors) -> None:
    """What is estimated, and then asked for; each stream, and all of them."""
    told = {one.stream: one.requests for one in estimate(make(), dict(cursors))}
    took = run(make(), cursors)
    assert told.keys() == took.keys()
    for stream, requests in took.items():
        assert abs(told[stream] - requests) <= max(3, WITHIN * requests), (stream, told, took)
    assert abs(sum(told.values()) - sum(took.values())) <= WITHIN * sum(took.values())


@pytest.mark.parametrize(
    "settings",
    [{}, {"lists": MAPPED}, {"secret": True}, {"sites": (1,)}],
    ids=["certificate", "mapped", "secret", "one site"],
)
def test_first_and_later_runs_ask_for_what_was_estimated(
    box: MicrosoftSandbox, ask: Ask, settings: dict[str, Any]
) -> None:
    given = {"sites": (0, 1, 2), **settings}
    cursors: Cursors = {}
    compare(lambda: ask(box, **given), cursors)
    compare(lambda: ask(box, **given), cursors)
    box.advance(days=20)
    compare(lambda: ask(box, **given), cursors)


def test_a_log_that_no_longer_reaches_back_is_estimated_as_reading_anew(
    box: MicrosoftSandbox, ask: Ask
) -> None:
    cursors: Cursors = {}
    run(ask(box, sites=(0, 1)), cursors)
    box.expire_cursors()
    compare(lambda: ask(box, sites=(0, 1)), cursors)


def test_long_lists_count_their_pages(ask: Ask) -> None:
    with MicrosoftSandbox(
        seed=1, people=60, communities=1, years=0.3, messages=0, list_items=12_000
    ) as box:
        cursors: Cursors = {}
        compare(lambda: ask(box, lists=MAPPED), cursors)
        told = {one.stream: one for one in estimate(ask(box, lists=MAPPED), {})}
        assert (told["lists"].rows or 0) >= 12_000


def test_an_estimate_changes_nothing_for_the_run(box: MicrosoftSandbox, ask: Ask) -> None:
    cursors: Cursors = {}
    run(ask(box), cursors)
    before = dict(cursors)
    list(estimate(ask(box), cursors))
    assert cursors == before


def test_time_is_told_where_the_vendors_pace_counts() -> None:
    assert Cost(10).estimate("lists").seconds is None
    assert Cost(6_250).estimate("lists").seconds == 600
