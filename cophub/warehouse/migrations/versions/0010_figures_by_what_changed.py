"""What is remembered so that only figures of what changed are counted anew."""

import sqlalchemy as sa
from alembic import op

from cophub.warehouse.columns import Instant, RowId

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "measure_due",
        sa.Column("id", RowId, primary_key=True, comment="Number of the change"),
        _text("record", "Table in which a row changed or went", nullable=False),
        _text("source", "Source of the row"),
        _text("key", "Key of the row, or of what it is about; an address of an account"),
        _text("thread", "Thread that a post was in; key of an account"),
        sa.Column("at", Instant, comment="When it counted until then"),
        sa.Column("also_at", Instant, comment="The same, where a row counts twice"),
        comment="What rows were before they changed, until figures are counted anew; triggers"
        " write it",
    )
    op.create_table(
        "measure_account",
        _key("source", "Source of the account"),
        _key("account", "Key of the account"),
        _text("person", "Id of the person", nullable=False),
        sa.Column(
            "counts",
            sa.Integer,
            nullable=False,
            comment="1: as a person; 0: a mailbox or machine; 2: a caller of one word",
        ),
        comment="Whose each account was when figures were last counted",
    )
    op.create_index(op.f("ix_measure_account_person"), "measure_account", ["person"])
    op.create_table(
        "measure_kept",
        _key("quarter", "Calendar quarter, as 2026Q3"),
        sa.Column(
            "counts",
            sa.LargeBinary,
            nullable=False,
            comment="Whole numbers by community, MessagePack",
        ),
        comment="What was counted of each quarter, from which figures are made while nothing in it"
        " changes",
    )


def _key(name: str, comment: str) -> "sa.Column[str]":
    return sa.Column(name, sa.Text, primary_key=True, comment=comment)


def _text(name: str, comment: str, *, nullable: bool = True) -> "sa.Column[str]":
    return sa.Column(name, sa.Text, nullable=nullable, comment=comment)
