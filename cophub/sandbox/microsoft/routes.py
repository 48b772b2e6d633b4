"""How a request finds its answer, and what all answers share. Read this before adding a part.

A part (Graph, SharePoint, Yammer) is a package that registers its endpoints when it is imported:

    @route("GET", "/v1.0/groups/{id}/members", needs=("GroupMember.Read.All", "Group.Read.All"))
    def members(call: Call, id: str) -> Reply:
        group = call.tenant.group(id)
        return call.json({"value": [...]})

Braces are arguments without a slash (`{name}`), or with slashes (`{name:path}`); everything else is
literal, letter case aside: `/sites/{site}/_api/web/lists(guid'{id}')/items({item})/Comments`. The
path is matched after unquoting. Where several patterns fit, the one with most literal letters wins.
Methods are the vendor's: POST with `X-HTTP-Method: MERGE` is looked up as MERGE.

Before the function runs, the token is checked (`require`), then the consents (`needs`: one of them
must be granted to the app for the API of this path), then, with `limits=True`, the vendor's limits
(`cost`: resource units). `resource=None` leaves an endpoint open to everybody. A function answers
with a `Response`, with a dict or list (sent as JSON), or raises `Refusal`.

A part with a state of its own has a class with the methods of `Part` (see `__init__.py`), made in
`MicrosoftSandbox.__init__` as `self.sharepoint = SharePoint(self)` and listed in `self.parts`. Its
`begin()` runs before anybody arrives: it may `tenant.watch(...)` and put happenings on the
timeline. A handler finds it as `call.sandbox.sharepoint`. For a token in a test:
`sandbox.entra.grant("sharepoint").token`, or `grant("yammer", "user", user.id)`.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, unquote

import msgspec

from cophub.sandbox.microsoft.refusals import Refusal
from cophub.sandbox.microsoft.tenant import Tenant, User
from cophub.sandbox.server import Request, Response

if TYPE_CHECKING:
    from cophub.sandbox.microsoft import MicrosoftSandbox
    from cophub.sandbox.microsoft.entra import Grant

Reply = Response | dict[str, Any] | list[Any]
GRAPH, SHAREPOINT, YAMMER = "graph", "sharepoint", "yammer"


def resource_of(path: str) -> str | None:
    """The API that a path belongs to: graph, sharepoint, yammer, or None for sign-in."""
    low = path.lower()
    if low.startswith(("/v1.0/", "/beta/")):
        return GRAPH
    if "/_api/" in low or low.endswith("/_api") or "/_vti_bin/" in low:
        return SHAREPOINT
    return YAMMER if low.startswith("/api/v1/") else None


@dataclass(frozen=True, slots=True)
class Route:
    """One endpoint; `needs` are permissions of which one must be granted, `cost` is in units."""

    method: str
    pattern: re.Pattern[str]
    weight: int
    function: Callable[..., Reply]
    resource: str | None
    needs: tuple[str, ...]
    cost: int


_ROUTES: list[Route] = []


def route(
    method: str,
    pattern: str,
    *,
    needs: tuple[str, ...] = (),
    cost: int = 1,
    resource: str | None = "by path",
) -> Callable[[Callable[..., Reply]], Callable[..., Reply]]:
    """Register the function for a method and a pattern; see the module's text."""
    regex, weight = _compiled(pattern)
    api = resource_of(pattern) if resource == "by path" else resource

    def keep(function: Callable[..., Reply]) -> Callable[..., Reply]:
        _ROUTES.append(Route(method, regex, weight, function, api, needs, cost))
        _ROUTES.sort(key=lambda each: -each.weight)
        return function

    return keep


def _compiled(pattern: str) -> tuple[re.Pattern[str], int]:
    parts = re.split(r"\{(\w+)(:path)?\}", pattern)
    regex, weight = re.escape(parts[0]), len(parts[0])
    for name, path, literal in zip(parts[1::3], parts[2::3], parts[3::3], strict=True):
        regex += f"(?P<{name}>{'.+?' if path else '[^/]+?'}){re.escape(literal)}"
        weight += len(literal)
    return re.compile(regex, re.IGNORECASE), weight


