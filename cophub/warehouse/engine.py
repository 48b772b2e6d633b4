"""The warehouse as a whole: opening it, and transactions on it."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import create_engine, event
from sqlalchemy.engine import URL, Connection, Engine, make_url
from sqlalchemy.exc import ArgumentError, NoSuchModuleError

from cophub.error_codes import ADDRESS, CANNOT_OPEN, NO_DRIVER, OLD_SCHEMA
from cophub.errors import WarehouseError
from cophub.warehouse.failures import explained, named
from cophub.warehouse.upgrade import HEAD, check_version, upgrade_schema, views_are_current

LOCK_PATIENCE_SECONDS = 60.0
# Kibibytes. Keys arrive in random order, and each touches another page of the index; a reader has
# less use for it, and each connection has a cache of its own.
_WRITE_CACHE, _READ_CACHE = 16 * 1024, 4 * 1024
_WRITE = (
    "write sqlite:///FILE or postgresql+psycopg://USER@HOST/DATABASE under [hub] in plugins.toml"
)
_ENCODE = "in a password write %40 for @, %3A for :, %2F for / and %25 for %"
_WRITES = "cophub_writes"
_LOOKS = "cophub_looks"


class Warehouse:
    """A database that holds one hub: SQLite by default, PostgreSQL for teams.

    `connect` is for reading, `begin` for writing; both give a SQLAlchemy Connection and raise
    WarehouseError for what an operator can put right. Safe to share between threads.
    """

    def __init__(self, engine: Engine, now: Callable[[], datetime]) -> None:
        self.engine = engine
        self.now = now
        self._writing = engine.execution_options(**{_WRITES: True})

    @classmethod
    def open(
        cls,
        url: str,
        *,
        upgrade: bool = True,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
        before_upgrade: "Callable[[Warehouse, str], None] | None" = None,
    ) -> "Warehouse":
        """The warehouse at `url`, made if it is not there, upgraded if an older cophub made it.

        With `upgrade=False` an older or missing schema is a WarehouseError; a newer one always is.
        `before_upgrade` is called with an older one, and its schema, before anything is changed;
        what it raises leaves the warehouse as it is.
        """
        address = address_of(url)
        warehouse = cls(_engine(address), clock)
        try:
            with explained(address):
                warehouse._make_ready(upgrade, before_upgrade)
        except BaseException:
            warehouse.dispose()
            raise
        return warehouse

    @classmethod
    def as_it_is(
        cls, url: str, *, clock: Callable[[], datetime] = lambda: datetime.now(UTC)
    ) -> "Warehouse":
        """The warehouse at `url` with whatever schema it has, for whoever takes that elsewhere."""
        address = address_of(url)
        return cls(_engine(address), clock)

    @property
    def dialect(self) -> str:
        """`sqlite` or `postgresql`."""
        return self.engine.dialect.name

    @property
    def name(self) -> str:
        """The warehouse as a person knows it, without a password."""
        return named(self.engine.url)

    @contextmanager
    def connect(self) -> Iterator[Connection]:
        """A connection for reading: one snapshot, however many queries; nothing is kept."""
        with explained(self.engine.url), self.engine.connect() as connection:
            if self.dialect == "postgresql":
                connection.execution_options(isolation_level="REPEATABLE READ")
            yield connection

    @contextmanager
    def begin(self, *, durable: bool = True) -> Iterator[Connection]:
        """A transaction for writing: kept when the block ends, undone when it raises.

        One that is not `durable` may be lost, as a whole, when the machine fails within a second:
        for what can be fetched again from where the warehouse then stands. It does not wait for
        the disk; on SQLite no transaction does.
        """
        with explained(self.engine.url), self._writing.begin() as connection:
            if not durable and self.dialect == "postgresql":
                connection.exec_driver_sql("SET LOCAL synchronous_commit = off")
            yield connection

    def lookups(self) -> Connection:
        """A connection for many short reads, each by itself and of what is there by then.

        It holds no transaction, so it may be kept open; whoever asks for it closes it.
        """
        options: dict[str, Any] = {_LOOKS: True}
        if self.dialect == "postgresql":
            options["isolation_level"] = "AUTOCOMMIT"
        with explained(self.engine.url):
            return self.engine.connect().execution_options(**options)

    def dispose(self) -> None:
        """Close all connections."""
        self.engine.dispose()

    def _make_ready(self, upgrade: bool, before: "Callable[[Warehouse, str], None] | None") -> None:
        with self.engine.connect() as connection:
            current = check_version(connection, self.name)
            if current == HEAD and (not upgrade or views_are_current(connection)):
                return
        if not upgrade:
            state = f"has schema {current}" if current else "has no tables yet"
            raise WarehouseError(
                f"{self.name} {state}, cophub needs {HEAD}: run `cophub db upgrade`",
                code=OLD_SCHEMA,
            )
        if before is not None and current not in (None, HEAD):
            before(self, str(current))
        with self._writing.begin() as connection:
            upgrade_schema(connection, self.name)


def address_of(url: str) -> URL:
    """The URL with its driver; WarehouseError where it names no database that we can use."""
    address, backend = _parsed(url)
    if backend == "postgresql":
        return address.set(drivername="postgresql+psycopg")
    if backend != "sqlite":
        raise WarehouseError(
            f'the warehouse cannot be a "{backend}" database; use sqlite:/// or postgresql+psycopg://',
            code=ADDRESS,
        )
    if address.database in (None, "", ":memory:"):
        raise WarehouseError("the warehouse needs a file: write sqlite:///cophub.db", code=ADDRESS)
    return address


def _parsed(url: str) -> tuple[URL, str]:
    """The URL and its kind of database. What is wrong with it is not quoted: it has a password."""
    try:
        address = make_url(url)
        backend = address.get_backend_name()
    except (ArgumentError, NoSuchModuleError):
        said = _WRITE
    except ValueError:
        said = _ENCODE
    else:
        if "@" not in (address.host or ""):
            return address, backend
        said = _ENCODE  # a part of the password would be told as the name of the host
    raise WarehouseError(f"the warehouse's address is not understood; {said}", code=ADDRESS)


def _engine(address: URL) -> Engine:
    if address.get_backend_name() == "sqlite":
        return _sqlite_engine(address)
    try:
        return create_engine(
            address,
            # Text such as '2026-03-01 09:30:00' is copied in as an instant: it must mean UTC.
            connect_args={"options": "-c timezone=UTC", "connect_timeout": 10},
            pool_pre_ping=True,
            max_overflow=20,
        )
    except ModuleNotFoundError as error:
        raise WarehouseError(
            "a PostgreSQL warehouse needs psycopg: pip install 'cophub[postgres]'", code=NO_DRIVER
        ) from error


def _sqlite_engine(address: URL) -> Engine:
    folder = Path(str(address.database)).absolute().parent
    if not folder.is_dir():
        raise WarehouseError(
            f"{named(address)}: the folder {folder} does not exist; make it, or change "
            '"warehouse" under [hub] in plugins.toml',
            code=CANNOT_OPEN,
        )
    # An address such as sqlite:///cophub.db?timeout=5 gives a patience of its own, in seconds.
    patience = {} if "timeout" in address.query else {"timeout": LOCK_PATIENCE_SECONDS}
    engine = create_engine(
        address,
        connect_args={**patience, "check_same_thread": False},
        max_overflow=20,
        pool_use_lifo=True,  # the connection whose cache is warm, and as few of them as will do
    )
    event.listen(engine, "connect", _prepare_sqlite)
    event.listen(engine, "begin", _begin_sqlite)
    return engine


def _prepare_sqlite(connection: Any, record: Any) -> None:
    connection.isolation_level = None  # transactions begin where _begin_sqlite says, nowhere else
    cursor = connection.cursor()
    cursor.execute("PRAGMA journal_mode = WAL")
    cursor.execute("PRAGMA synchronous = NORMAL")
    cursor.execute("PRAGMA foreign_keys = ON")
    cursor.close()


def _begin_sqlite(connection: Connection) -> None:
    # A writer takes the lock at once: a reader that turns writer cannot wait for it, only fail.
    options = connection.get_execution_options()
    if options.get(_LOOKS):
        return
    writes = options.get(_WRITES)
    connection.exec_driver_sql(f"PRAGMA cache_size = {-_WRITE_CACHE if writes else -_READ_CACHE}")
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")
