"""The sandbox's time: events in order, applied as the clock passes them.

What happens depends on the instants of the events alone, never on how far one step goes, so many
small steps and one large one end in the same state.
"""

import heapq
from collections.abc import Callable
from datetime import UTC, datetime

Happening = Callable[[], object]


class Timeline:
    """A clock in whole seconds since 1970 and what is still to happen."""

    def __init__(self, start: int) -> None:
        self.now = start
        self._serial = 0
        self._coming: list[tuple[int, int, Happening]] = []

    def at(self, instant: int, happening: Happening) -> None:
        """Let `happening` happen at `instant`, or at once where that has passed."""
        self._serial += 1
        heapq.heappush(self._coming, (max(instant, self.now), self._serial, happening))

    def run(self, until: int) -> None:
        """Let everything up to and including `until` happen, in order."""
        while self._coming and self._coming[0][0] <= until:
            self.now, _, happening = heapq.heappop(self._coming)
            happening()
        self.now = max(self.now, until)


def seconds(instant: datetime) -> int:
    """An aware datetime as whole seconds since 1970."""
    if instant.tzinfo is None:
        raise ValueError(f"{instant!r} has no zone; give it one, such as datetime.UTC")
    return int(instant.timestamp())


def moment(instant: int) -> datetime:
    """Whole seconds since 1970 as a datetime in UTC."""
    return datetime.fromtimestamp(instant, UTC)
