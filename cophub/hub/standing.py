"""How each source and pipeline stands: fresh, late, failed, held, why, and what to do about it."""

import re
from collections.abc import Iterator
from datetime import datetime
from typing import TYPE_CHECKING

from cophub.config import Config, Source
from cophub.config.timed_tables import PipelineTable, Timed
from cophub.config.timetable import say_duration
from cophub.error_codes import CATALOGUE
from cophub.hub import handouts, reading
from cophub.hub.answers import PipelineStatus, PlaceStatus, SourceStatus, Status
from cophub.hub.stand import Stand
from cophub.hub.troubles import troubles
from cophub.publish import LEASE
from cophub.warehouse import Warehouse

if TYPE_CHECKING:
    from cophub.hub import Hub

_PATTERN = re.compile(r"[*?\[]|^[a-z_]+=")


def status(hub: "Hub") -> Status:
    """How the hub stands: its sources and pipelines, what is not well, and what readers see."""
    from cophub.hub.alerting import undelivered  # which asks how the hub stands itself
    from cophub.hub.queueing import queue_of, told, wrong
    from cophub.hub.refusals import warning as refused
    from cophub.hub.timed_backups import note_of, warning_of
    from cophub.hub.timed_backups import standing as backup_of

    now = hub.now()
    found = sources(hub.config, hub.warehouse, now)
    ran, handed = known_pipelines(hub, now), places(hub, now)
    queue = queue_of(hub)
    waits = str(wrong(queue) or "") if queue else ""
    backup = backup_of(hub, now)
    rules = hub.directory.rules()
    notes = (
        told(queue) if queue else "", note_of(backup), hub.directory.common_keys() or "",
        *(rule.said for rule in rules if rule.capped and not rule.fails),
    )  # fmt: skip
    return Status(
        sources=found,
        published=reading.last_publication(hub.warehouse),
        site=str(hub.config.site),
        warehouse=hub.warehouse.name,
        warnings=(
            *(line for line in (refused(hub), waits, warning_of(backup)) if line),
            *(rule.said for rule in rules if rule.fails),
            *hub.config.warnings,
            *lost_spaces(hub.config, hub.warehouse), *lost_parts(hub.warehouse, now),
            *undelivered(hub),
        ),
        notes=tuple(note for note in notes if note),
        pipelines=ran,
        places=handed,
        troubles=troubles(found, ran, handed),
        coming=next(iter(hub.coming()), None),
        queue=queue,
        backup=backup,
    )  # fmt: skip


def sources(config: Config, warehouse: Warehouse, now: datetime) -> tuple[SourceStatus, ...]:
    """The sources of plugins.toml, in its order."""
    runs = reading.last_runs(warehouse, now)
    last, well, held_by = runs.last, runs.well, runs.held
    spaces = reading.counts_by_source(warehouse, "space")
    accounts = reading.counts_by_source(warehouse, "account")
    rejects = reading.open_rejects(warehouse)
    ill_since = reading.ill_since(warehouse, last, well)
    found = []
    for name, source in config.sources.items():
        run = last.get(name)
        began = run.started_at if run else None
        stand = Stand(
            source, now, run.state if run else None, began,
            next_at=_next(config, name, source, began, now),
            fresh_at=well[name].started_at if name in well else None,
            ill_since=ill_since.get(name), is_held=name in held_by,
            reason=run.reason if run else None, run_code=run.code if run else None,
        )  # fmt: skip
        found.append(
            SourceStatus(
                source=name,
                connector=source.connector,
                timetable=str(source.timetable),
                state=stand.state,
                last=run,
                fresh_at=stand.fresh_at,
                next_at=stand.next_at if source.timetable else None,
                spaces=spaces.get(name, 0),
                accounts=accounts.get(name, 0),
                rejects=rejects.get(name, 0),
                purpose=source.purpose,
                lawful_basis=source.lawful_basis,
                addresses=source.addresses,
                advice=_advice(stand, name),
                since=stand.since,
                why=stand.why,
                code=stand.code,
                fresh_within=_said(source),
                promise_kept=stand.promise_kept,
            )
        )
    return tuple(found)


