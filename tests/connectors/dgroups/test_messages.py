"""Messages and topics over HTTP: first reads, changes, deletions, interruptions."""

from typing import Any

import msgspec
import pytest

from cophub import Account, Checkpoint, Document, Gone, Membership, Post
from cophub.connectors import dgroups
from cophub.connectors.dgroups.client import Api
from cophub.connectors.dgroups.cursor import Cursor, Known, pack, unpack
from cophub.connectors.dgroups.messages import messages
from tests.connectors.dgroups.conftest import Ask, Json, Table, Watched, posts_of, told

API = {"history": "api"}


def test_a_first_read_holds_every_message_with_its_thread_and_author(
    still: Watched, ask: Ask, table: Table
):
    table.read(ask(still, **API), "groups", "messages")
    truth = still.truth()
    assert told(table) == posts_of(truth)
    posts = table.of(Post)
    for key, row in truth["posts"].items():
        post = posts[key]
        assert post["posted_at"].replace(microsecond=0).isoformat() == row["created"]
        assert post["title"].removeprefix("Re: ") == row["subject"]
        assert post["extra"].get("hashtags", []) == row["hashtags"]
        assert post["attachment_count"] == len(row["attachments"])
        assert post["body"]
        assert "<" not in post["body"].replace("< 5", "")
    assert table.rejects == []


def test_attachments_are_documents_of_their_group(still: Watched, ask: Ask, table: Table):
    table.read(ask(still, **API), "messages")
    names = sorted(row["title"] for row in table.of(Document).values())
    truth = still.truth()["posts"].values()
    assert names == sorted(name for row in truth for name in row["attachments"])


def test_likes_are_the_vendors_number(still: Watched, ask: Ask, table: Table):
    table.read(ask(still, **API), "messages")
    now = still.timeline.now
    for group in still.state.groups.values():
        for number, message in group.messages.items():
            likes = sum(at <= now for at in message.likes)
            assert table.of(Post)[f"{group.id}:{number}"]["reaction_count"] == likes


def test_an_answer_answers_the_message_before_it_in_its_topic(
    still: Watched, ask: Ask, table: Table
):
    still.faults.plan("reorder_page", path="*/getmessages", at=(1, 2))  # which changes nothing
    table.read(ask(still, **API), "messages")
    assert still.faults.struck
    for group in still.state.groups.values():
        for topic in group.topics.values():
            rows = [table.of(Post)[f"{group.id}:{one.num}"] for one in topic.messages]
            before = [None, *[row["key"] for row in rows[:-1]]]
            assert [row["reply_to"] for row in rows] == before


def test_a_second_run_costs_one_request_a_group_and_yields_no_post(
    still: Watched, ask: Ask, table: Table
):
    table.read(ask(still, **API), "messages")
    still.calls.clear()
    items = table.read(ask(still, **API), "messages")
    assert {type(item) for item in items} == {Checkpoint}
    assert still.calls["gettopics"] == len(still.state.groups)
    assert still.calls["getmessages"] == still.calls["gettopic"] == 0


def test_a_new_message_an_edit_and_a_deletion_come_with_the_next_run(
    box: Watched, ask: Ask, table: Table
):
    table.read(ask(box, **API), "messages")
    group = box.group("mercop")
    answered = next(one.num for one in group.messages.values() if len(one.topic.messages) == 1)
    lonely = next(
        one.num
        for one in group.messages.values()
        if len(one.topic.messages) == 1 and one.num != answered
    )
    crowded = next(one for one in group.messages.values() if len(one.topic.messages) > 2)
    edited = next(
        one.num for one in group.messages.values()
        if one.topic is not crowded.topic and one.num not in (answered, lonely)
    )  # fmt: skip
    deleted = crowded.topic.messages[1].num
    new = box.post("mercop", "An answer", to=answered)
    box.edit("mercop", edited, "Corrected.")
    box.delete("mercop", deleted)
    box.delete("mercop", lonely)
    table.read(ask(box, **API), "messages")
    assert told(table) == posts_of(box.truth())
    posts = table.of(Post)
    assert posts[f"{group.id}:{new}"]["thread"] == f"{group.id}:{answered}"
    assert "Corrected." in posts[f"{group.id}:{edited}"]["body"]
    assert f"{group.id}:{deleted}" not in posts
    assert f"{group.id}:{lonely}" not in posts


