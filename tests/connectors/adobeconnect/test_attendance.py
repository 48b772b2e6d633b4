"""Sessions and who was in them, over HTTP, against an emulated site that knows its own truth."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from cophub import (
    UNSET,
    Account,
    Attendance,
    Context,
    CursorExpired,
    Event,
    Metric,
    SourceUnavailable,
)
from cophub.connectors.adobeconnect import attendance, sessions
from cophub.connectors.adobeconnect.answer import Row, read_answer
from cophub.connectors.adobeconnect.cursor import OVERLAP, Cursor
from cophub.connectors.adobeconnect.stays import (
    ROW_KEY,
    account_of,
    attendance_of,
    hosts_among,
    joined,
    minutes,
    stay_of,
)
from cophub.connectors.attendance import guest_key
from cophub.sandbox import AdobeConnectSandbox
from cophub.sandbox.adobeconnect import asked
from cophub.sandbox.adobeconnect.site import Stay as Lived

Ask = Callable[..., Context[Any]]
Extract = Callable[..., Any]
BASE = datetime(2026, 5, 27, 14, tzinfo=UTC)


def calls(box: AdobeConnectSandbox, action: str) -> list[dict[str, str]]:
    """What was asked of one action."""
    return [given for one in box.log if (given := asked(one)).get("action") == action]


def visible(box: AdobeConnectSandbox) -> dict[str, dict[str, Any]]:
    """The sessions of the rooms that the account may look into."""
    truth = box.truth()
    shown = {key for room in truth["rooms"].values() if not room["hidden"]
             for key in room["sessions"]}  # fmt: skip
    return {key: row for key, row in truth["sessions"].items() if key in shown}


def expected(box: AdobeConnectSandbox) -> dict[tuple[str, str], list[dict[str, Any]]]:
    """The stays of each person in each session, as they ought to be told apart."""
    found: dict[tuple[str, str], list[dict[str, Any]]] = {}
    for key, session in visible(box).items():
        room = key.partition(":")[0]
        for stay in session["stays"]:
            guest = guest_key(room, stay["name"])
            account = guest if stay["guest"] else stay["principal"]
            found.setdefault((key, account), []).append(stay)
    return found


# Sessions


def test_each_session_is_an_event_and_its_room_the_series(
    still: AdobeConnectSandbox, ask: Ask, extract: Extract
):
    found, truth = extract(sessions, ask(still)).last(Event), visible(still)
    assert set(found) == set(truth)
    for key, row in truth.items():
        event, room = found[key], key.partition(":")[0]
        assert (event["space"], event["series"]) == (room, room)
        assert event["starts_at"] == datetime.fromisoformat(row["began"])
        assert event["ends_at"] == datetime.fromisoformat(row["ended"])
        assert event["attendee_count"] == row["participants"]


def test_the_number_of_a_session_is_its_own_and_the_peak_is_the_rooms(
    still: AdobeConnectSandbox, ask: Ask, extract: Extract
):
    found = extract(sessions, ask(still)).of(Metric)
    own = {f"{m.space}:{m.subject}": m.value for m in found if m.name == "participants"}
    assert own == {key: row["participants"] for key, row in visible(still).items()}
    peaks = [metric for metric in found if metric.name == "peak_users"]
    rooms = {key.partition(":")[0] for key in visible(still)}
    assert {metric.space for metric in peaks} == rooms
    for metric in peaks:
        assert metric.subject == ""
        latest = max(e["starts_at"] for e in extract(sessions, ask(still)).last(Event).values()
                     if e["space"] == metric.space)  # fmt: skip
        assert metric.period_end == latest.date()
        assert metric.period_start < metric.period_end


def test_a_second_run_asks_each_room_once_and_for_recent_sessions_only(
    box: AdobeConnectSandbox, ask: Ask, extract: Extract
):
    first = {stream: extract(stream, ask(box)).cursor for stream in (sessions, attendance)}
    box.log.clear()
    ctx = ask(box)
    again = extract(sessions, ctx, first[sessions])
    came = extract(attendance, ctx, first[attendance])
    assert came.records == []
    asked_for = calls(box, "report-meeting-sessions")
    held = [given for given in asked_for if "filter-gt-date-created" in given]
    assert len({given["sco-id"] for given in asked_for}) == len(asked_for)
    assert len(held) == len({key.partition(":")[0] for key in visible(box)})
    assert not calls(box, "report-meeting-attendance")
    assert len(again.of(Event)) <= len(held)


def test_later_runs_bring_later_sessions_only(box: AdobeConnectSandbox, ask: Ask, extract: Extract):
    first = extract(attendance, ask(box))
    before = set(visible(box))
    box.advance(days=29)
    again = extract(attendance, ask(box), first.cursor)
    new = set(visible(box)) - before
    assert new
    events = {key for key, _ in again.last(Attendance)}
    assert events == new
    assert len(calls(box, "report-meeting-session-users")) == len(before) + len(new)


def test_a_session_that_goes_on_is_read_again_when_it_is_over(
    box: AdobeConnectSandbox, ask: Ask, extract: Extract
):
    room = box.life.rooms[0]
    session = box.open_room(room, 60)
    assert session is not None
    key = f"{room.id}:{session.asset}"
    box.advance(minutes=20)
    first, early = extract(sessions, ask(box)), extract(attendance, ask(box))
    assert first.last(Event)[key]["ends_at"] is None
    assert not [m for m in first.of(Metric) if m.subject == str(session.asset)]
    box.advance(minutes=70)
    later, late = (
        extract(sessions, ask(box), first.cursor),
        extract(attendance, ask(box), early.cursor),
    )
    assert later.last(Event)[key]["ends_at"] is not None
    assert [m for m in later.of(Metric) if m.subject == str(session.asset)]
    whole = {pair: row for pair, row in expected(box).items() if pair[0] == key}
    found = {pair: row for pair, row in late.last(Attendance).items() if pair[0] == key}
    assert set(found) == set(whole)
    assert len(found) > len([pair for pair in early.last(Attendance) if pair[0] == key])


def test_a_session_that_lost_its_end_holds_nothing_up(
    box: AdobeConnectSandbox, ask: Ask, extract: Extract
):
    room = next(one for one in box.life.rooms if len(one.sessions) > 3 and not one.hidden)
    room.sessions[1].ended = box.timeline.now + 10**9
    first = extract(attendance, ask(box))
    box.log.clear()
    again = extract(attendance, ask(box), first.cursor)
    assert again.records == []
    assert not calls(box, "report-meeting-attendance")


def test_sessions_of_the_day_before_are_looked_at_once_more(
    box: AdobeConnectSandbox, ask: Ask, extract: Extract
):
    """Late rows of a session that had just ended are not lost, also where another one followed."""
    room = box.life.rooms[0]
    both = []
    for _ in range(2):
        both.append(box.open_room(room, 30))
        box.advance(hours=2)
    first = extract(attendance, ask(box))
    with box.changing():
        for session in both:
            assert session is not None
            late, at = session.stays[-1].principal, session.began + 100
            session.stays.append(Lived(box.site.number(), late, "Late Row", at, at + 60))
    again = extract(attendance, ask(box), first.cursor)
    assert {row.event for row in again.of(Attendance)} == {
        f"{room.id}:{session.asset}" for session in both if session
    }
    box.advance(days=3)
    settled = extract(attendance, ask(box), again.cursor)
    assert extract(attendance, ask(box), settled.cursor).records == []


def test_a_first_read_that_was_cut_off_goes_on_where_it_was(
    box: AdobeConnectSandbox, ask: Ask, extract: Extract
):
    whole = extract(attendance, ask(box)).last(Attendance)
    box.faults.plan("503", path="*/report-meeting-attendance", at=tuple(range(3, 90)))
    ctx, kept, cursor = ask(box), {}, None
    from cophub import Checkpoint

    with pytest.raises(SourceUnavailable):
        pending: list[Any] = []
        for item in attendance(ctx, None):
            pending.append(item)
            if isinstance(item, Checkpoint):
                kept |= {(i.event, i.account): i for i in pending if isinstance(i, Attendance)}
                cursor, pending = item.cursor, []
    assert 0 < len(kept) < len(whole)
    box.faults.clear()
    rest = extract(attendance, ask(box), cursor).last(Attendance)
    assert set(kept) | set(rest) == set(whole)
    assert not set(kept) & set(rest)


def test_a_foreign_cursor_is_read_anew(still: AdobeConnectSandbox, ask: Ask, extract: Extract):
    for text in ("x", "{}", '{"v":9,"rooms":{}}', '{"v":1,"rooms":{"5":["a",2]}}',
                 '{"v":1,"rooms":{"5":[99999999999999999999,2]}}'):  # fmt: skip
        with pytest.raises(CursorExpired):
            extract(sessions, ask(still), text)


# Attendance


def test_several_stays_of_one_person_are_one_row(
    still: AdobeConnectSandbox, ask: Ask, extract: Extract
):
    run, truth = extract(attendance, ask(still)), expected(still)
    found = run.last(Attendance)
    assert run.rejects == []
    assert set(found) == set(truth)
    assert {key: row["visits"] for key, row in found.items()} == {
        key: len(stays) for key, stays in truth.items()
    }
    assert any(row["visits"] > 1 for row in found.values())


def test_minutes_are_those_of_all_stays_and_none_where_no_end_is_known(
    still: AdobeConnectSandbox, ask: Ask, extract: Extract
):
    found = extract(attendance, ask(still)).last(Attendance)
    lost = 0
    for key, stays in expected(still).items():
        spans = [(datetime.fromisoformat(s["joined"]), datetime.fromisoformat(s["left"]))
                 for s in stays if s["left"]]  # fmt: skip
        row = found[key]
        assert row["joined_at"] == min(datetime.fromisoformat(s["joined"]) for s in stays)
        if not spans:
            lost += 1
            assert (row["minutes"], row["left_at"]) == (None, None)
            assert row["extra"]["stays_without_end"] == len(stays)
        else:
            longest = max((ended - began).total_seconds() for began, ended in spans) / 60
            total = sum((ended - began).total_seconds() for began, ended in spans) / 60
            assert longest - 0.01 <= row["minutes"] <= total + 0.01
    assert lost > 0


def test_hosts_are_there_although_attendance_leaves_them_out(
    still: AdobeConnectSandbox, ask: Ask, extract: Extract
):
    run = extract(attendance, ask(still))
    found, events, truth = run.last(Attendance), run.last(Event), visible(still)
    for key, stays in expected(still).items():
        is_host = stays[0]["host"]
        assert (found[key].get("extra", {}).get("role") == "host") == is_host
        if is_host and stays[0]["joined"] == truth[key[0]]["began"]:
            assert events[key[0]]["organizer"] == key[1]
    assert len(events) == len(truth)


def test_a_guest_who_comes_back_with_another_id_is_one(
    still: AdobeConnectSandbox, ask: Ask, extract: Extract
):
    run = extract(attendance, ask(still))
    guests = {key: stays for key, stays in expected(still).items() if stays[0]["guest"]}
    again = [key for key, stays in guests.items() if len({s["principal"] for s in stays}) > 1]
    assert again
    accounts = run.last(Account)
    for _, account in guests:
        assert "email" not in accounts[account]
        assert accounts[account]["extra"] == {"guest": True}


def test_a_room_that_is_closed_stops_no_other(box: AdobeConnectSandbox, ask: Ask, extract: Extract):
    closed = [room for room in box.site.rooms if room.hidden]
    assert closed and closed[0].sessions
    whole = extract(attendance, ask(box))
    assert {key for key, _ in whole.last(Attendance)} == set(visible(box))
    closed[0].hidden = False
    again = extract(attendance, ask(box), whole.cursor)
    opened = {f"{closed[0].id}:{session.asset}" for session in closed[0].sessions}
    assert {key for key, _ in again.last(Attendance)} == opened


def test_a_closed_room_is_told_once_a_run(
    still: AdobeConnectSandbox, ask: Ask, extract: Extract, caplog: pytest.LogCaptureFixture
):
    ctx = ask(still)
    extract(sessions, ctx)
    extract(attendance, ctx)
    (closed,) = [room for room in still.site.rooms if room.hidden]
    assert caplog.text.count(f"room {closed.id} is left out") == 1


def test_a_room_that_gives_no_answer_is_left_for_the_next_run(
    box: AdobeConnectSandbox, ask: Ask, extract: Extract
):
    whole = extract(attendance, ask(box)).last(Attendance)
    box.faults.plan("truncated", path="*/report-meeting-attendance", at=2)
    items = []
    with pytest.raises(SourceUnavailable, match="no XML"):
        for item in attendance(ask(box), None):
            items.append(item)
    from cophub import Checkpoint

    read = {(i.event, i.account) for i in items if isinstance(i, Attendance)}
    cursor = [item.cursor for item in items if isinstance(item, Checkpoint)][-1]
    rest = extract(attendance, ask(box), cursor).last(Attendance)
    assert read < set(whole)
    assert read | set(rest) == set(whole)


def test_hosts_may_be_unknown(
    box: AdobeConnectSandbox, ask: Ask, extract: Extract, monkeypatch: pytest.MonkeyPatch
):
    from cophub.sandbox.adobeconnect import actions
    from cophub.sandbox.adobeconnect.answers import Refused

    def refuse(call: Any) -> str:
        raise Refused("no-access", "denied")

    monkeypatch.setitem(actions.ACTIONS, "report-meeting-session-users", refuse)
    run = extract(attendance, ask(box))
    assert not any("organizer" in row for row in run.last(Event).values())
    assert set(run.last(Attendance)) == {
        key for key, stays in expected(box).items() if not stays[0]["host"]
    }


def test_one_row_that_cannot_be_read_costs_no_other(
    box: AdobeConnectSandbox, ask: Ask, extract: Extract
):
    whole = extract(attendance, ask(box)).last(Attendance)
    for fault in ("report-meeting-attendance", "report-meeting-session-users"):
        box.faults.plan("bad_item", path=f"*/{fault}", at=1)
        run = extract(attendance, ask(box))
        assert len(run.rejects) == 1
        assert len(whole) - 1 <= len(run.last(Attendance)) <= len(whole)
        box.faults.clear()
    box.faults.plan("bad_item", path="*/report-meeting-sessions", at=1)
    run = extract(sessions, ask(box))
    assert len(run.rejects) == 1
    assert len(run.last(Event)) == len(visible(box)) - 1


# Rows by themselves


def row(**values: str) -> Row:
    usual = {
        "transcript-id": "500", "asset-id": "501", "sco-id": "9", "principal-id": "70",
        "login": "ada@example.org", "session-name": "Ada", "participant-name": "Ada King",
        "date-created": BASE.isoformat(), "date-end": (BASE + timedelta(minutes=30)).isoformat(),
    }  # fmt: skip
    given = {name.replace("_", "-"): value for name, value in values.items()}
    return Row("row", {name: value for name, value in (usual | given).items() if value})


def test_a_transcript_may_stand_for_two_people():
    """Two who came in the same instant had one transcript's id (seen in an answer of 2014)."""
    first, second = row(), row(principal_id="71", login="bob@example.org", session_name="Bob")
    assert len({tuple(map(one.get, ROW_KEY)) for one in (first, second)}) == 2
    assert set(joined([stay_of(first, "9"), stay_of(second, "9")])) == {"70", "71"}
    namesake = row(principal_id="72")
    assert len({tuple(map(one.get, ROW_KEY)) for one in (first, namesake)}) == 2


