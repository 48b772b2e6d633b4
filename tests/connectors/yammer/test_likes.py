"""Likes: a count that is right, and names of some of those who are counted."""

from typing import Any

from cophub import Gone, Post, Reaction, Stream
from cophub.connectors.yammer.messages import messages
from cophub.connectors.yammer.parse import whole_likes
from cophub.connectors.yammer.payloads import Liker, Likes, Message
from cophub.sandbox.microsoft import MicrosoftSandbox

STREAM = Stream(messages)
MANY = 12


def test_nobody_has_taken_a_like_back_because_they_are_not_named(
    box: MicrosoftSandbox, ask: Any, extract: Any
) -> None:
    """With each run the vendor may name others."""
    legacy = box.tenant.legacy
    space = next(one for one in box.yammer.state.spaces.values() if one.group is legacy)
    roster = [user for user in space.roster if user.deleted is None][: MANY + 1]
    post = box.yammer.post(legacy, "Who likes this?")
    for user in roster[:MANY]:
        box.yammer.like(post, by=user)
    groups = [str(space.id)]
    first = extract(STREAM, ask(box, groups=groups))
    named = {like.account for like in first.of(Reaction) if like.post == str(post)}
    assert 0 < len(named) < MANY
    box.yammer.like(post, by=roster[MANY])
    box.advance(days=1.1)
    again = extract(STREAM, ask(box, groups=groups), first.cursor)
    (row,) = [one for one in again.of(Post) if one.key == str(post)]
    assert row.reaction_count == MANY + 1
    ended = [item for item in again.items if isinstance(item, Gone) and item.record is Reaction]
    assert str(post) not in {one.where["post"] for one in ended}


def test_who_likes_a_message_is_known_where_all_are_named() -> None:
    def liked(count: int, *who: int) -> Message:
        return Message(id=7, liked_by=Likes(count=count, names=[Liker(user_id=one) for one in who]))

    assert whole_likes(liked(2, 3, 1)) == (("7", "1", "like"), ("7", "3", "like"))
    assert whole_likes(liked(0)) == ()
    assert whole_likes(liked(3, 3, 1)) is None
