"""From the first page to the last, by every way that vendors have of saying where the next is."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urljoin

import httpx
import msgspec

from cophub.error_codes import NOT_UNDERSTOOD, PAGING
from cophub.errors import SourceUnavailable
from cophub.http.auth import check_status, place
from cophub.http.face import origin_of
from cophub.http.parse import mend
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
    """Each page of a listing, decoded. From the second on, the next is fetched while one is read.

    `params` go with every page; a next link is followed exactly as the vendor wrote it. A page
    that is a bare list comes as {"items": list}. Raises SourceUnavailable for a link that leaves
    the host, for a page that comes twice and for an answer that is no JSON, AuthError for 401, 403.
    """
    listing = _Listing(client, path, follow, {**follow.first, **(params or {})})
    for _ in range(2):  # whoever wants one page causes one request
        page = listing.fetch()
        if page is None:
            return
        yield page
    worker = ThreadPoolExecutor(1, thread_name_prefix="cophub-next-page")
    try:
        ahead = worker.submit(copy_context().run, listing.fetch)
        while (page := ahead.result()) is not None:
            ahead = worker.submit(copy_context().run, listing.fetch)
            yield page
    finally:
        worker.shutdown(wait=False, cancel_futures=True)


class _Listing:
    """One listing under way: what it gave last, and what it is asked next."""

    def __init__(self, client: httpx.Client, path: str, follow: Follow, asked: Params) -> None:
        self._client, self._path, self._follow, self._asked = client, path, follow, asked
        self._content = b""
        self._next: httpx.Request | None = client.build_request("GET", path, params=asked or None)
        self._failure: SourceUnavailable | None = None

    def fetch(self) -> Json | None:
        """The next page, or None after the last."""
        if self._failure is not None:
            raise self._failure
        if self._next is None:
            return None
        response = check_status(self._client.send(self._next))
        if response.content == self._content:
            raise SourceUnavailable(
                f"{_place(response)} gave the same page twice: its paging does not work, or not"
                " with these parameters; the listing counts as unfinished",
                code=PAGING,
            )
        page, self._content = decode(response), response.content
        try:  # now, because the reader may change the page; but the page itself is good
            self._next = self._request_after(page, response)
        except SourceUnavailable as failure:
            self._failure = failure
        return page

    def _request_after(self, page: Json, response: httpx.Response) -> httpx.Request | None:
        following = self._follow.after(page, self._asked)
        if following is None:
            return None
        if isinstance(following, str):
            return linked(self._client, response, following)
        self._asked = {**self._asked, **following}
        return self._client.build_request("GET", self._path, params=self._asked)


def by_offset(
    items: str, size: int, *, offset: str = "offset", limit: str = "limit", total: str | None = None
) -> Follow:
    """Pages by the number of rows before them: `?offset=100&limit=50`.

    The end is an empty page, or the count that the vendor gives in the field `total`. A short page
    is not the end: a vendor may hand out fewer rows than it was asked for. A row that comes twice
    on a page counts once: others would be passed over for it.
    """

    def after(page: Json, asked: Params) -> Next:
        rows = different(page.get(items) or ())
        done = int(asked[offset]) + rows
        counted = page.get(total) if total else None
        ended = rows == 0 or (isinstance(counted, int) and done >= counted)
        return None if ended else {offset: done}

    return Follow(after, {offset: 0, limit: size})


def different(rows: Iterable[Any]) -> int:
    """How many rows of a page are not the same as another of it."""
    return len({msgspec.json.encode(row) for row in rows})


def by_page(
    items: str, *, page: str = "page", first: int = 1, size: int | None = None, limit: str = "limit"
) -> Follow:
    """Pages by their number: `?page=2`; the end is an empty page."""

    def after(body: Json, asked: Params) -> Next:
        return {page: int(asked[page]) + 1} if body.get(items) else None

    return Follow(after, {page: first} | ({} if size is None else {limit: size}))


def by_last(
    items: str, id: str, param: str, *, size: int | None = None, limit: str = "limit"
) -> Follow:
    """Pages that begin after the last row of the one before: `?after=1234`; an empty page ends it.

    A last row without an id is passed over, for the one before it. A page on which no row has one
    ends the listing where it is not full, which only a `size` tells; else SourceUnavailable.
    """

    def after(page: Json, asked: Params) -> Next:
        rows = page.get(items) or ()
        ids = (
            row[id] for row in reversed(rows) if isinstance(row, dict) and row.get(id) is not None
        )
        last = next(ids, None)
        if rows and last is None and not (size and len(rows) < size):
            raise SourceUnavailable(
                f"no row of a page has {id!r}, so the next page is unknown", code=PAGING
            )
        return None if last is None else {param: last}

    return Follow(after, {} if size is None else {limit: size})


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
        if (mended := mend(response.content)) is not None:
            return _as_page(msgspec.json.decode(mended), response)
        kind = response.headers.get("content-type", "an unnamed type")
        raise SourceUnavailable(
            f"{_place(response)} answered {response.status_code} with {kind} that is no JSON"
            f" ({error}); is the address of this source the one of the vendor's API?",
            code=NOT_UNDERSTOOD,
        ) from error
    return _as_page(body, response)


def _as_page(body: Any, response: httpx.Response) -> Json:
    if isinstance(body, list):
        return {"items": body}
    if isinstance(body, dict):
        return body
    raise SourceUnavailable(
        f"{_place(response)} answered with a bare {type(body).__name__}", code=NOT_UNDERSTOOD
    )


def linked(client: httpx.Client, response: httpx.Response, link: str) -> httpx.Request:
    """The request for a next link, byte for byte, unless it leaves the host."""
    try:
        target = httpx.URL(urljoin(str(response.url), link))
    except (httpx.InvalidURL, ValueError) as error:
        raise SourceUnavailable(
            f"{_place(response)}: the next link is no address", code=PAGING
        ) from error
    home = client.base_url if client.base_url.host else response.url
    if origin_of(target) != origin_of(home):
        raise SourceUnavailable(
            f"{_place(response)}: the next link leaves {netloc(str(home))} for"
            f" {netloc(str(target))}; it was not followed. If both are the vendor's, set base_url"
            " to the one that its links name",
            code=PAGING,
        )
    request = client.build_request("GET", target)
    # httpx puts a client's own parameters in place of a link's query; the link comes first.
    missing = {name: value for name, value in client.params.items() if name not in target.params}
    request.url = target.copy_merge_params(missing) if missing else target
    return request


def _place(response: httpx.Response) -> str:
    url = str(response.url)
    return f"{netloc(url)} {place(url)}"
