"""What each figure of the site counts, in the words that stand beside it."""

from collections.abc import Iterator
from dataclasses import dataclass

from cophub.pipelines.site.criteria import FEWEST_TITLES, LEAST_SHARE
from cophub.pipelines.site.model import Definition
from cophub.warehouse.definitions import (
    BROKER_DAYS,
    MANY,
    MEASURE,
    MEASURES,
    MONTH_KINDS,
    QUIET_DAYS,
    Group,
    measures_of,
)

ACTIVE_DAYS = 90

_OWN = (
    Definition(
        "members", "Members",
        "Distinct persons with an active membership of any space that serves the community, as of"
        " the last reading; all communities together count a person once.",
    ),
    Definition(
        "active_now", "Active in the last 90 days",
        f"Distinct persons with at least one contribution (a post, an answer, a document,"
        f" organising an event) in the {ACTIVE_DAYS} days before this page was made.",
    ),
    Definition(
        "last_activity", "Last activity",
        "The day of the newest act of any member that was read: posting, reacting, attending,"
        " opening, clicking, joining, contributing or organising.",
    ),
    Definition(
        "last_active", "Last active",
        "The month of the person’s newest act of any kind that was read.",
    ),
    Definition("active", "Contributed", "Persons by month: who made any contribution (a post, an"
               " answer, a document, organising an event)."),
    Definition("engaged", "Did anything", "Persons by month: who did any act, reading a newsletter"
               " and attending among them."),
    Definition("joins", "Joined", f"Persons by month; {MONTH_KINDS['joins']}."),
    Definition("left", "Left", f"Persons by month; {MONTH_KINDS['left']}."),
    Definition("posts", "Posts", f"By month: {MONTH_KINDS['posts']}."),
    Definition("attendance", "Attendance", f"By month: {MONTH_KINDS['attendance']}."),
    Definition("opens", "Newsletters opened", f"By month: {MONTH_KINDS['opens']}."),
    Definition("reactions", "Reactions", f"By month: {MONTH_KINDS['reactions']}."),
    Definition("documents", "Documents", f"By month: {MONTH_KINDS['documents']}."),
    Definition("native", "Vendor counts", "Members of all spaces of the source by the vendor’s own"
               " count, where it gives one for every space."),
    Definition("kept", "Kept", "Active memberships of those spaces in the warehouse. The two differ"
               " by items that were not understood, members out of scope and erased people."),
    Definition("rejected", "Not understood", "Items of the latest run that could not be read; each"
               " is kept with its reason, see `cophub rejects`."),
    Definition("promise", "Promised freshness", "How old the data of a source may be at most:"
               " the time from the beginning of the last run that ended well until this page was"
               " made."),
)  # fmt: skip

