"""`organizations`: for whom people work, by which names, and your say in that."""

from typing import TYPE_CHECKING

import click

from cophub.cli import show
from cophub.cli.options import State, pass_state, shared
from cophub.error_codes import ASKED
from cophub.errors import ConfigError

if TYPE_CHECKING:
    from cophub.hub.organizations import Told

_limit = click.option(
    "--limit", "-n", default=20, show_default=True, type=click.IntRange(min=1),
    help="At most so many.",
)  # fmt: skip
_all = click.option("--all", "everything", is_flag=True, help="No limit.")
_by = click.option("--by", metavar="NAME", help="Who says so; else the user of this machine.")
_withdraw = click.option("--withdraw", is_flag=True, help="Take back what was said.")


@click.group()
def organizations() -> None:
    """The organisations that people work for, and by which names and domains they go.

    An organisation is named by its key, one of its names, or one of its mail domains.
    """


@organizations.command("list")
@click.argument("search", required=False)
@_all
@_limit
@shared
@pass_state
def organizations_list(state: State, search: str | None, everything: bool, limit: int) -> None:
    """Organisations with how many work there now; with SEARCH, those whose name or domain has it.

    People of a country office count for its head too.
    """
    with state.hub() as hub:
        found = hub.organizations.all(search)
    if show.finish(state, {"organizations": found, "total": len(found)}):
        return
    if not found:
        show.say("  none yet: cophub run" if not search else f'  none with "{search}"')
        return
    shown = found if everything else found[:limit]
    columns = ("key", "name", "people", "names", "offices", "office of", "domains")
    rows = [
        (o.key, o.name, o.people, o.names, len(o.offices), o.parent,
         ", ".join(o.domains) or None)
        for o in shown
    ]  # fmt: skip
    show.table(
        columns, rows, right=("people", "names", "offices"), keep=("key", "name"),
        spare=("offices", "names", "office of"),
    )  # fmt: skip
    if len(shown) < len(found):
        show.say(f"  {len(shown):,} of {len(found):,}; --all shows every one, SEARCH narrows it")


@organizations.command("show")
@click.argument("organization")
@shared
@pass_state
def organizations_show(state: State, organization: str) -> None:
    """Everything that leads to ORGANIZATION here, and who said so."""
    with state.hub() as hub:
        card = hub.organizations.show(organization)
    if show.finish(state, card):
        return
    row = card.organization
    office = f", office of {row.parent}" if row.parent else ""
    people = f"{row.people:,} {'person works' if row.people == 1 else 'people work'} there"
    show.say(f"{show.bold(show.clean(row.name))}  {show.dim(row.key + office)}  {people}")
    if row.offices:
        show.paragraph("offices", ", ".join(row.offices))
    rows = [(name.kind, name.name, name.set_by) for name in card.names]
    if rows:
        show.table(("what", "leads here", "said by"), rows)


@organizations.command("unresolved")
@_all
@_limit
@shared
@pass_state
def organizations_unresolved(state: State, everything: bool, limit: int) -> None:
    """Names that may mean this or that, and leave accounts without an organisation; most first."""
    with state.hub() as hub:
        found = hub.organizations.unresolved()
    if show.finish(state, {"unresolved": found, "total": len(found)}):
        return
    if not found:
        show.say("  nothing is open: every name and domain leads to an organisation")
        return
    shown = found if everything else found[:limit]
    rows = [(o.accounts, o.written, o.domain or None, ", ".join(o.may_be) or None) for o in shown]
    show.table(("accounts", "written", "domain", "may be"), rows, right=("accounts",),
               keep=("written", "domain"))  # fmt: skip
    if len(shown) < len(found):
        show.say(f"  {len(shown):,} of {len(found):,}; --all shows every one")
    advice = 'say which: cophub organizations alias "TEXT or domain" KEY'
    show.say(f"  {show.dim(advice)}")


@organizations.command("merge")
@click.argument("organization")
@click.argument("other")
@_withdraw
@_by
@shared
@pass_state
def organizations_merge(
    state: State, organization: str, other: str, withdraw: bool, by: str | None
) -> int:
    """Say that OTHER is ORGANIZATION: all that leads to it, now and later, leads there.

    The key of OTHER stays, and leads there too.
    """
    with state.hub() as hub:
        told = hub.organizations.merge(organization, other, by=by, undo=withdraw)
    return _tell(state, told)


@organizations.command("alias")
@click.argument("text")
@click.argument("key", required=False)
@click.option("--none", "nobody", is_flag=True, help="It is no organisation.")
@click.option("--title", metavar="NAME", help="Make a new organisation of this name under KEY.")
@_withdraw
@_by
@shared
@pass_state
def organizations_alias(
    state: State,
    text: str,
    key: str | None,
    nobody: bool,
    title: str | None,
    withdraw: bool,
    by: str | None,
) -> int:
    """Say whose a name or mail domain (TEXT) is: that of the organisation KEY."""
    if sum((key is not None, nobody, withdraw)) != 1:
        raise ConfigError("say one of: a KEY, --none, --withdraw", code=ASKED)
    with state.hub() as hub:
        told = hub.organizations.alias(text, key, none=nobody, title=title, by=by, undo=withdraw)
    return _tell(state, told)


def _tell(state: State, told: "Told") -> int:
    """Show what was said; 1 where affiliations wait for it."""
    if not show.finish(state, told):
        show.say(f"{show.mark('done' if told.changed else 'warning')} {show.clean(told.line)}")
        if told.waits:
            show.say(f"  {show.mark('warning')} it is kept, but people wait: {told.waits}")
    return int(bool(told.waits))
