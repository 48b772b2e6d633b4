"""The vendor's pace is kept."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from cophub import Context, Event
from cophub.connectors import gotomeeting
from cophub.connectors.gotomeeting.meetings import meetings
from cophub.connectors.gotomeeting.windows import stamp
from cophub.sandbox.goto import GotoSandbox


def test_each_api_counts_by_itself():
    assert {prefix for prefix, rate in gotomeeting.LIMITS.lanes} == {"/G2M", "/G2W"}
    windows = [gotomeeting.LIMITS.rate, *(rate for _, rate in gotomeeting.LIMITS.lanes)]
    assert all(calls / seconds <= 10 for rate in windows for calls, seconds in rate)
    assert all(windows)


def test_instants_are_asked_for_in_utc_with_a_z():
    at = datetime(2015, 7, 1, 22, 0, tzinfo=UTC)
    assert stamp(at) == "2015-07-01T22:00:00Z"


def test_ten_requests_a_second_are_not_passed(context: Callable[..., Context[Any]], extract):
    """Eight threads ask at once, and the vendor never says 429."""
    with GotoSandbox(seed=1, people=120, communities=4, years=1, limits=True) as box:
        settings = gotomeeting.Settings(
            client_id=box.client_id,
            client_secret=box.client_secret,
            refresh_token=box.refresh_token(),
            base_url=box.base_url,
            since="2026-04-01",
        )
        ctx = context(settings, now=box.now, limits=gotomeeting.LIMITS)
        assert extract(meetings, ctx).of(Event)
        assert ctx.transport.traffic.requests > 12
        assert not box.limiter.refused
