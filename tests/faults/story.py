"""Plays the story of one plan: runs with their mishaps until all is quiet, and what is then true.

It is the vendor's process: each run is another one, which asks it over loopback and may be killed.
"""

import sqlite3
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from itertools import count
from pathlib import Path
from random import Random
from shutil import copy, rmtree
from tempfile import mkdtemp
from typing import Any

from cophub.error_codes import CLOCK_BACK
from tests.faults.comparing import alike
from tests.faults.mishaps import Mishap, Plan
from tests.faults.running import Order, Report, Runner, end
from tests.faults.stages import FAILED, Vendor, rows_of
from tests.sync.rows import differences

QUIET = 6
"""So many runs without a mishap are enough for everything to be well again."""


class Story:
    """One plan, and the vendor at the stage at which it begins."""

    def __init__(self, vendor: Vendor, plan: Plan, broken: str = "") -> None:
        self.vendor, self.plan, self.broken = vendor, plan, broken
        self.world, self.box = vendor.world, vendor.box
        self.runner = Runner()
        self.folder = Path(mkdtemp(prefix="story-", dir=vendor.folder))
        self.file = Path(copy(vendor.file(plan.first - 1), self.folder / "cophub.db"))
        self.twin: Path | None = None
        """A warehouse that met none of it, where the vendor went another way than for others."""
        self.loose = not self.world.by_row
        """Whether only what is there is compared, not when it was first seen."""
        self.changed = False
        """Whether anything changed while it was read."""
        self.settings: dict[str, Any] = {}

    def play(self) -> list[str]:
        """What is wrong in the end, or on the way; [] for a good end."""
        vendor = self.vendor
        vendor.sign_in(self.folder / "tokens")
        try:
            with vendor.serving():
                self.settings = self.world.settings(self.box)
                for stage in range(self.plan.first, self.plan.last + 1):
                    if stage > self.plan.first:
                        self.world.later[stage - 1](self.box)
                    if wrong := [f"stage {stage}: {one}" for one in self._stage(stage)]:
                        return wrong
                return self._nothing_more() if self.plan.seed % 2 else []
        finally:
            self.runner.close()
            rmtree(self.folder, ignore_errors=True)

    # One stage

    def _stage(self, stage: int) -> list[str]:
        mishaps = [one for one in self.plan.mishaps if one.stage == stage]
        if any(one.kind == "change" for one in mishaps):
            self.loose = self.changed = True
            self._begin_twin(stage - 1)
        self.loose = self.loose or any(one.kind in ("ahead", "back") for one in mishaps)
        wrong: list[str] = []
        for number in sorted({one.run for one in mishaps}):
            here = [one for one in mishaps if one.run == number]
            wrong += _unforeseen(Attempt(self, stage, here).run())
        if any(one.kind == "change" for one in mishaps):
            self.world.settles(self.box)
        wrong += [f"the vendor itself failed: {one}" for one in FAILED]
        return wrong or self._quiet() or self._retried(stage) or self._untrue(stage)

    def _begin_twin(self, stage: int) -> None:
        if self.twin is None:
            self.twin = Path(copy(self.vendor.file(stage), self.folder / "twin.db"))

    def _quiet(self) -> list[str]:
        """Runs without a mishap until one is done."""
        report = Report()
        for _ in range(QUIET):
            trusted = report.code == CLOCK_BACK
            report = self.calm(self.file, trust_clock=trusted)
            if wrong := _unforeseen([report]):
                return wrong
            if report.state == "done":
                return self._told_late()
        return [f"after {QUIET} runs without a mishap: {report.state}, {report.errors}"]

    def _told_late(self) -> list[str]:
        if not self.world.tells_late or (report := self.calm(self.file)).state == "done":
            return []
        return [f"one more run: {report.state}, {report.errors}"]

    def _retried(self, stage: int) -> list[str]:
        """What was not understood is asked for again, as `cophub rejects retry` does.

        The twin is read so, too: what is read later is known as it is later.
        """
        if not self._counted("SELECT count(*) FROM reject WHERE resolved_at IS NULL"):
            return []
        self.loose = True
        self._begin_twin(stage)
        assert self.twin
        self.calm(self.twin, tokens="twin tokens", anew=True)
        report = self.calm(self.file, anew=True)
        if report.state != "done" or _unforeseen([report]):
            return [f"what was not understood is read again: {report.state}, {report.errors}"]
        left = self._counted("SELECT count(*) FROM reject WHERE resolved_at IS NULL")
        return [f"{left} rejects are still open after a whole read without any"] if left else []

    def _counted(self, query: str) -> int:
        with sqlite3.connect(self.file) as connection:
            found = int(connection.execute(query).fetchone()[0])
        connection.close()
        return found

    def _untrue(self, stage: int) -> list[str]:
        rows = rows_of(self.file)
        wrong = self.world.untrue(self.box, rows)
        if self.twin:
            report = self.calm(self.twin, tokens="twin tokens")
            if report.state != "done":
                return [f"a warehouse that met no mishap: {report.state}, {report.errors}"]
            right = rows_of(self.twin)
        else:
            right = self.vendor.right(stage)
        late = self.world.late if self.changed else ()
        unlike = alike(rows, right, late) if self.loose else differences(rows, right)
        return wrong + unlike[:8] + self._unended()

    def _unended(self) -> list[str]:
        """Runs that nobody ended, and leases that nobody gave back."""
        found = self._counted("SELECT count(*) FROM run WHERE state = 'running'")
        return [f"{found} runs are said to be under way"] if found else []

    def _nothing_more(self) -> list[str]:
        """A run that finds nothing new writes nothing."""
        report = self.calm(self.file)
        if report.state != "done":
            return [f"one more run: {report.state}, {report.errors}"]
        return [f"one more run wrote {report.written} rows anew"] if report.written else []

    def calm(self, file: Path, tokens: str = "tokens", **more: Any) -> Report:
        """One run without a mishap."""
        if tokens != "tokens" and not (self.folder / tokens).exists():
            self.vendor.sign_in(self.folder / tokens)
        settings = self.settings if tokens == "tokens" else self.world.settings(self.box)
        order = self.vendor.order(
            file, self.folder / tokens, settings, broken=self.broken if file == self.file else "",
            **more,
        )  # fmt: skip
        self.runner.start(order)
        return self.runner.reports()[0]


