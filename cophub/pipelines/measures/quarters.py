"""The quarter table: from counts to figures, each with its reason where there is none.

Counting is done in SQL, whole numbers only; dividing and comparing here, so that both databases
come to the same figure.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime

from cophub.pipelines.measures.calendar import Calendar
from cophub.pipelines.measures.scopes import Scope
from cophub.pipelines.measures.tallies import Campaigns, Cell, Coverage, Events
from cophub.pipelines.measures.tenure import UNDATED_SHARE, Headcount
from cophub.warehouse.definitions import MEASURES, SMALL

RUNNING = "the quarter is not over: as of now"
"""The note of a figure that may still change by itself."""

Origin = tuple[list[str], datetime | None]
"""Names of sources, and how fresh the least fresh of them is."""


@dataclass(frozen=True)
class Figure:
    """One cell of the quarter table before it is compared with the quarter before."""

    value: float | None = None
    absent: str | None = None
    note: str | None = None
    people: int | None = None
    """About how many people it tells; None: about none."""
    basis: str = ""
    """What it rests on; figures with different bases are not compared."""

    @property
    def is_small(self) -> bool:
        return self.value is not None and self.people is not None and 0 < self.people < SMALL


@dataclass(frozen=True)
class Row:
    """One row of the table `measure`, without its version."""

    community: str
    quarter: str
    measure: str
    value: float | None
    previous: float | None
    difference: float | None
    percent: float | None
    absent: str | None
    note: str | None
    small: bool
    sources: list[str]
    observed_at: datetime | None


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


def absent(reason: str) -> Figure:
    return Figure(absent=reason)


def quarter_table(calendar: Calendar, scope: Scope, counts: Counts) -> Iterator[Row]:
    """Every row of the quarter table of a scope, from its first fact to the current quarter."""
    origins = {
        measure.name: counts.origin(_sources(measure.name, scope.community, counts))
        for measure in MEASURES
    }
    return table(calendar, scope, origins, lambda q: _figures(calendar, scope, q, counts))


def table(
    calendar: Calendar,
    scope: Scope,
    origins: dict[str, Origin],
    figures_of: Callable[[int], dict[str, Figure]],
) -> Iterator[Row]:
    """A row for each measure of `origins` and each quarter, from that of the scope's first fact."""
    before: dict[str, Figure] = {}
    for quarter in calendar.quarters[calendar.quarter_of(scope.first_at) :]:
        figures = figures_of(quarter.number)
        running = quarter.ends > calendar.now
        for name, origin in origins.items():
            place = (scope.community, quarter.name, name)
            yield _row(place, figures[name], before.get(name, Figure()), running, origin)
        before = figures


def _row(
    place: tuple[str, str, str],
    figure: Figure,
    previous: Figure,
    running: bool,
    origin: Origin,
) -> Row:
    notes = [figure.note] if figure.note else []
    if running and figure.value is not None:
        notes.append(RUNNING)
    compared: tuple[float | None, float | None, float | None] = (None, None, None)
    if figure.value is not None and previous.value is not None:
        if figure.basis == previous.basis:
            difference = figure.value - previous.value
            percent = 100 * difference / previous.value if previous.value else None
            compared = (previous.value, difference, percent)
        else:
            notes.append("not compared: the quarter before was counted the other way")
    return Row(
        *place, figure.value, *compared, figure.absent,
        "; ".join(notes) or None, figure.is_small, *origin,
    )  # fmt: skip


def _sources(measure: str, community: str, counts: Counts) -> list[str]:
    if measure in ("attendees", "seats", "events"):
        return counts.attended_sources.sources(community)
    if measure in ("emails_sent", "campaigns", "opened_percent", "clicked_percent"):
        return counts.campaign_sources.sources(community)
    return counts.list_sources.get(community, [])


def _figures(calendar: Calendar, scope: Scope, q: int, counts: Counts) -> dict[str, Figure]:
    cell = (scope.community, q)
    return {
        **_of_events(calendar, scope, q, counts),
        **_of_people(calendar, scope, q, counts),
        **_of_campaigns(
            calendar, scope, q, counts.campaign_sources, counts.campaigns.get(cell, Campaigns())
        ),
    }


def _not_covered(
    calendar: Calendar, scope: Scope, q: int, sources: Coverage, what: str
) -> Figure | None:
    """Why nothing is known about events (or campaigns) in a quarter; None: something is."""
    first = sources.first(scope.community)
    if first is None:
        return absent(f"no source of {what} serves {scope.words}")
    if q < first:
        return absent(f"{what} are known from {calendar.quarters[first].name} on")
    return None


