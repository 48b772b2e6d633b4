"""When each source and pipeline last began a run that counts: what its next time is told from.

A run that was stopped does not count, nor one whose process was killed: what it was to do is still
to be done. A second one in a row that was killed does, so that what ends its own process is not
begun over and over. Every function works in the caller's transaction.
"""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Connection, select

from cophub.warehouse import pipelines, state
from cophub.warehouse import tables as t

EVER = datetime.min.replace(tzinfo=UTC)
"""The time that what has never run is due for: whoever began it at any time has done it."""


def noted(due_at: datetime | None) -> datetime | None:
    """The time as it is kept with a run; None where it is no time of a timetable."""
    return None if due_at == EVER else due_at


def alive(connection: Connection) -> set[str]:
    """What is being worked on by somebody who lives, as far as this machine can tell."""
    return {lease.name for lease in state.leases(connection, now=datetime.now(UTC))}


def source_began(connection: Connection, source: str, *, alive: bool) -> datetime | None:
    """When the last sync of a source that counts began, or the time that it was for, if later.

    With `alive`, a run that has not ended goes on; else it was killed. Whoever holds the lease of
    the source knows that nobody else runs.
    """
    r = t.run.c
    query = select(r.state, r.started_at, r.due_at).where(r.source == source, r.kind == "sync")
    query = query.where(r.state.not_in(("busy", "stopped"))).order_by(r.id.desc()).limit(2)
    return _counted(connection.execute(query).all(), alive)


def pipeline_began(connection: Connection, pipeline: str, *, alive: bool) -> datetime | None:
    """The same of a pipeline; what ran before each had times of its own counts for all."""
    p = t.pipeline_run.c
    query = select(p.state, p.started_at, p.due_at).where(p.pipeline == pipeline)
    query = query.where(p.state != "stopped").order_by(p.run.desc()).limit(2)
    found = connection.execute(query).all()
    return _counted(found, alive) or pipelines.last_publish_before(connection)


def _counted(runs: Sequence[Any], alive: bool) -> datetime | None:
    """Of the last two runs the one that counts; a machine whose clock is behind may begin early."""
    killed = ("killed",) if alive else ("killed", "running")
    ended = [run.state in killed for run in runs]
    counted = runs[1:] if ended[:1] == [True] and ended != [True, True] else runs
    if not counted:
        return None
    run = counted[0]
    began: datetime = run.started_at
    return max(began, run.due_at or began)


__all__ = ["EVER", "alive", "noted", "pipeline_began", "source_began"]
