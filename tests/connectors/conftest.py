"""A minimal driver of streams: what a stream yields, sorted by kind, without an engine."""

import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TypeVar

import pytest

from cophub import Checkpoint, Context, Item, Record, Reject, Stream

R = TypeVar("R", bound=Record)
NOW = datetime(2026, 6, 1, 12, 0, tzinfo=UTC)


@dataclass
class Extracted:
    """The items of one run of one stream, in the order in which they came."""

    items: list[Item] = field(default_factory=list)

    @property
    def records(self) -> list[Record]:
        """Every record."""
        return [item for item in self.items if isinstance(item, Record)]

    @property
    def rejects(self) -> list[Reject]:
        """Every reject."""
        return [item for item in self.items if isinstance(item, Reject)]

    @property
    def cursors(self) -> list[str]:
        """The cursor of every checkpoint."""
        return [item.cursor for item in self.items if isinstance(item, Checkpoint)]

    @property
    def cursor(self) -> str | None:
        """The cursor of the last checkpoint, as the engine would keep it."""
        return self.cursors[-1] if self.cursors else None

    def of(self, kind: type[R]) -> list[R]:
        """The records of one kind."""
        return [item for item in self.items if isinstance(item, kind)]

    def last(self, kind: type[Record]) -> dict[Any, Any]:
        """The records of one kind by key, later fields laid over earlier ones, as in a table."""
        table: dict[Any, Any] = {}
        for record in self.of(kind):
            key = tuple(str(getattr(record, name)) for name in kind.KEY)
            row = table.setdefault(key if len(key) > 1 else key[0], {})
            row.update(set_fields(record))
        return table


def set_fields(record: Record) -> dict[str, Any]:
    """The fields of a record that were set."""
    from cophub import UNSET

    values = {name: getattr(record, name) for name in record.__struct_fields__}
    return {name: value for name, value in values.items() if value is not UNSET}


@pytest.fixture
def extract() -> Callable[..., Extracted]:
    """`extract(stream, ctx, since=None)`: everything that the stream yields."""

    def run(
        stream: Stream | Callable[..., Iterator[Item]], ctx: Context[Any], since: str | None = None
    ) -> Extracted:
        function = stream.extract if isinstance(stream, Stream) else stream
        return Extracted(list(function(ctx, since)))

    return run


@pytest.fixture
def context() -> Iterator[Callable[..., Context[Any]]]:
    """`context(settings, now=...)`: a Context over a real transport, closed at the end."""
    from cophub.http import Limits, MemoryTokens, Transport

    opened: list[Transport] = []

    def make(
        settings: Any, *, now: datetime = NOW, limits: Limits | None = None, **more: Any
    ) -> Context[Any]:
        transport = Transport(limits, **more)
        opened.append(transport)
        return Context(
            settings=settings, source="test", now=now, transport=transport, tokens=MemoryTokens()
        )

    yield make
    for transport in opened:
        transport.close()


@pytest.fixture
def vendor_files() -> Path:
    """The folder with the vendors' own specifications and sample payloads."""
    folder = os.environ.get("COPHUB_VENDOR_FILES")
    if not folder:
        pytest.skip("COPHUB_VENDOR_FILES does not name the folder with the vendors' own files")
    return Path(folder)
