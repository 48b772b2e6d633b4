"""Who is no longer there: the rows that a whole read did not meet, per space, and their ending."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import (
    BigInteger,
    Column,
    Connection,
    MetaData,
    Table,
    and_,
    exists,
    func,
    or_,
    select,
    update,
)
from sqlalchemy.sql import ColumnElement

from cophub.warehouse import tables as t


@dataclass(frozen=True)
class Departures:
    """How much of a space would end: `gone` of the `before` rows of `table` that are there.

    `space` is its key, or "" for what is in no space, such as accounts.
    """

    table: str
    space: str
    before: int
    gone: int


def seen_name(table: str) -> str:
    """The name of the temporary table that holds the keys that were met."""
    return f"seen_{table}"


def met_name(table: str) -> str:
    """The name of the temporary table that holds the digests of items that came as stored."""
    return f"met_{table}"


def count_absent(
    connection: Connection,
    table: str,
    source: str,
    spaces: Collection[str] | None,
    *,
    digests: bool = False,
) -> list[Departures]:
    """Per space with anybody leaving: how many are there, and how many of them were not met.

    With `digests` a row also counts as met when its digest is among those that were.
    """
    rows = t.VENDOR_TABLES[table]
    space = rows.c.space if "space" in rows.c else None
    label: ColumnElement[Any] = space if space is not None else func.coalesce(None, "")
    absent = func.count().filter(~_met(rows, digests))
    counted = (
        select(label.label("space"), func.count().label("before"), absent.label("gone"))
        .where(_present(rows, source, spaces))
        .having(absent > 0)
    )
    if space is not None:
        counted = counted.group_by(space).order_by(space)
    return [
        Departures(table, row.space or "", row.before, row.gone)
        for row in connection.execute(counted)
    ]


def end_absent(
    connection: Connection,
    table: str,
    source: str,
    spaces: Collection[str] | None,
    *,
    run: int,
    now: datetime,
    digests: bool = False,
) -> int:
    """Mark as gone what was not met; the number of rows. Memberships get status `left`."""
    rows = t.VENDOR_TABLES[table]
    absent = ~_met(rows, digests)
    ending = update(rows).where(_present(rows, source, spaces), absent)
    ended = connection.execute(ending.values(ending_values(rows, run, now))).rowcount
    if table == "membership" and ended:
        close_periods(connection, source, run, now)
    return ended


def ending_values(rows: Table, run: int, now: datetime) -> dict[str, Any]:
    """What is written into a row that is gone."""
    values: dict[str, Any] = {"gone_at": now, "changed_at": now, "run": run}
    if rows.name == "membership":
        values |= {"status": "left", "left_at": func.coalesce(rows.c.left_at, now)}
    return values


def there(rows: Table, source: str) -> tuple[ColumnElement[bool], ...]:
    """The conditions of a row that the source has.

    What the vendor dated as deleted is there no longer: that nobody finds it is nothing new.
    """
    deleted = (rows.c.deleted_at.is_(None),) if "deleted_at" in rows.c else ()
    return rows.c.source == source, rows.c.gone_at.is_(None), *deleted


def close_periods(connection: Connection, source: str, run: int, now: datetime) -> None:
    """End the open periods of the memberships that this run has ended now."""
    period, rows = t.membership_period, t.membership
    gone = exists().where(
        rows.c.source == period.c.source,
        rows.c.space == period.c.space,
        rows.c.account == period.c.account,
        rows.c.run == run,
        rows.c.gone_at == now,
    )
    still_open = and_(period.c.source == source, period.c.valid_to.is_(None))
    connection.execute(update(period).where(still_open, gone).values(valid_to=now))


def _present(rows: Table, source: str, spaces: Collection[str] | None) -> ColumnElement[bool]:
    present = and_(*there(rows, source))
    if spaces is not None and "space" in rows.c:
        present = and_(present, rows.c.space.in_(spaces))
    return present


def _met(rows: Table, digests: bool) -> ColumnElement[bool]:
    key = [column for column in rows.primary_key if column.name != "source"]
    seen = Table(
        seen_name(rows.name), MetaData(), *(Column(column.name, column.type) for column in key)
    )
    by_key = exists().where(*(seen.c[column.name] == column for column in key))
    if not digests:
        return by_key
    met = Table(met_name(rows.name), MetaData(), Column("digest", BigInteger))
    return or_(by_key, exists().where(met.c.digest == rows.c.digest))
