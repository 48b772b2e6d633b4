"""A tenant to read from, one to change, and clients that are signed in to its APIs."""

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from cophub.sandbox.microsoft import MicrosoftSandbox
from cophub.sandbox.microsoft.tenant import User

Json = dict[str, Any]


def _client(
    sandbox: MicrosoftSandbox,
    api: str = "graph",
    how: str = "certificate",
    user: User | None = None,
    agent: str = "NONISV|Contoso|cophub/0.1",
) -> httpx.Client:
    who = user.id if user else None

    def auth(request: httpx.Request) -> httpx.Request:  # a new token each time: the clock jumps
        made = sandbox.entra.grant(api, "user" if who else how, who)
        request.headers["Authorization"] = f"Bearer {made.token}"
        return request

    headers = {"User-Agent": agent}
    return httpx.Client(base_url=sandbox.base_url, auth=auth, headers=headers, timeout=20)


def _rows(client: httpx.Client, path: str, **params: str) -> list[Json]:
    found: list[Json] = []
    address: str | None = path
    while address:
        page = client.get(address, params=params or None).raise_for_status().json()
        found += page["value"]
        address, params = page.get("@odata.nextLink"), {}
    return found


@pytest.fixture(scope="session")
def connect() -> Callable[..., httpx.Client]:
    """`connect(sandbox, api, how, user)`: a client with a token that is always fresh."""
    return _client


@pytest.fixture(scope="session")
def rows() -> Callable[..., list[Json]]:
    """`rows(client, path, **params)`: every row of a collection, page by page."""
    return _rows


@pytest.fixture(scope="session")
def shown_tenant() -> Iterator[MicrosoftSandbox]:
    """A tenant that no test changes: 400 people in 25 communities."""
    with MicrosoftSandbox(seed=1, communities=25) as sandbox:
        yield sandbox


@pytest.fixture(scope="session")
def reader(shown_tenant: MicrosoftSandbox) -> Iterator[httpx.Client]:
    """An app that reads the directory of the tenant that no test changes."""
    with _client(shown_tenant) as client:
        yield client


@pytest.fixture
def tenant() -> Iterator[MicrosoftSandbox]:
    """A tenant of the test's own: 120 people in 3 communities over a year."""
    with MicrosoftSandbox(seed=2, people=120, communities=3, years=1) as own:
        yield own


@pytest.fixture
def graph(tenant: MicrosoftSandbox) -> Iterator[httpx.Client]:
    """An app that reads the directory of the test's own tenant."""
    with _client(tenant) as own:
        yield own


@pytest.fixture(scope="session")
def vendor_graph() -> Path:
    """The vendor's own files about Microsoft; tests are skipped where there are none."""
    folder = os.environ.get("COPHUB_VENDOR_FILES")
    if not folder:
        pytest.skip("COPHUB_VENDOR_FILES does not name the folder with the vendors' own files")
    return Path(folder) / "microsoft"
