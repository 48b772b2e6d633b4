"""A table of ours as a list of SharePoint: list and columns made where missing, rows kept alike.

The first column of the table is the list's own title column, by which a row is found again. Columns
of others stay as they are, and so do rows whose title was never one of ours.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from hashlib import sha256
from math import isclose
from typing import Any
from xml.sax.saxutils import quoteattr

from cophub import ConfigError, Context, Json, SourceUnavailable
from cophub.connector import Sheet
from cophub.connectors.sharepoint.client import answer, rest, rest_json
from cophub.connectors.sharepoint.settings import Settings
from cophub.connectors.sharepoint.sites import ListRef, SiteRef, list_of, lists_of
from cophub.connectors.sharepoint.writing import Conflict, post, run, writer

Ctx = Context[Settings]
Cell = str | float | None

TYPES = {"text": "Text", "number": "Number"}
TITLE = "Title"
PAGE = 5000
LONGEST = 255
"""Characters of a text column."""
ROUNDS = 3
"""How often rows are compared and written, where others change them meanwhile."""
_NAME_HINT, _IN_VIEW = 8, 16
_FIELDS = "InternalName,EntityPropertyName,Title,TypeAsString,Hidden,ReadOnlyField,FromBaseType"


@dataclass
class Counts:
    """How many rows were sent, were as they should be, and were taken away."""

    sent: int = 0
    unchanged: int = 0
    removed: int = 0


@dataclass(frozen=True)
class Held:
    """A row that the list has."""

    id: int
    etag: str
    values: tuple[Cell, ...]


@dataclass
class Due:
    """What is to be written so that the list is as the table."""

    make: list[tuple[Cell, ...]] = field(default_factory=list)
    change: list[tuple[Held, Json]] = field(default_factory=list)
    remove: list[Held] = field(default_factory=list)
    same: int = 0

    def __bool__(self) -> bool:
        return bool(self.make or self.change or self.remove)


def ensure_list(ctx: Ctx, site: SiteRef, title: str) -> ListRef:
    """The list with this title; made where there is none. Raises ConfigError for a library."""
    for of in lists_of(ctx, site):
        if of.title.casefold() == title.casefold():
            if of.template != 100:
                raise ConfigError(
                    f'"{of.title}" of {site.url} is no plain list, so that the table cannot be'
                    " written there; name another one in list"
                )
            return of
    from office365.sharepoint.lists.creation_information import ListCreationInformation
    from office365.sharepoint.lists.templates.type import ListTemplateType

    asked = ListCreationInformation(Title=title, BaseTemplate=ListTemplateType.GenericList)
    made = writer(ctx, site.url).web.lists.add(asked)
    run(ctx, site.url)
    ctx.shared.pop(f"sharepoint:lists:{site.key}", None)
    return list_of(site, made.properties)


def ensure_columns(ctx: Ctx, of: ListRef, sheet: Sheet) -> list[str]:
    """What the API calls the list's column of each of the table's; made where missing.

    Raises ConfigError for a column of that title that holds something else.
    """
    columns = sheet.columns[1:]
    found = _columns(_fields(ctx, of), columns, of)
    missing = [column for column, one in zip(columns, found, strict=True) if one is None]
    if missing:
        for title, kind in missing:
            _make_column(ctx, of, title, kind)
        found = _columns(_fields(ctx, of), columns, of)
    if None in found:
        raise SourceUnavailable(
            f'columns of the list "{of.title}" of {of.site.url} were made and are not there; the'
            " next run tries again"
        )
    return [TITLE, *(str(one.get("EntityPropertyName") or one["InternalName"])
                     for one in found if one)]  # fmt: skip


def _columns(
    known: list[Json], columns: tuple[tuple[str, str], ...], of: ListRef
) -> list[Json | None]:
    """The list's column for each of the table's, no two the same."""
    left = [one for one in known if not one.get("Hidden")]
    found = []
    for title, kind in columns:
        one = _column(left, title, kind, of)
        if one is not None:
            left.remove(one)
        found.append(one)
    return found


def _fields(ctx: Ctx, of: ListRef) -> list[Json]:
    path = f"web/lists(guid'{of.id}')/fields"
    found = rest_json(ctx, of.site.url, path, {"$select": _FIELDS})
    columns: list[Json] = found.get("value") or found.get("results") or []
    return columns


def _column(known: list[Json], title: str, kind: str, of: ListRef) -> Json | None:
    """The column that is ours by its internal name, whatever it is called now; or by its title."""
    own = internal_name(title)
    for one in known:
        if one.get("InternalName") == own:
            return one
    for one in known:
        if (one.get("Title") or "").casefold() != title.casefold() or one.get("FromBaseType"):
            continue
        if one.get("TypeAsString") == TYPES[kind] and not one.get("ReadOnlyField"):
            return one
        raise ConfigError(
            f'the column "{title}" of the list "{of.title}" of {of.site.url} is of the type'
            f" {one.get('TypeAsString')}, and the table needs {TYPES[kind]}; rename the column, or"
            " name another list"
        )
    return None


def internal_name(title: str) -> str:
    """The name that a column of ours keeps when somebody renames it."""
    plain = re.sub(r"[^A-Za-z0-9]", "", title)[:20]
    return f"C{plain}_{sha256(title.encode()).hexdigest()[:6]}"


def _make_column(ctx: Ctx, of: ListRef, title: str, kind: str) -> None:
    from office365.runtime.queries.service_operation import ServiceOperationQuery
    from office365.sharepoint.fields.field import Field
    from office365.sharepoint.fields.xmlSchemaFieldCreationInformation import (
        XmlSchemaFieldCreationInformation,
    )

    name = quoteattr(internal_name(title))
    schema = (
        f"<Field Type={quoteattr(TYPES[kind])} DisplayName={quoteattr(title)} Name={name}"
        f" StaticName={name} />"
    )
    client = writer(ctx, of.site.url)
    fields = client.web.lists.get_by_id(of.id).fields
    asked = XmlSchemaFieldCreationInformation(schema, _NAME_HINT | _IN_VIEW)
    body: Any = {"parameters": asked}
    client.add_query(
        ServiceOperationQuery(fields, "CreateFieldAsXml", None, body, None, Field(client))
    )
    run(ctx, of.site.url)


def fill_list(ctx: Ctx, of: ListRef, sheet: Sheet, names: list[str], ours: set[str]) -> Counts:
    """Make the rows of the list those of the table. `ours` are the titles that were ever ours.

    It compares, writes and compares again, until there is nothing to write: so that a row that
    somebody changed meanwhile, or that a lost answer made twice, comes right.
    """
    counts = Counts()
    for number in range(ROUNDS):
        due = _compared(list(_rows(ctx, of, names)), sheet, names, ours)
        if not number:
            counts.unchanged = due.same
        if not due:
            return counts
        _write(ctx, of, names, due, counts)
    raise SourceUnavailable(
        f'the list "{of.title}" of {of.site.url} was changed again and again while it was written;'
        " the next run tries again"
    )


def _compared(rows: list[Held], sheet: Sheet, names: list[str], ours: set[str]) -> Due:
    due, left = Due(), {str(row[0]): row for row in sheet.rows}
    mine = ours | left.keys()
    for held in rows:
        key = str(held.values[0] or "")
        wanted = left.pop(key, None)
        if wanted is None:
            if key in mine:  # gone from the table, or there twice
                due.remove.append(held)
        elif changed := _changes(held, wanted, names):
            due.change.append((held, changed))
        else:
            due.same += 1
    due.make = list(left.values())
    return due


def _changes(held: Held, wanted: tuple[Cell, ...], names: list[str]) -> Json:
    pairs = zip(names, held.values, wanted, strict=True)
    return {name: cell_of(new) for name, old, new in pairs if not _alike(old, cell_of(new))}


def cell_of(value: Cell) -> Cell:
    """A cell as the list can hold it."""
    return value[:LONGEST] if isinstance(value, str) else value


def _alike(old: Cell, new: Cell) -> bool:
    if isinstance(old, int | float) and isinstance(new, int | float):
        return isclose(old, new, rel_tol=1e-12)
    return (old or None) == (new or None) if isinstance(old or new, str) else old == new


def _rows(ctx: Ctx, of: ListRef, names: list[str]) -> Iterator[Held]:
    """Every row of the list with its ETag, by id."""
    client = rest(ctx, of.site.url)
    query = {"$select": ",".join(["Id", *names]), "$orderby": "ID", "$top": str(PAGE)}
    headers = {"Accept": "application/json;odata=minimalmetadata"}
    request = client.build_request(
        "GET", f"web/lists(guid'{of.id}')/items", params=query, headers=headers
    )
    last = 0
    while True:
        page = answer(client.send(request), of.site.url)
        for row in page.get("value", []):
            yield Held(int(row["Id"]), str(row.get("odata.etag") or "*"),
                       tuple(row.get(name) for name in names))  # fmt: skip
        rows, link = page.get("value", []), page.get("odata.nextLink")
        if not link or not rows or int(rows[-1]["Id"]) <= last:
            return
        last = int(rows[-1]["Id"])
        # By its own words: a link leads to SharePoint's host, which a proxy may stand before.
        after = {**query, "$skiptoken": f"Paged=TRUE&p_ID={last}"}
        request = client.build_request(
            "GET", f"web/lists(guid'{of.id}')/items", params=after, headers=headers
        )


def _write(ctx: Ctx, of: ListRef, names: list[str], due: Due, counts: Counts) -> None:
    site, items = of.site.url, f"web/lists(guid'{of.id}')/items"
    total = len(due.make) + len(due.change) + len(due.remove)
    for row in due.make:
        body = dict(zip(names, map(cell_of, row), strict=True))
        post(ctx, site, items, {name: cell for name, cell in body.items() if cell is not None})
        counts.sent += 1
        ctx.progress("rows", counts.sent, total)
    for held, changed in due.change:
        try:
            post(ctx, site, f"{items}({held.id})", changed, method="MERGE", match=held.etag)
            counts.sent += 1
        except Conflict as conflict:  # the next round sees what it is now
            ctx.log.info("%s", conflict)
        ctx.progress("rows", counts.sent, total)
    for held in due.remove:
        post(ctx, site, f"{items}({held.id})/recycle", {})
        counts.removed += 1
