"""Dgroups, GoTo and Adobe Connect: whatever goes wrong there, the next run is as if nothing had.

Each fault at each place; mixtures of them, and what changes meanwhile, are played by tests/faults.
"""

import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from typing import Any

import pytest

from cophub.http import MemoryTokens, Transport
from cophub.sync import RunResult, SyncEngine
from cophub.warehouse import Warehouse
from tests.sizes import sized
from tests.sync import tools
from tests.sync.rows import Rows, differences, everything
from tests.sync.tools import TOOLS
from tests.sync.tools_truth import untrue

NAMES = ("dgroups", "gotomeeting", "adobeconnect")
FAULTS: dict[str, dict[str, Any]] = {
    "429": {"retry_after": 30}, "429 bare": {"body": False}, "503": {"body": False}, "500": {},
    "reset": {}, "cut": {}, "empty": {}, "truncated": {}, "bad_item": {}, "duplicate_page": {},
    "401": {},
}  # fmt: skip
PLACES = {
    "dgroups": (
        "*/getsubs", "*/getgroup*", "*/getmembers*", "*/getpastmembers*",
        "*/getmessages*", "*/gettopics*", "*/getevents*", "*/getfiledirectory*", "*/getactivity*",
    ),
    "gotomeeting": (
        "/oauth/token", "*/v1/me", "*/organizers", "*/groups", "*/historicalMeetings*",
        "*/attendees*", "*/upcomingMeetings", "*/sessions/*", "*/registrants", "*/webinars/*",
    ),
    "adobeconnect": (
        "*/common-info*", "*/login*", "*/sco-shortcuts*", "*/sco-contents*", "*/principal-list*",
        "*/report-meeting-sessions*", "*/report-meeting-attendance*", "*/list-recordings*",
        "*/report-meeting-session-users*", "*/report-meeting-summary*",
    ),
}  # fmt: skip
ALONE = ("*/report-meeting-attendance*",)
"""Where a page may be one row: spoiled in each answer, it looks like a listing that moves. What was
rejected of other rooms is then read by `rejects retry`, as tests/faults plays it."""
NO_ITEMS = ("/oauth/token", "*/v1/me", "*/common-info*", "*/login*", "*/getgroup*")


def cases() -> list[tuple[str, str, str]]:
    """Each place with one of the other kinds, and every second one with a bad item.

    tests/testing meets each stream with a bad item; with COPHUB_THOROUGH each place has one here.
    """
    others = [kind for kind in FAULTS if kind != "bad_item"]
    found = [
        (name, others[(number + 3 * order) % len(others)], place)
        for order, name in enumerate(NAMES)
        for number, place in enumerate(PLACES[name])
    ]
    return found + [
        (name, "bad_item", place)
        for name in NAMES for number, place in enumerate(PLACES[name])
        if place not in NO_ITEMS + ALONE and sized(number % 2 == 0, True)
    ]  # fmt: skip


@dataclass
class Bench:
    """A vendor, and how to sync it: waiting takes no time, patience is short."""

    name: str
    box: Any
    settings: dict[str, Any] = field(default_factory=dict)
    tokens: MemoryTokens = field(default_factory=MemoryTokens)

    def __post_init__(self) -> None:
        self.settings = TOOLS[self.name].settings(self.box)

    def sync(self, warehouse: Warehouse) -> RunResult:
        limits = TOOLS[self.name].limits(tries=3 if self.box.faults._plans else 6)
        engine = SyncEngine(
            warehouse,
            now=lambda: self.box.now,
            tokens=lambda _: self.tokens,
            transport=lambda _: Transport(limits, sleep=lambda seconds: None),
        )
        return engine.sync_one(TOOLS[self.name].spec(self.name, self.settings))

    def strike(self, kind: str, place: str, **when: Any) -> None:
        self.box._last.clear()  # a page that is sent twice is one of this test's
        self.box.faults.plan(kind.partition(" ")[0], path=place, **when, **FAULTS[kind])

    def mended(self, warehouse: Warehouse) -> Rows:
        """What the next run makes of it."""
        self.box.faults.clear()
        result = self.sync(warehouse)
        assert result.state == "done", troubles(result)
        return everything(warehouse)


def troubles(result: RunResult) -> list[str]:
    return [f"{one.stream}: {one.error or one.held_for}" for one in result.streams
            if one.state != "done"]  # fmt: skip


def unforeseen(result: RunResult) -> list[str]:
    """Errors that no connector should let through."""
    return [one for one in troubles(result) if "report it to its author" in one]


