"""Rows of a list: pages of them, one of them, and writing them."""

import re
from typing import Any
from urllib.parse import quote

from cophub.sandbox.microsoft.refusals import Refusal
from cophub.sandbox.microsoft.sharepoint.addresses import By, rest
from cophub.sandbox.microsoft.sharepoint.asking import Ask, invalid, too_many
from cophub.sandbox.microsoft.sharepoint.filters import ordered, passing
from cophub.sandbox.microsoft.sharepoint.odata import Many, Plain, Thing
from cophub.sandbox.microsoft.sharepoint.rows import Rows
from cophub.sandbox.microsoft.sharepoint.state import Item, SPList
from cophub.sandbox.microsoft.sharepoint.values import read

USUAL, MOST = 100, 5_000
_AFTER = re.compile(r"Paged=TRUE(?:&|.*&)p_ID=(\d+)", re.IGNORECASE)
CONFLICT = "-2130575305, Microsoft.SharePoint.SPException"


@rest("GET", "web/lists()/items")
def items(ask: Ask, by: By) -> Many:
    """A page of rows; `$skip` is passed over, a skiptoken that is no good begins at the start."""
    of = ask.list(by)
    size = ask.number("$top", USUAL)
    if not 0 < size <= MOST:
        raise too_many()
    text, order = ask.query.get("$filter", ""), ask.query.get("$orderby", "")
    rows = passing(ask, of, text) if text else list(of.items.values())
    if order:
        rows = ordered(ask, of, rows, order)
    after = _AFTER.search(ask.query.get("$skiptoken", ""))
    start = _start(rows, int(after[1]), order) if after else 0
    writer = Rows(ask, of)
    shown = rows[start : start + size]
    more = start + size < len(rows)
    next_page = _next(ask, shown[-1], size) if more else None
    return Many([writer.thing(item) for item in shown], next_page)


def _start(rows: list[Item], after: int, order: str) -> int:
    """Where the page after a row begins."""
    if order and order.strip().lower() not in ("id", "id asc"):
        found = next((at for at, item in enumerate(rows) if item.id == after), None)
        return 0 if found is None else found + 1
    low, high = 0, len(rows)
    while low < high:
        middle = (low + high) // 2
        if rows[middle].id <= after:
            low = middle + 1
        else:
            high = middle
    return low


def _next(ask: Ask, last: Item, size: int) -> str:
    """The next link, whose own `&` and `=` are encoded."""
    parameters = {
        name: value
        for name, value in ask.call.query.items()
        if name.lower() not in ("$skiptoken", "$top", "$skip")
    }
    base = "https://elsewhere.example" if ask.sp.foreign_next else ask.call.base
    token = ask.query.get("$skiptoken", "p_ID=0")
    after = token.rpartition("p_ID=")[2] if ask.sp.repeat_next else last.id
    text = f"$skiptoken=Paged%3dTRUE%26p_ID%3d{after}".replace("$", "%24", 1)
    for name, value in parameters.items():
        text += f"&{quote(name)}={quote(value, safe=',/')}"
    path = quote(ask.call.path, safe="/()'=_-.~@$")
    return f"{base}{path}?{text}&%24top={size}"


@rest("GET", "web/lists()/items()")
def one_item(ask: Ask, by: By, number: By) -> Thing:
    """One row."""
    of = ask.list(by)
    return Rows(ask, of).thing(ask.item(of, number))


@rest("GET", "web/lists()/items()/fieldvaluesastext")
def as_text(ask: Ask, by: By, number: By) -> Plain:
    """The values as people read them."""
    of = ask.list(by)
    item = ask.item(of, number)
    data = {name: str(item.fields.get(name) or "") for name in of.columns}
    return Plain(data, "SP.FieldStringValues")


# Writing


def _values(ask: Ask, of: SPList, body: dict[str, Any]) -> dict[str, Any]:
    values: dict[str, Any] = {}
    for name, value in body.items():
        if name in ("__metadata", "odata.type", "ContentTypeId") or name.endswith("StringId"):
            continue
        column = of.column(name)
        if column is None:
            raise invalid(
                f"The property '{name}' does not exist on type 'SP.Data.{of.entity}Item'. Make "
                "sure to only use property names that are defined by the type.",
                "-1, Microsoft.SharePoint.Client.InvalidClientQueryException",
            )
        if column.read_only:
            continue
        try:
            values[column.name] = read(column, value)
        except (ValueError, TypeError) as error:
            raise invalid(
                f"Cannot convert the value of '{name}': {error}",
                "-1, Microsoft.SharePoint.Client.InvalidClientQueryException",
            ) from error
    return values


@rest("POST", "web/lists()/items", write=True)
def add_item(ask: Ask, by: By) -> Thing:
    """A new row."""
    of = ask.list(by)
    made = ask.acts.add_item(ask.site, of, _values(ask, of, ask.body()), ask.by)
    return Rows(ask, of).thing(made)


def demand_match(ask: Ask, version: int) -> None:
    """412 unless If-Match names this version, or any."""
    wanted = ask.call.headers.get("if-match", "*").strip()
    if wanted != "*" and wanted.removeprefix("W/").strip('"').rpartition(",")[2] != str(version):
        words = "The request ETag value does not match the object's ETag value."
        code = "-1, Microsoft.SharePoint.Client.ClientServiceException"
        raise Refusal(412, code, words)


@rest("MERGE", "web/lists()/items()", write=True)
def change_item(ask: Ask, by: By, number: By) -> None:
    """New values for a row, if nobody changed it meanwhile."""
    of = ask.list(by)
    item = ask.item(of, number)
    demand_match(ask, item.version)
    ask.acts.edit(ask.site, of, item, ask.by, **_values(ask, of, ask.body()))


@rest("DELETE", "web/lists()/items()", write=True)
def delete_item(ask: Ask, by: By, number: By) -> None:
    """Remove a row, if nobody changed it meanwhile."""
    of = ask.list(by)
    item = ask.item(of, number)
    demand_match(ask, item.version)
    ask.acts.delete(ask.site, of, item, ask.by)


@rest("POST", "web/lists()/items()/recycle", write=True)
def recycle_item(ask: Ask, by: By, number: By) -> Plain:
    """Put a row into the recycle bin."""
    of = ask.list(by)
    item = ask.item(of, number)
    ask.acts.delete(ask.site, of, item, ask.by)
    return Plain({"value": item.unique}, "Edm.Guid", "Recycle")
