"""The page on the forum's health, as each audience would see it."""

from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest
from cophub import Account, Metric, PageContext, Post, Reaction, Record, Space
from cophub.page import Paragraph
from cophub.testing import NOW, ShownPage, show_page

from cophub_discourse.page import PAGE, content, panel


def counted(space: str, name: str, days: int, value: float) -> Metric:
    day = NOW.date() - timedelta(days=days)
    return Metric(
        space=space, name=name, period_start=day, period_end=day, value=value, unit="topics"
    )


RECORDS: list[Record] = [
    Space(key="category-5", title="Practice", visibility="public"),
    Space(key="category-9", title="Board", visibility="secret"),
    counted("category-5", "topics", 2, 3),
    counted("category-5", "topics", 9, 1),
    counted("category-5", "topics", 60, 8),
    counted("category-5", "topics_with_no_response", 2, 1),
    counted("category-9", "topics", 2, 7),
    *(Account(key=n, name=f"Person {n}", email=f"p{n}@example.org") for n in range(1, 4)),
    Post(
        key="105/1", thread="105/1", space="category-5", account=1, title="Wells",
        posted_at=NOW - timedelta(days=2), url="https://forum.example.org/t/105/1",
    ),
    Reaction(post="105/1", account=2, kind="like"),
    Reaction(post="105/1", account=3, kind="like"),
]  # fmt: skip


@pytest.fixture(scope="module")
def shown() -> ShownPage:
    return show_page(PAGE, RECORDS)


def test_facilitators_are_told_of_topics_and_answers_by_category(shown: ShownPage) -> None:
    """Of the last 30 days; nothing of a private category."""
    assert shown.problems == ()
    [row] = shown.table("categories", "facilitators")
    assert (row["category"], row["topics"], row["unanswered"], row["answered"]) == (
        "Practice", "4", "1", "75",
    )  # fmt: skip
    assert "75 %" in shown.text("facilitators")
    assert "Board" not in shown.text("facilitators")


def test_likes_and_the_newest_topics_are_told_too(shown: ShownPage) -> None:
    [likes] = shown.table("likes", "facilitators")
    assert (likes["likes"], likes["people"]) == ("2", "2")
    [topic] = shown.table("newest", "facilitators")
    assert (topic["topic"], topic["topic_url"]) == ("Wells", "https://forum.example.org/t/105/1")


def test_nobody_else_has_the_page(shown: ShownPage) -> None:
    assert not any("forum-health" in path for path in shown.files if "facilitators" not in path)


def test_a_community_has_its_own_figures_on_its_page(shown: ShownPage) -> None:
    assert "Not answered" in shown.text("facilitators", community="test")


def test_a_hub_without_a_forum_is_told_what_to_do() -> None:
    ctx = PageContext("facilitators", NOW, ZoneInfo("UTC"), {}, lambda sql, values: [])
    [told] = content(ctx)
    assert isinstance(told, Paragraph)
    assert "sync a source of the connector discourse" in str(told.text)
    assert list(panel(ctx)) == []
