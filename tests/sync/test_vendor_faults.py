"""Whatever goes wrong at the vendor: the next run ends as one by which nothing went wrong."""

import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from importlib import import_module
from typing import Any

import pytest

from cophub.connectors import mailchimp
from cophub.http import Limits, Transport
from cophub.sandbox import MailchimpSandbox
from cophub.sandbox.faults import KINDS
from cophub.sync import RunResult, SourceSpec, SyncEngine, writer
from cophub.warehouse import Warehouse
from tests.sizes import sized
from tests.sync.mailchimp_truth import assert_true
from tests.sync.rows import Rows, differences, everything

NOW = datetime(2026, 6, 1, tzinfo=UTC)
LATER = NOW + timedelta(days=12)
"""After the week in which only changes are asked for."""

FAULTS: dict[str, dict[str, Any]] = {kind: {} for kind in KINDS}
FAULTS["hang"] = FAULTS["slow"] = {"seconds": 0.3}
FAULTS |= {
    "429": {"retry_after": 30}, "403": {"body": False}, "500": {}, "503": {"body": False},
    "404": {}, "401": {},
}  # fmt: skip
PLACES = (
    "*/lists", "*/members", "*/campaigns", "*/reports", "*/email-activity", "*/sent-to",
    "*/unsubscribed", "*/growth-history", "*/interest-categories", "*/merge-fields",
)  # fmt: skip
KINDS_HERE = [kind for kind in FAULTS if kind != "drift"]
# Each kind at two of the places (three with COPHUB_THOROUGH), each place with several kinds.
CASES = [
    (kind, PLACES[(3 * number + step) % len(PLACES)])
    for number, kind in enumerate(KINDS_HERE)
    for step in range(sized(2, 3))
]
CASES += [("bad_item", place) for place in PLACES if ("bad_item", place) not in CASES]
SEEDS = sized(range(12, 15), range(12, 20))
"""On PostgreSQL; on SQLite, tests/faults plays such mixtures with every connector."""


def box_at(now: datetime) -> MailchimpSandbox:
    """The same small account every time, as it is at that moment."""
    box = MailchimpSandbox(seed=5, people=60, audiences=3, years=0.15, now=NOW)
    box.advance(days=(now - NOW).days)
    if now > NOW:
        audience = box.audiences[0]
        box.life.delete(audience, next(m for m in audience.members.values() if not m.gone))
    return box


def sync(warehouse: Warehouse, box: MailchimpSandbox, now: datetime) -> RunResult:
    """One run; waiting takes no time, and a vendor that is out of order is soon given up."""
    limits = Limits(concurrency=4, read_timeout=10)
    if box.faults._plans:
        limits = Limits(concurrency=4, read_timeout=0.2, tries=3)

    def impatient(spec: SourceSpec) -> Transport:
        return Transport(limits, sleep=lambda seconds: None)

    (connector,) = mailchimp.cophub_connectors()
    settings = connector.settings(api_key=box.api_key, base_url=box.base_url)
    engine = SyncEngine(warehouse, now=lambda: now, transport=impatient)
    return engine.sync_one(SourceSpec("newsletter", connector, settings))


@dataclass
class Stage:
    """The account at one moment."""

    now: datetime
    box: MailchimpSandbox
    right: Rows = field(default_factory=dict)
    """What a warehouse holds that met no fault, then and before."""


@pytest.fixture(scope="module", autouse=True)
def small_pages() -> Iterator[None]:
    """So that sixty people are several parcels and pages."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(writer, "PARCEL_RECORDS", 20)
        patch.setattr(import_module("cophub.connectors.mailchimp.campaigns"), "ACTIVITY_PAGE", 10)
        yield


@pytest.fixture(scope="module")
def stages(tmp_path_factory: pytest.TempPathFactory) -> Iterator[list[Stage]]:
    made = [Stage(now, box_at(now)) for now in (NOW, LATER)]
    warehouse = Warehouse.open(f"sqlite:///{tmp_path_factory.mktemp('right') / 'right.db'}")
    for stage in made:
        stage.box.start()
        assert sync(warehouse, stage.box, stage.now).state == "done"
        stage.right = everything(warehouse)
        assert_true(stage.right, stage.box)
    yield made
    warehouse.dispose()
    for stage in made:
        stage.box.stop()


@pytest.mark.parametrize("dialect", ["sqlite"])
@pytest.mark.parametrize(("kind", "place"), CASES)
def test_after_a_fault_the_next_run_ends_as_if_there_had_been_none(
    warehouse: Warehouse, stages: list[Stage], kind: str, place: str
) -> None:
    """From a first load on; the fault lasts longer than the patience of the run that meets it."""
    stage = stages[0]
    often = 1 if place == "*/campaigns" else 2  # all of them fit on one page
    stage.box.faults.plan(kind, path=place, every=often, **FAULTS[kind])
    broken = sync(warehouse, stage.box, stage.now)
    struck = len(stage.box.faults.struck)
    stage.box.faults.clear()
    assert struck > 0
    assert broken.state in ("done", "failed")
    assert sync(warehouse, stage.box, stage.now).state == "done"
    assert differences(everything(warehouse), stage.right) == []


@pytest.mark.parametrize("dialect", ["postgresql"])
@pytest.mark.parametrize("seed", SEEDS)
def test_after_any_mixture_of_faults_the_next_run_ends_as_if_there_had_been_none(
    new_warehouse_url: Callable[[], str], stages: list[Stage], seed: int
) -> None:
    """Runs that meet faults at random, at the first load and twelve days later."""
    chance = random.Random(seed)
    warehouse = Warehouse.open(new_warehouse_url())
    struck = 0
    for stage in stages:
        stage.box._last.clear()  # a page that is sent twice is one of this test's
        for kind in chance.sample(KINDS_HERE, 4):
            stage.box.faults.plan(
                kind, path=chance.choice(["*", *PLACES]), probability=chance.choice([0.05, 0.3, 1]),
                seed=chance.randrange(1000), times=chance.choice([1, 5, 30]), **FAULTS[kind],
            )  # fmt: skip
        sync(warehouse, stage.box, stage.now)
        struck += len(stage.box.faults.struck)
        stage.box.faults.clear()
        assert sync(warehouse, stage.box, stage.now).state == "done"
        assert differences(everything(warehouse), stage.right) == []
    assert struck > 0
    warehouse.dispose()


@pytest.mark.parametrize("dialect", ["sqlite"])
@pytest.mark.parametrize("place", ["*/members", "*/campaigns", "*/reports", "*/email-activity"])
def test_a_listing_that_moves_while_it_is_read_is_kept_as_it_is_in_the_end(
    new_warehouse_url: Callable[[], str], place: str
) -> None:
    rows = []
    with box_at(NOW) as box:
        box.faults.plan("drift", path=place, every=2, times=4, rows=3)
        for again in (True, False):
            warehouse = Warehouse.open(new_warehouse_url())
            for _ in range(1 + again):
                assert sync(warehouse, box, NOW).state == "done"
                box.faults.clear()
            rows.append(everything(warehouse))
            warehouse.dispose()
        assert_true(rows[0], box)
    assert differences(*rows) == []
