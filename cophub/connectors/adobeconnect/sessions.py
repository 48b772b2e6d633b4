"""Sessions: each time that a room was used. A session is the event; the room is its series."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime

from cophub import CophubError, Event, Item, Metric, Reject
from cophub.connectors.adobeconnect.client import AdobeConnect, Ctx, Denied, NotThere
from cophub.connectors.adobeconnect.cursor import Cursor, Place
from cophub.connectors.adobeconnect.rooms import Room, taken_rooms, walked
from cophub.http.parse import MISUNDERSTOOD, reject

SUMMARY = (
    ("peak-users", "peak_users", "people"),
    ("num-invitees-attended", "invitees_attended", "people"),
    ("num-guests-attended", "guests_attended", "people"),
)
"""What `report-meeting-summary` counts over all sessions of a room: its name, ours, the unit."""


@dataclass(frozen=True)
class Session:
    """One time that a room was in use."""

    room: Room
    asset: str
    began: datetime
    ended: datetime | None
    participants: int | None

    @property
    def key(self) -> str:
        """The event's key."""
        return f"{self.room.id}:{self.asset}"

    @property
    def span(self) -> tuple[datetime, datetime | None]:
        """When it began and ended."""
        return self.began, self.ended


@dataclass
class Listed:
    """A room's sessions since a time, and what of the listing could not be read."""

    sessions: list[Session] = field(default_factory=list)
    rejects: list[Reject] = field(default_factory=list)


def sessions(ctx: Ctx, since: str | None) -> Iterator[Item]:
    """Each session as an event, how many took part, and the peak of its room.

    Source: `report-meeting-sessions` and `report-meeting-summary` of each room.
    """
    yield from of_each_room(ctx, since, "sessions", told)


def told(ctx: Ctx, room: Room, place: Place | None) -> tuple[Listed, list[Item]]:
    """The events of a room since it was last read, and their numbers."""
    listed = sessions_of(ctx, room, place)
    items: list[Item] = [*listed.rejects]
    for session in listed.sessions:
        items += [event_of(ctx, session), *metric_of(ctx, session)]
    if any(not (place and place.settled(*one.span)) for one in listed.sessions):
        items += summary_of(ctx, room, listed.sessions)
    return listed, items


Reading = Callable[[Ctx, Room, Place | None], tuple[Listed, list[Item]]]


def of_each_room(ctx: Ctx, since: str | None, what: str, reading: Reading) -> Iterator[Item]:
    """What `reading` gives of each room, with a checkpoint after each that had something new.

    A room that the account may not look into is left out. One that gives no answer is left for
    the next run, and the first such failure is raised when all others have been read.
    """
    cursor, taken = Cursor(since), taken_rooms(ctx)
    if not walked(ctx).unread:
        cursor.keep_only({room.id for room in taken})
    failures: list[CophubError] = []

    def look(room: Room) -> tuple[Listed, list[Item]] | CophubError:
        try:
            return reading(ctx, room, cursor.place(room.id))
        except CophubError as error:
            return error

    for number, (room, found) in enumerate(zip(taken, ctx.map(look, taken), strict=True), 1):
        ctx.progress(what, number, len(taken))
        if isinstance(found, CophubError):
            failures += left_out(ctx, room, what, found)
            continue
        listed, items = found
        yield from items
        if cursor.advance(room.id, [one.span for one in listed.sessions], ctx.now):
            yield cursor.checkpoint()
    yield cursor.checkpoint()
    if failures:
        raise failures[0]


def left_out(ctx: Ctx, room: Room, what: str, error: CophubError) -> list[CophubError]:
    """Tell that a room is not read, and the error again where another run may do better."""
    if isinstance(error, Denied | NotThere):
        told: set[str] = ctx.shared.setdefault("adobeconnect rooms told", set())
        if room.id not in told:
            ctx.log.warning("room %s is left out: %s", room.id, error)
        told.add(room.id)
        return []
    ctx.log.warning("%s of room %s are left for the next run: %s", what, room.id, error)
    return [error]


def sessions_of(ctx: Ctx, room: Room, place: Place | None) -> Listed:
    """The sessions of a room since it was last read; asked once a run, refusals too."""
    shared: dict[tuple[str, datetime | None], Listed | Denied] = ctx.shared.setdefault(
        "adobeconnect sessions", {}
    )
    key = (room.id, place.bound if place else None)
    if key not in shared:
        try:
            shared[key] = _listed(ctx, room, place)
        except Denied as refused:
            shared[key] = refused
    found = shared[key]
    if isinstance(found, Denied):
        raise found
    return found


def _listed(ctx: Ctx, room: Room, place: Place | None) -> Listed:
    given = {"sco-id": room.id}
    if place is not None:
        given["filter-gt-date-created"] = place.bound.isoformat(timespec="milliseconds")
    listed = Listed()
    found = AdobeConnect.of(ctx).pages(
        "report-meeting-sessions",
        "report-meeting-sessions",
        ("asset-id",),
        "date-created",
        **given,
    )
    for row in (row for page in found for row in page):
        try:
            began = row.instant("date-created")
            if began is None:
                raise ValueError("date-created is empty")
            session = Session(
                room, row.id("asset-id"), began, row.instant("date-end"),
                row.count("num-participants"),
            )  # fmt: skip
        except MISUNDERSTOOD as error:
            listed.rejects.append(reject(row, error, "event"))
        else:
            listed.sessions.append(session)
    return listed


def event_of(ctx: Ctx, session: Session) -> Event:
    """A session as an event. Who the host was is known to the stream of attendance."""
    room = session.room
    return Event(
        key=session.key,
        space=room.id,
        series=room.id,
        title=room.title,
        kind="meeting",
        starts_at=session.began,
        ends_at=session.ended,
        url=f"{ctx.settings.host}{room.url_path}" if room.url_path else None,
        attendee_count=session.participants,
    )


def metric_of(ctx: Ctx, session: Session) -> Iterator[Metric]:
    """How many took part, once it is over: before that the number and its days still move."""
    if session.participants is not None and session.ended is not None:
        yield Metric(
            space=session.room.id,
            subject=session.asset,
            name="participants",
            period_start=session.began.date(),
            period_end=session.ended.date(),
            value=float(session.participants),
            unit="people",
            observed_at=ctx.now,
        )


def summary_of(ctx: Ctx, room: Room, found: list[Session]) -> Iterator[Metric]:
    """The vendor's counts over all sessions of a room, up to the day of its latest one.

    They are cumulative, so their period begins when the room was made; never a session's own.
    """
    try:
        given = {"sco-id": room.id}
        row = (
            AdobeConnect.of(ctx)
            .call("report-meeting-summary", **given)
            .one("report-meeting-summary")
        )
    except (Denied, NotThere) as error:
        ctx.log.info("room %s has no summary: %s", room.id, error)
        return
    latest = max(session.began for session in found)
    try:
        began = room.row.instant("date-created") or latest
        counts = {theirs: row.count(theirs) if row else None for theirs, _, _ in SUMMARY}
    except ValueError as error:
        ctx.log.info("the summary of room %s cannot be read: %s", room.id, error)
        return
    for theirs, name, unit in SUMMARY:
        if (value := counts[theirs]) is not None:
            yield Metric(
                space=room.id,
                name=name,
                period_start=min(began, latest).date(),
                period_end=latest.date(),
                value=float(value),
                unit=unit,
                observed_at=ctx.now,
            )
