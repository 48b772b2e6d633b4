"""The brokers of a hub with many people: a sample, which stands for a week.

A week changes fewer of the first of them than another sample would. They are found anew once the
figures are there for readers, as it takes longer than all that changes from sync to sync.
"""

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, delete, func, select

from cophub.pipelines.measures import brokers, scopes
from cophub.pipelines.measures import calendar as calendars
from cophub.pipelines.measures.writing import write
from cophub.warehouse.staging import staged, work_in_sets
from cophub.warehouse.tables import broker, person


def kept_sample(connection: Connection) -> list[tuple[Any, ...]]:
    """The rows that stand in the table, without their version, where they come from a sample.

    Empty where they do not, or where somebody in them is nobody any more: to be found anew.
    """
    columns = [column for column in broker.columns if column.name != "version"]
    rows = connection.execute(select(*columns).order_by(broker.c.person)).all()
    there = select(person.c.id).where(person.c.kind == "person")
    gone = select(func.count()).select_from(broker).where(broker.c.person.not_in(there))
    if not rows or not rows[0].sampled or connection.scalar(gone):
        return []
    return [tuple(row) for row in rows]


def renew(connection: Connection, now: datetime, zone: ZoneInfo) -> bool:
    """Find the brokers anew where they are a sample of an earlier week; whether they were.

    Reads who takes part as the figures were counted last.
    """
    first = select(broker.c.version, broker.c.sampled, broker.c.found_at).limit(1)
    row = connection.execute(first).one_or_none()
    if row is None or not row.sampled or _of_one_week(row.found_at, now, zone):
        return False
    work_in_sets(connection)
    with staged(connection, calendar=calendars.COLUMNS, scope_space=scopes.COLUMNS):
        places = scopes.find_scopes(connection, now)
        calendar = calendars.make_calendar(min(place.first_at for place in places), now, zone)
        calendars.stage_calendar(connection, calendar)
        links = brokers.find_links(connection, calendar)
        found = brokers.rank(links, brokers.find_communities(connection, calendar), now)
    connection.execute(delete(broker))
    write(connection, broker, row.version, found)
    return True


def _of_one_week(found_at: datetime | None, now: datetime, zone: ZoneInfo) -> bool:
    """Whether it is still the local week, from Monday on, in which they were found."""
    if found_at is None:
        return False
    then, today = (at.astimezone(zone).isocalendar()[:2] for at in (found_at, now))
    return then == today


__all__ = ["kept_sample", "renew"]
