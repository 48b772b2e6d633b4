"""A `Brief` out of what is known of a community: every section, cut to what one can act upon."""

from collections.abc import Collection, Mapping, Sequence
from zoneinfo import ZoneInfo

from sqlalchemy import Connection

from cophub import ConfigError
from cophub.error_codes import ASKED
from cophub.pipelines.brief import (
    coming,
    hours,
    hours_told,
    newsletter,
    presence,
    questions,
    welcome,
)
from cophub.pipelines.brief.facts import Facts
from cophub.pipelines.brief.model import VERSION, Brief, Item, Section
from cophub.pipelines.brief.reading import read_facts, read_openings
from cophub.pipelines.brief.settings import Settings
from cophub.pipelines.brief.weeks import Week
from cophub.pipelines.brief.wording import speech

SECTIONS = {
    "welcome": ("To welcome", welcome.DEFINITION, welcome.EMPTY),
    "questions": ("Unanswered questions", questions.DEFINITION, questions.EMPTY),
    "hours": ("Best hour to ask", hours.DEFINITION, hours.EMPTY),
    "thank": ("To thank", presence.THANK, presence.NOBODY_TO_THANK),
    "quiet": ("Gone quiet", presence.QUIET, presence.NOBODY_QUIET),
    "newsletter": ("For the newsletter", newsletter.DEFINITION, newsletter.EMPTY),
    "coming": ("What comes up", coming.DEFINITION, coming.EMPTY),
}
"""Title, definition, and what is said where there is nothing; each is a text of the catalogue."""
AT_ONCE = 40
"""Communities that are read together: fewer scans of the warehouse, more memory."""


def make_briefs(
    connection: Connection, wanted: Mapping[str, Collection[str]], week: Week, zone: ZoneInfo,
    settings: Settings, *, secret: bool,
) -> dict[str, dict[str, Brief]]:  # fmt: skip
    """The brief of each community that there is, by key and language; `wanted` are languages."""
    communities = list(wanted)
    briefs: dict[str, dict[str, Brief]] = {}
    for start in range(0, len(communities), AT_ONCE):
        some = communities[start : start + AT_ONCE]
        found = read_facts(connection, some, week.as_of, zone, secret=secret)
        for key, facts in found.items():
            briefs[key] = {}
            for language in wanted[key]:
                facts.speak = speech(language)
                briefs[key][language] = _brief(connection, facts, week, settings)
    return briefs


def make_brief(
    connection: Connection, community: str, week: Week, zone: ZoneInfo, settings: Settings,
    *, secret: bool, language: str = "en",
) -> Brief:  # fmt: skip
    """The brief of one community. Raises ConfigError where there is none of that name."""
    wanted = {community: (language,)}
    found = make_briefs(connection, wanted, week, zone, settings, secret=secret)
    if community not in found:
        raise ConfigError(
            f'there is no community "{community}"; `cophub communities list` names them', code=ASKED
        )
    return found[community][language]


def _brief(connection: Connection, facts: Facts, week: Week, settings: Settings) -> Brief:
    most = settings.items
    sections = (
        _welcome(facts, settings),
        _questions(facts, most),
        _hours(facts),
        _cut(facts, "thank", presence.to_thank(facts), most),
        _quiet(connection, facts, most),
        _newsletter(facts, settings),
        _section(facts, "coming", coming.items(facts)),
    )
    return Brief(
        VERSION, facts.key, facts.title, week.name, facts.as_of, facts.zone.key,
        len(facts.members), sections, facts.speak.language,
    )  # fmt: skip


def _section(
    facts: Facts, name: str, items: Sequence[Item], values: Mapping[str, object] | None = None,
    *, more: int = 0, note: str = "",
) -> Section:  # fmt: skip
    """The section in the brief's language; `values` stand in its definition."""
    say = facts.speak.say
    title, definition, empty = SECTIONS[name]
    definition = say(definition, **(values or {}))
    return Section(name, say(title), definition, say(empty), tuple(items), more, note)


def _cut(
    facts: Facts, name: str, items: Sequence[Item], most: int,
    values: Mapping[str, object] | None = None,
) -> Section:  # fmt: skip
    return _section(facts, name, items[:most], values, more=max(len(items) - most, 0))


def _welcome(facts: Facts, settings: Settings) -> Section:
    days = settings.welcome_days
    return _cut(facts, "welcome", welcome.to_welcome(facts, days), settings.items, {"days": days})


def _questions(facts: Facts, most: int) -> Section:
    waiting = questions.unanswered(facts)
    shown = questions.items(facts, waiting[:most])
    note = questions.note(facts) if waiting else ""
    return _section(facts, "questions", shown, more=len(waiting) - len(shown), note=note)


def _hours(facts: Facts) -> Section:
    days = hours.clocks(facts)
    unfair = {hour: clock.worst_share for hour, clock in days.items()}
    answer = hours.best_hours(hours.observed(facts), unfair)
    note = hours_told.note(facts.speak, answer, days, len(facts.members))
    return _section(facts, "hours", hours_told.items(facts, answer, days), note=note)


def _quiet(connection: Connection, facts: Facts, most: int) -> Section:
    silences = presence.silences(facts)
    shown = silences[:most]
    opened = read_openings(connection, [each.person for each in shown], facts.as_of)
    items = presence.quiet_items(facts, shown, opened)
    return _section(facts, "quiet", items, more=len(silences) - len(shown))


def _newsletter(facts: Facts, settings: Settings) -> Section:
    """How many more candidates there were is of no use to anybody."""
    found = newsletter.candidates(facts, settings.newsletter)
    closed = len(newsletter.candidates(facts, "members")) - len(found)
    taken = newsletter.chosen(newsletter.ranked(facts, found), settings.newsletter_items)
    spaces = facts.speak.say(newsletter.SPACES[settings.newsletter])
    note = newsletter.note(facts.speak, closed)
    items = newsletter.items(facts, taken)
    return _section(facts, "newsletter", items, {"spaces": spaces}, note=note)