def test_a_deleted_message_takes_its_files_along_and_no_others(
    box: Watched, ask: Ask, table: Table
):
    table.read(ask(box, **API), "messages")
    group = box.group("mercop")
    topic = next(
        one for one in group.topics.values()
        if len(one.messages) > 1 and any(message.attachments for message in one.messages)
    )  # fmt: skip
    number = next(one.num for one in topic.messages if one.attachments)
    taken = {
        key for key, row in table.of(Document).items()
        if row["extra"]["post"] == f"{group.id}:{number}"
    }  # fmt: skip
    left = set(table.of(Document)) - taken
    assert taken and left
    box.delete("mercop", number)
    table.read(ask(box, **API), "messages")
    assert set(table.of(Document)) == left


def test_topics_that_were_made_one_are_one_thread(box: Watched, ask: Ask, table: Table):
    table.read(ask(box, **API), "messages")
    topics = [one for one in box.group("mercop").topics.values() if len(one.messages) > 1]
    box.merge("mercop", topics[-1].messages[0].num, topics[0].messages[0].num)
    table.read(ask(box, **API), "messages")
    assert told(table) == posts_of(box.truth())


def answers(box: Watched) -> dict[str, str | None]:
    """What each message answers: the one before it in its topic."""
    return {
        f"{group.id}:{message.num}": f"{group.id}:{before.num}" if before else None
        for group in box.state.groups.values()
        for topic in group.topics.values()
        for before, message in zip([None, *topic.messages], topic.messages, strict=False)
    }


def test_a_topic_that_is_read_again_has_its_answers_in_order(box: Watched, ask: Ask, table: Table):
    """One message went and another came, so that their number is the same."""
    table.read(ask(box, **API), "messages")
    topic = next(one for one in box.group("mercop").topics.values() if len(one.messages) > 3)
    box.delete("mercop", topic.messages[1].num)
    box.post("mercop", "An answer", to=topic.messages[0].num)
    table.read(ask(box, **API), "messages")
    assert told(table) == posts_of(box.truth())
    assert {key: row["reply_to"] for key, row in table.of(Post).items()} == answers(box)


def test_a_topic_is_in_the_order_of_dates_where_a_message_waited(
    box: Watched, ask: Ask, table: Table
):
    table.read(ask(box, **API), "messages")
    group = box.group("mercop")
    topic = next(one for one in group.topics.values() if len(one.messages) > 2)
    new = group.messages[box.post("mercop", "Waited", to=topic.messages[0].num)]
    new.created = topic.messages[0].created - 3600
    table.read(ask(box, **API), "messages")
    assert told(table) == posts_of(box.truth())
    assert table.of(Post)[f"{group.id}:{new.num}"]["thread"] == f"{group.id}:{new.num}"


def test_new_topics_of_which_one_waited_long_are_all_told(box: Watched, ask: Ask, table: Table):
    """It is not among the latest messages, though its topic is new."""
    table.read(ask(box, **API), "messages")
    for number in range(5):
        box.post("mercop", f"News {number}", subject=f"News {number}")
    box.post("mercop", "Waited", subject="Waited", days_ago=150)
    table.read(ask(box, **API), "messages")
    assert told(table) == posts_of(box.truth())


def test_a_first_read_goes_on_although_a_message_waited(box: Watched, ask: Ask, table: Table):
    """It has the highest number, and is on the first page."""
    box.post("mercop", "Waited", subject="Waited", days_ago=180)
    run = messages(ask(box, groups=["mercop"], **API), None)
    for item in run:
        table.take(item, "messages")
        if isinstance(item, Checkpoint):
            break
    run.close()
    table.read(ask(box, groups=["mercop"], **API), "messages")
    here = f"{box.group('mercop').id}:"
    assert told(table) == {
        key: row for key, row in posts_of(box.truth()).items() if key.startswith(here)
    }


