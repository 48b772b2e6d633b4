"""Pipelines out of the warehouse: in order, one's failure apart from the others, one version.

Files are written into a new version of the site folder, which takes the place of the one before
when all pipelines have ended: a reader never sees half a run.
"""

import logging
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from graphlib import CycleError, TopologicalSorter
from pathlib import Path
from threading import Event
from types import MappingProxyType
from typing import Literal
from zoneinfo import ZoneInfo

from pydantic import BaseModel

from cophub import __version__
from cophub.error_codes import PART_FAILED, PIPELINE_CLASH, UNFORESEEN
from cophub.errors import CophubError, PluginError
from cophub.folders import Version
from cophub.identity_rule import RulesInUse
from cophub.logs import bound
from cophub.page import Page
from cophub.pipeline import CommunitySpec, Pipeline, PipelineContext
from cophub.warehouse import Warehouse, begun, pipelines, state
from cophub.warehouse.holding import held, show_life
from cophub.warehouse.state import AskedBy, Lease

LEASE = "the pipelines"
_STOPPED = "it was stopped"
Plan = Sequence[tuple[Pipeline, BaseModel]]
_log = logging.getLogger("cophub.publish")


@dataclass(frozen=True)
class PipelineResult:
    """How one pipeline or upload went; `error` is one line, `counts` what an upload sent."""

    pipeline: str
    state: Literal["done", "failed", "stopped"]
    files: int
    seconds: float
    error: str | None = None
    counts: str | None = None
    code: str | None = None
    """Of the error, in `cophub.error_codes`."""
    warnings: tuple[str, ...] = ()
    """What went wrong with parts of it, and stopped nothing else; a line each."""


@dataclass(frozen=True)
class Due:
    """The pipelines that a run is for, and the time of their timetable."""

    pipelines: tuple[str, ...]
    at: datetime

    def of(self, pipeline: str) -> datetime | None:
        """The time that a pipeline runs for; None for one that others bring along."""
        return begun.noted(self.at) if pipeline in self.pipelines else None


@dataclass(frozen=True)
class _Run:
    """A run of pipelines: as the warehouse knows it, and what it has made so far."""

    number: int
    version: int
    started_at: datetime
    files: Version
    results: list[PipelineResult] = field(default_factory=list)


def run_pipelines(
    warehouse: Warehouse,
    plan: Plan,
    *,
    site: Path,
    timezone: ZoneInfo,
    communities: tuple[CommunitySpec, ...] = (),
    promises: Mapping[str, timedelta] = MappingProxyType({}),
    pages: tuple[Page, ...] = (),
    identity_rules: Callable[[], RulesInUse] | None = None,
    now: Callable[[], datetime],
    asked_by: AskedBy = "person",
    stop: Event | None = None,
    due: Due | None = None,
) -> Iterator[PipelineResult]:
    """Run pipelines, each after those it reads; a result as each ends, the last when all is shown.

    A pipeline that fails keeps its files of before, and only those that read its results are not
    run. Once `stop` is set none is begun, and the site stays as it was; the first that was not
    begun has the result `stopped`. Nothing is done where all of `due` began at its time or since.

    Raises SourceBusy while another process publishes, PluginError when pipelines wait for one
    another in a circle, ConfigError when the site folder cannot be written.
    """
    ordered = in_order(plan)
    with held(warehouse, LEASE) as lease:
        if due is not None and _all_began(warehouse, due):
            return
        with _recorded(warehouse, site, now, asked_by, due) as run:
            for pipeline, settings in ordered:
                yield from run.results[-1:]
                if stop is not None and stop.is_set():
                    run.results.append(PipelineResult(pipeline.name, "stopped", 0, 0.0))
                    break
                context = PipelineContext(
                    settings=settings,
                    warehouse=warehouse,
                    now=run.started_at,
                    timezone=timezone,
                    run=run.number,
                    communities=communities,
                    promises=promises,
                    pages=pages,
                    identity_rules=identity_rules,
                    log=logging.getLogger(f"cophub.pipeline.{pipeline.name}"),
                )
                run.results.append(_noted(pipeline, context, run, lease, now, due))
            else:
                _show(warehouse, run, lease, now())
    yield from run.results[-1:]


def _all_began(warehouse: Warehouse, due: Due) -> bool:
    """Whether somebody has begun all of them for that time; asked under the lease."""
    with warehouse.connect() as connection:
        began = [begun.pipeline_began(connection, name, alive=False) for name in due.pipelines]
    return all(at is not None and at >= due.at for at in began)


def in_order(plan: Plan) -> list[tuple[Pipeline, BaseModel]]:
    """The plan so that each pipeline comes after those it reads; else as it was."""
    by_name = {pipeline.name: (pipeline, settings) for pipeline, settings in plan}
    graph = {
        name: [before for before in pipeline.after if before in by_name]
        for name, (pipeline, _) in by_name.items()
    }
    try:
        return [by_name[name] for name in TopologicalSorter(graph).static_order()]
    except CycleError as error:
        circle = " after ".join(f'"{name}"' for name in error.args[1])
        raise PluginError(
            f"pipelines wait for one another: {circle}", code=PIPELINE_CLASH
        ) from error


