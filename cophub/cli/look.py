"""`status`, `runs`, `rejects` and `communities`: looking into the warehouse."""

from typing import TYPE_CHECKING

import click

from cophub.cli import show
from cophub.cli.options import State, pass_state, shared

if TYPE_CHECKING:
    from datetime import datetime

    from cophub.hub.answers import RunRow, SourceStatus

_limit = click.option(
    "--limit",
    "-n",
    default=20,
    show_default=True,
    type=click.IntRange(min=1),
    help="At most so many.",
)


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


@click.command()
@click.argument("run", required=False, type=int)
@click.option("--source", metavar="NAME", help="Only runs of this source.")
@_limit
@shared
@pass_state
def runs(state: State, run: int | None, source: str | None, limit: int) -> None:
    """What each run did, newest first; with a number, that run stream by stream."""
    with state.hub() as hub:
        if source is not None:
            hub.config.source(source)
        found = hub.runs(limit, source, run)
    if show.finish(state, {"runs": found}):
        return
    if not found:
        show.say("  no runs yet: cophub sync" if run is None else f"  there is no run {run}")
    elif run is not None:
        _one_run(found[0])
    else:
        columns = ("run", "what", "state", "began", "took", "read", "new", "changed", "gone",
                   "rejected", "requests")  # fmt: skip
        show.table(columns, [_run_row(row) for row in found], right=(columns[0], *columns[4:]))


def _run_row(row: "RunRow") -> tuple[object, ...]:
    counts = ("seen", "new", "changed", "gone", "rejected", "requests")
    return (
        row.run,
        row.source or "pipelines",
        show.coloured(row.state),
        row.started_at,
        show.duration(row.seconds),
        *(row.total(count) for count in counts),
    )


def _one_run(row: "RunRow") -> None:
    what = row.source or "pipelines"
    began = show.dim(f"began {show.moment(row.started_at)} UTC, took {show.duration(row.seconds)}")
    show.say(f"{show.mark(row.state)} run {row.run}: {show.bold(what)} {row.state}  {began}")
    if row.error:
        show.say(f"    {row.error}")
    columns = ("stream", "state", "whole", "read", "new", "changed", "gone", "rejected", "requests",
               "received", "waited", "took")  # fmt: skip
    rows = [
        (
            s.stream, show.coloured(s.state), s.whole, s.seen, s.new, s.changed, s.gone,
            s.rejected, s.requests, show.size(s.bytes_received),
            show.duration(s.waited_seconds), show.duration(s.seconds),
        )
        for s in row.streams
    ]  # fmt: skip
    if rows:
        show.table(columns, rows, right=columns[3:])
    for stream in row.streams:
        if reason := stream.error or stream.held_for:
            show.say(f"    {stream.stream}: {reason}")


@click.command()
@click.option("--source", metavar="NAME", help="Only of this source.")
@click.option("--run", type=int, metavar="RUN", help="Only of this run.")
@click.option("--items", is_flag=True, help="Also the item itself; it may hold personal data.")
@_limit
@shared
@pass_state
def rejects(state: State, source: str | None, run: int | None, items: bool, limit: int) -> None:
    """Items that were not understood, newest first: what was wrong, and with which field."""
    with state.hub() as hub:
        if source is not None:
            hub.config.source(source)
        found = hub.rejects(limit, source, run, items)
    if show.finish(state, {"rejects": found}):
        return
    if not found:
        show.say("  no rejects: everything was understood")
        return
    columns = ("run", "source", "stream", "record", "key", "field", "reason")
    rows = [(r.run, r.source, r.stream, r.record, r.key, r.field, r.reason) for r in found]
    show.table(columns, rows, right=("run",))
    if items:
        for reject in found:
            show.say(f"  {reject.id}: {show.clean(str(reject.item))}")


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