class Attempt:
    """One run with its mishaps."""

    def __init__(self, story: Story, stage: int, mishaps: list[Mishap]) -> None:
        self.story, self.mishaps = story, mishaps
        self.lengths = story.vendor.lengths(stage)
        self.at_request: dict[int, list[Callable[[], object]]] = {}
        self.always: list[Callable[[int], object]] = []
        self.afterwards: list[Callable[[], object]] = []
        self.begun, self.processes = threading.Event(), list[int]()
        self.twice = False
        now = story.box.now
        self.order: Order = story.vendor.order(
            story.file, story.folder / "tokens", story.settings, tries=3, broken=story.broken,
            now=now.isoformat(),
        )  # fmt: skip

    def run(self) -> list[Report]:
        """Run it, or both where there are two; how they ended."""
        story = self.story
        story.box._last.clear()  # a page that is sent once more is one of this run's
        for mishap in self.mishaps:
            getattr(self, f"_{mishap.kind}")(mishap)
        orders = [self.order]
        if self.twice:
            if not self._ran_before():
                self.order.due_at = self.order.now
            orders.append(Order(**{**vars(self.order), "die_at": ("", 0)}))
        with self._heard():
            self.processes = story.runner.start(*orders)
            self.begun.set()
            reports = story.runner.reports()
        for happens in self.afterwards:
            happens()
        story.box.faults.clear()
        if self.order.due_at and self._ran() > 1:
            reports.append(Report("crashed", errors=["two schedulers both ran what was due once"]))
        return reports

    def _ran(self) -> int:
        """How many runs began at this time and count; what one that was killed was to do is owed,
        so that the other one rightly does it if it comes later."""
        began = self.order.now[:19].replace("T", " ")
        return self.story._counted(
            f"SELECT count(*) FROM run WHERE started_at >= '{began}'"
            " AND state NOT IN ('busy', 'stopped', 'killed', 'running')"
        )

    def _ran_before(self) -> bool:
        """Whether a run began at this time already, as it does after another mishap of a stage."""
        with sqlite3.connect(self.story.file) as connection:
            told = connection.execute("SELECT max(started_at) FROM run").fetchone()[0]
        connection.close()
        return bool(told) and str(told)[:19] >= self.order.now[:19].replace("T", " ")

    @contextmanager
    def _heard(self) -> Iterator[None]:
        """Let what is planned happen as requests come."""
        numbers, lock = count(1), threading.Lock()

        def heard() -> None:
            with lock:
                number = next(numbers)
                for happens in self.always:
                    happens(number)
                for at_once in self.at_request.get(number, ()):
                    at_once()

        self.story.box.on_request = heard
        yield
        del self.story.box.on_request

    def _number(self, mishap: Mishap, what: str = "request") -> int:
        return 1 + int(mishap.at * max(self.lengths.get(what, 1) - 1, 0))

    def _on(self, number: int, happens: Callable[[], object]) -> None:
        self.at_request.setdefault(number, []).append(happens)

    # What happens

    def _kill(self, mishap: Mishap) -> None:
        if mishap.detail == "request":
            self._on(self._number(mishap), lambda: self.begun.wait(20) and end(self.processes[0]))
        else:
            self.order.die_at = (mishap.detail, self._number(mishap, mishap.detail))

    def _cut(self, mishap: Mishap) -> None:
        kind, times = mishap.detail
        first = self._number(mishap)
        self.story.box.faults.plan(kind, at=tuple(range(first, first + min(times, 1000))))

    def _answers(self, mishap: Mishap) -> None:
        kind, options = mishap.detail
        if kind in self.story.world.spared:
            kind, options = "500", {}
        first = self._number(mishap)
        at = tuple(range(first, first + (3 if mishap.at < 0.7 else 500)))
        self.story.box.faults.plan(kind, at=at, **options)

    def _disk(self, mishap: Mishap) -> None:
        there = self.story.file.stat().st_size // 4096
        self.order.room = there + int(mishap.at * max(self.lengths["page"], 1))

    def _lock(self, mishap: Mishap) -> None:
        if mishap.detail != "moment":
            self.order.patience = 0.1

        def lock() -> None:
            other = sqlite3.connect(
                self.story.file, timeout=5, isolation_level=None, check_same_thread=False
            )
            try:
                other.execute("BEGIN IMMEDIATE")
            except sqlite3.OperationalError:
                other.close()
                return
            if mishap.detail == "long":
                self.afterwards.append(other.close)
            else:
                patience = {"moment": 0.03, "while": 0.25}[mishap.detail]
                threading.Timer(patience, other.close).start()

        self._on(self._number(mishap), lock)

    def _ahead(self, mishap: Mishap) -> None:
        self._shift(mishap.detail)

    def _back(self, mishap: Mishap) -> None:
        self._shift(-mishap.detail)

    def _shift(self, seconds: int) -> None:
        self.order.now = (self.story.box.now + timedelta(seconds=seconds)).isoformat()

    def _token(self, mishap: Mishap) -> None:
        first, ends = self._number(mishap), self.story.world.token_ends
        if ends is not None:
            self._on(first, lambda: ends(self.story.box))
            return
        at = tuple(range(first, first + (1 if mishap.at < 0.5 else 1000)))
        self.story.box.faults.plan("401", at=at)

    def _repeat(self, mishap: Mishap) -> None:
        self._pages("duplicate_page", mishap)

    def _reorder(self, mishap: Mishap) -> None:
        self._pages("reorder_page", mishap)

    def _pages(self, kind: str, mishap: Mishap) -> None:
        seed = Random(mishap.at).randrange(1000)
        self.story.box.faults.plan(kind, probability=mishap.detail, seed=seed, times=30)

    def _change(self, mishap: Mishap) -> None:
        left = count(8, -1)

        def changes(number: int) -> None:
            if number % mishap.detail == 0 and next(left) > 0:
                self.story.world.restless(self.story.box)

        self.always.append(changes)

    def _two(self, mishap: Mishap) -> None:
        self.twice = True


def _unforeseen(reports: list[Report]) -> list[str]:
    """What nothing that happens to a run excuses."""
    wrong = [f"a run {one.state}: {one.errors}" for one in reports
             if one.state in ("hangs", "crashed")]  # fmt: skip
    errors = [error for one in reports for error in one.errors]
    return wrong + [error for error in errors if "report it to its author" in error]
