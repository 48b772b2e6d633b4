"""From WordPress's posts, comments and users to records.

Keys are written as WordPress itself writes the ids of a feed's entries (`https://site/?p=12`), so
that a post is one whether the feed or the API was read.
"""

from collections.abc import Iterator
from datetime import datetime

from cophub import Account, Item, Post
from cophub.connectors.feed.dates import moment
from cophub.connectors.feed.payloads import Text, WpComment, WpPost, WpUser
from cophub.connectors.feed.settings import Settings
from cophub.connectors.mail.addresses import name_key
from cophub.connectors.mail.text import html_to_text

# What WordPress writes where a date was never set.
_NO_DATE = "0000-00-00"


def item_key(home: str, item: WpPost | WpComment) -> str:
    """The key of a post or comment."""
    if isinstance(item, WpComment):
        return f"{home}/?p={item.post}#comment-{item.id}"
    return f"{home}/?p={item.id}"


def author_key(home: str, number: int) -> str:
    """The key of somebody with a login at the site."""
    return f"{home}/?author={number}"


def parse_author(key: str, user: WpUser | None) -> Account:
    """An author, as far as the site shows who it is."""
    account = Account(key=key)
    if user is not None:
        account.name = _line(user.name) or None
        account.username = user.slug or None
    return account


def parse_item(
    item: WpPost | WpComment, settings: Settings, *, home: str, collection: str, now: datetime
) -> Iterator[Item]:
    """The post of one item, and the account of a guest who commented."""
    post = Post(key=item_key(home, item), space=settings.space, url=item.link or None)
    post.extra = {"collection": collection, "number": item.id}
    if item.author:
        post.account = author_key(home, item.author)
    if settings.bodies:
        post.body = _body(item)
    _date(post, item.date_gmt, item.date, settings, now)
    if isinstance(item, WpComment):
        yield from _comment(post, item, home)
    else:
        post.kind, post.thread = settings.post_kind, post.key
        post.title = _line(item.title.rendered) or None
        edited, _ = moment(_utc(item.modified_gmt), None, settings.zone, now)
        if edited and isinstance(post.posted_at, datetime) and edited > post.posted_at:
            post.edited_at = edited
    yield post


def _comment(post: Post, item: WpComment, home: str) -> Iterator[Item]:
    post.kind = "comment"
    name = _line(item.author_name)
    post.author_name = name or None
    post.thread = f"{home}/?p={item.post}"
    post.reply_to = f"{post.thread}#comment-{item.parent}" if item.parent else post.thread
    if not item.author and (key := name_key(name)):
        post.account = f"name:{key}"
        yield Account(key=post.account, name=name)


def _date(
    post: Post, in_utc: str | None, local: str | None, settings: Settings, now: datetime
) -> None:
    posted, _ = moment(_utc(in_utc), None, settings.zone, now)
    if posted is None:
        # Only the site's own clock is told; the setting says where that hangs.
        posted, _ = moment(_told(local), None, settings.zone, now)
        if posted is not None and isinstance(post.extra, dict):
            post.extra["date_basis"] = "zone_missing"
    post.posted_at = posted


def _told(text: str | None) -> str:
    return "" if not text or text.startswith(_NO_DATE) else text


def _utc(text: str | None) -> str:
    told = _told(text)
    return f"{told}Z" if told and not told.endswith("Z") else told


def _body(item: WpPost | WpComment) -> str | None:
    texts: list[Text] = [item.content]
    if isinstance(item, WpPost):
        texts.append(item.excerpt)
    # What asks for a password is nobody's who has none.
    shown = (html_to_text(one.rendered) for one in texts if not one.protected)
    return next((text for text in shown if text), None)


def _line(text: str) -> str:
    return " ".join(html_to_text(text).split())
