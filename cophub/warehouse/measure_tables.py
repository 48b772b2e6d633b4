"""What is published of communities and people, in figures; and what was counted for them."""

from sqlalchemy import BigInteger, Boolean, Column, Double, Index, Integer, LargeBinary, Table, Text

from cophub.warehouse.columns import Instant, Json, RowId, metadata

measure = Table(
    "measure",
    metadata,
    Column("version", RowId, primary_key=True, comment="Version of the publication"),
    Column("community", Text, primary_key=True, comment="Key of the community; empty: all"),
    Column("quarter", Text, primary_key=True, comment="Calendar quarter, as 2026Q3"),
    Column("measure", Text, primary_key=True, comment="Name of the measure"),
    Column("value", Double, comment="The figure; NULL: see absent"),
    Column("previous", Double, comment="The figure of the quarter before"),
    Column("difference", Double, comment="value minus previous"),
    Column("percent", Double, comment="difference in per cent of previous"),
    Column("absent", Text, comment="Why there is no figure"),
    Column("note", Text, comment="What a reader must know about this figure"),
    Column("small", Boolean, nullable=False, comment="Whether it tells about fewer than 5 people"),
    Column("sources", Json, comment="Names of the sources it came from, a JSON list"),
    Column("observed_at", Instant, comment="How fresh the oldest of those sources was"),
    comment="Figures per community and quarter, by version; read measure_quarter instead",
)

measure_month = Table(
    "measure_month",
    metadata,
    Column("version", RowId, primary_key=True, comment="Version of the publication"),
    Column("community", Text, primary_key=True, comment="Key of the community; empty: all"),
    Column("month", Text, primary_key=True, comment="Calendar month, as 2026-03"),
    Column("kind", Text, primary_key=True, comment="Kind of act"),
    Column("acts", BigInteger, nullable=False, comment="Acts of that kind"),
    Column("people", BigInteger, nullable=False, comment="Distinct persons who did them"),
    comment="Acts per community and month, by published version",
)

measure_channel = Table(
    "measure_channel",
    metadata,
    Column("version", RowId, primary_key=True, comment="Version of the publication"),
    Column("community", Text, primary_key=True, comment="Key of the community; empty: all"),
    Column("quarter", Text, primary_key=True, comment="Calendar quarter, as 2026Q3"),
    Column("source", Text, primary_key=True, comment="Source of the channel"),
    Column("kind", Text, primary_key=True, comment="Kind of its spaces, such as list"),
    Column("people", BigInteger, nullable=False, comment="Persons whom it reaches"),
    Column(
        "people_only", BigInteger, nullable=False, comment="Of those: whom no other channel reaches"
    ),
    Column("small", Boolean, nullable=False, comment="Whether it tells about fewer than 5 people"),
    comment="Whom each channel reaches: members at the end of the quarter of a source's spaces of"
    " a kind that serve the community, and whoever did anything in one in the quarter",
)

measure_move = Table(
    "measure_move",
    metadata,
    Column("version", RowId, primary_key=True, comment="Version of the publication"),
    Column("community", Text, primary_key=True, comment="Key of the community; empty: all"),
    Column("quarter", Text, primary_key=True, comment="Calendar quarter, as 2026Q3"),
    Column(
        "level_before",
        Text,
        primary_key=True,
        comment="At the end of the quarter before: core, active, peripheral or outside",
    ),
    Column("level", Text, primary_key=True, comment="The same at the end of this quarter, or now"),
    Column("people", BigInteger, nullable=False, comment="Persons who moved so"),
    Column("small", Boolean, nullable=False, comment="Whether it tells about fewer than 5 people"),
    comment="How people moved between the levels of participation, by community and quarter",
)

measure_due = Table(
    "measure_due",
    metadata,
    Column("id", RowId, primary_key=True, comment="Number of the change"),
    Column("record", Text, nullable=False, comment="Table in which a row changed or went"),
    Column("source", Text, comment="Source of the row"),
    Column("key", Text, comment="Key of the row, or of what it is about; an address of an account"),
    Column("thread", Text, comment="Thread that a post was in; key of an account"),
    Column("at", Instant, comment="When it counted until then"),
    Column("also_at", Instant, comment="The same, where a row counts twice"),
    comment="What rows were before they changed, until figures are counted anew; triggers write it",
)