@dataclass
class Stage:
    """A vendor, what a warehouse that met no fault holds of it, and that warehouse's file."""

    bench: Bench
    file: Path
    right: Rows


@contextmanager
def undisturbed(name: str, empty: Path, folder: Path, *happens: tools.Happening) -> Iterator[Stage]:
    """A vendor to which so much has happened since the file of the warehouse was written."""
    with TOOLS[name].made() as box:
        bench, file = Bench(name, box), Path(shutil.copy(empty, folder / f"{name}.db"))
        for number, happening in enumerate((None, *happens)):
            if happening:
                happening(box)
            before = shutil.copy(file, folder / f"{name} {number}.db")
            right = synced(bench, file)
        yield Stage(bench, Path(before), right)


def synced(bench: Bench, file: Path) -> Rows:
    """All rows after a sync into that file."""
    warehouse = Warehouse.open(f"sqlite:///{file}")
    result = bench.sync(warehouse)
    assert result.state == "done", troubles(result)
    found = everything(warehouse)
    assert untrue(bench.box, found) == []
    warehouse.dispose()
    return found


@pytest.fixture(scope="module", autouse=True)
def small() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        tools.make_small(patch.setattr)
        yield


Staged = Callable[[str], Stage]


@pytest.fixture(scope="module")
def first(sqlite_file: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Staged]:
    """Each vendor as it is found, with an empty warehouse."""
    yield from staged(sqlite_file, tmp_path_factory, 0)


@pytest.fixture(scope="module")
def later(sqlite_file: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Staged]:
    """Each vendor two weeks later, with the warehouse as it was before."""
    yield from staged(sqlite_file, tmp_path_factory, 1)


def staged(empty: Path, folders: pytest.TempPathFactory, happenings: int) -> Iterator[Staged]:
    made: dict[str, Any] = {}

    def stage(name: str) -> Stage:
        if name not in made:
            happens = TOOLS[name].later[:happenings]
            opened = undisturbed(name, empty, folders.mktemp("stage"), *happens)
            made[name] = (opened, opened.__enter__())
        found: Stage = made[name][1]
        found.bench.box.faults.clear()
        return found

    yield stage
    for opened, _ in made.values():
        opened.__exit__(None, None, None)


@pytest.fixture
def known(tmp_path: Path) -> Iterator[Callable[[Stage], Warehouse]]:
    """Opens a copy of a stage's warehouse."""
    opened: list[Warehouse] = []

    def make(stage: Stage) -> Warehouse:
        file = shutil.copy(stage.file, tmp_path / f"{len(opened)}.db")
        opened.append(Warehouse.open(f"sqlite:///{file}"))
        return opened[-1]

    yield make
    for warehouse in opened:
        warehouse.dispose()


Known = Callable[[Stage], Warehouse]


@pytest.mark.parametrize(("name", "kind", "place"), cases())
def test_after_a_fault_the_next_run_ends_as_if_there_had_been_none(
    first: Staged, known: Known, name: str, kind: str, place: str
) -> None:
    """From a first load on; the fault outlasts the patience of the run that meets it."""
    stage = first(name)
    bench, warehouse = stage.bench, known(stage)
    bench.strike(kind, place, every=1)
    broken = bench.sync(warehouse)
    assert bench.box.faults.struck
    assert unforeseen(broken) == []
    assert differences(bench.mended(warehouse), stage.right) == []


ENDED = {
    "gotomeeting": lambda box: box.oauth.grants.clear(),
    "adobeconnect": lambda box: box.expire(),
}


@pytest.mark.parametrize("name", ENDED)
def test_a_session_that_ends_in_mid_run_is_begun_again(
    first: Staged, known: Known, name: str
) -> None:
    """Now and then a request finds that the token or the session is worth nothing any more."""
    stage = first(name)
    box, warehouse = stage.bench.box, known(stage)
    asked = count(1)
    box.on_request = lambda: None if next(asked) % 25 else ENDED[name](box)
    result = stage.bench.sync(warehouse)
    box.on_request = lambda: None
    assert result.state == "done", troubles(result)
    assert differences(everything(warehouse), stage.right) == []


@pytest.mark.parametrize("kind", ["429", "500", "403"])
def test_errors_that_come_with_status_200_are_errors(
    first: Staged, known: Known, kind: str
) -> None:
    stage = first("dgroups")
    bench, warehouse = stage.bench, known(stage)
    bench.box.told_with_200 = True
    bench.box.faults.plan(kind, path="*/get*", every=7)
    broken = bench.sync(warehouse)
    bench.box.told_with_200 = False
    assert unforeseen(broken) == []
    assert differences(bench.mended(warehouse), stage.right) == []


