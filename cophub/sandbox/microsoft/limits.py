"""The vendor's limits, kept by a clock that may run faster than ours."""

import time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from cophub.sandbox.microsoft.routes import Call, Route


class Limiter:
    """Counts what callers ask for; does nothing unless `on`."""

    def __init__(self, *, on: bool = False, speed: float = 1.0) -> None:
        self.on = on
        self.speed = speed

    def clock(self) -> float:
        """Seconds, passing `speed` times faster than ours."""
        return time.monotonic() * self.speed

    def admit(self, call: "Call", route: "Route") -> dict[str, str]:
        """Count the call and give headers for its answer; raises Refusal when it is too much."""
        return {}
