"""Cophub connector for Adobe Connect: rooms, sessions and who was in them, groups, recordings.

Source: Adobe Connect's XML API, `/api/xml`.
"""

from datetime import timedelta

from cophub import (
    Account,
    Attendance,
    Connector,
    Document,
    Event,
    Membership,
    Metric,
    Space,
    Stream,
    hookimpl,
)
from cophub.connectors.adobeconnect.attendance import attendance
from cophub.connectors.adobeconnect.checks import check, discover, estimate
from cophub.connectors.adobeconnect.content import content
from cophub.connectors.adobeconnect.groups import groups
from cophub.connectors.adobeconnect.rooms import rooms
from cophub.connectors.adobeconnect.sessions import sessions
from cophub.connectors.adobeconnect.settings import Settings
from cophub.http import Limits

# The vendor publishes no pace; two at a time leaves room for those who are in a meeting.
LIMITS = Limits(concurrency=2, read_timeout=120.0)
WHOLE_EVERY = timedelta(days=30)
VIEW = ("an account with View permission on the meeting folders",)
HOST = ("an account that is a host of each room, or a member of Administrators",)
ADMINISTRATOR = ("an account that is a member of Administrators",)

STREAMS = (
    Stream(rooms, yields=(Space,), sees_deletions=True, permissions=VIEW),
    Stream(
        groups,
        snapshot_of=(Membership,),
        yields=(Space, Account, Membership),
        sees_deletions=True,
        permissions=ADMINISTRATOR,
    ),
    # What could not be read lies behind the cursor, so that only a whole read asks for it again.
    Stream(sessions, whole_every=WHOLE_EVERY, yields=(Event, Metric), permissions=HOST),
    Stream(
        attendance,
        whole_every=WHOLE_EVERY,
        yields=(Account, Attendance, Event),
        permissions=HOST,
    ),
    Stream(content, yields=(Document,), sees_deletions=True, permissions=HOST),
)
PERSONAL = (
    "account.key",
    "account.name",
    "account.email",
    "account.username",
    "membership.account",
    "event.organizer",
    "attendance.account",
    "attendance.name",
)


@hookimpl
def cophub_connectors() -> list[Connector]:
    """Adobe Connect."""
    return [
        Connector(
            name="adobeconnect",
            summary="Adobe Connect rooms, sessions, who was in them, groups and recordings",
            settings=Settings,
            streams=STREAMS,
            limits=LIMITS,
            check=check,
            discover=discover,
            estimate=estimate,
            personal=PERSONAL,
        )
    ]
