"""Which pairs of nodes are worth comparing: those that share a key that few bear."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from cophub.identities.matching.nodes import Node

CAP = 40
"""A key that more nodes bear makes no pairs."""


@dataclass(slots=True)
class Capped:
    """What was left out: keys that too many nodes bear."""

    keys: dict[int, int] = field(default_factory=dict)
    """Key to number of nodes."""


def candidates(
    nodes: Sequence[Node], keys: Sequence[Sequence[int]], capped: Capped | None = None
) -> Iterator[tuple[int, int]]:
    """Pairs of positions in `nodes`, the smaller first, each once.

    `keys[i]` are the keys of account i, as `index_keys` gives them.
    """
    bearing: dict[int, list[int]] = {}
    for position, node in enumerate(nodes):
        if node.kind == "person":
            for key in {key for member in node.members for key in keys[member]}:
                bearing.setdefault(key, []).append(position)
    seen: set[tuple[int, int]] = set()
    for key, bearers in bearing.items():
        if len(bearers) > CAP:
            if capped is not None:
                capped.keys[key] = len(bearers)
            continue
        for place, one in enumerate(bearers):
            for other in bearers[place + 1 :]:
                seen.add((one, other))
    yield from sorted(seen)


__all__ = ["CAP", "Capped", "candidates"]
