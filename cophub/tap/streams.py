"""One stream of the tap: its schema, what of it is selected, and its rows."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Any

import msgspec
from singer_sdk import Stream
from singer_sdk.helpers.conform import TypeConformanceLevel
from singer_sdk.singerlib import Metadata, MetadataMapping
from singer_sdk.singerlib.catalog import REPLICATION_INCREMENTAL
from sqlalchemy import Connection

from cophub.hub.export import as_shown
from cophub.tap.bookmarks import Bookmark, may_add, now_at
from cophub.tap.published import REPLICATION_KEY, Published
from cophub.warehouse import tables
from cophub.warehouse.privacy import Tag

if TYPE_CHECKING:
    from cophub.tap.tap import TapCophub

_AT_ONCE = 2_000
_BOOKMARK, _VERSION = "cophub", "version"


@dataclass(slots=True)
class _Tagged(Metadata):
    """Of a column, with what it tells about people."""

    cophub_tag: str | None = None


class WarehouseStream(Stream):
    """A table or view of the warehouse."""

    # Values are made as the schema says; the SDK would look at each of them once more.
    TYPE_CONFORMANCE_LEVEL = TypeConformanceLevel.NONE

    def __init__(self, tap: "TapCophub", published: Published) -> None:
        super().__init__(tap, schema=published.schema, name=published.name)
        self.published = published
        self._of = tap
        self.primary_keys = list(published.keys)
        if published.incremental:
            self.replication_key = REPLICATION_KEY
        tags = {published.columns[key].tag for key in published.keys}
        self.selected_by_default = tags <= tap.shown if published.for_all else tap.identifiers

    @property
    def emit_activate_version_messages(self) -> bool:
        """Never as the SDK does it, before the rows: until they came the target would be empty."""
        return False

    @property
    def is_incremental(self) -> bool:
        """Whether only rows of later runs are given: a catalog may ask for all of them."""
        return self.published.incremental and self.replication_method == REPLICATION_INCREMENTAL

    @property
    def metadata(self) -> MetadataMapping:
        """What is selected, with the tags; what a catalog does not name is as we would have it."""
        if self._metadata is None:
            found = super().metadata
            for name, told in self.published.columns.items():
                said = found.get(("properties", name), Metadata(Metadata.InclusionType.AVAILABLE))
                default = said.selected_by_default
                if default is None or self._tap.input_catalog is None:
                    default = told.tag in self._of.shown
                found["properties", name] = _Tagged(
                    said.inclusion, said.selected, default, told.tag
                )
        return super().metadata

    @property
    def wanted(self) -> list[str]:
        """The columns that are selected, and those that every row needs."""
        known = self.effective_schema.get("properties", {})
        return [
            name
            for name in self.published.columns
            if name in known and self.mask["properties", name]
        ]

    @property
    def tags(self) -> set[Tag]:
        """What the selected columns tell about people."""
        return {self.published.columns[name].tag for name in self.wanted}

    def get_replication_key_signpost(self, context: Any = None) -> None:
        """None: how far a reader got is in our own bookmark."""
        return

    def get_records(self, context: Any) -> Iterator[dict[str, Any]]:
        """The rows, all of them or those of later runs; at the end, what the next read begins at.

        A stream that is broken off keeps the bookmark and the version it had.
        """
        connection = self._of.snapshot
        state = self.get_context_state(context)
        version, since, now = self._place(connection, state)
        with_versions = self.config.get("emit_activate_version_messages", True)
        self._stream_version = version if with_versions else None
        yield from self._rows(connection, since)
        state[_VERSION] = version
        if now is not None:
            state[_BOOKMARK] = msgspec.to_builtins(now)
        self.state_manager.is_flushed = False
        if with_versions and since is None:
            self._write_activate_version_message(version)

    def _place(
        self, connection: Connection, state: dict[str, Any]
    ) -> tuple[int, int | None, Bookmark | None]:
        """The version of what is given, the run from which on (None: all), the new bookmark."""
        before = state.get(_VERSION, 0)
        # Seconds, since targets keep it in 32 bits; never the one before.
        fresh = max(self._of.initialized_at // 1000, int(before) + 1)
        if not self.is_incremental:
            return fresh, None, None
        table = tables.metadata.tables[self.name]
        now, kept = now_at(connection, table, self.wanted), Bookmark.of(state.get(_BOOKMARK))
        if before and kept is not None and may_add(connection, table, kept, now):
            return int(before), kept.next_run, now
        return fresh, None, now

    def _rows(self, connection: Connection, since: int | None) -> Iterator[dict[str, Any]]:
        names = self.wanted
        if not names:
            return
        query = self.published.query(names)
        if since is not None:
            run = tables.metadata.tables[self.name].c[REPLICATION_KEY]
            query = query.where(run >= since)  # type: ignore[union-attr]
        feed = connection.execute(
            query, execution_options={"stream_results": True, "yield_per": _AT_ONCE}
        )
        with feed:
            rows = as_shown(connection, self.name, names, feed, self._of.visible)
            yield from _records(names, rows)


def _records(names: Sequence[str], rows: Iterable[Any]) -> Iterator[dict[str, Any]]:
    for row in rows:
        yield dict(zip(names, map(_plain, row), strict=True))


def _plain(value: Any) -> Any:
    """A value as JSON has it; instants as RFC 3339, in UTC."""
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat().replace("+00:00", "Z")
    if isinstance(value, date):
        return value.isoformat()
    return value


__all__ = ["WarehouseStream"]
