"""How each pipeline went in each run, and when each last began: pipelines have times of their own.

Every function works in the caller's transaction.
"""

from datetime import datetime

from sqlalchemy import Connection, func, insert, select, update

from cophub.error_codes import KILLED
from cophub.warehouse import tables as t


def begin(
    connection: Connection,
    run: int,
    pipeline: str,
    *,
    now: datetime,
    due_at: datetime | None = None,
) -> None:
    """Note that a pipeline begins; `due_at` is the time of its timetable that it runs for."""
    row = dict(run=run, pipeline=pipeline, state="running", started_at=now, due_at=due_at)
    connection.execute(insert(t.pipeline_run).values(row))


def end(
    connection: Connection,
    run: int,
    pipeline: str,
    *,
    now: datetime,
    state: str,
    files: int,
    error: str | None = None,
    code: str | None = None,
) -> None:
    """Note how it ended: done or failed, with the reason in one line and its code."""
    c = t.pipeline_run.c
    ending = update(t.pipeline_run).where(c.run == run, c.pipeline == pipeline)
    row = dict(state=state, finished_at=now, files=files, error=error, code=code)
    connection.execute(ending.values(row))


def end_killed(connection: Connection, *, now: datetime, run: int | None = None) -> None:
    """Pipelines (of one run) that never ended were killed: say so. Under the pipelines' lease."""
    c = t.pipeline_run.c
    left_over = update(t.pipeline_run).where(c.state == "running")
    if run is not None:
        left_over = left_over.where(c.run == run)
    row = dict(state="killed", finished_at=now, error="it was ended before it was done")
    connection.execute(left_over.values(**row, code=KILLED))


def end_unshown(connection: Connection, run: int) -> None:
    """Files that a run made and that no reader will see are still to be made: say so."""
    c = t.pipeline_run.c
    made = update(t.pipeline_run).where(c.run == run, c.state == "done", c.files > 0)
    connection.execute(made.values(state="stopped", error="it was stopped before it was shown"))


def last_began(connection: Connection) -> dict[str, datetime]:
    """When each pipeline last began, by its name."""
    c = t.pipeline_run.c
    found = select(c.pipeline, func.max(c.started_at)).group_by(c.pipeline)
    return {row[0]: row[1] for row in connection.execute(found)}


def last_publish_before(connection: Connection) -> datetime | None:
    """When pipelines last began before each had times of its own; None where none did."""
    first = select(func.min(t.pipeline_run.c.run)).scalar_subquery()
    before = t.run.c.id < func.coalesce(first, t.run.c.id + 1)
    query = select(func.max(t.run.c.started_at)).where(t.run.c.kind == "publish", before)
    found: datetime | None = connection.scalar(query)
    return found


__all__ = ["begin", "end", "end_killed", "end_unshown", "last_began", "last_publish_before"]
