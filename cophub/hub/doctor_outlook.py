"""What `doctor` foresees: when the disk is full, and whether days are too short for a vendor."""

import shutil
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from sqlalchemy import Connection, text

from cophub.hub import backups
from cophub.hub.answers import Finding
from cophub.warehouse.columns import Instant

if TYPE_CHECKING:
    from cophub.http import Limits
    from cophub.hub import Hub

_WINDOW = timedelta(weeks=4)
_LEAST_DAYS = 7.0
"""Less says nothing of how a warehouse grows."""
_SOON_DAYS = 30
_TOO_FAR_DAYS = 3650
_MUCH = 0.5
"""The share of what a vendor lets be asked in a day that is worth a warning."""
_DAY = 86_400
_DUMPED = 0.25
"""How much of a database of PostgreSQL its dump is, as measured."""

# The first whole read of a stream brings the past: it says nothing of what is to come.
_GROWN = text("""
SELECT coalesce(sum(CASE WHEN s.started_at >= :since AND s.run > f.first THEN s.new ELSE 0 END), 0)
         AS lately,
       coalesce(sum(s.new), 0) AS ever, min(f.at) AS began
FROM stream_run s
JOIN run r ON r.id = s.run
JOIN (
  SELECT r.source, s.stream, min(s.run) AS first, min(s.started_at) AS at
  FROM stream_run s JOIN run r ON r.id = s.run WHERE s.state = 'done' GROUP BY r.source, s.stream
) f ON f.source = r.source AND f.stream = s.stream
""").columns(began=Instant)

_ASKED = text("""
SELECT r.source, sum(s.requests) AS requests, min(s.started_at) AS began
FROM stream_run s
JOIN run r ON r.id = s.run
WHERE s.started_at >= :since AND s.started_at <= :now
GROUP BY r.source
""").columns(began=Instant)


def disk(hub: "Hub") -> Iterator[Finding]:
    """In how many days the disk is full, by what runs of the last four weeks brought."""
    now, warehouse = hub.now(), hub.warehouse
    if warehouse.dialect == "postgresql" and not _is_here(hub):
        return
    size = backups.size_of(warehouse)
    if warehouse.dialect == "postgresql":
        size = int(size / _DUMPED)
    with warehouse.connect() as connection:
        a_day = _grows(connection, size, now)
    if a_day is None or a_day <= 0:
        return
    free = shutil.disk_usage(hub.config.folder).free
    days = free / (a_day * _copied(hub))
    if days > _TOO_FAR_DAYS:
        return
    told = f"the warehouse grows by about {_said(a_day)} a day: its disk is full in about"
    if days < _SOON_DAYS:
        fix = "make room, or keep fewer copies and let old texts go ([retention])"
        yield Finding("disk", "warning", f"{told} {days:,.0f} days", fix)
    else:
        yield Finding("disk", "ok", f"{told} {days:,.0f} days")


def requests(hub: "Hub") -> Iterator[Finding]:
    """How many requests each source sends a day, beside what its vendor lets be sent."""
    now = hub.now()
    with hub.warehouse.connect() as connection:
        rows = connection.execute(_ASKED, {"since": now - timedelta(days=7), "now": now}).all()
    told: list[str] = []
    for row in rows:
        connector = hub.plugins.connectors.get(
            hub.config.sources[row.source].connector if row.source in hub.config.sources else ""
        )
        allowed = _a_day(connector.limits) if connector and connector.limits else None
        if not allowed or not row.requests:
            continue
        days = max(1.0, (now - row.began).total_seconds() / _DAY)
        a_day = int(row.requests) / days
        said = f"{row.source} {a_day:,.0f} requests a day of {allowed:,.0f} that its vendor allows"
        if a_day > allowed * _MUCH:
            fix = f"sync it less often, or name fewer streams in [sources.{row.source}]"
            yield Finding("pace", "warning", f"{said}: more does not fit in a day", fix)
        else:
            told.append(said)
    if told:
        yield Finding("pace", "ok", "; ".join(told))


def _grows(connection: Connection, size: int, now: datetime) -> float | None:
    """Bytes a day: as many of what it has as rows of the last weeks are of all rows ever made."""
    since = now - _WINDOW
    typed = _GROWN.bindparams(since=since)
    row = connection.execute(typed).one()
    if row.began is None or not row.ever:
        return None
    days = min(_WINDOW, now - row.began).total_seconds() / _DAY
    return size * (int(row.lately) / int(row.ever)) / days if days >= _LEAST_DAYS else None


def _copied(hub: "Hub") -> float:
    """How many times a byte is kept on that disk: once, and in each copy made by itself."""
    keep = hub.config.hub.backup_keep
    if hub.config.hub.backup_every is None or not isinstance(keep, int):
        return 1.0
    there = next(p for p in (hub.config.backups, *hub.config.backups.parents) if p.exists())
    if there.stat().st_dev != hub.config.folder.stat().st_dev:
        return 1.0
    return 1.0 + keep * (1.0 if hub.warehouse.dialect == "sqlite" else _DUMPED)


def _is_here(hub: "Hub") -> bool:
    """Whether PostgreSQL is on this machine, so that its disk is likely ours."""
    host = hub.warehouse.engine.url.host or ""
    return host in ("", "localhost", "127.0.0.1", "::1") or host.startswith("/")


def _a_day(limits: "Limits") -> float | None:
    """Requests that fit in a day by the vendor's own windows; None where it publishes none."""
    windows = limits.rate or (limits.lanes[0][1] if limits.lanes else ())
    return min((calls * _DAY / seconds for calls, seconds in windows), default=None)


def _said(size: float) -> str:
    return f"{size / 1e6:,.1f} MB" if size >= 1e5 else f"{size / 1e3:,.1f} kB"


__all__ = ["disk", "requests"]
