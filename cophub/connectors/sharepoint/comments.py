"""The comments of a page with their replies and likes: read from the page, not from its list."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import blake2b

import msgspec

from cophub import Context, Gone, Item, Post, Reaction, Reject
from cophub.connectors.sharepoint.canvas import comment_text
from cophub.connectors.sharepoint.client import NotThere
from cophub.connectors.sharepoint.directory import Directory
from cophub.connectors.sharepoint.joins import instant
from cophub.connectors.sharepoint.likes import LIKE, Like, item_path, likes_of, parse_likes
from cophub.connectors.sharepoint.listing import listed
from cophub.connectors.sharepoint.rows import PersonRef
from cophub.connectors.sharepoint.settings import Settings
from cophub.connectors.sharepoint.sites import SiteRef
from cophub.http import parse_each

Ctx = Context[Settings]


class Author(msgspec.Struct, rename="camel", gc=False):
    """Who wrote a comment; an app or somebody who is gone may have next to nothing."""

    id: int | None = None
    email: str | None = None
    login_name: str | None = None
    name: str | None = None
    directory_object_id: str | None = None

    @property
    def person(self) -> PersonRef:
        """Whoever it is."""
        aad = self.directory_object_id
        return PersonRef(self.id, aad, self.login_name, self.email, self.name)


class Mention(msgspec.Struct, gc=False):
    """Somebody whom a comment mentions."""

    name: str | None = None


class Comment(msgspec.Struct, rename="camel", gc=False, kw_only=True):
    """A comment or a reply; replies have no replies of their own."""

    id: str | int
    text: str | None = None
    author: Author | None = None
    created_date: str | None = None
    modified_date: str | None = None
    parent_id: str | int | None = None
    like_count: int = 0
    reply_count: int = 0
    mentions: list[Mention] | None = None
    liked_by: list[Like] | None = None
    replies: "list[Comment] | None" = None


@dataclass(frozen=True)
class PageRef:
    """A page that is commented."""

    site: SiteRef
    list_id: str
    item_id: int

    @property
    def key(self) -> str:
        """The key of its post."""
        return f"{self.list_id}:{self.item_id}"


@dataclass
class Talk:
    """All that was said under one page, and who likes the page."""

    comments: list[Comment] = field(default_factory=list)
    likes: list[Like] = field(default_factory=list)
    rejects: list[Reject] = field(default_factory=list)

    @property
    def all(self) -> list[Comment]:
        """Comments and replies."""
        return [one for top in self.comments for one in (top, *(top.replies or ()))]

    @property
    def last(self) -> datetime | None:
        """When something was last said or liked."""
        said = [at for one in self.all for at in (one.created_date, one.modified_date)]
        liked = [like.creation_date for like in self.likes]
        liked += [like.creation_date for one in self.all for like in one.liked_by or ()]
        return max((at for text in (*said, *liked) if (at := instant(text))), default=None)

    @property
    def digest(self) -> str:
        """All of it in eight characters; what is not shown to cophub's readers counts, too."""
        content = msgspec.json.encode((self.comments, self.likes))
        return blake2b(content, digest_size=4).hexdigest()


def read_talk(ctx: Ctx, page: PageRef, *, comments: int, likes: int) -> Talk:
    """What was said under a page and who likes it; what the page counts none of is not asked for.

    Raises AuthError or SourceUnavailable.
    Source: SharePoint REST, `/items(ID)/Comments?$expand=replies,likedBy`, `likedByInformation`.
    """
    talk = Talk()
    if comments:
        _read_comments(ctx, page, talk)
    if likes:
        talk.likes, rejects = likes_of(ctx, page.site, page.list_id, page.item_id)
        talk.rejects += rejects
    return talk


def _read_comments(ctx: Ctx, page: PageRef, talk: Talk) -> None:
    path = f"{item_path(page.list_id, page.item_id)}/Comments"
    params = {"$expand": "replies,likedBy,replies/likedBy"}
    try:
        talk.comments, talk.rejects = listed(ctx, page.site, path, Comment, params)
    except NotThere:  # the page was deleted meanwhile
        return
    for comment in talk.comments:
        _complete(ctx, page, path, comment, talk)


def _complete(ctx: Ctx, page: PageRef, path: str, comment: Comment, talk: Talk) -> None:
    """Ask for the replies and likes that did not come with a comment."""
    if comment.reply_count > len(comment.replies or ()):
        below, params = f"{path}({comment.id})/replies", {"$expand": "likedBy"}
        comment.replies, rejects = listed(ctx, page.site, below, Comment, params)
        talk.rejects += rejects
    for one in (comment, *(comment.replies or ())):
        if one.like_count > len(one.liked_by or ()):
            one.liked_by, rejects = listed(ctx, page.site, f"{path}({one.id})/likedBy", Like)
            talk.rejects += rejects


def parse_talk(talk: Talk, page: PageRef, directory: Directory) -> Iterator[Item]:
    """The posts and reactions under a page, and the end of what was there and is no more.

    Replies answer their comment, comments the page; all are in the page's thread.
    """
    yield from talk.rejects
    items: list[Item] = []
    for top in talk.comments:
        items += parse_each([top], parse_comment, page=page, directory=directory, above=page.key)
        above = f"{page.key}:{top.id}"
        given = {"page": page, "directory": directory, "above": above}
        items += parse_each(top.replies or (), parse_comment, **given)
    items += parse_likes(talk.likes, page.key, directory)
    yield from items
    if not any(isinstance(item, Reject) for item in (*items, *talk.rejects)):
        yield from _ended(items, page)


def _ended(items: list[Item], page: PageRef) -> Iterator[Gone]:
    posts = [str(item.key) for item in items if isinstance(item, Post)]
    here = (page.key, *posts)
    yield Gone(record=Post, where={"thread": page.key}, but=here, told=True)
    likers: dict[str, list[tuple[str, str, str]]] = {key: [] for key in here}
    for item in items:
        if isinstance(item, Reaction):
            likers[str(item.post)].append((str(item.post), str(item.account), item.kind))
    for key, but in likers.items():
        yield Gone(record=Reaction, where={"post": key, "kind": LIKE}, but=tuple(but), told=True)


def parse_comment(
    comment: Comment, page: PageRef, directory: Directory, above: str
) -> Iterator[Item]:
    """A comment or reply that answers `above`, with those who like it."""
    key = f"{page.key}:{comment.id}"
    person = comment.author.person if comment.author else None
    if stranger := directory.stranger(person):
        yield stranger
    posted, edited = directory.at(comment.created_date), directory.at(comment.modified_date)
    yield Post(
        key=key,
        space=page.site.key,
        thread=page.key,
        reply_to=above,
        account=directory.account(person),
        author_name=person.name if person else None,
        kind="comment",
        body=comment_text(comment.text, [one.name or "" for one in comment.mentions or ()]),
        posted_at=posted,
        edited_at=edited if posted and edited and edited > posted else None,
        reaction_count=comment.like_count,
        reply_count=comment.reply_count,
    )
    yield from parse_likes(comment.liked_by or (), key, directory)