def _of_events(calendar: Calendar, scope: Scope, q: int, counts: Counts) -> dict[str, Figure]:
    sources, events = counts.attended_sources, counts.events.get((scope.community, q), Events())
    only_planned = not sources.sources(scope.community) and bool(
        counts.event_sources.sources(scope.community)
    )
    what = "attendance" if only_planned else "events"
    missing = _not_covered(calendar, scope, q, sources, what)
    if missing:
        return dict.fromkeys(("attendees", "seats", "events"), missing)
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


def _of_people(calendar: Calendar, scope: Scope, q: int, counts: Counts) -> dict[str, Figure]:
    names = [span.name for span in calendar.quarters]
    heads = counts.people.get(scope.community)
    people = headcount(scope, q, heads, names)
    figures = {"people": people, **_of_change(scope, q, heads, people, names)}
    figures["people_erased"] = people if people.absent else _erased(scope, counts.erased.get(q, 0))
    known = counts.people_as_known.get(scope.community)
    figures["people_as_known"] = _as_known(scope, q, known, names)
    offices = counts.organizations.get(scope.community)
    if people.absent:
        figures["organizations"] = people
    elif people.value and offices is None:
        figures["organizations"] = absent(
            "no account of these people names an organisation or has a work address"
        )
    else:
        number = offices.people(q) if offices else 0
        figures["organizations"] = Figure(number, people=people.people)
    return figures


def headcount(
    scope: Scope,
    q: int,
    heads: Headcount | None,
    names: list[str],
    place: str = "on a mailing list",
) -> Figure:
    """How many were in at the end of a quarter, where enough of them have a date."""
    if heads is None:
        return absent(f"no source tells who is {place} of {scope.words}")
    if q < heads.first:
        return absent(f"no membership is known from before {names[heads.first]}")
    people, undated = heads.people(q), heads.not_yet_dated(q)
    if undated > UNDATED_SHARE * (people + undated):
        return absent(
            f"{undated} of {people + undated} memberships have no date of joining; they were first"
            " seen later"
        )
    note = f"without {undated} who were first seen later and have no date" if undated else None
    return Figure(people, people=people, note=note)


def _of_change(
    scope: Scope, q: int, heads: Headcount | None, people: Figure, names: list[str]
) -> dict[str, Figure]:
    joined, left = change(scope, q, heads, people, names)
    return {"people_joined": joined, "people_left": left}


def change(
    scope: Scope, q: int, heads: Headcount | None, people: Figure, names: list[str]
) -> tuple[Figure, Figure]:
    """Who joined and who left since the end of the quarter before."""
    if heads is None or people.absent:
        return people, people
    if q == 0 or headcount(scope, q - 1, heads, names).absent:
        first = absent("the people of the quarter before are not known")
        return first, first
    joined, left = heads.joined.get(q, 0), heads.left.get(q, 0)
    return Figure(joined, people=joined), Figure(left, people=left)


def _erased(scope: Scope, erased: int) -> Figure:
    if erased and scope.community:
        return absent("the hub does not keep which communities the erased were in")
    return Figure(erased, people=erased)


def _as_known(scope: Scope, q: int, heads: Headcount | None, names: list[str]) -> Figure:
    if heads is None:
        return headcount(scope, q, None, names)
    if q < heads.first:
        return absent(f"the hub has looked since {names[heads.first]}")
    return Figure(heads.people(q), people=heads.people(q))


def _of_campaigns(
    calendar: Calendar, scope: Scope, q: int, sources: Coverage, sent: Campaigns
) -> dict[str, Figure]:
    names = ("emails_sent", "campaigns", "opened_percent", "clicked_percent")
    missing = _not_covered(calendar, scope, q, sources, "campaigns")
    if missing:
        return dict.fromkeys(names, missing)
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
        return replace(figure, basis="proxy_free")
    figure = _share("opens", sent, sent.plain, sent.plain_told, sent.plain_delivered)
    if figure.value is None:
        return figure
    missing = sent.sent - sent.proxy_free_told
    note = f"with opens by mail proxies: {missing} of {sent.sent} campaigns give no figure without"
    return replace(figure, basis="plain", note="; ".join(filter(None, (note, figure.note))))


def _share(what: str, sent: Campaigns, count: int, told: int, delivered: int) -> Figure:
    if not sent.sent:
        return absent("no campaign was delivered in the quarter")
    if not told:
        return absent(f"none of {sent.sent} campaigns tells its {what}")
    missing = sent.sent - told
    note = f"{missing} of {sent.sent} campaigns do not tell and are left out" if missing else None
    # Few e-mails tell about few people, and so do few who opened one out of many.
    people = min(delivered, count) if count else delivered
    return Figure(100 * count / delivered, note=note, people=people)
