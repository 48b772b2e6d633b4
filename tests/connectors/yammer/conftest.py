"""A Microsoft tenant with Yammer on loopback, and contexts that ask it."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any

import pytest

from cophub import Context
from cophub.connectors.microsoft.entra import token_name
from cophub.connectors.yammer.settings import Settings
from cophub.http import Limits
from cophub.sandbox.microsoft import MicrosoftSandbox

Ask = Callable[..., Context[Any]]


@pytest.fixture
def box() -> Iterator[MicrosoftSandbox]:
    """A tenant of the test's own, to be changed: 120 people in 3 communities, half a year."""
    with MicrosoftSandbox(seed=1, people=120, communities=3, years=0.5, messages=200) as sandbox:
        yield sandbox


@pytest.fixture(scope="session")
def shared_still() -> Iterator[MicrosoftSandbox]:
    """The same for every test that changes nothing."""
    with MicrosoftSandbox(seed=1, people=120, communities=3, years=0.5, messages=200) as sandbox:
        yield sandbox


@pytest.fixture
def still(shared_still: MicrosoftSandbox) -> Iterator[MicrosoftSandbox]:
    """The tenant that tests share, without faults, with nothing in its log and all consents."""
    consents, delegated = set(shared_still.consents), set(shared_still.delegated)
    shared_still.faults.clear()
    shared_still.log.clear()
    yield shared_still
    shared_still.consents, shared_still.delegated = consents, delegated


@pytest.fixture
def ask(context: Callable[..., Context[Any]]) -> Ask:
    """`ask(box, user=None, **settings)`: a context whose person has signed in; waits take no time.

    The vendor's pace is left out; what keeps it is tested where the pace is.
    """

    def make(sandbox: MicrosoftSandbox, user: Any = None, **settings: Any) -> Context[Any]:
        given = {
            "tenant": sandbox.tenant_id,
            "client_id": sandbox.client_id,
            "client_secret": sandbox.client_secret,
            "base_url": sandbox.base_url,
        } | settings
        ctx = context(
            Settings(**given),
            now=datetime.fromtimestamp(sandbox.timeline.now, UTC),
            limits=Limits(concurrency=4),
            sleep=lambda seconds: None,
        )
        ctx.tokens.set(token_name(ctx), sandbox.refresh_token(user))
        return ctx

    return make
