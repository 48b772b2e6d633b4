"""Posts are found by their space and time, and new ones by their run, however many there are."""

from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index("ix_post_source_space_posted_at", "post", ["source", "space", "posted_at"])
    op.create_index("ix_post_run", "post", ["run"])


def downgrade() -> None:
    op.drop_index("ix_post_run", "post")
    op.drop_index("ix_post_source_space_posted_at", "post")
