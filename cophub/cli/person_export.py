"""`people export`: one person's data as a ZIP, for that person."""

from pathlib import Path

import click

from cophub.cli import show
from cophub.cli.options import State, pass_state, shared


@click.command("export")
@click.argument("person")
@click.option(
    "--to", "target", required=True, type=click.Path(path_type=Path), metavar="FILE.zip",
    help="The file to write; only you may read it.",
)  # fmt: skip
@shared
@pass_state
def people_export(state: State, person: str, target: Path) -> None:
    """All data about PERSON as a ZIP to hand to them: a page to read, CSV and JSON.

    Accounts and what they wrote, memberships, attendance, newsletters, decisions, the figures that
    count them, and where it came from and why. Nobody else's data: other people are left out.
    """
    from cophub.hub.auditing import note
    from cophub.hub.person_export import export_person

    with state.hub() as hub:
        done = export_person(hub, person, target)
        note(hub, "people export", done.person, count=sum(done.rows.values()))
    if show.finish(state, done):
        return
    rows = sum(done.rows.values())
    show.say(f"{show.mark('done')} {done.file}: {rows:,} rows of {len(done.rows)} tables")
    show.say(f"  {show.dim('it is personal: hand it to nobody else, and delete it afterwards')}")


__all__ = ["people_export"]
