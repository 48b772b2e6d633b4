"""A `Brief` out of what is known of a community: every section, cut to what one can act upon."""

from collections.abc import Sequence
from zoneinfo import ZoneInfo

from sqlalchemy import Connection

from cophub import ConfigError
from cophub.pipelines.brief import coming, hours, newsletter, presence, questions, welcome
from cophub.pipelines.brief.facts import Facts
from cophub.pipelines.brief.model import VERSION, Brief, Item, Section
from cophub.pipelines.brief.reading import read_facts, read_openings
from cophub.pipelines.brief.settings import Settings
from cophub.pipelines.brief.weeks import Week

AT_ONCE = 40
"""Communities that are read together: fewer scans of the warehouse, more memory."""


def make_briefs(
    connection: Connection, communities: Sequence[str], week: Week, zone: ZoneInfo,
    settings: Settings, *, secret: bool,
) -> dict[str, Brief]:  # fmt: skip
    """The brief of each community that there is, by its key."""
    briefs: dict[str, Brief] = {}
    for start in range(0, len(communities), AT_ONCE):
        some = communities[start : start + AT_ONCE]
        found = read_facts(connection, some, week.as_of, zone, secret=secret)
        for key, facts in found.items():
            briefs[key] = _brief(connection, facts, week, settings)
    return briefs


def make_brief(
    connection: Connection, community: str, week: Week, zone: ZoneInfo, settings: Settings,
    *, secret: bool,
) -> Brief:  # fmt: skip
    """The brief of one community. Raises ConfigError where there is none of that name."""
    found = make_briefs(connection, [community], week, zone, settings, secret=secret)
    if community not in found:
        raise ConfigError(
            f'there is no community "{community}"; `cophub communities list` names them'
        )
    return found[community]


def _brief(connection: Connection, facts: Facts, week: Week, settings: Settings) -> Brief:
    most = settings.items
    sections = (
        _welcome(facts, settings),
        _questions(facts, most),
        _hours(facts),
        _cut("thank", "To thank", presence.THANK, presence.NOBODY_TO_THANK,
             presence.to_thank(facts), most),
        _quiet(connection, facts, most),
        _newsletter(facts, settings),
        Section("coming", "What comes up", coming.DEFINITION, coming.EMPTY,
                tuple(coming.items(facts))),
    )  # fmt: skip
    return Brief(
        VERSION, facts.key, facts.title, week.name, facts.as_of, facts.zone.key,
        len(facts.members), sections,
    )  # fmt: skip


def _welcome(facts: Facts, settings: Settings) -> Section:
    days = settings.welcome_days
    found = welcome.to_welcome(facts, days)
    definition = welcome.DEFINITION.format(days=days)
    return _cut("welcome", "To welcome", definition, welcome.EMPTY, found, settings.items)


def _questions(facts: Facts, most: int) -> Section:
    waiting = questions.unanswered(facts)
    shown = questions.items(facts, waiting[:most])
    return Section(
        "questions", "Unanswered questions", questions.DEFINITION, questions.EMPTY, tuple(shown),
        len(waiting) - len(shown), questions.note(facts) if waiting else "",
    )  # fmt: skip


def _hours(facts: Facts) -> Section:
    days = hours.clocks(facts)
    unfair = {hour: clock.worst_share for hour, clock in days.items()}
    answer = hours.best_hours(hours.observed(facts), unfair)
    return Section(
        "hours", "Best hour to ask", hours.DEFINITION, hours.EMPTY,
        tuple(hours.items(facts, answer, days)), note=hours.note(answer, days, len(facts.members)),
    )  # fmt: skip


def _quiet(connection: Connection, facts: Facts, most: int) -> Section:
    silences = presence.silences(facts)
    shown = silences[:most]
    opened = read_openings(connection, [each.person for each in shown], facts.as_of)
    return Section(
        "quiet", "Gone quiet", presence.QUIET, presence.NOBODY_QUIET,
        tuple(presence.quiet_items(facts, shown, opened)), len(silences) - len(shown),
    )  # fmt: skip


def _newsletter(facts: Facts, settings: Settings) -> Section:
    """How many more candidates there were is of no use to anybody."""
    found = newsletter.candidates(facts, settings.newsletter)
    closed = len(newsletter.candidates(facts, "members")) - len(found)
    taken = newsletter.chosen(newsletter.ranked(facts, found), settings.newsletter_items)
    return Section(
        "newsletter", "For the newsletter",
        newsletter.DEFINITION.format(spaces=newsletter.SPACES[settings.newsletter]),
        newsletter.EMPTY, tuple(newsletter.items(facts, taken)), note=newsletter.note(closed),
    )  # fmt: skip


def _cut(
    name: str, title: str, definition: str, empty: str, items: Sequence[Item], most: int
) -> Section:
    shown = tuple(items[:most])
    return Section(name, title, definition, empty, shown, len(items) - len(shown))
