"""Discussion boards: topics and their replies, with dated likes.

A topic is a folder of the board and its replies are items in it; both come mixed, by the driver of
lists (template 108). When a topic is deleted the change log may tell of it alone: its replies end
with it.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from functools import partial
from typing import Any

from cophub import UNSET, Checkpoint, Context, Gone, Item, Post, Reaction
from cophub.connectors.sharepoint.canvas import markup_text
from cophub.connectors.sharepoint.directory import Directory
from cophub.connectors.sharepoint.likes import LIKE, Like, likes_of, parse_likes
from cophub.connectors.sharepoint.pages import number
from cophub.connectors.sharepoint.rows import Plan, Row, follow_lists
from cophub.connectors.sharepoint.settings import Settings
from cophub.connectors.sharepoint.sites import ListRef

Ctx = Context[Settings]

BOARD = 108
TOPIC = "0x012002"
"""How the content type of a topic begins; a reply's begins with 0x0107."""
SAME = timedelta(minutes=1)
"""A change so soon after writing is the writing itself."""


@dataclass
class Liked:
    """The rows since the last checkpoint that somebody likes, or liked."""

    rows: list[tuple[Row, int]] = field(default_factory=list)


def discussions(ctx: Ctx, since: str | None) -> Iterator[Item]:
    """The topics and replies of each discussion board, then what changed; dated likes.

    A reply is in the thread of its topic and answers what it was written under. The cursor is that
    of the driver of lists. With a client secret boards come from Microsoft Graph, without likes.
    Source: SharePoint REST or Graph, lists of template 108 by the driver of lists;
    `/items(ID)/likedByInformation`.
    """
    liked, topics = Liked(), dict[str, str]()
    boards: set[str] = set()

    def plan(ref: ListRef) -> Plan | None:
        if ref.template != BOARD:
            return None
        boards.add(ref.id)
        return _plan(ctx, ref, liked, topics)

    for item in follow_lists(ctx, since, plan):
        if isinstance(item, Checkpoint):
            yield from _likes(ctx, liked)
        yield item
    yield from _likes(ctx, liked)
    if ctx.settings.by_graph and boards:
        ctx.log.warning(
            "likes of discussions are told by SharePoint alone, which refuses a client_secret;"
            " set a certificate to read them"
        )


def _plan(ctx: Ctx, ref: ListRef, liked: Liked, topics: dict[str, str]) -> Plan:
    """How one board is read, and what ends with its items."""

    def gone(item_id: int) -> Iterator[Gone]:
        key = f"{ref.id}:{item_id}"
        yield Gone(record=Post, where={"key": key}, told=True)
        yield Gone(record=Post, where={"thread": key}, told=True)

    def all_but(ids: list[int]) -> Iterator[Gone]:
        here = tuple(f"{ref.id}:{item_id}" for item_id in ids)
        yield Gone(record=Post, prefix=f"{ref.id}:", but=here)

    def parse(row: Row) -> Iterator[Item]:
        yield from parse_message(row, Directory.of(ctx, ref.site), topics)
        if (likes := number(row.fields.get("LikesCount"))) is not None:
            liked.rows.append((row, likes))

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


def _likes(ctx: Ctx, liked: Liked) -> Iterator[Item]:
    """Who likes the rows since the last checkpoint; and that others no longer do."""
    rows, liked.rows = liked.rows, []
    if ctx.settings.by_graph:
        return
    gone = []
    for row, found in ctx.map(partial(_ask, ctx), rows):
        items = list(parse_likes(found, row.key, Directory.of(ctx, row.list.site)))
        yield from items
        reactions = [item for item in items if isinstance(item, Reaction)]
        if len(reactions) < len(items):  # what could not be read ends nothing
            continue
        here = tuple((row.key, str(one.account), LIKE) for one in reactions)
        where: dict[str, str | int] = {"post": row.key, "kind": LIKE}
        gone.append(Gone(record=Reaction, where=where, but=here, told=True))
    yield from gone


def _ask(ctx: Ctx, asked: tuple[Row, int]) -> tuple[Row, list[Like]]:
    row, likes = asked
    return row, likes_of(ctx, row.list.site, row.list.id, row.id) if likes else []
