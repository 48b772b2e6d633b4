"""Reads one feed: fetched if it changed, taken apart, and its entries made records."""

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from io import BytesIO
from typing import Any
from urllib.parse import urljoin
from zlib import crc32

from cophub import ConfigError, Context, Item, Reject, SourceUnavailable, Space
from cophub.connectors.feed.cursor import FeedState
from cophub.connectors.feed.parse import Entry, absolute, key_of, parse_entry, plain
from cophub.connectors.feed.settings import Settings
from cophub.connectors.web.fetch import Fetched, shown
from cophub.connectors.web.markup import elements
from cophub.error_codes import NOT_UNDERSTOOD
from cophub.http import parse_each

_REMEMBERED = 5000
"""Entries of a feed that the cursor remembers; feeds hold far fewer."""
_ENDS = (b"</rss>", b"</feed>", b"</rdf:rdf>", b"</channel>", b":feed>", b":rss>", b":rdf>")


@dataclass
class Feed:
    """A feed as it was found."""

    fetched: Fetched
    version: str
    """Such as `rss20` or `atom10`."""
    about: dict[str, Any]
    entries: list[Entry]
    is_cut: bool
    """Whether its end is missing."""


@dataclass
class Offers:
    """Which feeds a web page links, and where its WordPress API is; empty where it says none."""

    feeds: list[str]
    api: str = ""


def offers(page: Fetched) -> Offers:
    """What the head of a web page links."""
    found = Offers([])
    content = (page.content or b"")[: 1 << 20].decode("utf-8", "replace")
    for each in elements(content, "link"):
        values = {name: value.strip() for name, value in each.attributes.items()}
        rel, target = values.get("rel", "").lower(), _joined(page.url, values.get("href", ""))
        if not target:
            continue
        if "https://api.w.org/" in rel:
            found.api = target
        if "alternate" in rel and re.search(r"rss|atom", values.get("type", "").lower()):
            found.feeds.append(target)
    return found


def _joined(base: str, href: str) -> str:
    """Where a link leads to; empty for one that is no address."""
    try:
        return urljoin(base, href) if href else ""
    except ValueError:
        return ""


def take_apart(fetched: Fetched) -> Feed | None:
    """The feed in a file; None when it is none. Raises SourceUnavailable for a dangerous one."""
    import feedparser

    content = fetched.content or b""
    # Nothing that a feed needs is declared so; what is, was written to fill the memory. In UTF-16
    # there is a zero beside each letter.
    if b"<!entity" in content.replace(b"\0", b"").lower():
        raise SourceUnavailable(
            f"{shown(fetched.url)} declares XML entities of its own, which are not read; ask the"
            " site's owner for a feed without a <!DOCTYPE [...]>"
        )
    headers = {"content-location": fetched.url}
    if fetched.media_type:
        headers["content-type"] = fetched.media_type
    # As a file: given text, the library would take it for an address and fetch it.
    found = feedparser.parse(BytesIO(content), response_headers=headers, sanitize_html=False)
    version = found.get("version") or ""
    if not version:
        return None
    tail = content.replace(b"\0", b"")[-4096:].lower()
    is_cut = not any(end in tail for end in _ENDS)
    return Feed(
        fetched, version, dict(found.feed), [dict(entry) for entry in found.entries], is_cut
    )


def not_a_feed(fetched: Fetched, *, was_one: bool) -> Exception:
    """What to tell about a file that is no feed, with the feeds that it offers if it is a page."""
    where, start = shown(fetched.url), (fetched.content or b"").lstrip()[:512].lower()
    if was_one:
        return SourceUnavailable(
            f"{where} gave something that is no feed, though it was one before; look at it in a"
            " browser",
            code=NOT_UNDERSTOOD,
        )
    if start.startswith((b"{", b"[")):
        return ConfigError(f"{where} is JSON, not RSS or Atom; give the address of the site's feed")
    if b"<html" in start or b"<!doctype html" in start:
        found = list(dict.fromkeys(offers(fetched).feeds))
        if found:
            return ConfigError(
                f"{where} is a web page, not a feed; it offers {', '.join(found[:6])}: put one of"
                " these into url"
            )
        return ConfigError(
            f"{where} is a web page, not a feed, and names no feed; ask the site's owner for the"
            " address of its feed"
        )
    return ConfigError(f"{where} is neither RSS nor Atom; give the address of a feed in url")


def records(ctx: Context[Settings], feed: Feed, state: FeedState) -> Iterator[Item]:
    """The space, and the records of each entry; keeps in `state` what the next run must know."""
    base = feed.fetched.url
    yield space_of(ctx.settings, feed)
    entries = feed.entries
    if feed.is_cut and entries:
        # Half an entry would be stored as if it were whole.
        entries = entries[:-1]
        reason = f"{shown(feed.fetched.url)} breaks off in its last entry; the next run reads it"
        yield Reject(reason=reason, record="Post")
    keys = _keys(entries, base, state)
    before, is_first = set(state.known), not state.known
    taken = set[str]()
    for entry, key in zip(entries, keys, strict=True):
        if key in taken:
            continue
        taken.add(key)
        is_new = not is_first and crc32(key.encode()) not in before
        yield from parse_each(
            [entry], parse_entry, key=key, settings=ctx.settings, base=base, now=ctx.now,
            is_new=is_new,
        )  # fmt: skip
    state.known = [*(crc32(key.encode()) for key in keys), *state.known]
    state.known = list(dict.fromkeys(state.known))[:_REMEMBERED]


def space_of(settings: Settings, feed: Feed) -> Space:
    """The space that a feed's entries are in."""
    space = Space(key=settings.space, kind="site", visibility=settings.seen_by())
    space.title = settings.title or plain(feed.about.get("title_detail")) or settings.space
    if link := absolute(feed.fetched.url, feed.about.get("link")):
        space.url = link
    if described := plain(feed.about.get("subtitle_detail")):
        space.description = described
    if language := feed.about.get("language"):
        space.language = str(language)
    return space


def _keys(entries: list[Entry], base: str, state: FeedState) -> list[str]:
    """A key for each entry; where several carry one id, the link tells them apart.

    The one that was alone with the id in an earlier run keeps it, so that it is not stored twice.
    """
    ids = [key_of(entry, base) for entry in entries]
    links = [absolute(base, entry.get("link")) for entry in entries]
    kinds = Counter(one for one, _ in set(zip(ids, links, strict=True)))
    for one, count in kinds.items():
        if count > 1:
            state.shared.setdefault(one, state.links.get(_mark(one), ""))
    found = []
    for one, link in zip(ids, links, strict=True):
        keeps = one not in state.shared or state.shared[one] == link
        found.append(one if keeps else link or one)
    for one, link in zip(ids, links, strict=True):
        if one not in state.shared:
            state.links[_mark(one)] = link
    while len(state.links) > _REMEMBERED:
        state.links.pop(next(iter(state.links)))
    return found


def _mark(text: str) -> str:
    return f"{crc32(text.encode()):x}"
