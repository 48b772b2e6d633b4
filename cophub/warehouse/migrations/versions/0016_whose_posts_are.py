"""The posts of an account are found without reading all of them."""

from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index("ix_post_source_account", "post", ["source", "account"])


def downgrade() -> None:
    op.drop_index("ix_post_source_account", "post")
