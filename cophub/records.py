"""The records that connectors yield: one vendor-neutral shape per kind of thing.

A field that was not set stays `UNSET` and leaves the stored value alone; `None` says that the
vendor has no value. Keys and ids may be given as `str` or `int` and are stored as text. Instants
may be given as an aware `datetime` or as ISO 8601 text with a zone and are stored in UTC; a naive
one is rejected, because guessing its zone would move a person's act to another day.
"""

from datetime import date, datetime
from typing import Any, ClassVar

from msgspec import UNSET, Struct, UnsetType

from cophub.error_codes import ITEM

Key = str | int
Text = str | None | UnsetType
Instant = datetime | str | None | UnsetType
Day = date | str
Count = int | None | UnsetType
Number = float | None | UnsetType
Flag = bool | None | UnsetType
Extra = dict[str, Any] | UnsetType


class Record(Struct, kw_only=True, gc=False):
    """A row for one table of the warehouse; `KEY` names the fields that identify it in a source."""

    KEY: ClassVar[tuple[str, ...]] = ("key",)
    TABLE: ClassVar[str] = ""
    EARLIEST: ClassVar[tuple[str, ...]] = ()
    """Instants of which the earliest ever seen is kept, with its `..._basis` where it has one."""

    extra: Extra = UNSET
    digest: Count = UNSET
    """Of the vendor's item that this record was made of, as `Context.fresh` gave it."""


class Space(Record, kw_only=True):
    """A group, list, audience, site, channel or meeting room: where accounts gather."""

    TABLE: ClassVar[str] = "space"

    key: Key
    kind: Text = UNSET  # list, group, site, audience, meeting_room, channel
    title: Text = UNSET
    description: Text = UNSET
    url: Text = UNSET
    visibility: Text = UNSET  # public, members, secret
    open_membership: Flag = UNSET
    language: Text = UNSET
    created_at: Instant = UNSET
    parent: Text = UNSET
    native_member_count: Count = UNSET
    native_post_count: Count = UNSET


class Account(Record, kw_only=True):
    """One login or address at a vendor."""

    TABLE: ClassVar[str] = "account"

    key: Key
    name: Text = UNSET
    given_name: Text = UNSET
    family_name: Text = UNSET
    email: Text = UNSET
    email_verified: Flag = UNSET
    username: Text = UNSET
    kind: Text = UNSET  # person, role_mailbox, bot, service
    job_title: Text = UNSET
    department: Text = UNSET
    organization: Text = UNSET
    city: Text = UNSET
    country: Text = UNSET
    timezone: Text = UNSET
    language: Text = UNSET
    created_at: Instant = UNSET
    status: Text = UNSET


class Membership(Record, kw_only=True):
    """An account in a space."""

    TABLE: ClassVar[str] = "membership"
    KEY: ClassVar[tuple[str, ...]] = ("space", "account")
    # Vendors overwrite the date when somebody subscribes again; who joined in 2019 joined in 2019.
    EARLIEST: ClassVar[tuple[str, ...]] = ("joined_at",)

    space: Key
    account: Key
    role: Text = UNSET  # owner, moderator, facilitator, member, subscriber, guest
    status: Text = UNSET  # active, pending, unsubscribed, bounced, archived, left
    joined_at: Instant = UNSET
    joined_at_basis: Text = UNSET  # native, opt_in, registered, first_seen
    left_at: Instant = UNSET
    reason: Text = UNSET


class Post(Record, kw_only=True):
    """A message, question, news item or comment; `thread` is the key of its first post."""

    TABLE: ClassVar[str] = "post"

    key: Key
    space: Key | UnsetType | None = UNSET
    thread: Key | UnsetType | None = UNSET
    reply_to: Key | UnsetType | None = UNSET
    account: Key | UnsetType | None = UNSET
    author_name: Text = UNSET
    kind: Text = UNSET  # message, question, announcement, news, comment, system
    title: Text = UNSET
    body: Text = UNSET
    posted_at: Instant = UNSET
    edited_at: Instant = UNSET
    deleted_at: Instant = UNSET
    url: Text = UNSET
    language: Text = UNSET
    reaction_count: Count = UNSET
    reply_count: Count = UNSET
    view_count: Count = UNSET
    attachment_count: Count = UNSET


class Reaction(Record, kw_only=True):
    """A like, vote or other mark by an account on a post."""

    TABLE: ClassVar[str] = "reaction"
    KEY: ClassVar[tuple[str, ...]] = ("post", "account", "kind")

    post: Key
    account: Key
    kind: str
    reacted_at: Instant = UNSET


class Event(Record, kw_only=True):
    """A call, webinar or calendar entry."""

    TABLE: ClassVar[str] = "event"

    key: Key
    space: Key | UnsetType | None = UNSET
    series: Key | UnsetType | None = UNSET
    title: Text = UNSET
    kind: Text = UNSET  # meeting, webinar, calendar
    starts_at: Instant = UNSET
    ends_at: Instant = UNSET
    cancelled: Flag = UNSET
    organizer: Text = UNSET
    url: Text = UNSET
    registered_count: Count = UNSET
    attendee_count: Count = UNSET


