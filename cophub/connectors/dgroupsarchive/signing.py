"""Signatures of both versions of the API, as the vendor's own samples make them.

SHA-1 is what the vendor asks for; the secret itself is never sent.
"""

from hashlib import sha1


def form(operation: str, key: str, secret: str, time: str, scope: str) -> dict[str, str]:
    """The fields of a v1 call: sha1hex(operation + key + secret + time)."""
    return {
        "site-id": key,
        "request-time": time,
        "signature": _hex(operation, key, secret, time),
        "scope": scope,
    }


def headers(path: str, key: str, secret: str, time: str) -> dict[str, str]:
    """The headers of a v2 call: sha1hex(absolute path + key + secret + time).

    The path is signed without its query.
    """
    return {
        "Authorization": _hex(path, key, secret, time),
        "X-ECS-Api-Key": key,
        "X-ECS-Api-RequestTime": time,
        "Path": path,
        "Accept": "application/json",
    }


def _hex(*parts: str) -> str:
    return sha1("".join(parts).encode(), usedforsecurity=False).hexdigest()
