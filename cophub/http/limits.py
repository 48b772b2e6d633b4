"""How fast a vendor may be asked, how long a run may take, and what a run has cost so far."""

import threading
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from cophub.error_codes import BUDGET
from cophub.errors import ConfigError, SourceUnavailable

Clock = Callable[[], float]
Sleep = Callable[[float], None]


class OutOfTime(SourceUnavailable):
    """The run must end, whatever else it would ask: its budget does not reach, or it is stopped."""

    usual_code = BUDGET


@dataclass(frozen=True)
class Limits:
    """A vendor's published pace, and how patient a run is with it. All times are seconds."""

    rate: tuple[tuple[int, float], ...] = ()
    """Windows as (calls, seconds): ((10, 30.0),) is ten calls in any thirty seconds."""
    lanes: tuple[tuple[str, tuple[tuple[int, float], ...]], ...] = ()
    """Windows of their own for paths that begin alike: (("/api/v1/messages", ((10, 30.0),)),). The
    first that matches counts, `rate` for a path that none matches; () means no windows."""
    unasked_wait: float = 0.0
    """How long to wait after a 429 that names no wait itself; 0 for growing, random waits. For
    vendors that open their window again at a known time, and count what comes before it."""
    concurrency: int = 8
    """Requests under way at one time."""
    connect_timeout: float = 10.0
    read_timeout: float = 60.0
    """The longest silence of a vendor, not the longest answer."""
    budget: float = 3600.0
    """Time that a run may spend fetching and waiting, all in all."""
    tries: int = 6
    """How often one request is sent before the run gives up."""
    largest: int = 256 << 20
    """Bytes that one answer may be, unpacked, where it is read whole."""
    largest_stream: int = 16 << 30
    """The same for one that is read while it comes, mostly into a file."""
    ratio: int = 200
    """Unpacked bytes for one packed byte, from 16 MB on; more is made to harm."""

    def __post_init__(self) -> None:
        whole = {
            "concurrency": self.concurrency, "tries": self.tries, "largest": self.largest,
            "largest_stream": self.largest_stream, "ratio": self.ratio,
        }  # fmt: skip
        times = {
            "connect_timeout": self.connect_timeout,
            "read_timeout": self.read_timeout,
            "budget": self.budget,
        }
        for name, value in {**whole, **times}.items():
            if value <= 0:
                raise ConfigError(f"limit {name} is {value}; give a number above 0")
        for calls, seconds in (*self.rate, *(window for _, rate in self.lanes for window in rate)):
            if calls < 1 or seconds <= 0:
                raise ConfigError(f"rate ({calls}, {seconds}) is not (calls, seconds) above 0")
        if self.unasked_wait < 0:
            raise ConfigError(f"limit unasked_wait is {self.unasked_wait}; give 0 or more")
        for prefix, _ in self.lanes:
            if not prefix.startswith("/"):
                raise ConfigError(f"lane {prefix!r} is no path; it must begin with /")


@dataclass
class Traffic:
    """What went over the wire, counted while it happens; safe to read and add from any thread."""

    requests: int = 0
    """Requests sent, retries among them."""
    retries: int = 0
    bytes_received: int = 0
    """Bytes of the answers' bodies as they came, before decompression."""
    waited_seconds: float = 0.0
    """Time spent waiting because the vendor or its pace asked for it, summed over threads."""
    _lock: threading.Lock = field(default_factory=threading.Lock, repr=False, compare=False)

    def add(
        self, requests: int = 0, retries: int = 0, bytes_received: int = 0, waited: float = 0.0
    ) -> None:
        """Count some more."""
        with self._lock:
            self.requests += requests
            self.retries += retries
            self.bytes_received += bytes_received
            self.waited_seconds += waited


class Budget:
    """The time a run has left: it runs while at least one request is under way or waiting.

    Time that a reader spends on the answers is not the vendor's, so it does not count.
    """

    def __init__(self, seconds: float, clock: Clock) -> None:
        self.seconds = seconds
        self._clock = clock
        self._spent = 0.0
        self._under_way = 0
        self._since = 0.0
        self._lock = threading.Lock()

    @contextmanager
    def running(self) -> Iterator[None]:
        """The budget runs inside; threads that overlap are counted once."""
        with self._lock:
            if self._under_way == 0:
                self._since = self._clock()
            self._under_way += 1
        try:
            yield
        finally:
            with self._lock:
                self._under_way -= 1
                if self._under_way == 0:
                    self._spent += self._clock() - self._since

    def left(self) -> float:
        """Seconds that are left; 0 or less when it is used up."""
        with self._lock:
            now = self._clock() - self._since if self._under_way else 0.0
            return self.seconds - self._spent - now

    def check(self, host: str, wait: float = 0.0, why: str = "") -> None:
        """Raise OutOfTime when `wait` more seconds do not fit."""
        left = self.left()
        if left > 0 and wait <= left:
            return
        if wait > 0:
            raise OutOfTime(
                f"{host}: {why} {wait:.0f} s, and {max(left, 0):.0f} s are left of the run's budget"
                f" of {self.seconds:.0f} s; the next run goes on from the last checkpoint"
            )
        raise OutOfTime(
            f"{host}: the run's budget of {self.seconds:.0f} s is used up; the next run goes on"
            " from the last checkpoint"
        )


class Slots:
    """At most so many requests at once. A thread that still reads an answer may ask again.

    Without that a stream that is read item by item, with a call per item, would wait for itself.
    """

    def __init__(self, count: int) -> None:
        self._free = threading.Semaphore(count)
        self._held: Counter[int] = Counter()

    def take(self, timeout: float) -> "Callable[[], None] | None":
        """A function that gives the slot back, or None when none came free in `timeout` seconds."""
        me = threading.get_ident()
        if self._held[me] > 0:
            return lambda: None
        if not self._free.acquire(timeout=min(max(timeout, 0.001), threading.TIMEOUT_MAX)):
            return None
        self._held[me] += 1
        given = threading.Lock()

        def give_back() -> None:
            if given.acquire(blocking=False):
                self._held[me] -= 1
                self._free.release()

        return give_back
