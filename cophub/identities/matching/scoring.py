"""What two nodes say about being one person's: named log-odds and their sum."""

from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from cophub.identities.matching.clue_evidence import DOUBTED, joined_by_proof, weigh_clues
from cophub.identities.matching.frequency import Counts
from cophub.identities.matching.habits import boxes
from cophub.identities.matching.mailbox_evidence import local_alone, weigh_mailboxes
from cophub.identities.matching.name_evidence import Rarity, weigh_names
from cophub.identities.matching.nodes import Node
from cophub.identities.matching.reasons import ASK, LEAVE, MERGE, NEVER, Labels, Reason
from cophub.identities.matching.setting_evidence import Setting, weigh_identifiers
from cophub.identities.matching.weights import Weights
from cophub.identities.reading.at_a_glance import Plain, apart, letters, plain


class Edge(NamedTuple):
    """What is known of two nodes together; `verdict` is merge, ask, leave or never."""

    a: Node
    b: Node
    score: float
    verdict: str
    reasons: tuple[Reason, ...]


class Scorer:
    """Scores pairs of nodes of one directory; keeps what it has looked up."""

    def __init__(self, counts: Counts, register: Labels, weights: Weights) -> None:
        self.weights = weights
        self._rarity = Rarity(counts, weights)
        self._setting = Setting(counts, register, weights)
        self.habits = counts.habits

    def edges(self, nodes: Sequence[Node], pairs: Iterable[tuple[int, int]]) -> Iterator[Edge]:
        """The edges of these pairs, by their positions, that are worth keeping."""
        known = [_plain_names(node) for node in nodes]
        for one, other in pairs:
            mine, theirs = known[one], known[other]
            if len(mine) == 1 == len(theirs):
                if mine[0] and theirs[0] and apart(mine[0], theirs[0]):
                    continue
            elif mine and theirs and _strangers(nodes[one], nodes[other], mine, theirs):
                continue
            edge = self.score(nodes[one], nodes[other])
            if worth_keeping(edge):
                yield edge

    def score(self, a: Node, b: Node) -> Edge:
        """The evidence for and against two nodes being one person's; symmetric."""
        if b.key < a.key:
            a, b = b, a
        if a.kind != "person" or b.kind != "person":
            return _never(
                a,
                b,
                Reason("not_persons", 0.0, a.kind if b.kind == "person" else b.kind),
            )
        if a.directory and b.directory and a.directory != b.directory:
            return _never(a, b, Reason("directory_ids", 0.0))
        named = weigh_names(a, b, self._rarity)
        if named is None:
            named = local_alone(a, b, self._rarity)
        clues = weigh_clues(a, b, self._rarity) if a.clues or b.clues else []
        if clues and (sure := joined_by_proof(named, clues, self._rarity)) is not None:
            return self._by_proof(a, b, named, clues, sure)
        if named is None:
            return Edge(a, b, -9.0, LEAVE, (Reason("names_unlike", -9.0),))
        if named.weight == -99.0:
            return _never(a, b, named)
        reasons = [named]
        if named.name != "local_alone" and (a.mailboxes or a.usernames):
            others = int(named.detail) if named.detail.isdigit() else 0
            reasons.extend(weigh_mailboxes(a, b, others, self._rarity))
        reasons.extend(clues)
        return self._summed(a, b, reasons)

    def _by_proof(
        self, a: Node, b: Node, named: Reason | None, clues: list[Reason], sure: bool
    ) -> Edge:
        """The edge of two that a rule has proof for; unless it is `sure`, one to be asked about."""
        reasons = list(clues)
        if named is not None:
            clash = named.name == "names_clash"
            reasons.insert(0, Reason("names_differ", 0.0, named.detail) if clash else named)
        edge = self._summed(a, b, reasons)
        if sure:
            return edge
        # The first reason, by which it is known while people are made.
        score = min(edge.score, round((self.weights.ask + self.weights.merge) / 2, 4))
        less = Reason(DOUBTED, round(score - edge.score, 4))
        verdict = ASK if score >= self.weights.ask else LEAVE
        return Edge(a, b, score, verdict, (less, *edge.reasons))

    def _summed(self, a: Node, b: Node, reasons: list[Reason]) -> Edge:
        """The edge of these reasons and of what else is known of two nodes beside their names."""
        weights = self.weights
        self._setting.weigh(a, b, reasons)
        if a.placed_by or b.placed_by:
            _name_placing(a, b, reasons)
        if a.identifiers and b.identifiers:
            reasons.extend(weigh_identifiers(a, b, self._rarity))
        self._weigh_habits(a, b, reasons)
        total = 0.0
        for reason in reasons:
            total += reason.weight
        verdict = MERGE if total >= weights.merge else ASK if total >= weights.ask else LEAVE
        return Edge(a, b, round(total, 4), verdict, tuple(reasons))

    def _weigh_habits(self, a: Node, b: Node, reasons: list[Reason]) -> None:
        """Add what the directory teaches of two mailboxes of these kinds, in these sources."""
        kind = boxes(_box(a), _box(b))
        weight = self.weights.habits * self.habits.boxes.get(kind, 0.0)
        if weight:
            reasons.append(Reason("boxes", weight, kind))
        within = self.habits.within
        if within:
            shared = [(within[s], s) for s in a.sources if s in b.sources and s in within]
            if shared:
                weight, source = min(shared)
                reasons.append(Reason("one_per_source", self.weights.habits * weight, source))


_Names = Sequence[Plain]
"""Each name of a node, as far as it is plain."""


def _plain_names(node: Node) -> _Names:
    """The names of a node; none where its mailbox spells out another one, or a rule knows it."""
    if node.spelled is not None or node.clues:
        return ()
    return [plain(name) for name in node.names]


def _strangers(a: Node, b: Node, mine: _Names, theirs: _Names) -> bool:
    """Whether `weigh_names` finds that two nodes cannot be one person's, where a glance tells.

    A name of each clashes, and neither node bears the other's beside its own.
    """
    for x, one in zip(a.names, mine, strict=True):
        for y, other in zip(b.names, theirs, strict=True):
            if one and other and apart(one, other):
                if _has(b, letters(x.tokens)):
                    break
                if not _has(a, letters(y.tokens)):
                    return True
    return False


def _has(node: Node, words: frozenset[str]) -> bool:
    for name in node.names:  # noqa: SIM110 - twice as fast as `any`, for very many pairs
        if words <= letters(name.tokens):
            return True
    return False


def _box(node: Node) -> str:
    return "work" if node.domains or node.shared else "private" if node.mailboxes else "none"


def score(a: Node, b: Node, counts: Counts, register: Labels, weights: Weights) -> Edge:
    """One pair; who scores many keeps a `Scorer`."""
    return Scorer(counts, register, weights).score(a, b)


def worth_keeping(edge: Edge) -> bool:
    """Whether people can depend on the edge; all others are weighed again where they count."""
    return edge.verdict in (MERGE, ASK)


def _name_placing(a: Node, b: Node, reasons: list[Reason]) -> None:
    """Say which rules named the organisations that were held against one another."""
    if any(reason.name.startswith("organization_") for reason in reasons):
        rules = sorted({*a.placed_by, *b.placed_by})
        reasons.append(Reason("organization_by", 0.0, ", ".join(rules)))


def _never(a: Node, b: Node, reason: Reason) -> Edge:
    return Edge(a, b, -99.0, NEVER, (reason,))


__all__ = [
    "ASK",
    "LEAVE",
    "MERGE",
    "NEVER",
    "Edge",
    "Labels",
    "Reason",
    "Scorer",
    "score",
    "worth_keeping",
]
