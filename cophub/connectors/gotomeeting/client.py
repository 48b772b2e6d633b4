"""GoTo's calls: one answer at a time, decoded, with the rejects of its bad items.

Source: `/admin/rest/v1`, `/G2M/rest` and `/G2W/rest/v2` of `https://api.getgo.com`. Limit: 10
requests a second. A token that has ended is told by 403 as well as by 401, and so is a missing
permission; a 403 that a new token does not cure is therefore remembered for that part of the API.
"""

import threading
from typing import Any, TypeVar

import httpx

from cophub import AuthError, Context, Reject, SourceUnavailable
from cophub.connectors.gotomeeting.login import Login
from cophub.connectors.gotomeeting.payloads import Payload
from cophub.connectors.gotomeeting.settings import Settings
from cophub.error_codes import PERMISSION
from cophub.http import Limits, check_status, decode_page
from cophub.http.auth import status_of

Ctx = Context[Settings]
P = TypeVar("P", bound=Payload)

# Each API counts by itself; a little slower than allowed, because the vendor's clock is another.
_TEN = ((10, 1.05),)
LIMITS = Limits(
    rate=_TEN,
    lanes=(("/G2M", _TEN), ("/G2W", _TEN)),
    concurrency=8,
    read_timeout=120.0,
    budget=3 * 3600.0,
    tries=5,
)
ADMIN = "/admin/rest/v1"
MEETING = "/G2M/rest"
WEBINAR = "/G2W/rest/v2"
YOUNG = 300.0
"""Seconds for which a token cannot have ended by itself."""
UNREADABLE_TRIES = 3


class Denied(AuthError):  # noqa: N818 - a state of the account, not a fault
    """The person who signed in may not ask this."""

    usual_code = PERMISSION


class NotThere(SourceUnavailable):
    """GoTo has no such meeting, organizer or webinar (any more)."""


class TooMuch(SourceUnavailable):
    """GoTo could not answer for so many days at once."""


class Garbled(SourceUnavailable):
    """What GoTo answers again and again cannot be read."""


def goto(ctx: Ctx) -> "GoTo":
    """The client of this run, made once and shared by its streams."""
    return ctx.once(GoTo)


class GoTo:
    """Calls of GoTo's APIs for the person who signed in."""

    def __init__(self, ctx: Ctx) -> None:
        self.login = Login(ctx)
        self._http: httpx.Client = ctx.client(base_url=ctx.settings.api_host)
        self._denied: set[str] = set()
        self._lock = threading.Lock()

    def page(self, path: str, kind: type[P], /, **params: Any) -> tuple[P, list[Reject]]:
        """`page("/G2M/rest/groups", GroupList)`; a bare list is its `items`.

        Raises Denied for 401 and 403 that a new token did not cure, NotThere for 404, TooMuch for
        400, 413 and what the vendor breaks down over, Garbled for what cannot be read,
        SourceUnavailable for all else.
        """
        tries = 0
        while True:
            content = self.ask(path, **params)
            try:
                return decoded(content, kind)
            except SourceUnavailable as error:
                tries += 1
                if tries == UNREADABLE_TRIES:
                    raise Garbled(
                        f"GoTo's answer to {path} cannot be read ({error}); is base_url right?"
                    ) from error

    def ask(self, path: str, /, **params: Any) -> bytes:
        """The answer's bytes; raises as `page` does."""
        token = self.login.token()
        try:
            return self._ask(path, params, token)
        except Denied as error:
            if not self._worth_renewing(path, error):
                raise
        try:
            return self._ask(path, params, self.login.renewed(token))
        except Denied:
            with self._lock:
                self._denied.add(area(path))
            raise

    def _worth_renewing(self, path: str, error: Denied) -> bool:
        """Whether the token, and not a permission, may be what was refused."""
        if status_of(error) == 401 or self.login.age() > YOUNG:
            return True
        with self._lock:
            return area(path) not in self._denied

    def _ask(self, path: str, params: dict[str, Any], token: str) -> bytes:
        known = {name: value for name, value in params.items() if value is not None}
        try:
            response = self._http.get(
                path, params=known or None, headers={"Authorization": f"Bearer {token}"}
            )
            return check_status(response).content
        except AuthError as error:
            raise Denied(str(error)) from error.__cause__
        except SourceUnavailable as error:
            raise _named(error) from error.__cause__


def decoded(content: bytes, kind: type[P]) -> tuple[P, list[Reject]]:
    """The page in `content`; a bare list as its `items`."""
    body = content.removeprefix(b"\xef\xbb\xbf").lstrip()
    if body.startswith(b"["):
        body = b'{"items":' + body + b"}"
    return decode_page(body, kind)


def area(path: str) -> str:
    """The part of the API that one permission opens, such as `/G2M/rest/groups`."""
    parts = path.strip("/").split("/")
    return "/".join(parts[:3])


def _named(error: SourceUnavailable) -> SourceUnavailable:
    """The error by what can be done about it."""
    status = status_of(error)
    if status == 404:
        return NotThere(str(error))
    if status in (400, 413) or status >= 500 or isinstance(error.__cause__, httpx.ReadTimeout):
        return TooMuch(str(error))
    return SourceUnavailable(str(error))
