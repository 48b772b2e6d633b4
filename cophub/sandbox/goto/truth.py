"""What the emulated account holds, as plain data, to compare a warehouse with."""

from typing import TYPE_CHECKING, Any

from cophub.sandbox.goto.account import Account
from cophub.sandbox.goto.state import Occurrence, Session, Visit, Webinar, WebinarSession
from cophub.sandbox.timeline import moment

if TYPE_CHECKING:
    from cophub.sandbox.goto import GotoSandbox

Row = dict[str, Any]


def iso(at: int) -> str:
    """An instant in UTC."""
    return moment(at).isoformat()


def truth(sandbox: "GotoSandbox") -> Row:
    """Organizers, groups, meetings and webinars with who was there, and what is planned."""
    now = sandbox.timeline.now
    keys = [community.key for community in sandbox.world.communities]
    calendar = sandbox.calendar
    held = (session for _, _, session in calendar.sessions if session.end <= now)
    webinars = sandbox.webinars.by_key.items()
    return {
        "now": iso(now),
        "account": str(sandbox.account.key),
        **_people(sandbox.account),
        "events": [_event(session, keys, now) for session in held],
        "webinars": {str(key): _webinar(webinar, keys, now) for key, webinar in webinars},
        "upcoming": [_planned(each, keys) for each in calendar.planned],
        "open_rooms": [str(each.meeting.id) for each in calendar.open.values()],
    }


def _people(account: Account) -> Row:
    return {
        "organizers": {
            str(each.key): {
                "email": each.email,
                "name": each.name,
                "person": each.person,
                "group": str(each.group) if each.group else None,
                "suspended": each.suspended,
            }
            for each in account.organizers
        },
        "groups": {
            str(group.key): {"name": group.name, "parent": str(group.parent)}
            for group in account.groups
        },
    }


def _planned(occurrence: Occurrence, keys: list[str]) -> Row:
    return {
        "meeting_id": str(occurrence.meeting.id),
        "subject": occurrence.meeting.subject,
        "start": iso(occurrence.start),
        "minutes": occurrence.minutes,
        "moved": occurrence.moved,
        "community": _community(keys, occurrence.meeting.community),
    }


def _community(keys: list[str], index: int | None) -> str | None:
    return None if index is None else keys[index]


def _event(session: Session, keys: list[str], now: int) -> Row:
    meeting = session.meeting
    return {
        "meeting_id": str(meeting.id),
        "session_id": str(session.id),
        "instance_key": str(session.key),
        "series": str(meeting.id) if meeting.kind == "recurring" else None,
        "subject": meeting.subject,
        "type": meeting.kind,
        "start": iso(session.start),
        "end": iso(session.end),
        "organizer": str(meeting.organizer.key),
        "organizer_email": meeting.organizer.email,
        "community": _community(keys, meeting.community),
        "reported": all(visit.reported <= now for visit in session.visits),
        "attendees": _attendees(session, now),
    }


def _attendees(session: Session, now: int) -> list[Row]:
    """One for each person; `minutes` are those within the session."""
    people: dict[int, list[Visit]] = {}
    for visit in session.visits:
        people.setdefault(visit.person, []).append(visit)
    return [
        {
            "person": person,
            "minutes": round(_present(session, visits) / 60),
            "visits": len(visits),
            "joined": iso(_inside(session, visits[0].join)),
            "left": iso(_inside(session, max(visit.leave for visit in visits))),
            "names": sorted({visit.name for visit in visits}),
            "emails": sorted({visit.email for visit in visits if visit.email}),
            "rows": [_row(visit, now) for visit in visits],
        }
        for person, visits in sorted(people.items())
    ]


def _row(visit: Visit, now: int) -> Row:
    """One join as the report tells it, once it does."""
    return {
        "name": visit.name,
        "email": visit.email,
        "joined": iso(visit.join),
        "left": None if visit.lost else iso(visit.leave),
        "reported": visit.reported <= now,
    }


def _inside(session: Session, instant: int) -> int:
    """The instant, or the nearest one of the session: some come and go before it begins."""
    return min(max(instant, session.start), session.end)


def _present(session: Session, visits: list[Visit]) -> int:
    """Seconds within the session; those on two devices at once count once."""
    seconds, until = 0, session.start
    for visit in visits:
        begin, end = max(visit.join, until), min(visit.leave, session.end)
        seconds += max(0, end - begin)
        until = max(until, end)
    return seconds


def _webinar(webinar: Webinar, keys: list[str], now: int) -> Row:
    return {
        "subject": webinar.subject,
        "organizer": str(webinar.organizer.key),
        "organizer_email": webinar.organizer.email,
        "community": _community(keys, webinar.community),
        "times": [[iso(start), iso(end)] for start, end in webinar.times],
        "sessions": [_held(session, now) for session in webinar.sessions if session.end <= now],
        "registrants": [
            {
                "person": each.person,
                "key": str(each.key),
                "email": each.email.lower(),
                "name": f"{each.given} {each.family}".strip(),
                "status": each.status,
                "registered": iso(each.registered),
            }
            for each in webinar.registrants
            if each.registered <= now
        ],
    }


def _held(session: WebinarSession, now: int) -> Row:
    return {
        "session_key": str(session.key),
        "start": iso(session.start),
        "end": iso(session.end),
        "reported": session.reported <= now,
        "attendees": [
            {
                "person": stay.registrant.person,
                "registrant": str(stay.registrant.key),
                "seconds": stay.seconds,
                "visits": len(stay.spans),
                "joined": iso(stay.spans[0][0]),
                "left": iso(stay.spans[-1][1]),
            }
            for stay in session.stays
        ],
    }
