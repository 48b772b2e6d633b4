"""Numbers that Microsoft counts itself: what was done on a site per day, its storage, its files.

Daily counts are of one day each. Those of seven days, and those since a site began, are one row for
the whole of their period, which overlaps with that of the next run: they are never to be added.
Source: Graph v1.0 `/sites/{id}/analytics/allTime`, `/lastSevenDays`,
`/sites/{id}/getActivitiesByInterval` and `/reports/getSharePointSiteUsageDetail`; SharePoint REST
`sitepages/pages`.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from functools import partial

import msgspec

from cophub import AuthError, Context, Item, Metric, Reject, SourceUnavailable
from cophub.connectors.microsoft.consent import REPORTS, SITES
from cophub.connectors.microsoft.graph import GraphPage, NotThere, graph_get, graph_pages
from cophub.connectors.microsoft.reports import Concealed, ReportRow, report_rows
from cophub.connectors.sharepoint.client import graph_client
from cophub.connectors.sharepoint.pages import Counts, page_counts
from cophub.connectors.sharepoint.settings import Settings
from cophub.connectors.sharepoint.sites import SiteRef, sites_of
from cophub.connectors.sharepoint.troubles import Troubles
from cophub.connectors.state import State
from cophub.http import parse_each

Ctx = Context[Settings]

WINDOW = timedelta(days=89)
"""How far back the vendor gives single days: within 90."""
LATE = timedelta(days=3)
"""Days that are read again: the vendor still counts what came in late."""
WEEK = 7
REPORT = f"reports/getSharePointSiteUsageDetail(period='D{WEEK}')"
ACTS = ("access", "create", "edit", "delete", "move")
_STATES = (
    ("File Count", "files", "files"),
    ("Storage Used (Byte)", "storage_used", "bytes"),
    ("Storage Allocated (Byte)", "storage_allocated", "bytes"),
)
_TRAILING = (
    ("Page View Count", "page_views_7_days", "views"),
    ("Visited Page Count", "visited_pages_7_days", "pages"),
    ("Active File Count", "active_files_7_days", "files"),
)
_FIRST_YEAR = 1900


class Stat(msgspec.Struct, rename="camel", kw_only=True):
    """How often something was done, and by how many (itemActionStat)."""

    action_count: int | None = None
    actor_count: int | None = None


class Activity(msgspec.Struct, rename="camel", kw_only=True):
    """What was done on a site in a span of time (itemActivityStat)."""

    start_date_time: datetime | None = None
    end_date_time: datetime | None = None
    access: Stat | None = None
    create: Stat | None = None
    edit: Stat | None = None
    delete: Stat | None = None
    move: Stat | None = None
    all_time: "Activity | None" = None
    last_seven_days: "Activity | None" = None

    def inner(self, name: str) -> "Activity":
        """The statistics themselves, where they come wrapped in their name."""
        found: Activity | None = getattr(self, name)
        return found or self


class Progress(State, omit_defaults=True):
    """The cursor: the last day that was read, by key of site."""

    sites: dict[str, date] = msgspec.field(default_factory=dict)


@dataclass
class Answers:
    """What Graph says of one site; `refused` in place of all of it."""

    site: SiteRef
    total: Activity | None = None
    week: Activity | None = None
    days: list[Activity] = field(default_factory=list)
    rejects: list[Reject] = field(default_factory=list)
    pages: list[Counts] = field(default_factory=list)
    unread: bool = False
    """Whether a day could not be read."""
    counted: bool = False
    """Whether Graph counts for this site, and told all."""
    refused: AuthError | None = None
    broken: SourceUnavailable | None = None
    """Why it did not answer."""


def usage(ctx: Ctx, since: str | None) -> Iterator[Item]:
    """Visits and edits per day, in the last week and in all, storage, files, talk under pages.

    The cursor holds the last day that was read of each site; the three before it are read again.
    A site that Graph does not let the app read is left out with a warning, an error if that is so
    for all; the same for the report without the permission for it, which is never an error.
    """
    progress = Progress.read(since)
    taken = sites_of(ctx)
    refused: list[AuthError] = []
    troubles = Troubles(ctx)
    for done, answers in enumerate(ctx.map(partial(_ask, ctx, progress), taken)):
        yield from answers.rejects
        yield from _page_metrics(ctx, answers)
        with troubles.of(answers.site.url):
            if answers.broken:
                raise answers.broken
        if answers.refused:
            ctx.log.warning("how %s is used is not read: %s", answers.site.url, answers.refused)
            refused.append(answers.refused)
        elif answers.counted:
            yield from _metrics(ctx, answers)
            if not answers.unread:  # the same days are asked for again
                progress.sites[answers.site.key] = _yesterday(ctx)
        yield progress.checkpoint()
        ctx.progress("usage of sites", done + 1, len(taken))
    yield from _report(ctx, taken)
    if refused and len(refused) == len(taken):
        raise refused[0]
    troubles.tell()


def first_day(ctx: Ctx, site: SiteRef, progress: Progress) -> date:
    """The first day that is asked for."""
    oldest = ctx.now.date() - WINDOW
    last = progress.sites.get(site.key)
    if last and last >= ctx.now.date():
        last = None  # the clock was ahead: nobody knows up to which day it was read
    if last and last < oldest - timedelta(days=1):
        ctx.log.warning("the days of %s from %s to %s are not counted: the vendor keeps 90 days",
                        site.url, last, oldest)  # fmt: skip
    return max(oldest, last - LATE + timedelta(days=1)) if last else oldest


def _yesterday(ctx: Ctx) -> date:
    return ctx.now.date() - timedelta(days=1)


def _ask(ctx: Ctx, progress: Progress, site: SiteRef) -> Answers:
    """All that is asked about one site."""
    found = Answers(site)
    client, path = graph_client(ctx), f"sites/{site.graph_id}"
    span = f"startDateTime='{first_day(ctx, site, progress)}',endDateTime='{ctx.now.date()}'"
    daily = f"{path}/getActivitiesByInterval({span},interval='day')"
    try:
        if not ctx.settings.by_graph:
            found.pages, found.rejects = page_counts(ctx, site)
        found.total = graph_get(client, f"{path}/analytics/allTime", kind=Activity, needs=SITES)
        found.week = graph_get(client, f"{path}/analytics/lastSevenDays", kind=Activity,
                               needs=SITES)  # fmt: skip
        pages: Iterator[GraphPage[Activity]] = graph_pages(
            client, daily, kind=Activity, needs=SITES
        )
        for page in pages:
            found.days += page.value
            found.rejects = [*found.rejects, *page.rejects]
            found.unread = found.unread or bool(page.rejects)
        found.counted = True
    except NotThere as error:
        ctx.log.info("nobody counts how %s is used: %s", site.url, error)
    except SourceUnavailable as error:
        found.broken = error
    except AuthError as error:
        found.refused = error
    return found


def _metrics(ctx: Ctx, answers: Answers) -> Iterator[Item]:
    """The metrics of one site, from what Graph says of its use."""
    site, today = answers.site, ctx.now.date()
    if answers.total:
        began = site.created.date() if site.created else today
        total = answers.total.inner("all_time")
        span = _span(total, min(began, today), today)
        yield from _counts(ctx, site, total, span, "_all_time")
    if answers.week:
        week = answers.week.inner("last_seven_days")
        usual = (today - timedelta(days=WEEK), _yesterday(ctx))
        yield from _counts(ctx, site, week, _span(week, *usual), "_7_days")
    yield from parse_each(answers.days, parse_day, ctx=ctx, site=site)


def parse_day(row: Activity, ctx: Ctx, site: SiteRef) -> Iterator[Metric]:
    """What was done on one day; today, which is not over, is left out."""
    if row.start_date_time is None:
        raise ValueError("startDateTime is missing")
    day = row.start_date_time.astimezone(UTC).date()
    if day < ctx.now.date():
        yield from _counts(ctx, site, row, (day, day), "")


def _span(row: Activity, start: date, end: date) -> tuple[date, date]:
    """The days that a count is of: as the vendor says, else those that it documents."""
    if row.start_date_time and row.start_date_time.year > _FIRST_YEAR:
        start = row.start_date_time.date()
    if row.end_date_time and row.end_date_time.year > _FIRST_YEAR:
        # The end of a span is the first instant after it.
        last = (row.end_date_time - timedelta(microseconds=1)).date()
        end = min(max(start, last), end)
    return min(start, end), end


def _counts(
    ctx: Ctx, site: SiteRef, row: Activity, span: tuple[date, date], ending: str
) -> Iterator[Metric]:
    """`access_actions`, `access_people`, `create_actions` ...; what is not told is no zero."""
    for act in ACTS:
        stat: Stat | None = getattr(row, act)
        if stat is None:
            continue
        for what, unit, value in (
            ("actions", "actions", stat.action_count),
            ("people", "people", stat.actor_count),
        ):
            if value is not None:
                yield _metric(ctx, site, f"{act}_{what}{ending}", value, unit, span)


def _metric(
    ctx: Ctx,
    site: SiteRef,
    name: str,
    value: int,
    unit: str,
    span: tuple[date, date],
    subject: str = "",
) -> Metric:
    return Metric(
        space=site.key,
        subject=subject,
        name=name,
        period_start=span[0],
        period_end=span[1],
        value=float(value),
        unit=unit,
        observed_at=ctx.now,
    )


def _page_metrics(ctx: Ctx, answers: Answers) -> Iterator[Metric]:
    """Comments and likes of each page that has any, as of today."""
    today = ctx.now.date()
    for page in answers.pages:
        if not page.list_id:
            continue
        key = f"{page.list_id.lower()}:{page.id}"
        for name, value, unit in (
            ("page_comments", page.comment_count, "comments"),
            ("page_likes", page.like_count, "likes"),
        ):
            if value:
                yield _metric(ctx, answers.site, name, value, unit, (today, today), key)


# --- The report ---


def _report(ctx: Ctx, taken: list[SiteRef]) -> Iterator[Item]:
    """Storage, files and page views of each site that the tenant's report names."""
    try:
        found = list(report_rows(ctx, graph_client(ctx), REPORT))
    except Concealed as concealed:
        ctx.log.warning("%s", concealed)
        return
    except AuthError as error:
        ctx.log.warning("storage and page views are not read without %s: %s", REPORTS, error)
        return
    yield from (row for row in found if isinstance(row, Reject))
    rows = [row for row in found if isinstance(row, ReportRow)]
    yield from parse_each(rows, parse_report, ctx=ctx, sites=_by_name(taken))


def _by_name(taken: list[SiteRef]) -> dict[str, SiteRef]:
    """Sites by id and by address; the report knows no sites below a site."""
    whole = [site for site in taken if site.key == site.site_id]
    return {site.site_id: site for site in whole} | {site.url.lower(): site for site in whole}


def parse_report(row: ReportRow, ctx: Ctx, sites: dict[str, SiteRef]) -> Iterator[Metric]:
    """The numbers of one site; by its id, or by its address, which the vendor may leave out."""
    site = sites.get((row.values.get("Site Id") or "").lower())
    site = site or sites.get((row.values.get("Site URL") or "").rstrip("/").lower())
    if site is None or row.flag("Is Deleted"):
        return
    week = (row.on - timedelta(days=WEEK - 1), row.on)
    spans = ((_STATES, (row.on, row.on)), (_TRAILING, week))
    for columns, span in spans:
        for column, name, unit in columns:
            count = row.count(column)
            if count is not None:
                yield _metric(ctx, site, name, count, unit, span)
