"""Three workers and two that keep time, while they are killed, stopped and cut off from PostgreSQL.

What is due comes every other second. At the end nothing is lost, and nothing was done twice.
"""

import random
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from sqlalchemy import create_engine, text
from sqlalchemy.exc import OperationalError

VENDOR = '''
import random, time
from cophub import Account, Checkpoint, Connector, Pipeline, Publication, Stream, hookimpl
from cophub.pipeline import NoSettings

def accounts(ctx, since):
    """Four pages that are new at each run; cursor and rows tell what was kept."""
    first = int(since or 0)
    for page in range(first, first + 4):
        time.sleep(random.random() * 0.2)
        for one in range(5):
            yield Account(key=f"{page}-{one}", name=ctx.source)
        yield Checkpoint(str(page + 1))

@hookimpl
def cophub_connectors():
    streams = [Stream(accounts)]
    return [Connector(name="grows", summary="Grows.", settings=NoSettings, streams=streams)]

@hookimpl
def cophub_pipelines():
    return [Pipeline(name="tick", summary="T.", run=lambda ctx: iter([Publication("t.txt", "x")]))]
'''
WORKER = """
import sys
import cophub.worker
from cophub.cli import run
from cophub.worker.taking import Pace

cophub.worker.PACE = Pace(poll=0.5, life=0.4, stalled=4.0, again=0.3, look=0.5)
sys.exit(run(["worker", "--name", sys.argv[2], "--config", sys.argv[1]]))
"""
KEEPER = """
import sys, signal
from datetime import timedelta
from cophub import schedule
from cophub.hub import Hub

schedule.AGAIN, schedule.LOOK_SECONDS = timedelta(seconds=0.2), 0.1
with Hub.open(sys.argv[1]) as hub:
    for table in [*hub.config.sources.values(), *hub.config.pipelines.values()]:
        table.every = timedelta(seconds=2)
    keeper = schedule.Timekeeper(hub, lambda told: print(told, flush=True))
    signal.signal(signal.SIGTERM, lambda *_: keeper.stop.set())
    keeper.run()
"""
TROUBLES = ("kill", "stop", "cut off", "kill who keeps time")
SOURCES = 6
_PATIENCE = 120.0
_CUT = """
SELECT pg_terminate_backend(pid) FROM pg_stat_activity
WHERE datname = current_database() AND pid <> pg_backend_pid()
"""
_WRONG = {
    "done twice for one time": """
        SELECT source, due_at FROM run WHERE state = 'done' AND source IS NOT NULL
        AND due_at IS NOT NULL GROUP BY 1, 2 HAVING count(*) > 1""",
    "pipeline done twice for one time": """
        SELECT pipeline, due_at FROM pipeline_run WHERE state = 'done' AND due_at IS NOT NULL
        GROUP BY 1, 2 HAVING count(*) > 1""",
    "two runs of a source at once": """
        SELECT a.id, b.id FROM run a JOIN run b ON a.source = b.source AND a.id < b.id
        WHERE a.state <> 'killed' AND a.finished_at > b.started_at""",
    "rows other than the cursor tells": """
        SELECT c.source, c.value, count(a.key) FROM cursor c LEFT JOIN account a
        ON a.source = c.source WHERE c.lane = 'live' GROUP BY 1, 2
        HAVING count(a.key) <> c.value::int * 5""",
    "left in the queue": "SELECT lock, status FROM cophub_queue.procrastinate_jobs",
}


@dataclass
class Village:
    """The processes, and who is killed next."""

    folder: Path
    url: str
    seed: int
    workers: list[subprocess.Popen[str]] = field(default_factory=list)
    keepers: list[subprocess.Popen[str]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._chance = random.Random(self.seed)
        self._engine = create_engine(
            self.url.replace("postgresql://", "postgresql+psycopg://"), pool_pre_ping=True
        )
        module = f"grows_{self.seed}"
        (self.folder / f"{module}.py").write_text(VENDOR)
        self._config = self.folder / "plugins.toml"
        self._config.write_text(
            f'[hub]\nwarehouse = "{self.url}"\nqueue = "workers"\n[plugins]\nmodules ='
            f' ["{module}"]\n[pipelines.tick]\nevery = "1 hour"\non = "w0"\n'
            + "".join(
                f'[sources.s{n}]\nconnector = "grows"\nevery = "1 hour"\n' for n in range(SOURCES)
            )
        )

    def play(self, troubles: int) -> list[str]:
        """What is wrong after so many troubles, drawn by the seed."""
        self.workers = [self._start(WORKER, f"w{number}") for number in range(3)]
        self.keepers = [self._start(KEEPER), self._start(KEEPER)]
        try:
            for _ in range(troubles):
                before = self._count("SELECT count(*) FROM run WHERE state = 'done'")
                self._until(
                    lambda before=before: (
                        self._count("SELECT count(*) FROM run WHERE state = 'done'") > before
                    )
                )
                time.sleep(self._chance.random())
                self._trouble(self._chance.choice(TROUBLES))
            return self._end()
        finally:
            for process in [*self.workers, *self.keepers]:
                process.kill()
                process.wait()
            self._engine.dispose()

    def _trouble(self, what: str) -> None:
        number = self._chance.randrange(3)
        if what == "cut off":
            self._rows(_CUT)
        elif what == "kill who keeps time":
            self.keepers[number % 2].kill()
            self.keepers[number % 2].wait()
            self.keepers[number % 2] = self._start(KEEPER)
        else:
            worker = self.workers[number]
            worker.send_signal(signal.SIGKILL if what == "kill" else signal.SIGTERM)
            worker.wait(_PATIENCE)
            self.workers[number] = self._start(WORKER, f"w{number}")

    def _end(self) -> list[str]:
        """End all in good order once the queue is empty; what is wrong then."""
        for keeper in self.keepers:
            keeper.send_signal(signal.SIGTERM)
            keeper.wait(_PATIENCE)
        self._until(lambda: not self._rows(_WRONG["left in the queue"]))
        for worker in self.workers:
            worker.send_signal(signal.SIGTERM)
        wrong = [f"a worker left with {code}" for one in self.workers
                 if (code := one.wait(_PATIENCE)) not in (0, -signal.SIGTERM)]  # fmt: skip
        for said, query in _WRONG.items():
            wrong += [f"{said}: {row}" for row in self._rows(query)]
        never = SOURCES - self._count("SELECT count(DISTINCT source) FROM run WHERE state = 'done'")
        return [*wrong, *([f"{never} sources were never done"] if never else [])]

    def _start(self, program: str, *words: str) -> subprocess.Popen[str]:
        command = [sys.executable, "-c", program, str(self._config), *words]
        with (self.folder / "said.txt").open("a") as said:
            return subprocess.Popen(command, text=True, stdout=said, stderr=subprocess.STDOUT)

    def _until(self, true: Callable[[], bool]) -> None:
        end = time.monotonic() + _PATIENCE
        while not true():
            assert time.monotonic() < end, (self.folder / "said.txt").read_text()
            time.sleep(0.1)

    def _count(self, query: str) -> int:
        return int(str(self._rows(query)[0][0]))

    def _rows(self, query: str) -> list[tuple[object, ...]]:
        for _ in range(3):  # our own connections are cut off, too
            try:
                with self._engine.connect() as connection:
                    return [tuple(row) for row in connection.execute(text(query))]
            except OperationalError:
                time.sleep(0.1)
        raise AssertionError("PostgreSQL does not answer")


__all__ = ["TROUBLES", "Village"]
