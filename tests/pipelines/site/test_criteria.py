"""The three criteria of the directory of communities, on days and titles counted by hand."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from cophub.pipelines.site.criteria import functional, on_topic, read_criteria, words

NOW = datetime(2026, 3, 14, 4, 30, tzinfo=UTC)
ZONE = ZoneInfo("Europe/Zurich")


def ago(days: float) -> datetime:
    return NOW - timedelta(days=days)


def test_a_community_lives_for_90_days_after_an_answer_or_an_event():
    assert functional([ago(400), ago(89)], NOW, ZONE).met is True
    assert functional([ago(89)], NOW, ZONE).last_on == date(2026, 3, 14)
    quiet = functional([ago(400), ago(100)], NOW, ZONE)
    assert (quiet.met, quiet.last_on) == (False, date(2026, 3, 4))
    unknown = functional([], NOW, ZONE)
    assert (unknown.met, unknown.last_on) == (None, None)
    assert unknown.note


def test_a_word_is_what_a_line_may_be_about():
    assert words("Re: M&E of Nutritional aid, réseau") == {"m&e", "nutrit"}
    assert words("Nutrition Learning Group") == {"nutrit"}
    assert words("A community of practice for the people") == frozenset()
    assert words("Santé publique 2026") == words("SANTE PUBLIQUE")


def titles(*told: tuple[float, str]) -> list[tuple[datetime, str]]:
    return [(ago(days), title) for days, title in told]


def test_a_community_is_on_topic_while_a_tenth_of_its_titles_name_it():
    """Of 10 titles one names it, 10 %; of 11 one, 9.1 %: it was on topic until the eleventh."""
    ten = [*((30 + n, "Lunch") for n in range(9)), (40, "Malaria nets")]
    on = on_topic(titles(*ten), "Malaria", NOW, ZONE)
    assert (on.met, on.share.text, on.last_on) == (True, "10.0 %", date(2026, 3, 14))
    off = on_topic(titles(*ten, (1, "Dinner")), "Malaria", NOW, ZONE)
    assert (off.met, off.share.text, off.last_on) == (None, "9.1 %", date(2026, 3, 13))
    assert "does not say" in off.note


def test_what_was_on_topic_ceases_when_its_titles_are_older_than_90_days():
    """Five titles of 130 to 126 days ago: together they were there until the first grew too old."""
    told = titles(*((126 + n, "Malaria nets") for n in range(5)))
    old = on_topic(told, "Malaria", NOW, ZONE)
    assert (old.met, old.last_on) == (None, date(2026, 2, 2))
    assert old.note == "Fewer than 5 titles in 90 days."


@pytest.mark.parametrize(("about", "count"), [("", 9), ("The network of practice", 9), ("Soil", 4)])
def test_where_nothing_can_say_what_it_is_about_nothing_is_said(about, count):
    told = titles(*((n, "Soil") for n in range(1, count + 1)))
    unknown = on_topic(told, about, NOW, ZONE)
    assert (unknown.met, unknown.last_on, unknown.share.state) == (None, None, "absent")
    assert unknown.note


def community(rows, key, **more):
    rows.add("community", {"key": key, "title": key.title(), **more})
    rows.add("community_space", {"community": key, "source": "lists", "space": key,
                                 "set_by": "config"})  # fmt: skip


def test_openness_is_as_configured_or_else_as_a_space_says(rows, warehouse):
    for key, configured, told in (
        ("a", True, None), ("b", False, True), ("c", None, True), ("d", None, False),
        ("e", None, None),
    ):  # fmt: skip
        community(rows, key, open_membership=configured)
        rows.add("space", {"source": "lists", "key": key, "open_membership": told})
    rows.add("space", {"source": "lists", "key": "s", "open_membership": True,
                       "visibility": "secret"})  # fmt: skip
    rows.add("community_space", {"community": "e", "source": "lists", "space": "s",
                                 "set_by": "config"})  # fmt: skip
    run = {"id": 1, "kind": "sync", "source": "lists", "state": "done", "started_at": ago(3)}
    rows.add("run", run)
    rows.add("stream_run", {"run": 1, "stream": "spaces", "state": "done", "whole": True,
                            "started_at": ago(3)})  # fmt: skip
    with warehouse.connect() as connection:
        found = read_criteria(connection, rows.all("community"), NOW, ZONE)
    today, read = date(2026, 3, 14), date(2026, 3, 11)
    assert {key: (each[0].met, each[0].last_on) for key, each in found.items()} == {
        "a": (True, today), "b": (False, None), "c": (True, read), "d": (False, None),
        "e": (None, None),
    }  # fmt: skip


def test_signs_are_answers_by_others_events_that_began_and_titles(rows, warehouse):
    """What is to come, was cancelled or deleted, or is an answer to oneself, is no sign of life."""
    for key in ("asked", "alone", "met", "silent"):
        community(rows, key, domain="Soil")
        rows.add("space", {"source": "lists", "key": key})
    post = {"source": "lists", "posted_at": ago(20)}
    for space, second in (("asked", "y"), ("alone", "x")):
        rows.add("post", post | {"key": space, "thread": space, "space": space, "account": "x",
                                 "title": "Soil and water"})  # fmt: skip
        rows.add("post", post | {"key": f"{space}-2", "thread": space, "space": space,
                                 "account": second, "posted_at": ago(10)})  # fmt: skip
    event = {"source": "lists", "space": "met"}
    rows.add("event", event | {"key": "1", "starts_at": ago(95), "title": "Soil call"},
             event | {"key": "2", "starts_at": NOW + timedelta(days=5)},
             event | {"key": "3", "starts_at": ago(1), "cancelled": True})  # fmt: skip
    rows.add("document", {"source": "lists", "key": "d", "space": "silent", "created_at": ago(5),
                          "title": "Soil map"})  # fmt: skip
    with warehouse.connect() as connection:
        found = read_criteria(connection, rows.all("community"), NOW, ZONE)
    assert {key: (each[1].met, each[1].last_on) for key, each in found.items()} == {
        "asked": (True, date(2026, 3, 14)), "alone": (None, None),
        "met": (False, date(2026, 3, 9)), "silent": (None, None),
    }  # fmt: skip
    signs = rows.query("SELECT community, sign, coalesce(title, '') FROM community_sign")
    assert sorted(signs) == [
        ("alone", "thread", "Soil and water"), ("asked", "answer", ""),
        ("asked", "thread", "Soil and water"), ("met", "event", ""), ("met", "event", "Soil call"),
        ("silent", "document", "Soil map"),
    ]  # fmt: skip


def test_titles_of_a_secret_space_say_nothing_of_what_a_community_is_about(rows, warehouse):
    for key, visibility in (("open", "members"), ("hidden", "secret")):
        community(rows, key, domain="Soil")
        rows.add("space", {"source": "lists", "key": key, "visibility": visibility})
        for n in range(6):
            rows.add("post", {"source": "lists", "key": f"{key}{n}", "space": key, "account": "x",
                              "title": "Soil and water", "posted_at": ago(n + 1)})  # fmt: skip
    with warehouse.connect() as connection:
        found = read_criteria(connection, rows.all("community"), NOW, ZONE)
    assert (found["open"][2].met, found["open"][2].share.value) == (True, 100)
    assert (found["hidden"][2].met, found["hidden"][2].share.value) == (None, None)


def test_what_is_deleted_gone_or_of_the_system_is_no_sign_of_life(rows, warehouse):
    community(rows, "over", domain="Soil")
    rows.add("space", {"source": "lists", "key": "over"})
    there = {"source": "lists", "space": "over", "title": "Soil"}
    ends = ({"deleted_at": ago(1)}, {"gone_at": ago(1)})
    for n, over in enumerate((*ends, {"kind": "system"})):
        post = there | {"posted_at": ago(9), "account": "x"}
        rows.add("post", post | {"key": f"t{n}", "thread": f"t{n}"} | over)
        rows.add("post", post | {"key": f"a{n}", "thread": f"t{n}", "account": "y"} | over)
    for n, over in enumerate(ends):
        rows.add("document", there | {"key": f"d{n}", "created_at": ago(9)} | over)
    for n, over in enumerate(({"cancelled": True}, {"gone_at": ago(1)})):
        rows.add("event", there | {"key": f"e{n}", "starts_at": ago(9)} | over)
    assert rows.query("SELECT * FROM community_sign") == []


def test_an_event_is_a_sign_of_where_a_rule_has_placed_it(rows):
    for key in ("was", "placed"):
        community(rows, key)
        rows.add("space", {"source": "lists", "key": key})
    rows.add("event", {"source": "lists", "key": "e", "space": "was", "starts_at": ago(9)})
    rows.add("event_place", {"source": "lists", "event": "e", "place": "placed"})
    assert rows.query("SELECT community, ref FROM community_sign") == [("placed", "e")]
