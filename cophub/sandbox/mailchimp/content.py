"""The vendor's JSON for campaigns, their content and their reports."""

from typing import Any

from cophub.sandbox.mailchimp import counts
from cophub.sandbox.mailchimp.counts import delivered, fraction, totals
from cophub.sandbox.mailchimp.rows import Row, instant, resource_links
from cophub.sandbox.mailchimp.state import Campaign, Delivery, Member, digest

UNSOLD = {"total_orders": 0, "total_spent": 0, "total_revenue": 0}


def campaign_row(campaign: Campaign, base: str, now: int) -> Row:
    """A campaign; unsent ones have no report summary."""
    audience, path = campaign.audience, f"/campaigns/{campaign.id}"
    reached = len(campaign.deliveries) if campaign.sent else audience.total("subscribed")
    row: Row = {
        "id": campaign.id,
        "web_id": campaign.web_id,
        "type": campaign.type,
        "create_time": instant(campaign.created),
        "archive_url": f"http://eepurl.example/c{campaign.id}",
        "long_archive_url": f"https://campaign-archive.example/?id={campaign.id}",
        "status": campaign.status,
        "emails_sent": len(campaign.deliveries),
        "send_time": _send_time(campaign),
        "content_type": "template",
        "needs_block_refresh": False,
        "resendable": bool(campaign.sent),
        "recipients": {
            "list_id": audience.list_id, "list_is_active": True, "list_name": audience.title,
            "segment_text": campaign.segment, "recipient_count": reached,
        },
        "settings": {
            "subject_line": campaign.subject, "preview_text": campaign.preview,
            "title": campaign.title,
            "from_name": audience.title if campaign.from_name is None else campaign.from_name,
            "reply_to": (
                f"{audience.key}@health-alliance.example"
                if campaign.reply_to is None else campaign.reply_to
            ),
            "to_name": "*|FNAME|*",
            "use_conversation": False, "folder_id": "", "authenticate": True,
            "auto_footer": False, "inline_css": False, "auto_tweet": False, "fb_comments": True,
            "timewarp": False, "template_id": 13, "drag_and_drop": False,
        },
        "tracking": {
            "opens": True, "html_clicks": True, "text_clicks": False, "goal_tracking": False,
            "ecomm360": False, "google_analytics": "", "clicktale": "",
        },
        "social_card": {"image_url": "", "title": campaign.subject, "description": ""},
        "delivery_status": {"enabled": False},
        "_links": resource_links(base, path, "Campaigns", "content", "send-checklist", edits=True),
    }  # fmt: skip
    if campaign.sent:
        row["report_summary"] = _summary(campaign, now)
    return row


def _send_time(campaign: Campaign) -> str | None:
    """When it went or will go out. Drafts have none, which the vendor says as `""` or as null."""
    none = None if campaign.web_id % 2 else ""
    return instant(campaign.sent or campaign.scheduled) or none


def _summary(campaign: Campaign, now: int) -> Row:
    """Opens and clicks in short; the vendor never takes proxies out here."""
    counted, reached = totals(campaign, now), delivered(campaign, now)
    return {
        "opens": counted.opens,
        "unique_opens": counted.unique_opens,
        "open_rate": fraction(counted.unique_opens, reached),
        "clicks": counted.clicks,
        "subscriber_clicks": counted.subscriber_clicks,
        "click_rate": fraction(counted.subscriber_clicks, reached),
        "ecommerce": UNSOLD,
    }


def campaign_content(campaign: Campaign, base: str) -> Row:
    """What was written: three links in a little HTML, and the same as text."""
    items = "".join(
        f'<li><a href="{url}">{url.rpartition("/")[2].title()}</a></li>' for url in campaign.links
    )
    written = f"<h1>{campaign.subject}</h1><p>{campaign.preview}</p><ul>{items}</ul>"
    html = f"<html><body>{written}</body></html>"
    text = "\n".join((campaign.subject, "", campaign.preview, "", *campaign.links))
    if campaign.html is not None:
        html = campaign.html
    if campaign.plain_text is not None:
        text = campaign.plain_text
    links = resource_links(base, f"/campaigns/{campaign.id}/content", "Campaigns/Content")
    return {"plain_text": text, "html": html, "archive_html": html, "_links": links}


