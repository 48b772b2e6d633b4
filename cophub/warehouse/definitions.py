"""Every published figure by name: its label, its unit and what exactly is counted.

The words stand beside the figures in every report, so they are kept once, here, and reach readers
through the views `measure_quarter` and `measure_community` and the data dictionary.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

SMALL = 5
"""A cell about fewer people than this is marked, and suppressed outside the facilitators' pages."""

HALF_LIFE_DAYS = 45
"""After so many days an act tells half as much about somebody's level."""

CORE_WEEKS, ACTIVE_DAYS, PERIPHERAL_DAYS = 3, 60, 90
"""Of the last 8 weeks, those with a contribution; since the last one; since the last act."""

MANY = 4
"""Who is in so many communities is in many."""

QUIET_DAYS = 90
"""A community in which nothing happened for so long is without activity."""

BROKER_DAYS = 180
"""Who answered and marked whose posts is looked at so far back."""

ATTENDED_SECONDS = 300
"""Who stayed shorter was not there: people join the wrong call and leave again."""


Group = Literal["quarter", "community", "across"]
"""Where a measure is shown: the quarter table, a community's page, the page of all communities."""


@dataclass(frozen=True)
class Measure:
    """One published number."""

    name: str
    label: str
    unit: str
    definition: str
    sources: str = ""
    """What it is counted from."""
    exclusions: str = ""
    """What is left out of it."""
    group: Group = "quarter"


_PEOPLE = (
    "a space of kind list or audience that serves the community. As the vendor dates it: from"
    " joined_at to left_at where the vendor gives them, else from and to when the hub saw it"
)

_NO_ONE = "mailboxes, bots and services"
_EVENTS = ("event, attendance", f"cancelled events, {_NO_ONE}")
_CAMPAIGNS = ("campaign", "campaigns that do not tell the counts that a figure needs")
_LISTS = ("membership, membership_period", f"spaces that are no mailing list, {_NO_ONE}")
_KNOWN = ("membership_period", f"spaces that are no mailing list, {_NO_ONE}")
_ERASED = ("erasure", "")
_OFFICES = ("membership, membership_period, affiliation", f"{_LISTS[1]}, public mail providers")

MEASURES: tuple[Measure, ...] = (
    Measure(
        "attendees",
        "attendees",
        "persons",
        "Distinct persons with at least 5 minutes in an event of the quarter; the stays of one"
        " person in one event are added up, and who is listed without times was there unless only"
        " registered.",
        *_EVENTS,
    ),
    Measure(
        "seats",
        "seats",
        "seats",
        "Persons with at least 5 minutes in an event of the quarter, counted once for each event.",
        *_EVENTS,
    ),
    Measure(
        "events",
        "events",
        "events",
        "Events that started in the quarter, were not cancelled and had at least 2 attendees; where"
        " a source lists no attendees, its own count of them decides.",
        *_EVENTS,
    ),
    Measure(
        "people",
        "people on the mailing list",
        "persons",
        f"Persons with an active membership, at the end of the quarter, of {_PEOPLE}.",
        *_LISTS,
    ),
    Measure(
        "people_joined",
        "people who joined",
        "persons",
        "Persons on the mailing list at the end of the quarter who were not on it at the end of the"
        " quarter before.",
        *_LISTS,
    ),
    Measure(
        "people_left",
        "people who left",
        "persons",
        "Persons on the mailing list at the end of the quarter before who are not on it at the end"
        " of this one.",
        *_LISTS,
    ),
    Measure(
        "people_erased",
        "people erased",
        "persons",
        "Persons erased from the hub in the quarter at their own request; they are taken out of"
        " earlier quarters too, and the hub does not keep which community they were in.",
        *_ERASED,
    ),
    Measure(
        "people_as_known",
        "people on the mailing list, as known then",
        "persons",
        "The same count as it would have been told on the last day of the quarter: as observed,"
        " from membership_period, without what the hub learned later.",
        *_KNOWN,
    ),
    Measure(
        "organizations",
        "organisations on the mailing list",
        "organisations",
        "Distinct organisations of the people on the mailing list at the end of the quarter, each"
        " person counted for the organisation they worked for then: the one that their accounts"
        " named, else the one of their work address, of several the main one. A country office"
        " counts as its organisation; public mail providers and names that may mean this or that"
        " are none. Before the first that is known of a person, that one.",
        *_OFFICES,
    ),
    Measure(
        "emails_sent",
        "e-mails sent",
        "e-mails",
        "E-mails delivered (sent minus bounced) by the campaigns sent in the quarter.",
        *_CAMPAIGNS,
    ),
    Measure(
        "campaigns",
        "campaigns",
        "campaigns",
        "Campaigns sent in the quarter.",
        *_CAMPAIGNS,
    ),
    Measure(
        "opened_percent",
        "% opened",
        "%",
        "Distinct openers over e-mails delivered, weighted by delivered over the campaigns of the"
        " quarter. Without opens by mail proxies where every one of these campaigns has that"
        " figure, else with them in all; never compared with a quarter counted the other way.",
        *_CAMPAIGNS,
    ),
    Measure(
        "clicked_percent",
        "% clicked",
        "%",
        "Distinct clickers over e-mails delivered, weighted by delivered over the campaigns of the"
        " quarter.",
        *_CAMPAIGNS,
    ),
)
"""The rows of the quarter table."""

