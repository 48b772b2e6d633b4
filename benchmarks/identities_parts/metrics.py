"""How well found people agree with true ones: what benchmarks, tuning and tests measure with.

A grouping is told by labels: one label an account, alike where two accounts are together; what the
labels are does not matter. Pairwise and B-cubed figures are the common ones (Bagga and Baldwin,
"Algorithms for scoring coreference chains", 1998). Cluster error is the generalized merge distance
with unit costs: how many splits of a found person and then merges of two would put all right
(Menestrina, Whang and Garcia-Molina, "Evaluating entity resolution results", PVLDB 3, 2010);
variation of information weighs the same errors by how many accounts are in them (Meila, "Comparing
clusterings", 2007).
"""

from collections import Counter
from collections.abc import Hashable, Iterable, Sequence
from math import log2
from typing import NamedTuple


class Scores(NamedTuple):
    """Agreement of a found grouping with the true one; shares are of 1."""

    accounts: int
    people: int
    """True people."""
    found: int
    """Found people."""
    precision: float
    """Of the pairs of accounts put together, the share that belong together; 1.0 if none were."""
    recall: float
    """Of the pairs that belong together, the share put together; 1.0 if there are none."""
    b_cubed_precision: float
    """The share of an account's found companions (itself too) that are its own, on average."""
    b_cubed_recall: float
    """The share of an account's own (itself too) that it was put together with, on average."""
    splits: int
    """How often a found person would have to be cut in two."""
    merges: int
    """How often two of the parts that are then there would have to be put together."""
    variation: float
    """Variation of information, in bits; 0.0: the groupings are the same."""
    largest: int
    """Accounts of the largest found person."""
    largest_true: int
    """Accounts of the largest true person."""

    @property
    def f1(self) -> float:
        """Harmonic mean of precision and recall."""
        total = self.precision + self.recall
        return 2 * self.precision * self.recall / total if total else 0.0

    @property
    def error(self) -> float:
        """Splits and merges that are owed, for each 1,000 accounts."""
        return 1000 * (self.splits + self.merges) / self.accounts if self.accounts else 0.0


def score(
    truth: Sequence[Hashable], found: Sequence[Hashable], among: Sequence[bool] | None = None
) -> Scores:
    """Figures for the accounts that `among` marks, else for all; the others are as if not there.

    Raises ValueError when the labels are not of the same accounts.
    """
    if among is None:
        cells = Counter(zip(truth, found, strict=True))
    else:
        labels = zip(truth, found, among, strict=True)
        cells = Counter((true, put) for true, put, counts in labels if counts)
    true_sizes, found_sizes = _sizes(cells, 0), _sizes(cells, 1)
    together = _pairs(cells.values())
    accounts = sum(cells.values())
    shares = [(n, true_sizes[t], found_sizes[f]) for (t, f), n in cells.items()]
    return Scores(
        accounts=accounts,
        people=len(true_sizes),
        found=len(found_sizes),
        precision=_share(together, _pairs(found_sizes.values())),
        recall=_share(together, _pairs(true_sizes.values())),
        b_cubed_precision=_share(sum(n * n / put for n, _, put in shares), accounts),
        b_cubed_recall=_share(sum(n * n / true for n, true, _ in shares), accounts),
        # What a split leaves is pure, so that each cell is one part: of its found person first,
        # and of its true one afterwards.
        splits=len(cells) - len(found_sizes),
        merges=len(cells) - len(true_sizes),
        variation=sum(n * (log2(true / n) + log2(put / n)) for n, true, put in shares)
        / max(accounts, 1),
        largest=max(found_sizes.values(), default=0),
        largest_true=max(true_sizes.values(), default=0),
    )


def differing(one: Sequence[Hashable], other: Sequence[Hashable]) -> int:
    """How many accounts have other companions in the one grouping than in the other."""
    cells = Counter(zip(one, other, strict=True))
    sizes, other_sizes = _sizes(cells, 0), _sizes(cells, 1)
    return sum(n for (a, b), n in cells.items() if not n == sizes[a] == other_sizes[b])


def _sizes(cells: Counter[tuple[Hashable, Hashable]], side: int) -> Counter[Hashable]:
    sizes: Counter[Hashable] = Counter()
    for labels, number in cells.items():
        sizes[labels[side]] += number
    return sizes


def _pairs(sizes: Iterable[int]) -> int:
    return sum(size * (size - 1) // 2 for size in sizes)


def _share(part: float, whole: float) -> float:
    return part / whole if whole else 1.0
