"""The hub's own memory of its work: runs, cursors, leases, rejects and publications.

Every function works in the caller's transaction, so that what a run knows and what it stored are
kept together or not at all.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import blake2b
from typing import Any, Literal

from dateutil.relativedelta import relativedelta
from sqlalchemy import Connection, and_, delete, func, insert, or_, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.sql import ColumnElement

from cophub.error_codes import CLOCK_BACK, KILLED, LEASE_LOST
from cophub.errors import SourceBusy, WarehouseError
from cophub.records import Reject
from cophub.warehouse import holder as holders
from cophub.warehouse import tables as t
from cophub.warehouse.columns import instant_text
from cophub.warehouse.plain import clean_text

LIVE = "live"
"""The lane of the cursor that ordinary syncs move; a backfill has a lane of its own."""
WHOLE = "whole"
"""A cursor in this lane says that a second whole read began and has not ended."""
GAP = "gap"
"""What the last whole read left unexplained between a vendor's counts and ours."""
REJECTED = "rejected"
"""What the last run with rejects could not read, in this lane as a checksum."""

LEASE_TIME = timedelta(minutes=2)
CLOCK_DIFFERENCE = timedelta(hours=1)
"""No two machines' clocks are further apart; a lease that ends later was taken by a wrong one."""
CLOCK_TOLERANCE = timedelta(minutes=5)
"""A clock that is set by the network is put back by seconds, and machines differ by little."""
REJECT_DAYS = 30

AskedBy = Literal["person", "timetable", "worker"]
"""Who had a run begun."""
_READING = ("sync", "backfill")
_KILLED = dict(state="killed", error="the process ended before the run did", code=KILLED)


@dataclass(frozen=True)
class Cursor:
    """Where a stream got to in one lane; `whole_at` is when its last finished whole read began."""

    value: str | None
    whole_at: datetime | None
    saved_at: datetime


@dataclass(frozen=True)
class Lease:
    """The right to write for `name`; `fence` grows each time it changes hands."""

    name: str
    holder: str
    fence: int


def start_run(
    connection: Connection,
    *,
    kind: str,
    source: str | None,
    now: datetime,
    version: str,
    asked_by: AskedBy = "person",
    due_at: datetime | None = None,
) -> int:
    """The number of a new run; `due_at` is the time of its timetable that it is the run of.

    Runs of this source that were never ended were killed: say so. Syncs and backfills have one
    lease, so that whoever begins one knows that the other does not run.
    """
    kinds = _READING if kind in _READING else (kind,)
    connection.execute(
        update(t.run)
        .where(t.run.c.source == source, t.run.c.kind.in_(kinds), t.run.c.state == "running")
        .values(finished_at=now, **_KILLED)
    )
    row = dict(
        kind=kind, source=source, state="running", started_at=now, version=version,
        asked_by=asked_by, due_at=due_at,
    )  # fmt: skip
    run: int = connection.execute(insert(t.run).values(row).returning(t.run.c.id)).scalar_one()
    return run


def check_clock(connection: Connection, source: str, *, now: datetime) -> None:
    """WarehouseError where `now` is before the last run of the source: one of the two is wrong.

    With a clock in the past who left would have left before they came, and mails of today would be
    taken for mails with a wrong date.
    """
    last = select(t.run.c.started_at).where(t.run.c.source == source).order_by(t.run.c.id.desc())
    began: datetime | None = connection.execute(last.limit(1)).scalar()
    if began is not None and now < began - CLOCK_TOLERANCE:
        raise WarehouseError(
            f"the clock says {instant_text(now)[:16]} UTC, but the last run of {source} began at "
            f"{instant_text(began)[:16]}; nothing was changed. Set the clock; if it was wrong then "
            f"and is right now: cophub sync {source} --trust-clock",
            code=CLOCK_BACK,
        )


def finish_run(
    connection: Connection,
    run: int,
    *,
    state: str,
    now: datetime,
    error: str | None = None,
    code: str | None = None,
) -> None:
    """Close a run with its state (done, failed, held, stopped) and the reason, told and by code."""
    closing = update(t.run).where(t.run.c.id == run)
    connection.execute(closing.values(state=state, finished_at=now, error=error, code=code))


def add_stream_run(connection: Connection, run: int, row: dict[str, Any]) -> None:
    """Keep how one stream of a run went; `row` holds columns of `stream_run`."""
    connection.execute(insert(t.stream_run).values(run=run, **row))


