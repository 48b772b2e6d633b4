"""The sites of a source, by address, hub or search; and their lists."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from locale import windows_locale
from typing import Any
from urllib.parse import unquote, urlsplit

from cophub import UNSET, AuthError, ConfigError, Context, Item, Json, SourceUnavailable, Space
from cophub.connectors.microsoft.graph import GraphPage, graph_get, graph_pages
from cophub.connectors.microsoft.hosts import tenant_of
from cophub.connectors.sharepoint.client import (
    NotThere,
    execute,
    graph_client,
    office,
    rest_json,
    shared,
)
from cophub.connectors.sharepoint.settings import Settings, site_address
from cophub.connectors.sharepoint.troubles import Troubles, unread

_COLLECTION = re.compile(r"|(?:sites|teams|personal)/[^/]+", re.IGNORECASE)
"""Paths of site collections in SharePoint Online; whatever is longer is a site below one."""
NONE = "00000000-0000-0000-0000-000000000000"
# Not Url: the vendor's client would send what it asks next there, past a proxy.
SITE_FIELDS = ("Id", "ServerRelativeUrl", "GroupId", "HubSiteId", "CurrentChangeToken")
WEB_FIELDS = ("Id", "Title", "Description", "Created", "ServerRelativeUrl", "Language")
LIST_FIELDS = (
    "Id", "Title", "BaseTemplate", "ItemCount", "LastItemModifiedDate", "Hidden",
    "RootFolder/ServerRelativeUrl",
)  # fmt: skip
SEARCH_PAGE = 500
TEMPLATES = {
    "genericList": 100, "documentLibrary": 101, "survey": 102, "links": 103,
    "announcements": 104, "contacts": 105, "events": 106, "tasks": 107, "discussionBoard": 108,
    "webPageLibrary": 119,
}  # fmt: skip
"""What Microsoft Graph calls the templates of lists, and SharePoint's numbers for them."""


@dataclass(frozen=True)
class SiteRef:
    """One site that is read."""

    key: str
    """Key of its Space: the site's id, lower-case; for a site below another, its web's id."""
    url: str
    """Address as people know it, without a slash at the end; clients take it as it is."""
    title: str
    site_id: str
    """Id of the site collection, lower-case."""
    web_id: str
    description: str | None = None
    created: datetime | None = None
    token: str | None = None
    """Change token of the site collection before anything of this run was read; REST only."""
    group_id: str | None = None
    """Id of its Microsoft 365 group, where it has one."""
    hub_id: str | None = None
    """Id of the hub that it is, or is joined to; REST only."""
    language: str | None = None

    @property
    def graph_id(self) -> str:
        """What Microsoft Graph calls it: `host,site id,web id`."""
        return f"{urlsplit(self.url).netloc},{self.site_id},{self.web_id}"


@dataclass(frozen=True)
class ListRef:
    """One list or library of a site."""

    site: SiteRef
    id: str
    """Lower-case GUID."""
    title: str
    template: int
    """100 list, 101 library, 106 events, 108 discussions, 119 site pages."""
    item_count: int | None
    """As SharePoint counts, folders included; None where Microsoft Graph is asked."""
    last_modified: datetime | None
    hidden: bool
    root_url: str
    """Path of its root folder on the server, such as `/sites/mer/Shared Documents`."""
    there: bool = True
    """False for a list that is deleted, and known from an earlier run only: it cannot be asked."""


def sites_of(ctx: Context[Settings]) -> list[SiteRef]:
    """Every site of the settings, each once; asked for once a run.

    One that cannot be read is left out with a warning and is in `unread`; `Troubles.tell` raises
    the error of those that the settings name. Raises it here when none of them can be read.
    """
    return shared(ctx, "sites", lambda: list(_each_once(_found(ctx))))


def _each_once(found: Iterator[SiteRef]) -> Iterator[SiteRef]:
    seen: set[str] = set()
    for site in found:
        if site.key not in seen:
            seen.add(site.key)
            yield site


def _found(ctx: Context[Settings]) -> Iterator[SiteRef]:
    settings = ctx.settings
    urls = list({url.lower(): url for url in (settings.site_url, *settings.sites)}.values())
    named = [site for site in ctx.map(lambda url: _if_readable(ctx, url, named=True), urls) if site]
    if not named:
        Troubles(ctx).tell()
    yield from named
    queries = [*([_hub_query(ctx)] if settings.hub else []), settings.search or ""]
    known = {url.lower() for url in (*urls, *(site.url for site in named))}
    found = {url.lower(): url for query in queries if query for url in _search(ctx, query)}
    others = [url for low, url in found.items() if low not in known]
    yield from (site for site in ctx.map(lambda url: _if_readable(ctx, url), others) if site)


def _if_readable(ctx: Context[Settings], url: str, *, named: bool = False) -> SiteRef | None:
    try:
        return site_at(ctx, url)
    except (AuthError, SourceUnavailable) as error:
        if not named and not isinstance(error, AuthError | NotThere):
            raise
        ctx.log.warning("a site is left out: %s", error)
        unread(ctx)[url.lower()] = error if named else None
        return None


