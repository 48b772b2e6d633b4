"""The figures of a community's page, each counted by hand."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from cophub.pipelines.measures.participation import (
    absence_factor,
    gini,
    made_by_most_active,
)
from cophub.warehouse.definitions import REGISTRY, measures_of

Q1, Q2 = "2026Q1", "2026Q2"
END_OF_Q2 = datetime(2026, 6, 30, 22, tzinfo=UTC)  # midnight in Zurich


def day(month: int, number: int, hour: int = 12) -> datetime:
    return datetime(2026, month, number, hour, tzinfo=UTC)


def before_the_end(days: float) -> datetime:
    """So many days before the second quarter is over."""
    return END_OF_Q2 - timedelta(days=days)


@pytest.fixture
def soil(hub: Any) -> Any:
    """A community of people a to g and one group."""
    hub.person(*"abcdefg")
    hub.community("soil", "g1", kind="group")
    return hub


def test_posts_are_threads_and_replies(soil: Any) -> None:
    """Of 4 posts 2 begin a thread; a bot's, a deleted one and one of the system are none."""
    soil.person("bot", kind="bot")
    first = soil.post("g1", "a", day(4, 3))
    soil.post("g1", "b", day(4, 4), thread=first)
    soil.post("g1", "a", day(4, 5), thread=first)
    soil.post("g1", "b", day(5, 5))
    soil.post("g1", "bot", day(5, 5))
    soil.post("g1", "c", day(5, 5), deleted_at=day(5, 6))
    soil.post("g1", "c", day(5, 5), kind="system")
    soil.run()
    for community in ("soil", ""):
        found = [soil.value(community, Q2, name) for name in ("posts", "threads", "replies")]
        assert found == [4, 2, 2]
    assert soil.cell("soil", Q2, "posts")["small"]


def test_active_contribute_and_engaged_do_anything(soil: Any) -> None:
    """a posts, b gives a document, c likes: 2 active, 3 engaged."""
    post = soil.post("g1", "a", day(4, 3))
    soil.document("g1", "b", day(4, 4))
    soil.react(post, "c", day(4, 5))
    soil.run()
    names = ("active", "engaged", "documents")
    assert [soil.value("soil", Q2, name) for name in names] == [2, 3, 1]


def test_callers_of_one_word_are_engaged_nowhere(soil: Any) -> None:
    """`maria` may be anybody; Maria Rossi and whoever gave an address are somebody."""
    for person, name, email in (
        ("m1", "maria", None), ("m2", "Maria Rossi", None), ("m3", "maria", "m@fao.example"),
    ):  # fmt: skip
        soil.person(person)
        soil.rows.change("person", {"id": person}, name=name, email=email)
    soil.event("g1", day(4, 3), {"m1": 60, "m2": 60, "m3": 60})
    soil.run()
    assert soil.value("soil", Q2, "attendees") == 3
    assert soil.value("soil", Q2, "engaged") == 2
    assert soil.value("soil", Q2, "reached") == 2
    assert soil.month("soil", "2026-04", "engaged") == (2, 2)


def test_a_caller_of_one_word_is_somebody_whom_a_list_knows_by_another_account(soil: Any) -> None:
    soil.person("m1")
    soil.rows.change("person", {"id": "m1"}, name="maria", email=None)
    soil.account("m1", "maria-by-mail")
    soil.member("g1", "maria-by-mail")
    soil.event("g1", day(4, 3), {"m1": 60, "a": 60})
    soil.run()
    assert soil.value("soil", Q2, "engaged") == 2


def test_members_are_those_of_any_space_at_the_end(soil: Any) -> None:
    soil.member("g1", "a", joined_at=day(1, 10))
    soil.member("g1", "b", joined_at=day(4, 10))
    soil.member("g1", "c", joined_at=day(1, 10), status="left", left_at=day(5, 1))
    soil.run()
    assert soil.value("soil", Q1, "members") == 2
    assert soil.value("soil", Q2, "members") == 2
    assert soil.value("soil", Q2, "members_joined") == 1
    assert soil.value("soil", Q2, "members_left") == 1
    assert soil.cell("soil", Q2, "people")["absent"]  # a group is no mailing list


