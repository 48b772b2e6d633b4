"""How much a vendor takes in a time, for emulated ones that keep a pace."""

from collections import deque


class Window:
    """At most `most` units in any span of `seconds`."""

    def __init__(self, most: float, seconds: float) -> None:
        self.most, self.seconds = most, seconds
        self._hits: deque[tuple[float, float]] = deque()
        self.used = 0.0

    def wait(self, now: float, cost: float = 1) -> float:
        """Seconds until `cost` more fit; 0 when they fit now."""
        self._forget(now)
        over = self.used + cost - self.most
        for at, units in self._hits:
            if over <= 0:
                break
            over -= units
            until = at + self.seconds
            if over <= 0:
                return until - now
        return 0.0 if over <= 0 else self.seconds

    def take(self, now: float, cost: float = 1) -> None:
        """Count `cost` units."""
        self._hits.append((now, cost))
        self.used += cost

    def _forget(self, now: float) -> None:
        while self._hits and now - self._hits[0][0] >= self.seconds:
            self.used -= self._hits.popleft()[1]
