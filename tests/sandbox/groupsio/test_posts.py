"""Topics and messages: numbers, dates, moderation, edits and deletions, attachments."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

import httpx
import pytest

from cophub.sandbox import GroupsioSandbox
from cophub.sandbox.groupsio.state import Message

Json = dict[str, Any]
Ask = Callable[..., Json]
Whole = Callable[..., list[Json]]


def test_the_api_tells_every_post_that_there_is(
    shown: GroupsioSandbox, read: Ask, whole: Whole
) -> None:
    """With its thread, author and date, by group and number."""
    truth = shown.truth()
    for key in truth["spaces"]:
        rows = whole(read, "getmessages", group_id=key, limit=100)
        told = {f"{key}:{row['msg_num']}": row for row in rows}
        assert told.keys() == {post for post in truth["posts"] if post.startswith(f"{key}:")}
        for post, row in told.items():
            known = truth["posts"][post]
            assert (str(row["topic_id"]), str(row["user_id"])) == (known["thread"], known["author"])
            assert (row["is_reply"], row["num_likes"]) == (known["is_reply"], known["likes"])


def test_topics_hold_their_messages_and_say_how_many(read: Ask, whole: Whole) -> None:
    """The latest change comes first; a topic's messages are oldest first."""
    topics = whole(read, "gettopics", group_name="mercop", limit=50)
    changes = [datetime.fromisoformat(topic["updated"]) for topic in topics]
    assert changes == sorted(changes, reverse=True)
    for topic in topics[:10]:
        rows = whole(read, "gettopic", topic_id=topic["id"])
        assert len(rows) == topic["num_messages"]
        dates = [datetime.fromisoformat(row["created"]) for row in rows]
        assert dates == sorted(dates)


def test_a_moderated_post_appears_later_than_its_date(shown: GroupsioSandbox) -> None:
    """So numbers are in the order of appearing, not of the dates."""
    group = shown.group("mercop")
    assert group.moderated
    late = [each for each in group.messages.values() if each.appeared > each.created]
    assert late
    after = {each.num: each.created for each in group.messages.values()}
    assert any(after.get(each.num - 1, 0) > each.created for each in late)


def test_edits_and_deletions_do_not_renumber(
    sandbox: GroupsioSandbox, ask: Ask, whole: Whole
) -> None:
    """The topic's `updated` tells of both; a topic without messages is gone."""
    group = sandbox.group("mercop")
    topic = max(group.topics.values(), key=lambda each: len(each.messages))
    first, last = topic.messages[0], topic.messages[-1]
    numbers = set(group.messages)
    sandbox.advance(hours=1)
    with sandbox.changing():
        sandbox.writing.edit(first, "All of it is new.")
        sandbox.writing.delete(last)
    newest = ask("gettopics", group_name="mercop", limit=1)["data"][0]
    assert (newest["id"], newest["num_messages"]) == (topic.id, len(topic.messages))
    row = ask("getmessage", group_name="mercop", msg_num=first.num)
    assert "All of it is new." in row["body"]
    assert row["updated"] > row["created"]
    assert set(group.messages) == numbers - {last.num}
    assert ask("getmessage", group_name="mercop", msg_num=last.num)["object"] == "error"
    with sandbox.changing():
        for message in list(topic.messages):
            sandbox.writing.delete(message)
    assert ask("gettopic", topic_id=topic.id)["type"] == "topic_not_found"


def test_a_weeks_time_brings_posts_edits_joins_and_leaves(sandbox: GroupsioSandbox) -> None:
    """Old numbers stay with their posts."""
    before = sandbox.truth()
    for _ in range(8):
        sandbox.advance(days=7)
    after = sandbox.truth()
    assert len(after["posts"]) > len(before["posts"])
    kept = before["posts"].keys() & after["posts"].keys()
    same = ("thread", "author", "created", "number")
    assert all(before["posts"][k][s] == after["posts"][k][s] for k in kept for s in same)
    assert any(before["posts"][key]["updated"] != after["posts"][key]["updated"] for key in kept)
    assert before["posts"].keys() - after["posts"].keys()
    assert before["past"] != after["past"]
    assert after["accounts"].keys() - before["accounts"].keys()


