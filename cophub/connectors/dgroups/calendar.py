"""The calendars of the groups: calls, webinars and other dates.

Source: `getevents` with `start` and `end` as days. A window is told whole each time, so that what
is not in it any more was taken away.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

import msgspec

from cophub import UNSET, Event, Gone, Item, Reject
from cophub.connectors.dgroups.apart import Apart
from cophub.connectors.dgroups.client import Ctx, api
from cophub.connectors.dgroups.groups import Found, chosen, where_shown
from cophub.connectors.dgroups.payloads import Event as Entry
from cophub.connectors.dgroups.posts import path_of
from cophub.connectors.dgroups.values import day_of, shown_text
from cophub.connectors.dgroups.walking import Walk
from cophub.connectors.state import State
from cophub.http import parse_each

BEHIND, AHEAD = 30, 365
"""Days before and after today that are read again in each run."""
WINDOW = BEHIND + AHEAD + 1


class Progress(State, omit_defaults=True):
    """The cursor: for each group, days of its events that may still change, by their keys."""

    groups: dict[str, dict[str, str]] = msgspec.field(default_factory=dict)
    repeating: dict[str, list[int]] = msgspec.field(default_factory=dict)
    """Entries of which several dates were seen, by group; one date at a time may be in sight."""


def events(ctx: Ctx, since: str | None) -> Iterator[Item]:
    """Events of the last years, then those of the last month and the year ahead, told anew."""
    state, taken = Progress.read(since), chosen(ctx)
    keys = {one.key for one in taken}
    state.groups = {key: known for key, known in state.groups.items() if key in keys}
    state.repeating = {key: ids for key, ids in state.repeating.items() if key in keys}
    apart = Apart(ctx, "events")
    for number, one in enumerate(taken):
        ctx.progress("events", number, len(taken))
        yield from apart.read(one.name, _events_of(ctx, one, state))
    yield state.checkpoint()
    apart.end()


def _events_of(ctx: Ctx, one: Found, state: Progress) -> Iterator[Item]:
    items = _Calendar(ctx, one, state).items()
    if (yield from where_shown(ctx, one, "calendar_visible", "calendar", "event", items)):
        yield state.checkpoint()


@dataclass
class _Calendar:
    """The calendar of one group in one run."""

    ctx: Ctx
    one: Found
    state: Progress
    rejects: list[Reject] = field(default_factory=list)

    def items(self) -> Iterator[Item]:
        """Events of each window, and which of those known are gone."""
        known = self.state.groups.get(self.one.key)
        today = self.ctx.now.date()
        first = today - timedelta(days=BEHIND)
        start = first if known is not None else _years_before(today, self.ctx.settings.event_years)
        end = today + timedelta(days=AHEAD)
        entries = [
            entry
            for begins, ends in windows(min(start, first), end)
            for entry in self._listed(begins, ends)
        ]
        repeating = self._repeating(entries)
        there: dict[str, str] = {}
        for entry in entries:
            # A date that comes again is one entry with one id: each coming is an event.
            key = str(entry.id) + (f"@{start_of(entry)[:10]}" if entry.id in repeating else "")
            items = list(parse_each([entry], parse_event, key=key, one=self.one, ctx=self.ctx))
            yield from items
            for item in items:
                if isinstance(item, Event) and isinstance(item.starts_at, datetime):
                    there[key] = item.starts_at.date().isoformat()
        yield from self.rejects
        if not self.rejects:
            for key, day in (known or {}).items():
                if key not in there and first.isoformat() <= day <= end.isoformat():
                    yield Gone(record=Event, where={"key": key}, told=True)
            there = {key: day for key, day in there.items() if day >= first.isoformat()}
            self.state.groups[self.one.key] = there

    def _repeating(self, entries: list[Entry]) -> set[int]:
        """The entries with several dates, now or in an earlier run."""
        dates: dict[int, set[str]] = {}
        for entry in entries:
            dates.setdefault(entry.id, set()).add(start_of(entry)[:10])
        found = {id for id, days in dates.items() if len(days) > 1}
        found |= set(self.state.repeating.get(self.one.key, ()))
        if found:
            self.state.repeating[self.one.key] = sorted(found)
        return found

    def _listed(self, begins: date, ends: date) -> list[Entry]:
        params = {
            "group_id": self.one.id, "start": begins.isoformat(), "end": ends.isoformat(),
        }  # fmt: skip
        walk = Walk(
            api(self.ctx), "getevents", Entry, params,
            key=lambda row: (row.id, start_of(row)),
            fits=lambda row: within(row, begins, ends), rejects=self.rejects,
        )  # fmt: skip
        return walk.every()


def start_of(entry: Entry) -> str:
    """When an entry begins, as the vendor writes it."""
    return entry.start_time or entry.start or ""


def within(entry: Entry, begins: date, ends: date) -> bool:
    """Whether an event is in a window, give or take what zones and long events make of a day."""
    try:
        at = day_of(start_of(entry))
        last = day_of(entry.end_time or entry.end or "") or at
    except ValueError:
        return True
    if at is None or last is None:
        return True
    slack = timedelta(days=2)
    return at.date() <= ends + slack and last.date() >= begins - slack


def windows(start: date, end: date) -> Iterator[tuple[date, date]]:
    """Spans of thirteen months at most, from `start` to `end`, both included."""
    while start <= end:
        last = min(start + timedelta(days=WINDOW - 1), end)
        yield start, last
        start = last + timedelta(days=1)


def _years_before(today: date, years: int) -> date:
    return today - timedelta(days=366 * years)


def parse_event(entry: Entry, key: str, one: Found, ctx: Ctx) -> Iterator[Item]:
    """An event. Raises ValueError for one without a beginning."""
    begins = day_of(start_of(entry))
    if begins is None:
        raise ValueError("the event has no start_time")
    ends = day_of(entry.end_time or entry.end or "")
    event = Event(
        key=key,
        space=one.key,
        title=entry.name or entry.title or None,
        kind="calendar",
        starts_at=begins,
        ends_at=ends or UNSET,
        cancelled=entry.cancelled,
        organizer=str(entry.organizer_user_id or entry.user_id or "") or None,
        url=entry.url or f"{ctx.settings.host}/g/{path_of(one.name)}/viewevent?eventid={entry.id}",
    )
    if key != str(entry.id):
        event.series = str(entry.id)
    extra: dict[str, object] = {}
    if text := shown_text(entry.description):
        extra["description"] = text[:2000]
    if entry.location:
        extra["location"] = entry.location[:500]
    event.extra = extra
    yield event
