"""Talking to a site: logging in, calls with their statuses, and listings page by page.

Source: Adobe Connect's XML API, `/api/xml?action=...`.
"""

import threading
from collections.abc import Iterator
from typing import Any

from cophub import AuthError, Context, SourceUnavailable
from cophub.connectors.adobeconnect.answer import Answer, Row, read_answer
from cophub.connectors.adobeconnect.settings import Settings
from cophub.error_codes import CREDENTIALS, NOT_THERE, PERMISSION
from cophub.http import SAFE, check_status, remember_secret
from cophub.http.auth import without_addresses

Ctx = Context[Settings]
PATH = "/api/xml"
COOKIE = "BREEZESESSION"
PAGE = 250
SMALLEST_PAGE = 10
STEPS_BACK = 5
"""How often a listing that moves is looked for again before giving up."""

_WHY = {
    "account-expired": "the customer account has expired; ask whoever pays for it",
    "no-quota": "the limits of the account are reached; ask whoever pays for it",
    "not-secure": "the site wants https; correct base_url",
    "pending-activation": "the account is not activated yet",
    "pending-license": "the account's licence agreement is not settled; an administrator logs in"
    " and accepts it",
    "sco-expired": "it has expired",
    "sco-not-started": "it has not begun",
    "not-available": "it is not available now",
}


class Denied(AuthError):  # noqa: N818 - a state of the vendor, not a fault
    """The account may not see this; other things it may."""

    usual_code = PERMISSION


class NotThere(SourceUnavailable):
    """The site has no such room, folder or group (any more)."""

    usual_code = NOT_THERE


class TooMuch(SourceUnavailable):
    """The answer would be larger than the site gives at once."""


