"""Rows of a list: `fields` leaves out what is empty, and of people gives ids alone."""

import re
from typing import Any

from cophub.sandbox.microsoft.graph.odata import Row, bad, context
from cophub.sandbox.microsoft.refusals import Refusal
from cophub.sandbox.microsoft.routes import Call, Reply, route
from cophub.sandbox.microsoft.sharepoint.columns import type_name
from cophub.sandbox.microsoft.sharepoint.graphface.common import (
    READ,
    WRITE,
    chosen,
    dated,
    identity,
    item_of,
    list_of,
    listing,
    site_of,
    web_url,
)
from cophub.sandbox.microsoft.sharepoint.rows import version_of
from cophub.sandbox.microsoft.sharepoint.state import Column, Item, Site, SPList
from cophub.sandbox.microsoft.sharepoint.values import read, utc

THRESHOLD = 5_000
PREFER = "honornonindexedquerieswarningmayfailrandomly"
_FIELDS = re.compile(r"fields(?:\(\s*\$select\s*=\s*([^)]*)\))?", re.IGNORECASE)


def item_row(call: Call, site: Site, of: SPList, item: Item) -> Row:
    """A row, with `fields` when they are expanded."""
    row: Row = {
        "@odata.etag": item.etag, **dated(item), "eTag": item.etag, "id": str(item.id),
        "webUrl": web_url(site, item.path), "createdBy": identity(site, item.author),
        "lastModifiedBy": identity(site, item.editor), "parentReference": parent(site, of, item),
        "contentType": {"id": item.content_type, "name": type_name(item.content_type)},
    }  # fmt: skip
    if "sharepointIds" in call.query.get("$select", ""):
        row["sharepointIds"] = {
            "listId": of.id, "listItemId": str(item.id), "listItemUniqueId": item.unique,
            "siteId": site.id, "siteUrl": site.url, "tenantId": call.tenant.id,
            "webId": site.web_id,
        }  # fmt: skip
    row = chosen(call, row)
    match = _FIELDS.search(call.query.get("$expand", ""))
    if match is not None:
        names = [name.strip() for name in match[1].split(",")] if match[1] else None
        row["fields@odata.context"] = f"{call.base}/v1.0/$metadata#fields"
        row["fields"] = {"@odata.etag": item.etag, **fields_of(site, of, item, names)}
    return row


def parent(site: Site, of: SPList, item: Item) -> Row:
    """Where a row lies."""
    folder = of.by_path.get(item.dir.lower())
    unique = folder.unique if folder else of.id
    return {"id": unique, "siteId": site.graph_id}


def fields_of(site: Site, of: SPList, item: Item, names: list[str] | None) -> Row:
    """The columns that hold something; those of `names`, if they are given."""
    kind = type_name(item.content_type)
    found: Row = {
        "id": str(item.id), "ContentType": kind, "Modified": utc(item.modified),
        "Created": utc(item.created), "AuthorLookupId": str(item.author),
        "EditorLookupId": str(item.editor), "_UIVersionString": version_of(item),
        "Attachments": False, "Edit": "", "ItemChildCount": "0", "FolderChildCount": "0",
    }  # fmt: skip
    if item.title is not None:
        found |= {"Title": item.title, "LinkTitle": item.title, "LinkTitleNoMenu": item.title}
    if item.name:
        found |= {"FileLeafRef": item.name, "LinkFilename": item.name}
        if not item.folder:
            found |= {"FileSizeDisplay": str(item.size), "DocIcon": item.name.rpartition(".")[2]}
    if item.promoted or item.first_published:
        found["PromotedState"] = float(item.promoted)
    if item.first_published:
        found["FirstPublishedDate"] = utc(item.first_published)
    for column in of.columns.values():
        _put(site, found, column, item.fields.get(column.name))
    if names is not None:
        wanted = set(names) | {"id"}
        found = {name: value for name, value in found.items() if name in wanted}
    return found


def _put(site: Site, found: Row, column: Column, value: Any) -> None:
    if value is None or value == "" or column.name == "Title":
        return
    if column.type in ("UserMulti", "LookupMulti"):
        rows = (site.users.get(one) for one in value)
        found[column.name] = [
            {"LookupId": row.id, "LookupValue": row.title, "Email": row.email}
            for row in rows
            if row is not None
        ]
    elif column.refers:
        found[f"{column.name}LookupId"] = str(value)
    else:
        found[column.name] = utc(value) if column.type == "DateTime" else value


