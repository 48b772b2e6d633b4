"""Which answers are asked for again, and after how long: of one request, never of a listing."""

import copy
import logging
import random
import time
from collections.abc import Mapping
from email.utils import parsedate_to_datetime
from urllib.parse import urlsplit

import httpx
from httpx_retries import Retry

from cophub.http.limits import Traffic
from cophub.http.pace import Pace

_log = logging.getLogger("cophub.http")
AGAIN = frozenset({408, 429, 500, 502, 503, 504})
READS = ("GET", "HEAD", "OPTIONS")
_FIRST_WAIT = 0.5
_LONGEST_WAIT = 60.0
_EPOCH = 1_000_000_000
"""A larger number of seconds is no wait but an instant, as some vendors send it."""


class EmptyRefusal(httpx.TransportError):
    """403 without a body: some vendors' word for "too fast", where a real one says why."""


def _instant(text: str) -> float | None:
    try:
        return parsedate_to_datetime(text).timestamp()
    except (TypeError, ValueError, OverflowError):
        return None


def _seconds(value: str, now: float) -> float | None:
    """A header as seconds from `now`: a number, an instant as a number, or an HTTP-date."""
    try:
        number = float(value)
    except ValueError:
        at = _instant(value)
        return None if at is None else at - now
    if not 0 <= number < float("inf"):
        return None
    return number - now if number > _EPOCH else number


def asked_wait(headers: Mapping[str, str]) -> float | None:
    """The seconds that an answer asks to wait, the greater of its two headers; None if it does not.

    Dates count from the answer's own Date, so a vendor whose clock is off is understood.
    """
    values = [headers.get("retry-after"), headers.get("ratelimit-reset")]
    if not any(values):
        return None
    now = _instant(headers.get("date") or "") or time.time()
    waits = [
        wait for value in values if value and (wait := _seconds(value.strip(), now)) is not None
    ]
    return max(0.0, *waits) if waits else None


class PatientRetry(Retry):
    """httpx-retries with our waits: what the vendor asks, in full, else backoff with full jitter.

    Waits come out of the run's budget and are counted. A wait that was asked holds every request
    to that host back, and so does `unasked_wait`, which stands in for it after a 429.
    """

    def __init__(
        self,
        tries: int,
        pace: Pace,
        traffic: Traffic,
        *,
        any_method: bool,
        unasked_wait: float = 0.0,
    ) -> None:
        methods = (*READS, "POST", "PUT", "PATCH", "DELETE") if any_method else READS
        super().__init__(
            total=tries - 1,
            allowed_methods=methods,
            status_forcelist=AGAIN,
            retry_on_exceptions=(
                httpx.TimeoutException,
                httpx.NetworkError,
                httpx.RemoteProtocolError,
                EmptyRefusal,
            ),
            validate_response=refuse_empty,
        )
        self._pace, self._traffic, self._unasked_wait = pace, traffic, unasked_wait

    def increment(self) -> "PatientRetry":
        """The same retry, one attempt further."""
        further = copy.copy(self)
        further.attempts_made += 1
        return further

    def sleep(self, response: httpx.Response | Exception) -> None:
        """Wait before the next attempt."""
        self._traffic.add(retries=1)
        host = host_of(response)
        status = getattr(response, "status_code", None)
        told = dict(event="http.retry", host=host, status=status, attempt=self.attempts_made)
        what = status or type(response).__name__
        _log.debug("%s: asked again after %s", host, what, extra=told)
        wait = asked_wait(response.headers) if isinstance(response, httpx.Response) else None
        if wait is None and getattr(response, "status_code", None) == 429:
            wait = self._unasked_wait or None
        if wait is not None:
            self._pace.hold(host, wait)
            return
        ceiling = min(_LONGEST_WAIT, _FIRST_WAIT * 2 ** (self.attempts_made - 1))
        self._pace.wait(host, random.uniform(0, ceiling), "the next try waits")


def refuse_empty(response: httpx.Response) -> None:
    """Raise EmptyRefusal for a 403 without a body."""
    if response.status_code == 403 and response.extensions.get("body_bytes") == 0:
        raise EmptyRefusal("403 without a body", request=response.request)


def host_of(what: httpx.Response | Exception) -> str:
    """The host that an answer or a failure came from, with its port if it is not the usual one."""
    request: httpx.Request | None = getattr(what, "_request", None)
    return "the vendor" if request is None else netloc(str(request.url))


def netloc(url: str) -> str:
    """Host and port of `url`, without a user's name or password."""
    return urlsplit(url).netloc.rpartition("@")[2]
