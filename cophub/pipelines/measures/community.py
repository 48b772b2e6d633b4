"""The figures of a community's page, each with its reason where there is none."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

import msgspec

from cophub.pipelines.measures.answers import Answers
from cophub.pipelines.measures.calendar import Calendar
from cophub.pipelines.measures.channels import Reach
from cophub.pipelines.measures.levels import LEVELS, Standing
from cophub.pipelines.measures.pages import Figure, Gap, Page, absent, gap
from cophub.pipelines.measures.participation import (
    Participation,
    absence_factor,
    gini,
    made_by_most_active,
)
from cophub.pipelines.measures.quarters import Counts, Heads, change, headcount, heads_by_quarter
from cophub.pipelines.measures.scopes import Scope
from cophub.pipelines.measures.tallies import Cell, Coverage
from cophub.pipelines.measures.tenure import Headcount
from cophub.warehouse.definitions import SMALL, measures_of

_MEASURES = measures_of("community")
_OF_POSTS = ("posts", "threads", "replies", "first_answer_hours", "answered_percent")
_OF_MEMBERS = ("members", "members_joined", "members_left")


class MoveRow(NamedTuple):
    """One row of the table `measure_move`, without its version."""

    community: str
    quarter: str
    level_before: str
    level: str
    people: int
    small: bool


@dataclass
class Facts:
    """Everything that was counted for the pages of communities."""

    counts: Counts
    """What the quarter table was counted from: its sources of events, campaigns and lists."""
    post_sources: Coverage = field(default_factory=Coverage)
    document_sources: Coverage = field(default_factory=Coverage)
    member_sources: dict[str, list[str]] = field(default_factory=dict)
    members: dict[str, Headcount] = field(default_factory=dict)
    several: Headcount = field(default_factory=Headcount)
    """Who is a member of several communities, and of many."""
    many: Headcount = field(default_factory=Headcount)
    participation: dict[Cell, Participation] = field(default_factory=dict)
    answers: dict[Cell, Answers] = field(default_factory=dict)
    standings: dict[Cell, Standing] = field(default_factory=dict)
    reach: dict[str, Reach] = field(default_factory=dict)
    live_at: dict[Cell, int] = field(default_factory=dict)
    """The last sign of life up to the end of a quarter, in seconds since 1970."""

    def given(self) -> list[Coverage]:
        """Where contributions are seen."""
        return [self.post_sources, self.document_sources, self.counts.event_sources]

    def acted(self) -> list[Coverage]:
        """Where acts are seen."""
        return [*self.given(), self.counts.campaign_sources]

    def sources(self, measure: str, community: str) -> list[str]:
        """The sources that a measure of a community comes from."""
        if measure in _OF_MEMBERS:
            return self.member_sources.get(community, [])
        if measure == "documents":
            return self.document_sources.sources(community)
        if measure in _OF_POSTS:
            return self.post_sources.sources(community)
        is_given = measure in ("active", "retention_percent", "gini_active", "absence_factor")
        seen = self.given() if is_given or measure == "top_tenth_percent" else self.acted()
        found = {source for coverage in seen for source in coverage.sources(community)}
        if measure in ("gini_members", "level_outside", "reached", "reached_by_one"):
            found.update(self.member_sources.get(community, []))
        return sorted(found)


class Quarter(msgspec.Struct, array_like=True, frozen=True):
    """Everything that the page of a community rests on in one quarter."""

    words: str
    members: Heads | None
    no_posts: str | None
    """Why nothing is known about them; None: something is."""
    no_documents: str | None
    no_contributions: str | None
    no_acts: str | None
    no_acts_before: str | None
    """The same in the quarter before."""
    took_part: Participation
    active_before: int
    """How many were active in the quarter before."""
    answers: Answers
    levels: tuple[int, ...]
    """How many are on each of `LEVELS`, but for outside."""
    moved: tuple[int, int]
    """How many moved up, and how many down."""
    days_quiet: int | None
    reached: tuple[int, int] | None
    """Whom any channel reaches, and whom only one; None: no source tells of anybody."""


_NOBODY, _NO_ANSWERS, _NO_STANDING = Participation(), Answers(), Standing()


def community_page(calendar: Calendar, scope: Scope, facts: Facts) -> Page[Quarter]:
    """A community's page, or that of all together."""
    community = scope.community
    origins = {
        measure.name: facts.counts.origin(facts.sources(measure.name, community))
        for measure in _MEASURES
    }
    no_posts = gap(calendar, scope, [facts.post_sources], "posts")
    no_documents = gap(calendar, scope, [facts.document_sources], "documents")
    no_contributions = gap(calendar, scope, facts.given(), "contributions")
    no_acts = acts_gap(calendar, scope, facts)
    members = heads_by_quarter(calendar, facts.members.get(community))
    reached = _reached(calendar, facts.reach.get(community))
    records: list[Quarter] = []
    for q in range(calendar.quarter_of(scope.first_at), len(calendar.quarters)):
        cell, before = (community, q), (community, q - 1)
        standing = facts.standings.get(cell, _NO_STANDING)
        live_at = facts.live_at.get(cell)
        records.append(
            Quarter(
                scope.words, members[q],
                no_posts.at(q), no_documents.at(q), no_contributions.at(q),
                no_acts.at(q), no_acts.at(q - 1),
                facts.participation.get(cell, _NOBODY),
                facts.participation.get(before, _NOBODY).active,
                facts.answers.get(cell, _NO_ANSWERS),
                tuple([standing.people.get(level, 0) for level in LEVELS]),
                _moved(standing),
                None if live_at is None else (calendar.looked_at(q) - live_at) // 86_400,
                reached[q],
            )
        )  # fmt: skip
    return Page(calendar, scope, origins, records, _figures)


