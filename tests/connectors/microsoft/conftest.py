"""A Microsoft tenant on loopback, and contexts that ask it."""

from collections.abc import Callable, Iterator
from types import SimpleNamespace
from typing import Any

import pytest
from pydantic import SecretStr

from cophub import Context
from cophub.connectors.microsoft.entra import Login
from cophub.connectors.microsoft.hosts import Hosts
from cophub.sandbox.microsoft import MicrosoftSandbox

Ask = Callable[..., Context[Any]]
GRAPH = "https://graph.microsoft.com"
YAMMER = "https://www.yammer.com/.default"


@pytest.fixture(scope="session")
def shared_tenant() -> Iterator[MicrosoftSandbox]:
    """120 people in 3 communities over a year, for every test that changes nobody."""
    with MicrosoftSandbox(seed=1, people=120, communities=3, years=1) as sandbox:
        yield sandbox


@pytest.fixture
def box(shared_tenant: MicrosoftSandbox) -> Iterator[MicrosoftSandbox]:
    """The shared tenant without faults, with nothing in its log and all as it was granted."""
    entra, consents = shared_tenant.entra, set(shared_tenant.consents)
    delegated = set(shared_tenant.delegated)
    shared_tenant.faults.clear()
    shared_tenant.log.clear()
    entra.interval = 0
    yield shared_tenant
    entra.public, entra.secret_expired, entra.blocked = True, False, False
    shared_tenant.consents, shared_tenant.delegated = consents, delegated


@pytest.fixture
def hosts(box: MicrosoftSandbox) -> Hosts:
    """Everything at the sandbox's address."""
    return Hosts(box.base_url)


@pytest.fixture
def ctx(context: Ask) -> Context[Any]:
    """A context over a real transport whose waits take no time."""
    return context(SimpleNamespace(company="Contoso"), sleep=lambda seconds: None)


@pytest.fixture
def login(box: MicrosoftSandbox) -> Callable[..., Login]:
    """`login(secret=True)`, `login(certificate=True)`, or either with a text of its own."""

    def make(
        *, secret: Any = None, certificate: Any = None, password: str | None = None, **other: str
    ) -> Login:
        given = box.client_secret if secret is True else secret
        signed = box.certificate if certificate is True else certificate
        return Login(
            tenant=other.get("tenant", box.tenant_id),
            client_id=other.get("client_id", box.client_id),
            client_secret=SecretStr(given) if given else None,
            certificate=SecretStr(signed) if signed else None,
            certificate_password=SecretStr(password) if password else None,
        )

    return make


def tokens_asked(box: MicrosoftSandbox) -> int:
    """How often the token endpoint was asked."""
    return sum(seen.path.endswith("/token") for seen in box.log)
