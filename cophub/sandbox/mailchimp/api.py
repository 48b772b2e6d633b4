"""Which path answers what: the vendor's read endpoints under `/3.0`."""

import re
from collections.abc import Callable
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import msgspec

from cophub.sandbox.mailchimp import content, counts, history, rows
from cophub.sandbox.mailchimp.fields import below, chosen, tree
from cophub.sandbox.mailchimp.listing import Encoder, Query, select
from cophub.sandbox.mailchimp.params import Params
from cophub.sandbox.mailchimp.problems import Problem
from cophub.sandbox.mailchimp.rows import Row, link, resource_links
from cophub.sandbox.mailchimp.state import STATUSES, Audience, Campaign, Member, digest

if TYPE_CHECKING:
    from cophub.sandbox.mailchimp import MailchimpSandbox

CAMPAIGN_TYPES = ("regular", "plaintext", "absplit", "rss", "variate")
CAMPAIGN_STATUSES = ("save", "paused", "schedule", "sending", "sent")
Answer = Callable[..., Row | bytes]
_ROUTES: list[tuple[re.Pattern[str], Answer]] = []


def route(pattern: str) -> Callable[[Answer], Answer]:
    """The function answers GET for paths like `/lists/{audience}`; each brace becomes an argument."""
    regex = re.compile(re.sub(r"\{(\w+)\}", r"(?P<\1>[^/]+)", pattern))

    def keep(function: Answer) -> Answer:
        _ROUTES.append((regex, function))
        return function

    return keep


class Call:
    """One request being answered."""

    def __init__(self, sandbox: "MailchimpSandbox", query: dict[str, str], base: str) -> None:
        self.sandbox = sandbox
        self.params = Params(query)
        self.base = base
        self.now = sandbox.timeline.now

    def audience(self, list_id: str) -> Audience:
        """The audience, or a 404."""
        if (found := self.sandbox.by_list.get(list_id)) is None:
            raise Problem(404)
        return found

    def campaign(self, campaign_id: str, *, sent: bool = False) -> Campaign:
        """The campaign, or a 404; with `sent`, an unsent one has none either."""
        found = next((c for c in self.sandbox.campaigns() if c.id == campaign_id), None)
        if found is None or (sent and not found.sent):
            raise Problem(404)
        return found

    def page(self, name: str, items: list[Row], path: str, **more: Any) -> Row:
        """A page of `items` with the count of all."""
        offset, count = self.params.page
        links = resource_links(self.base, path, "Collection")
        return {
            name: items[offset : offset + count],
            **more,
            "total_items": len(items),
            "_links": links,
        }


def dispatch(call: Call, path: str) -> bytes:
    """The JSON for a path below `/3.0`; raises Problem."""
    for regex, function in _ROUTES:
        if match := regex.fullmatch(path):
            answer = function(call, **match.groupdict())
            if isinstance(answer, bytes):
                return answer
            raw = call.params.raw
            include, exclude = tree(raw.get("fields", "")), tree(raw.get("exclude_fields", ""))
            if include or exclude:
                answer = chosen(answer, include or None, exclude)
            return msgspec.json.encode(answer)
    raise Problem(404)


@route(r"/ping")
def ping(call: Call) -> Row:
    """The vendor's sign of life."""
    return {"health_status": "Everything's Chimpy!"}


@route(r"/?")
def root(call: Call) -> Row:
    """The account that the key belongs to."""
    below_root = ("lists", "campaigns", "reports", "batches", "account-exports")
    return {
        "account_id": digest(call.sandbox.world.seed, "account")[:24],
        "login_id": "1000001", "account_name": "Health Alliance for Tomorrow",
        "email": "km@health-alliance.example", "first_name": "Sam", "last_name": "Example",
        "username": "sandbox", "avatar_url": "", "role": "owner",
        "member_since": rows.instant(call.sandbox.world.start), "pricing_plan_type": "monthly",
        "first_payment": rows.instant(call.sandbox.world.start), "account_timezone": "UTC",
        "account_industry": "Non-Profit",
        "contact": {
            "company": "Health Alliance for Tomorrow", "addr1": "1 Example Street", "addr2": "",
            "city": "Geneva", "state": "", "zip": "1200", "country": "CH",
        },
        "pro_enabled": False, "last_login": rows.instant(call.now),
        "total_subscribers": sum(a.total("subscribed") for a in call.sandbox.audiences),
        "industry_stats": {"open_rate": 25.0, "bounce_rate": 1.0, "click_rate": 3.0},
        "_links": [link("self", f"{call.base}/", "Root"), *(link(n, f"{call.base}/{n}", n) for n in below_root)],
    }  # fmt: skip


