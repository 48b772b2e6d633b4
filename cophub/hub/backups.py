"""Copies of the warehouse: made while it is used, checked, kept in one folder, counted."""

import logging
import re
import shutil
import sqlite3
from collections.abc import Sequence
from contextlib import closing, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from sqlalchemy import insert, text

from cophub.error_codes import NO_COPY
from cophub.errors import WarehouseError
from cophub.hub import postgres_tools
from cophub.warehouse import Warehouse, tables
from cophub.warehouse.upgrade import HEAD, schema_version

if TYPE_CHECKING:
    from cophub.hub import Hub

Reason = Literal["asked", "timetable", "upgrade", "restore", "downgrade"]
_NAME = re.compile(r"(cophub|before)-[\w-]*\d{8}T\d{6}Z(-\d+)?\.(db|dump)")
_MEGABYTE = 1_000_000
_log = logging.getLogger("cophub.hub")


@dataclass(frozen=True)
class Backup:
    """A copy of the warehouse that was made while others could use it."""

    path: Path
    size_bytes: int
    schema: str | None = None
    removed: tuple[Path, ...] = field(default=())
    """Older copies that went, since no more than so many are kept."""

    @property
    def state(self) -> str:
        """As that of a run."""
        return "done"


def make(
    hub: "Hub",
    target: Path | None = None,
    *,
    reason: Reason = "asked",
    keep: int | None = None,
    warehouse: Warehouse | None = None,
) -> Backup:
    """Copy the warehouse and note that; with `keep`, older copies beyond so many go.

    The copy is one moment of the warehouse; only its owner may read it. Raises WarehouseError.
    """
    warehouse = warehouse or hub.warehouse
    file = target or new_file(hub.config.backups, warehouse.dialect, hub.now())
    made = backup(warehouse, file)
    note(warehouse, made, reason, hub.now())
    return Backup(made.path, made.size_bytes, made.schema, prune(file.parent, keep))


def new_file(folder: Path, dialect: str, now: datetime, what: str = "cophub") -> Path:
    """A name for a copy that sorts by time, and that no file has."""
    kind = "db" if dialect == "sqlite" else "dump"
    name = f"{what}-{now.astimezone(UTC):%Y%m%dT%H%M%SZ}"
    names = (f"{name}{more}.{kind}" for more in ("", *(f"-{n}" for n in range(2, 1000))))
    return next(folder / each for each in names if not (folder / each).exists())


def backup(warehouse: Warehouse, target: Path) -> Backup:
    """Copy a warehouse to a file while it is used, and check the copy.

    SQLite's own way of copying, or pg_dump. Raises WarehouseError: no room, no pg_dump, a file of
    that name.
    """
    if target.exists():
        raise WarehouseError(f"{target} is there already; name another file with --to")
    part = part_of(target)
    try:
        target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        check_room({target.parent: size_of(warehouse)})
        part.touch(mode=0o600)
        schema = _copy(warehouse, part)
        part.replace(target)
    except OSError as error:
        raise WarehouseError(
            f"{target} cannot be written ({error.strerror}); name another file with --to, or"
            ' another folder as "backups" under [hub]',
            code=NO_COPY,
        ) from None
    except sqlite3.Error as error:
        raise WarehouseError(
            f"the backup to {target} failed ({error}); is the disk full?", code=NO_COPY
        ) from None
    finally:
        with suppress(OSError):
            part.unlink()
    return Backup(target, target.stat().st_size, schema)


def part_of(target: Path) -> Path:
    """The file that a copy is in until it is whole."""
    return target.with_name(f".{target.name}.part")


def size_of(warehouse: Warehouse) -> int:
    """About how many bytes a copy will have."""
    with warehouse.connect() as connection:
        if warehouse.dialect == "sqlite":
            pages = connection.exec_driver_sql("PRAGMA page_count").scalar_one()
            return int(pages) * int(connection.exec_driver_sql("PRAGMA page_size").scalar_one())
        # A dump is packed, and has no indexes: a quarter, as measured.
        size = connection.execute(text("SELECT pg_database_size(current_database())"))
        return int(size.scalar_one()) // 4