_ACROSS = (
    Definition("open", "Open", "Whether anybody may join unasked: as plugins.toml says of the"
               " community, or else as any of its spaces that are not secret says of itself. The"
               " day is the last on which that was read."),
    Definition("functional", "Functional", f"Whether in the last {QUIET_DAYS} days a thread was"
               " answered by another account than began it, or an event began that was not"
               " cancelled. The day is the last on which that was so."),
    Definition("on_topic", "On topic", "Whether, of the titles of threads, events and documents of"
               f" {QUIET_DAYS} days, at least {FEWEST_TITLES} in number and in spaces that are not"
               f" secret, {LEAST_SHARE} % hold a word of the community’s domain, title or"
               " description: of four letters or more or in capitals, alike in their first six,"
               " without words such as network or practice. Where fewer do it is not known, because"
               " a title need not name its subject. The day is the last on which that was so."),
    Definition("in_several", "In several communities", "Distinct persons who are members of at"
               " least two communities now."),
    Definition("in_many", "In many communities", "Distinct persons who are members of at least"
               f" {MANY} communities now."),
    Definition("sharing", "Pairs that share members", "Pairs of communities with at least one"
               " member in both, of those whose members may be told."),
    Definition("shared", "People in both", "Distinct persons who are members of both communities"
               " now, whether they do anything or not."),
    Definition("containment", "Of the smaller", "People in both, over the members of the smaller"
               " of the two communities (containment)."),
    Definition("jaccard", "Of either", "People in both, over the people who are in either of the"
               " two (Jaccard index)."),
    Definition("bridging", "Bridging", "Of the shortest paths between people who share no"
               " community, the share that leads over this person and neither begins nor ends"
               " beside them. Two people are linked when one answered or marked a post of the other"
               f" in the last {BROKER_DAYS} days."),
    Definition("liaison", "Liaison", "Pairs of people who share no community, of whom one wrote to"
               " this person and this person to the other, where the person shares a community with"
               " neither, or with both (after Gould and Fernandez)."),
    Definition("gatekeeper", "Gatekeeper", "The same, where the person shares a community with the"
               " one written to alone."),
    Definition("representative", "Representative", "The same, where the person shares a community"
               " with the one who wrote alone."),
    Definition("region", "Region", "The region of the world, by the standard M49 of the United"
               " Nations, of the country that a person’s accounts name. Of others it is unknown."),
    Definition("taking_part", "Organisations", "Members now, each for the organisation that they"
               " work for, of several the main one; a country office counts as its organisation."),
    Definition("rejected_members", "Memberships not understood", "Memberships of the latest runs"
               " that could not be read."),
    Definition("rest", "The rest", "The vendor’s count less what was kept and what was not"
               " understood, over the spaces of which the vendor gives a count: out of scope,"
               " erased, merged into one person, or counted otherwise by the vendor. Below 0, more"
               " were kept than the vendor counts: some joined after its count, or it counts"
               " otherwise."),
    Definition("compared", "Spaces compared", "Spaces of the source of which the vendor says how"
               " many members they have, of all its spaces."),
    Definition("seen", "Read by the latest run", "Items that the vendor gave the latest run,"
               " whether or not they had changed since the one before."),
)  # fmt: skip

_TAKEN = frozenset(each.name for each in (*_OWN, *_ACROSS))


def definition_of(measure: str) -> str:
    """The name of a measure's definition: some are counted by month, or as of now, as well."""
    return f"{measure}_by_quarter" if measure in _TAKEN else measure


def _measured() -> Iterator[Definition]:
    """The measures of communities, and of all of them."""
    yield Definition("levels", "Levels of participation", MEASURE["level_core"].definition)
    for each in (*measures_of("community"), *measures_of("across")):
        label = each.label[:1].upper() + each.label[1:]
        yield Definition(definition_of(each.name), label, each.definition)


DEFINITIONS: dict[str, Definition] = {
    each.name: each
    for each in (
        *_OWN[:4],
        *(Definition(m.name, m.label[:1].upper() + m.label[1:], m.definition) for m in MEASURES),
        *_OWN[4:],
        *_ACROSS,
        *_measured(),
    )
}
"""By name, in the order of the page's definitions section."""


@dataclass(frozen=True)
class Entry:
    """A definition of the glossary; texts are in English."""

    name: str
    anchor: str
    label: str
    text: str
    unit: str = ""
    sources: str = ""
    exclusions: str = ""


@dataclass(frozen=True)
class Glossary:
    """Definitions of figures that are shown together."""

    key: str
    label: str
    entries: tuple[Entry, ...]


_GROUPS: tuple[tuple[Group, str], ...] = (
    ("quarter", "The quarter table"),
    ("community", "Measures of a community by quarter"),
    ("across", "Of all communities together by quarter"),
)


def groups() -> tuple[Glossary, ...]:
    """Every definition of the site; the anchor of each is `word-` and its name."""
    own = (*_OWN, *_ACROSS, DEFINITIONS["levels"])
    now = tuple(Entry(each.name, f"word-{each.name}", each.label, each.text) for each in own)
    measured = (
        Glossary(group, label, tuple(
            Entry(
                m.name, f"word-{m.name if group == 'quarter' else definition_of(m.name)}",
                m.label[:1].upper() + m.label[1:], m.definition, m.unit, m.sources, m.exclusions,
            )
            for m in measures_of(group)
        ))
        for group, label in _GROUPS
    )  # fmt: skip
    return (Glossary("now", "As of now, and by month", now), *measured)
