"""The vendor's own statistics of an audience: growth by month, activity by day, segments."""

from collections import Counter
from datetime import UTC, date, datetime, timedelta
from typing import Any

from cophub.sandbox.mailchimp.crowd import Crowd
from cophub.sandbox.mailchimp.rows import Row, instant, resource_links
from cophub.sandbox.mailchimp.state import Audience

ACTIVITY_DAYS = 180


def month_of(seconds: int) -> str:
    """`2026-03`."""
    return f"{datetime.fromtimestamp(seconds, UTC):%Y-%m}"


def months(audience: Audience, now: int) -> list[str]:
    """Every month from the audience's first to this one, newest first."""
    first, day = month_of(audience.created), datetime.fromtimestamp(now, UTC).date().replace(day=1)
    result = [f"{day:%Y-%m}"]
    while result[-1] > first:
        day = (day - timedelta(days=1)).replace(day=1)
        result.append(f"{day:%Y-%m}")
    return result


def close_month(audience: Audience, now: int) -> None:
    """At the end of a month, keep how many were subscribed and pending."""
    audience.months[month_of(now)] = _standing(audience)


def _standing(audience: Audience) -> dict[str, int]:
    return {status: audience.total(status) for status in ("subscribed", "pending", "transactional")}


def growth_row(audience: Audience, month: str, base: str, now: int) -> Row:
    """One month: totals at its end, and who newly left, bounced or was deleted in it."""
    known = audience.months.get(month) or _standing(audience)
    if audience.crowd and month < month_of(audience.crowd.end):
        known = _crowd_standing(audience.crowd, month)
    new = audience.monthly.get(month, Counter())
    path = f"/lists/{audience.list_id}/growth-history/{month}"
    return {
        "list_id": audience.list_id, "month": month,
        "existing": 0, "imports": 0, "optins": 0,
        "subscribed": known["subscribed"], "unsubscribed": new["unsubs"],
        "reconfirm": new["reconfirm"], "cleaned": new["cleaned"], "pending": known["pending"],
        "deleted": new["deleted"], "transactional": known["transactional"],
        "_links": resource_links(base, path, "Lists/Growth"),
    }  # fmt: skip


def _crowd_standing(crowd: Crowd, month: str) -> dict[str, int]:
    start = date.fromisoformat(f"{month}-01")
    end = (start + timedelta(days=32)).replace(day=1)
    joined = crowd.first_after(int(datetime(end.year, end.month, 1, tzinfo=UTC).timestamp()) - 1)
    share = {status: crowd.share(status, joined) for status in ("subscribed", "pending")}
    return {**share, "transactional": 0}


def activity_rows(audience: Audience, base: str, now: int) -> list[Row]:
    """The last 180 days, newest first."""
    mailed, path = _mailed(audience, now), f"/lists/{audience.list_id}/activity"
    today = datetime.fromtimestamp(now, UTC).date()
    rows = []
    for back in range(ACTIVITY_DAYS):
        day = f"{today - timedelta(days=back)}"
        people, mail = audience.daily.get(day, Counter()), mailed.get(day, Counter())
        rows.append(
            {
                "day": day,
                "emails_sent": mail["sent"], "unique_opens": mail["opens"],
                "recipient_clicks": mail["clicks"],
                "hard_bounce": mail["hard"], "soft_bounce": mail["soft"],
                "subs": people["subs"], "unsubs": people["unsubs"],
                "other_adds": people["other_adds"], "other_removes": people["other_removes"],
                "_links": resource_links(base, path, "Lists/Activity"),
            }
        )  # fmt: skip
    return rows


def _mailed(audience: Audience, now: int) -> dict[str, Counter[str]]:
    """Per day: emails sent, first opens, clicks and bounces."""
    days: dict[str, Counter[str]] = {}
    first = now - (ACTIVITY_DAYS + 60) * 86_400

    def on(at: int) -> Counter[str]:
        return days.setdefault(f"{datetime.fromtimestamp(at, UTC):%Y-%m-%d}", Counter())

    for campaign in audience.campaigns:
        if campaign.sent < first:
            continue
        on(campaign.sent)["sent"] += len(campaign.deliveries)
        for delivery in campaign.deliveries:
            acts = [act for act in delivery.acts if act.at <= now]
            opened = next((act for act in acts if act.kind == "open"), None)
            if opened:
                on(opened.at)["opens"] += 1
            for act in acts:
                if act.kind != "open":
                    on(act.at)["clicks" if act.kind == "click" else delivery.status] += 1
    return days


def segment_rows(audience: Audience, base: str) -> list[Row]:
    """Tags, which the vendor keeps as static segments."""
    path = f"/lists/{audience.list_id}/segments"
    counted: Counter[int] = Counter()
    for member in audience.members.values():
        if member.status == "subscribed":
            counted.update(member.tags)
    return [
        {
            "id": tag.id, "name": tag.name, "member_count": counted[tag.id], "type": "static",
            "created_at": instant(tag.created), "updated_at": instant(tag.updated),
            "options": {"match": "any", "conditions": []}, "list_id": audience.list_id,
            "_links": resource_links(base, f"{path}/{tag.id}", "Lists/Segments"),
        }
        for tag in audience.tags.values()
    ]  # fmt: skip


def interest_rows(audience: Audience, category: str, base: str) -> list[Row]:
    """The interests of a category; `subscriber_count` is a text, as the vendor has it."""
    path = f"/lists/{audience.list_id}/interest-categories/{category}/interests"
    counted: Counter[str] = Counter()
    for member in audience.members.values():
        if member.status == "subscribed":
            counted.update(member.interests)
    return [
        {
            **item, "subscriber_count": str(counted[item["id"]]),
            "_links": resource_links(base, f"{path}/{item['id']}", "Lists/Interests"),
        }
        for item in audience.interests
        if item["category_id"] == category
    ]  # fmt: skip


def locations(audience: Audience) -> list[dict[str, Any]]:
    """Subscribed members by country; percent is 0 to 100."""
    held = [m for m in audience.members.values() if m.status == "subscribed" and m.country]
    counted = Counter(member.country for member in held)
    return [
        {"country": code, "cc": code, "percent": 100 * number / len(held), "total": number}
        for code, number in counted.most_common()
    ]
