"""A GoTo account to read from, one to change, and a client that is signed in."""

from collections.abc import Callable, Iterator

import httpx
import pytest

from cophub.sandbox import GotoSandbox
from cophub.sandbox.goto.state import Organizer

SignIn = Callable[..., httpx.Client]
YEAR = ("2025-06-15T00:00:00Z", "2026-06-01T00:00:00Z")


@pytest.fixture(scope="session")
def year() -> dict[str, str]:
    """Nearly a year until now, by the names of both APIs."""
    return dict(zip(("startDate", "endDate", "fromTime", "toTime"), YEAR * 2, strict=True))


@pytest.fixture
def sign_in() -> SignIn:
    """Makes a client of any account, for `me` or another organizer."""
    return signed_in


def signed_in(sandbox: GotoSandbox, organizer: Organizer | None = None) -> httpx.Client:
    """A client with a fresh token of `me` or another organizer."""
    headers = {"Authorization": f"Bearer {sandbox.token(organizer)}"}
    return httpx.Client(base_url=sandbox.base_url, headers=headers, timeout=10)


@pytest.fixture(scope="module")
def shown() -> Iterator[GotoSandbox]:
    """A running account that no test changes."""
    with GotoSandbox(seed=1) as sandbox:
        yield sandbox


@pytest.fixture(scope="module")
def reader(shown: GotoSandbox) -> Iterator[httpx.Client]:
    """A client of the account that no test changes."""
    with signed_in(shown) as client:
        yield client


@pytest.fixture
def sandbox() -> Iterator[GotoSandbox]:
    """A small running account of the test's own: three communities, 120 people, one year."""
    with GotoSandbox(seed=2, people=120, communities=3, years=1) as own:
        yield own


@pytest.fixture
def client(sandbox: GotoSandbox) -> Iterator[httpx.Client]:
    """A client of the test's own account."""
    with signed_in(sandbox) as own:
        yield own
