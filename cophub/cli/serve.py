"""`serve`: the site on this machine."""

import sys

import click

from cophub.cli import show
from cophub.cli.options import State, pass_state, shared


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
