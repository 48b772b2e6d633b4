"""The figures of all communities together, by hand and by a slow count."""

from datetime import UTC, datetime
from itertools import combinations
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from cophub.warehouse.definitions import measures_of
from tests.pipelines.measures.test_community_oracle import Observer, busy, observer  # noqa: F401
from tests.pipelines.measures.test_oracle import COMMUNITIES

Q1, Q2 = "2026Q1", "2026Q2"


def day(month: int, number: int) -> datetime:
    return datetime(2026, month, number, 12, tzinfo=UTC)


@pytest.fixture
def three(hub: Any) -> Any:
    """Soil has a, b, c and d; water b, c and d; air d: 4 people, 8 memberships."""
    hub.person(*"abcde")
    for community, people in (("soil", "abcd"), ("water", "bcd"), ("air", "d")):
        hub.community(community, f"list-{community}")
        for person in people:
            hub.member(f"list-{community}", person, joined_at=day(1, 10))
    return hub


def test_people_are_counted_once_and_lists_added_up(three: Any) -> None:
    three.run()
    names = ("people_total", "memberships_total", "people_in_several", "people_in_many")
    assert [three.value("", Q1, name) for name in names] == [4, 8, 3, 0]


def test_people_in_many_communities_are_in_four(three: Any) -> None:
    three.community("fire", "list-fire")
    three.member("list-fire", "d", joined_at=day(5, 1))
    three.run()
    assert three.value("", Q1, "people_in_many") == 0
    assert three.value("", Q2, "people_in_many") == 1
    assert three.cell("", Q2, "people_in_many")["small"]


def test_a_second_space_of_a_community_makes_no_second_membership(three: Any) -> None:
    link = {"community": "soil", "source": "s", "space": "list-water", "set_by": "config"}
    three.rows.add("community_space", link)
    three.run()
    assert three.value("", Q1, "memberships_total") == 8


def test_communities_without_activity_for_90_days(three: Any) -> None:
    """Soil posted on 3 May, water on 20 March, air never."""
    three.post("list-soil", "a", day(5, 3))
    three.post("list-water", "b", day(3, 20))
    three.run()
    assert three.value("", Q1, "communities_quiet") == 2
    assert three.value("", Q2, "communities_quiet") == 2
    assert three.value("", "2026Q3", "communities_quiet") == 3


def test_every_measure_across_communities_is_told_of_all_alone(three: Any) -> None:
    three.run()
    found = three.rows.query("SELECT DISTINCT community, measure FROM measure_across")
    assert sorted(found) == sorted(("", measure.name) for measure in measures_of("across"))


def test_overlap_by_hand(three: Any) -> None:
    """Water is in soil whole, 3 of 4 people; air is in both."""
    found = three.rows.query(
        "SELECT community_a, community_b, people_both, containment, jaccard FROM community_overlap"
        " ORDER BY community_a, community_b"
    )
    assert found == [
        ("air", "soil", 1, 1, 0.25), ("air", "water", 1, 1, pytest.approx(1 / 3)),
        ("soil", "water", 3, 1, 0.75),
    ]  # fmt: skip


def test_pairs_are_put_in_one_order_on_every_database(three: Any) -> None:
    """Capital letters come first, whatever the language of the database."""
    three.community("Zinc", "list-zinc")
    three.member("list-zinc", "a", joined_at=day(1, 10))
    found = three.rows.query(
        "SELECT community_a, community_b FROM community_overlap WHERE community_a = 'Zinc'"
        " OR community_b = 'Zinc'"
    )
    assert found == [("Zinc", "soil")]


def test_who_is_in_several_communities(three: Any) -> None:
    found = three.rows.query("SELECT person, communities FROM person_communities ORDER BY person")
    assert found == [("b", 2), ("c", 2), ("d", 3)]


def test_which_organisations_take_part_where(three: Any) -> None:
    """An office is its organisation; the main employer of two counts, and no former one."""
    three.rows.add(
        "organization",
        {"key": "who", "name": "World Health Organization"},
        {"key": "who-ke", "name": "WHO Kenya", "parent": "who"},
        {"key": "fao", "name": "FAO"},
    )
    for person, organization, place, until in (
        ("a", "who-ke", 1, None), ("b", "who", 2, None), ("b", "fao", 1, None),
        ("c", "fao", 1, day(1, 2)),
    ):  # fmt: skip
        row = {"person": person, "organization": organization, "place": place}
        row |= {"valid_from": datetime(2025, 1, 1, tzinfo=UTC), "valid_to": until}
        three.rows.add("affiliation", row)
    found = three.rows.query(
        "SELECT community, organization, name, people FROM community_organization"
        " ORDER BY community, organization"
    )
    assert found == [
        ("soil", "fao", "FAO", 1), ("soil", "who", "World Health Organization", 1),
        ("water", "fao", "FAO", 1),
    ]  # fmt: skip


def test_overlap_is_what_counting_by_hand_gives(busy: Any, observer: Observer) -> None:  # noqa: F811
    people = {key: present(observer, key) for key in COMMUNITIES}
    expected = [
        (a, b, len(people[a]), len(people[b]), len(people[a] & people[b]),
         pytest.approx(len(people[a] & people[b]) / min(len(people[a]), len(people[b]))),
         pytest.approx(len(people[a] & people[b]) / len(people[a] | people[b])))
        for a, b in combinations(sorted(COMMUNITIES), 2)
        if people[a] & people[b]
    ]  # fmt: skip
    found = busy.rows.query("SELECT * FROM community_overlap ORDER BY community_a, community_b")
    assert found == expected


def present(observer: Observer, community: str) -> set[str]:  # noqa: F811
    """Who is a member by the state that was read last."""
    return {
        person
        for row in observer.rows["membership"]
        if ("s", row["space"]) in observer.spaces(community)
        and row["status"] == "active"
        and not row["gone_at"]
        and (person := observer.person(row))
    }


def test_totals_are_what_counting_by_hand_gives(busy: Any, observer: Observer) -> None:  # noqa: F811
    found = busy.rows.query("SELECT quarter, measure, value FROM measure_across")
    figures = {(row[0], row[1]): row[2] for row in found}
    told = 0
    for quarter in sorted({quarter for quarter, _ in figures}):
        end = observer.end(quarter)
        if figures[quarter, "people_total"] is None:
            continue
        inside = [observer.members(key, end, None) for key in COMMUNITIES]
        everybody = set().union(*inside)
        several = sum(sum(person in one for one in inside) >= 2 for person in everybody)
        told += several
        assert figures[quarter, "people_total"] == len(everybody)
        assert figures[quarter, "memberships_total"] == sum(map(len, inside))
        assert figures[quarter, "people_in_several"] == several
    assert told > 10
    assert observer.zone == ZoneInfo("America/St_Johns")
