"""One run of a source in a process of its own, with what is to go wrong in that process."""

import json
import os
import signal
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy import event

from cophub.http import FileTokens, Transport
from cophub.sync import RunResult, SyncEngine, Wish
from cophub.warehouse import Warehouse
from tests.faults import sabotage
from tests.faults.worlds import SOURCE, WORLDS
from tests.sync.forked import Countdown

LONGEST = 60
"""Seconds after which a run is said to hang."""
PHRASE = "a phrase for tests alone"


@dataclass
class Order:
    """What a run is to do, and what is to happen to it."""

    connector: str
    settings: dict[str, Any]
    warehouse: str
    """The path of its SQLite file."""
    tokens: str
    now: str
    tries: int = 6
    die_at: tuple[str, int] = ("", 0)
    """What to be killed by, and the number of it; a request is counted by who plays the vendor."""
    room: int = 0
    """Pages that the warehouse may have; 0: as many as it wants."""
    patience: float = 20.0
    """Seconds to wait for a warehouse that somebody else has locked."""
    due_at: str = ""
    trust_clock: bool = False
    anew: bool = False
    """Read whole, also what is stored just as it is: what `cophub rejects retry` does."""
    broken: str = ""
    """A fault of cophub itself to be put in, by its name in `sabotage.py`."""


@dataclass
class Report:
    """How a run ended."""

    state: str = "killed"
    """That of its result; `not due`, `killed`, `hangs` or `crashed`."""
    code: str = ""
    errors: list[str] = field(default_factory=list)
    written: int = 0
    counts: dict[str, int] = field(default_factory=dict)


class Tokens(FileTokens):
    """Tokens on the disk; before and after each is written the process may be killed."""

    def __init__(self, folder: Path, countdown: Countdown) -> None:
        super().__init__(folder, PHRASE)
        self._countdown = countdown

    def set(self, name: str, value: str) -> None:
        self._countdown("token")
        super().set(name, value)
        self._countdown("token")


def sync(order: Order) -> Report:
    """Run the source as `cophub sync` does; dies at the event that the order names."""
    world, countdown = WORLDS[order.connector], Countdown(order.die_at)
    warehouse = Warehouse.open(f"sqlite:///{order.warehouse}?timeout={order.patience}")
    countdown.watch(warehouse)
    if order.room:
        event.listen(warehouse.engine, "checkout", lambda raw, *_: _fill(raw, order.room))
    now = datetime.fromisoformat(order.now)
    engine = SyncEngine(
        warehouse,
        now=lambda: now,
        tokens=lambda _: Tokens(Path(order.tokens), countdown),
        transport=lambda _: Transport(world.limits(order.tries), sleep=lambda seconds: None),
    )
    due_at = datetime.fromisoformat(order.due_at) if order.due_at else None
    wish = Wish(due_at=due_at, trust_clock=order.trust_clock, full=order.anew, anew=order.anew)
    result = engine.sync_one(world.spec(SOURCE, order.settings), wish)
    warehouse.dispose()
    return _report(result, dict(countdown.counts))


def _fill(raw: Any, pages: int) -> None:
    """From now on the database may have so many pages: SQLite then says that the disk is full."""
    raw.execute(f"PRAGMA max_page_count = {pages}")


def _report(result: RunResult | None, counts: dict[str, int]) -> Report:
    if result is None:
        return Report("not due", counts=counts)
    errors = [f"{one.stream}: {one.error or one.held_for}" for one in result.streams
              if one.state != "done"]  # fmt: skip
    written = result.total("new") + result.total("changed") + result.total("gone")
    told = [one[:400] for one in [*([result.error] if result.error else []), *errors]][:4]
    return Report(result.state, result.code or "", told, written, counts)


class Runner:
    """Forks a process for each run; itself forked while there are no threads that could be cut."""

    def __init__(self) -> None:
        orders, self._orders = os.pipe()
        self._facts, facts = os.pipe()
        self._process = os.fork()
        if not self._process:
            os.close(self._orders)
            os.close(self._facts)
            _serve(orders, facts)
            os._exit(0)
        os.close(orders)
        os.close(facts)
        self._lines = os.fdopen(self._facts, "rb")

    def start(self, *orders: Order) -> list[int]:
        """Begin a run for each order, all at once; their processes."""
        line = json.dumps([vars(order) for order in orders])
        os.write(self._orders, line.encode() + b"\n")
        processes: list[int] = json.loads(self._lines.readline())
        return processes

    def reports(self) -> list[Report]:
        """How the runs ended that were begun last."""
        return [Report(**one) for one in json.loads(self._lines.readline())]

    def close(self) -> None:
        """Let it end."""
        os.close(self._orders)
        os.waitpid(self._process, 0)


def _serve(orders: int, facts: int) -> None:
    with os.fdopen(orders, "rb") as lines:
        for line in lines:
            begun = [_begin(Order(**one)) for one in json.loads(line)]
            _say(facts, [process for process, _ in begun])
            _say(facts, [vars(_ended(process, answer)) for process, answer in begun])


def _begin(order: Order) -> tuple[int, int]:
    """The process of a run, and where its report is to be read."""
    answer, report = os.pipe()
    process = os.fork()
    if process:
        os.close(report)
        return process, answer
    os.close(answer)
    signal.alarm(LONGEST)
    try:
        sabotage.put_in(order.broken)
        told = sync(order)
    except BaseException as error:  # noqa: BLE001 - whatever it is, it is told
        told = Report("crashed", errors=[f"{type(error).__name__}: {error}"[:600]])
    _say(report, vars(told))
    os._exit(0)


def _ended(process: int, answer: int) -> Report:
    with os.fdopen(answer, "rb") as lines:
        told = lines.read()
    _, status = os.waitpid(process, 0)
    code = os.waitstatus_to_exitcode(status)
    if told:
        return Report(**json.loads(told))
    return Report("hangs" if code == -signal.SIGALRM else "killed")


def _say(where: int, what: Any) -> None:
    os.write(where, json.dumps(what).encode() + b"\n")


def end(process: int) -> None:
    """Kill a process, if it is still there."""
    with suppress(ProcessLookupError):
        os.kill(process, signal.SIGKILL)
