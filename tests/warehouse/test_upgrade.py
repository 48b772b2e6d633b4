"""Upgrading: an older warehouse loses nothing, a newer one is left alone."""

import threading
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest
from alembic import command
from sqlalchemy import Connection, Engine, create_engine, insert, inspect, make_url, select, text

from cophub.errors import WarehouseError
from cophub.warehouse import Warehouse, tables
from cophub.warehouse.upgrade import (
    HEAD,
    VERSION_TABLE,
    alembic_config,
    schema_version,
    upgrade_schema,
)
from cophub.warehouse.views import VIEWS

NOW = datetime(2026, 3, 1, 9, 30, tzinfo=UTC)
LATER = ("digest",)  # columns of later schemas
STAMP = {"run": 1, "first_seen_at": NOW, "changed_at": NOW}


@pytest.fixture
def bare_url(dialect: str, request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """A database with nothing in it."""
    if dialect == "sqlite":
        return f"sqlite:///{tmp_path / 'bare.db'}"
    make: Callable[[], str] = request.getfixturevalue("bare_postgres_database")
    return make()


@pytest.fixture
def old_url(bare_url: str) -> str:
    """A warehouse as the first schema left it, with rows in it."""
    engine = plain_engine(bare_url)
    with engine.begin() as connection:
        upgrade_schema(connection, "the old one", "0001")
        connection.execute(
            insert(tables.account),
            [dict(source="news", key=str(at), name=f"Person {at}", **STAMP) for at in range(50)],
        )
        period = dict(source="news", space="a", account="1", valid_from=NOW, status="active")
        connection.execute(insert(tables.membership_period), [period])
    engine.dispose()
    return bare_url


def plain_engine(url: str) -> Engine:
    return create_engine(url.replace("postgresql:", "postgresql+psycopg:"))


def rows_of(connection: Connection) -> list[list[tuple[object, ...]]]:
    found = []
    for table in (tables.account, tables.membership_period):
        columns = [column for column in table.c if column.name not in LATER]
        query = select(*columns).order_by(table.c[1], table.c[2])
        found.append([tuple(row) for row in connection.execute(query)])
    return found


def test_a_warehouse_of_the_first_schema_is_upgraded_with_all_its_rows(old_url: str) -> None:
    engine = plain_engine(old_url)
    with engine.connect() as connection:
        before = rows_of(connection)
        assert schema_version(connection) == "0001"
        assert not inspect(connection).has_table("person")
    engine.dispose()
    warehouse = Warehouse.open(old_url)
    with warehouse.connect() as connection:
        assert schema_version(connection) == HEAD
        assert rows_of(connection) == before
        assert len(before[0]) == 50
        assert set(tables.metadata.tables) <= set(inspect(connection).get_table_names())
    warehouse.dispose()


def test_decisions_of_before_stand_and_were_made_unasked(bare_url: str) -> None:
    row = dict(
        decision="same", source_a="a", account_a="1", source_b="b", account_b="2", decided_at=NOW
    )
    decision = tables.identity_decision
    engine = plain_engine(bare_url)
    with engine.begin() as connection:
        upgrade_schema(connection, "the old one", "0008")
        connection.execute(insert(decision), [row])
    engine.dispose()
    warehouse = Warehouse.open(bare_url)
    with warehouse.begin() as connection:
        connection.execute(insert(decision), [row | {"score": 2.25}])
        found = connection.execute(select(decision).order_by(decision.c.id))
        assert [(row.decision, row.score) for row in found] == [("same", None), ("same", 2.25)]
    warehouse.dispose()


def test_the_newest_schema_can_be_taken_back_and_brought_again(bare_url: str) -> None:
    """What older schemas know stays; what the newest alone has goes, and comes back empty."""
    engine = plain_engine(bare_url)
    with engine.begin() as connection:
        upgrade_schema(connection, "the old one", "0012")
        run = dict(kind="sync", source="news", state="failed", started_at=NOW, code="CPH-U01")
        connection.execute(insert(tables.run), [run])
        command.downgrade(alembic_config(connection), "0011")
        assert schema_version(connection) == "0011"
        assert not inspect(connection).has_table("pipeline_run")
        assert "code" not in {column["name"] for column in inspect(connection).get_columns("run")}
    engine.dispose()
    warehouse = Warehouse.open(bare_url)
    with warehouse.connect() as connection:
        [row] = connection.execute(select(tables.run)).all()
        assert (row.source, row.state, row.code, row.due_at) == ("news", "failed", None, None)
        assert connection.execute(select(tables.pipeline_run)).all() == []
    warehouse.dispose()


def test_opening_without_upgrading_says_what_to_run(old_url: str) -> None:
    with pytest.raises(WarehouseError, match=r"has schema 0001.*run `cophub db upgrade`"):
        Warehouse.open(old_url, upgrade=False)


def test_opening_nothing_without_upgrading_says_what_to_run(bare_url: str) -> None:
    with pytest.raises(WarehouseError, match=r"has no tables yet.*run `cophub db upgrade`"):
        Warehouse.open(bare_url, upgrade=False)


def test_a_warehouse_of_a_newer_cophub_is_refused_and_left_as_it_is(
    warehouse: Warehouse, warehouse_url: str
) -> None:
    with warehouse.begin() as connection:
        connection.execute(text(f"UPDATE {VERSION_TABLE} SET version_num = '9999'"))
    with pytest.raises(WarehouseError, match=r"schema 9999 of a newer cophub.*upgrade cophub with"):
        Warehouse.open(warehouse_url)
    with warehouse.connect() as connection:
        assert schema_version(connection) == "9999"


def test_an_upgrade_that_fails_halfway_leaves_the_old_schema(
    old_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(connection: Connection) -> None:
        raise RuntimeError("the views cannot be made")

    monkeypatch.setattr("cophub.warehouse.views.create_views", broken)
    with pytest.raises(RuntimeError):
        Warehouse.open(old_url)
    engine = plain_engine(old_url)
    with engine.connect() as connection:
        assert schema_version(connection) == "0001"
        assert not inspect(connection).has_table("person")
    engine.dispose()


def test_two_who_open_a_new_warehouse_at_once_both_succeed(bare_url: str) -> None:
    opened: list[str | None] = []

    def open_it() -> None:
        warehouse = Warehouse.open(bare_url)
        with warehouse.connect() as connection:
            opened.append(schema_version(connection))
        warehouse.dispose()

    threads = [threading.Thread(target=open_it) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert opened == [HEAD] * 4


def test_upgrading_twice_applies_nothing_the_second_time(bare_url: str) -> None:
    warehouse = Warehouse.open(bare_url)
    with warehouse.begin() as connection:
        assert upgrade_schema(connection, warehouse.name) == ()
    warehouse.dispose()


def test_views_are_made_anew_when_their_text_changed_without_the_schema(
    warehouse: Warehouse, warehouse_url: str
) -> None:
    last = VIEWS[-1].name
    with warehouse.begin() as connection:
        connection.execute(text(f"DROP VIEW {last}"))
        connection.execute(text(f"CREATE VIEW {last} AS SELECT 'of an older cophub' AS said"))
        connection.execute(text("UPDATE meta SET value = 'older' WHERE name = 'views'"))
    again = Warehouse.open(warehouse_url)
    columns = {column["name"] for column in inspect(again.engine).get_columns(last)}
    again.dispose()
    assert columns == set(VIEWS[-1].columns)


def test_other_programs_tables_in_the_same_database_are_left_alone(bare_url: str) -> None:
    engine = plain_engine(bare_url)
    with engine.begin() as connection:
        connection.execute(text("CREATE TABLE alembic_version (version_num TEXT)"))
        connection.execute(text("INSERT INTO alembic_version VALUES ('theirs')"))
    engine.dispose()
    warehouse = Warehouse.open(bare_url)
    with warehouse.connect() as connection:
        assert connection.scalar(text("SELECT version_num FROM alembic_version")) == "theirs"
    warehouse.dispose()


def test_a_password_in_the_address_is_in_no_message() -> None:
    url = make_url("postgresql://user:s3cret@127.0.0.1:1/hub").render_as_string(False)
    with pytest.raises(WarehouseError) as failure:
        Warehouse.open(url)
    assert "s3cret" not in str(failure.value)
