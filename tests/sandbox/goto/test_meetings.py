"""GoToMeeting emulated: what its answers get wrong, leave out, and refuse."""

import re
from collections import Counter, defaultdict
from collections.abc import Callable
from typing import Any

import httpx
import pytest

from cophub.sandbox import GotoSandbox

G2M = "/G2M/rest"
SignIn = Callable[..., httpx.Client]


def rows(client: httpx.Client, path: str, **query: str) -> Any:
    """The answer to a call that must succeed."""
    return client.get(f"{G2M}{path}", params=query).raise_for_status().json()


@pytest.fixture(scope="module")
def attended(
    shown: GotoSandbox, reader: httpx.Client, year: dict[str, str]
) -> list[dict[str, Any]]:
    """Every attendee row of the year, by organizer."""
    return [
        row
        for organizer in shown.account.organizers
        for row in rows(reader, f"/organizers/{organizer.key}/attendees", **year)
    ]


def test_the_same_id_is_a_number_here_and_a_text_there(
    shown: GotoSandbox, reader: httpx.Client, year: dict[str, str]
) -> None:
    """And keys are too long for a floating-point number."""
    host, group = shown.account.hosts[0], shown.account.groups[0]
    assert host.key > 2**53
    held = rows(reader, f"/organizers/{host.key}/historicalMeetings", **year)[0]
    assert (held["organizerKey"], held["duration"].isdecimal()) == (str(host.key), True)
    assert type(held["meetingId"]) is str
    assert rows(reader, f"/organizers/{host.key}")[0]["organizerKey"] == host.key
    by_organizer = rows(reader, f"/organizers/{host.key}/attendees", **year)[0]
    by_group = rows(reader, f"/groups/{group.key}/attendees", **year)[0]
    assert type(by_organizer["meetingId"]) is int
    assert type(by_group["meetingId"]) is str
    assert by_organizer["meetingInstanceKey"] > 2**53


def test_a_room_answers_with_the_attendees_of_all_its_sessions(
    shown: GotoSandbox, reader: httpx.Client
) -> None:
    """Told apart by instance alone; `duration` is the meeting's, `name` the attendee's."""
    room = shown.calendar.rooms[0]
    found = rows(reader, f"/meetings/{room.id}/attendees")
    sessions = {session.key: session for session in shown.calendar.by_meeting[room.id]}
    assert {row["meetingInstanceKey"] for row in found} == set(sessions)
    assert len(sessions) > 20
    for row in found:
        assert row["duration"] == sessions[row["meetingInstanceKey"]].minutes
        assert row["name"] == row["attendeeName"]
        assert row["groupName"] == "NA"


def test_an_attendees_row_names_the_organizer_as_if_they_attended(
    shown: GotoSandbox, attended: list[dict[str, Any]]
) -> None:
    """`email`, `firstName`, `lastName`, and by organizer `name`, are the organizer's."""
    hosts = {each.key: each for each in shown.account.organizers}
    for row in attended:
        host = hosts[row["organizerkey"]]
        assert (row["email"], row["firstName"]) == (host.email, host.given)
        assert row["name"] == host.name


def test_people_type_what_they_like_and_some_give_no_address(
    attended: list[dict[str, Any]],
) -> None:
    """Names turned round, short, of devices; addresses missing, or in another case."""
    guests = [row for row in attended if row["attendeeEmail"] != row["email"]]
    empty = sum(not row["attendeeEmail"] for row in guests) / len(guests)
    assert 0.2 < empty < 0.6
    assert any(re.search("iPhone|iPad|Galaxy", row["attendeeName"]) for row in guests)
    names = defaultdict(set)
    for row in guests:
        if row["attendeeEmail"]:
            names[row["attendeeEmail"].lower()].add(row["attendeeName"])
    assert sum(len(found) > 1 for found in names.values()) > 10
    assert any(row["attendeeEmail"] != row["attendeeEmail"].lower() for row in guests)


def test_whoever_comes_back_has_a_row_more(attended: list[dict[str, Any]]) -> None:
    """Rows of one person in one session: same name and address, or another device's."""
    visits = Counter(
        (row["meetingInstanceKey"], row["attendeeEmail"].lower())
        for row in attended
        if row["attendeeEmail"]
    )
    assert sum(count > 1 for count in visits.values()) > 10


@pytest.mark.parametrize("lost", ["", None, "absent"])
def test_some_rows_have_no_time_of_leaving(
    sandbox: GotoSandbox, client: httpx.Client, year: dict[str, str], lost: Any
) -> None:
    """Said in one of three ways."""
    sandbox.lost_leave = lost
    key = sandbox.account.hosts[0].key
    found = rows(client, f"/organizers/{key}/attendees", **year)
    without = [row for row in found if not row.get("leaveTime")]
    assert 0 < len(without) < len(found) / 5
    assert all(("leaveTime" in row) == (lost != "absent") for row in without)


