"""Signing in to GoTo once, in a browser: an authorization code with PKCE.

GoTo sends the browser back to `redirect_url`. Where that is this machine, we listen there for it;
where it is not, or the browser is on another machine, the person pastes the address it ended at.
"""

import queue
import socket
import sys
import threading
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

import msgspec

from cophub import AuthError, ConfigError, Context
from cophub.connectors.gotomeeting.client import ADMIN, goto
from cophub.connectors.gotomeeting.login import Answer, keep, oauth_client, refusal
from cophub.connectors.gotomeeting.payloads import Me, full_name, key_of
from cophub.connectors.gotomeeting.settings import Settings
from cophub.error_codes import SIGN_IN
from cophub.http import remember_secret

Ctx = Context[Settings]
Wait = Callable[[str], str]

MINUTES = 10
"""How long a person has to sign in."""
LOOPBACK = {"localhost", "127.0.0.1", "::1"}
DONE = b"<!doctype html><title>cophub</title><p>Signed in. You may close this page.</p>"


def sign_in(ctx: Ctx, show: Callable[[str], None]) -> str:
    """Sign a person in and keep the refresh token; returns who it was.

    Raises ConfigError where a personal access token would be used all the same, AuthError when
    nobody answers in time, the answer is not to our question, or GoTo refuses the code.
    """
    if ctx.settings.personal_access_token:
        raise ConfigError(
            f'source "{ctx.source}" has a personal_access_token and needs no sign-in; take it out'
            f" of [sources.{ctx.source}.settings] to sign in"
        )
    return sign_in_by(ctx, show, answered)


def sign_in_by(ctx: Ctx, show: Callable[[str], None], wait: Wait) -> str:
    """`sign_in`, where `wait(redirect_url)` gives the address that the browser ended at."""
    from authlib.common.security import generate_token
    from authlib.oauth2 import OAuth2Error

    redirect = str(ctx.settings.redirect_url)
    verifier, state = generate_token(64), generate_token(32)
    remember_secret(verifier)
    client = oauth_client(ctx, redirect_uri=redirect, code_challenge_method="S256")
    url, _ = client.create_authorization_url(
        f"{ctx.settings.login_host}/oauth/authorize", state=state, code_verifier=verifier
    )
    show(f"Open this page, sign in to GoTo and allow access:\n{url}")
    show(
        f"If the browser then cannot open {redirect}, paste the address of that page here and"
        f" press Enter. This waits for {MINUTES} minutes."
    )
    code = code_in(wait(redirect), state)
    remember_secret(code)
    try:
        answer = client.fetch_token(
            grant_type="authorization_code", code=code, code_verifier=verifier
        )
        token = msgspec.convert(dict(answer), Answer)
    except OAuth2Error as error:
        raise refusal(ctx, str(error.error), error.description or "") from None
    if not token.refresh_token:
        raise AuthError(
            "GoTo signed in without a refresh token, so the sign-in would end within the hour;"
            " check that the OAuth client is of the type web app, then sign in again",
            code=SIGN_IN,
        )
    keep(ctx, token.refresh_token)
    me, _ = goto(ctx).page(f"{ADMIN}/me", Me)
    return me.email or full_name(me.first_name, me.last_name) or key_of(me.key)


def code_in(address: str, state: str) -> str:
    """The code in the address that the browser was sent to. Raises AuthError."""
    query = {name: values[0] for name, values in parse_qs(urlsplit(address.strip()).query).items()}
    if error := query.get("error"):
        raise AuthError(
            f"GoTo did not sign in ({error[:80]}); allow access, and sign in again", code=SIGN_IN
        )
    if not query.get("code"):
        raise AuthError(
            "the address has no code in it; paste the whole of it, and sign in again", code=SIGN_IN
        )
    if query.get("state") != state:
        raise AuthError("the address is the answer to another sign-in; sign in again", code=SIGN_IN)
    return query["code"]


def answered(redirect: str) -> str:
    """The address that came first: to this machine, or pasted. Raises AuthError after a while."""
    came: queue.Queue[str] = queue.Queue()
    server = listener(redirect, came.put)
    if server is not None:
        threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
    if sys.stdin is not None and sys.stdin.isatty():
        threading.Thread(target=lambda: came.put(sys.stdin.readline()), daemon=True).start()
    elif server is None:
        raise AuthError(
            f"nothing here can be reached at {redirect}, and there is nobody to paste an address;"
            " run cophub sign-in in a terminal",
            code=SIGN_IN,
        )
    try:
        return came.get(timeout=MINUTES * 60)
    except queue.Empty:
        raise AuthError(
            f"nobody signed in within {MINUTES} minutes; sign in again", code=SIGN_IN
        ) from None
    finally:
        if server is not None:
            server.shutdown()
            server.server_close()


def listener(redirect: str, put: Callable[[str], None]) -> HTTPServer | None:
    """A server at a redirect URL of this machine; None for another's, or where it cannot listen."""
    parts = urlsplit(redirect)
    if parts.scheme != "http" or parts.hostname not in LOOPBACK:
        return None

    class Page(BaseHTTPRequestHandler):
        """Takes the one request that brings a code, and no other, such as for an icon."""

        def do_GET(self) -> None:
            """Hand the address over, and tell the person."""
            query = parse_qs(urlsplit(self.path).query)
            asked = bool({"code", "error"} & query.keys())
            self.send_response(200 if asked else 404)
            self.send_header("Content-Type", "text/html; charset=utf-8")
            self.send_header("Connection", "close")
            self.end_headers()
            if asked:
                self.wfile.write(DONE)
                put(self.path)

        def log_message(self, format: str, *args: Any) -> None:
            """Nothing: the address holds a code."""

    class Server(HTTPServer):
        address_family = socket.AF_INET6 if parts.hostname == "::1" else socket.AF_INET

    host = "::1" if parts.hostname == "::1" else "127.0.0.1"
    try:
        return Server((host, parts.port or 80), Page)
    except OSError:
        return None


__all__ = ["sign_in", "sign_in_by"]
