"""SharePoint and Yammer: whatever goes wrong there, the next run ends as if nothing had."""

import random
import shutil
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from cophub.http import Limits, MemoryTokens, Transport
from cophub.sandbox import MicrosoftSandbox
from cophub.sandbox.server import Request
from cophub.sync import RunResult, SyncEngine, writer
from cophub.warehouse import Warehouse
from tests.sizes import sized
from tests.sync.rows import Rows, differences, everything
from tests.sync.tenant_life import somebody_writes
from tests.sync.tenant_syncer import spec_of, tenant_settings
from tests.sync.tenant_truth import SMALL, assert_true

SOURCES = ("intranet", "by_secret", "yammer")
FAULTS: dict[str, dict[str, Any]] = {
    "429": {"retry_after": 30}, "429 bare": {"body": False}, "503": {"body": False}, "500": {},
    "reset": {}, "cut": {}, "empty": {}, "truncated": {}, "bad_item": {}, "duplicate_page": {},
    "401": {},
}  # fmt: skip
PLACES = {
    "intranet": (
        "*/_api/Site", "*/_api/Web", "*/Web/lists", "*/siteusers", "*/sitegroups",
        "*/sitegroups(*)/users", "*/associatedmembergroup", "*/getChanges", "*/items",
        "*/Comments", "*/likedByInformation", "*/sitepages/pages", "*/timezone", "*/owners/*",
        "*/transitiveMembers/*", "*/analytics/*", "*/getActivitiesByInterval*",
    ),
    "by_secret": (
        "*:/sites/*", "*/lists", "*/items/delta", "*/lists/*/items", "*/pages/*", "*/drive",
        "*/owners/*", "*/transitiveMembers/*", "*/getActivitiesByInterval*",
    ),
    "yammer": (
        "*/groups.json", "*/users/in_group/*", "*/messages/in_group/*", "*/messages/in_thread/*",
        "*/groups/delta", "*/communities", "*/owners/*", "*/members/*", "*/networks/current.json",
        "*/export", "*/roles", "*/roles/*/members",
    ),
}  # fmt: skip
NOT_SPOILED = ("*/export", "*/siteusers", "*/drive")
"""Where no item can be spoiled; and who is unreadable among a site's users is not told to the posts
that they wrote before these change."""


def cases() -> list[tuple[str, str, str]]:
    """Each place with one of the other kinds, and every second one with a bad item.

    tests/testing meets each stream with a bad item; with COPHUB_THOROUGH each place has one here.
    """
    others = [kind for kind in FAULTS if kind != "bad_item"]
    found = [
        (source, others[number % len(others)], place)
        for source, places in PLACES.items()
        for number, place in enumerate(places)
    ]
    found += [
        (source, "bad_item", place)
        for source, places in PLACES.items()
        for number, place in enumerate(places)
        if place not in NOT_SPOILED and sized(number % 2 == 0, True)
    ]
    return found


@dataclass
class Stage:
    """What a warehouse that met no fault holds at one moment, for each source; and its file."""

    files: dict[str, Path] = field(default_factory=dict)
    right: dict[str, Rows] = field(default_factory=dict)


class Bench:
    """One tenant, and the ways to sync it: waiting takes no time, patience is short."""

    def __init__(self, box: MicrosoftSandbox) -> None:
        self.box = box

    def sync(self, warehouse: Warehouse, source: str, **wish: Any) -> RunResult:
        limits = Limits(concurrency=4, read_timeout=10, tries=3 if self.box.faults._plans else 6)
        spec = spec_of(source, tenant_settings(self.box, source))
        name = f"{source}-microsoft"
        tokens = MemoryTokens(**{name: self.box.refresh_token(self.box.tenant.admin)})
        engine = SyncEngine(
            warehouse,
            now=lambda: self.box.now,
            tokens=lambda _: tokens,
            transport=lambda _: Transport(limits, sleep=lambda seconds: None),
        )
        return engine.sync_one(spec)

    def strike(self, kind: str, place: str, **when: Any) -> None:
        self.box._last.clear()  # a page that is sent twice is one of this test's
        self.box.faults.plan(kind.partition(" ")[0], path=place, **when, **FAULTS[kind])

    def mended(self, warehouse: Warehouse, source: str) -> Rows:
        """What the next run makes of it."""
        self.box.faults.clear()
        result = self.sync(warehouse, source)
        assert result.state == "done", troubles(result)
        return everything(warehouse)


def troubles(result: RunResult) -> list[str]:
    return [f"{one.stream}: {one.error or one.held_for}" for one in result.streams
            if one.state != "done"]  # fmt: skip


@pytest.fixture(scope="module", autouse=True)
def small_parcels() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(writer, "PARCEL_RECORDS", 20)
        yield


@pytest.fixture(scope="module")
def bench() -> Iterator[Bench]:
    with MicrosoftSandbox(**SMALL) as box:
        yield Bench(box)


@pytest.fixture(autouse=True)
def no_faults_left(bench: Bench) -> Iterator[None]:
    yield
    bench.box.faults.clear()


@pytest.fixture(scope="module")
def first(bench: Bench, sqlite_file: Path, tmp_path_factory: pytest.TempPathFactory) -> Stage:
    """The tenant as it is found, loaded without a fault."""
    return undisturbed(bench, sqlite_file, tmp_path_factory.mktemp("first"))