def pipelines(config: Config, warehouse: Warehouse, now: datetime) -> tuple[PipelineStatus, ...]:
    """Those of plugins.toml and those that ran, by name."""
    runs = reading.pipeline_runs(warehouse, now)
    last, well, ill_since = runs.last, runs.well, runs.ill_since
    names = sorted({*config.pipelines, *last})
    began = reading.pipelines_began(warehouse, names)
    is_held = LEASE in runs.held
    found = []
    for name in names:
        table = config.pipelines.get(name, PipelineTable())
        run = last.get(name)
        before = None if run else began[name]  # of a time when only runs as a whole were kept
        stand = Stand(
            table, now, run.state if run else "done" if before else None, began[name],
            next_at=_next(config, name, table, began[name], now),
            fresh_at=well.get(name, before), ill_since=ill_since.get(name), is_held=is_held,
            reason=run.error if run else None, run_code=run.code if run else None,
        )  # fmt: skip
        found.append(
            PipelineStatus(
                pipeline=name,
                timetable=str(table.timetable),
                state=stand.state,
                fresh_at=stand.fresh_at,
                next_at=stand.next_at if table.timetable else None,
                since=stand.since,
                why=stand.why,
                code=stand.code,
                advice=_pipeline_advice(stand, name),
                fresh_within=_said(table),
                promise_kept=stand.promise_kept,
            )
        )
    return tuple(found)


def known_pipelines(hub: "Hub", now: datetime) -> tuple[PipelineStatus, ...]:
    """`pipelines` without those that never can be well again, since their plugin is gone."""
    ran = pipelines(hub.config, hub.warehouse, now)
    if any(one.state in ("failed", "killed") for one in ran):
        known = hub.plugins.pipelines
        ran = tuple(one for one in ran if one.pipeline in known)
    return ran


def places(hub: "Hub", now: datetime) -> tuple[PlaceStatus, ...]:
    """Where else the site goes by plugins.toml, in its order."""
    runs = reading.last_runs(hub.warehouse, now, "upload")
    ill_since = reading.ill_since(hub.warehouse, runs.last, runs.well)
    found = []
    for place in handouts.places(hub):
        run, well = runs.last.get(place.source), runs.well.get(place.source)
        stand = Stand(
            Timed(), now, run.state if run else None, run.started_at if run else None, None,
            fresh_at=well.started_at if well else None, ill_since=ill_since.get(place.source),
            is_held=place.title in runs.held,
            reason=run.reason if run else None, run_code=run.code if run else None,
        )  # fmt: skip
        again = "cophub run site --no-sync" if stand.state in ("failed", "killed") else None
        found.append(
            PlaceStatus(
                place.title, stand.state, stand.fresh_at, stand.since, stand.why, stand.code, again
            )
        )
    return tuple(found)


def lost_spaces(config: Config, warehouse: Warehouse) -> Iterator[str]:
    """A line for each space that a community names and that its source, once read, does not have.

    Patterns are left to the pipeline that resolves them: they may match nothing yet.
    """
    known = reading.space_keys(warehouse)
    read = {source for source, _ in known}
    for key, community in config.communities.items():
        for space in community.spaces:
            source, _, name = space.partition(":")
            if source in read and (source, name) not in known and not _PATTERN.search(name):
                yield (
                    f'community "{key}": there is no space "{space}"; take its key from'
                    f" `cophub discover {source}`"
                )


def lost_parts(warehouse: Warehouse, now: datetime) -> Iterator[str]:
    """A line for each pipeline that ended well the last time and could not make a part."""
    for name, run in sorted(reading.pipeline_runs(warehouse, now).last.items()):
        if run.state == "done" and run.error:
            yield f"pipeline {name}: {run.error}"


def _next(
    config: Config, name: str, table: Source | PipelineTable, began: datetime | None, now: datetime
) -> datetime | None:
    if not table.timetable:
        return None
    return table.timetable.next_after(began, now, config.timezone, name)


def _said(table: Source | PipelineTable) -> str | None:
    return say_duration(table.fresh_within) if table.fresh_within else None


def _advice(stand: Stand, name: str) -> str | None:
    if stand.state == "failed":
        entry = CATALOGUE.get(stand.run_code or "")
        usual = "cophub check SOURCE, and when it is well: cophub sync SOURCE"
        return ((entry and entry.advice) or usual).replace("SOURCE", name)
    if stand.state == "late":
        return _late_advice(stand, f"cophub sync {name}")
    return {
        "never ran": f"cophub sync {name}",
        "killed": f"cophub sync {name} goes on from its last checkpoint",
        "stopped": f"cophub sync {name} goes on from its last checkpoint",
        "held": f"look at it, then: cophub sync {name} --accept-departures",
    }.get(stand.state)


def _pipeline_advice(stand: Stand, name: str) -> str | None:
    again = f"cophub run {name} --no-sync"
    if stand.state == "late":
        return _late_advice(stand, again)
    return again if stand.state in ("failed", "killed") else None


def _late_advice(stand: Stand, command: str) -> str | None:
    if stand.last == "running":
        return None
    return "is `cophub schedule` running?" if stand.is_due else command
