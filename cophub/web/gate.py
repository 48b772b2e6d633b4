"""The site for people who sign in: each is shown what their address may read.

Rights are looked up at each request, in the lists that plugins.toml has then. Who reads the pages
for members or facilitators is noted in the audit log before the first of them is shown, once for
each session and audience.
"""

import asyncio
import hashlib
import logging
import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Protocol
from urllib.parse import quote, urlsplit

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import FileResponse, RedirectResponse, Response
from starlette.routing import Route

from cophub.config.serve_table import SignInTable
from cophub.error_codes import SITE_SIGN_IN
from cophub.errors import CophubError
from cophub.web.claims import Audience, audience_of
from cophub.web.often import Often
from cophub.web.pages import Form, Pages, Said, Way, language_of, with_next
from cophub.web.provider import Provider, SignInFailed
from cophub.web.reader import with_reader
from cophub.web.sessions import LASTS_SECONDS, Session, Sessions
from cophub.web.shelves import Found, find

log = logging.getLogger("cophub.web")
BACK = "/sign-in/back"
_GO, _OUT = "/sign-in/go", "/sign-out"
_MOST_A_MINUTE = 60
_LARGEST_FORM = 4096
_LONGEST_PATH = 1000
_DRAWING = re.compile(r"charts-[0-9a-f]+\.js")
"""What draws charts: the same for every reader, and under another name when it is another."""
_STATUS = {"away": 503, "wrong": 502, "declined": 403, "late": 400, "unproved": 403}


class Note(Protocol):
    """Writes into the audit log. Raises CophubError where it cannot."""

    def __call__(self, action: str, subject: str | None, who: str, **details: Any) -> None: ...


