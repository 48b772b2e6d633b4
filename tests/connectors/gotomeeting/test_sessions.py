"""Attendees are given to the session that was theirs, by instance or start, never by id alone."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from cophub import Attendance, Reject
from cophub.connectors.gotomeeting.directory import Host
from cophub.connectors.gotomeeting.meetings import event_of, recording_of
from cophub.connectors.gotomeeting.payloads import Attendee, Held
from cophub.connectors.gotomeeting.people import People, attendances, telling
from cophub.connectors.gotomeeting.sessions import assign, session_of

START = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
HOST = Host("7", "host@example.org", "Hana", "Ost")


def text(minute: float) -> str:
    return (START + timedelta(minutes=minute)).strftime("%Y-%m-%dT%H:%M:%S.+0000")


def session(minute: float = 0, length: float = 60, **more: Any) -> Any:
    row = Held("525164341", start_time=text(minute), end_time=text(minute + length), **more)
    return session_of(row, {}, HOST)


def attendee(start: float | None = 0, **more: Any) -> Attendee:
    given: dict[str, Any] = {
        "meeting_id": 525164341, "meeting_instance_key": 1, "attendee_name": "Ada Okafor",
        "attendee_email": "ada@example.org", "join_time": text(1), "leave_time": text(50),
        "start_time": None if start is None else text(start), "duration": 49,
    }  # fmt: skip
    return Attendee(**given | more)


WEEK = 7 * 24 * 60


def test_each_session_of_a_room_gets_its_own():
    """One answer may hold the attendees of all sessions that a meeting id ever had."""
    sessions = [session(0), session(WEEK)]
    rows = [
        attendee(0, meeting_instance_key=1),
        attendee(WEEK, meeting_instance_key=2, attendee_email="ben@example.org"),
        attendee(2 * WEEK, meeting_instance_key=3, attendee_email="cy@example.org"),
    ]
    found = assign(sessions, rows)
    emails = {key: [row.attendee_email for row in rows] for key, rows in found.attendees.items()}
    assert emails == {
        sessions[0].key: ["ada@example.org"], sessions[1].key: ["ben@example.org"]
    }  # fmt: skip
    assert [row.attendee_email for row in found.strays] == ["cy@example.org"]
    assert found.instances == {sessions[0].key: "1", sessions[1].key: "2"}


def test_starts_may_differ_by_some_minutes_and_no_more():
    assert assign([session(0)], [attendee(-1.5)]).attendees
    assert not assign([session(0)], [attendee(-6)]).attendees


def test_a_meeting_that_broke_off_is_two_sessions():
    """Started again after four minutes: the nearer start is the session."""
    first, second = session(0, 3), session(4, 50)
    rows = [attendee(0.5, meeting_instance_key=1), attendee(4.2, meeting_instance_key=2)]
    found = assign([first, second], rows)
    assert found.instances == {first.key: "1", second.key: "2"}


def test_the_instance_key_counts_before_the_start():
    mine, other = session(20, session_id="1"), session(0, session_id="2")
    assert assign([mine, other], [attendee(0, meeting_instance_key=1)]).attendees.keys() == {
        mine.key
    }


def test_without_a_start_the_join_tells():
    found = assign([session(0), session(WEEK)], [attendee(None, join_time=text(WEEK + 5))])
    assert found.attendees.keys() == {session(WEEK).key}


def test_another_meeting_at_the_same_time_is_another():
    assert not assign([session(0)], [attendee(0, meeting_id="111222333")]).attendees


def test_a_row_that_comes_twice_counts_once():
    rows = assign([session(0)], [attendee(0), attendee(0)]).attendees[session(0).key]
    assert len(rows) == 1


def one(rows: list[Attendee], *, durations: bool = True) -> Attendance:
    (found,) = attendances(session(0), rows, durations=durations, people=People())
    assert isinstance(found, Attendance)
    return found


def test_the_duration_of_a_meeting_is_not_taken_for_that_of_a_stay():
    """In the report by meeting it is the meeting's; a leave that is missing is then unknown."""
    row = attendee(0, leave_time="", join_time=text(40), duration=60)
    found = one([row], durations=False)
    assert (found.minutes, found.extra) == (20, {"leave": "not reported"})
    unknown = attendee(0, leave_time="", join_time="", duration=60)
    assert one([unknown], durations=False).minutes is None
    assert one([unknown]).minutes == 60
    assert one([attendee(0, leave_time="", join_time=text(40), duration=5)]).minutes == 5


