"""The pages of one list, and the rows on each; a list that turns in circles is refused."""

from collections.abc import Iterator
from itertools import count
from typing import Any

import httpx
import msgspec
from xxhash import xxh3_128_digest

from cophub import Context, SourceUnavailable
from cophub.connectors.rest.places import found
from cophub.connectors.rest.settings import Settings, StreamTable
from cophub.connectors.rest.signing import signed
from cophub.error_codes import NOT_UNDERSTOOD, PAGING
from cophub.http import check_status, decode
from cophub.http.auth import place
from cophub.http.paging import linked

_encode = msgspec.json.Encoder().encode


def client_of(ctx: Context[Settings]) -> httpx.Client:
    """A client that signs in as the settings say."""
    given = signed(ctx.settings.auth)
    headers = {"accept": "application/json", **ctx.settings.headers, **given.pop("headers", {})}
    return ctx.client(base_url=ctx.settings.origin, headers=headers, **given)


def lists(
    client: httpx.Client, table: StreamTable, path: str, params: dict[str, Any], most: int
) -> Iterator[list[Any]]:
    """The rows of each page, as they are.

    Raises SourceUnavailable for a page that comes twice, for more than `most` pages, for a next
    link that leaves the host and where the list is not where the settings say.
    """
    asked = {**table.paginator.first(), **params}
    request = client.build_request("GET", path, params=asked or None)
    pages: set[bytes] = set()
    asked_for = {str(request.url)}
    for number in count(1):
        answer = check_status(client.send(request))
        page = _body(answer)
        rows = _rows(table, page, answer)
        if rows and (digest := xxh3_128_digest(_encode(rows))) in pages:
            raise _turns(answer, "gave the same page twice")
        elif rows:
            pages.add(digest)
        yield rows
        try:
            following = table.paginator.after(answer, page, rows, asked)
        except ValueError as error:
            raise _turns(answer, str(error)) from error
        if following is None:
            return
        if isinstance(following, str):
            request = linked(client, answer, following)
        else:
            asked = {**asked, **following}
            request = client.build_request("GET", path, params=asked)
        if str(request.url) in asked_for:
            raise _turns(answer, "names a next page that was read already")
        asked_for.add(str(request.url))
        if number >= most:
            raise _turns(answer, f"goes on after {most:,} pages (maximum_pages)")


def _body(answer: httpx.Response) -> Any:
    body = decode(answer)
    is_bare = answer.content.lstrip().startswith(b"[")
    return body["items"] if is_bare else body


def _rows(table: StreamTable, page: Any, answer: httpx.Response) -> list[Any]:
    if table.data_selector is None:
        return _only_list(page, answer)
    try:
        rows = found(table.data_selector, page)
    except ValueError as error:
        raise _elsewhere(answer, str(error)) from error
    if isinstance(rows, dict):
        return [rows]
    if isinstance(rows, list):
        return rows
    if rows is None and _has_its_place(table.data_selector, page):
        return []
    raise _elsewhere(answer, f"`{table.data_selector}` is no list in it; {_holds(page)}")


def _only_list(page: Any, answer: httpx.Response) -> list[Any]:
    if isinstance(page, list):
        return page
    several = [value for value in page.values() if isinstance(value, list)]
    if len(several) == 1:
        return several[0]
    raise _elsewhere(answer, f"it has {len(several) or 'no'} lists; {_holds(page)}")


def _has_its_place(selector: str, page: Any) -> bool:
    """Whether an answer has the place of the list, and says that it is empty (null)."""
    parts = selector.split(".")
    for part in parts[:-1]:
        page = page.get(part) if isinstance(page, dict) else None
    return isinstance(page, dict) and parts[-1] in page


def _holds(page: Any) -> str:
    names = list(page)[:20] if isinstance(page, dict) else []
    return f"it holds {', '.join(map(str, names))}" if names else "it is a list or empty"


def _elsewhere(answer: httpx.Response, what: str) -> SourceUnavailable:
    return SourceUnavailable(
        f"the answer of {place(str(answer.url))}: {what}; say in data_selector where the list is",
        code=NOT_UNDERSTOOD,
    )


def _turns(answer: httpx.Response, what: str) -> SourceUnavailable:
    return SourceUnavailable(
        f"{place(str(answer.url))} {what}: its paging does not work, or not as paginator says; the"
        " list counts as unfinished",
        code=PAGING,
    )


__all__ = ["client_of", "lists"]