_CALLERS = f"callers of one word, {_NO_ONE}"
_ACTS = ("all acts: post, reaction, attendance, event, delivery, membership, document", _CALLERS)
_GIVEN = ("post, document, event", _NO_ONE)
_POSTS = ("post", f"posts of the system, deleted ones, {_NO_ONE}")
_MEMBERS = ("membership, membership_period", _NO_ONE)
_GIVING = "contribution (a post, an answer, a document, organising an event)"
_SHARES = f"A {_GIVING} counts 1."
_THREADS = (
    "threads that a person began in the quarter with a message or a question; an answer is a post"
    " in the thread by another person"
)
_LEVELS = (
    f"Core: the fewest people with half of the weighted acts of this quarter and the three before"
    f" it, each weighing half as much every {HALF_LIFE_DAYS} days, of whom those count who made a"
    f" contribution in at least {CORE_WEEKS} of the last 8 weeks. Active: the others with a"
    f" contribution in the last {ACTIVE_DAYS} days. Peripheral: the others with any act in the last"
    f" {PERIPHERAL_DAYS} days. Outside: members with none. At a quarter's end, days are looked at"
    " no further back than its beginning. In a month that is not over, who moved up is there at"
    " once, and nobody moves down"
)
_REACHED = (
    "at the end of the quarter a member of a space that serves the community, or with an act in one"
    " in the quarter"
)

_COMMUNITY = (
    ("posts", "posts", "posts", "Posts of the quarter, replies among them.", _POSTS),
    ("threads", "threads", "threads", "Posts of the quarter that begin a thread.", _POSTS),
    ("replies", "replies", "posts", "Posts of the quarter that answer in a thread.", _POSTS),
    (
        "documents", "documents", "documents", "Documents contributed in the quarter.",
        ("document", f"deleted ones, {_NO_ONE}"),
    ),
    (
        "active", "active people", "persons",
        f"Persons with at least one {_GIVING} in the quarter.", _GIVEN,
    ),
    ("engaged", "engaged people", "persons", "Persons with any act in the quarter.", _ACTS),
    (
        "members", "members", "persons",
        "Persons with an active membership, at the end of the quarter, of any space that serves the"
        " community, as the vendor dates it.", _MEMBERS,
    ),
    (
        "members_joined", "members who joined", "persons",
        "Members at the end of the quarter who were none at the end of the quarter before.",
        _MEMBERS,
    ),
    (
        "members_left", "members who left", "persons",
        "Members at the end of the quarter before who are none at the end of this one.", _MEMBERS,
    ),
    (
        "first_answer_hours", "hours to the first answer", "hours",
        f"Median time from its beginning to the first answer, over {_THREADS}. Threads without an"
        " answer are left out.", _POSTS,
    ),
    (
        "answered_percent", "% answered within 7 days", "%",
        f"Share, with an answer within 7 days, of {_THREADS}. Threads younger than 7 days are left"
        " out.", _POSTS,
    ),
    (
        "top_tenth_percent", "% of contributions by the top 10 %", "%",
        "Share of the contributions of the quarter that the most active tenth of its active people"
        f" made, a broken number of people rounded up. {_SHARES}", _GIVEN,
    ),
    (
        "gini_active", "Gini of contributions, active people", "0 to 1",
        "How unevenly the contributions of the quarter are spread over the people who made any: 0"
        f" is evenly. {_SHARES}", _GIVEN,
    ),
    (
        "gini_members", "Gini of contributions, silent members too", "0 to 1",
        "How unevenly the contributions of the quarter are spread over the members at its end and"
        f" whoever else contributed: 0 is evenly. {_SHARES}", ("post, document, event, membership",
        _NO_ONE),
    ),
    (
        "absence_factor", "contributor absence factor", "persons",
        f"The fewest people who made half of the contributions of the quarter. {_SHARES}", _GIVEN,
    ),
    (
        "retention_percent", "% active again", "%",
        "Share, of the people who were active in the quarter before, of those who are active in"
        " this one too.", _GIVEN,
    ),
    ("level_core", "core", "persons", f"{_LEVELS}.", _ACTS),
    ("level_active", "active", "persons", f"{_LEVELS}.", _ACTS),
    ("level_peripheral", "peripheral", "persons", f"{_LEVELS}.", _ACTS),
    ("level_outside", "outside", "persons", f"{_LEVELS}.", _ACTS),
    (
        "moved_up", "people who moved up", "persons",
        f"Persons on a higher level than at the end of the quarter before; who is no member and"
        f" does nothing is outside here. {_LEVELS}.", _ACTS,
    ),
    (
        "moved_down", "people who moved down", "persons",
        f"Persons on a lower level than at the end of the quarter before; who is no member and"
        f" does nothing is outside here. {_LEVELS}.", _ACTS,
    ),
    ("reached", "people reached", "persons", f"Persons who are {_REACHED}.", _ACTS),
    (
        "reached_by_one", "people reached by one channel only", "persons",
        f"Persons who are {_REACHED}, and in spaces of one source and kind only.", _ACTS,
    ),
    (
        "days_quiet", "days since the last activity", "days",
        "Whole days, at the end of the quarter, since the last post, answer, document, event"
        " organised or event attended; 0 to the length of the four last quarters.", _ACTS,
    ),
)  # fmt: skip

