"""The timetable is kept: nothing overlaps, what was missed is caught up, and the end is clean."""

import threading
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from apscheduler.executors.pool import ThreadPoolExecutor
from sqlalchemy import delete, func, select, update

from cophub import ConfigError, WarehouseError, schedule
from cophub.error_codes import VARIABLE_NOT_SET
from cophub.hub import Hub, timing
from cophub.hub.answers import Reloaded
from cophub.hub.carrying import Due, carry_out
from cophub.schedule import CarryOut, Timekeeper
from cophub.warehouse import tables
from cophub.warehouse.begun import EVER
from cophub.warehouse.holding import held
from cophub.warehouse.state import start_run

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


def keep_time(
    hub: Hub,
    until: Callable[[list[Any]], Any],
    seconds: float = 10,
    do: CarryOut = carry_out,
) -> list[Any]:
    """Runs a timekeeper until something is true of the results, then stops it."""
    told: list[Any] = []
    keeper = Timekeeper(hub, told.append, do)
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


def kept(hub: Hub) -> int:
    """How many accounts are in the warehouse."""
    with hub.warehouse.connect() as connection:
        return connection.scalar(select(func.count()).select_from(tables.account)) or 0


def test_stopping_ends_a_run_at_its_next_checkpoint(make_hub: Callable[..., Hub]) -> None:
    """What it had read is kept; the run says that it was stopped."""
    hub = make_hub(SOURCE + "settings = { steps = 400 }\n")
    told = keep_time(hub, lambda told: kept(hub) > 0)
    assert [result.state for result in told] == ["stopped"]
    [run] = hub.runs()
    assert (run.state, 0 < run.total("new") < 400) == ("stopped", True)


def test_a_stop_while_something_is_begun_breaks_no_thread(
    make_hub: Callable[..., Hub], monkeypatch: pytest.MonkeyPatch
) -> None:
    begun, broken = threading.Event(), list[Any]()
    begin = ThreadPoolExecutor._do_submit_job

    def slowly(*given: Any) -> None:
        begun.set()
        time.sleep(0.3)  # the stop comes meanwhile
        begin(*given)

    monkeypatch.setattr(ThreadPoolExecutor, "_do_submit_job", slowly)
    monkeypatch.setattr(threading, "excepthook", broken.append)
    keep_time(make_hub(SOURCE), lambda told: begun.is_set())
    assert broken == []


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


def began_in_order(hub: Hub, ended: Callable[[list[Any]], bool]) -> tuple[list[str], list[Any]]:
    """The names of what was begun, in their order, and what was told."""
    begun: list[str] = []

    def do(hub: Hub, due: Due, stop: threading.Event) -> Iterator[Any]:
        begun.append(due.name)
        yield from carry_out(hub, due, stop)

    return begun, keep_time(hub, ended, do=do)


