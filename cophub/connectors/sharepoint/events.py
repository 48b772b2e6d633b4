"""Events of calendars in SharePoint (lists with template 106), recurring ones day by day.

A series is one row with a rule. A changed or deleted occurrence is a row of its own that names the
series and the start that the occurrence had; it takes that occurrence's place, in whatever order
the rows come.
"""

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from cophub import Context, Event, Gone, Item
from cophub.connectors.sharepoint.directory import Directory
from cophub.connectors.sharepoint.mapping import mapping_of, without_markup
from cophub.connectors.sharepoint.recurrence import occurrences
from cophub.connectors.sharepoint.rows import ListRef, Plan, Row, follow_lists
from cophub.connectors.sharepoint.settings import Settings
from cophub.connectors.sharepoint.zones import ZONES, instant, zone_of

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


def events(ctx: Context[Settings], since: str | None) -> Iterator[Item]:
    """Events of each site's calendars; of a series, its days up to 400 days ahead."""
    return follow_lists(ctx, since, lambda of: _plan(ctx, of))


def _plan(ctx: Context[Settings], of: ListRef) -> Plan | None:
    if of.template != CALENDAR or of.hidden or mapping_of(ctx, of):
        return None
    days: dict[int, tuple[str, ...]] = {}

    def parse(row: Row) -> Iterator[Item]:
        if row.folder:
            return
        yield from _Entry(ctx, row).items(days)

    def gone(item: int) -> Iterator[Gone]:
        yield Gone(record=Event, where={"key": f"{of.id}:{item}"})
        yield Gone(record=Event, prefix=f"{of.id}:{item}:", told=True)

    def all_but(items: list[int]) -> Iterable[Gone]:
        kept = [f"{of.id}:{item}" for item in items]
        kept += [key for item in items for key in days.get(item, ())]
        yield Gone(record=Event, prefix=f"{of.id}:", but=tuple(kept))

    return Plan(parse, gone, all_but, fields=FIELDS)


class _Entry:
    """One row of a calendar."""

    def __init__(self, ctx: Context[Settings], row: Row) -> None:
        self._ctx, self._row, self._fields = ctx, row, row.fields
        self._of = row.list
        self.kind = int(self._fields.get("EventType") or _SINGLE)
        if self._fields.get("RecurrenceData") and self.kind == _SINGLE:
            self.kind = _SERIES

    def items(self, days: dict[int, tuple[str, ...]]) -> Iterator[Item]:
        """The records of the row; `days` learns the keys that a series or an occurrence stands for.

        Raises ValueError for a row without a start, or with a rule that is none.
        """
        master = int(self._fields.get("MasterSeriesItemID") or 0)
        if self.kind in (_DELETED, _CHANGED) and master:
            replaced = self._day_key(master, self._original())
            days[self._row.id] = (replaced,)
            yield Event(key=replaced, series=f"{self._of.id}:{master}", cancelled=True)
            if self.kind == _CHANGED:
                yield self._event(self._row.key, self._start(), series=f"{self._of.id}:{master}")
        elif self.kind == _SERIES:
            yield from self._series(days)
        elif self.kind == _SINGLE:
            yield self._event(self._row.key, self._start())

    def _series(self, days: dict[int, tuple[str, ...]]) -> Iterator[Item]:
        zone, start = self._zone(), self._start()
        rule, until = str(self._fields["RecurrenceData"] or ""), self._ctx.now + HORIZON
        found = occurrences(rule, start, zone, until)
        keys = tuple(self._day_key(self._row.id, day) for day in found)
        days[self._row.id] = keys
        for key, day in zip(keys, found, strict=True):
            yield self._event(key, day, series=self._row.key)
        # A rule that was changed has other days than before.
        yield Gone(record=Event, prefix=f"{self._row.key}:", but=keys, told=True)

    def _event(self, key: str, start: datetime, series: str | None = None) -> Event:
        # `cancelled` is left alone: the row that replaces an occurrence may have come before.
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
        """The zone that the row was made in, else the site's."""
        number = self._fields.get("TimeZone")
        known = ZONES.get(int(number)) if number else None
        return ZoneInfo(known) if known else zone_of(self._ctx, self._of.site)
