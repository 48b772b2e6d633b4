"""How the meeting API words what it holds: each answer with types of its own."""

from datetime import UTC, datetime
from typing import Any

from cophub.sandbox.goto.account import Account
from cophub.sandbox.goto.state import Group, Meeting, Occurrence, Organizer, Session, Visit

Row = dict[str, Any]
CALL_INFO = "US: +1 (571) 317-0000\nAccess Code: {}-{}-{}"
MOST_ATTENDEES = 151


def instant(at: int) -> str:
    """An instant as the meeting API writes it, with a dot that no fraction follows."""
    return f"{datetime.fromtimestamp(at, UTC):%Y-%m-%dT%H:%M:%S}.+0000"


def dashed(meeting: Meeting) -> str:
    """A meeting's id as people read it to each other."""
    text = str(meeting.id)
    return f"{text[:3]}-{text[3:6]}-{text[6:]}"


def call_info(meeting: Meeting) -> str:
    """The numbers to dial."""
    return CALL_INFO.format(*dashed(meeting).split("-"))


def host(organizer: Organizer) -> Row:
    """The organizer's address and names, which look like an attendee's wherever they stand."""
    return {
        "email": organizer.email,
        "firstName": organizer.given,
        "lastName": organizer.family,
    }


def organizer_row(account: Account, organizer: Organizer, *, webinars: bool) -> Row:
    """An organizer; the keys are numbers."""
    products = ["G2M", *(["G2W"] if webinars and organizer.webinars else [])]
    return {
        "organizerKey": organizer.key,
        **host(organizer),
        "groupId": organizer.group,
        "groupName": account.group_name(organizer),
        "status": "suspended" if organizer.suspended else "active",
        "products": [] if organizer.suspended else products,
        "maxNumAttendeesAllowed": MOST_ATTENDEES,
    }


def group_row(account: Account, group: Group) -> Row:
    """A group; its parent is itself where it is below no other."""
    return {
        "groupkey": group.key,
        "groupName": group.name,
        "parentKey": group.parent,
        "status": "active",
        "numOrganizers": len(account.organizers_of(group)),
    }


def historical(account: Account, session: Session, group: Group | None = None) -> Row:
    """A held meeting; numbers and keys are texts. By group it has no session and no numbers."""
    meeting = session.meeting
    row = {
        "meetingId": str(meeting.id),
        "subject": meeting.subject,
        "meetingType": meeting.kind,
        "startTime": instant(session.start),
        "endTime": instant(session.end),
        "duration": str(session.minutes),
        "numAttendees": str(session.people),
        "organizerKey": str(meeting.organizer.key),
        "accountKey": str(account.key),
        **host(meeting.organizer),
        "locale": "en_US",
    }
    if group is not None:
        return {**row, "groupName": group.name}
    row |= {"sessionId": str(session.id), "conferenceCallInfo": call_info(meeting)}
    if session.recorded:
        share = f"https://transcripts.example/{session.id}"
        row["recording"] = {"shareUrl": share, "downloadUrl": f"{share}/download"}
    return row


def attended(session: Session, visit: Visit, lost: str | None) -> Row:
    """What the attendee rows of all three answers share."""
    meeting = session.meeting
    return {
        "attendeeName": visit.name,
        "attendeeEmail": visit.email,
        "joinTime": instant(visit.join),
        "leaveTime": lost if visit.lost else instant(visit.leave),
        "startTime": instant(session.start - session.skew),
        "endTime": instant(session.end),
        "duration": max(1, round((visit.leave - visit.join) / 60)),
        "numAttendees": session.people,
        "subject": meeting.subject,
        "meetingType": meeting.kind,
        "meetingInstanceKey": session.key,
        "organizerkey": meeting.organizer.key,
        "conferenceCallInfo": call_info(meeting),
        **host(meeting.organizer),
    }


def by_meeting(session: Session, row: Row) -> Row:
    """By meeting: `duration` is the meeting's, `name` the attendee's, there is no group."""
    own = {"meetingId": session.meeting.id, "groupName": "NA", "name": row["attendeeName"]}
    return {**row, **own, "duration": session.minutes}


def by_organizer(account: Account, session: Session, row: Row) -> Row:
    """By organizer: `name` is the organizer's."""
    meeting = session.meeting
    return {
        **row,
        "meetingId": meeting.id,
        "newMeetingId": dashed(meeting),
        "groupName": account.group_name(meeting.organizer),
        "name": meeting.organizer.name,
    }


def by_group(session: Session, group: Group, row: Row) -> Row:
    """By group: the meeting's id is a text, and the organizer's key is there twice."""
    key = str(session.meeting.organizer.key)
    own = {"meetingId": str(session.meeting.id), "organizerKey": key}
    return {**row, **own, "groupName": group.name}


def upcoming(account: Account, occurrence: Occurrence, group: Group | None, now: int) -> Row:
    """What is planned, or running now."""
    meeting = occurrence.meeting
    end = occurrence.start + occurrence.minutes * 60
    row = {
        "meetingId": str(meeting.id),
        "subject": meeting.subject,
        "meetingType": meeting.kind,
        "startTime": instant(occurrence.start),
        "endTime": instant(end),
        "status": "ACTIVE" if occurrence.start <= now < end else "INACTIVE",
        "passwordRequired": "false",
        "organizerKey": str(meeting.organizer.key),
        "accountKey": str(account.key),
        **host(meeting.organizer),
        "locale": "en_US",
    }
    own = {"groupName": group.name} if group else {"conferenceCallInfo": call_info(meeting)}
    return {**row, **own}
