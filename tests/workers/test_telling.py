"""What plugins.toml may say of workers, and what is told of those that are there, or are not."""

import json
import sys
import threading
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from cophub import ConfigError
from cophub.cli import run
from cophub.config import load_config
from cophub.http import FileTokens
from cophub.hub import Hub, alert_causes, queueing
from cophub.hub.answers import HandedOn
from cophub.hub.carrying import Due
from cophub.schedule import Timekeeper
from cophub.warehouse.token_store import TableTokens
from cophub.web.metrics import Watched
from cophub.work_queue import WorkQueue, queue_name

from .conftest import Place, rows

SOURCE = '[sources.a]\nconnector = "pages"\nevery = "1 day"\n'
TICK = '[pipelines.tick]\nevery = "1 day"\n'


def test_on_one_machine_nothing_is_handed_on(tmp_path: Path) -> None:
    path = tmp_path / "plugins.toml"
    path.write_text(SOURCE + 'on = "w1"\n')
    config = load_config(path)
    assert config.hub.queue == "here"
    assert "has no effect without" in config.warnings[0]
    with Hub(config) as hub:
        assert isinstance(hub.tokens("a"), FileTokens)
        assert queueing.queue_of(hub) is None
        assert list(queueing.findings(hub)) == []
        assert hub.status().queue is None


@pytest.mark.parametrize(
    ("text", "said", "code"),
    [
        ('[hub]\nqueue = "workers"\n', '"workers" needs PostgreSQL', "CPH-C14"),
        (
            '[hub]\nwarehouse = "postgresql://h/d"\nqueue = "workers"\n' + TICK,
            r'\[pipelines.tick\] on: is missing; .* such as on = "web1"',
            "CPH-C14",
        ),
        ('[hub]\nqueue = "worker"\n', r"\[hub\] queue", "CPH-C11"),
        (SOURCE + 'on = "a machine"\n', "is not a name that can be used", "CPH-C11"),
    ],
)
def test_what_does_not_go_together_is_one_line(
    text: str, said: str, code: str, tmp_path: Path
) -> None:
    path = tmp_path / "plugins.toml"
    path.write_text(text)
    with pytest.raises(ConfigError, match=said) as failed:
        load_config(path)
    assert failed.value.code == code and "\n" not in str(failed.value)


