"""Copies that are made by themselves: when, which of them go, and that nothing else ever does."""

import os
import sqlite3
import threading
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import insert, select, update

from cophub.error_codes import BACKUP_LATE, NO_COPY
from cophub.errors import ConfigError
from cophub.hub import Hub, backups, timed_backups
from cophub.hub.alert_causes import judge
from cophub.hub.answers import NotStarted
from cophub.schedule import Timekeeper
from cophub.warehouse import tables
from cophub.warehouse.holding import held

NOW = datetime(2026, 3, 1, 9, 30, tzinfo=UTC)
DAY = timedelta(days=1)
HOUR = timedelta(hours=1)


@dataclass
class Clock:
    now: datetime = NOW

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


OpenHub = Callable[..., Hub]


@pytest.fixture
def open_hub(
    tmp_path: Path, clock: Clock, warehouse_url: str, monkeypatch: pytest.MonkeyPatch,
    postgres_programs: None,
) -> Iterator[OpenHub]:  # fmt: skip
    monkeypatch.setenv("TEST_WAREHOUSE", warehouse_url)
    opened: list[Hub] = []

    def make(lines: str = 'backup_every = "1 day"\nbackup_keep = 2') -> Hub:
        path = tmp_path / "plugins.toml"
        path.write_text(f'[hub]\nwarehouse = {{ env = "TEST_WAREHOUSE" }}\n{lines}\n')
        opened.append(Hub.open(path, clock))
        return opened[-1]

    yield make
    for hub in opened:
        hub.close()


def made(hub: Hub) -> list[str]:
    """Names of the copies that are there."""
    folder = hub.config.backups
    return sorted(path.name for path in folder.iterdir()) if folder.exists() else []


def ran(hub: Hub, at: datetime) -> None:
    with hub.warehouse.begin() as connection:
        row = dict(kind="sync", source="a", state="done", started_at=at, version="1")
        connection.execute(insert(tables.run), [row])


def test_a_copy_comes_each_time_and_the_oldest_of_them_go(open_hub: OpenHub, clock: Clock) -> None:
    hub = open_hub()
    asked = hub.db_backup()
    found = []
    for _ in range(4):
        found += [*timed_backups.make_due(hub), *timed_backups.make_due(hub)]
        clock.now += DAY
    assert [type(one) for one in found] == [backups.Backup] * 4
    assert [len(one.removed) for one in found] == [0, 0, 1, 1]
    kind = asked.path.suffix
    assert made(hub) == [
        asked.path.name,
        f"cophub-auto-20260303T093000Z{kind}",
        f"cophub-auto-20260304T093000Z{kind}",
    ]
    newest = found[-1].path
    assert newest.stat().st_mode & 0o077 == 0
    assert hub.db_restore(newest).path == newest
    # The list of copies is not that of the copy: what is due stays so, and what is ours is known.
    [again] = timed_backups.make_due(hub)
    assert [path.name for path in again.removed] == [f"cophub-auto-20260303T093000Z{kind}"]


@pytest.mark.parametrize("dialect", ["sqlite"])
def test_nothing_goes_that_is_not_ours(open_hub: OpenHub, clock: Clock, tmp_path: Path) -> None:
    hub = open_hub('backup_every = "1 hour"\nbackup_keep = 1')
    folder = hub.config.backups
    folder.mkdir()
    others = ["cophub-auto-20250101T000000Z.db", "cophub-20250101T000000Z.db", "letters.db"]
    for name in others:
        (folder / name).write_text("somebody's")
    outside = tmp_path / "precious.db"
    outside.write_text("precious")
    for _ in range(5):
        list(timed_backups.make_due(hub))
        clock.now += HOUR
    assert set(others) < set(made(hub))
    first, [newest] = others, [name for name in made(hub) if name not in others]
    # Another file took the name of a copy, or the copy is a link by now: neither is touched.
    (folder / newest).write_text("somebody's, too")
    [one] = timed_backups.make_due(hub)
    assert one.removed == ()
    clock.now += HOUR
    kept = one.path.with_name("kept.db")
    one.path.rename(kept)
    one.path.symlink_to(kept)
    [two] = timed_backups.make_due(hub)
    assert two.removed == ()
    assert {*first, newest, one.path.name, kept.name, two.path.name} == set(made(hub))
    # A row that tells of another file does not make it ours.
    row = dict(at=NOW, path=str(outside), size_bytes=8, reason="timetable", schema="0001")
    with hub.warehouse.begin() as connection:
        connection.execute(insert(tables.backup_made), [row])
    clock.now += HOUR
    list(timed_backups.make_due(hub))
    assert outside.exists()


