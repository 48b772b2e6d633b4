"""Rows of a list by Microsoft Graph's delta, for an app that has a secret only.

The first delta gives everything, page by page; its last page has the link that later gives what
changed. A link is kept and followed as it is. An item may come more than once: the last one counts.

That a link still asks for the columns is up to the vendor. Items that come without them are asked
for one by one: a column that is not there would be taken for one that is empty.
"""

import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Any
from urllib.parse import unquote, urlsplit

from cophub import Context, Item, Json, Reject, SourceUnavailable
from cophub.connectors.microsoft.graph import (
    Expired,
    GraphPage,
    NotThere,
    graph_get,
    graph_pages,
)
from cophub.connectors.sharepoint.client import graph_client
from cophub.connectors.sharepoint.cursor import Cursor, ListState
from cophub.connectors.sharepoint.rows import FileRef, ListRef, PersonRef, Plan, Row
from cophub.connectors.sharepoint.settings import Settings
from cophub.connectors.sharepoint.userinfo import person_of
from cophub.connectors.sharepoint.zones import instant
from cophub.error_codes import PAGING
from cophub.http import parse_each

PAGE = 1000
FOLDER = "0x0120"
UPLOAD = "resyncChangesUploadDifferences"
_GUID = re.compile(r"[0-9a-fA-F]{8}-(?:[0-9a-fA-F]{4}-){3}[0-9a-fA-F]{12}")
BASE = ("Title", "FileLeafRef", "AuthorLookupId", "EditorLookupId", "ContentType")
FILE = ("FileSizeDisplay", "_UIVersionString")


def follow(
    ctx: Context[Settings], of: ListRef, plan: Plan, state: ListState, cursor: Cursor
) -> Iterator[Item]:
    """The rows of a list, or what changed since the link in `state`; checkpoints."""
    try:
        yield from _follow(ctx, of, plan, state, cursor)
    except Expired as expired:
        if state.anew or not (state.delta or state.next):
            raise SourceUnavailable(
                f'Microsoft Graph refuses the delta of the list "{of.title}" of {of.site.url} from'
                f" its beginning ({expired.code}); the next run tries again"
            ) from expired
        ctx.log.warning('the list "%s" of %s is read anew: %s', of.title, of.site.url, expired)
        state.anew, state.start = True, _if_it_has_columns(expired.location)
        state.keep = expired.code.lower() == UPLOAD.lower()
        yield cursor.checkpoint()
        yield from _follow(ctx, of, plan, state, cursor)


def _follow(
    ctx: Context[Settings], of: ListRef, plan: Plan, state: ListState, cursor: Cursor
) -> Iterator[Item]:
    going_on = not state.anew and (state.delta or state.next)
    ids: set[int] = set()
    unread = False
    for page in _pages(ctx, of, plan, state):
        yield from page.rejects
        items = _with_columns(ctx, of, plan, page.value)
        for found in _items(ctx, of, plan, items, touched=state.done and not state.anew):
            unread = unread or isinstance(found, Reject)
            yield found
        unread = unread or bool(page.rejects)
        for item in items:
            (ids.discard if item.get("deleted") else ids.add)(int(item["id"]))
        ctx.progress(of.title, len(ids), None)
        if page.next and not state.anew and not state.done:
            state.next = page.next
            yield cursor.checkpoint()
        if page.next is None:
            if page.delta is None:
                raise SourceUnavailable(
                    f'Microsoft Graph ended the delta of the list "{of.title}" without a link to'
                    " go on from; the next run tries again",
                    code=PAGING,
                )
            state.delta = page.delta
    if not going_on and not state.keep and not unread:
        yield from plan.all_but(sorted(ids))
    # A link tells a row once. What could not be read is read anew by the next run, but no run
    # later: what cannot be read twice will mostly not be read tomorrow either.
    state.anew, state.unread = unread and not state.unread, unread
    state.done, state.keep = True, False
    state.start = state.next = None
    yield cursor.checkpoint()


def _pages(
    ctx: Context[Settings], of: ListRef, plan: Plan, state: ListState
) -> Iterator[GraphPage[Json]]:
    client = graph_client(ctx)
    link = state.start if state.anew else state.delta or state.next
    if link:
        return graph_pages(client, link)
    path = f"sites/{of.site.graph_id}/lists/{of.id}/items/delta"
    return graph_pages(client, path, {"$expand": expansion(plan), "$top": PAGE})


def _if_it_has_columns(location: str | None) -> str | None:
    """Where to start over, unless that gives items bare: then it is where the first read began."""
    return location if location and "expand" in unquote(location) else None


