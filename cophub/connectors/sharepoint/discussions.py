"""Discussion boards: topics and their replies, with dated likes.

A topic is a folder of the board and its replies are items in it; both come mixed, by the driver of
lists (template 108). When a topic is deleted the change log may tell of it alone: its replies end
with it.

A like need not touch the item in the change log. A board whose items changed, and every board once
a day (`EVERY`), is therefore asked how many likes each item has, 5,000 to a request, and who likes
those of which the count is another than before.
"""

from collections.abc import Iterator
from datetime import timedelta
from functools import partial
from itertools import islice
from typing import Any

import msgspec

from cophub import (
    UNSET,
    Checkpoint,
    Context,
    Gone,
    Item,
    Post,
    Reaction,
    Reject,
    SourceUnavailable,
)
from cophub.connectors.sharepoint.canvas import markup_text
from cophub.connectors.sharepoint.directory import Directory
from cophub.connectors.sharepoint.likes import LIKE, Like, likes_of, parse_likes
from cophub.connectors.sharepoint.listing import listed
from cophub.connectors.sharepoint.pages import number
from cophub.connectors.sharepoint.rows import Plan, Row, follow_lists
from cophub.connectors.sharepoint.settings import Settings
from cophub.connectors.sharepoint.sites import ListRef
from cophub.connectors.sharepoint.troubles import Troubles
from cophub.connectors.state import State

Ctx = Context[Settings]

BOARD = 108
TOPIC = "0x012002"
"""How the content type of a topic begins; a reply's begins with 0x0107."""
EVERY = timedelta(days=1)
"""How often the likes of a board are counted where none of its items changed."""
CHUNK = 50
"""Items whose likes are asked for before a checkpoint."""
SAME = timedelta(minutes=1)
"""A change so soon after writing is the writing itself."""


class Liked(msgspec.Struct, array_like=True):
    """The likes of one board when they were last counted."""

    day: int = 0
    """The day of that, as an ordinal."""
    counts: dict[str, int] = {}
    """By item id; those without likes are not here."""


class Position(State):
    """The cursor: where the driver of lists got to, and the likes of each board."""

    lists: str | None = None
    liked: dict[str, Liked] = msgspec.field(default_factory=dict)


class LikesCount(msgspec.Struct, rename="pascal", gc=False):
    """How many like an item; text in one format, a number in another."""

    id: int
    likes_count: str | float | None = None


def discussions(ctx: Ctx, since: str | None) -> Iterator[Item]:
    """The topics and replies of each discussion board, then what changed; dated likes.

    A reply is in the thread of its topic and answers what it was written under. The cursor is JSON:
    that of the lists, and the counts of likes. With a client secret boards come from Microsoft
    Graph, without likes.
    Source: SharePoint REST or Graph, lists of template 108 by the driver of lists;
    `/items?$select=Id,LikesCount` and `/items(ID)/likedByInformation`.
    """
    position = Position.read(since)
    boards: dict[str, ListRef] = {}
    changed: set[str] = set()

    def plan(ref: ListRef) -> Plan | None:
        if ref.template != BOARD:
            return None
        if ref.there:
            boards[ref.id] = ref
        else:
            position.liked.pop(ref.id, None)
        return _plan(ctx, ref, position, changed)

    troubles = Troubles(ctx)
    with troubles.of("a site"):
        for item in follow_lists(ctx, position.lists, plan):
            if isinstance(item, Checkpoint):
                position.lists = item.cursor
                yield position.checkpoint()
            else:
                yield item
    if not ctx.settings.by_graph:
        today = ctx.now.date().toordinal()
        for ref in boards.values():
            before = position.liked.get(ref.id)
            if likes_due(before, today, changed=ref.id in changed):
                with troubles.of(ref.site.url):
                    yield from _likes(ctx, ref, position, today)
    elif boards:
        ctx.log.warning(
            "likes of discussions are told by SharePoint alone, which refuses a client_secret;"
            " set a certificate to read them"
        )
    troubles.tell()


def _plan(ctx: Ctx, ref: ListRef, position: Position, changed: set[str]) -> Plan:
    """How one board is read, and what ends with its items; a board that was read has `changed`."""
    topics: dict[str, str] = {}

    def gone(item_id: int) -> Iterator[Gone]:
        key = f"{ref.id}:{item_id}"
        if ref.id in position.liked:
            position.liked[ref.id].counts.pop(str(item_id), None)
        yield Gone(record=Post, where={"key": key}, told=True)
        yield Gone(record=Post, where={"thread": key}, told=True)

    def all_but(ids: list[int]) -> Iterator[Gone]:
        here = tuple(f"{ref.id}:{item_id}" for item_id in ids)
        if ref.id in position.liked:  # the likes of what is gone are not asked for
            left, counts = set(map(str, ids)), position.liked[ref.id].counts
            position.liked[ref.id].counts = {key: counts[key] for key in counts if key in left}
        yield Gone(record=Post, prefix=f"{ref.id}:", but=here)

    def parse(row: Row) -> Iterator[Item]:
        changed.add(ref.id)
        yield from parse_message(row, Directory.of(ctx, ref.site), topics)

    return Plan(
        parse=parse,
        gone=gone,
        all_but=all_but,
        fields=("*", "ParentItemID", "ParentFolderId", "ItemChildCount"),
    )


