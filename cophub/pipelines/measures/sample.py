"""The brokers of a hub with many people: a sample, which stands for a week.

A week changes fewer of the first of them than another sample would. They are found anew once the
figures are there for readers, as it takes longer than all that changes from sync to sync.
"""

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, delete, exists, select

from cophub.pipelines.measures import brokers, scopes
from cophub.pipelines.measures import calendar as calendars
from cophub.pipelines.measures.writing import write
from cophub.warehouse.staging import staged, work_in_sets
from cophub.warehouse.tables import broker, person


def kept_sample(connection: Connection) -> list[tuple[Any, ...]]:
    """The rows that stand in the table, without their version, where they come from a sample.

    Empty where they do not. Whoever is nobody any more is left out: the others are of no day then,
    and to be found anew.
    """
    columns = [column for column in broker.columns if column.name not in ("version", "found_at")]
    is_there = exists().where(person.c.id == broker.c.person, person.c.kind == "person")
    query = select(*columns, broker.c.found_at, is_there).where(broker.c.sampled)
    rows = connection.execute(query.order_by(broker.c.person)).all()
    whole = all(here for *_, here in rows)
    return [(*row, found_at if whole else None) for *row, found_at, here in rows if here]


def renew(connection: Connection, now: datetime, zone: ZoneInfo) -> bool:
    """Find the brokers anew where they are a sample of no day of this week; whether they were.

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
