"""Signing in elsewhere: OpenID Connect by the authorization code, with PKCE, state and nonce.

The protocol is Authlib's. What it leaves to its user is here: that the issuer is the one of
plugins.toml, that the token is for this site, that only keys of the provider's count as signatures,
and that neither keys nor addresses of the provider are believed for long.
"""

import re
import time
import warnings
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Literal
from urllib.parse import urlencode, urlsplit

from authlib.common.errors import AuthlibBaseError
from authlib.deprecate import AuthlibDeprecationWarning
from authlib.integrations.base_client import OAuthError
from authlib.integrations.base_client.errors import MismatchingStateError
from joserfc.errors import JoseError
from starlette.requests import Request

from cophub.config.serve_table import LOOPBACK
from cophub.web.claims import NotProved, address_of

with warnings.catch_warnings():
    # That it would rather have httpx2 is no news for whoever serves a site.
    warnings.simplefilter("ignore", AuthlibDeprecationWarning)
    from authlib.integrations.starlette_client import OAuth

try:
    import httpx2 as http  # what Authlib asks by, where it is there
except ImportError:
    import httpx as http

_NAME = "site"
_POST = "client_secret_post"
SCOPE = "openid profile email"
_SIGNED = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA")
"""Never a secret that two share (HS256), and never none."""
_BELIEVED_SECONDS = 300.0
"""Keys and addresses are asked for anew after so long: a key that was taken back must end."""
_SKEW_SECONDS = 120
_TIMEOUT_SECONDS = 10.0
_LONGEST_NAME = 80

_NOT_VALID = (
    JoseError, AuthlibBaseError, http.InvalidURL, LookupError, TypeError, ValueError,
)  # fmt: skip
"""Whatever may be wrong with what a provider sends, down to what is no JSON."""

Reason = Literal["away", "wrong", "declined", "late", "unproved"]


class SignInFailed(Exception):  # noqa: N818 - an answer, not a defect
    """Nobody signed in: why, and for the log what the provider said, without names of people."""

    def __init__(self, reason: Reason, said: str = "") -> None:
        super().__init__(said or reason)
        self.reason, self.said = reason, said


@dataclass(frozen=True)
class SignedIn:
    """Who came back from the provider."""

    address: str
    name: str


