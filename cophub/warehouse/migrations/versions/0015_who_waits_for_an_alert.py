"""An alert knows who was not told yet, so that nobody is told twice."""

from alembic import op
from sqlalchemy import Column

from cophub.warehouse.columns import Json

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None

_COMMENT = "Who was not told yet, and why not, as JSON; NULL: nobody waits"


def upgrade() -> None:
    if op.get_bind().dialect.name == "sqlite":
        # Which keeps a comment only where it stands in the statement's own text.
        op.execute(f"ALTER TABLE alert ADD COLUMN waiting /* {_COMMENT} */ TEXT")
    else:
        op.add_column("alert", Column("waiting", Json, comment=_COMMENT))


def downgrade() -> None:
    op.drop_column("alert", "waiting")
