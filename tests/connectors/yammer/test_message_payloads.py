"""What is read of Yammer's messages, groups and users, held against the vendor's own answers."""

import json
from pathlib import Path
from typing import Any

import msgspec
import pytest

from cophub import Post, Reaction
from cophub.connectors.yammer.client import decoded
from cophub.connectors.yammer.parse import names_of, parse_message, threads_of
from cophub.connectors.yammer.payloads import (
    Feed,
    Group,
    GroupList,
    Message,
    NetworkList,
    Payload,
    Reference,
    User,
    UserList,
    flag,
    id_of,
)

SHAPES: dict[str, Any] = {
    "group_2011": Group,
    "groups_2011": GroupList,
    "groups_list_2022": GroupList,
    "message_get_2022": Message,
    "messages_page1_spec": Feed,
    "messages_page2_spec": Feed,
    "messages_recorded_2011": Feed,
    "networks_list_2022": NetworkList,
    "search_2022": Feed,
    "thread_2011": Reference,
    "topic_2011": Reference,
    "user_by_email_2012": UserList,
    "user_get_2022": User,
    "users_list_2022": UserList,
}


class MessageList(Payload):
    """A bare list of messages, as a command line of others shows it."""

    items: list[Message]


@pytest.fixture
def yammer(vendor_files: Path) -> Path:
    return vendor_files / "microsoft" / "yammer"


def test_every_answer_of_the_vendor_is_understood(yammer: Path):
    shapes = SHAPES | {"messages_list_2022": MessageList}
    files = {path.stem: path for path in yammer.glob("*.json")}
    for name, path in files.items():
        if name == "rate-limit-error_2011":
            continue
        found, rejects = decoded(path.read_bytes(), shapes[name])
        assert rejects == [], name
        items = getattr(found, "items", None) or getattr(found, "messages", None)
        assert items is None or len(items) > 0


@pytest.mark.parametrize("shape", [Message, Group, User, Reference])
def test_no_name_is_made_up(yammer: Path, shape: type[msgspec.Struct]):
    """Each field that is read is in some answer of the vendor, or in its description."""
    described = {
        Message: {"title", "published_at", "shared_message_id"},
        Group: {"office365_url"},
        User: {"locale", "guid"},
        Reference: {"best_reply_id", "group_id", "direct_message"},
    }
    seen: set[str] = set()

    def names(value: Any) -> None:
        if isinstance(value, dict):
            seen.update(value)
            for one in value.values():
                names(one)
        elif isinstance(value, list):
            for one in value:
                names(one)

    for path in yammer.glob("*.json"):
        names(json.loads(path.read_bytes()))
    read = {field.encode_name for field in msgspec.structs.fields(shape)}
    assert read - seen <= described[shape]


def test_recorded_messages_become_posts(yammer: Path):
    feed, _ = decoded((yammer / "messages_recorded_2011.json").read_bytes(), Feed)
    threads, names = threads_of(feed), names_of(feed)
    posts = {}
    for message in feed.messages:
        for item in parse_message(message, "124742", names, threads):
            if isinstance(item, Post):
                posts[item.key] = item
    photo, reply, joined = posts["84402777"], posts["81844397"], posts["79537463"]
    assert (photo.kind, photo.reply_to, photo.thread) == ("message", None, "84402777")
    assert (photo.attachment_count, photo.reaction_count) == (1, 1)
    assert (reply.thread, reply.reply_to) == ("81093061", "81093061")
    assert joined.kind == "system"
    assert posts["83957686"].extra == {"shared_message": "123"}
    sizes = {id: one.stats.updates for id, one in threads.items() if one.stats}
    assert sizes[78654647] == 1, "the count of a thread has its first message in it"


def test_a_message_of_today_keeps_its_id_language_and_address(yammer: Path):
    message, _ = decoded((yammer / "message_get_2022.json").read_bytes(), Message)
    (post,) = parse_message(message, "31158067201", {}, {})
    assert isinstance(post, Post)
    assert post.key == "2000337749565441", "text, because it is beyond 32 bits"
    assert (post.space, post.language, post.body) == ("31158067201", "no", "Hello everyone!")
    assert str(post.posted_at) == "2022-11-11 21:00:20+00:00"


def test_ids_may_be_empty_texts(yammer: Path):
    feed, _ = decoded((yammer / "messages_page1_spec.json").read_bytes(), Feed)
    posts = [item for one in feed.messages for item in parse_message(one, "9", {}, {})]
    assert all(isinstance(one, Post) and one.thread == one.key for one in posts)
    assert {one.space for one in posts if isinstance(one, Post)} >= {"9", "11231123123"}


@pytest.mark.parametrize(
    ("value", "id"),
    [("", None), (None, None), (0, None), (5, "5"), ("5", "5"), (1 << 50, str(1 << 50))],
)
def test_what_is_no_id_is_none(value: Any, id: str | None):
    assert id_of(value) == id


def test_flags_may_be_texts():
    assert [flag(value) for value in (True, "true", "TRUE ", False, "false", "", None)] == [
        True, True, True, False, False, False, False,
    ]  # fmt: skip


def test_a_body_without_plain_text_is_read_from_its_html():
    message = msgspec.json.decode(
        b'{"id":5,"created_at":"2026/01/02 03:04:05 +0000","body":{"plain":"",'
        b'"rich":"<p>Dear <b>all</b>,</p><p>see <a href=\\"x\\">this</a></p>"},'
        b'"liked_by":{"count":7,"names":[{"user_id":8,"full_name":"Ada"}]},"sender_id":3}',
        type=Message,
    )
    post, like = parse_message(message, "1", {"3": "Grace Example"}, {})
    assert isinstance(post, Post)
    assert isinstance(post.body, str)
    assert post.body.split() == ["Dear", "all,", "see", "this"]
    assert (post.author_name, post.reaction_count) == ("Grace Example", 7)
    assert like == Reaction(post="5", account="8", kind="like"), "the count is the fact"