def acts_gap(calendar: Calendar, scope: Scope, facts: Facts) -> Gap:
    """Since when acts of a community are known."""
    return gap(calendar, scope, facts.acted(), "acts")


def _moved(standing: Standing) -> tuple[int, int]:
    """How many moved up, and how many down."""
    if not standing.moves:
        return 0, 0
    up = sum(n for (a, b), n in standing.moves.items() if LEVELS.index(a) < LEVELS.index(b))
    return up, sum(standing.moves.values()) - up


def _reached(calendar: Calendar, reach: Reach | None) -> Sequence[tuple[int, int] | None]:
    length = len(calendar.quarters)
    if reach is None:
        return [None] * length
    return list(zip(reach.people.series(length), reach.only_one.series(length), strict=True))


def _figures(told: Quarter) -> dict[str, Figure]:
    members = headcount(told.words, told.members, "a member")
    joined, left = change(told.members, members)
    return {
        "members": members,
        "members_joined": joined,
        "members_left": left,
        **_of_posts(told),
        **_of_documents(told),
        **_of_contributions(told, members),
        **_of_acts(told, members),
        **_of_reach(told, members),
    }


def _of_posts(told: Quarter) -> dict[str, Figure]:
    if told.no_posts:
        return dict.fromkeys(_OF_POSTS, absent(told.no_posts))
    counted = {
        name: Figure(getattr(told.took_part, name), people=told.took_part.people.get(name, 0))
        for name in ("posts", "threads", "replies")
    }
    return counted | _of_answers(told.answers)


def _of_answers(answers: Answers) -> dict[str, Figure]:
    hours = absent("no thread of the quarter is answered")
    if answers.median_seconds is not None:
        note = f"over {answers.answered} threads"
        hours = Figure(answers.median_seconds / 3600, note=note, people=answers.askers)
    share = absent("no thread of the quarter is 7 days old")
    if answers.ripe:
        note = f"of {answers.ripe} threads"
        value = 100 * answers.in_time / answers.ripe
        share = Figure(value, note=note, people=answers.ripe_askers)
    return {"first_answer_hours": hours, "answered_percent": share}


