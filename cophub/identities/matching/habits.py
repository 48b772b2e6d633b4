"""What a directory as a whole is like: learned from it, in coarse steps, so that scores hold.

How far words of a name go together (cultures), how many names nobody has shown yet, and in which
sources everybody has one account. Accounts of one person show the same name again and again, so
only distinct names are looked at, not how often each one is shown.
"""

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from itertools import combinations, combinations_with_replacement
from typing import NamedTuple

from rapidfuzz.distance import JaroWinkler
from xxhash import xxh3_64_intdigest

from cophub.identities.evidence import Evidence
from cophub.identities.matching.companions import Companions, Company, learn_company
from cophub.identities.matching.keys import chosen_words

_PATHS = 60_000
"""About so many paths through names are followed."""
_TURNS = 3
"""Paths that are followed from each end of a name."""
_REFERENCE = -8 * math.log(2)
"""Log of the expected number of names for which `culture` is told."""
_SURE_LEVEL, _SURE_SLOPE = 1.0, 25.0
"""How sure the defaults are: one over the variance of the logarithm, and of the slope."""
_CULTURE = 4.0
_SPREAD = tuple(n * math.log(0.5) for n in range(1, 13))
"""What is believed of names before any are seen: each half as many as those before."""
_NAMES = 20.0
"""So many rare names must be seen before they outweigh that."""
_FEW = 6.0
"""So many twins must be seen or expected before they say much."""
_RARE = 0.05
"""Other people to expect of a name for it to be rare."""
_STEP = 0.5
_CROWD = 64
"""Of a name that more anchors show, it makes no difference how many more."""
_BOXES = ("none", "private", "work")


class Habits(NamedTuple):
    """What is true of the whole directory."""

    culture: float = _CULTURE
    """How much more often words meet in a name than chance says, where it says 1 in 256."""
    slope: float = 1.0
    """Where chance says twice as often they meet two to the power of this as often."""
    unseen: float = 0.2
    """Other bearers to expect of a word that only one name has."""
    within: Mapping[str, float] = {}
    """Log-odds of two mailboxes in one source being one person's; 0 where it is left out."""
    boxes: Mapping[str, float] = {}
    """Log-odds by what mailboxes two accounts have, such as `none work` or `private private`."""
    spread: tuple[float, ...] = _SPREAD
    """Log of the chance that a person shows one name at 1, 2, 3, ... anchors."""
    company: Company = Company()
    """What it says that two are in communities that go together."""

    def strangers(self, expected: float) -> float:
        """People to expect of a name, where its words taken for independent say `expected`."""
        spared = math.log(max(1e-12, expected)) - _REFERENCE
        return self.culture * math.exp(_REFERENCE + self.slope * spared)

    def several(self, anchors: int) -> float:
        """Log of the chance of so many anchors, 1 at least."""
        last = len(self.spread)
        if anchors <= last:
            return self.spread[anchors - 1]
        falling = min(0.0, self.spread[-1] - self.spread[-2])
        return self.spread[-1] + (anchors - last) * falling

    def crowd(self, anchors: int) -> float:
        """Log-odds of two people, against one, behind so many anchors; for one stranger in all.

        Two people may share them out in any way.
        """
        anchors = max(2, min(anchors, _CROWD))
        shared = [self.several(n) + self.several(anchors - n) for n in range(1, anchors)]
        most = max(shared)
        two = most + math.log(sum(math.exp(odds - most) for odds in shared) / 2)
        return two - self.several(anchors)


def alike(one: Habits, other: Habits) -> bool:
    """Whether two habits are within a step or two of each other.

    A value near the edge of its step is on this side or that by the last few accounts.
    """
    if max(one.culture, other.culture) > 1.5 * min(one.culture, other.culture):
        return False
    if max(one.unseen, other.unseen) > 2.5 * min(one.unseen, other.unseen):
        return False
    pairs = [(5 * one.slope, 5 * other.slope), *zip(one.spread, other.spread, strict=True)]
    pairs.extend(zip(one.company.weights, other.company.weights, strict=True))
    bins = (one.company.bins, other.company.bins)
    pairs.extend((bins[0].get(key, 0) / 2, bins[1].get(key, 0) / 2) for key in {*bins[0], *bins[1]})
    for mine, theirs in ((one.within, other.within), (one.boxes, other.boxes)):
        pairs.extend((mine.get(key, 0.0), theirs.get(key, 0.0)) for key in {*mine, *theirs})
    return all(abs(x - y) <= _STEP for x, y in pairs)


Pair = tuple[str, str]


