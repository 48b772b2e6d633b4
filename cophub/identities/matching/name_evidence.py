"""How alike the names of two nodes are, against how many strangers bear such a name here.

The log-odds are those of "one person with another node" against "a stranger whose name aligns":
the chance of the first over the expected number of the second. How many strangers there are is
estimated from how common each word is, since the other bearer may not have turned up yet with
this very pair, and corrected by who does bear the pair.
"""

import math

from cophub.identities.evidence import Name
from cophub.identities.matching.frequency import Counts, band, size_band
from cophub.identities.matching.keys import INITIAL, WORD, key_of, pair_key
from cophub.identities.matching.nodes import Node
from cophub.identities.matching.reasons import Reason
from cophub.identities.matching.weights import Weights
from cophub.identities.reading.names import COMPATIBLE, EQUAL, NEAR, Likeness, compare, key_words

_UNSEEN = 0.5
"""Bearers that a word has which nobody else in the directory bears."""


class Rarity:
    """How common names are in one directory; keeps what it has looked up."""

    def __init__(self, counts: Counts, weights: Weights) -> None:
        self.weights = weights
        self.counts = counts
        self.size = max(2, size_band(counts.size))
        self.culture = weights.culture
        self._bands: dict[tuple[str, str], int] = {}
        self._pairs: dict[tuple[str, str], int] = {}

    def words(self, word: str) -> int:
        return self._band(WORD, word, "")

    def pair(self, one: str, other: str) -> int:
        found = self._pairs.get((one, other))
        if found is None:
            found = band(self.counts.bearers(pair_key(one, other)))
            self._pairs[one, other] = found
        return found

    def initial(self, word: str, letter: str) -> int:
        return self._band(INITIAL, word, letter)

    def of(self, kind: str, text: str) -> int:
        return self._band(kind, text, "")

    def _band(self, kind: str, one: str, other: str) -> int:
        found = self._bands.get((kind + one, other))
        if found is None:
            key = key_of(kind, one, other) if other else key_of(kind, one)
            found = self._bands[kind + one, other] = band(self.counts.bearers(key))
        return found

    def strangers(self, words: tuple[str, ...], own: int, extra: int = 0) -> float:
        """Expected number of other people whose name has all these words (two at least).

        `own` is how many of the bearers are the two nodes themselves. `extra` bearers of the
        rarest word are due to other spellings.
        """
        size = self.size
        ranked = sorted((max(0, self.words(w) - own) + _UNSEEN, w) for w in words)
        (first, one), (second, other) = ranked[0], ranked[1]
        expected = self.culture * first * second / size
        for count, _ in ranked[2:]:
            expected *= min(1.0, self.culture * count / size)
        others = max(0, self.pair(one, other) - own)
        return self._settle(expected, others)

    def _settle(self, expected: float, others: int) -> float:
        """What is expected, corrected by the other bearers seen (a gamma prior of weight `k`)."""
        k = self.weights.prior
        seen = self.weights.others * others
        settled = (k + seen) / (k / expected + 1.0)
        return max(settled, others / self.weights.most - 1.0)

    def strangers_by_initial(self, word: str, letter: str, own: int) -> float:
        """Expected number of other people with this word and a name with this first letter."""
        expected = 0.1 * (max(0, self.words(word) - own) + _UNSEEN)
        others = max(0, self.initial(word, letter) - own)
        return max(expected, self._settle(expected, others))


def weigh_names(a: Node, b: Node, rarity: Rarity) -> Reason | None:
    """The best alignment of their names; weight -99 where they cannot be one person's."""
    best: Reason | None = None
    own = a.bearers + b.bearers
    clash = ""
    xs, ys = a.names, b.names
    if a.spelled is not None:
        xs = (*xs, a.spelled)
    if b.spelled is not None:
        ys = (*ys, b.spelled)
    for x in xs:
        for y in ys:
            likeness = compare(x, y)
            if likeness.clash:
                if not (likeness.why and _explained(x, y, xs, ys)):
                    if x is a.spelled or y is b.spelled:
                        return None
                    clash = likeness.why or "words"
                continue
            if likeness.level < COMPATIBLE:
                continue
            reason = _aligned(x, y, likeness, own, rarity)
            if reason is None:
                continue
            if x is a.spelled or y is b.spelled:
                reason = Reason(
                    "name_spelled", reason.weight + rarity.weights.name_spelled, reason.detail
                )
            if best is None or reason.weight > best.weight:
                best = reason
    if clash:
        return Reason("names_clash", -99.0, clash)
    return best


