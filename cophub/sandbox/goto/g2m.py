"""`/G2M/rest`: organizers, groups, meetings that were held and are to come, and who attended.

Nothing is paged: each call answers with the whole of its window.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator

from cophub.sandbox.goto import rows
from cophub.sandbox.goto.refusals import Refusal
from cophub.sandbox.goto.routes import G2M, Call, route
from cophub.sandbox.goto.rows import Row
from cophub.sandbox.goto.state import Group, Meeting, Organizer, Session

MOST_ORGANIZERS = 50
"""A group with more is refused where meetings or attendees of all of it are asked for."""


def held(call: Call, organizer: Organizer, window: tuple[int, int]) -> Iterator[Session]:
    """The sessions of an organizer that began in a window and are over."""
    entries = call.sandbox.calendar.by_organizer[organizer.key]
    first = bisect_left(entries, window[0], key=lambda entry: entry[0])
    last = bisect_right(entries, window[1], key=lambda entry: entry[0])
    return (session for _, _, session in entries[first:last] if session.end <= call.now)


def reported(call: Call, sessions: Iterable[Session]) -> Iterator[tuple[Session, Row]]:
    """The attendee rows that the report holds by now, one for each join."""
    lost = call.sandbox.lost_leave
    for session in sessions:
        for visit in session.visits:
            if session.end <= call.now and visit.reported <= call.now:
                row = rows.attended(session, visit, None if lost == "absent" else lost)
                if visit.lost and lost == "absent":
                    del row["leaveTime"]
                yield session, row


# Organizers and groups


@route(f"{G2M}/organizers")
def organizers(call: Call) -> list[Row]:
    """All organizers, or those with an address."""
    call.need_admin()
    email = call.query.get("email")
    found = [
        each for each in call.account.organizers if email is None or each.email == email.lower()
    ]
    if email is not None and not found:
        raise Refusal(404, "OrganizerNotFound", "No organizer has this email address.")
    return [_organizer(call, each) for each in found]


@route(f"{G2M}/organizers/{{organizer}}")
def one_organizer(call: Call, organizer: str) -> list[Row]:
    """One organizer, in a list of its own."""
    return [_organizer(call, call.organizer(organizer))]


@route(f"{G2M}/groups")
def groups(call: Call) -> list[Row]:
    """All groups."""
    call.need_admin()
    return [rows.group_row(call.account, group) for group in call.account.groups]


@route(f"{G2M}/groups/{{group}}/organizers")
def group_organizers(call: Call, group: str) -> list[Row]:
    """The organizers of a group."""
    return [_organizer(call, each) for each in call.account.organizers_of(group_of(call, group))]


def _organizer(call: Call, organizer: Organizer) -> Row:
    return rows.organizer_row(call.account, organizer, webinars=call.sandbox.webinar_licence)


def group_of(call: Call, key: str, *, small: bool = False) -> Group:
    """The group; refused where all of a large one is asked for at once (`small`)."""
    call.need_admin()
    group = call.account.group(int(key)) if key.isdecimal() else None
    if group is None:
        raise Refusal(400, "InvalidGroup", f"Group {key[:30]} does not exist.")
    if small and len(call.account.organizers_of(group)) > MOST_ORGANIZERS:
        raise Refusal(400, "TooManyOrganizers", f"More than {MOST_ORGANIZERS} organizers in group.")
    return group


def meeting_of(call: Call, key: str) -> Meeting:
    """The meeting: anybody's for an administrator, one's own for others."""
    found = call.sandbox.calendar.meetings.get(int(key)) if key.isdecimal() else None
    if found is None:
        raise Refusal(404, "MeetingNotFound", f"Meeting {key[:30]} does not exist.")
    if found.organizer is not call.caller:
        call.need_admin()
    return found


# What was held


@route(f"{G2M}/historicalMeetings")
def own_history(call: Call) -> list[Row]:
    """The caller's own meetings."""
    window = call.window("startDate", "endDate")
    return [rows.historical(call.account, each) for each in held(call, call.caller, window)]


@route(f"{G2M}/organizers/{{organizer}}/historicalMeetings")
def organizer_history(call: Call, organizer: str) -> list[Row]:
    """The meetings of an organizer."""
    window, found = call.window("startDate", "endDate"), call.organizer(organizer)
    return [rows.historical(call.account, each) for each in held(call, found, window)]


@route(f"{G2M}/groups/{{group}}/historicalMeetings")
def group_history(call: Call, group: str) -> list[Row]:
    """The meetings of all organizers of a group."""
    window, found = call.window("startDate", "endDate"), group_of(call, group, small=True)
    return [
        rows.historical(call.account, session, found)
        for organizer in call.account.organizers_of(found)
        for session in held(call, organizer, window)
    ]


# Who attended


@route(f"{G2M}/meetings/{{meeting}}/attendees")
def meeting_attendees(call: Call, meeting: str) -> list[Row]:
    """Who attended any of the sessions that a meeting's id ever had."""
    found = meeting_of(call, meeting)
    sessions = call.sandbox.calendar.by_meeting[found.id]
    return [rows.by_meeting(session, row) for session, row in reported(call, sessions)]


@route(f"{G2M}/organizers/{{organizer}}/attendees")
def organizer_attendees(call: Call, organizer: str) -> list[Row]:
    """Who attended the meetings of an organizer that began in a window."""
    window, found = call.window("startDate", "endDate"), call.organizer(organizer)
    sessions = held(call, found, window)
    return [
        rows.by_organizer(call.account, session, row) for session, row in reported(call, sessions)
    ]


@route(f"{G2M}/groups/{{group}}/attendees")
def group_attendees(call: Call, group: str) -> list[Row]:
    """Who attended the meetings of a group."""
    window = call.window("startDate", "endDate", needed=False)
    found = group_of(call, group, small=True)
    return [
        rows.by_group(session, found, row)
        for organizer in call.account.organizers_of(found)
        for session, row in reported(call, held(call, organizer, window))
    ]


# What is to come


@route(f"{G2M}/upcomingMeetings")
def own_upcoming(call: Call) -> list[Row]:
    """The caller's own planned meetings."""
    return _upcoming(call, [call.caller])


@route(f"{G2M}/organizers/{{organizer}}/upcomingMeetings")
def organizer_upcoming(call: Call, organizer: str) -> list[Row]:
    """The planned meetings of an organizer."""
    return _upcoming(call, [call.organizer(organizer)])


@route(f"{G2M}/groups/{{group}}/upcomingMeetings")
def group_upcoming(call: Call, group: str) -> list[Row]:
    """The planned meetings of a group."""
    found = group_of(call, group, small=True)
    return _upcoming(call, call.account.organizers_of(found), found)


def _upcoming(call: Call, hosts: list[Organizer], group: Group | None = None) -> list[Row]:
    found = [
        each for each in call.sandbox.calendar.shown(call.now) if each.meeting.organizer in hosts
    ]
    return [rows.upcoming(call.account, each, group, call.now) for each in found]
