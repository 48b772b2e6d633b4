"""What the emulated vendor holds, as plain data, to compare a warehouse with."""

from typing import Any

from cophub.sandbox.mailchimp.content import link_id, shown
from cophub.sandbox.mailchimp.counts import acts_until, totals
from cophub.sandbox.mailchimp.rows import full_name, instant
from cophub.sandbox.mailchimp.state import STATUSES, Audience, Campaign, Member


def truth(audiences: list[Audience], now: int) -> dict[str, Any]:
    """Audiences with their members by id, campaigns, reports, and deliveries by campaign and id."""
    campaigns = [campaign for audience in audiences for campaign in audience.campaigns]
    sent = [campaign for campaign in campaigns if campaign.sent]
    return {
        "now": instant(now),
        "audiences": {audience.list_id: _audience(audience) for audience in audiences},
        "campaigns": {campaign.id: _campaign(campaign) for campaign in campaigns},
        "reports": {campaign.id: _report(campaign, now) for campaign in sent},
        "deliveries": {campaign.id: _deliveries(campaign, now) for campaign in sent},
    }


def _audience(audience: Audience) -> dict[str, Any]:
    everyone = list(audience.members.values())
    if audience.crowd:
        everyone += map(audience.crowd.make, audience.crowd.walk(None, 0, audience.crowd.size))
    return {
        "key": audience.key,
        "title": audience.title,
        "counts": {status: audience.total(status) for status in STATUSES},
        "members": {member.key: _member(member, audience) for member in everyone},
    }


def _member(member: Member, audience: Audience) -> dict[str, Any]:
    names = {item["id"]: item["name"] for item in audience.interests}
    return {
        "email": member.email,
        "contact_id": member.contact_id,
        "full_name": full_name(member),
        "merge_fields": member.merge,
        "status": member.status,
        "reason": member.reason,
        "timestamp_opt": instant(member.opt),
        "timestamp_signup": instant(member.signup),
        "first_opt": instant(member.first_opt),
        "last_changed": instant(member.changed),
        "tags": [audience.tags[tag].name for tag in member.tags],
        "interests": sorted(names[item] for item in member.interests),
        "person": member.person if member.person >= 0 else None,
    }


def _campaign(campaign: Campaign) -> dict[str, Any]:
    return {
        "audience": campaign.audience.list_id,
        "title": campaign.title,
        "subject": campaign.subject,
        "type": campaign.type,
        "status": campaign.status,
        "send_time": instant(campaign.sent),
        "emails_sent": len(campaign.deliveries),
    }


def _report(campaign: Campaign, now: int) -> dict[str, int]:
    counted = totals(campaign, now)
    return {
        "emails_sent": len(campaign.deliveries),
        "hard_bounces": counted.hard,
        "soft_bounces": counted.soft,
        "opens": counted.opens,
        "unique_opens": counted.unique_opens,
        "proxy_excluded_opens": counted.real_opens,
        "proxy_excluded_unique_opens": counted.real_unique_opens,
        "clicks": counted.clicks,
        "unique_clicks": counted.unique_clicks,
        "unique_subscriber_clicks": counted.subscriber_clicks,
        "unsubscribed": len(campaign.unsubscribed),
    }


def _deliveries(campaign: Campaign, now: int) -> dict[str, dict[str, Any]]:
    left = {member.key for _, member, _ in campaign.unsubscribed}
    found = {}
    for delivery in shown(campaign):
        acts = acts_until(delivery, now)
        opens = [act.at for act in acts if act.kind == "open"]
        clicks = [act.at for act in acts if act.kind == "click"]
        found[delivery.member.key] = {
            "status": delivery.status,
            "opens": len(opens),
            "opened_at": instant(opens[0]) if opens else None,
            "clicks": len(clicks),
            "clicked_at": instant(clicks[0]) if clicks else None,
            "links": sorted({link_id(campaign, act.link) for act in acts if act.kind == "click"}),
            "unsubscribed": delivery.member.key in left,
        }
    return found
