"""What Discourse counts itself, and what `check`, `discover` and `plan` say."""

from collections.abc import Iterable

import pytest
from cophub import Context, Item, Metric, SourceUnavailable
from cophub.http import Limits, MemoryTokens, Transport
from cophub.testing import last_cursor

from cophub_discourse import Settings
from cophub_discourse.checks import check, discover, estimate

from .conftest import Read
from .vendor import NOW, Forum


def values(items: Iterable[Item]) -> dict[tuple[str, str, str], float | None]:
    found = (one for one in items if isinstance(one, Metric))
    return {(str(one.space), one.name, str(one.period_start)): one.value for one in found}  # type: ignore[misc]


def test_each_whole_day_of_which_something_is_told_has_a_figure(read: Read) -> None:
    items = read("metrics")
    found = values(items)
    assert {day: value for (_, name, day), value in found.items() if name == "visits"} == {
        "2026-05-29": 3, "2026-05-30": 3, "2026-05-31": 3,
    }  # fmt: skip
    assert {name for _, name, _ in found} == {
        "visits", "signups", "topics", "topics_with_no_response",
    }  # fmt: skip
    assert min(day for _, _, day in found) == "2026-03-03"
    again = read("metrics", last_cursor(items))
    assert last_cursor(again) == last_cursor(items)
    assert values(again).items() <= found.items()


def test_an_answer_takes_a_topic_out_of_the_unanswered_of_its_day(read: Read, forum: Forum) -> None:
    first = read("metrics")
    unanswered = ("category-7", "topics_with_no_response", "2026-05-30")
    began = ("category-7", "topics", "2026-05-30")
    assert (values(first)[unanswered], values(first)[began]) == (1, 1)
    forum.write(105, 2, 1, 0.1, category_id=7)
    again = read("metrics", last_cursor(first))
    assert (values(again)[unanswered], values(again)[began]) == (0, 1)
    assert unanswered not in values(read("metrics", last_cursor(again)))


def test_days_that_are_not_asked_for_again_keep_their_figures(read: Read) -> None:
    first = read("metrics")
    later = read("metrics", last_cursor(first), days_later=29)
    assert values(first)["category-6", "topics", "2026-05-12"] == 1
    assert min(day for _, _, day in values(later)) == "2026-05-31"
    assert 0 not in values(later).values()


def test_visits_that_are_told_in_parts_are_added(read: Read, forum: Forum) -> None:
    forum.in_parts = True
    assert values(read("metrics"))["site", "visits", "2026-05-31"] == 6


def test_a_report_that_could_not_be_made_does_not_look_like_a_quiet_forum(
    read: Read, forum: Forum
) -> None:
    forum.too_slow = True
    with pytest.raises(SourceUnavailable, match="could not make its report visits: timeout"):
        read("metrics")


def test_only_categories_that_are_taken_are_counted(read: Read, forum: Forum) -> None:
    found = values(read("metrics", categories=["practice/nutrition"]))
    assert {space for space, _, _ in found} == {"site", "category-7"}


def asking(settings: Settings) -> tuple[Transport, Context[Settings]]:
    transport = Transport(Limits(tries=1), sleep=lambda seconds: None)
    context = Context(
        settings=settings, source="forum", now=NOW, transport=transport, tokens=MemoryTokens()
    )
    return transport, context


def test_check_says_what_an_administrators_key_may_read(settings: Settings) -> None:
    transport, context = asking(settings)
    with transport:
        assert {one.subject: one.state for one in check(context)} == {
            "spaces": "ok", "members": "ok", "posts": "ok", "accounts": "ok", "metrics": "ok",
        }  # fmt: skip


def test_check_says_what_to_do_for_the_staffs_lists(settings: Settings) -> None:
    transport, context = asking(settings.model_copy(update={"api_username": "grace.okello"}))
    with transport:
        found = {one.subject: one for one in check(context)}
    assert {one for one in found if found[one].state == "failed"} == {"accounts", "metrics"}
    assert "Single User" in str(found["accounts"].fix)


def test_discover_and_plan_tell_what_there_is(settings: Settings) -> None:
    transport, context = asking(settings)
    with transport:
        assert len(list(discover(context))) == 5 + 4
        calls = {one.stream: one for one in estimate(context, {})}
        assert (calls["members"].requests, calls["posts"].rows) == (3, 20)
        later = {one.stream: one for one in estimate(context, {"posts": "{}"})}
        assert later["posts"].requests == 2
