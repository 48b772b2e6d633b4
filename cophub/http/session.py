"""The requests face: a session whose adapter sends through the transport."""

import io
from collections.abc import Iterator
from http.client import HTTPMessage
from types import SimpleNamespace
from typing import Any

import httpx
import requests
import urllib3
from requests.adapters import BaseAdapter
from requests.cookies import extract_cookies_to_jar
from requests.exceptions import InvalidURL, TooManyRedirects
from requests.structures import CaseInsensitiveDict
from requests.utils import get_encoding_from_headers

from cophub.error_codes import LED_ASTRAY
from cophub.errors import SourceUnavailable
from cophub.http.auth import place
from cophub.http.engine import STREAM
from cophub.http.face import Face
from cophub.http.limits import Limits
from cophub.http.retry import netloc
from cophub.http.unpacking import ACCEPTED


class FacedSession(requests.Session):
    """A session that takes nothing from the environment: no proxies, no passwords of a .netrc.

    Proxies are the transport's business, and a password that nobody named is no credential.
    """

    def __init__(self, face: Face, limits: Limits, user_agent: str) -> None:
        super().__init__()
        self.trust_env = False
        self.headers["User-Agent"] = user_agent
        self.headers["Accept-Encoding"] = ACCEPTED
        adapter = FacedAdapter(face, limits)
        self.mount("https://", adapter)
        self.mount("http://", adapter)

    def send(self, request: requests.PreparedRequest, **options: Any) -> requests.Response:
        """Send as requests does; a redirect that leads nowhere is one of our errors."""
        try:
            return super().send(request, **options)
        except (TooManyRedirects, ValueError) as error:  # ValueError: a Location that is no URL
            if not options.get("allow_redirects", True):
                raise  # this is one step of a chain, and the first of it tells the whole
            url = str(request.url)
            raise SourceUnavailable(
                f"{netloc(url)}: {request.method} {place(url)} is redirected without end, or to no"
                " address",
                code=LED_ASTRAY,
            ) from error


class FacedAdapter(BaseAdapter):
    """Turns a prepared request into httpx's, and the answer back; the body is not copied."""

    def __init__(self, face: Face, limits: Limits) -> None:
        super().__init__()
        self._face, self._limits = face, limits

    def send(
        self,
        request: requests.PreparedRequest,
        stream: bool = False,
        timeout: Any = None,
        verify: Any = True,
        cert: Any = None,
        proxies: Any = None,
    ) -> requests.Response:
        """The answer; certificates and proxies are the transport's own."""
        try:
            sent = httpx.Request(
                request.method or "GET",
                request.url or "",
                headers=list(request.headers.items()),
                content=request.body,
                extensions={"timeout": self._times(timeout), STREAM: stream},
            )
        except httpx.InvalidURL as error:
            raise InvalidURL(str(error), request=request) from error
        return _answer(request, self._face.handle_request(sent), stream)

    def close(self) -> None:
        """Nothing: the connections are the transport's."""

    def _times(self, timeout: Any) -> dict[str, float]:
        connect, read = timeout if isinstance(timeout, tuple) else (timeout, timeout)
        return {
            "connect": float(connect or self._limits.connect_timeout),
            "read": float(read or self._limits.read_timeout),
        }


def _answer(
    request: requests.PreparedRequest, found: httpx.Response, stream: bool
) -> requests.Response:
    answer = requests.Response()
    answer.status_code = found.status_code
    pairs = [(name.decode("latin-1"), value.decode("latin-1")) for name, value in found.headers.raw]
    headers = urllib3.HTTPHeaderDict(pairs)
    answer.headers = CaseInsensitiveDict(headers)
    answer.encoding = get_encoding_from_headers(answer.headers)
    answer.reason = found.reason_phrase
    answer.url = request.url or ""
    answer.request = request
    if stream:
        body: io.RawIOBase | io.BytesIO = _Pieces(found)
    else:
        answer._content = found.read()
        answer._content_consumed = True  # type: ignore[attr-defined]
        body = io.BytesIO(answer._content)
    headers.discard("content-encoding")  # it is unpacked by then
    answer.raw = urllib3.HTTPResponse(
        body=body,
        headers=headers,
        status=found.status_code,
        reason=found.reason_phrase,
        preload_content=False,
        original_response=_with_cookies(pairs),  # type: ignore[arg-type]
    )
    extract_cookies_to_jar(answer.cookies, request, answer.raw)  # type: ignore[no-untyped-call]
    return answer


def _with_cookies(pairs: list[tuple[str, str]]) -> SimpleNamespace | None:
    """What requests takes cookies from: it looks for the headers of http.client's answer."""
    cookies = [value for name, value in pairs if name.lower() == "set-cookie"]
    if not cookies:
        return None
    message = HTTPMessage()
    for cookie in cookies:
        message["Set-Cookie"] = cookie
    return SimpleNamespace(msg=message, isclosed=lambda: True, close=lambda: None)


class _Pieces(io.RawIOBase):
    """A streamed body as the file that urllib3 reads."""

    def __init__(self, found: httpx.Response) -> None:
        super().__init__()
        self._found = found
        self._pieces: Iterator[bytes] = iter(found.iter_bytes())
        self._rest = b""

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        """Fill `buffer` as far as the next piece goes; 0 at the end."""
        if not self._rest:
            self._rest = next(self._pieces, b"")
        size = min(len(buffer), len(self._rest))
        buffer[:size] = self._rest[:size]
        self._rest = self._rest[size:]
        return size

    def close(self) -> None:
        if not self.closed:
            self._found.close()
        super().close()
