"""`doctor`: everything that can go wrong here, a line each, in less than ten seconds."""

import os
import shutil
import stat
import sys
import tempfile
import time
from collections.abc import Iterator, Set
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sqlalchemy import func, inspect, select
from sqlalchemy.exc import OperationalError

from cophub.config.messages import listed
from cophub.config.secret_values import plain_secrets
from cophub.errors import CophubError
from cophub.hub import (
    backups,
    doctor_alerts,
    doctor_outlook,
    doctor_pace,
    doctor_signins,
    doctor_site,
    doctor_vendors,
    handouts,
    queueing,
    reading,
    standing,
    timed_backups,
)
from cophub.hub.answers import Finding
from cophub.hub.at_once import Job, at_once
from cophub.hub.doctor_vendors import clock_of
from cophub.hub.publishing import identity_rules, settings_of
from cophub.pipeline import LaterSettings
from cophub.plugins import KINDS
from cophub.warehouse import Warehouse, erasure, tables
from cophub.warehouse.triggers import missing_triggers
from cophub.warehouse.views import VIEWS

if TYPE_CHECKING:
    from cophub.hub import Hub
    from cophub.hub.database import Version

_MEGABYTE = 1_000_000
_LITTLE_DISK = 1_000 * _MEGABYTE
_NO_DISK = 100 * _MEGABYTE
_CHECK_SECONDS = 3.0
PATIENCE = 8.0
"""Seconds that all of it may take."""


def examine(hub: "Hub", *, offline: bool = False, patience: float = PATIENCE) -> Iterator[Finding]:
    """What is well, what is odd and what must be put right; nothing is waited for any longer.

    Vendors, unless `offline`, and the warehouse answer meanwhile, all at the same time; whoever
    does not within `patience` seconds is told of as that.
    """
    from cophub import __version__

    began = time.monotonic()
    jobs: dict[str, Job] = {"warehouse": lambda: _warehouse(hub)}
    asked = {} if offline else doctor_vendors.jobs(hub, patience - 1)
    provider = {} if offline else doctor_site.jobs(hub, patience - 1)
    alerts = {} if offline else doctor_alerts.jobs(hub, patience - 1)
    answers = at_once({**jobs, **asked, **provider, **alerts})
    python = ".".join(str(part) for part in sys.version_info[:3])
    yield Finding("cophub", "ok", f"{__version__} on Python {python}")
    yield from _configuration(hub)
    yield from _plugins(hub)
    yield from _sources(hub, {name.removeprefix("source ") for name in asked})
    yield from _places(hub)
    yield from doctor_signins.signins(hub)
    yield from _disk(hub)
    yield from _site(hub)
    yield from doctor_site.settings(hub)
    yield from doctor_alerts.settings(hub)
    yield from _copies(hub)
    yield from answers.until(began + patience)


def _warehouse(hub: "Hub") -> Iterator[Finding]:
    try:
        known = hub.db_version()
        yield _schema(known)
        if known.schema is None or known.pending:
            return
        warehouse = hub.warehouse
        yield from _sqlite_file(warehouse)
        yield from _views(warehouse)
        yield from _clock(warehouse, hub.now())
        yield from _runs(hub)
        yield from queueing.findings(hub)
        yield from doctor_pace.paces(hub)
        yield from doctor_outlook.requests(hub)
        yield from timed_backups.findings(hub)
        yield from doctor_outlook.disk(hub)
        yield from _erasure_key(warehouse)
        yield from _decisions(hub)
        if common := hub.directory.common_keys():
            yield Finding("people", "ok", common)
        for rule in hub.directory.rules():
            yield Finding("people", "warning" if rule.fails else "ok", rule.said)
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
            f"chmod 600 {config.file}; what needs a secret that is in it does not run before that",
        )


