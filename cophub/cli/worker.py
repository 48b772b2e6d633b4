"""`worker`: doing what is due, on any number of machines."""

import sys
from typing import Any

import click

from cophub.cli import show
from cophub.cli.options import State, pass_state, shared


@click.command()
@click.option(
    "--name", metavar="NAME",
    help="What `on` in plugins.toml calls it; else as this machine is called.",
)  # fmt: skip
@click.option(
    "--only", metavar="NAME", multiple=True,
    help="Take only this source or pipeline; may be given several times.",
)  # fmt: skip
@click.option(
    "--at-once", default=4, show_default=True, type=click.IntRange(1, 16), metavar="NUMBER",
    help="Be at so many at one time.",
)  # fmt: skip
@shared
@pass_state
def worker(state: State, name: str | None, only: tuple[str, ...], at_once: int) -> None:
    """Do what is due, beside other workers on other machines, until Ctrl-C or SIGTERM.

    For hubs with queue = "workers" under [hub]: `cophub schedule` or `cophub serve` puts what is
    due into the queue, and the next worker that is free does it. Runs that are under way end at
    their next checkpoint, and another worker goes on from there.
    """
    from cophub.cli.schedule import ends_on_signal, say_with_time
    from cophub.worker import Worker

    def silent(result: Any) -> None:
        """A program reads standard output; the log tells the same."""

    with state.hub() as hub:
        one = Worker(
            hub, silent if state.json else say_with_time, name=name, only=only, at_once=at_once
        )
        ends_on_signal(one.stop)
        takes = sorted(one.takes.values())
        if not show.finish(state, {"worker": one.name, "takes": takes, "at_once": at_once}):
            said = f"worker {show.bold(one.name)} takes {', '.join(takes)}"
            show.say(f"  {said}; {show.dim('Ctrl-C ends it')}")
        sys.stdout.flush()
        one.run()
        if not state.json:
            show.say(show.dim("  ended; nothing was lost"))
