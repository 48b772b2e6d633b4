"""The site, its web, its users and groups, and the digest that writes may need."""

from typing import Any

from cophub.sandbox.microsoft.sharepoint import people
from cophub.sandbox.microsoft.sharepoint.addresses import By, rest
from cophub.sandbox.microsoft.sharepoint.asking import Ask, invalid, missing
from cophub.sandbox.microsoft.sharepoint.odata import Many, Plain, Thing
from cophub.sandbox.microsoft.sharepoint.recurrence import minutes_ahead
from cophub.sandbox.microsoft.sharepoint.state import SiteGroup, SiteUser
from cophub.sandbox.microsoft.sharepoint.things import (
    aad_of,
    chosen,
    group_thing,
    site_thing,
    user_thing,
    web_thing,
)
from cophub.sandbox.microsoft.tenant import guid

DIGEST_LIVES = 1_800
JANUARY, JULY = 1_767_225_600, 1_782_864_000
"""Instants in winter and summer, for the two offsets of a zone."""
NOT_FOUND = "-2146232832, Microsoft.SharePoint.SPException"


@rest("POST", "contextinfo")
def contextinfo(ask: Ask) -> Plain:
    """The digest for writes."""
    data = {
        "FormDigestTimeoutSeconds": DIGEST_LIVES,
        "FormDigestValue": f"0x{guid('digest', ask.now).replace('-', '').upper()},{ask.now}",
        "LibraryVersion": "16.0.25000.12000", "SiteFullUrl": f"{ask.call.base}{ask.site.path}",
        "SupportedSchemaVersions": ["14.0.0.0", "15.0.0.0"],
        "WebFullUrl": f"{ask.call.base}{ask.site.path}",
    }  # fmt: skip
    return Plain(data, "SP.ContextWebInformation", "GetContextWebInformation")


@rest("GET", "site")
def site(ask: Ask) -> Thing:
    """The site collection."""
    return site_thing(ask)


@rest("GET", "web")
@rest("GET", "site/rootweb")
def web(ask: Ask) -> Thing:
    """The web."""
    return web_thing(ask)


@rest("GET", "web/title")
def title(ask: Ask) -> Plain:
    """The title alone."""
    return Plain({"value": ask.site.title}, "Edm.String", "Title")


@rest("GET", "web/currentchangetoken")
@rest("GET", "site/currentchangetoken")
def current_token(ask: Ask) -> Plain:
    """The token of the web or the site collection."""
    scope = 2 if "/web/" in ask.call.path.lower() else 1
    value = ask.site.log.token(scope, ask.now)
    return Plain({"StringValue": value}, "SP.ChangeToken", "CurrentChangeToken")


@rest("GET", "web/webs")
def webs(ask: Ask) -> Many:
    """Sites below this one; there are none."""
    return Many([])


@rest("GET", "web/regionalsettings")
def regional(ask: Ask) -> Thing:
    """Language and zone."""
    data = {
        "AdjustHijriDays": 0, "AlternateCalendarType": 0, "CalendarType": 1, "Collation": 25,
        "DateFormat": 0, "DateSeparator": "/", "FirstDayOfWeek": 0, "LocaleId": ask.site.language,
        "Time24": False, "TimeSeparator": ":", "WorkDayEndHour": 1020, "WorkDays": 62,
    }  # fmt: skip
    if ask.expands("TimeZone"):
        data["TimeZone"] = timezone(ask)
    return Thing(data, "SP.RegionalSettings", "Web/RegionalSettings", links=("TimeZone",))


@rest("GET", "web/regionalsettings/timezone")
def timezone(ask: Ask) -> Thing:
    """The zone that dates without one are in; minutes that it lies behind UTC."""
    number, description, name = ask.site.zone
    winter, summer = (minutes_ahead(at, name) for at in (JANUARY, JULY))
    information = {"Bias": -winter, "DaylightBias": winter - summer, "StandardBias": 0}
    data = {
        "Description": description, "Id": number,
        "Information": Plain(information, "SP.TimeZoneInformation"),
    }  # fmt: skip
    return Thing(data, "SP.TimeZone", "Web/RegionalSettings/TimeZone")


# Users


def _shown(ask: Ask, row: SiteUser) -> Thing:
    return chosen(ask, user_thing(row, ask.root), extra=aad_of(row))


def _paged(ask: Ask, rows: list[SiteUser]) -> Many:
    if text := ask.query.get("$filter"):
        rows = [row for row in rows if _passes(row, text)]
    skip = ask.number("$skip", 0)
    rows = rows[skip : skip + ask.number("$top", len(rows))]
    return Many([_shown(ask, row) for row in rows])


