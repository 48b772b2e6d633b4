"""HyperKitty, the archive of Mailman 3: its API, its export, and signing in to it.

Source: HyperKitty 1.3, `/api/list/{address}/…` and `/list/{address}/export/…`.
"""

import re
from base64 import b32encode
from collections.abc import Iterator
from hashlib import sha1
from typing import TypeVar
from urllib.parse import quote, urljoin, urlsplit

import httpx
import msgspec

from cophub import AuthError, Context, Reject, SourceUnavailable
from cophub.connectors.mailman.payloads import (
    ArchivedList,
    ArchivedListPage,
    Email,
    EmailPage,
    Thread,
    ThreadPage,
)
from cophub.connectors.mailman.settings import Settings
from cophub.connectors.web.markup import elements
from cophub.error_codes import CREDENTIALS, NOT_THERE, NOT_UNDERSTOOD

T = TypeVar("T", bound=msgspec.Struct)
P = TypeVar("P", ArchivedListPage, EmailPage, ThreadPage)
Ctx = Context[Settings]

PAGE = 100
_THERE = "mailman archives"


class Archive:
    """One HyperKitty, signed in where the settings have a login."""

    def __init__(self, ctx: Ctx) -> None:
        self.ctx = ctx
        self.root = ctx.settings.archive
        self.client = ctx.once(_signed_in)

    def lists(self) -> tuple[list[ArchivedList], list[Reject]]:
        """Every list whose archive is public, and rows that cannot be understood."""
        found: list[ArchivedList] = []
        rejects: list[Reject] = []
        for page, unreadable in self._pages("/api/lists/", ArchivedListPage):
            found += page.results
            rejects += unreadable
        return found, rejects

    def archived(self, address: str) -> ArchivedList | None:
        """One list; None when it has no archive, or none yet."""
        answer = self._send(f"/api/list/{quote(address)}/", {})
        if answer.status_code == 404:
            return None
        return self._decode(answer, ArchivedList, address)

    def has(self, address: str) -> bool:
        """Whether a list has an archive: it is made with the first message."""
        known: dict[str, bool] = self.ctx.shared.setdefault(_THERE, {})
        if address not in known:
            known[address] = self.archived(address) is not None
        return known[address]

    def newest(self, address: str) -> tuple[int, str, list[Reject]]:
        """How many messages an archive has, a mark of the one that came last, and its row if bad.

        Of a row that cannot be understood the mark is empty.
        """
        path = f"/api/list/{quote(address)}/emails/"
        page, rejects = self._page(path, EmailPage, limit=1, offset=0)
        return page.count, page.results[0].message_id_hash if page.results else "", rejects

    def threads(self, address: str) -> Iterator[tuple[ThreadPage, list[Reject]]]:
        """The pages of an archive's threads, the latest active first, with their bad rows."""
        yield from self._pages(f"/api/list/{quote(address)}/threads/", ThreadPage)

    def threads_from(self, address: str, offset: int, limit: int) -> ThreadPage:
        """Some of an archive's threads, the latest active first, but for rows that are bad."""
        path = f"/api/list/{quote(address)}/threads/"
        return self._page(path, ThreadPage, limit=limit, offset=offset)[0]

    def emails_of(self, address: str, thread: Thread) -> tuple[list[Email], list[Reject]]:
        """The messages of a thread, without their votes, and rows that cannot be understood."""
        path = f"/api/list/{quote(address)}/thread/{quote(thread.thread_id)}/emails/"
        found: list[Email] = []
        rejects: list[Reject] = []
        for page, unreadable in self._pages(path, EmailPage):
            found += page.results
            rejects += unreadable
        return found, rejects

    def email(self, address: str, mark: str) -> Email | Reject:
        """A message with its votes; a Reject where it is not as it should be."""
        from cophub.http import decode_each

        answer = self._send(f"/api/list/{quote(address)}/email/{quote(mark)}/", {})
        content = self.refuse(answer, address).content
        found, rejects = decode_each([msgspec.Raw(content)], Email)
        return found[0] if found else rejects[0]

    def export_path(self, address: str) -> str:
        """Where the messages of a list are handed out as a packed mbox."""
        return f"{self.root}/list/{quote(address)}/export/{quote(address)}.mbox.gz"

    def page_of(self, address: str, message_id: str) -> str:
        """The page of a message, by its id without brackets."""
        return f"{self.root}/list/{address}/message/{mark_of(message_id)}/"

    def refuse(self, answer: httpx.Response, address: str) -> httpx.Response:
        """`answer` unless it is an error, which is told in one line with the next step."""
        from cophub.http import check_status

        if answer.status_code in (401, 403):
            settings = self.ctx.settings
            fix = (
                f"subscribe {settings.archive_user} to it, or give another archive_user"
                if settings.archive_user
                else "set archive_user and archive_password of one of its members"
            )
            raise AuthError(
                f"{self.root} keeps the archive of {address} for its members; {fix}",
                code=CREDENTIALS,
            )
        if answer.status_code == 404:
            raise SourceUnavailable(
                f"{self.root} has nothing at {answer.url.path.partition('/list/')[0]}/list/…;"
                " archive_url must be the address of HyperKitty's first page",
                code=NOT_THERE,
            )
        if answer.status_code == 400:
            raise SourceUnavailable(
                f"{self.root} does not hand out its archives; have HYPERKITTY_MBOX_EXPORT = True"
                " set in its settings.py"
            )
        return check_status(answer)

    def _pages(self, path: str, kind: type[P]) -> Iterator[tuple[P, list[Reject]]]:
        """Every page; the last is the one with which all that was announced is there."""
        seen = 0
        while True:
            page, rejects = self._page(path, kind, limit=PAGE, offset=seen)
            yield page, rejects
            rows = len(page.results) + len(rejects)
            seen += rows
            if not rows or seen >= page.count:
                return

    def _page(self, path: str, kind: type[P], **query: int) -> tuple[P, list[Reject]]:
        from cophub.http import decode_page

        content = self.refuse(self._send(path, query), _named(path)).content
        try:
            return decode_page(content, kind)
        except SourceUnavailable as error:
            raise self._unlike(error) from error

    def _send(self, path: str, query: dict[str, int]) -> httpx.Response:
        # Without `format` a server may be set up to show its API as a web page.
        return self.client.get(f"{self.root}{path}", params={**query, "format": "json"})

    def _decode(self, answer: httpx.Response, kind: type[T], address: str) -> T:
        try:
            return msgspec.json.decode(self.refuse(answer, address).content, type=kind)
        except msgspec.MsgspecError as error:
            raise self._unlike(error) from error

    def _unlike(self, error: Exception) -> SourceUnavailable:
        return SourceUnavailable(
            f"{self.root} does not answer as HyperKitty does ({error}); archive_url must be the"
            " address of HyperKitty's first page",
            code=NOT_UNDERSTOOD,
        )


