"""`db`: version, upgrade and backup of the warehouse."""

from pathlib import Path

import click

from cophub.cli import show
from cophub.cli.options import State, pass_state, shared


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