def test_a_topic_that_goes_while_it_is_read_is_gone(box: Watched, ask: Ask, table: Table):
    table.read(ask(box, **API), "messages")
    group = box.group("mercop")
    topic = next(one for one in group.topics.values() if len(one.messages) == 2)
    box.post("mercop", "An answer", to=topic.messages[0].num)
    numbers = [message.num for message in topic.messages]

    def close(call: str, number: int) -> None:
        if call == "gettopic":
            for one in numbers:
                box.delete("mercop", one)
            box.before = lambda call, number: None

    box.before = close
    table.read(ask(box, **API), "messages")
    assert not {f"{group.id}:{one}" for one in numbers} & set(table.of(Post))
    assert table.rejects == []


def test_a_topic_that_is_gone_takes_its_files_along(box: Watched, ask: Ask, table: Table):
    table.read(ask(box, **API), "messages")
    group = box.group("mercop")
    topic = next(
        one for one in group.topics.values()
        if any(message.attachments for message in one.messages)
    )  # fmt: skip
    numbers = [message.num for message in topic.messages]
    for one in numbers:
        box.delete("mercop", one)
    before = len(table.of(Document))
    table.read(ask(box, **API), "messages")
    posts = {row["extra"]["post"] for row in table.of(Document).values()}
    assert not {f"{group.id}:{one}" for one in numbers} & posts
    assert 0 < len(table.of(Document)) < before


@pytest.mark.parametrize(("call", "at"), [("gettopic", 1), ("gettopics", 1), ("gettopics", 2)])
def test_a_message_or_topic_that_cannot_be_read_ends_no_other(
    box: Watched, ask: Ask, table: Table, call: str, at: int
):
    """The next run that can read it has all."""
    chosen = {"groups": ["mercop"], **API}
    table.read(ask(box, **chosen), "messages")
    group, before = box.group("mercop"), set(table.of(Post))
    topics = [one for one in group.topics.values() if len(one.messages) > 2]
    lonely = next(one for one in group.topics.values() if len(one.messages) == 1)
    box.delete("mercop", lonely.messages[0].num)
    box.post("mercop", "An answer", to=topics[0].messages[0].num)
    box.post("mercop", "New", subject="New")
    box.faults.plan("bad_item", path=f"*/{call}", at=(at,))
    table.read(ask(box, **chosen), "messages")
    assert table.rejects
    there = {key for key in posts_of(box.truth()) if key.startswith(f"{group.id}:")}
    assert before & there <= set(table.of(Post))
    assert len(there - set(table.of(Post))) <= 1
    box.advance(hours=1)
    box.post("mercop", "Another", to=topics[0].messages[0].num)
    table.read(ask(box, **chosen), "messages")
    here = {key: row for key, row in posts_of(box.truth()).items()
            if key.startswith(f"{group.id}:")}  # fmt: skip
    assert told(table) == here


def test_a_topic_that_could_not_be_read_when_it_was_new_is_found_later(
    box: Watched, ask: Ask, table: Table, monkeypatch: pytest.MonkeyPatch
):
    """It has not changed since; that the vendor counts one more tells of it."""
    table.read(ask(box, **API), "messages")
    new = box.post("mercop", "New", subject="Unreadable")
    box.advance(hours=1)
    box.post("mercop", "Newer", subject="Newer")
    plain = Api.page

    def garbled(self: Api, call: str, /, **params: Any) -> Any:
        page = plain(self, call, **params)
        bad, rows = msgspec.Raw(b'{"id":"x"}'), page.data or []
        if call == "gettopics":
            page.data = [bad if b"Unreadable" in bytes(row) else row for row in rows]
        return page

    with monkeypatch.context() as patch:
        patch.setattr(Api, "page", garbled)
        table.read(ask(box, **API), "messages")
    assert f"{box.group('mercop').id}:{new}" not in table.of(Post)
    table.read(ask(box, **API), "messages")
    assert told(table) == posts_of(box.truth())


