"""Meetings that were held: each once, with whoever was there, whichever call told of it."""

from datetime import timedelta
from typing import Any

import httpx
import pytest

from cophub import Account, Attendance, AuthError, Document, Event, SourceUnavailable, Space
from cophub.connectors.gotomeeting.client import TooMuch, _named
from cophub.connectors.gotomeeting.meetings import meetings
from cophub.connectors.gotomeeting.organizers import organizers
from cophub.connectors.gotomeeting.windows import Halving
from cophub.sandbox.goto import GotoSandbox
from cophub.sandbox.timeline import moment
from tests.connectors.gotomeeting.conftest import paths
from tests.connectors.gotomeeting.expected import at, attendances, events, minutes

MEETINGS_OF_GROUP = "/groups/"


def compare(sandbox: GotoSandbox, found: Any) -> None:
    """Everything that was extracted is what the sandbox holds, and all of it."""
    held, there = events(sandbox), found.last(Event)
    assert there.keys() == held.keys()
    attended = found.last(Attendance)
    seen = set()
    for key, event in held.items():
        row = there[key]
        assert row["starts_at"] == at(event["start"]) and row["ends_at"] == at(event["end"])
        assert row["organizer"] == event["organizer_email"]
        assert row["series"] == event["series"]
        assert row["space"] == (event["series"] or f"organizer:{event['organizer']}")
        for account, rows in attendances(event).items():
            one = attended[key, account]
            seen.add((key, account))
            assert one["joined_at"] == at(rows[0]["joined"])
            assert one["visits"] == len(rows)
            if all(row["left"] for row in rows):
                assert one["left_at"] == max(at(row["left"]) for row in rows)
                assert one["minutes"] == pytest.approx(minutes(event, rows), abs=0.02)
    assert attended.keys() == seen


def test_a_whole_read_holds_every_meeting_and_everyone_who_was_there(still, ask, extract):
    found = extract(meetings, ask(still))
    assert found.rejects == []
    compare(still, found)


@pytest.mark.parametrize("recordings", [True, False])
def test_whichever_calls_tell_the_keys_are_the_same(still, ask, extract, recordings):
    """By group, and by each of its organizers besides; a name of one organizer reads no group."""
    found = extract(meetings, ask(still, recordings=recordings))
    compare(still, found)
    assert any("/groups/" in path for path in paths(still, "/historicalMeetings"))
    by_organizer = [path for path in paths(still, "/organizers/") if "historical" in path]
    assert bool(by_organizer) == recordings or len(by_organizer) < 60


def test_attendees_of_a_group_are_one_call_for_a_window(still, ask, extract):
    """Not one call for each meeting, and none for a window in which nobody met."""
    found = extract(meetings, ask(still, since="2026-01-01", recordings=False))
    windows = len(found.cursors)
    asked = paths(still, "/attendees")
    assert not [path for path in asked if "/meetings/" in path]
    units = {path.rsplit("/", 1)[0] for path in asked}
    assert len(asked) <= windows * len(units) < len(found.of(Event))


def test_who_is_no_administrator_reads_their_own_meetings(box, ask, extract):
    """By the calls for oneself, and attendees by meeting: a room's are asked for once."""
    box.me = next(each for each in box.account.organizers if not each.admin and not each.suspended)
    found = extract(meetings, ask(box))
    held = {k: v for k, v in events(box).items() if v["organizer"] == str(box.me.key)}
    assert held and found.last(Event).keys() == held.keys()
    for key, event in held.items():
        told = {account for there, account in found.last(Attendance) if there == key}
        assert told == attendances(event).keys()
    rooms = {event["series"] for event in held.values() if event["series"]}
    for room in rooms:
        assert len(paths(box, f"/meetings/{room}/attendees")) == 1
    for key, account in found.last(Attendance):
        if all(row["left"] for row in attendances(held[key])[account]):
            truly = minutes(held[key], attendances(held[key])[account])
            one = found.last(Attendance)[key, account]
            assert one["minutes"] == pytest.approx(truly, abs=0.02)


