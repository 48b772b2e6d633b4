"""Whether people can sign in to the site: the secret, the certificate, and whoever vouches."""

import os
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import httpx
from cryptography import x509

from cophub.errors import CophubError
from cophub.http.tokens import KEY_VARIABLE
from cophub.hub.answers import Finding
from cophub.hub.at_once import Job

if TYPE_CHECKING:
    from cophub.config.serve_table import SignInTable
    from cophub.hub import Hub

SUBJECT = "serve"
_SOON = timedelta(days=21)
_CONFIGURATION = "/.well-known/openid-configuration"


def settings(hub: "Hub") -> Iterator[Finding]:
    """What can be told without asking anybody; nothing where nobody signs in."""
    table = hub.config.serve
    try:
        if table.metrics_token:
            hub.config.serve_secret(table.metrics_token, "metrics_token")
        if table.sign_in:
            hub.config.serve_secret(table.sign_in.client_secret, "sign_in", "client_secret")
    except CophubError as error:
        yield Finding(SUBJECT, "failed", str(error))
    if table.certificate:
        yield from _certificate(hub.config.folder / Path(table.certificate).expanduser(), hub.now())
    if table.sign_in and not os.environ.get(KEY_VARIABLE):
        yield Finding(
            SUBJECT, "warning", f"{KEY_VARIABLE} is not set: who is signed in must sign in again"
            " after each start of cophub serve", f"set {KEY_VARIABLE} to a long phrase",
        )  # fmt: skip


def jobs(hub: "Hub", seconds: float) -> dict[str, Job]:
    """A job that asks the provider; none where nobody signs in."""
    sign_in = hub.config.serve.sign_in
    return {SUBJECT: lambda: _provider(sign_in, seconds)} if sign_in else {}


def _certificate(file: Path, now: datetime) -> Iterator[Finding]:
    try:
        ends = x509.load_pem_x509_certificates(file.read_bytes())[0].not_valid_after_utc
    except (OSError, ValueError):
        yield Finding(SUBJECT, "failed", f"{file} holds no certificate that can be read")
        return
    if ends - now < _SOON:
        is_over = ends <= now
        told = f"the certificate of the site {'ended' if is_over else 'ends'} on {ends:%Y-%m-%d}"
        yield Finding(SUBJECT, "failed" if is_over else "warning", told, f"renew {file}")


def _provider(sign_in: "SignInTable", seconds: float) -> Iterator[Finding]:
    """Whether it answers, and calls itself as plugins.toml does."""
    url = sign_in.issuer.rstrip("/") + _CONFIGURATION
    try:
        answer = httpx.get(url, timeout=seconds)
        told = answer.json().get("issuer") if answer.is_success else None
    except (httpx.HTTPError, ValueError, AttributeError) as error:
        yield Finding(
            SUBJECT, "warning", f"{sign_in.issuer} does not say how to sign in"
            f" ({type(error).__name__})", "is it reached from here? nobody can sign in meanwhile",
        )  # fmt: skip
        return
    if told == sign_in.issuer:
        yield Finding(SUBJECT, "ok", f"people sign in at {sign_in.issuer}")
    elif told is None:
        yield Finding(
            SUBJECT, "failed", f"{url} answers {answer.status_code}: nobody can sign in",
            "correct issuer under [serve.sign_in]",
        )  # fmt: skip
    else:
        yield Finding(
            SUBJECT, "failed", f"{sign_in.issuer} calls itself {str(told)[:200]!r}",
            "write the issuer under [serve.sign_in] as it does",
        )  # fmt: skip


__all__ = ["jobs", "settings"]
