"""The audit log: each command that shows, takes out or changes what is about people is noted.

It is noted before anything is shown. Where a long write holds the warehouse the note waits in a
file beside plugins.toml and goes into the log with the next one; where not even that is possible,
nothing is shown.
"""

import getpass
import os
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import msgspec
from sqlalchemy import Connection, select
from sqlalchemy.exc import SQLAlchemyError

from cophub.errors import ConfigError, WarehouseError
from cophub.hub.export import exportable
from cophub.identities.lookup import meant
from cophub.warehouse import Warehouse, privacy, tables
from cophub.warehouse.audit_trail import Entry, How, disguised, read, write
from cophub.warehouse.failures import explained

if TYPE_CHECKING:
    from cophub.hub import Hub

_WAITING = "audit.waiting"
_TAKEN = f"{_WAITING}.taken-"
_GONE_SECONDS = 600
_PATIENCE = "0.5"
"""Seconds that a look waits for whoever writes to SQLite at that moment."""


def this_user() -> str | None:
    """The user of this machine; None where they have no name."""
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return None


def note(
    hub: "Hub",
    action: str,
    *subjects: str | None,
    count: int | None = None,
    who: str | None = None,
    how: How = "cli",
    **details: Any,
) -> None:
    """Note what is done now: an entry for each of the subjects, one where there is none.

    `subjects` are ids of people or names of what is no person, `details` plain values that name
    nobody; those that are None or False are left out. Raises WarehouseError: it cannot be noted.
    """
    said = {name: value for name, value in details.items() if value not in (None, False)}
    entries = [
        Entry(hub.now(), who or this_user(), how, action, subject, count, said or None)
        for subject in (dict.fromkeys(subjects) or [None])
    ]
    try:
        with _taken_in(hub) as waiting, _quick(hub.warehouse) as connection:
            write(connection, [*waiting, *entries])
    except (WarehouseError, SQLAlchemyError):
        _wait(hub, entries)


def is_about_people(hub: "Hub", table: str) -> bool:
    """Whether there is such a table or view, and it tells of people: one of others might."""
    if table in privacy.all_tables():
        return bool(privacy.tagged(table, "identifier", "content", "sensitive"))
    with hub.warehouse.connect() as connection:
        return table in exportable(connection)


def log(
    hub: "Hub", person: str | None = None, since: datetime | None = None, limit: int | None = None
) -> list[Entry]:
    """What was noted, the newest first; of one person where `person` names one, or an erased id.

    Raises ConfigError: nobody, or several.
    """
    take_in(hub)
    with hub.warehouse.connect() as connection:
        subjects = None if person is None else _subjects(connection, person)
        return read(connection, subjects, since, limit)


def take_in(hub: "Hub") -> None:
    """Put into the log what waits in files; what cannot be yet waits on."""
    if not _files(hub):
        return
    try:
        with _taken_in(hub) as waiting, _quick(hub.warehouse) as connection:
            write(connection, waiting)
    except (WarehouseError, SQLAlchemyError):
        return


def _subjects(connection: Connection, person: str) -> list[str]:
    try:
        found = meant(connection, person).person
    except ConfigError:
        hidden = disguised(connection, person.strip().lower())
        query = select(tables.audit.c.id).where(tables.audit.c.subject == hidden).limit(1)
        if connection.scalar(query) is None:
            raise
        return [hidden]
    p = tables.person.c
    return [found, *connection.scalars(select(p.id).where(p.merged_into == found))]


@contextmanager
def _quick(warehouse: Warehouse) -> Iterator[Connection]:
    """A transaction for writing that does not wait long for others."""
    if warehouse.dialect != "sqlite":
        with warehouse.begin() as connection:
            yield connection
        return
    url = warehouse.engine.url.update_query_dict({"timeout": _PATIENCE})
    impatient = Warehouse.open(url.render_as_string(hide_password=False), upgrade=False)
    try:
        with explained(url), impatient.begin() as connection:
            yield connection
    finally:
        impatient.dispose()


def _files(hub: "Hub") -> list[Path]:
    found = sorted(hub.config.folder.glob(f"{_WAITING}*"))
    return [file for file in found if file.is_file() and not _is_being_taken(file)]


def _is_being_taken(file: Path) -> bool:
    """Whether another is at it; whoever took it long ago was killed before it was written."""
    if not file.name.startswith(_TAKEN):
        return False
    try:
        return abs(time.time() - file.stat().st_mtime) < _GONE_SECONDS
    except OSError:
        return True


@contextmanager
def _taken_in(hub: "Hub") -> Iterator[list[Entry]]:
    """What waits in files; they go when the block ends well, and wait on when it does not.

    Nobody else takes them meanwhile. No name is used twice: a file that waits on keeps its own.
    """
    mine: list[Path] = []
    found: list[Entry] = []
    for file in _files(hub):
        taken = file.with_name(f"{_TAKEN}{uuid4().hex}")
        try:
            os.utime(file)  # from now on it is being taken
            file.replace(taken)
        except OSError:
            continue  # another was quicker
        mine.append(taken)
        found += _entries(taken.read_bytes().splitlines())
    try:
        yield found
    except BaseException:
        for file in mine:
            file.replace(file.with_name(f"{_WAITING}.{uuid4().hex}"))
        raise
    for file in mine:
        file.unlink(missing_ok=True)


def _entries(lines: Iterable[bytes]) -> Iterator[Entry]:
    for line in lines:
        try:
            yield msgspec.json.decode(line, type=Entry)
        except msgspec.MsgspecError:
            continue  # cut by a machine that failed while it wrote


def _wait(hub: "Hub", entries: list[Entry]) -> None:
    file = hub.config.folder / _WAITING
    lines = b"".join(msgspec.json.encode(entry) + b"\n" for entry in entries)
    try:
        # Whoever takes the file at this moment may have read it already: twice is better than not.
        while not _appended(file, lines):
            pass
    except OSError as error:
        raise WarehouseError(
            "what is shown about people is noted, and it cannot be: neither in the warehouse nor"
            f" in {file} ({error.strerror}); make room, or let this user write there"
        ) from None


def _appended(file: Path, lines: bytes) -> bool:
    """Add to the file; whether it is still there, under its name, once that is done."""
    number = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    with os.fdopen(number, "ab") as out:
        out.write(lines)
        out.flush()
        try:
            return os.path.samestat(os.fstat(number), file.stat())
        except FileNotFoundError:
            return False


__all__ = ["is_about_people", "log", "note", "take_in", "this_user"]
