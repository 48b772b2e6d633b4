"""A vendor of the tests' own: what its streams yield is set by the test, run by run."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from pydantic import BaseModel
from sqlalchemy import select

from cophub import Connector, Context, Item, Stream
from cophub.sync import RunResult, SourceSpec, SyncEngine, Wish
from cophub.warehouse import Warehouse
from cophub.warehouse import tables as t

START = datetime(2026, 3, 2, 6, 0, tzinfo=UTC)

Script = Callable[[Context[Any], str | None], Iterator[Item]]


class NoSettings(BaseModel):
    base_url: str = "http://127.0.0.1"


def source(name: str, *streams: Stream) -> SourceSpec:
    """A source whose streams are the test's own generators."""
    connector = Connector(name="scripted", summary="", settings=NoSettings, streams=streams)
    return SourceSpec(name, connector, NoSettings())


@dataclass
class Desk:
    """A warehouse with a clock that the test moves, and short ways to run and to look."""

    warehouse: Warehouse
    clock: datetime = START
    options: dict[str, Any] = field(default_factory=dict)

    def sync(self, spec: SourceSpec, **wish: Any) -> RunResult:
        """One run, an hour after the one before."""
        self.clock += timedelta(hours=1)
        return self.engine().sync_one(spec, Wish(**wish))

    def engine(self) -> SyncEngine:
        return SyncEngine(self.warehouse, now=lambda: self.clock, **self.options)

    def rows(self, table: str, *columns: str, **where: Any) -> list[tuple[Any, ...]]:
        """Rows of a table, sorted by the columns asked for."""
        here = t.metadata.tables[table]
        query = select(*[here.c[name] for name in columns or here.c.keys()])
        query = query.where(*[here.c[name] == value for name, value in where.items()])
        with self.warehouse.connect() as connection:
            return sorted((tuple(row) for row in connection.execute(query)), key=repr)


@pytest.fixture
def desk(warehouse: Warehouse) -> Desk:
    return Desk(warehouse)
