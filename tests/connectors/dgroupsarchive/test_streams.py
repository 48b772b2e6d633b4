"""Communities, members, events and documents of a site of invented people."""

from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any

import pytest

from cophub import (
    Account,
    Context,
    Document,
    Event,
    Membership,
    Metric,
    Post,
    SourceUnavailable,
    Space,
)
from cophub.connectors.dgroupsarchive import STREAMS, cophub_connectors
from cophub.connectors.dgroupsarchive.checks import check, discover, estimate
from cophub.connectors.dgroupsarchive.dates import instant
from cophub.connectors.dgroupsarchive.library import calendar, library
from cophub.connectors.dgroupsarchive.members import key_of, members, text_rows
from cophub.connectors.dgroupsarchive.payloads import Profile
from cophub.connectors.dgroupsarchive.tree import communities
from cophub.http.parse import MISUNDERSTOOD

from .conftest import CALENDAR, RESOURCE, WEEKS
from .server import Site

Ask = Callable[..., Context[Any]]
Extract = Callable[..., Any]


# Dates


@pytest.mark.parametrize(
    "text",
    [
        "/Date(1386028800000+0000)/", "/Date(1386028800000)/", "/Date(1386028800000-0500)/",
        "\\/Date(1386028800000+0000)\\/", "2013-12-03T00:00:00Z", "2013-12-03T01:00:00+01:00",
        "2013-12-03T00:00:00", "2013-12-03T00:00:00.0000000Z",
    ],
)  # fmt: skip
def test_every_form_of_a_date_is_the_same_instant(text: str):
    assert instant(text) == datetime(2013, 12, 3, tzinfo=UTC)


@pytest.mark.parametrize("text", [
    None, "", "0001-01-01T00:00:00", "/Date(-62135596800000+0000)/", "/Date(99999999999999999999)/",
])  # fmt: skip
def test_the_year_1_is_no_date(text: str | None):
    assert instant(text) is None


def test_what_is_no_date_is_not_guessed():
    with pytest.raises(MISUNDERSTOOD):
        instant("last week")


# Communities


def test_communities_are_a_tree_with_their_numbers(site: Site, ask: Ask, extract: Extract):
    run = extract(communities, ask(site))
    spaces = run.last(Space)
    assert {key: row["parent"] for key, row in spaces.items()} == {
        "food": None, "food/soil": "food",
    }  # fmt: skip
    food = spaces["food"]
    assert food["kind"] == "list", "its people are on the mailing list of the quarter table"
    assert (food["title"], food["native_member_count"], food["native_post_count"]) == (
        "Food Forum", 3, 40,
    )  # fmt: skip
    assert food["extra"]["first_contribution"] == "2013-12-03T00:00:00+00:00"
    told = {(m.space, m.name): m.value for m in run.of(Metric) if m.name != "weekly_activity"}
    assert told["food", "contributors"] == 2
    assert told["food/soil", "members"] == 1


def test_age_has_no_known_unit_and_dates_nothing(site: Site, ask: Ask, extract: Extract):
    assert "created_at" not in extract(communities, ask(site)).last(Space)["food"]


def test_weeks_are_dated_back_from_this_one(site: Site, ask: Ask, extract: Extract):
    run = extract(communities, ask(site))
    weeks = {m.period_start: m.value for m in run.of(Metric)
             if m.name == "weekly_activity" and m.space == "food"}  # fmt: skip
    assert weeks == {date(2026, 6, 1): 7, date(2026, 5, 25): 0, date(2026, 5, 18): 1}
    soil = [m for m in run.of(Metric) if m.name == "weekly_activity" and m.space == "food/soil"]
    assert [m.value for m in soil] == [2]


def test_a_subtree_is_found_by_its_activity(site: Site, ask: Ask, extract: Extract):
    alone = extract(communities, ask(site, communities=["food"]))
    assert set(alone.last(Space)) == {"food"}
    assert not [m for m in alone.of(Metric) if m.space == "food/soil"]
    site.answers["food/stats/weeklyactivity"] = [*WEEKS, {"Uri": "/water", "WeeklyActivity": [1]}]
    site.asked.clear()
    ctx = ask(site, communities=["food"], subtree=True)
    assert set(extract(communities, ctx).last(Space)) == {"food", "food/soil"}
    assert set(extract(members, ctx).last(Membership)) >= {("food/soil", "a1b2c3d4")}
    asked = [path for path in site.routes() if path.endswith("weeklyactivity")]
    assert len(asked) == 1, "all streams of a run share it"


def test_a_community_that_gives_no_answer_stops_no_other(site: Site, ask: Ask, extract: Extract):
    site.answers["food/stats/basic"] = 404
    found = []
    with pytest.raises(SourceUnavailable):
        for item in communities(ask(site), None):
            found.append(item)
    assert [item.key for item in found if isinstance(item, Space)] == ["food/soil"]


# Members


def test_profiles_and_rows_are_joined_by_their_ids(site: Site, ask: Ask, extract: Extract):
    run = extract(members, ask(site))
    accounts = run.last(Account)
    assert set(accounts) == {"a1b2c3d4", "e5f6a7b8", "0badf00d"}
    ada = accounts["a1b2c3d4"]
    assert (ada["name"], ada["email"], ada["country"]) == (
        "Ada Keita",
        "ada.keita@example.org",
        "ML",
    )
    assert (ada["organization"], ada["job_title"]) == ("FAO", "Officer")
    assert accounts["e5f6a7b8"]["name"] is None
    assert accounts["0badf00d"]["email"] == "cy@example.org"
    assert set(run.last(Membership)) == {
        ("food", "a1b2c3d4"), ("food", "e5f6a7b8"), ("food", "0badf00d"), ("food/soil", "a1b2c3d4"),
    }  # fmt: skip