def _passes(row: SiteUser, text: str) -> bool:
    name, _, value = text.partition(" eq ")
    known: dict[str, Any] = {
        "principaltype": str(row.kind), "email": row.email.lower(), "id": str(row.id),
        "loginname": row.login.lower(), "issiteadmin": str(row.admin).lower(),
        "title": row.title.lower(), "userprincipalname": (row.upn or "").lower(),
    }  # fmt: skip
    wanted = value.strip().strip("'").lower()
    if name.strip().lower() not in known or not value:
        raise invalid(f'The expression "{text}" is not valid.')
    return bool(known[name.strip().lower()] == wanted)


def find_user(ask: Ask, by: By) -> SiteUser:
    """A user of the site."""
    found = None
    if by.how == "id" and by.value.isdigit():
        found = ask.site.users.get(int(by.value))
    elif by.how == "email":
        low = by.value.lower()
        found = next((u for u in ask.site.users.values() if u.email.lower() == low), None)
    else:
        found = ask.site.by_login.get(by.value.lower())
    if found is None:
        raise missing("User cannot be found.", NOT_FOUND)
    return found


@rest("GET", "web/siteusers")
def siteusers(ask: Ask) -> Many:
    """Who was ever resolved on the site."""
    return _paged(ask, list(ask.site.users.values()))


@rest("GET", "web/siteusers()")
def siteuser(ask: Ask, by: By) -> Thing:
    """One user."""
    return _shown(ask, find_user(ask, by))


@rest("GET", "web/siteusers()/groups")
def groups_of(ask: Ask, by: By) -> Many:
    """The groups that a user is in."""
    row = find_user(ask, by)
    return Many([group_thing(ask, g) for g in ask.site.groups.values() if row.id in g.users])


@rest("GET", "web/currentuser")
def current(ask: Ask) -> Thing:
    """Who asks."""
    return _shown(ask, ask.site.users[ask.by])


@rest("POST", "web/ensureuser()", write=True)
def ensure(ask: Ask, given: dict[str, str]) -> Thing:
    """Resolve somebody of the directory on the site."""
    return _ensure(ask, next(iter(given.values())))


@rest("POST", "web/ensureuser", write=True)
def ensure_posted(ask: Ask) -> Thing:
    """The same with the name in the body."""
    return _ensure(ask, str(ask.body().get("logonName", "")))


def _ensure(ask: Ask, name: str) -> Thing:
    user = ask.call.tenant.find(name.rsplit("|", 1)[-1])
    if user is None:
        raise missing(f"The specified user {name} could not be found.", NOT_FOUND)
    return _shown(ask, people.resolve(ask.site, user, ask.now))


@rest("GET", "web/siteuserinfolist/items")
def user_info(ask: Ask) -> Many:
    """The hidden list of everybody."""
    rows = [
        {
            "Id": row.id, "ID": row.id, "Title": row.title, "Name": row.login,
            "EMail": row.email or None, "JobTitle": row.job, "Deleted": False,
            "IsSiteAdmin": row.admin, "UserName": row.upn,
        }
        for row in ask.site.users.values()
    ]  # fmt: skip
    return Many([Thing(row, "SP.Data.UserInfoItem", "") for row in rows])


# Groups


def find_group(ask: Ask, by: By) -> SiteGroup:
    """A group of the site."""
    site = ask.site
    if by.how == "associated":
        return site.groups[getattr(site, by.value)]
    if by.how == "id" and by.value.isdigit():
        found = site.groups.get(int(by.value))
    else:
        low = by.value.lower()
        found = next((g for g in site.groups.values() if g.title.lower() == low), None)
    if found is None:
        raise missing("Group cannot be found.", NOT_FOUND)
    return found


@rest("GET", "web/sitegroups")
def sitegroups(ask: Ask) -> Many:
    """Every group of the site."""
    rows = list(ask.site.groups.values())
    return Many([group_thing(ask, group) for group in rows[: ask.number("$top", len(rows))]])


@rest("GET", "web/sitegroups()")
def sitegroup(ask: Ask, by: By) -> Thing:
    """One group."""
    return group_thing(ask, find_group(ask, by))


@rest("GET", "web/sitegroups()/users")
def group_users(ask: Ask, by: By) -> Many:
    """Who is in a group; directory groups are not taken apart."""
    return _paged(ask, [ask.site.users[one] for one in find_group(ask, by).users])


@rest("GET", "web/sitegroups()/owner")
def group_owner(ask: Ask, by: By) -> Thing:
    """The group that a group belongs to."""
    find_group(ask, by)
    return group_thing(ask, ask.site.groups[ask.site.owners])
