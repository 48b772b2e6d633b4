"""Signed reading calls, by the server's own clock.

Source: the client samples and the service model that the vendor published (2013 to 2016). No live
server has been asked.
"""

import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any, TypeVar
from urllib.parse import quote

import httpx
import msgspec

from cophub import AuthError, Context, Reject, SourceUnavailable
from cophub.connectors.dgroupsarchive import signing
from cophub.connectors.dgroupsarchive.settings import Settings
from cophub.error_codes import CREDENTIALS, NOT_UNDERSTOOD
from cophub.http import SAFE, check_status, decode_page, remember_secret

Ctx = Context[Settings]
T = TypeVar("T", bound=msgspec.Struct)
FORM = "%Y-%m-%dT%H:%M:%S"
FRESH_SECONDS = 240.0
"""A signature says when it was made; so long the server's clock is carried forward."""
REFUSED = (401, 403)


class Community:
    """The API of one community of the site."""

    def __init__(self, ctx: Ctx, path: str) -> None:
        self._settings = ctx.settings
        self.path = path
        self._clock = ctx.once(Clock)
        self._client = ctx.client(base_url=ctx.settings.host)
        remember_secret(ctx.settings.secret.get_secret_value())

    def text(self, operation: str) -> str:
        """The text that a reading operation of v1 answers with."""
        path = f"{self._root(1)}/{operation}"

        def send(time: str) -> httpx.Response:
            secret = self._settings.secret.get_secret_value()
            given = signing.form(operation, self._settings.key, secret, time, self.path)
            return self._client.post(path, data=given, extensions={SAFE: True})

        return self._signed(send).text

    def one(self, route: str, kind: type[T]) -> T:
        """The one thing that a route of v2 answers with."""
        try:
            return msgspec.json.decode(self._json(route, {}), type=kind)
        except msgspec.MsgspecError as error:
            raise SourceUnavailable(
                f"{self._settings.host} answered {route} with something else than documented"
                f" ({error})",
                code=NOT_UNDERSTOOD,
            ) from error

    def many(self, route: str, kind: type[T], **query: str | int) -> tuple[list[T], list[Reject]]:
        """The list that a route of v2 answers with, and what of it cannot be read."""
        content = self._json(route, query)
        if content.strip() in (b"", b"null"):
            return [], []
        page = msgspec.defstruct("Page", [("rows", list[kind])])  # type: ignore[valid-type]
        found, rejects = decode_page(b'{"rows":' + content + b"}", page)
        return found.rows, rejects  # type: ignore[attr-defined]

    def _json(self, route: str, query: dict[str, Any]) -> bytes:
        path = f"{self._root(2)}{route}"

        def send(time: str) -> httpx.Response:
            secret = self._settings.secret.get_secret_value()
            signed = signing.headers(path, self._settings.key, secret, time)
            return self._client.get(path, params=query, headers=signed)

        return self._signed(send).content

    def _signed(self, send: Callable[[str], httpx.Response]) -> httpx.Response:
        """The answer to a call. One that is refused is signed once more by a clock read anew.

        Raises AuthError where that does not help.
        """
        response = send(self._clock.now(self._root(1)))
        if response.status_code in REFUSED:
            response = send(self._clock.read_again(self._root(1)))
        try:
            return check_status(response)
        except AuthError as error:
            raise AuthError(
                f"{error}; the signature was made by the server's own clock, so the operator of"
                " the site must look at key and secret, and what the key may read",
                code=CREDENTIALS,
            ) from error

    def _root(self, version: int) -> str:
        return f"/{quote(self.path)}/__api/v{version}"


class Clock:
    """The server's clock; all communities of a run share it."""

    def __init__(self, ctx: Ctx, elapsed: Callable[[], float] = time.monotonic) -> None:
        self._client = ctx.client(base_url=ctx.settings.host)
        self._host = ctx.settings.host
        self._elapsed = elapsed
        self._lock = threading.Lock()
        self._read: tuple[datetime, float] | None = None

    def now(self, root: str) -> str:
        """The time there, carried forward from when it was last read."""
        with self._lock:
            if self._read is None or self._elapsed() - self._read[1] > FRESH_SECONDS:
                self._read = (self._ask(root), self._elapsed())
            at, since = self._read
            passed = int(self._elapsed() - since)
        return datetime.fromtimestamp(at.timestamp() + passed, UTC).strftime(FORM)

    def read_again(self, root: str) -> str:
        """The time there, asked anew."""
        with self._lock:
            self._read = (self._ask(root), self._elapsed())
        return self.now(root)

    def _ask(self, root: str) -> datetime:
        text = check_status(self._client.get(f"{root}/time")).text.strip().strip('"')
        try:
            found = datetime.fromisoformat(text)
        except ValueError as error:
            raise SourceUnavailable(
                f"{self._host}{root}/time answers with no time; check base_url and communities,"
                " and whether this site still runs CommunityCloud",
                code=NOT_UNDERSTOOD,
            ) from error
        return found.astimezone(UTC) if found.tzinfo else found.replace(tzinfo=UTC)