# Audiences


def _audience_row(call: Call, audience: Audience) -> Row:
    months = (call.now - audience.created) / (30.44 * 86_400)
    total = bool(call.params.flag("include_total_contacts"))
    return rows.audience_row(
        audience, call.base, counts.list_rates(audience, call.now), months, total
    )


@route(r"/lists")
def lists(call: Call) -> Row:
    """All audiences, oldest first."""
    params = call.params
    since, before = params.instant("since_date_created"), params.instant("before_date_created")
    sent_since, sent_before = (
        params.instant("since_campaign_last_sent"),
        params.instant("before_campaign_last_sent"),
    )
    email = params.text("email")
    params.one_of("sort_field", ("date_created",))
    found = [
        a for a in call.sandbox.audiences
        if within(a.created, since, before) and within(a.last_sent, sent_since, sent_before)
        and (email is None or a.find(digest(email.lower())) is not None)
    ]  # fmt: skip
    if params.descending:
        found.reverse()
    limits = {
        "may_create": True,
        "max_instances": 100,
        "current_total_instances": len(call.sandbox.audiences),
    }
    return call.page("lists", [_audience_row(call, a) for a in found], "/lists", constraints=limits)


def within(value: int, after: int | None, before: int | None) -> bool:
    """Whether an instant lies between two others; the vendor's bounds are taken as exclusive."""
    return (after is None or value > after) and (before is None or 0 < value < before)


@route(r"/lists/{audience}")
def one_list(call: Call, audience: str) -> Row:
    """One audience."""
    return _audience_row(call, call.audience(audience))


@route(r"/lists/{audience}/members")
def members(call: Call, audience: str) -> bytes:
    """A page of members; encoded row by row, because these pages are large."""
    found = call.audience(audience)
    offset, count = call.params.page
    total, page = select(found, member_query(call.params), offset, count)
    raw = call.params.raw
    names = (raw.get("fields", ""), raw.get("exclude_fields", ""))
    rest = {
        "list_id": found.list_id, "total_items": total,
        "_links": resource_links(call.base, f"/lists/{found.list_id}/members", "Lists/Members"),
    }  # fmt: skip
    wanted = tree(names[0])
    kept = chosen({"members": 0, **rest}, wanted or None, tree(names[1]))
    if "members" not in kept:
        return msgspec.json.encode(kept)
    del kept["members"]
    encoder = encoder_of(found, call.base, *names)
    body = b'{"members":[' + b",".join(encoder.encode(page, call.now)) + b"]"
    return body + b"," + msgspec.json.encode(kept)[1:] if kept else body + b"}"


@lru_cache(maxsize=64)
def encoder_of(audience: Audience, base: str, include: str, exclude: str) -> Encoder:
    """The encoder for one way of asking; its templates are kept."""
    return Encoder(audience, base, *below("members", include, exclude))


def member_query(params: Params) -> Query:
    """The listing that the parameters describe."""
    wanted = params.text("interest_ids")
    how = params.one_of("interest_match", ("any", "all", "none"))
    if wanted and not (how and params.text("interest_category_id")):
        raise Problem(400, {"interest_ids": "interest_category_id and interest_match are required"})
    status, gone_since = params.one_of("status", STATUSES), params.instant("unsubscribed_since")
    if gone_since is not None and status not in (None, "unsubscribed"):
        raise Problem(
            400, {"unsubscribed_since": "Only the status unsubscribed goes with this filter"}
        )
    changed_after = params.instant("since_last_changed")
    return Query(
        status="unsubscribed" if gone_since is not None else status,
        changed_after=changed_after if gone_since is None else max(gone_since, changed_after or 0),
        changed_before=params.instant("before_last_changed"),
        opted_after=params.instant("since_timestamp_opt"),
        opted_before=params.instant("before_timestamp_opt"),
        vip=params.flag("vip_only") or None,
        mailbox=params.text("unique_email_id"),
        interests=(frozenset(wanted.split(",")), how) if wanted and how else None,
        sort=params.one_of("sort_field", ("timestamp_opt", "timestamp_signup", "last_changed"))
        or "",
        descending=params.descending,
    )


def _member(call: Call, audience: Audience, key: str) -> Member:
    found = audience.find(digest(key.lower()) if "@" in key else key)
    if found is None:
        raise Problem(404)
    return found


