"""`people forget`: what would go is shown; it goes when somebody says so."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from cophub.cli import show
from cophub.cli.options import State, pass_state, shared
from cophub.error_codes import ASKED
from cophub.errors import ConfigError

if TYPE_CHECKING:
    from cophub.hub.forgetting import Forgotten


@click.command("forget")
@click.argument("person")
@click.option("--yes", is_flag=True, help="Do it without asking.")
@click.option("--dry-run", is_flag=True, help="Say what would go, and change nothing.")
@click.option(
    "--report", "target", type=click.Path(path_type=Path, dir_okay=False), metavar="FILE",
    help="Account for it in a file (text, or .json): what went, what is elsewhere; no names.",
)  # fmt: skip
@shared
@pass_state
def people_forget(state: State, person: str, yes: bool, dry_run: bool, target: Path | None) -> int:
    """Erase PERSON for good, and keep them out of every later sync.

    All their accounts and addresses go, what is known and was decided about them, and their name
    and address in what others wrote. What they wrote stays, nameless. There is no undo.
    """
    from cophub.hub import forget_report
    from cophub.hub.auditing import note
    from cophub.hub.forgetting import ELSEWHERE

    with state.hub() as hub:
        found = hub.would_forget(person)
        if dry_run or not yes:
            note(hub, "people forget", found.plan.meant.person, dry_run=True)
        if not state.json:
            _show(found)
        if dry_run:
            show.finish(state, found.shown())
            return 0
        if not yes:
            if state.json or not (show.terminal() and sys.stdin.isatty()):
                raise ConfigError(
                    "nothing was erased: add --yes to erase what was shown", code=ASKED
                )
            click.confirm("  Erase all of this? There is no undo", abort=True)
        if target is not None:
            forget_report.check_writable(target)
        done = hub.forget(found.plan.meant.person)
        note(hub, "people forget", done.hidden, count=sum(found.plan.counts.values()))
        if target is not None:
            forget_report.write(hub, done, target)
    if not show.finish(state, done.shown() | {"elsewhere": ELSEWHERE}):
        mentioned = f", and in {done.mentions:,} other rows" if done.mentions else ""
        show.say(f"{show.mark('done')} erased{mentioned}; later syncs drop them at the door")
        show.say(f"  {show.dim(ELSEWHERE)}")
        if target is not None:
            show.say(f"  the report is in {target}")
    return 0


def _show(found: "Forgotten") -> None:
    shown = found.shown()
    name = show.clean(shown["name"] or "(no name)")
    accounts = shown["accounts"]
    count = f"{len(accounts):,} account{'' if len(accounts) == 1 else 's'}"
    show.say(f"  {show.bold(str(shown['person'])[:8])}  {name}, {count}:")
    for label in accounts:
        show.say(f"    {show.clean(label)}")
    if shown["addresses"]:
        show.say(f"  kept out from then on: {', '.join(shown['addresses'])}")
    for address in shown["shared"]:
        show.say(f"  {show.mark('warning')} {address} is others' too: only their accounts stay out")
    rows = ", ".join(f"{count:,} {table}" for table, count in shown["rows"].items())
    show.say(f"  rows: {rows or 'none'}")
    if shown["namesakes"]:
        show.say(
            f"  {show.mark('warning')} {shown['namesakes']:,} other accounts may bear one of the"
            " names: texts by others keep that name (`cophub people list` shows whose they are)"
        )


__all__ = ["people_forget"]
