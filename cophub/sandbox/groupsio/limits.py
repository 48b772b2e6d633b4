"""The vendor's pace, kept by a clock that may run faster than ours.

The vendor publishes no figures and sends none. Programs that read much ask one thing at a time, one
every few seconds, and wait five minutes after a refusal. These figures let such a program through
as well as one that asks once a second.
"""

import time

from cophub.sandbox.groupsio.refusals import Refusal
from cophub.sandbox.pace import Window

MOST, SECONDS = 75, 60.0
"""So many requests in any span of so many seconds."""
BLOCKED = 300.0
"""Seconds for which nothing is answered after one too many."""


class Limiter:
    """Counts requests; does nothing unless `on`. `refused` counts the 429s."""

    def __init__(self, *, on: bool = False, speed: float = 1.0) -> None:
        self.on, self.speed = on, speed
        self.refused = 0
        self._window = Window(MOST, SECONDS)
        self._until = float("-inf")

    def clock(self) -> float:
        """Seconds, passing `speed` times faster than ours."""
        return time.monotonic() * self.speed

    def admit(self) -> None:
        """Count a request; raises Refusal with 429 when it is too much."""
        if not self.on:
            return
        now = self.clock()
        if now < self._until or self._window.wait(now):
            self._until = self._until if now < self._until else now + BLOCKED
            self.refused += 1
            raise Refusal("rate_limited", "", 429)
        self._window.take(now)
