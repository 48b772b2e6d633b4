"""Webinars: who registered, who came, who did not."""

import logging

import pytest
from msgspec import UNSET, Raw

from cophub import Account, Attendance, Event
from cophub.connectors.gotomeeting.client import Garbled, decoded
from cophub.connectors.gotomeeting.meetings import meetings
from cophub.connectors.gotomeeting.webinarpages import all_pages
from cophub.connectors.gotomeeting.webinars import webinars
from cophub.sandbox.goto import GotoSandbox
from tests.connectors.gotomeeting.conftest import paths
from tests.connectors.gotomeeting.expected import Truth, at


def sessions(box: GotoSandbox) -> dict[str, tuple[Truth, Truth]]:
    """Held sessions as (webinar, session), by the key of their event."""
    return {
        f"webinar:{session['session_key']}": (webinar, session)
        for webinar in box.truth()["webinars"].values()
        for session in webinar["sessions"]
    }


def expected(webinar: Truth, session: Truth) -> dict[str, Truth | None]:
    """Who registered for a session or came to it, by address, with the attendance."""
    came = {row["registrant"]: row for row in session["attendees"]} if session["reported"] else {}
    return {
        row["email"]: came.get(row["key"])
        for row in webinar["registrants"]
        if row["key"] in came
        or (row["status"] == "APPROVED" and at(row["registered"]) <= at(session["end"]))
    }


def compare(box: GotoSandbox, found) -> None:
    held = sessions(box)
    there, attended = found.last(Event), found.last(Attendance)
    assert there.keys() == held.keys()
    seen = set()
    for key, (webinar, session) in held.items():
        assert there[key]["starts_at"] == at(session["start"])
        assert there[key]["organizer"] == webinar["organizer_email"]
        assert there[key]["space"] == f"organizer:{webinar['organizer']}"
        for email, row in expected(webinar, session).items():
            one = attended[key, email]
            seen.add((key, email))
            assert one["registered"] is True
            assert one["visits"] == (row["visits"] if row else 0)
            if row is None:
                assert one["minutes"] == 0 and one["joined_at"] is None
            else:
                assert one["joined_at"] == at(row["joined"]) and one["left_at"] == at(row["left"])
                assert one["minutes"] <= row["seconds"] / 60 + 0.01
    assert attended.keys() == seen


def test_everyone_who_registered_is_there_whether_they_came_or_not(still, ask, extract):
    found = extract(webinars, ask(still))
    assert not found.rejects
    compare(still, found)
    listed = [one.query for one in still.log if one.path.endswith("/registrants")]
    assert {query["limit"] for query in listed} == {"200"}, "the most that the vendor gives"
    minutes = [one["minutes"] for one in found.last(Attendance).values()]
    assert 0 in minutes and max(minutes) > 30


def test_what_a_registrant_wrote_is_on_the_account(still, ask, extract):
    """The listing does not tell it, so each is asked for, once per person."""
    found = extract(webinars, ask(still)).last(Account)
    assert sum("organization" in one for one in found.values()) > len(found) / 2
    assert any("job_title" in one for one in found.values())
    assert any("country" in one for one in found.values())
    assert all(one["given_name"] and one["family_name"] for one in found.values() if "name" in one)
    asked = paths(still, "/registrants/")
    assert len(asked) < len(found) * 2.2


def test_whoever_goto_tells_of_unreadably_is_asked_for_in_the_next_run(box, ask, extract):
    box.faults.plan("truncated", path="*/registrants/*", every=1)
    found = extract(webinars, ask(box))
    asked = {path.rsplit("/", 1)[1] for path in paths(box, "/registrants/")}
    unread = {one.extra["registrant_key"] for one in found.of(Attendance) if one.digest is UNSET}
    assert asked and unread == asked
    box.faults.clear()
    again = extract(webinars, ask(box))
    assert not [one for one in again.of(Attendance) if one.digest is UNSET]
    assert any("job_title" in one for one in again.last(Account).values())


def test_details_can_be_left_out(still, ask, extract):
    found = extract(webinars, ask(still, registrant_details=False))
    assert paths(still, "/registrants/") == []
    compare(still, found)


