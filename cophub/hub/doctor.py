"""`doctor`: everything that can be looked at without asking a vendor, a line each."""

import os
import shutil
import stat
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pydantic import SecretStr
from sqlalchemy import select

from cophub.config.environment import FromEnvironment
from cophub.errors import CophubError
from cophub.hub import reading
from cophub.hub.answers import Finding
from cophub.hub.publishing import settings_of
from cophub.pipeline import LaterSettings
from cophub.warehouse import Warehouse, tables

if TYPE_CHECKING:
    from cophub.hub import Hub
    from cophub.hub.database import Version

_MEGABYTE = 1_000_000
_LITTLE_DISK = 1_000 * _MEGABYTE
_NO_DISK = 100 * _MEGABYTE
_CHECKED_WHOLE = 500 * _MEGABYTE


def examine(hub: "Hub", *, offline: bool = False) -> Iterator[Finding]:
    """What is well, what is odd and what must be put right."""
    from cophub import __version__

    python = ".".join(str(part) for part in sys.version_info[:3])
    yield Finding("cophub", "ok", f"{__version__} on Python {python}")
    yield from _configuration(hub)
    yield from _plugins(hub)
    yield from _sources(hub)
    yield from _disk(hub)
    yield from _site(hub)
    try:
        known = hub.db_version()
        yield _schema(known)
        if known.pending:
            return
        warehouse = hub.warehouse
        yield from _sqlite_file(warehouse)
        yield from _clock(warehouse, hub.now())
        yield from _runs(warehouse)
        yield from _decisions(hub)
        if common := hub.directory.common_keys():
            yield Finding("people", "ok", common)
    except CophubError as error:
        yield Finding("warehouse", "failed", str(error))


def _configuration(hub: "Hub") -> Iterator[Finding]:
    config = hub.config
    sources, communities = len(config.sources), len(config.communities)
    tables_said = (
        f"{sources} source{'' if sources == 1 else 's'},"
        f" {communities} communit{'y' if communities == 1 else 'ies'}"
    )
    yield Finding("plugins.toml", "ok", f"{config.file}: {tables_said}")
    for warning in config.warnings:
        yield Finding("plugins.toml", "warning", warning)
    if _others_may_read(config.path) and _has_secrets(hub):
        yield Finding(
            "plugins.toml",
            "warning",
            f"{config.file} holds a secret and other users of this machine may read it",
            f"chmod 600 {config.file}, or keep the secret in a variable: {{ env = ... }}",
        )


def _plugins(hub: "Hub") -> Iterator[Finding]:
    plugins = hub.plugins
    said = f"{len(plugins.connectors)} connectors, {len(plugins.pipelines)} pipelines"
    yield Finding("plugins", "ok", said)
    for problem in plugins.problems:
        yield Finding("plugins", "failed", problem)
    for advice in plugins.advice:
        yield Finding("plugins", "warning", advice)
    try:
        hub.config.check_pipelines(plugins.pipelines)
        for settings in settings_of(hub, plugins.pipelines).values():
            for wrong in settings.wrong.values() if isinstance(settings, LaterSettings) else ():
                yield Finding("pipelines", "failed", wrong)
    except CophubError as error:
        yield Finding("pipelines", "failed", str(error))


def _sources(hub: "Hub") -> Iterator[Finding]:
    for name in hub.config.sources:
        try:
            spec = hub.spec(name)
        except CophubError as error:
            yield Finding(f"source {name}", "failed", str(error))
        else:
            yield Finding(f"source {name}", "ok", f"{spec.connector.name}, settings are complete")


def _disk(hub: "Hub") -> Iterator[Finding]:
    for what, folder in {"warehouse": hub.config.folder, "site": hub.config.site}.items():
        there = next(p for p in (folder, *folder.parents) if p.exists())
        free = shutil.disk_usage(there).free
        line = f"{free // _MEGABYTE:,} MB free for the {what}"
        if free < _NO_DISK:
            yield Finding("disk", "failed", line, "make room before the next sync")
        elif free < _LITTLE_DISK:
            yield Finding("disk", "warning", line, "make room soon")
        else:
            yield Finding("disk", "ok", line)


def _site(hub: "Hub") -> Iterator[Finding]:
    site = hub.config.site
    there = next(p for p in (site, *site.parents) if p.exists())
    # Versions of the site are made beside it and renamed, so its parent must be writable.
    needed = site.parent if site.parent.exists() else there
    if os.access(needed, os.W_OK):
        return
    yield Finding(
        "site", "failed", f"{needed} cannot be written", "change its permissions or owner"
    )