def report_row(campaign: Campaign, base: str, now: int) -> Row:
    """The report of a sent campaign: rates are fractions, but `list_stats` are percentages."""
    audience, counted, reached = campaign.audience, totals(campaign, now), delivered(campaign, now)
    opened, clicked = counts.list_rates(audience, now)
    below = (
        "click-details",
        "open-details",
        "email-activity",
        "sent-to",
        "unsubscribed",
        "locations",
    )
    return {
        "id": campaign.id,
        "campaign_title": campaign.title,
        "type": campaign.type,
        "list_id": audience.list_id,
        "list_is_active": True,
        "list_name": audience.title,
        "subject_line": campaign.subject,
        "preview_text": campaign.preview,
        "emails_sent": len(campaign.deliveries),
        "abuse_reports": sum(at <= now for at, _ in campaign.abuse),
        "unsubscribed": len(campaign.unsubscribed),
        "send_time": instant(campaign.sent),
        "bounces": {"hard_bounces": counted.hard, "soft_bounces": counted.soft, "syntax_errors": 0},
        "forwards": {"forwards_count": campaign.forwards, "forwards_opens": campaign.forwards},
        "opens": _opens(campaign, now, reached),
        "clicks": {
            "clicks_total": counted.clicks, "unique_clicks": counted.unique_clicks,
            "unique_subscriber_clicks": counted.subscriber_clicks,
            "click_rate": fraction(counted.subscriber_clicks, reached),
            "last_click": instant(counted.last_click),
        },
        "facebook_likes": {"recipient_likes": 0, "unique_likes": 0, "facebook_likes": 0},
        "industry_stats": {
            "type": "Non-Profit", "open_rate": 0.25, "click_rate": 0.03, "bounce_rate": 0.01,
            "unopen_rate": 0.74, "unsub_rate": 0.002, "abuse_rate": 0.0001,
        },
        "list_stats": {"sub_rate": 3, "unsub_rate": 1, "open_rate": opened, "click_rate": clicked},
        "timeseries": counts.timeseries(campaign, now, instant),
        "share_report": {"share_url": f"https://share.example/{campaign.id}", "share_password": ""},
        "ecommerce": {**UNSOLD, "currency_code": "USD"},
        "delivery_status": {"enabled": False},
        "_links": resource_links(base, f"/reports/{campaign.id}", "Reports", *below),
    }  # fmt: skip


def _opens(campaign: Campaign, now: int, reached: int) -> Row:
    counted = totals(campaign, now)
    row: Row = {
        "opens_total": counted.opens,
        "unique_opens": counted.unique_opens,
        "open_rate": fraction(counted.unique_opens, reached),
        "last_open": instant(counted.last_open),
    }
    if campaign.sent >= counts.PROXY_FROM:
        row["proxy_excluded_opens"] = counted.real_opens
        row["proxy_excluded_unique_opens"] = counted.real_unique_opens
        row["proxy_excluded_open_rate"] = fraction(counted.real_unique_opens, reached)
    return row


# What recipients did. Who was deleted for good is in the totals but in none of these rows.


def recipient(campaign: Campaign, member: Member, *, merge: bool = True) -> Row:
    """The fields that open every row about a recipient."""
    row: Row = {
        "campaign_id": campaign.id, "list_id": campaign.audience.list_id, "list_is_active": True,
        "email_id": member.key, "email_address": member.email,
    }  # fmt: skip
    return {**row, "merge_fields": member.merge, "vip": member.vip} if merge else row


def shown(campaign: Campaign) -> list[Delivery]:
    """Deliveries to members whom the vendor still knows."""
    return [delivery for delivery in campaign.deliveries if not delivery.member.gone]


def activity_rows(campaign: Campaign, base: str, now: int, since: int | None) -> list[Row]:
    """Every recipient with what they did; with `since`, only those who did something after it."""
    rows = []
    for delivery in shown(campaign):
        acts = [act for act in counts.acts_until(delivery, now) if since is None or act.at > since]
        if since is not None and not acts:
            continue
        path = f"/reports/{campaign.id}/email-activity/{delivery.member.key}"
        rows.append(
            {
                **recipient(campaign, delivery.member, merge=False),
                "activity": [_act(campaign, delivery, act) for act in acts],
                "_links": resource_links(base, path, "Reports/EmailActivity"),
            }
        )
    return rows


def _act(campaign: Campaign, delivery: Delivery, act: Any) -> Row:
    row: Row = {"action": act.kind, "timestamp": instant(act.at)}
    if act.kind == "bounce":
        return {**row, "type": delivery.status}
    if act.kind == "click":
        row["url"] = campaign.links[act.link]
    return {**row, "ip": act.ip}


