"""One item of MailChimp's into records of ours; nothing here asks the vendor anything."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import date, timedelta
from fnmatch import fnmatchcase
from typing import Any

from msgspec import UNSET, Struct, UnsetType

from cophub import Account, Campaign, Delivery, Item, Membership, Metric, Space
from cophub.connectors.mailchimp.payloads import (
    Action,
    Audience,
    Bounces,
    Clicks,
    Day,
    EmailActivity,
    Forwards,
    Interest,
    Member,
    MergeField,
    Month,
    Opens,
    Recipient,
    Report,
    SentCampaign,
)
from cophub.connectors.mailchimp.settings import MergeFields

STATUS = {
    "subscribed": "active",
    "pending": "pending",
    "unsubscribed": "unsubscribed",
    "cleaned": "bounced",
    "archived": "archived",
    "transactional": "",  # was only ever sent receipts and the like: an account, no membership
}
VISIBILITY = {"pub": "public", "prv": "members"}
MOST_ACTIONS = 1000
"""The vendor lists no more opens, and no more clicks, of one person and campaign."""

Blank = UnsetType | None


class MemberReading(Struct, frozen=True):
    """How the contacts of one audience are read: where its merge fields go, what its interests are.

    `blank` is what an empty field says: None ("the vendor has no value") where one audience is
    read; UNSET where several are, because an address has one account and what one audience does not
    know must not wipe out what another knows.
    """

    space: str
    given_name: tuple[str, ...] = ("FNAME",)
    family_name: tuple[str, ...] = ("LNAME",)
    name: tuple[str, ...] = ()
    organization: tuple[str, ...] = ()
    job_title: tuple[str, ...] = ()
    country: tuple[str, ...] = ()
    city: tuple[str, ...] = ()
    interests: Mapping[str, str] = {}
    blank: Blank = None
    former_members: bool = True


def member_reading(
    space: str,
    wanted: MergeFields,
    merge_fields: Sequence[MergeField],
    interests: Mapping[str, str],
    blank: Blank,
    former_members: bool = True,
) -> MemberReading:
    """The reading of one audience: wanted fields are resolved to the tags that this one has."""
    known = [(field.tag.casefold(), field.name.strip().casefold()) for field in merge_fields]

    def resolve(words: list[str]) -> tuple[str, ...]:
        tags: dict[str, None] = {}
        for word in words:
            pattern = word.strip().casefold()
            for field, names in zip(merge_fields, known, strict=True):
                if any(fnmatchcase(name, pattern) for name in names):
                    tags[field.tag] = None
        return tuple(tags)

    return MemberReading(
        space=space,
        **{name: resolve(getattr(wanted, name)) for name in MergeFields.model_fields},
        interests=interests,
        blank=blank,
        former_members=former_members,
    )


def parse_member(member: Member, reading: MemberReading) -> tuple[Item, ...]:
    """The account and the membership of one contact. Raises ValueError on an unknown status."""
    key = member.id or member.contact_id
    status = STATUS.get(member.status)
    if not key or status is None:
        missing = f"the status {member.status!r} is new" if key else "neither id nor contact_id"
        raise ValueError(f"a contact that cannot be placed: {missing}")
    kept = status in ("active", "pending") or reading.former_members
    if not status:
        return (parse_account(member, key, reading),) if kept else ()
    membership = parse_membership(member, key, status, reading)
    return (parse_account(member, key, reading), membership) if kept else (membership,)


def parse_account(member: Member, key: str, reading: MemberReading) -> Account:
    """Who the contact is, as far as merge fields and the vendor know."""
    fields = member.merge_fields or {}
    blank = reading.blank
    given_name = merged(fields, reading.given_name) or blank
    family_name = merged(fields, reading.family_name) or blank
    place = member.location
    return Account(
        key=key,
        name=(member.full_name and member.full_name.strip())
        or (reading.name and merged(fields, reading.name))
        or joined(given_name, family_name),
        given_name=given_name,
        family_name=family_name,
        # The vendor takes addresses in any case for one (`id` is a hash of the lower-case one).
        email=(member.email_address and member.email_address.lower()) or blank,
        # The account is the mailbox, and the vendor writes to it until mail comes back for good.
        email_verified=bool(member.email_address) and member.status != "cleaned",
        job_title=(reading.job_title and merged(fields, reading.job_title)) or blank,
        organization=(reading.organization and merged(fields, reading.organization)) or blank,
        city=(reading.city and merged(fields, reading.city, "city")) or blank,
        country=(reading.country and merged(fields, reading.country, "country"))
        or (place and place.country_code)
        or blank,
        timezone=(place and place.timezone) or blank,
        language=member.language or blank,
    )


def parse_membership(member: Member, key: str, status: str, reading: MemberReading) -> Membership:
    """The contact's place in the audience.

    Whoever has yet to confirm has not joined. The vendor overwrites `timestamp_opt` when somebody
    subscribes again; the warehouse keeps the earliest it has seen (`Membership.EARLIEST`).
    """
    joined_at = status != "pending" and (member.timestamp_opt or member.timestamp_signup)
    gone = status not in ("active", "pending")
    return Membership(
        space=reading.space,
        account=key,
        role="subscriber",
        status=status,
        joined_at=joined_at or UNSET,
        joined_at_basis="opt_in" if joined_at else UNSET,
        left_at=(member.last_changed or UNSET) if gone else None,
        reason=(member.unsubscribe_reason or None) if gone else None,
        extra=parse_marks(member, reading),
        digest=UNSET if member.digest is None else member.digest,
    )


def parse_marks(member: Member, reading: MemberReading) -> dict[str, Any]:
    """Tags and interests by name, and how the contact came in, leaving out what is empty."""
    marks: dict[str, Any] = {}
    if member.tags:
        marks["tags"] = sorted({tag.name for tag in member.tags})
    if member.interests and reading.interests:
        names = reading.interests
        if ticked := [names.get(key, key) for key, on in member.interests.items() if on]:
            marks["interests"] = sorted(ticked)
    if member.source:
        marks["source"] = member.source
    if member.vip:
        marks["vip"] = True
    return marks


def merged(fields: Mapping[str, Any], tags: tuple[str, ...], part: str = "") -> str:
    """The first filled of these merge fields as text; `part` is what to take of an address."""
    for tag in tags:
        value = fields.get(tag)
        if not value:
            continue
        if isinstance(value, dict):
            value = value.get(part)
        text = value.strip() if isinstance(value, str) else str(value or "")
        if text:
            return text
    return ""


def joined(given_name: str | Blank, family_name: str | Blank) -> str | Blank:
    """Given and family name in one, or what stands for a blank when both are blank."""
    words = [name for name in (given_name, family_name) if isinstance(name, str)]
    return " ".join(words) if words else given_name


def parse_audience(audience: Audience, today: date) -> Iterator[Item]:
    """The audience as a space, and its counts as they stand today.

    The vendor's `member_count` counts subscribed contacts alone, so it is our active memberships.
    """
    defaults = audience.campaign_defaults
    yield Space(
        key=audience.id,
        kind="audience",
        title=audience.name,
        description=audience.permission_reminder or None,
        url=audience.subscribe_url_long or None,
        visibility=VISIBILITY.get(audience.visibility or ""),
        language=(defaults and defaults.language) or None,
        created_at=audience.date_created or None,
        native_member_count=audience.stats.member_count,
        extra={"web_id": audience.web_id, "double_optin": audience.double_optin},
    )
    stats = audience.stats
    # The rates of an audience are percentages already; those of a report are fractions.
    for name, value, unit in (
        ("member_count", stats.member_count, "people"),
        ("contact_count", stats.total_contacts, "people"),
        ("unsubscribed_count", stats.unsubscribe_count, "people"),
        ("cleaned_count", stats.cleaned_count, "people"),
        ("campaign_count", stats.campaign_count, "campaigns"),
        ("joined_per_month", stats.avg_sub_rate, "people a month"),
        ("left_per_month", stats.avg_unsub_rate, "people a month"),
        ("target_joined_per_month", stats.target_sub_rate, "people a month"),
        ("open_percent", stats.open_rate, "percent"),
        ("click_percent", stats.click_rate, "percent"),
    ):
        if value is not None:
            yield metric(audience.id, name, today, today, value, unit)


def parse_interest(interest: Interest, space: str, category: str, today: date) -> Iterator[Item]:
    """How many people ticked an interest today; the vendor sends the number as text."""
    if interest.subscriber_count not in (None, ""):
        value = float(interest.subscriber_count)
        subject = f"{category}: {interest.name}" if category else interest.name
        yield metric(space, "interest_count", today, today, value, "people", subject)


def parse_month(month: Month, space: str) -> Iterator[Item]:
    """An audience's growth in one calendar month, a metric for each number the vendor has."""
    first = date.fromisoformat(f"{month.month}-01")
    last = (first.replace(day=28) + timedelta(days=4)).replace(day=1) - timedelta(days=1)
    for name, value in counts(month):
        yield metric(space, f"month_{name}", first, last, value, "people")


