"""`schedule`: keeping the timetable."""

import os
import signal
import sys
import threading
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import click

from cophub.cli import show
from cophub.cli.options import State, pass_state, shared

if TYPE_CHECKING:
    from cophub.hub import Hub
    from cophub.hub.answers import Reloaded


@click.command()
@click.option("--show", "only_show", is_flag=True, help="Say what comes next, and leave.")
@click.option(
    "-n", "limit", default=10, show_default=True, type=click.IntRange(min=1, max=1000),
    metavar="NUMBER", help="With --show: so many runs.",
)  # fmt: skip
@shared
@pass_state
def schedule(state: State, only_show: bool, limit: int) -> None:
    """Keep the timetable of plugins.toml, until Ctrl-C or SIGTERM.

    A changed plugins.toml is taken over without a restart. Runs that are under way end at their
    next checkpoint; a second signal ends them at once, and the next sync goes on from there.
    """
    with state.hub() as hub:
        if only_show and state.json:
            show.answer_json({"coming": hub.coming(limit), **_queue(hub), **_backup(hub)})
            return
        _show_coming(hub, limit if only_show else None)
        if not only_show:
            keep_time(hub)


def _queue(hub: "Hub") -> dict[str, Any]:
    """What waits for workers; nothing where nothing is for them."""
    from cophub.hub.queueing import queue_of

    found = queue_of(hub)
    return {"queue": found} if found else {}


def _backup(hub: "Hub") -> dict[str, Any]:
    """When the warehouse is copied next; nothing where it is not by itself."""
    from cophub.hub import timed_backups

    found = timed_backups.standing(hub, hub.now())
    return {"backup": found} if found else {}


def _show_coming(hub: "Hub", limit: int | None) -> None:
    """A line for each of the next runs; without a limit, the next one of each."""
    from cophub.hub import queueing

    now, zone = hub.now(), hub.config.timezone
    rows = [
        (f"{one.at.astimezone(zone):%a %Y-%m-%d %H:%M}", show.ago(one.at, now), one.kind,
         show.bold(one.name), one.timetable)
        for one in hub.coming(limit)
    ]  # fmt: skip
    if rows:
        show.table((f"at ({zone.key})", "", "what", "name", "timetable"), rows)
    elif limit is not None:
        show.say("  nothing has a timetable; see every, cron and when in plugins.toml")
    if backup := _backup(hub).get("backup"):
        due = "is due" if backup.next_at <= now else f"comes {show.ago(backup.next_at, now)}"
        show.say(f"  a copy of the warehouse {due} (every {backup.every})")
    if queue := queueing.queue_of(hub):
        show.say(f"  {queueing.told(queue)}")
        if wrong := queueing.wrong(queue):
            show.say(f"  {show.mark('warning')} {wrong.said}: {wrong.fix}")


def keep_time(hub: "Hub") -> None:
    """Keep time in this thread until a signal comes. Raises ConfigError: nothing has a time."""
    from cophub.schedule import Timekeeper

    keeper = Timekeeper(hub, say_with_time)
    ends_on_signal(keeper.stop)
    show.say(show.dim("  keeping time; Ctrl-C ends it"))
    keeper.run()
    show.say(show.dim("  ended; nothing was lost"))


_saying = threading.Lock()


def say_with_time(result: Any) -> None:
    """A result as `sync` and `run` say it, with the time before it."""
    from cophub.cli.work import lines_of
    from cophub.hub.answers import Reloaded

    lines = _reload_lines(result) if isinstance(result, Reloaded) else lines_of(result)
    with _saying:
        for place, line in enumerate(lines):
            stamp = f"{datetime.now(UTC):%Y-%m-%d %H:%M:%S}Z" if place == 0 else " " * 20
            show.say(f"{show.dim(stamp)} {line}")
        sys.stdout.flush()


def _reload_lines(told: "Reloaded") -> Iterator[str]:
    file = show.bold(told.file)
    if told.error is not None:
        yield f"{show.mark('failed')} {file} changed, and is not taken over: the old one stays"
        yield f"    {told.error}"
        return
    yield f"{show.mark('done')} {file} changed, and is taken over"
    for what in ("added", "changed", "removed"):
        if names := getattr(told, what):
            yield f"    {what}: {', '.join(names)}"


def ends_on_signal(stop: threading.Event) -> None:
    """Ctrl-C and SIGTERM set `stop`; a second one ends the process at once."""

    def ask(number: int, frame: object) -> None:
        if stop.is_set():
            # Threads cannot be interrupted; what they wrote is kept up to their last checkpoint.
            os._exit(130)
        stop.set()
        show.say(show.dim("  stopping at the next checkpoint; again stops at once"))

    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, ask)