def _of_documents(told: Quarter) -> dict[str, Figure]:
    if told.no_documents:
        return {"documents": absent(told.no_documents)}
    people = told.took_part.people.get("documents", 0)
    return {"documents": Figure(told.took_part.documents, people=people)}


_OF_CONTRIBUTIONS = (
    "active", "retention_percent", "top_tenth_percent", "gini_active", "gini_members",
    "absence_factor",
)  # fmt: skip


def _of_contributions(told: Quarter, members: Figure) -> dict[str, Figure]:
    if told.no_contributions:
        return dict.fromkeys(_OF_CONTRIBUTIONS, absent(told.no_contributions))
    took_part = told.took_part
    active, spread = took_part.active, took_part.spread
    figures = {"active": Figure(active, people=active), **_retention(told)}
    if not active:
        nobody = absent("nobody contributed in the quarter")
        return figures | dict.fromkeys(_OF_CONTRIBUTIONS[2:], nobody)
    made = sum(given * people for given, people in spread)
    top = made_by_most_active(spread, -(-active // 10))
    all_of_them = members
    if not members.absent:
        silent = int(members.value or 0) - took_part.active_members
        all_of_them = Figure(gini(spread, silent), note=members.note, people=active)
    return figures | {
        "top_tenth_percent": Figure(100 * top / made, people=active),
        "gini_active": Figure(gini(spread), people=active),
        "gini_members": all_of_them,
        "absence_factor": Figure(absence_factor(spread), people=active),
    }


def _retention(told: Quarter) -> dict[str, Figure]:
    before, again = told.active_before, told.took_part.again
    if not before:
        return {"retention_percent": absent("nobody contributed in the quarter before")}
    # Few who were there tell about few people, and so do few of many who are there again.
    people = min(before, again) if again else before
    return {"retention_percent": Figure(100 * again / before, people=people)}


def _of_acts(told: Quarter, members: Figure) -> dict[str, Figure]:
    if told.no_acts:
        levels = [f"level_{level}" for level in LEVELS]
        names = ("engaged", *levels, "moved_up", "moved_down", "days_quiet")
        return dict.fromkeys(names, absent(told.no_acts))
    engaged = told.took_part.engaged
    figures = {"engaged": Figure(engaged, people=engaged)}
    for level, people in zip(LEVELS, told.levels, strict=True):
        figures[f"level_{level}"] = Figure(people, people=people)
    outside = members
    if not members.absent:
        people = int(members.value or 0) - told.took_part.standing_members
        outside = Figure(people, people=people)
    figures |= {"level_outside": outside, **_of_moves(told)}
    quiet = absent("nothing has happened yet")
    if told.days_quiet is not None:
        quiet = Figure(told.days_quiet)
    return figures | {"days_quiet": quiet}


def _of_moves(told: Quarter) -> dict[str, Figure]:
    if told.no_acts_before:
        unknown = absent("the levels of the quarter before are not known")
        return {"moved_up": unknown, "moved_down": unknown}
    up, down = told.moved
    return {"moved_up": Figure(up, people=up), "moved_down": Figure(down, people=down)}


def move_rows(calendar: Calendar, scope: Scope, facts: Facts) -> Iterator[MoveRow]:
    """Who moved from which level to which, by quarter, since levels are known."""
    no_acts = acts_gap(calendar, scope, facts)
    for q, quarter in enumerate(calendar.quarters):
        if no_acts.at(q - 1):
            continue
        moves = facts.standings.get((scope.community, q), _NO_STANDING).moves
        for (before, after), people in sorted(moves.items()):
            yield MoveRow(scope.community, quarter.name, before, after, people, people < SMALL)


def _of_reach(told: Quarter, members: Figure) -> dict[str, Figure]:
    if told.reached is None:
        nobody = absent(f"no source tells of anybody in {told.words}")
        return {"reached": nobody, "reached_by_one": nobody}
    if members.absent and told.members is not None:
        return {"reached": members, "reached_by_one": members}
    people, only = told.reached
    return {
        "reached": Figure(people, note=members.note, people=people),
        "reached_by_one": Figure(only, note=members.note, people=only),
    }