def test_median_time_to_the_first_answer_by_somebody_else(soil: Any) -> None:
    """Answered after 2, 4 and 200 hours: 4 is the median. One's own reply is no answer."""
    for hours in (2, 4, 200):
        asked = day(4, 10)
        thread = soil.post("g1", "a", asked)
        soil.post("g1", "a", asked + timedelta(hours=1), thread=thread)
        soil.post("g1", "b", asked + timedelta(hours=hours), thread=thread)
        soil.post("g1", "c", asked + timedelta(hours=hours + 1), thread=thread)
    soil.post("g1", "a", day(4, 10))
    soil.post("g1", "a", day(4, 10), kind="announcement")
    soil.run()
    assert soil.value("soil", Q2, "first_answer_hours") == 4
    assert soil.value("soil", Q2, "answered_percent") == 50


def test_of_an_even_number_the_median_is_between_the_two(soil: Any) -> None:
    for hours in (1, 2, 5, 90):
        thread = soil.post("g1", "a", day(4, 10))
        soil.post("g1", "b", day(4, 10) + timedelta(hours=hours), thread=thread)
    soil.run()
    assert soil.value("soil", Q2, "first_answer_hours") == 3.5


def test_threads_of_the_last_7_days_wait_before_they_count(soil: Any) -> None:
    soil.post("g1", "a", day(8, 10))
    soil.run()
    cell = soil.cell("soil", "2026Q3", "answered_percent")
    assert cell["absent"] == "no thread of the quarter is 7 days old"
    cell = soil.cell("soil", "2026Q3", "first_answer_hours")
    assert cell["absent"] == "no thread of the quarter is answered"


def test_the_most_active_tenth_and_the_absence_factor() -> None:
    """1000 of 2475 is the share of 1 of 8; 1000 and 433 are half of them."""
    spread = [(given, 1) for given in sorted((1000, 202, 90, 33, 332, 343, 42, 433))]
    assert made_by_most_active(spread, 1) == 1000
    assert made_by_most_active(spread, 3) == 1000 + 433 + 343
    assert absence_factor(spread) == 2


@pytest.mark.parametrize(
    ("spread", "expected"),
    [([(5, 1)], 1), ([(1, 4)], 2), ([(1, 5)], 3), ([(1, 2), (2, 1)], 1), ([(1, 3), (2, 1)], 2)],
)
def test_absence_factor_needs_half(spread: list[tuple[int, int]], expected: int) -> None:
    """Half is enough, and of people alike as many as are needed."""
    assert absence_factor(spread) == expected


def test_gini_by_hand() -> None:
    """1 and 3: (2·1-3)·1 + (2·2-3)·3 = 2, over 2·4; with two silent ones 3·1·1... as below."""
    assert gini([(2, 7)]) == 0
    assert gini([(1, 1), (3, 1)]) == 0.25
    # Places 3 and 4 of 4: (6 - 5) · 1 + (8 - 5) · 3 = 10, over 4 · 4.
    assert gini([(1, 1), (3, 1)], silent=2) == 0.625
    assert gini([(9, 1)], silent=9) == 0.9


def test_contributions_are_spread_over_people_and_over_members(soil: Any) -> None:
    """a makes 3, b 1; c and d are silent members; b is none, and counts all the same."""
    for person in "acd":
        soil.member("g1", person, joined_at=day(1, 10))
    for _ in range(3):
        soil.post("g1", "a", day(4, 3))
    soil.document("g1", "b", day(4, 3))
    soil.run()
    assert soil.value("soil", Q2, "gini_active") == 0.25
    assert soil.value("soil", Q2, "gini_members") == 0.625
    assert soil.value("soil", Q2, "top_tenth_percent") == 75
    assert soil.value("soil", Q2, "absence_factor") == 1


