"""What must stay secret does, whatever a server does: in messages, logs, settings and recordings.

The server here says again all that it was asked, and names somebody, in each kind of failure.
"""

import json
import logging
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from cophub import CophubError, Reject
from cophub.connectors import (
    adobeconnect,
    calendar,
    dgroups,
    dgroupsarchive,
    feed,
    files,
    gotomeeting,
    mailman,
)
from cophub.http import Limits, Recorder
from tests.connectors.website import Answer, Asked, Website, website

SECRET = "canary-secret-4711"
KEY = "canarykey0123456789abcdef"
WHO = "wanda.canary@private.example"
NAME = "Wanda Canary"
LOGIN: dict[str, Any] = {"username": "wanda", "password": SECRET}
MEMBERS = {"record": "membership", "columns": {"email": "E-mail"}}

SOURCES: dict[str, tuple[Any, Callable[[str], dict[str, Any]]]] = {
    "feed": (
        feed,
        lambda url: {"url": f"{url}/private/{KEY}/feed?token={KEY}", "space": "s", **LOGIN},
    ),
    "wordpress": (
        feed,
        lambda url: {"url": f"{url}/?key={KEY}", "space": "s", "kind": "wordpress", **LOGIN},
    ),
    "calendar": (
        calendar,
        lambda url: {"url": f"{url}/private-{KEY}/basic.ics?sig={KEY}", "space": "s", **LOGIN},
    ),
    "files": (files, lambda url: {"url": f"{url}/{KEY}/people.csv?sig={KEY}", **MEMBERS, **LOGIN}),
    "dgroups-archive": (
        dgroupsarchive,
        lambda url: {"base_url": url, "key": "site", "secret": SECRET, "communities": "fao/forum"},
    ),
    "dgroups": (dgroups, lambda url: {"base_url": url, "api_key": SECRET}),
    "gotomeeting": (
        gotomeeting,
        lambda url: {
            "base_url": url, "client_id": "app", "client_secret": f"{SECRET}-too",
            "refresh_token": SECRET, "since": "2026-05-01",
        },
    ),
    "adobeconnect": (
        adobeconnect,
        lambda url: {"base_url": url, "login": WHO, "password": SECRET},
    ),
    "mailman": (
        mailman,
        lambda url: {
            "base_url": url, "user": "restadmin", "password": SECRET,
            "archive_url": f"{url}/archives", "archive_user": WHO,
            "archive_password": f"{SECRET}-too",
        },
    ),
}  # fmt: skip


def _echo(asked: Asked) -> str:
    return " ".join([asked.path, *asked.query.values(), *asked.headers.values(), asked.body, WHO])


def _as_json(status: int) -> Callable[[Asked], Answer]:
    def answer(asked: Asked) -> Answer:
        body = {"message": _echo(asked), "error": {"message": _echo(asked)}}
        return Answer(json.dumps(body).encode(), status, {"Content-Type": "application/json"})

    return answer


SERVERS: dict[str, Callable[[Asked], Answer]] = {
    "refuses": _as_json(401),
    "forbids": _as_json(403),
    "has nothing": _as_json(404),
    "fails": _as_json(500),
    "says something else": _as_json(200),
    "shows a page": lambda asked: Answer(f"<!doctype html><p>{_echo(asked)} {NAME}</p>".encode()),
    "shows XML": lambda asked: Answer(
        f"<results><status code='invalid' subcode='{WHO}'/><p>{NAME}</p></results>".encode()
    ),
    "breaks off": lambda asked: Answer(json.dumps([{"x": _echo(asked) + NAME}]).encode()[:-3]),
    "says nothing": lambda asked: Answer(b""),
}


@pytest.fixture
def site() -> Iterator[Website]:
    with website() as server:
        yield server


@pytest.fixture
def said(context: Any, site: Website, tmp_path: Path) -> Callable[[str], str]:
    """`said(name)`: every message of everything that a connector does, and its recordings."""

    def run(name: str) -> str:
        module, given = SOURCES[name]
        (connector,) = module.cophub_connectors()
        settings = connector.settings(**given(site.url))
        folder = tmp_path / "recorded"
        ctx = context(
            settings, limits=Limits(tries=1, read_timeout=5), archive=Recorder(folder),
            sleep=lambda seconds: None,
        )  # fmt: skip
        told = [repr(settings), str(settings), repr(ctx)]
        for what in (connector.check, connector.discover):
            told += _messages(lambda what=what: what(ctx))  # type: ignore[misc]
        told += _messages(lambda: connector.estimate(ctx, {}))
        for stream in connector.streams:
            told += _messages(lambda stream=stream: stream.extract(ctx, None))  # type: ignore[misc]
        recorded = [path.name + path.read_text() for path in folder.glob("*.json")]
        return "\n".join([*told, *(_secrets_only(text) for text in recorded)])

    return run


def _messages(doing: Callable[[], Any]) -> Iterator[str]:
    """What is said; what is anything but an error of ours ends the test."""
    try:
        for one in doing():
            if isinstance(one, Reject):
                yield one.reason
            elif hasattr(one, "message") or hasattr(one, "note"):
                yield repr(one)
    except CophubError as error:
        yield f"{error} {error!r}"


def _secrets_only(text: str) -> str:
    """A recording holds what a vendor says of people; that is what it is for."""
    return text.replace(WHO, "").replace(NAME, "")


@pytest.mark.parametrize("server", SERVERS)
@pytest.mark.parametrize("name", SOURCES)
def test_no_secret_and_nobody_is_in_what_is_said(name, server, site, said, caplog):
    """By a server that repeats what it was asked, with everything in the log that can be."""
    site.otherwise = SERVERS[server]
    with caplog.at_level(logging.DEBUG):
        text = said(name) + caplog.text
    assert site.asked
    for canary in (SECRET, KEY):
        assert canary not in text
    for canary in (WHO, NAME):
        assert canary not in text.replace(f"login='{WHO}'", "").replace(f"user='{WHO}'", "")


@pytest.mark.parametrize("status", [302, 307])
@pytest.mark.parametrize("name", SOURCES)
def test_nothing_secret_goes_to_another_host(name, status, site, said):
    """Where a redirect leads to."""
    with website() as other:
        site.otherwise = lambda asked: Answer(b"", status, {"Location": f"{other.url}/elsewhere"})
        said(name)
        for asked in other.asked:
            assert "authorization" not in asked.headers
            assert "cookie" not in asked.headers
            assert SECRET not in _echo(asked)
            assert KEY not in _echo(asked)


def test_a_page_that_names_an_api_elsewhere_gets_no_login_sent_there(site, said):
    """A link in a page is the page's word only."""
    with website() as other:
        link = f'<html><head><link rel="https://api.w.org/" href="{other.url}/wp-json/"></head>'
        site.otherwise = Answer(link.encode())
        said("feed")
        assert other.asked
        for asked in other.asked:
            assert "authorization" not in asked.headers
            assert SECRET not in _echo(asked)
