"""Reads the posts and comments of a WordPress site: whole at first, then what is new."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from cophub import Context, Gone, Item, Post, Reject, Space
from cophub.connectors.feed.cursor import Cursor, Walk
from cophub.connectors.feed.items import author_key, item_key, parse_author, parse_item
from cophub.connectors.feed.payloads import WpComment, WpPost, WpUser
from cophub.connectors.feed.settings import Settings
from cophub.connectors.feed.wordpress import GLANCE, PAGE, Closed, Page, Site
from cophub.connectors.mail.text import html_to_text
from cophub.http import decode_each, parse_each
from cophub.records import Key

# Where several servers answer for a site, one may know of a change later than it is dated.
_OVERLAP = timedelta(minutes=15)


@dataclass(frozen=True)
class Collection:
    """One collection of a site: its name in the API and what its items are."""

    name: str
    kind: type[Any]
    order: str
    """The API's name for when an item was last changed."""

    def changed(self, item: WpPost | WpComment) -> str:
        """When an item was last changed, in UTC as WordPress writes it; empty where not told."""
        told = item.modified_gmt or item.date_gmt if isinstance(item, WpPost) else item.date_gmt
        return told or ""


@dataclass
class Found:
    """A page's items, and the Rejects of those that are not as documented."""

    page: Page
    items: list[Any] = field(default_factory=list)
    rejects: list[Reject] = field(default_factory=list)


def collections(settings: Settings) -> list[Collection]:
    """What the settings ask for."""
    found = [Collection(name, WpPost, "modified") for name in settings.collections]
    if settings.comments:
        found.append(Collection("comments", WpComment, "date_gmt"))
    return found


