"""A vendor at each stage of its story, kept in a process from which each story is forked.

So a story costs no more than its own runs: the vendor, the rows of a run that met no mishap, and
all imports are there already. A process that forks has no threads: its vendor does not serve then.
"""

import gc
import json
import os
import pickle
import socket
import sys
import threading
import time
import traceback
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from shutil import copy
from typing import Any
from urllib.parse import parse_qsl

from cophub.http import FileTokens
from cophub.sandbox.server import Request, Server
from cophub.warehouse import Warehouse
from tests.faults.mishaps import Plan
from tests.faults.running import PHRASE, Order, Report, sync
from tests.faults.worlds import WORLDS, World, make_small
from tests.sync.rows import Rows, everything

FAILED: list[str] = []
"""What went wrong in a vendor itself, which is nobody's fault but ours."""
PAGING = {
    "page", "page_token", "offset", "after", "filter-start", "older_than", "newer_than",
    "pageToken", "$skip", "$skiptoken",
}  # fmt: skip
"""Parameters that choose a page of a listing; all others choose the listing, or how long it is."""
NEW_EACH_TIME = {"signature", "request-time"}
"""Parts of a form that sign it."""


def listing(request: Request) -> str:
    """What a request asks for pages of: its path, and what its parameters and its body choose.

    A body that is no form chooses as a whole: a log of changes asked for from another token, or a
    token for another service, is nothing that could come in place of this.
    """
    form = dict(parse_qsl(request.body.decode(errors="replace"))) if _is_form(request) else {}
    given = {**request.query, **form}
    chosen = sorted(item for item in given.items() if item[0] not in PAGING | NEW_EACH_TIME)
    return f"{request.path} {chosen} {b'' if form else request.body!r}"


def _is_form(request: Request) -> bool:
    given = {name.lower(): value for name, value in request.headers.items()}
    return "form-urlencoded" in given.get("content-type", "")


@dataclass
class Vendor:
    """A world, its vendor and the socket that it listens at whenever it serves."""

    name: str
    folder: Path
    box: Any
    listening: socket.socket

    @property
    def world(self) -> World:
        return WORLDS[self.name]

    @contextmanager
    def serving(self) -> Iterator[None]:
        """The vendor answers until the block ends; then it has no threads any more."""
        self.box.server = _Inherited(self.listening, self.box)
        self.box.listing = listing
        loop = threading.Thread(target=self.box.server.serve_forever, args=(0.01,), daemon=True)
        loop.start()
        try:
            yield
        finally:
            self.box.server.shutdown()
            self.box.server.server_close()
            loop.join()
            deadline = time.monotonic() + 5
            while threading.active_count() > 1 and time.monotonic() < deadline:
                time.sleep(0.002)

    def order(self, file: Path, tokens: Path, settings: dict[str, Any], **more: Any) -> Order:
        """A run into a file, at the vendor's own time unless it is told otherwise."""
        more.setdefault("now", self.box.now.isoformat())
        return Order(self.name, settings, str(file), str(tokens), **more)

    def sign_in(self, tokens: Path) -> None:
        """Keep what a person who signs in once leaves behind."""
        self.world.sign_in(self.box, FileTokens(tokens, PHRASE))

    # What the runs that met no mishap left

    def file(self, stage: int) -> Path:
        """The warehouse after a stage; that of stage -1 is empty."""
        return self.folder / (f"{self.name}-{stage}.db" if stage >= 0 else "empty.db")

    def right(self, stage: int) -> Rows:
        """Its rows."""
        kept = (self.folder / f"{self.name}-{stage}.rows").read_bytes()
        found: Rows = pickle.loads(kept)  # noqa: S301 - this program wrote it
        return found

    def lengths(self, stage: int) -> dict[str, int]:
        """How many events of each kind the run of that stage had, and pages it added."""
        found: dict[str, int] = json.loads((self.folder / f"{self.name}-{stage}.json").read_text())
        return found


class _Inherited(Server):
    """Listens at a socket that is there already and stays when it is closed."""

    def __init__(self, listening: socket.socket, box: Any) -> None:
        self._given = listening
        super().__init__(listening.getsockname(), box)

    def server_bind(self) -> None:
        self.socket.close()
        self.socket = self._given.dup()
        self.server_address = self.socket.getsockname()
        self.server_name, self.server_port = self.server_address[:2]

    def server_activate(self) -> None:
        """It listens."""

    def handle_error(self, request: Any, client_address: Any) -> None:
        """What the vendor could not do is told at the end of the story."""
        if not isinstance(sys.exception(), ConnectionError | TimeoutError):
            FAILED.append(traceback.format_exc()[-1500:])


def rows_of(file: Path) -> Rows:
    """Everything that a warehouse holds."""
    warehouse = Warehouse.open(f"sqlite:///{file}")
    try:
        return everything(warehouse)
    finally:
        warehouse.dispose()