def test_a_row_that_comes_twice_counts_once():
    stays = joined([stay_of(row(), "9"), stay_of(row(), "9")])
    assert [len(own) for own in stays.values()] == [1]


def test_a_missing_leave_is_no_end():
    found = attendance_of("9:501", "70", [stay_of(row(date_end=""), "9")])
    assert (found.left_at, found.minutes, found.visits) == (None, None, 1)
    later = row(date_created=(BASE + timedelta(minutes=10)).isoformat())
    both = [stay_of(row(date_end=""), "9"), stay_of(later, "9")]
    assert attendance_of("9:501", "70", both).left_at is None, "they may be there still"


def test_an_account_below_nothing_is_no_account():
    """-1 stands for whoever came without one, whatever login is told."""
    assert stay_of(row(principal_id="-1"), "9").account == guest_key("9", "Ada")


def test_a_login_of_who_attended_is_an_address_only_if_it_looks_like_one():
    assert account_of([stay_of(row(), "9")]).email == "ada@example.org"
    plain = account_of([stay_of(row(login="ada"), "9")])
    assert (plain.username, plain.email) == ("ada", UNSET)


def test_a_session_without_an_end_is_over_when_another_one_came_after_it():
    """A room has one at a time; the next run asks from the later one on."""
    now, cursor = BASE + timedelta(days=10), Cursor(None)
    lost, later = (BASE, None), (BASE + timedelta(days=2), BASE + timedelta(days=2, hours=1))
    cursor.advance("9", [lost, later], now)
    place = cursor.place("9")
    assert place is not None
    assert place.bound == later[0] - OVERLAP


