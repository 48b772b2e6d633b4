"""The quarter table on warehouses that were counted by hand."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from cophub.warehouse.definitions import MEASURES

NOW = datetime(2026, 8, 15, 12, tzinfo=UTC)


def day(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def test_opened_and_clicked_are_weighted_by_what_was_delivered(hub: Any) -> None:
    """The worked example: 50 and 150 delivered, 25 and 30 openers, 10 and 6 clickers."""
    hub.community("soil", "l")
    numbers = ((50, 25, 10), (150, 30, 6))
    for delivered, openers, clickers in numbers:
        counts = {"delivered_count": delivered, "unique_open_count": openers}
        hub.campaign("l", day("2026-05-04"), unique_click_count=clickers, **counts)
    hub.run()
    assert hub.value("soil", "2026Q2", "opened_percent") == 27.5
    assert hub.value("soil", "2026Q2", "clicked_percent") == 8.0
    assert hub.value("soil", "2026Q2", "emails_sent") == 200
    assert hub.value("soil", "2026Q2", "campaigns") == 2


def test_sent_minus_bounced_stands_in_for_delivered(hub: Any) -> None:
    hub.community("soil", "l")
    hub.campaign("l", day("2026-05-04"), sent_count=100, bounce_count=3)
    hub.campaign("l", day("2026-05-05"), sent_count=10)
    hub.run()
    assert hub.value("soil", "2026Q2", "emails_sent") == 107


def test_attendees_stayed_five_minutes_and_count_once(hub: Any) -> None:
    """Seats count them once for each event; an event needs two of them."""
    hub.person("ana", "ben", "cai")
    hub.account("ana", "ana's phone")
    hub.community("soil", "room", kind="meeting_room")
    hub.event("room", day("2026-04-10"), {"ana": 60, "ben": 5, "cai": 4.9})
    hub.event("room", day("2026-05-10"), {"ana": 3, "ana's phone": 2.5, "ben": 30})
    hub.event("room", day("2026-06-10"), {"ana": 30})
    hub.event("room", day("2026-06-11"), {"ana": 30, "ben": 30}, cancelled=True)
    hub.run()
    got = {m: hub.value("soil", "2026Q2", m) for m in ("attendees", "seats", "events")}
    assert got == {"attendees": 2, "seats": 5, "events": 2}


def test_a_stay_without_minutes_is_measured_or_believed(hub: Any) -> None:
    """From its times where there are some; a registration alone is no stay."""
    at = day("2026-05-10")
    hub.person("ana", "ben", "cai", "dov", "eva")
    hub.community("soil", "room", kind="meeting_room")
    hub.event(
        "room",
        at,
        {
            "ana": {"joined_at": at, "left_at": at + timedelta(minutes=5)},
            "ben": {"joined_at": at, "left_at": at + timedelta(minutes=4, seconds=59)},
            "cai": {"name": "Cai"},
            "dov": {"registered": True},
            "eva": {"registered": True, "visits": 1},
        },
    )
    hub.run()
    assert hub.value("soil", "2026Q2", "attendees") == 3


def test_an_event_counts_where_a_rule_placed_it(hub: Any) -> None:
    """For both communities of its place, once for all together, and not for its space alone."""
    hub.person("ana", "ben", "cem")
    hub.community("soil", "soil", "subject=soil* | subject=*water*")
    hub.community("water", "subject=soil* | subject=*water*")
    hub.community("hosts", "room")
    hub.event("room", day("2026-04-10"), {"ana": 30, "ben": 30}, key="joint", organizer="cem")
    hub.event("room", day("2026-04-10"), {"ana": 30, "cem": 30}, key="other")
    place = {"source": "s", "event": "joint", "place": "subject=soil* | subject=*water*"}
    hub.rows.add("event_place", place)
    hub.run()
    seats = {c: hub.value(c, "2026Q2", "seats") for c in ("soil", "water", "hosts", "")}
    assert seats == {"soil": 2, "water": 2, "hosts": 2, "": 4}
    assert {
        row[0]
        for row in hub.rows.query(
            "SELECT person FROM activity WHERE community = 'water' AND kind = 'organised'"
        )
    } == {"cem"}


def test_an_event_without_a_list_counts_by_the_vendors_own_number(hub: Any) -> None:
    """Its attendees are absent with the reason, or left out with a note; never 0."""
    hub.person("ana", "ben")
    hub.community("soil", "room", kind="meeting_room")
    hub.event("room", day("2026-02-10"), {}, attendee_count=12)
    hub.event("room", day("2026-05-10"), {}, attendee_count=12)
    hub.event("room", day("2026-05-11"), {}, attendee_count=1)
    hub.event("room", day("2026-05-12"), {"ana": 10, "ben": 10})
    hub.run()
    assert hub.value("soil", "2026Q1", "events") == 1
    first = hub.cell("soil", "2026Q1", "attendees")
    assert (first["value"], first["absent"]) == (None, "none of 1 events has a list of attendees")
    second = hub.cell("soil", "2026Q2", "attendees")
    assert (second["value"], second["difference"]) == (2, None)
    assert second["note"] == "1 of 2 events have no list of attendees and are left out"
    assert hub.value("soil", "2026Q2", "events") == 2


def test_a_figure_without_a_source_is_absent_and_never_zero(hub: Any) -> None:
    hub.person("ana")
    hub.community("soil", "l")
    hub.post("l", "ana", day("2026-05-04"))
    hub.run()
    for measure in MEASURES:
        cell = hub.cell("soil", "2026Q2", measure.name)
        assert cell["value"] is None
        assert cell["absent"]
        assert cell["difference"] is cell["percent"] is None
    assert hub.cell("soil", "2026Q2", "attendees")["absent"] == (
        "no source of events serves this community"
    )


def test_a_calendar_that_never_tells_who_came_is_no_source_of_attendance(hub: Any) -> None:
    """Never 0: its events may have been full."""
    hub.person("ana", "ben")
    hub.community("soil", "l")
    hub.event("l", day("2026-05-11"), {})
    hub.run()
    for measure in ("events", "attendees", "seats"):
        cell = hub.cell("soil", "2026Q2", measure)
        assert (cell["value"], cell["absent"]) == (
            None, "no source of attendance serves this community",
        ), measure  # fmt: skip
    hub.event("l", day("2026-05-12"), {}, attendee_count=0)
    hub.run()
    assert hub.value("soil", "2026Q2", "events") == 0


def test_a_quarter_without_events_has_none_where_a_source_would_tell(hub: Any) -> None:
    """Before the first event that the source tells about, nobody knows."""
    hub.person("ana", "ben")
    hub.community("soil", "room", kind="meeting_room")
    hub.post("room", "ana", day("2025-11-02"))
    hub.event("room", day("2026-02-10"), {"ana": 10, "ben": 10})
    hub.rows.change("space", {"key": "room"}, first_seen_at=NOW)
    hub.run()
    assert hub.value("soil", "2026Q2", "events") == 0
    assert hub.value("soil", "2026Q2", "attendees") == 0
    before = hub.cell("soil", "2025Q4", "events")
    assert (before["value"], before["absent"]) == (None, "events are known from 2026Q1 on")
    assert hub.cell("soil", "2026Q2", "attendees")["small"] in (False, 0)


def test_the_total_counts_a_person_of_two_communities_once(hub: Any) -> None:
    """A space of two communities, and one of none, change nothing about it."""
    hub.person("ana", "ben", "cai")
    hub.community("soil", "l1", "shared")
    hub.community("water", "l2", "shared")
    hub.rows.add("space", {"source": "s", "key": "nobody's", "kind": "list"})
    for space, account in (("l1", "ana"), ("l2", "ana"), ("shared", "ben"), ("nobody's", "cai")):
        hub.member(space, account, day("2026-01-05"))
    hub.campaign("shared", day("2026-02-02"), delivered_count=7)
    hub.run()
    people = {c: hub.value(c, "2026Q1", "people") for c in ("soil", "water", "")}
    assert people == {"soil": 2, "water": 2, "": 2}
    assert hub.value("", "2026Q1", "emails_sent") == 7


def test_who_is_no_person_counts_nowhere(hub: Any) -> None:
    hub.person("ana")
    hub.person("info", kind="role_mailbox")
    hub.person("robot", kind="bot")
    hub.community("soil", "l", "room")
    for account in ("ana", "info", "robot"):
        hub.member("l", account, day("2026-01-05"))
        hub.post("l", account, day("2026-01-06"))
    hub.event("room", day("2026-02-10"), {"ana": 10, "info": 10, "robot": 10})
    hub.run()
    assert hub.value("soil", "2026Q1", "people") == 1
    assert hub.value("soil", "2026Q1", "seats") == 1
    assert hub.value("soil", "2026Q1", "events") == 0
    assert hub.month("soil", "2026-01", "posts") == (1, 1)


def test_people_who_came_and_went_explain_the_change(hub: Any) -> None:
    """Who joined and left again within a quarter was in at no end, so is in neither number."""
    hub.person(*"abcdef")
    hub.community("soil", "l")
    for account in "abc":
        hub.member("l", account, day("2025-12-01"))
    hub.member("l", "d", day("2026-02-01"), left_at=day("2026-05-01"), status="left")
    hub.member("l", "e", day("2026-05-01"))
    hub.member("l", "f", day("2026-04-02"), left_at=day("2026-06-01"), status="unsubscribed")
    hub.run()
    people = [hub.value("soil", q, "people") for q in ("2025Q4", "2026Q1", "2026Q2", "2026Q3")]
    assert people == [3, 4, 4, 4]
    second = hub.cell("soil", "2026Q2", "people")
    assert (second["previous"], second["difference"], second["percent"]) == (4, 0, 0)
    assert hub.value("soil", "2026Q2", "people_joined") == 1
    assert hub.value("soil", "2026Q2", "people_left") == 1
    assert hub.value("soil", "2026Q2", "people_erased") == 0
    assert hub.cell("soil", "2026Q1", "people")["percent"] == pytest.approx(100 / 3)


def test_only_active_members_of_lists_are_on_the_mailing_list(hub: Any) -> None:
    hub.person(*"abcdefg")
    hub.community("soil", "l")
    hub.community("water", "room", kind="meeting_room")
    for account, status in zip("abcde", ("active", None, "pending", "bounced", "archived"),
                               strict=True):  # fmt: skip
        hub.member("l", account, day("2026-01-05"), status=status)
    hub.member("room", "f", day("2026-01-05"))
    hub.run()
    assert hub.value("soil", "2026Q1", "people") == 2
    assert hub.value("water", "2026Q1", "people") is None
    assert hub.value("", "2026Q1", "people") == 2


def test_the_vendors_dates_correct_what_the_hub_saw_late(hub: Any) -> None:
    """Who left on the last day of a quarter was not in at its end, though the hub saw it later; the
    figure as it would have been told then keeps what the hub knew."""
    hub.rows.seen_at = day("2026-01-10")
    hub.person(*"abc")
    hub.community("soil", "l")
    hub.member("l", "a", day("2025-10-10"))
    seen, told = day("2026-01-10"), day("2026-04-03")
    hub.member(
        "l", "b", day("2025-10-10"), status="left", left_at=day("2026-03-31"),
        periods=[("active", seen, told), ("left", told, None)],
    )  # fmt: skip
    hub.member("l", "c", day("2026-03-30"), first_seen_at=told)
    hub.run()
    assert hub.value("soil", "2026Q1", "people") == 2
    assert hub.value("soil", "2026Q1", "people_as_known") == 2
    assert hub.value("soil", "2025Q4", "people") == 2
    assert hub.cell("soil", "2025Q4", "people_as_known")["absent"] == (
        "the hub has looked since 2026Q1"
    )
    assert hub.value("soil", "2026Q1", "people_joined") == 1
    assert hub.value("soil", "2026Q1", "people_left") == 1


def test_who_comes_back_was_away_in_between(hub: Any) -> None:
    """Though the vendor still gives the first day of joining, and an old day of leaving."""
    hub.rows.seen_at = day("2025-01-10")
    hub.person("a", "b")
    hub.community("soil", "l")
    hub.member("l", "b", day("2024-12-01"))
    away, back = day("2025-05-05"), day("2026-02-02")
    hub.member(
        "l", "a", day("2024-12-01"), left_at=away,
        periods=[("active", day("2025-01-10"), away), ("left", away, back), ("active", back, None)],
    )  # fmt: skip
    hub.run()
    quarters = ("2024Q4", "2025Q1", "2025Q2", "2025Q4", "2026Q1", "2026Q3")
    assert [hub.value("soil", q, "people") for q in quarters] == [2, 2, 1, 1, 2, 2]


def test_a_change_of_role_is_no_departure(hub: Any) -> None:
    hub.rows.seen_at = day("2026-01-10")
    hub.person("a")
    hub.community("soil", "l")
    later = day("2026-04-20")
    periods = [("active", day("2026-01-10"), later), ("active", later, None)]
    hub.member("l", "a", day("2026-01-02"), periods=periods)
    hub.run()
    assert hub.value("soil", "2026Q2", "people") == 1
    assert hub.value("soil", "2026Q2", "people_left") == 0
    assert hub.month("soil", "2026-04", "left") == (0, 0)


def test_past_people_are_absent_where_nobody_knows_since_when_they_are_in(hub: Any) -> None:
    hub.rows.seen_at = day("2026-05-01")
    hub.person(*"abcdef")
    hub.community("soil", "l")
    hub.member("l", "a", day("2025-12-01"))
    for account in "bcd":
        hub.member("l", account)
    hub.member("l", "e", day("2026-05-01"), joined_at_basis="first_seen")
    hub.member("l", "f", None, first_seen_at=day("2026-07-03"))
    hub.run()
    past = hub.cell("soil", "2026Q1", "people")
    assert past["value"] is None
    assert past["absent"] == (
        "4 of 5 memberships have no date of joining; they were first seen later"
    )
    assert hub.value("soil", "2026Q2", "people") == 5
    assert hub.cell("soil", "2026Q2", "people_joined")["absent"]
    assert hub.value("soil", "2026Q3", "people_joined") == 1, "a later sync saw one more"


def test_organisations_are_those_of_the_people_at_the_end_of_the_quarter(hub: Any) -> None:
    hub.rows.seen_at = day("2026-05-01")
    hub.person("a", "b", organization="fao")
    hub.person("c", organization="who")
    hub.person("d")
    hub.community("soil", "l")
    for account in "abd":
        hub.member("l", account, day("2026-01-02"))
    hub.member("l", "c", day("2026-01-02"), left_at=day("2026-06-01"), status="left")
    where = {"person": "b", "organization": "fao"}
    hub.rows.change("affiliation", where, valid_to=day("2026-07-03"))
    moved = {"person": "b", "organization": "wfp", "valid_from": day("2026-07-03")}
    hub.rows.add("affiliation", moved)
    hub.run()
    quarters = ("2026Q1", "2026Q2", "2026Q3")
    assert [hub.value("soil", q, "organizations") for q in quarters] == [2, 1, 2]


def test_of_two_organisations_at_one_time_the_main_one_counts(hub: Any) -> None:
    """And an office as the organisation whose office it is."""
    hub.rows.seen_at = day("2026-01-01")
    hub.person("a", organization="fao")
    hub.person("b", organization="who")
    hub.rows.add("organization", {"key": "who-ke", "name": "WHO Kenya", "parent": "who"})
    hub.rows.change("affiliation", {"person": "a"}, place=2)
    office = {"person": "a", "organization": "who-ke", "valid_from": day("2026-04-05"), "place": 1}
    hub.rows.add("affiliation", office)
    hub.community("soil", "l")
    for account in "ab":
        hub.member("l", account, day("2026-01-02"))
    hub.run()
    quarters = ("2026Q1", "2026Q2")
    assert [hub.value("soil", q, "organizations") for q in quarters] == [2, 1]


def test_opens_of_two_kinds_are_never_mixed_nor_compared(hub: Any) -> None:
    """The proxy-free figure where every campaign has it; else the plain one, and says so."""
    hub.community("soil", "l")
    both = {"delivered_count": 100, "unique_open_count": 60, "unique_open_count_no_proxy": 30}
    plain = {"delivered_count": 100, "unique_open_count": 50}
    hub.campaign("l", day("2025-11-02"), **both)
    hub.campaign("l", day("2026-02-02"), **both)
    hub.campaign("l", day("2026-05-02"), **both)
    hub.campaign("l", day("2026-05-03"), **plain)
    hub.run()
    first, second = (hub.cell("soil", q, "opened_percent") for q in ("2026Q1", "2026Q2"))
    assert (first["value"], first["difference"], first["note"]) == (30, 0, None)
    assert (second["value"], second["previous"], second["difference"]) == (55, None, None)
    assert second["note"] == (
        "with opens by mail proxies: 1 of 2 campaigns give no figure without; not compared: the"
        " quarter before was counted the other way"
    )


def test_shares_are_absent_where_nothing_was_delivered_or_told(hub: Any) -> None:
    hub.community("soil", "l")
    hub.campaign("l", day("2026-02-02"), delivered_count=10)
    hub.campaign("l", day("2026-02-02"))
    hub.run()
    assert hub.cell("soil", "2026Q1", "opened_percent")["absent"] == (
        "none of 1 campaigns tells its opens"
    )
    assert hub.cell("soil", "2026Q2", "clicked_percent")["absent"] == (
        "no campaign was delivered in the quarter"
    )
    assert hub.cell("soil", "2026Q1", "emails_sent")["note"] == "1 of 2 campaigns do not tell"
    assert hub.value("soil", "2026Q2", "emails_sent") == 0


def test_cells_about_fewer_than_five_people_are_marked(hub: Any) -> None:
    hub.person(*"abcdefg")
    hub.community("soil", "l")
    hub.community("water", "w")
    for account in "abcde":
        hub.member("l", account, day("2026-01-02"))
    for account in "abcd":
        hub.member("w", account, day("2026-01-02"))
    hub.campaign("l", day("2026-02-02"), delivered_count=50, unique_open_count=4)
    hub.run()
    small = {c: bool(hub.cell(c, "2026Q1", "people")["small"]) for c in ("soil", "water", "")}
    assert small == {"soil": False, "water": True, "": False}
    assert hub.cell("soil", "2026Q1", "opened_percent")["small"]
    assert not hub.cell("soil", "2026Q1", "campaigns")["small"]
    assert not hub.cell("soil", "2026Q2", "people_joined")["small"], "nobody is nobody's secret"


@pytest.mark.parametrize(
    ("zone", "quarter"), [("Pacific/Auckland", "2026Q2"), ("America/Lima", "2026Q1")]
)
def test_a_quarter_begins_at_midnight_in_the_hubs_zone(hub: Any, zone: str, quarter: str) -> None:
    """18:00 UTC on the last of March is already April in Auckland, and still March in Lima."""
    hub.community("soil", "l")
    hub.campaign("l", datetime(2026, 3, 31, 18, tzinfo=UTC), delivered_count=7)
    hub.run(zone=zone)
    sent = {q: hub.value("soil", q, "campaigns") for q in ("2026Q2", "2026Q3")}
    assert hub.value("soil", quarter, "campaigns") == 1
    assert sent == {"2026Q2": 1 if quarter == "2026Q2" else 0, "2026Q3": 0}


def test_the_quarter_that_is_not_over_is_told_as_of_now(hub: Any) -> None:
    """What has not happened yet is not counted; what happens at this instant is."""
    hub.community("soil", "l")
    hub.campaign("l", NOW, delivered_count=7)
    hub.campaign("l", NOW + timedelta(seconds=1), delivered_count=7)
    hub.run()
    cell = hub.cell("soil", "2026Q3", "campaigns")
    assert (cell["value"], cell["note"]) == (1, "the quarter is not over: as of now")


def test_every_figure_says_what_it_counts_whence_and_how_fresh_it_is(hub: Any) -> None:
    hub.person("a")
    hub.community("soil", "l")
    hub.member("l", "a", day("2026-01-02"))
    for run, state, at in ((1, "done", "2026-05-01"), (2, "failed", "2026-06-01")):
        hub.rows.add(
            "run",
            {"id": run, "kind": "sync", "source": "s", "state": state, "started_at": day(at)},
        )
        hub.rows.add(
            "stream_run",
            {
                "run": run, "stream": "members", "state": state, "whole": True,
                "started_at": day(at), "finished_at": day(at),
            },
        )  # fmt: skip
    hub.run()
    (row,) = [
        row
        for row in hub.rows.all("measure")
        if (row["community"], row["quarter"], row["measure"]) == ("soil", "2026Q1", "people")
    ]
    assert (row["sources"], row["observed_at"]) == (["s"], day("2026-05-01"))
    cell = hub.cell("soil", "2026Q1", "people")
    assert cell["label"] == "people on the mailing list"
    assert "As the vendor dates it" in cell["definition"]
    assert cell["unit"] == "persons"


def test_the_erased_are_counted_but_in_no_community(hub: Any) -> None:
    hub.person("a")
    hub.community("soil", "l")
    hub.member("l", "a", day("2026-01-02"))
    for number, at in enumerate(("2026-05-01", "2026-05-01", "2026-05-02")):
        hub.rows.add("erasure", {"hash": str(number), "kind": "email", "erased_at": day(at)})
    hub.run()
    assert hub.value("", "2026Q2", "people_erased") == 2
    assert hub.value("soil", "2026Q1", "people_erased") == 0
    assert hub.cell("soil", "2026Q2", "people_erased")["absent"]


def test_a_later_version_replaces_the_earlier_one_whole(hub: Any) -> None:
    hub.community("soil", "l")
    hub.campaign("l", day("2026-05-04"), delivered_count=10)
    hub.run()
    (first,) = {row["version"] for row in hub.rows.all("measure")}
    hub.campaign("l", day("2026-05-05"), delivered_count=5)
    hub.run()
    (second,) = {row["version"] for row in hub.rows.all("measure")}
    assert second > first
    assert hub.value("soil", "2026Q2", "emails_sent") == 15


def test_an_empty_hub_has_an_empty_table(hub: Any) -> None:
    hub.run()
    assert hub.rows.all("measure") == hub.rows.all("measure_month") == []
