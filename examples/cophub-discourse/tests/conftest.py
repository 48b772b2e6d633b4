"""A small forum on this machine, and streams that read it."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
from cophub import Item
from cophub.http import Limits, Transport
from cophub.testing import extract, serve

from cophub_discourse import Settings, cophub_connectors

from .vendor import KEY, NOW, Forum, small_forum

Read = Callable[..., list[Item]]


@pytest.fixture
def forum() -> Forum:
    return small_forum()


@pytest.fixture
def url(forum: Forum) -> Iterator[str]:
    with serve(forum.answer) as address:
        yield address


@pytest.fixture
def settings(url: str) -> Settings:
    return settings_for(url)


@pytest.fixture
def read(url: str) -> Iterator[Read]:
    """Reads a stream as a hub does, without waiting for the forum's pace."""
    [connector] = cophub_connectors()

    def reading(
        name: str, since: str | None = None, *, days_later: int = 0, **other: Any
    ) -> list[Item]:
        stream = connector.stream(name)
        assert stream is not None
        with Transport(Limits(tries=3), sleep=lambda seconds: None) as transport:
            asked, now = settings_for(url, **other), NOW + timedelta(days=days_later)
            return extract(stream, asked, since, now=now, transport=transport)

    return reading


def settings_for(url: str, **other: Any) -> Settings:
    """The settings of the forum at an address."""
    return Settings.model_validate({"base_url": url, "api_key": KEY} | other)
