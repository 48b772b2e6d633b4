"""`audit`: who looked at, took out or changed what is about people."""

from datetime import UTC, datetime

import click

from cophub.cli import show
from cophub.cli.options import State, pass_state, shared


@click.command()
@click.option("--person", metavar="PERSON", help="Only about this one; of an erased one, the id.")
@click.option(
    "--since", type=click.DateTime(["%Y-%m-%d"]), metavar="2026-11-01", help="From this day on."
)
@click.option("--all", "everything", is_flag=True, help="No limit.")
@click.option(
    "--limit", "-n", default=50, show_default=True, type=click.IntRange(min=1),
    help="At most so many.",
)  # fmt: skip
@shared
@pass_state
def audit(
    state: State, person: str | None, since: datetime | None, everything: bool, limit: int
) -> None:
    """Who looked at, exported, merged or erased whom, and when; the newest first.

    Commands that show, take out or change what is about people are noted before they answer.
    """
    from cophub.hub.auditing import log

    with state.hub() as hub:
        began = since and since.replace(tzinfo=hub.config.timezone).astimezone(UTC)
        found = log(hub, person, began, None if everything or state.json else limit + 1)
    if show.finish(state, {"audit": found}):
        return
    if not found:
        show.say("  nothing is noted")
        return
    more = len(found) > limit and not everything
    rows = [
        (
            show.moment(entry.at),
            entry.who,
            entry.how,
            entry.action,
            _short(entry.subject),
            entry.count,
            ", ".join(f"{name} {_said(value)}".strip() for name, value in _details(entry.details)),
        )
        for entry in (found if everything else found[:limit])
    ]
    columns = ("when (UTC)", "who", "how", "what", "of", "count", "more")
    show.table(columns, rows, right=("count",))
    if more:
        show.say("  there is more; --all shows it")


def _short(subject: str | None) -> str | None:
    """An id as elsewhere, and the hash that stands for somebody erased; a name as it is."""
    if subject is None:
        return None
    is_id = len(subject) in (36, 64) and all(c in "0123456789abcdef-" for c in subject)
    return f"{subject[:8]}{' (erased)' if len(subject) == 64 else ''}" if is_id else subject


def _details(details: dict[str, object] | None) -> list[tuple[str, object]]:
    return sorted((details or {}).items())


def _said(value: object) -> str:
    return "" if value is True else str(value)


__all__ = ["audit"]
