"""The vendor side of the warehouse: one table per record type, keyed by source and vendor's key.

Ids are text, instants are UTC, `extra` is JSON. There are no foreign keys: a reference to a row
that is not there is a fact about a vendor, and is reported.
"""

from sqlalchemy import BigInteger, Column, Index, Table, Text, text

from cophub import records
from cophub.warehouse.columns import COLUMN_TYPES, Instant, Json, RowId, field_kinds, metadata

DIGEST = "Of the vendor's item it was made of, if that is told"
ENGINE_COLUMNS = ("run", "first_seen_at", "changed_at", "gone_at")


def vendor_table(record: type[records.Record], comment: str, **comments: str) -> Table:
    """The table of a record type: source, the fields as `comments` orders them, our own columns."""
    kinds = field_kinds(record)
    if set(comments) | {"extra", "digest"} != set(kinds):
        raise TypeError(f"{record.__name__}: the comments do not name exactly its fields")
    fields = [
        Column(name, COLUMN_TYPES[kinds[name]], primary_key=name in record.KEY, comment=text)
        for name, text in comments.items()
    ]
    table = Table(
        record.TABLE,
        metadata,
        Column("source", Text, primary_key=True, comment="Source in plugins.toml"),
        *fields,
        Column("extra", Json, comment="What else the vendor says, as JSON"),
        Column("digest", BigInteger, comment=DIGEST),
        Column("run", RowId, nullable=False, comment="Run that last wrote this row"),
        Column("first_seen_at", Instant, nullable=False, comment="When a run first met it"),
        Column("changed_at", Instant, nullable=False, comment="When a run last found it changed"),
        Column("gone_at", Instant, comment="When a whole read no longer had it"),
        comment=comment,
    )
    # Small: only rows that are there and tell their digest, and of them nothing but the digest.
    there = text("digest IS NOT NULL AND gone_at IS NULL")
    name = f"ix_{record.TABLE}_digest"
    Index(name, table.c.digest, sqlite_where=there, postgresql_where=there)
    return table


space = vendor_table(
    records.Space,
    "A group, list, audience, site, channel or meeting room",
    key="The vendor's id of the space",
    kind="list, group, site, audience, meeting_room or channel",
    title="Its name there",
    description="What it says about itself",
    url="Where people find it",
    visibility="public, members or secret",
    open_membership="Whether anybody may join unasked",
    language="Its language, as the vendor writes it",
    created_at="When it was made at the vendor",
    parent="Key of the space it belongs to",
    native_member_count="Members by the vendor's own count",
    native_post_count="Posts by the vendor's own count",
)

account = vendor_table(
    records.Account,
    "One login or address at a vendor",
    key="The vendor's id of the account",
    name="Full name as shown there",
    given_name="Given name",
    family_name="Family name",
    email="Address, as the vendor gives it",
    email_verified="Whether the vendor has verified the address",
    username="Login name",
    kind="person, role_mailbox, bot or service; NULL: not known",
    job_title="Job title",
    department="Department",
    organization="Organisation, as written there",
    city="City",
    country="Country, as written there",
    timezone="Time zone of the account",
    language="Language of the account",
    created_at="When the account was made",
    status="The vendor's word for its state",
)

membership = vendor_table(
    records.Membership,
    "An account in a space",
    space="Key of the space",
    account="Key of the account",
    role="owner, moderator, facilitator, member, subscriber or guest",
    status="active, pending, unsubscribed, bounced, archived or left; active where unsaid",
    joined_at="When it began",
    joined_at_basis="What joined_at rests on: native, opt_in, registered or first_seen",
    left_at="When it ended",
    reason="Why it ended",
)

post = vendor_table(
    records.Post,
    "A message, question, news item or comment",
    key="The vendor's id of the post",
    space="Key of the space it is in",
    thread="Key of the first post of its thread",
    reply_to="Key of the post it answers",
    account="Key of the author's account",
    author_name="Author's name where there is no account",
    kind="message, question, announcement, news, comment or system",
    title="Subject or title",
    body="Text of the post",
    posted_at="When it was posted",
    edited_at="When it was last edited",
    deleted_at="When the vendor says it was deleted",
    url="Link to the post",
    language="Its language",
    reaction_count="Reactions by the vendor's count",
    reply_count="Replies by the vendor's count",
    view_count="Views by the vendor's count",
    attachment_count="Number of attachments",
)

