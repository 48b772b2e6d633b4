"""Records turned into rows: grouped by table and by the fields that were set.

Grouping by the set fields is what lets an upsert write only those, with one statement a group.
"""

from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import cache
from operator import itemgetter
from typing import Any

import msgspec
from msgspec import UNSET
from msgspec.structs import astuple

from cophub.error_codes import NOT_KEPT
from cophub.errors import PluginError
from cophub.records import RECORDS, Record, Reject
from cophub.warehouse.columns import Kind, field_kinds
from cophub.warehouse.values import Failures, convert

Row = tuple[Any, ...]


@dataclass(frozen=True, slots=True)
class Rows:
    """Rows for one table that set the same columns; a key is there once. Key columns come first."""

    table: str
    columns: tuple[str, ...]
    rows: list[Row]


@dataclass
class Batch:
    """Records as rows, ready to be stored."""

    groups: list[Rows] = field(default_factory=list)
    seen: int = 0
    """Records that became rows; two records of one key count twice."""
    dropped: int = 0
    """Records left out because they are about somebody who was erased."""
    erased: dict[str, str] = field(default_factory=dict)
    """Accounts that turned out to belong to somebody who was erased: their key, and its hash."""


@dataclass(frozen=True)
class Shape:
    """What a record type is as a row: its fields, key first and digest last, and their places."""

    table: str
    fields: tuple[str, ...]
    kinds: tuple[Kind, ...]
    places: tuple[int, ...]
    key_length: int
    may_be_empty: frozenset[str]
    """Key fields of which "" is a value: those that have it as their default."""
    earliest: tuple[str, ...]


@cache
def shape_of(record: type[Record]) -> Shape:
    """The shape of one of cophub's record types; PluginError for any other class."""
    if record not in RECORDS:
        names = ", ".join(kind.__name__ for kind in RECORDS)
        raise PluginError(f"{record.__name__} is not a record: yield one of {names}")
    kinds = field_kinds(record)
    others = tuple(name for name in kinds if name not in (*record.KEY, "digest"))
    fields = (*record.KEY, *others, "digest")
    places = {name: place for place, name in enumerate(record.__struct_fields__)}
    defaults = {item.name for item in msgspec.structs.fields(record) if item.default == ""}
    return Shape(
        table=record.TABLE,
        fields=fields,
        kinds=tuple(kinds[name] for name in fields),
        places=tuple(places[name] for name in fields),
        key_length=len(record.KEY),
        may_be_empty=frozenset(defaults),
        earliest=record.EARLIEST,
    )


SHAPES: dict[str, Shape] = {record.TABLE: shape_of(record) for record in RECORDS}
_ORDER = {record: place for place, record in enumerate(RECORDS)}


@dataclass
class _Block:
    """Rows of one table: a column for each field that any record sets, UNSET where one does not."""

    shape: Shape
    columns: list[str] = field(default_factory=list)
    ragged: list[bool] = field(default_factory=list)
    rows: list[Row] = field(default_factory=list)


Sift = Callable[[Shape, list[str], list[Row]], list[Row]]
"""Of a table's columns and rows, the rows that may be kept."""


def make_batch(records: Sequence[Record], sift: Sift) -> tuple[Batch, list[Reject]]:
    """The records as rows, and a Reject for each that has a value no column can hold.

    Accounts come to `sift` before what refers to them.
    """
    by_type: dict[type[Record], list[Record]] = defaultdict(list)
    for record in records:
        by_type[type(record)].append(record)
    batch, rejects = Batch(), []
    for kind in sorted(by_type, key=lambda kind: _ORDER.get(kind, -1)):
        block, refused = _rows_of(shape_of(kind), by_type[kind])
        rows = block.rows
        block.rows = sift(block.shape, block.columns, rows)
        batch.seen += len(block.rows)
        batch.dropped += len(rows) - len(block.rows)
        batch.groups += _groups(block)
        rejects += refused
    return batch, rejects


def _rows_of(shape: Shape, records: list[Record]) -> tuple[_Block, list[Reject]]:
    """The records as a block of rows, without those that are rejected."""
    given = list(zip(*map(astuple, records), strict=True))
    block, converted = _Block(shape), []
    wrong: dict[int, tuple[str, str]] = {}
    for name, kind, place in zip(shape.fields, shape.kinds, shape.places, strict=True):
        column = convert(kind, given[place])
        if column is None:
            continue
        failures = column.failures
        if kind == "key" and name not in shape.may_be_empty and not all(column.values):
            failures = _empty_keys(column.values) | failures
        for at, reason in failures.items():
            wrong.setdefault(at, (name, reason))
        block.columns.append(name)
        block.ragged.append(column.ragged)
        converted.append(column.values)
    block.rows = list(zip(*converted, strict=True))
    if wrong:
        block.rows = [row for at, row in enumerate(block.rows) if at not in wrong]
    return block, [_reject(shape, records[at], *what) for at, what in sorted(wrong.items())]


def _empty_keys(values: Sequence[Any]) -> Failures:
    return {at: "a key cannot be empty" for at, value in enumerate(values) if not value}


def _reject(shape: Shape, record: Record, name: str, reason: str) -> Reject:
    key = "/".join(str(getattr(record, part)) for part in shape.fields[: shape.key_length])
    try:
        item = msgspec.to_builtins(record, str_keys=True)
    except (TypeError, ValueError, RecursionError):
        item = None  # it holds what cannot be written down; the reason says which field
    return Reject(reason=reason, record=shape.table, key=key, field=name, item=item, code=NOT_KEPT)


def _merged(block: _Block) -> list[Row]:
    """One row a key: of several, a later one overwrites what it sets."""
    length = block.shape.key_length
    key_of = itemgetter(slice(length))
    if len(set(map(key_of, block.rows))) == len(block.rows):
        return block.rows
    earliest = [block.columns.index(name) for name in block.shape.earliest if name in block.columns]
    merged: dict[Row, Row] = {}
    for row in block.rows:
        key = key_of(row)
        merged[key] = _overwrite(merged[key], row, earliest) if key in merged else row
    return list(merged.values())


def _overwrite(older: Row, newer: Row, earliest: list[int]) -> Row:
    row = [old if new is UNSET else new for old, new in zip(older, newer, strict=True)]
    for place in earliest:
        known = [value for value in (older[place], newer[place]) if isinstance(value, str)]
        if known:
            row[place] = min(known)
    return tuple(row)


def _groups(block: _Block) -> list[Rows]:
    """The rows in groups that set the same columns; mostly there is one."""
    rows, table = _merged(block), block.shape.table
    if not rows:
        return []
    ragged = [at for at, is_ragged in enumerate(block.ragged) if is_ragged]
    if not ragged:
        return [Rows(table, tuple(block.columns), rows)]
    groups: dict[tuple[int, ...], list[Row]] = defaultdict(list)
    for row in rows:
        groups[tuple([at for at in ragged if row[at] is UNSET])].append(row)
    return [_without(block, members, left_out) for left_out, members in groups.items()]


def _without(block: _Block, rows: list[Row], left_out: tuple[int, ...]) -> Rows:
    places = [at for at in range(len(block.columns)) if at not in left_out]
    names = tuple(block.columns[at] for at in places)
    return Rows(block.shape.table, names, [tuple([row[at] for at in places]) for row in rows])
