"""`rejects`: what was not understood."""

import click

from cophub.cli import show
from cophub.cli.options import State, limited, pass_state, shared


@click.command()
@click.option("--source", metavar="NAME", help="Only of this source.")
@click.option("--run", type=int, metavar="RUN", help="Only of this run.")
@click.option("--items", is_flag=True, help="Also the item itself; it may hold personal data.")
@limited
@shared
@pass_state
def rejects(state: State, source: str | None, run: int | None, items: bool, limit: int) -> None:
    """Items that were not understood, newest first: what was wrong, and with which field."""
    from cophub.hub.auditing import note

    with state.hub() as hub:
        if source is not None:
            hub.config.source(source)
        found = hub.rejects(limit, source, run, items)
        if items:
            note(hub, "rejects", source, count=len(found), items=True)
    if show.finish(state, {"rejects": found}):
        return
    if not found:
        show.say("  no rejects: everything was understood")
        return
    columns = ("run", "source", "stream", "record", "key", "field", "reason")
    rows = [(r.run, r.source, r.stream, r.record, r.key, r.field, r.reason) for r in found]
    show.table(columns, rows, right=("run",))
    if items:
        for reject in found:
            show.say(f"  {reject.id}: {show.clean(str(reject.item))}")
