"""Campaigns that went out, their reports, and what each person did with them."""

from collections.abc import Callable, Generator, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import msgspec

from cophub import Checkpoint, CursorExpired, Item
from cophub.connector import Backfill
from cophub.connectors.mailchimp.audiences import Ctx, all_audiences, chosen, takes_all
from cophub.connectors.mailchimp.client import MailChimp, NotThere
from cophub.connectors.mailchimp.paging import (
    Ask,
    Listing,
    Sheet,
    changes,
    instant,
    later,
    text,
    unsorted,
)
from cophub.connectors.mailchimp.parse import (
    parse_activity,
    parse_campaign,
    parse_recipient,
    parse_report,
)
from cophub.connectors.mailchimp.payloads import (
    CampaignPage,
    EmailActivityPage,
    RecipientPage,
    Report,
    ReportPage,
    UnsubscribePage,
)
from cophub.http import parse_each

ACTIVITY_PAGE = 500
"""Larger pages of email-activity end in a 504, says the vendor's support."""
Counts = list[int]


class Progress(msgspec.Struct):
    """The cursor of what is about campaigns: read up to here, for these audiences.

    `audiences` is None when every audience was taken. `counts` holds the report's numbers of each
    campaign whose deliveries were read, as long as its report is open: while they stand, nobody did
    anything new.
    """

    to: str = ""
    audiences: list[str] | None = None
    counts: dict[str, Counts] = {}

    @classmethod
    def read(cls, cursor: str | None, taken: list[str] | None) -> "Progress":
        """The progress in a cursor, or none when it was made for fewer audiences than are taken.

        Raises CursorExpired for a cursor that is not ours.
        """
        if cursor is None:
            return cls(audiences=taken)
        try:
            found = msgspec.json.decode(cursor, type=cls)
        except msgspec.MsgspecError as error:
            raise CursorExpired(f"the cursor is not one of MailChimp's: {error}") from None
        if found.to and instant(found.to) is None:
            raise CursorExpired("the cursor of MailChimp's campaigns holds no instant")
        covered = found.audiences
        if covered is not None and (taken is None or not set(taken) <= set(covered)):
            return cls(audiences=taken)
        found.audiences = taken
        return found

    @property
    def at(self) -> datetime | None:
        """The instant up to which all is read."""
        return instant(self.to)

    def done(self, report: Report, sent: dict[str, datetime], open_for: timedelta) -> None:
        """Note that a campaign was read, and forget those whose report has closed since.

        `sent` tells when each campaign was sent; without forgetting the cursor would grow for ever.
        """
        self.counts[report.id] = counts_of(report)
        at = later(self.at, sent.get(report.id))
        if at is None:
            return
        self.to = text(at)
        still_open = {key for key, when in sent.items() if when >= at - open_for}
        self.counts = {key: told for key, told in self.counts.items() if key in still_open}

    def checkpoint(self) -> Checkpoint:
        """This progress as a checkpoint."""
        return Checkpoint(msgspec.json.encode(self, order="sorted").decode())


def taken_audiences(ctx: Ctx, api: MailChimp) -> list[str] | None:
    """The ids of the audiences that the settings name, or None when they take all.

    With all, campaigns to audiences that were deleted since count too.
    """
    if takes_all(ctx):
        return None
    return [audience.id for audience in chosen(ctx, all_audiences(ctx, api)[0])]


@dataclass(frozen=True)
class Window:
    """When campaigns were sent that are wanted; a backfill's, with a day to spare on each side."""

    since: datetime
    before: datetime

    @classmethod
    def of(cls, start: date, end: date) -> "Window":
        """The window of some days."""
        first, after = (datetime.combine(day, datetime.min.time(), UTC) for day in (start, end))
        return cls(first - timedelta(days=1), after + timedelta(days=2))


def campaigns(ctx: Ctx, since: str | None, window: Window | None = None) -> Iterator[Item]:
    """Each campaign that was sent, oldest first, with a checkpoint after each page.

    The cursor stays before a page on which one could not be read, so that it is asked for again.
    Source: `GET /campaigns?status=sent` by `send_time`.
    """
    api = MailChimp(ctx)
    taken = taken_audiences(ctx, api)
    progress = Progress.read(since, taken)
    if window and not progress.to:
        progress.to = text(window.since)
    listing, unread = campaign_listing(api, window), False
    for sheet in changes(ctx, listing, progress.at):
        yield from sheet.rejects
        unread = unread or bool(sheet.rejects)
        rows = [row for row in sheet.rows if taken is None or row.recipients.list_id in taken]
        yield from parse_each(rows, parse_campaign)
        if not unread and (at := later(progress.at, listing.last(sheet))):
            progress.to = text(at)
        yield progress.checkpoint()


