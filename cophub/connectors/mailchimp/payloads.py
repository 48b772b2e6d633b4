"""What MailChimp's Marketing API 3.0 answers: the fields that cophub reads, and no others.

The names are the vendor's. A field with a default may be missing, null or empty at the vendor: real
rows break its published schema (`timestamp_signup` is `""` where nobody signed up by a form, and
`send_time` is `""` or null for what was not sent). Instants stay text here. `fields_of` turns a
page into the `fields` parameter, so that what is asked for and what is read cannot drift apart.
"""

from functools import cache
from typing import Any, get_args

from msgspec import Raw, Struct


class Payload(Struct, gc=False):
    """Anything that the vendor sends: a tree, so that the garbage collector need not look at it."""


class Page(Payload):
    """A page of a listing; `total_items` counts the listing, not the page."""

    total_items: int


class Ping(Payload):
    """`GET /ping`."""

    health_status: str


# --- lists, which MailChimp now calls audiences


class ListStats(Payload):
    """Counts of an audience. `open_rate` and `click_rate` are percentages here (0 to 100), and
    `avg_sub_rate` is a number of people a month."""

    member_count: int = 0
    total_contacts: int | None = None
    unsubscribe_count: int | None = None
    cleaned_count: int | None = None
    campaign_count: int | None = None
    avg_sub_rate: float | None = None
    avg_unsub_rate: float | None = None
    target_sub_rate: float | None = None
    open_rate: float | None = None
    click_rate: float | None = None


class CampaignDefaults(Payload):
    """Who an audience's mails come from; only the language is read."""

    language: str | None = None


class Audience(Payload):
    """One row of `GET /lists`."""

    id: str
    name: str
    stats: ListStats
    web_id: int | None = None
    date_created: str | None = None
    visibility: str | None = None
    subscribe_url_long: str | None = None
    permission_reminder: str | None = None
    double_optin: bool | None = None
    campaign_defaults: CampaignDefaults | None = None


class AudiencePage(Page):
    """`GET /lists`."""

    lists: list[Audience]


class MergeField(Payload):
    """One row of `GET /lists/{id}/merge-fields`."""

    tag: str
    name: str = ""


class MergeFieldPage(Page):
    """`GET /lists/{id}/merge-fields`."""

    merge_fields: list[MergeField]


class InterestCategory(Payload):
    """A group of interests, often phrased as a question."""

    id: str
    title: str = ""


class InterestCategoryPage(Page):
    """`GET /lists/{id}/interest-categories`."""

    categories: list[InterestCategory]


class Interest(Payload):
    """An interest that people tick; the vendor sends `subscriber_count` as text."""

    id: str
    name: str
    subscriber_count: str | int | None = None


class InterestPage(Page):
    """`GET /lists/{id}/interest-categories/{id}/interests`."""

    interests: list[Interest]


class Month(Payload):
    """One month of `GET /lists/{id}/growth-history`; `subscribed` is the stand at its end."""

    month: str
    subscribed: int | None = None
    unsubscribed: int | None = None
    cleaned: int | None = None
    pending: int | None = None
    deleted: int | None = None
    reconfirm: int | None = None
    transactional: int | None = None


class GrowthPage(Page):
    """`GET /lists/{id}/growth-history`."""

    history: list[Month]


class Day(Payload):
    """One day of `GET /lists/{id}/activity`, which goes back 180 days."""

    day: str
    emails_sent: int | None = None
    unique_opens: int | None = None
    recipient_clicks: int | None = None
    hard_bounce: int | None = None
    soft_bounce: int | None = None
    subs: int | None = None
    unsubs: int | None = None
    other_adds: int | None = None
    other_removes: int | None = None


class DayPage(Page):
    """`GET /lists/{id}/activity`."""

    activity: list[Day]


# --- members


class Tag(Payload):
    """A tag on a contact."""

    name: str


class TagPage(Page):
    """`GET /lists/{id}/members/{hash}/tags`."""

    tags: list[Tag]


class Location(Payload):
    """Where a contact's mail was last opened, as far as its IP address tells."""

    country_code: str | None = None
    timezone: str | None = None


class Member(Payload):
    """One row of `GET /lists/{id}/members`: a contact in one audience.

    `id` is the MD5 of the address in lower case, and so the same in every audience. `tags` holds
    the first 50 of `tags_count`.
    """

    id: str
    status: str
    email_address: str | None = None
    contact_id: str | None = None
    full_name: str | None = None
    unsubscribe_reason: str | None = None
    merge_fields: dict[str, Any] | None = None
    interests: dict[str, bool] | None = None
    timestamp_signup: str | None = None
    timestamp_opt: str | None = None
    last_changed: str | None = None
    language: str | None = None
    vip: bool | None = None
    source: str | None = None
    location: Location | None = None
    tags_count: int | None = None
    tags: list[Tag] | None = None
    digest: int | None = None
    """Ours: of the row as it came; None where something of the contact was not in it."""


