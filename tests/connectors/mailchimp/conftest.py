"""MailChimp emulated on loopback, and contexts that ask it."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from cophub import Context
from cophub.connectors import mailchimp
from cophub.sandbox import MailchimpSandbox

Ask = Callable[..., Context[Any]]


@pytest.fixture
def box() -> Iterator[MailchimpSandbox]:
    """A MailChimp of the test's own, to be changed: 150 invented people in 3 audiences, a year."""
    with MailchimpSandbox(seed=1, people=150, audiences=3, years=1) as sandbox:
        yield sandbox


@pytest.fixture(scope="session")
def shared_still() -> Iterator[MailchimpSandbox]:
    """400 people in 6 audiences over two years, for every test that changes nobody."""
    with MailchimpSandbox(seed=1) as sandbox:
        yield sandbox


@pytest.fixture
def still(shared_still: MailchimpSandbox) -> MailchimpSandbox:
    """The MailChimp that all tests share, without faults and with nothing in its log."""
    return fresh(shared_still)


@pytest.fixture(scope="session")
def shared_crowd() -> Iterator[MailchimpSandbox]:
    """One audience of 5,000, for every test that changes nobody."""
    with MailchimpSandbox(seed=2, people=5_000, audiences=1, years=1) as sandbox:
        yield sandbox


@pytest.fixture
def crowd(shared_crowd: MailchimpSandbox) -> MailchimpSandbox:
    """One audience of five pages and more, without faults and with nothing in its log."""
    return fresh(shared_crowd)


@pytest.fixture
def moving_crowd() -> Iterator[MailchimpSandbox]:
    """The same of the test's own, to be changed."""
    with MailchimpSandbox(seed=2, people=5_000, audiences=1, years=0.2) as sandbox:
        yield sandbox


def fresh(sandbox: MailchimpSandbox) -> MailchimpSandbox:
    """The sandbox as if nobody had asked it anything."""
    sandbox.faults.clear()
    sandbox.log.clear()
    return sandbox


@pytest.fixture
def ask(context: Callable[..., Context[Any]]) -> Ask:
    """`ask(box, **settings)`: a context for that sandbox, at its time; waits take no time."""

    def make(sandbox: MailchimpSandbox, **settings: Any) -> Context[Any]:
        given = {"api_key": sandbox.api_key, "base_url": sandbox.base_url} | settings
        return context(
            mailchimp.Settings(**given),
            now=sandbox.now,
            limits=mailchimp.LIMITS,
            sleep=lambda seconds: None,
        )

    return make
