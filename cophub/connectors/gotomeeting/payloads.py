"""What GoTo answers: the fields that cophub reads, and no others.

The names are the vendor's, in our spelling (`meeting_id` for `meetingId`). Keys are a number in one
call and text in the next, numbers come as text, and truth as "false"; so such fields take both, and
the functions at the end read them. A field with a default may be missing, null or empty. G2M's
listings are bare arrays, which the client hands over as `{"items": [...]}`.
"""

import math
from datetime import UTC, datetime
from html import unescape
from typing import Any

from msgspec import Raw, Struct, field

from cophub.connectors.instants import instant as iso_instant

Key = int | str
Number = int | float | str | None


class Payload(Struct, gc=False, rename="camel"):
    """Anything that the vendor sends: a tree, so that the garbage collector need not look at it."""


# --- Administration


class OwnAccount(Payload):
    """An account that a person belongs to."""

    key: Key = ""
    name: str | None = None


class Me(Payload):
    """`GET /admin/rest/v1/me`: who signed in. Token answers do not tell it any more."""

    key: Key
    account_key: Key = ""
    email: str | None = None
    first_name: str | None = None
    last_name: str | None = None
    accounts: list[OwnAccount] = []


# --- GoToMeeting


class Group(Payload):
    """A row of `GET /groups`; `parentKey` is the group's own key where it is no subgroup."""

    groupkey: Key
    group_name: str | None = None
    parent_key: Key | None = None
    num_organizers: Number = None


class GroupList(Payload):
    """`GET /groups`."""

    items: list[Group]


class Organizer(Payload):
    """A row of `GET /organizers`."""

    organizer_key: Key
    email: str | None = None
    first_name: str | None = None
    last_name: str | None = None
    group_id: Key | None = None
    group_name: str | None = None
    status: str | None = None
    products: list[str] | None = None
    max_num_attendees_allowed: Number = None


class OrganizerList(Payload):
    """`GET /organizers`."""

    items: list[Organizer]


class Meeting(Payload):
    """What a past and a coming meeting have in common; `email` and names are the organizer's."""

    meeting_id: Key
    subject: str | None = None
    meeting_type: str | None = None
    start_time: str | None = None
    end_time: str | None = None
    organizer_key: Key | None = None
    email: str | None = None
    first_name: str | None = None
    last_name: str | None = None


class Held(Meeting):
    """A row of any `historicalMeetings`; those of a group have no `sessionId`."""

    session_id: Key | None = None
    duration: Number = None
    num_attendees: Number = None
    locale: str | None = None
    # Seen in newer answers only, so its shape is not relied upon.
    recording: Any = None


class HeldList(Payload):
    """`GET /historicalMeetings`, `/organizers/{key}/historicalMeetings`, `/groups/{key}/...`."""

    items: list[Held]


class UpcomingList(Payload):
    """`GET /upcomingMeetings`, `/organizers/{key}/upcomingMeetings`, `/groups/{key}/...`."""

    items: list[Meeting]


class Attendee(Payload):
    """One stay of one attendee, from any of the three calls.

    `email`, `firstName` and `lastName` of such a row, and in one of the calls `name`, are the
    organizer's; they are not declared, so that nobody takes them for the attendee's. `duration` is
    that of the meeting in `/meetings/{id}/attendees`, and of the stay in the other two.
    """

    meeting_id: Key
    meeting_instance_key: Key | None = None
    organizerkey: Key | None = None
    attendee_name: str | None = None
    attendee_email: str | None = None
    join_time: str | None = None
    leave_time: str | None = None
    start_time: str | None = None
    end_time: str | None = None
    duration: Number = None


class AttendeeList(Payload):
    """`GET /meetings/{id}/attendees`, `/organizers/{key}/attendees`, `/groups/{key}/attendees`."""

    items: list[Attendee]


# --- GoTo Webinar


class Span(Payload):
    """A planned time of a webinar, as well as nothing at all."""

    start_time: str | None = None
    end_time: str | None = None


