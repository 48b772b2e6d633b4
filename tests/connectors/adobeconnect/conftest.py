"""Adobe Connect emulated on loopback, and contexts that ask it."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from cophub import Context
from cophub.connectors import adobeconnect
from cophub.sandbox import AdobeConnectSandbox

Ask = Callable[..., Context[Any]]


@pytest.fixture
def box() -> Iterator[AdobeConnectSandbox]:
    """A site of the test's own, to be changed: 120 invented people in 4 communities, half a year,
    and no call within the last two days."""
    with AdobeConnectSandbox(seed=1, people=120, communities=4, years=0.5) as sandbox:
        while called_within(sandbox, 2 * 86_400):
            sandbox.advance(days=1)
        yield sandbox


def called_within(sandbox: AdobeConnectSandbox, seconds: int) -> bool:
    """Whether a call has been going on in the last so many seconds."""
    ends = [one.ended for room in sandbox.site.rooms for one in room.sessions]
    return max(ends) > sandbox.timeline.now - seconds


@pytest.fixture(scope="session")
def shared_site() -> Iterator[AdobeConnectSandbox]:
    """400 people in 6 communities over two years, for every test that changes nobody."""
    with AdobeConnectSandbox(seed=1) as sandbox:
        yield sandbox


@pytest.fixture
def still(shared_site: AdobeConnectSandbox) -> AdobeConnectSandbox:
    """The site that all tests share, without faults and with nothing in its log."""
    shared_site.faults.clear()
    shared_site.log.clear()
    return shared_site


@pytest.fixture
def ask(context: Callable[..., Context[Any]]) -> Ask:
    """`ask(box, **settings)`: a context for that site, at its time; waits take no time."""

    def make(sandbox: AdobeConnectSandbox, **settings: Any) -> Context[Any]:
        given = {
            "base_url": sandbox.base_url,
            "login": sandbox.login,
            "password": sandbox.password,
        } | settings
        return context(
            adobeconnect.Settings(**given),
            now=sandbox.now,
            limits=adobeconnect.LIMITS,
            sleep=lambda seconds: None,
        )

    return make
