"""Sign-in by Entra ID: who may have which token, and what it is good for."""

import json
import time
from base64 import b64encode
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from cophub.sandbox.microsoft.assertion import Certificate, encode, self_signed
from cophub.sandbox.microsoft.refusals import Refusal
from cophub.sandbox.microsoft.tenant import HOST, User, guid

if TYPE_CHECKING:
    from cophub.sandbox.microsoft import MicrosoftSandbox
    from cophub.sandbox.microsoft.authorize import Code, SigningKey

LOGIN = "https://login.microsoftonline.com"
LIFETIME = 3_599
"""Seconds that an access token lives, by the sandbox's clock."""
DEVICE_LIFETIME = 900
UNUSED = 90 * 86_400
"""Seconds after which a refresh token that nobody used is dead."""
IDENTITY = {"openid", "profile", "offline_access", "email"}
HOSTS = {
    "graph.microsoft.com": "graph",
    HOST: "sharepoint",
    "www.yammer.com": "yammer",
    "api.yammer.com": "yammer",
}
AUDIENCES = {
    "graph": "https://graph.microsoft.com",
    "sharepoint": f"https://{HOST}",
    "yammer": "https://www.yammer.com",
}


@dataclass(frozen=True, slots=True)
class Grant:
    """What an access token stands for.

    resource: graph, sharepoint or yammer. credential: secret, certificate, or user for a delegated
    token, whose `user` is the id of who signed in. `expires` is by the sandbox's clock.
    """

    token: str
    resource: str
    credential: str
    expires: int
    user: str | None = None


@dataclass(slots=True)
class Refresh:
    """A refresh token: whose it is, and what for until another scope is asked."""

    user: str
    scope: str
    given: int
    before: str = ""
    """The one that it was given for."""


@dataclass(slots=True)
class Device:
    """A sign-in on another device; state: pending, approved or declined."""

    user_code: str
    scope: str
    expires: int
    state: str = "pending"
    user: str = ""
    asked: float | None = None
    """When it was asked for last, by the limiter's clock."""


@cache
def _own() -> str:
    """One for all sandboxes of a process: its key takes longer to make than a tenant does."""
    return self_signed()


