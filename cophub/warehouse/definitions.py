"""Every published figure by name: its label, its unit and what exactly is counted.

The words stand beside the figures in every report, so they are kept once, here, and reach readers
through the view `measure_quarter` and the data dictionary.
"""

from dataclasses import dataclass

SMALL = 5
"""A cell about fewer people than this is marked, and suppressed outside the facilitators' pages."""

ATTENDED_SECONDS = 300
"""Who stayed shorter was not there: people join the wrong call and leave again."""


@dataclass(frozen=True)
class Measure:
    """One row of the quarter table."""

    name: str
    label: str
    unit: str
    definition: str


_PEOPLE = (
    "a space of kind list or audience that serves the community. As the vendor dates it: from"
    " joined_at to left_at where the vendor gives them, else from and to when the hub saw it"
)

MEASURES: tuple[Measure, ...] = (
    Measure(
        "attendees",
        "attendees",
        "persons",
        "Distinct persons with at least 5 minutes in an event of the quarter; the stays of one"
        " person in one event are added up, and who is listed without times was there unless only"
        " registered.",
    ),
    Measure(
        "seats",
        "seats",
        "seats",
        "Persons with at least 5 minutes in an event of the quarter, counted once for each event.",
    ),
    Measure(
        "events",
        "events",
        "events",
        "Events that started in the quarter, were not cancelled and had at least 2 attendees; where"
        " a source lists no attendees, its own count of them decides.",
    ),
    Measure(
        "people",
        "people on the mailing list",
        "persons",
        f"Persons with an active membership, at the end of the quarter, of {_PEOPLE}.",
    ),
    Measure(
        "people_joined",
        "people who joined",
        "persons",
        "Persons on the mailing list at the end of the quarter who were not on it at the end of the"
        " quarter before.",
    ),
    Measure(
        "people_left",
        "people who left",
        "persons",
        "Persons on the mailing list at the end of the quarter before who are not on it at the end"
        " of this one.",
    ),
    Measure(
        "people_erased",
        "people erased",
        "persons",
        "Persons erased from the hub in the quarter at their own request; they are taken out of"
        " earlier quarters too, and the hub does not keep which community they were in.",
    ),
    Measure(
        "people_as_known",
        "people on the mailing list, as known then",
        "persons",
        "The same count as it would have been told on the last day of the quarter: as observed,"
        " from membership_period, without what the hub learned later.",
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
    ),
    Measure(
        "emails_sent",
        "e-mails sent",
        "e-mails",
        "E-mails delivered (sent minus bounced) by the campaigns sent in the quarter.",
    ),
    Measure(
        "campaigns",
        "campaigns",
        "campaigns",
        "Campaigns sent in the quarter.",
    ),
    Measure(
        "opened_percent",
        "% opened",
        "%",
        "Distinct openers over e-mails delivered, weighted by delivered over the campaigns of the"
        " quarter. Without opens by mail proxies where every one of these campaigns has that"
        " figure, else with them in all; never compared with a quarter counted the other way.",
    ),
    Measure(
        "clicked_percent",
        "% clicked",
        "%",
        "Distinct clickers over e-mails delivered, weighted by delivered over the campaigns of the"
        " quarter.",
    ),
)

MEASURE: dict[str, Measure] = {measure.name: measure for measure in MEASURES}

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
    "engaged": "all acts, and who did them",
}
"""Kinds of rows in `measure_month`; `posts` is `threads` plus `replies`, so never add all three."""
