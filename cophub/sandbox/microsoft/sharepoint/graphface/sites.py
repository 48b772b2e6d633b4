"""Sites by id, path, group or search; and which of them an app was granted."""

from cophub.sandbox.microsoft.graph.odata import Row, context, instant
from cophub.sandbox.microsoft.refusals import Refusal
from cophub.sandbox.microsoft.routes import Call, Reply, route
from cophub.sandbox.microsoft.sharepoint.endpoints.search import matches
from cophub.sandbox.microsoft.sharepoint.graphface.common import (
    READ,
    all_sites,
    chosen,
    list_of,
    listing,
    not_found,
    permitted,
    site_of,
)
from cophub.sandbox.microsoft.sharepoint.graphface.lists import list_row, shown_lists
from cophub.sandbox.microsoft.sharepoint.state import Site
from cophub.sandbox.microsoft.tenant import HOST


def site_row(call: Call, site: Site) -> Row:
    """A site."""
    row: Row = {
        "createdDateTime": instant(site.created), "description": site.description,
        "id": site.graph_id, "lastModifiedDateTime": instant(site.modified),
        "name": site.path.rsplit("/", 1)[-1], "webUrl": site.url, "displayName": site.title,
        "root": {}, "siteCollection": {"hostname": site.host},
    }  # fmt: skip
    if "sharepointIds" in call.query.get("$select", ""):
        row["sharepointIds"] = {
            "siteId": site.id, "siteUrl": site.url, "tenantId": call.tenant.id,
            "webId": site.web_id,
        }  # fmt: skip
    return chosen(call, row)


@route("GET", "/v1.0/sites", needs=READ, cost=2)
def sites(call: Call) -> Reply:
    """The sites that a search finds; all of them for `*` or for nothing."""
    text = call.query.get("search", call.query.get("$search", "")).strip('"')
    found = [site for site in all_sites(call) if text in ("", "*") or matches(site, text)]
    rows = list(enumerate(found, 1))
    return listing(call, "sites", rows, lambda site: site_row(call, site))


@route("GET", "/v1.0/sites/getAllSites", needs=READ, cost=2)
def every_site(call: Call) -> Reply:
    """All sites of the tenant."""
    rows = list(enumerate(all_sites(call), 1))
    return listing(call, "sites", rows, lambda site: site_row(call, site))


def at_path(call: Call, host: str, path: str) -> Site:
    """The site at a path of the tenant's server."""
    if host.lower() != HOST:
        raise Refusal(400, "invalidRequest", "Invalid hostname for this tenancy")
    return permitted(call, call.sandbox.sharepoint.sites.get(f"/{path.strip('/')}".lower()))


@route("GET", "/v1.0/sites/{host}:/{path:path}", needs=READ)
def site_by_path(call: Call, host: str, path: str) -> Reply:
    """A site by its path; `:/lists` after it gives its lists."""
    place, colon, rest = path.partition(":")
    site = at_path(call, host, place)
    if not colon or not rest.strip("/"):
        return context(call, "sites/$entity") | site_row(call, site)
    parts = rest.strip("/").split("/")
    if parts == ["lists"]:
        rows = list(enumerate(shown_lists(call, site), 1))
        return listing(call, "lists", rows, lambda of: list_row(call, site, of))
    if parts[0] == "lists" and len(parts) == 2:
        return context(call, "lists/$entity") | list_row(call, site, list_of(site, parts[1]))
    raise not_found()


@route("GET", "/v1.0/sites/{site}", needs=READ)
def one_site(call: Call, site: str) -> Reply:
    """One site."""
    return context(call, "sites/$entity") | site_row(call, site_of(call, site))


@route("GET", "/v1.0/sites/{site}/sites", needs=READ, cost=2)
def subsites(call: Call, site: str) -> Reply:
    """Sites below a site; there are none."""
    site_of(call, site)
    return context(call, "sites") | {"value": []}


@route("GET", "/v1.0/groups/{group}/sites/root", needs=READ)
def site_of_group(call: Call, group: str) -> Reply:
    """The site of a Microsoft 365 group."""
    site = permitted(call, call.sandbox.sharepoint.by_group.get(group.lower()))
    return context(call, "sites/$entity") | site_row(call, site)


# Sites.Selected


@route("POST", "/v1.0/sites/{site}/permissions", needs=("Sites.FullControl.All",))
def grant(call: Call, site: str) -> Reply:
    """Grant an app one site."""
    sharepoint = call.sandbox.sharepoint
    found = next((s for s in sharepoint.sites.values() if s.id in site.lower()), None)
    if found is None:
        raise not_found()
    sharepoint.selected.add(found.id)
    body = {"id": f"grant-{found.id}", "roles": call.body.get("roles", ["read"]),
            "grantedToIdentitiesV2": call.body.get("grantedToIdentities", [])}  # fmt: skip
    return call.json(body, 201)