def test_a_room_is_a_space_below_its_organizer_and_each_call_an_event_of_the_series(
    still, ask, extract
):
    ctx = ask(still)
    spaces = extract(organizers, ctx).last(Space)
    found = extract(meetings, ctx)
    spaces |= found.last(Space)
    series = {one["series"] for one in found.last(Event).values() if one["series"]}
    assert len(series) >= 6
    for key in series:
        assert spaces[key]["kind"] == "meeting_room"
        assert spaces[spaces[key]["parent"]]["kind"] == "meeting_room"
    assert all(one["space"] in spaces for one in found.last(Event).values())


def test_a_subject_is_as_it_was_typed(still, ask, extract):
    """GoTo keeps > as a character reference."""
    titles = {one["title"] for one in extract(meetings, ask(still)).last(Event).values()}
    assert any("->" in title for title in titles) and not any("&gt;" in title for title in titles)


def test_a_recording_is_a_document_of_its_event(still, ask, extract):
    found = extract(meetings, ask(still))
    documents = found.last(Document)
    recorded = [session for _, _, session in still.calendar.sessions if session.recorded]
    assert len(documents) == len(recorded) > 5
    for one in documents.values():
        assert one["extra"]["event"] in found.last(Event)
        assert one["url"].startswith("https://") and "download" not in one["url"]


def test_organizers_are_chosen_by_address_key_name_or_pattern(still, ask, extract):
    one = still.account.organizers[2]
    for word in (one.email, str(one.key), one.name, f"{one.email.split('@')[0]}*"):
        found = extract(meetings, ask(still, organizers=[word], since="2026-01-01"))
        assert {event["organizer"] for event in found.last(Event).values()} == {one.email}


def test_windows_that_are_refused_are_halved_and_nothing_is_lost(box, ask, extract):
    """GoTo's longest window is not documented; a sandbox that takes ten days is read whole."""
    box.longest_window_days = 10
    compare(box, extract(meetings, ask(box)))


def test_a_window_that_breaks_the_vendor_down_is_halved(box, ask, extract):
    """Too much is told by 500 and 413 as well; of one organizer, so that each try is refused."""
    host = next(each for each in box.account.organizers if each.admin)
    path = f"*/organizers/{host.key}/historicalMeetings"
    for status in ("500", "413"):
        box.faults.clear()
        box.log.clear()
        box.faults.plan(status, path=path, at=tuple(range(1, 6)))
        compare(box, extract(meetings, ask(box)))
        asked = [round(days(one)) for one in box.log if one.path.endswith(path[1:])]
        assert asked[0] == 30 and 15 in asked


def test_an_answer_that_does_not_come_in_time_is_too_much():
    late = SourceUnavailable("no answer in time")
    late.__cause__ = httpx.ReadTimeout("x")
    assert isinstance(_named(late), TooMuch)
    assert not isinstance(_named(SourceUnavailable("no connection")), TooMuch)


def test_no_window_is_longer_than_a_month_and_attendees_are_asked_for_a_day_more(
    still, ask, extract
):
    """A report may go by the join, which is after the meeting's start."""
    extract(meetings, ask(still, recordings=False))
    ends: dict[str, set[str]] = {"historicalMeetings": set(), "attendees": set()}
    for one in still.log:
        if (call := one.path.rpartition("/")[2]) in ends:
            ends[call].add(one.query["endDate"])
            assert 0 < days(one) <= 31
    later = {
        f"{at(end) + timedelta(days=1):%Y-%m-%dT%H:%M:%SZ}" for end in ends["historicalMeetings"]
    }
    assert len(ends["attendees"] & later) >= len(ends["attendees"]) - 1 > 5


def test_the_size_that_works_is_kept_so_that_not_every_window_is_refused(box, ask, extract):
    box.longest_window_days = 10
    extract(meetings, ask(box, recordings=False))
    assert 2 <= sum(days(request) > 10 for request in box.log) <= 20


def days(request: Any) -> float:
    """The length of the window that was asked for."""
    if "startDate" not in request.query:
        return 0.0
    return (at(request.query["endDate"]) - at(request.query["startDate"])).total_seconds() / 86_400