class Provider:
    """The one issuer that people sign in by; what was learned of it is kept for minutes."""

    def __init__(
        self,
        issuer: str,
        client_id: str,
        client_secret: str,
        back: str,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """`back` is the address that the provider leads people back to, as it is registered."""
        self.issuer, self._back, self._clock = issuer, back, clock
        self._registration = {
            "client_id": client_id,
            "client_secret": client_secret,
            "server_metadata_url": f"{issuer.rstrip('/')}/.well-known/openid-configuration",
        }
        self._client: Any = None
        self._trusted = http.create_ssl_context()
        self._learned_at = 0.0

    @property
    def host(self) -> str:
        """The name of the provider's host."""
        return urlsplit(self.issuer).hostname or self.issuer

    async def begin(self, request: Request) -> str:
        """Where to send somebody; what must come back with them is in `request.session` then.

        Raises SignInFailed.
        """
        client = await self._ready()
        answer = await client.authorize_redirect(request, self._back, prompt="select_account")
        return str(answer.headers["location"])

    async def finish(self, request: Request) -> SignedIn:
        """Who came back, by the same browser that began. Raises SignInFailed."""
        # What an answer says counts where this browser asked for it, be it that nothing came of it.
        if f"_state_{_NAME}_{request.query_params.get('state')}" not in request.session:
            raise SignInFailed("late")
        client = await self._ready()
        try:
            token = await client.authorize_access_token(
                request,
                claims_options={
                    "iss": {"essential": True, "value": self.issuer},
                    "aud": {"essential": True, "value": client.client_id},
                },
                leeway=_SKEW_SECONDS,
            )
        except MismatchingStateError:
            raise SignInFailed("late") from None
        except OAuthError as error:
            declined = error.error in ("access_denied", "consent_required", "interaction_required")
            raise SignInFailed("declined" if declined else "wrong", _told(error)) from None
        except http.HTTPError as error:
            raise SignInFailed("away", type(error).__name__) from None
        except _NOT_VALID as error:
            raise SignInFailed("wrong", f"its token is not valid: {type(error).__name__}") from None
        claims = token.get("userinfo")
        if not claims:
            raise SignInFailed("wrong", "it gave no id_token")
        return self._proved(claims)

    def leaving(self, afterwards: str) -> str | None:
        """Where somebody ends their session at the provider, too; None where that is not known."""
        end = self._client.server_metadata.get("end_session_endpoint") if self._client else None
        if not isinstance(end, str) or not self._is_safe(end):
            return None
        client_id = self._registration["client_id"]
        asked = {"client_id": client_id, "post_logout_redirect_uri": afterwards}
        return f"{end}{'&' if '?' in end else '?'}{urlencode(asked)}"

    def _proved(self, claims: Mapping[str, Any]) -> SignedIn:
        try:
            address = address_of(claims, self.issuer)
        except NotProved:
            raise SignInFailed("unproved") from None
        name = claims.get("name")
        name = " ".join(name.split())[:_LONGEST_NAME] if isinstance(name, str) else ""
        return SignedIn(address, name or address)

    async def _ready(self) -> Any:
        """Authlib's client, with addresses that were checked and are not old."""
        if self._client is not None and self._clock() - self._learned_at < _BELIEVED_SECONDS:
            return self._client
        client = OAuth().register(
            _NAME, **self._registration,
            client_kwargs={
                "scope": SCOPE, "code_challenge_method": "S256", "timeout": _TIMEOUT_SECONDS,
                "verify": self._trusted,
            },
        )  # fmt: skip
        try:
            metadata = await client.load_server_metadata()
        except http.HTTPStatusError as error:
            status = error.response.status_code
            reason: Reason = "wrong" if 400 <= status < 500 and status != 429 else "away"
            raise SignInFailed(reason, f"its configuration answers {status}") from None
        except http.HTTPError as error:
            raise SignInFailed("away", type(error).__name__) from None
        except (ValueError, TypeError):
            raise SignInFailed("wrong", "its configuration is not JSON") from None
        self._check(metadata)
        if _POST in metadata.get("token_endpoint_auth_methods_supported", ()):
            client.client_kwargs["token_endpoint_auth_method"] = _POST
        self._client, self._learned_at = client, self._clock()
        return client

    def _check(self, metadata: dict[str, Any]) -> None:
        """That it speaks for the issuer, by addresses that nobody else answers at."""
        told = metadata.get("issuer")
        if told != self.issuer:
            raise SignInFailed("wrong", f"it calls itself {_one_line(told)}, not {self.issuer}")
        for name in ("authorization_endpoint", "token_endpoint", "jwks_uri"):
            if not self._is_safe(metadata.get(name)):
                raise SignInFailed("wrong", f"its {name} is not an https address")
        offered = metadata.get("id_token_signing_alg_values_supported") or ["RS256"]
        metadata["id_token_signing_alg_values_supported"] = [
            each for each in offered if each in _SIGNED
        ] or ["RS256"]
        metadata.pop("jwks", None)

    def _is_safe(self, url: object) -> bool:
        """Whether it is https, or on this machine, as the issuer itself then is."""
        if not isinstance(url, str):
            return False
        parts, here = urlsplit(url), urlsplit(self.issuer)
        local = here.scheme == "http" and here.hostname in LOOPBACK and parts.hostname in LOOPBACK
        return bool(parts.hostname) and (parts.scheme == "https" or local)


def _told(error: OAuthError) -> str:
    """The provider's name for it, and Entra's number: its sentences may name people."""
    found = re.fullmatch(r"[a-z_]{1,60}", str(error.error))
    numbers = re.findall(r"AADSTS\d{1,9}", str(error.description or ""))
    return " ".join([found[0] if found else "an error", *dict.fromkeys(numbers)])


def _one_line(text: object) -> str:
    return " ".join(str(text).split())[:200]


__all__ = ["Provider", "Reason", "SignInFailed", "SignedIn"]
