"""What the mailboxes and user names of two nodes say beyond the names in them."""

import re
from functools import lru_cache

from rapidfuzz.distance import DamerauLevenshtein

from cophub.identities.evidence import Name
from cophub.identities.matching.keys import DOMAIN, LOCAL
from cophub.identities.matching.name_evidence import Rarity
from cophub.identities.matching.nodes import Node
from cophub.identities.matching.reasons import Reason
from cophub.identities.reading.names import name_fits_local

_POINTS = str.maketrans("", "", "._-")
_DIGITS = re.compile(r"\d+")
OWN_DOMAIN = 2
"""A domain that no more others bear may be one person's own."""
_RARE_FROM = 6
"""Letters from which on a local part is rare enough to tell whose it is by itself."""
_TYPO_FROM = 7
"""Letters from which on one slip between two local parts looks like a typing error."""


def local_alone(a: Node, b: Node, rarity: Rarity) -> Reason | None:
    """A rare local part or user name that both have, where their names say too little."""
    for mine in _locals(a):
        if len(mine) >= _RARE_FROM and mine in _locals(b):
            others = max(0, rarity.of(LOCAL, mine) - a.bearers - b.bearers)
            weight = max(0.0, rarity.weights.local_alone - 0.7 * others)
            return Reason("local_alone", weight, _mask(mine))
    return None


def weigh_mailboxes(a: Node, b: Node, others: int, rarity: Rarity) -> list[Reason]:
    """At most one reason for alike or unlike local parts, and one for two mailboxes at work.

    `others` is the number of other mailboxes that show their name.
    """
    weights = rarity.weights
    found: list[Reason] = []
    best: Reason | None = None
    worst: Reason | None = None
    for mine in _locals(a):
        for theirs in _locals(b):
            reason = _alike(mine, theirs, a, b, rarity)
            if reason is None:
                continue
            if reason.weight >= 0:
                best = reason if best is None or reason.weight > best.weight else best
            else:
                worst = reason if worst is None or reason.weight < worst.weight else worst
    if best is not None or worst is not None:
        found.append(best or worst)  # type: ignore[arg-type]
    if a.domains and b.domains:
        # Where nearly all mailboxes of a domain show this very name it is one person's domain.
        own = a.bearers + b.bearers + OWN_DOMAIN + others
        work = [d for d in a.domains if d in b.domains and rarity.of(DOMAIN, d) > own]
        if work and _typo(a, b):
            found.append(Reason("mailbox_slip", weights.mailbox_slip))
        elif work:
            name = "numbered" if _numbered(a, b) else "two_at_work"
            found.append(Reason(name, getattr(weights, name), work[0]))
    return found


def _locals(node: Node) -> list[str]:
    """Local parts and user names, without points, each once."""
    found = [box.rpartition("@")[0].translate(_POINTS) for box in node.mailboxes]
    found.extend(n.translate(_POINTS) for n in node.usernames if "@" not in n)
    return list(dict.fromkeys(found)) if len(found) > 1 else found


def _alike(mine: str, theirs: str, a: Node, b: Node, rarity: Rarity) -> Reason | None:
    weights = rarity.weights
    if mine == theirs:
        if len(mine) < 3:
            return None
        if not _has_digits(mine) and _made_of_names(mine, a, b):
            return Reason("local_of_name", weights.local_of_name)
        others = max(0, rarity.of(LOCAL, mine) - a.bearers - b.bearers)
        return Reason("local_same", max(0.0, weights.local_same - 0.7 * others), _mask(mine))
    my_digits, their_digits = _digits(mine), _digits(theirs)
    if my_digits and their_digits:
        if my_digits == their_digits:
            if len(my_digits) < 2:
                return None
            return Reason(
                "digits_same",
                weights.digits_same if len(my_digits) > 2 else 0.6 * weights.digits_same,
            )
        if _stem(mine) == _stem(theirs):
            return Reason("digits_other", weights.digits_other)
    return None


def _typo(a: Node, b: Node) -> bool:
    """Whether one of their mailboxes in one domain is the other's with a slip in its letters."""
    for mine in a.mailboxes:
        for theirs in b.mailboxes:
            one, _, domain = mine.rpartition("@")
            other, _, other_domain = theirs.rpartition("@")
            if domain != other_domain or min(len(one), len(other)) < _TYPO_FROM:
                continue
            if _digits(one) != _digits(other):
                continue
            if DamerauLevenshtein.distance(one, other, score_cutoff=1) == 1:
                return True
    return False


def _numbered(a: Node, b: Node) -> bool:
    """Whether a mailbox of one domain is another's with a number: what a namesake gets."""
    for mine in a.mailboxes:
        for theirs in b.mailboxes:
            one, _, domain = mine.rpartition("@")
            other, _, other_domain = theirs.rpartition("@")
            if domain == other_domain and one.rstrip("0123456789") == other.rstrip("0123456789"):
                return True
    return False


def _made_of_names(local: str, a: Node, b: Node) -> bool:
    return any(_fits(name, local) >= 0.5 for name in (*a.names, *b.names))


@lru_cache(maxsize=8192)
def _fits(name: Name, local: str) -> float:
    return name_fits_local(name, local)


def _has_digits(local: str) -> bool:
    return _DIGITS.search(local) is not None


def _digits(local: str) -> str:
    found = _DIGITS.search(local)
    return found[0] if found else ""


def _stem(local: str) -> str:
    return _DIGITS.sub("", local)


def _mask(local: str) -> str:
    return f"{local[:1]}***"


__all__ = ["OWN_DOMAIN", "local_alone", "weigh_mailboxes"]
