"""Signing in at GoTo: a refresh token that rotates, or a personal access token.

authlib speaks OAuth 2 and cophub's transport sends it, so that waits, retries and the archive are
the same as everywhere. A new refresh token is on the disk before the token beside it is used.
"""

import threading
import time
from collections.abc import Mapping
from hashlib import sha256
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

import msgspec
from msgspec import Struct

from cophub import AuthError, ConfigError, Context, SourceUnavailable
from cophub.connectors.gotomeeting.settings import Settings
from cophub.error_codes import CREDENTIALS, NOT_UNDERSTOOD, SIGN_IN
from cophub.http import remember_secret

if TYPE_CHECKING:
    from authlib.oauth2.auth import ClientAuth
    from authlib.oauth2.client import OAuth2Client

Ctx = Context[Settings]

_MARGIN = 300.0
"""Seconds before its end from which a token is not used any more."""
_lock = threading.Lock()


class Kept(Struct):
    """What is kept between runs: the newest refresh token, and which setting it began with."""

    refresh_token: str
    first: str = ""
    """Digest of the setting that this one descends from."""


class Answer(Struct):
    """What the token endpoint says; without a `refresh_token` the old one stays good."""

    access_token: str
    expires_in: float | str | None = None
    refresh_token: str | None = None


class Session:
    """The session that authlib is given: our transport, with its retries, pace and archive."""

    def __init__(self, ctx: Ctx) -> None:
        # The only POSTs are for tokens; a lost answer is asked for again.
        self._client = ctx.client(base_url=ctx.settings.login_host, safe_posts=True)

    def post(
        self, url: str, data: Mapping[str, str], headers: Mapping[str, str], auth: "ClientAuth"
    ) -> Any:
        """The answer of the token endpoint."""
        body = urlencode(dict(data))
        url, signed, body = auth.prepare("POST", url, dict(headers), body)
        remember_secret(signed.get("Authorization", "").removeprefix("Basic "))
        return self._client.post(url, content=body, headers=signed)


def oauth_client(ctx: Ctx, **options: Any) -> "OAuth2Client":
    """authlib's client for this source's OAuth client, over the hub's transport."""
    from authlib.oauth2.client import OAuth2Client

    secret = ctx.settings.client_secret
    shown = secret.get_secret_value() if secret else None
    if shown:
        remember_secret(shown)
    return OAuth2Client(
        Session(ctx),
        ctx.settings.client_id,
        shown,
        token_endpoint=f"{ctx.settings.login_host}/oauth/token",
        **options,
    )


def token_name(ctx: Ctx) -> str:
    """The name under which `ctx.tokens` keeps the refresh token of a source."""
    return f"{ctx.source}-goto"


def keep(ctx: Ctx, refresh_token: str) -> None:
    """Keep a refresh token; it is safe when this returns, and only then may it be used."""
    remember_secret(refresh_token)
    kept = Kept(refresh_token, first_of(ctx.settings))
    ctx.tokens.set(token_name(ctx), msgspec.json.encode(kept).decode())


def current(ctx: Ctx) -> str:
    """The refresh token to use: the one that is kept, unless the setting was changed since.

    Raises AuthError where there is none at all.
    """
    given = ctx.settings.refresh_token
    kept = _kept(ctx)
    if kept and (given is None or kept.first == first_of(ctx.settings)):
        remember_secret(kept.refresh_token)
        return kept.refresh_token
    if given is None:
        raise AuthError(
            f"nobody has signed in for source {ctx.source!r} yet; run: cophub sign-in {ctx.source},"
            f" or set refresh_token or personal_access_token under [sources.{ctx.source}.settings]",
            code=SIGN_IN,
        )
    remember_secret(given.get_secret_value())
    return given.get_secret_value()


def first_of(settings: Settings) -> str:
    """A digest of the refresh token in the settings, "" where there is none."""
    given = settings.refresh_token
    return sha256(given.get_secret_value().encode()).hexdigest()[:24] if given else ""


