"""How alike the names of two nodes are, against how many strangers bear such a name here.

The log-odds are those of "one person with another node" against "a stranger whose name aligns":
the chance of the first over the expected number of the second. How many strangers there are is
estimated from how common each word is, since the other bearer may not have turned up yet with
this very pair, and corrected by who does bear the pair.
"""

import math

from rapidfuzz.distance import JaroWinkler

from cophub.identities.evidence import Name
from cophub.identities.matching.frequency import Counts, band, size_band
from cophub.identities.matching.keys import (
    INITIAL,
    WORD,
    chosen_words,
    key_of,
    pair_key,
)
from cophub.identities.matching.nodes import Node
from cophub.identities.matching.reasons import Reason
from cophub.identities.matching.weights import Weights
from cophub.identities.reading.names import (
    COMPATIBLE,
    EQUAL,
    NEAR,
    WEAK,
    Likeness,
    compare,
    key_words,
)

_CLIPPED = 3
"""Letters that are left of a clipped word at least."""
_SAME_START = 0.4
"""Share of the words with one first letter that go on alike for some letters."""
_MORE = 0.15
"""Share of what a further word would say, if words were independent, that it does say."""


class Rarity:
    """How common names are in one directory; keeps what it has looked up."""

    def __init__(self, counts: Counts, weights: Weights) -> None:
        self.weights = weights
        self.counts = counts
        self.size = max(2, size_band(counts.size))
        self._unseen = counts.habits.unseen
        self._habits = counts.habits
        self._crowds: dict[int, float] = {}
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

    def of_key(self, key: int) -> int:
        return band(self.counts.bearers(key))

    def _band(self, kind: str, one: str, other: str) -> int:
        found = self._bands.get((kind + one, other))
        if found is None:
            key = key_of(kind, one, other) if other else key_of(kind, one)
            found = self._bands[kind + one, other] = band(self.counts.bearers(key))
        return found

    def strangers(self, words: tuple[str, ...], own: int) -> tuple[float, int]:
        """Expected number of other people whose name has all these words, two at least, and how
        many other mailboxes show the two rarest of them.

        `own` is how many of the bearers are the two nodes themselves.
        """
        size = self.size
        ranked = sorted((self.words(word), word) for word in words)
        (first, one), (second, other) = ranked[0], ranked[1]
        both = max(own, self.pair(one, other))
        # Bearers of the pair may be the same person's further mailboxes: only who bears one of
        # the words without the other tells how common each is by itself.
        expected = self._habits.strangers(
            self._alone(first, both) * self._alone(second, both) / size
        )
        for count, _ in ranked[2:]:
            # Words come in families: a third one tells far less than it would by itself.
            expected *= min(1.0, self._habits.culture * self._alone(count, own) / size) ** _MORE
        return expected * self.crowd(both), both - own

    def crowd(self, anchors: int) -> float:
        """How much likelier several people are behind so many anchors than one."""
        found = self._crowds.get(anchors)
        if found is None:
            found = self._crowds[anchors] = math.exp(self._habits.crowd(anchors))
        return found

    def _alone(self, count: int, both: int) -> float:
        return max(0, count - both) + self._unseen

    def _settle(self, expected: float, others: int) -> float:
        """What is expected, corrected by the other bearers seen (a gamma prior of weight `k`)."""
        k = self.weights.prior
        seen = self.weights.others * others
        settled = (k + seen) / (k / expected + 1.0)
        return settled * self.crowd(2)

    def strangers_by_initial(self, word: str, letter: str, own: int) -> tuple[float, int]:
        """Expected number of other people with this word and a name with this first letter."""
        expected = 0.1 * (max(0, self.words(word) - own) + self._unseen)
        others = max(0, self.initial(word, letter) - own)
        return self._settle(expected, others), others


def weigh_names(a: Node, b: Node, rarity: Rarity) -> Reason | None:
    """The best alignment of their names; weight -99 where they cannot be one person's."""
    best: Reason | None = None
    own = a.bearers + b.bearers
    xs = a.names if a.spelled is None else (*a.names, a.spelled)
    ys = b.names if b.spelled is None else (*b.names, b.spelled)
    for x in xs:
        for y in ys:
            likeness = compare(x, y)
            spelled = x is a.spelled or y is b.spelled
            if likeness.clash:
                if not _explained(x, y, xs, ys):
                    return None if spelled else Reason("names_clash", -99.0, likeness.why)
                continue
            if likeness.level >= COMPATIBLE:
                reason = _aligned(x, y, likeness, own, rarity)
            elif likeness.level == WEAK:
                reason = _clipped(x, y, likeness, own, rarity)
            else:
                continue
            if reason is None:
                continue
            if reason.name == "name_near" and not (
                (a.mailboxes or a.shared) and (b.mailboxes or b.shared)
            ):
                reason = reason._replace(weight=reason.weight + rarity.weights.near_only)
            if spelled:
                weight = reason.weight + rarity.weights.name_spelled
                reason = Reason("name_spelled", weight, reason.detail)
            if best is None or reason.weight > best.weight:
                best = reason
    if best is not None and junior(a) != junior(b):
        return best._replace(weight=best.weight + rarity.weights.suffix_missing)
    return best


