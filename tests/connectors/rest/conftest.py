"""An API of the tests' own, and a run of the connector over it."""

import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from cophub.connectors import rest
from cophub.http import Limits
from tests.connectors.website import Answer, Website, website

(CONNECTOR,) = rest.cophub_connectors()
(RECORDS,) = CONNECTOR.streams
MEMBERS = {
    "path": "/members",
    "record": "membership",
    "columns": {"account": "id", "name": "profile.name", "email": "email"},
}
QUICK = Limits(tries=2)


def person(number: int, **more: Any) -> dict[str, Any]:
    """A row of the list of members."""
    name = {"name": f"Person {number}"}
    return {"id": number, "email": f"p{number}@example.org", "profile": name, **more}


def told(body: Any, status: int = 200, **headers: str) -> Answer:
    """An answer in JSON."""
    return Answer(json.dumps(body).encode(), status, headers)


@pytest.fixture(scope="module")
def server() -> Iterator[Website]:
    with website() as site:
        yield site


@pytest.fixture
def site(server: Website) -> Website:
    server.pages.clear()
    server.asked.clear()
    return server


@pytest.fixture
def settings(site: Website) -> Callable[..., Any]:
    """`settings(paginator=...)`: one list of members; `streams=` in place of it."""

    def make(**table: Any) -> Any:
        top = {name: table.pop(name) for name in list(table) if name in TOP}
        top.setdefault("streams", {"members": {**MEMBERS, **table}})
        return CONNECTOR.settings(base_url=site.url, base_path="/api", **top)

    return make


TOP = frozenset(CONNECTOR.settings.model_fields)


@pytest.fixture
def read(extract: Any, context: Any, settings: Any) -> Callable[..., Any]:
    """`read(since=None, **table)`: what a run yields, without waiting."""

    def run(since: str | None = None, **table: Any) -> Any:
        ctx = context(settings(**table), limits=QUICK, sleep=lambda seconds: None)
        return extract(RECORDS, ctx, since)

    return run