CALLS = {
    "getmembers": "members", "getpastmembers": "members", "gettopics": "messages",
    "getgroup": "groups", "getevents": "events", "getfiledirectory": "files",
    "getactivitylogs": "activity",
}  # fmt: skip
"""Calls for one group, and the streams that make them."""
ALSO = {(0, "getgroup"): ("messages",)}
"""Streams that ask as well: in a first run, for what kind of group it is."""
APART = [
    *((0, call, "500") for call in (*CALLS, "getmessages")),
    *((1, call, "500") for call in (*CALLS, "gettopic")),
    (1, "getmembers", "truncated"), (1, "gettopics", "truncated"),
]  # fmt: skip


@pytest.mark.parametrize(("happenings", "call", "kind"), APART)
def test_dgroups_reads_the_other_groups_when_one_gives_no_answer(
    first: Staged,
    later: Staged,
    known: Known,
    caplog: pytest.LogCaptureFixture,
    happenings: int,
    call: str,
    kind: str,
) -> None:
    """Nothing of that group is ended, it is named in the log, and the next run reads it."""
    stage = (first, later)[happenings]("dgroups")
    bench, warehouse = stage.bench, known(stage)
    group = next(iter(bench.box.state.groups.values()))
    stream = CALLS.get(call, "messages")
    ended = ended_of(everything(warehouse), group.id, stream)
    bench.strike(kind, f"*/{call}/{group.id}*", every=1)
    with caplog.at_level("WARNING", "cophub.source.dgroups"):
        broken = bench.sync(warehouse)
    failed = [one.stream for one in broken.streams if one.state == "failed"]
    assert failed == [stream, *ALSO.get((happenings, call), ())]
    told = [one for one in caplog.messages if f" of {group.name} are left for" in one]
    assert len(told) == len(failed)
    assert unforeseen(broken) == []
    now = everything(warehouse)
    assert differences(others(now, group.id), others(stage.right, group.id)) == []
    assert ended_of(now, group.id, stream) == ended
    assert differences(bench.mended(warehouse), stage.right) == []


@pytest.mark.parametrize("call", ["getactivitylogs", "getmessages"])
def test_dgroups_goes_on_from_the_last_checkpoint_of_a_group_that_fails_in_the_middle(
    first: Staged, known: Known, call: str
) -> None:
    stage = first("dgroups")
    bench, warehouse = stage.bench, known(stage)
    group = next(iter(bench.box.state.groups.values()))
    bench.strike("500", f"*/{call}/{group.id}*", at=(2, 3, 4))
    broken = bench.sync(warehouse)
    assert broken.state == "failed"
    now = everything(warehouse)
    assert differences(others(now, group.id), others(stage.right, group.id)) == []
    assert differences(bench.mended(warehouse), stage.right) == []


OF_STREAM = {
    "groups": (), "members": ("membership",), "messages": ("post",), "events": ("event",),
    "files": ("document",), "activity": ("metric",),
}  # fmt: skip


def others(rows: Rows, group: int) -> Rows:
    """The rows of all other groups."""
    return {
        name: [row for row in found if row.get("space") not in (None, str(group))]
        for name, found in rows.items()
    }


def ended_of(rows: Rows, group: int, stream: str) -> set[str]:
    """What a stream tells of a group, and is no more."""
    return {
        f"{name} {row.get('key', row.get('account'))}"
        for name in OF_STREAM[stream]
        for row in rows[name]
        if row["space"] == str(group) and (row["gone_at"] or row.get("status") == "left")
    }


@pytest.mark.parametrize(
    ("kind", "how"), [("429", {}), ("401", {}), ("503", {"retry_after": 10**7})]
)
def test_dgroups_asks_for_no_other_group_where_the_run_must_end(
    first: Staged, known: Known, kind: str, how: dict[str, Any]
) -> None:
    """Asked too much, the key refused, or a wait that the budget does not hold."""
    stage = first("dgroups")
    bench, warehouse = stage.bench, known(stage)
    group = next(iter(bench.box.state.groups.values()))
    bench.box.faults.plan(kind, path=f"*/getmembers/{group.id}", every=1, **how)
    broken = bench.sync(warehouse)
    assert {one.stream: one.state for one in broken.streams}["members"] == "failed"
    assert everything(warehouse)["membership"] == []
    assert differences(bench.mended(warehouse), stage.right) == []
