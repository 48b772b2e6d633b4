"""What must never be written down: names that mean a secret, and secrets that we were handed."""

import re
from collections.abc import Mapping
from typing import Any

MASK = "***"

_SECRET_NAMES = frozenset(
    [
        "accesskey", "accesstoken", "apikey", "apitoken", "assertion", "authorization",
        "authtoken", "bearertoken", "clientassertion", "clientsecret", "codeverifier",
        "cookie", "credential", "credentials", "csrf", "csrftoken", "devicecode",
        "formdigestvalue", "idtoken", "oauthtoken", "passphrase", "passwd", "password",
        "personalaccesstoken", "privatekey", "proxyauthorization", "pwd", "refreshtoken",
        "requestdigest", "secret", "secretkey", "securitytoken", "sessionid",
        "sessiontoken", "setcookie", "sig", "signature", "sitekey", "subscriptionkey",
        "token", "xapikey", "xauthtoken", "xcsrftoken", "xecsapikey", "xrequestdigest",
        "xsrftoken", "xxsrftoken",
    ]
)  # fmt: skip
_SECRET_ENDS = (
    "accesstoken", "apikey", "apitoken", "authtoken", "clientsecret", "password", "privatekey",
    "refreshtoken", "secretkey",
)  # fmt: skip
_NOT_LETTERS = re.compile(r"[^a-z0-9]")
_IN_TEXT = re.compile(
    r"(?i)(\b(?:bearer|basic)\s+)[a-z0-9._~+/=-]{8,}"
    r"|((?:^|[?&;\s\"'])[a-z_-]*(?:token|api[_-]?key|secret|password|passwd|signature|sig)=)[^&\s\"']+"
    r"|(://)[^/\s@]+@"
    r"|(<cookie>)[^<]+"
)
_PAGING = re.compile(r"(?i)(page|next|sync|delta|change|skip|continuation|cursor)[_-]?token=$")
_SHORTEST = 6
"""A shorter secret is not looked for in text: it would be found in every other word."""
_known: set[str] = set()


def remember_secret(value: str) -> None:
    """From now on `redact` takes `value` out wherever it appears in text."""
    if len(value) >= _SHORTEST:
        _known.add(value)


def is_secret_name(name: str) -> bool:
    """Does a key, header or parameter of this name hold a secret? Page tokens do not."""
    plain = _NOT_LETTERS.sub("", name.lower())
    return plain in _SECRET_NAMES or plain.endswith(_SECRET_ENDS)


def redact(value: Any) -> Any:
    """`value` (text, or dicts and lists of it) with secrets replaced by ***; a copy if need be."""
    if isinstance(value, str):
        return _redact_text(value)
    if isinstance(value, Mapping):
        return {
            key: MASK if isinstance(key, str) and is_secret_name(key) and item else redact(item)
            for key, item in value.items()
        }
    if isinstance(value, list | tuple):
        return [redact(item) for item in value]
    return value


def _redact_text(text: str) -> str:
    for secret in sorted(_known, key=len, reverse=True):
        if secret in text:
            text = text.replace(secret, MASK)
    return _IN_TEXT.sub(_mask, text)


def _mask(found: "re.Match[str]") -> str:
    start = found[1] or found[2] or found[3] or found[4]
    if _PAGING.search(start):
        return found[0]
    return f"{start}{MASK}" + ("@" if found[3] else "")
