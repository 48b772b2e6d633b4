"""`/v1.0/reports`: usage as CSV at a short-lived address, names hashed unless the admin said no.

The address needs no token and refuses one. Figures come from `sandbox.usage`, which the Yammer and
SharePoint parts fill; a group that nobody used has none, which is not the same as zero.
"""

import csv
import io
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from hashlib import md5
from typing import NamedTuple

from cophub.sandbox.microsoft.graph.odata import Row, bad, context, unpack
from cophub.sandbox.microsoft.graph.odata import pack as packed
from cophub.sandbox.microsoft.refusals import Refusal
from cophub.sandbox.microsoft.routes import Call, Reply, route
from cophub.sandbox.microsoft.tenant import DOMAIN, Group, User
from cophub.sandbox.server import Response
from cophub.sandbox.timeline import moment
from cophub.sandbox.world import DAY

NEEDS = ("Reports.Read.All",)
PERIODS = {"D7": 7, "D30": 30, "D90": 90, "D180": 180}
LATE = 2 * DAY
"""How far the figures lag behind."""
ADDRESS_LIVES = 300
NO_GUID = "00000000-0000-0000-0000-000000000000"
PRODUCT = "MICROSOFT 365 E5 DEVELOPER (WITHOUT WINDOWS AND AUDIO CONFERENCING)"
GROUPS = (
    "Report Refresh Date", "Group Display Name", "Is Deleted", "Owner Principal Name",
    "Last Activity Date", "Group Type", "Office 365 Connected", "Member Count", "Posted Count",
    "Read Count", "Liked Count", "Report Period",
)  # fmt: skip
USERS = (
    "Report Refresh Date", "User Principal Name", "Display Name", "User State",
    "State Change Date", "Last Activity Date", "Posted Count", "Read Count", "Liked Count",
    "Assigned Products", "Report Period",
)  # fmt: skip
SITES = (
    "Report Refresh Date", "Site Id", "Site URL", "Owner Display Name", "Is Deleted",
    "Last Activity Date", "File Count", "Active File Count", "Page View Count",
    "Visited Page Count", "Storage Used (Byte)", "Storage Allocated (Byte)", "Root Web Template",
    "Owner Principal Name", "Report Period",
)  # fmt: skip


class Spoken(NamedTuple):
    """What was said in a span of time; None: not measured."""

    posted: int | None = None
    read: int | None = None
    liked: int | None = None
    last: int | None = None
    """The instant of the last activity ever, or None."""


class SiteUse(NamedTuple):
    """How a site was used in a span of time."""

    site_id: str
    files: int
    active_files: int
    page_views: int
    visited_pages: int
    bytes_used: int
    last: int | None = None


@dataclass
class Usage:
    """Where the reports get their figures: (group, user or site's group; from; until)."""

    group: Callable[[Group, int, int], Spoken] = lambda group, start, end: Spoken()
    user: Callable[[User, int, int], Spoken] = lambda user, start, end: Spoken(0, 0, 0)
    site: Callable[[Group, int, int], SiteUse] = lambda group, start, end: SiteUse(
        group.id, 0, 0, 0, 0, 0
    )


@route("GET", "/v1.0/reports/{name}({how}='{what}')", needs=NEEDS)
@route("GET", "/v1.0/reports/{name}({how}={what})", needs=NEEDS)
def report(call: Call, name: str, how: str, what: str) -> Reply:
    """The way to the CSV: 302 to an address that is good for five minutes."""
    known = {each.lower(): each for each in REPORTS}
    if name.lower() not in known:
        raise Refusal(404, "UnknownError", f"Resource not found for the segment '{name}'.")
    end = (call.now - LATE) // DAY * DAY
    if how == "period" and what in PERIODS:
        days = PERIODS[what]
    elif how == "date":
        end, days = _day(call, what), 1
    else:
        raise bad("Invalid period value specified. Supported values: D7, D30, D90, D180.")
    state = [known[name.lower()], end, days, how == "period", call.now]
    where = f"{call.base}/reports-download/{call.tenant.id}?token={packed(state)}"
    return Response(302, headers={"Location": where})


def _day(call: Call, text: str) -> int:
    try:
        day = date.fromisoformat(text)
    except ValueError:
        raise bad("Invalid date value specified. The format is YYYY-MM-DD.") from None
    today = moment(call.now).date()
    if not today - timedelta(days=30) <= day <= today:
        raise bad("Invalid date value specified. Only dates of the past 30 days are supported.")
    return call.now // DAY * DAY - (today - day).days * DAY