def learn(accounts: Sequence[Evidence], anchors: Sequence[int]) -> Habits:
    """The habits of a directory; a pure function of the set of its accounts."""
    bearing: dict[Pair, list[int]] = {}
    # By name, not as they came: one of the accounts of an anchor will stand for it.
    for position in sorted(
        range(len(accounts)), key=lambda i: (accounts[i].source, accounts[i].key)
    ):
        e = accounts[position]
        if e.name is not None and e.kind == "person" and len(e.name.tokens) >= 2:
            words = chosen_words(e.name)
            if len(words) >= 2:
                pair = (words[0], words[-1])
                bearing.setdefault(pair if pair[0] < pair[1] else pair[::-1], []).append(position)
    partners: dict[str, list[str]] = {}
    for one, other in bearing:
        partners.setdefault(one, []).append(other)
        partners.setdefault(other, []).append(one)
    for words_beside in partners.values():
        words_beside.sort()
    habits = Habits(*_culture(_meetings(bearing, partners)))
    twins = _Twins(accounts, anchors, bearing, partners, habits)
    return Habits(
        habits.culture,
        habits.slope,
        _unseen(partners),
        twins.by_source(),
        twins.by_boxes(),
        _spread(twins.anchors),
        learn_company(*_companions(accounts, anchors, bearing, partners, twins.pairs)),
    )


def _companions(
    accounts: Sequence[Evidence],
    anchors: Sequence[int],
    bearing: Mapping[Pair, list[int]],
    partners: Mapping[str, list[str]],
    twins: Sequence[tuple[int, int]],
) -> tuple[list[Companions], list[Companions]]:
    """The communities of twins, and of strangers who share a word of their names."""
    joined: dict[int, set[str]] = {}
    for e, anchor in zip(accounts, anchors, strict=True):
        if e.communities:
            joined.setdefault(anchor, set()).update(e.communities)
    if not joined:
        return [], []
    strangers = []
    for word, others in sorted(partners.items()):
        half = len(others) // 2
        for one, other in zip(others[:half], others[half:], strict=False):
            if one[0] == other[0] or JaroWinkler.similarity(one, other) > 0.7:
                continue  # may be two spellings of one name
            first = bearing[(word, one) if word < one else (one, word)][0]
            second = bearing[(word, other) if word < other else (other, word)][0]
            strangers.append((anchors[first], anchors[second]))
    sorted_sets = {anchor: sorted(names) for anchor, names in joined.items()}
    found = [
        [(sorted_sets[a], sorted_sets[b]) for a, b in pairs if a in joined and b in joined]
        for pairs in (twins, strangers)
    ]
    return found[0], found[1]


