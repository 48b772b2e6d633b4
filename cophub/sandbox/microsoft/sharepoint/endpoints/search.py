"""Search for sites (`/search/query`), as rows of cells; and hubs."""

import re
from typing import Any

from cophub.sandbox.microsoft.sharepoint.addresses import rest
from cophub.sandbox.microsoft.sharepoint.asking import Ask, missing
from cophub.sandbox.microsoft.sharepoint.odata import Many, Plain, Thing
from cophub.sandbox.microsoft.sharepoint.state import Site
from cophub.sandbox.microsoft.sharepoint.values import utc

USUAL, MOST = 10, 500
_TERM = re.compile(r'(?:(\w+)\s*[:=]\s*)?("[^"]*"|\{[^}]*\}|[^\s()]+)')


def matches(site: Site, text: str) -> bool:
    """Whether a site is what a query in KQL means: words of its title, and properties."""
    for name, raw in _TERM.findall(text):
        value = raw.strip('"{}').rstrip("*").lower()
        if raw.upper() in ("AND", "OR", "NOT"):
            continue
        if not _term(site, name.lower(), value):
            return False
    return True


def _term(site: Site, name: str, value: str) -> bool:
    if not name:
        return value in f"{site.title} {site.description} {site.path}".lower()
    if name == "contentclass":
        return value in ("sts_site", "sts_web")
    if name in ("path", "site", "spsiteurl", "spweburl"):
        return site.url.lower().startswith(value.rstrip("/"))
    if name in ("departmentid", "relatedhubsites"):
        return (site.hub_id or "") == value
    if name in ("title", "sitename"):
        return value in site.title.lower()
    return name in ("webtemplate",) and value == "group"


def _cells(row: dict[str, str]) -> Plain:
    cells = [
        Plain({"Key": key, "Value": value, "ValueType": "Edm.String"}, "SP.KeyValue")
        for key, value in row.items()
    ]
    return Plain({"Cells": Many(list(cells))}, "SP.SimpleDataRow")


def _answer(ask: Ask, text: str, limit: int, start: int) -> Plain:
    visible = [s for s in ask.sp.sites.values() if ask.call.allowed("Sites.Read.All")
               or s.id in ask.sp.selected or not ask.call.allowed("Sites.Selected")]  # fmt: skip
    found = [site for site in visible if matches(site, text)]
    limit = min(limit, MOST)
    rows: list[Any] = [
        _cells({
            "Title": site.title, "Path": site.url, "SPSiteUrl": site.url, "SPWebUrl": site.url,
            "SiteId": site.id, "WebId": site.web_id, "Description": site.description,
            "DepartmentId": f"{{{site.hub_id}}}" if site.hub_id else "",
            "LastModifiedTime": utc(site.modified), "WebTemplate": "GROUP", "DocId": site.id,
        })
        for site in found[start : start + limit]
    ]  # fmt: skip
    relevant = {
        "GroupTemplateId": None, "ItemTemplateId": None, "ResultTitle": None,
        "ResultTitleUrl": None, "RowCount": len(rows), "TotalRows": len(found),
        "TotalRowsIncludingDuplicates": len(found),
        "Table": Plain({"Rows": Many(rows)}, "SP.SimpleDataTable"),
    }  # fmt: skip
    primary = {
        "CustomResults": Many([]), "QueryId": "", "RelevantResults":
        Plain(relevant, "Microsoft.Office.Server.Search.REST.RelevantResults"),
    }  # fmt: skip
    data = {
        "ElapsedTime": 20, "PrimaryQueryResult":
        Plain(primary, "Microsoft.Office.Server.Search.REST.QueryResult"),
        "SecondaryQueryResults": Many([]), "SpellingSuggestion": "", "TriggeredRules": Many([]),
    }  # fmt: skip
    return Plain(data, "Microsoft.Office.Server.Search.REST.SearchResult", "query")


@rest("GET", "search/query")
def query(ask: Ask) -> Plain:
    """Rows from `startrow` on, `rowlimit` of them (500 at most)."""
    text = ask.query.get("querytext", "").strip("'").replace("''", "'")
    limit, start = (int(ask.query.get(n, d)) for n, d in (("rowlimit", USUAL), ("startrow", 0)))
    return _answer(ask, text, limit, start)


@rest("POST", "search/postquery")
def post_query(ask: Ask) -> Plain:
    """The same with the query in the body."""
    asked = ask.body().get("request") or {}
    limit, start = int(asked.get("RowLimit") or USUAL), int(asked.get("StartRow") or 0)
    found = _answer(ask, str(asked.get("Querytext") or ""), limit, start)
    found.name = "postquery"
    return found


def _hub(site: Site) -> Thing:
    data = {
        "Description": site.description, "ID": site.id, "LogoUrl": None, "SiteId": site.id,
        "SiteUrl": site.url, "TenantInstanceId": "00000000-0000-0000-0000-000000000000",
        "Title": site.title,
    }  # fmt: skip
    return Thing(data, "SP.HubSite", f"HubSites/GetById('{site.id}')")


@rest("GET", "hubsites")
def hubs(ask: Ask) -> Many:
    """Every hub of the tenant."""
    return Many([_hub(site) for site in ask.sp.sites.values() if site.hub_id == site.id])


@rest("GET", "hubsites/getbyid()")
def hub(ask: Ask, given: dict[str, str]) -> Thing:
    """One hub."""
    wanted = next(iter(given.values())).lower()
    for site in ask.sp.sites.values():
        if wanted == site.id == site.hub_id:
            return _hub(site)
    raise missing("There is no such hub site.")