def parse_day(day: Day, space: str) -> Iterator[Item]:
    """What happened in an audience on one day, a metric for each number the vendor has."""
    on = date.fromisoformat(day.day[:10])
    for name, value in counts(day):
        unit = "mails" if name in ("emails_sent", "hard_bounce", "soft_bounce") else "people"
        yield metric(space, f"day_{name}", on, on, value, unit)


def counts(row: Struct) -> Iterator[tuple[str, int]]:
    """The numbers of a row by name."""
    for name in row.__struct_fields__:
        value = getattr(row, name)
        if isinstance(value, int):
            yield name, value


def parse_campaign(campaign: SentCampaign) -> Iterator[Item]:
    """A campaign that went out; its numbers come with its report."""
    about = campaign.settings
    yield Campaign(
        key=campaign.id,
        space=campaign.recipients.list_id or None,
        title=(about and about.title) or None,
        subject=(about and about.subject_line) or None,
        sent_at=campaign.send_time or None,
        url=campaign.long_archive_url or campaign.archive_url or None,
    )


def parse_report(report: Report) -> Iterator[Item]:
    """A campaign with its numbers so far, and what has no column of its own as metrics."""
    opens, clicks = report.opens or Opens(), report.clicks or Clicks()
    bounces = report.bounces or Bounces()
    bounced = bounces.hard_bounces + bounces.soft_bounces
    yield Campaign(
        key=report.id,
        space=report.list_id or None,
        title=report.campaign_title or None,
        subject=report.subject_line or None,
        sent_at=report.send_time or None,
        sent_count=report.emails_sent,
        delivered_count=max(report.emails_sent - bounced, 0),
        open_count=opens.opens_total,
        unique_open_count=opens.unique_opens,
        unique_open_count_no_proxy=opens.proxy_excluded_unique_opens,
        click_count=clicks.clicks_total,
        unique_click_count=clicks.unique_subscriber_clicks,
        bounce_count=bounced,
        unsubscribe_count=report.unsubscribed,
    )
    if report.list_id and report.send_time:
        yield from report_metrics(report, opens, clicks, bounces)


