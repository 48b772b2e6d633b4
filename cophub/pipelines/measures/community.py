"""The figures of a community's page, each with its reason where there is none."""

from collections.abc import Iterator
from dataclasses import dataclass, field

from cophub.pipelines.measures.answers import Answers
from cophub.pipelines.measures.calendar import Calendar
from cophub.pipelines.measures.channels import Reach
from cophub.pipelines.measures.levels import LEVELS, Standing
from cophub.pipelines.measures.participation import (
    Participation,
    absence_factor,
    gini,
    made_by_most_active,
)
from cophub.pipelines.measures.quarters import (
    Counts,
    Figure,
    Row,
    absent,
    change,
    headcount,
    table,
)
from cophub.pipelines.measures.scopes import Scope
from cophub.pipelines.measures.tallies import Cell, Coverage
from cophub.pipelines.measures.tenure import Headcount
from cophub.warehouse.definitions import SMALL, measures_of

_MEASURES = measures_of("community")
_OF_POSTS = ("posts", "threads", "replies", "first_answer_hours", "answered_percent")
_OF_MEMBERS = ("members", "members_joined", "members_left")


@dataclass(frozen=True)
class MoveRow:
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


def community_table(calendar: Calendar, scope: Scope, facts: Facts) -> Iterator[Row]:
    """Every row of a community's page, or of that of all together."""
    origins = {
        measure.name: facts.counts.origin(facts.sources(measure.name, scope.community))
        for measure in _MEASURES
    }
    return table(calendar, scope, origins, lambda q: _figures(calendar, scope, q, facts))


def _figures(calendar: Calendar, scope: Scope, q: int, facts: Facts) -> dict[str, Figure]:
    cell = (scope.community, q)
    took_part = facts.participation.get(cell, Participation())
    members = _of_members(calendar, scope, q, facts)
    return {
        **members,
        **_of_posts(calendar, scope, q, facts, took_part),
        **_of_documents(calendar, scope, q, facts, took_part),
        **_of_contributions(calendar, scope, q, facts, members["members"]),
        **_of_acts(calendar, scope, q, facts, members["members"]),
        **_of_reach(scope, q, facts, members["members"]),
    }


def missing(
    calendar: Calendar, scope: Scope, q: int, sources: list[Coverage], what: str
) -> Figure | None:
    """Why nothing is known about a thing in a quarter; None: something is."""
    known = [first for one in sources if (first := one.first(scope.community)) is not None]
    if not known:
        return absent(f"no source of {what} serves {scope.words}")
    if q < min(known):
        return absent(f"{what} are known from {calendar.quarters[min(known)].name} on")
    return None


def _of_members(calendar: Calendar, scope: Scope, q: int, facts: Facts) -> dict[str, Figure]:
    names = [span.name for span in calendar.quarters]
    heads = facts.members.get(scope.community)
    people = headcount(scope, q, heads, names, "a member")
    return dict(zip(_OF_MEMBERS, (people, *change(scope, q, heads, people, names)), strict=True))


def _of_posts(
    calendar: Calendar, scope: Scope, q: int, facts: Facts, took_part: Participation
) -> dict[str, Figure]:
    gap = missing(calendar, scope, q, [facts.post_sources], "posts")
    if gap:
        return dict.fromkeys(_OF_POSTS, gap)
    counted = {
        name: Figure(getattr(took_part, name), people=took_part.people.get(name, 0))
        for name in ("posts", "threads", "replies")
    }
    return counted | _of_answers(facts.answers.get((scope.community, q), Answers()))


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


def _of_documents(
    calendar: Calendar, scope: Scope, q: int, facts: Facts, took_part: Participation
) -> dict[str, Figure]:
    gap = missing(calendar, scope, q, [facts.document_sources], "documents")
    people = took_part.people.get("documents", 0)
    return {"documents": gap or Figure(took_part.documents, people=people)}


_OF_CONTRIBUTIONS = (
    "active", "retention_percent", "top_tenth_percent", "gini_active", "gini_members",
    "absence_factor",
)  # fmt: skip


