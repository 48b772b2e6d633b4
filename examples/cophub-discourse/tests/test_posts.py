"""Posts, what was done to them, and what an incremental run sees."""

from collections.abc import Iterable

from cophub import Gone, Item, Post, Reaction
from cophub.testing import last_cursor, records, rejects

from .conftest import Read
from .vendor import Forum


def posts(items: Iterable[Item]) -> dict[str, Post]:
    return {str(one.key): one for one in items if isinstance(one, Post)}


def likes(items: Iterable[Item]) -> set[tuple[object, object]]:
    return {(one.post, one.account) for one in items if isinstance(one, Reaction)}


def gone(items: Iterable[Item]) -> list[object]:
    return [one.where["key"] for one in items if isinstance(one, Gone) and one.record is Post]


def number_of(forum: Forum, key: str) -> int:
    topic, number = map(int, key.split("/"))
    return next(
        at
        for at, one in enumerate(forum.posts)
        if (one["topic_id"], one["post_number"]) == (topic, number)
    )


def test_a_topic_is_a_thread_and_replies_name_what_they_answer(read: Read, url: str) -> None:
    found = posts(read("posts"))
    assert len(found) == 12
    question, solution, thanks = (found[f"102/{number}"] for number in (1, 2, 3))
    assert (question.kind, question.title, question.thread) == ("question", "Topic 102", "102/1")
    assert (question.space, question.url) == ("category-5", f"{url}/t/102/1")
    assert (solution.kind, solution.thread, solution.reply_to) == ("comment", "102/1", "102/1")
    assert thanks.reply_to == "102/2"
    assert found["100/2"].reply_to == "100/1"
    assert found["101/1"].kind == "message"


def test_an_accepted_answer_is_marked_and_its_topic_solved(read: Read, forum: Forum) -> None:
    found = posts(read("posts"))
    assert found["102/1"].extra == {"solved": True, "solution": False}
    assert found["102/2"].extra == {"solved": True, "solution": True}
    assert found["105/1"].extra == {"solved": False, "solution": False}
    forum.solved = False
    assert not isinstance(posts(read("posts"))["102/1"].extra, dict)


def test_edits_have_a_date_and_what_was_taken_back_has_no_text(read: Read) -> None:
    found = posts(read("posts"))
    assert found["101/1"].edited_at is None
    assert found["101/2"].edited_at is not None
    assert (found["104/2"].body, found["104/2"].deleted_at is not None) == (None, True)
    assert (found["103/2"].body, found["103/2"].deleted_at) == (None, None)


def test_who_liked_is_asked_only_for_posts_of_the_last_days(read: Read, forum: Forum) -> None:
    items = read("posts")
    assert likes(items) == {("102/1", 1), ("102/1", 2), ("102/2", 3), ("102/2", 4), ("102/2", 5),
                            ("105/1", 1)}  # fmt: skip
    items = read("posts", recent_days=3)
    assert likes(items) == {("105/1", 1)}
    assert posts(items)["102/2"].reaction_count == 3


def test_a_second_run_without_a_change_asks_for_the_last_days_only(
    read: Read, forum: Forum
) -> None:
    first = read("posts")
    forum.asked.clear()
    again = read("posts", last_cursor(first))
    assert last_cursor(again) == last_cursor(first)
    assert {path.partition("?")[0] for path in forum.asked} == {"/posts.json", "/categories.json"}
    assert sum(path.startswith("/posts") for path in forum.asked) == 2
    assert posts(again).keys() == {key for key in posts(first) if not key.startswith("100/")}
    assert (gone(again), likes(again)) == ([], set())


def test_edits_likes_and_deletions_of_the_last_days_are_seen(read: Read, forum: Forum) -> None:
    first = read("posts")
    forum.posts[number_of(forum, "105/1")] |= {"raw": "Better.", "version": 2}
    forum.likes[forum.posts[number_of(forum, "105/1")]["id"]] = [2, 3]
    forum.likes[forum.posts[number_of(forum, "102/1")]["id"]] = []
    forum.posts.pop(number_of(forum, "103/2"))
    forum.write(106, 1, 2, 0.5)
    items = read("posts", last_cursor(first))
    assert posts(items)["105/1"].body == "Better."
    assert "106/1" in posts(items)
    assert gone(items) == ["103/2"]
    assert likes(items) == {("105/1", 2), ("105/1", 3)}
    taken_back = {
        str(one.where["post"]): one.but
        for one in items
        if isinstance(one, Gone) and one.record is Reaction
    }
    assert taken_back == {
        "105/1": (("105/1", 2, "like"), ("105/1", 3, "like")), "102/1": (),
    }  # fmt: skip
    assert gone(read("posts", last_cursor(items))) == []


def test_a_post_that_cannot_be_understood_is_not_said_to_be_gone(read: Read, forum: Forum) -> None:
    """Not though it is the oldest that is looked at again; and it is still when it can be."""
    first = read("posts")
    number = number_of(forum, "101/1")
    forum.posts[number]["topic_id"] = None
    items = read("posts", last_cursor(first))
    assert (len(rejects(items)), gone(items)) == (1, [])
    forum.posts[number]["topic_id"] = 101
    items = read("posts", last_cursor(items))
    assert ("101/1" in posts(items), gone(items)) == (True, [])
    forum.posts.pop(number)
    assert gone(read("posts", last_cursor(items))) == ["101/1"]


def test_older_versions_end_with_the_last_post_as_well(read: Read, forum: Forum) -> None:
    newer = posts(read("posts")).keys()
    forum.inclusive = True
    assert posts(read("posts")).keys() == newer


def test_a_post_is_looked_at_until_it_is_old(read: Read, forum: Forum) -> None:
    first = read("posts", recent_days=3)
    forum.posts[number_of(forum, "105/1")]["created_at"] = forum.stamp(4)
    second = read("posts", last_cursor(first), recent_days=3)
    assert posts(second).keys() == {"105/1"}
    assert read("posts", last_cursor(second), recent_days=3)[:-1] == []


def test_a_first_read_is_taken_up_where_it_ended(read: Read, forum: Forum) -> None:
    whole = read("posts")
    places = [at for at, item in enumerate(whole) if type(item).__name__ == "Checkpoint"]
    assert len(places) == 5
    before = whole[: places[0] + 1]
    rest = read("posts", last_cursor(before))
    assert posts(before).keys() | posts(rest).keys() == posts(whole).keys()
    assert not posts(before).keys() & posts(rest).keys()
    assert last_cursor(rest) == last_cursor(whole)


def test_only_posts_of_the_categories_that_are_named_come(read: Read) -> None:
    assert posts(read("posts", categories=["practice/*"])).keys() == {"101/1", "101/2", "105/1"}


def test_the_forums_wait_is_kept(read: Read, forum: Forum) -> None:
    """A 429 in between is waited out."""
    forum.per_minute = 4
    assert len(posts(records(read("posts")))) == 12
