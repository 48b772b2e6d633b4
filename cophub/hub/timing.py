"""When what has a timetable comes next, by the hub's clock and zone."""

from collections.abc import Iterator
from datetime import datetime
from heapq import merge
from itertools import islice
from typing import TYPE_CHECKING

from cophub.hub.answers import Coming, Kind
from cophub.publish import LEASE
from cophub.warehouse import begun

if TYPE_CHECKING:
    from cophub.config.timed_tables import Timed
    from cophub.hub import Hub


def due(hub: "Hub") -> list[str]:
    """The sources whose time has come; those without a timetable always are."""
    now, zone = hub.now(), hub.config.timezone
    last = last_began(hub)
    return [
        name
        for name, source in hub.config.sources.items()
        if source.timetable.due(last["source", name], now, zone, name)
    ]


def coming(hub: "Hub", limit: int | None = None) -> list[Coming]:
    """The next run of everything that has a timetable, soonest first; or the next `limit` runs.

    Those after the next one are told as if each began at its time.
    """
    now, last = hub.now(), last_began(hub)
    runs = [_times(hub, kind, name, began, now) for (kind, name), began in last.items()]
    if limit is None:
        return sorted((one for times in runs for one in islice(times, 1)), key=_order)
    return list(islice(merge(*runs, key=_order), limit))


def next_time(
    hub: "Hub", kind: Kind, name: str, not_before: datetime | None = None
) -> datetime | None:
    """When one source or pipeline is due, which may be past; None where it never is.

    What has never run is due for `begun.EVER`. With `not_before` it is as if it had begun then, if
    it has not since: whoever tried in vain waits for the next time.
    """
    timed = tables(hub).get((kind, name))
    if timed is None or not timed.timetable:
        return None
    began = last_began(hub, only=(kind, name))[kind, name]
    known = [at for at in (began, not_before) if at is not None]
    if not known:
        return begun.EVER
    last = max(known)
    return timed.timetable.next_after(last, hub.now(), hub.config.timezone, name)


def tables(hub: "Hub") -> "dict[tuple[Kind, str], Timed]":
    """The sources and pipelines of plugins.toml."""
    found: dict[tuple[Kind, str], Timed] = {}
    found |= {("source", name): source for name, source in hub.config.sources.items()}
    found |= {("pipeline", name): table for name, table in hub.config.pipelines.items()}
    return found


def last_began(
    hub: "Hub", only: "tuple[Kind, str] | None" = None
) -> "dict[tuple[Kind, str], datetime | None]":
    """When each last began a run that counts (see `warehouse.begun`)."""
    found: dict[tuple[Kind, str], datetime | None] = {}
    with hub.warehouse.connect() as connection:
        alive = begun.alive(connection)
        for kind, name in [only] if only else tables(hub):
            if kind == "source":
                found[kind, name] = begun.source_began(connection, name, alive=name in alive)
            else:
                found[kind, name] = begun.pipeline_began(connection, name, alive=LEASE in alive)
    return found


def _times(
    hub: "Hub", kind: Kind, name: str, began: datetime | None, now: datetime
) -> Iterator[Coming]:
    timetable = tables(hub)[kind, name].timetable
    last = began
    while timetable and (at := timetable.next_after(last, now, hub.config.timezone, name)):
        last = max(at, now)
        yield Coming(last, kind, name, str(timetable))


def _order(one: Coming) -> tuple[datetime, bool, str]:
    return one.at, one.kind != "source", one.name


__all__ = ["coming", "due", "last_began", "next_time", "tables"]