def _plugins(hub: "Hub") -> Iterator[Finding]:
    plugins = hub.plugins
    there = (kind.counted(len(found)) for kind in KINDS if (found := plugins.of(kind)))
    yield Finding("plugins", "ok", ", ".join(there) or "none")
    for problem in plugins.problems:
        yield Finding("plugins", "failed", problem)
    for advice in plugins.advice:
        yield Finding("plugins", "warning", advice)
    try:
        for line in hub.config.unknown_commands(plugins.commands):
            yield Finding("commands", "failed", line)
        hub.config.check_pipelines(plugins.pipelines)
        for settings in settings_of(hub, plugins.pipelines).values():
            for wrong in settings.wrong.values() if isinstance(settings, LaterSettings) else ():
                yield Finding("pipelines", "failed", wrong)
        identity_rules(hub)
    except CophubError as error:
        yield Finding("pipelines", "failed", str(error))


def _sources(hub: "Hub", asked: Set[str]) -> Iterator[Finding]:
    """The settings of sources whose vendors are not asked."""
    for name in hub.config.sources:
        if name in asked:
            continue
        try:
            spec = hub.spec(name)
        except CophubError as error:
            yield Finding(f"source {name}", "failed", str(error))
        else:
            yield Finding(f"source {name}", "ok", f"{spec.connector.name}, settings are complete")


def _places(hub: "Hub") -> Iterator[Finding]:
    """Whether the site can be handed out where plugins.toml says; nobody is asked."""
    for place in handouts.places(hub):
        try:
            ready = place.ready(hub)
        except CophubError as error:
            yield Finding(place.title, "failed", str(error))
        else:
            yield Finding(place.title, "ok", f"{ready.spec.connector.name}, settings are complete")


def _disk(hub: "Hub") -> Iterator[Finding]:
    folders = {
        "warehouse": hub.config.folder,
        "site": hub.config.site,
        "copies": hub.config.backups,
        "temporary files": Path(tempfile.gettempdir()),
    }
    for what, folder in folders.items():
        there = next(p for p in (folder, *folder.parents) if p.exists())
        free = shutil.disk_usage(there).free
        line = f"{free // _MEGABYTE:,} MB free for the {what}"
        if free < _NO_DISK:
            more = ", or set TMPDIR to another folder" if what == "temporary files" else ""
            yield Finding("disk", "failed", line, f"make room before the next sync{more}")
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
            "`cophub db upgrade`, which makes a copy first (the next sync does so too)",
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
    if (verdict := _soundness(warehouse)) == "ok":
        return
    if verdict == "interrupted":
        said = f"{file.name} was not checked whole, for it is large"
        yield Finding("warehouse", "ok", said, "`cophub db backup` checks the copy that it makes")
        return
    yield Finding(
        "warehouse",
        "failed",
        f"{file.name} is damaged ({verdict})",
        "move it away with its -wal and -shm files, then: cophub db restore COPY",
    )


def _soundness(warehouse: Warehouse) -> str:
    """What SQLite says of its file; "interrupted" where that takes too long."""
    until = time.monotonic() + _CHECK_SECONDS
    with warehouse.connect() as connection:
        driver: Any = connection.connection.driver_connection
        driver.set_progress_handler(lambda: time.monotonic() > until, 100_000)
        try:
            return str(connection.exec_driver_sql("PRAGMA quick_check(1)").scalar())
        except OperationalError as error:
            return str(error.orig)
        finally:
            driver.set_progress_handler(None, 0)


def _views(warehouse: Warehouse) -> Iterator[Finding]:
    """Whether what readers and figures rely on is there: somebody may have dropped it."""
    with warehouse.connect() as connection:
        there = set(inspect(connection).get_view_names())
        gone = [view.name for view in VIEWS if view.name not in there]
        gone += missing_triggers(connection)
    if gone:
        what = listed(gone) if len(gone) < 4 else f"{len(gone)} views and triggers"
        yield Finding(
            "warehouse", "failed", f"{what} are missing", "cophub db upgrade makes them anew"
        )