class Gate:
    """Answers for the site at `address`, to whom `lists` lets in now."""

    def __init__(
        self,
        site: Path,
        address: str,
        provider: Provider,
        sessions: Sessions,
        lists: Callable[[], SignInTable],
        note: Note,
        pages: Pages,
        headers: dict[str, str],
    ) -> None:
        self._site, self._address, self._provider = site, address, provider
        self._sessions, self._lists, self._note = sessions, lists, note
        self._pages, self._headers = pages, headers
        self._often = Often(_MOST_A_MINUTE)
        self._noting = asyncio.Lock()

    def routes(self) -> list[Route]:
        """Signing in and out, and every page."""
        return [
            Route("/sign-in", self.sign_in, methods=["GET"]),
            Route(_GO, self.go, methods=["GET"]),
            Route(BACK, self.back, methods=["GET"]),
            Route(_OUT, self.account, methods=["GET"]),
            Route(_OUT, self.sign_out, methods=["POST"]),
            Route("/{path:path}", self.page, methods=["GET"]),
        ]

    # Signing in

    async def sign_in(self, request: Request) -> Response:
        """Says what signing in is for, and leads there."""
        after = _after(request)
        language = language_of(request, after)
        is_open = find(self._site, "", self._may(None)).file is not None
        said = Said(
            "sign_in", "lead_some" if is_open else "lead", ["how"],
            [Way("sign_in", with_next(_GO, after, language)), *self._public(is_open)],
        )  # fmt: skip
        return self._pages.show(said, language, stay=with_next("/sign-in", after))

    async def go(self, request: Request) -> Response:
        """To the provider; the browser keeps what it must bring back."""
        after = _after(request)
        if not self._is_ours(request):
            return RedirectResponse(self._address + with_next(_GO, after), 307)
        if self._is_too_often(request):
            return self._too_often(request)
        # What the page was asked in stays the language of what comes after.
        request.scope["session"] = {"next": after, "language": language_of(request, after)}
        try:
            url = await self._provider.begin(request)
        except SignInFailed as failed:
            return self._failed(request, failed, after)
        answer = RedirectResponse(url, 303, headers={"Cache-Control": "no-store"})
        self._sessions.keep(answer, request.session)
        return answer

    async def back(self, request: Request) -> Response:
        """From the provider: whoever proves an address on a list has a session then."""
        if self._is_too_often(request):
            return self._too_often(request)
        under_way = self._sessions.kept(request)
        request.scope["session"] = under_way
        after = _own_path(under_way.get("next"))
        try:
            who = await self._provider.finish(request)
        except SignInFailed as failed:
            answer = self._failed(request, failed, after)
        else:
            answer = await self._let_in(request, who.address, who.name, after)
        self._sessions.forget(answer)
        return answer

    async def _let_in(self, request: Request, address: str, name: str, after: str) -> Response:
        audience = audience_of(address, self._lists())
        refused = audience == "public"
        try:
            await run_in_threadpool(
                self._note, "sign in", None if refused else audience, address, refused=refused
            )
        except CophubError as error:
            return self._unnoted(request, error, after)
        if refused:
            return self._no_access(request, address, Found(needs="members"), after)
        answer = RedirectResponse(self._address + after, 303, headers={"Cache-Control": "no-store"})
        # Whatever session there was ends: nobody goes on in one that somebody else began.
        self._sessions.end(answer, self._sessions.of(request))
        self._sessions.begin(answer, address, name)
        return answer

    # Signing out

    async def account(self, request: Request) -> Response:
        """Who is signed in, with the button that ends it; that nobody is, else."""
        language, session = language_of(request), self._sessions.of(request)
        if session is None:
            leave = self._provider.leaving(self._address)
            ways = [Way("sign_in", "/sign-in"), *([Way("leave_all", leave)] if leave else [])]
            said = Said("signed_out", "signed_out_lead", ways=ways)
            return self._pages.show(said, language, stay=_OUT)
        until = datetime.fromtimestamp(session.since, UTC) + timedelta(seconds=LASTS_SECONDS)
        said = Said(
            "account", "you_are", ["noted", "until"], [Way("to_start", "/")],
            Form("sign_out", _OUT, self._sessions.mark(session)),
        )  # fmt: skip
        return self._pages.show(
            said, language, stay=_OUT, name=session.name, address=session.address,
            audience=self._called(self._may(session) or "public", language), time=f"{until:%H:%M}",
        )  # fmt: skip

    async def sign_out(self, request: Request) -> Response:
        """Ends the session of the form's own page; a form of anybody else's page ends nothing."""
        session = self._sessions.of(request)
        answer = RedirectResponse(f"{_OUT}?language={language_of(request)}", 303)
        if session is None:
            return answer
        form = await _small_form(request)
        elsewhere = request.headers.get("sec-fetch-site", "same-origin") != "same-origin"
        if elsewhere or not self._sessions.is_marked(session, form):
            return RedirectResponse(_OUT, 303)
        self._sessions.end(answer, session)
        return answer

    # Pages

    async def page(self, request: Request) -> Response:
        """A page or a file, of the audience that its path or its reader has."""
        path = str(request.path_params["path"])
        if not self._is_ours(request):
            return RedirectResponse(self._address + request.url.path, 307)
        if not self._site.is_dir():
            said = Said("unmade", "unmade_lead")
            return self._pages.show(said, language_of(request, path), 503)
        session = self._sessions.of(request)
        found = find(self._site, path, self._may(session))
        if found.needs is not None:
            return self._not_shown(request, session, found, f"/{path}")
        if found.file is None:
            return self._missing(request, session, f"/{path}")
        try:
            await self._noted(session, found.audience)
        except CophubError as error:
            return self._unnoted(request, error, f"/{path}")
        return await self._sent(session, found.file, found.audience, f"/{path}")

    async def _sent(
        self, session: Session | None, file: Path, audience: Audience, path: str
    ) -> Response:
        # Nothing of it stays in a cache that somebody else finds; the way back shows nothing.
        kept = "no-store" if audience != "public" or session else "no-cache"
        if _DRAWING.fullmatch(file.name):
            kept = "private, max-age=3600"
        headers = {**self._headers, "Cache-Control": kept, "Vary": "Cookie"}
        if file.suffix != ".html":
            return FileResponse(file, headers=headers)
        try:
            content = await run_in_threadpool(file.read_bytes)
        except OSError:  # a newer version took its place at this moment
            return RedirectResponse(self._address + path, 307)
        page = with_reader(content, session, path)
        if kept == "no-cache":
            mark = hashlib.blake2b(page, digest_size=16).hexdigest()
            headers["ETag"] = f'"{mark}"'
        return Response(page, headers=headers, media_type="text/html")

    async def _noted(self, session: Session | None, audience: Audience) -> None:
        if session is None or audience == "public":
            return
        async with self._noting:  # a page asks for several files at once
            if self._sessions.first(session, audience):
                await run_in_threadpool(self._note, "site", audience, session.address)
                self._sessions.noted(session, audience)

    def _may(self, session: Session | None) -> Audience | None:
        """The narrowest audience whose pages somebody may read; None: not even the public's."""
        lists = self._lists()
        of_lists = audience_of(session.address, lists) if session else "public"
        return None if of_lists == "public" and not lists.public else of_lists

    # What is shown instead

    def _not_shown(
        self, request: Request, session: Session | None, found: Found, path: str
    ) -> Response:
        if session is None:
            return RedirectResponse(self._address + with_next("/sign-in", path), 303)
        return self._no_access(request, session.address, found, path)

    def _no_access(self, request: Request, address: str, found: Found, path: str) -> Response:
        language = self._spoken(request, path)
        is_open = find(self._site, "", self._may(None)).file is not None
        audience = audience_of(address, self._lists())
        lead = "no_access_public" if is_open else "no_access_none"
        ways = [Way("another", with_next(_GO, path)), *self._public(is_open)]
        if audience != "public":
            lead, ways = "no_access_narrow", [Way("to_start", "/"), ways[0]]
        said = Said("no_access", lead, ["no_access_next"], ways)
        named = self._called(found.needs or "members", language)
        return self._pages.show(said, language, 403, address=address, audience=named)

    def _missing(self, request: Request, session: Session | None, path: str) -> Response:
        ways = [Way("to_start", "/")]
        if session is None:
            ways.append(Way("sign_in", with_next("/sign-in", path)))
        notes = ["missing_more"] if session is None else []
        said = Said("missing", "missing_lead", notes, ways)
        return self._pages.show(said, language_of(request, path), 404)

    def _failed(self, request: Request, failed: SignInFailed, after: str) -> Response:
        ways = [Way("again", with_next("/sign-in", after))]
        code = ""
        if failed.reason in ("away", "wrong"):
            code = SITE_SIGN_IN
            log.warning(
                "nobody can sign in at %s: %s [%s]", self._provider.issuer, failed.said, code
            )
        said = Said(failed.reason, f"{failed.reason}_lead", (), ways, code=code)
        return self._pages.show(said, self._spoken(request, after), _STATUS[failed.reason])

    def _unnoted(self, request: Request, error: CophubError, path: str) -> Response:
        log.error("who reads the site cannot be noted, so nothing is shown [%s]", error.code)
        said = Said("unnoted", "unnoted_lead", ways=[Way("again", quote(path))], code=error.code)
        return self._pages.show(said, self._spoken(request, path), 503)

    def _too_often(self, request: Request) -> Response:
        answer = self._pages.show(Said("often", "often_lead"), language_of(request), 429)
        answer.headers["Retry-After"] = "60"
        return answer

    # What is asked

    def _public(self, is_open: bool) -> list[Way]:
        return [Way("read_public", "/")] if is_open else []

    def _spoken(self, request: Request, path: str) -> str:
        """The language in which somebody began to sign in."""
        begun = request.scope.get("session") or {}
        return str(begun.get("language") or language_of(request, path))

    def _called(self, audience: Audience, language: str) -> str:
        return self._pages.word(audience, language)

    def _is_too_often(self, request: Request) -> bool:
        return self._often.is_too_often(request.client.host if request.client else "")

    def _is_ours(self, request: Request) -> bool:
        """Whether it was asked under the name that cookies and the provider know."""
        return request.url.hostname == urlsplit(self._address).hostname


def _after(request: Request) -> str:
    return _own_path(request.query_params.get("next"))


def _own_path(path: object) -> str:
    """A path of this site; `/` for anything that a browser might take for another address."""
    if not isinstance(path, str) or not path.startswith("/") or path.startswith("//"):
        return "/"
    odd = "\\" in path or not path.isprintable() or len(quote(path)) > _LONGEST_PATH
    return "/" if odd or path.startswith(("/sign-in", _OUT)) else path


async def _small_form(request: Request) -> str:
    """The mark that a form carries; none where it is no form of ours."""
    body = b""
    async for piece in request.stream():
        body += piece
        if len(body) > _LARGEST_FORM:
            return ""
    name, _, mark = body.decode("latin-1").partition("=")
    return mark if name == "mark" else ""


__all__ = ["BACK", "Gate", "Note"]