class Call:
    """One request being answered."""

    def __init__(self, sandbox: "MicrosoftSandbox", request: Request) -> None:
        self.sandbox = sandbox
        self.request = request
        self.tenant: Tenant = sandbox.tenant
        self.now: int = sandbox.timeline.now
        self.base: str = sandbox.base_url
        self.path = unquote(request.path)
        self.query: Mapping[str, str] = request.query
        self.headers = {name.lower(): value for name, value in request.headers.items()}
        self.grant: Grant | None = None
        """Whose token this is; None where an endpoint needs none."""

    @property
    def method(self) -> str:
        """The method, or the one that SharePoint is told to take instead."""
        return self.headers.get("x-http-method", self.request.method).upper()

    @property
    def user(self) -> User | None:
        """Who signed in; None for an app on its own."""
        signed_in = self.grant.user if self.grant else None
        return self.tenant.users.get(signed_in) if signed_in else None

    def values(self, name: str) -> list[str]:
        """Every value of a parameter that may be given more than once."""
        pairs = parse_qsl(self.request.raw_query, keep_blank_values=True)
        return [value for key, value in pairs if key == name]

    @cached_property
    def body(self) -> Any:
        """The request's JSON; {} where there is none."""
        try:
            return msgspec.json.decode(self.request.body) if self.request.body else {}
        except msgspec.DecodeError:
            raise self.refusal(400, "BadRequest", "Unable to read JSON request payload.") from None

    def form(self) -> dict[str, str]:
        """The request's form fields."""
        return dict(parse_qsl(self.request.body.decode(), keep_blank_values=True))

    def json(self, data: Any, status: int = 200, **headers: str) -> Response:
        """A JSON answer; an underscore in a header's name stands for a dash."""
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return Response(status, msgspec.json.encode(data), named)

    def refusal(self, status: int, code: str, message: str) -> Refusal:
        """An error as the API of this path words it."""
        return Refusal(status, code, message)

    def allowed(self, *permissions: str) -> bool:
        """Whether the app was granted one of these permissions of the API of this path."""
        if not permissions:
            return True
        granted = self.sandbox.delegated if self.user else self.sandbox.consents
        api = resource_of(self.path)
        return any(f"{api}:{permission}" in granted for permission in permissions)


def dispatch(sandbox: "MicrosoftSandbox", request: Request) -> Response:
    """The answer to any request; raises Refusal."""
    call, other_method = Call(sandbox, request), False
    for each in _ROUTES:
        match = each.pattern.fullmatch(call.path)
        if match is None:
            continue
        if each.method != call.method:
            other_method = True
            continue
        return _run(call, each, match)
    api = resource_of(call.path)
    if api:
        require(call, api)
    if other_method:
        raise Refusal(405, "Request_BadRequest", "The method is not allowed for this resource.")
    message = f"Resource not found for the segment '{call.path.rsplit('/', 1)[-1]}'."
    raise Refusal(404, "ResourceNotFound", message)


def _run(call: Call, each: Route, match: re.Match[str]) -> Response:
    more: dict[str, str] = {}
    if each.resource:
        require(call, each.resource)
        if not call.allowed(*each.needs):
            raise Refusal(403, "Authorization_RequestDenied", DENIED)
        more = call.sandbox.limiter.admit(call, each)
    reply = each.function(call, **match.groupdict())
    response = reply if isinstance(reply, Response) else call.json(reply)
    for name, value in more.items():
        response.headers.setdefault(name, value)
    return response


DENIED = "Insufficient privileges to complete the operation."


def require(call: Call, resource: str) -> "Grant":
    """The grant of the request's bearer token for an API, or the API's own 401.

    A token is bound to one API and expires by the sandbox's clock. SharePoint refuses an app that
    signed in by a secret, Yammer every app without a user.
    """
    scheme, _, token = call.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not token.strip():
        raise Refusal(401, "InvalidAuthenticationToken", "Access token is empty.")
    grant = call.sandbox.entra.grants.get(token.strip())
    if grant is None:
        raise Refusal(401, "InvalidAuthenticationToken", "CompactToken parsing failed.")
    if grant.resource != resource:
        wrong = "Access token validation failure. Invalid audience."
        raise Refusal(401, "InvalidAuthenticationToken", wrong)
    if grant.expires <= call.now:
        message = "Lifetime validation failed, the token is expired."
        raise Refusal(401, "InvalidAuthenticationToken", message)
    if resource == SHAREPOINT and grant.credential == "secret":
        raise Refusal(401, "invalid_client", "Unsupported app only token.")
    if resource == YAMMER and grant.user is None:
        raise Refusal(401, "16", "Token not found.")
    call.grant = grant
    return grant
