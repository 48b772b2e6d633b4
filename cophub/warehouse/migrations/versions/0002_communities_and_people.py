"""Communities, people, organisations, and what is published about them."""

from alembic import op
from sqlalchemy import BigInteger, Boolean, Column, Double, ForeignKey, Integer, Text

from cophub.warehouse.columns import Instant, Json, RowId

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    communities()
    people()
    organizations()
    publications()


def communities() -> None:
    """Communities and their spaces."""
    op.create_table(
        "community",
        Column("key", Text, primary_key=True, comment="Short name, as in plugins.toml"),
        Column("title", Text, nullable=False, comment="Its name for readers"),
        Column("domain", Text, comment="What the community is about"),
        Column("description", Text, comment="A sentence or two for readers"),
        Column("url", Text, comment="Where readers find it"),
        Column("open_membership", Boolean, comment="Whether anybody may join"),
        Column("contact", Text, comment="Whom to write to"),
        comment="A community of practice",
    )
    op.create_table(
        "community_space",
        Column(
            "community",
            Text,
            ForeignKey("community.key", ondelete="CASCADE"),
            primary_key=True,
            comment="Key of the community",
        ),
        Column("source", Text, primary_key=True, comment="Source of the space"),
        Column("space", Text, primary_key=True, comment="Key of the space"),
        Column("set_by", Text, nullable=False, comment="config, proposed or a person's name"),
        comment="Which spaces serve which community",
    )


def people() -> None:
    """People and their accounts."""
    op.create_table(
        "person",
        Column(
            "id", Text, primary_key=True, comment="Opaque and stable; never made from an address"
        ),
        Column("name", Text, comment="Best name among their accounts"),
        Column("email", Text, comment="Best address among their accounts"),
        Column("organization", Text, comment="Key of the organisation, or its name as written"),
        Column("country", Text, comment="Country"),
        Column(
            "kind",
            Text,
            nullable=False,
            comment="person, or what is nobody: role_mailbox, bot, service, device, shared_login,"
            " room",
        ),
        Column(
            "listed", Boolean, nullable=False, comment="Whether they agreed to be shown to readers"
        ),
        Column("created_at", Instant, nullable=False, comment="When the hub first knew them"),
        Column("merged_into", Text, comment="Id of the person they turned out to be; else NULL"),
        comment="One human being, or one shared mailbox or machine, behind one or more accounts",
    )
    op.create_table(
        "person_account",
        Column("source", Text, primary_key=True, comment="Source of the account"),
        Column("account", Text, primary_key=True, comment="Key of the account"),
        Column("person", Text, nullable=False, comment="Id of the person"),
        Column("rule", Text, comment="Name of the rule that put it there"),
        Column("probability", Double, comment="How sure that is, 0 to 1"),
        Column("explanation", Text, comment="Why, in a sentence; addresses masked"),
        comment="Which account belongs to which person",
    )
    op.create_index("ix_person_account_person", "person_account", ["person"])
    op.create_table(
        "identity_decision",
        Column("id", RowId, primary_key=True, comment="Number of the decision"),
        Column("decision", Text, nullable=False, comment="same or different"),
        Column("source_a", Text, nullable=False, comment="Source of the one account"),
        Column("account_a", Text, nullable=False, comment="Key of the one account"),
        Column("source_b", Text, nullable=False, comment="Source of the other account"),
        Column("account_b", Text, nullable=False, comment="Key of the other account"),
        Column("decided_by", Text, comment="Who decided"),
        Column("decided_at", Instant, nullable=False, comment="When"),
        Column("note", Text, comment="Why"),
        Column("withdrawn_at", Instant, comment="When it was taken back"),
        comment="What a person decided about two accounts; outranks every rule",
    )
    op.create_index(
        "ix_identity_decision_source_a_account_a", "identity_decision", ["source_a", "account_a"]
    )
    op.create_index(
        "ix_identity_decision_source_b_account_b", "identity_decision", ["source_b", "account_b"]
    )
    op.create_table(
        "person_history",
        Column("person", Text, primary_key=True, comment="Id of the person"),
        Column("source", Text, primary_key=True, comment="Source of the account"),
        Column("account", Text, primary_key=True, comment="Key of the account"),
        Column("valid_from", Instant, primary_key=True, comment="Since when it was theirs"),
        Column("valid_to", Instant, comment="Until when; NULL: still theirs"),
        Column("run", RowId, comment="Run that put it there"),
        Column("reason", Text, comment="Why it came or went"),
        comment="Which account was held to be whose, and when",
    )