def test_a_topic_whose_first_message_is_deleted_is_the_thread_of_its_second(
    box: Watched, ask: Ask, table: Table
):
    table.read(ask(box, **API), "messages")
    group = box.group("mercop")
    topic = next(one for one in group.topics.values() if len(one.messages) > 2)
    first, second = topic.messages[0].num, topic.messages[1].num
    box.delete("mercop", first)
    table.read(ask(box, **API), "messages")
    assert told(table) == posts_of(box.truth())
    assert table.of(Post)[f"{group.id}:{second}"]["thread"] == f"{group.id}:{second}"


def test_a_message_that_waited_for_a_moderator_is_not_missed(box: Watched, ask: Ask, table: Table):
    """Its number is the highest, and its date is before that of messages that were read."""
    table.read(ask(box, **API), "messages")
    number = box.post("mercop", "I wrote this last week", days_ago=7)
    table.read(ask(box, **API), "messages")
    assert f"{box.group('mercop').id}:{number}" in table.of(Post)
    assert told(table) == posts_of(box.truth())


def test_weeks_go_by_and_every_run_ends_in_the_truth(box: Watched, ask: Ask, table: Table):
    table.read(ask(box, **API))
    for days in (1, 3, 7, 30):
        box.advance(days=days)
        table.read(ask(box, **API))
        assert told(table) == posts_of(box.truth())
    assert table.rejects == []


def test_new_topics_are_taken_from_the_list_of_the_latest_messages(
    box: Watched, ask: Ask, table: Table
):
    table.read(ask(box, **API), "messages")
    for number in range(12):
        box.post("mercop", f"News {number}", subject=f"News {number}")
    box.calls.clear()
    table.read(ask(box, **API), "messages")
    assert told(table) == posts_of(box.truth())
    assert box.calls["gettopic"] == 0
    assert box.calls["getmessages"] == 1


def test_a_deletion_between_two_pages_lets_no_message_be_passed_over(ask: Ask, table: Table):
    with Watched(seed=2, people=60, communities=1, years=2) as busy:
        group = busy.group("mercop")
        assert len(group.messages) > 250

        def take_away(call: str, number: int) -> None:
            if call == "getmessages" and number in (2, 3):
                for old in [one for one in group.messages if one < 60][:7]:
                    busy.delete("mercop", old)

        busy.before = take_away
        table.read(ask(busy, groups=["mercop"], **API), "messages")
        missing = {key for key in posts_of(busy.truth()) if key.startswith(f"{group.id}:")}
        assert missing <= set(table.of(Post))
        busy.before = lambda call, number: None
        table.read(ask(busy, groups=["mercop"], **API), "messages")
        here = {key: row for key, row in posts_of(busy.truth()).items()
                if key.startswith(f"{group.id}:")}  # fmt: skip
        assert told(table) == here


def test_topics_that_come_between_two_pages_are_there_once(ask: Ask, table: Table):
    with Watched(seed=2, people=60, communities=1, years=2) as busy:
        busy.faults.plan("drift", path="*/getmessages", at=(2, 3), rows=5)
        items = table.read(ask(busy, groups=["mercop"], **API), "messages")
        keys = [item.key for item in items if isinstance(item, Post)]
        assert len(keys) == len(set(keys))
        table.read(ask(busy, groups=["mercop"], **API), "messages")
        group = f"{busy.group('mercop').id}:"
        here = {key: row for key, row in posts_of(busy.truth()).items() if key.startswith(group)}
        assert told(table) == here


@pytest.mark.parametrize("keep", [1, 3, 6])
def test_a_first_read_goes_on_from_its_last_checkpoint(
    still: Watched, ask: Ask, table: Table, keep: int
):
    whole, calls = Table(), 0
    whole.read(ask(still, **API), "messages")
    calls = still.calls["getmessages"]
    still.calls.clear()
    met = 0
    run = messages(ask(still, **API), None)
    for item in run:
        table.take(item, "messages")
        met += isinstance(item, Checkpoint)
        if met == keep:
            break
    run.close()
    table.read(ask(still, **API), "messages")
    assert table.of(Post) == whole.of(Post)
    assert still.calls["getmessages"] <= calls + 2


