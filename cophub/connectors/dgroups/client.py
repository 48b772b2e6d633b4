"""groups.io's API: one answer at a time, every one of them looked at for an error.

Source: `https://HOST/api/v1/CALL`, signed with `Authorization: Bearer KEY`. An error is an object
of its own, `{"object": "error", "type": ..., "extra": ...}`, with HTTP 400 or with HTTP 200.
"""

from contextlib import suppress
from functools import cache
from typing import Any, TypeVar

import httpx
import msgspec

from cophub import AuthError, Context, CophubError, Reject, SourceUnavailable, error_codes
from cophub.connectors.dgroups.payloads import Page, Payload
from cophub.connectors.dgroups.settings import Settings
from cophub.error_codes import CREDENTIALS, NOT_UNDERSTOOD, PERMISSION, TOO_FAST
from cophub.http import Limits, bearer, check_status, decode_each
from cophub.http.auth import without_addresses
from cophub.http.parse import mend

Ctx = Context[Settings]
P = TypeVar("P", bound=Payload)

LIMITS = Limits(
    # One request at a time: the vendor answers 429 to two, and does not say for how long; five
    # minutes is what others found to be enough. Not faster than one a second on the whole.
    concurrency=1,
    rate=((60, 60.0),),
    unasked_wait=300.0,
    budget=6 * 3600.0,
    read_timeout=180.0,
)
PAGE = 100
"""The most rows that the vendor gives at once."""
SLOWED_TRIES = 3
"""How often a call is made that is answered "too much" by an error object without 429."""
KEY_ERRORS = frozenset({"unauthorized", "unauthorized_error", "expired"})
NO_RIGHT = frozenset({"no_permission", "inadequate_permissions", "not_subscribed"})
NOT_THERE = frozenset({"no_such_group", "topic_not_found", "message_not_found", "not_found"})


class NotAllowed(AuthError):  # noqa: N818 - a state of the account, not a fault
    """The account lacks a permission in this group."""

    usual_code = PERMISSION


class NotThere(SourceUnavailable):
    """The vendor has no such group, topic or call."""

    usual_code = error_codes.NOT_THERE


class Slowed(SourceUnavailable):
    """The vendor says that it was asked too much, in an answer that is not 429."""

    usual_code = TOO_FAST


def api(ctx: Ctx) -> "Api":
    """The client of this run, made once and shared by its streams."""
    return ctx.once(Api)


class Api:
    """Calls by name: `page("getmembers", group_id=7)`, `one("getgroup", Group, group_id=7)`."""

    def __init__(self, ctx: Ctx) -> None:
        self._transport = ctx.transport
        self.http: httpx.Client = ctx.client(
            base_url=f"{ctx.settings.host}/api/v1/", auth=bearer(ctx.settings.api_key)
        )

    def page(self, call: str, /, **params: Any) -> Page:
        """A page of a list, its rows undecoded; raises as `one` does."""
        found = self.one(call, Page, **{"limit": PAGE, **params})
        if found.object not in ("list", ""):
            raise SourceUnavailable(f"{call} answered with {found.object!r} where a list belongs")
        return found

    def one(self, call: str, kind: type[P], /, **params: Any) -> P:
        """A single thing.

        Raises AuthError for a key that is refused, NotAllowed for a missing permission, NotThere
        for what is not (any more), SourceUnavailable for whatever else is no answer.
        """
        known = {name: value for name, value in params.items() if value is not None}
        for _ in range(SLOWED_TRIES - 1):
            response = self.http.get(call, params=known or None)
            with suppress(Slowed):
                return _answer(call, response, kind)
            self._transport.hold(response, self._transport.limits.unasked_wait)
        return _answer(call, self.http.get(call, params=known or None), kind)


def _answer(call: str, response: httpx.Response, kind: type[P]) -> P:
    """What an answer holds. Raises as `Api.one` does, and Slowed."""
    try:
        found = _decode(response.content, kind)
    except SourceUnavailable as error:
        # An error of the vendor's web server is no JSON: its status says more.
        _refuse_status(call, response)
        raise SourceUnavailable(
            f"the answer to {call} cannot be read ({error}); is base_url the address of a site"
            " that groups.io runs?",
            code=NOT_UNDERSTOOD,
        ) from None
    if found.object == "error":
        raise refusal(call, found)
    _refuse_status(call, response)
    return found


def refusal(call: str, error: Payload) -> CophubError:
    """What an error object of the vendor means."""
    kind = str(error.type or "error")
    words = without_addresses(str(error.extra or ""))[:200]
    said = f"{call} was answered {kind}" + (f" ({words})" if words else "")
    if kind in KEY_ERRORS:
        return AuthError(
            f"{said}: the API key is refused; make a new one in the account's settings and put it"
            " into api_key",
            code=CREDENTIALS,
        )
    if kind in NO_RIGHT:
        return NotAllowed(f"no permission: {said}")
    if kind in NOT_THERE:
        return NotThere(said)
    if kind == "rate_limited":
        return Slowed(f"{said}; the next run goes on from the last checkpoint")
    return SourceUnavailable(said)


def _refuse_status(call: str, response: httpx.Response) -> None:
    """Raise for a status that is an error, where no error object explained it."""
    if response.status_code < 400:
        return
    if response.status_code == 404:
        raise NotThere(f"the site knows no call {call}")
    check_status(response)


@cache
def _decoder(kind: type[Any]) -> "msgspec.json.Decoder[Any]":
    return msgspec.json.Decoder(kind)


def _decode(content: bytes, kind: type[P]) -> P:
    try:
        found: P = _decoder(kind).decode(content)
    except (msgspec.MsgspecError, UnicodeDecodeError) as error:
        mended = None if isinstance(error, msgspec.ValidationError) else mend(content)
        if mended is None:
            raise SourceUnavailable(str(error)) from None
        return _decode(mended, kind) if mended != content else _unreadable(error)
    return found


def _unreadable(error: Exception) -> Any:
    raise SourceUnavailable(str(error)) from None


def rows(page: Page, kind: type[P], rejects: list[Reject]) -> list[P]:
    """The rows of a page; one that is not as declared goes to `rejects`."""
    found, unreadable = decode_each(page.data or (), kind)
    rejects += unreadable
    return found