def test_a_hub_that_was_copied_leaves_the_copies_of_the_first(
    open_hub: OpenHub, clock: Clock, tmp_path: Path
) -> None:
    """Both have the same list; the second one is to try something out, and has its own folder."""
    first = open_hub('backup_every = "1 hour"\nbackup_keep = 2')
    for _ in range(2):
        list(timed_backups.make_due(first))
        clock.now += HOUR
    here = made(first)
    half = first.config.backups / "cophub-auto-20260301T000000Z.db"
    row = dict(at=clock.now, path=str(half), size_bytes=0, reason="timetable", schema="0001")
    with first.warehouse.begin() as connection:
        connection.execute(insert(tables.backup_made), [row])
    part = backups.part_of(half)
    part.write_text("the first one is making it")
    second = open_hub('backup_every = "1 hour"\nbackup_keep = 1\nbackups = "elsewhere"')
    for _ in range(3):
        list(timed_backups.make_due(second))
        clock.now += HOUR
    assert len(made(second)) == 1
    assert made(first) == sorted([*here, part.name])


@pytest.mark.parametrize("dialect", ["sqlite"])
def test_a_clock_that_was_wrong_once_ends_no_copies(open_hub: OpenHub, clock: Clock) -> None:
    hub = open_hub('backup_every = "1 day"\nbackup_keep = 1')
    clock.now += 400 * DAY
    [wrong] = timed_backups.make_due(hub)
    clock.now = NOW
    [right] = timed_backups.make_due(hub)
    assert right.removed == (wrong.path,)
    assert list(timed_backups.make_due(hub)) == []
    clock.now += 2 * DAY
    assert timed_backups.standing(hub, clock.now).late  # type: ignore[union-attr]


@pytest.mark.parametrize("dialect", ["sqlite"])
def test_copies_may_be_kept_for_a_time_and_the_newest_always_is(
    open_hub: OpenHub, clock: Clock
) -> None:
    hub = open_hub('backup_every = "1 week"\nbackup_keep = "30 days"')
    for _ in range(8):
        list(timed_backups.make_due(hub))
        clock.now += timedelta(weeks=1)
    assert len(made(hub)) == 5  # of 0, 7, 14, 21 and 28 days when the last was made
    clock.now += timedelta(days=365)
    [one] = timed_backups.make_due(hub)
    assert made(hub) == [one.path.name]


def test_what_a_killed_process_left_is_taken_over(open_hub: OpenHub, clock: Clock) -> None:
    hub = open_hub()
    [first] = timed_backups.make_due(hub)
    clock.now += DAY
    [second] = timed_backups.make_due(hub)
    with hub.warehouse.begin() as connection:
        b = tables.backup_made
        # One was killed after the copy was whole, another while it was made.
        connection.execute(update(b).where(b.c.path == str(first.path)).values(size_bytes=0))
        half = hub.config.backups / "cophub-auto-20260302T000000Z.db"
        row = dict(at=clock.now, path=str(half), size_bytes=0, reason="timetable", schema="0001")
        connection.execute(insert(b), [row])
    part = backups.part_of(half)
    part.write_text("half of a copy")
    clock.now += DAY
    [third] = timed_backups.make_due(hub)
    assert third.removed == (first.path,)
    assert made(hub) == sorted([second.path.name, third.path.name])
    with hub.warehouse.connect() as connection:
        assert 0 not in connection.scalars(select(b.c.size_bytes)).all()


def test_of_several_that_keep_time_one_makes_the_copy(open_hub: OpenHub, clock: Clock) -> None:
    hubs = [open_hub() for _ in range(3)]
    assert hubs[0].warehouse
    found: list[object] = []

    def look(hub: Hub) -> None:
        found.extend(timed_backups.make_due(hub))

    threads = [threading.Thread(target=look, args=(hub,)) for hub in hubs]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(made(hubs[0])) == 1
    assert [one for one in found if isinstance(one, backups.Backup)] == found
    with held(hubs[0].warehouse, timed_backups.LEASE):
        clock.now += DAY
        assert list(timed_backups.make_due(hubs[1])) == []


@pytest.mark.parametrize("dialect", ["sqlite"])
def test_a_copy_ends_while_others_write_all_the_time(open_hub: OpenHub) -> None:
    hub = open_hub()
    file = str(hub.warehouse.engine.url.database)
    with closing(sqlite3.connect(file)) as other:
        other.execute("CREATE TABLE large (x)")
        other.execute(
            "INSERT INTO large"
            " WITH n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 12000)"
            " SELECT randomblob(3000) FROM n"
        )
        other.commit()
    stop, written = threading.Event(), []

    def write() -> None:
        with closing(sqlite3.connect(file)) as other:
            while not stop.wait(0.002):
                other.execute("INSERT INTO large VALUES ('x')")
                other.commit()
                written.append(1)

    writer = threading.Thread(target=write)
    writer.start()
    try:
        found: list[object] = []
        copying = threading.Thread(target=lambda: found.extend(timed_backups.make_due(hub)))
        copying.start()
        copying.join(20)
    finally:
        stop.set()
        writer.join()
    assert [type(one) for one in found] == [backups.Backup]
    assert written


