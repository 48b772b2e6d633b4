"""Signing in at Entra ID: an application by secret or certificate, a person by device code.

msal makes the requests and cophub's transport sends them, so that waits, retries and the archive
are the same as everywhere. A token is asked for once per run and resource.
"""

import threading
import time
from collections.abc import Callable, Generator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import httpx
from pydantic import SecretStr

from cophub import AuthError, ConfigError, Context
from cophub.connectors.microsoft.hosts import Hosts
from cophub.connectors.microsoft.refusals import Asked, refusal
from cophub.connectors.microsoft.tokenhttp import AUTHORITY, TokenHttp
from cophub.error_codes import CERTIFICATE_ENDED, CREDENTIALS, PERMISSION, SIGN_IN
from cophub.http import remember_secret

if TYPE_CHECKING:
    import requests

    from cophub.connectors.microsoft.certificate import Certificate

_MARGIN = 300.0
"""Seconds before its end from which a token is not used any more."""
_locks_lock = threading.Lock()

Grant = Callable[[], Mapping[str, Any]]


@dataclass(frozen=True)
class Login:
    """Which application of which tenant signs in, and with what."""

    tenant: str
    client_id: str
    client_secret: SecretStr | None = None
    certificate: SecretStr | str | None = None
    """The path of a .pem or .pfx file with certificate and key, or the PEM text itself."""
    certificate_password: SecretStr | None = None

    @property
    def app_only(self) -> bool:
        """Can the application sign in by itself?"""
        return self.certificate is not None or self.client_secret is not None

    def load(self) -> "Certificate | None":
        """The certificate, read and checked; None when there is none. Raises ConfigError."""
        if self.certificate is None:
            return None
        from cophub.connectors.microsoft.certificate import load_certificate

        given = self.certificate
        text = given.get_secret_value() if isinstance(given, SecretStr) else str(given)
        secret = self.certificate_password
        return load_certificate(text, secret.get_secret_value() if secret else None)


class EntraAuth(httpx.Auth):
    """Signs requests with a token for one resource; renews it before its end, and once on a 401."""

    def __init__(self, ask: Grant, resource: str, *, delegated: bool = False) -> None:
        self._ask, self.resource, self.delegated = ask, resource, delegated
        self._token, self._ends = "", 0.0
        self._lock = threading.Lock()

    def token(self) -> str:
        """A token that is good for the next minutes; for vendors' own clients."""
        with self._lock:
            if not self._token or time.monotonic() >= self._ends:
                self._renew()
            return self._token

    def renew(self, refused: str) -> str:
        """A token other than `refused`; threads that were refused together ask once."""
        with self._lock:
            if self._token == refused:
                self._renew()
            return self._token

    def refused(self, url: str, answer: Any) -> AuthError:
        """The error for a 401 that a new token did not cure."""
        from cophub.http.auth import place, said

        words = said(answer)
        step = (
            "SharePoint takes an app's own token only when it signs in by certificate; set"
            " certificate in place of client_secret"
            if "app only token" in words.lower()
            else "check that tenant and address belong together, and that the account or app still"
            " has access"
        )
        return AuthError(
            f"{self.resource} refuses a new token at {place(url)} (401){words}; {step}",
            code=CREDENTIALS,
        )

    def sync_auth_flow(
        self, request: httpx.Request
    ) -> Generator[httpx.Request, httpx.Response, None]:
        """Sign; on a 401 renew the token once and sign again. Raises AuthError after that."""
        token = self.token()
        request.headers["Authorization"] = f"Bearer {token}"
        response = yield request
        if response.status_code != 401:
            return
        request.headers["Authorization"] = f"Bearer {self.renew(token)}"
        response = yield request
        if response.status_code == 401:
            response.read()
            raise self.refused(str(response.url), response)

    def _renew(self) -> None:
        self._token = ""
        began = time.monotonic()
        answer = self._ask()
        token = str(answer["access_token"])
        remember_secret(token)
        life = float(answer.get("expires_in") or 0)
        self._ends = began + max(life - _MARGIN, life / 2)
        self._token = token


