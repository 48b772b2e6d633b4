"""Figures that tell with others how few some people are count as small in the warehouse."""

from collections.abc import Mapping

import pytest
from sqlalchemy import Boolean, insert, text

from cophub.warehouse import Warehouse, tables
from cophub.warehouse.telling import about


def small(
    warehouse: Warehouse, now: Mapping[str, float], then: Mapping[str, float],
    view: str = "measure_community",
) -> set[str]:  # fmt: skip
    """The measures of a quarter that the view calls small; `then` is the quarter before."""
    with warehouse.begin() as connection:
        for measure, value in now.items():
            row = {"version": 1, "community": "soil", "quarter": "2026Q1", "small": False}
            row |= {"measure": measure, "value": value, "previous": then.get(measure)}
            connection.execute(insert(tables.measure), [row])
        query = text(f"SELECT measure, small FROM {view}").columns(small=Boolean)
        return {row.measure for row in connection.execute(query) if row.small}


@pytest.mark.parametrize(
    ("now", "then", "told"),
    [
        ({"retention_percent": 90.0, "active": 30}, {"active": 20}, {"retention_percent"}),
        ({"retention_percent": 50.0, "active": 12}, {"active": 20}, {"retention_percent"}),
        ({"retention_percent": 50.0, "active": 30}, {"active": 20}, set()),
        ({"retention_percent": 0.0, "active": 30}, {"active": 20}, set()),
        ({"top_tenth_percent": 40.0, "active": 40}, {}, {"top_tenth_percent"}),
        ({"top_tenth_percent": 40.0, "active": 41}, {}, set()),
    ],
)
def test_a_share_that_tells_how_few_others_are_is_small(warehouse, now, then, told):
    """18 of 20 are active again: 2 are not; 10 of 20, and 12 are active: 2 are new."""
    assert small(warehouse, now, then) == told


@pytest.mark.parametrize(("silent", "told"), [(3, {"gini_members"}), (7, set()), (0, set())])
def test_two_coefficients_do_not_tell_how_few_members_are_silent(warehouse, silent, told):
    """Eight people with one contribution each and 3 silent members: Gini 0 and 3/11."""
    now = {"active": 8, "members": 8 + silent, "gini_active": 0.0}
    assert small(warehouse, now | {"gini_members": silent / (8 + silent)}, {}) == told


@pytest.mark.parametrize(("guests", "told"), [(3, {"gini_members"}), (0, set()), (6, set())])
def test_two_coefficients_do_not_tell_how_few_are_no_members(warehouse, guests, told):
    """Eight people with one contribution each, 3 of them guests, and 20 silent members."""
    now = {"active": 8, "members": 28 - guests, "gini_active": 0.0, "gini_members": 20 / 28}
    assert small(warehouse, now, {}) == told


def test_a_coefficient_of_one_tells_nothing(warehouse):
    now = {"active": 8, "members": 8, "gini_active": 0.5, "gini_members": 1.0}
    assert small(warehouse, now, {}) == set()


@pytest.mark.parametrize("share", ["opened_percent", "clicked_percent"])
@pytest.mark.parametrize(
    ("part", "is_small"), [(3, True), (27, True), (0, False), (30, False), (12, False)]
)
def test_a_share_of_e_mails_that_tells_how_few_did_or_did_not_is_small(
    warehouse, share, part, is_small
):
    now = {share: 100 * part / 30, "emails_sent": 30}
    assert small(warehouse, now, {}, "measure_quarter") == ({share} if is_small else set())


def test_a_share_is_about_those_who_did_or_about_those_who_did_not():
    assert [about(*each) for each in ((4, 50), (47, 50), (0, 50), (50, 50), (0, 3))] == [
        4, 3, 50, 50, 3
    ]  # fmt: skip
