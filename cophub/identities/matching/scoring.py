"""What two nodes say about being one person's: named log-odds and their sum."""

import math
from typing import NamedTuple, Protocol

from cophub.identities.matching.frequency import Counts, band
from cophub.identities.matching.keys import WORD, key_of, pair_key
from cophub.identities.matching.nodes import Node
from cophub.identities.matching.weights import Weights
from cophub.identities.reading.names import COMPATIBLE, EQUAL, NEAR, compare

MERGE, ASK, LEAVE, NEVER = "merge", "ask", "leave", "never"


class Labels(Protocol):
    """Organisation and domain as one thing; see `organizations.register.Register`."""

    def label(self, organization: str, domain: str) -> str: ...


class Reason(NamedTuple):
    """One piece of evidence: its name, its log-odds, and details in plain text."""

    name: str
    weight: float
    detail: str = ""


class Edge(NamedTuple):
    """What is known of two nodes together; `verdict` is merge, ask, leave or never."""

    a: Node
    b: Node
    score: float
    verdict: str
    reasons: tuple[Reason, ...]


def score(a: Node, b: Node, counts: Counts, register: Labels, weights: Weights) -> Edge:
    """The evidence for and against two nodes being one person's; symmetric."""
    if b.key < a.key:
        a, b = b, a
    if a.directory and b.directory and a.directory != b.directory:
        return _never(a, b, "directory_ids")
    best: Reason | None = None
    for x in a.names:
        for y in b.names:
            likeness = compare(x, y)
            if likeness.clash:
                return _never(a, b, "names_clash", likeness.why)
            if likeness.level >= COMPATIBLE and len(likeness.shared) >= 2:
                cost = 0.0
                if likeness.level < EQUAL:
                    cost = weights.name_near if likeness.level >= NEAR else weights.name_partial
                value = weights.another - math.log(_strangers(likeness.shared, counts, weights))
                if best is None or value + cost > best.weight:
                    best = Reason("name_equal" if not cost else "name_near", value + cost)
    if best is None:
        return Edge(a, b, -9.0, LEAVE, (Reason("name_unlike", -9.0),))
    reasons = [best]
    labels = {register.label(*place) for place in a.places} - {""}
    others = {register.label(*place) for place in b.places} - {""}
    if labels & others:
        reasons.append(Reason("organization_same", 2.0, min(labels & others)))
    elif labels and others:
        reasons.append(Reason("organization_other", weights.organization_other))
    total = sum(reason.weight for reason in reasons)
    verdict = MERGE if total >= weights.merge else ASK if total >= weights.ask else LEAVE
    return Edge(a, b, total, verdict, tuple(reasons))


def missing(a: Node, b: Node, counts: Counts, register: Labels, weights: Weights) -> list[Reason]:
    """Single facts, were they known, that would each lift the pair to a merge; strongest first."""
    edge = score(a, b, counts, register, weights)
    if edge.verdict in (MERGE, NEVER):
        return []
    lacking = weights.merge - edge.score
    facts = [Reason("identifier_same", weights.identifier_same)]
    return [fact for fact in facts if fact.weight >= lacking]


def _never(a: Node, b: Node, name: str, detail: str = "") -> Edge:
    return Edge(a, b, -99.0, NEVER, (Reason(name, -99.0, detail),))


def _strangers(words: tuple[str, ...], counts: Counts, weights: Weights) -> float:
    """Expected number of other people whose name has these words."""
    size = max(2, band(counts.size))
    marginal = float(size)
    for word in words:
        marginal *= (max(0, band(counts.bearers(key_of(WORD, word))) - 2) + 0.5) / size
    others = max(0, band(counts.bearers(pair_key(words[0], words[1]))) - 2)
    return marginal * weights.culture + 0.3 * others + 0.001


__all__ = ["ASK", "LEAVE", "MERGE", "NEVER", "Edge", "Labels", "Reason", "missing", "score"]
