"""What looking after the hub remembers: pipelines' runs, alerts, who did what, tokens, copies."""

from sqlalchemy import BigInteger, Column, ForeignKey, Index, Integer, Table, Text

from cophub.warehouse.columns import Instant, Json, RowId, metadata

pipeline_run = Table(
    "pipeline_run",
    metadata,
    Column("run", ForeignKey("run.id", ondelete="CASCADE"), primary_key=True, comment="Its run"),
    Column("pipeline", Text, primary_key=True, comment="Name of the pipeline"),
    Column("state", Text, nullable=False, comment="running, done, failed, stopped or killed"),
    Column("started_at", Instant, nullable=False, comment="When it began"),
    Column("finished_at", Instant, comment="When it ended"),
    Column("due_at", Instant, comment="Time of its timetable that it ran for; NULL: none"),
    Column("files", Integer, comment="Number of files it made"),
    Column("error", Text, comment="What went wrong, in one line"),
    Column("code", Text, comment="Code of what went wrong, as CPH-C01"),
    Index(None, "pipeline", "started_at"),
    comment="How one pipeline went in one run",
)

alert = Table(
    "alert",
    metadata,
    Column("cause", Text, primary_key=True, comment="What it is about, so that it is told once"),
    Column("code", Text, nullable=False, comment="Code of what is wrong, as CPH-U01"),
    Column("subject", Text, nullable=False, comment="Source or pipeline, or what else it is about"),
    Column("said", Text, nullable=False, comment="What is wrong, in one line"),
    Column("opened_at", Instant, nullable=False, comment="When it was first seen to be wrong"),
    Column("told_at", Instant, comment="When it was last told; NULL: not yet"),
    Column("cleared_at", Instant, comment="When it was well again; NULL: it is not"),
    Column("tries", Integer, nullable=False, default=0, comment="Tries to tell it in vain"),
    Column("next_try_at", Instant, comment="When it is tried again; NULL: nothing waits"),
    Column("count", Integer, nullable=False, default=1, comment="How often it came back"),
    Column(
        "waiting", Json, comment="Who was not told yet, and why not, as JSON; NULL: nobody waits"
    ),
    comment="What is wrong with the hub, and who was told of it when",
)

audit = Table(
    "audit",
    metadata,
    Column("id", RowId, primary_key=True, comment="Number of the entry"),
    Column("at", Instant, nullable=False, comment="When"),
    Column("who", Text, comment="Who did it, as far as is known"),
    Column("how", Text, nullable=False, comment="cli, web or worker"),
    Column("action", Text, nullable=False, comment="What was done, as people export"),
    Column("subject", Text, comment="Id of the person it was about, or what else it was done to"),
    Column("count", BigInteger, comment="How many rows or people it showed or changed"),
    Column("details", Json, comment="What else tells of it, as JSON; no addresses"),
    Index(None, "at"),
    Index(None, "subject"),
    comment="Who looked at, took out or changed what is about people",
)

token = Table(
    "token",
    metadata,
    Column("source", Text, primary_key=True, comment="Source in plugins.toml"),
    Column("name", Text, primary_key=True, comment="Which of its tokens"),
    Column("sealed", Text, nullable=False, comment="The token, encrypted with COPHUB_KEY"),
    Column("saved_at", Instant, nullable=False, comment="When"),
    comment="Renewed tokens of sources that several machines sync; else they are kept as files",
)

backup_made = Table(
    "backup_made",
    metadata,
    Column("id", RowId, primary_key=True, comment="Number of the copy"),
    Column("at", Instant, nullable=False, comment="When it was made"),
    Column("path", Text, nullable=False, comment="Where"),
    Column("size_bytes", BigInteger, nullable=False, comment="Its size"),
    Column("reason", Text, nullable=False, comment="asked, timetable, upgrade or restore"),
    Column("schema", Text, nullable=False, comment="Schema of the warehouse that was copied"),
    comment="Copies of this warehouse that were made",
)

retention_done = Table(
    "retention_done",
    metadata,
    Column("source", Text, primary_key=True, comment="Source in plugins.toml"),
    Column("table_name", Text, primary_key=True, comment="Table whose old rows went"),
    Column("horizon_at", Instant, nullable=False, comment="What is older than this went"),
    Column("done_at", Instant, nullable=False, comment="When that was last done"),
    Column("rows", BigInteger, nullable=False, comment="Rows that went in all"),
    comment="How far back rows are kept, so that no whole read brings older ones back",
)
