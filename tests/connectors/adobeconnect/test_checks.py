"""A verdict per stream with who must be allowed what; what there is; and what a run costs."""

from collections.abc import Callable
from typing import Any

from cophub import Context, Verdict
from cophub.connectors.adobeconnect import STREAMS, check, discover, estimate
from cophub.sandbox import AdobeConnectSandbox

Ask = Callable[..., Context[Any]]
Extract = Callable[..., Any]


def verdicts(ctx: Context[Any]) -> dict[str, Verdict]:
    """The verdicts by subject."""
    return {verdict.subject: verdict for verdict in check(ctx)}


def test_all_is_well_where_every_room_is_open(box: AdobeConnectSandbox, ask: Ask):
    for room in box.site.rooms:
        room.hidden = False
    found = verdicts(ask(box))
    subjects = ("login", "rooms", "sessions", "attendance", "content", "groups")
    assert {name: verdict.state for name, verdict in found.items()} == dict.fromkeys(subjects, "ok")


def test_a_closed_room_is_named_with_who_must_be_made_its_host(
    still: AdobeConnectSandbox, ask: Ask
):
    (closed,) = [room for room in still.site.rooms if room.hidden]
    found = verdicts(ask(still))["attendance"]
    assert (found.state, found.message[:4]) == ("warning", "1 of")
    assert f'host of "{closed.name}" ({closed.id})' in (found.fix or "")


def test_where_all_rooms_are_closed_the_streams_fail(box: AdobeConnectSandbox, ask: Ask):
    for room in box.site.rooms:
        room.hidden = True
    assert verdicts(ask(box))["sessions"].state == "failed"


def test_a_wrong_password_is_all_that_is_said(still: AdobeConnectSandbox, ask: Ask):
    (found,) = check(ask(still, password="guessed"))
    assert (found.subject, found.state) == ("login", "failed")
    assert "correct login and password" in (found.fix or "")


def test_a_site_that_is_no_adobe_connect_is_said_to_be_none(still: AdobeConnectSandbox, ask: Ask):
    (found,) = check(ask(still, base_url="http://127.0.0.1:9"))
    assert "can be reached" in (found.fix or "")


def test_groups_say_that_they_want_an_administrator(box: AdobeConnectSandbox, ask: Ask):
    box.site.administrator = False
    found = verdicts(ask(box))["groups"]
    assert found.state == "failed"
    assert "member of Administrators" in (found.fix or "")
    assert verdicts(ask(box, groups=[]))["groups"].state == "warning"


def test_a_room_that_is_not_there_is_told(still: AdobeConnectSandbox, ask: Ask):
    found = verdicts(ask(still, meetings=["Knitting"]))
    assert found["rooms"].state == "failed"
    assert "correct meetings" in (found["rooms"].fix or "")


def test_a_closed_folder_is_told(box: AdobeConnectSandbox, ask: Ask):
    next(sco for sco in box.site.scos.values() if sco.name == "Calls").hidden = True
    assert verdicts(ask(box))["rooms"].state == "warning"


def test_what_there_is_are_rooms_and_groups_taken_or_not(still: AdobeConnectSandbox, ask: Ask):
    found = list(discover(ask(still, meetings=["mercop"], groups=[])))
    rooms = {space.key for space in found if space.kind == "meeting_room"}
    groups = {space.title for space in found if space.kind == "group"}
    assert rooms == set(still.truth()["rooms"])
    assert groups == {one.title for one in still.world.communities}


def test_what_a_run_costs_is_known_before_but_for_new_sessions(
    box: AdobeConnectSandbox, ask: Ask, extract: Extract
):
    ctx = ask(box)
    cursors = {stream.name: extract(stream, ctx).cursor for stream in STREAMS}
    told = sum(one.requests for one in estimate(ask(box), cursors))
    ctx = ask(box)
    for stream in STREAMS:
        extract(stream, ctx, cursors[stream.name])
    assert abs(told - ctx.transport.traffic.requests) <= 5
