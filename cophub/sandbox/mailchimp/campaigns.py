"""The vendor's endpoints for campaigns and reports."""

from collections.abc import Callable
from typing import Any

from cophub.sandbox.mailchimp import content
from cophub.sandbox.mailchimp.api import Call, route, within
from cophub.sandbox.mailchimp.problems import Problem
from cophub.sandbox.mailchimp.rows import Row, resource_links
from cophub.sandbox.mailchimp.state import Campaign

CAMPAIGN_TYPES = ("regular", "plaintext", "absplit", "rss", "variate")
CAMPAIGN_STATUSES = ("save", "paused", "schedule", "sending", "sent")


@route(r"/campaigns")
def campaigns(call: Call) -> Row:
    """Campaigns of any status, newest first unless asked."""
    params = call.params
    status, kind = params.one_of("status", CAMPAIGN_STATUSES), params.one_of("type", CAMPAIGN_TYPES)
    sent = params.instant("since_send_time"), params.instant("before_send_time")
    made = params.instant("since_create_time"), params.instant("before_create_time")
    list_id, by = params.text("list_id"), params.one_of("sort_field", ("create_time", "send_time"))
    found = [
        c for c in call.sandbox.campaigns()
        if (status is None or c.status == status) and (kind is None or c.type == kind)
        and (list_id is None or c.audience.list_id == list_id)
        and within(c.sent or c.scheduled, *sent) and within(c.created, *made)
    ]  # fmt: skip
    key = (lambda c: (c.sent, c.id)) if by == "send_time" else (lambda c: (c.created, c.id))
    found.sort(key=key, reverse=params.one_of("sort_dir", ("ASC", "DESC")) != "ASC")
    return _campaign_page(call, "campaigns", found, content.campaign_row)


def _campaign_page(call: Call, name: str, found: list[Campaign], shape: Callable[..., Row]) -> Row:
    offset, count = call.params.page
    items = [shape(campaign, call.base, call.now) for campaign in found[offset : offset + count]]
    links = resource_links(call.base, f"/{name}", name.title())
    return {name: items, "total_items": len(found), "_links": links}


@route(r"/campaigns/{campaign}")
def one_campaign(call: Call, campaign: str) -> Row:
    """One campaign."""
    return content.campaign_row(call.campaign(campaign), call.base, call.now)


@route(r"/campaigns/{campaign}/content")
def campaign_content(call: Call, campaign: str) -> Row:
    """What a campaign says."""
    return content.campaign_content(call.campaign(campaign), call.base)


@route(r"/reports")
def reports(call: Call) -> Row:
    """Reports of sent campaigns, the latest first; the vendor has no other order."""
    kind = call.params.one_of("type", CAMPAIGN_TYPES)
    bounds = call.params.instant("since_send_time"), call.params.instant("before_send_time")
    found = [
        c for c in call.sandbox.campaigns()
        if c.sent and (kind is None or c.type == kind) and within(c.sent, *bounds)
    ]  # fmt: skip
    found.sort(key=lambda campaign: (campaign.sent, campaign.id), reverse=True)
    return _campaign_page(call, "reports", found, content.report_row)


@route(r"/reports/{campaign}")
def one_report(call: Call, campaign: str) -> Row:
    """One report."""
    return content.report_row(call.campaign(campaign, sent=True), call.base, call.now)


def _report_page(
    call: Call, campaign: Campaign, name: str, path: str, items: list[Row], **more: Any
) -> Row:
    return call.page(name, items, f"/reports/{campaign.id}/{path}", campaign_id=campaign.id, **more)


@route(r"/reports/{campaign}/email-activity")
def email_activity(call: Call, campaign: str) -> Row:
    """What every recipient did, or with `since` what was done after it."""
    found = call.campaign(campaign, sent=True)
    items = content.activity_rows(found, call.base, call.now, call.params.instant("since"))
    return _report_page(call, found, "emails", "email-activity", items)


@route(r"/reports/{campaign}/sent-to")
def sent_to(call: Call, campaign: str) -> Row:
    """Everyone the campaign was sent to."""
    found = call.campaign(campaign, sent=True)
    return _report_page(
        call, found, "sent_to", "sent-to", content.sent_to_rows(found, call.base, call.now)
    )


@route(r"/reports/{campaign}/open-details")
def open_details(call: Call, campaign: str) -> Row:
    """Who opened, and when."""
    found = call.campaign(campaign, sent=True)
    items = content.open_rows(found, call.base, call.now, call.params.instant("since"))
    if call.params.one_of("sort_field", ("opens_count",)):
        items.sort(key=lambda item: item["opens_count"], reverse=call.params.descending)
    opens = sum(item["opens_count"] for item in items)
    return _report_page(call, found, "members", "open-details", items, total_opens=opens)


@route(r"/reports/{campaign}/click-details")
def click_details(call: Call, campaign: str) -> Row:
    """The campaign's links."""
    found = call.campaign(campaign, sent=True)
    items = content.click_rows(found, call.base, call.now)
    if by := call.params.one_of("sort_field", ("total_clicks", "unique_clicks")):
        items.sort(key=lambda item: item[by], reverse=call.params.descending)
    return _report_page(call, found, "urls_clicked", "click-details", items)


@route(r"/reports/{campaign}/click-details/{url}/members")
def clickers(call: Call, campaign: str, url: str) -> Row:
    """Who clicked one link."""
    found = call.campaign(campaign, sent=True)
    number = next((n for n in range(len(found.links)) if content.link_id(found, n) == url), None)
    if number is None:
        raise Problem(404)
    items = content.clicker_rows(found, number, call.base, call.now)
    return _report_page(call, found, "members", f"click-details/{url}/members", items)


@route(r"/reports/{campaign}/unsubscribed")
def unsubscribed(call: Call, campaign: str) -> Row:
    """Who left through the campaign."""
    found = call.campaign(campaign, sent=True)
    return _report_page(
        call, found, "unsubscribes", "unsubscribed", content.unsubscribed_rows(found, call.base)
    )


@route(r"/reports/{campaign}/abuse-reports")
def abuse_reports(call: Call, campaign: str) -> Row:
    """Who called the campaign spam."""
    found = call.campaign(campaign, sent=True)
    items = content.abuse_rows(found, call.base, call.now)
    return _report_page(call, found, "abuse_reports", "abuse-reports", items)
