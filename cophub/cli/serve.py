"""`serve`: the site on this machine, and the timetable kept beside it."""

import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from typing import TYPE_CHECKING, Any

import click

from cophub.cli import show
from cophub.cli.options import State, pass_state, shared

if TYPE_CHECKING:
    from cophub.hub import Hub


@click.command()
@click.option(
    "--port",
    default=8300,
    show_default=True,
    type=click.IntRange(0, 65535),
    help="0 takes any that is free.",
)
@click.option("--no-schedule", is_flag=True, help="Show the site only; keep no time.")
@shared
@pass_state
def serve(state: State, port: int, no_schedule: bool) -> None:
    """Show the site on this machine, and on no other, and keep the timetable, until Ctrl-C.

    Time is kept as `cophub schedule` does; both may run at once. Runs that are under way end at
    their next checkpoint.
    """
    from cophub import web
    from cophub.config import load_config

    config = load_config(state.path)
    timed = [*config.sources.values(), *config.pipelines.values()]
    keeps = not no_schedule and any(one.timetable for one in timed)
    listener = web.listen(port)

    def ready(address: str) -> None:
        if not show.finish(state, {"address": address, "site": str(config.site)}):
            show.say(f"{show.mark('ok')} {show.bold(address)}  {show.dim(str(config.site))}")
            if keeps:
                show.say(show.dim("  keeping time, too; without that: --no-schedule"))
        sys.stdout.flush()

    with _keeping_time(state) if keeps else nullcontext():
        web.serve(config.site, listener, ready)


@contextmanager
def _keeping_time(state: State) -> Iterator[None]:
    """Keep time in a thread for as long as the block lasts, and until what runs has ended."""
    from cophub.cli.schedule import ends_on_signal, say_with_time

    def silent(result: Any) -> None:
        """A program reads standard output; the log tells the same."""

    stop = threading.Event()
    # The server ends first, and then hands the signal on to whom it belonged before.
    ends_on_signal(stop)
    with state.hub() as hub:
        tell = silent if state.json else say_with_time
        keeper = threading.Thread(target=_keep, args=(hub, tell, stop), name="timetable")
        keeper.start()
        try:
            yield
        finally:
            stop.set()
            keeper.join()
    if not state.json:
        show.say(show.dim("  ended; nothing was lost"))


def _keep(hub: "Hub", tell: Callable[[Any], None], stop: threading.Event) -> None:
    """Keep time; where that cannot begin, the pages are shown all the same, and it is retried."""
    from cophub.errors import CophubError
    from cophub.hub.answers import NotStarted
    from cophub.schedule import AGAIN, Timekeeper

    told = ""
    while not stop.is_set():
        try:
            keeper = Timekeeper(hub, tell, stop=stop)
        except CophubError as error:
            if str(error) != told:
                tell(NotStarted("the timetable", str(error), error.code))
            told = str(error)
            stop.wait(AGAIN.total_seconds())
        else:
            keeper.run()
