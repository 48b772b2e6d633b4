"""Communities and members in the warehouse: what is stored, and who has left."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from cophub.connectors.dgroupsarchive import LIMITS, Settings, cophub_connectors
from cophub.http import MemoryTokens, Transport
from cophub.sync import RunResult, SourceSpec, SyncEngine, Wish
from cophub.warehouse import Warehouse
from cophub.warehouse import tables as t

from .conftest import PROFILES
from .server import KEY, SECRET, Site

Run = Callable[..., RunResult]


@pytest.fixture
def run(warehouse: Warehouse, site: Site) -> Run:
    """`run()`: one sync of all streams, a minute after the last one."""
    minutes = iter(range(1000))

    def sync() -> RunResult:
        at = datetime(2026, 6, 1, 12, tzinfo=UTC) + timedelta(minutes=next(minutes))
        engine = SyncEngine(
            warehouse,
            now=lambda: at,
            tokens=lambda source: MemoryTokens(),
            transport=lambda spec: Transport(LIMITS, sleep=lambda seconds: None),
        )
        settings = Settings(
            base_url=site.base_url,  # type: ignore[arg-type]
            key=KEY,
            secret=SECRET,  # type: ignore[arg-type]
            communities=["food", "food/soil"],
        )
        return engine.sync_one(SourceSpec("old", cophub_connectors()[0], settings), Wish())

    return sync


def members(warehouse: Warehouse) -> set[tuple[str, str]]:
    """Who is in what now."""
    query = select(t.membership.c.space, t.membership.c.account)
    with warehouse.engine.connect() as connection:
        found = connection.execute(query.where(t.membership.c.gone_at.is_(None)))
        return {(row.space, row.account) for row in found}


def test_an_unchanged_site_rewrites_nothing(run: Run):
    first = run()
    assert first.state == "done", [stream.error for stream in first.streams]
    for stream in run().streams:
        assert (stream.new, stream.changed, stream.gone) == (0, 0, 0), stream.stream


def test_who_is_in_neither_list_any_more_has_left(site: Site, run: Run, warehouse: Warehouse):
    run()
    everybody = members(warehouse)
    site.answers["food/list-members"] = "a1b2c3d4\n"
    run()
    assert everybody - members(warehouse) == {("food", "0badf00d")}


def test_nobody_has_left_where_a_list_could_not_be_read(site: Site, run: Run, warehouse: Warehouse):
    run()
    everybody = members(warehouse)
    site.answers["food/list-members"] = 404
    assert run().state == "failed"
    assert members(warehouse) == everybody
    site.answers["food/list-members"] = "<html>gone</html>"
    site.answers["food/members"] = PROFILES[:1]
    run()
    assert members(warehouse) == everybody
