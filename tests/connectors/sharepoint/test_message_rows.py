"""Topics and replies of a discussion board, whichever way a reply names its topic."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from cophub import UNSET, Context, Post
from cophub.connectors.sharepoint.directory import Directory
from cophub.connectors.sharepoint.discussions import parse_message
from cophub.connectors.sharepoint.rows import Row
from cophub.connectors.sharepoint.settings import Settings
from tests.connectors.sharepoint.shapes import ADA, LIST, SITE, USERS, at, row

SETTINGS = Settings(site_url=SITE.url, tenant="contoso", client_id="app", certificate="PEM")
TOPIC = row(
    1,
    108,
    folder=True,
    content_type="0x01200200AB",
    path="/sites/mer/Lists/Board/Nets",
    fields={"Body": "<div>Which <b>nets</b>?</div>", "ItemChildCount": "2", "LikesCount": 1.0},
)


@pytest.fixture
def post_of(context: Callable[..., Context[Any]]) -> Callable[..., Post]:
    """`post_of(row, topics={})`: the post that a row becomes."""
    directory = Directory(context(SETTINGS), SITE, USERS, [])

    def parse(one: Row, topics: dict[str, str] | None = None) -> Post:
        found = parse_message(one, directory, {} if topics is None else topics)
        [post] = [item for item in found if isinstance(item, Post)]
        return post

    return parse


def test_a_topic_begins_its_own_thread(post_of: Callable[..., Post]):
    post = post_of(TOPIC)
    assert (post.key, post.thread, post.reply_to) == (f"{LIST}:1", f"{LIST}:1", None)
    assert (post.title, post.body, post.account) == ("Title 1", "Which nets?", ADA)
    assert (post.reply_count, post.reaction_count, post.posted_at) == (2, 1, at(1))
    assert post.kind == "message"


def test_a_reply_is_in_the_thread_of_its_topic_and_answers_its_parent(
    post_of: Callable[..., Post],
):
    reply = row(3, 108, fields={"ParentFolderId": 1, "ParentItemID": 2, "Body": "<p>These</p>"})
    post = post_of(reply)
    assert (post.thread, post.reply_to, post.body) == (f"{LIST}:1", f"{LIST}:2", "These")
    assert (post.title, post.reply_count) == (None, UNSET)


def test_a_reply_without_parent_answers_the_topic(post_of: Callable[..., Post]):
    post = post_of(row(3, 108, fields={"ParentFolderId": "1"}))
    assert post.thread == post.reply_to == f"{LIST}:1"


def test_a_reply_that_names_no_topic_is_in_the_folder_of_one(post_of: Callable[..., Post]):
    topics: dict[str, str] = {}
    post_of(TOPIC, topics)
    post = post_of(row(3, 108, path="/sites/mer/Lists/Board/Nets/3_.000"), topics)
    assert post.thread == post.reply_to == f"{LIST}:1"


def test_a_reply_to_a_reply_without_folder_is_in_the_thread_of_what_it_answers(
    post_of: Callable[..., Post],
):
    assert post_of(row(3, 108, fields={"ParentItemID": 1})).thread == f"{LIST}:1"
    assert post_of(row(3, 108)).thread is UNSET


def test_a_topic_that_only_got_a_reply_was_not_edited(post_of: Callable[..., Post]):
    answered = replace(
        TOPIC, modified=at(3), fields={"DiscussionLastUpdated": "2026-05-03T09:00:00Z"}
    )
    assert post_of(answered).edited_at is UNSET
    assert post_of(replace(TOPIC, modified=at(4))).edited_at == at(4)
    assert post_of(TOPIC).edited_at is None


def test_a_question_names_its_best_answer(post_of: Callable[..., Post]):
    asked = replace(TOPIC, fields={"IsQuestion": True, "BestAnswerId": 3})
    post = post_of(asked)
    assert (post.kind, post.extra["best_answer"]) == ("question", f"{LIST}:3")


def test_a_message_that_an_app_wrote_may_have_no_author(post_of: Callable[..., Post]):
    assert post_of(replace(TOPIC, author=None)).account is None
