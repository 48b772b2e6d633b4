"""What a source may read, what there is to sync, and what a run would cost."""

from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from math import ceil

from cophub import CophubError, Estimate, Space, Verdict
from cophub.connectors.mailchimp.audiences import Ctx, all_audiences, chosen
from cophub.connectors.mailchimp.campaigns import (
    ACTIVITY_PAGE,
    Progress,
    campaign_listing,
    counts_of,
    report_listing,
    taken_audiences,
)
from cophub.connectors.mailchimp.client import MailChimp
from cophub.connectors.mailchimp.members import Positions, listing_of
from cophub.connectors.mailchimp.paging import Ask, Listing, unsorted
from cophub.connectors.mailchimp.parse import parse_audience
from cophub.connectors.mailchimp.payloads import Audience, InterestCategoryPage, Report

ROLE = "give the owner of the API key the role Manager or Admin in MailChimp, or use such a user's"


def check(ctx: Ctx) -> Iterator[Verdict]:
    """The key, the audiences that the settings name, and each stream, by one small call each."""
    api = MailChimp(ctx)
    try:
        api.healthy()
        found = all_audiences(ctx, api)[0]
    except CophubError as error:
        yield Verdict("api_key", "failed", str(error), fix_of(ctx, str(error)))
        return
    yield Verdict("api_key", "ok", "MailChimp takes the key")
    try:
        taken = chosen(ctx, found)
    except CophubError as error:
        where = f"correct audiences under [sources.{ctx.source}.settings] in plugins.toml"
        yield Verdict("audiences", "failed", str(error), where)
        return
    if not taken:
        fix = "make an audience in MailChimp, or use the key of the account that has them"
        yield Verdict("audiences", "warning", "the account has no audience", fix)
        return
    names = ", ".join(audience.name for audience in taken)
    yield Verdict("audiences", "ok", f"{len(taken)} of {len(found)} audiences: {names}")
    yield from streams_of(ctx, api, taken[0])


def streams_of(ctx: Ctx, api: MailChimp, audience: Audience) -> Iterator[Verdict]:
    """A verdict for each stream that asks for more than the list of audiences."""
    contacts = f"contacts in {audience.name}"
    yield verdict("members", lambda: size_of(listing_of(api, audience)), contacts)
    yield verdict("campaigns", lambda: size_of(campaign_listing(api)), "sent campaigns")
    every = report_listing(ctx, api, Progress())
    yield verdict("reports", lambda: size_of(every), "reports")
    if ctx.settings.member_activity:
        yield verdict("activity", lambda: size_of(every), "reports with the activity of people")
    else:
        fix = f"set member_activity = true under [sources.{ctx.source}.settings] to take it"
        yield Verdict("activity", "warning", "member_activity is false", fix)


def verdict(subject: str, count: Callable[[], int], what: str) -> Verdict:
    """Whether a listing can be read, and how long it is."""
    try:
        return Verdict(subject, "ok", f"{count()} {what}")
    except CophubError as error:
        return Verdict(subject, "failed", str(error), ROLE)


def fix_of(ctx: Ctx, message: str) -> str:
    """What to do about a call that failed before anything could be read."""
    if "API key" in message:
        return (
            "make a key under Profile > Extras > API keys and set api_key under "
            f"[sources.{ctx.source}.settings] in plugins.toml"
        )
    return f"check that {ctx.settings.host} can be reached from here"


def discover(ctx: Ctx) -> Iterator[Space]:
    """Every audience of the account with its counts, whether the settings take it or not."""
    for audience in all_audiences(ctx, MailChimp(ctx))[0]:
        space = next(iter(parse_audience(audience, ctx.now.date())))
        if isinstance(space, Space):
            yield space


def estimate(ctx: Ctx, cursors: Mapping[str, str | None]) -> Iterator[Estimate]:
    """Requests and rows of a run from these cursors, by asking for one row of each listing."""
    api = MailChimp(ctx)
    found = all_audiences(ctx, api)[0]
    taken = chosen(ctx, found)
    lists = pages(len(found), 1000)
    groups = sum(1 + size for size in ctx.map(lambda one: interest_groups(api, one), taken))
    yield Estimate("audiences", lists + groups, len(taken))
    yield estimate_members(ctx, api, taken, cursors.get("members"), lists + len(taken) + groups)
    ids = taken_audiences(ctx, api)
    extra = 0 if ids is None else lists
    sent = size_of(campaign_listing(api), Progress.read(cursors.get("campaigns"), ids).at)
    yield Estimate("campaigns", extra + pages(sent, 1000), sent)
    progress = Progress.read(cursors.get("reports"), ids)
    known = size_of(report_listing(ctx, api, progress))
    yield Estimate("reports", extra + pages(known, 1000), known)
    if ctx.settings.member_activity:
        yield estimate_activity(ctx, api, Progress.read(cursors.get("activity"), ids), extra)
    yield Estimate("growth", lists + 2 * len(taken), None, "a metric per month and day")


def estimate_members(
    ctx: Ctx, api: MailChimp, taken: list[Audience], cursor: str | None, before: int
) -> Estimate:
    """Contacts changed since the cursor, and the calls that read them, after `before` others."""
    positions = Positions.read(cursor)
    if positions.begun and len(taken) > 1:
        positions = Positions()

    def changed(audience: Audience) -> int:
        return size_of(listing_of(api, audience), positions.since(audience.id))

    rows = list(ctx.map(changed, taken))
    # More than one page is asked for again up to the start of the run, and then to the end.
    calls = [2 if count > 1000 else 0 for count in rows]
    requests = before + sum(calls) + sum(pages(count, 1000) for count in rows)
    return Estimate("members", requests, sum(rows))


def estimate_activity(ctx: Ctx, api: MailChimp, progress: Progress, extra: int) -> Estimate:
    """Recipients of the campaigns on which something happened, and the calls that read them."""
    found: list[Report] = [
        row for sheet in unsorted(ctx, report_listing(ctx, api, progress)) for row in sheet.rows
    ]
    fresh = [row for row in found if progress.counts.get(row.id) != counts_of(row)]
    requests = extra + pages(len(found), 1000)
    for row in fresh:
        requests += 1 + pages(row.emails_sent, 1000) + pages(row.emails_sent, ACTIVITY_PAGE)
    rows = sum(row.emails_sent for row in fresh)
    return Estimate("activity", requests, rows, f"{len(fresh)} of {len(found)} campaigns")


def interest_groups(api: MailChimp, audience: Audience) -> int:
    """How many groups of interests an audience has; each is a call of its own."""
    call = api.lists.get_list_interest_categories
    return api.page(call, InterestCategoryPage, audience.id, count=1)[0].total_items


def size_of(listing: Listing, since: datetime | None = None) -> int:
    """The rows of a listing, by asking for one."""
    return listing.fetch(Ask(since=since, count=1)).total


def pages(rows: int, size: int) -> int:
    """The requests that so many rows take."""
    return max(ceil(rows / size), 1)
