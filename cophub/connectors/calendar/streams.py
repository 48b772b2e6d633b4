"""The stream of a calendar's events, and what can be said before it is read."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import timedelta
from typing import Any
from zlib import crc32

from cophub import (
    Context,
    CophubError,
    Estimate,
    Event,
    Gone,
    Item,
    Space,
    Verdict,
)
from cophub.connectors.calendar.cursor import CalendarState, Cursor, Series, read_cursor
from cophub.connectors.calendar.entries import BROKEN, Entries
from cophub.connectors.calendar.expansion import Window, occurrences
from cophub.connectors.calendar.parse import Parser, event_key, minutes
from cophub.connectors.calendar.places import ON_DISK, Found, local_files, look, places
from cophub.connectors.calendar.settings import Settings
from cophub.connectors.web.fetch import shown

_AHEAD = timedelta(days=31)
"""How much further than asked recurring events are written out: so often a calendar that does not
change is read all the same."""


def events(ctx: Context[Settings], since: str | None) -> Iterator[Item]:
    """The events of the calendar, each occurrence of a recurring one by itself.

    Yields a Space, an Event for each occurrence in the window (`past_days`, `future_days`), an
    Account for its organizer and for each person who accepted, and an Attendance that is
    `registered` for each of these. An event that moved keeps its key. One that vanished from the
    part of the window that the calendar covers is Gone. `since` holds what each calendar was like.
    Raises ConfigError, AuthError or SourceUnavailable for the first calendar that could not be
    read, after keeping what the others gave.
    """
    cursor = read_cursor(since, ctx.settings.checksum())
    run, failure = _Run(ctx, cursor), None
    for name in places(ctx.settings):
        try:
            yield from run.read(name)
        except CophubError as error:
            failure = failure or error
    for name in set(cursor.calendars) - set(places(ctx.settings)):
        del cursor.calendars[name]
    if failure is not None:
        raise failure


class _Run:
    """One run over the calendars of a source."""

    def __init__(self, ctx: Context[Settings], cursor: Cursor) -> None:
        self.ctx, self.cursor = ctx, cursor
        settings = ctx.settings
        self.window = Window(
            ctx.now - timedelta(days=settings.past_days),
            ctx.now + timedelta(days=settings.future_days) + _AHEAD,
        )
        self.parser = Parser(settings)

    def read(self, name: str) -> Iterator[Item]:
        """What is new in one calendar, and what is gone from it."""
        state = self.cursor.calendars.get(name, CalendarState())
        wanted = self.ctx.now + timedelta(days=self.ctx.settings.future_days)
        found = look(self.ctx, name, state, again=minutes(wanted) > state.until)
        if found is None:
            return
        yield space_of(self.ctx.settings, found.entries)
        fresh = CalendarState(found.validators, minutes(self.window.end), found.entries.count)
        for uid, entries in found.entries.series.items():
            yield from self._series(uid, entries, found.entries, state, fresh)
        yield from found.entries.rejects
        if found.is_whole:
            # The new state counts from here on, so that an event that is in another calendar of
            # this source as well is not taken for gone.
            self.cursor.calendars[name] = fresh
            yield from self._vanished(state, fresh, found)
        else:
            fresh.series = state.series | fresh.series
            self.cursor.calendars[name] = fresh
        yield self.cursor.checkpoint()

    def _series(
        self, uid: str, entries: list[Any], all_of: Entries, old: CalendarState,
        new: CalendarState,
    ) -> Iterator[Item]:  # fmt: skip
        """The events of one UID that are new, or all of them where it says something new."""
        known = old.series.get(uid, Series())
        for entry in entries:
            # Some write the time of the request here, and then nothing would ever be as it was.
            entry.pop("DTSTAMP", None)
        try:
            said = b"".join(entry.to_ical() for entry in entries)
            crc = crc32(repr((said, all_of.zone.key)).encode())
            found = list(occurrences(entries, self.window, all_of.zone))
            made = [one for one in found if crc != known.crc or one.original not in known.events]
            items = [
                item
                for one in made
                for item in self.parser.records(uid, one, is_known=one.original in known.events)
            ]
        except BROKEN as error:
            all_of.refuse(uid, f"an entry cannot be read: {_why(error)}")
            return
        new.series[uid] = Series(crc, {one.original: minutes(one.starts_at) for one in found})
        yield from items

    def _vanished(self, old: CalendarState, new: CalendarState, found: Found) -> Iterator[Item]:
        """What the calendar held and no longer does, as far as it covers the time of that."""
        first, last = self._covered(old, new)
        for uid, series in old.series.items():
            for original, start in series.events.items():
                if self._holds(uid, original) or start < minutes(self.window.start):
                    continue
                covers = first <= start <= last or _tells_all(found.entries.series.get(uid, ()))
                if uid in found.entries.unclear or not covers:
                    # Nothing is known of it; should the calendar cover it one day, it is told then.
                    new.series.setdefault(uid, Series()).events[original] = start
                    continue
                yield Gone(record=Event, where={"key": event_key(uid, original)})

    def _holds(self, uid: str, original: str) -> bool:
        calendars = self.cursor.calendars.values()
        return any(original in one.series[uid].events for one in calendars if uid in one.series)

    def _covered(self, old: CalendarState, new: CalendarState) -> tuple[int, int]:
        """From when to when an event would be in the calendar if it still took place.

        Many calendars on the web hold what is to come only, or so and so many events. So the past
        is covered from the earliest event on. The future is covered to its end, but for a calendar
        that has not become shorter: there, others may have pushed the last ones out.
        """
        starts = [start for one in new.series.values() for start in one.events.values()]
        now = minutes(self.ctx.now)
        last = minutes(self.window.end)
        if new.count >= old.count:
            last = max(starts, default=now)
        return min([now, *starts]), last


def _tells_all(entries: Iterable[Any]) -> bool:
    """Whether a UID's entries say when all of its events are, not only when some are."""
    return any("RECURRENCE-ID" not in entry for entry in entries)


