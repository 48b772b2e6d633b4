"""What a campaign's report says: counted from the acts of its recipients up to now."""

from typing import Any

import msgspec

from cophub.sandbox.mailchimp.state import Act, Audience, Campaign, Delivery

DAY = 86_400
HOUR = 3_600
PROXY_FROM = 1_719_014_400
"""2024-06-22: since then the vendor also counts opens without those of privacy proxies."""
MOST_ACTS = 1_000
"""The vendor lists at most so many opens, and so many clicks, of one member and campaign."""


class Totals(msgspec.Struct):
    """A campaign's counts at one instant; `proxy_excluded` ones leave machine opens out."""

    at: int
    opens: int = 0
    unique_opens: int = 0
    real_opens: int = 0
    real_unique_opens: int = 0
    last_open: int = 0
    clicks: int = 0
    unique_clicks: int = 0
    subscriber_clicks: int = 0
    last_click: int = 0
    hard: int = 0
    soft: int = 0
    hours: list[list[int]] = msgspec.field(default_factory=lambda: [[0, 0, 0] for _ in range(24)])
    """For each of the first 24 hours: unique opens, those without proxies, who clicked."""


def acts_until(delivery: Delivery, now: int) -> list[Act]:
    """What the recipient did so far, as much of it as the vendor lists."""
    kept: dict[str, int] = {}
    result = []
    for act in delivery.acts:
        if act.at > now:
            break
        kept[act.kind] = kept.get(act.kind, 0) + 1
        if kept[act.kind] <= MOST_ACTS:
            result.append(act)
    return result


def totals(campaign: Campaign, now: int) -> Totals:
    """The campaign's counts at `now`; kept until the clock moves, for good once all is over."""
    known: Totals | None = campaign.totals
    if known is None or (known.at != now and known.at < _settled(campaign)):
        known = campaign.totals = _count(campaign, now)
    return known


def _settled(campaign: Campaign) -> int:
    return max((d.acts[-1].at for d in campaign.deliveries if d.acts), default=0)


def _count(campaign: Campaign, now: int) -> Totals:
    result = Totals(at=now)
    for delivery in campaign.deliveries:
        result.hard += delivery.status == "hard"
        result.soft += delivery.status == "soft"
        _count_opens(
            result, campaign, [a for a in delivery.acts if a.at <= now and a.kind == "open"]
        )
        _count_clicks(
            result, campaign, [a for a in delivery.acts if a.at <= now and a.kind == "click"]
        )
    return result


def _count_opens(result: Totals, campaign: Campaign, opens: list[Act]) -> None:
    if not opens:
        return
    real = [act for act in opens if not act.proxy]
    result.opens += len(opens)
    result.unique_opens += 1
    result.real_opens += len(real)
    result.real_unique_opens += bool(real)
    result.last_open = max(result.last_open, opens[-1].at)
    _first_day(result, campaign, opens[0].at, 0)
    if real:
        _first_day(result, campaign, real[0].at, 1)


def _count_clicks(result: Totals, campaign: Campaign, clicks: list[Act]) -> None:
    if not clicks:
        return
    result.clicks += len(clicks)
    result.unique_clicks += len({act.link for act in clicks})
    result.subscriber_clicks += 1
    result.last_click = max(result.last_click, clicks[-1].at)
    _first_day(result, campaign, clicks[0].at, 2)


def _first_day(result: Totals, campaign: Campaign, at: int, column: int) -> None:
    hour = (at - _first_hour(campaign)) // HOUR
    if 0 <= hour < len(result.hours):
        result.hours[hour][column] += 1


def _first_hour(campaign: Campaign) -> int:
    return campaign.sent - campaign.sent % HOUR


def delivered(campaign: Campaign, now: int) -> int:
    """Sent less bounced: what the vendor's rates are fractions of."""
    counted = totals(campaign, now)
    return len(campaign.deliveries) - counted.hard - counted.soft


def fraction(part: int, whole: int) -> float:
    """`part / whole` from 0 to 1; 0 of nothing."""
    return part / whole if whole else 0


def timeseries(campaign: Campaign, now: int, stamp: Any) -> list[dict[str, Any]]:
    """The first 24 hours after the send."""
    rows = []
    for number, (opens, real, clicks) in enumerate(totals(campaign, now).hours):
        row = {
            "timestamp": stamp(_first_hour(campaign) + number * HOUR),
            "emails_sent": 0 if number else len(campaign.deliveries),
            "unique_opens": opens,
            "recipients_clicks": clicks,
        }
        if campaign.sent >= PROXY_FROM:
            row["proxy_excluded_unique_opens"] = real
        rows.append(row)
    return rows


def list_rates(audience: Audience, now: int) -> tuple[float, float]:
    """Average open and click rates of an audience's campaigns: percentages, unlike a report's."""
    sent = [c for c in audience.campaigns if c.sent and c.deliveries]
    if not sent:
        return 0, 0
    opened = sum(fraction(totals(c, now).unique_opens, delivered(c, now)) for c in sent)
    clicked = sum(fraction(totals(c, now).subscriber_clicks, delivered(c, now)) for c in sent)
    return 100 * opened / len(sent), 100 * clicked / len(sent)


def member_rates(deliveries: list[Delivery], now: int) -> tuple[float, float]:
    """A member's average open and click rates as fractions."""
    got = [d for d in deliveries if d.status == "sent"]
    opened = sum(any(a.kind == "open" and a.at <= now for a in d.acts) for d in got)
    clicked = sum(any(a.kind == "click" and a.at <= now for a in d.acts) for d in got)
    return round(fraction(opened, len(got)), 4), round(fraction(clicked, len(got)), 4)