def read_cursor(
    connection: Connection, source: str, stream: str, lane: str = LIVE
) -> Cursor | None:
    """The cursor of a stream, or None when nothing was ever kept."""
    c = t.cursor.c
    row = connection.execute(
        select(c.value, c.whole_at, c.saved_at).where(
            c.source == source, c.stream == stream, c.lane == lane
        )
    ).first()
    return Cursor(row.value, row.whole_at, row.saved_at) if row else None


def write_cursor(
    connection: Connection,
    source: str,
    stream: str,
    *,
    value: str | None,
    run: int,
    now: datetime,
    lane: str = LIVE,
    whole_at: datetime | None = None,
) -> None:
    """Move the cursor; `whole_at` None leaves the date of the last whole read as it is."""
    row = dict(value=value, run=run, saved_at=now)
    if whole_at is not None:
        row["whole_at"] = whole_at
    statement = _insert(connection)(t.cursor).values(source=source, stream=stream, lane=lane, **row)
    connection.execute(
        statement.on_conflict_do_update(index_elements=["source", "stream", "lane"], set_=row)
    )


def forget_cursor(connection: Connection, source: str, stream: str, lane: str) -> None:
    """Drop the cursor of one lane."""
    c = t.cursor.c
    here = and_(c.source == source, c.stream == stream, c.lane == lane)
    connection.execute(delete(t.cursor).where(here))


def take_lease(connection: Connection, name: str, holder: str, *, now: datetime) -> Lease:
    """The lease on `name`; SourceBusy while somebody else holds it and shows signs of life.

    It is free at once when its holder's process has ended, as far as this machine can tell, and
    when a clock that ran ahead would have kept it for days.
    """
    values = dict(holder=holder, acquired_at=now, expires_at=now + LEASE_TIME)
    statement = _insert(connection)(t.lease).values(name=name, fence=1, **values)
    free = _free(now)
    held = connection.execute(select(t.lease).where(t.lease.c.name == name)).first()
    if held and held.holder and holders.is_dead(held.holder):
        free = or_(free, t.lease.c.holder == held.holder)
    fence = connection.execute(
        statement.on_conflict_do_update(
            index_elements=["name"], set_={**values, "fence": t.lease.c.fence + 1}, where=free
        ).returning(t.lease.c.fence)
    ).scalar()
    if fence is None:
        held = connection.execute(select(t.lease).where(t.lease.c.name == name)).one()
        raise SourceBusy(
            f'"{name}" is being run by {holders.spoken(held.holder)} since '
            f"{instant_text(held.acquired_at)[:16]} UTC; wait for it, or end it: the lease runs "
            f"out {LEASE_TIME.seconds // 60} minutes after its last sign of life"
        )
    return Lease(name, holder, fence)


def _free(now: datetime) -> ColumnElement[bool]:
    """Whether nobody holds a lease any more, by what is written in it."""
    lease = t.lease.c
    too_late = now + LEASE_TIME + CLOCK_DIFFERENCE
    return or_(lease.holder.is_(None), lease.expires_at <= now, lease.expires_at > too_late)


def hold_lease(connection: Connection, lease: Lease, *, now: datetime) -> None:
    """Show a sign of life; SourceBusy when the lease went to somebody else meanwhile.

    Called in each transaction that writes, so a run that slept through its lease writes nothing.
    """
    held = connection.execute(
        update(t.lease)
        .where(t.lease.c.name == lease.name, t.lease.c.fence == lease.fence)
        .where(t.lease.c.holder == lease.holder)
        .values(expires_at=now + LEASE_TIME)
    )
    if held.rowcount != 1:
        raise SourceBusy(
            f'another run took over "{lease.name}" because this one showed no sign of life for '
            f"{LEASE_TIME.seconds // 60} minutes; nothing more is written by this one",
            code=LEASE_LOST,
        )


def release_lease(connection: Connection, lease: Lease, *, now: datetime) -> None:
    """Give the lease back, if it is still ours."""
    ours = and_(t.lease.c.name == lease.name, t.lease.c.fence == lease.fence)
    connection.execute(update(t.lease).where(ours).values(holder=None, expires_at=now))


