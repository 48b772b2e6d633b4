"""Several processes keep one timetable: each due time is begun once, whoever comes first."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path

import pytest
from sqlalchemy import select

from cophub.hub import Hub
from cophub.hub.carrying import Due, carry_out
from cophub.warehouse import tables

PLUGIN = """
import time
from cophub import Account, Checkpoint, Connector, Pipeline, Stream, hookimpl
from cophub.pipeline import NoSettings

def accounts(ctx, since):
    yield Account(key=f"a{since or 0}")
    yield Checkpoint(str(int(since or 0) + 1))
    time.sleep(0.005)

@hookimpl
def cophub_connectors():
    streams = [Stream(accounts)]
    return [Connector(name="count", summary="Counts.", settings=NoSettings, streams=streams)]

@hookimpl
def cophub_pipelines():
    return [Pipeline(name="tick", summary="Ticks.", run=lambda context: iter(()))]
"""
TOML = """
[hub]
warehouse = "{url}"
[plugins]
modules = ["{module}"]
[sources.a]
connector = "count"
every = "1 hour"
[sources.b]
connector = "count"
every = "1 hour"
[pipelines.tick]
every = "1 hour"
"""
KEEPER = """
import sys, signal
from datetime import timedelta
from cophub import schedule
from cophub.hub import Hub

schedule.AGAIN, schedule.LOOK_SECONDS = timedelta(seconds=0.03), 0.05
with Hub.open(sys.argv[1]) as hub:
    tables = [*hub.config.sources.values(), *hub.config.pipelines.values()]
    for table in tables:
        table.every = timedelta(seconds=0.2)
    keeper = schedule.Timekeeper(hub, lambda told: print(told, flush=True))
    signal.signal(signal.SIGTERM, lambda *_: keeper.stop.set())
    keeper.run()
"""
WORKER = """
import sys, time
from datetime import datetime, timedelta
from cophub.errors import SourceBusy
from cophub.hub import Hub
from cophub.hub.carrying import Due, carry_out

start = datetime.fromisoformat(sys.argv[2])
clock = [start]
with Hub.open(sys.argv[1], now=lambda: clock[0]) as hub:
    print("ready", flush=True)
    sys.stdin.readline()
    for hour in range(50):
        at = start + timedelta(hours=hour)
        clock[0] = at + timedelta(seconds=int(sys.argv[3]))
        for kind, name in [("source", "a"), ("pipeline", "tick")][: 1 + (hour % 5 == 0)]:
            while True:
                try:
                    wrong = [r for r in carry_out(hub, Due(kind, name, at)) if r.error]
                    assert not wrong, wrong
                    break
                except SourceBusy:
                    time.sleep(0.01)
"""


@pytest.fixture
def config(tmp_path: Path, warehouse_url: str, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A plugins.toml with a source and a pipeline that are quick."""
    module = f"tick_{abs(hash(str(tmp_path)))}"
    (tmp_path / f"{module}.py").write_text(PLUGIN)
    monkeypatch.syspath_prepend(str(tmp_path))
    path = tmp_path / "plugins.toml"
    path.write_text(TOML.format(url=warehouse_url, module=module))
    return path


@pytest.fixture
def begin() -> Iterator[Callable[..., subprocess.Popen[str]]]:
    """Starts Python processes, and ends those that are left."""
    started: list[subprocess.Popen[str]] = []

    def run(program: str, *arguments: str) -> subprocess.Popen[str]:
        pipes = dict(stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        command = [sys.executable, "-c", program, *arguments]
        environment = {**os.environ, "PYTHONUNBUFFERED": "1"}
        started.append(subprocess.Popen(command, text=True, env=environment, **pipes))  # type: ignore[call-overload]
        return started[-1]

    yield run
    for process in started:
        process.kill()
        process.communicate()


def times(hub: Hub, source: str) -> list[tuple[datetime, datetime | None, str]]:
    """(when it began, the time that it was for, how it ended) of each run, the first first."""
    r = tables.run.c
    query = select(r.started_at, r.due_at, r.state).where(r.source == source).order_by(r.id)
    with hub.warehouse.connect() as connection:
        return [tuple(row) for row in connection.execute(query)]


def pipeline_times(hub: Hub, name: str) -> list[tuple[datetime, datetime | None, str]]:
    p = tables.pipeline_run.c
    query = select(p.started_at, p.due_at, p.state).where(p.pipeline == name).order_by(p.run)
    with hub.warehouse.connect() as connection:
        return [tuple(row) for row in connection.execute(query)]


def test_fifty_due_times_are_each_begun_once_by_two_processes(
    config: Path, begin: Callable[..., subprocess.Popen[str]]
) -> None:
    """Also where the clock of one is three seconds behind, and it begins before the time."""
    start = datetime(2026, 3, 1, 6, tzinfo=UTC)
    both = [begin(WORKER, str(config), start.isoformat(), late) for late in ("-3", "1")]
    for each in both:
        assert each.stdout is not None
        assert each.stdout.readline() == "ready\n"
    for each in both:
        assert each.stdin is not None
        each.stdin.write("go\n")
        each.stdin.flush()
    for each in both:
        _, errors = each.communicate(timeout=60)
        assert each.returncode == 0, errors[-700:]
    expected = [start + timedelta(hours=hour) for hour in range(50)]
    with Hub.open(config) as hub:
        assert [(due, state) for _, due, state in times(hub, "a")] == [
            (at, "done") for at in expected
        ]
        assert [due for _, due, _ in pipeline_times(hub, "tick")] == expected[::5]


def test_two_schedulers_run_nothing_twice_and_one_goes_on_when_the_other_is_killed(
    config: Path, begin: Callable[..., subprocess.Popen[str]]
) -> None:
    """Real ones, with times a fifth of a second apart."""
    both = [begin(KEEPER, str(config)) for _ in range(2)]
    with Hub.open(config) as hub:
        wait_for(lambda: len(times(hub, "a")) >= 8 and len(times(hub, "b")) >= 8)
        both[0].kill()
        seen = len(times(hub, "a"))
        wait_for(lambda: len(times(hub, "a")) >= seen + 5)
        both[1].send_signal(signal.SIGTERM)
        _, errors = both[1].communicate(timeout=20)
        assert (both[1].returncode, errors) == (0, "")
        for rows in (times(hub, "a"), times(hub, "b"), pipeline_times(hub, "tick")):
            # What a kill or the stop cut short is begun again; all else keeps its distance.
            whole = [row for row in rows if row[2] == "done"]
            assert len(rows) - len(whole) <= 2
            for (began, _, _), (later, due, _) in pairwise(whole):
                assert due is not None and later >= due
                assert later - began >= timedelta(seconds=0.2)
            dues = [due for _, due, _ in whole if due is not None]
            assert len(set(dues)) == len(dues) >= len(whole) - 1


def wait_for(true: Callable[[], bool], seconds: float = 30) -> None:
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end
        time.sleep(0.1)


def test_what_never_ran_is_begun_once_by_all_who_try(config: Path) -> None:
    """Its time is `EVER`, which no run is kept with."""
    from cophub.warehouse.begun import EVER

    with Hub.open(config) as hub:
        for due in (Due("source", "a", EVER), Due("pipeline", "tick", EVER)) * 2:
            list(carry_out(hub, due))
        assert [due for _, due, _ in times(hub, "a")] == [None]
        assert [due for _, due, _ in pipeline_times(hub, "tick")] == [None]
