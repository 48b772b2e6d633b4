"""What communities share, against readers who try every number of people that would fit."""

import random
from itertools import combinations, product

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
    wide = {"a": 30, "b": 30, "c": 30, "d": 30, "e": 30, "f": 30, "ab": 9, "bc": 9, "ac": 9,
            "de": 9, "ef": 9, "df": 9}  # fmt: skip
    assert totals_tell_few(hub(wide | {"abc": 6})) == (False, False)
    assert totals_tell_few(hub(wide | {"abc": 2})) == (True, True)
    assert totals_tell_few(hub(wide | {"abc": 6, "abcd": 3})) == (False, True)


def test_alike_communities_stand_beside_one_another():
    members = hub({"a": 20, "b": 20, "c": 20, "d": 20, "ac": 15, "bd": 15})
    found = told(members)
    order = "".join(alike(["a", "b", "c", "d"], found.pairs))
    assert "ac" in order or "ca" in order
    assert "bd" in order or "db" in order
    assert sorted(order) == list("abcd")
