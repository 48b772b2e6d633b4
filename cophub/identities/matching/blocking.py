"""Which pairs of nodes are worth comparing: those that share a key that few bear."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from cophub.identities.matching.frequency import Counts
from cophub.identities.matching.keys import claimed_homes
from cophub.identities.matching.nodes import Node

CAP = 32
"""A key that more anchors bear makes no pairs."""


@dataclass(slots=True)
class Capped:
    """What was left out: keys that too many anchors bear."""

    keys: dict[int, int] = field(default_factory=dict)
    """Key to number of anchors."""


def candidates(
    nodes: Sequence[Node],
    keys: Sequence[Sequence[int]],
    counts: Counts,
    *,
    among: Collection[int] | None = None,
    capped: Capped | None = None,
) -> Iterator[tuple[int, int]]:
    """Pairs of positions in `nodes`, the smaller first, each once, in order.

    `keys[i]` are the keys of account i, as `index_keys` gives them. With `among` one of each pair
    at least is among these positions.
    """
    meeting = _meeting(_bearing(nodes, keys, counts, among, capped))
    for position in sorted(meeting):
        partners: set[int] = set()
        for bearers in meeting[position]:
            # They stand in falling order: what is left are the nodes further on.
            bearers.pop()
            partners.update(bearers)
        if among is not None and position not in among:
            partners.intersection_update(among)
        for partner in sorted(partners):
            yield position, partner


def _bearing(
    nodes: Sequence[Node],
    keys: Sequence[Sequence[int]],
    counts: Counts,
    among: Collection[int] | None,
    capped: Capped | None,
) -> dict[int, list[int]]:
    """Key to the nodes that bear it, last first; without keys of one node, or of too many."""
    wanted = None
    claimed = {key for node in nodes if node.clues for key in claimed_homes(node.clues)}
    if among is not None:
        wanted = {key for position in among for key in _search_keys(nodes[position], keys, claimed)}
    found: dict[int, int | list[int]] = {}
    for position in range(len(nodes) - 1, -1, -1):
        node = nodes[position]
        if node.kind != "person":
            continue
        for key in _search_keys(node, keys, claimed):
            if wanted is not None and key not in wanted:
                continue
            others = found.get(key)
            if others is None:
                found[key] = position
            elif isinstance(others, list):
                others.append(position)
            else:
                found[key] = [others, position]
    bearing = {key: bearers for key, bearers in found.items() if isinstance(bearers, list)}
    for key in list(bearing):
        # Few nodes may yet have many anchors: all addresses of a directory id.
        anchors = counts.bearers(key)
        if anchors > CAP:
            del bearing[key]
            if capped is not None:
                capped.keys[key] = anchors
    return bearing


def _meeting(bearing: Mapping[int, list[int]]) -> dict[int, list[list[int]]]:
    """Each node that shares a key, and the bearers of each that it shares."""
    found: dict[int, list[list[int]]] = {}
    for bearers in bearing.values():
        for position in bearers:
            theirs = found.get(position)
            if theirs is None:
                found[position] = [bearers]
            else:
                theirs.append(bearers)
    return found


def _search_keys(
    node: Node, keys: Sequence[Sequence[int]], claimed: set[int]
) -> list[int] | set[int]:
    # Odd keys are those that are searched by: `keys.searched`, without a call for each.
    if claimed:
        # Whoever shows a mailbox or id is found by those of whom a rule says that it is theirs.
        every = {key for member in node.members for key in keys[member]}
        return {key for key in every if key & 1} | {key + 1 for key in every & claimed}
    if len(node.members) == 1:
        return [key for key in keys[node.members[0]] if key & 1]
    return {key for member in node.members for key in keys[member] if key & 1}


__all__ = ["CAP", "Capped", "candidates"]
