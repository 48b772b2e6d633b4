"""What vendors say, and how the runs that asked them went."""

from alembic import op
from sqlalchemy import BigInteger, Boolean, Column, Date, Double, ForeignKey, Text

from cophub.warehouse.columns import Instant, Json, RowId

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    spaces_and_accounts()
    posts_and_documents()
    events_and_campaigns()
    numbers()
    runs()


def spaces_and_accounts() -> None:
    """Who is where."""
    op.create_table(
        "space",
        Column("source", Text, primary_key=True, comment="Source in plugins.toml"),
        Column("key", Text, primary_key=True, comment="The vendor's id of the space"),
        Column("kind", Text, comment="list, group, site, audience, meeting_room or channel"),
        Column("title", Text, comment="Its name there"),
        Column("description", Text, comment="What it says about itself"),
        Column("url", Text, comment="Where people find it"),
        Column("visibility", Text, comment="public, members or secret"),
        Column("open_membership", Boolean, comment="Whether anybody may join unasked"),
        Column("language", Text, comment="Its language, as the vendor writes it"),
        Column("created_at", Instant, comment="When it was made at the vendor"),
        Column("parent", Text, comment="Key of the space it belongs to"),
        Column("native_member_count", BigInteger, comment="Members by the vendor's own count"),
        Column("native_post_count", BigInteger, comment="Posts by the vendor's own count"),
        Column("extra", Json, comment="What else the vendor says, as JSON"),
        Column("run", RowId, nullable=False, comment="Run that last wrote this row"),
        Column("first_seen_at", Instant, nullable=False, comment="When a run first met it"),
        Column("changed_at", Instant, nullable=False, comment="When a run last found it changed"),
        Column("gone_at", Instant, comment="When a whole read no longer had it"),
        comment="A group, list, audience, site, channel or meeting room",
    )
    op.create_table(
        "account",
        Column("source", Text, primary_key=True, comment="Source in plugins.toml"),
        Column("key", Text, primary_key=True, comment="The vendor's id of the account"),
        Column("name", Text, comment="Full name as shown there"),
        Column("given_name", Text, comment="Given name"),
        Column("family_name", Text, comment="Family name"),
        Column("email", Text, comment="Address, as the vendor gives it"),
        Column("email_verified", Boolean, comment="Whether the vendor has verified the address"),
        Column("username", Text, comment="Login name"),
        Column("kind", Text, comment="person, role_mailbox, bot or service; NULL: not known"),
        Column("job_title", Text, comment="Job title"),
        Column("department", Text, comment="Department"),
        Column("organization", Text, comment="Organisation, as written there"),
        Column("city", Text, comment="City"),
        Column("country", Text, comment="Country, as written there"),
        Column("timezone", Text, comment="Time zone of the account"),
        Column("language", Text, comment="Language of the account"),
        Column("created_at", Instant, comment="When the account was made"),
        Column("status", Text, comment="The vendor's word for its state"),
        Column("extra", Json, comment="What else the vendor says, as JSON"),
        Column("run", RowId, nullable=False, comment="Run that last wrote this row"),
        Column("first_seen_at", Instant, nullable=False, comment="When a run first met it"),
        Column("changed_at", Instant, nullable=False, comment="When a run last found it changed"),
        Column("gone_at", Instant, comment="When a whole read no longer had it"),
        comment="One login or address at a vendor",
    )
    op.create_table(
        "membership",
        Column("source", Text, primary_key=True, comment="Source in plugins.toml"),
        Column("space", Text, primary_key=True, comment="Key of the space"),
        Column("account", Text, primary_key=True, comment="Key of the account"),
        Column("role", Text, comment="owner, moderator, facilitator, member, subscriber or guest"),
        Column(
            "status",
            Text,
            comment="active, pending, unsubscribed, bounced, archived or left; active where unsaid",
        ),
        Column("joined_at", Instant, comment="When it began"),
        Column(
            "joined_at_basis",
            Text,
            comment="What joined_at rests on: native, opt_in, registered or first_seen",
        ),
        Column("left_at", Instant, comment="When it ended"),
        Column("reason", Text, comment="Why it ended"),
        Column("extra", Json, comment="What else the vendor says, as JSON"),
        Column("run", RowId, nullable=False, comment="Run that last wrote this row"),
        Column("first_seen_at", Instant, nullable=False, comment="When a run first met it"),
        Column("changed_at", Instant, nullable=False, comment="When a run last found it changed"),
        Column("gone_at", Instant, comment="When a whole read no longer had it"),
        comment="An account in a space",
    )
    op.create_table(
        "membership_period",
        Column("source", Text, primary_key=True, comment="Source in plugins.toml"),
        Column("space", Text, primary_key=True, comment="Key of the space"),
        Column("account", Text, primary_key=True, comment="Key of the account"),
        Column("valid_from", Instant, primary_key=True, comment="When the hub learned of it"),
        Column("role", Text, comment="Role during the period"),
        Column("status", Text, comment="Status during the period"),
        Column("valid_to", Instant, comment="When the hub learned otherwise; NULL: still so"),
        comment="What was known of a membership when, so that past figures can be made again",
        sqlite_with_rowid=False,
    )