def check_room(needed: dict[Path, int]) -> None:
    """Raise WarehouseError where a disk lacks room for so many bytes more in these folders."""
    disks: dict[int, tuple[Path, int]] = {}
    for folder, size in needed.items():
        device = folder.stat().st_dev
        first, sum_ = disks.get(device, (folder, 0))
        disks[device] = (first, sum_ + size)
    for folder, size in disks.values():
        free = shutil.disk_usage(folder).free
        if free < size * 1.05:
            raise WarehouseError(
                f"there is no room for a copy of the warehouse in {folder}:"
                f" {free // _MEGABYTE:,} MB are free, {size // _MEGABYTE + 1:,} MB are needed;"
                ' make room, or name another folder as "backups" under [hub]',
                code=NO_COPY,
            )


def note(warehouse: Warehouse, made: Backup, reason: Reason, now: datetime) -> None:
    """Write down that a copy was made; where somebody holds the file, that is left out."""
    row = dict(
        at=now, path=str(made.path), size_bytes=made.size_bytes, reason=reason,
        schema=made.schema or HEAD,
    )  # fmt: skip
    url = warehouse.engine.url
    patience = {"timeout": "1"} if warehouse.dialect == "sqlite" else {}
    try:
        # A run that writes for a minute must not keep the copy from being told of.
        brief = Warehouse.open(
            url.update_query_dict(patience).render_as_string(hide_password=False), upgrade=False
        )
        try:
            with brief.begin() as connection:
                connection.execute(insert(tables.backup_made), [row])
        finally:
            brief.dispose()
    except WarehouseError as error:
        _log.info("the copy %s was made and not noted: %s", made.path.name, error)


def copies(folder: Path) -> list[Path]:
    """The copies in a folder that bear names of ours, the newest first."""
    if not folder.is_dir():
        return []
    found = [path for path in folder.iterdir() if _NAME.fullmatch(path.name)]
    return sorted(found, key=lambda path: (path.stat().st_mtime, path.name), reverse=True)


def prune(folder: Path, keep: int | None) -> tuple[Path, ...]:
    """Remove all but the newest `keep` copies; those that went. Others' files stay."""
    old: Sequence[Path] = copies(folder)[keep:] if keep else ()
    for path in old:
        path.unlink(missing_ok=True)
    return tuple(old)


def _copy(warehouse: Warehouse, part: Path) -> str | None:
    """Copy to a file that is there; the schema of what was copied."""
    with warehouse.connect() as connection:
        schema = schema_version(connection)
        if warehouse.dialect == "postgresql":
            place = str(connection.scalar(text("SELECT current_schema()")))
    if warehouse.dialect == "postgresql":
        postgres_tools.dump(warehouse.engine.url, place, part)
    else:
        copy_sqlite(warehouse, part)
    return schema


def copy_sqlite(warehouse: Warehouse, part: Path) -> None:
    """Copy an SQLite warehouse while others write. Raises WarehouseError."""
    source = warehouse.engine.raw_connection()
    try:
        with closing(sqlite3.connect(part)) as copy:
            driver: sqlite3.Connection = source.driver_connection  # type: ignore[assignment]
            # In one step: between two it would begin anew after each write of somebody else, and
            # never end while a sync goes on. Readers of a log (WAL) keep no writer waiting.
            driver.backup(copy, pages=-1)
            copy.execute("PRAGMA journal_mode = DELETE")
            [(verdict,)] = copy.execute("PRAGMA quick_check(1)").fetchall()
    finally:
        source.close()
    if verdict != "ok":
        raise WarehouseError(f"the copy is not sound ({verdict}); run `cophub doctor`")


__all__ = [
    "Backup", "backup", "check_room", "copies", "copy_sqlite", "make", "new_file", "note",
    "part_of", "prune", "size_of",
]  # fmt: skip
