"""Organizers of whom GoTo cannot tell: what they cost the others, and what is no such failure.

That all others are read row for row is held by tests/sync/test_broken_organizers.py.
"""

from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest

from cophub import AuthError, Checkpoint, Context, Event, Gone, Item, Reject, SourceUnavailable
from cophub.connectors.gotomeeting.meetings import meetings
from cophub.connectors.gotomeeting.place import Place
from cophub.connectors.gotomeeting.upcoming import upcoming
from cophub.connectors.gotomeeting.webinars import webinars
from cophub.sandbox.goto import GotoSandbox
from tests.connectors.gotomeeting.conftest import paths
from tests.connectors.gotomeeting.expected import at

Stream = Callable[[Context[Any], str | None], Iterator[Item]]
STREAMS = (meetings, webinars, upcoming)


def told(stream: Stream, ctx: Context[Any], since: str | None = None) -> tuple[list[Item], str]:
    """What a stream gives until it fails, and how it fails."""
    items: list[Item] = []
    with pytest.raises((SourceUnavailable, AuthError)) as failure:
        for item in stream(ctx, since):
            items.append(item)
    return items, str(failure.value)


def alone(box: GotoSandbox) -> Any:
    """An organizer who is in no group."""
    return next(one for one in box.account.organizers if not one.group and not one.suspended)


def days(request: Any) -> float:
    return (at(request.query["endDate"]) - at(request.query["startDate"])) / timedelta(days=1)


def test_who_is_broken_is_asked_no_more_and_costs_the_others_no_request(box, ask):
    one = alone(box)
    box.faults.plan("500", path=f"*/organizers/{one.key}/*", every=1)
    told(meetings, ask(box, recordings=False))
    asked = [request for request in box.log if request.path.endswith("/historicalMeetings")]
    of_one = [request for request in asked if f"/{one.key}/" in request.path]
    assert len(of_one) == 6 * 5  # six lengths from a month to a day, five tries each
    others = [days(request) for request in asked if request not in of_one]
    assert len([length for length in others if length < 20]) <= len(others) / 10


def test_what_a_group_tells_of_who_is_broken_is_neither_told_nor_a_reject(box, ask):
    """It lacks the recording and the key of the session, which would be lost to what is there."""
    one, *others = box.account.organizers_of(box.account.groups[0])
    box.faults.plan("500", path=f"*/organizers/{one.key}/*", every=1)
    items, _ = told(meetings, ask(box))
    organizers = {item.organizer for item in items if isinstance(item, Event)}
    assert one.email not in organizers and organizers & {other.email for other in others}
    assert not [item for item in items if isinstance(item, Reject)]


def test_who_is_broken_in_a_group_that_is_refused_is_asked_no_more_either(box, ask):
    one, *others = box.account.organizers_of(box.account.groups[0])
    box.faults.plan("413", path="*/groups/*/*", every=1)
    box.faults.plan("500", path=f"*/organizers/{one.key}/*", every=1)
    items, _ = told(meetings, ask(box, recordings=False))
    assert len(paths(box, f"/{one.key}/historicalMeetings")) == 6 * 5
    organizers = {item.organizer for item in items if isinstance(item, Event)}
    assert organizers & {other.email for other in others}


@pytest.mark.parametrize("stream", [meetings, webinars])
def test_the_cursor_says_since_when_somebody_is_owed_until_they_are_read(box, ask, extract, stream):
    one = alone(box) if stream is meetings else webinar_host(box)
    complete = extract(stream, ask(box))
    box.faults.plan("500", path=f"*/organizers/{one.key}/*", every=1)
    items, _ = told(stream, ask(box))
    for _ in range(2):
        cursor = next(each.cursor for each in reversed(items) if isinstance(each, Checkpoint))
        place = Place.stored(cursor)
        assert place.again and place.again[:10] == place.since
        items, _ = told(stream, ask(box), cursor)
    box.faults.clear()
    healed = extract(stream, ask(box), cursor)
    assert {key for key, row in complete.last(Event).items() if row["organizer"] == one.email} <= {
        *healed.last(Event)
    }
    assert healed.cursor and Place.stored(healed.cursor).again is None


def webinar_host(box: GotoSandbox) -> Any:
    held = box.webinars.by_organizer
    return next(one for one in box.account.organizers if held[one.key] and one.webinars)


def test_one_session_of_a_webinar_that_cannot_be_read_leaves_its_organizer_alone(box, ask, caplog):
    one = webinar_host(box)
    box.faults.plan("500", path=f"*/organizers/{one.key}/*/attendees", every=1)
    items, _ = told(webinars, ask(box))
    assert f"webinars of organizer {one.key} are left for the next run" in caplog.text
    assert any(isinstance(item, Checkpoint) for item in items)


def test_what_is_planned_ends_for_those_alone_of_whom_goto_tells(box, ask):
    one = alone(box)
    box.faults.plan("500", path=f"*/organizers/{one.key}/*", every=1)
    items, _ = told(upcoming, ask(box))
    ends = [item for item in items if isinstance(item, Gone) and item.prefix == "upcoming:"]
    addresses = {item.where.get("organizer") for item in ends}
    assert addresses and addresses <= {each.email for each in box.account.organizers} - {one.email}


def test_planned_meetings_are_told_where_planned_webinars_cannot_be(box, ask):
    box.faults.plan("500", path="*/accounts/*/webinars", every=1)
    items, _ = told(upcoming, ask(box))
    assert {item.prefix for item in items if isinstance(item, Gone)} == {"upcoming:"}
    assert isinstance(items[-1], Checkpoint)


@pytest.mark.parametrize(
    ("stream", "fault", "said"),
    [
        *((stream, "429", "budget") for stream in STREAMS),
        *((stream, "reset", "failed 5 times in a row") for stream in STREAMS),
        (meetings, "401", "401"),
        (upcoming, "401", "401"),
    ],
)
def test_what_is_not_of_one_organizer_ends_the_stream_at_once(
    box, ask, caplog, stream, fault, said
):
    """A refusal, a budget that does not reach, and a connection that is lost."""
    options = {"retry_after": 99_999} if fault == "429" else {}
    box.faults.plan(fault, path=f"*/organizers/{webinar_host(box).key}/*", every=1, **options)
    box.faults.plan(fault, path=f"*/organizers/{alone(box).key}/*", every=1, **options)
    items, error = told(stream, ask(box))
    assert said in error and "are left for the next run" not in caplog.text
    assert not any(isinstance(item, Checkpoint) for item in items)


def test_a_run_that_is_stopped_asks_nobody_else(box, ask, caplog):
    ctx = ask(box)
    items = meetings(ctx, None)
    next(item for item in items if isinstance(item, Checkpoint))
    ctx.transport.close()
    with pytest.raises(SourceUnavailable, match="stopped"):
        list(items)
    assert "are left for the next run" not in caplog.text


def test_a_vendor_that_tells_of_nobody_is_not_asked_for_everybody(ask, caplog):
    with GotoSandbox(seed=1, people=120, communities=4, years=1) as box:
        for one in box.account.organizers:
            one.group = 0  # so that each is asked for
        box.faults.plan("500", path="/G2M/*/organizers/*", every=1)
        items, _ = told(upcoming, ask(box))
    assert not items
    assert caplog.text.count("are left for the next run") == 2
