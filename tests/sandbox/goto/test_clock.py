"""The emulated GoTo as time passes: meetings are held, moved and cancelled; truth tells of all."""

from collections import Counter, defaultdict
from datetime import UTC, datetime, timedelta
from fnmatch import fnmatchcase
from itertools import pairwise
from typing import Any

import httpx

from cophub.sandbox import GotoSandbox, World


def test_the_same_seed_is_the_same_account_however_the_clock_gets_there() -> None:
    """One step of a month and thirty of a day end in the same state."""
    made = [GotoSandbox(seed=3, people=80, communities=3, years=0.5) for _ in range(2)]
    made[0].advance(days=30)
    for _ in range(30):
        made[1].advance(days=1)
    assert made[0].truth() == made[1].truth()
    other = GotoSandbox(seed=4, people=80, communities=3, years=0.5)
    assert other.truth()["events"] != made[0].truth()["events"]


def test_the_people_are_those_of_the_world() -> None:
    """So that another vendor's sandbox with the same seed is about the same people."""
    sandbox = GotoSandbox(seed=1, people=100, communities=3, years=1)
    now = int(sandbox.now.timestamp())
    world = World(1, people=100, communities=3, now=now, years=1)
    for each in sandbox.account.organizers:
        assert each.email == world.person(each.person).work_email


def test_two_years_of_six_hundred_people_are_held_from_the_beginning() -> None:
    sandbox = GotoSandbox(people=600, communities=12)
    assert len(sandbox.truth()["events"]) > 400


def test_a_monthly_call_is_one_room_and_a_quarter_of_the_community_comes() -> None:
    """Hosted by the community's organizer; subjects tell the community, in capitals."""
    sandbox = GotoSandbox()
    told = sandbox.truth()
    rooms: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for event in told["events"]:
        key = event["community"]
        if key is not None:
            assert fnmatchcase(event["subject"], f"{key.upper()}*")
        else:
            assert ":" not in event["subject"]
        if event["series"] and key:
            rooms[key].append(event)
    assert len(rooms) == 6
    for place, community in enumerate(sandbox.world.communities):
        calls = rooms[community.key]
        assert 20 <= len(calls) <= 30
        assert {event["series"] for event in calls} == {calls[0]["meeting_id"]}
        last = calls[-1]
        instant = int(datetime.fromisoformat(last["start"]).timestamp())
        members = sandbox.account.crowd.members(place, instant)
        assert 0.17 < len(last["attendees"]) / len(members) < 0.36


def test_some_organizers_host_several_communities_and_some_meetings_are_nobodys() -> None:
    """And there are meetings of every kind."""
    told = GotoSandbox().truth()
    hosts = defaultdict(set)
    for event in told["events"]:
        if event["community"]:
            hosts[event["organizer"]].add(event["community"])
    assert sorted(map(len, hosts.values())) == [1, 1, 2, 2]
    kinds = Counter(event["type"] for event in told["events"])
    assert set(kinds) == {"recurring", "scheduled", "immediate"}
    assert sum(event["community"] is None for event in told["events"]) > 20
    nobodys = {event["series"] for event in told["events"] if event["community"] is None}
    assert nobodys & set(told["open_rooms"])


def test_upcoming_meetings_are_moved_cancelled_and_held(
    sandbox: GotoSandbox, client: httpx.Client
) -> None:
    """Within a year each happens; what was held is planned no more."""
    seen: dict[tuple[str, str], set[str]] = defaultdict(set)
    for _ in range(52):
        for row in sandbox.truth()["upcoming"]:
            month = (datetime.fromisoformat(row["start"]) - timedelta(days=8)).strftime("%Y-%m")
            seen[row["meeting_id"], month].add(row["start"])
        sandbox.advance(days=7)
    told = sandbox.truth()
    held = {event["meeting_id"] for event in told["events"]}
    waiting = {row["meeting_id"] for row in told["upcoming"]}
    planned = {meeting for meeting, _ in seen}
    assert planned - held - waiting  # cancelled
    assert any(len(starts) > 1 for starts in seen.values())  # moved
    assert len(planned & held) > 10


def test_truth_counts_minutes_within_the_meeting_only(shown: GotoSandbox) -> None:
    """Who came early or on two devices was not there longer than the meeting lasted."""
    early = 0
    for event in shown.truth()["events"]:
        start, end = (datetime.fromisoformat(event[name]) for name in ("start", "end"))
        length = round((end - start).total_seconds() / 60)
        for row in event["attendees"]:
            assert 0 <= row["minutes"] <= length
            assert event["start"] <= row["joined"] <= row["left"] <= event["end"]
            assert row["visits"] == len(row["rows"])
            early += row["rows"][0]["joined"] < event["start"]
    assert early > 20


def test_a_broken_line_makes_two_sessions_of_one_meeting(shown: GotoSandbox) -> None:
    """Minutes apart, in the same room."""
    rooms = shown.calendar.by_meeting.values()
    gaps = [b.start - a.end for held in rooms for a, b in pairwise(held)]
    assert any(120 < gap < 600 for gap in gaps)


def test_another_process_can_turn_and_hold(sandbox: GotoSandbox) -> None:
    """Below `/__sandbox__/`."""
    control = f"{sandbox.base_url}/__sandbox__"
    app = httpx.get(f"{control}/app").json()
    assert app["client_secret"] == sandbox.client_secret
    turned = {"rotation": "once", "webinar_licence": False}
    assert httpx.post(f"{control}/turn", json=turned).status_code == 200
    assert (sandbox.oauth.rotation, sandbox.webinar_licence) == ("once", False)
    assert httpx.post(f"{control}/turn", json={"me": 1}).status_code == 400
    httpx.post(f"{control}/hold", json={"subject": "MERCOP: now", "community": 0})
    httpx.post(f"{control}/advance", json={"hours": 3})
    events = httpx.get(f"{control}/truth").json()["events"]
    assert any(event["subject"] == "MERCOP: now" for event in events)


def test_the_clock_may_stand_anywhere() -> None:
    """A short history, and a start of its own."""
    sandbox = GotoSandbox(
        people=20, communities=1, years=0.05, now=datetime(2027, 1, 15, tzinfo=UTC)
    )
    assert sandbox.advance(days=40) == datetime(2027, 2, 24, tzinfo=UTC)
    assert sandbox.truth()["events"]
