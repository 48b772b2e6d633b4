"""Cophub connector for GoToMeeting and GoTo Webinar: who organised, met, registered and came.

Source: GoTo's admin API v1, GoToMeeting's API v1 and GoTo Webinar's API v2.
"""

from cophub import Account, Attendance, Connector, Document, Event, Space, Stream, hookimpl
from cophub.connectors.gotomeeting.checks import check, discover
from cophub.connectors.gotomeeting.client import LIMITS
from cophub.connectors.gotomeeting.meetings import meetings
from cophub.connectors.gotomeeting.organizers import organizers
from cophub.connectors.gotomeeting.plan import estimate
from cophub.connectors.gotomeeting.settings import Settings
from cophub.connectors.gotomeeting.signin import sign_in
from cophub.connectors.gotomeeting.upcoming import upcoming
from cophub.connectors.gotomeeting.webinars import webinars
from cophub.connectors.gotomeeting.windows import of_days

OWN = "an organizer's token for their own"
ALL = (f"an administrator's token for the meetings of all organizers; {OWN}",)

# Registrants give their names in full, so webinars come before meetings, where names are typed.
STREAMS = (
    Stream(organizers, yields=(Account, Space), permissions=ALL),
    Stream(
        webinars,
        yields=(Event, Attendance, Account),
        permissions=(f"a licence for GoTo Webinar, and {ALL[0]}",),
        backfill=of_days(webinars),
    ),
    Stream(upcoming, yields=(Event, Space), sees_deletions=True, permissions=ALL),
    Stream(
        meetings,
        yields=(Event, Attendance, Account, Space, Document),
        permissions=ALL,
        backfill=of_days(meetings),
    ),
)
PERSONAL = (
    "account.key",
    "account.name",
    "account.given_name",
    "account.family_name",
    "account.email",
    "account.organization",
    "account.job_title",
    "account.city",
    "account.country",
    "account.extra",
    "attendance.account",
    "attendance.name",
    "attendance.extra",
    "event.organizer",
    "document.account",
    "space.title",
)


@hookimpl
def cophub_connectors() -> list[Connector]:
    """GoToMeeting."""
    return [
        Connector(
            name="gotomeeting",
            summary="GoToMeeting and GoTo Webinar: meetings, who attended, who registered",
            settings=Settings,
            streams=STREAMS,
            limits=LIMITS,
            check=check,
            discover=discover,
            estimate=estimate,
            personal=PERSONAL,
            sign_in=sign_in,
        )
    ]
