"""Meetings that were held, who attended them, and what was recorded."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, TypeVar

from cophub import Context, Document, Event, Item, Record, Reject, SourceUnavailable, Space
from cophub.connectors.gotomeeting.broken import Broken
from cophub.connectors.gotomeeting.client import (
    MEETING,
    Denied,
    NotThere,
    TooMuch,
    goto,
)
from cophub.connectors.gotomeeting.directory import Directory, Unit, directory, units_of
from cophub.connectors.gotomeeting.named import Named
from cophub.connectors.gotomeeting.organizers import host_account, host_space
from cophub.connectors.gotomeeting.payloads import (
    Attendee,
    AttendeeList,
    Held,
    HeldList,
    Payload,
    instant,
    key_of,
    title_of,
    whole,
)
from cophub.connectors.gotomeeting.people import People, attendances
from cophub.connectors.gotomeeting.place import Doubts, Place
from cophub.connectors.gotomeeting.sessions import Session, assign, session_of
from cophub.connectors.gotomeeting.settings import Settings
from cophub.connectors.gotomeeting.windows import LONGEST, Halving, stamp, windows
from cophub.http import reject
from cophub.http.auth import status_of
from cophub.http.parse import MISUNDERSTOOD

Ctx = Context[Settings]
P = TypeVar("P", bound=Payload)

OVERHANG = timedelta(days=1)
"""How much later than the meetings their attendees are asked for: reports may go by the join."""
WINDOW = LONGEST - OVERHANG
ROOMS_KEPT = 100
"""Recurring meetings whose attendees are kept, where GoTo only gives those of all times."""


@dataclass
class Book:
    """What one window told of one unit."""

    sessions: list[Session] = field(default_factory=list)
    rows: list[Attendee] = field(default_factory=list)
    rejects: list[Reject] = field(default_factory=list)
    durations: bool = True
    """Whether the rows' durations are those of stays."""


def meetings(ctx: Ctx, since: str | None) -> Iterator[Item]:
    """Each meeting that was held, its room, its recording, and one attendance for each person.

    Oldest first, by windows of 30 days with a checkpoint after each; then the last 48 hours again.
    Meetings that still run come with a later sync. Organizers of whom GoTo cannot tell are left for
    the next run, and the first such failure is raised when all others have been read.
    Source: `historicalMeetings` and `attendees` of `/G2M/rest`, by group, organizer or meeting.
    """
    found = directory(ctx)
    place = Place.reached(since, ctx, scope(ctx, found))
    reader = Reader(ctx, found)
    start, doubts = place.start(ctx), Doubts(place)
    # Whose row among the organizers is unreadable was not asked about at all.
    yield from doubts.look(found.rejects, start)
    for begin, end in windows(start, ctx.now, WINDOW):
        units = reader.left(reader.units)
        if reader.broken.first and not units:
            break
        books = list(ctx.map(lambda unit: reader.book(unit, begin, end), units))  # noqa: B023
        if reader.broken.first:
            doubts.owe(begin)
        yield from doubts.look(reader.items(books, begin, end), begin)
        ctx.progress("days of meetings", (end - start).days, (ctx.now - start).days)
        yield place.upto(end)
    yield from doubts.end()
    reader.broken.end()


def scope(ctx: Ctx, found: Directory) -> str:
    """What a complete history is of; another one is read from its beginning."""
    return "\n".join(["all" if found.admin else key_of(found.me.key), *ctx.settings.organizers])


