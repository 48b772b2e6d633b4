"""The vendor's endpoints for the account, its audiences and their members."""

import msgspec

from cophub.sandbox.mailchimp import counts, history, rows
from cophub.sandbox.mailchimp.api import Call, route, within
from cophub.sandbox.mailchimp.fields import below, chosen, tree
from cophub.sandbox.mailchimp.listing import Encoder, Query, select
from cophub.sandbox.mailchimp.params import Params
from cophub.sandbox.mailchimp.problems import Problem
from cophub.sandbox.mailchimp.rows import Row, link, resource_links
from cophub.sandbox.mailchimp.state import STATUSES, Audience, Member, digest, member_id


@route(r"/ping")
def ping(call: Call) -> Row:
    """The vendor's sign of life."""
    return {"health_status": "Everything's Chimpy!"}


@route(r"/?")
def root(call: Call) -> Row:
    """The account that the key belongs to."""
    names = ("lists", "campaigns", "reports", "batches", "account-exports")
    links = [link(name, f"{call.base}/{name}", name) for name in names]
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
        "_links": [link("self", f"{call.base}/", "Root"), *links],
    }  # fmt: skip


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
        and (email is None or a.find(member_id(email)) is not None)
    ]  # fmt: skip
    if params.descending:
        found.reverse()
    limits = {
        "may_create": True,
        "max_instances": 100,
        "current_total_instances": len(call.sandbox.audiences),
    }
    return call.page("lists", [_audience_row(call, a) for a in found], "/lists", constraints=limits)


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
    names = (call.params.raw.get("fields", ""), call.params.raw.get("exclude_fields", ""))
    path = f"/lists/{found.list_id}/members"
    links = resource_links(call.base, path, "Lists/Members")
    rest = {"members": 0, "list_id": found.list_id, "total_items": total, "_links": links}
    kept = chosen(rest, tree(names[0]) or None, tree(names[1]))
    if "members" not in kept:
        return msgspec.json.encode(kept)
    del kept["members"]
    rows_encoded = b",".join(_encoder(call, found, *names).encode(page, call.now))
    tail = b"," + msgspec.json.encode(kept)[1:] if kept else b"}"
    return b'{"members":[' + rows_encoded + b"]" + tail


def _encoder(call: Call, audience: Audience, include: str, exclude: str) -> Encoder:
    """The encoder for one way of asking; it is kept for the sake of its templates."""
    known, key = call.sandbox.encoders, (audience.list_id, include, exclude)
    if key not in known:
        known[key] = Encoder(audience, call.base, *below("members", include, exclude))
    return known[key]


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
    found = audience.find(member_id(key) if "@" in key else key)
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