_ACROSS = (
    (
        "people_total", "people in all communities", "persons",
        "Members of any community at the end of the quarter, each person once.", _MEMBERS,
    ),
    (
        "memberships_total", "sum of the lists", "memberships",
        "The members of each community at the end of the quarter, added up: who is in two counts"
        " twice.", _MEMBERS,
    ),
    (
        "people_in_several", "people in several communities", "persons",
        "Members of at least 2 communities at the end of the quarter.", _MEMBERS,
    ),
    (
        "people_in_many", "people in many communities", "persons",
        f"Members of at least {MANY} communities at the end of the quarter.", _MEMBERS,
    ),
    (
        "communities_quiet", "communities without activity", "communities",
        f"Communities without a post, an answer, a document and an event organised or attended in"
        f" the last {QUIET_DAYS} days of the quarter, of those that had any fact by then.", _ACTS,
    ),
)  # fmt: skip


def _made(
    rows: tuple[tuple[str, str, str, str, tuple[str, str]], ...], group: Group
) -> Iterator[Measure]:
    for name, label, unit, definition, origin in rows:
        yield Measure(name, label, unit, definition, *origin, group)


REGISTRY: tuple[Measure, ...] = (
    *MEASURES,
    *_made(_COMMUNITY, "community"),
    *_made(_ACROSS, "across"),
)
"""Every measure, the quarter table first; a name stands for one number in all groups."""

MEASURE: dict[str, Measure] = {measure.name: measure for measure in REGISTRY}


def measures_of(group: Group) -> tuple[Measure, ...]:
    """The measures that are shown together, in their order."""
    return tuple(measure for measure in REGISTRY if measure.group == group)


ACTS: dict[str, tuple[int, str]] = {
    "posted": (4, "a post that is no answer"),
    "answered": (6, "a reply in a thread that another person began"),
    "reacted": (2, "a like, vote or other mark on a post"),
    "attended": (5, "at least 5 minutes in an event"),
    "organised": (11, "an event that was not cancelled, by whom the vendor names as its organiser"),
    "opened": (1, "a campaign, its first opening"),
    "clicked": (2, "a campaign, its first click"),
    "joined": (2, "a space, where the vendor gives the day"),
    "contributed": (8, "a document"),
}
"""Kinds of acts in the view `activity`: weight, and what the act is."""

CONTRIBUTIONS = ("posted", "answered", "organised", "contributed")
"""The acts by which somebody is active, not only engaged."""

MONTH_KINDS: dict[str, str] = {
    "posts": "posts, replies among them",
    "threads": "posts that begin a thread",
    "replies": "posts that answer in a thread",
    "reactions": "marks on posts",
    "attendance": "persons with at least 5 minutes in an event, once for each event",
    "events": "events that started in the month, not cancelled; people: their attendees",
    "opens": "campaigns opened, a first opening each",
    "clicks": "campaigns clicked, a first click each",
    "documents": "documents contributed",
    "joins": "memberships of any space that began, as the vendor dates it",
    "left": "memberships of any space that ended, as the vendor dates it",
    "members": "persons with an active membership of any space at the end of the month",
    "active": "contributions (posts, answers, documents, organising) and who made them",
    "engaged": "all acts, and who did them; without callers of one word",
}
"""Kinds of rows in `measure_month`; `posts` is `threads` plus `replies`, so never add all three."""