class Reader:
    """Reads windows for one run."""

    def __init__(self, ctx: Ctx, found: Directory) -> None:
        self.ctx, self.found, self.api = ctx, found, goto(ctx)
        self.units, self.broken = units_of(found), Broken(ctx, "meetings")
        self._history, self._attendees = Halving(), Halving()
        self._rooms: dict[str, list[Attendee]] = {}
        self._said: set[str] = ctx.shared.setdefault("goto:spaces", set())

    # Asking

    def left(self, units: list[Unit]) -> list[Unit]:
        """Those with an organizer of whom GoTo may still tell."""
        return [one for one in units if any(host.key not in self.broken for host in one.hosts)]

    def book(self, unit: Unit, begin: datetime, end: datetime) -> Book:
        """The meetings of a unit that began in a window, and who attended them.

        A group that GoTo does not answer for is read organizer by organizer. Of whom it lastingly
        cannot tell there is nothing.
        """
        try:
            book = self._book(unit, begin, end)
        except (Denied, NotThere, SourceUnavailable) as error:
            if len(unit.hosts) < 2 or not refused(error):
                self.broken.note(unit.name, unit.hosts, error)
                return Book()
            return together([self.book(one, begin, end) for one in self.left(unit.apart())])
        self.broken.answered = True
        return book

    def _book(self, unit: Unit, begin: datetime, end: datetime) -> Book:
        book = Book()
        self._read_history(unit, begin, end, book)
        if self.ctx.settings.recordings and len(unit.hosts) > 1:
            active = {session.host.key for session in book.sessions}
            alone = [one for one in unit.apart() if one.hosts[0].key in active]
            for one in self.left(alone):  # only their own list tells sessionId and recording
                try:
                    self._read_history(one, begin, end, book)
                except SourceUnavailable as error:
                    self.broken.note(one.name, one.hosts, error)
        book.sessions = list({one.key: one for one in book.sessions}.values())
        if all(whole(session.row.num_attendees) == 0 for session in book.sessions):
            return book
        if unit.own:
            self._by_meeting(book)
        else:
            self._by_window(unit, begin, end, book)
        return book

    def _read_history(self, unit: Unit, begin: datetime, end: datetime, book: Book) -> None:
        def ask(start: datetime, stop: datetime) -> list[Held]:
            page = self._listed(unit, "historicalMeetings", HeldList, (start, stop), book)
            return page.items if page else []

        alone = unit.hosts[0] if len(unit.hosts) == 1 else None
        for row in self._history(ask, begin, end):
            try:
                session = session_of(row, self.found.by_key, alone)
            except MISUNDERSTOOD as error:
                book.rejects.append(reject(row, error, "event"))
                continue
            if self.found.takes(session.host.key):
                book.sessions.append(session)

    def _by_window(self, unit: Unit, begin: datetime, end: datetime, book: Book) -> None:
        """All attendees of the unit's meetings by one call."""

        def ask(start: datetime, stop: datetime) -> list[Attendee]:
            page = self._listed(unit, "attendees", AttendeeList, (start, stop), book)
            return page.items if page else []

        book.rows = self._attendees(ask, begin, min(end + OVERHANG, self.ctx.now))

    def _listed(
        self, unit: Unit, call: str, kind: type[P], window: tuple[datetime, datetime], book: Book
    ) -> P | None:
        """The answer of a call for a window; None where the organizer has no meetings at all."""
        start, end = map(stamp, window)
        try:
            page, unreadable = self.api.page(
                f"{unit.path}/{call}", kind, startDate=start, endDate=end
            )
        except (Denied, NotThere) as error:
            if not unit.lacks(error):
                raise
            return None
        book.rejects += unreadable
        return page

    def _by_meeting(self, book: Book) -> None:
        """The attendees of each meeting's id; a recurring one gives those of all times, so once."""
        book.durations = False
        wanted = {one.meeting: one.recurring for one in book.sessions}
        missing = [meeting for meeting in wanted if meeting not in self._rooms]
        for meeting, (rows, unreadable) in zip(
            missing, self.ctx.map(self._attendees_of, missing), strict=True
        ):
            book.rejects += unreadable
            if wanted[meeting] and len(self._rooms) < ROOMS_KEPT:
                self._rooms[meeting] = rows
            book.rows += rows
        for meeting in wanted.keys() - set(missing):
            book.rows += self._rooms[meeting]

    def _attendees_of(self, meeting: str) -> tuple[list[Attendee], list[Reject]]:
        try:
            page, unreadable = self.api.page(
                f"{MEETING}/meetings/{meeting}/attendees", AttendeeList
            )
        except NotThere:
            return [], []
        return page.items, unreadable

    # Telling

    def items(self, books: list[Book], begin: datetime, end: datetime) -> Iterator[Item]:
        """The records of a window, each account and each session once.

        Not those of who is left for the next run: a group tells less of them than they do.
        """
        people = People(self.found.emails, Named.of(self.ctx))
        records: list[Item] = []
        told: set[str] = set()
        for book in books:
            yield from book.rejects
            sessions = [one for one in book.sessions if one.host.key not in self.broken]
            found = assign(sessions, book.rows)
            records += self._strays(found.strays, book, begin)
            for session in sorted(sessions, key=lambda one: one.start):
                if session.key in told:
                    continue
                told.add(session.key)
                instance = found.instances.get(session.key)
                records += self._about(session, instance)
                rows = found.attendees.get(session.key, ())
                records += attendances(session, rows, durations=book.durations, people=people)
        yield from people.accounts()
        yield from records

    def _about(self, session: Session, instance: str | None) -> Iterator[Record]:
        """The event, the room it was in, and its recording."""
        host = session.host
        if host.key not in self.found.by_key and host.space not in self._said:
            self._said.add(host.space)
            yield host_space(host, set())
            yield from host_account(host)
        if session.recurring and session.meeting not in self._said:
            self._said.add(session.meeting)
            yield room_of(session.meeting, session.row.subject, host.space)
        yield event_of(session, instance)
        yield from recording_of(session)

    def _strays(self, rows: list[Attendee], book: Book, begin: datetime) -> Iterator[Reject]:
        """Attendees that a window told of, and whose meeting it did not tell.

        Those of a meeting id are of other windows, and so are those who joined after this one; who
        is in a meeting that still runs comes again with it; and a group tells of organizers that
        the settings leave out.
        """
        recent = self.ctx.now - timedelta(hours=self.ctx.settings.reread_hours)
        for row in rows if book.durations else ():
            organizer = key_of(row.organizerkey)
            if organizer in self.broken or not self.found.takes(organizer):
                continue
            try:
                start = session_start(row)
            except MISUNDERSTOOD as error:
                yield reject(row, error, "attendance")
                continue
            if start and begin <= start < min(begin + WINDOW, recent):
                unknown = ValueError("attended a meeting that GoTo's history does not have")
                yield reject(row, unknown, "attendance")


