"""A program that does what it is told, each time in a process of its own that may be killed.

Orders are JSON, one a line, on its standard input. It answers with the number of the process that
does the order, what that process has to report, and how it ended. All is imported once, before the
first order: starting Python anew for each of a hundred runs would take longer than the runs.
"""

import json
import os
import random
import signal
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager, nullcontext, suppress
from itertools import count
from pathlib import Path
from typing import Any

from sqlalchemy import event

from cophub.sandbox import Sandbox
from cophub.sandbox.server import Request
from cophub.warehouse import Warehouse

Json = dict[str, Any]
Kill = tuple[str, float]
"""What to be killed by, and the number of it at which that happens; or a time in seconds."""
NEVER: Kill = ("", 0)


# --- Inside the program


def serve(do: Callable[[Json], Json]) -> None:
    """Do the order of each line in a process of its own."""
    for line in sys.stdin:
        order = json.loads(line)
        process = os.fork()
        if not process:
            say(do(order))
            os._exit(0)
        say({"process": process})
        _, status = os.waitpid(process, 0)
        say({"exit": os.waitstatus_to_exitcode(status)})


def say(fact: Json) -> None:
    """A line of the answer."""
    os.write(1, json.dumps(fact).encode() + b"\n")


class Countdown:
    """Counts what happens by kinds, and kills this process at that of `die_at`."""

    def __init__(self, die_at: Any) -> None:
        self._die_at = list(die_at or ())
        self.counts: Counter[str] = Counter()

    def __call__(self, what: str) -> None:
        self.counts[what] += 1
        if self._die_at == [what, self.counts[what]]:
            os.kill(os.getpid(), signal.SIGKILL)

    def watch(self, warehouse: Warehouse) -> None:
        """Count the commits and statements of a warehouse."""
        event.listen(warehouse.engine, "commit", lambda connection: self("commit"))
        event.listen(warehouse.engine, "before_cursor_execute", lambda *_: self("statement"))


# --- Outside


class Program:
    """The module with `serve()`, and one of its processes at a time."""

    def __init__(self, module: str, *arguments: str, **environment: str) -> None:
        self._errors = tempfile.TemporaryFile()  # noqa: SIM115 - as long as the process
        self._program = subprocess.Popen(
            [sys.executable, "-m", module, *arguments],
            cwd=Path(__file__).parents[2],
            env={**os.environ, **environment},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._errors,
        )

    def do(
        self, order: Json, killing: Callable[[int], AbstractContextManager[None]] | None = None
    ) -> Json | None:
        """What the process reports, or None when it was killed; `killing` is told its number."""
        self._tell(order)
        process = self._hear()["process"]
        with killing(process) if killing else nullcontext():
            report, fact = None, self._hear()
            while "exit" not in fact:
                report, fact = fact, self._hear()
        assert fact["exit"] in (0, -signal.SIGKILL), f"{fact}\n{self._complaints()}"
        return None if fact["exit"] else report

    def _complaints(self) -> str:
        """The last of what the process wrote to its standard error."""
        self._errors.seek(0)
        return self._errors.read()[-6000:].decode(errors="replace")

    def _tell(self, order: Json) -> None:
        assert self._program.stdin
        self._program.stdin.write(json.dumps(order).encode() + b"\n")
        self._program.stdin.flush()

    def _hear(self) -> Json:
        assert self._program.stdout
        fact: Json = json.loads(self._program.stdout.readline())
        return fact

    def close(self) -> None:
        """Let the program end."""
        assert self._program.stdin
        self._program.stdin.close()
        self._program.wait(20)


class Watched(Sandbox):
    """A vendor that lets the test know of each request as it comes; mixed into one of them."""

    on_request: Callable[[], None] = staticmethod(lambda: None)

    def respond(self, request: Request) -> Any:
        self.on_request()
        return super().respond(request)


@contextmanager
def at_request(box: Watched, number: int, process: int) -> Iterator[None]:
    """Kill the process while its request of that number is under way; at 0 not at all."""
    left = count(number - 1, -1)  # 0: never
    box.on_request = lambda: None if next(left) else end(process)
    yield
    box.on_request = lambda: None


def end(process: int) -> None:
    """Kill a process, if it is still there."""
    with suppress(ProcessLookupError):
        os.kill(process, signal.SIGKILL)


def survive(
    sync: Callable[[Kill], Json | None],
    lengths: Mapping[str, float],
    chance: random.Random,
    most: int,
) -> tuple[Counter[str], Json | None]:
    """Sync, killed up to `most` times at random, until a run ends; by what, and its report."""
    killed: Counter[str] = Counter()
    while killed.total() < most:
        what = chance.choice(sorted(lengths))
        length = lengths[what]
        by_time = what == "second"
        when = chance.uniform(0, length) if by_time else chance.randint(1, int(length))
        report = sync((what, when))
        if report is not None:
            return killed, report
        killed[what] += 1
    return killed, sync(NEVER)
