"""Events of calendars in SharePoint (lists with template 106), recurring ones day by day.

A series is one row with a rule. A changed or deleted occurrence is a row of its own that names the
series and the start that the occurrence had; it takes that occurrence's place, in whatever order
the rows come, and for as long as it is there. Which row replaces which day is in the cursor.
"""

from collections.abc import Collection, Iterable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import msgspec

from cophub import Checkpoint, Context, Event, Gone, Item
from cophub.connectors.sharepoint.directory import Directory
from cophub.connectors.sharepoint.mapping import mapping_of, without_markup
from cophub.connectors.sharepoint.recurrence import occurrences
from cophub.connectors.sharepoint.rows import ListRef, Plan, Row, follow_lists
from cophub.connectors.sharepoint.settings import Settings
from cophub.connectors.sharepoint.zones import ZONES, instant, zone_of
from cophub.connectors.state import State

CALENDAR = 106
HORIZON = timedelta(days=400)
"""How far ahead of a run the days of a series are told; longer than `WHOLE_EVERY` of the stream."""
WHOLE_EVERY = timedelta(days=30)
"""Calendars are read whole so often: a series without an end goes on beyond its horizon."""
FIELDS = (
    "EventDate", "EndDate", "Duration", "Location", "Description", "Category", "fAllDayEvent",
    "fRecurrence", "RecurrenceData", "EventType", "MasterSeriesItemID", "RecurrenceID", "TimeZone",
)  # fmt: skip
_SINGLE, _SERIES, _DELETED, _CHANGED = 0, 1, 3, 4


class Position(State, omit_defaults=True):
    """The cursor: where the driver of lists got to, and which day each exception stands for."""

    lists: str | None = None
    exceptions: dict[str, dict[int, str]] = msgspec.field(default_factory=dict)
    """By id of list and of row, the key of the day that the row replaces."""


def events(ctx: Context[Settings], since: str | None) -> Iterator[Item]:
    """Events of each site's calendars; of a series, its days up to 400 days ahead."""
    position = Position.read(since)
    calendars: list[_Calendar] = []

    def plan(of: ListRef) -> Plan | None:
        if of.template != CALENDAR or of.hidden or mapping_of(ctx, of):
            return None
        calendars.append(_Calendar(ctx, of, position.exceptions.setdefault(of.id, {})))
        return calendars[-1].plan()

    for item in follow_lists(ctx, position.lists, plan):
        if not isinstance(item, Checkpoint):
            yield item
            continue
        for calendar in calendars:
            yield from calendar.restored()
        position.lists = item.cursor
        yield position.checkpoint()


class _Calendar:
    """One list of events, and the days of its series as far as this run has seen them."""

    def __init__(self, ctx: Context[Settings], of: ListRef, exceptions: dict[int, str]) -> None:
        self._ctx, self._of = ctx, of
        self.exceptions = exceptions
        self.days: dict[int, tuple[str, ...]] = {}
        """Keys of the days of each series, by its row."""
        self._freed: list[str] = []

    def plan(self) -> Plan:
        """How the list is read."""
        return Plan(self._parse, self._gone, self._all_but, fields=FIELDS)

    def restored(self) -> Iterator[Event]:
        """The days of series that no row replaces any more."""
        taken = set(self.exceptions.values())
        for key in self._freed:
            if key not in taken:
                yield Event(key=key, cancelled=False)
        self._freed.clear()

    def _parse(self, row: Row) -> Iterator[Item]:
        if not row.folder:
            yield from _Entry(self._ctx, row).items(self)

    def _gone(self, item: int) -> Iterator[Gone]:
        if day := self.exceptions.pop(item, None):
            self._freed.append(day)
        self.days.pop(item, None)
        self.forget_days(item)
        key = f"{self._of.id}:{item}"
        yield Gone(record=Event, where={"key": key})
        # Its days, and the rows that replace some of them.
        yield Gone(record=Event, where={"series": key}, told=True)

    def forget_days(self, series: int, but: Collection[str] = ()) -> None:
        """The days of a series that are no more need nobody to replace them."""
        prefix = f"{self._of.id}:{series}:"
        lost = {day for day in (*self.exceptions.values(), *self._freed) if day.startswith(prefix)}
        lost -= set(but)
        for row in [row for row, day in self.exceptions.items() if day in lost]:
            del self.exceptions[row]
        self._freed = [day for day in self._freed if day not in lost]

    def _all_but(self, items: list[int]) -> Iterable[Gone]:
        here = set(items)
        for row in [row for row in self.exceptions if row not in here]:
            del self.exceptions[row]
        kept = [f"{self._of.id}:{item}" for item in items]
        kept += [key for item in items for key in self.days.get(item, ())]
        kept += self.exceptions.values()
        yield Gone(record=Event, prefix=f"{self._of.id}:", but=tuple(kept))


