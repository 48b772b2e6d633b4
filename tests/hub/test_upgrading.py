"""No warehouse with people in it is brought to another schema without a copy, and a way back."""

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import create_engine, inspect, select, text

from cophub.errors import SourceBusy, WarehouseError
from cophub.hub import Hub
from cophub.hub.backups import copies
from cophub.warehouse import tables
from cophub.warehouse.holding import held
from cophub.warehouse.upgrade import HEAD, OLDEST_TO_GO_BACK_TO, REVISIONS, schema_version

from .conftest import fill

OLDER = REVISIONS[:-1]
SOME = ("0001", "0006", OLDEST_TO_GO_BACK_TO, OLDER[-1])
"""Schemas that PostgreSQL is tried with: its programs take their time."""
EACH = [("sqlite", each) for each in OLDER] + [("postgresql", each) for each in SOME]
OpenHub = Callable[..., Hub]


def accounts(hub: Hub) -> list[Any]:
    with hub.warehouse.connect() as connection:
        a = tables.account.c
        return list(connection.execute(select(a.source, a.key, a.name).order_by(a.key)))


def schema_of(url: str) -> str | None:
    engine = create_engine(url.replace("postgresql:", "postgresql+psycopg:"))
    with engine.connect() as connection:
        found = schema_version(connection)
    engine.dispose()
    return found


@pytest.mark.parametrize(("dialect", "schema"), EACH)
def test_a_warehouse_of_each_schema_is_copied_then_upgraded_and_can_be_had_back(
    schema: str, bare_url: str, open_hub: OpenHub
) -> None:
    fill(bare_url, schema)
    hub = open_hub(bare_url)
    before = accounts(hub)  # opening it upgrades it
    assert hub.db_version().schema == HEAD
    [copy] = copies(hub.config.backups)
    assert copy.name.startswith(f"before-upgrade-from-{schema}-")
    assert copy.stat().st_mode & 0o077 == 0
    assert copy.parent.stat().st_mode & 0o077 == 0
    with hub.warehouse.begin() as connection:
        connection.execute(tables.account.delete())
        noted = connection.execute(select(tables.backup_made)).one()
    assert (noted.path, noted.reason, noted.schema) == (str(copy), "upgrade", schema)
    done = hub.db_restore(copy)
    assert (done.schema, hub.db_version().schema) == (schema, HEAD)
    assert accounts(hub) == before
    assert len(before) == 3
    # What was there before the restoring is a copy as well.
    assert done.aside.path in copies(hub.config.backups)


@pytest.mark.parametrize(
    ("dialect", "schema"),
    [(dialect, each) for dialect, each in EACH if each >= OLDEST_TO_GO_BACK_TO],
)
def test_a_newer_schema_can_be_gone_back_from_and_come_again(
    schema: str, bare_url: str, open_hub: OpenHub
) -> None:
    fill(bare_url, HEAD)
    hub = open_hub(bare_url)
    before = accounts(hub)
    gone = hub.db_downgrade(schema)
    assert gone.undone == tuple(v for v in reversed(REVISIONS) if v > schema)
    assert gone.copy is not None
    assert schema_of(bare_url) == schema
    assert hub.db_downgrade(schema).undone == ()
    assert accounts(hub) == before  # opened again, it is upgraded again
    assert schema_of(bare_url) == HEAD
    engine = hub.warehouse.engine
    assert set(tables.metadata.tables) <= set(inspect(engine).get_table_names())


def test_every_migration_of_now_has_a_way_back() -> None:
    """Alembic knows one for each version that `db downgrade` may undo."""
    from alembic.script import ScriptDirectory

    from cophub.warehouse import migrations

    script = ScriptDirectory(str(Path(migrations.__file__).parent))
    for version in REVISIONS:
        if version > OLDEST_TO_GO_BACK_TO:
            assert hasattr(script.get_revision(version).module, "downgrade"), version