def junior(node: Node) -> bool:
    """Whether one of its names tells a son from a father: `Jr`, `II`."""
    return any(name.suffix for name in node.names)


def _explained(x: Name, y: Name, xs: tuple[Name, ...], ys: tuple[Name, ...]) -> bool:
    """Whether one node bears both names, so that they are one person's two names."""
    if len(xs) > 1 and any(x is not o and compare(o, y).level == EQUAL for o in xs):
        return True
    return len(ys) > 1 and any(y is not o and compare(x, o).level == EQUAL for o in ys)


def _aligned(x: Name, y: Name, likeness: Likeness, own: int, rarity: Rarity) -> Reason | None:
    """Two names that align: the price of how they differ, against the strangers to expect."""
    weights = rarity.weights
    if likeness.level == EQUAL:
        words = chosen_words(x)
        if len(words) >= 2:
            return _reason("name_equal", weights.another, rarity.strangers(words, own))
        if not (words and x.initials):
            return None
        met = rarity.strangers_by_initial(words[0], x.initials[0], own)
        return _reason("name_initial", weights.another + weights.name_partial, met)
    mine = _forms(x, likeness.shared)
    theirs = key_words(y)
    common = [word for word in mine if word in theirs]
    left = [word for word in mine if word not in common]
    right = _beside(left, y, common)
    price = weights.another
    if left and right:
        price += weights.name_near - _both_known(left, right, own, rarity)
    if likeness.level < NEAR:
        price += weights.name_partial
    name = "name_near" if left and right else "name_partial"
    spelling = max((rarity.words(word), word) for word in left + right)[1] if left + right else ""
    if len(common) >= 2:
        return _reason(name, price, rarity.strangers(tuple(common), own))
    if common and left and right:
        # Of two spellings the commoner one: that many might be meant.
        return _reason(name, price, rarity.strangers((common[0], spelling), own))
    if common:
        initials = spelling[:1] or (x.initials or y.initials or ("",))[0]
        if not initials:
            return None
        met = rarity.strangers_by_initial(common[0], initials, own)
        return _reason("name_initial", price, met)
    sides = [rarity.strangers(tuple(side), own) for side in (left, right) if len(side) >= 2]
    return _reason(name, price + weights.name_near, max(sides)) if sides else None


def _beside(left: list[str], y: Name, common: list[str]) -> list[str]:
    """The words of a name that stand for the words `left` of another one, one for each."""
    words = [word for word in chosen_words(y) if word not in common]
    found: list[str] = []
    for one in left:
        if words:
            near = max(words, key=lambda word: (JaroWinkler.similarity(one, word), word))
            words.remove(near)
            found.append(near)
    return found


def _clipped(x: Name, y: Name, likeness: Likeness, own: int, rarity: Rarity) -> Reason | None:
    """Names that share a word, and another as far as it goes: `Mosta Saleh`, `Mostafa Saleh`."""
    shared = [word for word in _forms(x, likeness.shared) if word in key_words(y)]
    if len(shared) != 1:
        return None
    mine = [word for word in x.tokens if word not in likeness.shared]
    theirs = [word for word in y.tokens if word not in likeness.shared]
    for one in mine:
        for other in theirs:
            short, long = sorted((one, other), key=len)
            if len(short) >= _CLIPPED and long.startswith(short):
                expected, others = rarity.strangers_by_initial(shared[0], long[0], own)
                price = rarity.weights.another + rarity.weights.name_near
                return _reason("name_near", price, (expected * _SAME_START, others))
    return None


def _both_known(left: list[str], right: list[str], own: int, rarity: Rarity) -> float:
    """What is taken off where others bear both spellings: then they are two names, not a slip."""
    least = min(max(max(0, rarity.words(word) - own) for word in side) for side in (left, right))
    return rarity.weights.name_both * math.log1p(least)


def _forms(name: Name, shared: tuple[str, ...]) -> list[str]:
    """Shared words in the form that keys are made of; only such are counted, and no initials."""
    forms = dict(zip(name.tokens, key_words(name), strict=False))
    counted = chosen_words(name)
    words = dict.fromkeys(forms.get(word, word) for word in shared)
    return [word for word in words if len(word) > 1 and word in counted]


def _reason(name: str, price: float, met: tuple[float, int]) -> Reason:
    expected, others = met
    return Reason(name, price - math.log(expected), str(others))


__all__ = ["Rarity", "junior", "weigh_names"]
