"""Signing in with a browser at Entra's: the page, the code, and the keys that sign id tokens."""

import hashlib
import json
from dataclasses import dataclass
from html import escape
from typing import Any
from urllib.parse import urlencode

from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, generate_private_key
from cryptography.hazmat.primitives.hashes import SHA256

from cophub.sandbox.microsoft.assertion import encode
from cophub.sandbox.microsoft.refusals import Refusal
from cophub.sandbox.microsoft.routes import Call, Reply, route
from cophub.sandbox.microsoft.tenant import User
from cophub.sandbox.server import Response

CODE_LIFETIME = 600
_HTML = "text/html; charset=utf-8"
_PAGE = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>Sign in to your account</title>
<link rel="icon" href="data:,"></head>
<body><h1>Pick an account</h1>
<form method="post" action="?{query}">
<label>User name <input name="login" autocomplete="off"></label>
<button name="decision" value="accept">Next</button>
<button name="decision" value="cancel">Cancel</button>
</form></body></html>
"""


@dataclass(frozen=True, slots=True)
class Code:
    """What an authorization code was given for."""

    user: str
    redirect: str
    challenge: str
    scope: str
    nonce: str
    expires: int


class SigningKey:
    """An RSA key that signs id tokens, under its name."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.private: RSAPrivateKey = generate_private_key(public_exponent=65537, key_size=2048)

    @property
    def public(self) -> dict[str, str]:
        """The key as the vendor publishes it (JWK)."""
        numbers = self.private.public_key().public_numbers()
        return {
            "kty": "RSA", "use": "sig", "kid": self.name, "x5t": self.name,
            "n": _number(numbers.n), "e": _number(numbers.e),
        }  # fmt: skip

    def signed(self, claims: dict[str, Any]) -> str:
        """A JWT by RS256."""
        head = {"typ": "JWT", "alg": "RS256", "kid": self.name}
        text = ".".join(encode(json.dumps(part).encode()) for part in (head, claims))
        return f"{text}.{encode(self.private.sign(text.encode(), PKCS1v15(), SHA256()))}"


def _number(value: int) -> str:
    return encode(value.to_bytes((value.bit_length() + 7) // 8, "big"))


@route("GET", "/{tenant}/oauth2/v2.0/authorize", resource=None)
def page(call: Call, tenant: str) -> Reply:
    """Where a person says who they are."""
    _asked(call)
    query = escape(urlencode(dict(call.query)))
    return Response(200, _PAGE.format(query=query).encode(), content_type=_HTML)


@route("POST", "/{tenant}/oauth2/v2.0/authorize", resource=None)
def decide(call: Call, tenant: str) -> Reply:
    """They did: back to the app with a code, or without."""
    asked, form, entra = _asked(call), call.form(), call.sandbox.entra
    given = {"state": asked["state"]} if "state" in asked else {}
    if form.get("decision") == "cancel":
        told = "AADSTS65004: User declined to consent to access the app."
        return _back(asked, {"error": "access_denied", "error_description": told, **given})
    user = _named(call, form.get("login", ""))
    if user is None:
        return Response(200, b"<p>This username may be incorrect.</p>", content_type=_HTML)
    code = entra.begin_code(
        Code(
            user.id, asked["redirect_uri"], asked.get("code_challenge", ""),
            asked.get("scope", ""), asked.get("nonce", ""), call.now + CODE_LIFETIME,
        )
    )  # fmt: skip
    return _back(asked, {"code": code, **given, "session_state": user.id})


@route("GET", "/{tenant}/oauth2/v2.0/logout", resource=None)
def logout(call: Call, tenant: str) -> Reply:
    """The session here is over, too."""
    return Response(200, b"<p>You signed out of your account.</p>", content_type=_HTML)


def for_code(call: Call, form: dict[str, str]) -> dict[str, Any]:
    """What the token endpoint answers for a code: once, to the app that began."""
    entra = call.sandbox.entra
    code = entra.codes.pop(form.get("code", ""), None)
    if code is None:
        raise _refused(
            "AADSTS54005: OAuth2 Authorization code was already redeemed, please retry with a new"
            " valid code or use an existing refresh token."
        )
    if code.expires <= call.now:
        raise _refused("AADSTS70008: The provided authorization code has expired.")
    if form.get("redirect_uri") != code.redirect:
        raise _refused(
            "AADSTS500112: The reply address does not match the reply address provided when"
            " requesting the authorization code."
        )
    proof = encode(hashlib.sha256(form.get("code_verifier", "").encode()).digest())
    if code.challenge and proof != code.challenge:
        raise _refused(
            "AADSTS501481: The Code_Verifier does not match the code_challenge supplied in the"
            " authorization request."
        )
    user = call.tenant.users[code.user]
    answer = entra.for_user(user, code.scope, client_info="client_info" in form, nonce=code.nonce)
    if "offline_access" not in code.scope.split():
        del answer["refresh_token"]
    return answer


def _asked(call: Call) -> dict[str, str]:
    """What the app asks for, or the page of an error: nobody is led to an unknown address."""
    asked = dict(call.query)
    if asked.get("client_id", "").lower() != call.sandbox.client_id:
        raise Refusal(
            400, "unauthorized_client",
            "AADSTS700016: Application with identifier was not found in the directory 'Contoso'.",
        )  # fmt: skip
    if asked.get("redirect_uri") not in call.sandbox.entra.redirects:
        raise Refusal(
            400, "invalid_request",
            "AADSTS50011: The redirect URI specified in the request does not match the redirect"
            " URIs configured for the application.",
        )  # fmt: skip
    if asked.get("response_type") != "code" or asked.get("code_challenge_method", "S256") != "S256":
        raise Refusal(400, "invalid_request", "AADSTS90023: The request is not supported.")
    return asked


def _named(call: Call, login: str) -> User | None:
    wanted = login.strip().lower()
    found = (user for user in call.tenant.users.values() if user.upn.lower() == wanted)
    return next((user for user in found if user.enabled), None)


def _back(asked: dict[str, str], told: dict[str, str]) -> Response:
    where = asked["redirect_uri"]
    mark = "&" if "?" in where else "?"
    return Response(302, b"", {"Location": f"{where}{mark}{urlencode(told)}"})


def _refused(message: str) -> Refusal:
    return Refusal(400, "invalid_grant", message)