def test_halving_ends_at_a_day(ask, box):
    from datetime import UTC, datetime

    from cophub import SourceUnavailable
    from cophub.connectors.gotomeeting.client import TooMuch

    asked = []

    def refuse(start: datetime, stop: datetime) -> list[int]:
        asked.append(stop - start)
        raise TooMuch("no")

    start = datetime(2020, 1, 1, tzinfo=UTC)
    with pytest.raises(SourceUnavailable, match=r"2020-01-01.*set since"):
        Halving()(refuse, start, datetime(2020, 2, 1, tzinfo=UTC))
    assert len(asked) == 6


def test_a_later_run_reads_the_last_two_days_again_and_no_more(box, ask, extract):
    first = extract(meetings, ask(box))
    box.log.clear()
    again = extract(meetings, ask(box), first.cursor)
    assert len(again.cursors) == 1 and again.cursor == first.cursor
    windows = {request.raw_query for request in box.log if "historicalMeetings" in request.path}
    assert all("2026-05-30T00" in query for query in windows)


def test_attendees_that_are_reported_a_day_late_are_read(box, ask, extract):
    for _ in range(60):
        box.advance(hours=12)
        session = box.calendar.sessions[-1][2]
        if box.timeline.now - 12 * 3600 < session.end < box.timeline.now:
            break
    for visit in session.visits:
        visit.reported = box.timeline.now + 30 * 3600
    key = f"{session.meeting.id}:{moment(session.start):%Y%m%dT%H%M%SZ}"
    first = extract(meetings, ask(box))
    assert key in first.last(Event)
    assert key not in {event for event, _ in first.last(Attendance)}
    box.advance(hours=31)
    told = extract(meetings, ask(box), first.cursor).last(Attendance)
    assert {account for event, account in told if event == key} == set(
        attendances(events(box)[key])
    )


def test_attendees_that_are_reported_late_are_read(box, ask, extract):
    """Two days of meetings are read again each time; all that was there in the end is known."""
    found = extract(meetings, ask(box))
    cursor = found.cursor
    for _ in range(20):
        box.advance(days=1)
        more = extract(meetings, ask(box), cursor)
        cursor = more.cursor
        found.items += more.items
    box.advance(days=3)
    found.items += extract(meetings, ask(box), cursor).items
    compare(box, found)


