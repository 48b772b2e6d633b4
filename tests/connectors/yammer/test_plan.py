"""What a run is said to cost, against what it costs under the vendor's limits."""

import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from cophub import Context, Estimate
from cophub.connectors.yammer.client import LIMITS
from cophub.connectors.yammer.groups import groups
from cophub.connectors.yammer.messages import messages
from cophub.connectors.yammer.plan import estimate
from cophub.http import Transport
from cophub.sandbox.microsoft import MicrosoftSandbox

Ask = Callable[..., Context[Any]]
Extract = Callable[..., Any]
SPEED = 60.0
"""How much faster the clocks of both sides run."""


@pytest.fixture(scope="module")
def busy() -> Iterator[MicrosoftSandbox]:
    """A network with 900 messages whose limits hold."""
    with MicrosoftSandbox(
        seed=3, people=200, communities=5, years=1, messages=900, limits=True, speed=SPEED
    ) as sandbox:
        yield sandbox


@pytest.fixture
def paced(ask: Ask) -> Iterator[Callable[..., Context[Any]]]:
    """`paced(box)`: a context at the vendor's pace, by a fast clock."""
    opened: list[Transport] = []

    def make(box: MicrosoftSandbox, **settings: Any) -> Context[Any]:
        ctx = ask(box, **settings)
        ctx.transport = Transport(
            LIMITS,
            sleep=lambda seconds: time.sleep(seconds / SPEED),
            clock=lambda: time.monotonic() * SPEED,
        )
        opened.append(ctx.transport)
        return ctx

    yield make
    for transport in opened:
        transport.close()


def told(ctx: Context[Any], cursors: dict[str, str | None]) -> dict[str, Estimate]:
    return {one.stream: one for one in estimate(ctx, cursors)}


def test_plan_predicts_requests_and_time_of_first_and_later_runs(
    busy: MicrosoftSandbox, paced: Callable[..., Context[Any]], extract: Extract
):
    """Within a fifth, by the vendor's real limits."""
    cursor: str | None = None
    for days in (0, 1, 3, 10):
        busy.advance(days=days)
        time.sleep(31 / SPEED)
        said = told(paced(busy), {"messages": cursor})
        time.sleep(31 / SPEED)  # the vendor's windows are empty again
        ctx = paced(busy)
        extract(groups, ctx)
        assert said["groups"].requests == ctx.transport.traffic.requests
        before, began = ctx.transport.traffic.requests, time.monotonic()
        run = extract(messages, ctx, cursor)
        took = (time.monotonic() - began) * SPEED
        # A clock that runs so fast makes a moment's delay of the machine a second of the vendor's.
        again = ctx.transport.traffic.retries
        spent, took = ctx.transport.traffic.requests - before - again, took - again * 30
        cursor = run.cursor
        plan = said["messages"]
        assert plan.requests == pytest.approx(spent, rel=0.2, abs=3), days
        assert plan.seconds == pytest.approx(took, rel=0.2, abs=31), days


def test_a_run_that_has_nothing_to_do_is_said_to_cost_the_groups_alone(
    still: MicrosoftSandbox, ask: Ask, extract: Extract
):
    cursor = extract(messages, ask(still)).cursor
    said = told(ask(still), {"messages": cursor, "members": "x"})
    assert (said["messages"].requests, said["messages"].seconds) == (0, 0)


def test_what_a_run_that_was_cut_off_still_costs_is_less(
    still: MicrosoftSandbox, ask: Ask, extract: Extract
):
    run = extract(messages, ask(still))
    half = run.cursors[len(run.cursors) // 2]
    costs = [told(ask(still), {"messages": one})["messages"].requests for one in (None, half)]
    assert costs[1] < costs[0]


def test_every_stream_of_every_way_is_told(still: MicrosoftSandbox, ask: Ask):
    said = told(ask(still, ways=["rest", "graph", "export"]), {})
    assert set(said) == {"groups", "members", "messages", "history", "usage"}
    assert all(one.seconds is not None for one in said.values())


def test_files_cost_no_request(still: MicrosoftSandbox, ask: Ask, tmp_path: Any):
    said = told(ask(still, ways=["export"], export_path=tmp_path), {})
    assert [(one.stream, one.requests) for one in said.values()] == [("history", 0)]
