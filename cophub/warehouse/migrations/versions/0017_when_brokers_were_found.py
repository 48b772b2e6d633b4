"""Brokers tell when they were found: of many people, a sample stands for a week."""

from alembic import op
from sqlalchemy import Column

from cophub.warehouse.columns import Instant

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None

_COMMENT = "When it was found out; a sample stands for a week"


def upgrade() -> None:
    if op.get_bind().dialect.name == "sqlite":
        # Which keeps a comment only where it stands in the statement's own text.
        op.execute(f"ALTER TABLE broker ADD COLUMN found_at /* {_COMMENT} */ TEXT")
    else:
        op.add_column("broker", Column("found_at", Instant, comment=_COMMENT))


def downgrade() -> None:
    op.drop_column("broker", "found_at")