def test_pages_are_read_to_the_last_from_page_0(still, ask, extract, monkeypatch):
    """HAL for sessions, another envelope for registrants."""
    monkeypatch.setattr("cophub.connectors.gotomeeting.webinarpages.SIZE", 1)
    compare(still, extract(webinars, ask(still, registrant_details=False)))
    assert "page=1" in "".join(request.raw_query for request in still.log)


def test_without_a_licence_nothing_is_read_and_meetings_are(box, ask, extract, caplog):
    box.webinar_licence = False
    ctx = ask(box)
    with caplog.at_level(logging.WARNING):
        found = extract(webinars, ctx)
    assert found.items == [] and "no licence" in caplog.text
    assert extract(meetings, ctx).of(Event)


def test_a_refusal_of_every_organizer_is_a_licence_that_is_missing(box, ask, extract, caplog):
    """Also where the organizers' products still name it."""
    box.faults.plan("403", path="/G2W/*", every=1)
    with caplog.at_level(logging.WARNING):
        assert extract(webinars, ask(box)).items == []
    assert "no licence" in caplog.text


def test_a_licence_that_ends_leaves_the_cursor_where_it_was(box, ask, extract):
    first = extract(webinars, ask(box))
    box.webinar_licence = False
    assert extract(webinars, ask(box), first.cursor).cursors == []


def test_an_organizer_without_webinars_stops_nobody_elses(box, ask, extract):
    """Their products are told, and one who is refused all the same is left out."""
    host = next(each for each in box.account.organizers if box.webinars.by_organizer[each.key])
    other = next(each for each in box.account.organizers if each is not host)
    other.webinars = False
    found = extract(webinars, ask(box))
    assert {one["organizer"] for one in found.last(Event).values()}
    assert other.email not in {one["organizer"] for one in found.last(Event).values()}


def test_webinars_are_chosen_by_title_or_key(still, ask, extract):
    found = extract(webinars, ask(still)).last(Event)
    title = next(iter(found.values()))["title"]
    assert ":" in title
    taken = extract(webinars, ask(still, webinars=[f"{title.split(':')[0]}*"])).last(Event)
    assert 0 < len(taken) < len(found)
    key = next(iter(found.values()))["series"]
    taken = extract(webinars, ask(still, webinars=[key])).last(Event)
    assert {one["series"] for one in taken.values()} == {key}
    still.log.clear()
    assert extract(webinars, ask(still, webinars=[])).items == [] and not paths(still, "/G2W")


def test_a_later_run_reads_what_is_new_and_late(box, ask, extract):
    found = extract(webinars, ask(box))
    cursor = found.cursor
    for _ in range(12):
        box.advance(days=2)
        more = extract(webinars, ask(box), cursor)
        cursor, found.items = more.cursor, found.items + more.items
    box.advance(days=3)
    found.items += extract(webinars, ask(box), cursor).items
    compare(box, found)


def test_a_registrant_is_known_by_the_key_whatever_address_the_report_shows():
    import msgspec
    from msgspec import Raw

    from cophub.connectors.gotomeeting.webinars import paired

    registrant = Raw(b'{"registrantKey":9007199254740993,"email":"ada@example.org"}')
    came = Raw(b'{"registrantKey":"9007199254740993","email":"other@example.org"}')
    alone = Raw(b'{"registrantKey":5,"email":"cy@example.org"}')
    denied = Raw(b'{"registrantKey":6,"status":"DENIED"}')
    pairs, rejects = paired([registrant, denied], [came, alone, Raw(b'{"registrantKey":[]}')])
    assert len(rejects) == 1
    assert (registrant, came) in pairs and (None, alone) in pairs and len(pairs) == 2
    assert msgspec.json.decode(pairs[0][1])["email"] in ("other@example.org", "cy@example.org")


def test_who_registered_twice_and_came_once_has_come():
    from msgspec import Raw

    from cophub.connectors.gotomeeting.webinars import paired

    first = Raw(b'{"registrantKey":1,"email":"ada@example.org"}')
    second = Raw(b'{"registrantKey":2,"email":"ada@example.org"}')
    came = Raw(b'{"registrantKey":"1"}')
    pairs, _ = paired([first, second], [came])
    assert pairs == [(second, None), (first, came)], "what comes last is kept"


