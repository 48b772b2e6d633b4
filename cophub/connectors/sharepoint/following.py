"""Follows the lists of every site, from the first read to what changed since the last.

By the REST API one change log of a site tells which items of which lists were touched; those are
read again. Everything that happened before a site's token is in the rows that were yielded: the
token is taken before the first row is read, and moves on when all that the log tells is done.
"""

from collections.abc import Callable, Collection, Iterator
from contextlib import suppress
from dataclasses import dataclass, replace

from cophub import AuthError, Context, Item, Json, Reject, SourceUnavailable
from cophub.connectors.sharepoint import changes, delta
from cophub.connectors.sharepoint.cursor import (
    Cursor,
    ListState,
    SiteState,
    fingerprint,
    remembered,
)
from cophub.connectors.sharepoint.reading import all_items, id_of, ids_of, items_by_id, row_of
from cophub.connectors.sharepoint.rows import ListRef, Plan, Row, SiteRef
from cophub.connectors.sharepoint.settings import Settings
from cophub.connectors.sharepoint.sites import lists_of, sites_of
from cophub.connectors.sharepoint.troubles import Troubles
from cophub.http import parse_each

Planner = Callable[[ListRef], Plan | None]
_MOVES = (changes.DELETE, changes.RENAME, changes.MOVE_AWAY, changes.MOVE_INTO, changes.RESTORE)
FOLDER = 1


@dataclass(frozen=True)
class Followed:
    """One list that a stream wants, and how far it is."""

    of: ListRef
    plan: Plan
    state: ListState


def follow(ctx: Context[Settings], since: str | None, plan: Planner) -> Iterator[Item]:
    """See `rows.follow_lists`."""
    cursor = Cursor.read(since)
    found = sites_of(ctx)
    troubles = Troubles(ctx)
    for _ in ctx.map(lambda site: _lists_ahead(ctx, site), found):
        pass  # asked for side by side, and held from now on
    for done, site in enumerate(found):
        ctx.progress("sites", done, len(found))
        state = cursor.sites.setdefault(site.key, SiteState())
        with troubles.of(site.url):
            followed = _planned(ctx, site, state, plan)
            yield from _ended(ctx, site, state, followed, plan)
            if ctx.settings.by_graph:
                for one in followed:
                    yield from delta.follow(ctx, one.of, one.plan, one.state, cursor)
            else:
                yield from _follow_site(ctx, site, state, followed, cursor)
            yield cursor.checkpoint()
    ctx.progress("sites", len(found), len(found))
    troubles.tell()


def _lists_ahead(ctx: Context[Settings], site: SiteRef) -> None:
    """Ask for the lists of a site; what goes wrong is told when it is the site's turn."""
    with suppress(AuthError, SourceUnavailable):
        lists_of(ctx, site)


def _planned(
    ctx: Context[Settings], site: SiteRef, state: SiteState, plan: Planner
) -> list[Followed]:
    found = []
    for of in lists_of(ctx, site):
        if (wanted := plan(of)) is None:
            continue
        one = state.lists.setdefault(of.id, ListState())
        asked = fingerprint(wanted, by_graph=ctx.settings.by_graph)
        if one.plan not in ("", asked):
            one.anew, one.start, one.keep = True, None, False
        one.title, one.template, one.plan = of.title, of.template, asked
        found.append(Followed(of, wanted, one))
    return found


def _ended(
    ctx: Context[Settings],
    site: SiteRef,
    state: SiteState,
    followed: list[Followed],
    plan: Planner,
) -> Iterator[Item]:
    """End the rows of lists that are deleted, or hidden now."""
    for list_id in state.lists.keys() - {one.of.id for one in followed}:
        was = remembered(site, list_id, state.lists.pop(list_id))
        if (planned := plan(was)) is not None:
            ctx.log.info('the list "%s" of %s is gone', was.title, site.url)
            yield from planned.all_but([])


def _follow_site(
    ctx: Context[Settings],
    site: SiteRef,
    state: SiteState,
    followed: list[Followed],
    cursor: Cursor,
) -> Iterator[Item]:
    if state.token is None or not any(_begun(one.state) for one in followed):
        state.token = site.token
    else:
        yield from _changed(ctx, site, state, followed)
        yield cursor.checkpoint()
    for one in followed:
        if one.state.anew or not one.state.done:
            yield from _read_list(ctx, one, cursor)


