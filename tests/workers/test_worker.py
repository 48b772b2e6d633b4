"""What a worker takes, what it gives back, and what ends it."""

import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

import pytest

import cophub.worker
from cophub import ConfigError, WarehouseError
from cophub.errors import SourceBusy
from cophub.http import FileTokens
from cophub.hub import Hub, queueing
from cophub.hub.answers import HandedOn, NotStarted, Reloaded
from cophub.hub.carrying import Due
from cophub.warehouse.holding import held
from cophub.worker import Worker, usual_name
from cophub.worker.taking import Pace

from .conftest import Place, rows

JOBS = "cophub_queue.procrastinate_jobs"


def source(name: str, more: str = "") -> str:
    return f'[sources.{name}]\nconnector = "pages"\nevery = "1 day"\n{more}\n'


@pytest.fixture(autouse=True)
def pace(monkeypatch: pytest.MonkeyPatch) -> None:
    quick = Pace(poll=0.1, life=0.1, stalled=3.0, again=0.1, look=0.1)
    monkeypatch.setattr(cophub.worker, "PACE", quick)


def hand_on(hub: Hub, kind: Any, name: str) -> list[Any]:
    return list(queueing.hand_on(hub, Due(kind, name, datetime.now(UTC))))


@contextmanager
def working(hub: Hub, **more: Any) -> Iterator[list[Any]]:
    """A worker in a thread; gives what it tells, and at the end what ended it if not we."""
    told: list[Any] = []
    worker = Worker(hub, told.append, **more)

    def work() -> None:
        try:
            worker.run()
        except WarehouseError as error:
            told.append(error)

    thread = threading.Thread(target=work)
    thread.start()
    try:
        yield told
    finally:
        worker.stop.set()
        thread.join(60)
        assert not thread.is_alive()


def runs(hub: Hub) -> list[tuple[Any, ...]]:
    return rows(hub, "SELECT source, state, asked_by FROM run ORDER BY id")


def empty(hub: Hub) -> bool:
    return rows(hub, f"SELECT count(*) FROM {JOBS}") == [(0,)]


def test_a_worker_takes_what_is_for_any_and_for_it_alone(place: Place) -> None:
    tick = '[pipelines.tick]\nevery = "1 day"\non = "w1"\n'
    place.write(source("any") + source("mine", 'on = "w1"') + source("other", 'on = "w2"') + tick)
    hub = place.hub()
    for name in ("any", "mine", "other"):
        assert hand_on(hub, "source", name) == [
            HandedOn(name, "source", {"mine": "w1", "other": "w2"}.get(name))
        ]
        assert hand_on(hub, "source", name) == []
    hand_on(hub, "pipeline", "tick")
    with working(hub, name="w1") as told:
        place.until(lambda: len(told) == 3 and rows(hub, f"SELECT count(*) FROM {JOBS}") == [(1,)])
        found = queueing.queue_of(hub)
    assert found is not None and found.stranded == found.waiting == ("source other",)
    assert [one.name for one in found.workers] == ["w1"]
    assert {row[:2] for row in runs(hub)} == {("any", "done"), ("mine", "done"), (None, "done")}
    assert {row[2] for row in runs(hub)} == {"worker"}
    assert (place.folder / "site" / "made.txt").exists()


def test_a_worker_that_is_told_to_takes_nothing_else(place: Place) -> None:
    place.write(source("a") + source("b"))
    hub = place.hub()
    hand_on(hub, "source", "a")
    hand_on(hub, "source", "b")
    with working(hub, only=["b"]) as told:
        place.until(lambda: told)
        place.until(lambda: rows(hub, f"SELECT count(*) FROM {JOBS}") == [(1,)])
    assert runs(hub) == [("b", "done", "worker")]