def posts_and_documents() -> None:
    """What is written and kept."""
    op.create_table(
        "post",
        Column("source", Text, primary_key=True, comment="Source in plugins.toml"),
        Column("key", Text, primary_key=True, comment="The vendor's id of the post"),
        Column("space", Text, comment="Key of the space it is in"),
        Column("thread", Text, comment="Key of the first post of its thread"),
        Column("reply_to", Text, comment="Key of the post it answers"),
        Column("account", Text, comment="Key of the author's account"),
        Column("author_name", Text, comment="Author's name where there is no account"),
        Column("kind", Text, comment="message, question, announcement, news, comment or system"),
        Column("title", Text, comment="Subject or title"),
        Column("body", Text, comment="Text of the post"),
        Column("posted_at", Instant, comment="When it was posted"),
        Column("edited_at", Instant, comment="When it was last edited"),
        Column("deleted_at", Instant, comment="When the vendor says it was deleted"),
        Column("url", Text, comment="Link to the post"),
        Column("language", Text, comment="Its language"),
        Column("reaction_count", BigInteger, comment="Reactions by the vendor's count"),
        Column("reply_count", BigInteger, comment="Replies by the vendor's count"),
        Column("view_count", BigInteger, comment="Views by the vendor's count"),
        Column("attachment_count", BigInteger, comment="Number of attachments"),
        Column("extra", Json, comment="What else the vendor says, as JSON"),
        Column("run", RowId, nullable=False, comment="Run that last wrote this row"),
        Column("first_seen_at", Instant, nullable=False, comment="When a run first met it"),
        Column("changed_at", Instant, nullable=False, comment="When a run last found it changed"),
        Column("gone_at", Instant, comment="When a whole read no longer had it"),
        comment="A message, question, news item or comment",
    )
    op.create_index("ix_post_source_thread", "post", ["source", "thread"])
    op.create_table(
        "reaction",
        Column("source", Text, primary_key=True, comment="Source in plugins.toml"),
        Column("post", Text, primary_key=True, comment="Key of the post"),
        Column("account", Text, primary_key=True, comment="Key of the account"),
        Column(
            "kind", Text, primary_key=True, comment="The vendor's word for the mark, such as like"
        ),
        Column("reacted_at", Instant, comment="When"),
        Column("extra", Json, comment="What else the vendor says, as JSON"),
        Column("run", RowId, nullable=False, comment="Run that last wrote this row"),
        Column("first_seen_at", Instant, nullable=False, comment="When a run first met it"),
        Column("changed_at", Instant, nullable=False, comment="When a run last found it changed"),
        Column("gone_at", Instant, comment="When a whole read no longer had it"),
        comment="A like, vote or other mark by an account on a post",
    )
    op.create_table(
        "document",
        Column("source", Text, primary_key=True, comment="Source in plugins.toml"),
        Column("key", Text, primary_key=True, comment="The vendor's id of the document"),
        Column("space", Text, comment="Key of the space it is in"),
        Column("title", Text, comment="Its title or file name"),
        Column("url", Text, comment="Link to it"),
        Column("media_type", Text, comment="Media type, such as application/pdf"),
        Column("size_bytes", BigInteger, comment="Size in bytes"),
        Column("account", Text, comment="Key of the account that contributed it"),
        Column("created_at", Instant, comment="When it was put there"),
        Column("modified_at", Instant, comment="When it was last modified"),
        Column("version", Text, comment="The vendor's word for its version"),
        Column("deleted_at", Instant, comment="When the vendor says it was deleted"),
        Column("extra", Json, comment="What else the vendor says, as JSON"),
        Column("run", RowId, nullable=False, comment="Run that last wrote this row"),
        Column("first_seen_at", Instant, nullable=False, comment="When a run first met it"),
        Column("changed_at", Instant, nullable=False, comment="When a run last found it changed"),
        Column("gone_at", Instant, comment="When a whole read no longer had it"),
        comment="A file or recording that a community keeps",
    )


