"""Groups of nodes while they grow: what is in each, and what speaks against joining two."""

import math
from collections.abc import Callable, Iterator, Sequence

from cophub.identities.evidence import Name
from cophub.identities.matching.clue_evidence import DOUBTED, proved
from cophub.identities.matching.habits import Habits
from cophub.identities.matching.name_evidence import junior
from cophub.identities.matching.nodes import Node, Ref
from cophub.identities.matching.reasons import LEAVE, NEVER
from cophub.identities.matching.scoring import Edge
from cophub.identities.matching.weights import Weights
from cophub.identities.reading.names import EQUAL, compare

_LEFT_OUT = 0.3
"""Taken off for each bearer of a name who has joined neither group."""
_COUNTED = frozenset(("name_equal", "name_near", "name_partial"))
_ONE_MAN = {"ii", "jr"}
"""Suffixes that one man may bear both of."""
REFUSED = 0.8
"""How much less likely a yes is where the rest of two groups speaks against it."""
_OWN_GROUND = 6.0
"""A score from which on an edge needs nobody's agreement."""
_MOST_CROSS = 100
"""Of two large groups so many pairs of nodes are looked at."""


class Group:
    """Nodes held for one person."""

    __slots__ = ("accounts", "apart", "bearers", "directories", "key", "nodes", "suffixes")

    def __init__(self, node: Node) -> None:
        self.nodes = [node]
        self.key = node.key
        self.accounts = len(node.members)
        self.bearers = node.bearers
        self.suffixes = {name.suffix for name in node.names if name.suffix}
        self.directories = {node.directory} if node.directory else set()
        self.apart: set[int] = set()
        """Ids of nodes that somebody has said are other people's."""

    def absorb(self, other: "Group") -> None:
        self.nodes.extend(other.nodes)
        self.key = min(self.key, other.key)
        self.accounts += other.accounts
        self.bearers += other.bearers
        self.directories |= other.directories
        self.suffixes |= other.suffixes
        self.apart |= other.apart