def refused(error: Exception) -> bool:
    """Whether a group cannot be read as one, while its organizers may be."""
    said = error.__cause__ if isinstance(error.__cause__, TooMuch) else error
    return isinstance(error, Denied | NotThere) or status_of(said) in (400, 413)


def together(books: list[Book]) -> Book:
    """The books of a group's organizers as one."""
    whole_book = Book()
    for book in books:
        whole_book.sessions += book.sessions
        whole_book.rows += book.rows
        whole_book.rejects += book.rejects
    return whole_book


def session_start(row: Attendee) -> datetime | None:
    """When the meeting of an attendee began."""
    return instant(row.start_time)


def room_of(meeting: str, subject: str | None, parent: str) -> Space:
    """The room of a recurring meeting."""
    return Space(
        key=meeting, kind="meeting_room", title=title_of(subject) or meeting, parent=parent
    )


def event_of(session: Session, instance: str | None) -> Event:
    """A held meeting. `instance` is the key that the report about attendees gives it."""
    row = session.row
    aliases: dict[str, Any] = {
        "meeting_id": session.meeting,
        "session_id": key_of(row.session_id) or None,
        "instance_key": instance,
        "type": row.meeting_type,
    }
    return Event(
        key=session.key,
        space=session.space,
        series=session.meeting if session.recurring else None,
        title=title_of(row.subject),
        kind="meeting",
        starts_at=session.start,
        ends_at=session.end,
        cancelled=False,
        organizer=session.host.email or None,
        attendee_count=whole(row.num_attendees),
        extra={name: value for name, value in aliases.items() if value},
    )


def recording_of(session: Session) -> Iterator[Document]:
    """The recording of a meeting, where there is one to share; newer answers tell it."""
    told = session.row.recording
    for number, one in enumerate(told if isinstance(told, list) else [told]):
        link = one.get("shareUrl") if isinstance(one, dict) else None
        if not isinstance(link, str) or not link.startswith("https://"):
            continue
        yield Document(
            key=f"recording:{session.key}" + (f":{number}" if number else ""),
            space=session.space,
            title=title_of(session.row.subject),
            url=link,
            account=session.host.email or None,
            created_at=session.end or session.start,
            extra={"event": session.key},
        )
