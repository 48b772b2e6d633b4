"""Which person each group is: the largest overlap keeps the id, and a merge can be undone."""

from collections.abc import Mapping, Sequence

from hypothesis import given
from hypothesis import strategies as st

from cophub.identities.links import Account
from cophub.identities.store.assign import Assignment, Merged, assign


def accounts(names: str) -> list[Account]:
    return [("list", name) for name in names]


def assigned(
    groups: Sequence[str],
    held: Mapping[str, str],
    ages: Mapping[str, str] | None = None,
    merged: Sequence[tuple[str, str, str, str]] = (),
    first: Mapping[str, str] | None = None,
) -> Assignment:
    """Groups of accounts of one letter; `held` and `first` are person -> letters."""
    before = {account: person for person, names in held.items() for account in accounts(names)}
    merges = [Merged(one, into, accounts(a), accounts(b)) for one, into, a, b in merged]
    return assign(
        [accounts(group) for group in groups],
        before,
        ages=lambda people: {person: (ages or {}).get(person, "2026") for person in people},
        merged=lambda people: merges,
        origins=lambda accounts: {("list", a): p for p, own in (first or {}).items() for a in own},
        redirects=lambda people: people - {"elsewhere"},
    )


def test_a_group_that_nobody_held_is_somebody_new() -> None:
    found = assigned(["ab", "c"], {})
    assert found.new == [0, 1]
    assert len(set(found.people)) == 2


def test_the_largest_overlap_chooses_first_also_where_another_group_then_has_nobody() -> None:
    found = assigned(["ab", "cdex"], {"p": "abcde", "q": "x"})
    assert found.people[1] == "p"
    assert found.people[0] not in {"p", "q"}
    assert found.lost == {"q": 1}


def test_between_equals_the_oldest_stays() -> None:
    found = assigned(["ab"], {"p": "a", "q": "b"}, {"p": "2026-02-01", "q": "2026-01-01"})
    assert found.people == ["q"]
    assert found.lost == {"p": 0}


def test_what_is_split_off_as_it_was_merged_takes_back_its_id_however_it_has_grown() -> None:
    found = assigned(["ab", "cdxyz"], {"p": "abcdxyz"}, merged=[("r", "p", "cd", "ab")])
    assert found.people == ["p", "r"]
    assert (found.revived, found.new, found.lost) == (["r"], [], {})


def test_what_is_split_off_otherwise_is_somebody_new() -> None:
    """Part of what was merged, or with accounts of who remained."""
    for groups in (["abc", "d"], ["a", "bcd"]):
        found = assigned(groups, {"p": "abcd"}, merged=[("r", "p", "cd", "ab")])
        assert found.revived == []
        assert len(found.new) == 1


def test_of_two_merges_the_newest_is_undone_first() -> None:
    merges = [("q", "p", "cde", "ab"), ("r", "p", "de", "abc")]
    found = assigned(["ab", "cde"], {"p": "abcde"}, merged=merges)
    assert (found.people, found.revived) == (["p", "q"], ["q"])


def test_who_is_made_of_what_somebody_first_had_is_that_person_however_it_came_about() -> None:
    first = {"p": "ab", "q": "cd", "r": "ef"}
    assert assigned(["ab", "cd", "ef"], {"q": "abcdef"}, first=first).people == ["p", "q", "r"]
    assert assigned(["ab", "cd"], {"r": "ab", "q": "cd"}, first=first).people == ["r", "q"]
    found = assigned(["ab", "cd"], {"r": "abc", "q": "d"}, first=first)
    assert (found.people, found.lost, found.revived) == (["p", "q"], {"r": 0}, ["p"])


def test_nobody_goes_where_nothing_is_that_was_first_theirs() -> None:
    """The first group has fewer of their accounts, but one that was first theirs."""
    first = {"p": "ab", "q": "cdefg"}
    found = assigned(["ac", "b", "def", "g"], {"p": "abcdefg"}, first=first)
    assert found.people[0] == "p"
    assert len(found.new) == 3


def test_who_is_somebody_elsewhere_is_not_taken_away() -> None:
    first = {"elsewhere": "ab", "p": "c"}
    found = assigned(["ab", "c"], {"p": "abc"}, first=first)
    assert found.people[1] == "p"
    assert found.new == [0]


LETTERS = "abcdefgh"
PARTITIONS = st.lists(st.integers(0, 4), min_size=len(LETTERS), max_size=len(LETTERS))


def parted(numbers: list[int]) -> dict[int, str]:
    groups: dict[int, str] = {}
    for letter, number in zip(LETTERS, numbers, strict=True):
        groups[number] = groups.get(number, "") + letter
    return groups


@given(before=PARTITIONS, after=PARTITIONS)
def test_whatever_changes_no_id_is_two_people_and_nobody_is_lost_without_a_trace(
    before: list[int], after: list[int]
) -> None:
    held = {f"p{number}": letters for number, letters in parted(before).items()}
    groups = list(parted(after).values())
    found = assigned(groups, held)
    assert len(set(found.people)) == len(groups)
    assert {*found.people, *found.lost} >= held.keys()
    assert not found.lost.keys() & set(found.people)
    unchanged = {letters: person for person, letters in held.items()}
    for group, person in zip(groups, found.people, strict=True):
        assert unchanged.get(group, person) == person
