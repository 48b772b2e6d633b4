"""Logging in, statuses and pages, over HTTP."""

import logging
from collections.abc import Callable
from typing import Any

import pytest

from cophub import AuthError, Context, SourceUnavailable, Space
from cophub.connectors.adobeconnect import client as module
from cophub.connectors.adobeconnect import groups, rooms
from cophub.connectors.adobeconnect.client import AdobeConnect, Denied, NotThere, TooMuch
from cophub.connectors.adobeconnect.groups import members_of
from cophub.connectors.adobeconnect.rooms import all_rooms, taken_rooms
from cophub.http import Recorder
from cophub.sandbox import AdobeConnectSandbox
from cophub.sandbox.adobeconnect import asked
from cophub.sandbox.server import Request, Response

Ask = Callable[..., Context[Any]]
Extract = Callable[..., Any]


def actions(box: AdobeConnectSandbox) -> list[str]:
    """What was asked, in order."""
    return [asked(request).get("action", "") for request in box.log]


def test_a_run_logs_in_once_with_a_cookie_that_common_info_gave(
    still: AdobeConnectSandbox, ask: Ask, extract: Extract
):
    ctx = ask(still)
    extract(rooms, ctx)
    extract(groups, ctx)
    assert actions(still)[:2] == ["common-info", "login"]
    assert actions(still).count("login") == 1


def test_the_password_is_in_no_address_and_no_log(
    still: AdobeConnectSandbox, ask: Ask, extract: Extract, caplog: pytest.LogCaptureFixture
):
    with caplog.at_level(logging.DEBUG):
        extract(rooms, ask(still))
    (login,) = [one for one in still.log if asked(one).get("action") == "login"]
    assert login.method == "POST"
    assert still.password in login.body.decode()
    assert all(still.password not in one.raw_query for one in still.log)
    assert still.password not in caplog.text
    assert all("breezsi" not in one.raw_query for one in still.log)


def test_a_recording_holds_neither_password_nor_session(
    still: AdobeConnectSandbox, context: Callable[..., Any], ask: Ask, extract: Extract,
    tmp_path: Any,
):  # fmt: skip
    settings = ask(still).settings
    extract(rooms, context(settings, now=still.now, archive=Recorder(tmp_path)))
    kept = "".join(path.read_text() for path in tmp_path.glob("*.json"))
    assert "common-info" in kept
    assert still.password not in kept
    assert "breezsi" not in kept


@pytest.mark.parametrize("wrong", [{"password": "guessed"}, {"login": "nobody@example.org"}])
def test_a_wrong_password_is_said_to_be_one(
    still: AdobeConnectSandbox, ask: Ask, extract: Extract, wrong: dict[str, str]
):
    with pytest.raises(AuthError, match="refuses login and password") as refused:
        extract(rooms, ask(still, **wrong))
    assert "guessed" not in str(refused.value)
    assert actions(still).count("login") == 1, "a login that is refused is not tried again"


def test_a_session_that_died_is_begun_again_once(
    box: AdobeConnectSandbox, ask: Ask, extract: Extract
):
    ctx = ask(box)
    first = extract(rooms, ctx)
    box.expire()
    assert AdobeConnect.of(ctx).call("sco-shortcuts").code == "ok"
    assert actions(box).count("login") == 2
    box.advance(hours=1)
    ctx.shared = {AdobeConnect: AdobeConnect.of(ctx)}  # the rooms are to be walked again
    assert len(extract(rooms, ctx).of(Space)) == len(first.of(Space))
    assert actions(box).count("login") == 3


