"""Alerts: each cause is told once, by one of however many look, and once more when it is well.

What is to be told stands in the warehouse before anybody tells it. Whoever changes the row first
does it; who dies while doing so is followed by another ten minutes later.
"""

import logging
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, Row, null, select, update
from sqlalchemy.dialects import postgresql, sqlite

from cophub.error_codes import CATALOGUE, UNFORESEEN
from cophub.errors import CophubError
from cophub.hub.alert_causes import Cause, Judged, clean, judge
from cophub.hub.alert_ways import Event, Message, Ways, wait_after
from cophub.warehouse.tables import alert

if TYPE_CHECKING:
    from cophub.config.alerts_table import AlertsTable
    from cophub.hub import Hub

log = logging.getLogger("cophub.alerts")
_HELD = timedelta(minutes=10)
"""How long who tells something may take before another tries."""
_c = alert.c


@dataclass(frozen=True)
class Told:
    """One alert that was told, or that somebody did not take."""

    event: Event
    subject: str
    code: str
    took: tuple[str, ...]
    """Ways, as `mail 1` and `teams`."""
    failed: dict[str, str]
    """Ways that did not take it, and why; it is tried again."""


@dataclass(frozen=True)
class AlertRow:
    """An alert as it stands."""

    cause: str
    code: str
    subject: str
    said: str
    opened_at: datetime
    told_at: datetime | None
    cleared_at: datetime | None
    count: int
    """How often it came, this time included."""
    tries: int
    next_try_at: datetime | None
    waiting: dict[str, str | None]
    """Ways by which it is still to be told, and why they did not take it, where they were tried."""


def look(hub: "Hub", also: Iterable[Cause] = ()) -> list[Told]:
    """Judge the hub, and tell what is new, what is well again, and what was not delivered.

    Nothing without `[alerts]`. Raises WarehouseError; what cannot be delivered is in the answer.
    """
    table = hub.config.alerts
    if table is None:
        return []
    now = hub.now()
    judged = judge(hub, also)
    with hub.warehouse.connect() as connection:
        known = {row.cause: row for row in connection.execute(select(alert))}
    dialect = postgresql if hub.warehouse.dialect == "postgresql" else sqlite
    if changes := list(_changes(judged, known, table, now)):
        with hub.warehouse.begin() as connection:
            for change in changes:
                is_new = isinstance(change, dict)
                connection.execute(
                    dialect.insert(alert).values(change).on_conflict_do_nothing()
                    if is_new
                    else change
                )
    return list(_deliver(hub, now))


def look_after_run(hub: "Hub") -> list[str]:
    """`look` at the end of a command: a line for each alert that somebody did not take."""
    try:
        told = look(hub)
    except CophubError as error:
        return [f"alerts were not looked at: {error}"]
    except Exception as error:
        # What was synced is well all the same, and the command is to say so.
        log.debug("alerts were not looked at", exc_info=True)
        return [f"alerts were not looked at: {type(error).__name__}"]
    return [line for one in told for line in _lines(one)]


def listing(hub: "Hub", everything: bool = False) -> list[AlertRow]:
    """The alerts that are open or still to be told, the newest first; or all that ever were."""
    query = select(alert).order_by(_c.opened_at.desc(), _c.cause)
    if not everything:
        query = query.where(_c.cleared_at.is_(None) | _c.next_try_at.is_not(None))
    with hub.warehouse.connect() as connection:
        return [_as_row(row) for row in connection.execute(query)]


def undelivered(hub: "Hub") -> list[str]:
    """A line for each alert that was tried in vain, for `status`."""
    if hub.config.alerts is None:
        return []
    query = select(alert).where(_c.next_try_at.is_not(None), _c.tries > 0).order_by(_c.cause)
    with hub.warehouse.connect() as connection:
        rows = [_as_row(row) for row in connection.execute(query)]
    return [
        f"the alert about {row.subject} was not delivered by {way}: {why}; it is tried again, and"
        " `cophub alerts test` tries now"
        for row in rows for way, why in sorted(row.waiting.items()) if why
    ]  # fmt: skip


def try_out(hub: "Hub") -> Told:
    """Tell everybody of plugins.toml that this is a test."""
    now = hub.now().astimezone(hub.config.timezone)
    message = Message(
        "test", "test", "CPH-X01", "alerts", "this is a test", "Nothing is wrong: alerts arrive.",
        "", now, None, hub.config.folder.name,
    )  # fmt: skip
    with Ways(hub.config) as ways:
        table = hub.config.alerts
        return _tell(ways, message, table.ways if table else [])


# --- what changes ----------------------------------------------------------------------------


