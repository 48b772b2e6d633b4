"""`doctor`: everything that can go wrong here."""

import click

from cophub.cli import show
from cophub.cli.options import State, pass_state, shared


@click.command()
@click.option("--offline", is_flag=True, help="Ask no vendor.")
@shared
@pass_state
def doctor(state: State, offline: bool) -> int:
    """Look at configuration, vendors, sign-ins, warehouse, disk, clock and pace, in ten seconds."""
    with state.hub(plugin_problems=False) as hub:
        found = []
        for finding in hub.doctor(offline=offline or state.is_demo):
            found.append(finding)
            if state.json:
                continue
            line = f"{show.bold(finding.subject)}  {show.clean(finding.message)}"
            show.say(f"{show.mark(finding.state)} {line}")
            if finding.fix:
                show.say(f"    {show.dim('→')} {finding.fix}")
    show.finish(state, {"findings": found})
    return 1 if any(finding.state == "failed" for finding in found) else 0
