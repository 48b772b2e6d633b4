"""Opening a warehouse and working in it: what an operator is told, and who waits for whom."""

import sqlite3
import subprocess
import sys
import threading
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from cophub.errors import WarehouseError
from cophub.hub.database import version_at
from cophub.records import Account
from cophub.warehouse import Warehouse
from cophub.warehouse.load import Loader

from .conftest import Load, day, rows


def refusal(url: str) -> str:
    """What is said instead of opening a warehouse: one line."""
    with pytest.raises(WarehouseError) as failure:
        Warehouse.open(url)
    assert "\n" not in str(failure.value)
    return str(failure.value)


@pytest.mark.parametrize("password", ["a:b@cSECRET", "a@h:SECRET", "a@SECRET"])
def test_no_part_of_a_password_is_told_that_tears_the_address(password: str) -> None:
    url = f"postgresql://cophub:{password}@db.example/hub"
    assert "%40 for @" in refusal(url) and "SECRET" not in refusal(url)
    with pytest.raises(WarehouseError) as failure:
        version_at(url)
    assert "SECRET" not in str(failure.value)
    assert failure.value.__cause__ is None and failure.value.__context__ is None


def test_a_folder_that_is_not_there_is_named(tmp_path: Path) -> None:
    said = refusal(f"sqlite:///{tmp_path}/nowhere/hub.db")
    assert f"the folder {tmp_path}/nowhere does not exist; make it" in said


def test_a_file_that_is_no_database_is_named_and_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "notes.db"
    path.write_text("These are my notes, and no database. " * 100)
    assert f'warehouse "{path}": the file is not an SQLite database' in refusal(f"sqlite:///{path}")
    assert path.read_text().startswith("These are my notes")


def test_a_folder_in_place_of_the_file_is_told(tmp_path: Path) -> None:
    assert "cannot be opened; check that its folder" in refusal(f"sqlite:///{tmp_path}")


@pytest.mark.parametrize("url", ["sqlite://", "sqlite:///:memory:"])
def test_a_warehouse_in_memory_is_refused(url: str) -> None:
    assert "needs a file: write sqlite:///cophub.db" in refusal(url)


@pytest.mark.parametrize("url", ["cophub.db", ""])
def test_an_address_that_is_none_says_how_to_write_one(url: str) -> None:
    assert "write sqlite:///FILE or postgresql+psycopg://" in refusal(url)


@pytest.mark.parametrize("kind", ["mysql", "sqllite"])
def test_another_kind_of_database_is_refused(kind: str) -> None:
    assert f'cannot be a "{kind}" database; use sqlite:/// or' in refusal(f"{kind}://host/hub")


def test_a_server_that_does_not_answer_is_told() -> None:
    said = refusal("postgresql://127.0.0.1:1/hub")
    assert said.startswith('warehouse "hub" on 127.0.0.1: the server does not answer')
    assert "check that it runs" in said


@pytest.mark.parametrize("dialect", ["postgresql"])
def test_a_database_that_is_not_there_is_told(warehouse_url: str) -> None:
    there = warehouse_url.replace("/test_", "/no_such_")
    assert "does not exist; create it first" in refusal(there)


@pytest.mark.parametrize("dialect", ["sqlite"])
def test_a_locked_file_is_told_after_some_patience(
    warehouse: Warehouse, warehouse_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("cophub.warehouse.engine.LOCK_PATIENCE_SECONDS", 0.1)
    impatient = Warehouse.open(warehouse_url)
    with closing(
        sqlite3.connect(str(warehouse.engine.url.database), isolation_level=None)
    ) as other:
        other.execute("BEGIN IMMEDIATE")
        locked = pytest.raises(WarehouseError, match="another program holds it locked")
        with locked, impatient.begin():
            pass
    impatient.dispose()


FULL = """
import resource, signal, sys
from cophub.errors import WarehouseError
from cophub.records import Post
from cophub.warehouse import Warehouse
from cophub.warehouse.load import Loader
from tests.warehouse.conftest import day
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
warehouse = Warehouse.open(sys.argv[1])
loader = Loader(warehouse, "news", run=2, now=day(2))
loader.stage(loader.rows([Post(key=at, body="x" * 20_000) for at in range(500)])[0])
resource.setrlimit(resource.RLIMIT_FSIZE, (2_000_000, resource.RLIM_INFINITY))
try:
    with warehouse.begin() as connection:
        loader.apply(connection)
except WarehouseError as error:
    print(error)
"""


@pytest.mark.parametrize("dialect", ["sqlite"])
def test_a_full_disk_keeps_nothing_of_a_transaction_and_says_so(
    warehouse: Warehouse, warehouse_url: str, load: Load
) -> None:
    """A limit on the size of files stands for the end of the disk."""
    load(Account(key="1"), on=1)
    run = subprocess.run(
        [sys.executable, "-c", FULL, warehouse_url], capture_output=True, text=True, check=True
    )
    assert "free some room and run again" in run.stdout or "check it, then run again" in run.stdout
    assert run.stdout.count("\n") == 1
    assert rows(warehouse, "post") == []
    assert len(rows(warehouse, "account")) == 1


def test_a_mistake_of_ours_is_no_warehouse_error(warehouse: Warehouse) -> None:
    with pytest.raises(IntegrityError), warehouse.begin() as connection:
        connection.execute(text("INSERT INTO meta (name) VALUES ('no value')"))


def test_a_reader_sees_one_moment_however_long_it_reads(warehouse: Warehouse, load: Load) -> None:
    count = text("SELECT count(*) FROM account")
    with warehouse.connect() as connection:
        assert connection.scalar(count) == 0
        load(Account(key="1"), on=1)
        assert connection.scalar(count) == 0
    with warehouse.connect() as connection:
        assert connection.scalar(count) == 1


def test_writers_wait_for_each_other(warehouse: Warehouse) -> None:
    """Sources sync in parallel; their commits come one after another, and none fails."""
    failures: list[BaseException] = []

    def write(source: str) -> None:
        try:
            for run in range(5):
                loader = Loader(warehouse, source, run=run, now=day(1))
                loader.stage(loader.rows([Account(key=f"{run}/{at}") for at in range(200)])[0])
                with warehouse.begin() as connection:
                    loader.apply(connection)
        except BaseException as error:  # noqa: BLE001 - shown by the test
            failures.append(error)

    threads = [threading.Thread(target=write, args=(f"s{at}",)) for at in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    assert len(rows(warehouse, "account", "key")) == 6 * 5 * 200


@pytest.mark.parametrize("dialect", ["sqlite"])
def test_a_reader_is_not_kept_waiting_by_a_writer(warehouse: Warehouse) -> None:
    with warehouse.begin() as writing:
        writing.execute(text("INSERT INTO meta VALUES ('a', 'b')"))
        with warehouse.connect() as reading:
            assert reading.scalar(text("SELECT count(*) FROM meta WHERE name = 'a'")) == 0
            assert reading.scalar(text("PRAGMA journal_mode")) == "wal"
            assert reading.scalar(text("PRAGMA foreign_keys")) == 1