def _changes(
    judged: Judged, known: Mapping[str, Row[Any]], table: "AlertsTable", now: datetime
) -> Iterator[Any]:
    """Updates, and rows to insert, that each do nothing where somebody else was faster."""
    for cause in judged.causes.values():
        row = known.get(cause.cause)
        if row is None or row.cleared_at is not None:
            yield from _opened(cause, row, table, now)
            continue
        same = update(alert).where(_c.cause == row.cause, _c.cleared_at.is_(None))
        if (row.code, row.subject, row.said) != (cause.code, cause.subject, cause.said):
            yield same.values(code=cause.code, subject=cause.subject, said=cause.said)
        if row.next_try_at is None and row.told_at and row.told_at + table.remind <= now:
            again = same.where(_c.told_at == row.told_at, _c.next_try_at.is_(None))
            yield again.values(next_try_at=now, waiting=dict.fromkeys(table.ways))
    ill = {cause.subject for cause in judged.causes.values()}
    for row in known.values():
        if row.cleared_at or row.cause in judged.causes or row.subject in judged.undecided:
            continue
        # Of what is ill with something else nobody hears that it is well.
        told = table.ways if row.told_at and row.subject not in ill else []
        log.info("%s is well again", row.subject, extra={"event": "alert.clear", "code": row.code})
        unseen = _c.next_try_at.is_(None) if row.next_try_at is None else (
            _c.next_try_at == row.next_try_at
        )  # fmt: skip
        yield update(alert).where(_c.cause == row.cause, _c.cleared_at.is_(None), unseen).values(
            cleared_at=now, tries=0, next_try_at=now if told else None,
            waiting=dict.fromkeys(told) if told else null(),
        )  # fmt: skip


def _opened(
    cause: Cause, row: Row[Any] | None, table: "AlertsTable", now: datetime
) -> Iterator[Any]:
    opening = {"event": "alert.open", "code": cause.code}
    log.info("%s: %s", cause.subject, cause.said, extra=opening)
    after = table.after or timedelta()
    values = {
        "code": cause.code, "subject": cause.subject, "said": cause.said, "opened_at": now,
        "told_at": None, "cleared_at": None, "tries": 0, "waiting": dict.fromkeys(table.ways),
        "next_try_at": max(now, cause.since + after),
    }  # fmt: skip
    if row is None:
        yield values | {"cause": cause.cause, "count": 1}
    else:
        came = update(alert).where(_c.cause == row.cause, _c.cleared_at == row.cleared_at)
        yield came.values(**values, count=_c["count"] + 1)


# --- telling ---------------------------------------------------------------------------------


def _deliver(hub: "Hub", now: datetime) -> Iterator[Told]:
    """Tell what is due, as far as nobody else does it now."""
    due = select(alert).where(_c.next_try_at <= now).order_by(_c.opened_at, _c.cause)
    with hub.warehouse.connect() as connection:
        rows = list(connection.execute(due))
    if not rows:
        return
    with Ways(hub.config) as ways:
        for row in rows:
            if _claimed(hub, row, now):
                message = _message(hub, row, now)
                told = _tell(ways, message, row.waiting or {})
                with hub.warehouse.begin() as connection:
                    _settle(connection, row, told, now)
                yield told


def _claimed(hub: "Hub", row: Row[Any], now: datetime) -> bool:
    """Whether this process is the one to tell it."""
    mine = update(alert).where(_c.cause == row.cause, _c.next_try_at == row.next_try_at)
    with hub.warehouse.begin() as connection:
        done = connection.execute(mine.values(tries=_c.tries + 1, next_try_at=now + _HELD))
    return done.rowcount == 1


def _tell(ways: Ways, message: Message, to: Iterable[str]) -> Told:
    failed = {way: why for way in to if (why := ways.tell(way, message)) is not None}
    took = tuple(way for way in to if way not in failed)
    told = Told(message.event, message.subject, message.code, took, failed)
    for line in _lines(told):
        log.info(line, extra={"event": "alert.undelivered", "code": message.code})
    return told


def _settle(connection: Connection, before: Row[Any], told: Told, now: datetime) -> None:
    """Write down who knows; what became of it in the meantime is told next."""
    this = _c.cause == before.cause
    row = connection.execute(select(alert).where(this).with_for_update()).one()
    if row.opened_at != before.opened_at:
        return  # it came back: everybody is told anew
    values: dict[str, Any] = {}
    if told.took and told.event != "cleared":
        values["told_at"] = now
    if row.cleared_at is not None and told.event != "cleared":
        if told.took:  # it is well again, and those who have just heard of it do not know yet
            values |= {"waiting": dict.fromkeys(told.took), "next_try_at": now, "tries": 0}
    elif told.failed:
        again = now + wait_after(before.tries + 1)
        values |= {"waiting": told.failed, "next_try_at": again}
    else:
        values |= {"waiting": null(), "next_try_at": None, "tries": 0}
    if values:
        connection.execute(update(alert).where(this).values(values))


def _message(hub: "Hub", row: Row[Any], now: datetime) -> Message:
    table, zone = hub.config.alerts, hub.config.timezone
    event: Event = "cleared" if row.cleared_at else "opened"
    if event == "opened" and row.told_at and table and row.told_at + table.remind <= now:
        event = "reminded"
    entry = CATALOGUE.get(row.code) or CATALOGUE[UNFORESEEN]
    next_step = entry.next_step.replace("`", "")
    if row.subject in hub.config.sources:
        next_step = next_step.replace("SOURCE", row.subject)
    cleared = row.cleared_at.astimezone(zone) if row.cleared_at else None
    return Message(
        event, row.cause, row.code, row.subject, entry.title, clean(row.said), next_step,
        row.opened_at.astimezone(zone), cleared, hub.config.folder.name,
    )  # fmt: skip


def _lines(told: Told) -> list[str]:
    return [
        f"the alert about {told.subject} was not delivered by {way}: {why}"
        for way, why in sorted(told.failed.items())
    ]


def _as_row(row: Row[Any]) -> AlertRow:
    values = dict(row._mapping)
    return AlertRow(**values | {"waiting": dict(values["waiting"] or {})})


__all__ = ["AlertRow", "Told", "listing", "look", "look_after_run", "try_out", "undelivered"]
