"""Microsoft's side, emulated: Entra ID, Graph, SharePoint and Yammer on one address."""

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, ClassVar, Protocol
from uuid import uuid4

from cophub.sandbox.microsoft import authorize as _authorize  # noqa: F401 - it holds endpoints
from cophub.sandbox.microsoft import graph as _graph  # noqa: F401 - it holds endpoints
from cophub.sandbox.microsoft import signin as _signin  # noqa: F401 - it holds endpoints
from cophub.sandbox.microsoft.entra import Entra
from cophub.sandbox.microsoft.graph.reports import Usage
from cophub.sandbox.microsoft.limits import Limiter
from cophub.sandbox.microsoft.refusals import Refusal, worded
from cophub.sandbox.microsoft.routes import dispatch, resource_of
from cophub.sandbox.microsoft.sharepoint import SharePoint
from cophub.sandbox.microsoft.tenant import Tenant, User, guid
from cophub.sandbox.microsoft.truth import directory_truth
from cophub.sandbox.microsoft.yammer import Yammer
from cophub.sandbox.server import Request, Response, Sandbox
from cophub.sandbox.timeline import Timeline, seconds
from cophub.sandbox.world import same_world

NOW = datetime(2026, 6, 1, tzinfo=UTC)
CONSENTS = frozenset(
    {
        *(f"graph:{name}" for name in (
            "Community.Read.All", "EngagementRole.Read.All", "Group.Read.All",
            "GroupMember.Read.All", "Reports.Read.All", "ReportSettings.Read.All",
            "Sites.Read.All", "User.Read.All",
        )),
        "sharepoint:Sites.Read.All",
    }
)  # fmt: skip
"""What the admin granted the app itself, until a test takes something away."""
DELEGATED = CONSENTS | {"yammer:access_as_user", "yammer:user_impersonation"}


class Part(Protocol):
    """What a vendor's part may be; one is added to `MicrosoftSandbox.parts` before time runs."""

    def begin(self) -> None:
        """Put on the timeline what will happen, and watch the tenant."""

    def truth(self) -> dict[str, Any]:
        """What the part holds now, under keys of its own."""

    def expire_cursors(self) -> None:
        """From now on every cursor handed out before is refused."""


