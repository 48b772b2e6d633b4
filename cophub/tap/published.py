"""What the tap gives: the views and tables that have a version, and the vendors' side.

What is here is known without a warehouse, so a catalog can be made anywhere.
"""

from dataclasses import dataclass
from functools import cache
from typing import Any

from sqlalchemy import Column, Date, Select, String, Table, TextualSelect, column, select, text
from sqlalchemy.types import Boolean, Double, Integer, TypeEngine

from cophub.hub.export_people import QUERIES
from cophub.warehouse import privacy, tables
from cophub.warehouse.columns import Instant, Json
from cophub.warehouse.contract import KINDS, Shape, current
from cophub.warehouse.privacy import Tag
from cophub.warehouse.views import VIEWS

REPLICATION_KEY = "run"
_VIEW_KEYS = {
    "event_person": ("source", "event", "person"),
    "member": ("person", "community"),
    "community_overlap": ("community_a", "community_b"),
    "person_communities": ("person",),
    "community_organization": ("community", "organization"),
    "freshness": ("source", "stream"),
    "measure_quarter": ("community", "quarter", "measure"),
    "measure_community": ("community", "quarter", "measure"),
    "measure_across": ("community", "quarter", "measure"),
    "warehouse_contract": ("name",),
}
"""Which columns tell the rows of a view apart; those of acts and signs may be alike."""
_EXPORTED_KEYS: dict[str, tuple[str, ...]] = {
    "person": ("id",),
    "person_account": ("source", "account"),
    "affiliation": (),
}
"""The same of tables that are given in the form in which they are exported."""
_EXPORTED_ONLY: dict[str, tuple[Tag, str]] = {
    "organization_name": ("sensitive", "Name of the organisation"),
    "accounts": ("plain", "How many accounts are theirs"),
}
"""Columns of these forms that the table does not have."""
_TYPES: tuple[tuple[type[TypeEngine[Any]], str], ...] = (
    (Instant, "instant"), (Json, "json"), (Boolean, "flag"), (Integer, "count"),
    (Double, "number"), (Date, "day"), (String, "text"),
)  # fmt: skip
_SCHEMAS: dict[str, dict[str, Any]] = {
    "text": {"type": "string"},
    "instant": {"type": "string", "format": "date-time"},
    "day": {"type": "string", "format": "date"},
    "count": {"type": "integer"},
    "number": {"type": "number"},
    "flag": {"type": "boolean"},
    "json": {"type": "array", "items": {"type": "string"}},
    "extra": {"type": "object"},
}


@dataclass(frozen=True)
class Told:
    """A column of a stream."""

    kind: str
    """text, instant, day, count, number, flag, json (a list of words) or extra (an object)."""
    tag: Tag
    what: str


@dataclass(frozen=True)
class Published:
    """A stream: a table or view, and how its rows are told apart."""

    name: str
    keys: tuple[str, ...]
    columns: dict[str, Told]
    for_all: bool
    """Whether it tells of no single person: it is selected unless somebody says otherwise."""
    incremental: bool
    """Whether rows that changed since can be read alone."""
    version: str | None
    """Of the contract with readers; None on the vendors' side."""

    @property
    def schema(self) -> dict[str, Any]:
        """Its JSON schema; whatever is no key may be null."""
        return {
            "type": "object",
            "properties": {name: self._property(name) for name in self.columns},
        }

    def _property(self, name: str) -> dict[str, Any]:
        told = self.columns[name]
        schema = dict(_SCHEMAS[told.kind])
        if name not in self.keys:
            schema["type"] = [schema["type"], "null"]
        return {**schema, "description": told.what}

    def query(self, wanted: list[str]) -> Select[Any] | TextualSelect:
        """The rows with these columns and no others."""
        if self.name in QUERIES:
            whole = QUERIES[self.name]().order_by(None).subquery()
            return select(*(whole.c[name] for name in wanted))
        if (table := tables.metadata.tables.get(self.name)) is not None:
            return select(*(table.c[name] for name in wanted))
        types = {name: KINDS[self.columns[name].kind] for name in wanted}
        names = ", ".join(f'"{name}"' for name in wanted)
        return text(f'SELECT {names} FROM "{self.name}"').columns(
            *(column(name, types[name]) for name in wanted)
        )


@cache
def published() -> dict[str, Published]:
    """Every stream by name."""
    found = [_versioned(shape) for shape in current().values()]
    found += [_vendors(table) for table in tables.VENDOR_TABLES.values()]
    found.append(_vendors(tables.membership_period))
    return {one.name: one for one in sorted(found, key=lambda one: one.name)}


def _versioned(shape: Shape) -> Published:
    name, table = shape.name, tables.metadata.tables.get(shape.name)
    tags = privacy.tags(name)
    if table is None:
        words = next(view.columns for view in VIEWS if view.name == name)
        keys = _VIEW_KEYS.get(name, ())
        columns = {
            each: Told(kind, tags[each], words[each]) for each, kind in shape.columns.items()
        }
    elif name in QUERIES:
        keys = _EXPORTED_KEYS[name]
        columns = {
            each.name: _exported(each, table, tags) for each in QUERIES[name]().subquery().columns
        }
    else:
        keys = tuple(each.name for each in table.primary_key)
        columns = {each.name: _told(each, tags) for each in table.columns}
    return Published(name, keys, columns, shape.readers == "all", False, shape.version)


def _vendors(table: Table) -> Published:
    tags = privacy.tags(table.name)
    keys = tuple(each.name for each in table.primary_key)
    columns = {each.name: _told(each, tags) for each in table.columns if each.name != "digest"}
    for_all = all(tags[key] == "plain" for key in keys)
    return Published(table.name, keys, columns, for_all, REPLICATION_KEY in columns, None)


def _told(found: Column[Any], tags: dict[str, Tag]) -> Told:
    kind = "extra" if found.name == "extra" else _kind(found.type)
    return Told(kind, tags[found.name], str(found.comment or ""))


def _exported(found: Any, table: Table, tags: dict[str, Tag]) -> Told:
    if found.name in _EXPORTED_ONLY:
        return Told(_kind(found.type), *_EXPORTED_ONLY[found.name])
    return _told(table.c[found.name], tags)


def _kind(kind: TypeEngine[Any]) -> str:
    return next(name for known, name in _TYPES if isinstance(kind, known))


__all__ = ["REPLICATION_KEY", "Published", "Told", "published"]
