"""`schedule`: keeping the timetable."""

import os
import signal
import sys
import threading
from datetime import UTC, datetime
from typing import Any

import click

from cophub.cli import show
from cophub.cli.options import State, pass_state, shared


@click.command()
@click.option("--show", "only_show", is_flag=True, help="Say what comes next, and leave.")
@shared
@pass_state
def schedule(state: State, only_show: bool) -> None:
    """Keep the timetable of plugins.toml, until Ctrl-C or SIGTERM.

    Runs that are under way then end at their next checkpoint; a second signal ends them at once,
    and the next sync goes on from there.
    """
    with state.hub() as hub:
        coming = hub.coming()
        now, zone = hub.now(), hub.config.timezone
        if state.json and only_show:
            show.answer_json({"coming": coming})
            return
        rows = [
            (f"{one.at.astimezone(zone):%a %Y-%m-%d %H:%M}", show.ago(one.at, now), one.kind,
             show.bold(one.name), one.timetable)
            for one in coming
        ]  # fmt: skip
        if rows:
            show.table((f"at ({zone.key})", "", "what", "name", "timetable"), rows)
        if only_show:
            if not rows:
                show.say("  nothing has a timetable; see every and cron in plugins.toml")
            return
        _keep_time(hub)


def _keep_time(hub: Any) -> None:
    from cophub.schedule import Timekeeper

    keeper = Timekeeper(hub, _say_with_time)
    _ends_on_signal(keeper.stop)
    show.say(show.dim("  keeping time; Ctrl-C ends it"))
    keeper.run()
    show.say(show.dim("  ended; nothing was lost"))


_saying = threading.Lock()


def _say_with_time(result: Any) -> None:
    from cophub.cli.work import lines_of

    with _saying:
        for place, line in enumerate(lines_of(result)):
            stamp = f"{datetime.now(UTC):%Y-%m-%d %H:%M:%S}Z" if place == 0 else " " * 20
            show.say(f"{show.dim(stamp)} {line}")
        sys.stdout.flush()


def _ends_on_signal(stop: threading.Event) -> None:
    def ask(number: int, frame: object) -> None:
        if stop.is_set():
            # Threads cannot be interrupted; what they wrote is kept up to their last checkpoint.
            os._exit(130)
        stop.set()
        show.say(show.dim("  stopping at the next checkpoint; again stops at once"))

    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, ask)