def of_days(extract: Callable[[Ctx, str | None, Window | None], Iterator[Item]]) -> Backfill:
    """The backfill of a stream about campaigns."""

    def backfill(ctx: Ctx, start: date, end: date, since: str | None) -> Iterator[Item]:
        return extract(ctx, since, Window.of(start, end))

    return backfill


def campaign_listing(api: MailChimp, window: Window | None = None) -> Listing:
    """Sent campaigns in the order in which they were sent."""
    latest = window and window.before

    def fetch(ask: Ask) -> Sheet:
        if latest and (ask.before is None or ask.before > latest):
            ask = replace(ask, before=latest)
        page, rejects = api.page(
            api.campaigns.list,
            CampaignPage,
            status="sent",
            since_send_time=ask.since_text,
            before_send_time=ask.before_text,
            sort_field="send_time",
            sort_dir="ASC",
            **ask.query,
        )
        return Sheet(page.campaigns, rejects, page.total_items)

    return Listing(
        "the sent campaigns", fetch, key=lambda row: str(row.id), at=lambda row: row.send_time
    )


def reports(ctx: Ctx, since: str | None, window: Window | None = None) -> Iterator[Item]:
    """The numbers of each campaign: of all once, then of those whose report is still open.

    People open mails for weeks, so reports stay open for 60 days (a setting) and are read in every
    run. They cannot be sorted, so the cursor moves once, at the end, to the newest campaign; when a
    report could not be read it stays, and the next run reads them all again.
    Source: `GET /reports` by `since_send_time`.
    """
    api = MailChimp(ctx)
    taken = taken_audiences(ctx, api)
    progress = Progress.read(since, taken)
    newest, unread = progress.at, False
    for sheet in unsorted(ctx, report_listing(ctx, api, progress, window)):
        yield from sheet.rejects
        unread = unread or bool(sheet.rejects)
        rows = [row for row in sheet.rows if concerns(row, taken)]
        yield from parse_each(rows, parse_report)
        yield progress.checkpoint()
        newest = later(newest, *(instant(row.send_time) for row in rows))
    if not unread:
        progress.to = text(newest) if newest else ""
    yield progress.checkpoint()


def report_listing(
    ctx: Ctx, api: MailChimp, progress: Progress, window: Window | None = None
) -> Listing:
    """The reports that were open when the cursor was made, and all later ones, in no order.

    With a window, those that were open in it: what was sent before may have been read then.
    """
    days = timedelta(days=ctx.settings.reports_open_days)
    at = window.since if window else progress.at
    since, before = at and text(at - days), window and text(window.before)

    def fetch(ask: Ask) -> Sheet:
        page, rejects = api.page(
            api.reports.get_all_campaign_reports,
            ReportPage,
            since_send_time=since,
            before_send_time=before,
            **ask.query,
        )
        return Sheet(page.reports, rejects, page.total_items)

    return Listing("the reports", fetch, key=lambda row: str(row.id))


def concerns(report: Report, taken: list[str] | None) -> bool:
    """Whether a report is about a mail that went out, to an audience that is taken."""
    return bool(report.send_time) and (taken is None or report.list_id in taken)


def activity(ctx: Ctx, since: str | None, window: Window | None = None) -> Iterator[Item]:
    """Per campaign and person: sent, bounced, first open and click, how often, unsubscribed.

    Campaigns come in the order in which they were sent. One whose report counts what it counted
    before is not asked about; the cursor holds those counts while the report is open.
    Source: `GET /reports/{id}/sent-to`, `/email-activity` and `/unsubscribed`.
    """
    if not ctx.settings.member_activity:
        return
    api = MailChimp(ctx)
    taken = taken_audiences(ctx, api)
    progress = Progress.read(since, taken)
    found = {
        row.id: row
        for sheet in unsorted(ctx, report_listing(ctx, api, progress, window))
        for row in sheet.rows
        if concerns(row, taken)
    }
    waiting = sorted(found.values(), key=lambda row: (row.send_time or "", row.id))
    sent = {row.id: at for row in waiting if (at := instant(row.send_time))}
    known = dict(progress.counts)

    def opened(report: Report) -> Opened:
        return open_campaign(api, report, known.get(report.id))

    for number, one in enumerate(ctx.map(opened, waiting), 1):
        is_whole = yield from deliveries(ctx, one, progress)
        if is_whole:
            progress.done(one.report, sent, timedelta(days=ctx.settings.reports_open_days))
        yield progress.checkpoint()
        ctx.progress("campaigns with activity", number, len(waiting))


