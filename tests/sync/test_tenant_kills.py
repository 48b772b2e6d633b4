"""Rules 1 to 3 for SharePoint and Yammer: killed at any moment and started again, a sync ends as
one that was never interrupted; a second one writes nothing; and who or what is gone is said so.
"""

import random
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select

from cophub.http import FileTokens
from cophub.sandbox import MicrosoftSandbox
from cophub.warehouse import Warehouse
from cophub.warehouse import tables as t
from tests.sizes import sized
from tests.sync import forked, tenant_syncer
from tests.sync.rows import COMPARED, Rows, differences, everything
from tests.sync.tenant_life import cursors_end, nothing, things_go
from tests.sync.tenant_syncer import tenant_settings
from tests.sync.tenant_truth import SMALL, assert_true, there

SOURCES = ("intranet", "by_secret", "yammer")
KILLS = sized(2, 3)
"""How often each sync of each of them is killed; then it is left in peace."""
SPEED = 1_000
KEY = "a phrase for tests alone"


class Watched(forked.Watched, MicrosoftSandbox):
    """A vendor that keeps its limits, and lets the test know of each request as it comes."""


class Syncer(forked.Program):
    """The program in `tenant_syncer.py`."""

    def __init__(self, box: Watched, folder: Path) -> None:
        super().__init__(tenant_syncer.__name__, "--serve", COPHUB_KEY=KEY)
        self.box, self.folder = box, folder

    def sync(
        self, url: str, source: str, kill: forked.Kill = forked.NEVER, *, hours: int = 0
    ) -> dict[str, Any] | None:
        """Sync a source, `hours` after the vendor's clock; None when its process was killed."""
        what, when = kill
        order = {
            "source": source, "settings": tenant_settings(self.box, source), "warehouse": url,
            "now": (self.box.now + timedelta(hours=hours)).isoformat(), "speed": SPEED,
            "tokens": str(self.folder / "tokens"), "die_at": kill,
        }  # fmt: skip
        at = int(when) if what == "request" else 0
        return self.do(order, lambda process: forked.at_request(self.box, at, process))


@pytest.fixture
def box() -> Iterator[Watched]:
    made = Watched(**SMALL, limits=True, speed=SPEED)
    with made:
        yield made


@pytest.fixture
def syncer(box: Watched, tmp_path: Path) -> Iterator[Syncer]:
    made = Syncer(box, tmp_path)
    token = box.refresh_token(box.tenant.admin)
    FileTokens(tmp_path / "tokens" / "yammer", KEY).set("yammer-microsoft", token)
    yield made
    made.close()


STAGES = (nothing, things_go, cursors_end)


# --- Rule 1 ---


@pytest.mark.parametrize("dialect", ["postgresql"])
def test_a_sync_that_is_killed_again_and_again_ends_as_one_that_was_not(
    dialect: str, box: Watched, syncer: Syncer, new_warehouse_url: Callable[[], str]
) -> None:
    """A warehouse lives through all stages; each of its syncs is killed, and begun again.

    On SQLite, tests/faults does the same with the syncs of every connector.
    """
    chance = random.Random(f"tenant {dialect}")
    calm, hubs = new_warehouse_url(), [new_warehouse_url()]
    killed: Counter[str] = Counter()
    for happens in STAGES:
        happens(box)
        lengths = {source: measured(syncer, calm, source) for source in SOURCES}
        right = read(calm)
        for source in SOURCES:
            assert_true(source, of_source(right, source), box)
        for hub in hubs:
            for source in SOURCES:
                killed += survive(syncer, hub, source, lengths[source], chance)
            assert differences(read(hub), right) == []
    assert set(killed) == {"request", "statement", "commit"}
    assert killed.total() > len(STAGES) * len(SOURCES) * KILLS // 2
    assert sum(map(resumed, hubs)) > 1, "runs went on from where killed ones got to"


def measured(syncer: Syncer, url: str, source: str) -> dict[str, int]:
    """Sync without an interruption; how long that takes, in events of each kind."""
    asked = syncer.box.requests.total()
    report = done(syncer.sync(url, source))
    return {"request": syncer.box.requests.total() - asked, **report["counts"]}


