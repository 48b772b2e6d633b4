"""Comments under a page become posts of its thread, and likes dated reactions."""

from collections.abc import Callable
from typing import Any

import msgspec
import pytest

from cophub import Context, Gone, Post, Reaction, Reject
from cophub.connectors.sharepoint.comments import Comment, PageRef, Talk, parse_talk
from cophub.connectors.sharepoint.directory import Directory
from cophub.connectors.sharepoint.likes import LikedBy, parse_likes
from cophub.connectors.sharepoint.settings import Settings
from tests.connectors.sharepoint.shapes import ADA, BEA, LIST, LOGIN, SITE, USERS, at

SETTINGS = Settings(site_url=SITE.url, tenant="contoso", client_id="app", certificate="PEM")
PAGE = PageRef(SITE, LIST, 4)
COMMENTS = [
    {
        "id": "1",
        "text": "Well said, @mention{0} &amp; all",
        "author": {"id": 7, "loginName": f"{LOGIN}ada@contoso.org", "name": "Ada", "email": ""},
        "createdDate": "2026-05-03T09:00:00Z",
        "modifiedDate": "2026-05-04T09:00:00.000Z",
        "isReply": False,
        "parentId": "0",
        "itemId": 4,
        "listId": LIST,
        "likeCount": 1,
        "replyCount": 1,
        "mentions": [{"name": "Bea", "id": 8, "loginName": f"{LOGIN}bea@contoso.org"}],
        "likedBy": [
            {
                "id": 8,
                "name": "Bea",
                "loginName": f"{LOGIN}bea@contoso.org",
                "creationDate": "2026-05-05T09:00:00Z",
            }
        ],
        "replies": [
            {
                "id": "2",
                "text": "Thanks",
                "author": None,
                "createdDate": "2026-05-03T10:00:00Z",
                "isReply": True,
                "parentId": "1",
                "itemId": 4,
                "likeCount": 0,
                "replyCount": 0,
                "mentions": None,
                "replies": [],
            }
        ],
    }
]


@pytest.fixture
def directory(context: Callable[..., Context[Any]]) -> Directory:
    """The users of the site."""
    return Directory(context(SETTINGS), SITE, USERS, [])


def talk(comments: Any = None, likes: Any = ()) -> Talk:
    """What was said, from the vendor's JSON."""
    found = msgspec.convert(COMMENTS if comments is None else comments, list[Comment])
    return Talk(comments=found, likes=msgspec.convert({"likedBy": likes}, LikedBy).liked_by)


def test_comments_and_replies_are_posts_of_the_pages_thread(directory: Directory):
    items = list(parse_talk(talk(), PAGE, directory))
    first, second = [item for item in items if isinstance(item, Post)]
    assert (first.key, first.thread, first.reply_to) == (f"{LIST}:4:1", PAGE.key, PAGE.key)
    assert (second.key, second.thread, second.reply_to) == (f"{LIST}:4:2", PAGE.key, first.key)
    assert (first.body, first.account, first.kind) == ("Well said, @Bea & all", ADA, "comment")
    assert (first.posted_at, first.edited_at) == (at(3), at(4))
    assert (first.reaction_count, first.reply_count) == (1, 1)
    assert (second.account, second.author_name, second.edited_at) == (None, None, None)


def test_likes_of_comments_and_of_the_page_are_dated(directory: Directory):
    liked = [{"id": 7, "name": "Ada", "creationDate": "2026-05-06T09:00:00Z"}]
    items = list(parse_talk(talk(likes=liked), PAGE, directory))
    likes = {(i.post, i.account): i.reacted_at for i in items if isinstance(i, Reaction)}
    assert likes == {(f"{LIST}:4:1", BEA): at(5), (PAGE.key, ADA): at(6)}


def test_who_likes_something_twice_is_one_reaction_and_a_like_of_nobody_is_a_reject(
    directory: Directory,
):
    liked = msgspec.convert({"likedBy": [{"id": 8}, {"id": 8}, {"id": 404}, {}]}, LikedBy).liked_by
    found = list(parse_likes(liked, PAGE.key, directory))
    assert [one.account for one in found if isinstance(one, Reaction)] == [BEA]
    assert [one.record for one in found if isinstance(one, Reject)] == ["like"]
    assert len(found) == 2


def test_a_like_without_a_readable_date_is_a_reject_and_ends_nothing(directory: Directory):
    items = list(parse_talk(talk(likes=[{"id": 8, "creationDate": "soon"}]), PAGE, directory))
    assert [item.record for item in items if isinstance(item, Reject)] == ["like"]
    assert not any(isinstance(item, Gone) for item in items)


def test_what_is_there_no_more_ends(directory: Directory):
    gone = [i for i in parse_talk(talk(), PAGE, directory) if isinstance(i, Gone)]
    [posts] = [one for one in gone if one.record is Post]
    assert posts.where == {"thread": PAGE.key}
    assert posts.but == (PAGE.key, f"{LIST}:4:1", f"{LIST}:4:2")
    likes = {str(one.where["post"]): one.but for one in gone if one.record is Reaction}
    assert likes == {
        PAGE.key: (),
        f"{LIST}:4:1": ((f"{LIST}:4:1", BEA, "like"),),
        f"{LIST}:4:2": (),
    }


def test_what_could_not_be_read_ends_nothing(directory: Directory):
    said = talk()
    said.rejects.append(Reject(reason="no comment"))
    assert not any(isinstance(i, Gone) for i in parse_talk(said, PAGE, directory))


def test_the_last_word_under_a_page_is_the_latest_of_words_and_likes():
    assert talk().last == at(5)
    assert talk(likes=[{"id": 7, "creationDate": "2026-05-09T09:00:00Z"}]).last == at(9)
    assert talk(comments=[]).last is None


def test_another_like_of_a_comment_is_another_talk():
    assert talk().digest == talk().digest
    changed = msgspec.json.decode(msgspec.json.encode(COMMENTS))
    changed[0]["likedBy"] = []
    assert talk(changed).digest != talk().digest
