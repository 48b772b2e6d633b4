"""Signing requests, and saying in one line what an answer that refuses them means."""

import base64
import re
from collections.abc import Generator
from typing import Any, Protocol, TypeVar

import httpx

from cophub.error_codes import CREDENTIALS, NOT_THERE, PERMISSION, TIMEOUT, TOO_FAST, VENDOR_FAULT
from cophub.errors import AuthError, SourceUnavailable
from cophub.http.retry import netloc
from cophub.http.secrets import redact, remember_secret

_ADDRESS = re.compile(r"[^\s/@:?&='\"<>]+(?:@|%40)[^\s/@:?&='\"<>]+")
_DETAILS = ("detail", "error_description", "message", "title", "error")
_LONGEST_DETAIL = 200


class Hidden(Protocol):
    """A secret that does not show itself, such as pydantic's SecretStr."""

    def get_secret_value(self) -> str: ...


class Answer(Protocol):
    """What httpx and requests answers have in common."""

    status_code: int

    @property
    def url(self) -> Any: ...

    def json(self) -> Any: ...


A = TypeVar("A", bound=Answer)


class _Header(httpx.Auth):
    """The same Authorization header on every request."""

    def __init__(self, value: str) -> None:
        self._value = value

    def auth_flow(self, request: httpx.Request) -> Generator[httpx.Request, httpx.Response, None]:
        request.headers["Authorization"] = self._value
        yield request


def _shown(secret: str | Hidden) -> str:
    value = secret if isinstance(secret, str) else secret.get_secret_value()
    remember_secret(value)
    return value


def bearer(token: str | Hidden) -> httpx.Auth:
    """Sign with `Authorization: Bearer TOKEN`."""
    return _Header(f"Bearer {_shown(token)}")


def basic(user: str, password: str | Hidden) -> httpx.Auth:
    """Sign with a user's name and password, or whatever a vendor wants in their place."""
    pair = base64.b64encode(f"{user}:{_shown(password)}".encode()).decode("ascii")
    remember_secret(pair)
    return _Header(f"Basic {pair}")


def check_status(answer: A) -> A:
    """`answer` if it is not an error; takes httpx's and requests' answers.

    Raises AuthError for 401 and 403, and SourceUnavailable for any other status from 400 on, with
    what the vendor says about it. The cause of both has the status as `response.status_code`.
    """
    status = answer.status_code
    if status < 400:
        return answer
    url = str(answer.url)
    where, detail = f"{netloc(url)} answered {status} to {place(url)}", said(answer)
    cause = status_error(answer)
    if status == 401:
        raise AuthError(
            f"{where}{detail}: the credentials are refused; check that the key or token of this"
            " source is whole, current and meant for this host",
            code=CREDENTIALS,
        ) from cause
    if status == 403:
        raise AuthError(
            f"{where}{detail}: the account lacks a permission; ask its owner to grant read access",
            code=PERMISSION,
        ) from cause
    raise SourceUnavailable(f"{where}{detail}", code=code_of_status(status)) from cause


def code_of_status(status: int) -> str:
    """What an answer with this status, from 400 on, means in `cophub.error_codes`."""
    told = {401: CREDENTIALS, 403: PERMISSION, 408: TIMEOUT, 429: TOO_FAST}
    return told.get(status, VENDOR_FAULT if status >= 500 else NOT_THERE)


def place(url: str) -> str:
    """The path of `url` for a message: without its query, and without anybody's address."""
    path = httpx.URL(url).path
    return str(redact(_ADDRESS.sub("…", path)))


def said(answer: Answer) -> str:
    """What a vendor says about an error, as ` ("...")`, or nothing."""
    try:
        body = answer.json()
    except ValueError:
        return ""
    for _ in range(2):  # {"error": {"message": ...}} is common
        if not isinstance(body, dict):
            break
        body = next((body[name] for name in _DETAILS if body.get(name)), None)
    if not isinstance(body, str):
        return ""
    return f' ("{without_addresses(body)[:_LONGEST_DETAIL]}")'


def without_addresses(text: str) -> str:
    """What a vendor says, on one line, without secrets and without anybody's mail address."""
    return " ".join(_ADDRESS.sub("…", str(redact(text))).split())


def status_error(answer: Answer) -> Exception | None:
    """The error that the answer's own client would raise: the cause of ours."""
    if isinstance(answer, httpx.Response):
        request = getattr(answer, "_request", None) or httpx.Request("GET", str(answer.url))
        return httpx.HTTPStatusError(str(answer.status_code), request=request, response=answer)
    try:
        answer.raise_for_status()  # type: ignore[attr-defined]
    except Exception as error:  # noqa: BLE001 - whatever the other client calls it, it is the cause
        return error
    return None


def status_of(error: BaseException) -> int:
    """The HTTP status that an error of `check_status`, or of the transport, was made of.

    0 when there was no answer.
    """
    answer = getattr(error.__cause__, "response", None)
    return int(getattr(answer, "status_code", 0))
