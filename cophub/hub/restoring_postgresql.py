"""An older copy in the place of a PostgreSQL warehouse, in one transaction.

The tables are made by cophub itself, with the schema that the copy has; the copy gives the rows.
So it matters neither who owned the tables of the copy, nor what else was granted on them.
"""

from collections.abc import Callable
from pathlib import Path

from sqlalchemy import Connection, inspect, text

from cophub.errors import WarehouseError
from cophub.hub import postgres_tools
from cophub.identities.returned import ErasedAgain
from cophub.warehouse import Warehouse, carrying, tables
from cophub.warehouse.grants import kept_grants
from cophub.warehouse.triggers import drop_triggers
from cophub.warehouse.upgrade import HEAD, REVISIONS, VERSION_TABLE, upgrade_schema
from cophub.warehouse.views import VIEWS, drop_views

PutRight = Callable[[Connection, carrying.Present], ErasedAgain]


def restore_postgresql(
    warehouse: Warehouse, file: Path, put_right: PutRight
) -> tuple[str, ErasedAgain]:
    """The schema of the copy, and who was erased again. Raises WarehouseError."""
    copied = postgres_tools.tables_of(file)
    if VERSION_TABLE not in copied:
        raise WarehouseError(f"{file} is no copy of a warehouse: it has no tables of cophub")
    schema = _schema_of(file, copied, warehouse.name)
    with warehouse.begin() as connection:
        # Whoever reads is waited for, and then waits; but not for ever.
        connection.execute(text("SET LOCAL lock_timeout = '60s'"))
        kept = carrying.present(connection)
        with kept_grants(connection, _readable(connection)):
            _clear(connection)
            upgrade_schema(connection, warehouse.name, schema)
            _fill(connection, file, copied)
            upgrade_schema(connection, warehouse.name)
            erased = put_right(connection, kept)
    return schema, erased


def _schema_of(file: Path, copied: dict[str, str], name: str) -> str:
    with postgres_tools.rows_of(file, [copied[VERSION_TABLE]]) as found:
        schema = "".join(row.decode().strip() for _, _, rows in found for row in rows)
    if schema not in REVISIONS:
        raise WarehouseError(
            f"{file} has schema {schema} of a newer cophub, this one knows up to {HEAD}: upgrade"
            f" cophub with `pip install --upgrade cophub`, then restore {name} again"
        )
    return schema


def _readable(connection: Connection) -> list[str]:
    return [view.name for view in VIEWS] + _ours(connection)


def _ours(connection: Connection) -> list[str]:
    there = set(inspect(connection).get_table_names())
    names = [table.name for table in tables.metadata.sorted_tables]
    return [name for name in (VERSION_TABLE, *names) if name in there]


def _clear(connection: Connection) -> None:
    drop_views(connection)
    drop_triggers(connection)
    # Those that refer to others first. Not CASCADE: views that others made are theirs.
    for name in reversed(_ours(connection)):
        connection.execute(text(f"DROP TABLE {name}"))


def _fill(connection: Connection, file: Path, copied: dict[str, str]) -> None:
    """The rows of each table of the copy, those that others refer to first."""
    order = inspect(connection).get_sorted_table_and_fkc_names()
    ours = {*_ours(connection)} & {*copied}
    wanted = [name for name, _ in order if name in ours]
    for name in reversed(wanted):
        connection.execute(text(f"DELETE FROM {name}"))  # what a migration put there
    cursor = connection.connection.cursor()
    with postgres_tools.rows_of(file, [copied[name] for name in wanted]) as found:
        for table, columns, rows in found:
            with cursor.copy(f"COPY {table} ({columns}) FROM STDIN") as copy:
                for row in rows:
                    copy.write(row)
    for name in wanted:
        _set_number(connection, name)


def _set_number(connection: Connection, name: str) -> None:
    """Let new rows have numbers above those that are there."""
    table = tables.metadata.tables.get(name)
    column = table.autoincrement_column if table is not None else None
    if column is None:
        return
    sequence = connection.scalar(
        text("SELECT pg_get_serial_sequence(:table, :column)"),
        {"table": name, "column": column.name},
    )
    if sequence:
        connection.execute(
            text(
                "SELECT setval(CAST(:sequence AS regclass),"
                f" (SELECT coalesce(max({column.name}), 0) + 1 FROM {name}), false)"
            ),
            {"sequence": sequence},
        )


__all__ = ["PutRight", "restore_postgresql"]