def report_metrics(
    report: Report, opens: Opens, clicks: Clicks, bounces: Bounces
) -> Iterator[Metric]:
    """Numbers of a report, under the day it was sent. Its rates are fractions; ours are percent."""
    on = date.fromisoformat((report.send_time or "")[:10])
    forwards = report.forwards or Forwards()
    for name, value, unit in (
        ("hard_bounces", bounces.hard_bounces, "mails"),
        ("soft_bounces", bounces.soft_bounces, "mails"),
        ("syntax_errors", bounces.syntax_errors, "addresses"),
        ("abuse_reports", report.abuse_reports, "reports"),
        ("forwards", forwards.forwards_count, "mails"),
        ("forward_opens", forwards.forwards_opens, "opens"),
        ("unique_link_clicks", clicks.unique_clicks, "clicks"),
        ("opens_without_proxies", opens.proxy_excluded_opens, "opens"),
        ("open_percent", percent(opens.open_rate), "percent"),
        ("open_percent_without_proxies", percent(opens.proxy_excluded_open_rate), "percent"),
        ("click_percent", percent(clicks.click_rate), "percent"),
    ):
        if value is not None:
            yield metric(report.list_id or "", name, on, on, value, unit, report.id)


def percent(fraction: float | None) -> float | None:
    """A fraction (0 to 1) as a percentage (0 to 100)."""
    return None if fraction is None else round(fraction * 100, 8)


def parse_recipient(
    row: Recipient, campaign: str, sent_at: str | None, unsubscribed: Collection[str]
) -> tuple[Item, ...]:
    """That a campaign was sent to an account, and whether it came back."""
    return (
        Delivery(
            campaign=campaign,
            account=row.email_id,
            sent_at=sent_at,
            bounced=row.status != "sent",
            unsubscribed=row.email_id in unsubscribed,
        ),
    )


def parse_activity(
    row: EmailActivity, campaign: str, unsubscribed: Collection[str]
) -> tuple[Item, ...]:
    """What one account did with a campaign; a count that the vendor cut off says so in `extra`."""
    opened_at, opens = first_and_number(row.activity, "open")
    clicked_at, clicks = first_and_number(row.activity, "click")
    capped = [
        name
        for name, number in (("open_count", opens), ("click_count", clicks))
        if number >= MOST_ACTIONS
    ]
    return (
        Delivery(
            campaign=campaign,
            account=row.email_id,
            opened_at=opened_at,
            open_count=opens,
            clicked_at=clicked_at,
            click_count=clicks,
            unsubscribed=row.email_id in unsubscribed,
            extra={"at_least": capped} if capped else {},
        ),
    )


def first_and_number(activity: list[Action], action: str) -> tuple[str | None, int]:
    """When somebody first did something, and how often; the vendor writes all instants in UTC."""
    found = [act.timestamp for act in activity if act.action == action]
    return min((at for at in found if at), default=None), len(found)


def metric(
    space: str, name: str, start: date, end: date, value: float, unit: str, subject: str = ""
) -> Metric:
    """One number of the vendor's."""
    return Metric(
        space=space,
        subject=subject,
        name=name,
        period_start=start,
        period_end=end,
        value=value,
        unit=unit,
    )
