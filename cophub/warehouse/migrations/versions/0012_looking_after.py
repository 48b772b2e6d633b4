"""Pipelines' runs are told apart, errors have codes, and what looking after needs has its place."""

from typing import Any

from alembic import op
from sqlalchemy import BigInteger, Column, ForeignKey, Integer, Text
from sqlalchemy.types import TypeEngine

from cophub.warehouse.columns import Instant, Json, RowId

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

_TABLES = ("pipeline_run", "alert", "audit", "token", "backup_made", "retention_done")
_COLUMNS: dict[str, dict[str, tuple[type[TypeEngine[Any]], str]]] = {
    "run": {
        "code": (Text, "Code of what went wrong, as CPH-C01"),
        "asked_by": (Text, "person, timetable or worker"),
        "due_at": (Instant, "Time of its timetable that it ran for; NULL: none"),
    },
    "stream_run": {"code": (Text, "Code of what went wrong, as CPH-U01")},
    "reject": {
        "code": (Text, "Code of what was wrong, where it has one"),
        "resolved_at": (Instant, "When a later run understood it; NULL: none did"),
    },
}


def upgrade() -> None:
    for table, columns in _COLUMNS.items():
        for name, (kind, comment) in columns.items():
            _add_column(table, name, kind, comment)
    _pipelines_and_alerts()
    _who_did_what()
    _tokens_and_copies()


def downgrade() -> None:
    for table in reversed(_TABLES):
        op.drop_table(table)
    for table, columns in _COLUMNS.items():
        for name in columns:
            op.drop_column(table, name)


def _add_column(table: str, name: str, kind: type[TypeEngine[Any]], comment: str) -> None:
    if op.get_bind().dialect.name == "sqlite":
        # Which keeps a comment only where it stands in the statement's own text.
        op.execute(f"ALTER TABLE {table} ADD COLUMN {name} /* {comment} */ TEXT")
    else:
        op.add_column(table, Column(name, kind, comment=comment))


def _pipelines_and_alerts() -> None:
    op.create_table(
        "pipeline_run",
        Column(
            "run",
            RowId,
            ForeignKey("run.id", ondelete="CASCADE"),
            primary_key=True,
            comment="Its run",
        ),
        Column("pipeline", Text, primary_key=True, comment="Name of the pipeline"),
        Column("state", Text, nullable=False, comment="running, done, failed, stopped or killed"),
        Column("started_at", Instant, nullable=False, comment="When it began"),
        Column("finished_at", Instant, comment="When it ended"),
        Column("due_at", Instant, comment="Time of its timetable that it ran for; NULL: none"),
        Column("files", Integer, comment="Number of files it made"),
        Column("error", Text, comment="What went wrong, in one line"),
        Column("code", Text, comment="Code of what went wrong, as CPH-C01"),
        comment="How one pipeline went in one run",
    )
    op.create_index(
        "ix_pipeline_run_pipeline_started_at", "pipeline_run", ["pipeline", "started_at"]
    )
    op.create_table(
        "alert",
        Column(
            "cause", Text, primary_key=True, comment="What it is about, so that it is told once"
        ),
        Column("code", Text, nullable=False, comment="Code of what is wrong, as CPH-U01"),
        Column(
            "subject", Text, nullable=False, comment="Source or pipeline, or what else it is about"
        ),
        Column("said", Text, nullable=False, comment="What is wrong, in one line"),
        Column("opened_at", Instant, nullable=False, comment="When it was first seen to be wrong"),
        Column("told_at", Instant, comment="When it was last told; NULL: not yet"),
        Column("cleared_at", Instant, comment="When it was well again; NULL: it is not"),
        Column("tries", Integer, nullable=False, comment="Tries to tell it in vain"),
        Column("next_try_at", Instant, comment="When it is tried again; NULL: nothing waits"),
        Column("count", Integer, nullable=False, comment="How often it came back"),
        comment="What is wrong with the hub, and who was told of it when",
    )


def _who_did_what() -> None:
    op.create_table(
        "audit",
        Column("id", RowId, primary_key=True, comment="Number of the entry"),
        Column("at", Instant, nullable=False, comment="When"),
        Column("who", Text, comment="Who did it, as far as is known"),
        Column("how", Text, nullable=False, comment="cli, web or worker"),
        Column("action", Text, nullable=False, comment="What was done, as people export"),
        Column(
            "subject", Text, comment="Id of the person it was about, or what else it was done to"
        ),
        Column("count", BigInteger, comment="How many rows or people it showed or changed"),
        Column("details", Json, comment="What else tells of it, as JSON; no addresses"),
        comment="Who looked at, took out or changed what is about people",
    )
    op.create_index("ix_audit_at", "audit", ["at"])
    op.create_index("ix_audit_subject", "audit", ["subject"])


def _tokens_and_copies() -> None:
    op.create_table(
        "token",
        Column("source", Text, primary_key=True, comment="Source in plugins.toml"),
        Column("name", Text, primary_key=True, comment="Which of its tokens"),
        Column("sealed", Text, nullable=False, comment="The token, encrypted with COPHUB_KEY"),
        Column("saved_at", Instant, nullable=False, comment="When"),
        comment="Renewed tokens of sources that several machines sync; else they are kept as files",
    )
    op.create_table(
        "backup_made",
        Column("id", RowId, primary_key=True, comment="Number of the copy"),
        Column("at", Instant, nullable=False, comment="When it was made"),
        Column("path", Text, nullable=False, comment="Where"),
        Column("size_bytes", BigInteger, nullable=False, comment="Its size"),
        Column("reason", Text, nullable=False, comment="asked, timetable, upgrade or restore"),
        Column("schema", Text, nullable=False, comment="Schema of the warehouse that was copied"),
        comment="Copies of this warehouse that were made",
    )
    op.create_table(
        "retention_done",
        Column("source", Text, primary_key=True, comment="Source in plugins.toml"),
        Column("table_name", Text, primary_key=True, comment="Table whose old rows went"),
        Column("horizon_at", Instant, nullable=False, comment="What is older than this went"),
        Column("done_at", Instant, nullable=False, comment="When that was last done"),
        Column("rows", BigInteger, nullable=False, comment="Rows that went in all"),
        comment="How far back rows are kept, so that no whole read brings older ones back",
    )
