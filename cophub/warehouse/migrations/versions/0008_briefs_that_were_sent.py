"""Which weekly briefs were mailed to whom."""

import sqlalchemy as sa
from alembic import op

from cophub.warehouse.columns import Instant

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "brief_sent",
        sa.Column("community", sa.Text, primary_key=True, comment="Key of the community"),
        sa.Column("week", sa.Text, primary_key=True, comment="ISO week, as 2026-W47"),
        sa.Column(
            "recipient",
            sa.Text,
            primary_key=True,
            comment="HMAC-SHA256, in hex, of the mail address",
        ),
        sa.Column(
            "state",
            sa.Text,
            nullable=False,
            comment="sent, or sending: whether it arrived is not known",
        ),
        sa.Column("at", Instant, nullable=False, comment="When its sending began"),
        comment="Which weekly briefs were mailed, so that none is mailed twice",
    )
