"""`runs`: what each run did."""

from typing import TYPE_CHECKING

import click

from cophub.cli import show
from cophub.cli.options import State, limited, pass_state, shared

if TYPE_CHECKING:
    from cophub.hub.answers import RunRow


_FIGURES = ("requests", "rejected", "gone", "changed", "new")
"""What a narrow list leaves out, the first one first."""


@click.command()
@click.argument("run", required=False, type=int)
@click.option("--source", metavar="NAME", help="Only runs of this source.")
@limited
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
        # On a narrow terminal figures give way: what ran, when and how it ended stay whole.
        keep = columns[:6]
        rows = [_run_row(row) for row in found]
        right = (columns[0], *columns[4:])
        show.table(columns, rows, right, keep=keep, spare=_FIGURES)


def _run_row(row: "RunRow") -> tuple[object, ...]:
    counts = ("seen", "new", "changed", "gone", "rejected", "requests")
    return (
        row.run,
        _what(row),
        show.coloured(row.state),
        row.started_at,
        show.duration(row.seconds),
        *(row.total(count) for count in counts),
    )


def _what(row: "RunRow") -> str:
    if row.kind == "backfill":
        return f"{row.source} (backfill)"
    return row.source or "pipelines"


def _one_run(row: "RunRow") -> None:
    what = _what(row)
    began = show.dim(f"began {show.moment(row.started_at)} UTC, took {show.duration(row.seconds)}")
    show.say(f"{show.mark(row.state)} run {row.run}: {show.bold(what)} {row.state}  {began}")
    if row.error and not row.pipelines:
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
    if row.pipelines:
        made = [
            (p.pipeline, show.coloured(p.state), p.started_at, show.duration(p.seconds), p.files)
            for p in row.pipelines
        ]
        show.table(("pipeline", "state", "began", "took", "files"), made, right=("took", "files"))
    for pipeline in row.pipelines:
        if pipeline.error:
            _reason(pipeline.pipeline, pipeline.error, pipeline.code)
    for stream in row.streams:
        if reason := stream.error or stream.held_for:
            _reason(stream.stream, reason, stream.code)


def _reason(name: str, reason: str, code: str | None) -> None:
    show.say(f"    {name}: {show.clean(reason)}{show.dim(f' [{code}]') if code else ''}")
