"""Site pages and news, with what is said under them and who likes it.

A page is an item of a list (template 119) and comes by the driver of lists, so that a later run
reads what changed. Comments and likes are no items and are in no change log. Each run therefore
lists the pages of each site with their counts, and reads again what is said under a page

* of which a count is another than the last time,
* on which something was said, or which was published, within the last 30 days (`RECENT`), once a
  day (`EVERY`): an edited comment, a like of a comment, and one deleted while another was written
  leave the counts as they are.

What of this happens under older pages is seen when a count moves, or by a whole read.
"""

from collections.abc import Iterable, Iterator
from datetime import timedelta
from functools import partial
from itertools import islice
from typing import Any

import msgspec

from cophub import UNSET, Checkpoint, Context, Gone, Item, Post, Reject
from cophub.connectors.sharepoint.canvas import markup_text, page_text
from cophub.connectors.sharepoint.client import NotThere, shared
from cophub.connectors.sharepoint.comments import PageRef, Talk, parse_talk, read_talk
from cophub.connectors.sharepoint.directory import Directory
from cophub.connectors.sharepoint.graphpages import LazyPages
from cophub.connectors.sharepoint.joins import instant
from cophub.connectors.sharepoint.listing import listed
from cophub.connectors.sharepoint.rows import Plan, Row, follow_lists
from cophub.connectors.sharepoint.settings import Settings
from cophub.connectors.sharepoint.sites import ListRef, SiteRef, sites_of
from cophub.connectors.sharepoint.troubles import Troubles
from cophub.connectors.state import State

Ctx = Context[Settings]

SITE_PAGES = 119
RECENT = timedelta(days=30)
"""How long after the last word under a page it is read again without a change of counts."""
EVERY = timedelta(days=1)
"""How often that is."""
CHUNK = 20
"""Pages whose comments are read before a checkpoint."""
NEWS_DRAFT, NEWS = 1, 2
UNREAD = -1
"""In place of a count of comments: some could not be read, and are to be asked for again."""


class Counts(msgspec.Struct, rename="pascal", gc=False, kw_only=True):
    """What the listing of a site's pages tells of one."""

    id: int
    list_id: str | None = None
    comment_count: int = 0
    like_count: int = 0
    first_published: str | None = None


class Heard(msgspec.Struct, array_like=True, gc=False):
    """What was known of the talk under a page when it was last read."""

    comments: int
    likes: int
    digest: str
    active: int
    """Day of the last word or like, or of publication, as an ordinal."""
    read: int
    """Day on which it was read."""


class Position(State):
    """The cursor: where the driver of lists got to, and what was heard under each page."""

    lists: str | None = None
    heard: dict[str, Heard] = msgspec.field(default_factory=dict)


def pages(ctx: Ctx, since: str | None) -> Iterator[Item]:
    """The pages and news of each site, then what changed; comments, replies and dated likes.

    A page that was never published has no `posted_at` and no text. The cursor is JSON: that of the
    lists, and for each page with comments or likes what was heard under it. With a client secret
    pages come from Microsoft Graph, without comments and likes.
    Source: SharePoint REST, lists of template 119 by the driver of lists, `sitepages/pages`,
    `/items(ID)/Comments`, `/items(ID)/likedByInformation`; Graph v1.0 `/sites/{id}/pages`.
    """
    position = Position.read(since)
    lists: dict[str, ListRef] = {}

    def plan(ref: ListRef) -> Plan | None:
        if ref.template != SITE_PAGES:
            return None
        lists[ref.id] = ref
        return _plan(ctx, ref, position)

    troubles = Troubles(ctx)
    with troubles.of("a site"):
        for item in follow_lists(ctx, position.lists, plan):
            if isinstance(item, Checkpoint):
                position.lists = item.cursor
                yield position.checkpoint()
            else:
                yield item
    if ctx.settings.by_graph:
        if lists:
            ctx.log.warning(
                "comments and likes of pages are told by SharePoint alone, which refuses a"
                " client_secret; set a certificate to read them"
            )
        troubles.tell()
        return
    for site in sites_of(ctx):
        here = [one for one in lists.values() if one.site == site]
        with troubles.of(site.url):
            yield from _talk_of(ctx, site, here, position)
    troubles.tell()