def test_who_was_active_before_is_so_again(soil: Any) -> None:
    """{a, b, c} and then {b, c, d, e, f}: 2 of 3."""
    for person in "abc":
        soil.post("g1", person, day(2, 3))
    for person in "bcdef":
        soil.post("g1", person, day(5, 3))
    soil.run()
    assert soil.value("soil", Q2, "retention_percent") == pytest.approx(66.6667, abs=1e-4)
    cell = soil.cell("soil", Q1, "retention_percent")
    assert cell["absent"] == "nobody contributed in the quarter before"
    assert soil.value("soil", "2026Q3", "retention_percent") == 0


def contribute(hub: Any, person: str, ages: tuple[float, ...]) -> None:
    for age in ages:
        hub.post("g1", person, before_the_end(age))


LEVELS = ("level_core", "level_active", "level_peripheral", "level_outside")


def levels(hub: Any, quarter: str) -> list[float | None]:
    return [hub.value("soil", quarter, name) for name in LEVELS]


def test_levels_at_the_end_of_a_quarter(soil: Any) -> None:
    """a posts most and in 3 weeks; b as recently, in 2; c 70 days ago; d reads; e is there."""
    for person in "abcde":
        soil.member("g1", person, joined_at=day(1, 10))
    contribute(soil, "a", (1, 2, 8, 9, 20, 21))
    contribute(soil, "b", (1, 8, 8.5))
    contribute(soil, "c", (70,))
    liked = soil.post("g1", "f", before_the_end(59))
    soil.react(liked, "d", before_the_end(80))
    soil.run()
    assert levels(soil, Q2) == [1, 2, 2, 1]  # f, who is no member, is active too
    assert soil.cell("soil", Q2, "level_core")["small"]


def test_core_are_those_of_the_fewest_with_half_who_came_in_3_weeks(soil: Any) -> None:
    """b has more than half of all, in 2 weeks: nobody is core, though a came in 3."""
    contribute(soil, "a", (1, 8, 15))
    contribute(soil, "b", (1,) * 9 + (9,))
    soil.run()
    assert levels(soil, Q2)[:2] == [0, 2]


def test_moves_from_level_to_level(soil: Any) -> None:
    """a goes from outside to core, b from active to peripheral, c from peripheral to outside."""
    for person in "abc":
        soil.member("g1", person, joined_at=day(1, 1))
    thread = soil.post("g1", "b", day(3, 20))
    soil.react(thread, "c", day(3, 20))
    soil.react(thread, "b", day(6, 20))
    contribute(soil, "a", (1, 8, 15))
    soil.run()
    # Joining is an act, too: of 90 days before the end of the first quarter.
    assert soil.moves("soil", Q2) == {
        ("peripheral", "core"): 1, ("active", "peripheral"): 1, ("peripheral", "outside"): 1,
    }  # fmt: skip
    assert soil.value("soil", Q2, "moved_up") == 1
    assert soil.value("soil", Q2, "moved_down") == 2


def test_nobody_moves_down_before_the_month_is_over(soil: Any) -> None:
    """Last post 60 days before 5 August: still active on the 15th, no more in September."""
    now = day(8, 15)
    soil.member("g1", "a", joined_at=day(1, 10))
    soil.post("g1", "a", day(8, 5) - timedelta(days=60))
    soil.run(now)
    assert levels(soil, "2026Q3") == [0, 1, 0, 0]
    soil.run(day(9, 1))
    assert levels(soil, "2026Q3") == [0, 0, 1, 0]


def test_who_moves_up_does_so_at_once(soil: Any) -> None:
    soil.member("g1", "a", joined_at=day(1, 10))
    soil.run(day(8, 15))
    assert levels(soil, "2026Q3") == [0, 0, 0, 1]
    soil.post("g1", "a", day(8, 15, 11))
    soil.run(day(8, 15))
    assert levels(soil, "2026Q3") == [0, 1, 0, 0]


