"""What communities share, against readers who try every number of people that would fit."""

import random
from collections import Counter
from itertools import combinations, permutations, product

import numpy as np
from scipy.optimize import LinearConstraint, milp

from cophub.pipelines.site.audiences import AUDIENCES, ONE
from cophub.pipelines.site.overlap import Raw, alike, overlap, totals_tell_few

TRUSTED = AUDIENCES["facilitators"]


def hub(counts: dict[str, int]) -> dict[str, set[str]]:
    """Members by community, out of how many people are in exactly which: `{"ab": 3}`."""
    members: dict[str, set[str]] = {key: set() for pattern in counts for key in pattern}
    for pattern, count in counts.items():
        for key in pattern:
            members[key] |= {f"{pattern}{n}" for n in range(count)}
    return members


def rows(members):
    for a, b in combinations(sorted(members), 2):
        if both := len(members[a] & members[b]):
            one, other = len(members[a]), len(members[b])
            yield Raw(a, b, one, other, both, both / min(one, other), both / (one + other - both))


def told(members, audience=ONE):
    return overlap(rows(members), members, sorted(members), audience)


def states(found):
    return {each.a + each.b: each.both.text for each in found.pairs}


def test_what_few_share_is_hidden_and_so_is_what_all_but_few_do():
    members = hub({"a": 20, "b": 20, "c": 2, "ab": 4, "ac": 30})
    assert states(told(members)) == {"ab": "<5", "ac": "–"}
    assert states(told(members, TRUSTED)) == {"ab": "4", "ac": "30"}
    by_pair = {each.a + each.b: each for each in told(members, TRUSTED).pairs}
    assert by_pair["ac"].containment.text == "93.8 %"
    assert by_pair["ab"].jaccard.text == "5.4 %"
    assert all(each.containment.hidden and each.jaccard.hidden for each in told(members).pairs)


def test_all_but_few_is_hidden_also_beside_what_is_hidden_already():
    """2 of c are not in b, which no sum tells once nobody knows how many of c are in a."""
    members = hub({"a": 2, "b": 30, "c": 2, "bc": 18, "abc": 10})
    assert states(told(members)) == {"ab": "–", "ac": "–", "bc": "–"}


def test_a_community_of_few_is_left_out_of_the_matrix():
    found = told(hub({"a": 20, "b": 1, "ab": 3}))
    assert (found.order, found.pairs, found.left_out) == (("a",), (), 1)
    assert told(hub({"a": 20, "b": 1, "ab": 3}), TRUSTED).order == ("a", "b")


def test_all_that_a_community_shares_does_not_tell_how_few_are_in_no_other():
    """20 in b, 8 shared with a and 9 with c, who share nobody: 3 are in b alone."""
    members = hub({"a": 20, "c": 20, "b": 3, "ab": 8, "bc": 9})
    assert states(told(members)) == {"ab": "–", "bc": "9"}


PATTERNS = ("a", "b", "c", "ab", "ac", "bc", "abc")


def fitting(members, found, people, several):
    """Every number of people by pattern that a reader may take to be true."""
    size = {key: len(members[key]) for key in "abc"}
    ranges = []
    for pair in combinations("abc", 2):
        each = next((p for p in found.pairs if (p.a, p.b) == pair), None)
        most = min(size[pair[0]], size[pair[1]])
        if each is None:
            hidden = not set(pair) <= set(found.order)
            ranges.append(range(most + 1) if hidden else range(1))
        elif each.both.shown:
            ranges.append(range(int(each.both.value), int(each.both.value) + 1))
        else:
            ranges.append(range(1, min(most, 4) + 1) if each.both.state == "few"
                          else range(1, most + 1))  # fmt: skip
    for ab, ac, bc in product(*ranges):
        for abc in range(min(ab, ac, bc) + 1):
            one = (size["a"] - ab - ac + abc, size["b"] - ab - bc + abc, size["c"] - ac - bc + abc)
            two = (ab - abc, ac - abc, bc - abc)
            in_several = sum(two) + abc
            if min(*one, *two) < 0 or (people or in_several + sum(one)) != in_several + sum(one):
                continue
            if several is None or several == in_several:
                yield (*one, *two, abc)


def test_no_reader_of_three_communities_can_tell_where_few_people_are():
    """Readers know every member count of 5 and more, the matrix, and the totals where shown."""
    chance = random.Random(1)
    shown = 0
    for _ in range(150):
        most = chance.choice((6, 9, 12))
        counts = {pattern: chance.choice((0, chance.randint(0, most))) for pattern in PATTERNS}
        members = hub(counts)
        if min(map(len, members.values())) < 5:
            continue
        found = told(members)
        hide_people, hide_several = totals_tell_few(members)
        total = sum(counts.values())
        in_several = sum(counts[each] for each in PATTERNS[3:])
        hide_people |= 0 < in_several < 5
        hide_several |= 0 < in_several < 5
        shown += not hide_people
        fits = [*fitting(members, found, None if hide_people else total,
                         None if hide_several else in_several)]  # fmt: skip
        assert tuple(counts.values()) in fits, "the reader is right"
        for pattern, possible in zip(PATTERNS, zip(*fits, strict=True), strict=True):
            assert not 0 < counts[pattern] < 5 or len(set(possible)) > 1, (counts, pattern)
    assert shown > 10


def test_the_same_reader_would_find_them_if_nothing_were_hidden():
    members = hub({"a": 9, "b": 3, "c": 9, "ab": 8, "bc": 9})
    found = told(members, TRUSTED)
    fits = {*fitting(members, found, None, None)}
    assert len({each[1] for each in fits}) == 1


