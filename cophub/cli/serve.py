"""`serve`: the site, and the timetable kept beside it."""

import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING, Any

import click

from cophub.cli import show
from cophub.cli.options import State, pass_state, shared

if TYPE_CHECKING:
    from cophub.hub import Hub
    from cophub.schedule import Timekeeper


@click.command()
@click.option(
    "--port",
    type=click.IntRange(0, 65535),
    help="Default: 8300, or port under [serve]; 0 takes any that is free.",
)
@click.option(
    "--host", help="Default: 127.0.0.1, or host under [serve]; others need [serve.sign_in]."
)
@click.option("--no-schedule", is_flag=True, help="Show the site only; keep no time.")
@shared
@pass_state
def serve(state: State, port: int | None, host: str | None, no_schedule: bool) -> None:
    """Show the site and keep the timetable, until Ctrl-C.

    Only this machine is answered, unless people sign in by [serve.sign_in].

    Time is kept as `cophub schedule` does; both may run at once. Runs that are under way end at
    their next checkpoint.
    """
    from cophub import web
    from cophub.config import load_config
    from cophub.web.metrics import Watched

    config = load_config(state.path)
    timed = [*config.sources.values(), *config.pipelines.values()]
    asked = config.hub.backup_every is not None or any(one.timetable for one in timed)
    keeps = asked and not no_schedule
    host = host or config.serve.host
    port = config.serve.port if port is None else port
    listener = web.listen(port, host, guarded=config.serve.sign_in is not None)

    def ready(address: str) -> None:
        if not show.finish(state, {"address": address, "site": str(config.site)}):
            show.say(f"{show.mark('ok')} {show.bold(address)}  {show.dim(str(config.site))}")
            if keeps:
                show.say(show.dim("  keeping time, too; without that: --no-schedule"))
        sys.stdout.flush()

    with state.hub(plugin_problems=False) as hub, ExitStack() as kept:
        looked_at = kept.enter_context(_keeping_time(state)) if keeps else None
        watched = Watched(hub, looked_at)
        kept.callback(watched.close)
        web.serve(config, hub, listener, host, ready, watched)


@contextmanager
def _keeping_time(state: State) -> Iterator[Callable[[], float]]:
    """Keep time in a thread for as long as the block lasts, and until what runs has ended.

    Gives when it last looked at the timetable, by `time.monotonic`.
    """
    from cophub.cli.schedule import ends_on_signal, say_with_time

    def silent(result: Any) -> None:
        """A program reads standard output; the log tells the same."""

    stop = threading.Event()
    # The server ends first, and then hands the signal on to whom it belonged before.
    ends_on_signal(stop)
    with state.hub() as hub:
        tell = silent if state.json else say_with_time
        began, keepers = time.monotonic(), []  # type: tuple[float, list[Timekeeper]]
        job = (hub, tell, stop, keepers.append)
        keeper = threading.Thread(target=_keep, args=job, name="timetable")
        keeper.start()
        try:
            yield lambda: keepers[-1].looked_at if keepers else began
        finally:
            stop.set()
            keeper.join()
    if not state.json:
        show.say(show.dim("  ended; nothing was lost"))


def _keep(
    hub: "Hub",
    tell: Callable[[Any], None],
    stop: threading.Event,
    begun: "Callable[[Timekeeper], None]",
) -> None:
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
            begun(keeper)
            keeper.run()