def _erasure_key(warehouse: Warehouse) -> Iterator[Finding]:
    """Whether whoever has the warehouse, or a copy of it, has the key of its hashes as well."""
    with warehouse.connect() as connection:
        kept, forgotten = erasure.kept_key(connection), erasure.count(connection)
    if kept is None or not forgotten:
        return
    given = os.environ.get(erasure.KEY_VARIABLE)
    if given is None:
        yield Finding(
            "people", "warning",
            "the key that keeps forgotten people out lies in the warehouse, and in its copies:"
            " whoever has one can try out who they were",
            f"move it to {erasure.KEY_VARIABLE}: docs/privacy.md says how",
        )  # fmt: skip
    elif given == kept:
        yield Finding(
            "people", "warning",
            f"the warehouse still holds the key that is in {erasure.KEY_VARIABLE}",
            "take it out of the table meta: docs/privacy.md says how",
        )  # fmt: skip
    else:
        yield Finding(
            "people", "failed",
            f"{erasure.KEY_VARIABLE} is not the key under which people were forgotten before it"
            " was set: those come back",
            f"set {erasure.KEY_VARIABLE} to the key in the table meta: docs/privacy.md says how",
        )  # fmt: skip


def _copies(hub: "Hub") -> Iterator[Finding]:
    found = backups.copies(hub.config.backups)
    if not found:
        yield Finding("copies", "ok", "there is no copy of the warehouse", "cophub db backup")
        return
    file, total = found[0].stat(), sum(path.stat().st_size for path in found)
    made = datetime.fromtimestamp(file.st_mtime, UTC)
    yield Finding(
        "copies",
        "ok",
        f"the newest is {found[0].name}, made {made:%Y-%m-%d %H:%M} UTC;"
        f" {len(found)} in all with {total // _MEGABYTE + 1:,} MB",
    )


def _clock(warehouse: Warehouse, now: datetime) -> Iterator[Finding]:
    with warehouse.connect() as connection:
        last = select(tables.run.c.started_at).order_by(tables.run.c.id.desc()).limit(1)
        newest = connection.scalar(last)
        if warehouse.dialect == "postgresql":
            ahead = connection.execute(select(func.clock_timestamp())).scalar_one() - datetime.now(
                UTC
            )
            yield from clock_of("PostgreSQL", ahead.total_seconds())
    if newest is not None and newest > now + timedelta(minutes=5):
        yield Finding(
            "clock",
            "failed",
            f"it is {now:%Y-%m-%d %H:%M} UTC here, but a run began at {newest:%Y-%m-%d %H:%M}",
            "set the clock (timedatectl set-ntp true)",
        )
    else:
        yield Finding("clock", "ok", f"{now.astimezone(UTC):%Y-%m-%d %H:%M} UTC")


def _runs(hub: "Hub") -> Iterator[Finding]:
    now = hub.now()
    for place in standing.places(hub, now):
        if place.state == "failed":
            yield Finding(place.place, "failed", f"its last run failed: {place.why}", place.advice)
    for source, row in reading.last_runs(hub.warehouse, now).last.items():
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
    from cophub.identities import standing as decisions

    with hub.warehouse.connect() as connection:
        known = decisions.standing(connection)
        wrong = decisions.conflicts(connection)
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


def _has_secrets(hub: "Hub") -> bool:
    """Whether a secret setting stands in the file as it is."""
    config, plugins = hub.config, hub.plugins
    found: list[tuple[Any, dict[str, Any]]] = [
        *((plugins.connectors.get(o.connector), o.settings) for o in config.sources.values()),
        *((plugins.publishers.get(o.publisher), o.settings) for o in config.publishers.values()),
        *((plugins.commands.get(name), o.settings) for name, o in config.commands.items()),
    ]
    return any(
        thing is not None and any(plain_secrets(thing.settings, values)) for thing, values in found
    )