@route("GET", "/reports-download/{tenant}", resource=None)
def download(call: Call, tenant: str) -> Reply:
    """The CSV; whoever sends a token here is refused, as the address is the proof."""
    if "authorization" in call.headers:
        raise Refusal(401, "InvalidAuthenticationInfo", "Authentication information is not wanted.")
    name, end, days, period, made = unpack(call.query.get("token", ""))
    if call.now - made > ADDRESS_LIVES:
        raise Refusal(403, "AuthenticationFailed", "Signature not valid in the time frame.")
    header, rows = REPORTS[name]
    start, last = end + DAY - days * DAY, end + DAY
    ends = {"Report Refresh Date": _date(end), "Report Period": str(days) if period else ""}
    out = io.StringIO(newline="")
    writer = csv.DictWriter(out, header)
    writer.writeheader()
    for row in rows(call, start, last):
        writer.writerow(row | ends)
    named = {"Content-Disposition": f"attachment; filename={name}.csv"}
    return Response(200, out.getvalue().encode("utf-8-sig"), named, "application/octet-stream")


@route("GET", "/v1.0/admin/reportSettings", needs=("ReportSettings.Read.All",))
def settings(call: Call) -> Reply:
    """Whether names are hashed in reports."""
    row: Row = {"displayConcealedNames": call.sandbox.concealed}
    return context(call, "admin/reportSettings/$entity") | row


def _name(call: Call, text: str) -> str:
    if not call.sandbox.concealed or not text:
        return text
    return md5(text.encode(), usedforsecurity=False).hexdigest().upper()


def _date(at: int | None) -> str:
    return "" if at is None else f"{moment(at):%Y-%m-%d}"


def _figure(number: int | None) -> str:
    return "" if number is None else str(number)


def _groups(call: Call, start: int, end: int) -> list[Row]:
    rows = []
    for group in (*call.tenant.communities, call.tenant.legacy):
        use = call.sandbox.usage.group(group, start, end)
        owner = next((call.tenant.users[each].upn for each in group.owners), "")
        rows.append({
            "Group Display Name": _name(call, group.title), "Is Deleted": "False",
            "Owner Principal Name": _name(call, owner), "Last Activity Date": _date(use.last),
            "Group Type": "private" if group.private else "public",
            "Office 365 Connected": "Yes" if group.kind == "community" else "No",
            "Member Count": str(len(group.members)), "Posted Count": _figure(use.posted),
            "Read Count": _figure(use.read), "Liked Count": _figure(use.liked),
        })  # fmt: skip
    return rows


def _users(call: Call, start: int, end: int) -> list[Row]:
    rows = []
    for user in call.tenant.users.values():
        use = call.sandbox.usage.user(user, start, end)
        rows.append({
            "User Principal Name": _name(call, user.upn), "Display Name": _name(call, user.name),
            "User State": "active" if user.enabled else "suspended",
            "State Change Date": _date(user.created if user.enabled else user.changed),
            "Last Activity Date": _date(use.last), "Posted Count": _figure(use.posted),
            "Read Count": _figure(use.read), "Liked Count": _figure(use.liked),
            "Assigned Products": PRODUCT,
        })  # fmt: skip
    return rows


def _sites(call: Call, start: int, end: int) -> list[Row]:
    rows = []
    for group in call.tenant.communities:
        use, hidden = call.sandbox.usage.site(group, start, end), call.sandbox.concealed
        rows.append({
            "Site Id": NO_GUID if hidden else use.site_id,
            "Site URL": _name(call, group.site_url),
            "Owner Display Name": _name(call, f"{group.title} Owners"), "Is Deleted": "False",
            "Last Activity Date": _date(use.last), "File Count": str(use.files),
            "Active File Count": str(use.active_files), "Page View Count": str(use.page_views),
            "Visited Page Count": str(use.visited_pages),
            "Storage Used (Byte)": str(use.bytes_used),
            "Storage Allocated (Byte)": "27487790694400", "Root Web Template": "Group",
            "Owner Principal Name": _name(call, f"{group.key}@{DOMAIN}"),
        })  # fmt: skip
    return rows


Rows = Callable[[Call, int, int], list[Row]]
REPORTS: dict[str, tuple[tuple[str, ...], Rows]] = {
    "getYammerGroupsActivityDetail": (GROUPS, _groups),
    "getYammerActivityUserDetail": (USERS, _users),
    "getSharePointSiteUsageDetail": (SITES, _sites),
}