def _with_columns(ctx: Context[Settings], of: ListRef, plan: Plan, items: list[Json]) -> list[Json]:
    """The items of a page, those that came bare asked for by themselves."""
    bare = [item for item in items if "fields" not in item and not item.get("deleted")]
    if not bare:
        return items
    path, asked = f"sites/{of.site.graph_id}/lists/{of.id}/items", {"$expand": expansion(plan)}

    def read(item: Json) -> Json:
        try:
            found: Json = graph_get(graph_client(ctx), f"{path}/{item['id']}", asked)
        except NotThere:  # it was deleted meanwhile
            return {"id": item["id"], "deleted": {"state": "deleted"}}
        return found

    dressed = {one["id"]: one for one in ctx.map(read, bare)}
    return [dressed.get(item["id"], item) for item in items]


def expansion(plan: Plan) -> str:
    """`$expand` for a plan."""
    if "*" in plan.fields:
        return "fields"
    people = [f"{name}LookupId" for name in plan.people]
    columns = [*BASE, *(FILE if plan.files else ()), *plan.fields, *plan.people, *people]
    return f"fields($select={','.join(dict.fromkeys(columns))})"


def _items(
    ctx: Context[Settings], of: ListRef, plan: Plan, items: list[Json], *, touched: bool = False
) -> Iterator[Item]:
    def parse_row(item: Json) -> Iterator[Item]:
        if item.get("deleted"):
            yield from plan.gone(int(item["id"]))
        else:
            row = row_of(item, ctx, of, plan)
            yield from plan.parse(replace(row, touched=True) if touched else row)

    return parse_each(items, parse_row)


def row_of(item: Json, ctx: Context[Settings], of: ListRef, plan: Plan) -> Row:
    """The row of a list item of Graph. Raises what parsing raises."""
    fields: Json = item.get("fields") or {}
    url = item.get("webUrl")
    path = unquote(urlsplit(url).path) if url else None
    kind = item.get("contentType") or {}
    content_type = str(kind.get("id") or "")
    folder = content_type.startswith(FOLDER) or "Folder" in (
        kind.get("name"),
        fields.get("ContentType"),
    )
    return Row(
        list=of,
        id=int(item["id"]),
        guid=None,
        title=fields.get("Title"),
        created=instant(ctx, of.site, item.get("createdDateTime")),
        modified=instant(ctx, of.site, item.get("lastModifiedDateTime")),
        author=_person(ctx, of, item.get("createdBy"), fields.get("AuthorLookupId")),
        editor=_person(ctx, of, item.get("lastModifiedBy"), fields.get("EditorLookupId")),
        folder=folder,
        content_type=content_type,
        url=url,
        path=path,
        file=_file(item, fields, path) if plan.files and not folder else None,
        fields=_fields(fields, plan),
        persons={name: _people(ctx, of, fields, name) for name in plan.people},
    )


def _fields(fields: Json, plan: Plan) -> dict[str, Any]:
    """The columns of the plan; Graph leaves empty ones out."""
    if "*" in plan.fields:
        return dict(fields)
    found = {name: fields.get(name, fields.get(f"OData_{name}")) for name in plan.fields}
    return {**found, **dict.fromkeys(plan.lookups)}


def _person(ctx: Context[Settings], of: ListRef, who: Any, lookup: Any) -> PersonRef | None:
    """Who made or changed a row; an app has no directory id, and is known by its id on the site."""
    user = (who or {}).get("user") or {}
    if lookup and not user.get("id") and not user.get("email"):
        return person_of(ctx, of.site, int(lookup))
    found = PersonRef(
        id=int(lookup) if lookup else None,
        aad=str(user["id"]).lower() if user.get("id") else None,
        email=user.get("email") or None,
        name=user.get("displayName") or None,
    )
    return None if found == PersonRef() else found


def _people(ctx: Context[Settings], of: ListRef, fields: Json, name: str) -> tuple[PersonRef, ...]:
    """A person column gives an id only, or, where it takes several, a list of people."""
    several = fields.get(name)
    if isinstance(several, list):
        return tuple(
            PersonRef(
                id=int(one["LookupId"]) if one.get("LookupId") else None,
                email=one.get("Email") or None,
                name=one.get("LookupValue") or None,
            )
            for one in several
        )
    lookup = fields.get(f"{name}LookupId")
    return (person_of(ctx, of.site, int(lookup)),) if lookup else ()


def _file(item: Json, fields: Json, path: str | None) -> FileRef | None:
    if path is None:
        return None
    unique = _GUID.search(item.get("eTag") or "")
    size = fields.get("FileSizeDisplay")
    return FileRef(
        unique_id=unique[0].lower() if unique else None,
        name=fields.get("FileLeafRef") or path.rpartition("/")[2],
        path=path,
        size=int(size) if size not in (None, "") else None,
        version=fields.get("_UIVersionString", fields.get("OData__UIVersionString")),
        title=fields.get("Title") or None,
    )
