"""The groups of a site, the roles that they give, and who is in them by which way."""

from collections.abc import Iterator
from dataclasses import dataclass, field

import msgspec

from cophub import AuthError, Context, Reject
from cophub.connectors.sharepoint.client import NotThere, rest_json
from cophub.connectors.sharepoint.directory import Directory, users_at
from cophub.connectors.sharepoint.listing import listed
from cophub.connectors.sharepoint.people import SiteUser
from cophub.connectors.sharepoint.settings import Settings
from cophub.connectors.sharepoint.sites import SiteRef

Ctx = Context[Settings]

RANK = ("owner", "member", "guest", "subscriber")
"""The roles of a site, the one that counts first."""
_ASSOCIATED = (
    ("associatedownergroup", "owner"),
    ("associatedmembergroup", "member"),
    ("associatedvisitorgroup", "subscriber"),
)
# With whom one file was shared is in a group, and no member of the site.
_NOT_OF_THE_SITE = ("SharingLinks.", "Limited Access System Group")


class SiteGroup(msgspec.Struct, rename="pascal", gc=False):
    """A SharePoint group of a site collection; its id means nothing on another."""

    id: int
    title: str = ""
    owner_title: str | None = None


@dataclass
class Roles:
    """The groups of a site that make members, and which role each gives."""

    groups: list[SiteGroup] = field(default_factory=list)
    given: dict[int, str] = field(default_factory=dict)
    """The role that a site group gives, where it is associated with one."""
    rejects: list[Reject] = field(default_factory=list)

    def role(self, group: SiteGroup) -> str:
        """What somebody in this group is; a group of the site's own makes members."""
        return self.given.get(group.id, "member")

    def custom(self, group: SiteGroup) -> bool:
        """Whether this is a group of the site's own."""
        return group.id not in self.given


@dataclass
class Filled:
    """A site group with those who are in it, people and directory groups."""

    group: SiteGroup
    users: list[SiteUser]
    rejects: list[Reject]


def site_roles(ctx: Ctx, site: SiteRef) -> Roles:
    """The groups of a site and their roles. Raises AuthError, NotThere or SourceUnavailable."""
    params = {"$select": "Id,Title,OwnerTitle"}
    groups, rejects = listed(ctx, site, "web/sitegroups", SiteGroup, params)
    taken = [group for group in groups if not group.title.startswith(_NOT_OF_THE_SITE)]
    given: dict[int, str] = {}
    for path, role in _ASSOCIATED:
        if (found := _id_of(ctx, site, path)) is not None:
            given.setdefault(found, role)
    return Roles(taken, given, rejects)


def _id_of(ctx: Ctx, site: SiteRef, path: str) -> int | None:
    """The id of an associated group; None for a site that has none of the kind."""
    try:
        found = rest_json(ctx, site.url, f"web/{path}", {"$select": "Id"}).get("Id")
    except NotThere:
        return None
    return found if isinstance(found, int) else None


def filled(ctx: Ctx, site: SiteRef, roles: Roles) -> Iterator[Filled]:
    """Every group of a site with those who are in it, in the order of the site."""

    def fill(group: SiteGroup) -> Filled:
        try:
            users, rejects = users_at(ctx, site, f"web/sitegroups({group.id})/users")
        except NotThere:  # it was deleted meanwhile
            return Filled(group, [], [])
        except AuthError as error:  # such as a group that shows its members to members alone
            return Filled(group, [], [hidden(group.title, str(group.id), error)])
        return Filled(group, users, rejects)

    yield from ctx.map(fill, roles.groups)


def hidden(title: str, key: str, why: object) -> Reject:
    """What is told in place of the people of a group: their absence ends nobody."""
    return Reject(
        reason=f"the people of group {title!r} are not known, so nobody of this site is taken to"
        f" have left: {why}",
        record="membership",
        key=key,
    )


def site_admins(directory: Directory) -> list[SiteUser]:
    """The site users who administer the site collection: people and directory groups."""
    return [user for user in directory.users.values() if user.is_site_admin]
