"""What other servers do that the emulated site does not."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from cophub import Context, SourceUnavailable
from cophub.connectors import adobeconnect
from cophub.connectors.adobeconnect import client as module
from cophub.connectors.adobeconnect.client import AdobeConnect
from cophub.connectors.adobeconnect.groups import all_groups, groups
from tests.connectors.website import Answer, Asked, Website, website


@pytest.fixture
def site() -> Iterator[Website]:
    with website() as server:
        yield server


@pytest.fixture
def ctx(site: Website, context: Callable[..., Context[Any]]) -> Context[Any]:
    """A run that asks that server."""
    (connector,) = adobeconnect.cophub_connectors()
    settings = {"base_url": site.url, "login": "ada@example.org", "password": "a-password"}
    return context(connector.settings(**settings))


@pytest.fixture
def connect(ctx: Context[Any]) -> AdobeConnect:
    """Its way to the server."""
    return AdobeConnect.of(ctx)


def ok(inner: str = "", **headers: str) -> Answer:
    text = f'<results><status code="ok"/>{inner}</results>'
    return Answer(text.encode(), 200, {name.replace("_", "-"): v for name, v in headers.items()})


def server(listing: Callable[[Asked], Answer]) -> Callable[[Asked], Answer]:
    """Somebody is logged in with any cookie; what is asked for then is `listing`."""

    def answer(asked: Asked) -> Answer:
        action = asked.query.get("action", "login")
        if action == "common-info":
            return ok("<common><cookie>breezone123</cookie></common>")
        return ok() if action == "login" else listing(asked)

    return answer


def rows(first: int, count: int) -> Answer:
    found = "".join(f'<sco sco-id="{first + n}"/>' for n in range(count))
    return ok(f"<scos>{found}</scos>")


def read(connect: AdobeConnect) -> list[str]:
    found = connect.rows("sco-contents", "scos", ("sco-id",), "sco-id", **{"sco-id": "1"})
    return [row.id("sco-id") for row in found]


def test_a_server_that_begins_another_session_at_login_is_asked_with_that(
    site: Website, connect: AdobeConnect
) -> None:
    """The cookie that it gave before the login is nobody's any more."""

    def answer(asked: Asked) -> Answer:
        action = asked.query.get("action", "login")
        if action == "common-info":
            return ok("<common><cookie>breezone123</cookie></common>")
        if action == "login":
            return ok(Set_Cookie="BREEZESESSION=breeztwo456; Path=/")
        if "breeztwo456" not in asked.headers.get("cookie", ""):
            return Answer(b'<results><status code="no-access" subcode="no-login"/></results>')
        return rows(1, 2)

    site.otherwise = answer
    assert read(connect) == ["1", "2"]
    assert len(site.asked) == 3


def test_a_server_that_takes_no_notice_of_pages_is_read_to_its_end(
    site: Website, connect: AdobeConnect, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It gives the same rows however it is asked."""
    monkeypatch.setattr(module, "PAGE", 5)
    site.otherwise = server(lambda asked: rows(1, 5))
    assert read(connect) == ["1", "2", "3", "4", "5"]
    assert len(site.asked) < 12


def test_a_listing_that_never_stands_still_is_left_for_the_next_run(
    site: Website, connect: AdobeConnect, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Else it would be asked for for ever."""
    monkeypatch.setattr(module, "PAGE", 5)
    site.otherwise = server(lambda asked: rows(1000 * len(site.asked), 5))
    with pytest.raises(SourceUnavailable, match="changed faster than it could be read"):
        read(connect)
    assert len(site.asked) < 30


def test_groups_that_come_with_a_site_are_no_communities(site: Website, ctx: Context[Any]) -> None:
    """Some servers list them although they are asked for the others."""
    site.otherwise = server(
        lambda asked: ok(
            '<principal-list><principal principal-id="7" type="admins"/>'
            '<principal principal-id="8" type="group"/></principal-list>'
        )
    )
    found, rejects = all_groups(ctx)
    assert ([row.id("principal-id") for row in found], rejects) == (["8"], [])


def test_a_group_whose_members_are_refused_ends_no_membership(
    site: Website, ctx: Context[Any], extract: Callable[..., Any]
) -> None:
    """The listing was complete, and yet not all was read: a reject says so."""

    def listing(asked: Asked) -> Answer:
        if "group-id" in asked.query:
            return Answer(b'<results><status code="no-access" subcode="denied"/></results>')
        return ok('<principal-list><principal principal-id="8" type="group"/></principal-list>')

    site.otherwise = server(listing)
    run = extract(groups, ctx)
    assert [one.record for one in run.rejects] == ["membership"]
    assert run.records == []
