"""`communities`: what serves whom."""

import click

from cophub.cli import show
from cophub.cli.options import State, pass_state, shared


@click.group()
def communities() -> None:
    """The communities and what serves them."""


@communities.command("list")
@shared
@pass_state
def communities_list(state: State) -> None:
    """Every community with its members and spaces."""
    with state.hub() as hub:
        found = hub.communities()
    if show.finish(state, {"communities": found}):
        return
    if not found:
        show.say("  no communities yet: cophub run")
        return
    rows = [
        (row.key, row.title, row.domain, row.members, ", ".join(row.spaces), row.set_by)
        for row in found
    ]
    columns = ("key", "title", "domain", "members", "spaces", "set by")
    show.table(columns, rows, right=("members",))
