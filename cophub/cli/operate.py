"""`schedule`, `serve`, `doctor` and `db`: keeping the hub running."""

import os
import signal
import sys
import threading
from datetime import UTC, datetime
from pathlib import Path
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


@click.command()
@click.option(
    "--port",
    default=8300,
    show_default=True,
    type=click.IntRange(0, 65535),
    help="0 takes any that is free.",
)
@shared
@pass_state
def serve(state: State, port: int) -> None:
    """Show the site on this machine, and on no other, until Ctrl-C."""
    from cophub import web
    from cophub.config import load_config

    site = load_config(state.path).site
    listener = web.listen(port)

    def ready(address: str) -> None:
        if not show.finish(state, {"address": address, "site": str(site)}):
            show.say(f"{show.mark('ok')} {show.bold(address)}  {show.dim(str(site))}")
        sys.stdout.flush()

    web.serve(site, listener, ready)


@click.command()
@shared
@pass_state
def doctor(state: State) -> int:
    """Look at configuration, plugins, warehouse, disk, clock and permissions; asks no vendor."""
    with state.hub(plugin_problems=False) as hub:
        found = []
        for finding in hub.doctor():
            found.append(finding)
            if state.json:
                continue
            line = f"{show.bold(finding.subject)}  {show.clean(finding.message)}"
            show.say(f"{show.mark(finding.state)} {line}")
            if finding.fix:
                show.say(f"    {show.dim('→')} {finding.fix}")
    show.finish(state, {"findings": found})
    return 1 if any(finding.state == "failed" for finding in found) else 0


@click.group()
def db() -> None:
    """Version, backup and upgrade of the warehouse."""


@db.command("version")
@shared
@pass_state
def db_version(state: State) -> None:
    """Which schema the warehouse has, and the versions of what its readers rely on.

    Changes nothing.
    """
    with state.hub() as hub:
        known = hub.db_version()
    if show.finish(state, known):
        return
    schema = known.schema or "none yet"
    health = "warning" if known.pending else "ok"
    show.say(f"{show.mark(health)} {known.warehouse}: schema {schema}, newest {known.newest}")
    if known.pending:
        show.say("  cophub db backup, then cophub db upgrade")
    for version in sorted(set(known.contract.values())):
        names = [name for name, each in known.contract.items() if each == version]
        show.paragraph(version, f"views and tables for readers: {', '.join(names)}")


@db.command("upgrade")
@shared
@pass_state
def db_upgrade(state: State) -> None:
    """Bring the schema of the warehouse to the newest."""
    with state.hub() as hub:
        applied = hub.db_upgrade()
        newest = hub.db_version().schema
    if not show.finish(state, {"applied": applied, "schema": newest}):
        what = f"applied {', '.join(applied)}" if applied else "nothing to do"
        show.say(f"{show.mark('done')} {what}; the schema is {newest}")


@db.command("backup")
@click.option("--to", "target", type=click.Path(path_type=Path), metavar="FILE",
              help="Else a file with the time in its name, beside plugins.toml.")  # fmt: skip
@shared
@pass_state
def db_backup(state: State, target: Path | None) -> None:
    """Copy the warehouse while it is used; only you may read the copy."""
    with state.hub() as hub:
        made = hub.db_backup(target)
    if not show.finish(state, made):
        show.say(f"{show.mark('done')} {made.path} ({show.size(made.size_bytes)})")
