"""GoTo Webinar: sessions that were held, who registered, who came and who did not.

The key of a registrant is the same in the list of registrants and in the report about attendance,
so an attendee is who registered, whatever address the report shows.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import msgspec
from msgspec import UNSET, Raw, UnsetType

from cophub import Account, Attendance, AuthError, Context, Event, Item, Reject, SourceUnavailable
from cophub.connectors.gotomeeting.broken import Broken
from cophub.connectors.gotomeeting.client import WEBINAR, Denied, Garbled, NotThere, TooMuch, goto
from cophub.connectors.gotomeeting.directory import Host, directory
from cophub.connectors.gotomeeting.meetings import scope
from cophub.connectors.gotomeeting.named import Named
from cophub.connectors.gotomeeting.payloads import (
    Participant,
    ParticipantList,
    Registrant,
    WebinarSession,
    address,
    full_name,
    instant,
    key_of,
    number,
    title_of,
    whole,
)
from cophub.connectors.gotomeeting.people import account_key
from cophub.connectors.gotomeeting.place import Doubts, Place
from cophub.connectors.gotomeeting.sessions import instant_of
from cophub.connectors.gotomeeting.settings import Settings
from cophub.connectors.gotomeeting.stays import Stay, join_stays
from cophub.connectors.gotomeeting.webinarpages import registrant_rows, session_rows, takes_webinar
from cophub.connectors.gotomeeting.windows import LONGEST, Halving, stamp, windows
from cophub.http import parse_each, reject

Ctx = Context[Settings]

ASKED_AGAIN = timedelta(days=180)
"""After so long, who registers again is asked again for what they wrote about themselves."""
WEBINARS_KEPT = 50
"""Webinars whose registrants are kept, for those that have more than one session."""
NO_LICENCE = (
    "GoTo Webinar refuses every organizer (403): there is no licence for it, or it has ended;"
    " webinars are left out, meetings are read as ever"
)


@dataclass(frozen=True)
class Held:
    """A session of a webinar, and whose listing told of it."""

    row: WebinarSession
    host: Host
    start: datetime
    end: datetime | None

    @property
    def path(self) -> str:
        """Where the webinar of this session is."""
        return f"{WEBINAR}/organizers/{self.host.key}/webinars/{key_of(self.row.webinar_key)}"


@dataclass
class Found:
    """What one organizer's window told."""

    sessions: list[Held] = field(default_factory=list)
    rejects: list[Reject] = field(default_factory=list)
    refused: bool = False


class WebinarPlace(Place):
    """The cursor: also who registered for what was read, packed."""

    named: str = ""

    def tell(self, named: Named) -> None:
        """Let the other streams know of them."""
        try:
            named.unpack(self.named)
        except ValueError:
            self.named, self.done = "", None  # of another program: all is read again


def webinars(ctx: Ctx, since: str | None) -> Iterator[Item]:
    """Each session of a webinar, and one attendance for each who registered, came or not.

    By windows of 31 days, oldest first, with a checkpoint after each; then the last 48 hours again.
    Without a licence for GoTo Webinar the stream is empty and says so in the log. Organizers of
    whom GoTo cannot tell are left for the next run; the first such failure is raised at the end.
    Source: `sessions`, `registrants` and `attendees` of `/G2W/rest/v2`.
    """
    if not ctx.settings.webinars:
        return
    found = directory(ctx)
    place = WebinarPlace.reached(since, ctx, "\n".join([scope(ctx, found), *ctx.settings.webinars]))
    place.tell(Named.of(ctx))
    hosts = [host for host in found.hosts if host.webinars]
    reader, start, doubts = WebinarReader(ctx), place.start(ctx), Doubts(place)
    yield from doubts.look(found.rejects, start)
    for begin, end in windows(start, ctx.now, LONGEST):
        hosts = [host for host in hosts if host.key not in reader.broken]
        if reader.broken.first and not hosts:
            break
        listed = list(ctx.map(lambda host: reader.sessions(host, begin, end), hosts))  # noqa: B023
        if all(one.refused for one in listed):
            ctx.log.warning("%s: %s", ctx.source, NO_LICENCE)
            reader.broken.end()
            return
        hosts = [host for host, one in zip(hosts, listed, strict=True) if not one.refused]
        for one in listed:
            yield from doubts.look(one.rejects, begin)
        sessions = {key_of(one.row.session_key): one for part in listed for one in part.sessions}
        for session in sorted(sessions.values(), key=lambda one: one.start):
            yield from doubts.look(reader.items(session), begin)
        place.named = reader.named.pack()
        if reader.broken.first:
            doubts.owe(begin)
        yield place.upto(end)
    yield from doubts.end()
    reader.broken.end()


