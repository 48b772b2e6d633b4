"""How answers go over slow lines: packed, and not once more where the browser has them.

What says `no-transform` goes as it is: a page that holds a secret beside what somebody asked for
would tell the secret by its packed length (BREACH). Pages of the site repeat nothing that was
asked for to anybody who is signed in.
"""

from typing import TYPE_CHECKING, Any

from starlette.datastructures import Headers, MutableHeaders
from starlette.middleware.gzip import DEFAULT_EXCLUDED_CONTENT_TYPES, GZipResponder

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

_LEAST_BYTES = 1000
_LEVEL = 6
_PACKED_ALREADY = (
    *DEFAULT_EXCLUDED_CONTENT_TYPES,
    "application/octet-stream",  # Parquet
    "application/vnd.apache.parquet",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
)
_OF_CONTENT = ("content-length", "content-type", "content-encoding")


class Lean:
    """Packs what is worth it for those who take it, and answers 304 to those who have it.

    Marks of content (ETag) become weak ones: what is packed is the same page in other bytes.
    """

    def __init__(self, app: "ASGIApp") -> None:
        self._app = app

    async def __call__(self, scope: "Scope", receive: "Receive", send: "Send") -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        asked = Headers(scope=scope)
        known = _marks(asked.get("if-none-match", ""))
        known = known if scope["method"] in ("GET", "HEAD") else set()

        async def app(scope: "Scope", receive: "Receive", send: "Send") -> None:
            # Before it is packed: what is known already need not be.
            await self._app(scope, receive, _Reply(send, known, is_packed))

        is_packed = scope["method"] == "GET" and takes_gzip(asked.get("accept-encoding", ""))
        if is_packed:
            packed = _Packed(app, _LEAST_BYTES, _LEVEL, exclude_content_types=_PACKED_ALREADY)
            await packed(scope, receive, send)
        else:
            await app(scope, receive, send)


class _Packed(GZipResponder):
    _goes_as_it_is = False

    async def send_with_compression(self, message: "Message") -> None:
        if message["type"] == "http.response.start":
            kept = Headers(raw=message["headers"]).get("cache-control", "")
            self._goes_as_it_is = "no-transform" in kept or message["status"] != 200
        if self._goes_as_it_is:
            await self.send(message)
        else:
            await super().send_with_compression(message)


class _Reply:
    """Sends an answer, or that there is nothing new."""

    def __init__(self, send: "Send", known: set[str], is_packed: bool) -> None:
        self._send, self._known, self._is_packed = send, known, is_packed
        self._is_known = False

    async def __call__(self, message: "Message") -> None:
        if message["type"] == "http.response.start" and message["status"] == 200:
            message = self._begun(dict(message))
        elif self._is_known and message["type"] == "http.response.body":
            if message.get("more_body"):
                return
            message = {"type": "http.response.body", "body": b""}
        await self._send(message)

    def _begun(self, message: dict[str, Any]) -> dict[str, Any]:
        headers = MutableHeaders(raw=[*message["headers"]])
        if not self._is_packed and "no-transform" not in headers.get("cache-control", ""):
            headers.add_vary_header("Accept-Encoding")  # as who packs does
        if mark := headers.get("etag", "").removeprefix("W/"):
            headers["etag"] = f"W/{mark}"
            self._is_known = bool(self._known & {mark, "*"})
        if self._is_known:
            message["status"] = 304
            for name in _OF_CONTENT:
                del headers[name]
        message["headers"] = headers.raw
        return message


def takes_gzip(header: str) -> bool:
    """Whether a browser takes packed answers, by its `Accept-Encoding`."""
    taken: dict[str, bool] = {}
    for each in header.lower().split(","):
        name, _, weight = each.partition(";")
        value = weight.strip().removeprefix("q=") or "1"
        try:
            taken[name.strip()] = float(value) > 0
        except ValueError:
            taken[name.strip()] = False
    return taken.get("gzip", taken.get("*", False))


def _marks(header: str) -> set[str]:
    return {each.strip().removeprefix("W/") for each in header.split(",")} - {""}


__all__ = ["Lean", "takes_gzip"]
