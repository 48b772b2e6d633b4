"""Pages of GoTo Webinar: HAL for most listings, an envelope of its own for registrants."""

from collections.abc import Callable
from typing import TypeVar

from msgspec import Raw

from cophub import Context, Reject
from cophub.connectors.gotomeeting.client import Garbled, GoTo
from cophub.connectors.gotomeeting.payloads import (
    PageOf,
    Payload,
    RegistrantPage,
    SessionPage,
    Webinar,
    WebinarPage,
    WebinarSession,
    title_of,
    whole,
)
from cophub.connectors.gotomeeting.settings import Settings
from cophub.connectors.settings import means
from cophub.http import decode_each

Ctx = Context[Settings]
P = TypeVar("P", bound=Payload)
OnePage = tuple[list[Raw], bool, list[Reject]]
"""The rows of a page as bytes, whether it is the last, and what of it cannot be read."""

SIZE = 200
"""The most that the vendor gives; by default it gives 20."""
TRIES = 5
"""How often a page that was sent twice is asked for."""
MOST_PAGES = 500
"""After so many pages of 200 a listing does not end."""


def webinar_rows(api: GoTo, path: str, **window: str) -> tuple[list[Webinar], list[Reject]]:
    """All webinars of a window."""

    def page(number: int, before: int) -> OnePage:
        found, bad = api.page(path, WebinarPage, page=number, size=SIZE, **window)
        rows = found.embedded.webinars if found.embedded else []
        return rows, last_of(number, found.page), bad

    return decoded_rows(*all_pages(path, page), Webinar)


def session_rows(api: GoTo, path: str, **window: str) -> tuple[list[WebinarSession], list[Reject]]:
    """All sessions of a window."""

    def page(number: int, before: int) -> OnePage:
        found, bad = api.page(path, SessionPage, page=number, size=SIZE, **window)
        rows = found.embedded.session_info_resources if found.embedded else []
        return rows, last_of(number, found.page), bad

    return decoded_rows(*all_pages(path, page), WebinarSession)


def registrant_rows(api: GoTo, path: str) -> tuple[list[Raw], list[Reject]]:
    """All registrants of a webinar, as bytes; a bare array is all of them."""

    def page(number: int, before: int) -> OnePage:
        found, bad = api.page(path, RegistrantPage, page=number, limit=SIZE)
        if found.items is not None:
            return found.items, True, bad
        rows, total = found.data or [], whole(found.total)
        return rows, total is not None and before + len(rows) >= total, bad

    return all_pages(path, page)


def last_of(number: int, page: PageOf) -> bool:
    """Whether a page of HAL is the last; where it does not tell, an empty one is."""
    pages = whole(page.total_pages)
    return pages is not None and number + 1 >= pages


def all_pages(path: str, page: Callable[[int, int], OnePage]) -> tuple[list[Raw], list[Reject]]:
    """The rows of all pages from 0 to the one that is the last, or is empty.

    `page(number, before)` is told how many rows the pages before it had. One that is the same as
    the page before was sent twice, and is asked for again: who is on it would never be asked for.
    """
    rows: list[Raw] = []
    rejects: list[Reject] = []
    known: list[bytes] = []
    for number in range(MOST_PAGES):
        for _ in range(TRIES):
            found, last, bad = page(number, len(rows))
            content = sorted(bytes(row) for row in found)  # in whatever order
            if not found or content != known:
                break
        else:
            raise Garbled(f"GoTo's {path} sends the same page again and again")
        known = content
        rows += found
        rejects += bad
        if last or not found:
            return rows, rejects
    raise Garbled(f"GoTo's {path} does not end after {MOST_PAGES} pages")


def decoded_rows(
    raw: list[Raw], rejects: list[Reject], kind: type[P]
) -> tuple[list[P], list[Reject]]:
    """The rows that can be read, and a reject for each other one."""
    rows, unreadable = decode_each(raw, kind)
    return rows, rejects + unreadable


def takes_webinar(ctx: Ctx, key: str, subject: str | None) -> bool:
    """Whether the settings take a webinar: by its key, its title, or a pattern of its title."""
    title = title_of(subject)
    return any(means(wanted, key, title) for wanted in ctx.settings.webinars)
