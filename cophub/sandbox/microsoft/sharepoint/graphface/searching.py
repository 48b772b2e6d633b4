"""Graph's search (`POST /v1.0/search/query`) for sites, lists and files."""

from typing import Any

from cophub.sandbox.microsoft.graph.odata import Row, context
from cophub.sandbox.microsoft.refusals import Refusal
from cophub.sandbox.microsoft.routes import Call, Reply, route
from cophub.sandbox.microsoft.sharepoint.endpoints.search import matches
from cophub.sandbox.microsoft.sharepoint.graphface.common import READ, all_sites
from cophub.sandbox.microsoft.sharepoint.graphface.drives import file_row
from cophub.sandbox.microsoft.sharepoint.graphface.lists import list_row
from cophub.sandbox.microsoft.sharepoint.graphface.sites import site_row

MOST = 500


def _found(call: Call, kind: str, text: str) -> list[Row]:
    words = text.lower()
    if kind == "site":
        rows = [site_row(call, site) for site in all_sites(call) if matches(site, text)]
    elif kind == "list":
        rows = [
            list_row(call, site, of)
            for site in all_sites(call)
            for of in site.lists.values()
            if not of.hidden and words in of.title.lower()
        ]
    elif kind in ("driveItem", "listItem"):
        rows = [
            file_row(call, site, of, item)
            for site in all_sites(call)
            for of in site.lists.values()
            if of.library
            for item in of.items.values()
            if words in f"{item.name} {item.title}".lower()
        ]
    else:
        raise Refusal(400, "BadRequest", f"The entity type '{kind}' is not supported.")
    return [{"@odata.type": f"#microsoft.graph.{kind}", **row} for row in rows]


@route("POST", "/v1.0/search/query", needs=READ, cost=2)
def search(call: Call) -> Reply:
    """Hits from `from` on, `size` of them (25 unless told, 500 at most)."""
    value: list[Any] = []
    for request in call.body.get("requests") or []:
        text = (request.get("query") or {}).get("queryString", "")
        start, size = int(request.get("from") or 0), int(request.get("size") or 25)
        if size > MOST:
            raise Refusal(400, "BadRequest", f"size cannot be greater than {MOST}.")
        rows = [row for kind in request.get("entityTypes") or ["site"]
                for row in _found(call, kind, text)]  # fmt: skip
        hits = [
            {"hitId": row["id"], "rank": start + rank, "summary": "", "resource": row}
            for rank, row in enumerate(rows[start : start + size], 1)
        ]
        container = {
            "hits": hits, "total": len(rows), "moreResultsAvailable": start + size < len(rows),
        }  # fmt: skip
        value.append({"searchTerms": text.split(), "hitsContainers": [container]})
    return context(call, "Collection(microsoft.graph.searchResponse)") | {"value": value}