def test_a_worker_is_at_as_many_at_once_as_it_is_told(place: Place) -> None:
    gated = 'settings = { gate = "open" }'
    place.write("".join(source(name, gated) for name in "abc"))
    hub = place.hub()
    for name in "abc":
        hand_on(hub, "source", name)
    with working(hub, at_once=2) as told:
        place.until(lambda: len([one for one in place.asked() if one[1] == 1]) == 2)
        found = queueing.queue_of(hub)
        assert found is not None and (len(found.running), len(found.waiting)) == (2, 1)
        (place.folder / "open").touch()
        place.until(lambda: len(told) == 3)


def test_what_somebody_has_begun_since_is_not_done_again(place: Place) -> None:
    place.write(source("a"))
    hub = place.hub()
    hand_on(hub, "source", "a")
    list(hub.sync(["a"]))
    with working(hub) as told:
        place.until(lambda: empty(hub))
    assert runs(hub) == [("a", "done", "person")]
    assert told == []


def test_what_somebody_is_at_goes_back_and_is_tried_again(place: Place) -> None:
    place.write(source("a"))
    hub = place.hub()
    hand_on(hub, "source", "a")
    with working(hub) as told:
        with held(hub.warehouse, "a"):
            place.until(lambda: rows(hub, f"SELECT 1 FROM {JOBS} WHERE attempts > 1"))
            assert told == []
        place.until(lambda: told)
    assert runs(hub) == [("a", "done", "worker")]


def test_a_changed_file_is_taken_over_and_a_wrong_one_is_told(place: Place) -> None:
    place.write(source("a"))
    hub = place.hub()
    with working(hub) as told:
        place.config.write_text("[hub")
        place.until(lambda: told)
        assert isinstance(told[0], Reloaded) and told[0].error
        place.write(source("a") + source("b"))
        place.until(lambda: len(told) > 1)
        assert told[1].added == ("b",)
        hand_on(place.hub(), "source", "b")
        hand_on(hub, "source", "a")
        place.until(lambda: len(told) > 3)
    assert {row[:2] for row in runs(hub)} == {("a", "done"), ("b", "done")}


def test_a_worker_goes_on_when_postgresql_was_away(place: Place) -> None:
    place.write(source("a"))
    hub = place.hub()
    with working(hub) as told:
        place.until(lambda: queueing.queue_of(hub).workers)  # type: ignore[union-attr]
        cut_off(hub)
        place.until(lambda: _handed(hub))
        place.until(lambda: [one for one in told if hasattr(one, "streams")])
    assert runs(hub) == [("a", "done", "worker")]


def test_what_postgresql_cut_off_in_mid_run_is_done_in_the_end_and_once(place: Place) -> None:
    place.write(source("a", 'settings = { gate = "a.open" }'))
    hub = place.hub()
    hand_on(hub, "source", "a")

    def done() -> bool:
        states = [row[1] for row in runs(hub)]
        if states[-1:] == ["failed"]:  # it was just being written: that waits for its next time
            _handed(hub)
        return "done" in states

    with working(place.hub()):
        place.until(lambda: ("a", 1) in [found[:2] for found in place.asked()])
        cut_off(hub)
        (place.folder / "a.open").touch()
        place.until(done)
    assert [row[1] for row in runs(hub)].count("done") == 1
    assert rows(hub, "SELECT count(*) FROM account") == [(40,)]


def cut_off(hub: Hub) -> None:
    """Let PostgreSQL end all connections but the one that asks for it."""
    with hub.warehouse.connect() as connection:
        connection.exec_driver_sql(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )


def _handed(hub: Hub) -> bool:
    try:
        return bool(hand_on(hub, "source", "a"))
    except (SourceBusy, WarehouseError):
        return False  # connections of ours were cut, too


