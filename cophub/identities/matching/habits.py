"""What a directory as a whole is like: learned from it, in coarse steps, so that scores hold.

How far words of a name go together (cultures), how many names nobody has shown yet, and in which
sources everybody has one account. Accounts of one person show the same name again and again, so
only distinct names are looked at, not how often each one is shown.
"""

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from itertools import combinations
from typing import NamedTuple

from xxhash import xxh3_64_intdigest

from cophub.identities.evidence import Evidence
from cophub.identities.matching.keys import chosen_words

_PATHS = 20_000
"""About so many paths through names are followed."""
_TRUST = 4.0
"""So many meetings by chance must be expected before what is seen outweighs the default."""
_CULTURE = 4.0
_LEAST = 10.0
"""So many twins must be expected inside a source before their absence says anything."""


class Habits(NamedTuple):
    """What is true of the whole directory."""

    culture: float = _CULTURE
    """How much more often two words meet in a name than their frequencies say."""
    unseen: float = 0.2
    """Other bearers to expect of a word that only one name has."""
    singles: frozenset[str] = frozenset()
    """Sources in which each person has one account."""


Pair = tuple[str, str]


def learn(accounts: Sequence[Evidence], anchors: Sequence[int]) -> Habits:
    """The habits of a directory; a pure function of the set of its accounts."""
    bearing: dict[Pair, list[int]] = {}
    for position, e in enumerate(accounts):
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
    return Habits(
        _culture(bearing, partners),
        _unseen(partners),
        _singles(accounts, anchors, bearing, partners),
    )


def _culture(bearing: Mapping[Pair, list[int]], partners: dict[str, list[str]]) -> float:
    """How much likelier words meet that are three steps apart in the web of names.

    From `amina diallo`, `fatou diallo`, `fatou ba`: do `amina` and `ba` meet, more often than
    as many names of any two words would make them?
    """
    names = {pair for pair in bearing if len(partners[pair[0]]) > 1 and len(partners[pair[1]]) > 1}
    if not names:
        return _CULTURE
    total = sum(map(len, partners.values())) / 2
    every = max(1, 2 * len(names) // _PATHS)
    met = expected = 0.0
    for pair in names:
        chance = xxh3_64_intdigest(" ".join(pair).encode("utf-8", "surrogatepass"))
        if chance % every:
            continue
        for start, through in (pair, pair[::-1]):
            turn = _pick(partners[through], start, chance >> 20)
            end = _pick(partners[turn], through, chance >> 40)
            if end in ("", start) or turn == "":
                continue
            expected += (len(partners[start]) - 1) * (len(partners[end]) - 1) / total
            met += ((start, end) if start < end else (end, start)) in bearing
    found = (_CULTURE * _TRUST + met) / (_TRUST + expected)
    # In steps of a factor of about 1.4.
    return float(2.0 ** (round(2 * math.log2(min(64.0, max(1.0, found)))) / 2))


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


def _singles(
    accounts: Sequence[Evidence],
    anchors: Sequence[int],
    bearing: dict[Pair, list[int]],
    partners: dict[str, list[str]],
) -> frozenset[str]:
    """Sources where rare names hardly ever turn up twice, although elsewhere they do."""
    inside: Counter[str] = Counter()
    seen: Counter[str] = Counter()
    twins = 0
    for (one, other), positions in bearing.items():
        if not 2 <= len(positions) <= 8 or len(partners[one]) * len(partners[other]) > 64:
            continue
        for position in positions:
            seen[accounts[position].source] += 1
        for a, b in combinations(positions, 2):
            if anchors[a] != anchors[b]:
                twins += 1
                if accounts[a].source == accounts[b].source:
                    inside[accounts[a].source] += 1
    total = seen.total()
    return frozenset(
        source
        for source, number in seen.items()
        if (expected := twins * (number / total) ** 2) >= _LEAST and inside[source] < 0.1 * expected
    )


__all__ = ["Habits", "learn"]
