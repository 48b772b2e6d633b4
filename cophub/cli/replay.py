"""`replay`: recorded answers, played into an empty warehouse."""

from pathlib import Path

import click

from cophub.cli import show
from cophub.cli.options import State, pass_state, shared
from cophub.cli.progress import watching
from cophub.cli.work import exit_code, stoppable, told


@click.command()
@click.argument("folder", type=click.Path(path_type=Path))
@click.option(
    "--into",
    metavar="URL",
    help="An empty warehouse, or a new SQLite file (else that of plugins.toml, where it is empty).",
)
@shared
@pass_state
def replay(state: State, folder: Path, into: str | None) -> int:
    """Play the answers that `cophub sync --record` kept into an empty warehouse.

    No vendor is asked and no credential is needed; the rows are those that the sync gave. Who was
    forgotten since stays out.
    """
    from cophub.hub.auditing import note

    with state.hub() as hub, watching(state.json) as watch, stoppable(watch) as stop:
        note(hub, "replay")
        found = told(hub.repair.replay(folder, into, watch=watch, stop=stop), watch)
    show.finish(state, {"results": found})
    return exit_code(found)