def test_an_sqlite_file_that_a_variable_names_is_refused_too(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "plugins.toml"
    path.write_text('[hub]\nqueue = "workers"\nwarehouse = { env = "WHERE" }\n' + SOURCE)
    monkeypatch.setenv("WHERE", "sqlite:///cophub.db")
    with pytest.raises(ConfigError, match="needs PostgreSQL"), Hub.open(path) as hub:
        hub.status()


def test_who_keeps_time_hands_on_and_runs_nothing(place: Place) -> None:
    place.write(SOURCE + TICK + 'on = "web1"\n')
    hub = place.hub()
    told: list[Any] = []
    keepers = [Timekeeper(place.hub(), told.append) for _ in range(2)]
    threads = [threading.Thread(target=keeper.run) for keeper in keepers]
    for thread in threads:
        thread.start()
    place.until(lambda: len(told) == 2)
    for keeper in keepers:
        keeper.stop.set()
    for thread in threads:
        thread.join(60)
    assert {HandedOn("a", "source"), HandedOn("tick", "pipeline", "web1")} == set(told)
    assert len(told) == 2
    assert queueing.queue_of(hub).waiting in (  # type: ignore[union-attr]
        ("source a", "pipeline tick"), ("pipeline tick", "source a"),
    )  # fmt: skip
    assert rows(hub, "SELECT count(*) FROM run") == [(0,)]


def test_who_keeps_time_needs_procrastinate_as_well(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    place.write(SOURCE)
    monkeypatch.setitem(sys.modules, "procrastinate", None)
    with pytest.raises(ConfigError, match="needs procrastinate"):
        Timekeeper(place.hub(), print)


def worker_at(hub: Hub, *names: str) -> None:
    """Note a worker that takes from the queues of some sources."""
    queue = WorkQueue(hub.warehouse)
    queue.make_ready()
    with hub.warehouse.begin() as connection:
        found = connection.exec_driver_sql(
            "INSERT INTO cophub_queue.procrastinate_workers DEFAULT VALUES RETURNING id"
        )
        number = found.scalar_one()
    queue.introduce(number, "w1", "db1", [queue_name("source", name, None) for name in names])


def told_everywhere(
    place: Place, capsys: pytest.CaptureFixture[str]
) -> tuple[str, list[str], dict[str, str], str]:
    """What `status`, `doctor`, health and `schedule --show` tell of the queue."""
    hub = place.hub()
    config = ["--config", str(place.config)]
    said = []
    for words in (["status"], ["schedule", "--show"]):
        run([*words, *config])
        said.append(" ".join(capsys.readouterr().out.split()))
    found = [f"{one.state}: {one.message}" for one in queueing.findings(hub)]
    return said[0], found, Watched(hub).readiness(), said[1]


def test_no_worker_is_told_wherever_one_looks(
    place: Place, capsys: pytest.CaptureFixture[str]
) -> None:
    place.write(SOURCE)
    list(queueing.hand_on(place.hub(), Due("source", "a", datetime.now(UTC))))
    status, doctor, health, shown = told_everywhere(place, capsys)
    wrong = "no worker is there, and source a waits"
    assert f"start cophub worker: {wrong}" in status and f"{wrong}: start cophub worker" in shown
    assert "queue: no worker, 0 running, 1 waiting" in shown
    assert f"warning: {wrong}" in doctor
    assert health == {"warehouse": "ok", "queue": "no worker"}
    (cause,) = (one for one in alert_causes.judge(place.hub()).causes.values())
    assert (cause.code, cause.subject) == ("CPH-S05", "the workers")


def test_workers_that_are_there_are_told_and_no_fault(
    place: Place, capsys: pytest.CaptureFixture[str]
) -> None:
    place.write(SOURCE)
    hub = place.hub()
    worker_at(hub, "a")
    list(queueing.hand_on(hub, Due("source", "a", datetime.now(UTC))))
    status, doctor, health, shown = told_everywhere(place, capsys)
    line = "queue: 1 worker (w1), 0 running, 1 waiting"
    assert line in status and line in shown
    assert doctor == [f"ok: {line.removeprefix('queue: ')}"]
    assert health == {"warehouse": "ok", "queue": "ok"}
    assert b"cophub_queue_workers 1.0" in Watched(hub).metrics()
    assert b"cophub_queue_waiting 1.0" in Watched(hub).metrics()
    assert alert_causes.judge(hub).causes == {}


def test_what_no_worker_takes_is_told_by_name(
    place: Place, capsys: pytest.CaptureFixture[str]
) -> None:
    place.write(SOURCE)
    hub = place.hub()
    worker_at(hub, "b")
    list(queueing.hand_on(hub, Due("source", "a", datetime.now(UTC))))
    status, doctor, _, _ = told_everywhere(place, capsys)
    wrong = "source a waits, and no worker takes it"
    assert f"start cophub worker where `on` says: {wrong}" in status
    assert doctor[0] == f"warning: {wrong}"


@pytest.mark.parametrize("left", [SOURCE.replace('every = "1 day"\n', ""), ""])
def test_what_plugins_toml_no_longer_has_waits_for_nobody(place: Place, left: str) -> None:
    other = SOURCE.replace("sources.a", "sources.b")
    place.write(SOURCE + other)
    list(queueing.hand_on(place.hub(), Due("source", "a", datetime.now(UTC))))
    place.write(left + other)
    hub = place.hub()
    worker_at(hub, "b")
    assert [one.state for one in queueing.findings(hub)] == ["ok"]
    assert alert_causes.judge(hub).causes == {}
    place.write(SOURCE + other)
    assert queueing.queue_of(place.hub()).stranded == ("source a",)  # type: ignore[union-attr]


def test_the_doctor_names_settings_that_name_files(place: Place) -> None:
    place.write(
        '[sources.lists]\nconnector = "mailarchive"\nevery = "1 day"\n'
        'settings = { list = "forum", path = "mail" }\n'
    )
    found = [one.message for one in queueing.findings(place.hub())]
    assert found[-1] == "lists names files (path): every worker needs them, or give it `on`"


def test_programs_read_the_queue_as_json(place: Place, capsys: pytest.CaptureFixture[str]) -> None:
    place.write(SOURCE)
    worker_at(place.hub(), "a")
    for words in (["status"], ["schedule", "--show"]):
        run([*words, "--json", "--config", str(place.config)])
        found = json.loads(capsys.readouterr().out)["queue"]
        assert [one["name"] for one in found["workers"]] == ["w1"]
        assert found["waiting"] == []


def test_a_worker_where_there_is_no_work_for_workers_leaves_with_2(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "plugins.toml"
    path.write_text(SOURCE)
    assert run(["worker", "--config", str(path)]) == 2
    said = capsys.readouterr().err
    assert said.startswith("cophub: ") and said.endswith("cophub schedule [CPH-C14]\n")
    assert not (tmp_path / "cophub.db").exists()


def test_a_run_by_hand_is_done_here_and_now(
    place: Place, capsys: pytest.CaptureFixture[str]
) -> None:
    place.write(SOURCE)
    assert run(["sync", "a", "--config", str(place.config)]) == 0
    hub = place.hub()
    assert rows(hub, "SELECT state, asked_by FROM run") == [("done", "person")]
    assert isinstance(hub.tokens("a"), TableTokens)