def _plan(ctx: Ctx, ref: ListRef, position: Position) -> Plan:
    """How the pages of one list are read, and what ends with them."""
    directory = Directory.of(ctx, ref.site)
    bodies = LazyPages(ctx, ref.site) if ctx.settings.by_graph else None

    def gone(item_id: int) -> Iterator[Gone]:
        key = f"{ref.id}:{item_id}"
        position.heard.pop(key, None)
        yield Gone(record=Post, where={"key": key}, told=True)
        yield Gone(record=Post, where={"thread": key}, told=True)

    def all_but(ids: list[int]) -> Iterator[Gone]:
        # Comments have the key of their page before their own, and are not ended by its list.
        here = tuple(f"{ref.id}:{item_id}" for item_id in ids)
        silent = {key for key in position.heard if _list_of(key) == ref.id} - set(here)
        for key in sorted(silent):
            yield from gone(int(key.partition(":")[2]))
        for kind in ("page", "news"):
            yield Gone(record=Post, where={"kind": kind}, prefix=f"{ref.id}:", but=here)

    parse = partial(parse_page, directory=directory, bodies=bodies)
    return Plan(parse=parse, gone=gone, all_but=all_but, fields=("*",), files=True)


def _list_of(key: str) -> str:
    return key.partition(":")[0]


def parse_page(row: Row, directory: Directory, bodies: LazyPages | None = None) -> Iterator[Item]:
    """A page or a piece of news as a post; folders and templates are none.

    `bodies` gives the texts where they come from Microsoft Graph.
    """
    fields = row.fields
    if row.folder or "Template" in _words(fields.get("_SPSitePageFlags")):
        return
    promoted = number(fields.get("PromotedState")) or 0
    first = directory.at(fields.get("FirstPublishedDate"))
    version = str(fields.get("_UIVersionString") or (row.file.version if row.file else "") or "")
    draft = first is None and version.startswith("0.")
    if stranger := directory.stranger(row.author):
        yield stranger
    body: Any = None
    if not draft:
        body = bodies.text(row) if bodies else _text(fields)
        # A draft on top of a published page: what is published stays as it was read.
        body = body if version.endswith(".0") or not version else UNSET
    edited = row.modified if first and row.modified and row.modified > first else None
    counts = bodies.counts(row) if bodies else (UNSET, UNSET)
    yield Post(
        key=row.key,
        space=row.list.site.key,
        thread=row.key,
        account=directory.account(_author(row, directory)),
        author_name=row.author.name if row.author else None,
        kind="news" if promoted in (NEWS_DRAFT, NEWS) else "page",
        title=row.title,
        body=body,
        posted_at=first,
        edited_at=edited,
        url=row.url,
        reply_count=counts[0],
        reaction_count=counts[1],
        extra=_extra(row, draft=draft, version=version),
    )


def _text(fields: dict[str, Any]) -> str | None:
    """The text of a modern page, of a wiki page, or what stands for it."""
    canvas = page_text(fields.get("CanvasContent1"))
    return canvas or markup_text(fields.get("WikiField")) or fields.get("Description") or None


def _author(row: Row, directory: Directory) -> Any:
    """Whom the page names as its author; who made it, where it names nobody."""
    for name in ("_AuthorBylineId", "_AuthorBylineStringId"):
        for one in row.fields.get(name) or ():
            if (user := number(one)) is not None and user in directory.users:
                return user
    return row.author


def _extra(row: Row, *, draft: bool, version: str) -> dict[str, Any]:
    extra: dict[str, Any] = {"state": "draft" if draft else "published"}
    if version:
        extra["version"] = version
    if row.file and row.file.unique_id:
        extra["unique_id"] = row.file.unique_id
    return extra


def _words(value: Any) -> Iterable[str]:
    return value if isinstance(value, list) else str(value or "").split(";#")


