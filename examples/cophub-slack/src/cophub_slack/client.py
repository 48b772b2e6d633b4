"""Asking Slack: one call, every page of a list, and what a refusal means.

Slack's own client, slack_sdk, is not used: it opens its connections itself (urllib) and cannot be
given a session, so that neither cophub's pace and retries nor its recordings would hold; it asks by
POST, which cannot be told from a write; and its answers are dicts without types.

Source: https://docs.slack.dev/apis/web-api and https://docs.slack.dev/apis/web-api/rate-limits
"""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, TypeVar

from cophub import AuthError, Context, CophubError, Reject, SourceUnavailable
from cophub.http import Limits, decode_page

from cophub_slack.payloads import Answer
from cophub_slack.settings import Settings

if TYPE_CHECKING:
    import httpx

Ctx = Context[Settings]
A = TypeVar("A", bound=Answer)

PAGE = 200
"""Rows of a page: no more than Slack recommends."""
SMALL_PAGE = 15
"""Messages of a page for a distributed app."""
TIER_2, TIER_3, TIER_4 = ((20, 60.0),), ((50, 60.0),), ((100, 60.0),)
_ONCE_A_MINUTE = ((1, 60.0),)
_TRIES = 4
_USUAL_WAIT = 30.0

_SIGN_IN = frozenset({
    "access_denied", "account_inactive", "accesslimited", "ekm_access_denied", "invalid_auth",
    "no_permission", "not_allowed_token_type", "not_authed", "org_login_required",
    "team_access_not_granted", "token_expired", "token_revoked", "two_factor_setup_required",
})  # fmt: skip
_CLOSED = frozenset({
    "channel_not_found", "is_archived", "is_inactive", "not_in_channel", "thread_not_found",
    "method_not_supported_for_channel_type", "user_not_found", "user_not_visible",
})  # fmt: skip
_TOO_FAST = frozenset({"ratelimited", "rate_limited"})


class ClosedError(CophubError):
    """One channel, thread or user may not be read; all else may."""

    usual_code = "CPH-A01"


def pace(settings: Settings) -> Limits:
    """Slack's pace, by method: tiers 2 to 4, or once a minute for messages of a distributed app."""
    messages = _ONCE_A_MINUTE if settings.app == "distributed" else TIER_3
    return Limits(
        rate=TIER_2,
        lanes=(
            ("/api/conversations.history", messages),
            ("/api/conversations.replies", messages),
            ("/api/conversations.members", TIER_4),
            ("/api/users.info", TIER_4),
            ("/api/auth.test", ()),
            ("/api/chat.postMessage", ((1, 1.0),)),
        ),
        unasked_wait=_USUAL_WAIT,
        concurrency=4,
    )


def page_of(settings: Settings) -> int:
    """How many messages to ask for at once."""
    return SMALL_PAGE if settings.app == "distributed" else PAGE


class Slack:
    """The Web API of one workspace, as its token sees it. One for a run: `ctx.once(Slack)`.

    Of the settings it takes `token` and `base_url`.
    """

    def __init__(self, ctx: Context[Any]) -> None:
        from cophub.http import bearer, check_status  # `cophub --help` waits for no HTTP client

        self._checked = check_status
        self._ctx = ctx
        base_url = f"{str(ctx.settings.base_url).rstrip('/')}/api/"
        self._client = ctx.client(base_url=base_url, auth=bearer(ctx.settings.token))
        self._last: dict[str, tuple[object, bytes]] = {}
        self.scopes: frozenset[str] | None = None
        """What the token may do, by the header of the last answer; None before the first."""

    def get(self, method: str, kind: type[A], **asked: str | int) -> tuple[A, list[Reject]]:
        """One answer, and a Reject for each of its rows that is not as documented.

        Raises AuthError, ClosedError and SourceUnavailable for what Slack refuses.
        """
        return self._asked(self._client.build_request("GET", method, params=asked), method, kind)[
            1:
        ]

    def post(self, method: str, kind: type[A], **said: Any) -> A:
        """What Slack says to a write, which is not tried twice."""
        request = self._client.build_request("POST", method, json=said)
        return self._asked(request, method, kind)[1]

    def pages(
        self, method: str, kind: type[A], **asked: str | int
    ) -> Iterator[tuple[A, list[Reject]]]:
        """Every page of a list. Raises SourceUnavailable for one that comes twice."""
        of, cursor, first = (asked.get("channel"), asked.get("ts")), "", True
        while first or cursor:
            params = {**asked, "cursor": cursor} if cursor else asked
            request = self._client.build_request("GET", method, params=params)
            content, answer, rejects = self._asked(request, method, kind)
            before, known = self._last.get(method, (None, b""))
            # A page names neither its channel nor its place: an old one in its stead would be
            # taken for messages of another channel. Without rows, many are alike.
            if content == known and (not first or before != of) and _has_rows(answer):
                raise SourceUnavailable(
                    f"Slack gave the same page of {method} twice; the next run goes on from the"
                    " last checkpoint"
                )
            self._last[method] = of, content
            yield answer, rejects
            cursor, first = answer.next_cursor, False

    def _asked(
        self, request: "httpx.Request", method: str, kind: type[A]
    ) -> tuple[bytes, A, list[Reject]]:
        for _ in range(_TRIES):
            response = self._checked(self._client.send(request))
            if (scopes := response.headers.get("x-oauth-scopes")) is not None:
                self.scopes = frozenset(word.strip() for word in scopes.split(",") if word.strip())
            answer, rejects = decode_page(response.content, kind)
            if answer.error not in _TOO_FAST:
                break
            self._ctx.transport.hold(response, _wait(response))
        if not answer.ok:
            raise self._refusal(method, answer)
        return response.content, answer, rejects

    def _refusal(self, method: str, answer: Answer) -> CophubError:
        error, where = answer.error or "no reason", f"{self._ctx.source}: {method}"
        if error == "missing_scope":
            return AuthError(
                f"{where}: the app lacks the scope {answer.needed}; add it under OAuth &"
                " Permissions > Bot Token Scopes at https://api.slack.com/apps, and reinstall the"
                " app to the workspace"
            )
        if error in _SIGN_IN:
            return AuthError(
                f"{where}: Slack refuses the token ({error}); take the Bot User OAuth Token anew"
                " from OAuth & Permissions at https://api.slack.com/apps, and see that the app is"
                " still installed"
            )
        if error in _CLOSED:
            return ClosedError(f"{where}: {error}")
        if error in _TOO_FAST:
            return SourceUnavailable(
                f"{where}: Slack asks to wait, {_TRIES} times in a row; the next run goes on"
            )
        return SourceUnavailable(f"{where}: Slack answers {error!r}; the next run tries again")


def _has_rows(answer: Answer) -> bool:
    return any(bool(getattr(answer, name, ())) for name in ("channels", "members", "messages"))


def _wait(response: "httpx.Response") -> float:
    told = response.headers.get("retry-after", "")
    return float(told) if told.isdigit() else _USUAL_WAIT