def _named(path: str) -> str:
    """The list whose address a path has, or the path."""
    return path.partition("/list/")[2].partition("/")[0] or path


def mark_of(message_id: str) -> str:
    """HyperKitty's mark of a message, as in its addresses: the SHA-1 of its id, in base 32."""
    return b32encode(sha1(message_id.encode(), usedforsecurity=False).digest()).decode()


def key_of(message_id: str) -> str:
    """The key of a post: its id as the export writes it into its Message-ID."""
    return re.sub(r"[\s<>()]", "", message_id)


def hidden_fields(page: str) -> dict[str, str]:
    """The hidden fields of a page's forms; of those of one name the first."""
    found: dict[str, str] = {}
    for each in elements(page, "input"):
        values = each.attributes
        if values.get("type", "").lower() == "hidden" and values.get("name"):
            found.setdefault(values["name"], values.get("value", ""))
    return found


def _signed_in(ctx: Ctx) -> httpx.Client:
    """The client of a run, signed in where the settings have a login."""
    settings = ctx.settings
    origin = urlsplit(settings.archive)
    client = ctx.client(base_url=f"{origin.scheme}://{origin.netloc}")
    if settings.archive_user and settings.archive_password:
        secret = settings.archive_password.get_secret_value()
        page = urljoin(settings.archive, "/accounts/login/")
        _sign_in(client, page, settings.archive_user, secret)
    return client


def _sign_in(client: httpx.Client, url: str, user: str, secret: str) -> None:
    """Sign in as a browser does: the form's own fields with it, and where it was found."""
    from cophub.http import check_status, remember_secret

    remember_secret(secret)
    page = check_status(client.get(url))
    fields = {**hidden_fields(page.text), "login": user, "password": secret}
    # Django takes a form over HTTPS only with a Referer of its own host.
    # Where it leads to is another page of the site, which may be out of order; it is not needed.
    answer = client.post(url, data=fields, headers={"Referer": url}, follow_redirects=False)
    if not answer.is_redirect:
        raise AuthError(
            f"{urlsplit(url).netloc} refuses archive_user and archive_password; try them at {url}"
            " in a browser",
            code=CREDENTIALS,
        )
