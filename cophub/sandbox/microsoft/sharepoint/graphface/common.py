"""What Graph's endpoints about sites share: finding things, people, links and pages of rows."""

import re
from collections.abc import Sequence
from typing import Any
from urllib.parse import quote, urlencode

from cophub.sandbox.microsoft.graph.odata import Row, bad, context, instant, pack, unpack
from cophub.sandbox.microsoft.refusals import Refusal
from cophub.sandbox.microsoft.routes import DENIED, Call
from cophub.sandbox.microsoft.sharepoint.state import Item, Site, SPList
from cophub.sandbox.microsoft.tenant import HOST

READ = (
    "Sites.Read.All", "Sites.ReadWrite.All", "Sites.Manage.All", "Sites.FullControl.All",
    "Sites.Selected",
)  # fmt: skip
WRITE = ("Sites.ReadWrite.All", "Sites.Manage.All", "Sites.FullControl.All")
USUAL, MOST = 200, 5_000
SELECTED = "Sites.Selected"


def not_found(what: str = "The resource could not be found.") -> Refusal:
    """404 as Graph words it about sites."""
    return Refusal(404, "itemNotFound", what)


def visible(call: Call, site: Site) -> bool:
    """Whether the app may see a site: all of them, or those that were granted one by one."""
    return call.allowed(*READ[:-1]) or site.id in call.sandbox.sharepoint.selected


def all_sites(call: Call) -> list[Site]:
    """Every site that the app may see."""
    return [site for site in call.sandbox.sharepoint.sites.values() if visible(call, site)]


def permitted(call: Call, site: Site | None) -> Site:
    """The site, unless there is none or the app was not granted it."""
    if site is None:
        raise not_found("Requested site could not be found")
    if not visible(call, site):
        raise Refusal(403, "accessDenied", DENIED)
    return site


def site_of(call: Call, name: str) -> Site:
    """A site by `host,site id,web id`, by a part of that, or `root`."""
    parts = name.lower().split(",")
    if name.lower() in ("root", HOST):
        return permitted(call, next(iter(call.sandbox.sharepoint.sites.values())))
    ids = [part for part in parts if part != HOST]
    for site in call.sandbox.sharepoint.sites.values():
        if ids and ids[0] == site.id and (len(ids) == 1 or ids[1] == site.web_id):
            return permitted(call, site)
    if not ids or not re.fullmatch(r"[0-9a-f-]{36}", ids[0]):
        raise Refusal(400, "invalidRequest", "Invalid hostname for this tenancy")
    raise not_found("Requested site could not be found")


def list_of(site: Site, name: str) -> SPList:
    """A list by id or title."""
    found = site.lists.get(name.lower()) or site.list_named(name)
    if found is None:
        raise not_found("The specified list was not found")
    return found


def item_of(of: SPList, name: str) -> Item:
    """A row by its id."""
    found = of.items.get(int(name)) if name.isdigit() else None
    if found is None:
        raise not_found("The specified item was not found")
    return found


def identity(site: Site, who: int) -> Row:
    """Who made or changed something; an app has no id in the directory, nor has the system."""
    row = site.users.get(who)
    if row is None:
        return {"user": {"displayName": "Deleted User"}}
    user: Row = {"displayName": row.title}
    if row.email:
        user = {"email": row.email, **user}
    if row.aad:
        user = {"email": row.email, "id": row.aad, "displayName": row.title}
        if not row.email:
            del user["email"]
    found: Row = {"user": user}
    if row.login.startswith("i:0i.t|"):
        app = row.login.rsplit("|", 1)[-1].partition("@")[0]
        found = {"application": {"id": app, "displayName": row.title}, **found}
    return found


def dated(item: Item | SPList) -> Row:
    """When something was made and changed."""
    return {
        "createdDateTime": instant(item.created),
        "lastModifiedDateTime": instant(item.modified),
    }


def web_url(site: Site, path: str) -> str:
    """The address of a path of the server."""
    return f"https://{site.host}{quote(path)}"


def size_of(call: Call) -> int:
    """How many rows a page has."""
    text = call.query.get("$top", str(USUAL))
    if not text.isdigit() or not 1 <= int(text) <= MOST:
        raise bad(f"Invalid value for $top: '{text}'.", "invalidRequest")
    return int(text)


def link_to(call: Call, **more: str) -> str:
    """This request's address with parameters set anew; an underscore stands for `$`.

    With `foreign_next` it is at another host, with `repeat_next` it leads nowhere new.
    """
    sharepoint = call.sandbox.sharepoint
    named = {name.replace("_", "$", 1): value for name, value in more.items()}
    query = dict(call.query) if sharepoint.repeat_next else dict(call.query) | named
    base = "https://elsewhere.example" if sharepoint.foreign_next else call.base
    text = urlencode(query, safe="$(),'", quote_via=quote)
    return f"{base}{quote(call.path, safe='/:,()$')}?{text}"


def listing(call: Call, what: str, rows: Sequence[tuple[int, Any]], write: Any) -> Row:
    """A page of `(key, thing)` in order of key; `write` makes a row of a thing."""
    size, after = size_of(call), 0
    if token := call.query.get("$skiptoken"):
        after = int(unpack(token))
    left = [(key, thing) for key, thing in rows if key > after]
    shown = left[:size]
    answer = context(call, what) | {"value": [write(thing) for _, thing in shown]}
    if len(left) > size:
        answer["@odata.nextLink"] = link_to(call, _skiptoken=pack(shown[-1][0]))
    return answer


def chosen(call: Call, row: Row) -> Row:
    """The fields of `$select`; ids and annotations always come."""
    names = [name.strip() for name in call.query.get("$select", "").split(",") if name.strip()]
    if not names:
        return row
    return {name: row[name] for name in row if name in names or name == "id" or name[0] == "@"}
