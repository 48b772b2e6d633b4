"""What is due, handed on to workers where plugins.toml says so, and how their queue stands."""

import logging
from collections.abc import Iterator
from threading import Event
from typing import TYPE_CHECKING, Any, NamedTuple

from cophub.config.secret_values import is_path
from cophub.hub import timing
from cophub.hub.answers import Finding, HandedOn
from cophub.hub.carrying import Due, carry_out
from cophub.work_queue import Look, Work, WorkQueue, look, require_procrastinate

if TYPE_CHECKING:
    from cophub.hub import Hub
    from cophub.warehouse.state import AskedBy

_NAMED = 3
log = logging.getLogger("cophub.schedule")


def has_workers(hub: "Hub") -> bool:
    """Whether what is due is for workers."""
    return hub.config.hub.queue == "workers"


def require(hub: "Hub") -> None:
    """Raises ConfigError where work is for workers and cannot be handed to them from here."""
    if has_workers(hub):
        require_procrastinate()


def hand_on(
    hub: "Hub", due: Due, stop: Event | None = None, asked_by: "AskedBy" = "timetable"
) -> Iterator[Any]:
    """`carry_out`, or HandedOn where a worker is to do it; nothing where it waits for one already.

    Raises what `carry_out` raises, and SourceBusy while a worker is at it.
    """
    if not has_workers(hub):
        yield from carry_out(hub, due, stop, asked_by)
        return
    queue = WorkQueue(hub.warehouse)
    queue.make_ready()
    machine = timing.tables(hub)[due.kind, due.name].on
    if queue.put(Work(due.kind, due.name, due.at, machine)):
        log.info("%s waits for a worker", due, extra={"event": "schedule.handed_on"})
        yield HandedOn(due.name, due.kind, machine)


def queue_of(hub: "Hub") -> Look | None:
    """What waits for workers, and who works; None where nothing is for workers.

    What plugins.toml no longer has, or has without a timetable, waits for nobody: no worker would
    ever take it, and there would be no end to being told so.
    """
    if not has_workers(hub):
        return None
    tables = timing.tables(hub).items()
    return look(hub.warehouse, {f"{kind} {name}" for (kind, name), one in tables if one.timetable})


def told(found: Look) -> str:
    """`queue: 2 workers (db1, web1), 1 running, 3 waiting`."""
    many = len(found.workers)
    names = ", ".join(one.name for one in found.workers)
    workers = f"{many} worker{'' if many == 1 else 's'} ({names})" if many else "no worker"
    return f"queue: {workers}, {len(found.running)} running, {len(found.waiting)} waiting"


class Wrong(NamedTuple):
    """What keeps work waiting, and what to do."""

    said: str
    fix: str

    def __str__(self) -> str:
        # What to do comes first: the line may be cut.
        return f"{self.fix}: {self.said}"


def wrong(found: Look) -> Wrong | None:
    """What keeps work waiting; None where nothing does."""
    if not found.workers:
        waits = f", and {_some(found.waiting)}" if found.waiting else ""
        return Wrong(f"no worker is there{waits}", "start cophub worker")
    if found.stranded:
        them = "it" if len(found.stranded) == 1 else "them"
        said = f"{_some(found.stranded)}, and no worker takes {them}"
        return Wrong(said, "start cophub worker where `on` says")
    return None


def findings(hub: "Hub") -> Iterator[Finding]:
    """The queue as `doctor` tells it; nothing where nothing is for workers."""
    found = queue_of(hub)
    if found is None:
        return
    if ill := wrong(found):
        yield Finding("queue", "warning", ill.said, ill.fix)
    yield Finding("queue", "ok", told(found).removeprefix("queue: "))
    for name, source in hub.config.sources.items():
        paths = _paths(hub, name) if source.timetable and source.on is None else []
        if paths:
            needs = "every worker needs them, or give it `on`"
            yield Finding("queue", "ok", f"{name} names files ({', '.join(paths)}): {needs}")


def _paths(hub: "Hub", name: str) -> list[str]:
    """The settings of a source that name files."""
    connector = hub.plugins.connectors.get(hub.config.source(name).connector)
    fields = connector.settings.model_fields if connector else {}
    given = hub.config.source(name).settings
    return [key for key, field in fields.items() if key in given and is_path(field)]


def _some(names: tuple[str, ...]) -> str:
    more = len(names) - _NAMED
    said = ", ".join(names[:_NAMED]) + (f" and {more} more" if more > 0 else "")
    return f"{said} waits" if len(names) == 1 else f"{said} wait"


__all__ = [
    "Wrong", "findings", "hand_on", "has_workers", "queue_of", "require", "told", "wrong",
]  # fmt: skip
