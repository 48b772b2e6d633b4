"""Who asks too often, by where they ask from."""

import time
from collections import deque
from collections.abc import Callable
from ipaddress import IPv6Address, ip_address

_MOST_KNOWN = 10_000


class Often:
    """Counts attempts of the last minute; a network of IPv6 counts as one asker."""

    def __init__(self, most: int, clock: Callable[[], float] = time.monotonic) -> None:
        self._most, self._clock = most, clock
        self._asked: dict[str, deque[float]] = {}

    def is_too_often(self, host: str) -> bool:
        """Whether this attempt is one too many; it counts else."""
        now = self._clock()
        asker = _asker(host)
        times = self._asked.setdefault(asker, deque())
        while times and times[0] <= now - 60:
            times.popleft()
        if len(times) >= self._most:
            return True
        times.append(now)
        if len(self._asked) > _MOST_KNOWN:
            self._asked = {each: t for each, t in self._asked.items() if t and t[-1] > now - 60}
        if len(self._asked) > _MOST_KNOWN:
            self._asked.clear()
        return False


def _asker(host: str) -> str:
    try:
        address = ip_address(host)
    except ValueError:
        return host
    if isinstance(address, IPv6Address) and address.ipv4_mapped is None:
        return address.exploded[:19]
    return str(address)


__all__ = ["Often"]