def test_nothing_tells_since_when_somebody_is_a_member(site: Site, ask: Ask, extract: Extract):
    for row in extract(members, ask(site)).of(Membership):
        assert row.role == "member"
        assert not isinstance(row.joined_at, str | datetime)


def test_password_hashes_and_telephones_are_not_taken(site: Site, ask: Ask, extract: Extract):
    kept = repr(extract(members, ask(site)).items)
    assert "5f4dcc3b" not in kept
    assert "+223" not in kept


def test_a_profile_without_an_id_is_known_by_its_guid():
    guid = "{AAAAAAAA-0000-0000-0000-000000000001}"
    assert key_of(Profile(guid=guid)) == guid.strip("{}").lower()
    assert key_of(Profile(guid="00000000-0000-0000-0000-000000000000")) is None
    assert key_of(Profile(id=" a1b2c3d4 ", guid=guid)) == "a1b2c3d4"


def test_only_the_beginning_of_a_row_is_known():
    found, rejects = text_rows("\ufeffa1b2c3d4\n\na1b2c3d4 again\ne5f6a7b8;x;y@z.example\n")
    assert [(row.id, row.email) for row in found] == [
        ("a1b2c3d4", None), ("e5f6a7b8", "y@z.example"),
    ]  # fmt: skip
    assert rejects == []


@pytest.mark.parametrize("line", ["<html>", "Error: no such list", "a1b2c3", "a1b2c3d4e5 x"])
def test_a_row_that_begins_with_no_id_is_a_reject(line: str):
    found, rejects = text_rows(f"{line}\n")
    assert found == []
    assert len(rejects) == 1


def test_members_are_a_snapshot_that_one_bad_profile_does_not_spoil(
    site: Site, ask: Ask, extract: Extract
):
    stream = next(stream for stream in STREAMS if stream.name == "members")
    assert stream.snapshot_of == (Membership,)
    site.answers["food/members"] = [{"ID": 5}, {"ID": "e5f6a7b8"}, {}]
    run = extract(stream, ask(site))
    assert len(run.rejects) == 2, "so that nobody is taken for having left"
    assert ("food", "e5f6a7b8") in run.last(Membership)


def test_messages_are_not_read(site: Site, ask: Ask, extract: Extract):
    """What `/messages` answers is documented nowhere; discussions come as mbox."""
    assert not [stream for stream in STREAMS if Post in stream.yields]
    for stream in STREAMS:
        extract(stream, ask(site))
    assert not [path for path in site.routes() if path.endswith("/messages")]


# Events and documents


def test_entries_of_the_calendar_are_events(site: Site, ask: Ask, extract: Extract):
    found = extract(calendar, ask(site)).last(Event)
    webinar = found["ev000001"]
    assert webinar["starts_at"] == datetime(2016, 6, 1, 9, tzinfo=UTC)
    assert webinar["ends_at"] == datetime(2016, 6, 1, 10, tzinfo=UTC)
    assert webinar["url"] == f"{site.base_url}/food/calendar/ev000001"
    assert found["ev000002"]["starts_at"] is None
    site.answers["food/calendar"] = [{**CALENDAR[0], "EndDate": "2016-06-01T08:00:00Z"}]
    assert extract(calendar, ask(site)).last(Event)["ev000001"]["ends_at"] is None


def test_what_bears_several_tags_is_one_document(site: Site, ask: Ask, extract: Extract):
    run = extract(library, ask(site))
    (guide,) = run.of(Document)
    assert (guide.key, guide.space, guide.size_bytes) == ("re000001", "food", 1234)
    assert guide.url == f"{site.base_url}/food/file/guide.pdf"
    site.answers["food/tags/2"] = [{**RESOURCE, "ID": "re000002"}]
    assert set(extract(library, ask(site)).last(Document)) == {"re000001", "re000002"}
    assert "/food/__api/v2/tags/3" not in site.routes(), "an empty tag is not asked for"


# Checking


def test_it_says_that_no_live_server_was_asked(site: Site, ask: Ask):
    (connector,) = cophub_connectors()
    assert "not verified against a live server" in connector.summary
    first, *others = check(ask(site))
    assert first.state == "warning"
    assert "not verified against a live server" in first.message
    assert {verdict.state for verdict in others} == {"ok"}


def test_a_refused_key_is_told_with_who_can_help(site: Site, ask: Ask):
    found = [one for one in check(ask(site, secret="another")) if one.state == "failed"]
    assert {one.subject for one in found} == {"food", "food/soil"}
    assert all("operator of the site" in (one.fix or "") for one in found)


def test_what_there_is_and_what_it_costs(site: Site, ask: Ask):
    assert [space.key for space in discover(ask(site, communities=["food"]))] == [
        "food", "food/soil",
    ]  # fmt: skip
    assert {one.stream: one.requests for one in estimate(ask(site), {})} == {
        "communities": 4, "members": 4, "calendar": 2, "library": 2,
    }  # fmt: skip