def site_at(ctx: Context[Settings], url: str) -> SiteRef:
    """The site at `url`, as it is now; asked for once a run."""
    by = _site_by_graph if ctx.settings.by_graph else _site_by_rest
    return shared(ctx, f"site:{url.lower()}", lambda: by(ctx, url))


def _site_by_rest(ctx: Context[Settings], url: str) -> SiteRef:
    context = office(ctx, url)
    found_site = context.site.get().select(list(SITE_FIELDS))
    found_web = context.web.get().select(list(WEB_FIELDS))
    execute(ctx, url)
    if not (found_site.properties.get("Id") and found_web.properties.get("Id")):
        raise SourceUnavailable(
            f"{url} answered without saying what it is; the next run tries again"
        )
    return site_of(found_site.properties, found_web.properties, url)


def site_of(site: Json, web: Json, url: str) -> SiteRef:
    """A site from the properties of its collection (SP.Site) and of its web (SP.Web)."""
    site_id, web_id = str(site["Id"]).lower(), str(web["Id"]).lower()
    path = str(web.get("ServerRelativeUrl") or "").rstrip("/")
    own = path.lower() == str(site.get("ServerRelativeUrl") or "").rstrip("/").lower()
    group, hub = (str(site.get(name) or NONE).lower() for name in ("GroupId", "HubSiteId"))
    return SiteRef(
        key=site_id if own else web_id,
        url=f"{tenant_of(url)}{path}",
        title=web.get("Title") or path.rpartition("/")[2] or url,
        site_id=site_id,
        web_id=web_id,
        description=web.get("Description") or None,
        created=_at(web.get("Created")),
        token=_token(site.get("CurrentChangeToken")),
        group_id=None if group == NONE else group,
        hub_id=None if hub == NONE else hub,
        language=_language(web.get("Language")),
    )


def _token(value: Any) -> str | None:
    text = value.get("StringValue") if isinstance(value, dict) else None
    if text is None and value is not None:
        text = getattr(value, "StringValue", None)
    return str(text) if text else None


def _at(value: Any) -> datetime | None:
    """An instant of the vendor's client, which makes some naive; these are in UTC."""
    if value is None or value == "":
        return None
    found = value if isinstance(value, datetime) else datetime.fromisoformat(str(value))
    return found.replace(tzinfo=UTC) if found.tzinfo is None else found.astimezone(UTC)


def _language(lcid: Any) -> str | None:
    name = windows_locale.get(int(lcid)) if lcid else None
    return name.partition("_")[0] if name else None


def _site_by_graph(ctx: Context[Settings], url: str) -> SiteRef:
    parts = urlsplit(url)
    path = f"sites/{parts.netloc}" + (f":{parts.path}" if parts.path.strip("/") else "")
    fields = "id,displayName,name,description,webUrl,createdDateTime"
    found: Json = graph_get(graph_client(ctx), path, {"$select": fields})
    return site_by_graph(found, url)


def site_by_graph(found: Json, url: str) -> SiteRef:
    """A site from what Graph says of it (microsoft.graph.site).

    Graph does not tell a collection's own site from those below it: the address does.
    """
    _, site_id, web_id = str(found["id"]).lower().split(",")
    path = urlsplit(found.get("webUrl") or url).path.strip("/")
    return SiteRef(
        key=site_id if _COLLECTION.fullmatch(path) else web_id,
        url=(found.get("webUrl") or url).rstrip("/"),
        title=found.get("displayName") or found.get("name") or url,
        site_id=site_id,
        web_id=web_id,
        description=found.get("description") or None,
        created=_at(found.get("createdDateTime")),
    )


# --- Finding sites ---


def _hub_query(ctx: Context[Settings]) -> str:
    hub = site_at(ctx, ctx.settings.site_url).hub_id
    if hub is None:
        raise ConfigError(
            f'source "{ctx.source}": {ctx.settings.site_url} is no hub and joined to none; set'
            " hub = false, or name the hub in site_url"
        )
    return f"DepartmentId:{{{hub}}} contentclass:STS_Site"


def _search(ctx: Context[Settings], query: str) -> Iterator[str]:
    """The addresses of the sites that a search finds."""
    if ctx.settings.by_graph:
        found: Iterator[GraphPage[Json]] = graph_pages(
            graph_client(ctx), "sites", {"search": query}
        )
        for page in found:
            yield from (site_address(one["webUrl"]) for one in page.value)
        return
    kql = query if "contentclass:" in query.lower() else f"({query}) contentclass:STS_Site"
    start = 0
    while True:
        rows, total = _search_page(ctx, kql, start)
        for row in rows:
            if url := row.get("SPSiteUrl") or row.get("Path"):
                yield site_address(url)
        start += len(rows)
        if not rows or start >= total:
            return