@route(r"/lists/{audience}/members/{member}")
def one_member(call: Call, audience: str, member: str) -> Row:
    """One member by id, or by address."""
    found = call.audience(audience)
    who = _member(call, found, member)
    return rows.member_row(who, found, call.base, counts.member_rates(who.deliveries, call.now))


@route(r"/lists/{audience}/members/{member}/tags")
def member_tags(call: Call, audience: str, member: str) -> Row:
    """All tags of a member, beyond the 50 that its row shows."""
    found = call.audience(audience)
    tags = rows.tag_rows(_member(call, found, member), found)
    return call.page("tags", tags, f"/lists/{audience}/members/{member}/tags")


@route(r"/lists/{audience}/merge-fields")
def merge_fields(call: Call, audience: str) -> Row:
    """The audience's own fields; they differ from audience to audience."""
    path, kind = f"/lists/{audience}/merge-fields", call.params.text("type")
    found = [
        {
            **item,
            "_links": resource_links(call.base, f"{path}/{item['merge_id']}", "Lists/MergeFields"),
        }
        for item in call.audience(audience).merge_fields
        if kind is None or item["type"] == kind
    ]
    return call.page("merge_fields", found, path, list_id=audience)


@route(r"/lists/{audience}/interest-categories")
def interest_categories(call: Call, audience: str) -> Row:
    """The groups of interests that members choose from."""
    path = f"/lists/{audience}/interest-categories"
    found = [
        {
            **item,
            "_links": resource_links(
                call.base, f"{path}/{item['id']}", "Lists/InterestCategories", "interests"
            ),
        }
        for item in call.audience(audience).categories
    ]
    return call.page("categories", found, path, list_id=audience)


@route(r"/lists/{audience}/interest-categories/{category}/interests")
def interests(call: Call, audience: str, category: str) -> Row:
    """The interests of one category."""
    found = call.audience(audience)
    if all(item["id"] != category for item in found.categories):
        raise Problem(404)
    path = f"/lists/{audience}/interest-categories/{category}/interests"
    items = history.interest_rows(found, category, call.base)
    return call.page("interests", items, path, list_id=audience, category_id=category)


@route(r"/lists/{audience}/segments")
def segments(call: Call, audience: str) -> Row:
    """Tags as static segments."""
    found = history.segment_rows(call.audience(audience), call.base)
    kind = call.params.text("type")
    kept = [item for item in found if kind is None or item["type"] == kind]
    return call.page("segments", kept, f"/lists/{audience}/segments", list_id=audience)


@route(r"/lists/{audience}/tag-search")
def tag_search(call: Call, audience: str) -> Row:
    """Tags whose names begin with `name`; not paged."""
    start = (call.params.text("name") or "").lower()
    tags = call.audience(audience).tags.values()
    found = [{"id": tag.id, "name": tag.name} for tag in tags if tag.name.lower().startswith(start)]
    return {"tags": found, "total_items": len(found)}


@route(r"/lists/{audience}/growth-history")
def growth_history(call: Call, audience: str) -> Row:
    """A row per month, newest first unless asked."""
    found = call.audience(audience)
    call.params.one_of("sort_field", ("month",))
    months = history.months(found, call.now)
    if call.params.one_of("sort_dir", ("ASC", "DESC")) == "ASC":
        months.reverse()
    items = [history.growth_row(found, month, call.base, call.now) for month in months]
    return call.page("history", items, f"/lists/{audience}/growth-history", list_id=audience)


@route(r"/lists/{audience}/growth-history/{month}")
def growth_month(call: Call, audience: str, month: str) -> Row:
    """One month."""
    found = call.audience(audience)
    if month not in history.months(found, call.now):
        raise Problem(404)
    return history.growth_row(found, month, call.base, call.now)


@route(r"/lists/{audience}/activity")
def list_activity(call: Call, audience: str) -> Row:
    """Up to 180 days."""
    items = history.activity_rows(call.audience(audience), call.base, call.now)
    return call.page("activity", items, f"/lists/{audience}/activity", list_id=audience)


@route(r"/lists/{audience}/locations")
def list_locations(call: Call, audience: str) -> Row:
    """Subscribed members by country."""
    found = history.locations(call.audience(audience))
    links = resource_links(call.base, f"/lists/{audience}/locations", "Lists/Locations")
    return {"locations": found, "list_id": audience, "total_items": len(found), "_links": links}


# Campaigns and reports


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
