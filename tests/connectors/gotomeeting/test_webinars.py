"""Webinars: who registered, who came, who did not."""

import logging

import pytest

from cophub import Account, Attendance, Event
from cophub.connectors.gotomeeting.meetings import meetings
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
