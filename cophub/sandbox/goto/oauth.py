"""GoTo's sign-in: codes with PKCE, refresh tokens that may rotate, personal access tokens."""

from base64 import b64decode, urlsafe_b64encode
from binascii import Error as NotBase64
from dataclasses import dataclass, field
from hashlib import sha256
from typing import TYPE_CHECKING, Any, Literal
from urllib.parse import parse_qsl, quote, unquote, urlencode

import msgspec

from cophub.sandbox.goto.refusals import Refusal
from cophub.sandbox.goto.state import Organizer
from cophub.sandbox.server import Request, Response
from cophub.sandbox.world import DAY

if TYPE_CHECKING:
    from cophub.sandbox.goto import GotoSandbox

Rotation = Literal["new", "none", "once"]
ACCESS_SECONDS = 3_600
REFRESH_SECONDS = 30 * DAY


@dataclass(slots=True)
class Refresh:
    """A refresh token: whose it is, until when, and the one it was given in exchange for."""

    organizer: Organizer
    until: int
    before: str = ""


@dataclass(slots=True)
class Code:
    """What an authorization code stands for."""

    organizer: Organizer
    redirect_uri: str
    challenge: str
    until: int


@dataclass(slots=True)
class OAuth:
    """All tokens. `rotation` says what a refresh answers with: a `new` refresh token while the old
    one stays good, `none`, or a new one whose first use ends the old one (`once`).
    """

    sandbox: "GotoSandbox"
    client_id: str
    client_secret: str
    pat: str
    rotation: Rotation = "new"
    public: bool = False
    """Whether the app has no secret, as one on people's own machines."""
    grants: dict[str, tuple[Organizer, int]] = field(default_factory=dict)
    refreshes: dict[str, Refresh] = field(default_factory=dict)
    codes: dict[str, Code] = field(default_factory=dict)
    serial: int = 0

    @property
    def now(self) -> int:
        """The sandbox's clock."""
        return self.sandbox.timeline.now

    def _secret(self, kind: str) -> str:
        self.serial += 1
        digest = sha256(f"{self.sandbox.world.seed}/{kind}/{self.serial}".encode()).digest()
        return f"{kind}.{urlsafe_b64encode(digest).decode().rstrip('=')}"

    def access(self, organizer: Organizer) -> str:
        """An access token for an hour of the sandbox's clock."""
        token = self._secret("eyJraWQiOiJvYXV0aHYyIn0")
        self.grants[token] = (organizer, self.now + ACCESS_SECONDS)
        return token

    def refresh(self, organizer: Organizer, before: str = "") -> str:
        """A refresh token for thirty days."""
        token = self._secret("eyJyZWZyZXNoIn0")
        self.refreshes[token] = Refresh(organizer, self.now + REFRESH_SECONDS, before)
        return token

    def whose(self, authorization: str) -> Organizer | None:
        """Who a `Bearer` header speaks for; None where the token is unknown or ran out."""
        scheme, _, token = authorization.partition(" ")
        organizer, until = self.grants.get(token.strip(), (None, 0))
        return organizer if scheme.lower() == "bearer" and until > self.now else None

    def authorize(self, request: Request) -> Response:
        """`/oauth/authorize`: the person says yes at once and is sent back with a code."""
        query = request.query
        uri = query.get("redirect_uri", "")
        if query.get("client_id") != self.client_id or query.get("response_type") != "code":
            raise Refusal(400, "invalid_request", "client_id or response_type is not valid.")
        if query.get("code_challenge_method", "S256") != "S256":
            raise Refusal(400, "invalid_request", "Only S256 is supported.")
        code = self._secret("code")
        challenge = query.get("code_challenge", "")
        self.codes[code] = Code(self.sandbox.me, uri, challenge, self.now + 600)
        back = {"code": code} | ({"state": query["state"]} if "state" in query else {})
        mark = "&" if "?" in uri else "?"
        location = f"{quote(uri, safe=':/?&=%#')}{mark}{urlencode(back)}"
        return Response(302, headers={"Location": location})

    def token(self, request: Request) -> Response:
        """`POST /oauth/token`."""
        form = dict(parse_qsl(request.body.decode("utf-8", "replace"), keep_blank_values=True))
        self._check_client(request, form)
        kind = form.get("grant_type", "")
        answer = {
            "authorization_code": self._by_code,
            "refresh_token": self._by_refresh,
            "personal_access_token": self._by_pat,
        }.get(kind)
        if answer is None:
            raise Refusal(400, "unsupported_grant_type", f"Unsupported grant type: {kind[:40]}")
        return Response(200, msgspec.json.encode(answer(form)))

    def _check_client(self, request: Request, form: dict[str, str]) -> None:
        header = next((v for k, v in request.headers.items() if k.lower() == "authorization"), "")
        scheme, _, value = header.partition(" ")
        given = form.get("client_id", ""), form.get("client_secret", "")
        if scheme.lower() == "basic":
            try:
                user, _, password = b64decode(value, validate=True).decode().partition(":")
            except (NotBase64, UnicodeDecodeError):
                user = password = ""
            given = unquote(user), unquote(password)
        wanted = self.client_id, "" if self.public else self.client_secret
        if given != wanted:
            raise Refusal(401, "invalid_client", "Client authentication failed.")

    def _by_code(self, form: dict[str, str]) -> dict[str, Any]:
        code = self.codes.pop(form.get("code", ""), None)
        if code is None or code.until < self.now or code.redirect_uri != form.get("redirect_uri"):
            raise Refusal(400, "invalid_grant", "Invalid authorization code.")
        digest = sha256(form.get("code_verifier", "").encode()).digest()
        if code.challenge and urlsafe_b64encode(digest).decode().rstrip("=") != code.challenge:
            raise Refusal(400, "invalid_grant", "The code verifier does not match.")
        return self._answer(code.organizer, self.refresh(code.organizer))

    def _by_refresh(self, form: dict[str, str]) -> dict[str, Any]:
        token = form.get("refresh_token", "")
        known = self.refreshes.get(token)
        if known is None or known.until < self.now:
            raise Refusal(400, "invalid_grant", "Invalid refresh token.")
        if known.before and self.rotation == "once":
            self.refreshes.pop(known.before, None)
        new = "" if self.rotation == "none" else self.refresh(known.organizer, token)
        return self._answer(known.organizer, new)

    def _by_pat(self, form: dict[str, str]) -> dict[str, Any]:
        if form.get("pat") != self.pat:
            raise Refusal(400, "invalid_grant", "Invalid personal access token.")
        return self._answer(self.sandbox.me, "")

    def _answer(self, organizer: Organizer, refresh: str) -> dict[str, Any]:
        # The keys of organizer and account are no longer told here; /admin/rest/v1/me tells them.
        return {
            "access_token": self.access(organizer),
            "token_type": "Bearer",
            "expires_in": ACCESS_SECONDS,
            "scope": "collab: identity:",
            "principal": organizer.email,
            **({"refresh_token": refresh} if refresh else {}),
        }