class AdobeConnect:
    """One site as one run sees it: streams share it, and its session."""

    def __init__(self, ctx: Ctx) -> None:
        self._settings = ctx.settings
        self._client = ctx.client(base_url=ctx.settings.host)
        self._lock = threading.Lock()
        self._cookie = ""

    @classmethod
    def of(cls, ctx: Ctx) -> "AdobeConnect":
        """The one that all streams of a run share, so that it logs in once."""
        return ctx.once(cls)

    def call(self, action: str, **given: str | int) -> Answer:
        """The answer to an action, with status ok.

        A session that died is begun again, once. Raises Denied, NotThere, TooMuch, AuthError for
        refused credentials and SourceUnavailable for anything else.
        """
        dead = ""
        while True:
            cookie = self._session(dead)
            answer = self._ask(action, given, cookie)
            if answer.code != "no-access" or answer.subcode not in ("no-login", "") or dead:
                return self._checked(action, answer)
            dead = cookie

    def pages(
        self, action: str, container: str, key: tuple[str, ...], sort: str, **given: str | int
    ) -> Iterator[list[Row]]:
        """The rows of a listing, page by page, each row once; `key` names what identifies one.

        Each page begins with the last row of the one before, so that a listing that moved shows: no
        row of the page is known. Then it is read again from further up. A page that is too much is
        asked for in halves.
        """
        size, start, back, again, reached = PAGE, 0, 0, 0, 0
        seen: set[tuple[str | None, ...]] = set()
        while True:
            asked = {f"sort-{sort}": "asc", "filter-rows": size, "filter-start": start, **given}
            try:
                rows = self.call(action, **asked).rows(container)
            except TooMuch:
                if size <= SMALLEST_PAGE:
                    raise
                size = max(size // 2, SMALLEST_PAGE)
                continue
            keys = [tuple(map(row.get, key)) for row in rows]
            if start and seen.isdisjoint(keys):
                back += 1
                if back > STEPS_BACK:
                    raise SourceUnavailable(
                        f"{action} changed faster than it could be read; the next run reads it"
                    )
                reached = max(reached, start)
                start = max(start - size, 0)
                continue
            if start < reached and len(rows) == size and seen.issuperset(keys):
                start += len(rows) - 1  # what was gone back to is as it was; it goes on after it
                continue
            if len(rows) == size and seen.issuperset(keys):
                # The page before was sent twice, or a server takes no notice of pages and has as
                # many rows as one holds: it shows by what it answers to another size.
                again += 1
                if again > STEPS_BACK:
                    size, again = self._smaller(action, size), 0
                continue
            again = 0
            fresh = [row for row, one in zip(rows, keys, strict=True) if one not in seen]
            seen.update(keys)
            yield fresh
            if len(rows) != size or not fresh:
                return
            start += len(rows) - 1

    def _smaller(self, action: str, size: int) -> int:
        """Another size to ask for, where the same page comes again and again."""
        if size < 4:
            raise SourceUnavailable(
                f"{action} gives the same page again and again; the next run reads it"
            )
        return size // 2

    def rows(
        self, action: str, container: str, key: tuple[str, ...], sort: str, **given: str | int
    ) -> list[Row]:
        """All rows of a listing."""
        found = self.pages(action, container, key, sort, **given)
        return [row for page in found for row in page]

    def version(self) -> str | None:
        """Which Adobe Connect the site runs, as it says itself."""
        found = self.call("common-info").one("common")
        return found.get("version") if found else None

    # The session

    def _session(self, dead: str) -> str:
        """The cookie of a session that is logged in, begun anew where it was `dead`."""
        with self._lock:
            if not self._cookie or self._cookie == dead:
                self._cookie = self._log_in()
            return self._cookie

    def _log_in(self) -> str:
        begun = self._checked("common-info", self._ask("common-info", {}, "")).one("common")
        cookie = begun.get("cookie") if begun else None
        if not cookie:
            raise SourceUnavailable(
                f"{self._settings.host} gave no session cookie to common-info; check base_url"
            )
        remember_secret(cookie)
        form = {
            "action": "login",
            "login": self._settings.login,
            "password": self._settings.password.get_secret_value(),
            "session": cookie,
        }
        remember_secret(form["password"])
        response = self._client.post(
            PATH, data=form, headers=_cookie_header(cookie), extensions={SAFE: True}
        )
        answer = read_answer(check_status(response).content, "login")
        if answer.code in ("no-data", "no-access", "invalid", "too-much-data"):
            raise AuthError(self._refused_login(answer), code=CREDENTIALS)
        self._checked("login", answer)
        # Some servers begin another session when somebody logs in.
        renewed = response.cookies.get(COOKIE) or cookie
        remember_secret(renewed)
        return renewed

    def _refused_login(self, answer: Answer) -> str:
        host = self._settings.host
        why = _WHY.get(answer.subcode)
        if why:
            return f"{host} refuses the login: {why}"
        if answer.code == "too-much-data":
            return f"{host} has several accounts with this login and password; use another account"
        return (
            f"{host} refuses login and password; correct them in plugins.toml, and see that the"
            " account logs in with a password of Adobe Connect and not by single sign-on"
        )

    def _ask(self, action: str, given: dict[str, Any], cookie: str) -> Answer:
        headers = _cookie_header(cookie) if cookie else None
        response = self._client.get(PATH, params={"action": action, **given}, headers=headers)
        return read_answer(check_status(response).content, f"{self._settings.host} {action}")

    def _checked(self, action: str, answer: Answer) -> Answer:
        """The answer, if its status is ok."""
        if answer.code == "ok":
            return answer
        words = without_addresses(f"{answer.code} {answer.subcode}")
        where = f"{self._settings.host} {action}"
        if answer.code == "no-access":
            why = _WHY.get(answer.subcode, "the account lacks the permission")
            if answer.subcode == "no-login":
                raise AuthError(f"{where}: the site asks for a login right after one; check that"
                                " the account may use the XML API", code=PERMISSION)  # fmt: skip
            raise Denied(f"{where} is refused ({words}): {why}")
        if answer.code == "no-data" or "no-such-item" in "".join(answer.invalid):
            raise NotThere(f"{where}: there is no such item ({words})")
        if answer.code in ("too-much-data", "operation-size-error"):
            raise TooMuch(f"{where}: the site does not give so much at once ({words})")
        told = f": {without_addresses('; '.join(answer.invalid))}" if answer.invalid else ""
        raise SourceUnavailable(f"{where} is answered {words or 'without a status'}{told}")


def _cookie_header(cookie: str) -> dict[str, str]:
    return {"Cookie": f"{COOKIE}={cookie}"}


__all__ = ["PATH", "AdobeConnect", "Ctx", "Denied", "NotThere", "TooMuch"]
