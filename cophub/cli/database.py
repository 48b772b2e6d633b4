"""`db`: version, upgrade, copies of the warehouse, and the ways back."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from cophub.cli import show
from cophub.cli.options import State, pass_state, shared

if TYPE_CHECKING:
    from cophub.hub.restoring import Restored

_FILE = click.Path(path_type=Path, dir_okay=False)


@click.group()
def db() -> None:
    """Version, upgrade, backup and restoring of the warehouse."""


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
        show.say("  cophub db upgrade, which makes a copy first")
    for version in sorted(set(known.contract.values())):
        names = [name for name, each in known.contract.items() if each == version]
        show.paragraph(version, f"views and tables for readers: {', '.join(names)}")


@db.command("upgrade")
@click.option("--no-copy", is_flag=True, help="Make no copy first: there is one, or no room.")
@shared
@pass_state
def db_upgrade(state: State, no_copy: bool) -> None:
    """Bring the schema of the warehouse to the newest, after a copy of it was made.

    Whatever opens the warehouse does the same; this does nothing else.
    """
    with state.hub() as hub:
        applied = hub.db_upgrade(copy=not no_copy)
        newest = hub.db_version().schema
    if not show.finish(state, {"applied": applied, "schema": newest}):
        what = f"applied {', '.join(applied)}" if applied else "nothing to do"
        show.say(f"{show.mark('done')} {what}; the schema is {newest}")


@db.command("downgrade")
@click.argument("version", required=False)
@shared
@pass_state
def db_downgrade(state: State, version: str | None) -> None:
    """Take the schema back to VERSION, or by one, for an older cophub; a copy is made first.

    What only newer schemas know goes. Any command of this cophub would upgrade it again.
    """
    with state.hub() as hub:
        gone = hub.db_downgrade(version)
    if show.finish(state, gone):
        return
    what = f"undid {', '.join(gone.undone)}" if gone.undone else "nothing to do"
    show.say(f"{show.mark('done')} {what}; the schema is {gone.schema}")
    if gone.copy:
        show.say(f"  as it was before: {gone.copy.path}")


@db.command("backup")
@click.option("--to", "target", type=click.Path(path_type=Path), metavar="FILE",
              help="Else a file with the time in its name, in the folder that [hub] backups names.",
              )  # fmt: skip
@click.option("--keep", type=click.IntRange(min=1), metavar="N",
              help="Leave the newest N copies in its folder, and remove the others.",
              )  # fmt: skip
@shared
@pass_state
def db_backup(state: State, target: Path | None, keep: int | None) -> None:
    """Copy the warehouse while it is used; only you may read the copy.

    A copy of PostgreSQL is made by pg_dump, which must be on PATH.
    """
    from cophub.hub.auditing import note

    with state.hub() as hub:
        note(hub, "db backup", to=str(target) if target else None)
        made = hub.db_backup(target, keep)
    if not show.finish(state, made):
        show.say(f"{show.mark('done')} {made.path} ({show.size(made.size_bytes)})")
        for old in made.removed:
            show.say(f"  {show.dim('removed')} {old.name}")


@db.command("restore")
@click.argument("file", type=_FILE)
@shared
@pass_state
def db_restore(state: State, file: Path) -> None:
    """Put the copy FILE in the place of the warehouse, while others read it.

    What is there now is copied aside first. People who were erased since stay erased, and an older
    schema is upgraded. All happens, or nothing.
    """
    from cophub.hub.auditing import note

    with state.hub() as hub:
        note(hub, "db restore", file=str(file))
        done = hub.db_restore(file)
    if not show.finish(state, done):
        _say_restored(done)


def _say_restored(done: "Restored") -> None:
    show.say(f"{show.mark('done')} {done.path} is the warehouse now (it had schema {done.schema})")
    show.say(f"  what was there before: {done.aside.path} ({show.size(done.aside.size_bytes)})")
    if any(done.erased):
        erased = done.erased
        show.say(
            f"  erased again, since they were erased after it was made: accounts {erased.accounts},"
            f" people {erased.people}, other mentions {erased.mentions}"
        )
    show.say("  cophub run brings it up to date")
