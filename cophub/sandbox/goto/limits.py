"""The vendor's limit: ten requests a second for each API, refused without a word on when."""

import time
from collections import Counter, defaultdict

from cophub.sandbox.goto.refusals import Refusal
from cophub.sandbox.pace import Window

PER_SECOND = 10


class Limiter:
    """Counts requests when `on`; `refused` counts the 429s by API, `speed` hastens its clock."""

    def __init__(self, *, on: bool = False, speed: float = 1.0) -> None:
        self.on = on
        self.speed = speed
        self.refused: Counter[str] = Counter()
        self._windows = defaultdict[str, Window](lambda: Window(PER_SECOND, 1.0))

    def admit(self, api: str) -> None:
        """Count a request of an API; raises Refusal when it is one too many."""
        if not self.on:
            return
        now, window = time.monotonic() * self.speed, self._windows[api]
        if window.wait(now):
            self.refused[api] += 1
            raise Refusal(429, "TooManyRequests", "Rate limit exceeded.")
        window.take(now)