def test_core_for_a_day_is_core_for_the_month(soil: Any) -> None:
    """On 5 August a had half of all; by the 15th b has more, in 3 weeks as well."""
    for ago in (1, 8, 15):
        soil.post("g1", "a", day(8, 5) - timedelta(days=ago))
        soil.post("g1", "b", day(8, 5) - timedelta(days=ago + 20))
    for _ in range(9):
        soil.post("g1", "b", day(8, 14))
    soil.run(day(8, 15))
    assert soil.value("soil", "2026Q3", "level_core") == 2


def test_channels_and_whom_one_alone_reaches(hub: Any) -> None:
    """a is in both, b on the list only, c came to a call; d has left the list."""
    hub.person(*"abcd")
    hub.community("soil", "list1", "list2")
    hub.rows.add("space", {"source": "s", "key": "calls", "kind": "meeting_room"})
    link = {"community": "soil", "source": "s", "space": "calls", "set_by": "config"}
    hub.rows.add("community_space", link)
    for space, person in (("list1", "a"), ("list2", "a"), ("list2", "b")):
        hub.member(space, person, joined_at=day(1, 10))
    hub.member("list1", "d", joined_at=day(1, 10), status="left", left_at=day(3, 3))
    hub.event("calls", day(5, 5), {"a": 30, "c": 30})
    hub.run()
    assert hub.channels("soil", Q2) == {"list": (2, 1), "meeting_room": (2, 1)}
    # Joining is an act: d was reached in the quarter in which they left.
    assert hub.channels("soil", Q1) == {"list": (3, 3)}
    assert hub.channels("soil", "2026Q3") == {"list": (2, 2), "meeting_room": (0, 0)}
    assert hub.value("soil", Q2, "reached") == 3
    assert hub.value("soil", Q2, "reached_by_one") == 2


def test_days_since_the_last_activity(soil: Any) -> None:
    """A post 11 days before the end; joining later is no activity of the community."""
    contribute(soil, "a", (11.5,))
    soil.member("g1", "b", joined_at=before_the_end(1))
    soil.run()
    assert soil.value("soil", Q2, "days_quiet") == 11
    assert soil.value("soil", "2026Q3", "days_quiet") == 57


def test_what_no_source_tells_is_absent(soil: Any) -> None:
    """Never 0: posts are known from their first one on, documents never."""
    soil.member("g1", "a", joined_at=day(1, 10))
    soil.rows.change("space", {"key": "g1"}, kind="list")
    soil.post("g1", "a", day(5, 5))
    soil.run()
    assert soil.cell("soil", Q2, "documents")["absent"] == (
        "no source of documents serves this community"
    )
    for name in ("posts", "active", "gini_active", "first_answer_hours"):
        assert soil.cell("soil", Q1, name)["absent"].endswith("are known from 2026Q2 on"), name
    assert soil.value("soil", Q2, "posts") == 1
    assert soil.cell("soil", Q2, "posts")["sources"] in (["s"], '["s"]')


def test_a_change_is_told_beside_each_figure(soil: Any) -> None:
    soil.post("g1", "a", day(2, 3))
    for _ in range(3):
        soil.post("g1", "a", day(5, 3))
    soil.run()
    cell = soil.cell("soil", Q2, "posts")
    assert (cell["previous"], cell["difference"], cell["percent"]) == (1, 2, 200)
    assert soil.cell("soil", "2026Q3", "posts")["note"] == "the quarter is not over: as of now"


def test_every_measure_has_its_row_and_its_words(soil: Any) -> None:
    soil.post("g1", "a", day(2, 3))
    soil.run()
    for measure in measures_of("community"):
        cell = soil.cell("soil", Q1, measure.name)
        assert cell["definition"] == measure.definition
        assert (cell["value"] is None) == (cell["absent"] is not None)


def test_names_of_measures_are_one_each_and_tell_where_they_come_from() -> None:
    assert len({measure.name for measure in REGISTRY}) == len(REGISTRY)
    assert all(measure.sources for measure in REGISTRY)