@dataclass
class Reader:
    """Reads one site, and keeps in the cursor how far."""

    ctx: Context[Settings]
    site: Site
    cursor: Cursor
    _told: set[int] = field(default_factory=set)
    """Authors who were told about in this run."""
    _knows_space: bool = False
    _hides_authors: bool = False

    def read(self) -> Iterator[Item]:
        """Everything that is new in each collection; Closed where the site shows none of it."""
        for what in collections(self.ctx.settings):
            walk = self.cursor.walks.setdefault(self._name(what), Walk())
            try:
                yield from self._news(what, walk) if walk.after else self._first(what, walk)
            except Closed as closed:
                if what.name != "comments":
                    raise
                self.ctx.log.warning("comments are not read: %s", closed)

    def _first(self, what: Collection, walk: Walk) -> Iterator[Item]:
        """Everything, with a checkpoint at each page; goes on where an earlier run stopped.

        One that was read from its first page to its last tells who is gone, as well: it may be read
        for the second time. What is then said to be there is what was read, so that the next run
        misses what was taken away behind this one's back; of a part it is not known.
        """
        keys, rejected, is_whole = set[str](), 0, not walk.page
        for number, page in self.site.walk(what.name, walk.page or 1):
            # What is changed while this goes on is dated after its beginning.
            walk.mark, walk.page = walk.mark or page.at or self._clock(), number
            walk.total = page.total
            found = self._found(what, page)
            keys |= self._keys(found)
            rejected += len(found.rejects)
            yield from self._records(what, found)
            self.ctx.progress(what.name, (number - 1) * PAGE + len(page.items), page.total)
            yield self.cursor.checkpoint()
        if is_whole and not rejected:
            yield self._all_but(what, keys)
        if walk.total > -1:
            walk.total = len(keys) + rejected if is_whole else 0
        walk.after, walk.mark, walk.page = walk.mark or self._clock(), "", 0
        yield self.cursor.checkpoint()

    def _news(self, what: Collection, walk: Walk) -> Iterator[Item]:
        """What changed since the last run; all once more where the count says that is not all."""
        border = _earlier(walk.after)
        began, total, added, is_new = "", -1, set[int](), False
        top = walk.top
        for page in self._newest_first(what, border):
            found = self._found(what, page)
            found.items = [item for item in found.items if what.changed(item) >= border]
            added |= {item.id for item in found.items if item.id > top}
            yield from self._records(what, found)
            began, total = began or page.at or self._clock(), page.total
            is_new = is_new or bool(found.items)
        if -1 < total != walk.total + len(added) and walk.total > -1:
            # Something was taken away, or is shown now and dated earlier: a comment that waited
            # for its approval, a post that was written long before the day it was to appear.
            yield from self._again(what, walk)
        elif is_new:
            walk.after, walk.total = began, total
            yield self.cursor.checkpoint()

    def _again(self, what: Collection, walk: Walk) -> Iterator[Item]:
        """Everything once more, and then who was absent is gone."""
        began, keys, is_whole = "", set[str](), True
        for _, page in self.site.walk(what.name, 1):
            began = began or page.at or self._clock()
            found = self._found(what, page)
            keys |= self._keys(found)
            is_whole = is_whole and not found.rejects
            yield from self._records(what, found)
        if is_whole:
            yield self._all_but(what, keys)
            walk.total = len(keys)
        # Else any of those that seem absent may be the one that cannot be read: who is, is still to
        # be found out, and by the total that was known the next run sees that.
        walk.after = began
        yield self.cursor.checkpoint()

    def _keys(self, found: Found) -> set[str]:
        return {item_key(self.site.home, item) for item in found.items}

    def _all_but(self, what: Collection, keys: set[str]) -> Gone:
        """Whatever was once in the collection and has none of these keys."""
        rows: dict[str, Key] = {
            "space": self.ctx.settings.space, "extra.collection": self._name(what)
        }  # fmt: skip
        return Gone(record=Post, where=rows, but=tuple(sorted(keys)))

    def _newest_first(self, what: Collection, border: str) -> Iterator[Page]:
        """Pages in the order of their changes, down to one that holds something old.

        The first is small: most often nothing is new. What is changed meanwhile moves up, so that
        a page may repeat items of the one before, and none is left out.
        """
        number, size = 1, GLANCE
        while True:
            page = self.site.page(what.name, number, size, orderby=what.order, order="desc")
            ends = len(page.items) < size
            found = self._found(what, page).items
            ends = ends or any(what.changed(item) < border for item in found)
            if ends or size == PAGE:
                yield page
            if ends:
                return
            number, size = (number + 1, PAGE) if size == PAGE else (1, PAGE)

    def _found(self, what: Collection, page: Page) -> Found:
        return Found(page, *decode_each(page.items, what.kind))

    def _records(self, what: Collection, found: Found) -> Iterator[Item]:
        """The records of a page, after those of its authors."""
        walk = self.cursor.walks[self._name(what)]
        if found.items and not self._knows_space:
            yield self._space()
        yield from self._authors({item.author for item in found.items} - {0} - self._told)
        yield from found.rejects
        yield from parse_each(
            found.items, parse_item, settings=self.ctx.settings, home=self.site.home,
            collection=self._name(what), now=self.ctx.now,
        )  # fmt: skip
        walk.top = max([walk.top, *(item.id for item in found.items)])

    def _authors(self, numbers: set[int]) -> Iterator[Item]:
        """An Account for each author; many sites hide who their users are."""
        users: list[WpUser] = []
        if numbers and not self._hides_authors:
            try:
                users = self.site.by_number("users", sorted(numbers), WpUser)
            except Closed as closed:
                self._hides_authors = True
                self.ctx.log.info("authors are known by number only: %s", closed)
        known = {user.id: user for user in users}
        for number in sorted(numbers):
            self._told.add(number)
            yield parse_author(author_key(self.site.home, number), known.get(number))

    def _space(self) -> Space:
        self._knows_space = True
        settings, root = self.ctx.settings, self.site.root()
        space = Space(key=settings.space, kind="site", visibility=settings.seen_by())
        space.title = settings.title or html_to_text(root.name) or settings.space
        space.description = html_to_text(root.description) or None
        space.url = root.home or root.url or self.site.home
        return space

    def _name(self, what: Collection) -> str:
        return f"{self.site.home} {what.name}"

    def _clock(self) -> str:
        return self.ctx.now.strftime("%Y-%m-%dT%H:%M:%S")


def _earlier(after: str) -> str:
    try:
        return (datetime.fromisoformat(after) - _OVERLAP).isoformat(timespec="seconds")
    except ValueError:
        return ""


__all__ = ["Collection", "Reader", "collections"]