def _kept(ctx: Ctx) -> Kept | None:
    text = ctx.tokens.get(token_name(ctx))
    try:
        return msgspec.json.decode(text, type=Kept) if text else None
    except msgspec.MsgspecError:
        return None  # of another program; the setting counts, or a new sign-in


class Login:
    """Hands out access tokens; renews them before their end, and when one is refused."""

    def __init__(self, ctx: Ctx) -> None:
        self._ctx = ctx
        self._token, self._began, self._ends = "", 0.0, 0.0
        self._lock = threading.Lock()

    def token(self) -> str:
        """A token that is good for the next minutes."""
        with self._lock:
            if not self._token or time.monotonic() >= self._ends:
                self._renew()
            return self._token

    def renewed(self, refused: str) -> str:
        """A token other than `refused`; threads that were refused together ask once."""
        with self._lock:
            if self._token == refused:
                self._renew()
            return self._token

    def age(self) -> float:
        """Seconds since the token was made."""
        return time.monotonic() - self._began

    def _renew(self) -> None:
        self._token = ""
        began = time.monotonic()
        answer = self._ask()
        remember_secret(answer.access_token)
        try:
            life = float(answer.expires_in or 0)
        except ValueError:
            life = 0.0
        self._ends = began + max(life - _MARGIN, life / 2)
        self._began, self._token = began, answer.access_token

    def _ask(self) -> Answer:
        pat = self._ctx.settings.personal_access_token
        if pat is None:
            return refresh(self._ctx)
        remember_secret(pat.get_secret_value())
        return granted(self._ctx, grant_type="personal_access_token", pat=pat.get_secret_value())


def refresh(ctx: Ctx) -> Answer:
    """An access token for the current refresh token; a new one of those is kept before we return.

    Raises AuthError when GoTo refuses it, and no other run has renewed it meanwhile.
    """
    with _lock:
        used = current(ctx)
        while True:
            try:
                answer = granted(ctx, grant_type="refresh_token", refresh_token=used)
                break
            except AuthError:
                before, used = used, current(ctx)
                if used == before:
                    raise
        if answer.refresh_token and answer.refresh_token != used:
            keep(ctx, answer.refresh_token)
    return answer


def granted(ctx: Ctx, **grant: str) -> Answer:
    """What the token endpoint gives for a grant. Raises AuthError when it refuses."""
    from authlib.oauth2 import OAuth2Error
    from httpx import HTTPStatusError

    try:
        answer = oauth_client(ctx).fetch_token(**grant)
        return msgspec.convert(dict(answer), Answer)
    except OAuth2Error as error:
        raise refusal(ctx, str(error.error), error.description or "") from None
    except (HTTPStatusError, ValueError, msgspec.MsgspecError) as error:
        raise SourceUnavailable(
            f"{ctx.settings.login_host} answers a request for a token with no token"
            f" ({type(error).__name__}); is base_url, or a proxy, in the way of GoTo's sign-in?",
            code=NOT_UNDERSTOOD,
        ) from None


def refusal(ctx: Ctx, error: str, description: str) -> Exception:
    """What an error of the token endpoint means, and who must do what."""
    from cophub.http.auth import without_addresses

    where = f"[sources.{ctx.source}.settings]"
    words = without_addresses(f"{error}: {description}" if description else error)[:200]
    told = f"GoTo refuses to sign source {ctx.source!r} in ({words})"
    if error in ("invalid_client", "unauthorized_client"):
        return AuthError(
            f"{told}; correct client_id and client_secret under {where}", code=CREDENTIALS
        )
    if error == "unsupported_grant_type":
        return ConfigError(f"{told}; use a refresh token in place of the personal access token")
    if ctx.settings.personal_access_token:
        step = f"make a new personal access token and set personal_access_token under {where}"
    else:
        step = (
            "refresh tokens end 30 days after their last use, and when consent is taken back; run:"
            f" cophub sign-in {ctx.source}, or set a new refresh_token under {where}"
        )
    return AuthError(f"{told}; {step}", code=SIGN_IN)