class Groups:
    """All groups of a directory, or of a part of it that nothing joins to the rest."""

    def __init__(
        self,
        nodes: Sequence[Node],
        edges: Sequence[Edge],
        weights: Weights,
        cross: Callable[[Node, Node], Edge] | None,
        habits: Habits,
    ) -> None:
        self._habits = habits
        self._weights = weights
        self._cross = cross
        self._group = {id(node): Group(node) for node in nodes}
        self._nodes = {ref: node for node in nodes for ref in node.refs}
        self._known = {(id(edge.a), id(edge.b)): edge for edge in edges}
        self._fitting = _fitting(edges)
        self._thin: dict[int, list[Edge]] = {}
        for edge in edges:
            for node in (edge.a, edge.b):
                if is_thin(node):
                    self._thin.setdefault(id(node), []).append(edge)

    def of(self, node: Node) -> Group:
        return self._group[id(node)]

    def all(self) -> list[list[Node]]:
        """The nodes of each group, ordered by key."""
        groups = {id(group): group for group in self._group.values()}
        return [sorted(group.nodes, key=lambda node: node.key) for group in groups.values()]

    def pair(self, a: Ref, b: Ref) -> tuple[Node, Node] | None:
        """The nodes of two accounts, if both are here."""
        one, other = self._nodes.get(a), self._nodes.get(b)
        return None if one is None or other is None else (one, other)

    def together(self, a: Node, b: Node) -> bool:
        return self._group[id(a)] is self._group[id(b)]

    def join(self, a: Node, b: Node) -> bool:
        """Make one group of the two nodes' groups; whether they were two."""
        one, other = self._group[id(a)], self._group[id(b)]
        if one is other:
            return False
        if len(one.nodes) < len(other.nodes):
            one, other = other, one
        one.absorb(other)
        for node in other.nodes:
            self._group[id(node)] = one
        return True

    def keep_apart(self, a: Ref, b: Ref) -> bool:
        """Note that two accounts are not one person's; False if one node holds both."""
        pair = self.pair(a, b)
        if pair is None:
            return True
        one, other = pair
        if one is other:
            return False
        self._group[id(one)].apart.add(id(other))
        self._group[id(other)].apart.add(id(one))
        return True

    def decided_apart(self, a: Node, b: Node) -> bool:
        one, other = self._group[id(a)], self._group[id(b)]
        if one is other or not (one.apart and other.apart):
            return False
        return any(id(node) in one.apart for node in other.nodes)

    def is_thin(self, edge: Edge) -> bool:
        return is_thin(edge.a) or is_thin(edge.b)

    def ambiguous(self, edge: Edge) -> bool:
        """Whether a node that shows no full name might as well be somebody else's."""
        for node, partner in ((edge.a, edge.b), (edge.b, edge.a)):
            if not is_thin(node):
                continue
            home = self._group[id(partner)]
            for other in self._thin.get(id(node), ()):
                if other.score < edge.score - self._weights.margin:
                    break
                far = other.b if other.a is node else other.a
                group = self._group[id(far)]
                if group is home or group is self._group[id(node)]:
                    continue
                if not self._proved(partner, far):
                    return True
        return False

    def _proved(self, a: Node, b: Node) -> bool:
        """Whether a rule has proof that two nodes are one person's, and nothing speaks against."""
        known = self._known.get((id(a), id(b))) or self._known.get((id(b), id(a)))
        return known is not None and proved(known.reasons)

    def against(self, edge: Edge) -> str:
        """What speaks against one group of the two that an edge joins; empty: nothing."""
        one, other = self._group[id(edge.a)], self._group[id(edge.b)]
        if self.decided_apart(edge.a, edge.b):
            return "decided_different"
        if len(one.directories | other.directories) > 1:
            return "directory_ids"
        suffixes = one.suffixes | other.suffixes
        if len(suffixes) > 1 and suffixes != _ONE_MAN:
            return "names_clash"
        if len(one.nodes) == 1 and len(other.nodes) == 1:
            return ""
        if suffixes and self._father_and_son(one, other):
            return "names_clash"
        total, number = 0.0, 0
        for known in self._cross_edges(one, other):
            if known.verdict == NEVER:
                why = known.reasons[0].name
                if why != "names_clash" or not _excused(known, one, other):
                    return why
            elif known.reasons[0].name == DOUBTED:
                return DOUBTED
            elif known.verdict == LEAVE and known.reasons[0].name == "names_unlike":
                continue
            else:
                if known.score < self._weights.leave:
                    return "cross_scores"
                total += known.score
                number += 1
        return "cross_scores" if number and total / number < self._weights.ask else ""

    def _father_and_son(self, one: Group, other: Group) -> bool:
        """Whether mailboxes of a junior and of one without a suffix meet through others alone.

        An account without a mailbox may fit both, and is no bridge between them.
        """
        scores = [
            known.score
            for known in self._cross_edges(one, other)
            if known.a.mailboxes and known.b.mailboxes and junior(known.a) != junior(known.b)
        ]
        return bool(scores) and max(scores) < self._weights.merge

    def _cross_edges(self, one: Group, other: Group) -> Iterator[Edge]:
        pairs = [(a, b) if a.key < b.key else (b, a) for a in one.nodes for b in other.nodes]
        if len(pairs) > _MOST_CROSS:
            pairs = sorted(pairs, key=lambda pair: (pair[0].key, pair[1].key))[:_MOST_CROSS]
        for a, b in pairs:
            known = self._known.get((id(a), id(b)))
            if known is not None:
                yield known
            elif self._cross is not None:
                yield self._cross(a, b)

    def worth(self, edge: Edge) -> float:
        """The score of an edge, as far as all others who bear the name agree with it.

        Where one of them fits the one node and not the other there are two people of that name,
        and whose a third account is nobody knows.
        """
        if edge.reasons[0].name != "name_equal" or edge.score >= _OWN_GROUND:
            return edge.score
        one, other = self._fitting.get(id(edge.a), set()), self._fitting.get(id(edge.b), set())
        if (one | {id(edge.a)}) == (other | {id(edge.b)}):
            return edge.score + self._weights.agreed
        return edge.score + self._weights.disputed

    def settled(self, edge: Edge) -> float:
        """The score of an edge, now that it is known who the other bearers of the name are.

        While pairs are scored, any other bearer may be a stranger. Those in the two groups are
        not; the rest have been left out of them, and so are more likely to be.
        """
        first = edge.reasons[0]
        if first.name not in _COUNTED:
            return self.worth(edge)
        own = edge.a.bearers + edge.b.bearers
        one, other = self.of(edge.a), self.of(edge.b)
        outside = max(0, int(first.detail) + own - one.bearers - other.bearers)
        habits = self._habits
        # Two people with the mailboxes of each group, against one with those of both.
        two = habits.several(one.bearers) + habits.several(other.bearers)
        apart = two - habits.several(one.bearers + other.bearers)
        crowd = habits.crowd(int(first.detail) + own)
        return self.worth(edge) + crowd - apart - _LEFT_OUT * outside

    def gain(self, edge: Edge, refused: bool) -> float:
        """Accounts that a yes would bring together, times its chance."""
        chance = 1 / (1 + math.exp(-min(30.0, edge.score - self._weights.even)))
        if refused:
            chance *= REFUSED
        return chance * self.of(edge.a).accounts * self.of(edge.b).accounts


def _fitting(edges: Sequence[Edge]) -> dict[int, set[int]]:
    """For each node those that show its name and may be the same person's."""
    found: dict[int, set[int]] = {}
    for edge in edges:
        if edge.reasons and edge.reasons[0].name == "name_equal":
            found.setdefault(id(edge.a), set()).add(id(edge.b))
            found.setdefault(id(edge.b), set()).add(id(edge.a))
    return found


def is_thin(node: Node) -> bool:
    """Whether no name of a node has two whole words: many could be meant."""
    return not any(len(name.tokens) >= 2 for name in node.names)


def _excused(edge: Edge, one: Group, other: Group) -> bool:
    """Whether each pair of names that clashes is one that a single node of them bears both of."""
    mine = [name for node in one.nodes for name in node.names]
    theirs = [name for node in other.nodes for name in node.names]
    return all(
        _bears(x, theirs) or _bears(y, mine)
        for x in edge.a.names
        for y in edge.b.names
        if compare(x, y).clash
    ) or all(
        _bears(y, theirs) or _bears(x, mine)
        for x in edge.b.names
        for y in edge.a.names
        if compare(x, y).clash
    )


def _bears(name: Name, names: Sequence[Name]) -> bool:
    return any(compare(name, other).level == EQUAL for other in names)


__all__ = ["REFUSED", "Group", "Groups", "is_thin"]
