"""What each failure of the warehouse is called: the code that status, alerts and programs read."""

import sqlite3
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import make_url, select, text

from cophub.errors import CophubError, WarehouseError
from cophub.records import Account, Reject
from cophub.warehouse import Warehouse, state, tables
from cophub.warehouse.failures import explained

from .conftest import day, load_all

SAID = {
    "database or disk is full": "CPH-W02",
    "disk I/O error": "CPH-W02",
    "database is locked": "CPH-W03",
    "database disk image is malformed": "CPH-W04",
    "file is not a database": "CPH-W04",
    "unable to open database file": "CPH-W07",
    "attempt to write a readonly database": "CPH-W07",
}


@pytest.mark.parametrize(("said", "code"), SAID.items())
def test_what_sqlite_says(said: str, code: str) -> None:
    with pytest.raises(WarehouseError) as raised, explained(make_url("sqlite:///x.db")):
        raise sqlite3.OperationalError(said)
    assert raised.value.code == code


@pytest.mark.parametrize(
    ("url", "code"),
    [
        ("sqlite:///nowhere/there.db", "CPH-W07"),
        ("sqlite://", "CPH-W14"),
        ("mysql://host/x", "CPH-W14"),
        ("nonsense", "CPH-W14"),
        ("postgresql+psycopg://u:p@127.0.0.1:9/x", "CPH-W08"),
    ],
)
def test_an_address_that_leads_nowhere(url: str, code: str) -> None:
    with pytest.raises(WarehouseError) as raised:
        Warehouse.open(url)
    assert raised.value.code == code


def test_a_newer_schema_and_one_that_is_not_there(tmp_path: Path) -> None:
    path = tmp_path / "hub.db"
    with pytest.raises(WarehouseError) as raised:
        Warehouse.open(f"sqlite:///{path}", upgrade=False)
    assert raised.value.code == "CPH-W12"
    warehouse = Warehouse.open(f"sqlite:///{path}")
    with warehouse.begin() as connection:
        connection.execute(text("UPDATE cophub_version SET version_num = '9999'"))
    warehouse.dispose()
    with pytest.raises(WarehouseError) as raised:
        Warehouse.open(f"sqlite:///{path}")
    assert raised.value.code == "CPH-W05"


def test_a_file_that_is_none(tmp_path: Path) -> None:
    path = tmp_path / "hub.db"
    path.write_text("a letter, not a database" * 99)
    with pytest.raises(WarehouseError) as raised:
        Warehouse.open(f"sqlite:///{path}")
    assert raised.value.code == "CPH-W04"


def test_a_file_that_another_program_holds(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'hub.db'}"
    Warehouse.open(url).dispose()
    impatient = Warehouse.open(f"{url}?timeout=0")
    with closing(sqlite3.connect(tmp_path / "hub.db")) as other:
        other.execute("BEGIN EXCLUSIVE")
        with pytest.raises(WarehouseError) as raised, impatient.begin():
            pass
    impatient.dispose()
    assert raised.value.code == "CPH-W03"


def test_the_clock_and_the_lease(warehouse: Warehouse) -> None:
    with warehouse.begin() as connection:
        run = dict(kind="sync", source="news", version="1")
        state.start_run(connection, now=day(5), **run)  # type: ignore[arg-type]
        with pytest.raises(CophubError) as raised:
            state.check_clock(connection, "news", now=day(3))
        assert raised.value.code == "CPH-W06"
        lease = state.take_lease(connection, "news", "one", now=day(5))
        with pytest.raises(CophubError) as raised:
            state.take_lease(connection, "news", "two", now=day(5))
        assert raised.value.code == "CPH-B01"
        state.take_lease(connection, "news", "two", now=day(5) + timedelta(minutes=3))
        with pytest.raises(CophubError) as raised:
            state.hold_lease(connection, lease, now=day(5))
        assert raised.value.code == "CPH-B02"


def test_a_reject_keeps_its_code(warehouse: Warehouse) -> None:
    """That of the warehouse itself, that of whoever made it, or that of any item."""
    _, refused = load_all(warehouse, [Account(key="")])
    given = [*refused, Reject(reason="no id", code="CPH-R02"), Reject(reason="odd")]
    with warehouse.begin() as connection:
        run = state.start_run(connection, kind="sync", source="s", now=day(1), version="1")
        where = dict(run=run, source="s", stream="x", now=day(1))
        state.add_rejects(connection, given, **where)  # type: ignore[arg-type]
        found = connection.scalars(select(tables.reject.c.code).order_by(tables.reject.c.id))
        assert list(found) == ["CPH-R04", "CPH-R02", "CPH-R01"]
