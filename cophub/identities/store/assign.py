"""Which person each group of accounts is: ids that stay, however accounts come and go.

Who is made of exactly the accounts that a person first had is that person. A group that is split
off exactly as it was merged takes back the id that it had then. Each other group takes the person
of whom it holds the most accounts (ties: the oldest), first accounts among them if there are any,
or a new id. A person whose accounts all went elsewhere becomes a redirect to where most of them
went. No id is used for two people.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple
from uuid import uuid4

from cophub.identities.links import Account


class Overlap(NamedTuple):
    """How many accounts of a person a group holds."""

    group: int
    person: str
    accounts: int


class Merged(NamedTuple):
    """A person who is a redirect: to whom, and what was whose when they were merged."""

    person: str
    into: str
    accounts: Collection[Account]
    """What the redirect held last."""
    others: Collection[Account]
    """What the survivor held before."""


@dataclass
class Assignment:
    """The person of each group, by its place in the list, and what became of the others."""

    people: list[str]
    new: list[int] = field(default_factory=list)
    """Groups whose person is known from now on."""
    contested: list[int] = field(default_factory=list)
    """Groups that people were merged into or split between."""
    revived: list[str] = field(default_factory=list)
    """People who were redirects and are somebody again."""
    lost: dict[str, int] = field(default_factory=dict)
    """People who hold no account any more, and the group to which most of them went."""


def assign(
    groups: Sequence[Collection[Account]],
    held: Mapping[Account, str],
    *,
    ages: Callable[[set[str]], Mapping[str, str]],
    merged: Callable[[set[str]], Sequence[Merged]],
    origins: Callable[[Sequence[Account]], Mapping[Account, str]] = lambda accounts: {},
    redirects: Callable[[set[str]], Collection[str]] = lambda people: (),
) -> Assignment:
    """Give each group its person.

    `held` says whose each account was; each person's accounts are all in the groups. `ages` tells
    when people were first known, as text that sorts; `merged` who was merged into them, the newest
    merge first; `origins` whose each account was first, and `redirects` which people are nobody.
    """
    counts = [Counter(held[account] for account in group if account in held) for group in groups]
    places: defaultdict[str, int] = defaultdict(int)
    for count in counts:
        for person in count:
            places[person] += 1
    people: list[str | None] = []
    result = Assignment([])
    for at, count in enumerate(counts):
        simple = len(count) == 1 and places[next(iter(count))] == 1
        people.append(next(iter(count)) if simple else None)
        if count and not simple:
            result.contested.append(at)
    if result.contested:
        involved = {person for at in result.contested for person in counts[at]}
        first = origins([account for at in result.contested for account in groups[at]])
        gone = redirects(set(first.values()) - involved)
        _restore(groups, first, people, result, gone, involved)
        _undo(groups, held, people, result, merged(involved))
        _share_out(groups, counts, first, people, result, ages(involved))
        _bring_back(groups, first, people, result, gone)
    for at, given in enumerate(people):
        if given is None:
            result.new.append(at)
        result.people.append(given or str(uuid4()))
    return result


def _restore(
    groups: Sequence[Collection[Account]],
    first: Mapping[Account, str],
    people: list[str | None],
    result: Assignment,
    gone: Collection[str],
    involved: Collection[str],
) -> None:
    """Who has all that a person first had, and nothing that was first another's, is that person."""
    owned = Counter(first.values())
    for at in result.contested:
        born = Counter(first[account] for account in groups[at] if account in first)
        person = next(iter(born), "")
        if len(born) != 1 or born[person] != owned[person]:
            continue
        if person in involved:
            people[at] = person
        elif person in gone:
            people[at] = person
            result.revived.append(person)


def _undo(
    groups: Sequence[Collection[Account]],
    held: Mapping[Account, str],
    people: list[str | None],
    result: Assignment,
    merges: Sequence[Merged],
) -> None:
    """Groups that hold all of what a redirect held and nothing of the survivor's take it back."""
    place = {account: at for at in result.contested for account in groups[at]}
    restored = set(result.revived)
    for merge in merges:
        homes = {place[a] for a in merge.accounts if held.get(a) == merge.into}
        others = {place[a] for a in merge.others if held.get(a) == merge.into}
        if len(homes) != 1 or not others or homes & others:
            continue
        (home,) = homes
        if people[home] is None and merge.person not in restored:
            people[home] = merge.person
            result.revived.append(merge.person)


def _share_out(
    groups: Sequence[Collection[Account]],
    counts: Sequence[Counter[str]],
    first: Mapping[Account, str],
    people: list[str | None],
    result: Assignment,
    ages: Mapping[str, str],
) -> None:
    contested = result.contested
    rooted = {
        (at, first[account]) for at in contested for account in groups[at] if account in first
    }
    owners = set(first.values())
    least = {at: min(groups[at]) for at in contested}
    overlaps = [Overlap(at, person, n) for at in contested for person, n in counts[at].items()]
    overlaps.sort(key=lambda o: (-o.accounts, ages.get(o.person, "~"), o.person, least[o.group]))
    taken = {people[at] for at in contested}
    for overlap in overlaps:
        # Nobody stays without anything of what was first theirs, where somebody else has that.
        if overlap.person in owners and (overlap.group, overlap.person) not in rooted:
            continue
        if people[overlap.group] is None and overlap.person not in taken:
            people[overlap.group] = overlap.person
            taken.add(overlap.person)
    for overlap in overlaps:
        if overlap.person not in taken:
            result.lost.setdefault(overlap.person, overlap.group)


def _bring_back(
    groups: Sequence[Collection[Account]],
    first: Mapping[Account, str],
    people: list[str | None],
    result: Assignment,
    gone: Collection[str],
) -> None:
    """Who has all that somebody first had, and is nobody yet, is that person rather than new."""
    owned = Counter(first.values())
    taken = {people[at] for at in result.contested}
    for at in result.contested:
        if people[at] is not None:
            continue
        born = Counter(first[account] for account in groups[at] if account in first)
        whole = [p for p, n in born.items() if n == owned[p] and p in gone and p not in taken]
        if whole:
            person = min(whole, key=lambda one: (-born[one], one))
            people[at] = person
            taken.add(person)
            result.revived.append(person)


__all__ = ["Account", "Assignment", "Merged", "assign"]
