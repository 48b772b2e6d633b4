"""The stream of posts, with likes and solutions.

Discourse lists posts by their ids, the newest first, and has no list of what was edited, liked or
deleted. So posts of the last days are read again in every run, and all of them once a month.
"""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import msgspec
from cophub import Context, Gone, Item, Json, Post, Reaction, Reject
from cophub.http import Follow, pages

from cophub_discourse.cursor import Cursor
from cophub_discourse.forum import client, get, rows
from cophub_discourse.payloads import LIKE, Liker, Written, understood
from cophub_discourse.people import account_of
from cophub_discourse.settings import Settings
from cophub_discourse.spaces import categories, category_key, chosen_categories

Ctx = Context[Settings]

MOST = 200
"""Rows of one page of those who liked a post (post_action_users_controller.rb)."""
NOT_ASKED = -1


class Progress(Cursor):
    """The cursor."""

    top: int = 0
    """The highest id that was met."""
    below: int = 0
    """A first read got down to this id; 0 when it was done."""
    floor: int = 0
    """The lowest id of `recent`; where that is empty, the id after `top`."""
    recent: dict[str, int] = msgspec.field(default_factory=dict)
    """How many liked each post that is young enough to be looked at again, by its key."""


def posts(ctx: Ctx, since: str | None) -> Iterator[Item]:
    """Posts that came since, and those of the last days again; the newest first.

    Messages to persons, topics that are not listed, and what moderators did are none of these. A
    post of the last days that is there no longer was deleted, or moved, and then it has a new key.
    Source: `GET /posts.json`, 50 to a page, and `GET /post_action_users.json`, a call for each post
    of the last days whose number of likes is not what it was.
    """
    before = Progress.read(since)
    if (
        ctx.once(taken_categories) is not None
    ):  # a category that cannot be read would seem to be empty
        yield from ctx.once(chosen_categories)[1]
    if since is None or before.below:
        yield from _first(ctx, before)
    else:
        yield from _again(ctx, before)


def _first(ctx: Ctx, now: Progress) -> Iterator[Item]:
    """All posts, down from the newest or from where an interrupted read got to."""
    for page in _listed(ctx, now.below):
        yield from _read(ctx, page, now, {})
        now.below = min(ids_of(page), default=now.below)
        yield now.checkpoint()
    now.below, now.floor = 0, now.floor or now.top + 1
    yield now.checkpoint()


def _again(ctx: Ctx, before: Progress) -> Iterator[Item]:
    """New posts, and those of the last days again."""
    now, understood_all = Progress(before.top), True
    met: set[str] = set()
    for page in _listed(ctx, 0):
        for item in _read(ctx, page, now, before.recent, before.floor):
            understood_all &= not isinstance(item, Reject)
            if isinstance(item, Post):
                met.add(str(item.key))
            yield item
        if min(ids_of(page), default=before.floor) <= before.floor:
            break
    missing = {key: likes for key, likes in before.recent.items() if key not in met}
    if understood_all:
        yield from (Gone(record=Post, where={"key": key}) for key in missing)
    else:  # one of them may be what could not be understood
        now.recent |= missing
        now.floor = min(now.floor or before.floor, before.floor)
    now.floor = now.floor or now.top + 1
    yield now.checkpoint()


def _read(
    ctx: Ctx, page: list[Any], now: Progress, known: dict[str, int], floor: int = 0
) -> Iterator[Item]:
    """What a page tells; `now` is told what was met."""
    now.top = max([now.top, *ids_of(page)])
    found, rejects = understood(page, Written)
    yield from rejects
    wanted = ctx.once(taken_categories)
    new = [one for one in found if one.id >= floor]
    taken = new if wanted is None else [one for one in new if one.category_id in wanted]
    for one in taken:
        if one.user_id is not None:
            yield account_of(one.user_id, one.username, one.name)
        yield post_of(one, ctx)
    oldest = ctx.now - timedelta(days=ctx.settings.recent_days)
    young = [one for one in taken if one.created_at >= oldest]
    yield from _likes(ctx, young, now, known)
    now.floor = min([now.floor or now.top + 1, *(one.id for one in young)]) if now.recent else 0


