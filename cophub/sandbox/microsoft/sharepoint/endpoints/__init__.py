"""The REST API of the sites: what is asked of `/sites/KEY/_api/` and of `/_api/`."""

from cophub.sandbox.microsoft.refusals import Refusal
from cophub.sandbox.microsoft.routes import Call, Reply, route
from cophub.sandbox.microsoft.sharepoint.addresses import handler, taken_apart
from cophub.sandbox.microsoft.sharepoint.asking import Ask, invalid
from cophub.sandbox.microsoft.sharepoint.endpoints import (  # noqa: F401 - they hold endpoints
    comments,
    files,
    items,
    lists,
    logs,
    pages,
    search,
    uploads,
    web,
)
from cophub.sandbox.microsoft.sharepoint.odata import respond

READ = ("Sites.Read.All", "Sites.ReadWrite.All", "Sites.Manage.All", "Sites.FullControl.All")
WRITE = READ[1:]
SELECTED = "Sites.Selected"
DENIED = "Access is denied. (Exception from HRESULT: 0x80070005 (E_ACCESSDENIED))"
METHODS = ("GET", "POST", "MERGE", "PATCH", "PUT", "DELETE")


def _permitted(ask: Ask, *, write: bool) -> None:
    call = ask.call
    if call.allowed(*(WRITE if write else READ)):
        return
    if call.allowed(SELECTED) and ask.site.id in ask.sp.selected:
        return
    raise Refusal(403, "-2147024891, System.UnauthorizedAccessException", DENIED)


def answer(call: Call, rest: str, site: str = "") -> Reply:
    """The answer of a site, or of the root of the tenant, which is the first site here."""
    sharepoint = call.sandbox.sharepoint
    sites = sharepoint.sites
    found = sites.get(f"/sites/{site.lower()}") if site else next(iter(sites.values()))
    if found is None:
        raise Refusal(404, "-1, Microsoft.SharePoint.Client.ResourceNotFoundException",
                      "404 FILE NOT FOUND")  # fmt: skip
    ask = Ask(call, sharepoint, found)
    pattern, arguments = taken_apart(rest, dict(call.query))
    method = {"PATCH": "MERGE", "PUT": "MERGE"}.get(call.method, call.method)
    if pattern.endswith("/$value") and call.request.method == "POST":
        method = call.method
    function, write = handler(method, pattern)
    _permitted(ask, write=write)
    if write and sharepoint.demand_digest and "x-requestdigest" not in call.headers:
        words = "The security validation for this page is invalid and might be corrupted."
        raise Refusal(403, "-2130575252, Microsoft.SharePoint.SPException", words)
    try:
        reply = function(ask, *arguments)
    except (ValueError, KeyError) as error:
        raise invalid(f"The parameter is not valid: {error}") from error
    status = 201 if method == "POST" and pattern in CREATED else 200
    return respond(call, reply, ask.root, status)


CREATED = {"web/lists", "web/lists()/items", "web/lists()/fields", "web/folders",
           "web/lists()/items()/comments", "web/lists()/items()/comments()/replies"}  # fmt: skip

for _method in METHODS:
    route(_method, "/sites/{site}/_api/{rest:path}", cost=1)(answer)
    route(_method, "/_api/{rest:path}", cost=1)(answer)
