"""Mailman core's REST server: its calls, its pages, and what its errors mean."""

from collections.abc import Iterator
from typing import TypeVar
from urllib.parse import quote

import httpx
import msgspec

from cophub import AuthError, Context, Reject, SourceUnavailable
from cophub.connectors.mailman.payloads import (
    Address,
    Ban,
    BanPage,
    ListConfig,
    ListPage,
    MailingList,
    Member,
    MemberPage,
    Preferences,
    Versions,
)
from cophub.connectors.mailman.settings import Settings
from cophub.connectors.settings import origin_of
from cophub.error_codes import CREDENTIALS, NO_CONNECTION, NOT_THERE, NOT_UNDERSTOOD, VENDOR_FAULT

T = TypeVar("T", bound=msgspec.Struct)
Ctx = Context[Settings]

PAGE = 1000
"""Rows of a page. A page is one query at the server: a roster that fits in is of one moment."""


class Core:
    """The REST server of one Mailman core."""

    def __init__(self, ctx: Ctx) -> None:
        from cophub.http import basic

        settings = ctx.settings
        secret = settings.password.get_secret_value() if settings.password else ""
        self.host = origin_of(settings.base_url)
        self.client = ctx.client(base_url=f"{self.host}/3.1/", auth=basic(settings.user, secret))

    def versions(self) -> Versions:
        """What runs there."""
        return self._one("system/versions", Versions)

    def lists(self) -> tuple[list[MailingList], list[Reject]]:
        """Every list, and those that cannot be understood."""
        found: list[MailingList] = []
        rejects: list[Reject] = []
        for page, unreadable in self._pages("lists", ListPage):
            found += page.entries
            rejects += unreadable
        return found, rejects

    def config(self, list_id: str) -> ListConfig:
        """How a list is set up."""
        return self._one(f"lists/{quote(list_id)}/config", ListConfig)

    def roster(self, list_id: str, role: str) -> Iterator[tuple[MemberPage, list[Reject]]]:
        """The pages of one roster: `member`, `owner`, `moderator` or `nonmember`."""
        yield from self._pages(f"lists/{quote(list_id)}/roster/{role}", MemberPage)

    def count(self, list_id: str, role: str) -> int:
        """How many there are in a roster."""
        path = f"lists/{quote(list_id)}/roster/{role}"
        return self._page(path, MemberPage, page=1, count=1)[0].total_size

    def bans(self, list_id: str | None = None) -> tuple[list[Ban], list[Reject]]:
        """Who may not subscribe to a list, or to any, and bans that cannot be understood."""
        path = "bans" if list_id is None else f"lists/{quote(list_id)}/bans"
        found: list[Ban] = []
        rejects: list[Reject] = []
        for page, unreadable in self._pages(path, BanPage):
            found += page.entries
            rejects += unreadable
        return found, rejects

    def address(self, email: str) -> Address | None:
        """An address; None when it is not there any more."""
        answer = self._send(f"addresses/{quote(email, safe='@')}", {})
        return None if answer.status_code == 404 else self._decode(answer, Address)

    def preferences(self, member: Member) -> Preferences | None:
        """How somebody is delivered to; None when the member is not there any more."""
        answer = self._send(f"members/{quote(member.member_id)}/all/preferences", {})
        return None if answer.status_code == 404 else self._decode(answer, Preferences)

    def _pages(self, path: str, kind: type[T]) -> Iterator[tuple[T, list[Reject]]]:
        """Every page; the last is the one with which all rows that were announced are there."""
        number, seen = 1, 0
        while True:
            page, rejects = self._page(path, kind, page=number, count=PAGE)
            rows = len(page.entries) + len(rejects)  # type: ignore[attr-defined]
            yield page, rejects
            seen += rows
            if not rows or seen >= page.total_size:  # type: ignore[attr-defined]
                return
            number += 1

    def _page(self, path: str, kind: type[T], **query: int) -> tuple[T, list[Reject]]:
        from cophub.http import decode_page

        answer = self._send(path, query)
        self._check(answer, path)
        return decode_page(answer.content, kind)

    def _one(self, path: str, kind: type[T]) -> T:
        answer = self._send(path, {})
        self._check(answer, path)
        return self._decode(answer, kind)

    def _decode(self, answer: httpx.Response, kind: type[T]) -> T:
        try:
            return msgspec.json.decode(self._check(answer).content, type=kind)
        except msgspec.MsgspecError as error:
            raise SourceUnavailable(
                f"{self.host} does not answer as Mailman core does ({error}); is base_url the"
                " address of its REST server?",
                code=NOT_UNDERSTOOD,
            ) from error

    def _send(self, path: str, query: dict[str, int]) -> httpx.Response:
        try:
            return self.client.get(path, params=query or None)
        except SourceUnavailable as error:
            raise self._explained(error, path) from error

    def _check(self, answer: httpx.Response, path: str = "") -> httpx.Response:
        from cophub.http import check_status

        if answer.status_code == 401:
            raise AuthError(
                f"{self.host} refuses the user and password; set them to admin_user and"
                " admin_pass under [webservice] in mailman.cfg",
                code=CREDENTIALS,
            )
        if answer.status_code == 404:
            raise SourceUnavailable(_not_there(self.host, path), code=NOT_THERE)
        return check_status(answer)

    def _explained(self, error: SourceUnavailable, path: str) -> SourceUnavailable:
        """`error`, with what is known to cause it."""
        from cophub.http.auth import status_of

        status = status_of(error)
        if status == 500:
            return SourceUnavailable(
                f"{self.host} answers 500 to {path.partition('/')[0]}; if it does so to every call"
                " for lists, SQLAlchemy 2.1 or later is installed, which breaks Mailman 3.3.10:"
                " run pip install 'SQLAlchemy<2.1' in Mailman's environment and restart it, else"
                " look at var/logs/mailman.log",
                code=VENDOR_FAULT,
            )
        if not status:
            return SourceUnavailable(
                f"{error}. Mailman's REST server listens on its own machine only, unless"
                " mailman.cfg says otherwise: run cophub there, or set base_url to a tunnel to it",
                code=NO_CONNECTION,
            )
        return error


def _not_there(host: str, path: str) -> str:
    parts = path.split("/")
    if parts[0] == "lists" and len(parts) > 1:
        return f"{host} has no list {parts[1]!r} any more; the next run goes on without it"
    return f"{host} has no /3.1/{parts[0]}; base_url must be the REST server of Mailman core 3.1+"