def _schema(known: "Version") -> Finding:
    if known.schema is None:
        return Finding("warehouse", "ok", f"{known.warehouse} is not made yet; the first sync does")
    if known.pending:
        return Finding(
            "warehouse",
            "warning",
            f"{known.warehouse} has schema {known.schema}, the newest is {known.newest}",
            "`cophub db backup`, then `cophub db upgrade` (the next sync upgrades it too)",
        )
    return Finding("warehouse", "ok", f"{known.warehouse}, schema {known.schema}")


def _sqlite_file(warehouse: Warehouse) -> Iterator[Finding]:
    if warehouse.dialect != "sqlite":
        return
    file = Path(str(warehouse.engine.url.database))
    if _others_may_read(file):
        yield Finding(
            "warehouse",
            "warning",
            f"{file.name} holds people's data and other users of this machine may read it",
            f"chmod 600 {file}",
        )
    if file.stat().st_size > _CHECKED_WHOLE:
        return
    with warehouse.connect() as connection:
        verdict = connection.exec_driver_sql("PRAGMA quick_check(1)").scalar()
    if verdict != "ok":
        yield Finding(
            "warehouse",
            "failed",
            f"{file.name} is damaged ({verdict})",
            "put the newest backup in its place",
        )


def _clock(warehouse: Warehouse, now: datetime) -> Iterator[Finding]:
    with warehouse.connect() as connection:
        last = select(tables.run.c.started_at).order_by(tables.run.c.id.desc()).limit(1)
        newest = connection.scalar(last)
    if newest is not None and newest > now + timedelta(minutes=5):
        yield Finding(
            "clock",
            "failed",
            f"it is {now:%Y-%m-%d %H:%M} UTC here, but a run began at {newest:%Y-%m-%d %H:%M}",
            "set the clock (timedatectl set-ntp true)",
        )
    else:
        yield Finding("clock", "ok", f"{now.astimezone(UTC):%Y-%m-%d %H:%M} UTC")


def _runs(warehouse: Warehouse) -> Iterator[Finding]:
    for source, row in reading.last_runs(warehouse).items():
        if row.state in ("failed", "held"):
            yield Finding(
                f"source {source}",
                "failed" if row.state == "failed" else "warning",
                f"its last run {row.state}: {row.reason or 'no reason was recorded'}",
                f"cophub check {source}, and when it is well: cophub sync {source}"
                if row.state == "failed"
                else f"look at it, then: cophub sync {source} --accept-departures",
            )


def _decisions(hub: "Hub") -> Iterator[Finding]:
    """Whether what people decided can all hold, and holds under the names that sources have."""
    from cophub.identities import standing

    with hub.warehouse.connect() as connection:
        known = standing.standing(connection)
        wrong = standing.conflicts(connection)
    if not known.decisions:
        return
    if not wrong:
        yield Finding("people", "ok", "no decisions about people contradict one another")
    for conflict in wrong:
        number = conflict.different.number
        yield Finding(
            "people",
            "warning",
            f"decisions contradict one another: {conflict}",
            f"take one of them back, such as: cophub people undo {number}",
        )
    for old, new in known.renamed.items():
        if old not in hub.config.sources:
            yield Finding(
                "people",
                "warning",
                f'source "{old}" seems to be called "{new}" now; its decisions hold for both',
                f"to make that final: cophub people rename-source {old} {new}",
            )


def _others_may_read(path: Path) -> bool:
    return os.name == "posix" and bool(stat.S_IMODE(path.stat().st_mode) & 0o077)


def _is_file(folder: Path, value: object) -> bool:
    named = isinstance(value, str) and "\n" not in value and len(value) < 1000
    return named and (folder / Path(str(value)).expanduser()).is_file()


def _has_secrets(hub: "Hub") -> bool:
    """Whether a secret setting stands in the file as it is."""
    for source in hub.config.sources.values():
        connector = hub.plugins.connectors.get(source.connector)
        if connector is None:
            continue
        for name, info in connector.settings.model_fields.items():
            value: Any = source.settings.get(name)
            is_secret = SecretStr.__name__ in str(info.annotation)
            if is_secret and value and not isinstance(value, FromEnvironment):
                if _is_file(hub.config.folder, value):
                    continue  # the path of a certificate gives nothing away
                return True
    return False
