"""The vendor's limit: ten requests a second for each API, refused without a word on when."""

import time
from collections import Counter, defaultdict, deque

from cophub.sandbox.goto.refusals import Refusal

PER_SECOND = 10


class Limiter:
    """Counts requests when `on`; `refused` counts the 429s by API, `speed` hastens its clock."""

    def __init__(self, *, on: bool = False, speed: float = 1.0) -> None:
        self.on = on
        self.speed = speed
        self.refused: Counter[str] = Counter()
        self._hits: defaultdict[str, deque[float]] = defaultdict(deque)

    def admit(self, api: str) -> None:
        """Count a request of an API; raises Refusal when it is one too many."""
        if not self.on:
            return
        now, hits = time.monotonic() * self.speed, self._hits[api]
        while hits and now - hits[0] >= 1:
            hits.popleft()
        if len(hits) >= PER_SECOND:
            self.refused[api] += 1
            raise Refusal(429, "TooManyRequests", "Rate limit exceeded.")
        hits.append(now)
