"""The records of one stream of a tap, by its mapping: upserts, deletions, and who is absent."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from cophub import Gone, Item, Record, Reject
from cophub.connectors.mapping import Maker, space_records
from cophub.connectors.mapping.fields import TYPES
from cophub.connectors.singer.messages import Row, Schema, misfit
from cophub.connectors.singer.settings import StreamMapping

MARK = "singer_stream"
"""What a record's `extra` names its stream by."""


class _Upserts(Maker):
    """Of rows with one key the last counts, where a sheet's first would."""

    def _first_time(self, made: list[Item], number: int) -> list[Item]:
        return made


@dataclass
class Table:
    """One mapped stream."""

    name: str
    mapping: StreamMapping
    space: str
    schema: Schema | None = None
    is_whole: bool = False
    """Whether this run gives all that there is, by the settings or by the tap's own word."""
    version: int | None = None
    rows: int = 0
    rejected: int = 0
    _maker: Maker = field(init=False)
    _keys: set[tuple[str, ...]] = field(default_factory=set)
    _spaces: int = 0

    def __post_init__(self) -> None:
        where = f"{self.name}, "
        self._maker = _Upserts(self.mapping, space=self.space, where=where)
        self.is_whole = self.mapping.absent == "gone"

    @property
    def kind(self) -> type[Record]:
        """What its rows are."""
        return TYPES[self.mapping.record]

    @property
    def waits(self) -> bool:
        """Whether rows are held until the end: stays at an event are added up."""
        return self.mapping.record == "attendance" and self.rows > 0

    def records(self, row: Row) -> Iterator[Item]:
        """The records of one row, or a Reject."""
        self.rows += 1
        for item in self._made(row.record):
            self.rejected += isinstance(item, Reject)
            yield item

    def _made(self, record: dict[str, Any]) -> Iterator[Item]:
        if self.schema is None:
            yield self._reject("the record came before the schema of its stream")
            return
        cells = dict(record)
        for column in self._columns():
            if wrong := misfit(record.get(column), self.schema.properties.get(column, frozenset())):
                yield self._reject(f'column "{column}": {wrong}', column)
                return
            if column not in cells and "." in column:
                cells[column] = _inner(record, column)
        made = self._maker.row(self.rows, cells)
        yield from self._new_spaces(made)
        if record.get(self.mapping.deleted):
            yield from self._gone(made)
            return
        for item in made:
            if isinstance(item, self.kind):
                item.extra = {**(item.extra or {}), MARK: self.name}
                self._keys.add(_key(item))
            yield item

    def _new_spaces(self, made: list[Item]) -> Iterator[Item]:
        spaces = list(self._maker.spaces)
        if made and len(spaces) > self._spaces and self.mapping.record != "space":
            yield from space_records(spaces[self._spaces :], self.mapping, self.space)
            self._spaces = len(spaces)

    def _gone(self, made: list[Item]) -> Iterator[Item]:
        """The tap itself says that the row was deleted; the person on it may be elsewhere."""
        for item in made:
            if isinstance(item, self.kind):
                self._keys.discard(_key(item))
                where = {name: str(getattr(item, name)) for name in item.KEY}
                yield Gone(record=self.kind, where={**where}, told=True)
            elif isinstance(item, Reject):
                yield item

    def finish(self) -> Iterator[Item]:
        """What could be told only at the end."""
        for item in [*self._maker.finish(), *self._maker.roll.items()]:
            self.rejected += isinstance(item, Reject)
            if isinstance(item, self.kind):
                item.extra = {**(item.extra or {}), MARK: self.name}
                self._keys.add(_key(item))
            yield item

    def absent(self) -> Iterator[Item]:
        """Who was there and is not in the whole table; nobody where a row was not understood."""
        if not self.is_whole or self.rejected or self.schema is None:
            return
        keys = tuple(key if len(key) > 1 else key[0] for key in sorted(self._keys))
        yield Gone(record=self.kind, where={f"extra.{MARK}": self.name}, but=keys)

    def _columns(self) -> set[str]:
        return {*self.mapping.columns.values(), *self.mapping.key}

    def _reject(self, reason: str, column: str | None = None) -> Reject:
        where = f"{self.name}, row {self.rows}: {reason}"
        return Reject(reason=where, record=self.kind.__name__, key=f"row {self.rows}", field=column)


def _key(item: Record) -> tuple[str, ...]:
    return tuple(str(getattr(item, name)) for name in item.KEY)


def _inner(record: dict[str, Any], column: str) -> Any:
    """A value within objects: `address.city`."""
    found: Any = record
    for part in column.split("."):
        found = found.get(part) if isinstance(found, dict) else None
    return found
