"""SharePoint and Yammer: whatever goes wrong there, the next run ends as if nothing had."""

import shutil
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from cophub.http import Limits, MemoryTokens, Transport
from cophub.sandbox import MicrosoftSandbox
from cophub.sync import RunResult, SyncEngine, writer
from cophub.warehouse import Warehouse
from tests.sync.rows import Rows, differences
from tests.sync.tenant_syncer import spec_of, tenant_settings
from tests.sync.tenant_truth import SMALL, assert_true, settled

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
    """Each place with a bad item, and with one of the other kinds."""
    others = [kind for kind in FAULTS if kind != "bad_item"]
    found = [
        (source, others[number % len(others)], place)
        for source, places in PLACES.items()
        for number, place in enumerate(places)
    ]
    found += [
        (source, "bad_item", place)
        for source, places in PLACES.items()
        for place in places
        if place not in NOT_SPOILED
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
        return settled(warehouse)


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
        stage.right[source] = settled(warehouse)
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
