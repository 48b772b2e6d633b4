"""The vendor's pace, where it is asked to be kept."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import httpx
import pytest

from cophub.sandbox import GroupsioSandbox
from cophub.sandbox.groupsio.limits import BLOCKED, MOST, SECONDS, Limiter


@pytest.fixture
def strict() -> Iterator[GroupsioSandbox]:
    """A sandbox that keeps the limits and is slow to answer."""
    with GroupsioSandbox(
        people=40, communities=1, years=0.3, limits=True, speed=100, latency=0.2
    ) as own:
        yield own


def _ask(sandbox: GroupsioSandbox) -> httpx.Response:
    url = f"{sandbox.base_url}/api/v1/getuser"
    return httpx.get(url, headers={"Authorization": f"Bearer {sandbox.api_key}"}, timeout=10)


def test_two_requests_at_a_time_are_too_many(strict: GroupsioSandbox) -> None:
    """429 without a word on how long to wait; one after the other is fine."""
    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(lambda _: _ask(strict), range(4)))
    codes = sorted(answer.status_code for answer in answers)
    assert codes[0] == 200
    assert codes[-1] == 429
    refused = next(answer for answer in answers if answer.status_code == 429)
    assert not [name for name in refused.headers if "retry" in name or "limit" in name]
    assert strict.limits.refused == codes.count(429)
    assert _ask(strict).status_code == 200


def test_without_limits_many_may_ask_at_once() -> None:
    """The usual case in tests."""
    small = GroupsioSandbox(people=20, communities=1, years=0.1, latency=0.05)
    with small as sandbox, ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(lambda _: _ask(sandbox), range(8)))
    assert {answer.status_code for answer in answers} == {200}


def test_too_fast_a_pace_is_refused_until_five_minutes_have_passed(
    strict: GroupsioSandbox,
) -> None:
    """By a clock that runs as much faster as was asked; asking on does not lengthen it."""
    clock = [0.0]
    strict.limits.clock = lambda: clock[0]  # type: ignore[method-assign]
    strict.latency = 0
    for _ in range(MOST):
        assert _ask(strict).status_code == 200
    refused = _ask(strict)
    assert (refused.status_code, refused.json()["type"]) == (429, "rate_limited")
    clock[0] = SECONDS + 1
    assert _ask(strict).status_code == 429
    clock[0] = BLOCKED + 1
    assert _ask(strict).status_code == 200


def test_the_clock_runs_faster_by_the_speed() -> None:
    """Two limiters side by side."""
    slow, fast = Limiter(on=True), Limiter(on=True, speed=1000)
    assert fast.clock() > slow.clock() * 900
