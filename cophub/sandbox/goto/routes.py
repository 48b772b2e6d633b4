"""How a request finds its answer, who asks, and what all answers share."""

import re
from collections.abc import Callable
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import msgspec

from cophub.sandbox.goto.refusals import Refusal
from cophub.sandbox.goto.state import Organizer
from cophub.sandbox.server import Request, Response
from cophub.sandbox.world import DAY

if TYPE_CHECKING:
    from cophub.sandbox.goto import GotoSandbox

G2M, G2W, ADMIN, OAUTH = "/G2M/rest", "/G2W/rest/v2", "/admin/rest/v1", "/oauth"
APIS = {G2M: "g2m", G2W: "g2w", ADMIN: "admin", OAUTH: "oauth"}
Answer = Callable[..., Any]
_ROUTES: list[tuple[re.Pattern[str], Answer]] = []


def route(pattern: str) -> Callable[[Answer], Answer]:
    """The function answers GET for paths such as `/G2M/rest/groups/{group}`."""
    regex = re.compile(re.sub(r"\{(\w+)\}", r"(?P<\1>[^/]+)", pattern))

    def keep(function: Answer) -> Answer:
        _ROUTES.append((regex, function))
        return function

    return keep


def api_of(path: str) -> str:
    """The API that a path belongs to; "" for none."""
    return next((name for root, name in APIS.items() if path.startswith(f"{root}/")), "")


class Call:
    """One request of somebody who is signed in."""

    def __init__(self, sandbox: "GotoSandbox", request: Request, caller: Organizer) -> None:
        self.sandbox = sandbox
        self.request = request
        self.query = request.query
        self.caller = caller
        self.account = sandbox.account
        self.now = sandbox.timeline.now

    @property
    def admin(self) -> bool:
        """Whether the caller administers the account."""
        return self.caller.admin and self.sandbox.admin

    def need_admin(self) -> None:
        """Refuse everybody else."""
        if not self.admin:
            raise Refusal(403, "Forbidden", "User is not an administrator of the account.")

    def organizer(self, key: str) -> Organizer:
        """The organizer: anybody's for an administrator, one's own for others."""
        found = self.account.by_key.get(int(key)) if key.isdecimal() else None
        if found is not self.caller:
            self.need_admin()
        if found is None:
            raise Refusal(404, "OrganizerNotFound", f"Organizer {key[:30]} does not exist.")
        return found

    def window(self, first: str, last: str, *, needed: bool = True) -> tuple[int, int]:
        """The window that two parameters give, in seconds; both ends belong to it."""
        if not needed and first not in self.query and last not in self.query:
            return 0, self.now
        start, end = (self._instant(name) for name in (first, last))
        if end < start:
            raise Refusal(400, "InvalidDateRange", f"{last} is before {first}.")
        longest = self.sandbox.longest_window_days
        if longest is not None and end - start > longest * DAY:
            raise Refusal(400, "InvalidDateRange", f"Range must not exceed {longest} days.")
        return start, end

    def _instant(self, name: str) -> int:
        text = self.query.get(name, "")
        try:
            when = datetime.fromisoformat(text)
        except ValueError:
            raise Refusal(
                400, "InvalidRequest", f"{name} is missing or no ISO 8601 date."
            ) from None
        return int((when if when.tzinfo else when.replace(tzinfo=UTC)).timestamp())

    def whole(self, name: str, default: int, most: int) -> int:
        """A whole number from the query; one that is none, or too large, is refused."""
        text = self.query.get(name, str(default))
        if not text.isdecimal() or int(text) > most:
            raise Refusal(400, "InvalidRequest", f"{name} must be from 0 to {most}.")
        return int(text)


def dispatch(sandbox: "GotoSandbox", request: Request) -> Response:
    """The answer to a request; raises Refusal."""
    api = api_of(request.path)
    if api == "oauth":
        return _sign_in(sandbox, request)
    found = ((regex.fullmatch(request.path), function) for regex, function in _ROUTES)
    match, function = next(((m, f) for m, f in found if m), (None, None))
    if match is None or function is None:
        raise Refusal(404, "NOT_FOUND", "The requested resource could not be found.")
    header = next((v for k, v in request.headers.items() if k.lower() == "authorization"), "")
    caller = sandbox.oauth.whose(header)
    if caller is None:
        # The webinar contract knows no 401: there, who is not signed in is not allowed.
        raise Refusal(403 if api == "g2w" else 401, "InvalidToken", "Invalid token passed")
    sandbox.limiter.admit(api)
    if request.method != "GET":
        raise Refusal(405, "MethodNotAllowed", "The method is not allowed.")
    answer = function(Call(sandbox, request, caller), **match.groupdict())
    return Response(200, msgspec.json.encode(answer))


def _sign_in(sandbox: "GotoSandbox", request: Request) -> Response:
    if request.path == f"{OAUTH}/token" and request.method == "POST":
        return sandbox.oauth.token(request)
    if request.path == f"{OAUTH}/authorize":
        return sandbox.oauth.authorize(request)
    raise Refusal(404, "NOT_FOUND", "The requested resource could not be found.")