def _begun(state: ListState) -> bool:
    return state.done or state.at > 0


def _changed(
    ctx: Context[Settings], site: SiteRef, state: SiteState, followed: list[Followed]
) -> Iterator[Item]:
    """What the change log tells of rows that were read before; the token then moves on."""
    assert state.token is not None  # noqa: S101 - the caller has seen to it
    try:
        log = changes.changes_since(ctx, site, state.token)
    except changes.TokenExpired as expired:
        ctx.log.warning("%s is read anew: its change log no longer reaches back (%s)", site.url,
                        expired)  # fmt: skip
        state.token = site.token
        for one in followed:
            one.state.anew = one.state.anew or _begun(one.state)
        return
    by_list: dict[str, list[Json]] = {}
    for row in log.rows:
        if row.get("ItemId"):
            by_list.setdefault(str(row.get("ListId")).lower(), []).append(row)
    for one in followed:
        rows = by_list.get(one.of.id, [])
        if (rows or one.state.again) and _begun(one.state) and not one.state.anew:
            yield from _touched(ctx, one, rows)
    state.token = log.token


def _touched(ctx: Context[Settings], one: Followed, rows: list[Json]) -> Iterator[Item]:
    if one.plan.nested and any(moves_a_folder(row) for row in rows):
        # The log does not name the rows below a folder, whose addresses are others now.
        one.state.anew = True
        return
    last = {int(row["ItemId"]): int(row["ChangeType"]) for row in rows}
    gone = {item for item, kind in last.items() if kind == changes.DELETE}
    read = {
        item for item in last.keys() - gone if one.state.done or item <= one.state.at
    }  # the first read has yet to come to the others
    read |= {item for item in one.state.again if item not in gone}
    edited = {int(row["ItemId"]) for row in rows if row["ChangeType"] != changes.ADD}
    missing, again, one.state.again = set(read), one.state.again, []
    unread = False
    for items in items_by_id(ctx, one.of, one.plan, read):
        missing -= set(ids := ids_of(items))
        unread = unread or len(ids) < len(items)
        yield from _items(ctx, one, items, edited, again)
    if unread:  # they may be the ones that have no id
        one.state.again += sorted(missing)
        missing = set()
    for item in sorted(gone | missing):
        yield from one.plan.gone(item)


def moves_a_folder(row: Json) -> bool:
    """Whether a change of the log makes the rows below a folder others."""
    return row.get("FileSystemObjectType") == FOLDER and row.get("ChangeType") in _MOVES


def _read_list(ctx: Context[Settings], one: Followed, cursor: Cursor) -> Iterator[Item]:
    """Every row: for the first time, going on where it was cut off, or anew and in one go."""
    state = one.state
    after = 0 if state.anew else state.at
    again = state.again if state.anew else []
    state.again = [] if state.anew else state.again
    whole, ids, unread = after == 0, list[int](), False
    for items in all_items(ctx, one.of, one.plan, after):
        yield from _items(ctx, one, items, again=again)
        here = ids_of(items)
        unread = unread or len(here) < len(items)
        if whole:
            ids += here
        ctx.progress(one.of.title, len(ids), one.of.item_count)
        if not state.anew and here:
            state.at = max(here)
            yield cursor.checkpoint()
    if whole and not unread:
        yield from one.plan.all_but(ids)
    # Nothing tells of an item without an id once it has one: the next run reads all of them.
    state.done, state.anew, state.at = True, unread, 0
    yield cursor.checkpoint()


def _items(
    ctx: Context[Settings],
    one: Followed,
    items: list[Json | Reject],
    edited: Collection[int] = (),
    again: Collection[int] = (),
) -> Iterator[Item]:
    """The records of raw items; one that cannot be read is noted, unless it was asked for `again`.

    No change would tell of it once it can be read.
    """

    def parse_row(item: Json) -> Iterator[Item]:
        row: Row = row_of(item, ctx, one.of, one.plan)
        yield from one.plan.parse(replace(row, touched=True) if row.id in edited else row)

    for item in items:
        if isinstance(item, Reject):
            yield item
            continue
        for found in parse_each([item], parse_row):
            if isinstance(found, Reject) and id_of(item) not in (*again, *one.state.again):
                one.state.again.append(id_of(item))
            yield found