@dataclass(frozen=True)
class Begun:
    """A listing of which the first page is there."""

    listing: Listing
    first: Sheet


@dataclass(frozen=True)
class Opened:
    """A campaign, and those of its listings that are to be read."""

    report: Report
    unsubscribes: Begun | None = None
    recipients: Begun | None = None
    actions: Begun | None = None
    is_there: bool = True


def open_campaign(api: MailChimp, report: Report, before: Counts | None) -> Opened:
    """What is to be read of a campaign: nothing while its counts stand, nor when it was deleted.

    Nobody's mail is sent or comes back later without changing the first two of the counts.
    """
    now = counts_of(report)
    if before == now:
        return Opened(report)

    def begun(listing: Listing) -> Begun:
        return Begun(listing, listing.first())

    sent_anew = before is None or before[:2] != now[:2]
    try:
        return Opened(
            report,
            begun(unsubscribes_of(api, report.id)),
            begun(recipients_of(api, report.id)) if sent_anew else None,
            begun(actions_of(api, report.id)),
        )
    except NotThere:
        return Opened(report, is_there=False)


def counts_of(report: Report) -> Counts:
    """The numbers of a report that tell whether anybody did anything."""
    bounces, opens, clicks = report.bounces, report.opens, report.clicks
    return [
        report.emails_sent,
        bounces.hard_bounces + bounces.soft_bounces if bounces else 0,
        opens.opens_total if opens else 0,
        clicks.clicks_total if clicks else 0,
        report.unsubscribed,
    ]


def deliveries(ctx: Ctx, one: Opened, progress: Progress) -> Generator[Item, None, bool]:
    """What people did with one campaign, with a checkpoint after each page; the cursor stays.

    Returns whether all of it could be read: if not, the next run asks again, unless the campaign
    was deleted and is listed no more.
    """
    campaign, unsubscribed = one.report.id, set[str]()
    is_whole = one.is_there
    try:
        for sheet in pages_of(ctx, one.unsubscribes):
            yield from sheet.rejects
            is_whole = is_whole and not sheet.rejects
            unsubscribed |= {row.email_id for row in sheet.rows}
        given: dict[str, Any] = {"campaign": campaign, "unsubscribed": unsubscribed}
        for sheet in pages_of(ctx, one.recipients):
            yield from sheet.rejects
            is_whole = is_whole and not sheet.rejects
            sent_at = one.report.send_time
            yield from parse_each(sheet.rows, parse_recipient, sent_at=sent_at, **given)
            yield progress.checkpoint()
        for sheet in pages_of(ctx, one.actions):
            yield from sheet.rejects
            is_whole = is_whole and not sheet.rejects
            yield from parse_each(sheet.rows, parse_activity, **given)
            yield progress.checkpoint()
    except NotThere:
        ctx.log.info("campaign %s was deleted while it was read", campaign)
        return False
    return is_whole


def pages_of(ctx: Ctx, begun: Begun | None) -> Iterator[Sheet]:
    """Every page of a listing that was begun; none of one that was not."""
    if begun:
        yield from unsorted(ctx, begun.listing, begun.first)


def recipients_of(api: MailChimp, campaign: str) -> Listing:
    """Whom a campaign was sent to."""

    def fetch(ask: Ask) -> Sheet:
        page, rejects = api.page(
            api.reports.get_campaign_recipients, RecipientPage, campaign, **ask.query
        )
        return Sheet(page.sent_to, rejects, page.total_items)

    what = f"the recipients of campaign {campaign}"
    return Listing(what, fetch, key=lambda row: str(row.email_id))


def actions_of(api: MailChimp, campaign: str) -> Listing:
    """What each recipient of a campaign did."""

    def fetch(ask: Ask) -> Sheet:
        page, rejects = api.page(
            api.reports.get_email_activity_for_campaign, EmailActivityPage, campaign, **ask.query
        )
        return Sheet(page.emails, rejects, page.total_items)

    what = f"the activity on campaign {campaign}"
    return Listing(what, fetch, key=lambda row: str(row.email_id), size=ACTIVITY_PAGE)


def unsubscribes_of(api: MailChimp, campaign: str) -> Listing:
    """Who left the audience by the link in a campaign."""

    def fetch(ask: Ask) -> Sheet:
        page, rejects = api.page(
            api.reports.get_unsubscribed_list_for_campaign, UnsubscribePage, campaign, **ask.query
        )
        return Sheet(page.unsubscribes, rejects, page.total_items)

    what = f"who unsubscribed from campaign {campaign}"
    return Listing(what, fetch, key=lambda row: str(row.email_id))
