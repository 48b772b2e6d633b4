"""Copies of the warehouse that are made by themselves, and which of them go.

A copy is noted before it is made, so that one whose process was killed is known for ours. Only what
is noted so, lies in this hub's own folder, and is still the file that was noted, is ever removed.
"""

import logging
import re
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from dateutil.relativedelta import relativedelta
from sqlalchemy import ColumnElement, Connection, delete, func, insert, select, update

from cophub.config.timetable import say_duration
from cophub.errors import CophubError, SourceBusy
from cophub.hub import backups
from cophub.hub.answers import Finding, NotStarted
from cophub.hub.backups import Backup
from cophub.warehouse import Warehouse, tables
from cophub.warehouse.holding import held
from cophub.warehouse.upgrade import HEAD

if TYPE_CHECKING:
    from cophub.hub import Hub

NAME = "backup"
"""What is said to have failed."""
LEASE = "backup"
_OWN_REASON = "timetable"
_OWN = re.compile(r"cophub-auto-\d{8}T\d{6}Z(-\d+)?\.(db|dump)")
_GRACE = timedelta(hours=1)
"""How long after its time a copy may be made before it is called late."""
_AT_ONCE = 10
"""`cophub run` makes a copy that is due within so much of `backup_every`: it comes by the clock,
and ends sooner on some days than on others."""
_LONGEST_WAIT = timedelta(hours=1)
_c = tables.backup_made.c
_log = logging.getLogger("cophub.hub")


@dataclass(frozen=True)
class BackupStatus:
    """How the copies stand that are made by themselves."""

    every: str
    last_at: datetime | None
    """When the newest copy was made: one of these, or one that somebody asked for."""
    next_at: datetime
    """When the next of these is due, which may be past."""
    late: bool


def standing(hub: "Hub", now: datetime) -> BackupStatus | None:
    """How those copies stand; None where plugins.toml asks for none. Raises WarehouseError."""
    every = hub.config.hub.backup_every
    if every is None:
        return None
    with hub.warehouse.connect() as connection:
        own, last = _last(connection, now), _last(connection, now, _OWN_REASON, "asked")
        # Nobody misses the copy of a warehouse that has just been made.
        since = last or connection.scalar(select(func.min(tables.run.c.started_at)))
    coming = now if own is None else own + every
    late = since is not None and since + (every if last else timedelta()) + _GRACE < now
    return BackupStatus(say_duration(every), last, coming, late)


def why_late(found: BackupStatus) -> str:
    """What is to be said of a copy that is late, in one line."""
    if found.last_at is None:
        return f"there is no copy of the warehouse, and one is to be made every {found.every}"
    return (
        f"the last copy of the warehouse was made at {found.last_at:%Y-%m-%d %H:%M} UTC, and one is"
        f" to be made every {found.every}"
    )


def warning_of(found: BackupStatus | None) -> str:
    """What `status` warns of; nothing where all is well."""
    return f"{why_late(found)}: is `cophub schedule` running?" if found and found.late else ""


def findings(hub: "Hub") -> Iterator[Finding]:
    """What `doctor` tells of them; nothing where none are asked for."""
    found = standing(hub, hub.now())
    if found is None:
        return
    if found.late:
        said = "cophub db backup; is `cophub schedule` running?"
        yield Finding("copies", "warning", why_late(found), said)
    else:
        yield Finding("copies", "ok", note_of(found).removeprefix("copies: "))


def note_of(found: BackupStatus | None) -> str:
    """When the last copy was made, where that is no fault."""
    if found is None or found.late:
        return ""
    if found.last_at is None:
        return f"copies: the first comes soon, then every {found.every}"
    return f"copies: the last was made {found.last_at:%Y-%m-%d %H:%M} UTC, every {found.every}"


def make_due(hub: "Hub", *, soon: bool = False) -> Iterator[Backup | NotStarted]:
    """Make a copy where one is due, or with `soon` almost is, and let older ones go.

    Nothing where somebody makes one now. What keeps it from being made is told, not raised.
    """
    every = hub.config.hub.backup_every
    if every is None:
        return
    early = every / _AT_ONCE if soon else timedelta()
    try:
        if not _is_due(hub, every - early):
            return
        made = []
        with held(hub.warehouse, LEASE):
            if _is_due(hub, every - early):
                made.append(_made(hub))
        yield from made
    except SourceBusy as busy:
        _log.info("%s waits: %s", NAME, busy)
    except CophubError as error:
        _log.info("%s failed: %s", NAME, error, extra={"event": "backup", "code": error.code})
        yield NotStarted(NAME, str(error), error.code)


