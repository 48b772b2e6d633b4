"""How many bear a key in this directory, in bands, so that a score holds until one is crossed."""

from collections.abc import Iterable, Sequence
from typing import Protocol

from cophub.identities.matching.habits import Habits


class Counts(Protocol):
    """How often each key is borne. An anchor is a directory id, a mailbox or a lone account."""

    @property
    def size(self) -> int:
        """Number of distinct anchors in the directory."""

    @property
    def habits(self) -> Habits:
        """What the directory as a whole is like."""

    def bearers(self, key: int) -> int:
        """Number of distinct anchors that bear `key`."""


class Tally:
    """`Counts` in memory, of lists of keys and the anchors that bear them."""

    def __init__(
        self,
        keys: Sequence[Iterable[int]],
        anchors: Sequence[int],
        habits: Habits | None = None,
    ) -> None:
        self.habits = habits or Habits()
        self._counts = _count(keys, anchors)
        self.size = len(set(anchors))

    def bearers(self, key: int) -> int:
        return self._counts.get(key, 0)


def band(count: int) -> int:
    """The lower end of the band that `count` is in: 0 1 2 3 4 6 8 12 16 24 32 ..."""
    if count <= 4:
        return count
    base: int = 1 << (count.bit_length() - 1)
    half = base + (base >> 1)
    return half if count >= half else base


def size_band(size: int) -> int:
    """The power of two that a directory of so many anchors has reached; 1 at least."""
    return 1 << max(0, size.bit_length() - 1)


def _count(keys: Sequence[Iterable[int]], anchors: Sequence[int]) -> dict[int, int]:
    counts: dict[int, int] = {}
    by_anchor: dict[int, int | list[int]] = {}
    for position, anchor in enumerate(anchors):
        before = by_anchor.get(anchor)
        if before is None:
            by_anchor[anchor] = position
        elif isinstance(before, list):
            before.append(position)
        else:
            by_anchor[anchor] = [before, position]
    for positions in by_anchor.values():
        if isinstance(positions, list):
            borne = {key for position in positions for key in keys[position]}
            for key in borne:
                counts[key] = counts.get(key, 0) + 1
        else:
            for key in keys[positions]:
                counts[key] = counts.get(key, 0) + 1
    return counts


__all__ = ["Counts", "Tally", "band", "size_band"]