def test_likes_of_the_last_weeks_are_read_once_a_day(box: Watched, ask: Ask, table: Table):
    table.read(ask(box, **API), "messages")
    group = box.group("mercop")
    number = box.post("mercop", "Hello")
    answer = box.post("mercop", "Hello to you", to=number)
    table.read(ask(box, **API), "messages")
    box.advance(hours=25)
    if number in group.messages:
        group.messages[number].likes = [box.timeline.now - 60] * 4
        table.read(ask(box, **API), "messages")
        row = table.of(Post)[f"{group.id}:{number}"]
        assert row["reaction_count"] == 4
        assert row["space"] == str(group.id)
        if answer in group.messages:
            assert table.of(Post)[f"{group.id}:{answer}"]["reply_to"] == row["key"]
    box.calls.clear()
    table.read(ask(box, later=1, **API), "messages")
    assert box.calls["getmessages"] == 0


def test_an_author_who_is_no_member_is_an_account_with_the_name_beside_the_post(
    still: Watched, ask: Ask, table: Table
):
    table.read(ask(still, past_members=False, **API), "members", "messages")
    accounts = table.of(Account)
    authors = {row["account"] for row in posts_of(still.truth()).values()}
    assert authors <= set(accounts)
    gone = authors - {key[1] for key in table.of(Membership)}
    assert gone
    assert any(accounts[key].get("name") for key in gone)


def test_a_members_name_is_not_replaced_by_the_one_beside_a_post(
    box: Watched, ask: Ask, table: Table
):
    table.read(ask(box, **API))
    names = {key: row.get("name") for key, row in table.of(Account).items()}
    box.post("mercop", "Hello again")
    table.read(ask(box, later=1, **API))
    assert {key: table.of(Account)[key].get("name") for key in names} == names


def test_a_group_whose_messages_are_not_shown_is_named_and_keeps_what_it_has(
    box: Watched, ask: Ask, table: Table
):
    table.read(ask(box, **API), "messages")
    before = dict(table.of(Post))
    box.rights("mercop", archives_visible=False)
    box.log.clear()
    table.read(ask(box, **API), "messages")
    assert table.of(Post) == before
    group = str(box.group("mercop").id)
    asked = [one.path for one in box.log if one.query.get("group_id") == group]
    assert not any("message" in path or "topic" in path for path in asked), "it is not even asked"
    assert "no permission" in table.rejects[0].reason
    assert "archives_visible" in table.rejects[0].reason


def test_without_bodies_no_text_is_kept(still: Watched, ask: Ask, table: Table):
    table.read(ask(still, groups=["mercop"], bodies=False, **API), "messages")
    assert all("body" not in row for row in table.of(Post).values())


@pytest.mark.parametrize(
    "cursor", ["", "{}", "nonsense", '{"groups": {"1": {"topics": "!"}}}', '{"version": 9}', "[]"]
)
def test_a_cursor_that_is_none_of_ours_is_a_first_read(cursor: str):
    assert Cursor.read(cursor).groups == {}


def test_topics_are_kept_in_a_few_characters_each():
    topics = {
        71_000_000 + 37 * n: Known(5 * n + 1, 5 * n + 1 + n % 40, 1 + n % 9) for n in range(20_000)
    }
    text = pack(topics)
    assert unpack(text) == topics
    assert len(text) < 8 * len(topics)


def test_a_first_checkpoint_is_one_small_json_text(still: Watched, ask: Ask, table: Table):
    table.read(ask(still, **API), "messages")
    cursor = table.cursors["messages"]
    assert cursor is not None
    assert isinstance(msgspec.json.decode(cursor), dict)
    assert len(cursor) < 20_000


def deleted(items: list[object]) -> list[Json]:
    """What was said to be gone."""
    return [dict(item.where) for item in items if isinstance(item, Gone)]


def test_streams_come_in_the_order_in_which_they_help_one_another():
    names = [stream.name for stream in dgroups.STREAMS]
    assert names.index("members") < names.index("archive") < names.index("messages")