def sent_to_rows(campaign: Campaign, base: str, now: int) -> list[Row]:
    """Every recipient with how the delivery went."""
    rows = []
    for delivery in shown(campaign):
        opens = [act for act in counts.acts_until(delivery, now) if act.kind == "open"]
        path = f"/reports/{campaign.id}/sent-to/{delivery.member.key}"
        rows.append(
            {
                **recipient(campaign, delivery.member),
                "status": delivery.status, "open_count": len(opens),
                "last_open": instant(opens[-1].at if opens else 0), "gmt_offset": 0,
                "_links": resource_links(base, path, "Reports/SentTo"),
            }
        )  # fmt: skip
    return rows


def open_rows(campaign: Campaign, base: str, now: int, since: int | None) -> list[Row]:
    """Every recipient who opened (after `since`), with each open."""
    rows = []
    for delivery in shown(campaign):
        opens = [
            a
            for a in counts.acts_until(delivery, now)
            if a.kind == "open" and (since is None or a.at > since)
        ]
        if opens:
            path = f"/reports/{campaign.id}/open-details/{delivery.member.key}"
            rows.append(
                {
                    **recipient(campaign, delivery.member),
                    "contact_status": delivery.member.status, "opens_count": len(opens),
                    "opens": [{"timestamp": instant(act.at)} for act in opens],
                    "_links": resource_links(base, path, "Reports/OpenDetails"),
                }
            )  # fmt: skip
    return rows


def link_id(campaign: Campaign, number: int) -> str:
    """The vendor's id of a campaign's link."""
    return digest(campaign.id, "link", number)[:10]


def clickers(campaign: Campaign, number: int, now: int) -> list[tuple[Delivery, list[Any]]]:
    """Who clicked a link, with their clicks on it."""
    found = (
        (d, [a for a in counts.acts_until(d, now) if a.kind == "click" and a.link == number])
        for d in campaign.deliveries
    )
    return [(delivery, clicks) for delivery, clicks in found if clicks]


def click_rows(campaign: Campaign, base: str, now: int) -> list[Row]:
    """Every link with how often it was clicked; percentages are fractions of all clicks."""
    counted, rows = totals(campaign, now), []
    for number, url in enumerate(campaign.links):
        found = clickers(campaign, number, now)
        clicks = [act for _, acts in found for act in acts]
        path = f"/reports/{campaign.id}/click-details/{link_id(campaign, number)}"
        rows.append(
            {
                "id": link_id(campaign, number), "url": url, "campaign_id": campaign.id,
                "total_clicks": len(clicks), "unique_clicks": len(found),
                "click_percentage": fraction(len(clicks), counted.clicks),
                "unique_click_percentage": fraction(len(found), counted.unique_clicks),
                "last_click": instant(max((act.at for act in clicks), default=0)),
                "_links": resource_links(base, path, "Reports/ClickDetails", "members"),
            }
        )  # fmt: skip
    return rows


def clicker_rows(campaign: Campaign, number: int, base: str, now: int) -> list[Row]:
    """Who clicked one link, and how often."""
    path = f"/reports/{campaign.id}/click-details/{link_id(campaign, number)}/members"
    return [
        {
            **recipient(campaign, delivery.member),
            "contact_status": delivery.member.status, "clicks": len(clicks),
            "url_id": link_id(campaign, number),
            "_links": resource_links(base, f"{path}/{delivery.member.key}", "Reports/Clickers"),
        }
        for delivery, clicks in clickers(campaign, number, now)
        if not delivery.member.gone
    ]  # fmt: skip


def unsubscribed_rows(campaign: Campaign, base: str) -> list[Row]:
    """Who unsubscribed through the campaign, when and why."""
    path = f"/reports/{campaign.id}/unsubscribed"
    return [
        {
            **recipient(campaign, member),
            "timestamp": instant(at), "reason": reason,
            "_links": resource_links(base, f"{path}/{member.key}", "Reports/Unsubs"),
        }
        for at, member, reason in campaign.unsubscribed
        if not member.gone
    ]  # fmt: skip


def abuse_rows(campaign: Campaign, base: str, now: int) -> list[Row]:
    """Who reported the campaign as spam."""
    path = f"/reports/{campaign.id}/abuse-reports"
    return [
        {
            **recipient(campaign, member), "id": number + 1, "date": instant(at),
            "_links": resource_links(base, f"{path}/{number + 1}", "Reports/Abuse"),
        }
        for number, (at, member) in enumerate(campaign.abuse)
        if at <= now and not member.gone
    ]  # fmt: skip
