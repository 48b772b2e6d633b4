"""The stream of a site's posts, and what can be said before it is read."""

from collections.abc import Iterator, Mapping

from cophub import (
    AuthError,
    ConfigError,
    Context,
    CophubError,
    Estimate,
    Item,
    Space,
    Verdict,
)
from cophub.connectors.feed.collections import Reader, collections
from cophub.connectors.feed.cursor import Cursor, FeedState, read_cursor
from cophub.connectors.feed.reading import (
    Feed,
    not_a_feed,
    offers,
    records,
    space_of,
    take_apart,
)
from cophub.connectors.feed.settings import Settings
from cophub.connectors.feed.wordpress import PAGE, Closed, Site
from cophub.connectors.web.fetch import Fetched, Fetcher, shown


def posts(ctx: Context[Settings], since: str | None) -> Iterator[Item]:
    """What the site published or changed since the last run, with its authors and comments.

    Yields a Space, an Account for each author, a Post for each entry and comment, and a Document
    for each enclosure. A feed holds its latest entries only, so one that is absent stays; of
    WordPress, posts that the site no longer shows are Gone. `since` holds what each feed was like
    and how far each collection was read.
    Raises ConfigError for an address that is no feed, and what stopped the first of the addresses
    that could not be read, after keeping what the others gave.
    """
    cursor = read_cursor(since, ctx.settings.checksum())
    failure: CophubError | None = None
    for url in map(str, ctx.settings.url):
        try:
            yield from _address(ctx, url, cursor)
        except CophubError as error:
            if failure is not None:
                ctx.log.warning("%s", error)
            failure = failure or error
    if failure is not None:
        raise failure


def _address(ctx: Context[Settings], url: str, cursor: Cursor) -> Iterator[Item]:
    site = None
    if not is_feed(ctx.settings, url) or url in cursor.apis:
        site = Site(ctx, url, cursor.apis.get(url, ""))
    else:
        state = cursor.feeds.setdefault(url, FeedState())
        fetched = Fetcher(ctx, url).fetch(url, state.validators)
        _tell_move(ctx, url, fetched)
        if fetched.content is None:
            return
        feed = take_apart(fetched)
        if feed is not None:
            yield from records(ctx, feed, state)
            if not feed.is_cut:
                state.validators = fetched.validators
            yield cursor.checkpoint()
            return
        site = _announced(ctx, url, fetched, was_one=bool(state.known))
    yield from _wordpress(ctx, url, site, cursor)


def _wordpress(ctx: Context[Settings], url: str, site: Site, cursor: Cursor) -> Iterator[Item]:
    if url not in cursor.apis:
        site.root()
        cursor.apis[url] = site.api
        cursor.feeds.pop(url, None)
    yield from Reader(ctx, site, cursor).read()


def _announced(ctx: Context[Settings], url: str, page: Fetched, *, was_one: bool) -> Site:
    """The WordPress site that a web page belongs to, if its API is open. Raises what it is else."""
    wrong = not_a_feed(page, was_one=was_one)
    api = offers(page).api if isinstance(wrong, ConfigError) else ""
    if ctx.settings.kind == "feed" or not api:
        raise wrong
    site = Site(ctx, url, api)
    try:
        site.root()
    except (Closed, CophubError) as closed:
        raise ConfigError(f"{wrong} (its WordPress API cannot be read: {closed})") from closed
    return site


def is_feed(settings: Settings, url: str) -> bool:
    """Whether an address is to be tried as a feed first."""
    return settings.kind == "feed" or (settings.kind == "auto" and "/wp-json" not in url)


def _tell_move(ctx: Context[Settings], url: str, fetched: Fetched) -> None:
    if fetched.moved_to:
        ctx.log.warning(
            "%s has moved for good to %s; write that into url", shown(url), shown(fetched.moved_to)
        )


def check(ctx: Context[Settings]) -> Iterator[Verdict]:
    """Whether each address gives a feed, or an API that may be read."""
    for url in map(str, ctx.settings.url):
        try:
            found = _look(ctx, url)
            if isinstance(found, Site):
                yield from _check_site(ctx, found)
            else:
                yield from _check_feed(url, found)
        except AuthError as error:
            yield Verdict("posts", "failed", str(error), "Ask the site's owner for access.")
        except CophubError as error:
            yield Verdict("posts", "failed", str(error), "Correct url of this source.")


def _look(ctx: Context[Settings], url: str) -> Feed | Site:
    if not is_feed(ctx.settings, url):
        site = Site(ctx, url)
        site.root()
        return site
    fetched = Fetcher(ctx, url).fetch(url)
    return take_apart(fetched) or _announced(ctx, url, fetched, was_one=False)


def _check_feed(url: str, feed: Feed) -> Iterator[Verdict]:
    where, count = shown(url), len(feed.entries)
    if feed.fetched.moved_to:
        new = shown(feed.fetched.moved_to)
        yield Verdict("posts", "warning", f"{where} has moved for good", f"Write {new} into url.")
    yield Verdict("posts", "ok", f"{where}: {feed.version}, {count} entries")
    if "wordpress" in str(feed.about.get("generator", "")).lower():
        yield Verdict(
            "posts", "warning",
            f"{where} is a WordPress site, of which the feed holds the latest entries only",
            'Give the site\'s own address with kind = "wordpress" to read its whole history.',
        )  # fmt: skip


def _check_site(ctx: Context[Settings], site: Site) -> Iterator[Verdict]:
    names = [what.name for what in collections(ctx.settings)]
    for name in [*names, "users"]:
        try:
            total = site.page(name, 1, 1).total
            told = f"{total} of them" if total >= 0 else "they can be read"
            yield Verdict(name, "ok", f"{site.home}: {told}")
        except CophubError as error:
            state = "failed" if name in ctx.settings.collections else "warning"
            fix = "Ask the site's owner for an application password, and set username and password."
            yield Verdict(name, state, str(error), fix)  # type: ignore[arg-type]


def discover(ctx: Context[Settings]) -> Iterator[Space]:
    """The space that this source makes, with the site's own title."""
    for url in map(str, ctx.settings.url):
        found = _look(ctx, url)
        if isinstance(found, Site):
            root = found.root()
            yield Space(
                key=ctx.settings.space, kind="site", title=root.name, url=root.home or found.home,
                native_post_count=max(found.page("posts", 1, 1).total, 0),
            )  # fmt: skip
        else:
            space = space_of(ctx.settings, found)
            space.extra = {"format": found.version, "entries": len(found.entries)}
            yield space


def estimate(ctx: Context[Settings], cursors: Mapping[str, str | None]) -> Iterator[Estimate]:
    """One request for each feed; of WordPress, one for each hundred items of a first read."""
    cursor = read_cursor(cursors.get("posts"), ctx.settings.checksum())
    requests, rows, notes = 0, 0, list[str]()
    for url in map(str, ctx.settings.url):
        if is_feed(ctx.settings, url) and url not in cursor.apis:
            requests += 1
            continue
        site = Site(ctx, url, cursor.apis.get(url, ""))
        for what in collections(ctx.settings):
            walk = cursor.walks.get(f"{site.home} {what.name}")
            total = 0 if walk and walk.after else max(site.page(what.name, 1, 1).total, 0)
            requests, rows = requests + 1 + total // PAGE, rows + total
        notes.append(f"{site.home} by its WordPress API")
    yield Estimate("posts", requests=requests, rows=rows or None, note=", ".join(notes))
