"""Dgroups emulated on loopback, contexts that ask it, and whole runs into a warehouse."""

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from cophub import Checkpoint, Context, Gone, Item, Post, Record, Reject
from cophub.connectors import dgroups
from cophub.http import Limits, MemoryTokens, Transport
from cophub.sandbox import GroupsioSandbox
from cophub.sandbox.server import Request
from cophub.sync import RunResult, SourceSpec, SyncEngine, Wish
from cophub.warehouse import Warehouse
from cophub.warehouse import tables as t
from tests.connectors.conftest import set_fields

Json = dict[str, Any]
Ask = Callable[..., Context[Any]]


class Watched(GroupsioSandbox):
    """A vendor that lets the test act before each request to a call, such as the third to one."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self.before: Callable[[str, int], None] = lambda call, number: None
        self.calls: Counter[str] = Counter()

    def respond(self, request: Request) -> Any:
        call = request.path.rpartition("/")[2]
        self.calls[call] += 1
        self.before(call, self.calls[call])
        return super().respond(request)


@pytest.fixture
def box() -> Iterator[Watched]:
    """A site of the test's own, to be changed: 60 people in 2 communities, half a year."""
    with Watched(seed=1, people=60, communities=2, years=0.5) as sandbox:
        yield sandbox


@pytest.fixture(scope="session")
def shared_still() -> Iterator[Watched]:
    """100 people in 3 communities over a year, for every test that changes nobody."""
    with Watched(seed=1, people=100, communities=3, years=1) as sandbox:
        yield sandbox


@pytest.fixture
def still(shared_still: Watched) -> Watched:
    """The site that all tests share, without faults, with every right and nothing in its log."""
    shared_still.faults.clear()
    shared_still.log.clear()
    shared_still.downloads.clear()
    shared_still.calls.clear()
    return shared_still


@pytest.fixture
def ask(context: Callable[..., Context[Any]]) -> Ask:
    """`ask(box, **settings)`: a context for that site, at its time; waits take no time."""

    def make(sandbox: GroupsioSandbox, *, later: float = 0, **settings: Any) -> Context[Any]:
        given = {"api_key": sandbox.api_key, "base_url": sandbox.base_url} | settings
        return context(
            dgroups.Settings(**given),
            now=sandbox.now + timedelta(hours=later),
            limits=Limits(concurrency=1, unasked_wait=300.0),
            sleep=lambda seconds: None,
        )

    return make


@dataclass
class Table:
    """What runs of the streams leave behind, as a warehouse would: rows by type and key."""

    cursors: dict[str, str | None] = field(default_factory=dict)
    rows: dict[type[Record], dict[Any, Json]] = field(default_factory=dict)
    rejects: list[Reject] = field(default_factory=list)

    def read(self, ctx: Context[Any], *names: str) -> list[Item]:
        """Run streams one after another; the items of all."""
        items: list[Item] = []
        for stream in dgroups.STREAMS:
            if not names or stream.name in names:
                for item in stream.extract(ctx, self.cursors.get(stream.name)):
                    self.take(item, stream.name)
                    items.append(item)
        return items

    def take(self, item: Item, stream: str) -> None:
        """Keep one item."""
        if isinstance(item, Checkpoint):
            self.cursors[stream] = item.cursor
        elif isinstance(item, Reject):
            self.rejects.append(item)
        elif isinstance(item, Gone):
            self._end(item)
        elif isinstance(item, Record):
            key = tuple(str(getattr(item, name)) for name in item.KEY)
            row = self.of(type(item)).setdefault(key if len(key) > 1 else key[0], {})
            row.update(set_fields(item))

    def of(self, kind: type[Record]) -> dict[Any, Json]:
        """The rows of one type."""
        return self.rows.setdefault(kind, {})

    def _end(self, gone: Gone) -> None:
        kept = {tuple(map(str, key)) if isinstance(key, tuple) else str(key) for key in gone.but}
        rows = self.of(gone.record)
        for key in list(rows):
            last = key[-1] if isinstance(key, tuple) else key
            named = all(_value(rows[key], name) == str(is_) for name, is_ in gone.where.items())
            if named and key not in kept and last.startswith(gone.prefix):
                del rows[key]


def _value(row: Json, name: str) -> str:
    if name.startswith("extra."):
        return str((row.get("extra") or {}).get(name.removeprefix("extra.")))
    return str(row.get(name))


@pytest.fixture
def table() -> Table:
    """An empty table."""
    return Table()


def posts_of(truth: Json) -> dict[str, Json]:
    """Key, thread and author of every message that the vendor holds."""
    first: dict[tuple[str, str], str] = {}
    in_order = sorted(truth["posts"].items(), key=lambda one: (one[1]["created"], one[1]["number"]))
    for key, row in in_order:
        first.setdefault((row["space"], row["thread"]), key)
    return {
        key: {"thread": first[row["space"], row["thread"]], "account": row["author"]}
        for key, row in truth["posts"].items()
    }


def told(table: Table) -> dict[str, Json]:
    """The same of what was read."""
    return {
        key: {"thread": str(row["thread"]), "account": str(row["account"])}
        for key, row in table.of(Post).items()
    }


@dataclass
class Hub:
    """A real engine and warehouse with one source, `dgroups`."""

    warehouse: Warehouse
    runs: int = 0

    def sync(
        self,
        box: GroupsioSandbox,
        *,
        wish: Wish | None = None,
        stop: Any = None,
        **settings: Any,
    ) -> RunResult:
        """One run at the vendor's time, a few seconds after the one before."""
        self.runs += 1
        given = {"api_key": box.api_key, "base_url": box.base_url} | settings
        (connector,) = dgroups.cophub_connectors()
        at = box.now + timedelta(seconds=self.runs)
        engine = SyncEngine(
            self.warehouse,
            now=lambda: at,
            tokens=lambda source: MemoryTokens(),
            transport=lambda spec: Transport(
                Limits(concurrency=1, unasked_wait=300.0), sleep=lambda seconds: None
            ),
        )
        spec = SourceSpec("dgroups", connector, connector.settings(**given))
        return engine.sync_one(spec, wish or Wish())

    def rows(self, name: str, *, there: bool = True) -> list[Json]:
        """The rows of a table, those that are gone left out."""
        with self.warehouse.connect() as connection:
            found = connection.execute(select(t.metadata.tables[name])).mappings()
            return [dict(row) for row in found if not there or row.get("gone_at") is None]


@pytest.fixture
def hub(warehouse: Warehouse) -> Hub:
    """A hub with an empty warehouse."""
    return Hub(warehouse)


def states(result: RunResult) -> dict[str, str]:
    """How each stream ended, with the error where there was one."""
    return {one.stream: one.error or one.held_for or one.state for one in result.streams}


def instants(text: str | None) -> datetime | None:
    """An instant of the vendor's truth."""
    return datetime.fromisoformat(text) if text else None