def test_another_schema_ends_a_worker_and_its_work_waits_for_another(place: Place) -> None:
    place.write(source("a"))
    hub = place.hub()
    with working(hub) as told:
        place.until(lambda: queueing.queue_of(hub).workers)  # type: ignore[union-attr]
        with hub.warehouse.begin() as connection:
            connection.exec_driver_sql("UPDATE cophub_version SET version_num = '0014'")
        hand_on(hub, "source", "a")
        place.until(lambda: [one for one in told if isinstance(one, WarehouseError)])
        assert "stop all workers, run `cophub db upgrade`" in str(told[-1])
        assert told[-1].code == "CPH-W12"
    assert runs(hub) == []
    assert rows(hub, f"SELECT status::text FROM {JOBS}") == [("todo",)]
    with pytest.raises(WarehouseError, match="has schema 0014, this worker needs"):
        Worker(hub, told.append)


def test_what_nobody_foresaw_is_told_and_waits_for_its_next_time(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: Any, **__: Any) -> Any:
        raise RuntimeError("a bug")

    place.write(source("a"))
    hub = place.hub()
    hand_on(hub, "source", "a")
    monkeypatch.setattr(cophub.worker, "carry_out", fail)
    with working(hub) as told:
        place.until(lambda: empty(hub))
    assert [(one.name, one.code) for one in told] == [("a", "CPH-X01")]


def test_while_the_warehouse_is_away_that_is_told_once(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: Any, **__: Any) -> Any:
        raise WarehouseError("the disk is full")

    place.write(source("a"))
    hub = place.hub()
    hand_on(hub, "source", "a")
    monkeypatch.setattr(cophub.worker, "carry_out", fail)
    with working(hub) as told:
        place.until(lambda: rows(hub, f"SELECT 1 FROM {JOBS} WHERE attempts > 2"))
    assert told == [NotStarted("a", "the disk is full", "CPH-W01")]
    assert not empty(hub)


def test_sign_ins_of_one_machine_become_those_of_all(place: Place) -> None:
    place.write(source("a"))
    FileTokens(place.folder / "tokens" / "a").set("goto", "refresh-first")
    hub = place.hub()
    Worker(hub, print)
    assert not list((place.folder / "tokens" / "a").iterdir())
    assert hub.tokens("a").get("goto") == "refresh-first"
    hub.tokens("a").set("goto", "refresh-second")
    assert place.hub().tokens("a").get("goto") == "refresh-second"


def wrong_key(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    place.write(source("a"))
    place.hub().tokens("a").set("goto", "refresh-first")
    monkeypatch.setenv("COPHUB_KEY", "another random phrase")


WRONG: dict[str, tuple[Callable[[Place, pytest.MonkeyPatch], Any], str, str]] = {
    "here": (lambda place, _: place.write(source("a"), ""), "no work for workers", "CPH-C14"),
    "key": (
        lambda place, patch: (place.write(source("a")), patch.delenv("COPHUB_KEY")),
        "COPHUB_KEY, which is not set here", "CPH-C08",
    ),
    "other key": (wrong_key, "the same on every machine", "CPH-C08"),
    "nothing": (
        lambda place, _: place.write(source("a", 'on = "other"')),
        "nothing with a timetable that the worker", "CPH-C14",
    ),
    "extra": (
        lambda place, patch: (
            place.write(source("a")), patch.setitem(sys.modules, "procrastinate", None),
        ),
        r"pip install 'cophub\[worker\]'", "CPH-C14",
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", WRONG)
def test_what_keeps_a_worker_from_working_is_one_line(
    case: str, place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    make, said, code = WRONG[case]
    make(place, monkeypatch)
    with pytest.raises(ConfigError, match=said) as failed:
        Worker(place.hub(), print)
    assert failed.value.code == code and "\n" not in str(failed.value)


def test_a_name_that_nobody_has_is_told_with_the_nearest(place: Place) -> None:
    place.write(source("newsletter"))
    with pytest.raises(ConfigError, match='did you mean "newsletter"'):
        Worker(place.hub(), print, only=["newsleter"])


@pytest.mark.parametrize(
    ("machine", "name"), [("web1.example.org", "web1"), ("ümlaut", "mlaut"), ("", "worker")]
)
def test_a_worker_is_called_as_its_machine(
    machine: str, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("platform.node", lambda: machine)
    assert usual_name() == name