measure_account = Table(
    "measure_account",
    metadata,
    Column("source", Text, primary_key=True, comment="Source of the account"),
    Column("account", Text, primary_key=True, comment="Key of the account"),
    Column("person", Text, nullable=False, comment="Id of the person"),
    Column(
        "counts",
        Integer,
        nullable=False,
        comment="1: as a person; 0: a mailbox or machine; 2: a caller of one word",
    ),
    Index(None, "person"),
    comment="Whose each account was when figures were last counted",
)

measure_took_part = Table(
    "measure_took_part",
    metadata,
    Column(
        "q",
        Integer,
        primary_key=True,
        autoincrement=False,
        comment="Number of the quarter, the first is 0",
    ),
    Column("community", Text, primary_key=True, comment="Key of the community; empty: all"),
    Column("person", Text, primary_key=True, comment="Id of the person"),
    Column("threads", BigInteger, nullable=False, comment="Threads begun"),
    Column("replies", BigInteger, nullable=False, comment="Replies"),
    Column("documents", BigInteger, nullable=False, comment="Documents given"),
    Column("given", BigInteger, nullable=False, comment="Contributions"),
    Column(
        "score",
        BigInteger,
        nullable=False,
        comment="Acts as they weigh on the last day of the quarter, or today, in 2^-30",
    ),
    Column("age", Integer, nullable=False, comment="Days from the last act to that day"),
    Column("given_age", Integer, comment="The same of the last contribution"),
    Column("live_at", BigInteger, comment="Last sign of life, in seconds since 1970"),
    Column(
        "is_steady", Integer, nullable=False, comment="1: contributed in enough weeks to be core"
    ),
    Column(
        "level",
        Integer,
        nullable=False,
        comment="At the end of the quarter: 0 outside, 1 peripheral, 2 active, 3 core",
    ),
    sqlite_with_rowid=False,
    comment="What each person did in each community and quarter, until anything in it changes",
)

measure_gave = Table(
    "measure_gave",
    metadata,
    Column("community", Text, primary_key=True, comment="Key of the community; empty: all"),
    Column("person", Text, primary_key=True, comment="Id of the person"),
    Column(
        "age",
        Integer,
        primary_key=True,
        autoincrement=False,
        comment="Days from the contribution to the quarter's end",
    ),
    sqlite_with_rowid=False,
    comment="On which days contributions were made in the last 8 weeks of the last quarter that is"
    " over",
)

measure_kept = Table(
    "measure_kept",
    metadata,
    Column("quarter", Text, primary_key=True, comment="Calendar quarter, as 2026Q3"),
    Column(
        "counts", LargeBinary, nullable=False, comment="Whole numbers by community, MessagePack"
    ),
    comment="What was counted of each quarter, from which figures are made while nothing in it"
    " changes",
)

broker = Table(
    "broker",
    metadata,
    Column("version", RowId, primary_key=True, comment="Version of the publication"),
    Column("person", Text, primary_key=True, comment="Id of the person"),
    Column("communities", Json, comment="Keys of their communities, a JSON list"),
    Column(
        "bridging",
        Double,
        nullable=False,
        comment="Share of the shortest paths between people of different communities that lead"
        " over this person and neither begin nor end beside them, 0 to 1",
    ),
    Column(
        "sampled",
        Boolean,
        nullable=False,
        comment="Whether only the paths between some people were looked at, there being many",
    ),
    Column(
        "liaison",
        BigInteger,
        nullable=False,
        comment="Pairs they link: of neither's communities, or of both's",
    ),
    Column(
        "gatekeeper",
        BigInteger,
        nullable=False,
        comment="Pairs they link: from outside into a community of theirs",
    ),
    Column(
        "representative",
        BigInteger,
        nullable=False,
        comment="Pairs they link: out of a community of theirs",
    ),
    Column(
        "parted",
        Json,
        comment="Pairs of communities with no path left between them without this person, a JSON"
        " list of two keys each",
    ),
    Column("found_at", Instant, comment="When it was found out; a sample stands for a week"),
    comment="Who stands between communities; for facilitators only, never published",
)
