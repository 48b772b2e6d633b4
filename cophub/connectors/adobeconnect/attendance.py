"""Who was in each session, hosts among them."""

from collections.abc import Iterable, Iterator
from datetime import timedelta

from cophub import Item, Reject
from cophub.connectors.adobeconnect.answer import Row
from cophub.connectors.adobeconnect.client import AdobeConnect, Ctx, Denied, NotThere
from cophub.connectors.adobeconnect.cursor import Place
from cophub.connectors.adobeconnect.rooms import Room
from cophub.connectors.adobeconnect.sessions import (
    Listed,
    Session,
    event_of,
    of_each_room,
    sessions_of,
)
from cophub.connectors.adobeconnect.stays import (
    ROW_KEY,
    Stay,
    account_of,
    attendance_of,
    host_of,
    hosts_among,
    joined,
    stay_of,
)
from cophub.http.parse import MISUNDERSTOOD, reject

BEFORE = timedelta(minutes=10)
"""Who opens a room enters a moment before its session begins."""


def attendance(ctx: Ctx, since: str | None) -> Iterator[Item]:
    """Who was in each session and for how long, with accounts, and who hosted it.

    Source: `report-meeting-attendance` of each room that had sessions, which leaves hosts out, and
    `report-meeting-session-users` of each of these sessions, which has them.
    """
    yield from of_each_room(ctx, since, "attendance", attended)


def attended(ctx: Ctx, room: Room, place: Place | None) -> tuple[Listed, list[Item]]:
    """Who was in the sessions of a room that may have changed since it was last read."""
    listed = sessions_of(ctx, room, place)
    changed = [one for one in listed.sessions if not (place and place.settled(*one.span))]
    if not changed:
        return listed, [*listed.rejects]
    stays, rejects, unread = stays_of(ctx, room, changed)
    # Who was in a session that cannot be read is to be asked for again as well.
    items: list[Item] = [*listed.rejects, *rejects]
    for session in changed:
        items += in_session(ctx, session, stays.get(session.asset, []), unread)
    return Listed(listed.sessions, [*listed.rejects, *rejects]), items


def stays_of(
    ctx: Ctx, room: Room, changed: list[Session]
) -> tuple[dict[str, list[Stay]], list[Reject], list[Row]]:
    """The stays in these sessions, by asset, and the rows that cannot be read: why, and as they
    came."""
    after = min(session.began for session in changed) - BEFORE
    given = {
        "sco-id": room.id,
        "filter-gt-date-created": after.isoformat(timespec="milliseconds"),
    }
    name = "report-meeting-attendance"
    found: dict[str, list[Stay]] = {}
    rejects: list[Reject] = []
    unread: list[Row] = []
    for page in AdobeConnect.of(ctx).pages(name, name, ROW_KEY, "date-created", **given):
        for row in page:
            try:
                stay = stay_of(row, room.id)
                asset = row.get("asset-id") or _during(stay, changed)
            except MISUNDERSTOOD as error:
                rejects.append(reject(row, error, "attendance"))
                unread.append(row)
            else:
                found.setdefault(asset, []).append(stay)
    return found, rejects, unread


def _during(stay: Stay, found: Iterable[Session]) -> str:
    """The session that was on when somebody entered, for servers that do not name it."""
    for session in found:
        ended = session.ended
        if session.began - BEFORE <= stay.joined and (ended is None or stay.joined <= ended):
            return session.asset
    raise KeyError("asset-id")


def in_session(ctx: Ctx, session: Session, stays: list[Stay], unread: list[Row]) -> Iterator[Item]:
    """The accounts and attendance of one session, and its organizer: the host who came first."""
    found, rejects = hosts_of(ctx, session, stays, unread)
    yield from rejects
    event = event_of(ctx, session)
    if found:
        event.organizer = min(found, key=lambda stay: stay.joined).account
    yield event
    for account, own in joined([*stays, *found]).items():
        yield account_of(own)
        yield attendance_of(session.key, account, own)


def hosts_of(
    ctx: Ctx, session: Session, stays: list[Stay], unread: list[Row]
) -> tuple[list[Stay], list[Reject]]:
    """Who is among the session's users and not in its attendance; nobody where that is refused."""
    name = "report-meeting-session-users"
    given = {"sco-id": session.room.id, "asset-id": session.asset}
    key = ("principal-id", "principal-name", "date-created")
    try:
        users: list[Row] = AdobeConnect.of(ctx).rows(name, name, key, "date-created", **given)
    except (Denied, NotThere) as error:
        ctx.log.info("the hosts of session %s are not known: %s", session.key, error)
        return [], []
    hosts: list[Stay] = []
    rejects: list[Reject] = []
    for row in users:
        try:
            if not row.get("principal-name"):
                row.id("principal-id")  # who is named by neither is nobody
            hosts += map(host_of, hosts_among([row], stays, unread))
        except MISUNDERSTOOD as error:
            rejects.append(reject(row, error, "attendance"))
    return hosts, rejects
