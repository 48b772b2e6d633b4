"""From a feed's entries to records."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any
from urllib.parse import urljoin, urlsplit
from zlib import crc32

from cophub import Account, Document, Item, Post
from cophub.connectors.feed.dates import moment
from cophub.connectors.feed.settings import Settings
from cophub.connectors.mail.addresses import name_key, plain_address
from cophub.connectors.mail.text import clean, html_to_text

Entry = dict[str, Any]
# Blogger and others write the same address for every author.
_NOBODY = ("noreply", "no-reply", "donotreply", "do-not-reply", "nobody", "no_reply")


def parse_entry(
    entry: Entry, key: str, settings: Settings, *, base: str, now: datetime, is_new: bool
) -> Iterator[Item]:
    """The author, the post and the enclosures of one entry.

    An entry without a date takes the time of this run, if it was not there in the run before
    (`is_new`): then it appeared in between. Otherwise its date is not known.
    """
    post = Post(key=key, space=settings.space, kind=settings.post_kind)
    author = _author(entry)
    post.author_name = ", ".join(_names(entry)) or None
    if author is not None:
        yield author
        post.account = author.key
    post.title = plain(entry.get("title_detail")) or None
    if settings.bodies:
        post.body = _body(entry)
    link = absolute(base, entry.get("link"))
    post.url = link or None
    _date(post, entry, settings, now, is_new=is_new)
    _place_in_thread(post, entry, key)
    if (count := _number(entry.get("slash_comments"))) is not None:
        post.reply_count = count
    if tags := [str(tag["term"]) for tag in entry.get("tags", ()) if tag.get("term")]:
        post.extra = {**(post.extra or {}), "tags": tags}
    documents = list(_enclosures(entry, post, base))
    if documents:
        post.attachment_count = len(documents)
    yield post
    yield from documents


def key_of(entry: Entry, base: str) -> str:
    """What tells an entry from the others: its id, else its link, else its content."""
    if found := str(entry.get("id") or "").strip():
        return clean(found)
    if link := absolute(base, entry.get("link")):
        return link
    told = (entry.get("title"), entry.get("published"), entry.get("summary"))
    return f"entry:{crc32(repr(told).encode()):08x}"


def absolute(base: str, link: Any) -> str:
    """A link as an address on the web; empty where it is none."""
    try:
        found = urljoin(base, str(link or "").strip())
        return clean(found) if link and urlsplit(found).scheme in ("http", "https") else ""
    except ValueError:
        return ""


def plain(detail: Any) -> str:
    """A text of a feed on one line, without mark-up."""
    if not detail or not detail.get("value"):
        return ""
    return " ".join(_text(detail).split())


def _text(detail: Any) -> str:
    value = str(detail["value"])
    return clean(value).strip() if detail.get("type") == "text/plain" else html_to_text(value)


def _body(entry: Entry) -> str | None:
    """The whole text where the feed has it, else its summary."""
    texts = [_text(one) for one in entry.get("content", ()) if one.get("value")]
    if summary := entry.get("summary_detail"):
        texts.append(_text(summary) if summary.get("value") else "")
    return next((text for text in texts if text), None)


def _names(entry: Entry) -> list[str]:
    names = [_name(one) for one in entry.get("authors", ())]
    return list(dict.fromkeys(name for name in names if name))


def _name(author: dict[str, Any]) -> str:
    name = " ".join(html_to_text(str(author.get("name") or "")).split())
    return "" if "@" in name else name


def _author(entry: Entry) -> Account | None:
    """The first author: by address, where it is that person's own, else by name."""
    author = next(iter(entry.get("authors", ())), None) or {}
    email = plain_address(str(author.get("email") or author.get("name") or ""))
    if email and email.partition("@")[0] in _NOBODY:
        email = None
    name = _name(author)
    key = email or (f"name:{found}" if (found := name_key(name)) else "")
    if not key:
        return None
    account = Account(key=key)
    if name:
        account.name = name
    if email:
        account.email = email
    return account


def _date(post: Post, entry: Entry, settings: Settings, now: datetime, *, is_new: bool) -> None:
    posted, basis = moment(
        entry.get("published"), entry.get("published_parsed"), settings.zone, now
    )
    edited, told = moment(entry.get("updated"), entry.get("updated_parsed"), settings.zone, now)
    if posted is None and edited is not None:
        posted, basis = edited, f"updated_{told}" if told != "date" else "updated"
    if posted is None and is_new:
        posted, basis = now, "first_seen"
    if posted is not None:
        post.posted_at = posted
        post.extra = {} if basis == "date" else {"date_basis": basis}
        if edited is not None and edited > posted:
            post.edited_at = edited


def _place_in_thread(post: Post, entry: Entry, key: str) -> None:
    """Comments say what they answer; those of WordPress by their id alone."""
    answered = (entry.get("thr_in-reply-to") or {}).get("ref")
    head, mark, number = key.partition("#comment-")
    if answered:
        post.reply_to, post.kind = clean(str(answered)), "comment"
    elif mark and number.isdigit():
        post.reply_to = post.thread = head
        post.kind = "comment"
    else:
        post.thread = key


def _enclosures(entry: Entry, post: Post, base: str) -> Iterator[Document]:
    seen = set()
    for link in entry.get("links", ()):
        url = absolute(base, link.get("href"))
        if link.get("rel") != "enclosure" or not url or url in seen:
            continue
        seen.add(url)
        document = Document(key=url, space=post.space, title=post.title, url=url)
        document.media_type = link.get("type") or None
        document.size_bytes = _number(link.get("length")) or None
        document.account = post.account
        document.created_at = post.posted_at
        document.extra = {"post": post.key}
        yield document


def _number(value: Any) -> int | None:
    text = str(value or "").strip()
    return int(text) if text.isdecimal() and text.isascii() and len(text) < 16 else None
