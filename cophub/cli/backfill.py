"""`backfill`: the days of a source, beside its live sync."""

from datetime import datetime

import click

from cophub.cli import show
from cophub.cli.options import State, pass_state, shared
from cophub.cli.progress import watching
from cophub.cli.work import exit_code, stoppable, told

_DAY = click.DateTime(formats=["%Y-%m-%d"])


@click.command()
@click.argument("source")
@click.option("--from", "start", type=_DAY, metavar="DAY", required=True, help="The first day.")
@click.option("--to", "end", type=_DAY, metavar="DAY", required=True, help="The last day.")
@click.option("--stream", "streams", multiple=True, metavar="NAME", help="Only this stream.")
@shared
@pass_state
def backfill(
    state: State, source: str, start: datetime, end: datetime, streams: tuple[str, ...]
) -> int:
    """Read what happened in some days at a source: posts, events, mailings and who took part.

    Days are written 2025-03-31 and those of the hub's time zone. It never moves the live sync's
    place, and nobody leaves by it. Cut off, the same command goes on where it was. Where a vendor
    cannot be asked for days, the stream is read whole and the rest of it left.
    """
    with state.hub() as hub, watching(state.json) as watch, stoppable(watch) as stop:
        repair, first, last = hub.repair, start.date(), end.date()
        plan = repair.plan_backfill(source, first, last, streams)
        if plan.whole:
            names = ", ".join(plan.whole)
            watch.say(show.dim(f"  read whole, with these days kept: {names}"))
        results = repair.backfill(source, first, last, streams=streams, watch=watch, stop=stop)
        found = told(results, watch)
    show.finish(state, {"plan": plan, "results": found})
    return exit_code(found)