def survive(
    syncer: Syncer, url: str, source: str, lengths: dict[str, int], chance: random.Random
) -> Counter[str]:
    """Sync, killed a few times, until a run ends; how often it was killed by what."""
    killed, report = forked.survive(
        lambda kill: syncer.sync(url, source, kill), lengths, chance, KILLS
    )
    done(report)
    return killed


def done(report: dict[str, Any] | None) -> dict[str, Any]:
    assert report is not None
    assert report["state"] == "done", report
    return report


def read(url: str) -> Rows:
    warehouse = Warehouse.open(url)
    try:
        return everything(warehouse)
    finally:
        warehouse.dispose()


def of_source(rows: Rows, source: str) -> Rows:
    return {table: [row for row in found if row["source"] == source]
            for table, found in rows.items()}  # fmt: skip


def resumed(url: str) -> int:
    """How many killed runs had kept some rows."""
    warehouse = Warehouse.open(url)
    kept = select(t.post.c.run).union(
        select(t.account.c.run), select(t.membership.c.run), select(t.metric.c.run)
    )
    query = select(func.count()).where(t.run.c.state == "killed").where(t.run.c.id.in_(kept))
    with warehouse.connect() as connection:
        found = connection.scalar(query)
    warehouse.dispose()
    return int(found or 0)


# --- Rules 2 and 3 ---


@pytest.mark.parametrize("dialect", ["sqlite"])
def test_a_second_sync_without_a_change_rewrites_nothing(
    box: Watched, syncer: Syncer, warehouse_url: str
) -> None:
    """An hour later, with nothing new at the vendor: not one row has another run or time."""
    for happens in STAGES:
        happens(box)
        for source in SOURCES:
            done(syncer.sync(warehouse_url, source))
        before = whole_rows(warehouse_url)
        for source in SOURCES:
            report = done(syncer.sync(warehouse_url, source, hours=1))
            written = [(one["new"], one["changed"], one["gone"])
                       for one in report["streams"].values()]  # fmt: skip
            assert set(written) == {(0, 0, 0)}, report["streams"]
        assert whole_rows(warehouse_url) == before


def whole_rows(url: str) -> dict[str, list[Any]]:
    """Every column of every row that sources gave, the number of the run among them."""
    warehouse = Warehouse.open(url)
    found = {}
    with warehouse.connect() as connection:
        for name, table in COMPARED.items():
            rows = connection.execute(select(table).order_by(*table.primary_key))
            found[name] = [tuple(row) for row in rows]
    warehouse.dispose()
    return found


@pytest.mark.parametrize("dialect", ["sqlite"])
@pytest.mark.parametrize("happens", [things_go, cursors_end])
def test_who_and_what_left_is_gone_and_nothing_else(
    box: Watched, syncer: Syncer, warehouse_url: str, happens: Callable[[Watched], None]
) -> None:
    """By change logs and deltas, and by resyncs where these no longer reach back."""
    for source in SOURCES:
        done(syncer.sync(warehouse_url, source))
    before = read(warehouse_url)
    happens(box)
    for source in SOURCES:
        done(syncer.sync(warehouse_url, source))
    after = read(warehouse_url)
    truth = lists_of(box)
    for source in SOURCES:
        assert_true(source, of_source(after, source), box)
    for table in ("post", "document", "event"):
        known = {row["key"] for row in before[table] if row["source"] == "intranet"}
        left = there(of_source(after, "intranet")[table], "key")
        deleted = {key for key in known if ":".join(key.split(":")[:2]) not in truth}
        assert deleted, table
        assert left.isdisjoint(deleted)
        if table != "event":  # of a series, occurrences come and go
            assert known - left - deleted <= {key for key in known if key.count(":") > 1}
    gone = there(before["membership"], *MEMBER) - there(after["membership"], *MEMBER)
    assert {source for source, _, _ in gone} == set(SOURCES)


MEMBER = ("source", "space", "account")


def lists_of(box: Watched) -> set[str]:
    """The keys of all items of all lists."""
    return {
        f"{key}:{item}" for site in box.truth()["sites"].values()
        for key, of in site["lists"].items() for item in of["items"]
    }  # fmt: skip
