"""Yammer's REST API: one answer at a time, decoded, with the rejects of its bad items.

Source: `https://www.yammer.com/api/v1/`, for the person who signed in. Limits: 10 requests in 30
seconds for messages and 10 in 10 seconds for the rest; passing one of them blocks them all.
"""

from typing import Any, TypeVar

import httpx

from cophub import AuthError, Context, Reject, SourceUnavailable
from cophub.connectors.microsoft.entra import Login, user_auth
from cophub.connectors.microsoft.hosts import Hosts, decorated
from cophub.connectors.yammer.payloads import Feed, Group, GroupList, Message, Payload
from cophub.connectors.yammer.settings import Settings
from cophub.error_codes import NOT_UNDERSTOOD
from cophub.http import Limits, check_status, decode_page

Ctx = Context[Settings]
P = TypeVar("P", bound=Payload)

SCOPE = "https://www.yammer.com/.default"
MESSAGES_A_PAGE = 20
"""The most that the vendor gives, whatever is asked."""
GROUPS_A_PAGE = 50
UNREADABLE_TRIES = 3
LIMITS = Limits(
    concurrency=4,
    budget=6 * 3600.0,
    lanes=(
        ("/api/v1/messages", ((10, 30.0),)),
        ("/api/v1/", ((10, 10.0),)),
        ("/v1.0/employeeExperience", ((10, 30.0),)),
    ),
    # A 429 without Retry-After: the window is over when 30 seconds are, and not before.
    unasked_wait=30.0,
)


class NotThere(SourceUnavailable):
    """The vendor has no such group, thread or message (any more)."""


class NotAllowed(AuthError):  # noqa: N818 - a state of the account, not a fault
    """The person who signed in may not see this group."""


def login(settings: Settings) -> Login:
    """How this source signs in."""
    return Login(
        tenant=settings.tenant,
        client_id=settings.client_id,
        client_secret=settings.client_secret,
        certificate=settings.certificate,
        certificate_password=settings.certificate_password,
    )


def rest(ctx: Ctx) -> "Yammer":
    """The REST client of this run, made once and shared by its streams."""
    return ctx.once(Yammer)


class Yammer:
    """Calls of the REST API; each returns what was decoded, and the rejects of its bad items."""

    def __init__(self, ctx: Ctx) -> None:
        hosts = Hosts(_base_url(ctx.settings))
        self.http: httpx.Client = ctx.client(
            base_url=f"{hosts.yammer}/api/v1/",
            auth=user_auth(ctx, hosts, login(ctx.settings), SCOPE),
            headers={"User-Agent": decorated(ctx.settings.company)},
        )

    def page(self, path: str, page: type[P], /, **params: Any) -> tuple[P, list[Reject]]:
        """`page(f"users/in_group/{id}.json", GroupUsers, page=2)`; a bare list is its `items`.

        Raises NotThere for 404, NotAllowed for 403, AuthError for 401 after the token was renewed,
        SourceUnavailable for whatever else is no answer.
        """
        for _ in range(UNREADABLE_TRIES - 1):
            content = self.ask(path, **params)
            try:
                return decoded(content, page)
            except SourceUnavailable:
                continue  # an answer that was cut off in the vendor's house
        return decoded(self.ask(path, **params), page)

    def one(self, path: str, kind: type[P], /, **params: Any) -> P:
        """A single thing, such as `one(f"groups/{id}.json", Group)`; raises as `page` does."""
        found, rejects = decoded(self.ask(path, **params), kind)
        if rejects:
            raise SourceUnavailable(
                f"{path} is not as the vendor documents it: {rejects[0].reason}",
                code=NOT_UNDERSTOOD,
            )
        return found

    def ask(self, path: str, /, **params: Any) -> bytes:
        """The answer's bytes; raises as `page` does."""
        known = {name: value for name, value in params.items() if value is not None}
        response = self.http.get(path, params=known or None)
        if response.status_code in (403, 404):
            kind = NotThere if response.status_code == 404 else NotAllowed
            try:
                check_status(response)
            except (AuthError, SourceUnavailable) as error:
                raise kind(str(error)) from error
        return check_status(response).content

    def groups(self, page: int) -> tuple[list[Group], list[Reject]]:
        """A page of `groups.json`, counted from 1; an empty one follows the last."""
        found, rejects = self.page("groups.json", GroupList, page=page)
        return found.items, rejects

    def in_group(self, group: str, older_than: int | None = None) -> tuple[Feed, list[Reject]]:
        """The newest 20 messages of a group that are older than `older_than`."""
        return self._feed(f"messages/in_group/{group}.json", older_than)

    def in_thread(self, thread: int, older_than: int | None = None) -> tuple[Feed, list[Reject]]:
        """The newest 20 messages of a thread that are older than `older_than`."""
        return self._feed(f"messages/in_thread/{thread}.json", older_than)

    def message(self, id: int) -> Message:
        """One message."""
        return self.one(f"messages/{id}.json", Message)

    def _feed(self, path: str, older_than: int | None) -> tuple[Feed, list[Reject]]:
        return self.page(path, Feed, limit=MESSAGES_A_PAGE, older_than=older_than)


def decoded(content: bytes, page: type[P]) -> tuple[P, list[Reject]]:
    """The page in `content`; a bare list as its `items`."""
    if content.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"["):
        content = b'{"items":' + content.removeprefix(b"\xef\xbb\xbf") + b"}"
    return decode_page(content, page)


def _base_url(settings: Settings) -> str | None:
    return str(settings.base_url).rstrip("/") if settings.base_url else None