class Entra:
    """Hands out tokens; `grants` holds every access token ever given, `refreshes` those in use.

    Tests may change `public` (device codes allowed), `secret_expired`, `blocked` (Conditional
    Access refuses people) and `interval` (seconds between polls that a device is told); `redirects`
    (where browsers are led back to), `at` (the address by which it calls itself), `called` (the
    tenant's name in that) and `mint`, which makes an id token of its claims.
    """

    def __init__(self, sandbox: "MicrosoftSandbox") -> None:
        self.sandbox = sandbox
        self.grants: dict[str, Grant] = {}
        self.refreshes: dict[str, Refresh] = {}
        self.devices: dict[str, Device] = {}
        self.certificates: list[Certificate] = []
        self.public = True
        self.secret_expired = False
        self.blocked = False
        self.interval = 5
        self.at = LOGIN
        self.called = sandbox.tenant.id
        self.redirects: set[str] = set()
        self.codes: dict[str, Code] = {}
        self.signing: list[SigningKey] = []
        self.mint: Callable[[dict[str, Any]], str] = self.signed
        self._serial = 0

    @property
    def now(self) -> int:
        """The sandbox's clock."""
        return self.sandbox.timeline.now

    # Certificates

    @property
    def certificate(self) -> Certificate:
        """The app's own certificate, made when it is first asked for."""
        if not self.certificates:
            self.register(_own())
        return self.certificates[0]

    def register(self, pem: str) -> Certificate:
        """Let the app sign in by one more certificate."""
        self.certificates.append(Certificate.of(pem))
        return self.certificates[-1]

    # Access tokens

    def grant(
        self, resource: str, credential: str = "certificate", user: str | None = None
    ) -> Grant:
        """A new access token for an API: graph, sharepoint or yammer."""
        self._serial += 1
        claims: dict[str, Any] = {
            "aud": AUDIENCES[resource], "iss": f"https://sts.windows.net/{self.sandbox.tenant_id}/",
            "appid": self.sandbox.client_id, "tid": self.sandbox.tenant_id,
            "iat": self.now, "exp": self.now + LIFETIME, "uti": self._serial, "ver": "1.0",
        }  # fmt: skip
        granted = self.permissions(resource, of_people=user is not None)
        if user:
            claims |= {"idtyp": "user", "oid": user, "scp": " ".join(granted)}
        else:
            claims |= {"idtyp": "app", "roles": granted}
        token = self.jwt(claims)
        made = Grant(token, resource, credential, self.now + LIFETIME, user)
        self.grants[token] = made
        return made

    def permissions(self, resource: str, *, of_people: bool) -> list[str]:
        """What was granted for an API, to the app itself or to people who sign in by it."""
        granted = self.sandbox.delegated if of_people else self.sandbox.consents
        return sorted(name.partition(":")[2] for name in granted if name.startswith(f"{resource}:"))

    def jwt(self, claims: dict[str, Any]) -> str:
        """A token that looks like Entra's; its last part is no signature, and nobody may check."""
        head = encode(json.dumps({"typ": "JWT", "alg": "RS256", "kid": "sandbox"}).encode())
        filler = encode(guid("signature", self._serial).encode())
        return f"{head}.{encode(json.dumps(claims).encode())}.{filler}"

    def resource_for(self, scope: str) -> str:
        """The API that a scope is for: the first that it names, Graph for bare names."""
        wanted = [each for each in scope.split() if each not in IDENTITY]
        for each in wanted:
            host = urlsplit(each).hostname if "://" in each else "graph.microsoft.com"
            if host in HOSTS:
                return HOSTS[host]
            raise Refusal(
                400,
                "invalid_resource",
                f"AADSTS500011: The resource principal named {each.rpartition('/')[0]} was not "
                f"found in the tenant named {self.sandbox.tenant_id}.",
            )
        return "graph"

    # People

    def refresh_token(self, user: User, scope: str = "", before: str = "") -> str:
        """A new refresh token of a user, as after a sign-in or for the one `before`."""
        self._serial += 1
        token = f"1.{encode(guid('refresh', self.sandbox.tenant_id, self._serial).encode())}"
        self.refreshes[token] = Refresh(user.id, scope, self.now, before)
        return token

    def for_user(
        self, user: User, scope: str, *, client_info: bool, before: str = "", nonce: str = ""
    ) -> dict[str, Any]:
        """What the token endpoint answers for a person: access, refresh and id token."""
        resource = self.resource_for(scope)
        identity = set(scope.split()) <= IDENTITY  # for which nobody need consent to an API
        if not identity and not self.permissions(resource, of_people=True):
            raise Refusal(
                400,
                "invalid_grant",
                "AADSTS65001: The user or administrator has not consented to use the "
                f"application with ID '{self.sandbox.client_id}' named 'cophub'. Send an "
                "interactive authorization request for this user and resource.",
            )
        made = self.grant(resource, "user", user.id)
        body: dict[str, Any] = {
            "token_type": "Bearer", "scope": scope, "expires_in": LIFETIME,
            "ext_expires_in": LIFETIME, "access_token": made.token,
            "refresh_token": self.refresh_token(user, scope, before),
            "id_token": self.mint(self._claims(user, nonce)),
        }  # fmt: skip
        if client_info:
            info = {"uid": user.id, "utid": self.sandbox.tenant_id}
            body["client_info"] = encode(json.dumps(info).encode())
        return body

    def _claims(self, user: User, nonce: str) -> dict[str, Any]:
        now = int(time.time())  # checked by the caller's clock
        claims = {
            "aud": self.sandbox.client_id, "tid": self.sandbox.tenant_id, "oid": user.id,
            "sub": user.id, "iss": self.issuer, "name": user.name,
            "preferred_username": user.upn, "ver": "2.0",
            "iat": now, "nbf": now, "exp": now + LIFETIME,
        }  # fmt: skip
        return {**claims, **({"email": user.mail} if user.mail else {}),
                **({"nonce": nonce} if nonce else {})}  # fmt: skip

    # Browsers

    @property
    def issuer(self) -> str:
        """Who vouches for id tokens."""
        return f"{self.at}/{self.called}/v2.0"

    def signed(self, claims: dict[str, Any]) -> str:
        """An id token, signed by the newest key."""
        if not self.signing:
            self.rotate()
        return self.signing[-1].signed(claims)

    def rotate(self, *, keep: bool = True) -> None:
        """Sign by a new key from now on; without `keep`, those before are published no more."""
        from cophub.sandbox.microsoft.authorize import SigningKey

        self._serial += 1
        name = guid("signing key", self.sandbox.tenant_id, self._serial)[:13]
        self.signing = [*(self.signing if keep else ()), SigningKey(name)]

    def begin_code(self, code: "Code") -> str:
        """The code that stands for a sign-in by a browser."""
        self._serial += 1
        text = encode(guid("code", self.sandbox.tenant_id, self._serial).encode())
        self.codes[f"1.{text}"] = code
        return f"1.{text}"

    # Devices

    def begin_device(self, scope: str) -> tuple[str, Device]:
        """The device code and what it stands for."""
        self._serial += 1
        name = guid("device", self.sandbox.tenant_id, self._serial)
        code = b64encode(name.encode()).decode().rstrip("=")
        made = Device(name.replace("-", "")[:9].upper(), scope, self.now + DEVICE_LIFETIME)
        self.devices[code] = made
        return code, made

    def device(self, user_code: str) -> Device:
        """The sign-in that a person was shown this code for; KeyError when there is none."""
        for each in self.devices.values():
            if each.user_code == user_code.upper():
                return each
        raise KeyError(user_code)
