"""Which person each group of accounts is: ids that stay, however accounts come and go.

Each group takes the person of whom it holds the most accounts (ties: the oldest). A person whose
accounts all went elsewhere becomes a redirect to where most of them went. A part that is split off
takes back the id that its accounts had before they were merged, or a new one. No id is used for
two people.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple
from uuid import uuid4

Account = tuple[str, str]
"""Source and key of an account."""


class Overlap(NamedTuple):
    """How many accounts of a person a group holds."""

    group: int
    person: str
    accounts: int


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
    groups: Sequence[Iterable[Account]],
    held: Mapping[Account, str],
    *,
    ages: Callable[[set[str]], Mapping[str, str]],
    former: Callable[[set[str]], Mapping[Account, Sequence[str]]],
) -> Assignment:
    """Give each group its person.

    `held` says whose each account was; each person's accounts are all in the groups. `ages` tells
    when people were first known, as text that sorts; `former` whose the accounts of these people
    were before, redirects to them, newest first.
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
        _share_out(groups, counts, people, result, ages, former)
    for at, given in enumerate(people):
        if given is None:
            result.new.append(at)
        result.people.append(given or str(uuid4()))
    return result


def _share_out(
    groups: Sequence[Iterable[Account]],
    counts: Sequence[Counter[str]],
    people: list[str | None],
    result: Assignment,
    ages: Callable[[set[str]], Mapping[str, str]],
    former: Callable[[set[str]], Mapping[Account, Sequence[str]]],
) -> None:
    contested = result.contested
    involved = {person for at in contested for person in counts[at]}
    known = ages(involved)
    least = {at: min(groups[at]) for at in contested}
    overlaps = [Overlap(at, person, n) for at in contested for person, n in counts[at].items()]
    overlaps.sort(key=lambda o: (-o.accounts, known.get(o.person, "~"), o.person, least[o.group]))
    taken: set[str] = set()
    for overlap in overlaps:
        if people[overlap.group] is None and overlap.person not in taken:
            people[overlap.group] = overlap.person
            taken.add(overlap.person)
    parts = [at for at in contested if people[at] is None]
    if parts:
        _revive(groups, parts, people, result, former(involved))
    for overlap in overlaps:
        if overlap.person not in taken:
            result.lost.setdefault(overlap.person, overlap.group)


def _revive(
    groups: Sequence[Iterable[Account]],
    parts: Sequence[int],
    people: list[str | None],
    result: Assignment,
    former: Mapping[Account, Sequence[str]],
) -> None:
    """Parts that are split off take back the ids that their accounts had before a merge."""
    claims = [
        Overlap(at, person, n)
        for at in parts
        for person, n in Counter(
            person for account in groups[at] for person in former.get(account, ())
        ).items()
    ]
    claims.sort(key=lambda claim: (-claim.accounts, claim.person, min(groups[claim.group])))
    taken: set[str] = set()
    for claim in claims:
        if people[claim.group] is None and claim.person not in taken:
            people[claim.group] = claim.person
            taken.add(claim.person)
            result.revived.append(claim.person)


__all__ = ["Account", "Assignment", "assign"]