def test_bodies_come_in_html_and_plain_with_quotations(read: Ask, whole: Whole) -> None:
    """Quoted text is apart, except where it was answered below."""
    rows = whole(read, "getmessages", group_name="mercop", limit=100)
    assert any(row["body"].startswith("<div") for row in rows)
    assert any(row["is_plain_text"] and "&lt;5 %" not in row["body"] for row in rows)
    assert any("&lt; 5 % &amp; falling" in row["body"] for row in rows)
    assert any("wrote:" in row["quoted"] for row in rows)
    assert any("wrote:" in row["body"] for row in rows)
    tagged = [row for row in rows if row["hashtags"]]
    assert all(row["hashtags"][0]["name"] in row["subject_with_tags"] for row in tagged)
    assert any(row["num_likes"] for row in rows)


def test_an_attachment_can_be_downloaded_with_the_key_only(shown: GroupsioSandbox) -> None:
    """From a subgroup too, whose plus is written %2B."""
    for name in ("mercop", "mercop+leads"):
        message = _with_file(shown, name)
        url = f"{shown.base_url}/api/v1/getmessage"
        asked = {"group_name": name, "msg_num": message.num}
        row = httpx.get(url, params=asked, auth=(shown.api_key, "")).json()
        found = row["attachments"][0]
        answer = httpx.get(found["download_url"], auth=(shown.api_key, ""))
        assert answer.headers["content-type"] == found["media_type"]
        assert found["filename"].encode() in answer.content
        assert httpx.get(found["download_url"]).status_code == 400


def _with_file(sandbox: GroupsioSandbox, name: str) -> Message:
    return next(m for m in sandbox.group(name).messages.values() if m.attachments)


@pytest.mark.parametrize("named", ["group_name=mercop%2Bleads", "group_id={id}"])
def test_a_subgroup_is_named_with_an_encoded_plus_or_by_its_id(
    shown: GroupsioSandbox, named: str
) -> None:
    """A plus as it is means a blank, and there is no such group."""
    query = named.format(id=shown.group("mercop+leads").id)
    url = f"{shown.base_url}/api/v1/getgroup"
    auth = (shown.api_key, "")
    group = httpx.get(f"{url}?{query}", auth=auth).json()
    assert (group["name"], group["nice_group_name"]) == ("mercop+leads", "leads")
    assert group["email_address"] == "leads@mercop.dgroups.io"
    plain = httpx.get(f"{url}?group_name=mercop+leads", auth=auth).json()
    assert plain["type"] == "no_such_group"


def test_a_search_finds_words_of_subjects_and_texts(read: Ask, whole: Whole) -> None:
    """In the envelope, the words are told again."""
    assert read("searcharchives", group_name="mercop", q="Districts")["query"] == "Districts"
    rows = whole(read, "searcharchives", group_name="mercop", q="districts", limit=100)
    assert rows
    assert all("districts" in f"{row['subject']} {row['body']} {row['quoted']}" for row in rows)


def test_topics_become_one_and_their_messages_keep_their_numbers(
    sandbox: GroupsioSandbox, ask: Ask
) -> None:
    """The old topic is gone; a message in the middle of the new one is no answer."""
    first, second = (sandbox.post("mercop", text, subject=text) for text in ("One", "Two"))
    row = ask("getmessage", group_name="mercop", msg_num=second)
    sandbox.merge("mercop", second, first)
    moved = ask("getmessage", group_name="mercop", msg_num=second)
    assert (moved["id"], moved["is_reply"]) == (row["id"], False)
    assert ask("gettopic", topic_id=row["topic_id"])["type"] == "topic_not_found"
    there = ask("gettopic", topic_id=moved["topic_id"])["data"]
    assert [each["msg_num"] for each in there] == [first, second]


def test_a_group_changes_its_name_and_another_ends(sandbox: GroupsioSandbox, ask: Ask) -> None:
    """The id stays with the renamed one, subgroups go with theirs, and time goes on."""
    before = ask("getgroup", group_name="mercop+leads")["id"]
    sandbox.rename("mercop", "mande")
    assert ask("getgroup", group_name="mande+leads")["id"] == before
    assert ask("getgroup", group_name="mercop")["type"] == "no_such_group"
    sandbox.remove("mande")
    sandbox.advance(days=30)
    assert ask("getgroup", group_id=before)["type"] == "no_such_group"
    assert {row["group_name"] for row in ask("getsubs")["data"]} == {"mnch", "fpcop", "fpcop+news"}
