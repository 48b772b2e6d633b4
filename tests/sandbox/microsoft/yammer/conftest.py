"""What the tests of the emulated Yammer share: sandboxes, clients, and walks through feeds."""

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from cophub.sandbox.microsoft import MicrosoftSandbox
from cophub.sandbox.microsoft.tenant import User

Json = dict[str, Any]


def _client(sandbox: MicrosoftSandbox, user: User | None = None) -> httpx.Client:
    def auth(request: httpx.Request) -> httpx.Request:  # a new token each time: the clock jumps
        request.headers["Authorization"] = f"Bearer {sandbox.yammer.token(user)}"
        return request

    return httpx.Client(base_url=f"{sandbox.base_url}/api/v1", auth=auth, timeout=20)


def _walk(client: httpx.Client, path: str, **params: Any) -> list[Json]:
    found: list[Json] = []
    while True:
        page = client.get(path, params=params).raise_for_status().json()["messages"]
        if not page:
            return found
        found += page
        params["older_than"] = min(message["id"] for message in page)


@pytest.fixture(scope="session")
def signed_in() -> Callable[..., httpx.Client]:
    """Makes a client below `/api/v1` for a user, or for the hub's own account."""
    return _client


@pytest.fixture(scope="session")
def walked() -> Callable[..., list[Json]]:
    """Reads every message of a feed, newest first, by the least id until a page is empty."""
    return _walk


@pytest.fixture(scope="session")
def shown() -> Iterator[MicrosoftSandbox]:
    """A sandbox that no test changes."""
    with MicrosoftSandbox(seed=1) as sandbox:
        yield sandbox


@pytest.fixture(scope="session")
def admin(shown: MicrosoftSandbox) -> Iterator[httpx.Client]:
    """The admin, who owns every group, in the sandbox that no test changes."""
    with _client(shown, shown.tenant.admin) as client:
        yield client


@pytest.fixture
def sandbox() -> Iterator[MicrosoftSandbox]:
    """A small sandbox of the test's own: three communities, 80 people, 1,000 messages in a year."""
    with MicrosoftSandbox(seed=2, people=80, communities=3, years=1, messages=1_000) as own:
        yield own


@pytest.fixture
def client(sandbox: MicrosoftSandbox) -> Iterator[httpx.Client]:
    """The admin in the test's own sandbox."""
    with _client(sandbox, sandbox.tenant.admin) as own:
        yield own


@pytest.fixture(scope="session")
def vendor_files() -> Path:
    """The folder of published answers; tests that need it are skipped where there is none."""
    folder = Path(os.environ.get("COPHUB_VENDOR_FILES", "")) / "microsoft" / "yammer"
    if not os.environ.get("COPHUB_VENDOR_FILES") or not folder.is_dir():
        pytest.skip("set COPHUB_VENDOR_FILES to a folder with the vendor's published answers")
    return folder
