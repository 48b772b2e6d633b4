"""Microsoft Graph: its pages, its delta links and what its refusals mean."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cache
from typing import TYPE_CHECKING, Any, Generic, TypeVar
from urllib.parse import urlsplit

import httpx
import msgspec

from cophub import AuthError, Context, CursorExpired, Reject, SourceUnavailable
from cophub.connectors.microsoft.consent import Permission, permission_for
from cophub.connectors.microsoft.hosts import Hosts, decorated
from cophub.error_codes import NOT_THERE, NOT_UNDERSTOOD, PERMISSION
from cophub.http import check_status, decode_page
from cophub.http.auth import without_addresses

if TYPE_CHECKING:
    from cophub.connectors.microsoft.entra import EntraAuth

T = TypeVar("T")

_EXPIRED = frozenset(
    [
        "syncstatenotfound", "syncstateinvalid", "resyncrequired", "directory_resyncrequired",
        "resyncchangesapplydifferences", "resyncchangesuploaddifferences",
    ]
)  # fmt: skip


class Expired(CursorExpired):
    """Graph no longer knows a delta link: what it led to must be read whole again."""

    def __init__(self, location: str | None, code: str) -> None:
        super().__init__(
            f"Microsoft Graph no longer accepts a delta link ({code or 'gone'}); what it led to is"
            " read whole again"
        )
        self.location = location
        """Where Graph says to start over; None when it does not."""
        self.code = code
        """`resyncChangesApplyDifferences` (what is missing there is gone), or another."""


class NotThere(SourceUnavailable):
    """Graph has no such thing (any more), or hides it."""


@dataclass
class GraphPage(Generic[T]):
    """One page of a listing."""

    value: list[T]
    next: str | None = None
    """The link of the next page; the last page has none."""
    delta: str | None = None
    """On the last page of a delta: where the next run goes on. Keep it whole."""
    rejects: list[Reject] = field(default_factory=list)
    """The items that are not as `kind` says."""


def graph(ctx: Context[Any], hosts: Hosts, auth: "EntraAuth", **options: Any) -> httpx.Client:
    """A client at `.../v1.0/` that signs its requests and names itself as Microsoft asks."""
    company = getattr(ctx.settings, "company", None) or "cophub"
    return ctx.client(
        base_url=f"{hosts.graph}/v1.0/",
        auth=auth,
        headers={"User-Agent": decorated(company), "Accept": "application/json"},
        **options,
    )


def graph_pages(
    client: httpx.Client,
    path: str,
    params: Mapping[str, Any] | None = None,
    kind: type[T] | Any = Any,
    *,
    needs: Permission | None = None,
    headers: Mapping[str, str] | None = None,
) -> Iterator[GraphPage[T]]:
    """The pages of a listing; its items as `kind`, a msgspec Struct, or as plain dicts.

    `path` is below v1.0, or a whole link of an earlier run (a delta link), which is followed as it
    is, but at the host of today. `headers` go with every page. Raises Expired for a link that Graph
    forgot, NotThere for 404, AuthError naming the permission (`needs`, else what the path tells)
    for 403, SourceUnavailable for a link that leaves the host or comes twice.
    """
    request = client.build_request(
        "GET", _rebased(client, path), params=params or None, headers=headers
    )
    seen: set[str] = set()
    while True:
        page = _page(checked(client.send(request), needs, delegated=_delegated(client)), kind)
        yield page
        if page.next is None:
            return
        if page.next in seen:
            raise SourceUnavailable(
                f"Microsoft Graph gave the same next link twice for {urlsplit(path).path}; the"
                " listing counts as unfinished, and the next run tries again"
            )
        seen.add(page.next)
        request = client.build_request("GET", _home(client, page.next), headers=headers)


def graph_get(
    client: httpx.Client,
    path: str,
    params: Mapping[str, Any] | None = None,
    kind: type[T] | Any = Any,
    *,
    needs: Permission | None = None,
) -> T:
    """One thing of Graph as `kind`; raises as `graph_pages` does."""
    answer = client.get(_home(client, path), params=params or None)
    response = checked(answer, needs, delegated=_delegated(client))
    try:
        found: T = msgspec.json.decode(response.content, type=kind)
    except msgspec.MsgspecError as error:
        raise SourceUnavailable(
            f"Microsoft Graph's answer to {response.url.path} is not as documented: {error}",
            code=NOT_UNDERSTOOD,
        ) from error
    return found


def denied(
    response: httpx.Response, needs: Permission | None = None, *, delegated: bool = False
) -> AuthError:
    """The error for a 403: which permission of which API is missing, and where it is granted.

    `delegated` says that a person signed in: then it is that kind of permission.
    """
    needs = needs or permission_for(response.url.path)
    needs = replace(needs, kind="delegated") if needs and delegated else needs
    code, said = _error_of(response)
    words = f"Microsoft Graph refuses {response.url.path} ({code or 403}"
    words += f': "{said[:160]}")' if said else ")"
    if needs is None:
        return AuthError(
            f"{words}; ask an administrator which permission the app lacks", code=PERMISSION
        )
    return AuthError(
        f"{words}: the app lacks {needs}. An administrator grants it: {needs.fix}", code=PERMISSION
    )


def checked(
    response: httpx.Response, needs: Permission | None = None, *, delegated: bool = False
) -> httpx.Response:
    """`response` unless it is an error of Graph; raises as `graph_pages` does."""
    if response.status_code < 400:
        return response
    code, _ = _error_of(response)
    if response.status_code == 410 or code.lower() in _EXPIRED:
        raise Expired(response.headers.get("location"), code)
    if response.status_code == 403:
        raise denied(response, needs, delegated=delegated)
    if response.status_code == 404:
        raise NotThere(
            f"Microsoft Graph has no {response.url.path} ({code or 404}); it was deleted, or the"
            " app may not see it",
            code=NOT_THERE,
        )
    return check_status(response)


def _delegated(client: httpx.Client) -> bool:
    """Does a person's sign-in sign the requests?"""
    return bool(getattr(client.auth, "delegated", False))


