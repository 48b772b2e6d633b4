"""Credentials stay at home: what goes to another host goes without them."""

from collections.abc import Callable
from urllib.parse import urljoin

import httpx

from cophub.error_codes import LED_ASTRAY
from cophub.errors import SourceUnavailable
from cophub.http.secrets import is_secret_name

Origin = tuple[str, str, int | None]

# All that may go to a host that is not ours. A list of secret headers would never be complete.
_HARMLESS = frozenset(
    [
        "accept", "accept-charset", "accept-encoding", "accept-language", "cache-control",
        "connection", "content-encoding", "content-language", "content-length",
        "content-type", "date", "expect", "host", "if-match", "if-modified-since",
        "if-none-match", "if-range", "if-unmodified-since", "odata-maxversion",
        "odata-version", "prefer", "range", "referer", "te", "transfer-encoding", "upgrade",
        "user-agent", "via",
    ]
)  # fmt: skip
_KEEPS_BODY = (307, 308)
_USUAL = {"http": 80, "https": 443}


def origin_of(url: httpx.URL) -> Origin:
    """Scheme, host and port: what makes two URLs of one home."""
    return url.scheme, url.host, url.port or _USUAL.get(url.scheme)


class Face(httpx.BaseTransport):
    """One client's way to the machinery. It learns its home from the first credentials it sees."""

    def __init__(
        self,
        send: Callable[[httpx.Request, bool], httpx.Response],
        home: Origin | None,
        params: frozenset[tuple[str, str]],
        *,
        safe: bool = False,
    ) -> None:
        self._send, self._home, self._params, self._safe = send, home, params, safe

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """The answer to `request`, which is stripped first if it goes abroad."""
        here = origin_of(request.url)
        if self._home is None and self._carries_credentials(request):
            self._home = here
        if self._home is not None and here != self._home:
            self._strip(request)
        response = self._send(request, self._safe)
        if (
            response.status_code in _KEEPS_BODY
            and request.headers.get("content-length", "0") != "0"
        ):
            self._refuse_body_abroad(request, response)
        return response

    def _carries_credentials(self, request: httpx.Request) -> bool:
        return bool(self._params) or any(is_secret_name(name) for name in request.headers)

    def _strip(self, request: httpx.Request) -> None:
        """Take out every header that is not plain HTTP, and the client's own parameters."""
        for name in [name for name in request.headers if name not in _HARMLESS]:
            del request.headers[name]
        if self._params:
            kept = [pair for pair in request.url.params.multi_items() if pair not in self._params]
            request.url = request.url.copy_with(params=kept)

    def _refuse_body_abroad(self, request: httpx.Request, response: httpx.Response) -> None:
        target = httpx.URL(urljoin(str(request.url), response.headers.get("location", "")))
        if origin_of(target) != origin_of(request.url):
            raise SourceUnavailable(
                f"{request.url.host}:{request.url.port or ''} sends a {request.method} on to"
                f" {target.host}; its body may hold credentials, so it was not sent there",
                code=LED_ASTRAY,
            )
