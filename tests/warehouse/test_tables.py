"""The tables: what every one of them promises to whoever reads them."""

import re
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import inspect, text

from cophub.records import RECORDS, Record
from cophub.warehouse import Warehouse, tables
from cophub.warehouse.columns import field_kinds
from cophub.warehouse.upgrade import REVISIONS, VERSION_TABLE
from cophub.warehouse.vendor_tables import ENGINE_COLUMNS, vendor_table


def test_every_table_and_every_column_has_a_comment() -> None:
    bare = [
        f"{table.name}.{column.name}"
        for table in tables.metadata.tables.values()
        for column in table.columns
        if not table.comment or not column.comment
    ]
    assert len(tables.metadata.tables) == 58
    assert bare == []


@pytest.mark.parametrize("record", RECORDS)
def test_a_vendor_table_has_the_fields_of_its_record_and_the_columns_of_the_engine(
    record: type[Record],
) -> None:
    table = tables.VENDOR_TABLES[record.TABLE]
    names = [column.name for column in table.columns]
    assert set(names) == {"source", *record.__struct_fields__, *ENGINE_COLUMNS}
    assert [column.name for column in table.primary_key] == ["source", *record.KEY]


def test_a_vendor_table_that_forgets_a_field_of_its_record_is_an_error() -> None:
    with pytest.raises(TypeError, match="Space: the comments do not name exactly its fields"):
        vendor_table(RECORDS[0], "A space", key="Its key")


def test_a_field_of_a_type_that_no_column_stands_for_is_an_error() -> None:
    class Odd(Record, kw_only=True):
        key: bytes

    with pytest.raises(TypeError, match=r"Odd\.key has a type that no column stands for"):
        field_kinds(Odd)


def test_the_migrations_make_exactly_the_declared_tables(warehouse: Warehouse) -> None:
    options = {"version_table": VERSION_TABLE, "compare_type": True, "compare_server_default": True}
    with warehouse.connect() as connection:
        context = MigrationContext.configure(connection, opts=options)
        assert compare_metadata(context, tables.metadata) == []


@pytest.mark.parametrize("dialect", ["postgresql"])
def test_postgresql_keeps_the_comments(warehouse: Warehouse) -> None:
    inspector = inspect(warehouse.engine)
    for table in tables.metadata.tables.values():
        assert inspector.get_table_comment(table.name)["text"] == table.comment
        kept = {column["name"]: column["comment"] for column in inspector.get_columns(table.name)}
        assert kept == {column.name: column.comment for column in table.columns}


@pytest.mark.parametrize("dialect", ["sqlite"])
def test_sqlite_keeps_the_comments_in_the_text_of_its_tables(warehouse: Warehouse) -> None:
    statement = "SELECT name, sql FROM sqlite_master WHERE type = 'table'"
    with warehouse.connect() as connection:
        made = {row.name: row.sql for row in connection.execute(text(statement))}
    for table in tables.metadata.tables.values():
        for comment in (table.comment, *(column.comment for column in table.columns)):
            assert f"/* {comment} */" in made[table.name]


def test_the_versions_named_in_code_are_the_migrations_there_are() -> None:
    folder = Path(tables.__file__).with_name("migrations") / "versions"
    there = sorted(re.split("_", path.name)[0] for path in folder.glob("[0-9]*.py"))
    assert list(REVISIONS) == there
