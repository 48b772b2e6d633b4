"""`/G2M/rest`: the older calls, which answer with other names and types for the same things."""

from typing import Any

from cophub.sandbox.goto import rows
from cophub.sandbox.goto.g2m import group_of, held, meeting_of
from cophub.sandbox.goto.refusals import Refusal
from cophub.sandbox.goto.routes import G2M, Call, route
from cophub.sandbox.goto.rows import Row
from cophub.sandbox.goto.state import Group, Meeting, Occurrence, Organizer, Session


def _asks_history(call: Call) -> bool:
    return call.query.get("history") == "true"


@route(f"{G2M}/meetings")
def meetings(call: Call) -> list[Row]:
    """The caller's planned meetings, or those held in a window."""
    if not _asks_history(call):
        return [_scheduled(each) for each in _planned(call, call.caller)]
    window = call.window("startDate", "endDate")
    return [_history(session) for session in held(call, call.caller, window)]


@route(f"{G2M}/organizers/{{organizer}}/meetings")
def organizer_meetings(call: Call, organizer: str) -> list[Row]:
    """An organizer's planned meetings, or those held in a window."""
    found = call.organizer(organizer)
    if not _asks_history(call):
        return [_scheduled(each) for each in _planned(call, found)]
    window = call.window("startDate", "endDate")
    return [_as_scheduled(session) for session in held(call, found, window)]


@route(f"{G2M}/groups/{{group}}/meetings")
def group_meetings(call: Call, group: str) -> list[Row]:
    """A group's meetings that were held in a window."""
    if not _asks_history(call):
        raise Refusal(400, "InvalidRequest", "history must be true.")
    window, found = call.window("startDate", "endDate"), group_of(call, group, small=True)
    return [
        _group_history(found, session)
        for organizer in call.account.organizers_of(found)
        for session in held(call, organizer, window)
    ]


@route(f"{G2M}/meetings/{{meeting}}")
def one_meeting(call: Call, meeting: str) -> list[Row]:
    """One meeting, in a list of its own."""
    found = meeting_of(call, meeting)
    times = [each for each in call.sandbox.calendar.shown(call.now) if each.meeting is found]
    sessions = call.sandbox.calendar.by_meeting[found.id]
    if not times and not sessions:
        raise Refusal(404, "MeetingNotFound", "The meeting was called off.")
    start = times[0].start if times else sessions[-1].start
    end = start + times[0].minutes * 60 if times else sessions[-1].end
    row = _meeting(found, start, end, running=start <= call.now < end)
    keys = {"meetingId": found.id, "meetingKey": found.id, "uniqueMeetingId": found.id}
    del row["meetingid"]
    return [{**row, **keys, "duration": (end - start) // 60, "passwordRequired": False}]


@route(f"{G2M}/meetings/{{meeting}}/start")
def start_url(call: Call, meeting: str) -> Row:
    """Where the organizer would begin a meeting."""
    found = meeting_of(call, meeting)
    return {"hostURL": f"https://global.gotomeeting.example/host/{found.id}"}


def _planned(call: Call, organizer: Organizer) -> list[Occurrence]:
    shown = call.sandbox.calendar.shown(call.now)
    return [each for each in shown if each.meeting.organizer is organizer]


def _meeting(meeting: Meeting, start: int, end: int, *, running: bool) -> Row:
    return {
        "meetingid": meeting.id,
        "uniqueMeetingId": meeting.unique,
        "subject": meeting.subject,
        "meetingType": meeting.kind,
        "startTime": rows.instant(start),
        "endTime": rows.instant(end),
        "createTime": "",
        "maxParticipants": rows.MOST_ATTENDEES,
        "passwordRequired": "false",
        "status": "ACTIVE" if running else "INACTIVE",
        "conferenceCallInfo": rows.call_info(meeting),
    }


def _scheduled(each: Occurrence) -> Row:
    end = each.start + each.minutes * 60
    return _meeting(each.meeting, each.start, end, running=False)


def _as_scheduled(session: Session) -> Row:
    return _meeting(session.meeting, session.start, session.end, running=False)


def _held(session: Session) -> Row:
    meeting = session.meeting
    return {
        "subject": meeting.subject,
        "meetingType": meeting.kind,
        "startTime": rows.instant(session.start),
        "endTime": rows.instant(session.end),
        "numAttendees": session.people,
        "meetingInstanceKey": session.key,
        "organizerKey": str(meeting.organizer.key),
        "conferenceCallInfo": rows.call_info(meeting),
        **rows.host(meeting.organizer),
    }


def _history(session: Session) -> Row:
    meeting, key = session.meeting, str(session.meeting.organizer.key)
    deprecated: dict[str, Any] = {"groupName": "", "passwordRequired": "", "status": ""}
    return {
        **_held(session),
        **deprecated,
        "meetingId": meeting.id,
        "meetingKey": meeting.id,
        "uniqueMeetingId": meeting.unique,
        "newMeetingId": rows.dashed(meeting),
        "sessionId": session.id,
        "date": rows.instant(session.start),
        "duration": session.minutes,
        "organizerkey": key,
        "newOrganizerKey": key,
    }


def _group_history(group: Group, session: Session) -> Row:
    return {
        **_held(session),
        "meetingId": str(session.meeting.id),
        "duration": str(session.minutes),
        "organizerkey": session.meeting.organizer.key,
        "groupName": group.name,
    }
