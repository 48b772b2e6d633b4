"""A Microsoft tenant on loopback, and contexts that ask it."""

from collections.abc import Callable, Iterator
from types import SimpleNamespace
from typing import Any

import httpx
import msgspec
import pytest
from pydantic import SecretStr

from cophub import Context
from cophub.connectors.microsoft.entra import Login, app_auth
from cophub.connectors.microsoft.graph import graph
from cophub.connectors.microsoft.hosts import Hosts
from cophub.sandbox.microsoft import MicrosoftSandbox
from cophub.sandbox.server import Request, Response

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
    shared_tenant.concealed = True


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


Script = Callable[..., list[Request]]


@pytest.fixture
def scripted(box: MicrosoftSandbox) -> Iterator[Script]:
    """`scripted(path, answer, ...)`: what Graph answers there, in turn, where the tenant would not.

    An answer is a Response, or a dict for a page of JSON; the last one stays. Returns the requests
    for the path as they come.
    """
    usual = box.answer
    plans: dict[str, tuple[list[Response], list[Request]]] = {}

    def answer(request: Request) -> Response:
        if request.path not in plans:
            return usual(request)
        script, seen = plans[request.path]
        seen.append(request)
        return script.pop(0) if len(script) > 1 else script[0]

    def plan(path: str, *answers: Response | dict[str, Any]) -> list[Request]:
        made = [
            one if isinstance(one, Response) else Response(200, msgspec.json.encode(one))
            for one in answers
        ]
        plans[path] = (made, [])
        return plans[path][1]

    box.answer = answer  # type: ignore[method-assign]
    yield plan
    del box.answer


@pytest.fixture
def client(box: MicrosoftSandbox, ctx: Context[Any], hosts: Hosts, login: Any) -> httpx.Client:
    """Graph, signed in as the application."""
    return graph(ctx, hosts, app_auth(ctx, hosts, login(secret=True), GRAPH))


def error(status: int, code: str, message: str = "", **headers: str) -> Response:
    """An error as Graph words it."""
    body = {"error": {"code": code, "message": message, "innerError": {"request-id": "1"}}}
    return Response(status, msgspec.json.encode(body), headers)


def headers_of(request: Request) -> dict[str, str]:
    """The headers of a request, their names in small letters."""
    return {name.lower(): value for name, value in request.headers.items()}
