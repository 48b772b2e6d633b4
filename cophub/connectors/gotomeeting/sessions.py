"""Held meetings, and which of the attendees that GoTo reports were in which of them.

A recurring meeting has one id for all of its sessions, and the attendees of all of them may come in
one answer. What tells them apart is the key of the instance and the start.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from cophub.connectors.gotomeeting.directory import Host
from cophub.connectors.gotomeeting.payloads import (
    Attendee,
    Held,
    address,
    instant,
    key_of,
    number,
)

TOLERANCE = timedelta(minutes=5)
"""How far the start in a report may be from the start in the history."""
EARLY = timedelta(minutes=30)
"""How long before the start somebody may have come, where a report tells no start."""


@dataclass(frozen=True)
class Session:
    """A meeting that was held: one instance of its id."""

    meeting: str
    start: datetime
    end: datetime | None
    row: Held
    host: Host

    @property
    def key(self) -> str:
        """The same whichever call told of it: the meeting's id and the start."""
        return f"{self.meeting}:{self.start:%Y%m%dT%H%M%SZ}"

    @property
    def recurring(self) -> bool:
        """Whether the meeting is a room that is used again and again."""
        return (self.row.meeting_type or "").lower() == "recurring"

    @property
    def space(self) -> str:
        """The room: of its own for a recurring meeting, else the organizer's."""
        return self.meeting if self.recurring else self.host.space


def session_of(row: Held, hosts: dict[str, Host], alone: Host | None) -> Session:
    """A row of the history. Raises ValueError without a start or an organizer.

    `hosts` are the known organizers; `alone` is whose history it is where only one was asked for.
    """
    start, end = instant(row.start_time), instant(row.end_time)
    if start is None:
        raise ValueError("a held meeting has no startTime")
    minutes = number(row.duration)
    if end is None and minutes is not None:
        end = start + timedelta(minutes=minutes)
    if end is not None and end < start:
        end = start
    key = key_of(row.organizer_key)
    host = hosts.get(key) or (alone if not key else None)
    if host is None:
        if not key:
            raise ValueError("a held meeting has no organizerKey")
        host = Host(key, address(row.email), row.first_name or "", row.last_name or "")
    return Session(key_of(row.meeting_id), start, end, row, host)


@dataclass(frozen=True)
class Assigned:
    """Attendees by session key; `instances` are the vendor's keys of the sessions."""

    attendees: dict[str, list[Attendee]]
    instances: dict[str, str]
    strays: list[Attendee]
    """Those of no session that is known."""


def assign(sessions: Sequence[Session], rows: Iterable[Attendee]) -> Assigned:
    """Each attendee to the session whose instance key or start is theirs, never by id alone."""
    by_meeting: dict[str, list[Session]] = defaultdict(list)
    for session in sessions:
        by_meeting[session.meeting].append(session)
    found = Assigned(defaultdict(list), {}, [])
    for (meeting, instance, _), group in instances(rows).items():
        match = session_for(by_meeting.get(meeting, []), instance, group)
        if match is None:
            found.strays.extend(group)
        else:
            found.attendees[match.key] += group
            if instance:
                found.instances[match.key] = instance
    return found


def instances(rows: Iterable[Attendee]) -> dict[tuple[str, str, str], list[Attendee]]:
    """The rows of each instance; by their start where the instance has no key. Once each."""
    found: dict[tuple[str, str, str], dict[tuple[str | None, ...], Attendee]] = defaultdict(dict)
    for row in rows:
        instance = key_of(row.meeting_instance_key)
        instance = "" if instance == "0" else instance
        start = "" if instance else row.start_time or row.join_time or ""
        same = (row.attendee_email, row.attendee_name, row.join_time, row.leave_time)
        found[key_of(row.meeting_id), instance, start][same] = row
    return {key: list(group.values()) for key, group in found.items()}


def session_for(
    candidates: Sequence[Session], instance: str, rows: Sequence[Attendee]
) -> Session | None:
    """The session of these rows, which are of one instance; None when there is none."""
    for session in candidates:
        if instance and key_of(session.row.session_id) == instance:
            return session
    start = next((at for row in rows if (at := instant_of(row.start_time))), None)
    if start is not None:
        near = [one for one in candidates if abs(one.start - start) <= TOLERANCE]
        return min(near, key=lambda one: abs(one.start - start), default=None)
    joined = min((at for row in rows if (at := instant_of(row.join_time))), default=None)
    around = (
        one
        for one in candidates
        if joined and one.start - EARLY <= joined <= (one.end or one.start)
    )
    return max(around, key=lambda one: one.start, default=None)


def instant_of(text: str | None) -> datetime | None:
    """An instant, or None for one that cannot be read: matching goes on by what is left."""
    try:
        return instant(text)
    except ValueError:
        return None
