"""Acts and people by month, counted by hand."""

from datetime import UTC, datetime
from typing import Any

import pytest

from cophub.warehouse.definitions import MONTH_KINDS


def day(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def test_posts_are_threads_and_replies(hub: Any) -> None:
    hub.person("ana", "ben")
    hub.community("soil", "l")
    first = hub.post("l", "ana", day("2026-05-04"))
    hub.post("l", "ben", day("2026-05-05"), thread=first)
    hub.post("l", "ben", day("2026-05-06"), thread=first)
    hub.post("l", "ana", day("2026-06-01"), thread=first)
    hub.run()
    got = {kind: hub.month("soil", "2026-05", kind) for kind in ("posts", "threads", "replies")}
    assert got == {"posts": (3, 2), "threads": (1, 1), "replies": (2, 1)}
    assert hub.month("soil", "2026-06", "replies") == (1, 1)
    assert hub.month("", "2026-05", "posts") == (3, 2)


def test_who_contributes_is_active_and_who_does_anything_is_engaged(hub: Any) -> None:
    hub.person("ana", "ben", "cai")
    hub.community("soil", "l")
    post = hub.post("l", "ana", day("2026-05-04"))
    hub.rows.add(
        "reaction",
        {"source": "s", "post": post, "account": "ben", "kind": "like"},
    )
    hub.event("l", day("2026-05-07"), {"cai": 20, "ana": 20})
    hub.run()
    assert hub.month("soil", "2026-05", "active") == (1, 1)
    assert hub.month("soil", "2026-05", "engaged") == (4, 3)
    assert hub.month("soil", "2026-05", "reactions") == (1, 1)
    assert hub.month("soil", "2026-05", "attendance") == (2, 2)
    assert hub.month("soil", "2026-05", "events") == (1, 2)


def test_an_evening_act_is_of_the_month_in_the_hubs_zone(hub: Any) -> None:
    """23:30 UTC on the last of May is already June in Zurich; attendance goes by the event."""
    hub.person("ana", "ben")
    hub.community("soil", "l")
    late = datetime(2026, 5, 31, 23, 30, tzinfo=UTC)
    hub.post("l", "ana", late)
    stay = {"minutes": 30, "joined_at": late}
    hub.event("l", datetime(2026, 5, 31, 21, tzinfo=UTC), {"ana": stay, "ben": stay})
    hub.run()
    assert hub.month("soil", "2026-06", "posts") == (1, 1)
    assert hub.month("soil", "2026-05", "posts") == (0, 0)
    assert hub.month("soil", "2026-05", "attendance") == (2, 2)


def test_members_come_and_go_by_the_month(hub: Any) -> None:
    hub.person(*"abc")
    hub.community("soil", "l")
    hub.member("l", "a", day("2026-02-02"))
    hub.member("l", "b", day("2026-03-02"), status="left", left_at=day("2026-05-05"))
    hub.member("l", "c", day("2026-05-06"))
    hub.run()
    months = ("2026-02", "2026-03", "2026-04", "2026-05", "2026-06")
    got = {
        kind: [hub.month("soil", month, kind)[1] for month in months]
        for kind in ("members", "joins", "left")
    }
    assert got == {"members": [1, 2, 2, 2, 2], "joins": [1, 1, 0, 1, 0], "left": [0, 0, 0, 1, 0]}


def test_the_month_of_the_first_sync_is_no_month_of_joining(hub: Any) -> None:
    """And the months before have no number of members, when nobody knows since when they are in."""
    hub.rows.seen_at = day("2026-05-20")
    hub.person(*"abc")
    hub.community("soil", "l")
    for account in "ab":
        hub.member("l", account)
    hub.member("l", "c", day("2026-03-02"))
    hub.run()
    months = ("2026-03", "2026-04", "2026-05", "2026-06")
    assert [hub.month("soil", m, "members")[1] for m in months] == [0, 0, 3, 3]
    assert [hub.month("soil", m, "joins")[1] for m in months] == [1, 0, 0, 0]


def test_every_kind_of_month_is_a_documented_one(hub: Any) -> None:
    hub.person("ana", "ben")
    hub.community("soil", "l")
    post = hub.post("l", "ana", day("2026-05-04"))
    hub.post("l", "ben", day("2026-05-04"), thread=post)
    at = {"source": "s", "account": "ana"}
    hub.rows.add("reaction", {**at, "post": post, "kind": "like"})
    hub.event("l", day("2026-05-07"), {"ana": 20, "ben": 20})
    hub.campaign("l", day("2026-05-07"))
    (campaign,) = hub.rows.all("campaign")
    opened = {"opened_at": day("2026-05-08"), "clicked_at": day("2026-05-08")}
    hub.rows.add("delivery", {**at, "campaign": campaign["key"], **opened})
    hub.rows.add("document", {**at, "key": "d", "space": "l", "created_at": day("2026-05-09")})
    hub.member("l", "ana", day("2026-05-01"), status="left", left_at=day("2026-07-01"))
    hub.run()
    assert {row["kind"] for row in hub.rows.all("measure_month")} == set(MONTH_KINDS)


@pytest.mark.parametrize("dialect", ["sqlite"])
def test_what_lies_ahead_is_not_counted(hub: Any) -> None:
    hub.person("ana", "ben")
    hub.community("soil", "l")
    hub.post("l", "ana", day("2026-05-04"))
    hub.post("l", "ana", day("2027-05-04"))
    hub.event("l", day("2026-12-07"), {"ana": 20, "ben": 20})
    hub.run()
    months = {row["month"] for row in hub.rows.all("measure_month")}
    assert months == {"2026-05"}
    assert hub.month("soil", "2026-05", "posts") == (1, 1)