def undisturbed(bench: Bench, before: Path | dict[str, Path], folder: Path) -> Stage:
    stage = Stage()
    for source in SOURCES:
        start = before if isinstance(before, Path) else before[source]
        stage.files[source] = Path(shutil.copy(start, folder / f"{source}.db"))
        warehouse = Warehouse.open(f"sqlite:///{stage.files[source]}")
        result = bench.sync(warehouse, source)
        assert result.state == "done", troubles(result)
        stage.right[source] = everything(warehouse)
        assert_true(source, stage.right[source], bench.box)
        warehouse.dispose()
    return stage


@pytest.mark.parametrize("dialect", ["sqlite"])
@pytest.mark.parametrize(("source", "kind", "place"), cases())
def test_after_a_fault_the_next_run_ends_as_if_there_had_been_none(
    warehouse: Warehouse, bench: Bench, first: Stage, source: str, kind: str, place: str
) -> None:
    """From a first load on; the fault outlasts the patience of the run that meets it."""
    bench.strike(kind, place, every=1)
    broken = bench.sync(warehouse, source)
    assert bench.box.faults.struck
    assert broken.state in ("done", "failed")
    assert not [one for one in troubles(broken) if "report it to its author" in one]
    assert differences(bench.mended(warehouse, source), first.right[source]) == []


LATER = 12
"""Days after which delta links are too old; the sites' change tokens are not yet."""


@pytest.fixture(scope="module")
def later(first: Stage, bench: Bench, tmp_path_factory: pytest.TempPathFactory) -> Stage:
    """Twelve days on, with all cursors refused; the sync of `first` goes on without a fault."""
    bench.box.advance(days=LATER)
    bench.box.expire_cursors()
    return undisturbed(bench, first.files, tmp_path_factory.mktemp("later"))


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("source", ["by_secret"])  # tests/faults plays it with the others
def test_after_faults_in_resyncs_the_next_run_ends_as_if_there_had_been_none(
    bench: Bench, first: Stage, later: Stage, tmp_path: Path, source: str, seed: int
) -> None:
    """Cursors are refused, and what is read anew meets faults at random; nobody leaves for it."""
    chance = random.Random(f"{source} {seed}")
    warehouse = Warehouse.open(f"sqlite:///{shutil.copy(first.files[source], tmp_path / 'a.db')}")
    for kind in chance.sample(sorted(set(FAULTS) - {"bad_item"}), 4):
        bench.strike(
            kind, chance.choice(["*", *PLACES[source]]), probability=chance.choice([0.1, 0.4]),
            seed=chance.randrange(1000), times=chance.choice([1, 5, 30]),
        )  # fmt: skip
    broken = bench.sync(warehouse, source)
    assert not [one for one in troubles(broken) if "report it to its author" in one]
    assert differences(bench.mended(warehouse, source), later.right[source]) == []
    warehouse.dispose()


@pytest.mark.parametrize(
    ("source", "place"),
    [("by_secret", "*/items/delta"), ("yammer", "*/groups/delta"), ("intranet", "*/getChanges")],
)
def test_a_cursor_that_is_refused_in_mid_run_costs_a_resync_and_no_row(
    bench: Bench, later: Stage, source: str, place: str, tmp_path: Path
) -> None:
    copied = Path(shutil.copy(later.files[source], tmp_path / "b.db"))
    known = Warehouse.open(f"sqlite:///{copied}")
    bench.box.faults.plan("410", path=place, at=1)
    result = bench.sync(known, source)
    assert bench.box.faults.struck
    assert result.state == "done", troubles(result)
    assert differences(everything(known), later.right[source]) == []
    known.dispose()


@pytest.mark.parametrize("dialect", ["sqlite"])
@pytest.mark.parametrize("source", SOURCES)
def test_a_token_that_ends_in_mid_run_is_renewed(
    warehouse: Warehouse, bench: Bench, later: Stage, source: str
) -> None:
    """Each request of each API may be the first that finds its token too old."""
    bench.box.faults.plan("401", path="*", at=(7, 20, 31))
    result = bench.sync(warehouse, source)
    assert len(bench.box.faults.struck) >= 2
    assert result.state == "done", troubles(result)
    assert_true(source, everything(warehouse), bench.box)


class Restless(MicrosoftSandbox):
    """A tenant in which something happens at every fifth request, until it is told to rest."""

    resting = False

    def respond(self, request: Request) -> Any:
        if not self.resting and self.requests.total() % 5 == 4:
            with self.changing():
                somebody_writes(self, self.requests.total())
        return super().respond(request)


@pytest.mark.parametrize("dialect", ["sqlite"])
@pytest.mark.parametrize("source", ["by_secret"])  # tests/faults plays it with the others
def test_what_changes_while_it_is_read_is_as_it_is_in_the_end(
    warehouse: Warehouse, source: str
) -> None:
    with Restless(**SMALL) as box:
        here = Bench(box)
        assert here.sync(warehouse, source).state == "done"
        box.resting = True
        box.advance(hours=1)
        assert_true(source, here.mended(warehouse, source), box)