def organizations() -> None:
    """Organisations and who works for them."""
    op.create_table(
        "organization",
        Column("key", Text, primary_key=True, comment="Short name"),
        Column("name", Text, nullable=False, comment="Its name for readers"),
        Column("parent", Text, comment="Key of the organisation it is an office of"),
        Column("country", Text, comment="Country"),
        Column("domain", Text, comment="Its main mail domain"),
        comment="An organisation that people work for",
    )
    op.create_table(
        "organization_name",
        Column(
            "name",
            Text,
            primary_key=True,
            comment="A name in normal form, a mail domain, or the key of one merged away",
        ),
        Column("kind", Text, primary_key=True, comment="name, domain or key"),
        Column(
            "organization", Text, nullable=False, comment="Key of the organisation; empty: of none"
        ),
        Column("set_by", Text, comment="Who said so: seed, learned or a person's name"),
        comment="Names and domains by which an organisation goes",
    )
    op.create_index("ix_organization_name_organization", "organization_name", ["organization"])
    op.create_table(
        "affiliation",
        Column("person", Text, primary_key=True, comment="Id of the person"),
        Column("organization", Text, primary_key=True, comment="Key of the organisation"),
        Column("valid_from", Instant, primary_key=True, comment="Since when, as far as is known"),
        Column("valid_to", Instant, comment="Until when; NULL: still"),
        comment="Who works for whom, and when",
    )


def publications() -> None:
    """What is published."""
    op.create_table(
        "publication",
        Column("version", RowId, primary_key=True, comment="Number of the version"),
        Column("run", RowId, comment="Run that made it"),
        Column("state", Text, nullable=False, comment="making, published, replaced or failed"),
        Column("started_at", Instant, nullable=False, comment="When its making began"),
        Column("published_at", Instant, comment="When readers first saw it"),
        Column("files", Integer, comment="Number of files"),
        Column("size_bytes", BigInteger, comment="Their size in all"),
        Column("error", Text, comment="What went wrong, in one line"),
        comment="Versions of what is published; readers see the newest that is published",
    )
    op.create_table(
        "measure",
        Column("version", RowId, primary_key=True, comment="Version of the publication"),
        Column("community", Text, primary_key=True, comment="Key of the community; empty: all"),
        Column("quarter", Text, primary_key=True, comment="Calendar quarter, as 2026Q3"),
        Column("measure", Text, primary_key=True, comment="Name of the measure"),
        Column("value", Double, comment="The figure; NULL: see absent"),
        Column("previous", Double, comment="The figure of the quarter before"),
        Column("difference", Double, comment="value minus previous"),
        Column("percent", Double, comment="difference in per cent of previous"),
        Column("absent", Text, comment="Why there is no figure"),
        Column("note", Text, comment="What a reader must know about this figure"),
        Column(
            "small", Boolean, nullable=False, comment="Whether it tells about fewer than 5 people"
        ),
        Column("sources", Json, comment="Names of the sources it came from, a JSON list"),
        Column("observed_at", Instant, comment="How fresh the oldest of those sources was"),
        comment="Figures per community and quarter, by version; read measure_quarter instead",
    )
    op.create_table(
        "measure_month",
        Column("version", RowId, primary_key=True, comment="Version of the publication"),
        Column("community", Text, primary_key=True, comment="Key of the community; empty: all"),
        Column("month", Text, primary_key=True, comment="Calendar month, as 2026-03"),
        Column("kind", Text, primary_key=True, comment="Kind of act"),
        Column("acts", BigInteger, nullable=False, comment="Acts of that kind"),
        Column("people", BigInteger, nullable=False, comment="Distinct persons who did them"),
        comment="Acts per community and month, by published version",
    )