def test_a_site_that_forgets_its_logins_is_not_asked_for_ever(
    box: AdobeConnectSandbox, ask: Ask, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(box, "_logged_in", lambda cookie: False)
    with pytest.raises(AuthError, match="right after one"):
        AdobeConnect.of(ask(box)).call("sco-shortcuts")
    assert actions(box).count("login") == 2


def replying(box: AdobeConnectSandbox, monkeypatch: pytest.MonkeyPatch, status: str) -> None:
    """Every action but the login is answered with this status."""
    usual = box.answer

    def answer(request: Request) -> Response:
        if asked(request).get("action") in ("common-info", "login"):
            return usual(request)
        return Response(200, f"<results>{status}</results>".encode(), content_type="text/xml")

    monkeypatch.setattr(box, "answer", answer)


@pytest.mark.parametrize(
    ("status", "kind", "words"),
    [
        ('<status code="no-access" subcode="denied"/>', Denied, "lacks the permission"),
        ('<status code="no-access"/>', Denied, "lacks the permission"),
        ('<status code="no-access" subcode="not-secure"/>', Denied, "wants https"),
        ('<status code="no-access" subcode="pending-license"/>', Denied, "licence agreement"),
        ('<status code="no-data"/>', NotThere, "no such item"),
        ('<status code="too-much-data"/>', TooMuch, "so much at once"),
        ('<status code="operation-size-error"/>', TooMuch, "so much at once"),
        ('<status code="internal-error"/>', SourceUnavailable, "internal-error"),
        (
            '<status code="invalid"><invalid field="sco-id" type="id" subcode="missing"/></status>',
            SourceUnavailable, "sco-id is missing",
        ),
        (
            '<status code="invalid"><invalid field="sco-id" type="id" subcode="no-such-item"/>'
            "</status>", NotThere, "no such item",
        ),
    ],
)  # fmt: skip
def test_an_error_comes_with_http_200_and_is_told_by_its_status(
    box: AdobeConnectSandbox, ask: Ask, monkeypatch: pytest.MonkeyPatch,
    status: str, kind: type[Exception], words: str,
):  # fmt: skip
    replying(box, monkeypatch, status)
    with pytest.raises(kind, match=words):
        AdobeConnect.of(ask(box)).call("sco-contents", **{"sco-id": "1"})


def test_listings_are_always_asked_for_in_sorted_pages(
    still: AdobeConnectSandbox, ask: Ask, extract: Extract
):
    ctx = ask(still)
    extract(rooms, ctx)
    extract(groups, ctx)
    listings = [asked(one) for one in still.log if asked(one)["action"] in LISTINGS]
    assert listings
    for given in listings:
        assert int(given["filter-rows"]) <= 250
        assert "filter-start" in given
        assert any(name.startswith("sort-") for name in given)


LISTINGS = ("sco-contents", "principal-list", "list-recordings", "report-meeting-sessions")


def test_many_pages_hold_every_row_once(
    still: AdobeConnectSandbox, ask: Ask, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(module, "PAGE", 7)
    site = AdobeConnect.of(ask(still))
    found = site.rows("principal-list", "principal-list", ("principal-id",), "principal-id")
    listed = {str(one.id) for one in still.site.listed()}
    assert [row.id("principal-id") for row in found] == sorted(listed, key=int)


def test_pages_that_count_from_one_hold_every_row(
    box: AdobeConnectSandbox, ask: Ask, monkeypatch: pytest.MonkeyPatch
):
    """The vendor does not say from what number `filter-start` counts."""
    monkeypatch.setattr(module, "PAGE", 7)
    usual = box.answer

    def answer(request: Request) -> Response:
        start = int(request.query.get("filter-start") or 0)
        request.query["filter-start"] = str(max(start - 1, 0))
        return usual(request)

    monkeypatch.setattr(box, "answer", answer)
    site = AdobeConnect.of(ask(box))
    found = site.rows("principal-list", "principal-list", ("principal-id",), "principal-id")
    assert len(found) == len(box.site.listed())


def test_a_page_that_is_too_much_is_asked_for_in_halves(
    box: AdobeConnectSandbox, ask: Ask, extract: Extract
):
    expected = len(all_rooms(ask(box)))
    box.most_rows = 40
    ctx = ask(box)
    site = AdobeConnect.of(ctx)
    assert len(all_rooms(ctx)) == expected
    found = site.rows("principal-list", "principal-list", ("principal-id",), "principal-id")
    assert len(found) == len(box.site.listed()) > 40
    box.most_rows = 3
    with pytest.raises(TooMuch):
        site.rows("principal-list", "principal-list", ("principal-id",), "principal-id")


def test_rows_that_move_up_while_a_listing_is_read_are_not_lost(
    box: AdobeConnectSandbox, ask: Ask, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(module, "PAGE", 5)
    room = box.site.rooms[0]
    for number in range(30):
        box.site.add(room.id, "content", "pdf", f"Paper {number}", box.timeline.now)
    box.faults.plan("drift", path="*/sco-contents", at=3, rows=6)
    site = AdobeConnect.of(ask(box))
    found = site.rows("sco-contents", "scos", ("sco-id",), "sco-id", **{"sco-id": room.id})
    left = {str(sco.id) for sco in box.site.inside(room.id)}
    assert len(box.faults.struck) == 1
    assert left <= {row.id("sco-id") for row in found}


def test_a_listing_is_read_to_its_end_when_the_last_row_of_a_page_is_taken_away(
    box: AdobeConnectSandbox, ask: Ask, monkeypatch: pytest.MonkeyPatch
):
    """Going back to look for it meets nothing new; what lies behind it is still to be read."""
    monkeypatch.setattr(module, "PAGE", 5)
    room = box.site.rooms[0]
    for number in range(30):
        box.site.add(room.id, "content", "pdf", f"Paper {number}", box.timeline.now)
    ninth = sorted(sco.id for sco in box.site.inside(room.id))[8]
    monkeypatch.setattr(box, "drift", lambda request, rows: box.site.remove(ninth))
    box.faults.plan("drift", path="*/sco-contents", at=3)
    site = AdobeConnect.of(ask(box))
    found = site.rows("sco-contents", "scos", ("sco-id",), "sco-id", **{"sco-id": room.id})
    left = {str(sco.id) for sco in box.site.inside(room.id)}
    assert len(left) > 25
    assert left <= {row.id("sco-id") for row in found}


def test_rows_of_a_page_in_the_opposite_order_lose_none(
    box: AdobeConnectSandbox, ask: Ask, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(module, "PAGE", 5)
    group = max(box.site.groups, key=lambda one: len(one.members))
    box.faults.plan("reorder_page", path="*/principal-list", at=(2, 3, 5))
    found = members_of(ask(box), str(group.id), set())
    assert len(box.faults.struck) == 3
    assert set(found.users) == {str(member) for member in group.members}


@pytest.mark.parametrize("at", [(4,), (4, 5), (3, 5, 6), tuple(range(4, 10))])
def test_a_page_that_is_sent_twice_is_not_the_end_of_a_listing(
    box: AdobeConnectSandbox, ask: Ask, monkeypatch: pytest.MonkeyPatch, at: tuple[int, ...]
):
    """Nobody behind it would be a member any more."""
    monkeypatch.setattr(module, "PAGE", 5)
    group = max(box.site.groups, key=lambda one: len(one.members))
    assert len(group.members) > 25
    box.faults.plan("duplicate_page", path="*/principal-list", at=at)
    found = members_of(ask(box), str(group.id), set())
    assert len(box.faults.struck) == len(at)
    assert set(found.users) == {str(member) for member in group.members}


def test_no_more_than_two_requests_are_under_way(ask: Ask, extract: Extract):
    most = 0
    with AdobeConnectSandbox(people=60, communities=6, years=0.3, latency=0.02) as slow:
        usual = slow.answer

        def answer(request: Request) -> Response:
            nonlocal most
            most = max(most, sum(slow._in_flight.values()))
            return usual(request)

        slow.answer = answer  # type: ignore[method-assign]
        ctx = ask(slow)
        assert len(taken_rooms(ctx)) > 4
    assert most == 2


@pytest.mark.parametrize("fault", ["503", "reset", "truncated", "empty"])
def test_a_broken_answer_is_no_empty_site(
    box: AdobeConnectSandbox, ask: Ask, extract: Extract, fault: str
):
    """What can be asked for again is; what cannot is an error and never a site without rooms."""
    expected = len(extract(rooms, ask(box)).of(Space))
    box.faults.plan(fault, path="*/sco-contents", at=2)
    try:
        assert len(extract(rooms, ask(box)).of(Space)) == expected
    except SourceUnavailable as error:
        assert fault in ("truncated", "empty"), error