class WebinarReader:
    """Reads sessions for one run."""

    def __init__(self, ctx: Ctx) -> None:
        self.ctx, self.api, self.found = ctx, goto(ctx), directory(ctx)
        self._window, self.broken = Halving(), Broken(ctx, "webinars")
        self._registrants: dict[str, list[Raw]] = {}
        self._asked: dict[str, datetime] = {}
        self._unread: set[str] = set()
        """The registrants of whom GoTo answered what cannot be read."""
        self.named = Named.of(ctx)

    def sessions(self, host: Host, begin: datetime, end: datetime) -> Found:
        """The sessions of an organizer's webinars in a window."""
        told = Found()

        def ask(start: datetime, stop: datetime) -> list[WebinarSession]:
            path = f"{WEBINAR}/organizers/{host.key}/sessions"
            rows, rejects = session_rows(self.api, path, fromTime=stamp(start), toTime=stamp(stop))
            told.rejects += rejects
            return rows

        try:
            rows = self._window(ask, begin, end)
        except Denied:
            told.refused = True
            return told
        except SourceUnavailable as error:
            self.broken.note(f"organizer {host.key}", [host], error)
            return told
        self.broken.answered = True
        for row in rows:
            if not takes_webinar(self.ctx, key_of(row.webinar_key), row.webinar_name):
                continue
            try:
                start = instant(row.start_time)
                if start is None:
                    raise ValueError("a session has no startTime")
                told.sessions.append(Held(row, host, start, instant(row.end_time)))
            except ValueError as error:
                told.rejects.append(reject(row, error, "event"))
        return told

    def items(self, session: Held) -> Iterator[Item]:
        """The event, and an account and an attendance for each who registered or came.

        Nothing more of an organizer of whom GoTo lastingly cannot tell.
        """
        if session.host.key in self.broken:
            return
        try:
            yield from self._items(session)
        except SourceUnavailable as error:
            self.broken.note(f"organizer {session.host.key}", [session.host], error)

    def _items(self, session: Held) -> Iterator[Item]:
        yield from parse_each([session], self.parse_session)
        registered = self.registrants(session)
        listed, rejects = self.api.page(
            f"{session.path}/sessions/{key_of(session.row.session_key)}/attendees", ParticipantList
        )
        yield from rejects
        pairs, unreadable = paired(registered, listed.items, session.end)
        yield from unreadable
        by_item = {item_of(session, *pair): pair for pair in pairs}
        fresh = self.ctx.fresh(list(by_item), Attendance, self.ctx.settings.registrant_details)
        digests = [digest for _, digest in fresh]
        people = [people_of(by_item[item]) for item, _ in fresh]
        detailed = list(self.ctx.map(lambda one: self.detailed(session, one[0]), people))
        for digest, registrant, (_, participant) in zip(digests, detailed, people, strict=True):
            # Without a digest nobody is taken for stored, and is asked for in the next run, too.
            unread = registrant is not None and key_of(registrant.registrant_key) in self._unread
            kept = UNSET if unread else digest
            yield from parse_each(
                [(registrant, participant)], self.parse_person, session=session, digest=kept
            )

    def parse_session(self, session: Held) -> Iterator[Item]:
        """A session as an event."""
        row = session.row
        host = self.found.by_key.get(key_of(row.creating_organizer_key), session.host)
        yield Event(
            key=event_key(session),
            space=host.space,
            series=key_of(row.webinar_key),
            title=title_of(row.webinar_name),
            kind="webinar",
            starts_at=session.start,
            ends_at=session.end,
            cancelled=False,
            organizer=host.email or None,
            registered_count=whole(row.registrant_count),
            attendee_count=whole(row.registrants_attended),
            extra={
                "webinar_key": key_of(row.webinar_key),
                "session_key": key_of(row.session_key),
            },
        )

    def registrants(self, session: Held) -> list[Raw]:
        """Who registered for the webinar of a session; asked once per webinar and run."""
        if session.path not in self._registrants:
            if len(self._registrants) >= WEBINARS_KEPT:
                self._registrants.clear()
            try:
                rows, _ = registrant_rows(self.api, f"{session.path}/registrants")
            except NotThere:
                rows = []  # a webinar that was deleted after it was held
            self._registrants[session.path] = rows
        return self._registrants[session.path]

    def detailed(self, session: Held, row: Registrant | None) -> Registrant | None:
        """A registrant with what they wrote about themselves, which the listing leaves out."""
        if row is None or not self.ctx.settings.registrant_details:
            return row
        if row.organization or row.job_title or row.country:
            return row
        email = address(row.email)
        before = self._asked.get(email)
        if not email or (before is not None and session.start - before < ASKED_AGAIN):
            return row
        self._asked[email] = session.start
        path = f"{session.path}/registrants/{key_of(row.registrant_key)}"
        try:
            found, _ = self.api.page(path, Registrant)
        except Garbled:
            self._unread.add(key_of(row.registrant_key))
            return row
        except (NotThere, TooMuch, AuthError):
            return row
        return found

    def parse_person(
        self,
        pair: tuple[Registrant | None, Participant | None],
        session: Held,
        digest: int | UnsetType,
    ) -> Iterator[Item]:
        """An account, and an attendance: of no minutes for who registered and did not come."""
        registrant, participant = pair
        person = registrant or participant
        assert person is not None  # noqa: S101 - a pair is of one of them at least
        email = address(person.email) or address(participant.email if participant else None)
        name = full_name(person.first_name, person.last_name)
        key = account_key(email, name, session.host.key)
        if not key:
            raise ValueError("a registrant has neither email nor name")
        self.named.add(key)
        yield account_of(key, email, person, organizers=self.found.emails)
        yield attendance_of(session, key, name, pair, digest)


