"""From the first page to the last, by every way that vendors have of saying where the next is."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urljoin

import httpx
import msgspec

from cophub.errors import SourceUnavailable
from cophub.http.auth import check_status, place
from cophub.http.face import origin_of
from cophub.http.retry import netloc
from cophub.records import Json

Params = dict[str, Any]
Next = Params | str | None
"""What the next page is asked with: parameters, a link, or None when there is none."""


@dataclass(frozen=True)
class Follow:
    """How a listing goes on: the parameters of its first page, and what follows a page."""

    after: Callable[[Json, Params], Next]
    first: Params = field(default_factory=dict)


def pages(
    client: httpx.Client, path: str, follow: Follow, params: Mapping[str, Any] | None = None
) -> Iterator[Json]:
    """Each page of a listing, decoded, fetched when it is asked for.

    `params` go with every page; a next link is followed exactly as the vendor wrote it. A page
    that is a bare list comes as {"items": list}. Raises SourceUnavailable for a link that leaves
    the host, for a page that comes twice and for an answer that is no JSON, AuthError for 401, 403.
    """
    asked: Params = {**follow.first, **(params or {})}
    request = client.build_request("GET", path, params=asked or None)
    before = b""
    while True:
        response = check_status(client.send(request))
        if response.content == before:
            raise SourceUnavailable(
                f"{_place(response)} gave the same page twice, so its paging does not work;"
                " what came so far is kept and the listing counts as unfinished"
            )
        page, before = decode(response), response.content
        yield page
        following = follow.after(page, asked)
        if following is None:
            return
        if isinstance(following, str):
            request = _linked(client, response, following)
        else:
            asked = {**asked, **following}
            request = client.build_request("GET", path, params=asked)


def by_offset(
    items: str, size: int, *, offset: str = "offset", limit: str = "limit", total: str | None = None
) -> Follow:
    """Pages by the number of rows before them: `?offset=100&limit=50`.

    The end is an empty page, or the count that the vendor gives in the field `total`. A short page
    is not the end: a vendor may hand out fewer rows than it was asked for.
    """

    def after(page: Json, asked: Params) -> Next:
        rows = len(page.get(items) or ())
        done = int(asked[offset]) + rows
        counted = page.get(total) if total else None
        ended = rows == 0 or (isinstance(counted, int) and done >= counted)
        return None if ended else {offset: done}

    return Follow(after, {offset: 0, limit: size})


def by_page(
    items: str, *, page: str = "page", first: int = 1, size: int | None = None, limit: str = "limit"
) -> Follow:
    """Pages by their number: `?page=2`; the end is an empty page."""

    def after(body: Json, asked: Params) -> Next:
        return {page: int(asked[page]) + 1} if body.get(items) else None

    return Follow(after, {page: first} | ({} if size is None else {limit: size}))


def by_last(items: str, id: str, param: str) -> Follow:
    """Pages that begin after the last row of the one before: `?after=1234`; an empty page ends it.

    A last row without an id is passed over, for the one before it.
    """

    def after(page: Json, asked: Params) -> Next:
        rows = page.get(items) or ()
        ids = (
            row[id] for row in reversed(rows) if isinstance(row, dict) and row.get(id) is not None
        )
        last = next(ids, None)
        if rows and last is None:
            raise SourceUnavailable(f"no row of a page has {id!r}, so the next page is unknown")
        return None if last is None else {param: last}

    return Follow(after)


def by_next_link(*path: str) -> Follow:
    """Pages by the link in a field of the page, or in a field of a field; no link ends it."""

    def after(page: Json, asked: Params) -> Next:
        found: Any = page
        for name in path:
            found = found.get(name) if isinstance(found, dict) else None
        return found if isinstance(found, str) and found else None

    return Follow(after)


def decode(response: httpx.Response) -> Json:
    """The JSON of an answer as a dict; a bare list as {"items": list}. Raises SourceUnavailable."""
    try:
        body = msgspec.json.decode(response.content)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        kind = response.headers.get("content-type", "an unnamed type")
        raise SourceUnavailable(
            f"{_place(response)} answered {response.status_code} with {kind} that is no JSON"
            f" ({error}); is the address of this source the one of the vendor's API?"
        ) from error
    if isinstance(body, list):
        return {"items": body}
    if isinstance(body, dict):
        return body
    raise SourceUnavailable(f"{_place(response)} answered with a bare {type(body).__name__}")


def _linked(client: httpx.Client, response: httpx.Response, link: str) -> httpx.Request:
    """The request for a next link, byte for byte, unless it leaves the host."""
    target = httpx.URL(urljoin(str(response.url), link))
    home = client.base_url if client.base_url.host else response.url
    if origin_of(target) != origin_of(home):
        raise SourceUnavailable(
            f"{_place(response)}: the next link leaves {netloc(str(home))} for"
            f" {netloc(str(target))}; it was not followed. If both are the vendor's, set base_url"
            " to the one that its links name"
        )
    request = client.build_request("GET", target)
    # httpx puts a client's own parameters in place of a link's query; the link comes first.
    missing = {name: value for name, value in client.params.items() if name not in target.params}
    request.url = target.copy_merge_params(missing) if missing else target
    return request


def _place(response: httpx.Response) -> str:
    url = str(response.url)
    return f"{netloc(url)} {place(url)}"