def test_two_devices_at_once_are_not_twice_as_long():
    inside = row(
        transcript_id="502",
        date_created=(BASE + timedelta(minutes=10)).isoformat(),
        date_end=(BASE + timedelta(minutes=20)).isoformat(),
    )
    after = row(
        transcript_id="503",
        date_created=(BASE + timedelta(minutes=40)).isoformat(),
        date_end=(BASE + timedelta(minutes=45)).isoformat(),
    )
    stays = joined(stay_of(one, "9") for one in (row(), inside, after))["70"]
    assert minutes(stays) == 35
    assert attendance_of("9:501", "70", stays).visits == 3


@pytest.mark.parametrize("principal", ["", "0", "-1", "88"])
def test_who_has_no_login_is_a_guest_of_the_room_by_name(principal: str):
    guest = stay_of(
        row(login="", participant_name="", principal_id=principal, session_name="  MARIA  Paz "),
        "9",
    )
    assert guest.account == "guest:9:maria paz"


def test_who_has_neither_login_nor_name_is_still_somebody():
    nobody = {"login": "", "participant_name": "", "session_name": ""}
    assert stay_of(row(**nobody), "9").account == "guest:9:70"
    assert stay_of(row(**nobody, principal_id=""), "9").account == "guest:9:500"


def test_hosts_are_those_of_the_session_whom_attendance_lacks():
    stays = [stay_of(row(), "9"), stay_of(row(login="", principal_id="90"), "9")]
    users = [
        Row("row", {"principal-id": id, "principal-name": name})
        for id, name in (("70", "Ada"), ("90", "Ada"), ("91", "ada"), ("0", "x"), ("12", "Host"))
    ]
    assert [one.id("principal-id") for one in hosts_among(users, stays)] == ["12"]