def _search_page(ctx: Context[Settings], kql: str, start: int) -> tuple[list[Json], int]:
    quoted = kql.replace("'", "''")
    found = rest_json(
        ctx,
        ctx.settings.site_url,
        "search/query",
        {
            "querytext": f"'{quoted}'",
            "selectproperties": "'Title,Path,SPSiteUrl'",
            "rowlimit": SEARCH_PAGE,
            "startrow": start,
            "trimduplicates": "false",
        },
    )
    found = found.get("query", found)
    relevant = (found.get("PrimaryQueryResult") or {}).get("RelevantResults") or {}
    rows = _results((relevant.get("Table") or {}).get("Rows"))
    cells = [{cell["Key"]: cell["Value"] for cell in _results(row["Cells"])} for row in rows]
    return cells, int(relevant.get("TotalRows") or 0)


def _results(found: Any) -> list[Any]:
    """A collection, which one format hides in `results`."""
    return list(found.get("results") or ()) if isinstance(found, dict) else list(found or ())


# --- Lists ---


def lists_of(ctx: Context[Settings], site: SiteRef) -> list[ListRef]:
    """Every list of a site, hidden ones too; asked for once a run."""
    by = _lists_by_graph if ctx.settings.by_graph else _lists_by_rest
    return shared(ctx, f"lists:{site.key}", lambda: by(ctx, site))


def _lists_by_rest(ctx: Context[Settings], site: SiteRef) -> list[ListRef]:
    found = office(ctx, site.url).web.lists.get().select(list(LIST_FIELDS)).expand(["RootFolder"])
    execute(ctx, site.url)
    lists = [list_of(site, one.properties) for one in found if one.properties.get("Id")]
    if not lists or len(lists) < len(found):  # every site has some: that none is left is no news
        raise SourceUnavailable(
            f"{site.url} answered without telling its lists; the next run tries again"
        )
    return lists


def list_of(site: SiteRef, found: Json) -> ListRef:
    """A list from its properties (SP.List)."""
    root = found.get("RootFolder")
    root = root.get("ServerRelativeUrl") if isinstance(root, dict) else root
    if root is not None and not isinstance(root, str):
        root = root.properties.get("ServerRelativeUrl")
    return ListRef(
        site=site,
        id=str(found["Id"]).lower(),
        title=found.get("Title") or "",
        template=int(found.get("BaseTemplate") or 0),
        item_count=found.get("ItemCount"),
        last_modified=_at(found.get("LastItemModifiedDate")),
        hidden=bool(found.get("Hidden")),
        root_url=root or "",
    )


def _lists_by_graph(ctx: Context[Settings], site: SiteRef) -> list[ListRef]:
    fields = "id,displayName,name,webUrl,lastModifiedDateTime,list,system"
    pages: Iterator[GraphPage[Json]] = graph_pages(
        graph_client(ctx), f"sites/{site.graph_id}/lists", {"$select": fields}
    )
    try:
        return [_list_by_graph(site, found) for page in pages for found in page.value]
    except (AttributeError, LookupError, TypeError, ValueError) as error:
        raise SourceUnavailable(
            f"Microsoft Graph tells a list of {site.url} otherwise than it is documented ({error});"
            " the next run tries again"
        ) from error


def _list_by_graph(site: SiteRef, found: Json) -> ListRef:
    return ListRef(
        site=site,
        id=str(found["id"]).lower(),
        title=found.get("displayName") or found.get("name") or "",
        template=TEMPLATES.get((found.get("list") or {}).get("template") or "", 0),
        item_count=None,
        last_modified=_at(found.get("lastModifiedDateTime")),
        hidden=bool((found.get("list") or {}).get("hidden")) or found.get("system") is not None,
        root_url=unquote(urlsplit(found.get("webUrl") or "").path),
    )


# --- The stream ---


def sites(ctx: Context[Settings], since: str | None) -> Iterator[Item]:
    """Each site that the settings take, as a space, and each list of members that is one."""
    from cophub.connectors.sharepoint.lists import list_spaces

    found = sites_of(ctx)
    keys = {site.hub_id: site.key for site in found if site.hub_id and site.hub_id == site.site_id}
    troubles = Troubles(ctx)
    for site in found:
        yield space_of(site, parent=keys.get(site.hub_id or ""))
        with troubles.of(site.url):
            yield from list_spaces(ctx, site)
    troubles.tell()


def space_of(site: SiteRef, parent: str | None = None) -> Space:
    """The space of a site; `parent` is the key of its hub's. Its `extra` comes with its people."""
    return Space(
        key=site.key,
        kind="site",
        title=site.title,
        description=site.description,
        url=site.url,
        language=site.language or UNSET,
        created_at=site.created,
        parent=parent if parent and parent != site.key else UNSET,
    )


def extra_of(site: SiteRef) -> Json:
    """What else is known of a site: its Microsoft 365 group and its hub, where it has them."""
    extra = {"group_id": site.group_id, "hub_site_id": site.hub_id}
    return {name: value for name, value in extra.items() if value}
