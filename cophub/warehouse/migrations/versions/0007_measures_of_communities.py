"""Channels, moves between levels of participation, and who stands between communities."""

import sqlalchemy as sa
from alembic import op

from cophub.warehouse.columns import Json, RowId

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

_SMALL = "Whether it tells about fewer than 5 people"


def upgrade() -> None:
    op.create_table(
        "measure_channel",
        *_place(),
        sa.Column("source", sa.Text, primary_key=True, comment="Source of the channel"),
        sa.Column("kind", sa.Text, primary_key=True, comment="Kind of its spaces, such as list"),
        _count("people", "Persons whom it reaches"),
        _count("people_only", "Of those: whom no other channel reaches"),
        sa.Column("small", sa.Boolean, nullable=False, comment=_SMALL),
        comment="Whom each channel reaches: members at the end of the quarter of a source's spaces"
        " of a kind that serve the community, and whoever did anything in one in the quarter",
    )
    op.create_table(
        "measure_move",
        *_place(),
        sa.Column(
            "level_before",
            sa.Text,
            primary_key=True,
            comment="At the end of the quarter before: core, active, peripheral or outside",
        ),
        sa.Column(
            "level",
            sa.Text,
            primary_key=True,
            comment="The same at the end of this quarter, or now",
        ),
        _count("people", "Persons who moved so"),
        sa.Column("small", sa.Boolean, nullable=False, comment=_SMALL),
        comment="How people moved between the levels of participation, by community and quarter",
    )
    _brokers()


def _brokers() -> None:
    op.create_table(
        "broker",
        sa.Column("version", RowId, primary_key=True, comment="Version of the publication"),
        sa.Column("person", sa.Text, primary_key=True, comment="Id of the person"),
        sa.Column("communities", Json, comment="Keys of their communities, a JSON list"),
        sa.Column(
            "bridging",
            sa.Double,
            nullable=False,
            comment="Share of the shortest paths between people of different communities that lead"
            " over this person and neither begin nor end beside them, 0 to 1",
        ),
        sa.Column(
            "sampled",
            sa.Boolean,
            nullable=False,
            comment="Whether only the paths between some people were looked at, there being many",
        ),
        _count("liaison", "Pairs they link: of neither's communities, or of both's"),
        _count("gatekeeper", "Pairs they link: from outside into a community of theirs"),
        _count("representative", "Pairs they link: out of a community of theirs"),
        sa.Column(
            "parted",
            Json,
            comment="Pairs of communities with no path left between them without this person, a"
            " JSON list of two keys each",
        ),
        comment="Who stands between communities; for facilitators only, never published",
    )


def _place() -> tuple["sa.Column[object]", ...]:
    return (
        sa.Column("version", RowId, primary_key=True, comment="Version of the publication"),
        sa.Column(
            "community", sa.Text, primary_key=True, comment="Key of the community; empty: all"
        ),
        sa.Column("quarter", sa.Text, primary_key=True, comment="Calendar quarter, as 2026Q3"),
    )


def _count(name: str, comment: str) -> "sa.Column[object]":
    return sa.Column(name, sa.BigInteger, nullable=False, comment=comment)
