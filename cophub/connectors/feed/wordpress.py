"""Asks a WordPress site for its posts, comments and authors.

What is new is asked for newest first until something is old: that needs one request when nothing
is, works with every version since 4.7, and does not depend on the zone in which a site compares
dates. How many there are, which every answer tells, says whether that was all.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from typing import Any, TypeVar
from urllib.parse import urlsplit

import httpx
import msgspec

from cophub import AuthError, Context, SourceUnavailable
from cophub.connectors.feed.payloads import WpProblem, WpRoot
from cophub.connectors.feed.settings import Settings
from cophub.connectors.web.fetch import Fetcher, raise_for, shown
from cophub.error_codes import NOT_UNDERSTOOD
from cophub.http import decode_each

P = TypeVar("P", bound=msgspec.Struct)
PAGE = 100
"""Items of a page, the most that WordPress gives."""
GLANCE = 10
"""Items of the first page of a run that expects nothing new."""


@dataclass
class Page:
    """One page of a collection: raw items, and how many there are in all (-1: not told)."""

    items: list[msgspec.Raw]
    total: int
    pages: int
    at: str
    """When the site answered, by its own clock, as WordPress writes instants in UTC."""


class Closed(AuthError):  # noqa: N818 - a state of the site, not a fault of ours
    """The site keeps a part of its API to itself."""


class Site:
    """One site's API, below its address (`/wp-json/`, or `?rest_route=/` without permalinks)."""

    def __init__(self, ctx: Context[Settings], url: str, api: str = "") -> None:
        self.home = home_of(url)
        self.api = f"{api or self.home + '/wp-json'}".rstrip("/") + "/"
        self._fetcher = Fetcher(ctx, self.home)
        self._now = ctx.now

    def root(self) -> WpRoot:
        """What the API says about its site; finds the API of a site without permalinks."""
        answer = self._get("", {})
        if answer.status_code == 404 and "rest_route" not in self.api:
            self.api = f"{self.home}/?rest_route=/"
            answer = self._get("", {})
        self._refuse(answer)
        root: WpRoot = self._decode(answer, WpRoot)
        return root

    def page(self, collection: str, number: int, size: int = PAGE, **params: Any) -> Page:
        """One page of a collection; an empty one behind the last."""
        asked = {"per_page": size, "page": number, **params}
        answer = self._get(f"wp/v2/{collection}", asked)
        if answer.status_code == 400 and self._problem(answer).code in (
            "rest_post_invalid_page_number", "rest_comment_invalid_page_number",
            "rest_user_invalid_page_number",
        ):  # fmt: skip
            return Page([], -1, number - 1, "")
        self._refuse(answer)
        items = self._decode(answer, list[msgspec.Raw])
        total, pages = _count(answer, "x-wp-total"), _count(answer, "x-wp-totalpages")
        return Page(items, total, pages, self._clock(answer))

    def by_number(self, collection: str, numbers: Sequence[int], kind: type[P]) -> list[P]:
        """The items with these numbers, of those that the site shows."""
        found: list[P] = []
        for start in range(0, len(numbers), PAGE):
            some = ",".join(map(str, numbers[start : start + PAGE]))
            page = self.page(collection, 1, include=some)
            found += decode_each(page.items, kind)[0]
        return found

    def walk(self, collection: str, first: int) -> Iterator[tuple[int, Page]]:
        """Every page from `first` on, in the order of the items' numbers.

        New items come at the end. When one is taken away meanwhile, those behind it move up into
        the page that was just read, so that one is read again.
        """
        number, before = first, -1
        while True:
            page = self.page(collection, number, orderby="id", order="asc")
            if -1 < page.total < before and number > first:
                number, before = number - 1, page.total
                continue
            before = page.total
            yield number, page
            is_last = number >= page.pages if page.pages >= 0 else len(page.items) < PAGE
            if is_last or not page.items:
                return
            number += 1

    def _get(self, path: str, params: dict[str, Any]) -> httpx.Response:
        route, mark, rest = self.api.partition("rest_route=")
        if mark:
            query = {"rest_route": f"{rest.rstrip('/')}/{path}", **params}
            url = route.rstrip("?&")
            return self._fetcher.client.get(self._fetcher.asked(url), params=query)
        return self._fetcher.client.get(self._fetcher.asked(self.api + path), params=params)

    def _refuse(self, answer: httpx.Response) -> None:
        if answer.status_code < 400:
            return
        code = str(self._problem(answer).code)
        where = shown(str(answer.url))
        if answer.status_code in (401, 403) or code in ("rest_no_route", "rest_disabled"):
            told = f' ("{code}")' if re.fullmatch(r"[\w-]{1,60}", code) else ""
            raise Closed(
                f"{where} answered {answer.status_code}{told}: the site keeps this part of its"
                " WordPress API closed; ask its owner for a login with an application password"
                ' (username, password), or read its feed with kind = "feed"'
            )
        raise_for(answer)

    def _problem(self, answer: httpx.Response) -> WpProblem:
        try:
            return msgspec.json.decode(answer.content, type=WpProblem)
        except msgspec.MsgspecError:
            return WpProblem()

    def _decode(self, answer: httpx.Response, kind: Any) -> Any:
        try:
            # Some plugins write a byte order mark before everything that the site answers.
            return msgspec.json.decode(answer.content.removeprefix(b"\xef\xbb\xbf"), type=kind)
        except (msgspec.MsgspecError, UnicodeDecodeError) as error:
            raise SourceUnavailable(
                f"{shown(str(answer.url))} did not answer as WordPress does; look at the address in"
                ' a browser, or read the site\'s feed with kind = "feed"',
                code=NOT_UNDERSTOOD,
            ) from error

    def _clock(self, answer: httpx.Response) -> str:
        try:
            at = parsedate_to_datetime(answer.headers["date"])
        except (KeyError, ValueError, TypeError):
            at = self._now
        return at.strftime("%Y-%m-%dT%H:%M:%S")


def home_of(url: str) -> str:
    """A site's own address, from that or from one of its API."""
    parts = urlsplit(url)
    path = parts.path.partition("/wp-json")[0].rstrip("/")
    return f"{parts.scheme}://{parts.netloc}{path}"


def _count(answer: httpx.Response, name: str) -> int:
    value = answer.headers.get(name, "")
    return int(value) if value.isdecimal() else -1
