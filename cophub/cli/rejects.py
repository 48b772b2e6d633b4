"""`rejects`: what was not understood, and trying it again."""

import click

from cophub.cli import show
from cophub.cli.options import State, limited, pass_state, shared
from cophub.cli.progress import watching


@click.group(invoke_without_command=True)
@click.option("--source", metavar="NAME", help="Only of this source.")
@click.option("--run", type=int, metavar="RUN", help="Only of this run.")
@click.option("--items", is_flag=True, help="Also the item itself; it may hold personal data.")
@click.option("--all", "resolved", is_flag=True, help="Also what was understood since.")
@limited
@shared
@click.pass_context
def rejects(
    ctx: click.Context,
    source: str | None,
    run: int | None,
    items: bool,
    resolved: bool,
    limit: int,
) -> None:
    """Items that were not understood, newest first: what was wrong, and with which field.

    A whole read closes those that it understands; `rejects retry` asks for one.
    """
    if ctx.invoked_subcommand is None:
        _list(ctx.ensure_object(State), source, run, items, resolved, limit)


def _list(
    state: State, source: str | None, run: int | None, items: bool, resolved: bool, limit: int
) -> None:
    from cophub.hub.auditing import note

    with state.hub() as hub:
        if source is not None:
            hub.config.source(source)
        found = hub.rejects(limit, source, run, items, resolved)
        if items:
            note(hub, "rejects", source, count=len(found), items=True)
    if show.finish(state, {"rejects": found}):
        return
    if not found:
        show.say("  no rejects: everything was understood")
        return
    columns = ["run", "source", "stream", "record", "key", "field", "reason"]
    rows = [[getattr(reject, name) for name in columns] for reject in found]
    if resolved:
        columns.append("closed")
        rows = [[*row, reject.resolved_at] for row, reject in zip(rows, found, strict=True)]
    show.table(columns, rows, right=("run",))
    if items:
        for reject in found:
            show.say(f"  {reject.id}: {show.clean(str(reject.item))}")


@rejects.command()
@click.argument("source", required=False)
@click.option("--run", type=int, metavar="RUN", help="Only what this run did not understand.")
@shared
@pass_state
def retry(state: State, source: str | None, run: int | None) -> int:
    """Read the streams with open rejects again, whole, and say what is well now.

    Only the vendor has the items as they are today, so that is whom is asked; of one source, or of
    all that have open rejects.
    """
    from cophub.cli.work import exit_code, stoppable, told
    from cophub.hub.repair import Retried

    with state.hub() as hub, watching(state.json) as watch, stoppable(watch) as stop:
        found = told(hub.repair.retry(source, run, watch=watch, stop=stop), watch)
    tried = [one for one in found if isinstance(one, Retried)]
    results = [one for one in found if not isinstance(one, Retried)]
    if not show.finish(state, {"results": results, "retried": tried}) and not found:
        show.say("  no rejects are open: there is nothing to try again")
    still = any(one.still for one in tried)
    return exit_code(results) or int(still)
