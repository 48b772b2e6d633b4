"""The quarter table as it would have been told at an instant of the past.

It is counted by the code of the published one, over what the hub knew by then (`told`), and
returned: nothing is written. What the hub keeps no history of is told as it is today, and said so.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy import Connection

from cophub import ConfigError
from cophub.error_codes import ASKED
from cophub.pipelines.measures import scopes, vendors
from cophub.pipelines.measures.calendar import Calendar, Span, make_calendar
from cophub.pipelines.measures.counting import TABLES, count_quarters
from cophub.pipelines.measures.pages import RUNNING, AnyPage, Row
from cophub.pipelines.measures.quarters import quarter_page
from cophub.pipelines.measures.scopes import LISTS, instant
from cophub.pipelines.measures.told import SEEN, told_at
from cophub.warehouse.staging import execute, staged

_EVENTS = ("attendees", "seats", "events")
_CAMPAIGNS = ("emails_sent", "campaigns", "opened_percent", "clicked_percent")
_PEOPLE = ("people", "people_joined", "people_left", "people_as_known", "organizations")
_OF_PERSONS = (*_EVENTS, *_PEOPLE, "people_erased")
"""Measures that need to know which accounts are one person's."""

_OFFICES = "for whom people worked is told as it is known today"

_CHANGED_EVENTS = """
  SELECT s.community, count(*) AS n
  FROM {real}.event e
  LEFT JOIN event_place ep ON ep.source = e.source AND ep.event = e.key
  JOIN scope_space s ON s.source = e.source AND s.space = coalesce(ep.place, e.space)
  WHERE e.starts_at >= :starts AND e.starts_at < :ends AND e.first_seen_at <= :then
    AND (e.changed_at > :then OR EXISTS (
      SELECT 1 FROM {real}.attendance a WHERE a.source = e.source AND a.event = e.key
        AND a.first_seen_at <= :then AND a.changed_at > :then))
  GROUP BY s.community
"""
_CHANGED_CAMPAIGNS = """
  SELECT s.community, count(*) AS n
  FROM {real}.campaign m
  JOIN scope_space s ON s.source = m.source AND s.space = m.space
  WHERE m.sent_at >= :starts AND m.sent_at < :ends AND m.first_seen_at <= :then
    AND m.changed_at > :then
  GROUP BY s.community
"""
_CHANGED_MEMBERSHIPS = f"""
  SELECT s.community, count(*) AS n
  FROM {{real}}.membership m
  JOIN scope_space s ON s.source = m.source AND s.space = m.space
  JOIN space k ON k.source = m.source AND k.key = m.space AND k.kind IN {LISTS}
  WHERE m.first_seen_at <= :then AND m.changed_at > :then
  GROUP BY s.community
"""
_CHANGES = (
    (_EVENTS, _CHANGED_EVENTS, "events, or who was there, have changed since: as they are today"),
    (_CAMPAIGNS, _CHANGED_CAMPAIGNS, "campaigns have changed since: as they are today"),
    (
        _PEOPLE,
        _CHANGED_MEMBERSHIPS,
        "memberships have changed since: the days that vendors give are those known today",
    ),
)


@dataclass(frozen=True)
class _Day:
    """What is asked for: a quarter as of an instant, and the day that this is in the hub's zone."""

    quarter: str
    then: datetime
    name: str


def quarter_as_of(
    connection: Connection, quarter: str, then: datetime, zone: ZoneInfo
) -> list[Row]:
    """The rows of a quarter, as they would have been told at `then`.

    Raises ConfigError: before the hub's first run, or a quarter that had no figures by then.
    """
    day = _Day(quarter, then, then.astimezone(zone).date().isoformat())
    _check_beginning(connection, day, zone)
    with told_at(connection, then) as real, staged(connection, **(TABLES | vendors.TABLES)):
        found = scopes.find_scopes(connection, then)
        if not found:
            raise ConfigError(f"no community had figures on {day.name}", code=ASKED)
        calendar = make_calendar(min(scope.first_at for scope in found), then, zone)
        span = _span(calendar, day)
        counts = count_quarters(connection, calendar)
        rows = [
            row for scope in found for row in _rows(quarter_page(calendar, scope, counts), span)
        ]
        if not rows:
            raise ConfigError(f"{quarter} had no figures on {day.name}", code=ASKED)
        notes = _notes(connection, real, span, then)
        unknown = _nobody_yet(connection, real, day, zone)
    return [_told(row, day, notes, unknown) for row in rows]


def _check_beginning(connection: Connection, day: _Day, zone: ZoneInfo) -> None:
    seen = "\nUNION ALL ".join(f"SELECT min(first_seen_at) AS at FROM {table}" for table in SEEN)
    first = execute(connection, f"SELECT min(f.at) AS at FROM ({seen}) f").scalar_one()
    if first is None:
        raise ConfigError("nothing was synced yet; run `cophub run` first", code=ASKED)
    if instant(first) > day.then:
        began = instant(first).astimezone(zone).date()
        raise ConfigError(
            f"on {day.name} the hub knew nothing yet: it has looked since {began}", code=ASKED
        )


def _span(calendar: Calendar, day: _Day) -> Span:
    for span in calendar.quarters:
        if span.name == day.quarter:
            return span
    first, last = calendar.quarters[0].name, calendar.quarters[-1].name
    raise ConfigError(
        f"{day.quarter} had no figures on {day.name}; there were {first} to {last}", code=ASKED
    )


def _rows(page: AnyPage, span: Span) -> Iterator[Row]:
    return page.rows(span.number) if span.number >= page.first else iter(())


def _notes(
    connection: Connection, real: str, span: Span, then: datetime
) -> dict[tuple[str, str], str]:
    """What has changed since, by community and measure."""
    notes: dict[tuple[str, str], str] = {}
    times = {"starts": span.starts, "ends": span.ends, "then": then}
    for measures, sql, words in _CHANGES:
        wanted = {name: at for name, at in times.items() if f":{name}" in sql}
        for row in execute(connection, sql.format(real=real), **wanted):
            notes |= {(row.community, measure): f"{row.n} {words}" for measure in measures}
    return notes


def _nobody_yet(connection: Connection, real: str, day: _Day, zone: ZoneInfo) -> str | None:
    """Why no person can be counted; None: they can be."""
    first = execute(connection, f"SELECT min(valid_from) FROM {real}.person_history").scalar_one()
    if first is None:
        return "the hub has not told people apart yet"
    if instant(first) <= day.then:
        return None
    return f"the hub has told people apart since {instant(first).astimezone(zone).date()}"


def _told(row: Row, day: _Day, notes: dict[tuple[str, str], str], unknown: str | None) -> Row:
    """The row with what must be known about it."""
    if unknown and row.measure in _OF_PERSONS:
        return replace(
            row, value=None, previous=None, difference=None, percent=None, note=None, small=False,
            absent=unknown,
        )  # fmt: skip
    if row.value is None:
        return row
    return replace(row, note="; ".join(_beside(row, day, notes)) or None)


def _beside(row: Row, day: _Day, notes: dict[tuple[str, str], str]) -> Iterator[str]:
    if row.note:
        yield row.note.replace(RUNNING, f"the quarter was not over: as of {day.name}")
    if (row.community, row.measure) in notes:
        yield notes[row.community, row.measure]
    if row.measure == "organizations":
        yield _OFFICES
