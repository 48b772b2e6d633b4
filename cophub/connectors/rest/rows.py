"""The records of one stream's rows, by its mapping; and who is absent from a whole list."""

from collections.abc import Iterator
from typing import Any

import msgspec

from cophub import Gone, Item, Record, Reject
from cophub.connectors.mail.text import html_to_text
from cophub.connectors.mapping import Maker, space_records
from cophub.connectors.mapping.fields import TYPES
from cophub.connectors.rest.places import PARENT, filled, found
from cophub.connectors.rest.settings import Settings

MARK = "rest_stream"
"""What a record's `extra` names its stream by."""


class _Upserts(Maker):
    """Of rows with one key the last counts, where a sheet's first would."""

    def _first_time(self, made: list[Item], number: int) -> list[Item]:
        return made


class Rows:
    """One stream's rows in one run."""

    def __init__(self, settings: Settings, name: str, source: str) -> None:
        self.name, self.table, self.source = name, settings.streams[name], source
        self.kind: type[Record] = TYPES[self.table.record]
        self.rejected = 0
        self.count = 0
        self.empty = set(self.table.columns) | set(self.table.templates)
        """Fields that no row has filled."""
        self._mapping = self.table.mapping()
        self._maker = _Upserts(self._mapping, space=source, where=f"{name}, ")
        self._keys: set[tuple[str, ...]] = set()
        self._told = 0
        # Spaces that a stream of their own tells are not told again, by less.
        self._own_only = any(one.record == "space" for one in settings.streams.values())
        fields = self._mapping.columns
        self._html = {fields[field] for field in self.table.html if field in fields}

    def records(self, row: Any, parent: Any = None) -> Iterator[Item]:
        """The records of one row, or a Reject; nothing of one that is skipped."""
        self.count += 1
        if not isinstance(row, dict):
            self.rejected += 1
            yield self._reject(f"it is {type(row).__name__} where an object should be")
            return
        whole = row if parent is None else {**row, PARENT: parent}
        try:
            if self.is_skipped(row, parent):
                return
            cells = self._cells(whole)
        except ValueError as error:
            self.rejected += 1
            yield self._reject(str(error), row)
            return
        made = self._maker.row(self.count, cells)
        yield from self._new_spaces(made)
        yield from (self._marked(item, cells) for item in made)

    def is_skipped(self, row: Any, parent: Any = None) -> bool:
        """Whether the settings leave a row out; its own lists are not read either."""
        whole = row if parent is None else {**row, PARENT: parent}
        return self.table.skip is not None and bool(found(self.table.skip, whole))

    def lost(self, parent: Any, reason: str) -> Reject:
        """The Reject of a parent whose own list cannot be asked for."""
        self.rejected += 1
        return self._reject(reason, parent)

    def finish(self) -> Iterator[Item]:
        """What could be told only at the end: stays at events, added up."""
        for item in [*self._maker.finish(), *self._maker.roll.items()]:
            yield self._marked(item, {})

    def absent(self) -> Iterator[Item]:
        """Who was there and is not in the whole list; nobody where a row was not understood."""
        if not self.table.snapshot or self.rejected:
            return
        keys = tuple(key if len(key) > 1 else key[0] for key in sorted(self._keys))
        yield Gone(record=self.kind, where={f"extra.{MARK}": self.name}, but=keys)

    def _cells(self, row: dict[str, Any]) -> dict[str, Any]:
        cells = {place: found(place, row) for place in (*self.table.columns.values(),
                                                        *self.table.key)}  # fmt: skip
        for template in self.table.templates.values():
            cells[template] = filled(template, row)
        for place in self._html:
            if isinstance(cells[place], str):
                cells[place] = html_to_text(cells[place])
        for field, place in self._mapping.columns.items():
            if cells[place] not in (None, "", []):
                self.empty.discard(field)
        return cells

    def _marked(self, item: Item, cells: dict[str, Any]) -> Item:
        if isinstance(item, Reject):
            self.rejected += 1
            key = cells.get(self._mapping.columns.get("key", ""))
            return msgspec.structs.replace(item, key=str(key)) if key else item
        if isinstance(item, self.kind):
            item.extra = {**(item.extra or {}), MARK: self.name}
            self._keys.add(tuple(str(getattr(item, name)) for name in item.KEY))
        return item

    def _new_spaces(self, made: list[Item]) -> Iterator[Item]:
        spaces = list(self._maker.spaces)
        new, self._told = spaces[self._told :], len(spaces)
        default = self._mapping.space or self.source
        if self._own_only:
            new = [key for key in new if key == default]
        if made and new and self.table.record != "space":
            yield from space_records(new, self._mapping, self.source)

    def _reject(self, reason: str, item: Any = None) -> Reject:
        where = f"{self.name}, row {self.count}: {reason}"
        key = item.get("id") if isinstance(item, dict) else None
        named = str(key) if isinstance(key, str | int) else f"row {self.count}"
        return Reject(reason=where, record=self.kind.__name__, key=named)


__all__ = ["MARK", "Rows"]
