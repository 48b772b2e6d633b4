"""Asking the forum: how requests are signed, how fast, and page by page."""

from collections.abc import Generator, Mapping
from typing import Any

import httpx
from cophub import AuthError, Context, Json, SourceUnavailable
from cophub.http import Limits, check_status, decode, remember_secret

from cophub_discourse.settings import Settings

Ctx = Context[Settings]


class ApiKey(httpx.Auth):
    """Signs with a key, and with the name of the user it speaks for.

    Source: https://docs.discourse.org, "Authentication"; a wrong key is answered 403.
    """

    def __init__(self, key: str, username: str) -> None:
        remember_secret(key)
        self._key, self._username = key, username

    def auth_flow(self, request: httpx.Request) -> Generator[httpx.Request, httpx.Response, None]:
        """The request with its two headers."""
        request.headers["Api-Key"] = self._key
        request.headers["Api-Username"] = self._username
        yield request


def limits(settings: Settings) -> Limits:
    """The forum's pace: that of API keys by the minute, and that of any address by ten seconds.

    Source: config/discourse_defaults.conf, `max_admin_api_reqs_per_minute = 60` and
    `max_reqs_per_ip_per_10_seconds = 50`; a 429 names its wait in Retry-After.
    """
    return Limits(rate=((settings.requests_per_minute, 60.0), (50, 10.0)), concurrency=4)


def client(ctx: Ctx) -> httpx.Client:
    """The client of a run."""
    auth = ApiKey(ctx.settings.api_key.get_secret_value(), ctx.settings.api_username)
    hooks = {"response": [_refuse]}
    return ctx.client(base_url=f"{ctx.settings.root}/", auth=auth, event_hooks=hooks)


def _refuse(answer: httpx.Response) -> None:
    """Say what 403 means here (application_controller.rb, Discourse::InvalidAccess)."""
    if answer.status_code == 403:
        raise AuthError(
            f"{answer.url.host} answered 403 to {answer.url.path}: the API key is wrong or revoked,"
            " or is not of the user whom api_username names, or that one may not see this; make a"
            " key for an administrator (Admin, Advanced, API Keys), with scope Read-only"
        )


def get(ctx: Ctx, path: str, params: Mapping[str, Any] | None = None) -> Json | None:
    """What is at a path; None where there is nothing, or nothing that the key may see."""
    answer = ctx.once(client).get(path, params=params)
    return None if answer.status_code == 404 else decode(check_status(answer))


def rows(page: Json, *path: str) -> list[Any]:
    """The rows of an answer. Raises SourceUnavailable for one that is not Discourse's."""
    found: Any = page
    for name in path:
        found = found.get(name) if isinstance(found, dict) else None
    if not isinstance(found, list):
        raise SourceUnavailable(
            f"an answer of the forum has no list {'.'.join(path)}; is base_url that of a Discourse?"
        )
    return found
