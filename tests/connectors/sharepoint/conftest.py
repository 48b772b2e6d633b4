"""A Microsoft tenant with SharePoint sites on loopback, and contexts that ask it."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any

import pytest

from cophub import Context
from cophub.connectors.sharepoint.settings import Settings
from cophub.http import Limits
from cophub.sandbox.microsoft import MicrosoftSandbox
from tests.connectors.sharepoint.table import Held

Ask = Callable[..., Context[Any]]


@pytest.fixture
def box() -> Iterator[MicrosoftSandbox]:
    """A tenant of the test's own, to be changed: 120 people in 3 communities, half a year."""
    with MicrosoftSandbox(seed=1, people=120, communities=3, years=0.5, messages=0) as sandbox:
        yield sandbox


@pytest.fixture(scope="session")
def shared_still() -> Iterator[MicrosoftSandbox]:
    """The same for every test that changes nothing."""
    with MicrosoftSandbox(seed=1, people=120, communities=3, years=0.5, messages=0) as sandbox:
        yield sandbox


@pytest.fixture
def still(shared_still: MicrosoftSandbox) -> Iterator[MicrosoftSandbox]:
    """The tenant that tests share, without faults, with nothing in its log and all consents."""
    consents = set(shared_still.consents)
    shared_still.faults.clear()
    shared_still.log.clear()
    yield shared_still
    shared_still.consents = consents


@pytest.fixture
def ask(context: Callable[..., Context[Any]]) -> Ask:
    """`ask(box, secret=False, sites=(0,), **settings)`: a context; waits take no time."""

    def make(
        sandbox: MicrosoftSandbox, *, secret: bool = False, sites: Any = (0,), **settings: Any
    ) -> Context[Any]:
        urls = [sandbox.site_url(number) for number in sites]
        how = (
            {"client_secret": sandbox.client_secret}
            if secret
            else {"certificate": sandbox.certificate}
        )
        given = {
            "site_url": urls[0],
            "sites": urls[1:],
            "tenant": sandbox.tenant_id,
            "client_id": sandbox.client_id,
            "base_url": sandbox.base_url,
            **how,
            **settings,
        }
        return context(
            Settings(**given),
            now=datetime.fromtimestamp(sandbox.timeline.now, UTC),
            limits=Limits(concurrency=4),
            sleep=lambda seconds: None,
        )

    return make


@pytest.fixture
def held() -> Held:
    """An empty table."""
    return Held()