def number(value: Any) -> int | None:
    """A whole number that may come as text (`"3"`) or with a point (`3.0`); None for none."""
    try:
        return int(float(value)) if value not in (None, "") else None
    except (TypeError, ValueError):
        return None


def _talk_of(ctx: Ctx, site: SiteRef, lists: list[ListRef], position: Position) -> Iterator[Item]:
    """What is said under the pages of a site, where it may have changed; a checkpoint per chunk."""
    found, rejects = page_counts(ctx, site)
    yield from rejects
    today = ctx.now.date().toordinal()
    due = []
    for one in found:
        list_id = _list_id(one, lists)
        if list_id is None:
            continue
        page = PageRef(site, list_id, one.id)
        if is_due(one, position.heard.get(page.key), today):
            due.append((page, one))
    directory = Directory.of(ctx, site)
    asked = ctx.map(partial(_listen, ctx), due)
    done = 0
    while chunk := list(islice(asked, CHUNK)):
        items = [
            item
            for page, counts, talk in chunk
            for item in _heard(page, counts, talk, directory, position, today)
        ]
        # All that is gone at the end: rows and endings that alternate are stored one by one.
        yield from sorted(items, key=lambda item: isinstance(item, Gone))
        yield position.checkpoint()
        done += len(chunk)
        ctx.progress(f"comments of {site.title}", done, len(due))


def _listen(ctx: Ctx, asked: tuple[PageRef, Counts]) -> tuple[PageRef, Counts, Talk]:
    page, counts = asked
    talk = read_talk(ctx, page, comments=counts.comment_count, likes=counts.like_count)
    return page, counts, talk


def page_counts(ctx: Ctx, site: SiteRef) -> tuple[list[Counts], list[Any]]:
    """The pages of a site with their counts; none where a site has no modern pages. Once a run."""
    params = {"$select": "Id,ListId,CommentCount,LikeCount,FirstPublished"}

    def ask() -> tuple[list[Counts], list[Any]]:
        try:
            return listed(ctx, site, "sitepages/pages", Counts, params)
        except NotThere:
            return [], []

    return shared(ctx, f"page counts:{site.key}", ask)


def _list_id(one: Counts, lists: list[ListRef]) -> str | None:
    """The list that a page is in: as it says, else the only one that there is."""
    if one.list_id:
        return one.list_id.lower()
    return lists[0].id if len(lists) == 1 else None


def is_due(one: Counts, heard: Heard | None, today: int) -> bool:
    """Whether what is said under a page is to be read now."""
    if heard is None:
        return one.comment_count > 0 or one.like_count > 0
    if (heard.comments, heard.likes) != (one.comment_count, one.like_count):
        return True
    return today - heard.active <= RECENT.days and today - heard.read >= EVERY.days


def _heard(
    page: PageRef, counts: Counts, talk: Talk, directory: Directory, position: Position, today: int
) -> Iterator[Item]:
    """The records of what was said under a page, if it is not what was heard before.

    Where some of it cannot be read, the next run tries once more.
    """
    before = position.heard.get(page.key)
    if counts.comment_count and not talk.comments and not talk.rejects:
        return  # a count without its comments: read again by the next run, nothing is ended
    active = talk.last or instant(counts.first_published)
    now = Heard(
        comments=counts.comment_count,
        likes=counts.like_count,
        digest=talk.digest,
        active=active.date().toordinal() if active else 0,
        read=today,
    )
    if before is None or before.digest != now.digest or before.comments != now.comments:
        yield Post(
            key=page.key,
            space=page.site.key,
            thread=page.key,
            reply_count=counts.comment_count,
            reaction_count=counts.like_count,
        )
        said = list(parse_talk(talk, page, directory))
        yield from said
        if any(isinstance(item, Reject) for item in said):
            doubted = before is not None and before.comments == UNREAD
            now.comments = now.comments if doubted else UNREAD
    if now.comments or now.likes:
        position.heard[page.key] = now
    else:
        position.heard.pop(page.key, None)
