"""Who was in where is remembered, so that only people whose memberships changed are counted."""

import sqlalchemy as sa
from alembic import op

from cophub.warehouse.columns import Instant

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

_PERSON = ("person", "Id of the person")
_UNDATED = ("undated", "1: in since nobody knows when")
_IN = "when figures were last counted"
_TABLES = (
    "measure_spell", "measure_member_stay", "measure_channel_stay", "measure_reached",
    "measure_ahead", "measure_space", "measure_heads",
)  # fmt: skip


def upgrade() -> None:
    op.create_table(
        "measure_spell",
        _key(*_PERSON),
        _place("known", "0: as vendors date it; 1: as the hub knew it at the time, in lists only"),
        _key("source", "Source of the space"),
        _key("space", "Key of the space"),
        _place("m_from", "Number of the month from whose end they are in, the first is 0"),
        _place("m_to", "Number of the month at whose end they no longer are; 1000000: they are"),
        _number("q_from", "The same as m_from, of quarters"),
        _number("q_to", "The same as m_to, of quarters"),
        _number(*_UNDATED),
        comment=f"Who was in which space, {_IN}",
        sqlite_with_rowid=False,
    )
    op.create_table(
        "measure_member_stay",
        *_stay(),
        _number(*_UNDATED),
        comment=f"Who was a member of a community, {_IN}",
        sqlite_with_rowid=False,
    )
    channel = "Number of the channel: of a source and kind of space, in their order"
    op.create_table(
        "measure_channel_stay",
        *_stay(_place("channel", channel)),
        comment=f"Who was a member in a channel of a community, {_IN}",
        sqlite_with_rowid=False,
    )
    op.create_table(
        "measure_reached",
        *_stay(),
        _number("channel", "Number of the only channel; 0: several"),
        comment=f"Who was a member in any channel of a community, {_IN}",
        sqlite_with_rowid=False,
    )
    op.create_table(
        "measure_ahead",
        _key(*_PERSON),
        sa.Column("at", Instant, primary_key=True, comment="When a stay of theirs begins or ends"),
        comment="For whom something changes after figures were last counted",
        sqlite_with_rowid=False,
    )
    _create_totals()


def downgrade() -> None:
    for table in reversed(_TABLES):
        op.drop_table(table)


def _create_totals() -> None:
    op.create_table(
        "measure_space",
        _key("source", "Source of the space"),
        _key("space", "Key of the space"),
        sa.Column(
            "seen_at", Instant, nullable=False, comment="When the hub first saw anybody in it"
        ),
        comment=f"Since when the hub looks at each space, {_IN}",
    )
    op.create_table(
        "measure_heads",
        _key(
            "what",
            "people of lists, known (the same as known then), members, months (members by month),"
            " channel, reached, several or many (who are in so many communities)",
        ),
        _key("community", "Key of the community; empty: all"),
        _place("channel", "Number of the channel, where that is counted, or 0"),
        _place("number", "Number of the quarter or month, the first is 0"),
        _count("came", "Persons who came since the one before"),
        _count("went", "Persons who went since the one before"),
        _count("undated", "Of those who came: nobody knows which day"),
        comment=f"How many came and went, {_IN}",
        sqlite_with_rowid=False,
    )


def _stay(*more: "sa.Column[int]") -> "tuple[sa.Column[str] | sa.Column[int], ...]":
    return (
        _key(*_PERSON),
        _key("community", "Key of the community; empty: all"),
        *more,
        _place("a", "Number of the quarter from whose end they are, the first is 0"),
        _number("b", "Number of the quarter at whose end they no longer are; 1000000: they are"),
    )


def _key(name: str, comment: str) -> "sa.Column[str]":
    return sa.Column(name, sa.Text, primary_key=True, comment=comment)


def _place(name: str, comment: str) -> "sa.Column[int]":
    return sa.Column(name, sa.Integer, primary_key=True, autoincrement=False, comment=comment)


def _number(name: str, comment: str) -> "sa.Column[int]":
    return sa.Column(name, sa.Integer, nullable=False, comment=comment)


def _count(name: str, comment: str) -> "sa.Column[int]":
    return sa.Column(name, sa.BigInteger, nullable=False, comment=comment)