def test_a_server_that_does_not_name_the_session_is_understood_by_the_time(
    box: AdobeConnectSandbox, ask: Ask, extract: Extract, monkeypatch: pytest.MonkeyPatch
):
    from cophub.sandbox.adobeconnect import actions

    whole = extract(attendance, ask(box)).last(Attendance)
    usual = actions.attendance

    def old(call: Any) -> str:
        import re

        return re.sub(r'(transcript-id="\d+") asset-id="\d+"', r"\1", usual(call))

    monkeypatch.setitem(actions.ACTIONS, "report-meeting-attendance", old)
    assert extract(attendance, ask(box)).last(Attendance) == whole


def test_the_vendors_own_answer_has_three_people_in_one_session(vendor_files: Path):
    content = (vendor_files / "adobeconnect/report-meeting-attendance.xml").read_bytes()
    rows = read_answer(content, "x").rows("report-meeting-attendance")
    stays = joined(stay_of(one, "1277055810") for one in rows)
    assert len(stays) == 3
    assert {one.get("asset-id") for one in rows} == {"1277108371"}
    ends = {account: own[0].left for account, own in stays.items()}
    assert ends["1276863885"] == datetime(2014, 6, 27, 7, 20, 18, 673_000, tzinfo=UTC)
    assert [end for end in ends.values() if end is None] == [None, None]