@pytest.mark.parametrize("dialect", ["sqlite"])
def test_older_schemas_cannot_be_gone_back_to_and_that_is_said(
    bare_url: str, open_hub: OpenHub
) -> None:
    fill(bare_url, HEAD)
    hub = open_hub(bare_url)
    with pytest.raises(WarehouseError, match=r"0009 cannot be gone back to .*put a copy"):
        hub.db_downgrade("0009")
    with pytest.raises(WarehouseError, match=r'no schema "1\.2"'):
        hub.db_downgrade("1.2")
    assert copies(hub.config.backups) == []


@pytest.mark.parametrize("dialect", ["sqlite"])
def test_nobody_goes_back_while_a_source_is_synced(bare_url: str, open_hub: OpenHub) -> None:
    fill(bare_url, HEAD)
    hub = open_hub(bare_url)
    with held(hub.warehouse, "lists"), pytest.raises(SourceBusy, match="lists"):
        hub.db_downgrade()
    assert schema_of(bare_url) == HEAD


def test_a_warehouse_without_rows_is_upgraded_without_a_copy(
    bare_url: str, open_hub: OpenHub
) -> None:
    from cophub.warehouse.upgrade import upgrade_schema

    engine = create_engine(bare_url.replace("postgresql:", "postgresql+psycopg:"))
    with engine.begin() as connection:
        upgrade_schema(connection, "the old one", OLDER[-1])
    engine.dispose()
    hub = open_hub(bare_url)
    assert accounts(hub) == []
    assert not hub.config.backups.exists()


def test_where_there_is_no_room_for_the_copy_nothing_is_upgraded(
    bare_url: str, open_hub: OpenHub, monkeypatch: pytest.MonkeyPatch
) -> None:
    fill(bare_url, OLDER[-1])
    full = shutil._ntuple_diskusage(10**9, 10**9, 1000)  # type: ignore[attr-defined]
    monkeypatch.setattr(shutil, "disk_usage", lambda _: full)
    hub = open_hub(bare_url)
    with pytest.raises(WarehouseError, match=r"not upgraded.*no room.*db upgrade --no-copy") as no:
        hub.warehouse  # noqa: B018
    assert no.value.code == "CPH-W10"
    assert schema_of(bare_url) == OLDER[-1]
    assert hub.db_upgrade(copy=False) == (HEAD,)


@pytest.mark.parametrize("dialect", ["postgresql"])
def test_without_pg_dump_an_upgrade_goes_on_and_says_so(
    bare_url: str,
    open_hub: OpenHub,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    fill(bare_url, OLDER[-1])
    monkeypatch.setenv("PATH", "/nowhere")
    hub = open_hub(bare_url)
    assert len(accounts(hub)) == 3
    assert "without a copy, since pg_dump is not on PATH" in caplog.text
    with pytest.raises(WarehouseError, match=r"pg_dump is not on PATH.*postgresql-client") as no:
        hub.db_backup()
    assert no.value.code == "CPH-W10"


@pytest.mark.parametrize("dialect", ["postgresql"])
def test_dashboards_may_read_after_all_of_it_what_they_might_before(
    bare_url: str, open_hub: OpenHub
) -> None:
    """An upgrade and a restoring make views and tables anew; what was granted on them is kept."""
    fill(bare_url, OLDER[-1])
    hub = open_hub(bare_url)
    with hub.warehouse.begin() as connection:
        connection.execute(text("DROP ROLE IF EXISTS copies_reader"))
        connection.execute(text("CREATE ROLE copies_reader"))
        connection.execute(text("GRANT SELECT ON member, account TO copies_reader"))
    [copy] = copies(hub.config.backups)
    hub.db_restore(copy)
    with hub.warehouse.connect() as connection:
        for name in ("member", "account"):
            may = text(f"SELECT has_table_privilege('copies_reader', '{name}', 'SELECT')")
            assert connection.scalar(may)
    with hub.warehouse.begin() as connection:
        connection.execute(text("DROP OWNED BY copies_reader"))
        connection.execute(text("DROP ROLE copies_reader"))