reaction = vendor_table(
    records.Reaction,
    "A like, vote or other mark by an account on a post",
    post="Key of the post",
    account="Key of the account",
    kind="The vendor's word for the mark, such as like",
    reacted_at="When",
)

event = vendor_table(
    records.Event,
    "A call, webinar or calendar entry",
    key="The vendor's id of the event",
    space="Key of the space it is in",
    series="Key shared by the events of one series",
    title="Its title",
    kind="meeting, webinar or calendar",
    starts_at="When it starts",
    ends_at="When it ends",
    cancelled="Whether it was called off",
    organizer="Who holds it, as the vendor says",
    url="Link to the event",
    registered_count="Registrations by the vendor's count",
    attendee_count="Attendees by the vendor's count",
)

attendance = vendor_table(
    records.Attendance,
    "An account at an event; several stays are one row",
    event="Key of the event",
    account="Key of the account",
    name="Name given at the door",
    joined_at="When the first stay began",
    left_at="When the last stay ended",
    minutes="Minutes present, summed over stays",
    visits="Number of stays",
    registered="Whether they had registered",
)

campaign = vendor_table(
    records.Campaign,
    "A newsletter that went out, with the vendor's counts",
    key="The vendor's id of the campaign",
    space="Key of the audience it went to",
    title="Its name inside the vendor's tool",
    subject="Subject line",
    sent_at="When it was sent",
    url="Link to the campaign",
    sent_count="E-mails sent",
    delivered_count="E-mails delivered: sent minus bounced",
    open_count="Opens, repeated ones too",
    unique_open_count="Accounts that opened it",
    unique_open_count_no_proxy="The same without opens made by mail proxies",
    click_count="Clicks, repeated ones too",
    unique_click_count="Accounts that clicked",
    bounce_count="E-mails that bounced",
    unsubscribe_count="Accounts that unsubscribed from it",
)

delivery = vendor_table(
    records.Delivery,
    "What one account did with one campaign",
    campaign="Key of the campaign",
    account="Key of the account",
    sent_at="When it was sent to them",
    opened_at="When they first opened it",
    open_count="How often they opened it",
    clicked_at="When they first clicked",
    click_count="How often they clicked",
    bounced="Whether it bounced",
    unsubscribed="Whether they unsubscribed from it",
)

document = vendor_table(
    records.Document,
    "A file or recording that a community keeps",
    key="The vendor's id of the document",
    space="Key of the space it is in",
    title="Its title or file name",
    url="Link to it",
    media_type="Media type, such as application/pdf",
    size_bytes="Size in bytes",
    account="Key of the account that contributed it",
    created_at="When it was put there",
    modified_at="When it was last modified",
    version="The vendor's word for its version",
    deleted_at="When the vendor says it was deleted",
)

metric = vendor_table(
    records.Metric,
    "A number that the vendor counted itself, for a period",
    space="Key of the space; empty: the whole source",
    subject="What it is about when not the whole space",
    name="The vendor's name of the number",
    period_start="First day of the period",
    period_end="Last day of the period, included",
    value="The number",
    unit="Its unit",
    observed_at="When the vendor told this value first",
)

membership_period = Table(
    "membership_period",
    metadata,
    Column("source", Text, primary_key=True, comment="Source in plugins.toml"),
    Column("space", Text, primary_key=True, comment="Key of the space"),
    Column("account", Text, primary_key=True, comment="Key of the account"),
    Column("valid_from", Instant, primary_key=True, comment="When the hub learned of it"),
    Column("role", Text, comment="Role during the period"),
    Column("status", Text, comment="Status during the period"),
    Column("valid_to", Instant, comment="When the hub learned otherwise; NULL: still so"),
    comment="What was known of a membership when, so that past figures can be made again",
    # Nearly all of a row is its key: kept once, in key order, it takes half the room and time.
    sqlite_with_rowid=False,
)

# Deliberately few: every index is paid for at each load, and the keys serve most reads. Posts are
# most of a hub, and long: figures and pages read the last ones of a space, those of new runs, and
# those of accounts that turn out to be another's.
Index(None, post.c.source, post.c.thread)
Index(None, post.c.source, post.c.account)
Index(None, post.c.source, post.c.space, post.c.posted_at)
Index(None, post.c.run)

VENDOR_TABLES: dict[str, Table] = {
    table.name: table
    for table in (
        space, account, membership, post, reaction, event, attendance, campaign, delivery, document,
        metric,
    )
}  # fmt: skip
"""The tables that take records, by name."""
