"""What people did is remembered by quarter, so that only quarters that changed are read again."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

_COMMUNITY = ("community", sa.Text, "Key of the community; empty: all")
_PERSON = ("person", sa.Text, "Id of the person")


def upgrade() -> None:
    op.create_table(
        "measure_took_part",
        _key("q", sa.Integer, "Number of the quarter, the first is 0"),
        _key(*_COMMUNITY),
        _key(*_PERSON),
        _number("threads", "Threads begun"),
        _number("replies", "Replies"),
        _number("documents", "Documents given"),
        _number("given", "Contributions"),
        _number("score", "Acts as they weigh on the last day of the quarter, or today, in 2^-30"),
        _small("age", "Days from the last act to that day"),
        sa.Column("given_age", sa.Integer, comment="The same of the last contribution"),
        sa.Column("live_at", sa.BigInteger, comment="Last sign of life, in seconds since 1970"),
        _small("is_steady", "1: contributed in enough weeks to be core"),
        _small("level", "At the end of the quarter: 0 outside, 1 peripheral, 2 active, 3 core"),
        sqlite_with_rowid=False,
        comment="What each person did in each community and quarter, until anything in it changes",
    )
    op.create_table(
        "measure_gave",
        _key(*_COMMUNITY),
        _key(*_PERSON),
        _key("age", sa.Integer, "Days from the contribution to the quarter's end"),
        sqlite_with_rowid=False,
        comment="On which days contributions were made in the last 8 weeks of the last quarter that"
        " is over",
    )


def downgrade() -> None:
    op.drop_table("measure_gave")
    op.drop_table("measure_took_part")


def _key(name: str, kind: type[sa.Text | sa.Integer], comment: str) -> "sa.Column[str | int]":
    return sa.Column(name, kind, primary_key=True, autoincrement=False, comment=comment)


def _number(name: str, comment: str) -> "sa.Column[int]":
    return sa.Column(name, sa.BigInteger, nullable=False, comment=comment)


def _small(name: str, comment: str) -> "sa.Column[int]":
    return sa.Column(name, sa.Integer, nullable=False, comment=comment)
