"""Cophub connector for calendars: the events of an ICS file or address, recurring ones written out.

Source: iCalendar (RFC 5545, RFC 7986) as Google, Outlook, Nextcloud and others publish it.

Who was invited and accepted is registered for an event; whether they came, no calendar knows.
"""

from cophub import Account, Attendance, Connector, Event, Space, Stream, hookimpl
from cophub.connectors.calendar.settings import Settings
from cophub.connectors.calendar.streams import check, discover, estimate, events

PERSONAL = (
    "account.key", "account.name", "account.email", "event.title", "event.organizer",
    "attendance.account", "attendance.name",
)  # fmt: skip


@hookimpl
def cophub_connectors() -> list[Connector]:
    """The connector `calendar`."""
    from cophub.http import Limits

    stream = Stream(
        events,
        yields=(Space, Account, Event, Attendance),
        sees_edits=True,
        sees_deletions=True,
        permissions=("read access to the calendar's file or address",),
    )
    return [
        Connector(
            name="calendar",
            summary="Calendars: ICS files and addresses",
            settings=Settings,
            streams=(stream,),
            limits=Limits(concurrency=2),
            check=check,
            discover=discover,
            estimate=estimate,
            personal=PERSONAL,
        )
    ]
