"""The figures of all communities together: people counted once, and communities without life."""

import msgspec

from cophub.pipelines.measures.calendar import Calendar
from cophub.pipelines.measures.community import Facts, acts_gap
from cophub.pipelines.measures.pages import Figure, Page, absent
from cophub.pipelines.measures.quarters import Heads, headcount, heads_by_quarter
from cophub.pipelines.measures.scopes import Scope
from cophub.warehouse.definitions import QUIET_DAYS, measures_of

_WORDS = "any community"


class Quarter(msgspec.Struct, array_like=True, frozen=True):
    """Everything that is told of all communities together only, in one quarter."""

    people: Heads | None
    memberships: int
    several: int
    many: int
    there: int
    """How many communities there are."""
    known: int
    """Of those: of how many acts are known."""
    quiet: int
    """And how many of these are quiet; of which no acts are known yet may be, or not."""


def across_page(calendar: Calendar, scopes: list[Scope], facts: Facts) -> Page[Quarter]:
    """What is told of all communities together only; `scopes` are all, '' among them."""
    [whole] = (scope for scope in scopes if not scope.community)
    members = facts.counts.origin(facts.member_sources.get("", []))
    acts = facts.counts.origin(facts.sources("engaged", ""))
    origins = {
        measure.name: acts if measure.name == "communities_quiet" else members
        for measure in measures_of("across")
    }
    length = len(calendar.quarters)
    people = heads_by_quarter(calendar, facts.members.get(""))
    series = [heads.series(length) for community, heads in facts.members.items() if community]
    memberships = [sum(each) for each in zip(*series, strict=True)] or [0] * length
    several, many = facts.several.series(length), facts.many.series(length)
    quiet = _quiet(calendar, [scope for scope in scopes if scope.community], facts)
    records = [
        Quarter(people[q], memberships[q], several[q], many[q], *quiet[q])
        for q in range(calendar.quarter_of(whole.first_at), length)
    ]
    return Page(calendar, whole, origins, records, _figures)


def _quiet(calendar: Calendar, scopes: list[Scope], facts: Facts) -> list[tuple[int, int, int]]:
    """By quarter: how many communities there are, are known by their acts, and are quiet."""
    begun = [
        (scope.community, calendar.quarter_of(scope.first_at), acts_gap(calendar, scope, facts))
        for scope in scopes
    ]
    found: list[tuple[int, int, int]] = []
    for q in range(len(calendar.quarters)):
        latest = calendar.looked_at(q) - QUIET_DAYS * 86_400
        there = [(community, no_acts) for community, first, no_acts in begun if first <= q]
        known = [community for community, no_acts in there if not no_acts.at(q)]
        quiet = sum(facts.live_at.get((community, q), latest) <= latest for community in known)
        found.append((len(there), len(known), quiet))
    return found


def _figures(told: Quarter) -> dict[str, Figure]:
    return {**_of_people(told), "communities_quiet": _of_quiet(told)}


def _of_people(told: Quarter) -> dict[str, Figure]:
    total = headcount(_WORDS, told.people, "a member")
    if total.absent:
        names_of = ("people_total", "memberships_total", "people_in_several", "people_in_many")
        return dict.fromkeys(names_of, total)
    return {
        "people_total": total,
        "memberships_total": Figure(told.memberships, note=total.note, people=total.people),
        "people_in_several": Figure(told.several, note=total.note, people=told.several),
        "people_in_many": Figure(told.many, note=total.note, people=told.many),
    }


def _of_quiet(told: Quarter) -> Figure:
    if not told.known:
        return absent("no acts are known of any community")
    unknown = told.there - told.known
    note = f"without {unknown} of which no acts are known" if unknown else None
    return Figure(told.quiet, note=note)