def sign_session(session: "requests.Session", auth: EntraAuth) -> "requests.Session":
    """`session` with every request signed by `auth`, renewed as httpx clients' are; for SDKs."""
    from cophub.connectors.microsoft.signedsession import SignedAdapter

    adapter = SignedAdapter(session.get_adapter("https://"), auth)
    session.mount("https://", adapter)
    session.mount("http://", adapter)
    return session


def app_auth(ctx: Context[Any], hosts: Hosts, login: Login, resource: str) -> EntraAuth:
    """The application's own sign-in for `resource`, such as "https://graph.microsoft.com".

    By certificate where there is one, else by secret; one per run and resource. Raises ConfigError
    for a certificate that cannot be used. The token itself is asked for by the first request, which
    raises AuthError when Entra ID refuses.
    """
    key = f"microsoft:app:{login.tenant}:{login.client_id}:{resource}"
    found: EntraAuth | None = ctx.shared.get(key)
    if found is None:
        found = ctx.shared.setdefault(
            key, EntraAuth(_app_grant(ctx, hosts, login, resource), resource)
        )
    return found


def user_auth(ctx: Context[Any], hosts: Hosts, login: Login, scope: str) -> EntraAuth:
    """The sign-in of the person who ran `cophub sign-in`, for "https://www.yammer.com/.default".

    Entra ID hands out a new refresh token with every token; it is kept in `ctx.tokens` before the
    token is used. The first request raises AuthError naming `cophub sign-in` when nobody has
    signed in, or the sign-in is no longer accepted.
    """
    key = f"microsoft:user:{login.tenant}:{login.client_id}:{scope}"
    found: EntraAuth | None = ctx.shared.get(key)
    if found is None:
        resource = scope.removesuffix("/.default")
        found = ctx.shared.setdefault(
            key, EntraAuth(_user_grant(ctx, hosts, login, scope), resource, delegated=True)
        )
    return found


def token_name(ctx: Context[Any]) -> str:
    """The name under which `ctx.tokens` keeps the refresh token of a source."""
    return f"{ctx.source}-microsoft"


def device_sign_in(
    ctx: Context[Any],
    hosts: Hosts,
    login: Login,
    scopes: Sequence[str],
    show: Callable[[str], None],
    *,
    sleep: Callable[[float], None] = time.sleep,
) -> str:
    """Sign a person in by device code, keep the refresh token, and return who it was.

    `show` is called with the line that says where to enter which code. `scopes` are of one
    resource; the refresh token serves the other resources of the app as well. Raises AuthError
    when the code expires, is declined or the policy of the tenant forbids it.
    """
    app = _public_app(ctx, hosts, login)
    asked = _asked(ctx, login, scopes[0].removesuffix("/.default"))
    flow = app.initiate_device_flow(scopes=list(scopes))
    if "user_code" not in flow:
        raise refusal(flow, asked)
    remember_secret(str(flow["device_code"]))
    minutes = max(1, round(float(flow["expires_in"]) / 60))
    show(
        f"Open {flow['verification_uri']} and enter the code {flow['user_code']}; it is good for"
        f" {minutes} minutes."
    )
    while True:
        sleep(float(flow["interval"]))
        answer = app.acquire_token_by_device_flow(flow, exit_condition=lambda flow: True)
        if answer.get("error") not in ("authorization_pending", "slow_down"):
            break
        if time.time() > flow["expires_at"]:
            raise refusal({"error": "expired_token"}, asked)
    if "access_token" not in answer:
        raise refusal(answer, asked)
    if not answer.get("refresh_token"):
        raise AuthError(
            "Entra ID signed in without a refresh token, so the sign-in would end within the hour;"
            " grant the app the delegated permission offline_access and sign in again",
            code=PERMISSION,
        )
    ctx.tokens.set(token_name(ctx), str(answer["refresh_token"]))
    claims = answer.get("id_token_claims") or {}
    return str(claims.get("preferred_username") or claims.get("name") or claims.get("oid") or "?")


