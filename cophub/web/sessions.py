"""Who is signed in: a signed cookie, and what the server remembers of it.

Nothing is kept on a disk. Whoever signs out, and whoever's eight hours are over, is out; so is
everybody when the key changes. What a cookie says of somebody's rights is nothing: these are looked
up at each request.
"""

import hashlib
import hmac
import os
import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

from itsdangerous import BadSignature, URLSafeSerializer
from starlette.requests import Request
from starlette.responses import Response

from cophub.http.tokens import KEY_VARIABLE

LASTS_SECONDS = 8 * 3600
SIGN_IN_SECONDS = 600
"""How long somebody may take to sign in elsewhere."""
_SKEW_SECONDS = 60
_SHORTEST = 16
Clock = Callable[[], float]
K = TypeVar("K")


@dataclass(frozen=True)
class Session:
    """Somebody who signed in."""

    id: str
    address: str
    name: str
    since: float


def key_from_environment() -> bytes:
    """A key derived from COPHUB_KEY, or one that lasts as long as this process."""
    phrase = os.environ.get(KEY_VARIABLE, "")
    if len(phrase) < _SHORTEST:
        return secrets.token_bytes(32)
    from cryptography.hazmat.primitives.kdf.scrypt import Scrypt

    return Scrypt(salt=b"cophub site sessions", length=32, n=2**14, r=8, p=1).derive(
        phrase.encode()
    )


class Sessions:
    """The sessions of one server; `secure` where readers come by https."""

    def __init__(self, key: bytes, *, secure: bool, clock: Clock = time.time) -> None:
        self._key, self._secure, self._clock = key, secure, clock
        self._name = "__Host-cophub" if secure else "cophub"
        self._ended: dict[str, float] = {}
        self._noted: dict[tuple[str, str], float] = {}

    # Somebody's session

    def begin(self, response: Response, address: str, name: str) -> Session:
        """A new session, whatever cookies the browser had before."""
        made = Session(secrets.token_urlsafe(18), address, name, self._clock())
        self._set(response, "", vars(made), LASTS_SECONDS)
        return made

    def of(self, request: Request) -> Session | None:
        """Whose session a request belongs to."""
        kept = self._get(request, "", LASTS_SECONDS)
        if kept is None or kept.get("id") in self._ended:
            return None
        try:
            return Session(**kept)
        except TypeError:
            return None

    def end(self, response: Response, session: Session | None) -> None:
        """From now on its cookie is worth nothing, whoever has a copy."""
        self._unset(response, "")
        if session is not None:
            self._ended = self._fresh(self._ended) | {session.id: session.since}

    def first(self, session: Session, what: str) -> bool:
        """Whether this session was not yet said to have seen this."""
        return (session.id, what) not in self._noted

    def noted(self, session: Session, what: str) -> None:
        """It was said now."""
        self._noted = self._fresh(self._noted) | {(session.id, what): session.since}

    def mark(self, session: Session) -> str:
        """What a form of this session carries, and a form of somebody else cannot."""
        return hmac.new(self._key, b"form " + session.id.encode(), hashlib.sha256).hexdigest()

    def is_marked(self, session: Session, mark: str) -> bool:
        """Whether a form was made for this session."""
        return hmac.compare_digest(self.mark(session).encode(), mark.encode())

    # A sign-in under way

    def keep(self, response: Response, under_way: dict[str, Any]) -> None:
        """Let the browser alone that began a sign-in end it."""
        kept = {"state": under_way, "since": self._clock()}
        self._set(response, "-sign-in", kept, SIGN_IN_SECONDS)

    def kept(self, request: Request) -> dict[str, Any]:
        """What `keep` was given; empty where there is nothing, or it is too old."""
        found = (self._get(request, "-sign-in", SIGN_IN_SECONDS) or {}).get("state")
        return found if isinstance(found, dict) else {}

    def forget(self, response: Response) -> None:
        """The sign-in is over."""
        self._unset(response, "-sign-in")

    # Cookies

    def _signer(self, kind: str) -> URLSafeSerializer:
        return URLSafeSerializer(
            self._key, salt=f"cophub{kind}", signer_kwargs={"digest_method": hashlib.sha256}
        )

    def _get(self, request: Request, kind: str, lasts: int) -> dict[str, Any] | None:
        text = request.cookies.get(self._name + kind)
        try:
            kept = self._signer(kind).loads(text) if text else None
        except BadSignature:
            return None
        age = self._clock() - kept.get("since", 0) if isinstance(kept, dict) else lasts
        return kept if -_SKEW_SECONDS <= age < lasts else None

    def _set(self, response: Response, kind: str, kept: dict[str, Any], lasts: int) -> None:
        # Lax: whoever comes from a letter or from the sign-in elsewhere brings it, forms do not.
        response.set_cookie(
            self._name + kind, str(self._signer(kind).dumps(kept)), max_age=lasts, path="/",
            secure=self._secure, httponly=True, samesite="lax",
        )  # fmt: skip

    def _unset(self, response: Response, kind: str) -> None:
        response.delete_cookie(
            self._name + kind, path="/", secure=self._secure, httponly=True, samesite="lax"
        )

    def _fresh(self, known: dict[K, float]) -> dict[K, float]:
        """Without those of sessions that are over by their age."""
        oldest = self._clock() - LASTS_SECONDS
        return {key: since for key, since in known.items() if since > oldest}


__all__ = ["LASTS_SECONDS", "SIGN_IN_SECONDS", "Session", "Sessions", "key_from_environment"]