class Keeper:
    """Asks again and again for whoever keeps time; what fails is tried less and less often."""

    def __init__(self) -> None:
        self._tries = 0
        self._next_try_at: datetime | None = None
        self._told: str | None = None
        """The code of what was told, to tell it once: the line names another file each time."""

    def look(self, hub: "Hub") -> Iterator[Backup | NotStarted]:
        """`make_due`; what fails in the same way again is told once."""
        now = hub.now()
        if self._next_try_at is not None and now < self._next_try_at <= now + _LONGEST_WAIT:
            return
        failed: str | None = None
        for result in make_due(hub):
            failed = result.code if isinstance(result, NotStarted) else None
            if not failed or failed != self._told:
                yield result
        self._told = failed
        self._tries = self._tries + 1 if failed else 0
        wait = timedelta(minutes=min(2**self._tries, 60))
        self._next_try_at = now + wait if failed else None


def _is_due(hub: "Hub", every: timedelta) -> bool:
    now = hub.now()
    with hub.warehouse.connect() as connection:
        last = _last(connection, now)
    return last is None or last + every <= now


def _last(connection: Connection, now: datetime, *reasons: str) -> datetime | None:
    """When the newest copy was made; of those made by themselves, unless told otherwise.

    Not one of a time that is still to come: a clock that was wrong once must not end all copies.
    """
    query = select(func.max(_c.at)).where(_c.reason.in_(reasons or (_OWN_REASON,)))
    known = query.where(_c.size_bytes > 0, _c.at <= now + _GRACE)
    found: datetime | None = connection.scalar(known)
    return found


def _own() -> ColumnElement[bool]:
    return _c.reason == _OWN_REASON


def _made(hub: "Hub") -> Backup:
    """Make a copy and note it, then let older ones go. Raises WarehouseError."""
    warehouse, now = hub.warehouse, hub.now()
    _settle(warehouse, hub.config.backups)
    file = backups.new_file(hub.config.backups, warehouse.dialect, now, "cophub-auto")
    row = dict(at=now, path=str(file), size_bytes=0, reason=_OWN_REASON, schema=HEAD)
    with warehouse.begin() as connection:
        number = connection.execute(insert(tables.backup_made).returning(_c.id), row).scalar_one()
    try:
        made = backups.backup(warehouse, file)
    except CophubError:
        with warehouse.begin() as connection:
            connection.execute(delete(tables.backup_made).where(_c.id == number))
        raise
    with warehouse.begin() as connection:
        connection.execute(
            update(tables.backup_made)
            .where(_c.id == number)
            .values(size_bytes=made.size_bytes, schema=made.schema or HEAD)
        )
    removed = _let_go(warehouse, hub.config.backups, hub.config.hub.backup_keep, now)
    told = dict(event="backup", size_bytes=made.size_bytes, removed=len(removed))
    _log.info("a copy of the warehouse was made: %s", file.name, extra=told)
    return Backup(made.path, made.size_bytes, made.schema, removed)


def _settle(warehouse: Warehouse, folder: Path) -> None:
    """Take over what a killed process left: a copy that is whole, or a part of one, which goes."""
    with warehouse.begin() as connection:
        query = select(_c.id, _c.path).where(_own(), _c.size_bytes == 0)
        for number, path in connection.execute(query).all():
            file = Path(path)
            if not _is_in(folder, file):
                continue
            part = backups.part_of(file)
            mine = tables.backup_made.c.id == number
            if _is_file(file):
                whole = update(tables.backup_made).where(mine)
                connection.execute(whole.values(size_bytes=file.stat().st_size))
            elif _is_file(part):
                with suppress(OSError):
                    part.unlink()
                connection.execute(delete(tables.backup_made).where(mine))


def _let_go(
    warehouse: Warehouse, folder: Path, keep: int | relativedelta, now: datetime
) -> tuple[Path, ...]:
    """Remove what is beyond the newest so many, or older than so long but for the newest."""
    with warehouse.connect() as connection:
        query = select(_c.path, _c.at, _c.size_bytes).where(_own()).order_by(_c.id.desc())
        rows = connection.execute(query).all()
    noted = [(Path(path), at, size) for path, at, size in rows]
    there = [(p, at) for p, at, size in noted if _is_in(folder, p) and _is_ours(p, size)]
    if isinstance(keep, int):
        old = [path for path, _ in there[keep:]]
    else:
        old = [path for path, at in there[1:] if at < now - keep]
    gone = []
    for path in old:
        try:
            path.unlink()
        except OSError as error:
            _log.warning("the old copy %s cannot be removed (%s)", path, error.strerror)
        else:
            gone.append(path)
    return tuple(gone)


def _is_in(folder: Path, path: Path) -> bool:
    """Whether it lies where this hub keeps copies.

    A warehouse that was copied or restored elsewhere still has the list of the hub it came from.
    """
    return path.parent.resolve() == folder.resolve()


def _is_ours(path: Path, size: int) -> bool:
    """Whether a file is still the copy that was noted, and no other that took its name."""
    return bool(_OWN.fullmatch(path.name)) and _is_file(path) and path.stat().st_size == size > 0


def _is_file(path: Path) -> bool:
    return path.is_file() and not path.is_symlink()


__all__ = [
    "BackupStatus", "Keeper", "findings", "make_due", "note_of", "standing", "warning_of",
    "why_late",
]  # fmt: skip
