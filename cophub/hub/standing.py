"""How each source stands: fresh, late, failed, held, running, and what to do about it."""

import re
from collections.abc import Iterator
from datetime import datetime, timedelta

from cophub.config import Config
from cophub.hub import reading
from cophub.hub.answers import RunRow, SourceStatus
from cophub.warehouse import Warehouse

_PATTERN = re.compile(r"[*?\[]|^[a-z_]+=")
_GRACE = timedelta(hours=1)
"""How long after its time a source may begin before it is called late."""


def sources(config: Config, warehouse: Warehouse, now: datetime) -> tuple[SourceStatus, ...]:
    """The sources of plugins.toml, in its order."""
    last = reading.last_runs(warehouse)
    well = reading.last_runs(warehouse, ended_well=True)
    spaces = reading.counts_by_source(warehouse, "space")
    accounts = reading.counts_by_source(warehouse, "account")
    rejects = reading.counts_by_source(warehouse, "reject")
    held_by = reading.leases(warehouse, now)
    found = []
    for name, source in config.sources.items():
        run = last.get(name)
        began = run.started_at if run else None
        next_at = None
        if source.timetable:
            next_at = source.timetable.next_after(began, now, config.timezone)
        state = _state(run, next_at, now, name in held_by)
        found.append(
            SourceStatus(
                source=name,
                connector=source.connector,
                timetable=str(source.timetable),
                state=state,
                last=run,
                fresh_at=well[name].started_at if name in well else None,
                next_at=next_at,
                spaces=spaces.get(name, 0),
                accounts=accounts.get(name, 0),
                rejects=rejects.get(name, 0),
                purpose=source.purpose,
                lawful_basis=source.lawful_basis,
                addresses=source.addresses,
                advice=_advice(state, name, run),
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


def _state(run: RunRow | None, next_at: datetime | None, now: datetime, held: bool) -> str:
    if run is None:
        return "never ran"
    if run.state == "running":
        return "running" if held else "killed"
    if run.state != "done":
        return run.state
    return "late" if next_at is not None and next_at + _GRACE < now else "fresh"


def _advice(state: str, name: str, run: RunRow | None) -> str | None:
    if state == "never ran":
        return f"cophub sync {name}"
    if state == "late":
        return "is `cophub schedule` running?"
    if state == "killed":
        return f"cophub sync {name} goes on from its last checkpoint"
    if state == "held":
        return f"look at it, then: cophub sync {name} --accept-departures"
    if state == "failed" and run is not None:
        return f"cophub check {name}, and when it is well: cophub sync {name}"
    return None
