"""The roles of the page, made on PostgreSQL as it says, read what they may and nothing else."""

import re
from collections.abc import Callable, Iterator

import psycopg
import pytest

from cophub.warehouse.contract import current

from .conftest import blocks

ROLES = ("dashboards", "facilitators")
FOR_ALL = sorted(name for name, shape in current().items() if shape.readers == "all")
FOR_FACILITATORS = sorted(name for name, shape in current().items() if shape.readers != "all")


def written() -> list[str]:
    return [block.code for block in blocks("sql") if block.code.startswith("-- PostgreSQL")]


@pytest.fixture(scope="module")
def connect(filled_postgresql: str) -> Iterator[Callable[[str], psycopg.Connection]]:
    """Connects as a role that was made by what the page says."""
    with psycopg.connect(filled_postgresql, autocommit=True) as owner:
        for script in written():
            owner.execute(script.encode())

    def as_role(role: str) -> psycopg.Connection:
        # The server of the tests lets everybody in without a password.
        return psycopg.connect(filled_postgresql, user=role, password="choose-another")

    yield as_role
    with psycopg.connect(filled_postgresql, autocommit=True) as owner:
        for role in reversed(ROLES):
            owner.execute(f"DROP OWNED BY {role}".encode())
            owner.execute(f"DROP ROLE {role}".encode())


Connect = Callable[[str], psycopg.Connection]


def refused(connection: psycopg.Connection, query: str) -> str:
    with pytest.raises(psycopg.Error) as caught:
        connection.execute(query.encode())
    connection.rollback()
    return str(caught.value)


def test_the_page_grants_what_the_contract_says() -> None:
    """Neither more nor less: whoever adds a view for all adds it here too."""
    for script, names in zip(written(), (FOR_ALL, FOR_FACILITATORS), strict=True):
        granted = re.search(r"GRANT SELECT ON(.*?)TO", script, re.DOTALL)
        assert granted
        assert sorted(re.findall(r"\w+", granted[1])) == names


def test_dashboards_read_figures_and_no_people(connect: Connect) -> None:
    with connect("dashboards") as connection:
        for name in FOR_ALL:
            connection.execute(f"SELECT * FROM {name} LIMIT 1".encode())
        for name in (*FOR_FACILITATORS, "account", "post", "identity_evidence", "meta", "measure"):
            assert "permission denied" in refused(connection, f"SELECT * FROM {name} LIMIT 1")


def test_facilitators_read_people_too_but_no_secrets(connect: Connect) -> None:
    with connect("facilitators") as connection:
        for name in (*FOR_ALL, *FOR_FACILITATORS):
            connection.execute(f"SELECT * FROM {name} LIMIT 1".encode())
        for name in ("account", "post", "meta", "erasure"):
            assert "permission denied" in refused(connection, f"SELECT * FROM {name} LIMIT 1")


@pytest.mark.parametrize("role", ROLES)
def test_nobody_of_them_writes(connect: Connect, role: str) -> None:
    with connect(role) as connection:
        assert "read-only" in refused(connection, "UPDATE community SET title = 'x'")
        assert "read-only" in refused(connection, "CREATE TABLE mine (x int)")
        connection.execute(b"SET default_transaction_read_only = off")
        connection.commit()
        assert "permission denied" in refused(connection, "UPDATE community SET title = 'x'")
        assert "permission denied" in refused(connection, "DELETE FROM community")
        assert "must be owner" in refused(connection, "DROP VIEW measure_quarter")