def test_an_attendance_that_is_counted_in_seconds_is_told_in_minutes():
    from datetime import UTC, datetime

    from cophub.connectors.gotomeeting.directory import Host
    from cophub.connectors.gotomeeting.payloads import Participant, WebinarSession
    from cophub.connectors.gotomeeting.webinars import Held, attendance_of

    start = datetime(2026, 3, 2, 9, tzinfo=UTC)
    held = Held(WebinarSession(1, 2), Host("7", "host@example.org"), start, None)
    came = Participant(1, "ada@example.org", attendance_time_in_seconds="1800")
    found = attendance_of(held, "ada@example.org", "Ada", (None, came), 0)
    assert (found.minutes, found.visits) == (30, 1)


def test_a_webinar_that_was_deleted_has_those_who_came(box, ask, extract):
    box.faults.plan("404", path="*/registrants", every=1)
    found = extract(webinars, ask(box))
    assert found.last(Event).keys() == sessions(box).keys()
    assert found.of(Attendance) and all(one.visits for one in found.of(Attendance))


def test_an_organizer_who_has_no_webinars_is_not_asked_for_any(still, ask, extract):
    without = [each for each in still.account.organizers if not each.webinars]
    extract(webinars, ask(still))
    assert without
    for each in without:
        assert paths(still, f"/G2W/rest/v2/organizers/{each.key}/") == []


def test_a_person_is_asked_for_once_in_half_a_year(still, ask, monkeypatch):
    from datetime import UTC, datetime, timedelta

    from cophub.connectors.gotomeeting.directory import Host
    from cophub.connectors.gotomeeting.payloads import Registrant, WebinarSession
    from cophub.connectors.gotomeeting.webinars import Held, WebinarReader

    reader, asked = WebinarReader(ask(still)), []

    def page(path, kind, /, **params):
        asked.append(path)
        return Registrant(1, "ada@example.org"), []

    monkeypatch.setattr(reader.api, "page", page)
    start = datetime(2026, 3, 2, 9, tzinfo=UTC)
    for key, days in enumerate((0, 10, 100, 200)):
        held = Held(WebinarSession(1, 2), Host("7", ""), start + timedelta(days=days), None)
        reader.detailed(held, Registrant(key, "ada@example.org"))
    assert [path.rsplit("/", 1)[1] for path in asked] == ["0", "3"]


def test_a_listing_without_rows_has_no_envelope_for_them():
    from cophub.connectors.gotomeeting.webinarpages import session_rows, webinar_rows

    class Empty:
        """Answers as the vendor does where there is nothing."""

        def page(self, path, kind, /, **params):
            assert (params["page"], params["size"]) == (0, 200)
            return decoded(b'{"page":{"size":200,"totalElements":0,"totalPages":0}}', kind)

    assert session_rows(Empty(), "x") == webinar_rows(Empty(), "x") == ([], [])


@pytest.mark.parametrize("answer", ["paged", "bare"])
def test_both_envelopes_of_registrants_are_read(still, ask, extract, monkeypatch, answer):
    if answer == "bare":
        from cophub.connectors.gotomeeting.client import GoTo

        asked = GoTo.ask

        def without_pages(self: GoTo, path: str, /, **params: object) -> bytes:
            if path.endswith("/registrants"):
                params = {}  # the vendor then answers with a bare array
            return asked(self, path, **params)

        monkeypatch.setattr(GoTo, "ask", without_pages)
    compare(still, extract(webinars, ask(still, registrant_details=False)))


def test_a_page_that_is_sent_twice_is_asked_for_again():
    """Counted as the next one, it would stand for people whom nobody asks for."""
    pages = [[Raw(b"1"), Raw(b"2")], [Raw(b"3")]]
    sent = iter([pages[0], pages[0], pages[0][::-1], pages[1]])
    asked = []

    def page(number, before):
        asked.append((number, before))
        return next(sent), before + (1 if number else 2) >= 3, []

    rows, _ = all_pages("registrants", page)
    assert [bytes(row) for row in rows] == [b"1", b"2", b"3"]
    assert asked == [(0, 0), (1, 2), (1, 2), (1, 2)]


def test_a_vendor_that_sends_one_page_for_ever_is_not_believed():
    with pytest.raises(Garbled, match="the same page again and again"):
        all_pages("registrants", lambda number, before: ([Raw(b"1")], False, []))