@route("GET", "/v1.0/sites/{site}/lists/{of}/items", needs=READ, cost=2)
def items(call: Call, site: str, of: str) -> Reply:
    """Rows by id; a filter by a column without an index needs leave to fail."""
    found = site_of(call, site)
    held = list_of(found, of)
    rows = list(held.items.items())
    if text := call.query.get("$filter"):
        rows = [(key, item) for key, item in rows if _passes(call, held, item, text)]
    return listing(call, "items", rows, lambda item: item_row(call, found, held, item))


def _passes(call: Call, of: SPList, item: Item, text: str) -> bool:
    match = re.fullmatch(r"fields/(\w+)\s+(eq|ne|gt|ge|lt|le)\s+'?(.*?)'?", text.strip())
    column = of.column(match[1]) if match else None
    if match is None or (column is None and match[1] != "id"):
        raise bad(f"Invalid filter clause: '{text}'.", "invalidRequest")
    allowed = PREFER in call.headers.get("prefer", "").lower()
    if column is not None and not column.indexed and (
        len(of.items) > THRESHOLD or not allowed
    ):  # fmt: skip
        words = "cannot be referenced in filter or orderby as it is not indexed."
        raise Refusal(400, "invalidRequest", f"Field '{match[1]}' {words}")
    value = item.id if column is None else item.fields.get(column.name)
    if isinstance(value, int) and column is not None and column.type == "DateTime":
        value = utc(value)
    left, right = ("" if value is None else str(value)), match[3]
    if isinstance(value, int | float) and not isinstance(value, bool):
        return _compared(float(value), match[2], float(right))
    return _compared(left, match[2], right)


def _compared(left: Any, how: str, right: Any) -> bool:
    outcomes = {
        "eq": left == right, "ne": left != right, "gt": left > right, "ge": left >= right,
        "lt": left < right, "le": left <= right,
    }  # fmt: skip
    return bool(outcomes[how])


@route("GET", "/v1.0/sites/{site}/lists/{of}/items/{item}", needs=READ)
def one_item(call: Call, site: str, of: str, item: str) -> Reply:
    """One row."""
    found = site_of(call, site)
    held = list_of(found, of)
    return context(call, "items/$entity") | item_row(call, found, held, item_of(held, item))


@route("GET", "/v1.0/sites/{site}/lists/{of}/items/{item}/fields", needs=READ)
def one_fields(call: Call, site: str, of: str, item: str) -> Reply:
    """The columns of one row."""
    found = site_of(call, site)
    held = list_of(found, of)
    return context(call, "fields/$entity") | fields_of(found, held, item_of(held, item), None)


# Writing


def _values(of: SPList, body: Row) -> Row:
    values: Row = {}
    for name, value in body.items():
        column = of.column(name.removesuffix("LookupId"))
        if column is None:
            raise Refusal(400, "invalidRequest", f"Field '{name}' is not recognized")
        values[column.name] = read(column, value)
    return values


def _writer(call: Call, site: Site) -> int:
    if call.user is not None:
        return call.sandbox.sharepoint.life.resolved(site, call.user)
    return next(row.id for row in site.users.values() if row.login.startswith("i:0i.t|"))


@route("POST", "/v1.0/sites/{site}/lists/{of}/items", needs=WRITE, cost=2)
def add_item(call: Call, site: str, of: str) -> Reply:
    """A new row."""
    found = site_of(call, site)
    held = list_of(found, of)
    values = _values(held, call.body.get("fields") or {})
    made = call.sandbox.sharepoint.acts.add_item(found, held, values, _writer(call, found))
    return call.json(item_row(call, found, held, made), 201)


@route("PATCH", "/v1.0/sites/{site}/lists/{of}/items/{item}/fields", needs=WRITE, cost=2)
def change_item(call: Call, site: str, of: str, item: str) -> Reply:
    """New values for a row, if If-Match allows."""
    found = site_of(call, site)
    held = list_of(found, of)
    row = item_of(held, item)
    if call.headers.get("if-match", "*") not in ("*", row.etag):
        raise Refusal(412, "notAllowed", "ETag does not match current item's value")
    values = _values(held, call.body)
    call.sandbox.sharepoint.acts.edit(found, held, row, _writer(call, found), **values)
    return call.json(fields_of(found, held, row, None))


@route("DELETE", "/v1.0/sites/{site}/lists/{of}/items/{item}", needs=WRITE, cost=2)
def delete_item(call: Call, site: str, of: str, item: str) -> Reply:
    """Remove a row."""
    found = site_of(call, site)
    held = list_of(found, of)
    row = item_of(held, item)
    call.sandbox.sharepoint.acts.delete(found, held, row, _writer(call, found))
    return call.json(None, 204)
