"""What rules of plugins know of two nodes: identifiers that both bear, or that differ.

A proof joins whatever two accounts are called, except where names of theirs differ in more than the
family name, or another proof differs: numbers are mistyped and given to others. That is a question
for people. What too many bear is no identifier, and says nothing either way.
"""

import math
from collections.abc import Collection, Mapping, Sequence

from cophub.identities.evidence import Clue
from cophub.identities.matching.keys import clue_key
from cophub.identities.matching.name_evidence import Rarity
from cophub.identities.matching.nodes import Node
from cophub.identities.matching.reasons import Reason

COMMON = 12
"""What so many mailboxes bear, or more, is no identifier: nobody has that many."""

DOUBTED = "proof_doubted"
"""The first reason of an edge between two whom a proof would join if nothing spoke against it."""
_CHANCE = 1e-3
"""Chance that a stranger has the very same value by a mistake."""
_SHARE = {"proof": 1.0, "strong": 0.5, "weak": 0.1}
_MARRIED = "family"
"""The way in which names of one person differ after a marriage."""

_Said = Mapping[str, Clue | None]
"""Value to who knows of it; None: the node shows it itself."""


def weigh_clues(a: Node, b: Node, rarity: Rarity) -> list[Reason]:
    """What rules know of both, kind by kind; of one kind at most one reason."""
    mine, theirs = _by_kind(a), _by_kind(b)
    found: list[Reason] = []
    for kind in sorted(mine.keys() | theirs.keys()):
        left, right = _with_own(a, kind, mine), _with_own(b, kind, theirs)
        common = {clue for said in (left, right) for clue in _common(said.values(), rarity)}
        values = {clue.value for clue in common}
        equal = {value for value in left.keys() & right.keys() if left[value] or right[value]}
        if both := equal - values:
            found.append(_same(a, b, left, right, both, rarity))
        elif shared := equal & values:
            clue = min(c for c in common if c.value in shared)
            found.append(Reason("rule_common", 0.0, f"{clue.rule} {kind}"))
        elif other := _other(left, right, values, rarity):
            found.append(other)
    return found


def joined_by_proof(named: Reason | None, clues: Sequence[Reason], rarity: Rarity) -> bool | None:
    """Whether a proof joins two nodes; None: there is no proof. False: people are to be asked."""
    if not any(reason.name == "rule_proof" for reason in clues):
        return None
    differs = any(reason.weight <= rarity.weights.rule_other < 0 for reason in clues)
    clash = named is not None and named.name == "names_clash" and named.detail != _MARRIED
    return not (differs or clash)


def proved(reasons: Sequence[Reason]) -> bool:
    """Whether a proof joins two by itself, of which these are the reasons."""
    return reasons[0].name != DOUBTED and any(reason.name == "rule_proof" for reason in reasons)


def _by_kind(node: Node) -> dict[str, dict[str, Clue | None]]:
    found: dict[str, dict[str, Clue | None]] = {}
    for clue in node.clues:
        found.setdefault(clue.kind, {})[clue.value] = clue
    return found


def _with_own(node: Node, kind: str, said: Mapping[str, _Said]) -> _Said:
    """What is known of a node and what it shows itself, of one kind."""
    own = node.mailboxes if kind == "address" else (node.directory,) if kind == "directory" else ()
    return {**{value: None for value in own if value}, **said.get(kind, {})}


def _common(said: Collection[Clue | None], rarity: Rarity) -> list[Clue]:
    return [clue for clue in said if clue and rarity.of_key(clue_key(clue)) >= COMMON]


def _same(
    a: Node, b: Node, left: _Said, right: _Said, both: Collection[str], rarity: Rarity
) -> Reason:
    weights = rarity.weights
    # The strongest, and of two sides that know it the weaker one's word.
    known = [max((c for c in (left[v], right[v]) if c), key=_weakness) for v in both]
    clue = min(known, key=lambda c: (_weakness(c), c.value))
    if clue.strength == "proof":
        return Reason("rule_proof", weights.rule_proof, f"{clue.rule} {clue.kind}")
    others = max(0, rarity.of_key(clue_key(clue)) - a.bearers - b.bearers)
    most = weights.rule_strong if clue.strength == "strong" else weights.rule_weak
    weight = min(most, max(0.0, math.log(0.9 / min(1.0, others / rarity.size + _CHANCE))))
    return Reason(f"rule_{clue.strength}", weight, f"{clue.rule} {clue.kind}")


def _other(left: _Said, right: _Said, common: Collection[str], rarity: Rarity) -> Reason | None:
    """What it says that two bear different values, where a person has but one."""
    sides = [
        [clue for value, clue in said.items() if value not in common] for said in (left, right)
    ]
    clues = [clue for side in sides for clue in side if clue is not None]
    if not all(sides) or not clues or not all(clue.single for clue in clues):
        return None
    clue = max(clues, key=lambda c: (_weakness(c), c.rule))
    weight = rarity.weights.rule_other * _SHARE[clue.strength]
    return Reason("rule_other", weight, f"{clue.rule} {clue.kind}")


def _weakness(clue: Clue) -> int:
    return tuple(_SHARE).index(clue.strength)


__all__ = ["COMMON", "DOUBTED", "joined_by_proof", "proved", "weigh_clues"]
