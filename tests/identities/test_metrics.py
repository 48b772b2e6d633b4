"""Figures of agreement are what their definitions say, and mean the same however it is labelled."""

from collections import deque
from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from identities_parts.metrics import differing, score

Labels = list[int]
GROUPINGS = st.integers(1, 12).flatmap(
    lambda n: st.tuples(*[st.lists(st.integers(0, 5), min_size=n, max_size=n) for _ in range(3)])
)


def test_two_people_of_whom_one_is_split_and_a_stranger_joined() -> None:
    """True aaab bc, found (aaa)(b b)(c) with one `a` moved to the second."""
    figures = score("aaabbc", "112223")
    assert (figures.accounts, figures.people, figures.found) == (6, 3, 3)
    # Found pairs: 1 + 3, right ones: (a, a) and (b, b); true pairs: 3 + 1.
    assert figures.precision == pytest.approx(2 / 4)
    assert figures.recall == pytest.approx(2 / 4)
    # By account: a 2/2, a 2/2, a 1/3, b 2/3, b 2/3, c 1.
    assert figures.b_cubed_precision == pytest.approx((1 + 1 + 1 / 3 + 2 / 3 + 2 / 3 + 1) / 6)
    assert figures.b_cubed_recall == pytest.approx((2 / 3 + 2 / 3 + 1 / 3 + 1 + 1 + 1) / 6)
    # Cut the third `a` off the second person, and put it to the first.
    assert (figures.splits, figures.merges) == (1, 1)
    assert figures.error == pytest.approx(1000 * 2 / 6)
    assert (figures.largest, figures.largest_true) == (3, 3)


def test_variation_of_information_is_in_bits() -> None:
    """One person of four accounts, found as two of two: one bit is lost."""
    assert score("aaaa", "1122").variation == pytest.approx(1.0)


def test_harmonic_mean() -> None:
    assert score("aaaa", "1122").f1 == pytest.approx(2 * 1 * (2 / 6) / (1 + 2 / 6))
    assert score("aabb", "1212").f1 == 0.0


def test_accounts_that_are_left_out_are_as_if_not_there() -> None:
    among = [True, True, False, True, False, True]
    assert score("aaabbc", "112223", among) == score("aabc", "1123")


def test_nothing_at_all_is_no_error() -> None:
    figures = score([], [])
    assert (figures.precision, figures.recall, figures.error, figures.largest) == (1, 1, 0, 0)


def test_labels_of_other_accounts_are_refused() -> None:
    with pytest.raises(ValueError, match=r"shorter|longer"):
        score("aab", "12")


def test_accounts_with_other_companions_are_counted() -> None:
    assert differing("aabbc", "11223") == 0
    # The third leaves one that was alone with it, and joins two: all four see a change.
    assert differing("aabbc", "11123") == 4


@given(GROUPINGS)
def test_the_truth_itself_is_perfect(groupings: tuple[Labels, Labels, Labels]) -> None:
    truth = groupings[0]
    figures = score(truth, [label + 100 for label in truth])
    assert figures[3:10] == (1.0, 1.0, pytest.approx(1.0), pytest.approx(1.0), 0, 0, 0.0)


@given(st.lists(st.integers(0, 3), min_size=5, max_size=12))
def test_everybody_alone_has_precision_and_no_recall(truth: Labels) -> None:
    figures = score(truth, range(len(truth)))
    assert (figures.precision, figures.recall) == (1.0, 0.0)
    assert (figures.b_cubed_precision, figures.splits) == (1.0, 0)


@given(st.lists(st.integers(0, 5), min_size=1, max_size=12))
def test_all_as_one_has_recall(truth: Labels) -> None:
    figures = score(truth, [0] * len(truth))
    assert (figures.recall, figures.b_cubed_recall, figures.merges) == (1.0, pytest.approx(1.0), 0)


@given(GROUPINGS, st.permutations(range(6)))
def test_labels_and_order_do_not_matter(
    groupings: tuple[Labels, Labels, Labels], names: Labels
) -> None:
    truth, found, _ = groupings
    renamed = score([names[t] for t in truth], [f"p{names[f]}" for f in found])
    turned = score(truth[::-1], found[::-1])
    assert tuple(renamed) == pytest.approx(tuple(score(truth, found)))
    assert tuple(turned) == pytest.approx(tuple(score(truth, found)))


@given(GROUPINGS)
def test_truth_and_found_change_places(groupings: tuple[Labels, Labels, Labels]) -> None:
    truth, found, _ = groupings
    one, other = score(truth, found), score(found, truth)
    assert (one.precision, one.splits) == (other.recall, other.merges)
    assert one.b_cubed_precision == pytest.approx(other.b_cubed_recall)
    assert one.variation == pytest.approx(other.variation)


@given(GROUPINGS)
def test_pairs_are_counted_as_if_one_by_one(groupings: tuple[Labels, Labels, Labels]) -> None:
    truth, found, _ = groupings
    pairs = list(combinations(range(len(truth)), 2))
    true = {(a, b) for a, b in pairs if truth[a] == truth[b]}
    put = {(a, b) for a, b in pairs if found[a] == found[b]}
    figures = score(truth, found)
    assert figures.precision == (len(true & put) / len(put) if put else 1.0)
    assert figures.recall == (len(true & put) / len(true) if true else 1.0)


@given(GROUPINGS)
def test_variation_is_a_distance(groupings: tuple[Labels, Labels, Labels]) -> None:
    a, b, c = groupings
    assert score(a, c).variation <= score(a, b).variation + score(b, c).variation + 1e-9
    assert (score(a, b).variation < 1e-9) == (differing(a, b) == 0)


@given(st.integers(1, 5).flatmap(lambda n: st.tuples(*[_labels(n), _labels(n)])))
def test_splits_and_merges_are_the_shortest_way(groupings: tuple[Labels, Labels]) -> None:
    """No way from the found to the true grouping that first splits and then merges is shorter.

    To merge all and then split would be, at times: it joins what does not belong together.
    """
    truth, found = groupings
    figures = score(truth, found)
    assert figures.splits + figures.merges == _steps(_blocks(found), _blocks(truth))


def test_two_people_whose_halves_were_exchanged() -> None:
    """Both are cut, and both put together."""
    figures = score("aabb", "1212")
    assert (figures.splits, figures.merges) == (2, 2)
    assert _steps(_blocks([0, 1, 0, 1]), _blocks([0, 0, 1, 1])) == 4


def _labels(n: int) -> st.SearchStrategy[Labels]:
    return st.lists(st.integers(0, 4), min_size=n, max_size=n)


Blocks = frozenset[frozenset[int]]


def _blocks(labels: Labels) -> Blocks:
    return frozenset(
        frozenset(i for i, other in enumerate(labels) if other == label) for label in labels
    )


def _steps(start: Blocks, end: Blocks) -> int:
    """The number of splits and then merges, by looking at all ways."""
    far, waiting = {(start, True): 0}, deque([(start, True)])
    while True:
        here, may_split = waiting.popleft()
        if here == end:
            return far[here, may_split]
        splits = [(there, True) for there in _split(here)] if may_split else []
        for there in (*splits, *((there, False) for there in _merged(here))):
            if there not in far:
                far[there] = far[here, may_split] + 1
                waiting.append(there)


def _merged(here: Blocks) -> list[Blocks]:
    return [here - {a, b} | {a | b} for a, b in combinations(here, 2)]


def _split(here: Blocks) -> list[Blocks]:
    return [
        here - {block} | {frozenset(part), block - frozenset(part)}
        for block in here
        for size in range(1, len(block))
        for part in combinations(sorted(block), size)
    ]
