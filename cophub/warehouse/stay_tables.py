"""Who was in where when figures were last counted, so that only what changed is counted anew."""

from sqlalchemy import BigInteger, Column, Integer, Table, Text

from cophub.warehouse.columns import Instant, metadata

measure_spell = Table(
    "measure_spell",
    metadata,
    Column("person", Text, primary_key=True, comment="Id of the person"),
    Column(
        "known",
        Integer,
        primary_key=True,
        autoincrement=False,
        comment="0: as vendors date it; 1: as the hub knew it at the time, in lists only",
    ),
    Column("source", Text, primary_key=True, comment="Source of the space"),
    Column("space", Text, primary_key=True, comment="Key of the space"),
    Column(
        "m_from",
        Integer,
        primary_key=True,
        autoincrement=False,
        comment="Number of the month from whose end they are in, the first is 0",
    ),
    Column(
        "m_to",
        Integer,
        primary_key=True,
        autoincrement=False,
        comment="Number of the month at whose end they no longer are; 1000000: they are",
    ),
    Column("q_from", Integer, nullable=False, comment="The same as m_from, of quarters"),
    Column("q_to", Integer, nullable=False, comment="The same as m_to, of quarters"),
    Column("undated", Integer, nullable=False, comment="1: in since nobody knows when"),
    comment="Who was in which space, when figures were last counted",
    sqlite_with_rowid=False,
)


def _stays(name: str, comment: str, *more: Column[int]) -> Table:
    """From which quarter to which each person is in something of a community."""
    return Table(
        name,
        metadata,
        Column("person", Text, primary_key=True, comment="Id of the person"),
        Column("community", Text, primary_key=True, comment="Key of the community; empty: all"),
        *(column for column in more if column.primary_key),
        Column(
            "a",
            Integer,
            primary_key=True,
            autoincrement=False,
            comment="Number of the quarter from whose end they are, the first is 0",
        ),
        Column(
            "b",
            Integer,
            nullable=False,
            comment="Number of the quarter at whose end they no longer are; 1000000: they are",
        ),
        *(column for column in more if not column.primary_key),
        comment=comment,
        sqlite_with_rowid=False,
    )


measure_member_stay = _stays(
    "measure_member_stay",
    "Who was a member of a community, when figures were last counted",
    Column("undated", Integer, nullable=False, comment="1: in since nobody knows when"),
)
measure_channel_stay = _stays(
    "measure_channel_stay",
    "Who was a member in a channel of a community, when figures were last counted",
    Column(
        "channel",
        Integer,
        primary_key=True,
        autoincrement=False,
        comment="Number of the channel: of a source and kind of space, in their order",
    ),
)
measure_reached = _stays(
    "measure_reached",
    "Who was a member in any channel of a community, when figures were last counted",
    Column("channel", Integer, nullable=False, comment="Number of the only channel; 0: several"),
)

measure_ahead = Table(
    "measure_ahead",
    metadata,
    Column("person", Text, primary_key=True, comment="Id of the person"),
    Column("at", Instant, primary_key=True, comment="When a stay of theirs begins or ends"),
    comment="For whom something changes after figures were last counted",
    sqlite_with_rowid=False,
)

measure_space = Table(
    "measure_space",
    metadata,
    Column("source", Text, primary_key=True, comment="Source of the space"),
    Column("space", Text, primary_key=True, comment="Key of the space"),
    Column("seen_at", Instant, nullable=False, comment="When the hub first saw anybody in it"),
    comment="Since when the hub looks at each space, when figures were last counted",
)

measure_heads = Table(
    "measure_heads",
    metadata,
    Column(
        "what",
        Text,
        primary_key=True,
        comment="people of lists, known (the same as known then), members, months (members by"
        " month), channel, reached, several or many (who are in so many communities)",
    ),
    Column("community", Text, primary_key=True, comment="Key of the community; empty: all"),
    Column(
        "channel",
        Integer,
        primary_key=True,
        autoincrement=False,
        comment="Number of the channel, where that is counted, or 0",
    ),
    Column(
        "number",
        Integer,
        primary_key=True,
        autoincrement=False,
        comment="Number of the quarter or month, the first is 0",
    ),
    Column("came", BigInteger, nullable=False, comment="Persons who came since the one before"),
    Column("went", BigInteger, nullable=False, comment="Persons who went since the one before"),
    Column(
        "undated", BigInteger, nullable=False, comment="Of those who came: nobody knows which day"
    ),
    comment="How many came and went, when figures were last counted",
    sqlite_with_rowid=False,
)

STAYS = (
    measure_spell, measure_member_stay, measure_channel_stay, measure_reached, measure_ahead
)  # fmt: skip
"""Those that hold ids of people."""

__all__ = [
    "STAYS", "measure_ahead", "measure_channel_stay", "measure_heads", "measure_member_stay",
    "measure_reached", "measure_space", "measure_spell",
]  # fmt: skip
