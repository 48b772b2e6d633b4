"""`status`: how the hub stands."""

from typing import TYPE_CHECKING

import click

from cophub.cli import show
from cophub.cli.options import State, pass_state, shared

if TYPE_CHECKING:
    from datetime import datetime

    from cophub.hub.answers import SourceStatus


@click.command()
@shared
@pass_state
def status(state: State) -> int:
    """Say what is fresh, late, held or failing, why, and what to do."""
    with state.hub() as hub:
        found, now = hub.status(), hub.now()
    bad = any(source.state in ("failed", "held") for source in found.sources)
    if show.finish(state, found):
        return int(bad)
    rows = [
        (
            show.Styled(f"{show.mark(source.state)} {show.bold(source.source)}"),
            source.connector,
            show.coloured(source.state),
            show.ago(source.fresh_at, now),
            _next(source, now),
            source.spaces,
            source.accounts,
            source.rejects,
        )
        for source in found.sources
    ]
    columns = ("source", "connector", "state", "fresh", "next", "spaces", "accounts", "rejects")
    show.table(columns, rows, right=("spaces", "accounts", "rejects"))
    for source in found.sources:
        reason = source.last.reason if source.last and source.state in ("failed", "held") else None
        if reason or source.advice:
            show.say(f"  {show.mark(source.state)} {source.source}: {reason or source.advice}")
            if reason and source.advice:
                show.say(f"      {show.dim('→')} {source.advice}")
    for source in found.sources:
        if said := show.said_of_source(source.purpose, source.lawful_basis, source.addresses):
            show.say(f"  {show.dim(f'{source.source}: {said}')}")
    show.say(f"  {_published(found.published, found.site, now)}")
    for warning in found.warnings:
        show.say(f"  {show.mark('warning')} {warning}")
    for note in found.notes:
        show.say(f"  {show.dim(note)}")
    return int(bad)


def _next(source: "SourceStatus", now: "datetime") -> str:
    if source.next_at is None:
        return "when asked"
    return "due" if source.next_at <= now else show.ago(source.next_at, now)


def _published(published: object, site: str, now: "datetime") -> str:
    if published is None:
        return "nothing is published yet: cophub run"
    version = getattr(published, "version", None)
    when = show.ago(getattr(published, "published_at", None), now)
    return f"site version {version}, published {when}: {site}"