class MicrosoftSandbox(Sandbox):
    """A tenant with `communities` communities and about `people` people, two years behind it.

    Everything is served at one address, as by a proxy: `/TENANT/oauth2/v2.0/`, `/v1.0/`,
    `/sites/KEY/_api/` and `/api/v1/`. `consents` and `delegated` are the permissions granted to the
    app and to users of it (`graph:Group.Read.All`); change them at will. With `limits`, the
    vendor's limits hold, by a clock that runs `speed` times faster than ours.
    """

    vendor: ClassVar[str] = "microsoft"

    def __init__(
        self,
        *,
        seed: int = 1,
        people: int = 400,
        communities: int = 6,
        now: datetime = NOW,
        years: float = 2,
        port: int = 0,
        latency: float = 0.0,
        limits: bool = False,
        speed: float = 1.0,
        messages: int | None = None,
        list_items: int | None = None,
    ) -> None:
        end = seconds(now)
        self.world = same_world(seed, people=people, communities=communities, now=end, years=years)
        super().__init__(Timeline(self.world.start), port=port, latency=latency)
        self.messages = messages
        self.list_items = list_items
        self.consents: set[str] = set(CONSENTS)
        self.delegated: set[str] = set(DELEGATED)
        self.tenant = Tenant(self.world, self.timeline)
        self.client_id = guid(seed, "app")
        self.client_secret = f"sandbox~{guid(seed, 'secret')}"
        self.entra = Entra(self)
        self.limiter = Limiter(on=limits, speed=speed)
        self.concealed = True
        """Whether reports hide names behind hashes, as they do until an admin says otherwise."""
        self.usage = Usage()
        # The parts are made here and begin before the tenant does, so that they see everything.
        self.yammer = Yammer(self)
        self.sharepoint = SharePoint(self)
        self.parts: list[Part] = [self.yammer, self.sharepoint]
        for part in self.parts:
            part.begin()
        self.tenant.begin()
        self.timeline.run(end)

    @property
    def tenant_id(self) -> str:
        """The tenant's guid."""
        return self.tenant.id

    @property
    def certificate(self) -> str:
        """The app's key and certificate as PEM; made, and registered, when first asked for."""
        with self.changing():
            return self.entra.certificate.pem

    def refresh_token(self, user: User | None = None) -> str:
        """A refresh token as after a person's sign-in; the service account unless told."""
        with self.changing():
            return self.entra.refresh_token(user or self.tenant.service)

    def approve(self, user_code: str, user: User | None = None) -> None:
        """A person types in the code that a device shows, and signs in."""
        with self.changing():
            device = self.entra.device(user_code)
            device.state, device.user = "approved", (user or self.tenant.service).id

    def decline(self, user_code: str) -> None:
        """A person types in the code and says no."""
        with self.changing():
            self.entra.device(user_code).state = "declined"

    def revoke(self, user: User | None = None) -> None:
        """Nobody's tokens are good any more, or one user's: refresh and access tokens alike."""
        with self.changing():
            entra, whose = self.entra, user.id if user else None
            for token, known in list(entra.refreshes.items()):
                if whose in (None, known.user):
                    del entra.refreshes[token]
            for token, grant in list(entra.grants.items()):
                if whose in (None, grant.user):
                    del entra.grants[token]

    def site_url(self, number: int) -> str:
        """The real address of a community's site."""
        return self.tenant.communities[number].site_url

    def truth(self) -> dict[str, Any]:
        """Users, groups and what the parts hold, as plain data."""
        found = directory_truth(self.tenant)
        for part in self.parts:
            found |= part.truth()
        return found

    def expire_cursors(self) -> None:
        """Every change token and delta link handed out so far is refused from now on."""
        self.tenant.epoch += 1
        for part in self.parts:
            part.expire_cursors()

    def controls(self) -> dict[tuple[str, str], Callable[[Any], Any]]:
        """What an app is told about itself, and what a person does elsewhere."""
        return {
            ("GET", "app"): lambda _: {
                "tenant": self.tenant_id,
                "client_id": self.client_id,
                "client_secret": self.client_secret,
                "certificate": self.certificate,
                "thumbprint": self.entra.certificate.thumbprint,
            },
            ("POST", "approve"): lambda body: self.approve(body["user_code"]),
            ("POST", "decline"): lambda body: self.decline(body["user_code"]),
            ("POST", "refresh-token"): lambda _: {"refresh_token": self.refresh_token()},
            ("POST", "expire-cursors"): lambda _: self.expire_cursors(),
            ("POST", "grant"): lambda body: self._consent(body, set.add),
            ("POST", "take-back"): lambda body: self._consent(body, set.discard),
            ("POST", "conceal"): lambda body: setattr(self, "concealed", body["names"]),
            ("POST", "export"): self._export,
        }

    def _consent(
        self, body: dict[str, str] | None, change: Callable[[set[str], str], None]
    ) -> dict[str, list[str]]:
        """What an administrator grants or takes back: `app` or `person`, such as an API's scope."""
        granted = {"app": self.consents, "person": self.delegated}
        with self.changing():
            for whose, permission in (body or {}).items():
                change(granted[whose], permission)
            return {whose: sorted(permissions) for whose, permissions in granted.items()}

    def _export(self, body: dict[str, str]) -> dict[str, str]:
        """A verified admin downloads the data export of the whole network to a file here."""
        path = Path(body["path"]).absolute()
        since = datetime.fromtimestamp(self.world.start, UTC)
        self.yammer.write_export(path, since, datetime.fromtimestamp(self.timeline.now, UTC))
        return {"path": str(path)}

    # Answering

    def problem(self, status: int) -> Response:
        """An error in Graph's words; faults use it."""
        return self._refused("graph", Refusal(status, *FAULTS.get(status, FAULTS[503])), False)

    def problem_of(self, request: Request, status: int) -> Response:
        """An error in the words of the API that was asked."""
        api = resource_of(request.path) or "graph"
        return self._refused(api, Refusal(status, *FAULTS.get(status, FAULTS[503])), False)

    def drift(self, request: Request, rows: int) -> None:
        """A second passes, and later pages of this listing shift by `rows` rows; Yammer's only."""
        self.timeline.run(self.timeline.now + 1)
        self.yammer.drift(request.path, rows)

    def answer(self, request: Request) -> Response:
        """The vendor's answer to any request."""
        api = resource_of(request.path)
        try:
            response = dispatch(self, request)
        except Refusal as refusal:
            accept = next((v for k, v in request.headers.items() if k.lower() == "accept"), "")
            response = self._refused(api, refusal, "verbose" in accept)
        if api == "graph":
            headers = {name.lower(): value for name, value in request.headers.items()}
            asked = response.headers.setdefault("request-id", str(uuid4()))
            response.headers["client-request-id"] = headers.get("client-request-id", asked)
        return response

    def _refused(self, api: str | None, refusal: Refusal, verbose: bool) -> Response:
        asked = str(uuid4())
        response = worded(api, refusal, self.timeline.now, asked, verbose=verbose)
        if api == "graph":
            response.headers.update({"request-id": asked, "client-request-id": asked})
        return response


FAULTS = {
    400: ("BadRequest", "The request is malformed."),
    401: ("InvalidAuthenticationToken", "Access token has expired or is not yet valid."),
    403: ("Authorization_RequestDenied", "Insufficient privileges to complete the operation."),
    404: ("ResourceNotFound", "The resource could not be found."),
    410: ("resyncRequired", "Resync required."),
    429: ("TooManyRequests", "Too many requests."),
    500: ("InternalServerError", "Unable to process the request."),
    503: ("ServiceUnavailable", "The service is temporarily unavailable."),
}