def events_and_campaigns() -> None:
    """What is held and sent."""
    op.create_table(
        "event",
        Column("source", Text, primary_key=True, comment="Source in plugins.toml"),
        Column("key", Text, primary_key=True, comment="The vendor's id of the event"),
        Column("space", Text, comment="Key of the space it is in"),
        Column("series", Text, comment="Key shared by the events of one series"),
        Column("title", Text, comment="Its title"),
        Column("kind", Text, comment="meeting, webinar or calendar"),
        Column("starts_at", Instant, comment="When it starts"),
        Column("ends_at", Instant, comment="When it ends"),
        Column("cancelled", Boolean, comment="Whether it was called off"),
        Column("organizer", Text, comment="Who holds it, as the vendor says"),
        Column("url", Text, comment="Link to the event"),
        Column("registered_count", BigInteger, comment="Registrations by the vendor's count"),
        Column("attendee_count", BigInteger, comment="Attendees by the vendor's count"),
        Column("extra", Json, comment="What else the vendor says, as JSON"),
        Column("run", RowId, nullable=False, comment="Run that last wrote this row"),
        Column("first_seen_at", Instant, nullable=False, comment="When a run first met it"),
        Column("changed_at", Instant, nullable=False, comment="When a run last found it changed"),
        Column("gone_at", Instant, comment="When a whole read no longer had it"),
        comment="A call, webinar or calendar entry",
    )
    op.create_table(
        "attendance",
        Column("source", Text, primary_key=True, comment="Source in plugins.toml"),
        Column("event", Text, primary_key=True, comment="Key of the event"),
        Column("account", Text, primary_key=True, comment="Key of the account"),
        Column("name", Text, comment="Name given at the door"),
        Column("joined_at", Instant, comment="When the first stay began"),
        Column("left_at", Instant, comment="When the last stay ended"),
        Column("minutes", Double, comment="Minutes present, summed over stays"),
        Column("visits", BigInteger, comment="Number of stays"),
        Column("registered", Boolean, comment="Whether they had registered"),
        Column("extra", Json, comment="What else the vendor says, as JSON"),
        Column("run", RowId, nullable=False, comment="Run that last wrote this row"),
        Column("first_seen_at", Instant, nullable=False, comment="When a run first met it"),
        Column("changed_at", Instant, nullable=False, comment="When a run last found it changed"),
        Column("gone_at", Instant, comment="When a whole read no longer had it"),
        comment="An account at an event; several stays are one row",
    )
    op.create_table(
        "campaign",
        Column("source", Text, primary_key=True, comment="Source in plugins.toml"),
        Column("key", Text, primary_key=True, comment="The vendor's id of the campaign"),
        Column("space", Text, comment="Key of the audience it went to"),
        Column("title", Text, comment="Its name inside the vendor's tool"),
        Column("subject", Text, comment="Subject line"),
        Column("sent_at", Instant, comment="When it was sent"),
        Column("url", Text, comment="Link to the campaign"),
        Column("sent_count", BigInteger, comment="E-mails sent"),
        Column("delivered_count", BigInteger, comment="E-mails delivered: sent minus bounced"),
        Column("open_count", BigInteger, comment="Opens, repeated ones too"),
        Column("unique_open_count", BigInteger, comment="Accounts that opened it"),
        Column(
            "unique_open_count_no_proxy",
            BigInteger,
            comment="The same without opens made by mail proxies",
        ),
        Column("click_count", BigInteger, comment="Clicks, repeated ones too"),
        Column("unique_click_count", BigInteger, comment="Accounts that clicked"),
        Column("bounce_count", BigInteger, comment="E-mails that bounced"),
        Column("unsubscribe_count", BigInteger, comment="Accounts that unsubscribed from it"),
        Column("extra", Json, comment="What else the vendor says, as JSON"),
        Column("run", RowId, nullable=False, comment="Run that last wrote this row"),
        Column("first_seen_at", Instant, nullable=False, comment="When a run first met it"),
        Column("changed_at", Instant, nullable=False, comment="When a run last found it changed"),
        Column("gone_at", Instant, comment="When a whole read no longer had it"),
        comment="A newsletter that went out, with the vendor's counts",
    )
    op.create_table(
        "delivery",
        Column("source", Text, primary_key=True, comment="Source in plugins.toml"),
        Column("campaign", Text, primary_key=True, comment="Key of the campaign"),
        Column("account", Text, primary_key=True, comment="Key of the account"),
        Column("sent_at", Instant, comment="When it was sent to them"),
        Column("opened_at", Instant, comment="When they first opened it"),
        Column("open_count", BigInteger, comment="How often they opened it"),
        Column("clicked_at", Instant, comment="When they first clicked"),
        Column("click_count", BigInteger, comment="How often they clicked"),
        Column("bounced", Boolean, comment="Whether it bounced"),
        Column("unsubscribed", Boolean, comment="Whether they unsubscribed from it"),
        Column("extra", Json, comment="What else the vendor says, as JSON"),
        Column("run", RowId, nullable=False, comment="Run that last wrote this row"),
        Column("first_seen_at", Instant, nullable=False, comment="When a run first met it"),
        Column("changed_at", Instant, nullable=False, comment="When a run last found it changed"),
        Column("gone_at", Instant, comment="When a whole read no longer had it"),
        comment="What one account did with one campaign",
    )