def test_the_report_of_attendance_may_say_another_start(
    shown: GotoSandbox, reader: httpx.Client, year: dict[str, str], attended: list[dict[str, Any]]
) -> None:
    """By up to a minute and a half; otherwise the same as the history says."""
    starts = {
        row["startTime"]
        for each in shown.account.organizers
        for row in rows(reader, f"/organizers/{each.key}/historicalMeetings", **year)
    }
    told = {row["startTime"] for row in attended}
    assert 0.05 < len(told - starts) / len(told) < 0.4


def test_a_running_meeting_is_no_history_yet_and_its_report_comes_later(
    sandbox: GotoSandbox, client: httpx.Client, year: dict[str, str], sign_in: SignIn
) -> None:
    """It is shown among the upcoming ones as ACTIVE; the last row is there after a day."""
    organizer = sandbox.account.hosts[0]
    window = {"startDate": year["endDate"], "endDate": "2026-07-01T00:00:00Z"}
    history = f"/organizers/{organizer.key}/historicalMeetings"
    attendees = f"/organizers/{organizer.key}/attendees"
    meeting = sandbox.hold("MERCOP: sudden", community=0)
    sandbox.advance(minutes=20)
    assert rows(client, history, **window) == rows(client, attendees, **window) == []
    (running,) = (
        row
        for row in rows(client, f"/organizers/{organizer.key}/upcomingMeetings")
        if row["meetingId"] == str(meeting.id)
    )
    assert (running["status"], running["passwordRequired"]) == ("ACTIVE", "false")
    sandbox.advance(hours=2)
    later = sign_in(sandbox)
    assert rows(later, history, **window)[0]["subject"] == "MERCOP: sudden"
    sandbox.advance(days=1)
    (session,) = sandbox.calendar.by_meeting[meeting.id]
    told = rows(sign_in(sandbox), f"/meetings/{meeting.id}/attendees")
    assert len(told) == len(session.visits) > 0


def test_reports_come_up_to_a_day_late(sandbox: GotoSandbox, sign_in: SignIn) -> None:
    """Of ten meetings that ended, some lack rows; after a day none does."""
    held = [sandbox.hold(f"MERCOP: number {n}", community=0, minutes=20) for n in range(10)]

    def lacking() -> list[int]:
        told = sign_in(sandbox)
        calendar = sandbox.calendar.by_meeting
        return [
            sum(len(session.visits) for session in calendar[meeting.id])
            - len(rows(told, f"/meetings/{meeting.id}/attendees"))
            for meeting in held
        ]

    sandbox.advance(hours=2)
    assert 0 < sum(missing > 0 for missing in lacking()) < 10
    sandbox.advance(days=1)
    assert lacking() == [0] * 10


def test_some_reports_come_in_parts(shown: GotoSandbox) -> None:
    """Hours after the meeting, with some rows at once."""
    waits = [
        {visit.reported - session.end for visit in session.visits}
        for _, _, session in shown.calendar.sessions
    ]
    assert all(max(wait) <= 86_400 for wait in waits)
    assert any(max(wait) > 12 * 3_600 > 120 > min(wait) for wait in waits)


def test_an_open_room_is_upcoming_for_ever_with_a_date_long_past(
    shown: GotoSandbox, reader: httpx.Client
) -> None:
    """It is the organizer's own, and recurring; nobody plans when it is used."""
    organizer = next(each for each in shown.account.organizers if each.key in shown.calendar.open)
    first = rows(reader, f"/organizers/{organizer.key}/upcomingMeetings")[0]
    assert first["meetingId"] == str(shown.calendar.open[organizer.key].meeting.id)
    assert (first["meetingType"], first["status"]) == ("recurring", "INACTIVE")
    assert first["startTime"] < "2024-06"


@pytest.mark.parametrize("forget", [True, False])
def test_an_organizer_may_go(
    sandbox: GotoSandbox, client: httpx.Client, year: dict[str, str], forget: bool
) -> None:
    """Who is deleted has no history any more; who is suspended has; neither hosts again."""
    host = sandbox.account.hosts[0]
    path = f"/organizers/{host.key}"
    assert rows(client, f"{path}/upcomingMeetings")
    sandbox.dismiss(host, forget=forget)
    if forget:
        assert status(client, f"{path}/historicalMeetings", **year) == 404
        return
    assert rows(client, path)[0]["status"] == "suspended"
    assert rows(client, f"{path}/historicalMeetings", **year)
    assert rows(client, f"{path}/upcomingMeetings") == []
    before = len(sandbox.calendar.by_organizer[host.key])
    sandbox.advance(days=90)
    assert len(sandbox.calendar.by_organizer[host.key]) == before


