"""What each account said about its organisation and when; who set a name of one, and when."""

import sqlalchemy as sa
from alembic import op

from cophub.warehouse.columns import Instant

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

_COMMENTS = {
    "organization_name.name": "A name in normal form, a mail domain, or the key of one merged away",
    "organization_name.kind": "name, domain or key",
    "organization_name.organization": "Key of the organisation; empty: of none",
}


def upgrade() -> None:
    op.create_table(
        "account_organization",
        sa.Column("source", sa.Text, primary_key=True, comment="Source of the account"),
        sa.Column("account", sa.Text, primary_key=True, comment="Key of the account"),
        sa.Column("valid_from", Instant, primary_key=True, comment="Since when, as far as known"),
        sa.Column("valid_to", Instant, comment="Until when; NULL: still"),
        sa.Column("organization", sa.Text, nullable=False, comment="Organisation, as written"),
        sa.Column("domain", sa.Text, nullable=False, comment="Host of a work address; empty: none"),
        sa.Column("country", sa.Text, nullable=False, comment="Country, as written"),
        sa.Column(
            "basis",
            sa.Text,
            nullable=False,
            comment="What valid_from rests on: created, joined, first_seen or changed",
        ),
        comment="What each account said about where its owner works, and when",
    )
    _add("affiliation", "place", "INTEGER", "Of those at one time the least is the main one")
    _add("organization_name", "set_at", None, "When a person said so")
    if op.get_bind().dialect.name == "postgresql":
        for column, words in _COMMENTS.items():
            op.execute(f"COMMENT ON COLUMN {column} IS '{words}'")


def _add(table: str, column: str, kind: str | None, comment: str) -> None:
    """A column, of instants where no kind is given."""
    if op.get_bind().dialect.name == "sqlite":
        # Which keeps a comment only where it stands in the statement's own text.
        op.execute(f"ALTER TABLE {table} ADD COLUMN {column} /* {comment} */ {kind or 'TEXT'}")
    else:
        made = sa.Integer() if kind else Instant()
        op.add_column(table, sa.Column(column, made, comment=comment))