class Stages:
    """The processes of one connector, a vendor at one stage in each."""

    def __init__(self, name: str, folder: Path) -> None:
        self.name, self.count = name, WORLDS[name].stages
        orders = [os.pipe() for _ in range(self.count)]
        answers = [os.pipe() for _ in range(self.count + 1)]
        self._process = os.fork()
        if not self._process:
            for of, end in ((orders, 1), (answers, 0)):
                for pipe in of:
                    os.close(pipe[end])
            _become(name, folder, [r for r, _ in orders], [w for _, w in answers])
        for reading, _ in orders:
            os.close(reading)
        for _, writing in answers:
            os.close(writing)
        self._orders = [writing for _, writing in orders]
        self._answers = [os.fdopen(reading, "rb") for reading, _ in answers]
        if told := json.loads(self._answers[-1].readline() or '"it ended"'):
            raise AssertionError(f"{name} without any mishap: {told}")

    def play(self, plan: Plan, broken: str = "") -> list[str]:
        """What is wrong at the end of a story; [] for a good end."""
        line = json.dumps({"plan": plan.plain(), "broken": broken})
        os.write(self._orders[plan.first], line.encode() + b"\n")
        answer = self._answers[plan.first].readline()
        wrong: list[str] = json.loads(answer) if answer else ["the process of the story ended"]
        return wrong

    def close(self) -> None:
        """End the processes."""
        for writing in self._orders:
            os.close(writing)
        for reading in self._answers:
            reading.close()
        os.waitpid(self._process, 0)


def _become(name: str, folder: Path, orders: list[int], answers: list[int]) -> None:
    """Be the process of stage 0; those of the later ones are its children. Never returns."""
    try:
        make_small(name)
        listening = socket.socket()
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listening.bind(("127.0.0.1", 0))
        listening.listen(256)
        vendor = Vendor(name, folder, WORLDS[name].make(), listening)
        tokens = folder / f"{name}-tokens"
        vendor.sign_in(tokens)
        settings: dict[str, Any] = {}
        stage = 0
        while stage < vendor.world.stages and not (child := os.fork()):
            _calm(vendor, stage, tokens, settings)
            if stage < len(vendor.world.later):
                vendor.world.later[stage](vendor.box)
            stage += 1
        if stage == vendor.world.stages:
            (folder / f"{name}.modules").write_text(json.dumps(sorted(sys.modules)))
            _say(answers[-1], [])
            os._exit(0)
        _tell_stories(vendor, orders[stage], answers[stage])
        os.waitpid(child, 0)
        os._exit(0)
    except BaseException:  # noqa: BLE001 - whatever it is, it is told
        _say(answers[-1], traceback.format_exc()[-1500:])
        os._exit(1)


def _calm(vendor: Vendor, stage: int, tokens: Path, settings: dict[str, Any]) -> None:
    """The run of a stage that meets no mishap; what it leaves is kept."""
    file = Path(copy(vendor.file(stage - 1), vendor.file(stage)))
    pages, asked = file.stat().st_size // 4096, vendor.box.requests.total()
    with vendor.serving():
        settings.update(settings or vendor.world.settings(vendor.box))
        report: Report = sync(vendor.order(file, tokens, settings))
    assert report.state == "done", report
    rows = rows_of(file)
    assert not (untrue := vendor.world.untrue(vendor.box, rows)), untrue
    vendor.file(stage).with_suffix(".rows").write_bytes(pickle.dumps(rows))
    lengths = {
        **report.counts,
        "request": vendor.box.requests.total() - asked,
        "page": file.stat().st_size // 4096 - pages,
    }
    vendor.file(stage).with_suffix(".json").write_text(json.dumps(lengths))


def _tell_stories(vendor: Vendor, orders: int, answers: int) -> None:
    from tests.faults.story import Story

    with os.fdopen(orders, "rb") as lines:
        for number, line in enumerate(lines):
            if not number:
                _import_all(vendor)
            told = json.loads(line)
            process = os.fork()
            if not process:
                try:
                    _say(answers, Story(vendor, Plan.of(told["plan"]), told["broken"]).play())
                except BaseException:  # noqa: BLE001 - whatever it is, it is told
                    _say(answers, [traceback.format_exc()[-1500:]])
                finally:
                    sys.stdout.flush()
                    os._exit(0)
            os.waitpid(process, 0)


def _import_all(vendor: Vendor) -> None:
    """Import what a run imports late, or each of them would do so again."""
    for module in json.loads((vendor.folder / f"{vendor.name}.modules").read_text()):
        with suppress(Exception):
            import_module(module)
    gc.collect()
    gc.freeze()  # what is there already is not looked at, and so not copied, in each process


def _say(where: int, what: Any) -> None:
    os.write(where, json.dumps(what).encode() + b"\n")
