"""When the next request may leave: slots, rate windows and the waits that a vendor asked for."""

import logging
import threading
from collections.abc import Callable

from pyrate_limiter import InMemoryBucket, Rate, RateItem

from cophub.errors import ConfigError
from cophub.http.limits import Budget, Clock, Limits, OutOfTime, Sleep, Slots, Traffic

_log = logging.getLogger("cophub.http")
_WORTH_TELLING = 10.0
"""Seconds from which on a wait is told at info; shorter ones only at debug."""


def _bucket(rate: tuple[tuple[int, float], ...]) -> InMemoryBucket | None:
    """The windows as one sliding log, a little longer than the vendor says.

    We stamp a call when it leaves and the vendor when it arrives: the first of a window may arrive
    late (a new connection) and the last at once, and the vendor would count one too many.
    """
    if not rate:
        return None
    rates = [
        Rate(calls, round((seconds + min(0.25, 0.02 * seconds)) * 1000)) for calls, seconds in rate
    ]
    try:
        return InMemoryBucket(rates)
    except ValueError:
        raise ConfigError(
            f"rate {rate} contradicts itself; a longer window must allow more calls, and not more"
            " calls a second, than a shorter one"
        ) from None


_ASKED = "the vendor asks to wait"


class Lane:
    """The windows that some calls share."""

    def __init__(self, rate: tuple[tuple[int, float], ...]) -> None:
        self._bucket = _bucket(rate)
        self._calls = max((calls for calls, _ in rate), default=0)
        self._lock = threading.Lock()

    def wait(self, now: float) -> float:
        """Seconds until the windows have room, or 0: then the call is in their log."""
        if self._bucket is None:
            return 0.0
        with self._lock:
            item = RateItem("call", int(now * 1000))
            if self._bucket.count() > 2 * self._calls:
                self._bucket.leak(item.timestamp)
            if self._bucket.put(item):
                return 0.0
            waiting = self._bucket.waiting(item)
            assert isinstance(waiting, int)  # noqa: S101 - only buckets of other kinds answer later
            # Half a millisecond more, so that a wait that was rounded down does not spin.
            return waiting / 1000 + 0.0005


class Pace:
    """Lets requests through one by one, none before its time."""

    def __init__(
        self, limits: Limits, budget: Budget, traffic: Traffic, *, sleep: Sleep, clock: Clock
    ) -> None:
        self._budget, self._traffic, self._sleep, self._clock = budget, traffic, sleep, clock
        self._slots = Slots(limits.concurrency)
        self._lane = Lane(limits.rate)
        self._lanes = [(prefix, Lane(rate)) for prefix, rate in limits.lanes]
        self._lock = threading.Lock()
        self._held_until: dict[str, float] = {}

    def hold(self, host: str, seconds: float) -> None:
        """Wait as a vendor asked, and hold back whoever else would ask `host` before that."""
        self._budget.check(host, seconds, _ASKED)
        until = self._clock() + seconds
        with self._lock:
            self._held_until[host] = max(until, self._held_until.get(host, until))
        self._serve_hold(host)

    def wait(self, host: str, seconds: float, why: str) -> None:
        """Sleep, counted; OutOfTime when the budget does not reach that far."""
        self._budget.check(host, seconds, why)
        level = logging.INFO if seconds >= _WORTH_TELLING else logging.DEBUG
        told = dict(event="http.wait", host=host, seconds=round(seconds, 3))
        _log.log(level, "%s: %s %.1f s", host, why, seconds, extra=told)
        self._sleep(seconds)
        self._traffic.add(waited=seconds)

    def enter(self, host: str, path: str) -> Callable[[], None]:
        """Return when a request for `path` may leave; call what is returned when it is answered."""
        lane = next((lane for prefix, lane in self._lanes if path.startswith(prefix)), self._lane)
        self._budget.check(host)
        self._serve_hold(host)
        give_back = self._slots.take(self._budget.left())
        if give_back is None:
            raise OutOfTime(
                f"{host}: no connection came free within the run's budget; answers that are"
                " streamed must be closed"
            )
        try:
            self._serve_hold(host)
            while seconds := lane.wait(self._clock()):
                self.wait(host, seconds, "the vendor's pace asks to wait")
        except BaseException:
            give_back()
            raise
        return give_back

    def _serve_hold(self, host: str) -> None:
        """Sleep until `host` may be asked again, if it is held."""
        while until := self._held_until.get(host):
            seconds = until - self._clock()
            if seconds > 0:
                self.wait(host, seconds, _ASKED)
            with self._lock:
                if self._held_until.get(host) == until:
                    del self._held_until[host]