def test_without_an_address_the_name_at_this_organizer_is_who_it_was():
    rows = [attendee(0, attendee_email="", attendee_name="  ADA   Okafor ")]
    assert one(rows).account == "guest:7:ada okafor"


def test_who_gave_neither_name_nor_address_is_a_reject():
    rows = [attendee(0, attendee_email="", attendee_name=" ")]
    (found,) = attendances(session(0), rows, durations=True, people=People())
    assert isinstance(found, Reject) and "neither" in found.reason


@pytest.mark.parametrize(
    ("name", "good"),
    [("Ada Okafor", True), ("ada", False), ("iPhone de Ada", False), ("Ada's iPad", False),
     ("+41 22 555 01", False), ("Okafor ADA", True), ("李 明", True)],
)  # fmt: skip
def test_names_of_devices_and_single_words_tell_little(name: str, good: bool):
    assert telling(name) == good


def test_the_last_telling_name_is_the_accounts():
    people = People(["host@example.org"])
    for name in ("Ada Okafor", "ada", "iPhone de Ada"):
        people.met("ada@example.org", "ada@example.org", [name])
    people.met("host@example.org", "host@example.org", ["Hana O."])
    people.met("guest:7:ben", "", ["ben"])
    names = {found.key: found.name for found in people.accounts()}
    assert names["ada@example.org"] == "Ada Okafor" and names["guest:7:ben"] == "ben"
    assert not isinstance(names["host@example.org"], str)


def test_rows_without_the_key_of_an_instance_go_by_their_own_starts():
    """0 is no key."""
    sessions = [session(0), session(WEEK)]
    rows = [
        attendee(start, meeting_instance_key=0, attendee_email=f"{start}@example.org")
        for start in (0, WEEK)
    ]
    found = assign(sessions, rows)
    assert {key: len(rows) for key, rows in found.attendees.items()} == {
        sessions[0].key: 1, sessions[1].key: 1
    }  # fmt: skip
    assert found.instances == {}


def test_a_row_that_tells_no_time_goes_with_the_others_of_its_instance():
    rows = [attendee(0), attendee(None, join_time="", attendee_email="ben@example.org")]
    found = assign([session(0)], rows)
    assert len(found.attendees[session(0).key]) == 2 and not found.strays


def test_who_came_early_is_of_the_session_that_began_then():
    assert assign([session(0)], [attendee(None, join_time=text(-20))]).attendees
    assert not assign([session(0)], [attendee(None, join_time=text(-45))]).attendees


def test_letters_of_two_forms_are_one_name():
    guests = [
        attendee(0, attendee_email="", attendee_name=f"Am{e}lie D") for e in ("e\u0301", "\u00e9")
    ]
    assert one(guests[:1]).account == one(guests[1:]).account
    assert one([attendee(0)]).account == "ada@example.org"


def test_of_the_names_that_one_person_typed_the_telling_one_is_shown():
    rows = [
        attendee(0, attendee_name="ada"),
        attendee(0, attendee_name="Ada Okafor", join_time=text(20)),
    ]
    assert one(rows).name == "Ada Okafor"
    assert one(rows).visits == 2


def test_an_end_that_is_missing_is_the_start_and_the_duration():
    row = Held("525164341", start_time=text(0), end_time="", duration="45")
    assert session_of(row, {}, HOST).end == START + timedelta(minutes=45)


def test_a_meeting_of_an_organizer_who_left_is_theirs():
    row = Held(
        "525164341", start_time=text(0), organizer_key=8, email="Gone@Example.org",
        first_name="Gia", last_name="One",
    )  # fmt: skip
    host = session_of(row, {"7": HOST}, None).host
    assert (host.key, host.email, host.name) == ("8", "gone@example.org", "Gia One")
    with pytest.raises(ValueError, match="organizerKey"):
        session_of(Held("5", start_time=text(0)), {"7": HOST}, None)


@pytest.mark.parametrize("link", ["http://x.example/1", "javascript:1", "", None, 5])
def test_a_recording_has_an_address_that_is_safe_to_open(link: Any):
    assert list(recording_of(session(0, recording={"shareUrl": link}))) == []
    assert list(recording_of(session(0, recording={"shareUrl": "https://x.example/1"})))
    assert list(recording_of(session(0, recording="false"))) == []


def test_an_event_keeps_the_vendors_other_keys_and_number():
    event = event_of(session(0, session_id=99, num_attendees="4"), "2345")
    assert event.extra == {"meeting_id": "525164341", "session_id": "99", "instance_key": "2345"}
    assert event.attendee_count == 4