def paired(
    registrants: list[Raw], participants: list[Raw], end: datetime | None = None
) -> tuple[list[tuple[Raw | None, Raw | None]], list[Reject]]:
    """Registrants with their attendance, by the registrant's key, and what cannot be read.

    Who was denied, still waits for approval, or registered after the `end`, for a later session or
    for the recording, is left out unless they came all the same.
    """
    rejects: list[Reject] = []
    here: dict[str, Raw] = {}
    for raw in participants:
        try:
            here[key_of(msgspec.json.decode(raw, type=Participant).registrant_key)] = raw
        except msgspec.MsgspecError as error:
            rejects.append(reject(msgspec.json.decode(raw), error, "attendance"))
    pairs: list[tuple[Raw | None, Raw | None]] = []
    for raw in registrants:
        try:
            row = msgspec.json.decode(raw, type=Registrant)
        except msgspec.MsgspecError as error:
            rejects.append(reject(msgspec.json.decode(raw), error, "registrant"))
            continue
        came = here.pop(key_of(row.registrant_key), None)
        if came is not None or counts(row, end):
            pairs.append((raw, came))
    pairs += [(None, raw) for raw in here.values()]
    # Who registered twice and came once has come: the later row is what is kept.
    return sorted(pairs, key=lambda pair: pair[1] is not None), rejects


def counts(row: Registrant, end: datetime | None) -> bool:
    """Whether a registration is one for a session that ended at `end`."""
    registered = instant_of(row.registration_date)
    late = registered is not None and end is not None and registered > end
    return not late and (row.status or "APPROVED").upper() == "APPROVED"


def item_of(session: Held, registrant: Raw | None, participant: Raw | None) -> bytes:
    """All that one attendance is made of, to tell whether it changed."""
    parts = (session.row.session_key, session.start, session.end)
    head = "\0".join(map(str, parts)).encode()
    return b"\0".join([head, bytes(registrant or b""), bytes(participant or b"")])


def people_of(
    pair: tuple[Raw | None, Raw | None],
) -> tuple[Registrant | None, Participant | None]:
    """A pair, decoded."""
    registrant, participant = pair
    return (
        msgspec.json.decode(registrant, type=Registrant) if registrant is not None else None,
        msgspec.json.decode(participant, type=Participant) if participant is not None else None,
    )


def account_of(
    key: str, email: str, person: Registrant | Participant, *, organizers: frozenset[str]
) -> Account:
    """A registrant's account. What one registration leaves empty must not wipe out another's."""
    told = person if isinstance(person, Registrant) else Registrant(person.registrant_key)
    named = key not in organizers
    return Account(
        key=key,
        name=(full_name(person.first_name, person.last_name) or UNSET) if named else UNSET,
        given_name=(person.first_name or UNSET) if named else UNSET,
        family_name=(person.last_name or UNSET) if named else UNSET,
        email=email or None,
        kind="person",
        organization=told.organization or UNSET,
        job_title=told.job_title or UNSET,
        country=told.country or UNSET,
        city=told.city or UNSET,
    )


def attendance_of(
    session: Held,
    key: str,
    name: str,
    pair: tuple[Registrant | None, Participant | None],
    digest: int | UnsetType,
) -> Attendance:
    """One attendance of who registered: joined stays, or none at all."""
    registrant, participant = pair
    person = registrant or participant
    extra = {"registrant_key": key_of(person.registrant_key)} if person else {}
    if registrant and registrant.registration_date:
        extra["registered_at"] = registrant.registration_date
    stays = [
        Stay(instant(one.join_time), instant(one.leave_time))
        for one in (participant.attendance or [] if participant else [])
    ]
    joined = join_stays(stays, session.start, session.end)
    seconds = number(participant.attendance_time_in_seconds) if participant else 0
    minutes = joined.minutes if joined.minutes is not None else (seconds or 0) / 60
    return Attendance(
        event=event_key(session),
        account=key,
        name=name or None,
        joined_at=joined.joined_at,
        left_at=joined.left_at,
        minutes=round(minutes, 2),
        visits=max(joined.visits, 1 if participant and seconds else 0),
        registered=True,
        digest=digest,
        extra=extra,
    )


def event_key(session: Held) -> str:
    """The key of a session's event."""
    return f"webinar:{key_of(session.row.session_key)}"