class Webinar(Payload):
    """A row of `/accounts/{key}/webinars` and `/organizers/{key}/webinars`."""

    webinar_key: Key
    organizer_key: Key | None = None
    subject: str | None = None
    times: list[Span] = []


class WebinarSession(Payload):
    """A row of `/organizers/{key}/sessions`: a webinar, once held."""

    session_key: Key
    webinar_key: Key
    webinar_name: str | None = None
    start_time: str | None = None
    end_time: str | None = None
    registrants_attended: Number = None
    registrant_count: Number = None
    creating_organizer_key: Key | None = None
    creating_organizer_name: str | None = None
    experience_type: str | None = None


class Webinars(Payload):
    """What `_embedded` holds in a listing of webinars."""

    webinars: list[Raw] = []


class Sessions(Payload):
    """What `_embedded` holds in a listing of sessions."""

    session_info_resources: list[Raw] = []


class PageOf(Payload):
    """Where a page of HAL stands; the first is 0."""

    total_pages: Number = None
    number: Number = None


class WebinarPage(Payload):
    """A page of webinars. `_embedded` is left out where there are none."""

    embedded: Webinars | None = field(name="_embedded", default=None)
    page: PageOf = field(default_factory=PageOf)


class SessionPage(Payload):
    """A page of sessions. `_embedded` is left out where there are none."""

    embedded: Sessions | None = field(name="_embedded", default=None)
    page: PageOf = field(default_factory=PageOf)


class Registrant(Payload):
    """A row of `/webinars/{key}/registrants`, or the whole of one registrant.

    The listing leaves out what the last four fields hold.
    """

    registrant_key: Key
    email: str | None = None
    first_name: str | None = None
    last_name: str | None = None
    registration_date: str | None = None
    status: str | None = None
    organization: str | None = None
    job_title: str | None = None
    country: str | None = None
    city: str | None = None


class RegistrantPage(Payload):
    """A page of registrants, which has an envelope of its own; a bare array comes as `items`."""

    data: list[Raw] | None = None
    items: list[Raw] | None = None
    total: Number = None


class Interval(Payload):
    """A stay in a webinar."""

    join_time: str | None = None
    leave_time: str | None = None


class Participant(Payload):
    """A row of `/webinars/{key}/sessions/{key}/attendees`."""

    registrant_key: Key
    email: str | None = None
    first_name: str | None = None
    last_name: str | None = None
    attendance_time_in_seconds: Number = None
    attendance: list[Interval] | None = None


class ParticipantList(Payload):
    """`GET /webinars/{key}/sessions/{key}/attendees`."""

    items: list[Raw]


# --- Reading


def instant(text: str | None) -> datetime | None:
    """An instant in UTC; None for nothing. `2015-02-17T00:10:33.+0000` is one, too.

    A time without a zone is UTC, which is what the vendor says of all its times. Raises ValueError.
    """
    return iso_instant(text, naive=UTC)


def number(value: Number) -> float | None:
    """A number that may have come as text; None for nothing, and for what is no number."""
    try:
        found = float(value) if value not in (None, "") else None
    except ValueError:
        return None
    return found if found is not None and math.isfinite(found) else None


def whole(value: Number) -> int | None:
    """A whole number that may have come as text."""
    found = number(value)
    return None if found is None else int(found)


def key_of(value: Key | None) -> str:
    """A key as text, "" for none; the dashes of a printed meeting id (123-456-789) are not."""
    text = str(value).strip() if value is not None else ""
    digits = text.replace("-", "").replace(" ", "")
    return digits if digits.isdigit() else text


def address(text: str | None) -> str:
    """A mail address in lower case; "" for none and for what is no address."""
    found = (text or "").strip().lower()
    return found if "@" in found and " " not in found else ""


def title_of(text: str | None) -> str | None:
    """A subject as it was typed: GoTo keeps `<` and `>` as character references."""
    return " ".join(unescape(text).split()) or None if text else None


def full_name(first: str | None, last: str | None) -> str:
    """Given and family name together, as far as there are any."""
    return " ".join(f"{first or ''} {last or ''}".split())
