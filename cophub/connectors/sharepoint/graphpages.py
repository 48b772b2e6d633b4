"""The texts of a site's pages as Microsoft Graph gives them: for apps that SharePoint refuses."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote, urlsplit

from msgspec import UNSET, Struct, UnsetType

from cophub import Context
from cophub.connectors.microsoft.graph import GraphPage, NotThere, graph_pages
from cophub.connectors.sharepoint.canvas import layout_text
from cophub.connectors.sharepoint.client import graph_client, shared
from cophub.connectors.sharepoint.settings import Settings
from cophub.connectors.sharepoint.sites import SiteRef

if TYPE_CHECKING:
    from cophub.connectors.sharepoint.rows import Row


class Reactions(Struct, rename="camel", gc=False):
    """What a page counts; Graph often leaves it empty."""

    comment_count: int | UnsetType = UNSET
    like_count: int | UnsetType = UNSET


class GraphSitePage(Struct, rename="camel", kw_only=True):
    """A page as Graph gives it; its id is the unique id of its file."""

    id: str
    name: str | None = None
    web_url: str | None = None
    description: str | None = None
    canvas_layout: dict[str, Any] | None = None
    reactions: Reactions | None = None


class GraphPages:
    """The pages of a site, by the unique id of their file or else by their path."""

    def __init__(self, found: list[GraphSitePage], unread: int = 0) -> None:
        self._unread = unread
        self._by_id = {page.id.lower(): page for page in found}
        self._by_path = {path_of(page.web_url): page for page in found if page.web_url}

    def find(self, row: "Row") -> GraphSitePage | None:
        """The page that a row of the list is.

        Raises LookupError where that may be one that could not be read.
        """
        if row.file and row.file.unique_id and row.file.unique_id.lower() in self._by_id:
            return self._by_id[row.file.unique_id.lower()]
        page = self._by_path.get(path_of(row.url))
        if page is None and self._unread:
            raise LookupError(f"{self._unread} pages of the site cannot be read")
        return page


class LazyPages:
    """The pages of a site that are not asked for before a row changed."""

    def __init__(self, ctx: Context[Settings], site: SiteRef) -> None:
        self._ctx, self._site = ctx, site

    def text(self, row: "Row") -> str | None:
        """The text of a page."""
        page = self._pages().find(row)
        return (layout_text(page.canvas_layout) or page.description or None) if page else None

    def counts(self, row: "Row") -> tuple[int | UnsetType, int | UnsetType]:
        """How many comments and likes a page counts, where Graph tells."""
        page = self._pages().find(row)
        counted = page.reactions if page else None
        return (counted.comment_count, counted.like_count) if counted else (UNSET, UNSET)

    def _pages(self) -> GraphPages:
        return shared(self._ctx, f"graph pages:{self._site.key}", self._read)

    def _read(self) -> GraphPages:
        path = f"sites/{self._site.graph_id}/pages/microsoft.graph.sitePage"
        found: list[GraphSitePage] = []
        unread = 0
        try:
            params = {"$expand": "canvasLayout"}
            client = graph_client(self._ctx)
            pages: Iterator[GraphPage[GraphSitePage]] = graph_pages(
                client, path, params, kind=GraphSitePage
            )
            for sheet in pages:
                found += sheet.value
                unread += len(sheet.rejects)
        except NotThere:
            self._ctx.log.info("%s has no pages that Microsoft Graph shows", self._site.url)
        return GraphPages(found, unread)


def path_of(url: str | None) -> str:
    """The path of an address, decoded and in lower case, to compare addresses by."""
    return unquote(urlsplit(url or "").path).lower()
