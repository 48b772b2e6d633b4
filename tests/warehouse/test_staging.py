"""What set-based work may use of a server is its own, and only until its transaction ends."""

from collections.abc import Iterator

import pytest

from cophub.warehouse import Warehouse
from cophub.warehouse.staging import execute, settle, staged, work_in_sets


@pytest.fixture
def postgres_warehouse(postgres_database) -> Iterator[Warehouse]:
    warehouse = Warehouse.open(postgres_database())
    yield warehouse
    warehouse.dispose()


def setting(connection, name):
    return connection.exec_driver_sql(f"SELECT current_setting('{name}')").scalar()


def test_memory_is_asked_for_until_the_transaction_ends(postgres_warehouse):
    with postgres_warehouse.begin() as connection:
        usual = setting(connection, "work_mem")
        work_in_sets(connection)
        assert (setting(connection, "work_mem"), setting(connection, "jit")) == ("64MB", "off")
    with postgres_warehouse.begin() as connection:
        assert setting(connection, "work_mem") == usual != "64MB"


def test_a_server_that_gives_more_memory_is_left_as_it_is(postgres_warehouse):
    with postgres_warehouse.begin() as connection:
        connection.exec_driver_sql("SET LOCAL work_mem = '256MB'")
        work_in_sets(connection)
        assert setting(connection, "work_mem") == "256MB"


def test_the_planner_learns_of_the_columns_that_are_named(postgres_warehouse):
    with (
        postgres_warehouse.begin() as connection,
        staged(connection, thing="name TEXT, size INTEGER"),
    ):
        execute(connection, "INSERT INTO thing VALUES ('a', 1), ('b', 2)")
        settle(connection, "thing", "size")
        known = "SELECT attname FROM pg_stats WHERE tablename = 'thing'"
        assert execute(connection, known).scalars().all() == ["size"]
