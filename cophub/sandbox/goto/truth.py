"""What the emulated account holds, as plain data, to compare a warehouse with."""

from typing import TYPE_CHECKING, Any

from cophub.sandbox.goto.state import Session, Visit
from cophub.sandbox.timeline import moment

if TYPE_CHECKING:
    from cophub.sandbox.goto import GotoSandbox

Row = dict[str, Any]


def iso(at: int) -> str:
    """An instant in UTC."""
    return moment(at).isoformat()


def truth(sandbox: "GotoSandbox") -> Row:
    """Organizers, held meetings with who was there, and what is planned."""
    now = sandbox.timeline.now
    keys = [community.key for community in sandbox.world.communities]
    return {
        "now": iso(now),
        "account": str(sandbox.account.key),
        "organizers": {
            str(each.key): {
                "email": each.email,
                "name": each.name,
                "person": each.person,
                "group": str(each.group) if each.group else None,
                "suspended": each.suspended,
            }
            for each in sandbox.account.organizers
        },
        "groups": {
            str(group.key): {"name": group.name, "parent": str(group.parent)}
            for group in sandbox.account.groups
        },
        "events": [
            _event(session, keys, now)
            for _, _, session in sandbox.calendar.sessions
            if session.end <= now
        ],
        "upcoming": [
            {
                "meeting_id": str(each.meeting.id),
                "subject": each.meeting.subject,
                "start": iso(each.start),
                "minutes": each.minutes,
                "moved": each.moved,
                "community": _community(keys, each.meeting.community),
            }
            for each in sandbox.calendar.planned
        ],
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
        "attendees": _attendees(session),
    }


def _attendees(session: Session) -> list[Row]:
    """One for each person; `minutes` are those within the session, by all of their joins."""
    people: dict[int, list[Visit]] = {}
    for visit in session.visits:
        people.setdefault(visit.person, []).append(visit)
    return [
        {
            "person": person,
            "minutes": round(sum(_within(session, visit) for visit in visits) / 60),
            "visits": len(visits),
            "joined": iso(max(session.start, visits[0].join)),
            "left": iso(min(session.end, max(visit.leave for visit in visits))),
            "names": sorted({visit.name for visit in visits}),
            "emails": sorted({visit.email for visit in visits if visit.email}),
        }
        for person, visits in sorted(people.items())
    ]


def _within(session: Session, visit: Visit) -> int:
    return max(0, min(session.end, visit.leave) - max(session.start, visit.join))
