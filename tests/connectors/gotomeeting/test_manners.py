"""The vendor's pace is kept."""

from collections.abc import Callable
from typing import Any

from cophub import Context, Event
from cophub.connectors import gotomeeting
from cophub.connectors.gotomeeting.meetings import meetings
from cophub.sandbox.goto import GotoSandbox


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
