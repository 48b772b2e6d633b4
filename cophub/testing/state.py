"""What a hub would know after some items: rows by table and key, without a database."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from msgspec import UNSET

from cophub.records import Checkpoint, Gone, Item, Record, Reject
from cophub.warehouse.rows import SHAPES, make_batch

RowKey = tuple[str, ...]
"""The table, and the columns of the key."""


@dataclass
class State:
    """Rows as the warehouse would keep them; what was not said of them is not there."""

    rows: dict[RowKey, dict[str, Any]] = field(default_factory=dict)
    refused: list[Reject] = field(default_factory=list)
    """Records that the warehouse would not take."""
    taken: list[RowKey] = field(default_factory=list)
    """Rows that a `Gone` took away."""

    @classmethod
    def after(cls, items: Iterable[Item]) -> "State":
        """What is known after all of them."""
        state, gathered = cls(), list[Record]()
        for item in items:
            if isinstance(item, Gone):
                state._store(gathered)
                gathered = []
                state._take(item)
            elif not isinstance(item, Reject | Checkpoint):
                gathered.append(item)
        state._store(gathered)
        return state

    def _store(self, records: list[Record]) -> None:
        batch, refused = make_batch(records, lambda shape, columns, rows: rows)
        self.refused += refused
        for group in batch.groups:
            shape = SHAPES[group.table]
            for values in group.rows:
                row = dict(zip(group.columns, values, strict=True))
                row.pop("digest", None)
                known = self.rows.setdefault(
                    (group.table, *map(str, values[: shape.key_length])), {}
                )
                for name in shape.earliest:
                    if known.get(name) and isinstance(row.get(name), type(known[name])):
                        row[name] = min(row[name], known[name])
                known |= {name: value for name, value in row.items() if value is not UNSET}

    def _take(self, gone: Gone) -> None:
        kept = {tuple(map(str, key if isinstance(key, tuple) else (key,))) for key in gone.but}
        for key, row in list(self.rows.items()):
            if key[0] != gone.record.TABLE or key[1:] in kept:
                continue
            if not key[-1].startswith(gone.prefix):
                continue
            if all(_said(row, name) == str(value) for name, value in gone.where.items()):
                self.taken.append(key)
                del self.rows[key]


def _said(row: dict[str, Any], name: str) -> str | None:
    outer, _, inner = name.partition(".")
    value = row.get(outer)
    if inner:
        value = value.get(inner) if isinstance(value, dict) else None
    return None if value is None else str(value)


def unlike(found: State, right: State) -> Iterator[str]:
    """What is otherwise in `found`, in a few words each."""
    for key in right.rows.keys() - found.rows.keys():
        yield f"{called(key)} is missing"
    for key in found.rows.keys() - right.rows.keys():
        yield f"{called(key)} should not be there"
    for key in sorted(right.rows.keys() & found.rows.keys()):
        mine, theirs = found.rows[key], right.rows[key]
        for name in sorted(mine.keys() | theirs.keys()):
            if mine.get(name, UNSET) != theirs.get(name, UNSET):
                yield (
                    f"{called(key)} has {name} {_short(mine.get(name, UNSET))} where it is"
                    f" {_short(theirs.get(name, UNSET))}"
                )


def called(key: RowKey) -> str:
    """A row in words: `membership mercop/3`."""
    return f"{key[0]} {'/'.join(key[1:])}"


def listed(lines: Iterable[str], most: int = 3) -> str:
    """The first few, and how many more there are."""
    found = sorted(lines)
    more = f" and {len(found) - most} more" if len(found) > most else ""
    return "; ".join(found[:most]) + more


def _short(value: Any) -> str:
    if value is UNSET:
        return "unset"
    told = repr(value)
    return told if len(told) <= 60 else f"{told[:57]}..."


__all__ = ["RowKey", "State", "called", "listed", "unlike"]