def test_a_read_that_was_killed_goes_on_after_its_last_window(box, ask, extract):
    whole = extract(meetings, ask(box))
    middle = whole.cursors[len(whole.cursors) // 2]
    box.log.clear()
    rest = extract(meetings, ask(box), middle)
    assert len(rest.cursors) < len(whole.cursors) * 0.6
    assert rest.cursor == whole.cursor
    assert all(len(cursor) < 120 for cursor in whole.cursors)


@pytest.mark.parametrize("cursor", ["", "{", "null", '{"since":1}', '{"since":"x","of":"y"}'])
def test_a_strange_cursor_is_a_first_read(box, ask, extract, cursor):
    assert extract(meetings, ask(box), cursor).last(Event).keys() == events(box).keys()


def test_history_is_read_anew_when_settings_ask_for_more_of_it(box, ask, extract):
    """An earlier first day, or other organizers; a later first day does not."""
    first = extract(meetings, ask(box, since="2026-04-01"))
    assert len(extract(meetings, ask(box, since="2026-05-01"), first.cursor).cursors) == 1
    more = extract(meetings, ask(box, since="2026-01-01"), first.cursor)
    assert len(more.of(Event)) > len(first.of(Event))
    one = box.account.organizers[0].email
    assert (
        len(extract(meetings, ask(box, organizers=[one], since="2026-04-01"), first.cursor).cursors)
        > 1
    )


def test_the_organizers_address_is_nobody_elses(still, ask, extract):
    """`email` and the names in an attendee's row are the organizer's."""
    found = extract(meetings, ask(still))
    hosts = {one.email for one in still.account.organizers}
    told = {one for one in found.last(Attendance) if one[1] in hosts}
    truly = {
        (key, account)
        for key, event in events(still).items()
        for account in attendances(event).keys() & hosts
    }
    assert told == truly
    named = {key: one for key, one in found.last(Account).items() if key in hosts}
    assert named and all("name" not in one for one in named.values())


def test_a_typed_name_is_not_taken_for_a_persons_when_it_is_a_devices(still, ask, extract):
    found = extract(meetings, ask(still)).last(Account)
    names = {one["name"] for key, one in found.items() if "@" in key and "name" in one}
    assert names and all(len(name.split()) > 1 for name in names)
    assert not [name for name in names if "iPhone" in name or "Galaxy" in name]


def test_a_bad_row_is_a_reject_and_loses_nothing_else(box, ask, extract):
    box.faults.plan("bad_item", path="*/historicalMeetings", every=1)
    found = extract(meetings, ask(box, recordings=False))
    assert found.rejects
    assert len(found.last(Event)) + len(found.rejects) >= len(events(box))
    assert len(found.last(Event)) > len(events(box)) / 2


def test_a_lost_leave_has_no_time_and_lasts_as_long_as_was_counted(box, ask, extract):
    for lost in ("", None, "absent"):
        box.lost_leave = lost
        found = extract(meetings, ask(box))
        gone = 0
        for key, event in events(box).items():
            for account, rows in attendances(event).items():
                if len(rows) == 1 and not rows[0]["left"]:
                    one = found.last(Attendance)[key, account]
                    gone += 1
                    assert one["left_at"] is None
                    length = at(event["end"]) - max(at(rows[0]["joined"]), at(event["start"]))
                    assert one["minutes"] == pytest.approx(length.total_seconds() / 60, abs=1)
        assert gone > 3


def test_by_meeting_a_lost_leave_is_not_the_meetings_length(box, ask, extract):
    """The duration in that report is the meeting's, so nobody counted the stay."""
    active = [each for each in box.account.organizers if not each.suspended]
    lost: list[tuple[str, str]] = []
    for box.me in active:
        box.admin = False
        lost = [
            (key, account)
            for key, event in events(box).items()
            if event["organizer"] == str(box.me.key)
            for account, rows in attendances(event).items()
            if len(rows) == 1 and not rows[0]["left"]
        ]
        if lost:
            break
    assert lost
    found = extract(meetings, ask(box)).last(Attendance)
    assert all(found[one]["extra"] == {"leave": "not reported"} for one in lost)


def test_a_choice_within_a_group_is_no_reason_to_reject_the_others(ask, extract):
    """The group's call tells of organizers that the settings leave out."""
    with GotoSandbox(seed=1, people=120, communities=14, years=0.5) as box:
        groups = [box.account.organizers_of(group) for group in box.account.groups]
        hosts = max(groups, key=len)
        assert len(hosts) > 2
        taken = [each.email for each in hosts[:2]]
        found = extract(meetings, ask(box, organizers=taken, recordings=False))
        assert paths(box, "/groups/") and not found.rejects
        assert {one["organizer"] for one in found.last(Event).values()} == set(taken)


def test_attendees_of_a_meeting_that_is_not_in_the_history_are_rejects(still, ask, extract):
    """Kept and shown, not lost: a report that is more than some minutes off."""
    session = still.calendar.sessions[30][2]
    before, session.skew = session.skew, 3_600
    try:
        found = extract(meetings, ask(still, recordings=False))
    finally:
        session.skew = before
    assert {one.reason for one in found.rejects} == {
        "attended a meeting that GoTo's history does not have"
    }
    assert len(found.rejects) == len(session.visits)


def test_an_organizer_of_whom_nothing_is_there_stops_nobody_elses(box, ask, extract):
    """404 is documented for who has none; 403 counts so for who is suspended."""
    host = box.account.organizers[0]
    box.faults.plan("404", path=f"*/organizers/{host.key}/*", every=1)
    found = extract(meetings, ask(box))
    assert found.of(Event) and not found.rejects
    other = next(each for each in box.account.organizers if each.suspended)
    box.faults.plan("403", path=f"*/organizers/{other.key}/*", every=1)
    assert extract(meetings, ask(box)).of(Event)


def test_a_403_for_an_active_organizer_is_an_error(box, ask, extract):
    """Left out without a word, their meetings would seem not to have been held."""
    alone = next(each for each in box.account.organizers if not each.group and not each.suspended)
    box.faults.plan("403", path=f"*/organizers/{alone.key}/*", every=1)
    with pytest.raises(AuthError):
        extract(meetings, ask(box))