@pytest.mark.parametrize("dialect", ["sqlite"])
def test_what_keeps_it_from_being_made_is_told_once_and_tried_again(
    open_hub: OpenHub, clock: Clock
) -> None:
    hub = open_hub()
    hub.config.backups.write_text("a file where a folder should be")
    keeper = timed_backups.Keeper()
    told = []
    for _ in range(300):
        told += keeper.look(hub)
        clock.now += timedelta(minutes=1)
    [one] = told
    assert isinstance(one, NotStarted)
    assert one.code == NO_COPY
    with hub.warehouse.connect() as connection:
        assert connection.execute(select(tables.backup_made)).all() == []
    hub.config.backups.unlink()
    clock.now += HOUR
    assert [type(one) for one in keeper.look(hub)] == [backups.Backup]


def test_status_doctor_and_alerts_tell_of_the_last_copy(open_hub: OpenHub, clock: Clock) -> None:
    hub = open_hub()
    ran(hub, NOW)
    assert "copies: the first comes soon, then every 1 day" in hub.status().notes
    clock.now += 2 * HOUR
    assert "there is no copy of the warehouse" in " ".join(hub.status().warnings)
    list(timed_backups.make_due(hub))
    found = hub.status()
    assert "copies: the last was made 2026-03-01 11:30 UTC, every 1 day" in found.notes
    assert found.warnings == ()
    assert BACKUP_LATE not in judge(hub).causes
    clock.now += DAY + HOUR + timedelta(minutes=1)
    [warning] = hub.status().warnings
    assert "was made at 2026-03-01 11:30 UTC, and one is to be made every 1 day" in warning
    told = [one for one in hub.doctor(offline=True) if one.subject == "copies"]
    assert "warning" in [one.state for one in told]
    assert judge(hub).causes[BACKUP_LATE].said in warning
    assert judge(hub).causes[BACKUP_LATE].since == NOW + 2 * HOUR + DAY
    hub.db_backup()  # a person's does as well
    assert hub.status().warnings == ()


@pytest.mark.parametrize("dialect", ["sqlite"])
def test_who_asks_for_no_copies_hears_nothing_of_them(open_hub: OpenHub, clock: Clock) -> None:
    hub = open_hub("")
    ran(hub, NOW)
    clock.now += 300 * DAY
    assert list(timed_backups.make_due(hub)) == []
    found = hub.status()
    assert (found.backup, found.notes, found.warnings) == (None, (), ())


@pytest.mark.parametrize("dialect", ["sqlite"])
def test_run_makes_one_that_is_almost_due(open_hub: OpenHub, clock: Clock) -> None:
    hub = open_hub()

    def run() -> int:
        return sum(isinstance(one, backups.Backup) for one in hub.run(sync=False))

    assert run() == 1
    clock.now += DAY - timedelta(minutes=20)  # yesterday's run took longer than today's
    assert run() == 1
    clock.now += DAY / 2
    assert run() == 0


@pytest.mark.parametrize("dialect", ["sqlite"])
def test_whoever_keeps_time_makes_copies_with_no_other_timetable(
    open_hub: OpenHub, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("cophub.schedule.BACKUP_SECONDS", 0.05)
    monkeypatch.setattr("cophub.schedule.LOOK_SECONDS", 0.05)
    hub = open_hub()
    told: list[object] = []
    keeper = Timekeeper(hub, told.append)
    thread = threading.Thread(target=keeper.run)
    thread.start()
    with closing_soon(keeper, thread):
        for _ in range(200):
            if told:
                break
            keeper.stop.wait(0.05)
    assert [type(one) for one in told] == [backups.Backup]
    with pytest.raises(ConfigError, match="has no timetable"):
        Timekeeper(open_hub(""), told.append)


def closing_soon(keeper: Timekeeper, thread: threading.Thread) -> "closing[Ending]":
    return closing(Ending(keeper, thread))


class Ending:
    def __init__(self, keeper: Timekeeper, thread: threading.Thread) -> None:
        self.keeper, self.thread = keeper, thread

    def close(self) -> None:
        self.keeper.stop.set()
        self.thread.join(20)


@pytest.mark.parametrize("dialect", ["sqlite"])
@pytest.mark.parametrize(
    ("lines", "said"),
    [
        ("backup_every = 6", "backup_every: must be text in quotes"),
        ('backup_every = "10 minutes"', "backup_every: is less than an hour"),
        ("backup_keep = 0", "backup_keep: must be how many, such as 7, or how long"),
        ('backup_keep = "ages"', "backup_keep: must be a length of time in quotes"),
    ],
)
def test_mistakes_are_told(open_hub: OpenHub, lines: str, said: str) -> None:
    with pytest.raises(ConfigError) as failure:
        open_hub(lines)
    assert said in str(failure.value)
    assert os.linesep not in str(failure.value)
