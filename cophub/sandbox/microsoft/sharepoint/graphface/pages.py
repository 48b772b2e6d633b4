"""Site pages and news; what they count is left out, as the vendor does more often than not."""

from cophub.sandbox.microsoft.graph.odata import Row, context
from cophub.sandbox.microsoft.routes import Call, Reply, route
from cophub.sandbox.microsoft.sharepoint.graphface.common import (
    READ,
    chosen,
    dated,
    identity,
    listing,
    not_found,
    site_of,
    web_url,
)
from cophub.sandbox.microsoft.sharepoint.rows import version_of
from cophub.sandbox.microsoft.sharepoint.state import PAGES, Item, Site
from cophub.sandbox.microsoft.tenant import guid

KIND = "#microsoft.graph.sitePage"


def page_row(call: Call, site: Site, item: Item) -> Row:
    """A page; its text comes with `$expand=canvasLayout`."""
    tag = f'"{{{item.unique.upper()}}},{item.version}"'
    row: Row = {
        "@odata.type": KIND, "@odata.etag": tag, **dated(item),
        "description": item.fields.get("Description") or "", "eTag": tag, "id": item.unique,
        "name": item.name, "webUrl": web_url(site, item.path), "title": item.title,
        "pageLayout": "home" if item.name == "Home.aspx" else "article",
        "promotionKind": "newsPost" if item.promoted else "page", "showComments": True,
        "showRecommendedPages": False, "thumbnailWebUrl": "",
        "contentType": {"id": item.content_type, "name": "Site Page"},
        "createdBy": identity(site, item.author), "lastModifiedBy": identity(site, item.editor),
        "parentReference": {"siteId": site.id},
        "publishingState": {"level": "published" if item.minor == 0 else "draft",
                            "versionId": version_of(item)},
        "reactions": {},
    }  # fmt: skip
    row = chosen(call, row)
    if "canvaslayout" in call.query.get("$expand", "").lower():
        row["canvasLayout"] = _canvas(item)
    return row


def _canvas(item: Item) -> Row:
    part = {
        "@odata.type": "#microsoft.graph.textWebPart", "id": guid(item.unique, "control"),
        "innerHtml": f"<p>{item.fields.get('CanvasContent1') or ''}</p>",
    }  # fmt: skip
    column = {"id": "1", "width": 12, "webparts": [part]}
    section = {"layout": "oneColumn", "id": "1", "emphasis": "none", "columns": [column]}
    return {"horizontalSections": [section]}


def _pages(call: Call, site: str) -> Reply:
    found = site_of(call, site)
    rows = [(item.id, item) for item in found.list_of(PAGES).items.values() if not item.folder]
    return listing(call, "pages", rows, lambda item: page_row(call, found, item))


@route("GET", "/v1.0/sites/{site}/pages/microsoft.graph.sitePage", needs=READ, cost=2)
def site_pages(call: Call, site: str) -> Reply:
    """Every page of a site."""
    return _pages(call, site)


@route("GET", "/v1.0/sites/{site}/pages", needs=READ, cost=2)
def pages(call: Call, site: str) -> Reply:
    """The same."""
    return _pages(call, site)


@route("GET", "/v1.0/sites/{site}/pages/{page}/microsoft.graph.sitePage", needs=READ)
@route("GET", "/v1.0/sites/{site}/pages/{page}", needs=READ)
def one_page(call: Call, site: str, page: str) -> Reply:
    """One page by the unique id of its file."""
    found = site_of(call, site)
    for item in found.list_of(PAGES).items.values():
        if item.unique == page.lower():
            return context(call, "pages/$entity") | page_row(call, found, item)
    raise not_found()