def _meetings(
    bearing: Mapping[Pair, list[int]], partners: Mapping[str, list[str]]
) -> dict[int, tuple[int, int]]:
    """How often words meet that are three steps apart in the web of names, by what chance says.

    From `amina diallo`, `fatou diallo`, `fatou ba`: do `amina` and `ba` meet too? Names of one
    culture do so far more often than names of any two. Gives tries and meetings for each power
    of two that the expected number of such names is in.
    """
    total = len(bearing)
    names = [pair for pair in bearing if len(partners[pair[0]]) > 1 or len(partners[pair[1]]) > 1]
    every = max(1, len(names) * 2 * _TURNS // _PATHS)
    found: dict[int, tuple[int, int]] = {}
    for pair in names:
        chance = xxh3_64_intdigest(" ".join(pair).encode("utf-8", "surrogatepass"))
        if chance % every:
            continue
        for start, through in (pair, pair[::-1]):
            for number in range(_TURNS):
                turn = _pick(partners[through], start, chance >> (16 + number))
                end = _pick(partners[turn], through, chance >> (40 + number)) if turn else ""
                times = (len(partners[start]) - 1) * (len(partners[end]) - 1) if end else 0
                if not times or end == start:
                    continue
                step = math.floor(math.log2(times / total))
                tries, met = found.get(step, (0, 0))
                known = ((start, end) if start < end else (end, start)) in bearing
                found[step] = (tries + 1, met + known)
    return found


def _culture(meetings: Mapping[int, tuple[int, int]]) -> tuple[float, float]:
    """`culture` and `slope` of the directory: a Poisson regression with a prior, in coarse steps.

    The log of the chance to meet is taken as linear in the log of what independence says.
    """
    level, slope = math.log(_CULTURE), 1.0
    for _ in range(25):
        # Gradient and curvature of the log-likelihood, by Newton's method.
        g0, g1 = -(level - math.log(_CULTURE)) * _SURE_LEVEL, -(slope - 1.0) * _SURE_SLOPE
        h00, h01, h11 = _SURE_LEVEL, 0.0, _SURE_SLOPE
        for step, (tries, met) in sorted(meetings.items()):
            x = (step + 0.5) * math.log(2) - _REFERENCE
            mean = tries * math.exp(min(0.0, _REFERENCE + level + slope * x))
            g0 += met - mean
            g1 += (met - mean) * x
            h00 += mean
            h01 += mean * x
            h11 += mean * x * x
        determinant = h00 * h11 - h01 * h01
        up, along = (g0 * h11 - g1 * h01) / determinant, (g1 * h00 - g0 * h01) / determinant
        level += min(1.0, max(-1.0, up))
        slope += min(0.3, max(-0.3, along))
    level = round(4 * min(5.0, max(0.0, level))) / 4
    return math.exp(level), round(20 * min(1.0, max(0.2, slope))) / 20


def _pick(words: list[str], without: str, chance: int) -> str:
    """One of the words, by chance but another than `without`; empty: there is no other."""
    if len(words) < 2:
        return ""
    place = chance % len(words)
    return words[place] if words[place] != without else words[(place + 1) % len(words)]


def _unseen(partners: dict[str, list[str]]) -> float:
    """Good and Turing's estimate for words of one name, in steps of a factor 2."""
    degrees = Counter(map(len, partners.values()))
    found = (2 * degrees[2] + 1) / (degrees[1] + 5)
    return float(2.0 ** round(math.log2(min(0.5, max(0.0625, found)))))


class _Twins:
    """Pairs of anchors that show one rare name: nearly all of them are one person's."""

    def __init__(
        self,
        accounts: Sequence[Evidence],
        anchors: Sequence[int],
        bearing: Mapping[Pair, list[int]],
        partners: Mapping[str, list[str]],
        habits: Habits,
    ) -> None:
        self.number = 0
        self.sources: Counter[str] = Counter()
        self.inside: Counter[str] = Counter()
        self.boxes: Counter[str] = Counter()
        self.both: Counter[str] = Counter()
        self.anchors: Counter[int] = Counter()
        self.pairs: list[tuple[int, int]] = []
        """Their anchors."""
        total = sum(map(len, partners.values())) / 2
        for (one, other), positions in bearing.items():
            for position in positions:
                self.boxes[box(accounts[position])] += 1
            rivals = (len(partners[one]) - 1) * (len(partners[other]) - 1)
            if rivals and habits.strangers(rivals / total) > _RARE:
                continue
            heads = {anchors[p]: p for p in reversed(positions)}
            self.anchors[len(heads)] += 1
            if 2 <= len(heads) <= len(_SPREAD):
                self._add(accounts, list(heads.values()))
                self.pairs.extend(combinations(heads, 2))

    def _add(self, accounts: Sequence[Evidence], several: Sequence[int]) -> None:
        for position in several:
            self.sources[accounts[position].source] += 1
        for a, b in combinations(several, 2):
            self.number += 1
            self.both[boxes(box(accounts[a]), box(accounts[b]))] += 1
            if accounts[a].source == accounts[b].source:
                self.inside[accounts[a].source] += 1

    def by_source(self) -> dict[str, float]:
        """For each source how much likelier or less likely it is to hold both of two twins."""
        total = self.sources.total()
        found = {}
        for source, number in sorted(self.sources.items()):
            expected = self.number * (number / total) ** 2
            weight = _steps(math.log((self.inside[source] + _FEW) / (expected + _FEW)), -4.0, 0.0)
            if weight:
                found[source] = weight
        return found

    def by_boxes(self) -> dict[str, float]:
        """The same for what mailboxes the two have, against any two accounts with a full name."""
        total = self.boxes.total()
        found = {}
        for one, other in combinations_with_replacement(_BOXES, 2):
            share = self.boxes[one] * self.boxes[other] / total**2 if total else 0.0
            expected = self.number * share * (1 if one == other else 2)
            seen = self.both[boxes(one, other)]
            found[boxes(one, other)] = _steps(
                math.log((seen + _FEW) / (expected + _FEW)), -2.0, 1.5
            )
        return found


def box(e: Evidence) -> str:
    """What mailbox an account has: at work, private, or none."""
    return "work" if e.domain else "private" if e.mailbox else "none"


def boxes(one: str, other: str) -> str:
    """What mailboxes two have, in whatever order."""
    return f"{one} {other}" if one <= other else f"{other} {one}"


def _spread(seen: Mapping[int, int]) -> tuple[float, ...]:
    """Log shares of names by their number of anchors, smoothed, in steps of a quarter."""
    total = sum(seen.values()) + _NAMES
    shares: list[float] = []
    for number, usual in enumerate(_SPREAD, 1):
        share = (seen.get(number, 0) + _NAMES * math.exp(usual)) / total
        # No number is much rarer than the one before: that is what few names may look like.
        shares.append(share if number == 1 else max(share, 0.2 * shares[-1]))
    return tuple(round(4 * math.log(share)) / 4 for share in shares)


def _steps(value: float, least: float, most: float) -> float:
    """A value within limits, in steps of a half."""
    return round(2 * min(most, max(least, value))) / 2


__all__ = ["Habits", "alike", "learn"]