def _explained(x: Name, y: Name, xs: tuple[Name, ...], ys: tuple[Name, ...]) -> bool:
    """Whether one node bears both names, so that they are one person's two names."""
    if len(xs) > 1 and any(x is not o and compare(o, y).level == EQUAL for o in xs):
        return True
    return len(ys) > 1 and any(y is not o and compare(x, o).level == EQUAL for o in ys)


def _aligned(x: Name, y: Name, likeness: Likeness, own: int, rarity: Rarity) -> Reason | None:
    weights = rarity.weights
    if likeness.level == EQUAL:
        words = tuple(dict.fromkeys(key_words(x)))
        if len(words) >= 2:
            strangers = rarity.strangers(words, own)
            return Reason("name_equal", weights.another - math.log(strangers), _shown(strangers))
        if not (words and x.initials):
            return None
        strangers = rarity.strangers_by_initial(words[0], x.initials[0], own)
        return Reason("name_initial", weights.another - math.log(strangers), _shown(strangers))
    return _roughly(x, y, likeness, own, rarity)


def _roughly(x: Name, y: Name, likeness: Likeness, own: int, rarity: Rarity) -> Reason | None:
    """Names that align but are not equal: rarity of the commoner spelling, and a price."""
    weights = rarity.weights
    mine = _key_words_of(x, likeness.shared)
    theirs = _key_words_of(y, compare(y, x).shared)
    common = [w for w in mine if w in theirs and len(w) > 1]
    left = [w for w in mine if w not in common and len(w) > 1]
    right = [w for w in theirs if w not in common and len(w) > 1]
    price = weights.name_partial if likeness.level < NEAR else 0.0
    name = "name_partial" if likeness.level < NEAR else "name_near"
    if left and right:
        price += weights.name_near
        rare = min(
            max((max(0, rarity.words(w) - own) for w in side), default=0) for side in (left, right)
        )
        # Both spellings are borne by others: two names rather than one and a slip.
        price -= weights.name_both * math.log1p(rare)
    spellings = left + right
    if spellings and common:
        spelling = max(spellings, key=lambda w: (rarity.words(w), w))
        if left and right:
            strangers = rarity.strangers((*dict.fromkeys((*common, spelling)),), own)
        elif len(common) >= 2:
            strangers = rarity.strangers(tuple(dict.fromkeys(common)), own)
        else:
            strangers = rarity.strangers_by_initial(common[0], spelling[0], own)
            name = "name_initial"
    elif len(common) >= 2:
        strangers = rarity.strangers(tuple(dict.fromkeys(common)), own)
    elif spellings and left and right and len(left) >= 2:
        strangers = min(
            rarity.strangers(tuple(side), own) for side in (left, right) if len(side) >= 2
        )
        price += weights.name_near
    elif common and (x.initials or y.initials):
        letter = (x.initials or y.initials)[0]
        strangers = rarity.strangers_by_initial(common[0], letter, own)
        name = "name_initial"
    else:
        return None
    return Reason(name, weights.another + price - math.log(strangers), _shown(strangers))


def _key_words_of(name: Name, shared: tuple[str, ...]) -> list[str]:
    forms = dict(zip(name.tokens, key_words(name), strict=False))
    return [forms.get(word, word) for word in dict.fromkeys(shared)]


def _shown(strangers: float) -> str:
    return f"{strangers:.2g}"


__all__ = ["Rarity", "weigh_names"]