# What is refused


def status(client: httpx.Client, path: str, **query: str) -> int:
    """The status of a call."""
    return client.get(f"{G2M}{path}", params=query).status_code


def test_windows_are_needed_and_may_be_too_long(
    sandbox: GotoSandbox, client: httpx.Client, year: dict[str, str]
) -> None:
    """400 for each; an offset is taken where its `+` is encoded."""
    path, (start, end) = "/historicalMeetings", (year["startDate"], year["endDate"])
    assert status(client, path) == 400
    assert status(client, path, startDate=end, endDate=start) == 400
    assert status(client, path, startDate="2026-05-01T00:00:00+00:00", endDate=end) == 200
    raw = f"{path}?startDate=2026-05-01T00:00:00+00:00&endDate={end}"
    assert client.get(f"{G2M}{raw}").status_code == 400
    sandbox.longest_window_days = 31
    assert status(client, path, **year) == 400
    assert status(client, path, startDate="2026-05-01T00:00:00Z", endDate=end) == 200


def test_a_group_of_more_than_fifty_organizers_is_refused(
    sandbox: GotoSandbox, client: httpx.Client, year: dict[str, str]
) -> None:
    """For meetings and attendees; its organizers are still listed."""
    group = sandbox.fill_group(organizers=50)
    assert status(client, f"/groups/{group.key}/historicalMeetings", **year) == 200
    sandbox.fill_group()
    for what in ("historicalMeetings", "attendees", "upcomingMeetings"):
        assert status(client, f"/groups/{group.key}/{what}", **year) == 400
    assert len(rows(client, f"/groups/{group.key}/organizers")) == 51


def test_who_is_no_administrator_sees_only_their_own(
    sandbox: GotoSandbox, client: httpx.Client, year: dict[str, str], sign_in: SignIn
) -> None:
    """403 for everything else, also for the administrator whose rights were taken."""
    host, other = sandbox.account.hosts[0], sandbox.account.admin
    own = sign_in(sandbox, host)
    assert rows(own, "/historicalMeetings", **year)
    assert rows(own, f"/organizers/{host.key}/attendees", **year)
    for path in ("/organizers", "/groups", f"/organizers/{other.key}/historicalMeetings"):
        assert status(own, path, **year) == 403
        assert status(client, path, **year) == 200
    sandbox.admin = False
    assert status(client, "/organizers") == 403
    account = f"/admin/rest/v1/accounts/{sandbox.account.key}/users"
    assert client.get(account).status_code == 403


def test_users_come_in_pages_that_shift(sandbox: GotoSandbox, client: httpx.Client) -> None:
    """By `pageSize` and `offset`; a user more shifts what comes after."""
    path = f"/admin/rest/v1/accounts/{sandbox.account.key}/users"

    def page(offset: int) -> list[str]:
        answer = client.get(path, params={"pageSize": 2, "offset": offset}).json()
        assert answer["total"] == len(sandbox.account.organizers)
        return [row["key"] for row in answer["results"]]

    first = page(0)
    assert set(first).isdisjoint(page(2))
    sandbox.faults.plan("drift", path="*/users", rows=1)
    assert page(2)[0] == first[1]


def test_the_eleventh_request_in_a_second_is_too_many() -> None:
    """For each API on its own, with no header that says when to come again."""
    with GotoSandbox(people=20, communities=1, years=0.2, limits=True) as limited:
        headers = {"Authorization": f"Bearer {limited.token()}"}
        paths = ["/G2M/rest/organizers"] * 11 + ["/admin/rest/v1/me"]
        with httpx.Client(base_url=limited.base_url, headers=headers) as client:
            answers = [client.get(path) for path in paths]
    assert [answer.status_code for answer in answers] == [200] * 10 + [429, 200]
    assert not {"retry-after", "x-ratelimit-reset"} & answers[10].headers.keys()
    assert limited.limiter.refused == {"g2m": 1}


def test_errors_have_bodies_of_several_shapes(sandbox: GotoSandbox, client: httpx.Client) -> None:
    """None of them is documented; one is not even JSON."""
    bodies = [
        httpx.get(f"{sandbox.base_url}{G2M}/organizers").json().keys(),
        client.get(f"{G2M}/meetings/1/attendees").json().keys(),
        client.get("/G2W/rest/v2/organizers/1/webinars").json().keys(),
    ]
    assert len({frozenset(keys) for keys in bodies}) == 3
    sandbox.faults.plan("status", path="/G2M/rest/organizers", status=503)
    assert client.get(f"{G2M}/organizers").headers["content-type"] == "text/html"
