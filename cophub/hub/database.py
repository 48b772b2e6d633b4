"""Looking after the warehouse's own file or database: backup, version, upgrade."""

import sqlite3
from contextlib import closing
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import Connection, create_engine, inspect, make_url, text

from cophub.errors import WarehouseError
from cophub.warehouse import Warehouse
from cophub.warehouse.failures import explained, named
from cophub.warehouse.upgrade import HEAD, REVISIONS, check_version


@dataclass(frozen=True)
class Version:
    """Which schema the warehouse has, and which this cophub knows."""

    warehouse: str
    dialect: str
    schema: str | None
    newest: str
    contract: dict[str, str] = field(default_factory=dict)
    """The version of each view and table that readers rely on, as the warehouse tells it."""

    @property
    def pending(self) -> tuple[str, ...]:
        """The versions that `db upgrade` would apply."""
        done = REVISIONS.index(self.schema) + 1 if self.schema in REVISIONS else 0
        return REVISIONS[done:]


@dataclass(frozen=True)
class Backup:
    """A copy of the warehouse that was made while others could use it."""

    path: Path
    size_bytes: int


def version_at(url: str) -> Version:
    """The schema of the warehouse at an address; makes and changes nothing.

    Raises WarehouseError when it does not answer, or when a newer cophub made it.
    """
    address = make_url(url)
    dialect, name = address.get_backend_name(), named(address)
    if dialect == "sqlite" and not Path(str(address.database)).exists():
        return Version(name, dialect, None, HEAD)
    engine = create_engine(address)
    try:
        with explained(address), engine.connect() as connection:
            schema = check_version(connection, name)
            return Version(name, dialect, schema, HEAD, _contract(connection))
    except ModuleNotFoundError as error:
        raise WarehouseError(
            "a PostgreSQL warehouse needs psycopg: pip install 'cophub[postgres]'"
        ) from error
    finally:
        engine.dispose()


def _contract(connection: Connection) -> dict[str, str]:
    """What the warehouse itself says; nothing, where an older cophub made its views."""
    if "warehouse_contract" not in inspect(connection).get_view_names():
        return {}
    found = connection.execute(text("SELECT name, version FROM warehouse_contract ORDER BY name"))
    return {row.name: row.version for row in found}


def backup_file(folder: Path, now: datetime) -> Path:
    """A name for a backup that sorts by time."""
    return folder / f"cophub-{now.astimezone(UTC):%Y%m%dT%H%M%SZ}.db"


def backup(warehouse: Warehouse, target: Path) -> Backup:
    """Copy a SQLite warehouse while it is used, and check the copy.

    The copy is one moment of the warehouse; only its owner may read it. Raises WarehouseError, also
    for PostgreSQL, which has a tool of its own.
    """
    if warehouse.dialect != "sqlite":
        raise WarehouseError(
            "a PostgreSQL warehouse is backed up by its own tool:"
            f" pg_dump --format=custom --file={target.with_suffix('.dump')} {_database(warehouse)}"
        )
    if target.exists():
        raise WarehouseError(f"{target} is there already; name another file with --to")
    part = target.with_name(f".{target.name}.part")
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        part.touch(mode=0o600)
        _copy(warehouse, part)
        part.replace(target)
    except OSError as error:
        raise WarehouseError(f"{target} cannot be written ({error.strerror})") from None
    except sqlite3.Error as error:
        raise WarehouseError(
            f"the backup to {target} failed ({error}); is the disk full?"
        ) from None
    finally:
        part.unlink(missing_ok=True)
    return Backup(target, target.stat().st_size)


def _copy(warehouse: Warehouse, part: Path) -> None:
    source = warehouse.engine.raw_connection()
    try:
        with closing(sqlite3.connect(part)) as copy:
            driver: sqlite3.Connection = source.driver_connection  # type: ignore[assignment]
            driver.backup(copy, pages=2_000, sleep=0.01)
            copy.execute("PRAGMA journal_mode = DELETE")
            [(verdict,)] = copy.execute("PRAGMA quick_check(1)").fetchall()
    finally:
        source.close()
    if verdict != "ok":
        raise WarehouseError(f"the copy is not sound ({verdict}); run `cophub doctor`")


def _database(warehouse: Warehouse) -> str:
    return warehouse.engine.url.set(drivername="postgresql", password=None).render_as_string()