class Attendance(Record, kw_only=True):
    """An account at an event; several stays are one row: `minutes` their sum, `visits` how many."""

    TABLE: ClassVar[str] = "attendance"
    KEY: ClassVar[tuple[str, ...]] = ("event", "account")

    event: Key
    account: Key
    name: Text = UNSET
    joined_at: Instant = UNSET
    left_at: Instant = UNSET
    minutes: Number = UNSET
    visits: Count = UNSET
    registered: Flag = UNSET


class Campaign(Record, kw_only=True):
    """A newsletter that went out, with the vendor's counts about it."""

    TABLE: ClassVar[str] = "campaign"

    key: Key
    space: Key | UnsetType | None = UNSET
    title: Text = UNSET
    subject: Text = UNSET
    sent_at: Instant = UNSET
    url: Text = UNSET
    sent_count: Count = UNSET
    delivered_count: Count = UNSET
    open_count: Count = UNSET
    unique_open_count: Count = UNSET
    unique_open_count_no_proxy: Count = UNSET
    click_count: Count = UNSET
    unique_click_count: Count = UNSET
    bounce_count: Count = UNSET
    unsubscribe_count: Count = UNSET


class Delivery(Record, kw_only=True):
    """What one account did with one campaign."""

    TABLE: ClassVar[str] = "delivery"
    KEY: ClassVar[tuple[str, ...]] = ("campaign", "account")

    campaign: Key
    account: Key
    sent_at: Instant = UNSET
    opened_at: Instant = UNSET
    open_count: Count = UNSET
    clicked_at: Instant = UNSET
    click_count: Count = UNSET
    bounced: Flag = UNSET
    unsubscribed: Flag = UNSET


class Document(Record, kw_only=True):
    """A file or recording that a community keeps."""

    TABLE: ClassVar[str] = "document"

    key: Key
    space: Key | UnsetType | None = UNSET
    title: Text = UNSET
    url: Text = UNSET
    media_type: Text = UNSET
    size_bytes: Count = UNSET
    account: Key | UnsetType | None = UNSET
    created_at: Instant = UNSET
    modified_at: Instant = UNSET
    version: Text = UNSET
    deleted_at: Instant = UNSET


class Metric(Record, kw_only=True):
    """A number that the vendor counted itself, for a period (both days included).

    `subject` is what it is about when that is not the whole space; `""` means the space.
    """

    TABLE: ClassVar[str] = "metric"
    KEY: ClassVar[tuple[str, ...]] = ("space", "subject", "name", "period_start", "period_end")

    space: Key = ""
    subject: Key = ""
    name: str
    period_start: Day
    period_end: Day
    value: Number = UNSET
    unit: Text = UNSET
    observed_at: Instant = UNSET


RECORDS: tuple[type[Record], ...] = (
    Space, Account, Membership, Post, Reaction, Event, Attendance, Campaign, Delivery, Document,
    Metric,
)  # fmt: skip


class Checkpoint(Struct, frozen=True):
    """All that was yielded so far may be kept, together with this cursor."""

    cursor: str


class Gone(Struct, frozen=True, kw_only=True):
    """Rows that are no longer at the vendor: those with `where`, but for the keys in `but`.

    `where` gives columns of `record` and their values: `{"key": "5"}` is one row, `{"thread": "7"}`
    a thread, `{"extra.row": "9"}` what has this text in its `extra`. `prefix` limits it to keys
    whose last column begins so. A key of several columns is a tuple in `but`. For deletions that
    have no date; a row that is yielded again later is back.

    Where much would be gone because it was absent, the run is held until a person agrees; `told`
    says that it was not: the vendor itself said that these rows are gone.
    """

    record: type[Record]
    where: dict[str, Key] = {}
    prefix: str = ""
    but: tuple[Key | tuple[Key, ...], ...] = ()
    told: bool = False


class Reject(Struct, kw_only=True):
    """An item that could not be understood: kept, counted and shown, never silent.

    `item` is the vendor's item as plain values; secrets are taken out before it is stored.
    """

    reason: str
    record: str | None = None
    key: str | None = None
    field: str | None = None
    item: Any = None
    code: str = ITEM
    """What kind of fault it is, in `cophub.error_codes`."""


Item = Record | Gone | Checkpoint | Reject
Json = dict[str, Any]

__all__ = [
    "RECORDS", "UNSET", "Account", "Attendance", "Campaign", "Checkpoint", "Delivery", "Document",
    "Event", "Gone", "Item", "Json", "Membership", "Metric", "Post", "Reaction", "Record", "Reject",
    "Space",
]  # fmt: skip
