"""Events that serve communities by a rule, whatever space the vendor keeps them in."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "event_place",
        sa.Column("source", sa.Text, primary_key=True, comment="Source of the event"),
        sa.Column("event", sa.Text, primary_key=True, comment="Key of the event"),
        sa.Column(
            "place",
            sa.Text,
            nullable=False,
            comment="Stands for its space in community_space: the rules that fit it, after that"
            " space where it serves a community too",
        ),
        comment="Which events serve communities by a rule of plugins.toml",
    )