def test_a_pipeline_waits_for_the_sources_whose_time_has_come(
    make_hub: Callable[..., Hub], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Else it would publish what half of them had, and nothing more until its next time."""
    monkeypatch.setattr(schedule, "SOON", timedelta(milliseconds=50))
    text = '[pipelines.identities]\nevery = "1 day"\n' + SOURCE + "settings = { steps = 10 }\n"
    hub = make_hub(text + SOURCE.replace("sources.a", "sources.b"))
    begun, told = began_in_order(hub, lambda told: len(told) > 2)
    assert sorted(begun[:2]) == ["a", "b"]
    assert [getattr(one, "pipeline", "") for one in told] == ["", "", "identities"]
    assert begun[2:] == ["identities"]


def test_a_pipeline_waits_for_no_source_whose_time_comes_later_or_that_cannot_begin(
    make_hub: Callable[..., Hub], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(schedule, "SOON", timedelta(milliseconds=50))
    later, broken = SOURCE, SOURCE.replace("sources.a", "sources.b").replace("count", "cuont")
    hub = make_hub('[pipelines.identities]\nevery = "1 day"\n' + later + broken)
    list(hub.sync(["a"]))
    begun, told = began_in_order(hub, lambda told: len(told) > 1)
    assert begun == ["b", "identities"]
    assert told[-1].pipeline == "identities"


def test_a_source_that_takes_long_holds_up_no_pipeline_for_ever(
    make_hub: Callable[..., Hub], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(schedule, "SOON", timedelta(milliseconds=50))
    monkeypatch.setattr(schedule, "PATIENCE", timedelta(milliseconds=300))
    text = '[pipelines.identities]\nevery = "1 day"\n' + SOURCE + "settings = { steps = 400 }\n"
    _, told = began_in_order(make_hub(text), lambda told: len(told) > 0)
    assert [getattr(one, "pipeline", one) for one in told][:1] == ["identities"]


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


def test_a_run_that_was_stopped_is_still_due_and_one_that_was_killed_once(
    make_hub: Callable[..., Hub],
) -> None:
    """Killed twice in a row it waits for its next time: it may be what ends its process."""
    clock = [datetime(2026, 11, 16, 7, tzinfo=UTC)]
    hub = make_hub('[sources.a]\nconnector = "count"\nwhen = "Mondays"\n', now=lambda: clock[0])
    list(hub.sync(["a"]))
    monday = datetime(2026, 11, 23, tzinfo=UTC)
    clock[0] = monday + timedelta(minutes=1)
    r = tables.run.c
    for states, due_at in [
        (["done"], monday + timedelta(days=7)),
        (["stopped"], monday),
        (["killed"], monday),
        (["stopped", "killed", "stopped"], monday),
        (["killed", "killed"], monday + timedelta(days=7)),
        (["killed", "running"], monday + timedelta(days=7)),  # nobody holds its lease: killed
        (["failed"], monday + timedelta(days=7)),
    ]:
        with hub.warehouse.begin() as connection:
            for state in states:
                run = start_run(
                    connection, kind="sync", source="a", now=clock[0], version="1", due_at=monday
                )
                connection.execute(update(tables.run).where(r.id == run).values(state=state))
        assert timing.next_time(hub, "source", "a") == due_at, states
        begun_now = bool(list(hub.sync(["a"], due_at=monday)))
        assert begun_now == (due_at == monday), states
        with hub.warehouse.begin() as connection:
            connection.execute(delete(tables.stream_run).where(tables.stream_run.c.run > 1))
            connection.execute(delete(tables.run).where(r.id > 1))


def test_what_is_worked_on_is_tried_again_and_then_found_done(
    make_hub: Callable[..., Hub], monkeypatch: pytest.MonkeyPatch
) -> None:
    """In silence: who works on it tells of it."""
    monkeypatch.setattr(schedule, "AGAIN", timedelta(seconds=0.1))
    hub = make_hub(SOURCE)
    with held(hub.warehouse, "a"):
        started = time.monotonic()
        assert keep_time(hub, lambda told: time.monotonic() - started > 0.5) == []
    assert [result.state for result in keep_time(hub, bool)] == ["done"]


def test_a_warehouse_that_is_away_is_told_once_and_asked_again(
    make_hub: Callable[..., Hub], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(schedule, "AGAIN", timedelta(seconds=0.05))
    tried: list[Due] = []

    def away(hub: Hub, due: Due, stop: threading.Event) -> list[Any]:
        tried.append(due)
        if len(tried) < 4:
            raise WarehouseError("the warehouse is away")
        return list(carry_out(hub, due, stop))

    told = keep_time(make_hub(SOURCE), lambda told: len(told) > 1, do=away)
    assert [getattr(one, "error", None) for one in told] == ["the warehouse is away", None]
    assert len(set(tried)) == 1


def test_what_cannot_begin_waits_for_its_next_time(make_hub: Callable[..., Hub]) -> None:
    hub = make_hub('[sources.b]\nconnector = "cuont"\nevery = "1 day"\n')
    first: list[float] = []

    def a_while_after_the_first(told: list[Any]) -> bool:
        if told and not first:
            first.append(time.monotonic())
        return bool(first) and time.monotonic() - first[0] > 0.5

    assert len(keep_time(hub, a_while_after_the_first)) == 1


def test_the_next_runs_of_everything_are_told_in_their_order(make_hub: Callable[..., Hub]) -> None:
    now = datetime(2026, 11, 17, 12, tzinfo=UTC)
    hub = make_hub(
        SOURCE + '[pipelines.site]\ncron = "0 13 * * *"\njitter = "10 minutes"\n'
        '[pipelines.brief]\nwhen = "Thursdays"\n[sources.c]\nconnector = "count"\n',
        now=lambda: now,
    )
    list(hub.sync(["a"]))
    list(hub.publish(["site", "brief"]))
    coming = hub.coming(10)
    names = ["site", "a", "a", "a", "a", "site", "a", "a", "brief", "a"]
    assert [one.name for one in coming] == names
    assert [one.at for one in coming if one.name == "a"] == [
        now + timedelta(hours=6) * n for n in range(1, 8)
    ]
    for one in coming:
        if one.name == "site":
            # What is shown is when it comes, whatever that time is moved by.
            assert (
                timedelta() <= one.at - one.at.replace(minute=0, second=0) < timedelta(minutes=10)
            )
            assert timing.next_time(hub, "pipeline", "site", one.at - timedelta(hours=20)) == one.at


def edit(hub: Hub, old: str, new: str) -> None:
    """In one piece: these tests look at the file so often that they would see half of it."""
    path = hub.config.path
    beside = path.with_suffix(".new")
    beside.write_text(path.read_text().replace(old, new))
    beside.replace(path)


def told_of(told: list[Any]) -> list[Reloaded]:
    return [one for one in told if isinstance(one, Reloaded)]


def test_a_file_that_changes_while_the_warehouse_is_away_is_taken_over_afterwards(
    make_hub: Callable[..., Hub], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(schedule, "LOOK_SECONDS", 0.02)
    hub = make_hub(SOURCE)
    coming, asked = Hub.coming, []

    def away(self: Hub, limit: int | None = None) -> Any:
        if self is not hub:
            asked.append(self)
            if len(asked) < 4:
                raise WarehouseError("the server does not answer")
        return coming(self, limit)

    monkeypatch.setattr(Hub, "coming", away)

    def until(told: list[Any]) -> bool:
        if len(told) == 1 and not asked:
            edit(hub, "6 hours", "7 days")
        return bool(told_of(told))

    (reloaded,) = told_of(keep_time(hub, until))
    assert reloaded.error is None and reloaded.changed == ("a",)
    assert len(asked) == 4


def test_a_changed_file_is_taken_over_without_a_restart(
    make_hub: Callable[..., Hub], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Sources come, change and go; a file that is wrong is told once, and the old one stays."""
    monkeypatch.setattr(schedule, "LOOK_SECONDS", 0.05)
    gone = '[sources.z]\nconnector = "count"\nevery = "1 day"\n'
    hub = make_hub(SOURCE + gone)
    steps = [
        (lambda told: len(told) == 2, "every", "evry"),
        (lambda told: len(told_of(told)) == 1, "evry", "every"),
        (lambda told: len(told_of(told)) == 2, gone, SOURCE.replace("sources.a", "sources.n")),
        (
            lambda told: told_of(told)[2:] and told[-1].__class__ is not Reloaded,
            "6 hours",
            "7 days",
        ),
        (lambda told: len(told_of(told)) == 4, "", ""),
    ]

    def until(told: list[Any]) -> bool:
        if steps and steps[0][0](told):
            _, old, new = steps.pop(0)
            if old:
                edit(hub, old, new)
        return not steps

    reloads = told_of(keep_time(hub, until, seconds=20))
    assert not steps
    wrong, right, other, last = reloads
    assert "evry: no such key (did you mean" in (wrong.error or "")
    assert wrong.code is not None
    assert (right.error, right.added, right.changed, right.removed) == (None, (), (), ())
    assert (other.added, other.changed, other.removed) == (("n",), (), ("z",))
    assert (last.added, last.changed, last.removed) == ((), ("a", "n"), ())
    assert {run.source for run in hub.runs()} == {"a", "z", "n"}


def test_status_tells_a_file_that_is_not_taken_over(
    make_hub: Callable[..., Hub], monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """A variable that the terminal of whoever asks has, and the process that keeps time has not."""
    monkeypatch.setattr(schedule, "LOOK_SECONDS", 0.05)
    caplog.set_level("INFO")
    hub = make_hub(SOURCE)
    said: list[str] = []

    def until(told: list[Any]) -> bool:
        if not said and told:
            said.append("")
            edit(hub, 'every = "6 hours"', 'every = { env = "NOT_SET_HERE" }')
        elif len(said) == 1 and told_of(told):
            said.extend(hub.status().warnings)
            edit(hub, '{ env = "NOT_SET_HERE" }', '"7 hours"')
            said.extend(hub.status().warnings)  # what was refused is not what the file is
        return len(told_of(told)) > 1

    wrong, right = told_of(keep_time(hub, until, seconds=20))
    assert (wrong.code, right.error) == (VARIABLE_NOT_SET, None)
    _, warning = said
    assert "plugins.toml is not taken over since " in warning
    assert "NOT_SET_HERE" in warning
    assert warning.endswith(f"[{VARIABLE_NOT_SET}]")
    assert hub.status().warnings == ()
    [record] = [one for one in caplog.records if "not taken over: " in one.getMessage()]
    assert record.__dict__["code"] == VARIABLE_NOT_SET


def test_what_runs_when_the_file_changes_ends_with_what_it_began_with(
    make_hub: Callable[..., Hub], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(schedule, "LOOK_SECONDS", 0.05)
    hub = make_hub(SOURCE + "settings = { steps = 12 }\n")
    edited: list[bool] = []

    def until(told: list[Any]) -> bool:
        if not edited and hub.runs():
            edited.append(True)
            edit(hub, "steps = 12", "steps = 1")
        return len(told) == 2

    reloaded, result = keep_time(hub, until)
    assert reloaded.changed == ("a",)
    assert (result.state, result.total("new")) == ("done", 12)


def test_a_stop_between_pipelines_leaves_the_site_and_what_was_not_run_is_due(
    make_hub: Callable[..., Hub],
) -> None:
    hub = make_hub('[pipelines.site]\nevery = "1 day"\n')
    stop = threading.Event()
    for result in hub.publish(["site"], stop=stop):
        if result.pipeline == "identities":
            stop.set()
    assert (result.pipeline != "identities", result.state) == (True, "stopped")
    assert not hub.config.site.exists()
    assert timing.next_time(hub, "pipeline", "site") == EVER
    [run] = hub.runs()
    assert (run.kind, run.state) == ("publish", "stopped")
    assert [each.state for each in hub.publish(["site"])][-1] == "done"
    assert (hub.config.site / "index.html").exists()


def test_a_run_knows_whether_a_person_or_the_timetable_asked(make_hub: Callable[..., Hub]) -> None:
    hub = make_hub(SOURCE)
    keep_time(hub, lambda told: len(told) > 0)
    list(hub.sync(["a"]))
    assert [run.asked_by for run in hub.runs()] == ["person", "timetable"]


def test_without_a_timetable_there_is_nothing_to_keep(make_hub: Callable[..., Hub]) -> None:
    hub = make_hub('[sources.a]\nconnector = "count"\n')
    with pytest.raises(ConfigError, match="has no timetable; give a source or pipeline"):
        Timekeeper(hub, lambda result: None)
