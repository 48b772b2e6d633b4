"""A sandbox to read from, one to change, and a client that is signed in."""

from collections.abc import Callable, Iterator

import httpx
import pytest

from cophub.sandbox import MailchimpSandbox


def signed_in(sandbox: MailchimpSandbox) -> httpx.Client:
    """A client below `/3.0` with the right key."""
    auth = ("anyone", sandbox.api_key)
    return httpx.Client(base_url=f"{sandbox.base_url}/3.0", auth=auth, timeout=10)


@pytest.fixture(scope="session")
def shown() -> Iterator[MailchimpSandbox]:
    """A running sandbox that no test changes."""
    with MailchimpSandbox(seed=1) as sandbox:
        yield sandbox


@pytest.fixture(scope="session")
def reader(shown: MailchimpSandbox) -> Iterator[httpx.Client]:
    """A client of the sandbox that no test changes."""
    with signed_in(shown) as client:
        yield client


@pytest.fixture
def sandbox() -> Iterator[MailchimpSandbox]:
    """A small running sandbox of the test's own: three audiences, 120 people, one year."""
    with MailchimpSandbox(seed=2, people=120, audiences=3, years=1) as own:
        yield own


@pytest.fixture
def client(sandbox: MailchimpSandbox) -> Iterator[httpx.Client]:
    """A client of the test's own sandbox."""
    with signed_in(sandbox) as own:
        yield own


@pytest.fixture
def connect() -> Callable[[MailchimpSandbox], httpx.Client]:
    """Makes a client for any sandbox."""
    return signed_in
