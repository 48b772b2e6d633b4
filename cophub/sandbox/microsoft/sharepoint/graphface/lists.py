"""Lists of a site and their columns."""

from typing import Any

from cophub.sandbox.microsoft.graph.odata import Row, context
from cophub.sandbox.microsoft.routes import Call, Reply, route
from cophub.sandbox.microsoft.sharepoint.graphface.common import (
    READ,
    chosen,
    dated,
    identity,
    list_of,
    listing,
    site_of,
    web_url,
)
from cophub.sandbox.microsoft.sharepoint.state import SYSTEM_ACCOUNT, Column, Site, SPList
from cophub.sandbox.microsoft.tenant import guid

TEMPLATES = {
    100: "genericList", 101: "documentLibrary", 106: "events", 108: "discussionBoard",
    119: "webPageLibrary", 112: "userInformation",
}  # fmt: skip
FACETS: dict[str, tuple[str, Any]] = {
    "Text": ("text", {"allowMultipleLines": False, "maxLength": 255}),
    "Note": ("text", {"allowMultipleLines": True}),
    "DateTime": ("dateTime", {"displayAs": "default", "format": "dateTime"}),
    "Number": ("number", {"decimalPlaces": "automatic"}), "Integer": ("number", {}),
    "Counter": ("number", {}), "Currency": ("currency", {"locale": "en-us"}),
    "Boolean": ("boolean", {}), "AllDayEvent": ("boolean", {}), "Recurrence": ("boolean", {}),
    "Choice": ("choice", {"allowTextEntry": False}), "URL": ("hyperlinkOrPicture", {}),
    "MultiChoice": ("choice", {"displayAs": "checkBoxes"}),
    "User": ("personOrGroup", {"allowMultipleSelection": False}),
    "UserMulti": ("personOrGroup", {"allowMultipleSelection": True}),
    "Lookup": ("lookup", {"allowMultipleValues": False, "columnName": "Title"}),
    "LookupMulti": ("lookup", {"allowMultipleValues": True, "columnName": "Title"}),
}  # fmt: skip


def shown_lists(call: Call, site: Site) -> list[SPList]:
    """The lists of a site; the system's own only to those who select `system`."""
    everything = "system" in call.query.get("$select", "").split(",")
    rows = [of for of in site.lists.values() if everything or not of.hidden]
    return sorted(rows, key=lambda of: of.title.lower())


def list_row(call: Call, site: Site, of: SPList) -> Row:
    """A list."""
    template = TEMPLATES.get(of.template, "genericList")
    row: Row = {
        "@odata.etag": f'"{of.id},{len(of.columns)}"', **dated(of), "description": of.description,
        "eTag": f'"{of.id},{len(of.columns)}"', "id": of.id, "name": of.root.rsplit("/", 1)[-1],
        "webUrl": web_url(site, of.root), "displayName": of.title,
        "createdBy": identity(site, SYSTEM_ACCOUNT), "parentReference": {"siteId": site.graph_id},
        "list": {"contentTypesEnabled": of.library, "hidden": of.hidden, "template": template},
    }  # fmt: skip
    if of.hidden:
        row["system"] = {}
    return chosen(call, row)


def column_row(of: SPList, column: Column) -> Row:
    """A column; what it holds is told by which facet is there."""
    row: Row = {
        "columnGroup": "Custom Columns" if column.own else "_Hidden", "description": "",
        "displayName": column.title, "enforceUniqueValues": False, "hidden": column.hidden,
        "id": guid(of.id, "field", column.name), "indexed": column.indexed, "name": column.name,
        "readOnly": column.read_only, "required": False,
    }  # fmt: skip
    if column.type in FACETS:
        facet, about = FACETS[column.type]
        more: Row = {}
        if column.type in ("Choice", "MultiChoice"):
            more = {"choices": list(column.choices)}
        elif column.lookup_list:
            more = {"listId": column.lookup_list}
        elif column.bare:
            more = {"format": "dateOnly"}
        row[facet] = about | more
    return row


@route("GET", "/v1.0/sites/{site}/lists", needs=READ, cost=2)
def lists(call: Call, site: str) -> Reply:
    """The lists of a site."""
    found = site_of(call, site)
    rows = list(enumerate(shown_lists(call, found), 1))
    return listing(call, "lists", rows, lambda of: list_row(call, found, of))


@route("GET", "/v1.0/sites/{site}/lists/{of}", needs=READ)
def one_list(call: Call, site: str, of: str) -> Reply:
    """One list; `$expand=columns` gives its columns."""
    found = site_of(call, site)
    held = list_of(found, of)
    row = list_row(call, found, held)
    if "columns" in call.query.get("$expand", ""):
        row["columns"] = [column_row(held, each) for each in held.columns.values()]
    return context(call, "lists/$entity") | row


@route("GET", "/v1.0/sites/{site}/lists/{of}/columns", needs=READ, cost=2)
def columns(call: Call, site: str, of: str) -> Reply:
    """The columns of a list."""
    held = list_of(site_of(call, site), of)
    return context(call, "columns") | {
        "value": [column_row(held, each) for each in held.columns.values()]
    }
