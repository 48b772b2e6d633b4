"""What is planned, until it was held or called off."""

from cophub import Event, Gone, Space
from cophub.connectors.gotomeeting.meetings import meetings
from cophub.connectors.gotomeeting.upcoming import upcoming
from tests.connectors.gotomeeting.conftest import paths
from tests.connectors.gotomeeting.expected import at


def planned(box) -> set[str]:
    return {
        f"upcoming:{one['meeting_id']}:{at(one['start']):%Y%m%dT%H%M%SZ}"
        for one in box.truth()["upcoming"]
    }


def told(found) -> set[str]:
    return {key for key in found.last(Event) if key.startswith("upcoming:")}


def test_what_is_planned_is_an_event_to_come(still, ask, extract):
    found = extract(upcoming, ask(still))
    assert told(found) == planned(still) and planned(still)
    assert all(one["starts_at"] > still.now for one in found.last(Event).values())
    assert paths(still, "/upcomingMeetings") and not found.rejects


def test_webinars_to_come_are_told_too(still, ask, extract):
    found = extract(upcoming, ask(still)).last(Event)
    coming = {
        f"upcoming-webinar:{key}:{at(start):%Y%m%dT%H%M%SZ}"
        for key, webinar in still.truth()["webinars"].items()
        for start, end in webinar["times"]
        if at(end) > still.now
    }
    assert {key for key in found if key.startswith("upcoming-webinar:")} == coming


def test_what_is_planned_no_more_ends(box, ask, extract):
    """All that begin as planned ones do, but for those that are told now."""
    found = extract(upcoming, ask(box))
    (gone,) = [one for one in found.items if isinstance(one, Gone) and one.prefix == "upcoming:"]
    assert gone.told and set(gone.but) == planned(box) == told(found)
    box.calendar.cancel(box.calendar.planned[0])
    again = extract(upcoming, ask(box), found.cursor)
    (gone,) = [one for one in again.items if isinstance(one, Gone) and one.prefix == "upcoming:"]
    assert set(gone.but) == planned(box) < told(found)


def test_what_was_held_has_another_key_and_the_same_meeting_id(box, ask, extract):
    first = box.calendar.planned[0]
    before = extract(upcoming, ask(box)).last(Event)
    (key,) = [one for one in before if f":{first.meeting.id}:" in one and _at(first) in one]
    box.advance(days=70)
    after = extract(upcoming, ask(box)).last(Event)
    held = extract(meetings, ask(box)).last(Event)
    assert key not in after and key not in held
    assert any(one["extra"]["meeting_id"] == before[key]["extra"]["meeting_id"]
               for one in held.values()) or first.cancelled  # fmt: skip


def _at(occurrence) -> str:
    from cophub.sandbox.timeline import moment

    return f"{moment(occurrence.start):%Y%m%dT%H%M%SZ}"


def test_nothing_ends_after_a_read_that_was_not_clean(box, ask, extract):
    box.faults.plan("bad_item", path="*/upcomingMeetings", every=1)
    found = extract(upcoming, ask(box))
    assert found.rejects
    assert "upcoming:" not in {one.prefix for one in found.items if isinstance(one, Gone)}


def test_no_meeting_ends_of_an_organizer_whose_row_is_bad(box, ask, extract):
    box.faults.plan("bad_item", path="*/organizers", every=1)
    found = extract(upcoming, ask(box))
    assert found.rejects
    assert "upcoming:" not in {one.prefix for one in found.items if isinstance(one, Gone)}


def test_no_webinar_ends_after_a_read_that_was_not_clean(box, ask, extract):
    found = extract(upcoming, ask(box))
    assert "upcoming-webinar:" in {one.prefix for one in found.items if isinstance(one, Gone)}
    box.faults.plan("bad_item", path="*/webinars", every=1)
    found = extract(upcoming, ask(box))
    assert found.rejects
    prefixes = {one.prefix for one in found.items if isinstance(one, Gone)}
    assert prefixes == {"upcoming:"}


def test_a_room_is_the_same_space_as_of_the_calls_held_in_it(still, ask, extract):
    ctx = ask(still)
    rooms = extract(upcoming, ctx).last(Space)
    assert rooms
    assert not rooms.keys() & extract(meetings, ctx).last(Space).keys()


def test_without_a_licence_planned_meetings_are_told(box, ask, extract):
    box.webinar_licence = False
    assert told(extract(upcoming, ask(box))) == planned(box)
