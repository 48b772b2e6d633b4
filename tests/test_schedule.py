"""The timetable is kept: nothing overlaps, what was missed is caught up, and the end is clean."""

import threading
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from cophub import ConfigError
from cophub.hub import Hub
from cophub.schedule import Timekeeper

COUNTER = """
import threading, time
from pydantic import BaseModel, Field
from cophub import Account, Checkpoint, Connector, Stream, hookimpl

class Settings(BaseModel):
    base_url: str = Field("https://count.example.org", description="Where it is.")
    steps: int = Field(1, description="Checkpoints of a run.")

running, most, runs = 0, 0, 0

def accounts(ctx, since):
    global running, most, runs
    running, runs = running + 1, runs + 1
    most = max(most, running)
    try:
        for step in range(ctx.settings.steps):
            yield Account(key=f"{runs}-{step}")
            yield Checkpoint(f"{runs}-{step}")
            time.sleep(0.05)
    finally:
        running -= 1

@hookimpl
def cophub_connectors():
    streams = [Stream(accounts)]
    return [Connector(name="count", summary="Counts.", settings=Settings, streams=streams)]
"""


@pytest.fixture
def make_hub(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[..., Hub]]:
    """Opens a hub on a plugins.toml whose connector `count` is a module of its own."""
    name = f"count_forum_{abs(hash(str(tmp_path)))}"
    (tmp_path / f"{name}.py").write_text(COUNTER)
    monkeypatch.syspath_prepend(str(tmp_path))
    opened: list[Hub] = []

    def make(text: str, now: Callable[[], datetime] | None = None) -> Hub:
        path = tmp_path / "plugins.toml"
        path.write_text(f'[plugins]\nmodules = ["{name}"]\n{text}')
        opened.append(Hub.open(path, now) if now else Hub.open(path))
        return opened[-1]

    yield make
    for hub in opened:
        hub.close()


SOURCE = '[sources.a]\nconnector = "count"\nevery = "6 hours"\n'


def keep_time(hub: Hub, until: Callable[[list[Any]], bool], seconds: float = 10) -> list[Any]:
    """Runs a timekeeper until something is true of the results, then stops it."""
    told: list[Any] = []
    keeper = Timekeeper(hub, told.append)
    thread = threading.Thread(target=keeper.run)
    thread.start()
    end = time.monotonic() + seconds
    while time.monotonic() < end and not until(told):
        time.sleep(0.02)
    keeper.stop.set()
    thread.join(timeout=20)
    assert not thread.is_alive()
    return told


def test_what_is_due_runs_at_once_and_what_is_not_waits(make_hub: Callable[..., Hub]) -> None:
    hub = make_hub(SOURCE + '[sources.b]\nconnector = "count"\nevery = "1 day"\n')
    list(hub.sync(["b"]))
    told = keep_time(hub, lambda told: len(told) > 0)
    assert [result.source for result in told] == ["a"]
    assert told[0].state == "done"


def test_times_that_were_missed_are_caught_up_once(make_hub: Callable[..., Hub]) -> None:
    """A day after its last run, a source of every six hours runs once and not four times."""
    past = datetime.now(UTC) - timedelta(days=1)
    list(make_hub(SOURCE, now=lambda: past).sync(["a"]))
    hub = make_hub(SOURCE)
    began = time.monotonic()
    told = keep_time(hub, lambda told: time.monotonic() - began > 1)
    assert len(told) == 1


def test_one_broken_source_stops_no_other_and_comes_again(make_hub: Callable[..., Hub]) -> None:
    hub = make_hub(SOURCE + '[sources.b]\nconnector = "cuont"\nevery = "1 day"\n')
    told = keep_time(hub, lambda told: len(told) > 1)
    assert {getattr(one, "source", None) or one.name for one in told} == {"a", "b"}
    [broken] = [one for one in told if not hasattr(one, "source")]
    assert 'did you mean "count"?' in broken.error


def test_stopping_ends_a_run_at_its_next_checkpoint(make_hub: Callable[..., Hub]) -> None:
    """What it had read is kept; the run says that it was stopped."""
    hub = make_hub(SOURCE + "settings = { steps = 400 }\n")
    told = keep_time(hub, lambda told: bool(hub.runs()), seconds=5)
    assert [result.state for result in told] == ["stopped"]
    [run] = hub.runs()
    assert (run.state, 0 < run.total("new") < 400) == ("stopped", True)


def test_a_source_is_never_synced_twice_at_once(make_hub: Callable[..., Hub]) -> None:
    """A run that takes longer than its interval is not begun again meanwhile, nor made up for."""
    hub = make_hub(SOURCE + "settings = { steps = 30 }\n")
    hub.config.sources["a"].every = timedelta(seconds=1)
    began = time.monotonic()
    told = keep_time(hub, lambda told: len(told) > 1 or time.monotonic() - began > 8)
    connector = hub.plugins.connectors["count"]
    assert connector.streams[0].extract.__globals__["most"] == 1
    assert [result.state for result in told[:2]] == ["done", "done"]


def test_the_next_times_keep_the_hubs_zone_and_follow_the_last_run(
    make_hub: Callable[..., Hub],
) -> None:
    now = datetime(2026, 10, 24, 23, 30, tzinfo=UTC)
    hub = make_hub(
        '[hub]\ntimezone = "Europe/Geneva"\n[sources.a]\nconnector = "count"\ncron = "0 4 * * *"\n'
        '[sources.b]\nconnector = "count"\nevery = "6 hours"\n[sources.c]\nconnector = "count"\n',
        now=lambda: now,
    )
    list(hub.sync(["a", "b", "c"]))
    coming = {one.name: one.at for one in hub.coming()}
    # The clocks go back in that night: four in the morning is then three hours after midnight UTC.
    assert coming == {
        "a": datetime(2026, 10, 25, 3, tzinfo=UTC),
        "b": now + timedelta(hours=6),
    }


def test_each_pipeline_keeps_its_own_times(make_hub: Callable[..., Hub]) -> None:
    """A site that is made every day, or by hand, does not move the brief of Mondays."""
    monday = datetime(2026, 11, 16, 7, tzinfo=UTC)
    clock = [monday]
    hub = make_hub(
        '[pipelines.brief]\ncron = "0 7 * * 1"\n[pipelines.site]\nevery = "1 day"\n',
        now=lambda: clock[0],
    )
    list(hub.publish(["site", "brief"]))
    for day in range(1, 8):
        clock[0] = monday + timedelta(days=day, hours=2)
        list(hub.publish(["site"]))
    coming = {one.name: one.at for one in hub.coming()}
    # Monday's brief is due since seven, although the site was made at nine.
    assert coming == {"brief": clock[0], "site": clock[0] + timedelta(days=1)}


def test_a_run_knows_whether_a_person_or_the_timetable_asked(make_hub: Callable[..., Hub]) -> None:
    hub = make_hub(SOURCE)
    keep_time(hub, lambda told: len(told) > 0)
    list(hub.sync(["a"]))
    assert [run.asked_by for run in hub.runs()] == ["person", "timetable"]


def test_without_a_timetable_there_is_nothing_to_keep(make_hub: Callable[..., Hub]) -> None:
    hub = make_hub('[sources.a]\nconnector = "count"\n')
    with pytest.raises(ConfigError, match="has no timetable; give a source or pipeline"):
        Timekeeper(hub, lambda result: None)
