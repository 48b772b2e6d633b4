"""The quarter table: from counts to figures, each with its reason where there is none.

Counting is done in SQL, whole numbers only; dividing and comparing here, so that both databases
come to the same figure.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

import msgspec

from cophub.pipelines.measures.calendar import Calendar
from cophub.pipelines.measures.pages import Figure, Origin, Page, absent, gap
from cophub.pipelines.measures.scopes import Scope
from cophub.pipelines.measures.tallies import Campaigns, Cell, Coverage, Events
from cophub.pipelines.measures.tenure import UNDATED_SHARE, Headcount
from cophub.warehouse.definitions import MEASURES
from cophub.warehouse.telling import about


@dataclass
class Counts:
    """Everything that SQL counted, by community and quarter."""

    events: dict[Cell, Events] = field(default_factory=dict)
    campaigns: dict[Cell, Campaigns] = field(default_factory=dict)
    people: dict[str, Headcount] = field(default_factory=dict)
    people_as_known: dict[str, Headcount] = field(default_factory=dict)
    organizations: dict[str, Headcount] = field(default_factory=dict)
    erased: dict[int, int] = field(default_factory=dict)
    """How many persons were erased in a quarter, in the whole hub."""
    event_sources: Coverage = field(default_factory=Coverage)
    attended_sources: Coverage = field(default_factory=Coverage)
    """Of those: the ones that tell who came, or how many; a mere calendar does not."""
    campaign_sources: Coverage = field(default_factory=Coverage)
    list_sources: dict[str, list[str]] = field(default_factory=dict)
    fresh_at: dict[str, datetime] = field(default_factory=dict)
    """When each source was last read."""

    def origin(self, sources: list[str]) -> Origin:
        """The sources of a figure, and how fresh the least fresh of them is."""
        known = (self.fresh_at[source] for source in sources if source in self.fresh_at)
        return sources, min(known, default=None)


class Heads(msgspec.Struct, array_like=True, frozen=True, gc=False):
    """Who was in at the end of one quarter."""

    people: int
    undated: int
    """Of those first seen later: who may have been in."""
    joined: int
    left: int
    """Both since the end of the quarter before."""
    since: str | None
    """The first quarter at whose end anybody was in, where it is a later one."""
    is_told: bool
    """Whether anybody was in by then, and few may be missing."""
    was_told: bool
    """The same of the quarter before."""


def heads_by_quarter(calendar: Calendar, counted: Headcount | None) -> Sequence[Heads | None]:
    """Who was in at the end of each quarter; None: no source tells."""
    length = len(calendar.quarters)
    if counted is None:
        return [None] * length
    first = counted.first
    since = calendar.quarters[first].name if first < length else None
    found: list[Heads | None] = []
    was_told = False
    for q, people in enumerate(counted.series(length)):
        undated = counted.not_yet_dated(q) if counted.undated else 0
        is_told = q >= first and undated <= UNDATED_SHARE * (people + undated)
        joined, left = counted.joined.get(q, 0), counted.left.get(q, 0)
        later = since if q < first else None
        found.append(Heads(people, undated, joined, left, later, is_told, was_told))
        was_told = is_told
    return found


class Quarter(msgspec.Struct, array_like=True, frozen=True):
    """Everything that the quarter table of a community rests on in one quarter."""

    words: str
    is_community: bool
    no_events: str | None
    """Why nothing is known about them; None: something is."""
    events: Events
    no_campaigns: str | None
    campaigns: Campaigns
    people: Heads | None
    people_as_known: Heads | None
    organizations: int | None
    erased: int


_NO_EVENTS, _NO_CAMPAIGNS = Events(), Campaigns()


def quarter_page(calendar: Calendar, scope: Scope, counts: Counts) -> Page[Quarter]:
    """The quarter table of a scope, from its first fact to the current quarter."""
    community = scope.community
    origins = {
        measure.name: counts.origin(_sources(measure.name, community, counts))
        for measure in MEASURES
    }
    attended = counts.attended_sources
    only_planned = not attended.sources(community) and counts.event_sources.sources(community)
    no_events = gap(calendar, scope, [attended], "attendance" if only_planned else "events")
    no_campaigns = gap(calendar, scope, [counts.campaign_sources], "campaigns")
    people = heads_by_quarter(calendar, counts.people.get(community))
    known = heads_by_quarter(calendar, counts.people_as_known.get(community))
    offices = counts.organizations.get(community)
    working = (
        offices.series(len(calendar.quarters)) if offices is not None else [None] * len(people)
    )
    records = [
        Quarter(
            scope.words, bool(community),
            no_events.at(q), counts.events.get((community, q), _NO_EVENTS),
            no_campaigns.at(q), counts.campaigns.get((community, q), _NO_CAMPAIGNS),
            people[q], known[q], working[q], counts.erased.get(q, 0),
        )
        for q in range(calendar.quarter_of(scope.first_at), len(calendar.quarters))
    ]  # fmt: skip
    return Page(calendar, scope, origins, records, _figures)


def _sources(measure: str, community: str, counts: Counts) -> list[str]:
    if measure in ("attendees", "seats", "events"):
        return counts.attended_sources.sources(community)
    if measure in ("emails_sent", "campaigns", "opened_percent", "clicked_percent"):
        return counts.campaign_sources.sources(community)
    return counts.list_sources.get(community, [])


def _figures(told: Quarter) -> dict[str, Figure]:
    return {**_of_events(told), **_of_people(told), **_of_campaigns(told)}


def _of_events(told: Quarter) -> dict[str, Figure]:
    if told.no_events:
        return dict.fromkeys(("attendees", "seats", "events"), absent(told.no_events))
    events = told.events
    held = Figure(events.held)
    if events.unlisted and not events.attendees:
        unknown = absent(f"none of {events.held} events has a list of attendees")
        return {"attendees": unknown, "seats": unknown, "events": held}
    note = (
        f"{events.unlisted} of {events.held} events have no list of attendees and are left out"
        if events.unlisted
        else None
    )
    return {
        "attendees": Figure(events.attendees, note=note, people=events.attendees),
        "seats": Figure(events.seats, note=note, people=events.attendees),
        "events": held,
    }


def _of_people(told: Quarter) -> dict[str, Figure]:
    people = headcount(told.words, told.people)
    joined, left = change(told.people, people)
    return {
        "people": people,
        "people_joined": joined,
        "people_left": left,
        "people_erased": people if people.absent else _erased(told),
        "people_as_known": _as_known(told),
        "organizations": _organizations(told, people),
    }


def _organizations(told: Quarter, people: Figure) -> Figure:
    if people.absent:
        return people
    if people.value and told.organizations is None:
        return absent("no account of these people names an organisation or has a work address")
    return Figure(told.organizations or 0, people=people.people)


def headcount(words: str, heads: Heads | None, place: str = "on a mailing list") -> Figure:
    """How many were in at the end of a quarter, where enough of them have a date."""
    if heads is None:
        return absent(f"no source tells who is {place} of {words}")
    if heads.since:
        return absent(f"no membership is known from before {heads.since}")
    people, undated = heads.people, heads.undated
    if not heads.is_told:
        return absent(
            f"{undated} of {people + undated} memberships have no date of joining; they were first"
            " seen later"
        )
    note = f"without {undated} who were first seen later and have no date" if undated else None
    return Figure(people, people=people, note=note)


def change(heads: Heads | None, people: Figure) -> tuple[Figure, Figure]:
    """Who joined and who left since the end of the quarter before."""
    if heads is None or people.absent:
        return people, people
    if not heads.was_told:
        first = absent("the people of the quarter before are not known")
        return first, first
    return Figure(heads.joined, people=heads.joined), Figure(heads.left, people=heads.left)


def _erased(told: Quarter) -> Figure:
    if told.erased and told.is_community:
        return absent("the hub does not keep which communities the erased were in")
    return Figure(told.erased, people=told.erased)


def _as_known(told: Quarter) -> Figure:
    heads = told.people_as_known
    if heads is None:
        return headcount(told.words, None)
    if heads.since:
        return absent(f"the hub has looked since {heads.since}")
    return Figure(heads.people, people=heads.people)


def _of_campaigns(told: Quarter) -> dict[str, Figure]:
    names = ("emails_sent", "campaigns", "opened_percent", "clicked_percent")
    if told.no_campaigns:
        return dict.fromkeys(names, absent(told.no_campaigns))
    sent = told.campaigns
    untold = sent.campaigns - sent.counted
    if untold and not sent.counted:
        emails = absent(f"none of {sent.campaigns} campaigns tells what it delivered")
    else:
        note = f"{untold} of {sent.campaigns} campaigns do not tell" if untold else None
        emails = Figure(sent.delivered, note=note, people=sent.delivered)
    return {
        "emails_sent": emails,
        "campaigns": Figure(sent.campaigns),
        "opened_percent": _opened(sent),
        "clicked_percent": _share(
            "clicks", sent, sent.clicked, sent.clicked_told, sent.clicked_delivered
        ),
    }


def _opened(sent: Campaigns) -> Figure:
    """Never a mix: without proxy opens only where every campaign of the quarter can tell."""
    if sent.sent and sent.proxy_free_told == sent.sent:
        figure = _share(
            "opens", sent, sent.proxy_free, sent.proxy_free_told, sent.proxy_free_delivered
        )
        return msgspec.structs.replace(figure, basis="proxy_free")
    figure = _share("opens", sent, sent.plain, sent.plain_told, sent.plain_delivered)
    if figure.value is None:
        return figure
    missing = sent.sent - sent.proxy_free_told
    note = f"with opens by mail proxies: {missing} of {sent.sent} campaigns give no figure without"
    return msgspec.structs.replace(
        figure, basis="plain", note="; ".join(filter(None, (note, figure.note)))
    )


def _share(what: str, sent: Campaigns, count: int, told: int, delivered: int) -> Figure:
    if not sent.sent:
        return absent("no campaign was delivered in the quarter")
    if not told:
        return absent(f"none of {sent.sent} campaigns tells its {what}")
    missing = sent.sent - told
    note = f"{missing} of {sent.sent} campaigns do not tell and are left out" if missing else None
    return Figure(100 * count / delivered, note=note, people=about(count, delivered))
