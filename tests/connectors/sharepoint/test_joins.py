"""A join is dated by the change log where it tells the first day of somebody, and nowhere else."""

from datetime import UTC, datetime
from typing import Any

from cophub.connectors.sharepoint.joins import concerns_people, instant, joins

DAY = datetime(2026, 5, 1, 9, 0, tzinfo=UTC)


def change(kind: int, minute: int = 0, **who: int) -> dict[str, Any]:
    """A change of users or groups."""
    return {"ChangeType": kind, "Time": f"2026-05-01T09:{minute:02}:00Z", **who}


def test_an_addition_that_names_the_user_dates_the_join():
    assert joins([change(13, UserId=5, GroupId=1)], {1: {5, 6}}) == {5: DAY}


def test_the_earliest_of_several_additions_counts():
    log = [change(13, UserId=5, GroupId=1), change(13, 30, UserId=5, GroupId=2)]
    assert joins(log, {1: {5}, 2: {5}}) == {5: DAY}


def test_who_was_in_another_group_before_is_not_dated():
    """They joined the site by that group, long before the log begins."""
    assert joins([change(13, UserId=5, GroupId=2)], {1: {5}, 2: {5}}) == {}


def test_who_was_removed_and_came_again_is_not_dated():
    log = [change(14, UserId=5, GroupId=1), change(13, 9, UserId=5, GroupId=1)]
    assert joins(log, {1: {5}}) == {}


def test_who_has_left_again_is_not_dated():
    log = [change(13, UserId=5, GroupId=1), change(14, 9, UserId=5, GroupId=1)]
    assert joins(log, {1: set()}) == {}


def test_a_change_that_names_the_group_alone_is_that_of_a_new_user():
    """The service's metadata gives a changed group no user; a new user on the site is told."""
    log = [change(1, UserId=5), change(13, 1, GroupId=1)]
    assert joins(log, {1: {5, 6}}) == {5: DAY.replace(minute=1)}
    late = [change(1, UserId=5), change(13, 40, GroupId=1)]
    assert joins(late, {1: {5, 6}}) == {}


def test_a_change_that_names_the_user_alone_dates_who_is_in_one_group():
    assert joins([change(13, UserId=5)], {1: {5}}) == {5: DAY}
    assert joins([change(13, UserId=5)], {1: {5}, 2: {5}}) == {}


def test_a_row_without_time_is_passed_over():
    assert joins([{"ChangeType": 13, "UserId": 5, "GroupId": 1}], {1: {5}}) == {}


def test_changes_of_items_are_no_changes_of_people():
    assert not concerns_people([{"ChangeType": 2, "ItemId": 4, "ListId": "x"}])
    assert concerns_people([{"ChangeType": 14, "GroupId": 4}])


def test_instants_come_in_three_forms_and_never_is_none():
    assert instant("2026-05-01T09:00:00Z") == DAY
    assert instant("2026-05-01T02:00:00-07:00") == DAY
    assert instant("2026-05-01T09:00:00") == DAY
    assert instant("0001-01-01T00:00:00") is None
    assert instant("soon") is None
    assert instant(None) is None
