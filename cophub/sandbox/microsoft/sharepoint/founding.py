"""What a community's site is made of on its first day."""

from typing import TYPE_CHECKING

from cophub.sandbox.microsoft.sharepoint import people
from cophub.sandbox.microsoft.sharepoint.acts import Acts
from cophub.sandbox.microsoft.sharepoint.columns import columns_of, members_columns
from cophub.sandbox.microsoft.sharepoint.state import (
    DISCUSSIONS,
    EVENTS,
    GENERIC,
    LIBRARY,
    PAGES,
    SYSTEM_ACCOUNT,
    USER_INFO,
    Site,
    SPList,
)
from cophub.sandbox.microsoft.tenant import Group, Tenant, guid

if TYPE_CHECKING:
    from cophub.sandbox.microsoft import MicrosoftSandbox

ZONES = (
    (13, "(UTC-08:00) Pacific Time (US and Canada)", "America/Los_Angeles"),
    (93, "(UTC) Coordinated Universal Time", "UTC"),
    (3, "(UTC+01:00) Brussels, Copenhagen, Madrid, Paris", "Europe/Paris"),
    (56, "(UTC+03:00) Nairobi", "Africa/Nairobi"),
    (23, "(UTC+05:30) Chennai, Kolkata, Mumbai, New Delhi", "Asia/Kolkata"),
)
LANGUAGES = {"francosante": 1036}
REGIONS = ("Africa", "Americas", "Asia", "Europe")
HUBBED = 3
"""The first of so many sites is the hub of the others."""
MEMBERS, DOCUMENTS, ARCHIVE = "Members", "Documents", "Archive"


def site_for(group: Group, number: int, world_seed: int) -> Site:
    """The empty site of a community."""
    return Site(
        guid(world_seed, "site", group.key), guid(world_seed, "web", group.key), group.site_url,
        f"/sites/{group.key}", group.title, group.description, group.created,
        ZONES[number % len(ZONES)], group, LANGUAGES.get(group.key, 1033), modified=group.created,
    )  # fmt: skip


def found(site: Site, number: int, acts: Acts, sandbox: "MicrosoftSandbox") -> None:
    """Users, groups and lists of a new site."""
    _people(site, number, acts, sandbox)
    _lists(site, acts)


def _people(site: Site, number: int, acts: Acts, sandbox: "MicrosoftSandbox") -> None:
    tenant: Tenant = sandbox.tenant
    now, group = acts.now, site.group
    assert group is not None  # noqa: S101 - every site here has one
    people.system_account(site, now)
    owners = people.new_group(site, site.owners, f"{site.title} Owners", now)
    visitors = people.new_group(site, site.visitors, f"{site.title} Visitors", now)
    members = people.new_group(site, site.members, f"{site.title} Members", now)
    admins = people.directory_group(site, group, now, owners=True)
    people.enter(site, owners, admins, now)
    people.enter(site, members, people.directory_group(site, group, now), now)
    if not group.private:
        people.enter(site, visitors, people.everyone(site, tenant.id, now), now)
    people.app_principal(site, sandbox.client_id, tenant.id, "News robot", now)
    if number % 3 == 0:
        steering = people.new_group(
            site, people.next_id(site), "Steering group", now, "Who decides on the programme"
        )
        if number % 2 == 0:  # All Staff has other groups in it
            people.enter(site, steering, people.directory_group(site, tenant.staff, now), now)
        people.resolve(site, tenant.admin, now)


def _lists(site: Site, acts: Acts) -> None:
    acts.add_list(site, DOCUMENTS, LIBRARY, name="Shared Documents")
    pages = acts.add_list(site, "Site Pages", PAGES, name="SitePages")
    acts.add_list(site, ARCHIVE, LIBRARY)
    regions = acts.add_list(site, "Regions", GENERIC)
    members = acts.add_list(site, MEMBERS, GENERIC, description="Who is in the community")
    for column in members_columns(regions.id):
        acts.add_column(site, members, column)
    acts.add_list(site, "Events", EVENTS)
    acts.add_list(site, "Discussions Board", DISCUSSIONS, name="Community Discussion")
    for region in REGIONS:
        acts.add_item(site, regions, {"Title": region}, SYSTEM_ACCOUNT)
    home = acts.add_item(site, pages, {"Title": "Home"}, SYSTEM_ACCOUNT, name="Home.aspx")
    home.size = 2_666
    _user_info(site, acts)


def _user_info(site: Site, acts: Acts) -> None:
    """The hidden list behind the users of a site."""
    made = SPList(
        guid(site.id, "userinfo"), "User Information List", USER_INFO,
        f"{site.path}/_catalogs/users", acts.now, hidden=True, columns=columns_of(GENERIC),
        modified=acts.now,
    )  # fmt: skip
    site.lists[made.id] = made