@contextmanager
def _recorded(
    warehouse: Warehouse,
    site: Path,
    now: Callable[[], datetime],
    asked_by: AskedBy,
    due: Due | None,
) -> Iterator[_Run]:
    """A run and its version of the site, whose end the warehouse knows however it comes."""
    started_at = now()
    with warehouse.begin() as connection:
        number = state.start_run(
            connection, kind="publish", source=None, now=started_at, version=__version__,
            asked_by=asked_by, due_at=begun.noted(due.at) if due else None,
        )  # fmt: skip
        pipelines.end_killed(connection, now=started_at)
        version = state.start_publication(connection, run=number, now=started_at)
    error: str | None = _STOPPED
    code: str | None = None
    stopped = False
    files: Version | None = None
    try:
        files = Version(site, version)
        run = _Run(number, version, started_at, files)
        yield run
        stopped = any(result.state == "stopped" for result in run.results)
        error, code = (_STOPPED, None) if stopped else _first_error(run.results)
    except CophubError as failure:
        error, code = str(failure), failure.code
        raise
    finally:
        if files is not None:
            files.discard()
        _end(warehouse, number, version, (error, code), now(), stopped=stopped)


def _noted(
    pipeline: Pipeline,
    context: PipelineContext[BaseModel],
    run: _Run,
    lease: Lease,
    now: Callable[[], datetime],
    due: Due | None,
) -> PipelineResult:
    """Run one, whose beginning and end the warehouse knows."""
    due_at = due.of(pipeline.name) if due else None
    with context.warehouse.begin() as connection:
        show_life(connection, lease)
        pipelines.begin(connection, run.number, pipeline.name, now=now(), due_at=due_at)
    with bound(run=run.number, pipeline=pipeline.name):
        result = _run_one(pipeline, context, run)
        _log_end(result)
    with context.warehouse.begin() as connection:
        pipelines.end(
            connection, run.number, pipeline.name, now=now(), state=result.state,
            files=result.files, error=result.error or "; ".join(result.warnings) or None,
            code=result.code or (PART_FAILED if result.warnings else None),
        )  # fmt: skip
    return result


def _run_one(pipeline: Pipeline, context: PipelineContext[BaseModel], run: _Run) -> PipelineResult:
    failed = {result.pipeline for result in run.results if result.state == "failed"}
    missing = next((name for name in pipeline.after if name in failed), None)
    if missing:
        error = f'not run, because it reads the results of "{missing}", which failed'
        because = next(result.code for result in run.results if result.pipeline == missing)
        return PipelineResult(pipeline.name, "failed", 0, 0.0, error, code=because)
    began = time.perf_counter()
    warnings: list[str] = []
    context.warn = warnings.append
    try:
        count = run.files.write(pipeline.name, pipeline.run(context))
    except CophubError as failure:
        return _failed(pipeline, began, str(failure), failure.code)
    except Exception as failure:  # noqa: BLE001 - a plugin may raise anything; the others go on
        _log.debug('pipeline "%s" raised', pipeline.name, exc_info=True)
        return _failed(pipeline, began, _one_line(failure), UNFORESEEN)
    seconds = time.perf_counter() - began
    return PipelineResult(pipeline.name, "done", count, seconds, warnings=tuple(warnings))


def _log_end(result: PipelineResult) -> None:
    fields = dict(event="pipeline.end", state=result.state, code=result.code, files=result.files)
    _log.info("%s: %s", result.state, result.error or f"{result.files} files", extra=fields)
    for line in result.warnings:
        _log.info("%s", line, extra={"event": "pipeline.part", "code": PART_FAILED})


def _failed(pipeline: Pipeline, began: float, error: str, code: str) -> PipelineResult:
    seconds = time.perf_counter() - began
    return PipelineResult(pipeline.name, "failed", 0, seconds, error, code=code)


def _one_line(failure: Exception) -> str:
    """The first line only: what a database driver says after it are people's data."""
    lines = str(failure).splitlines()
    return f"{type(failure).__name__}: {lines[0][:300]}" if lines else type(failure).__name__


def _first_error(results: list[PipelineResult]) -> tuple[str | None, str | None]:
    """What went wrong first, and its code."""
    failed = (r for r in results if r.error is not None)
    told = ((f'pipeline "{r.pipeline}": {r.error}', r.code) for r in failed)
    return next(told, (None, None))


def _show(warehouse: Warehouse, run: _Run, lease: Lease, at: datetime) -> None:
    """Let readers see what was made; nothing is shown where every pipeline failed."""
    if not any(result.state == "done" for result in run.results):
        return
    with warehouse.begin() as connection:
        # Whoever took the pipelines over meanwhile shows theirs; ours would be older.
        show_life(connection, lease)
        count, size = run.files.switch()
        state.publish(connection, run.version, now=at, files=count, size_bytes=size)


def _end(
    warehouse: Warehouse,
    run: int,
    version: int,
    failure: tuple[str | None, str | None],
    at: datetime,
    *,
    stopped: bool,
) -> None:
    error, code = failure
    with warehouse.begin() as connection:
        if state.published_version(connection) != version:
            reason = error or "there was no pipeline to run"
            state.fail_publication(connection, version, error=reason)
        ended = "stopped" if stopped else "failed" if error else "done"
        state.finish_run(connection, run, state=ended, now=at, error=error, code=code)
        pipelines.end_killed(connection, now=at, run=run)
        if stopped:
            pipelines.end_unshown(connection, run)


__all__ = ["LEASE", "Due", "PipelineResult", "in_order", "run_pipelines"]
