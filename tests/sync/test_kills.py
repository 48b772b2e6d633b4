"""Rule 1: killed at any moment and started again, a sync ends as one that was never interrupted.

On PostgreSQL, two sources at once; tests/faults kills all connectors' syncs on SQLite.
"""

import random
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select

from cophub.sandbox import MailchimpSandbox
from cophub.sandbox.mailchimp import KEY
from cophub.sandbox.mailinglist import MailingList
from cophub.warehouse import Warehouse
from cophub.warehouse import tables as t
from tests.sizes import sized
from tests.sync import forked, syncer
from tests.sync.rows import differences, everything

KILLS = sized(20, 54)
KILLS_A_SYNC = 7
"""After so many a sync is left in peace, so that the next can begin."""
NOW = datetime(2026, 6, 1, 6, 0, tzinfo=UTC)
STAGES = (timedelta(0), timedelta(days=3), timedelta(days=38))
"""First load; changes that an incremental run sees; what only a whole read can see."""


class Watched(forked.Watched, MailchimpSandbox):
    """A vendor that lets the test know of each request as it comes."""


@dataclass
class Stage:
    """The vendors at one moment, and how long one sync of both takes, in seconds and events."""

    now: datetime
    box: Watched
    mail: Path
    lengths: dict[str, float] = field(default_factory=dict)


def vendor(after: timedelta) -> Watched:
    """The same MailChimp account every time, so much later; three contacts were deleted since."""
    box = Watched(seed=11, people=150, audiences=4, years=0.35, now=NOW)
    box.advance(days=after.days)
    if after == STAGES[-1]:
        for audience in box.audiences[:3]:
            box.life.delete(audience, next(m for m in audience.members.values() if not m.gone))
    return box


@pytest.fixture(scope="module")
def stages(tmp_path_factory: pytest.TempPathFactory) -> Iterator[list[Stage]]:
    made = []
    for after in STAGES:
        box, mail = vendor(after), tmp_path_factory.mktemp("mail")
        box.start()
        MailingList(box.world, 0, gap_days=2).write(mail, NOW + after)
        made.append(Stage(NOW + after, box, mail))
    yield made
    for stage in made:
        stage.box.stop()


class Syncer(forked.Program):
    """The program in `syncer.py`."""

    def __init__(self) -> None:
        super().__init__(syncer.__name__)

    def sync(self, url: str, stage: Stage, kill: forked.Kill = forked.NEVER) -> Any:
        """Sync both sources; what the process reports, or None when it was killed."""
        order = {
            "warehouse": url, "now": stage.now.isoformat(), "mail": str(stage.mail),
            "api_key": KEY, "base_url": stage.box.base_url, "die_at": kill,
        }  # fmt: skip
        return self.do(order, lambda process: _killing(process, stage, *kill))


@contextmanager
def _killing(process: int, stage: Stage, what: str, when: float) -> Iterator[None]:
    """Kill the process after `when` seconds, or while its request of that number is under way."""
    timer = threading.Timer(when, forked.end, [process])
    if what == "second":
        timer.start()
    with forked.at_request(stage.box, int(when) if what == "request" else 0, process):
        yield
    timer.cancel()


@pytest.fixture(scope="module")
def program() -> Iterator[Syncer]:
    made = Syncer()
    yield made
    made.close()


def measure(program: Syncer, url: str, stage: Stage) -> None:
    """Sync without an interruption, and note how long that takes."""
    began, asked = time.monotonic(), stage.box.requests.total()
    report = program.sync(url, stage)
    assert report is not None
    assert report["states"] == ["done", "done"], report
    stage.lengths = {
        "second": time.monotonic() - began,
        "request": stage.box.requests.total() - asked,
        **report["counts"],
    }


def survive(
    program: Syncer, url: str, stage: Stage, chance: random.Random, most: int
) -> Counter[str]:
    """Sync, killed up to `most` times, until a run ends; how often it was killed by what."""
    killed, report = forked.survive(
        lambda kill: program.sync(url, stage, kill), stage.lengths, chance, most
    )
    assert report is not None
    assert report["states"] == ["done", "done"], report
    return killed


@pytest.mark.parametrize("dialect", ["postgresql"])
def test_a_sync_that_is_killed_again_and_again_ends_as_one_that_was_not(
    dialect: str,
    stages: list[Stage],
    program: Syncer,
    warehouse_url: str,
    new_warehouse_url: Callable[[], str],
) -> None:
    """First load and later runs of two sources, killed at random moments, restarted each time."""
    chance = random.Random(f"kills {dialect}")
    right = []
    for stage in stages:
        measure(program, warehouse_url, stage)
        right.append(read(warehouse_url))
    assert min(len(right[0][table]) for table in ("membership", "delivery", "post")) > 100
    killed: Counter[str] = Counter()
    resumed = 0
    while killed.total() < KILLS:
        url = new_warehouse_url()
        for stage, rows in zip(stages, right, strict=True):
            killed += survive(program, url, stage, chance, KILLS_A_SYNC)
            assert differences(read(url), rows) == []
        found, half_way = history(url)
        assert found >= 1
        resumed += half_way
    assert len(killed) == 4, f"all ways to be killed have happened: {killed}"
    assert resumed > KILLS // 10, "often enough, a run went on from where a killed one got to"


def read(url: str) -> dict[str, Any]:
    warehouse = Warehouse.open(url)
    try:
        return everything(warehouse)
    finally:
        warehouse.dispose()


def history(url: str) -> tuple[int, int]:
    """How many runs were found killed, and how many of them had kept some rows."""
    warehouse = Warehouse.open(url)
    kept = select(t.post.c.run).union(
        select(t.account.c.run), select(t.membership.c.run), select(t.delivery.c.run)
    )
    killed = select(func.count()).where(t.run.c.state == "killed")
    with warehouse.connect() as connection:
        counted = connection.scalar(killed), connection.scalar(killed.where(t.run.c.id.in_(kept)))
    warehouse.dispose()
    return counted
