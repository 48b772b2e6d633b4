"""Rules 1 and 2 for Dgroups, GoTo and Adobe Connect: killed at any moment and started again, a sync
ends as one that was never interrupted; a second one writes nothing.

On PostgreSQL, and for the archive of Dgroups; tests/faults kills all connectors' syncs on SQLite.
"""

import random
from collections import Counter
from collections.abc import Callable, Iterator
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select

from cophub.warehouse import Warehouse
from cophub.warehouse import tables as t
from tests.sizes import sized
from tests.sync import forked, tools_syncer
from tests.sync.rows import Rows, differences, everything
from tests.sync.tools import TOOLS
from tests.sync.tools_truth import untrue

KILLS = sized(2, 3)
"""How often each sync of each of them is killed; then it is left in peace."""
KEY = "a phrase for tests alone"


class Syncer(forked.Program):
    """The program in `tools_syncer.py`, and the vendor that it asks."""

    def __init__(self, folder: Path) -> None:
        super().__init__(tools_syncer.__name__, COPHUB_KEY=KEY)
        self.folder = folder
        self.settings: dict[str, dict[str, Any]] = {}

    def sync(self, url: str, name: str, box: Any, kill: forked.Kill = forked.NEVER) -> Any:
        """Sync into a warehouse, always with the same settings; None when it was killed."""
        what, when = kill
        if url not in self.settings:
            self.settings[url] = TOOLS[name].settings(box)
        order = {
            "tool": name, "settings": self.settings[url], "warehouse": url, "die_at": kill,
            "now": box.now.isoformat(),
            "tokens": str(self.folder / sha256(url.encode()).hexdigest()[:12]),
        }  # fmt: skip
        at = int(when) if what == "request" else 0
        return self.do(order, lambda process: forked.at_request(box, at, process))


@pytest.fixture
def syncer(tmp_path: Path) -> Iterator[Syncer]:
    made = Syncer(tmp_path)
    yield made
    made.close()


CASES = [(name, "sqlite" if name == "archive" else "postgresql") for name in TOOLS]


@pytest.mark.parametrize(("name", "dialect"), CASES)
def test_a_sync_that_is_killed_again_and_again_ends_as_one_that_was_not(
    dialect: str, name: str, syncer: Syncer, new_warehouse_url: Callable[[], str]
) -> None:
    """A warehouse lives through all stages; each of its syncs is killed, and begun again."""
    chance = random.Random(f"{name} {dialect}")
    tool, calm, hubs = TOOLS[name], new_warehouse_url(), [new_warehouse_url()]
    killed: Counter[str] = Counter()
    with tool.made() as box:
        for happens in (None, *tool.later):
            if happens:
                happens(box)
            lengths = measured(syncer, calm, name, box)
            right = read(calm)
            assert untrue(box, right) == []
            for hub in hubs:
                killed += survive(syncer, hub, name, box, lengths, chance)
                assert untrue(box, read(hub)) == []
                if tool.by_row:
                    assert differences(read(hub), right) == []
        again = [done(syncer.sync(url, name, box))["written"] for url in (calm, *hubs)]
    assert again == [0] * len(again), "a sync that finds nothing new writes nothing"
    assert len(killed) > 1, f"it was killed by more than one thing: {killed}"
    assert killed.total() >= 2 * len(hubs)
    assert sum(map(resumed, hubs)), "runs went on from where killed ones got to"


@pytest.mark.parametrize("dialect", ["sqlite"])
def test_a_sign_in_outlives_a_kill_while_its_token_is_renewed(
    dialect: str, syncer: Syncer, warehouse_url: str
) -> None:
    """While the new refresh token is on its way, before it is on the disk, and before its use."""
    with TOOLS["gotomeeting"].made() as box:
        for kill in (("request", 1), ("token", 1), ("token", 2)) * 2:
            assert syncer.sync(warehouse_url, "gotomeeting", box, kill) is None
            assert (
                box.requests["/oauth/token"]
                and box.requests.total() == box.requests["/oauth/token"]
            )
        done(syncer.sync(warehouse_url, "gotomeeting", box))
        assert untrue(box, read(warehouse_url)) == []


def measured(syncer: Syncer, url: str, name: str, box: Any) -> dict[str, float]:
    """Sync without an interruption; how long that takes, in events of each kind."""
    asked = box.requests.total()
    report = done(syncer.sync(url, name, box))
    return {"request": box.requests.total() - asked, **report["counts"]}


def survive(
    syncer: Syncer, url: str, name: str, box: Any, lengths: dict[str, float], chance: random.Random
) -> Counter[str]:
    """Sync, killed a few times, until a run ends; how often it was killed by what."""
    killed, report = forked.survive(
        lambda kill: syncer.sync(url, name, box, kill), lengths, chance, KILLS
    )
    done(report)
    return killed


def done(report: Any) -> dict[str, Any]:
    assert report is not None
    assert report["state"] == "done", report
    found: dict[str, Any] = report
    return found


def read(url: str) -> Rows:
    warehouse = Warehouse.open(url)
    try:
        return everything(warehouse)
    finally:
        warehouse.dispose()


def resumed(url: str) -> int:
    """How many killed runs had kept some rows."""
    warehouse = Warehouse.open(url)
    kept = select(t.space.c.run).union(
        *[select(t.VENDOR_TABLES[name].c.run) for name in ("account", "post", "event", "metric")]
    )
    query = select(func.count()).where(t.run.c.state == "killed").where(t.run.c.id.in_(kept))
    with warehouse.connect() as connection:
        found = connection.scalar(query)
    warehouse.dispose()
    return int(found or 0)