class _Entry:
    """One row of a calendar."""

    def __init__(self, ctx: Context[Settings], row: Row) -> None:
        self._ctx, self._row, self._fields = ctx, row, row.fields
        self._of = row.list
        self._assumed = False
        self.kind = int(self._fields.get("EventType") or _SINGLE)
        if self._fields.get("RecurrenceData") and self.kind == _SINGLE:
            self.kind = _SERIES

    def items(self, calendar: _Calendar) -> Iterator[Item]:
        """The records of the row; `calendar` learns which days it makes or replaces.

        Raises ValueError for a row without a start, or with a rule that is none.
        """
        master = int(self._fields.get("MasterSeriesItemID") or 0)
        if self.kind == _SERIES:
            yield from self._series(calendar)
            return
        if self.kind in (_DELETED, _CHANGED) and master:
            yield self._replaced(calendar, master)
        if self.kind != _DELETED:
            series = f"{self._of.id}:{master}" if master else None
            yield self._event(self._row.key, self._start(), series=series)
        if self.kind == _SINGLE and self._row.touched:  # it may have been a series before
            yield Gone(record=Event, where={"series": self._row.key}, told=True)

    def _replaced(self, calendar: _Calendar, master: int) -> Event:
        """The day of the series that is no more, or is at another time."""
        original = self._original()
        key = self._day_key(master, original)
        calendar.exceptions[self._row.id] = key
        return Event(
            key=key,
            space=self._of.site.key,
            series=f"{self._of.id}:{master}",
            starts_at=original,
            cancelled=True,
        )

    def _series(self, calendar: _Calendar) -> Iterator[Item]:
        zone, start = self._zone(), self._start()
        rule, until = str(self._fields["RecurrenceData"] or ""), self._ctx.now + HORIZON
        found = occurrences(rule, start, zone, until)
        keys = tuple(self._day_key(self._row.id, day) for day in found)
        calendar.days[self._row.id] = keys
        replaced = set(calendar.exceptions.values())
        for key, day in zip(keys, found, strict=True):
            event = self._event(key, day, series=self._row.key)
            event.cancelled = key in replaced
            yield event
        if self._row.touched:  # it may have been a single event before
            yield Gone(record=Event, where={"key": self._row.key}, told=True)
        # A rule that was changed has other days than before, and what replaced one replaces none.
        calendar.forget_days(self._row.id, keys)
        yield Gone(record=Event, prefix=f"{self._row.key}:", but=keys, told=True)

    def _event(self, key: str, start: datetime, series: str | None = None) -> Event:
        author = Directory.of(self._ctx, self._of.site).account(self._row.author)
        return Event(
            key=key,
            space=self._of.site.key,
            series=series,
            title=self._row.title,
            kind="calendar",
            starts_at=start,
            ends_at=self._end(start, in_series=self.kind == _SERIES),
            organizer=author,
            url=self._row.url,
            cancelled=False,
            extra=self._extra(),
        )

    def _extra(self) -> dict[str, Any]:
        about = without_markup(str(self._fields.get("Description") or "")).strip()
        told = {
            "calendar": self._of.title,
            "location": self._fields.get("Location"),
            "category": self._fields.get("Category"),
            "description": about,
            "all_day": True if self._all_day() else None,
            "zone_assumed": self._assumed,
        }
        return {name: value for name, value in told.items() if value}

    def _day_key(self, master: int, start: datetime) -> str:
        return f"{self._of.id}:{master}:{start.astimezone(UTC):%Y%m%dT%H%MZ}"

    def _original(self) -> datetime:
        """When the occurrence that this row replaces would have been."""
        told = instant(self._ctx, self._of.site, self._fields.get("RecurrenceID"))
        if told is None:
            return self._start()
        return self._floating(told) if self._all_day() else told

    def _start(self) -> datetime:
        start = instant(self._ctx, self._of.site, self._fields.get("EventDate"))
        if start is None:
            raise ValueError("EventDate is empty: the event has no start")
        return self._floating(start) if self._all_day() else start

    def _end(self, start: datetime, *, in_series: bool) -> datetime | None:
        if not in_series:
            end = instant(self._ctx, self._of.site, self._fields.get("EndDate"))
            return self._floating(end) if end and self._all_day() else end
        # EndDate of a series is the end of its last day; how long each is, is told apart.
        seconds = self._fields.get("Duration")
        return start + timedelta(seconds=float(seconds)) if seconds else None

    def _all_day(self) -> bool:
        return str(self._fields.get("fAllDayEvent")).casefold() in ("true", "1")

    def _floating(self, instant: datetime) -> datetime:
        """The days of an all-day event are the site's own, written as if they were UTC's."""
        return instant.astimezone(UTC).replace(tzinfo=self._zone())

    def _zone(self) -> ZoneInfo:
        """The zone that the row was made in, else the site's; UTC where nobody tells it."""
        number = self._fields.get("TimeZone")
        if number and (known := ZONES.get(int(number))):
            return ZoneInfo(known)
        if not self._ctx.settings.by_graph:
            return zone_of(self._ctx, self._of.site)
        self._assumed = True
        return ZoneInfo("UTC")
