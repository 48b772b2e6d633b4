"""A listing of SharePoint's REST API from its first page to its last, as typed items."""

from collections.abc import Mapping
from functools import cache
from typing import Any, TypeVar

import httpx
import msgspec

from cophub import Context, Reject, SourceUnavailable
from cophub.connectors.sharepoint.client import answer, rest
from cophub.connectors.sharepoint.settings import Settings
from cophub.connectors.sharepoint.sites import SiteRef
from cophub.error_codes import PAGING
from cophub.http import decode_page

T = TypeVar("T", bound=msgspec.Struct)


@cache
def _page_of(kind: type[msgspec.Struct]) -> type[msgspec.Struct]:
    """The struct of a page whose items are of `kind`."""
    listed: Any = list[kind]  # type: ignore[valid-type]
    link = str | None
    fields: list[Any] = [("value", listed), ("next", link, None), ("newer", link, None)]
    return msgspec.defstruct(
        "Page", fields, rename={"next": "odata.nextLink", "newer": "@odata.nextLink"}
    )


def listed(
    ctx: Context[Settings],
    site: SiteRef,
    path: str,
    kind: type[T],
    params: Mapping[str, str] | None = None,
) -> tuple[list[T], list[Reject]]:
    """All items of `SITE/_api/path` as `kind`, and a Reject for each that is not as `kind` says.

    A next link is followed as it was written, and only to the host that the token is for. Raises
    AuthError, NotThere or SourceUnavailable.
    """
    client = rest(ctx, site.url)
    request = client.build_request("GET", path, params=dict(params or {}))
    seen: set[str] = set()
    items: list[T] = []
    rejects: list[Reject] = []
    while True:
        response = client.send(request)
        answer(response, site.url)
        found, unreadable = decode_page(response.content, _page_of(kind))
        page: Any = found
        items += page.value
        rejects += unreadable
        link = page.next or page.newer
        if not link:
            return items, rejects
        if link in seen:
            raise SourceUnavailable(
                f"{site.url} lists {path} without end; the next run tries again", code=PAGING
            )
        seen.add(link)
        request = client.build_request("GET", link)
        if _host(request.url) != _host(client.base_url):
            raise SourceUnavailable(
                f"a link of {site.url} leaves {client.base_url.host} for {request.url.host}; it was"
                " not followed. If both are Microsoft's, set base_url to the one that links name",
                code=PAGING,
            )


def _host(url: httpx.URL) -> tuple[str, str, int | None]:
    return url.scheme, url.host, url.port