def add_rejects(
    connection: Connection,
    rejects: Iterable[Reject],
    *,
    run: int,
    source: str,
    stream: str,
    now: datetime,
) -> None:
    """Keep rejects with the item, from which the caller has taken the secrets."""
    rows = [
        dict(
            run=run, source=source, stream=stream, rejected_at=now, record=_clean(reject.record),
            key=_clean(reject.key), field=_clean(reject.field), reason=_clean(reject.reason),
            item=reject.item, code=reject.code,
        )
        for reject in rejects
    ]  # fmt: skip
    if rows:
        connection.execute(insert(t.reject), rows)


def _clean(said: str | None) -> str | None:
    # A reject is about odd data, and quotes it: what no database can hold must not stop the run.
    return None if said is None else clean_text(said)


def rejects_checksum(connection: Connection, run: int, stream: str) -> str:
    """What a run could not read of a stream, so that two runs can be compared; "" for nothing."""
    r = t.reject.c
    found = select(r.record, r.key, r.field, r.reason).where(r.run == run, r.stream == stream)
    told = sorted({repr(tuple(row)) for row in connection.execute(found)})
    return blake2b("".join(told).encode(), digest_size=8).hexdigest() if told else ""


def purge_rejects(
    connection: Connection,
    *,
    now: datetime,
    days: int = REJECT_DAYS,
    kept: relativedelta | None = None,
) -> int:
    """Drop rejects older than `kept`, or `days` where nothing is said; the number dropped."""
    old = t.reject.c.rejected_at < now - (timedelta(days=days) if kept is None else kept)
    return connection.execute(delete(t.reject).where(old)).rowcount


def last_whole_seen(connection: Connection, source: str, stream: str) -> int:
    """Records that the last finished whole read of a stream saw; 0 where there was none."""
    s = t.stream_run.c
    return int(
        connection.execute(
            select(s.seen)
            .join(t.run, t.run.c.id == s.run)
            .where(t.run.c.source == source, s.stream == stream)
            .where(s.whole.is_(True), s.state == "done")
            .order_by(s.run.desc())
            .limit(1)
        ).scalar()
        or 0
    )


def membership_surplus(connection: Connection, source: str) -> dict[str, int]:
    """Active memberships beyond the vendor's own count, for the spaces where there are any."""
    m, s = t.membership.c, t.space.c
    ours = (
        select(m.space, func.count().label("active"))
        .where(m.source == source, m.status == "active", m.gone_at.is_(None))
        .group_by(m.space)
        .subquery()
    )
    surplus = ours.c.active - s.native_member_count
    rows = connection.execute(
        select(s.key, surplus.label("surplus"))
        .join(ours, ours.c.space == s.key)
        .where(s.source == source, s.gone_at.is_(None), surplus > 0)
    )
    return {row.key: row.surplus for row in rows}


def start_publication(connection: Connection, *, run: int, now: datetime) -> int:
    """The number of a new version, in the making; versions that were never ended have failed."""
    p = t.publication
    left_over = update(p).where(p.c.state == "making")
    connection.execute(left_over.values(state="failed", error="the process ended before it did"))
    row = dict(run=run, state="making", started_at=now)
    version: int = connection.execute(insert(p).values(row).returning(p.c.version)).scalar_one()
    return version


def publish(
    connection: Connection, version: int, *, now: datetime, files: int, size_bytes: int
) -> None:
    """Readers see this version from now on; the one before is marked as replaced."""
    p = t.publication
    connection.execute(update(p).where(p.c.state == "published").values(state="replaced"))
    row = dict(state="published", published_at=now, files=files, size_bytes=size_bytes)
    connection.execute(update(p).where(p.c.version == version).values(row))


def fail_publication(connection: Connection, version: int, *, error: str) -> None:
    """A version that could not be finished; readers keep the one before."""
    p = t.publication
    failing = update(p).where(p.c.version == version)
    connection.execute(failing.values(state="failed", error=error))


def published_version(connection: Connection) -> int | None:
    """The version that readers see, or None before the first."""
    p = t.publication.c
    newest = select(func.max(p.version)).where(p.state == "published")
    version: int | None = connection.execute(newest).scalar()
    return version


def leases(connection: Connection, *, now: datetime) -> Sequence[Any]:
    """All leases that are held by somebody who lives, by name."""
    held = select(t.lease).where(~_free(now)).order_by(t.lease.c.name)
    return [row for row in connection.execute(held) if not holders.is_dead(row.holder)]


def _insert(connection: Connection) -> Any:
    return postgresql.insert if connection.dialect.name == "postgresql" else sqlite.insert
