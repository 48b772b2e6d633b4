"""A sandbox to read from, one to change, and clients that hold the key."""

from collections.abc import Callable, Iterator
from typing import Any

import httpx
import pytest

from cophub.sandbox import GroupsioSandbox

Json = dict[str, Any]
Ask = Callable[..., Json]


def asker(sandbox: GroupsioSandbox, client: httpx.Client) -> Ask:
    """Asks `/api/v1/<name>` with the key and gives the JSON, whatever the status."""

    def ask(name: str, **query: Any) -> Json:
        headers = {"Authorization": f"Bearer {sandbox.api_key}"}
        answer = client.get(f"{sandbox.base_url}/api/v1/{name}", params=query, headers=headers)
        body: Json = answer.json()
        return body

    return ask


@pytest.fixture(scope="session")
def shown() -> Iterator[GroupsioSandbox]:
    """A running sandbox that no test changes."""
    with GroupsioSandbox(seed=1, people=200, communities=4) as sandbox:
        yield sandbox


@pytest.fixture(scope="session")
def read(shown: GroupsioSandbox) -> Iterator[Ask]:
    """Asks the sandbox that no test changes."""
    with httpx.Client(timeout=10) as client:
        yield asker(shown, client)


@pytest.fixture
def sandbox() -> Iterator[GroupsioSandbox]:
    """A small running sandbox of the test's own: three communities, 120 people, one year."""
    with GroupsioSandbox(seed=2, people=120, communities=3, years=1) as own:
        yield own


@pytest.fixture
def ask(sandbox: GroupsioSandbox) -> Iterator[Ask]:
    """Asks the test's own sandbox."""
    with httpx.Client(timeout=10) as client:
        yield asker(sandbox, client)


def everything(ask: Ask, name: str, **query: Any) -> list[Json]:
    """All rows of a list, page by page."""
    rows: list[Json] = []
    token = 0
    while True:
        page = ask(name, **query, page_token=token)
        rows += page["data"] or []
        token = page["next_page_token"]
        if not page["has_more"]:
            return rows


@pytest.fixture
def whole() -> Callable[..., list[Json]]:
    """Reads all pages of a list."""
    return everything
