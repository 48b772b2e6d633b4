"""`doctor`: everything that can go wrong here."""

import click

from cophub.cli import show
from cophub.cli.options import State, pass_state, shared


@click.command()
@shared
@pass_state
def doctor(state: State) -> int:
    """Look at configuration, plugins, warehouse, disk, clock and permissions; asks no vendor."""
    with state.hub(plugin_problems=False) as hub:
        found = []
        for finding in hub.doctor():
            found.append(finding)
            if state.json:
                continue
            line = f"{show.bold(finding.subject)}  {show.clean(finding.message)}"
            show.say(f"{show.mark(finding.state)} {line}")
            if finding.fix:
                show.say(f"    {show.dim('→')} {finding.fix}")
    show.finish(state, {"findings": found})
    return 1 if any(finding.state == "failed" for finding in found) else 0
