"""What a row was made of, so that an item which comes again unchanged need not be read again."""

from alembic import op
from sqlalchemy import BigInteger, Column, text

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

TABLES = (
    "space", "account", "membership", "post", "reaction", "event", "attendance", "campaign",
    "delivery", "document", "metric",
)  # fmt: skip


def upgrade() -> None:
    comment = "Of the vendor's item it was made of, if that is told"
    there = text("digest IS NOT NULL AND gone_at IS NULL")
    sqlite = op.get_bind().dialect.name == "sqlite"
    for table in TABLES:
        if sqlite:  # which keeps a comment only where it stands in the statement's own text
            op.execute(f"ALTER TABLE {table} ADD COLUMN digest /* {comment} */ BIGINT")
        else:
            op.add_column(table, Column("digest", BigInteger, comment=comment))
        op.create_index(
            f"ix_{table}_digest", table, ["digest"], sqlite_where=there, postgresql_where=there
        )