def test_with_many_communities_totals_are_shown():
    """Of 12 communities in which 600 people are at random, some are in one and no other alone."""
    chance = random.Random(2)
    members: dict[str, set[str]] = {f"c{n:02}": set() for n in range(12)}
    for person in range(600):
        for key in chance.sample(sorted(members), chance.choice((1, 1, 2, 3, 4))):
            members[key].add(f"p{person}")
    members["c00"] = {*sorted(members["c01"] | members["c02"])[:40], "alone"}
    assert totals_tell_few(members) == (False, False)


def test_totals_are_hidden_where_few_are_in_three_or_in_many():
    wide = dict.fromkeys("abcdefg", 30) | {"ab": 9, "bc": 9, "ac": 9,
                                           "de": 9, "ef": 9, "df": 9}  # fmt: skip
    assert totals_tell_few(hub(wide | {"abc": 6})) == (False, False)
    assert totals_tell_few(hub(wide | {"abc": 2})) == (True, True)
    assert totals_tell_few(hub(wide | {"abc": 6, "abcd": 3})) == (False, True)


def test_people_in_many_do_not_tell_how_few_are_in_two_or_three():
    """12 people are in several of 8 communities, 10 of them in four: 2 are in two or three."""
    alone = dict.fromkeys("abcdefgh", 9)
    members = hub(alone | {"abcd": 5, "efgh": 5, "ae": 2})
    assert totals_tell_few(members) == (False, False), "these do not hide it"
    assert told(members).many.hidden
    assert told(members, TRUSTED).many.value == 10
    assert told(hub(alone | {"abcd": 5, "efgh": 5, "ae": 5})).many.value == 10


def test_alike_communities_stand_beside_one_another():
    members = hub({"a": 20, "b": 20, "c": 20, "d": 20, "ac": 15, "bd": 15})
    found = told(members)
    order = "".join(alike(["a", "b", "c", "d"], found.pairs))
    assert "ac" in order or "ca" in order
    assert "bd" in order or "db" in order
    assert sorted(order) == list("abcd")


def possible(members, found, people, several):
    """Least and most of any sum over patterns that fits what is published."""
    keys = sorted(members)
    patterns = [set(each) for size in range(1, len(keys) + 1) for each in combinations(keys, size)]
    lines = [([key in each for each in patterns], len(members[key]), len(members[key]))
             for key in keys]  # fmt: skip
    by_keys = {(each.a, each.b): each.both for each in found.pairs}
    for pair in combinations(keys, 2):
        both = by_keys.get(pair)
        low, high = (1, 4 if both.state == "few" else np.inf) if both else (0, 0)
        if both and both.shown:
            low = high = both.value
        lines.append(([set(pair) <= each for each in patterns], low, high))
    if people is not None:
        lines.append(([True] * len(patterns), people, people))
    if several is not None:
        lines.append(([len(each) > 1 for each in patterns], several, several))
    rows_, lows, highs = zip(*lines, strict=True)
    fits = LinearConstraint(np.array(rows_, dtype=float), lows, highs)
    whole = np.ones(len(patterns))

    def span(wanted):
        signs = np.array([float(wanted(each)) for each in patterns])
        least, most = (milp(sign * signs, constraints=fits, integrality=whole).fun * sign
                       for sign in (1, -1))  # fmt: skip
        return round(least), round(most)

    return span


def asked(keys):
    """What a reader may want to know: who is in one and not another, in three, in so many."""
    for a, b in permutations(keys, 2):
        yield lambda each, a=a, b=b: a in each and b not in each
    for three in combinations(keys, 3):
        yield lambda each, three=three: each.issuperset(three)
        yield lambda each, three=three: three[0] in each and each.isdisjoint(three[1:])
    for least in (2, 3, 4):
        yield lambda each, least=least: len(each) >= least
    for key in keys:
        yield lambda each, key=key: each == {key}


def hubs(chance):
    """Small ones that are odd, and larger ones in which people are at random."""
    for _ in range(25):
        dense, most = chance.choice((0.3, 0.5, 0.8)), chance.choice((6, 9, 14, 25))
        yield {"".join(each): chance.randint(0, most) if chance.random() < dense else 0
               for size in range(1, 5) for each in combinations("abcd", size)}  # fmt: skip
    for _ in range(4):
        places = ("".join(sorted(chance.sample("abcdefg", chance.choice((1, 1, 2, 2, 3, 4)))))
                  for _ in range(chance.choice((60, 150))))  # fmt: skip
        yield dict(Counter([*places, *"abcdefg"]))


def test_no_reader_of_four_or_seven_communities_finds_few_people_by_solving_for_them():
    """As `fitting`, for more communities, by integer programming."""
    chance, shown = random.Random(6), 0
    for counts in hubs(chance):
        members = hub(counts)
        if len(members) < 4 or min(map(len, members.values())) < 5:
            continue
        hide_people, hide_several = totals_tell_few(members)
        in_several = sum(n for each, n in counts.items() if len(each) > 1)
        span = possible(members, told(members), None if hide_people else sum(counts.values()),
                        None if hide_several or 0 < in_several < 5 else in_several)  # fmt: skip
        shown += not hide_people
        for wanted in chance.sample([*asked(sorted(members))], 16):
            true = sum(n for each, n in counts.items() if wanted(set(each)))
            if 0 < true < 5:
                assert span(wanted) != (true, true), counts
    assert shown > 3
