"""GoTo emulated on loopback, and contexts that ask it."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from cophub import Context
from cophub.connectors import gotomeeting
from cophub.http import MemoryTokens
from cophub.sandbox.goto import GotoSandbox
from cophub.sandbox.timeline import moment

Ask = Callable[..., Context[Any]]


@pytest.fixture
def box() -> Iterator[GotoSandbox]:
    """A GoTo of the test's own, to be changed: 120 invented people, 4 communities, a year."""
    with GotoSandbox(seed=1, people=120, communities=4, years=1) as sandbox:
        yield sandbox


@pytest.fixture(scope="session")
def shared_still() -> Iterator[GotoSandbox]:
    """400 people in 6 communities over two years, for every test that changes nobody."""
    with GotoSandbox(seed=1) as sandbox:
        yield sandbox


@pytest.fixture
def still(shared_still: GotoSandbox) -> GotoSandbox:
    """The GoTo that all tests share, without faults and with nothing in its log."""
    shared_still.faults.clear()
    shared_still.log.clear()
    return shared_still


@pytest.fixture
def ask(context: Callable[..., Context[Any]]) -> Ask:
    """`ask(box, **settings)`: a context for that sandbox, at its time; waits take no time.

    `tokens` hands it a store that outlives it.
    """

    def make(
        sandbox: GotoSandbox, tokens: MemoryTokens | None = None, **settings: Any
    ) -> Context[Any]:
        given = {
            "client_id": sandbox.client_id,
            "client_secret": sandbox.client_secret,
            "base_url": sandbox.base_url,
            "since": first_day(sandbox),
        }
        if not {"refresh_token", "personal_access_token"} & settings.keys():
            given["refresh_token"] = sandbox.refresh_token()
        made = context(
            gotomeeting.Settings(**given | settings),
            now=sandbox.now,
            limits=replace(gotomeeting.LIMITS, rate=(), lanes=()),
            sleep=lambda seconds: None,
        )
        if tokens is not None:
            made.tokens = tokens
        return made

    return make


def first_day(sandbox: GotoSandbox) -> str:
    """The day before anything was held."""
    return f"{moment(sandbox.calendar.sessions[0][0]) - timedelta(days=1):%Y-%m-%d}"


def paths(sandbox: GotoSandbox, part: str = "") -> list[str]:
    """The paths that were asked and hold `part`, in order."""
    return [request.path for request in sandbox.log if part in request.path]
