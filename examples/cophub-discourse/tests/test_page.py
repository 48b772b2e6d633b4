"""The page on the forum's health, as each audience would see it."""

from datetime import date, timedelta
from zoneinfo import ZoneInfo

import pytest
from cophub import Account, CommunitySpec, Metric, PageContext, Post, Reaction, Record, Space
from cophub.page import Paragraph
from cophub.testing import NOW, ShownPage, show_page

from cophub_discourse.page import PAGE, Day, by_week, content, panel


def counted(space: str, name: str, days: int, value: float) -> Metric:
    day = NOW.date() - timedelta(days=days)
    return Metric(
        space=space, name=name, period_start=day, period_end=day, value=value, unit="topics"
    )


RECORDS: list[Record] = [
    Space(key="category-5", title="Practice", visibility="public"),
    Space(key="category-7", title="Nutrition", visibility="members"),
    Space(key="category-9", title="Board", visibility="secret"),
    counted("category-5", "topics", 2, 3),
    counted("category-5", "topics", 9, 1),
    counted("category-5", "topics", 60, 8),
    counted("category-5", "topics_with_no_response", 2, 1),
    counted("category-7", "topics", 3, 2),
    counted("category-9", "topics", 2, 7),
    *(Account(key=n, name=f"Person {n}", email=f"p{n}@example.org") for n in range(1, 4)),
    Post(
        key="105/1", thread="105/1", space="category-5", account=1, title="Wells",
        posted_at=NOW - timedelta(days=2), url="https://forum.example.org/t/105/1",
    ),
    Reaction(post="105/1", account=2, kind="like"),
    Reaction(post="105/1", account=3, kind="like"),
]  # fmt: skip

COMMUNITIES = (
    CommunitySpec("practice", "Practice", spaces=("test:category-5", "test:category-9")),
    CommunitySpec("food", "Food", spaces=("test:category-7",)),
)


READER = PageContext("facilitators", NOW, ZoneInfo("UTC"), {}, lambda sql, values: [])
"""A reader of a hub that knows nothing."""


@pytest.fixture(scope="module")
def shown() -> ShownPage:
    return show_page(PAGE, RECORDS, communities=COMMUNITIES)


def test_facilitators_are_told_of_topics_and_answers_by_category(shown: ShownPage) -> None:
    """Of the last 30 days; nothing of a private category."""
    assert shown.problems == ()
    found = shown.table("categories", "facilitators")
    names = ("category", "topics", "unanswered", "answered")
    assert [tuple(row[name] for name in names) for row in found] == [
        ("Practice", "4", "1", "75"), ("Nutrition", "2", "0", "100"),
    ]  # fmt: skip
    assert "83 %" in shown.text("facilitators")
    assert "Board" not in shown.text("facilitators")


def test_a_week_has_the_topics_that_began_in_it() -> None:
    """From its Monday; the day of the page is one."""
    days = [
        Day(("forum", "Practice"), name, date.fromisoformat(on), value)
        for name, on, value in (
            ("topics", "2026-05-30", 3), ("topics", "2026-05-25", 1), ("topics", "2026-05-24", 2),
            ("topics_with_no_response", "2026-05-30", 1),
        )
    ]  # fmt: skip
    weeks = {monday: counts for monday, counts in by_week(READER, days) if any(counts)}
    assert weeks == {date(2026, 5, 18): [2, 0], date(2026, 5, 25): [3, 1]}
    assert len(list(by_week(READER, days))) == 12


def test_likes_and_the_newest_topics_are_told_too(shown: ShownPage) -> None:
    [likes] = shown.table("likes", "facilitators")
    assert (likes["likes"], likes["people"]) == ("2", "2")
    [topic] = shown.table("newest", "facilitators")
    assert (topic["topic"], topic["topic_url"]) == ("Wells", "https://forum.example.org/t/105/1")


def test_nobody_else_has_the_page(shown: ShownPage) -> None:
    assert not any("forum-health" in path for path in shown.files if "facilitators" not in path)


def test_a_community_has_its_own_figures_on_its_page(shown: ShownPage) -> None:
    assert "75 %" in shown.text("facilitators", community="practice")
    assert "100 %" in shown.text("facilitators", community="food")


def test_a_hub_without_a_forum_is_told_what_to_do() -> None:
    [told] = content(READER)
    assert isinstance(told, Paragraph)
    assert "sync a source of the connector discourse" in str(told.text)
    assert list(panel(READER)) == []
