"""Sites to read from, one to change, and clients that are signed in to them."""

from collections.abc import Callable, Iterator
from typing import Any

import httpx
import pytest

from cophub.sandbox.microsoft import MicrosoftSandbox
from cophub.sandbox.microsoft.sharepoint import SharePoint
from cophub.sandbox.microsoft.sharepoint.state import Site

Json = dict[str, Any]
PLAIN = "application/json;odata=nometadata"


@pytest.fixture(scope="session")
def shown_sites(connect: Callable[..., httpx.Client]) -> Iterator[httpx.Client]:
    """The first site of a tenant that no test changes, at `_api/`."""
    with (
        MicrosoftSandbox(seed=3, people=150, communities=4) as sandbox,
        _client(connect, sandbox, sandbox.sharepoint.site(0)) as client,
    ):
        yield client


def _client(
    connect: Callable[..., httpx.Client], sandbox: MicrosoftSandbox, site: Site
) -> httpx.Client:
    client = connect(sandbox, "sharepoint")
    client.base_url = httpx.URL(f"{sandbox.base_url}{site.path}/_api/")
    client.headers["Accept"] = PLAIN
    return client


@pytest.fixture
def sharepoint(tenant: MicrosoftSandbox) -> SharePoint:
    """The sites of the test's own tenant; the app may write there."""
    tenant.consents |= {"sharepoint:Sites.ReadWrite.All", "graph:Sites.ReadWrite.All"}
    return tenant.sharepoint


@pytest.fixture
def site(sharepoint: SharePoint) -> Site:
    """The first site of the test's own tenant."""
    return sharepoint.site(0)


@pytest.fixture
def api(
    tenant: MicrosoftSandbox, site: Site, connect: Callable[..., httpx.Client]
) -> Iterator[httpx.Client]:
    """The REST API of that site."""
    with _client(connect, tenant, site) as client:
        yield client


def get(client: httpx.Client, path: str, **headers: str) -> Json:
    """The JSON of an answer that must be good."""
    response = client.get(path, headers=headers)
    assert response.status_code == 200, response.text
    found: Json = response.json()
    return found


@pytest.fixture(scope="session")
def read() -> Callable[..., Json]:
    """`read(client, path, **headers)`: the JSON of an answer that must be good."""
    return get


@pytest.fixture(scope="session")
def changes() -> Callable[..., list[Json]]:
    """`changes(client, path, token, **query)`: one answer of a change log."""

    def ask(client: httpx.Client, path: str, token: str | None, **query: Any) -> list[Json]:
        kinds = (
            "Item", "List", "User", "Group", "Add", "Update", "DeleteObject", "Move", "Rename",
            "Restore", "GroupMembershipAdd", "GroupMembershipDelete",
        )  # fmt: skip
        asked: Json = {**dict.fromkeys(kinds, True), **query}
        if token:
            asked["ChangeTokenStart"] = {"StringValue": token}
        response = client.post(path, json={"query": asked})
        assert response.status_code == 200, response.text
        rows: list[Json] = response.json()["value"]
        return rows

    return ask
