"""When what has a timetable comes next, by the hub's clock and zone."""

from typing import TYPE_CHECKING

from cophub.hub import reading
from cophub.hub.answers import Coming

if TYPE_CHECKING:
    from cophub.hub import Hub


def due(hub: "Hub") -> list[str]:
    """The sources whose time has come; those without a timetable always are."""
    last, now, zone = reading.last_runs(hub.warehouse), hub.now(), hub.config.timezone
    return [
        name
        for name, source in hub.config.sources.items()
        if source.timetable.due(last[name].started_at if name in last else None, now, zone)
    ]


def coming(hub: "Hub") -> list[Coming]:
    """The next run of everything that has a timetable, soonest first."""
    last, now, zone = reading.last_runs(hub.warehouse), hub.now(), hub.config.timezone
    published = reading.pipelines_began(hub.warehouse, hub.config.pipelines)
    found: list[Coming] = []
    for name, source in hub.config.sources.items():
        began = last[name].started_at if name in last else None
        at = source.timetable.next_after(began, now, zone)
        if source.timetable and at is not None:
            found.append(Coming(max(at, now), "source", name, str(source.timetable)))
    for name, table in hub.config.pipelines.items():
        at = table.timetable.next_after(published[name], now, zone)
        if table.timetable and at is not None:
            found.append(Coming(max(at, now), "pipeline", name, str(table.timetable)))
    return sorted(found, key=lambda coming: (coming.at, coming.kind != "source", coming.name))


__all__ = ["coming", "due"]
