"""Which events serve which community by a rule, whatever space the vendor keeps them in."""

import logging
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest

from cophub import CommunitySpec
from cophub.pipelines.identities import cophub_pipelines
from cophub.pipelines.identities.communities import Space, proposed

IDENTITIES = cophub_pipelines()[0]
LATER = datetime(2026, 2, 1, tzinfo=UTC)
START = datetime(2025, 11, 4, 14, tzinfo=UTC)


def spec(key: str, *spaces: str) -> CommunitySpec:
    return CommunitySpec(key=key, title=key.title(), spaces=spaces)


def places(rows: Any) -> dict[str, str]:
    return {row["event"]: row["place"] for row in rows.all("event_place")}


def links(rows: Any) -> set[tuple[str, str]]:
    return {(row["community"], row["space"]) for row in rows.all("community_space")}


@pytest.fixture
def calls(rows: Any) -> None:
    """Two organisers; one of them in a group, holding calls of two communities in one room."""
    rows.add("space", {"source": "calls", "key": "group:7", "title": "Field offices"})
    rows.add("space", {"source": "calls", "key": "organizer:1", "parent": "group:7"})
    rows.add("space", {"source": "calls", "key": "organizer:2"})
    rows.add("account", {"source": "calls", "key": "k1", "name": "Ada Díaz", "email": "ada@x.org"})
    titles = {
        "soil": "SOIL: monthly  call",
        "both": "Soil and WATER together",
        "water": "water clinic",
        "none": "Staff meeting",
    }
    for key, title in titles.items():
        rows.add(
            "event",
            {
                "source": "calls",
                "key": key,
                "title": title,
                "space": "organizer:2" if key == "none" else "organizer:1",
                "organizer": "k1",
                "starts_at": START,
            },
        )


@pytest.mark.usefixtures("calls")
def test_a_subject_is_matched_in_any_case_and_spacing(rows: Any, run: Callable) -> None:
    run(IDENTITIES, communities=(spec("soil", "calls:subject=soil: monthly call*"),))
    assert places(rows) == {"soil": "subject=soil: monthly call*"}
    assert links(rows) == {("soil", "subject=soil: monthly call*")}


@pytest.mark.usefixtures("calls")
def test_an_event_of_two_communities_has_one_place_that_serves_both(
    rows: Any, run: Callable
) -> None:
    """All communities together count it once."""
    run(
        IDENTITIES,
        communities=(spec("soil", "calls:subject=soil*"), spec("water", "*:subject=*water*")),
    )
    both = "subject=*water* | subject=soil*"
    assert places(rows) == {"soil": "subject=soil*", "water": "subject=*water*", "both": both}
    assert links(rows) == {
        ("soil", "subject=soil*"), ("water", "subject=*water*"), ("soil", both), ("water", both),
    }  # fmt: skip


@pytest.mark.usefixtures("calls")
def test_the_space_that_holds_an_event_goes_on_serving_its_community(
    rows: Any, run: Callable
) -> None:
    run(
        IDENTITIES,
        communities=(spec("hosts", "calls:organizer:1"), spec("soil", "calls:subject=soil:*")),
    )
    both = "organizer:1 | subject=soil:*"
    assert places(rows) == {"soil": both}
    assert links(rows) == {("hosts", "organizer:1"), ("hosts", both), ("soil", both)}


@pytest.mark.usefixtures("calls")
@pytest.mark.parametrize("who", ["k1", "ADA@x.org", "ada d*"])
def test_an_organizer_is_named_by_key_address_or_name(who: str, rows: Any, run: Callable) -> None:
    run(IDENTITIES, communities=(spec("soil", f"calls:organizer={who}"),))
    assert set(places(rows)) == {"soil", "both", "water", "none"}


@pytest.mark.usefixtures("calls")
@pytest.mark.parametrize("group", ["field offices", "7", "group:7", "organizer:1"])
def test_a_group_is_the_space_of_an_event_or_one_above_it(
    group: str, rows: Any, run: Callable
) -> None:
    run(IDENTITIES, communities=(spec("soil", f"calls:group={group}"),))
    assert set(places(rows)) == {"soil", "both", "water"}


@pytest.mark.usefixtures("calls")
def test_a_rule_that_is_taken_back_or_a_new_title_moves_events(rows: Any, run: Callable) -> None:
    run(IDENTITIES, communities=(spec("soil", "calls:subject=soil*"),))
    assert set(places(rows)) == {"soil", "both"}
    rows.change("event", {"key": "both"}, title="Water alone")
    run(IDENTITIES, LATER, communities=(spec("soil", "calls:subject=soil*"),))
    assert set(places(rows)) == {"soil"}
    rows.change("event", {"key": "soil"}, gone_at=LATER)
    run(IDENTITIES, LATER, communities=(spec("soil", "calls:subject=*o*"),))
    assert set(places(rows)) == {"both"}
    run(IDENTITIES, LATER)
    assert places(rows) == {}


@pytest.mark.usefixtures("calls")
def test_a_rule_that_fits_nothing_is_said(
    rows: Any, run: Callable, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.WARNING, "cophub.pipeline"):
        run(IDENTITIES, communities=(spec("soil", "calls:subject=S?IL*", "calls:subject=Sand*"),))
    assert [line.partition(";")[0] for line in caplog.messages] == [
        'community "soil": "calls:subject=Sand*" fits no event of the warehouse'
    ]


def test_a_ring_of_spaces_ends(rows: Any, run: Callable) -> None:
    rows.add("space", {"source": "calls", "key": "a", "title": "Soil", "parent": "b"})
    rows.add("space", {"source": "calls", "key": "b", "title": "Water", "parent": "a"})
    rows.add("event", {"source": "calls", "key": "1", "space": "a", "starts_at": START})
    run(IDENTITIES, communities=(spec("soil", "calls:group=water"),))
    assert places(rows) == {"1": "group=water"}


def test_a_meeting_room_proposes_no_community_of_its_own() -> None:
    spaces = [
        Space("calls", "1", "Soil", "meeting_room"),
        Space("calls", "organizer:1", "Ada Díaz", "meeting_room"),
        Space("webroom", "2", "Calls", "folder"),
        Space("news", "a", "Soil", "audience"),
    ]
    specs, found = proposed(spaces, {})
    assert [one.key for one in specs] == ["soil"]
    assert set(found) == {("soil", "news", "a"), ("soil", "calls", "1")}