def _error_of(response: httpx.Response) -> tuple[str, str]:
    """Code and message of `{"error": {"code", "message"}}`; empty where there is none."""
    try:
        error = response.json()["error"]
        return str(error["code"]), without_addresses(str(error.get("message") or ""))
    except (ValueError, LookupError, TypeError, AttributeError):
        return "", ""


def _rebased(client: httpx.Client, link: str) -> str:
    """A link that was kept, at the client's own host: the proxy may have moved since."""
    kept = urlsplit(link)
    if not kept.netloc:
        return link
    home = urlsplit(str(client.base_url))
    return link.replace(f"{kept.scheme}://{kept.netloc}", f"{home.scheme}://{home.netloc}", 1)


def _home(client: httpx.Client, link: str) -> str:
    """`link`, unless it leads to another host: the token must not go there."""
    theirs = urlsplit(link)
    if not theirs.netloc:
        return link
    home = urlsplit(str(client.base_url))
    if (theirs.scheme, theirs.netloc.lower()) != (home.scheme, home.netloc.lower()):
        raise SourceUnavailable(
            f"a link of Microsoft Graph leaves {home.netloc} for {theirs.netloc}; it was not"
            " followed. If both are Microsoft's, set base_url to the one that its links name"
        )
    return link


@cache
def _page_of(kind: Any) -> type[msgspec.Struct]:
    """The struct of a page whose items are of `kind`."""
    link = str | None
    fields: list[Any] = [("value", list[kind]), ("next", link, None), ("delta", link, None)]
    names = {"next": "@odata.nextLink", "delta": "@odata.deltaLink"}
    return msgspec.defstruct("Page", fields, rename=names)


def _page(response: httpx.Response, kind: Any) -> GraphPage[Any]:
    found, rejects = decode_page(response.content, _page_of(kind))
    page: Any = found
    return GraphPage(page.value, page.next or None, page.delta or None, rejects)
