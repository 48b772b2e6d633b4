"""The permissions that an administrator grants, each with its API, its kind and where to click."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

Api = Literal["Microsoft Graph", "SharePoint", "Yammer"]
Kind = Literal["application", "delegated"]

APP_REGISTRATION = "entra.microsoft.com > Entra ID > App registrations > the app"
CONCEALED_NAMES = (
    "admin.microsoft.com > Settings > Org settings > Services > Reports: take the tick from"
    ' "Display concealed user, group, and site names in all reports"'
)


@dataclass(frozen=True)
class Permission:
    """One permission of one API, as the portal lists it."""

    api: Api
    name: str
    kind: Kind
    why: str
    """What cannot be read without it."""
    optional: bool = False

    def __str__(self) -> str:
        return f"{self.api} {self.name} ({self.kind})"

    @property
    def fix(self) -> str:
        """Where to click to grant it, in one line."""
        shown = "APIs my organization uses" if self.api == "Yammer" else "Microsoft APIs"
        return (
            f"{APP_REGISTRATION} > API permissions > Add a permission > {shown} > {self.api} >"
            f" {self.kind.capitalize()} permissions > {self.name} > Add; then"
            " Grant admin consent"
        )


GRAPH: Api = "Microsoft Graph"
SHAREPOINT: Api = "SharePoint"
YAMMER: Api = "Yammer"

SITES = Permission(GRAPH, "Sites.Read.All", "application", "lists, documents and usage of sites")
SHAREPOINT_SITES = Permission(
    SHAREPOINT, "Sites.Read.All", "application", "sites, their people, lists, pages and changes"
)
SHAREPOINT_SELECTED = Permission(
    SHAREPOINT, "Sites.Selected", "application", "only the sites that are granted one by one", True
)
SHAREPOINT_WRITE = Permission(
    SHAREPOINT, "Sites.ReadWrite.All", "application", "publishing to a document library", True
)
GROUP_MEMBERS = Permission(
    GRAPH, "GroupMember.Read.All", "application", "members and owners of directory groups"
)
USERS = Permission(
    GRAPH, "User.Read.All", "application", "names, addresses and departments of people"
)
COMMUNITIES = Permission(
    GRAPH, "Community.Read.All", "application", "communities of Viva Engage and their groups"
)
ROLES = Permission(
    GRAPH, "EngagementRole.Read.All", "application", "network roles of Viva Engage", True
)
REPORTS = Permission(GRAPH, "Reports.Read.All", "application", "usage reports")
REPORT_SETTINGS = Permission(
    GRAPH, "ReportSettings.Read.All", "application", "whether reports conceal names", True
)
YAMMER_ACCESS = Permission(
    YAMMER, "access_as_user", "delegated", "messages, groups, people and the export of Yammer"
)

SHAREPOINT_CONSENT = (
    SHAREPOINT_SITES, SITES, GROUP_MEMBERS, USERS, REPORTS, SHAREPOINT_SELECTED, SHAREPOINT_WRITE,
)  # fmt: skip
YAMMER_CONSENT = (
    YAMMER_ACCESS, COMMUNITIES, GROUP_MEMBERS, USERS, REPORTS, ROLES,
)  # fmt: skip

_BY_PATH = (
    (re.compile(r"/employeeExperience/(roles|communities/[^/]+/roles)"), ROLES),
    (re.compile(r"/employeeExperience/"), COMMUNITIES),
    (re.compile(r"/admin/reportSettings"), REPORT_SETTINGS),
    (re.compile(r"/reports/"), REPORTS),
    (re.compile(r"/groups\b.*/sites\b|/sites\b|/drives?\b"), SITES),
    (re.compile(r"/groups\b"), GROUP_MEMBERS),
    (re.compile(r"/users\b"), USERS),
    (re.compile(r"/api/v1/"), YAMMER_ACCESS),
    (re.compile(r"/_api/"), SHAREPOINT_SITES),
)


def permission_for(path: str) -> Permission | None:
    """The permission that a call of `path` needs, or None for a path that nobody asks for."""
    return next((found for pattern, found in _BY_PATH if pattern.search(path)), None)


def delegated(permissions: Iterable[Permission]) -> tuple[Permission, ...]:
    """The same permissions for a signed-in person in place of the application."""
    return tuple(
        Permission(one.api, one.name, "delegated", one.why, one.optional) for one in permissions
    )
