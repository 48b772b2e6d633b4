"""Putting an older copy of the warehouse in its place, while it is read.

Readers see what was there until all is ready. People who were erased since the copy was made are
erased in it first: nobody comes back.
"""

import shutil
import sqlite3
import time
from collections.abc import Callable
from contextlib import ExitStack, closing, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import Connection, select

from cophub.errors import ConfigError, WarehouseError
from cophub.hub import backups
from cophub.hub.database import version_at
from cophub.hub.resolving import PIPELINE, rehearse
from cophub.identities.returned import ErasedAgain, erase_again
from cophub.publish import LEASE
from cophub.warehouse import Warehouse, carrying, tables
from cophub.warehouse.engine import LOCK_PATIENCE_SECONDS
from cophub.warehouse.holding import held

if TYPE_CHECKING:
    from cophub.hub import Hub
    from cophub.hub.backups import Backup


@dataclass(frozen=True)
class Restored:
    """A copy that is the warehouse now."""

    path: Path
    schema: str
    """The copy's own; the warehouse has the newest."""
    aside: "Backup"
    """A copy of what was there before."""
    erased: ErasedAgain
    """People of the copy who were erased since it was made."""


def restore(hub: "Hub", file: Path) -> Restored:
    """Put a copy in the warehouse's place. All or nothing.

    What is there now is copied aside first. Raises WarehouseError: no such file, none that cophub
    made, of a newer cophub or of another hub, no room; SourceBusy while a sync or the pipelines
    run.
    """
    if not file.is_file():
        raise WarehouseError(
            f"there is no file {file}; `cophub doctor` says where the newest copy is"
        )
    warehouse = hub.warehouse
    with ExitStack() as stack:
        for name in _leases(hub, warehouse):
            stack.enter_context(held(warehouse, name))
        folder, now = hub.config.backups, hub.now()
        aside = backups.backup(
            warehouse, backups.new_file(folder, warehouse.dialect, now, "before-restore")
        )
        if warehouse.dialect == "sqlite":
            schema, erased = _restore_sqlite(hub, warehouse, file)
        else:
            from cophub.hub.restoring_postgresql import restore_postgresql

            schema, erased = restore_postgresql(
                warehouse, file, lambda c, kept: put_right(hub, c, kept)
            )
    backups.note(warehouse, aside, "restore", now)
    return Restored(file, schema, aside, erased)


def put_right(hub: "Hub", connection: Connection, kept: carrying.Present) -> ErasedAgain:
    """Carry over what must not be lost, and erase again who was erased since the copy was made."""
    known = carrying.erasures(connection)
    if not carrying.carry_over(connection, kept):
        return ErasedAgain()
    erased = erase_again(connection, now=hub.now(), resolve=lambda c: _bring_up_to_date(hub, c))
    carrying.keep_erasures(connection, kept, known)
    return erased


def _bring_up_to_date(hub: "Hub", connection: Connection) -> None:
    # A pipeline that is missing or set wrongly must keep nobody from being forgotten.
    with suppress(ConfigError):
        hub.pipeline_settings(PIPELINE)
        rehearse(hub, connection)


def _leases(hub: "Hub", warehouse: Warehouse) -> list[str]:
    with warehouse.connect() as connection:
        known = connection.scalars(select(tables.account.c.source).distinct())
        return [*sorted({*hub.config.sources, *known}), LEASE]


def _restore_sqlite(hub: "Hub", warehouse: Warehouse, file: Path) -> tuple[str, ErasedAgain]:
    """Make the copy ready beside the warehouse, then copy it into the warehouse's file at once."""
    schema = _schema_of(file)
    live = Path(str(warehouse.engine.url.database))
    # Once for the copy that is made ready, and once for the warehouse's log while it is taken over.
    backups.check_room({live.absolute().parent: 2 * file.stat().st_size})
    scratch = live.with_name(f".{live.name}.restoring")
    _remove(scratch)  # which a process that was killed may have left
    try:
        erased = _made_ready(hub, warehouse, file, scratch)
        _take_over(warehouse, scratch)
    except OSError as error:
        raise WarehouseError(f"{file} cannot be restored ({error.strerror})") from None
    except sqlite3.Error as error:
        raise WarehouseError(f"{file} cannot be restored ({error}); nothing was changed") from None
    finally:
        _remove(scratch)
    _empty_log(warehouse)
    return schema, erased


def _remove(scratch: Path) -> None:
    for end in ("", "-wal", "-shm"):
        scratch.with_name(scratch.name + end).unlink(missing_ok=True)


def _empty_log(warehouse: Warehouse) -> None:
    """What was in the warehouse's file goes from the log beside it, unless somebody reads it."""
    with warehouse.lookups() as connection:
        patience = connection.exec_driver_sql("PRAGMA busy_timeout").scalar_one()
        connection.exec_driver_sql("PRAGMA busy_timeout = 100")
        try:
            connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
        finally:
            connection.exec_driver_sql(f"PRAGMA busy_timeout = {patience}")


def _schema_of(file: Path) -> str:
    schema = version_at(f"sqlite:///{file}").schema
    if schema is None:
        raise WarehouseError(f"{file} is no copy of a warehouse: it has no tables of cophub")
    with closing(sqlite3.connect(f"{file.absolute().as_uri()}?mode=ro", uri=True)) as copy:
        try:
            [(verdict,)] = copy.execute("PRAGMA quick_check(1)").fetchall()
        except sqlite3.Error as error:
            verdict = str(error)
    if verdict != "ok":
        raise WarehouseError(f"{file} is damaged ({verdict}); take another copy")
    return schema


def _made_ready(hub: "Hub", warehouse: Warehouse, file: Path, scratch: Path) -> ErasedAgain:
    scratch.touch(mode=0o600)
    shutil.copyfile(file, scratch)
    ready = Warehouse.open(f"sqlite:///{scratch}", clock=hub.now)
    try:
        with warehouse.connect() as connection:
            kept = carrying.present(connection)
        with ready.begin() as connection:
            connection.exec_driver_sql("PRAGMA secure_delete = ON")
            erased = put_right(hub, connection, kept)
        with ready.connect() as connection:
            connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
    finally:
        ready.dispose()
    return erased


def _take_over(
    warehouse: Warehouse, ready: Path, clock: Callable[[], float] = time.monotonic
) -> None:
    """Copy a file over the warehouse's in one transaction; readers go on reading the old one."""
    began = clock()

    def patience(status: int, remaining: int, total: int) -> None:
        if remaining == total and clock() - began > LOCK_PATIENCE_SECONDS:
            raise WarehouseError(
                f"{warehouse.name}: another program holds it locked all the time; end it, and"
                " restore again: nothing was changed"
            )

    target = warehouse.engine.raw_connection()
    try:
        driver: sqlite3.Connection = target.driver_connection  # type: ignore[assignment]
        with closing(sqlite3.connect(ready)) as source:
            source.backup(driver, pages=-1, progress=patience, sleep=0.05)
    finally:
        target.close()


__all__ = ["Restored", "put_right", "restore"]
