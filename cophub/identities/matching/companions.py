"""What communities say: how often one person is in both of two, against strangers of like names.

A newsletter that everybody gets says nothing, a small group much; which list belongs to which group
need not be known: people whose rare name leaves no doubt show which communities go together.
"""

import math
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from itertools import product
from typing import NamedTuple

Companions = tuple[list[str], list[str]]
"""The communities of two, each in order."""

_FEW = 6.0
"""So many pairs must be seen or expected before they say much."""
_MANY = 20.0
"""As many more are added to twins and to strangers, as any two of them would be."""
_SAME = 4.0
"""One community is believed to be likelier by this, at most, before anything is seen."""
_KEPT = 0.4
"""Share of what somebody is in that another account of theirs is in too, before any is seen."""
_LIFTS = (0.0, 0.5, 1.0, 1.5, 2.0)
"""Edges of the bins that two sets of communities are put into by their best lift."""
_MOST, _LEAST = 3.0, -2.0
_STEP = 0.5


class Company(NamedTuple):
    """Which communities go together, and how much that says."""

    bins: Mapping[str, int] = {}
    """Two communities, in order and with a line break between them: their bin, 1 at least."""
    weights: tuple[float, ...] = (0.0,) * (len(_LIFTS) + 1)
    """Log-odds of one person where the best bin of two sets of communities is this one."""

    def weigh(self, one: Collection[str], other: Collection[str]) -> tuple[float, str]:
        """Log-odds of two sets of communities, and one that both are in; empty: none."""
        best, where = 0, ""
        for a, b in product(one, other):
            found = self.bins.get(f"{a}\n{b}" if a <= b else f"{b}\n{a}", 0)
            if found > best or (found == best and found and a == b and not where):
                best, where = found, a if a == b else ""
        return self.weights[best], where


def learn_company(twins: Sequence[Companions], strangers: Sequence[Companions]) -> Company:
    """What the communities of twins say, against those of strangers of like names.

    Each is a pair of sets of communities. Where few strangers are known, any two twins who are not
    each other's stand beside them.
    """
    pairs = sorted((min(one, other), max(one, other)) for one, other in twins)
    bins = _bins(pairs)
    levels = tuple(range(len(_LIFTS) + 1))
    company = Company(bins, levels)
    half = (len(pairs) + 1) // 2
    mixed = [(pairs[at][0], pairs[at - half][1]) for at in range(len(pairs))]
    seen, usual, chance = (
        Counter(company.weigh(*pair)[0] for pair in each) for each in (pairs, strangers, mixed)
    )
    weights = []
    for level in levels:
        share = (chance[level] + 1) / (chance.total() + len(levels))
        alike = (seen[level] + _MANY * share) / (seen.total() + _MANY)
        unlike = (usual[level] + _MANY * share) / (usual.total() + _MANY)
        weight = min(_MOST, max(_LEAST, math.log(alike / unlike)))
        weights.append(round(weight / _STEP) * _STEP)
    return Company(bins, tuple(weights)) if any(weights) else Company()


def _bins(twins: Sequence[Companions]) -> dict[str, int]:
    """The bin of each two communities that are met in twins more often than by chance."""
    single: Counter[str] = Counter()
    both: Counter[tuple[str, str]] = Counter()
    for one, other in twins:
        single.update(one)
        single.update(other)
        both.update({(a, b) if a <= b else (b, a) for a, b in product(one, other)})
    number = len(twins)
    found = {}
    own = [(name, name) for name in single]
    for a, b in dict.fromkeys([*sorted(both), *sorted(own)]):
        expected = number * (single[a] / (2 * number)) * (single[b] / (2 * number))
        if a != b:
            expected *= 2
            prior = _FEW
        else:
            prior = _FEW * min(_SAME, max(1.0, _KEPT * 2 * number / single[a]))
        lift = math.log((both[a, b] + prior) / (expected + _FEW))
        level = sum(lift > edge for edge in _LIFTS)
        if level:
            found[f"{a}\n{b}"] = level
    return found


__all__ = ["Company", "learn_company"]
