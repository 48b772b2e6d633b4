"""A warehouse with rows put straight into its tables, and the pipelines run over them."""

import logging
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import DDL, insert, select, text, update

from cophub import CommunitySpec, Pipeline, PipelineContext
from cophub.warehouse import Warehouse, tables

BEGIN = datetime(2026, 1, 1, tzinfo=UTC)


class Rows:
    """Puts rows into a warehouse, and reads them back. Every row was first seen at `seen_at`."""

    def __init__(self, warehouse: Warehouse) -> None:
        self.warehouse = warehouse
        self.seen_at = BEGIN

    def add(self, table: str, *rows: dict[str, Any]) -> None:
        """Rows of a table; a vendor table's own columns are filled in."""
        ours: dict[str, Any] = {}
        if table in tables.VENDOR_TABLES:
            ours = {"run": 1, "first_seen_at": self.seen_at, "changed_at": self.seen_at}
        with self.warehouse.begin() as connection:
            for row in rows:
                connection.execute(insert(tables.metadata.tables[table]), [ours | row])

    def change(self, table: str, where: dict[str, Any], **values: Any) -> None:
        rows = tables.metadata.tables[table]
        conditions = [rows.c[name] == value for name, value in where.items()]
        with self.warehouse.begin() as connection:
            connection.execute(update(rows).where(*conditions).values(**values))

    def account(self, key: str, email: str | None = None, source: str = "a", **more: Any) -> None:
        """An account, its address verified unless `email_verified` says otherwise."""
        row = {"source": source, "key": key, "email": email, "email_verified": email is not None}
        self.add("account", row | more)

    def all(self, table: str) -> list[dict[str, Any]]:
        """Every row of a table, by its columns, in the order of its key."""
        rows = tables.metadata.tables[table]
        with self.warehouse.connect() as connection:
            found = connection.execute(select(rows).order_by(*rows.primary_key.columns))
            return [row._asdict() for row in found]

    def query(self, sql: str, **parameters: Any) -> list[tuple[Any, ...]]:
        with self.warehouse.connect() as connection:
            return [tuple(row) for row in connection.execute(text(sql), parameters)]

    def alarm(self, *names: str) -> None:
        """From now on whoever writes a row of these tables is stopped: DBAPIError, "written"."""
        with self.warehouse.begin() as connection:
            for name in names:
                for act in ("INSERT", "UPDATE", "DELETE"):
                    connection.execute(DDL(_alarm(self.warehouse.dialect, name, act)))

    def people(self) -> dict[str, str]:
        """The person of each account, as `source:account` -> id."""
        return {f"{r['source']}:{r['account']}": r["person"] for r in self.all("person_account")}


def _alarm(dialect: str, table: str, act: str) -> str:
    """A trigger that stops whoever has written a row of a table."""
    trigger = f"CREATE TRIGGER alarm_{table}_{act} AFTER {act} ON {table}"
    if dialect == "sqlite":
        return f"{trigger} BEGIN SELECT RAISE(ABORT, 'written'); END"
    return (
        "CREATE OR REPLACE FUNCTION alarm() RETURNS trigger LANGUAGE plpgsql"
        " AS $$ BEGIN RAISE EXCEPTION 'written'; END $$;"
        f" {trigger} FOR EACH ROW EXECUTE FUNCTION alarm()"
    )


@pytest.fixture
def rows(warehouse: Warehouse) -> Rows:
    return Rows(warehouse)


@pytest.fixture
def run(warehouse: Warehouse) -> Callable[..., None]:
    """Runs a pipeline over the warehouse."""
    return runner(warehouse)


def runner(warehouse: Warehouse) -> Callable[..., None]:
    """Runs a pipeline over the warehouse at an instant, in the hub's zone."""

    def run_pipeline(
        pipeline: Pipeline,
        now: datetime = BEGIN,
        *,
        zone: str = "Europe/Zurich",
        communities: tuple[CommunitySpec, ...] = (),
        **settings: Any,
    ) -> None:
        context = PipelineContext(
            settings=pipeline.settings(**settings),
            warehouse=warehouse,
            now=now,
            timezone=ZoneInfo(zone),
            communities=communities,
            log=logging.getLogger("cophub.pipeline"),
        )
        assert list(pipeline.run(context)) == []

    return run_pipeline