def numbers() -> None:
    """What vendors count themselves."""
    op.create_table(
        "metric",
        Column("source", Text, primary_key=True, comment="Source in plugins.toml"),
        Column(
            "space", Text, primary_key=True, comment="Key of the space; empty: the whole source"
        ),
        Column(
            "subject", Text, primary_key=True, comment="What it is about when not the whole space"
        ),
        Column("name", Text, primary_key=True, comment="The vendor's name of the number"),
        Column("period_start", Date, primary_key=True, comment="First day of the period"),
        Column("period_end", Date, primary_key=True, comment="Last day of the period, included"),
        Column("value", Double, comment="The number"),
        Column("unit", Text, comment="Its unit"),
        Column("observed_at", Instant, comment="When the vendor told this value first"),
        Column("extra", Json, comment="What else the vendor says, as JSON"),
        Column("run", RowId, nullable=False, comment="Run that last wrote this row"),
        Column("first_seen_at", Instant, nullable=False, comment="When a run first met it"),
        Column("changed_at", Instant, nullable=False, comment="When a run last found it changed"),
        Column("gone_at", Instant, comment="When a whole read no longer had it"),
        comment="A number that the vendor counted itself, for a period",
    )


def runs() -> None:
    """How runs went, and where they got to."""
    op.create_table(
        "run",
        Column("id", RowId, primary_key=True, comment="Number of the run"),
        Column("kind", Text, nullable=False, comment="sync, backfill, publish, upload or decide"),
        Column("source", Text, comment="Source in plugins.toml; NULL: the pipelines"),
        Column(
            "state", Text, nullable=False, comment="running, done, failed, held, busy or killed"
        ),
        Column("started_at", Instant, nullable=False, comment="When it began"),
        Column("finished_at", Instant, comment="When it ended"),
        Column("error", Text, comment="What went wrong, in one line"),
        Column("version", Text, comment="Version of cophub that ran"),
        comment="One sync of one source, or one making of publications",
    )
    op.create_index("ix_run_source_id", "run", ["source", "id"])
    op.create_table(
        "stream_run",
        Column(
            "run",
            RowId,
            ForeignKey("run.id", ondelete="CASCADE"),
            primary_key=True,
            comment="Its run",
        ),
        Column("stream", Text, primary_key=True, comment="Name of the stream"),
        Column("state", Text, nullable=False, comment="running, done, failed, held or unchanged"),
        Column("whole", Boolean, nullable=False, comment="Whether it read everything"),
        Column("started_at", Instant, nullable=False, comment="When it began"),
        Column("finished_at", Instant, comment="When it ended"),
        Column("seen", BigInteger, nullable=False, comment="Records read"),
        Column("new", BigInteger, nullable=False, comment="Rows made"),
        Column("changed", BigInteger, nullable=False, comment="Rows changed"),
        Column("gone", BigInteger, nullable=False, comment="Rows found gone"),
        Column("rejected", BigInteger, nullable=False, comment="Items not understood"),
        Column("dropped", BigInteger, nullable=False, comment="Records of erased people"),
        Column("requests", BigInteger, nullable=False, comment="Requests sent"),
        Column("retries", BigInteger, nullable=False, comment="Requests sent again"),
        Column("waited_seconds", Double, nullable=False, comment="Waited for the vendor"),
        Column("bytes_received", BigInteger, nullable=False, comment="Bytes received"),
        Column("seconds", Double, nullable=False, comment="Time taken"),
        Column("error", Text, comment="What went wrong, in one line"),
        Column("held_for", Text, comment="What a held run waits for, in one line"),
        comment="How one stream went in one run",
    )
    op.create_table(
        "cursor",
        Column("source", Text, primary_key=True, comment="Source in plugins.toml"),
        Column("stream", Text, primary_key=True, comment="Name of the stream"),
        Column("lane", Text, primary_key=True, comment="live, or the name of a backfill"),
        Column("value", Text, comment="Where the stream got to; NULL: it yields no checkpoints"),
        Column("run", RowId, nullable=False, comment="Run that saved it"),
        Column("saved_at", Instant, nullable=False, comment="When"),
        Column("whole_at", Instant, comment="When the last finished whole read began"),
        comment="Where each stream of each source got to",
    )
    op.create_table(
        "lease",
        Column("name", Text, primary_key=True, comment="What is held: a source or the pipelines"),
        Column("holder", Text, comment="Who holds it: machine, process and thread; NULL: free"),
        Column("fence", RowId, nullable=False, comment="Goes up each time it changes hands"),
        Column("acquired_at", Instant, nullable=False, comment="When it was taken"),
        Column("expires_at", Instant, nullable=False, comment="When others may take it"),
        comment="One run at a time: who may write for a source",
    )
    op.create_table(
        "reject",
        Column("id", RowId, primary_key=True, comment="Number of the reject"),
        Column("run", RowId, nullable=False, comment="Run that met it"),
        Column("source", Text, nullable=False, comment="Source in plugins.toml"),
        Column("stream", Text, nullable=False, comment="Name of the stream"),
        Column("record", Text, comment="Record it should have become"),
        Column("key", Text, comment="Key, where it could be told"),
        Column("field", Text, comment="Field that was wrong, where it could be told"),
        Column("reason", Text, nullable=False, comment="What was wrong"),
        Column("item", Json, comment="The vendor's item, secrets taken out"),
        Column("rejected_at", Instant, nullable=False, comment="When"),
        comment="Items that were not understood, kept for a while",
    )
    op.create_index("ix_reject_rejected_at", "reject", ["rejected_at"])
    op.create_index("ix_reject_run", "reject", ["run"])
    op.create_table(
        "erasure",
        Column(
            "hash", Text, primary_key=True, comment="HMAC-SHA256, in hex, of what named a person"
        ),
        Column("kind", Text, nullable=False, comment="email, account, id or name"),
        Column("erased_at", Instant, nullable=False, comment="When the person was erased"),
        comment="Keyed hashes of erased people, so that no sync brings them back",
    )
    op.create_table(
        "meta",
        Column("name", Text, primary_key=True, comment="Name of the fact"),
        Column("value", Text, nullable=False, comment="The fact"),
        comment="Facts about this warehouse itself, such as the key of the erasure hashes",
    )
