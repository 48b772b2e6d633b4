"""The users and groups of a site: who is resolved there, and what the site remembers of them."""

from cophub.sandbox.microsoft.sharepoint.changelog import ADD, MEMBER_ADD, MEMBER_DELETE, UPDATE
from cophub.sandbox.microsoft.sharepoint.state import (
    DIRECTORY_GROUP,
    SYSTEM_ACCOUNT,
    Site,
    SiteGroup,
    SiteUser,
)
from cophub.sandbox.microsoft.tenant import Group, User, guid

APP_LOGIN = "i:0i.t|ms.sp.ext|{app}@{tenant}"
EVERYONE = "c:0-.f|rolemanager|spo-grid-all-users/{tenant}"


def put(site: Site, row: SiteUser, now: int) -> SiteUser:
    """Write a user into the site's table, which is a change that the log tells."""
    site.users[row.id] = row
    site.by_login[row.login.lower()] = row
    if row.aad:
        site.by_aad[row.aad] = row
    site.log.add(now, ADD, "user", user_id=row.id)
    return row


def next_id(site: Site) -> int:
    """The next free id; users and groups share them."""
    site.last_user += 1
    return site.last_user


def system_account(site: Site, now: int) -> SiteUser:
    """The account that the system itself writes with."""
    row = SiteUser(SYSTEM_ACCOUNT, "SHAREPOINT\\system", "System Account", hidden=True)
    return put(site, row, now)


def app_principal(site: Site, app: str, tenant: str, title: str, now: int) -> SiteUser:
    """An app that writes on the site."""
    row = SiteUser(next_id(site), APP_LOGIN.format(app=app, tenant=tenant), title)
    return put(site, row, now)


def resolve(site: Site, user: User, now: int) -> SiteUser:
    """The site's row for a person, made or brought up to date as they come to the site.

    Who signs in after a new UPN gets the new login name; the id stays.
    """
    row = site.by_aad.get(user.id)
    if row is None:
        row = SiteUser(
            next_id(site), user.login, user.name, user.mail or "", _upn(user), user.id,
            guest=user.guest, job=user.title,
            name_id=f"1003{guid('puid', user.id).replace('-', '')[:12]}",
        )  # fmt: skip
        return put(site, row, now)
    if row.login != user.login or row.title != user.name:
        site.by_login.pop(row.login.lower(), None)
        row.login, row.title, row.upn = user.login, user.name, _upn(user)
        row.email = user.mail or ""
        site.by_login[row.login.lower()] = row
        site.log.add(now, UPDATE, "user", user_id=row.id)
    return row


def _upn(user: User) -> str:
    return user.upn.lower()


def directory_group(site: Site, group: Group, now: int, *, owners: bool = False) -> SiteUser:
    """The claim that stands for a directory group, or for the owners of one."""
    if group.kind == "community":
        login = f"c:0o.c|federateddirectoryclaimprovider|{group.id}{'_o' if owners else ''}"
        title = f"{group.title} {'Owners' if owners else 'Members'}"
    else:
        login, title = f"c:0t.c|tenant|{group.id}", group.title
    found = site.by_login.get(login)
    if found is not None:
        return found
    mail = group.mail if group.kind == "community" else ""
    row = SiteUser(next_id(site), login, title, mail, kind=DIRECTORY_GROUP, admin=owners)
    return put(site, row, now)


def everyone(site: Site, tenant: str, now: int) -> SiteUser:
    """The claim that holds for everyone but guests."""
    row = SiteUser(
        next_id(site),
        EVERYONE.format(tenant=tenant),
        "Everyone except external users",
        kind=DIRECTORY_GROUP,
    )
    return put(site, row, now)


def new_group(
    site: Site, number: int, title: str, now: int, description: str | None = None
) -> SiteGroup:
    """A group of the site."""
    group = SiteGroup(number, title, description, owner=f"{site.title} Owners")
    site.groups[number] = group
    site.log.add(now, ADD, "group", group_id=number)
    return group


def enter(site: Site, group: SiteGroup, user: SiteUser, now: int) -> None:
    """Put somebody into a group of the site."""
    if user.id not in group.users:
        group.users.append(user.id)
        site.log.add(now, MEMBER_ADD, "group", group_id=group.id, user_id=user.id)


def depart(site: Site, group: SiteGroup, user: SiteUser, now: int) -> None:
    """Take somebody out of a group of the site."""
    if user.id in group.users:
        group.users.remove(user.id)
        site.log.add(now, MEMBER_DELETE, "group", group_id=group.id, user_id=user.id)