def _why(error: Exception) -> str:
    return " ".join(str(error).split())[:200] or type(error).__name__


def space_of(settings: Settings, entries: Entries) -> Space:
    """The space that the events of a calendar are in."""
    space = Space(key=settings.space, kind="calendar")
    space.title = settings.title or entries.title or settings.space
    if settings.visibility:
        space.visibility = settings.visibility
    if entries.description:
        space.description = entries.description
    return space


def check(ctx: Context[Settings]) -> Iterator[Verdict]:
    """Whether each calendar can be read, and what it holds."""
    for name in places(ctx.settings):
        where = ctx.settings.path if name == ON_DISK else shown(name)
        try:
            found = look(ctx, name, CalendarState(), again=True)
        except CophubError as error:
            yield Verdict("events", "failed", str(error), "Correct url or path of this source.")
            continue
        if found is None:
            continue
        yield from (
            Verdict("events", "warning", one.reason, "Correct the entry, or leave it as it is.")
            for one in found.entries.rejects[:5]
        )
        yield Verdict("events", "ok", f"{where}: {found.entries.count} entries{_zones(found)}")


def _zones(found: Found) -> str:
    floating = sum(
        "X-COPHUB-ZONE" in entry for several in found.entries.series.values() for entry in several
    )
    if not floating:
        return ""
    return f", {floating} of which name no zone that is known and are taken as {found.entries.zone}"


def discover(ctx: Context[Settings]) -> Iterator[Space]:
    """The space that this source makes, with the calendar's own title and how much it holds."""
    for name in places(ctx.settings):
        found = look(ctx, name, CalendarState(), again=True)
        if found is not None:
            space = space_of(ctx.settings, found.entries)
            space.extra = {"entries": found.entries.count, "timezone": found.entries.zone.key}
            yield space


def estimate(ctx: Context[Settings], cursors: Mapping[str, str | None]) -> Iterator[Estimate]:
    """One request for each calendar on the web, none for one on disk."""
    files = len(local_files(ctx.settings.path)) if ctx.settings.path else 0
    note = f"{files} files" if ctx.settings.path else ""
    yield Estimate("events", requests=len(ctx.settings.url), note=note)
