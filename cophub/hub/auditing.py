"""The audit log: each command that shows, takes out or changes what is about people is noted.

It is noted before anything is shown. Where a long write holds the warehouse the note waits in a
file beside plugins.toml and goes into the log with the next one; where not even that is possible,
nothing is shown.
"""

import getpass
import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

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
    return sorted(file for file in hub.config.folder.glob(f"{_WAITING}*") if file.is_file())


@contextmanager
def _taken_in(hub: "Hub") -> Iterator[list[Entry]]:
    """What waits in files; they go when the block ends well. No other process takes them too."""
    mine: list[Path] = []
    found: list[Entry] = []
    for file in _files(hub):
        taken = file.with_name(f"{_WAITING}.{os.getpid()}.{len(mine)}")
        try:
            if file != taken:
                file.replace(taken)
            lines = taken.read_bytes().splitlines()
        except FileNotFoundError:
            continue  # another process was quicker
        mine.append(taken)
        found += _entries(lines)
    yield found
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
        number = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        with os.fdopen(number, "ab") as out:
            out.write(lines)
    except OSError as error:
        raise WarehouseError(
            "what is shown about people is noted, and it cannot be: neither in the warehouse nor"
            f" in {file} ({error.strerror}); make room, or let this user write there"
        ) from None


__all__ = ["is_about_people", "log", "note", "take_in", "this_user"]
