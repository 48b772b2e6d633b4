"""With which score somebody was asked about two accounts: answers tell how good scores are."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

_COMMENT = "Log-odds with which it was asked about; NULL: unasked, or in spite of them"


def upgrade() -> None:
    table = "identity_decision"
    if op.get_bind().dialect.name == "sqlite":
        # Which keeps a comment only where it stands in the statement's own text.
        op.execute(f"ALTER TABLE {table} ADD COLUMN score /* {_COMMENT} */ DOUBLE")
    else:
        op.add_column(table, sa.Column("score", sa.Double, comment=_COMMENT))
