"""Memberships: active unless said otherwise, joined when they first did, with a history."""

from datetime import datetime
from typing import Any

from cophub.records import Membership
from cophub.warehouse import Warehouse

from .conftest import Load, day, load_all, rows, snapshot


def member(account: str = "1", **fields: Any) -> Membership:
    return Membership(space="a", account=account, **fields)


def periods(warehouse: Warehouse) -> list[tuple[Any, ...]]:
    return rows(warehouse, "membership_period", "role", "status", "valid_from", "valid_to")


def test_a_membership_without_a_status_is_active(warehouse: Warehouse, load: Load) -> None:
    load(member("1"), member("2", status="pending"), member("3", status=None))
    assert rows(warehouse, "membership", "account", "status") == [
        ("1", "active"),
        ("2", "pending"),
        ("3", None),
    ]


def test_a_membership_that_says_no_more_keeps_the_status_it_had(
    warehouse: Warehouse, load: Load
) -> None:
    load(member(status="unsubscribed", reason="too much mail"), on=1)
    counts = load(member(role="owner"), on=2)
    assert counts.changed == 1
    assert rows(warehouse, "membership", "role", "status", "reason") == [
        ("owner", "unsubscribed", "too much mail")
    ]


def test_the_earliest_join_date_ever_seen_is_kept_with_its_basis(
    warehouse: Warehouse, load: Load
) -> None:
    joined = ("joined_at", "joined_at_basis")
    load(member(joined_at=day(5), joined_at_basis="opt_in"), on=1)
    counts = load(member(joined_at=day(9), joined_at_basis="native"), on=2)
    assert counts.changed == 0
    load(member(joined_at=None), on=3)
    assert rows(warehouse, "membership", *joined) == [(day(5), "opt_in")]
    counts = load(member(joined_at=day(2), joined_at_basis="native", role="owner"), on=4)
    assert counts.changed == 1
    assert rows(warehouse, "membership", *joined) == [(day(2), "native")]
    load(member(joined_at=day(3), joined_at_basis="opt_in", role="member"), on=5)
    assert rows(warehouse, "membership", *joined, "role") == [(day(2), "native", "member")]


def test_the_earliest_of_two_join_dates_in_one_batch_is_kept(
    warehouse: Warehouse, load: Load
) -> None:
    load(member(joined_at=day(3)), member(joined_at=day(5)), member("2", joined_at=day(1)))
    assert rows(warehouse, "membership", "joined_at") == [(day(3),), (day(1),)]


def test_an_end_stays_where_it_was_while_the_status_is_the_same(
    warehouse: Warehouse, load: Load
) -> None:
    """A vendor that dates an end by the last edit moves it with each; who left in May left in May.

    What else the edit brought is stored.
    """
    left = ("status", "left_at", "reason")
    load(member(status="unsubscribed", left_at=day(5)), on=1)
    assert load(member(status="unsubscribed", left_at=day(7)), on=2).changed == 0
    assert load(member(left_at=day(8)), on=3).changed == 0
    load(member(status="unsubscribed", left_at=day(9), reason="too much mail"), on=4)
    assert rows(warehouse, "membership", *left) == [("unsubscribed", day(5), "too much mail")]
    load(member(status="unsubscribed", left_at=day(4)), on=5)
    assert rows(warehouse, "membership", "left_at") == [(day(4),)]


def test_an_end_moves_when_the_status_changes_and_goes_when_the_vendor_takes_it_back(
    warehouse: Warehouse, load: Load
) -> None:
    left = ("status", "left_at")
    load(member(status="unsubscribed", left_at=day(5)), on=1)
    load(member(status="bounced", left_at=day(7)), on=2)
    assert rows(warehouse, "membership", *left) == [("bounced", day(7))]
    load(member(status="active", left_at=None), on=3)
    assert rows(warehouse, "membership", *left) == [("active", None)]
    load(member(status="bounced", left_at=day(9)), on=4)
    assert rows(warehouse, "membership", *left) == [("bounced", day(9))]


def test_whoever_returns_and_leaves_again_has_the_end_of_the_second_stay(
    warehouse: Warehouse, load: Load
) -> None:
    """Our own mark of a departure gives way to what the vendor says of it afterwards."""
    load(member("1"), member("2"), on=1)
    snapshot(warehouse, [member("2")], [Membership], on=3)
    load(member("1", status="left", left_at=day(5)), on=6)
    assert rows(warehouse, "membership", "status", "left_at")[0] == ("left", day(5))


def test_a_period_begins_with_a_membership(warehouse: Warehouse, load: Load) -> None:
    load(member(role="owner"), on=1)
    assert periods(warehouse) == [("owner", "active", day(1), None)]


def test_a_period_ends_when_role_or_status_changes_and_another_begins(
    warehouse: Warehouse, load: Load
) -> None:
    load(member(role="member"), on=1)
    load(member(role="owner"), on=2)
    load(member(status="unsubscribed"), on=3)
    load(member(status="unsubscribed", reason="moved on"), on=4)
    assert periods(warehouse) == [
        ("member", "active", day(1), day(2)),
        ("owner", "active", day(2), day(3)),
        ("owner", "unsubscribed", day(3), None),
    ]


def test_two_changes_in_one_run_leave_one_period_for_it(warehouse: Warehouse, load: Load) -> None:
    load(member(role="member"), on=1)
    for role in ("owner", "moderator"):
        load_all(warehouse, [member(role=role)], on=2)
    assert periods(warehouse) == [
        ("member", "active", day(1), day(2)),
        ("moderator", "active", day(2), None),
    ]


def test_a_clock_that_went_back_leaves_one_open_period(warehouse: Warehouse, load: Load) -> None:
    load(member(role="member"), on=5)
    load(member(role="owner"), on=3)
    assert periods(warehouse) == [
        ("owner", "active", day(3), None),
        ("member", "active", day(5), day(5)),
    ]


def test_what_was_known_on_a_day_can_be_asked(warehouse: Warehouse, load: Load) -> None:
    """A figure of a past day is computed again from the periods that were open then."""
    load(member("1"), member("2"), member("3"), on=1)
    load(member("2", status="unsubscribed"), on=3)
    snapshot(warehouse, [member("1"), member("2"), member("4")], [Membership], on=5)
    told = {number: active_on(warehouse, day(number)) for number in (1, 2, 3, 4, 5, 6)}
    assert told == {1: 3, 2: 3, 3: 2, 4: 2, 5: 2, 6: 2}
    assert active_on(warehouse, day(0)) == 0


def active_on(warehouse: Warehouse, moment: datetime) -> int:
    return sum(
        status == "active" and start <= moment and (end is None or moment < end)
        for _, status, start, end in periods(warehouse)
    )
