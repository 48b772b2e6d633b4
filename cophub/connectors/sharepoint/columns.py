"""The columns of a list: found by the name that people see, or by the one that never changes.

Internal names are encoded (`Start_x0020_Date`) and stay when a column is renamed, so that a mapping
by title is resolved to them each run.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from cophub import ConfigError, Context, Json
from cophub.connectors.microsoft.graph import graph_pages
from cophub.connectors.sharepoint.client import execute, graph_client, office, shared
from cophub.connectors.sharepoint.rows import ListRef
from cophub.connectors.sharepoint.settings import Settings

FIELD_FIELDS = ("InternalName", "Title", "TypeAsString", "Hidden")
MOST_JOINED = 10
"""Columns of people and of other lists' rows that one query may have: the vendor joins 12, and
author and editor are two of them."""
_ENCODED = re.compile(r"_x([0-9a-fA-F]{4})_")
_PERSONS = ("User", "UserMulti")
_LOOKUPS = ("Lookup", "LookupMulti")
_FACETS = {
    "personOrGroup": "User", "lookup": "Lookup", "dateTime": "DateTime", "boolean": "Boolean",
    "number": "Number", "currency": "Currency", "choice": "Choice", "text": "Text",
    "hyperlinkOrPicture": "URL", "calculated": "Calculated", "term": "TaxonomyFieldType",
}  # fmt: skip


@dataclass(frozen=True)
class Column:
    """One column of a list."""

    name: str
    """Internal, as the vendor encodes it."""
    title: str
    kind: str
    """SharePoint's type, such as Text, Note, DateTime, User, LookupMulti or URL."""
    hidden: bool = False

    @property
    def person(self) -> bool:
        """Whether it names people."""
        return self.kind in _PERSONS

    @property
    def lookup(self) -> bool:
        """Whether it shows rows of another list."""
        return self.kind in _LOOKUPS


def columns_of(ctx: Context[Settings], of: ListRef) -> list[Column]:
    """The columns of a list; asked for once a run."""
    by = _by_graph if ctx.settings.by_graph else _by_rest
    return shared(ctx, f"columns:{of.id}", lambda: by(ctx, of))


def _by_rest(ctx: Context[Settings], of: ListRef) -> list[Column]:
    lists = office(ctx, of.site.url).web.lists
    found = lists.get_by_id(of.id).fields.get().select(list(FIELD_FIELDS))
    execute(ctx, of.site.url)
    return [column_of(one.properties) for one in found]


def column_of(found: Json) -> Column:
    """A column from its properties (SP.Field)."""
    return Column(
        name=found["InternalName"],
        title=found.get("Title") or "",
        kind=found.get("TypeAsString") or "",
        hidden=bool(found.get("Hidden")),
    )


def _by_graph(ctx: Context[Settings], of: ListRef) -> list[Column]:
    path = f"sites/{of.site.graph_id}/lists/{of.id}/columns"
    columns: list[Column] = []
    pages: Any = graph_pages(graph_client(ctx), path)
    for page in pages:
        for one in page.value:
            kind = next((kind for facet, kind in _FACETS.items() if one.get(facet) is not None), "")
            hidden = bool(one.get("hidden"))
            columns.append(Column(one["name"], one.get("displayName") or "", kind, hidden))
    return columns


def find(columns: Iterable[Column], wanted: str) -> Column | None:
    """The column called `wanted`: by internal name, encoded or not, else by title.

    Several columns may show one title (`Title`, and the same as a link); the plain one is meant.
    """
    known = list(columns)
    for column in known:
        if wanted in (column.name, decoded(column.name)):
            return column
    word = wanted.strip().casefold()
    found = [column for column in known if column.title.strip().casefold() == word]
    found.sort(key=lambda column: (column.hidden, column.kind in ("Computed", "")))
    return found[0] if found else None


def decoded(name: str) -> str:
    """An internal name as it was typed: `Start_x0020_Date` is `Start Date`."""
    plain = name.removeprefix("OData_") if name.startswith("OData__") else name
    return _ENCODED.sub(lambda found: chr(int(found[1], 16)), plain)


def resolved(ctx: Context[Settings], of: ListRef, wanted: dict[str, str]) -> dict[str, Column]:
    """The column for each field of a mapping.

    Raises ConfigError, which names the missing one and those there, or more of other tables' than
    SharePoint joins.
    """
    columns = columns_of(ctx, of)
    found = {field: find(columns, name) for field, name in wanted.items()}
    if missing := [wanted[field] for field, column in found.items() if column is None]:
        there = sorted({column.title for column in columns if not column.hidden and column.title})
        raise ConfigError(
            f'source "{ctx.source}": the list "{of.title}" of {of.site.url} has no column'
            f' "{missing[0]}"; it has {", ".join(there)}. Set it under lists in the settings'
        )
    chosen = {field: column for field, column in found.items() if column is not None}
    joined = {column.name for column in chosen.values() if column.person or column.lookup}
    if len(joined) > MOST_JOINED:
        raise ConfigError(
            f'source "{ctx.source}": {len(joined)} of the columns that are mapped of the list'
            f' "{of.title}" of {of.site.url} name people or rows of other lists, and SharePoint'
            f" reads no more than {MOST_JOINED} of those at once; map fewer under lists in the"
            " settings"
        )
    return chosen