def _of_contributions(
    calendar: Calendar, scope: Scope, q: int, facts: Facts, members: Figure
) -> dict[str, Figure]:
    gap = missing(calendar, scope, q, facts.given(), "contributions")
    if gap:
        return dict.fromkeys(_OF_CONTRIBUTIONS, gap)
    took_part = facts.participation.get((scope.community, q), Participation())
    before = facts.participation.get((scope.community, q - 1), Participation())
    active, spread = took_part.active, took_part.spread
    figures = {"active": Figure(active, people=active), **_retention(before.active, took_part)}
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


def _retention(before: int, took_part: Participation) -> dict[str, Figure]:
    if not before:
        return {"retention_percent": absent("nobody contributed in the quarter before")}
    again = took_part.again
    # Few who were there tell about few people, and so do few of many who are there again.
    people = min(before, again) if again else before
    return {"retention_percent": Figure(100 * again / before, people=people)}


def _of_acts(
    calendar: Calendar, scope: Scope, q: int, facts: Facts, members: Figure
) -> dict[str, Figure]:
    cell = (scope.community, q)
    levels = [f"level_{level}" for level in LEVELS]
    gap = missing(calendar, scope, q, facts.acted(), "acts")
    if gap:
        return dict.fromkeys(("engaged", *levels, "moved_up", "moved_down", "days_quiet"), gap)
    took_part = facts.participation.get(cell, Participation())
    standing = facts.standings.get(cell, Standing())
    people = dict(standing.people)
    figures = {"engaged": Figure(took_part.engaged, people=took_part.engaged)}
    if members.absent:
        figures["level_outside"] = members
    else:
        people["outside"] = int(members.value or 0) - took_part.standing_members
    for level in LEVELS:
        counted = Figure(people.get(level, 0), people=people.get(level, 0))
        figures.setdefault(f"level_{level}", counted)
    figures |= _moved(calendar, scope, q, facts)
    live_at = facts.live_at.get(cell)
    quiet = absent("nothing has happened yet")
    if live_at is not None:
        quiet = Figure((calendar.looked_at(q) - live_at) // 86_400)
    return figures | {"days_quiet": quiet}


def _moved(calendar: Calendar, scope: Scope, q: int, facts: Facts) -> dict[str, Figure]:
    """How many moved up, and how many down."""
    if missing(calendar, scope, q - 1, facts.acted(), "acts"):
        unknown = absent("the levels of the quarter before are not known")
        return {"moved_up": unknown, "moved_down": unknown}
    moves = facts.standings.get((scope.community, q), Standing()).moves
    up = sum(n for (a, b), n in moves.items() if LEVELS.index(a) < LEVELS.index(b))
    down = sum(moves.values()) - up
    return {"moved_up": Figure(up, people=up), "moved_down": Figure(down, people=down)}


def move_rows(calendar: Calendar, scope: Scope, facts: Facts) -> Iterator[MoveRow]:
    """Who moved from which level to which, by quarter, since levels are known."""
    for q, quarter in enumerate(calendar.quarters):
        if missing(calendar, scope, q - 1, facts.acted(), "acts"):
            continue
        moves = facts.standings.get((scope.community, q), Standing()).moves
        for (before, after), people in sorted(moves.items()):
            place = (scope.community, quarter.name, before, after)
            yield MoveRow(*place, people, people < SMALL)


def _of_reach(scope: Scope, q: int, facts: Facts, members: Figure) -> dict[str, Figure]:
    reach = facts.reach.get(scope.community)
    if reach is None:
        nobody = absent(f"no source tells of anybody in {scope.words}")
        return {"reached": nobody, "reached_by_one": nobody}
    if members.absent and facts.members.get(scope.community) is not None:
        return {"reached": members, "reached_by_one": members}
    people, only = reach.people.people(q), reach.only_one.people(q)
    return {
        "reached": Figure(people, note=members.note, people=people),
        "reached_by_one": Figure(only, note=members.note, people=only),
    }