class Contact(Payload):
    """As much of a `Member` as a listing is checked by; `item` holds the whole of it."""

    id: str
    contact_id: str | None = None
    last_changed: str | None = None
    item: Raw = Raw()


class MemberPage(Page):
    """`GET /lists/{id}/members`, each still as it came."""

    members: list[Raw]


# --- campaigns and reports


class Recipients(Payload):
    """The audience that a campaign went to."""

    list_id: str | None = None


class CampaignSettings(Payload):
    """What a campaign is called; an A/B campaign has no one subject."""

    subject_line: str | None = None
    title: str | None = None


class SentCampaign(Payload):
    """One row of `GET /campaigns?status=sent`."""

    id: str
    recipients: Recipients
    type: str | None = None
    send_time: str | None = None
    emails_sent: int | None = None
    archive_url: str | None = None
    long_archive_url: str | None = None
    settings: CampaignSettings | None = None


class CampaignPage(Page):
    """`GET /campaigns`."""

    campaigns: list[SentCampaign]


class Bounces(Payload):
    """Mails that came back. An address with a syntax error was never mailed."""

    hard_bounces: int = 0
    soft_bounces: int = 0
    syntax_errors: int = 0


class Forwards(Payload):
    """Uses of the vendor's forward-to-a-friend form."""

    forwards_count: int | None = None
    forwards_opens: int | None = None


class Opens(Payload):
    """Opens; rates are fractions here (0 to 1).

    `proxy_excluded_*` leave out what mail proxies opened unseen (Apple Mail Privacy Protection);
    campaigns from before the vendor counted them do not have the fields.
    """

    opens_total: int = 0
    unique_opens: int = 0
    open_rate: float | None = None
    proxy_excluded_opens: int | None = None
    proxy_excluded_unique_opens: int | None = None
    proxy_excluded_open_rate: float | None = None


class Clicks(Payload):
    """Clicks. `unique_clicks` counts each link of each person once; `unique_subscriber_clicks`
    counts each person once; `click_rate` is a fraction (0 to 1)."""

    clicks_total: int = 0
    unique_clicks: int = 0
    unique_subscriber_clicks: int = 0
    click_rate: float | None = None


class Report(Payload):
    """One row of `GET /reports`."""

    id: str
    list_id: str | None = None
    campaign_title: str | None = None
    subject_line: str | None = None
    send_time: str | None = None
    emails_sent: int = 0
    abuse_reports: int | None = None
    unsubscribed: int = 0
    bounces: Bounces | None = None
    forwards: Forwards | None = None
    opens: Opens | None = None
    clicks: Clicks | None = None


class ReportPage(Page):
    """`GET /reports`."""

    reports: list[Report]


# --- what each person did with a campaign


class Recipient(Payload):
    """One row of `GET /reports/{id}/sent-to`; `status` is sent, hard or soft."""

    email_id: str
    status: str


class RecipientPage(Page):
    """`GET /reports/{id}/sent-to`."""

    sent_to: list[Recipient]


class Action(Payload):
    """One open, click or bounce."""

    action: str
    timestamp: str | None = None


class EmailActivity(Payload):
    """One row of `GET /reports/{id}/email-activity`: what one person did.

    The vendor lists at most 1,000 opens and 1,000 clicks of a person.
    """

    email_id: str
    activity: list[Action]


class EmailActivityPage(Page):
    """`GET /reports/{id}/email-activity`."""

    emails: list[EmailActivity]


class Unsubscribe(Payload):
    """One row of `GET /reports/{id}/unsubscribed`."""

    email_id: str


class UnsubscribePage(Page):
    """`GET /reports/{id}/unsubscribed`."""

    unsubscribes: list[Unsubscribe]


class Problem(Payload):
    """An error as `application/problem+json`."""

    title: str = ""
    detail: str = ""


def rows_field(page: type[Page]) -> str:
    """The name of the field that holds a page's rows."""
    return next(name for name in page.__struct_fields__ if name != "total_items")


@cache
def fields_of(page: type[Page]) -> list[str]:
    """The `fields` parameter that asks for what `page` reads and no more: a list, for the client.

    Leaving out the rest, links above all, cuts a contact from 3.6 kB to less than 1 kB.
    """
    name = rows_field(page)
    row = get_args(page.__annotations__[name])[0]
    row = Member if row is Raw else row
    names = [field for field in row.__struct_fields__ if field != "digest"]
    return [f"{name}.{field}" for field in names] + ["total_items"]