def taken_categories(ctx: Ctx) -> set[int] | None:
    """The categories whose posts are taken; None for all, those that are not listed among them."""
    if "*" in ctx.settings.categories:
        return None
    return {category.id for category in ctx.once(chosen_categories)[0]}


def post_of(one: Written, ctx: Ctx) -> Post:
    """A post, called by its topic and its number in it, as its address is."""
    first = one.post_number == 1
    thread = f"{one.topic_id}/1"
    gone_at = one.deleted_at or (one.updated_at if one.user_deleted else None)
    post = Post(
        key=one.key,
        space=None if one.category_id is None else category_key(one.category_id),
        thread=thread,
        account=one.user_id,
        author_name=one.name or one.username,
        kind="comment",
        body=None if one.hidden or gone_at else one.raw,
        posted_at=one.created_at,
        edited_at=one.updated_at if one.version > 1 else None,
        deleted_at=gone_at,
        url=f"{ctx.settings.root}/t/{one.key}",
        reaction_count=one.likes,
        reply_count=one.reply_count,
    )
    if first:
        post.kind = "question" if one.category_id in ctx.once(asking) else "message"
        post.title = one.topic_title
    else:
        answered = one.reply_to_post_number
        post.reply_to = f"{one.topic_id}/{answered}" if answered else thread
    if one.topic_accepted_answer is not None:
        post.extra = {"solved": one.topic_accepted_answer, "solution": bool(one.accepted_answer)}
    return post


def asking(ctx: Ctx) -> set[int]:
    """The categories whose topics are questions."""
    return {category.id for category in ctx.once(categories)[0] if category.asks}


def _likes(ctx: Ctx, young: list[Written], now: Progress, known: dict[str, int]) -> Iterator[Item]:
    """Who liked each post whose number of likes is not the known one."""
    now.recent |= {one.key: one.likes for one in young}
    changed = [one for one in young if one.likes != known.get(one.key, 0)]
    for one, (found, rejects) in zip(
        changed, ctx.map(lambda one: likers(ctx, one), changed), strict=True
    ):
        yield from rejects
        if rejects:
            now.recent[one.key] = NOT_ASKED
        elif one.key in known:
            keys = tuple((one.key, liker.id, "like") for liker in found)
            yield Gone(record=Reaction, where={"post": one.key}, but=keys)
        for liker in found:
            yield Reaction(post=one.key, account=liker.id, kind="like")


def likers(ctx: Ctx, one: Written) -> tuple[list[Liker], list[Reject]]:
    """Who liked a post; nobody, where it was deleted meanwhile."""
    found = _liked_by(ctx, one)
    if len(found) != one.likes:  # the answer names no post: it may be that to another request
        found = _liked_by(ctx, one)
    return understood(found, Liker)


def _liked_by(ctx: Ctx, one: Written) -> list[Any]:
    found: list[Any] = []
    for page in range(-(-one.likes // MOST)):
        params = {"id": one.id, "post_action_type_id": LIKE, "limit": MOST, "page": page}
        answer = get(ctx, "post_action_users.json", params)
        found += rows(answer, "post_action_users") if answer else []
    return found


def _listed(ctx: Ctx, below: int) -> Iterator[list[Any]]:
    """The pages of posts with ids below this one, or of all; the newest first."""
    params = {"before": below} if below else {}
    for page in pages(ctx.once(client), "posts.json", by_lowest_id(), params):
        yield rows(page, "latest_posts")


def by_lowest_id() -> Follow:
    """Pages of posts with ids below the lowest of the page before.

    In older versions the post of the id itself comes with them (`posts.id <= ?`, in
    posts_controller.rb), in newer ones it does not (`posts.id < ?`, in latest_posts_query.rb).
    """

    def after(page: Json, asked: dict[str, Any]) -> dict[str, Any] | None:
        lowest = min(ids_of(rows(page, "latest_posts")), default=None)
        return None if lowest in (None, asked.get("before")) else {"before": lowest}

    return Follow(after)


def ids_of(page: list[Any]) -> list[int]:
    """The ids of those rows that have one."""
    found = (row.get("id") for row in page if isinstance(row, dict))
    return [one for one in found if isinstance(one, int)]
