"""A workspace for one test, and what a stream reads there."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
from cophub import Item
from cophub.http import Limits, Transport
from cophub.testing import extract, serve

from cophub_slack import Settings

from .vendor import NOW, TOKEN, Workspace, river_practice

Read = Callable[..., list[Item]]


@pytest.fixture
def slack() -> Workspace:
    """River Practice."""
    return river_practice()


@pytest.fixture
def url(slack: Workspace) -> Iterator[str]:
    """Where it answers, on a port of this machine."""
    with serve(slack.answer) as address:
        yield address


@pytest.fixture
def read(url: str) -> Read:
    """Reads a stream as a hub does, `days` after the first of June, without waiting."""

    def reading(stream: Any, since: str | None = None, days: int = 0, **other: Any) -> list[Item]:
        settings = Settings(**{"token": TOKEN, "base_url": url} | other)
        with Transport(Limits(tries=3), sleep=lambda seconds: None) as transport:
            now = NOW + timedelta(days=days)
            return extract(stream, settings, since, now=now, transport=transport)

    return reading