def parse_message(row: Row, directory: Directory, topics: dict[str, str]) -> Iterator[Item]:
    """A topic or a reply as a post. `topics` are keys of topics by path, for replies to come."""
    fields = row.fields
    topic = row.folder or row.content_type.lower().startswith(TOPIC)
    if topic and row.path:
        topics[row.path.lower()] = row.key
    thread = row.key if topic else _thread(row, topics)
    parent = None if topic else number(fields.get("ParentItemID"))
    if stranger := directory.stranger(row.author):
        yield stranger
    yield Post(
        key=row.key,
        space=row.list.site.key,
        thread=thread,
        reply_to=None if topic else f"{row.list.id}:{parent}" if parent else thread,
        account=directory.account(row.author),
        author_name=row.author.name if row.author else None,
        kind="question" if fields.get("IsQuestion") in (True, "1", "true") else "message",
        title=row.title if topic else None,
        body=markup_text(fields.get("Body")),
        posted_at=row.created,
        edited_at=_edited(row, directory),
        url=row.url,
        reply_count=number(fields.get("ItemChildCount")) if topic else UNSET,
        reaction_count=_count(fields.get("LikesCount")),
        extra=_extra(row),
    )


def _thread(row: Row, topics: dict[str, str]) -> Any:
    """The key of a reply's topic: as it says, else of the folder it is in, else what it answers."""
    folder = number(row.fields.get("ParentFolderId"))
    if folder:
        return f"{row.list.id}:{folder}"
    if row.path and (found := topics.get(row.path.lower().rpartition("/")[0])):
        return found
    parent = number(row.fields.get("ParentItemID"))
    return f"{row.list.id}:{parent}" if parent else UNSET


def _edited(row: Row, directory: Directory) -> Any:
    """When its author changed it; a topic is touched by each reply, which is no edit."""
    if row.created is None or row.modified is None or row.modified - row.created <= SAME:
        return None
    if directory.at(row.fields.get("DiscussionLastUpdated")) == row.modified:
        return UNSET
    return row.modified


def _count(value: Any) -> Any:
    found = number(value)
    return UNSET if found is None else found


def _extra(row: Row) -> Any:
    """What marks an answer: the best one of a question, as the topic names it."""
    best = number(row.fields.get("BestAnswerId"))
    extra: dict[str, Any] = {}
    if best:
        extra["best_answer"] = f"{row.list.id}:{best}"
    if row.guid:
        extra["guid"] = row.guid
    return extra or UNSET


def _likes(ctx: Ctx, ref: ListRef, position: Position, today: int) -> Iterator[Item]:
    """Who likes the items of a board of which the count moved; a checkpoint per chunk."""
    known = position.liked.setdefault(ref.id, Liked())
    known.day, unread = 0, list[Reject]()
    now = like_counts(ctx, ref, unread)
    if now is None:
        return
    yield from unread
    asked_for = {*now} if unread else {*now, *known.counts}  # one that is missing may be unread
    due = [one for one in sorted(asked_for) if now.get(one) != known.counts.get(one)]
    asked = ctx.map(partial(_ask, ctx, ref, now), due)
    directory = Directory.of(ctx, ref.site)
    while chunk := list(islice(asked, CHUNK)):
        items: list[Item] = []
        for item_id, likes, rejects in chunk:
            items += [*rejects, *_liked(f"{ref.id}:{item_id}", likes, directory, len(rejects))]
            if rejects:
                unread += rejects
            elif count := now.get(item_id):
                known.counts[item_id] = count
            else:
                known.counts.pop(item_id, None)
        # All that is gone at the end: rows and endings that alternate are stored one by one.
        yield from sorted(items, key=lambda item: isinstance(item, Gone))
        yield position.checkpoint()
    known.day = 0 if unread else today
    yield position.checkpoint()


def likes_due(before: Liked | None, today: int, *, changed: bool) -> bool:
    """Whether the likes of a board are to be counted now."""
    return before is None or changed or today - before.day >= EVERY.days


def like_counts(
    ctx: Ctx, ref: ListRef, unread: list[Reject] | None = None
) -> dict[str, int] | None:
    """How many like each item of a board, by id; None where that is not to be had.

    Items that cannot be read are added to `unread`.
    """
    params = {"$select": "Id,LikesCount", "$orderby": "ID", "$top": "5000"}
    path = f"web/lists(guid'{ref.id}')/items"
    try:
        found, rejects = listed(ctx, ref.site, path, LikesCount, params)
    except SourceUnavailable as error:  # boards without ratings do not have the column
        ctx.log.info('the likes of the board "%s" are not to be had: %s', ref.title, error)
        return None
    if unread is not None:
        unread += rejects
    return {str(one.id): count for one in found if (count := number(one.likes_count))}


def _ask(
    ctx: Ctx, ref: ListRef, now: dict[str, int], item_id: str
) -> tuple[str, list[Like], list[Reject]]:
    likes, rejects = likes_of(ctx, ref.site, ref.id, int(item_id)) if now.get(item_id) else ([], [])
    return item_id, likes, rejects


def _liked(key: str, likes: list[Like], directory: Directory, unread: int) -> list[Item]:
    """The reactions to one item, and the end of others; what cannot be read ends nothing."""
    items: list[Item] = list(parse_likes(likes, key, directory))
    reactions = [item for item in items if isinstance(item, Reaction)]
    items.append(Post(key=key, space=directory.space, reaction_count=len({*likes}) + unread))
    if len(reactions) == len(items) - 1 and not unread:
        here = tuple((key, str(one.account), LIKE) for one in reactions)
        where: dict[str, str | int] = {"post": key, "kind": LIKE}
        items.append(Gone(record=Reaction, where=where, but=here, told=True))
    return items