def _app_grant(ctx: Context[Any], hosts: Hosts, login: Login, resource: str) -> Grant:
    """How the application asks for a token."""
    certificate = login.load()
    if certificate is None and login.client_secret is None:
        raise ConfigError(
            f"source {ctx.source!r} has neither certificate nor client_secret, so its app cannot"
            " sign in by itself; set one of them"
        )

    def ask() -> Mapping[str, Any]:
        import msal

        credential: Any
        if certificate is not None:
            _check_dates(certificate)
            credential = {
                "private_key": certificate.private_key,
                "public_certificate": certificate.public,
            }
        else:
            assert login.client_secret is not None  # noqa: S101 - looked at above
            credential = login.client_secret.get_secret_value()
            remember_secret(credential)
        app = msal.ConfidentialClientApplication(
            login.client_id, client_credential=credential, **_how(ctx, hosts, login)
        )
        answer: Mapping[str, Any] = app.acquire_token_for_client([f"{resource}/.default"])
        if "access_token" not in answer:
            thumbprint = certificate.thumbprint if certificate else ""
            raise refusal(answer, _asked(ctx, login, resource, thumbprint))
        return answer

    return ask


def _user_grant(ctx: Context[Any], hosts: Hosts, login: Login, scope: str) -> Grant:
    """How a token is asked for with the refresh token that is kept."""
    name = token_name(ctx)

    def ask() -> Mapping[str, Any]:
        app = _public_app(ctx, hosts, login)
        with _lock_of(ctx):
            kept = ctx.tokens.get(name)
            while True:
                if kept is None:
                    raise AuthError(
                        f"nobody has signed in for source {ctx.source!r} yet; run: cophub sign-in"
                        f" {ctx.source}",
                        code=SIGN_IN,
                    )
                answer: Mapping[str, Any] = app.acquire_token_by_refresh_token(kept, [scope])
                if "access_token" in answer:
                    break
                used, kept = kept, ctx.tokens.get(name)
                if kept == used:  # no other run has renewed it meanwhile
                    raise refusal(answer, _asked(ctx, login, scope.removesuffix("/.default")))
            if renewed := answer.get("refresh_token"):
                ctx.tokens.set(name, str(renewed))
        return answer

    return ask


def _how(ctx: Context[Any], hosts: Hosts, login: Login) -> dict[str, Any]:
    """What both kinds of msal's applications are made with; it costs no request."""
    return {
        "authority": f"{AUTHORITY}/{login.tenant}",
        "http_client": TokenHttp(ctx, hosts),
        "instance_discovery": False,
    }


def _public_app(ctx: Context[Any], hosts: Hosts, login: Login) -> Any:
    import msal

    return msal.PublicClientApplication(login.client_id, **_how(ctx, hosts, login))


def _asked(ctx: Context[Any], login: Login, resource: str, thumbprint: str = "") -> Asked:
    return Asked(ctx.source, login.tenant, login.client_id, resource, thumbprint)


def _check_dates(certificate: "Certificate") -> None:
    from datetime import UTC, datetime

    now = datetime.now(UTC)
    if now >= certificate.ends_at:
        raise AuthError(
            f"the certificate {certificate.thumbprint} expired on {certificate.ends_at:%Y-%m-%d};"
            " make a new one, upload it to the app registration and set certificate to it",
            code=CERTIFICATE_ENDED,
        )
    if now < certificate.starts_at:
        raise AuthError(
            f"the certificate {certificate.thumbprint} is valid from"
            f" {certificate.starts_at:%Y-%m-%d %H:%M} UTC only; wait, or set this machine's clock"
        )


def _lock_of(ctx: Context[Any]) -> threading.Lock:
    """One lock per run: two resources must not spend the same refresh token at once."""
    with _locks_lock:
        lock: threading.Lock = ctx.shared.setdefault("microsoft:lock", threading.Lock())
        return lock
