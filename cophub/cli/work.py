"""`sync` and `run`: bringing sources in, and publishing."""

import signal
import threading
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from cophub.cli import show
from cophub.cli.options import State, pass_state, shared
from cophub.cli.progress import Watch, watching

if TYPE_CHECKING:
    from cophub.hub.repair import Retried
    from cophub.publish import PipelineResult
    from cophub.sync.results import RunResult

_COUNTS = ("new", "changed", "gone", "rejected")


@click.command()
@click.argument("sources", nargs=-1, metavar="[SOURCE]...")
@click.option("--stream", "streams", multiple=True, metavar="NAME", help="Only this stream.")
@click.option("--full", is_flag=True, help="Read everything again, not only what is new.")
@click.option(
    "--accept-departures",
    is_flag=True,
    help="Let members leave even where so many would that the run was held.",
)
@click.option(
    "--trust-clock",
    is_flag=True,
    help="Run although the last run began later than now: the clock was wrong then, not now.",
)
@click.option(
    "--record",
    "folder",
    type=click.Path(path_type=Path),
    metavar="FOLDER",
    help="Read all again and keep what vendors answer in this new folder, without credentials.",
)
@click.option(
    "--without-people",
    is_flag=True,
    help="With --record: take names and addresses of people out of it, too.",
)
@shared
@pass_state
def sync(
    state: State,
    sources: tuple[str, ...],
    streams: tuple[str, ...],
    full: bool,
    accept_departures: bool,
    trust_clock: bool,
    folder: Path | None,
    without_people: bool,
) -> int:
    """Bring sources into the warehouse; all of them, when none is named.

    Only what is new is asked for. One source that fails never stops another; what it had read up to
    its last checkpoint is kept, and the next sync goes on from there.
    """
    from cophub.hub.alerting import look_after_run
    from cophub.hub.auditing import note

    if without_people and folder is None:
        raise click.UsageError("--without-people says what to leave out of a recording: --record")
    with state.hub() as hub, watching(state.json) as watch, stoppable(watch) as stop:
        given: dict[str, Any] = dict(
            streams=streams, accept_departures=accept_departures, trust_clock=trust_clock,
            watch=watch, stop=stop,
        )  # fmt: skip
        if folder is not None:
            note(hub, "record", *(sources or hub.config.sources))
            results = hub.repair.record(sources, folder, without_people=without_people, **given)
        else:
            results = hub.sync(sources, full=full, **given)
        found = told(results, watch)
        state.warn(look_after_run(hub))
    if not show.finish(state, {"results": found}):
        _summary(found)
    return exit_code(found)


@click.command()
@click.argument("pipelines", nargs=-1, metavar="[PIPELINE]...")
@click.option("--no-sync", is_flag=True, help="Publish from what is in the warehouse.")
@shared
@pass_state
def run(state: State, pipelines: tuple[str, ...], no_sync: bool) -> int:
    """Sync the sources that are due, then run the pipelines; all of them, when none is named.

    A pipeline brings those it builds upon along. Readers see the new site when it is whole.
    """
    from cophub.hub.alerting import look_after_run

    with state.hub() as hub, watching(state.json) as watch, stoppable(watch) as stop:
        found = told(hub.run(pipelines, sync=not no_sync, watch=watch, stop=stop), watch)
        state.warn(look_after_run(hub))
        site = hub.config.site / "index.html"
        wrong = hub.directory.contradictions()
        common = hub.directory.common_keys()
        rules = hub.directory.rules()
    state.warn([f"decisions about people contradict one another: {line}" for line in wrong])
    state.warn([rule.said for rule in rules if rule.fails])
    said = [rule.said for rule in rules]
    whole = {"results": found, "site": str(site), "common_keys": common, "identity_rules": said}
    if not show.finish(state, whole):
        if common:
            show.say(f"  {show.dim(common)}")
        for rule in rules:
            if rule.capped and not rule.fails:
                show.say(f"  {show.dim(rule.said)}")
        if site.exists():
            show.say(f"  the site: {site}")
    return exit_code(found)


@contextmanager
def stoppable(watch: Watch) -> Iterator[threading.Event]:
    """An event that Ctrl-C and SIGTERM set, to end at a checkpoint; a second one ends at once."""
    stop = threading.Event()

    def ask(number: int, frame: object) -> None:
        if stop.is_set():
            raise KeyboardInterrupt
        stop.set()
        watch.say(show.dim("  stopping at the next checkpoint; Ctrl-C again stops at once"))

    before = {number: signal.signal(number, ask) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield stop
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def told(results: "Iterable[Any]", watch: Watch) -> list[Any]:
    """Every result, each said as it comes."""
    found = []
    for result in results:
        found.append(result)
        watch.done(getattr(result, "source", ""))
        for line in lines_of(result):
            watch.say(line)
    return found


def lines_of(result: Any) -> Iterator[str]:
    """A RunResult, PipelineResult or NotStarted for a person: a line, and one for each part."""
    if hasattr(result, "pipeline"):
        yield from _pipeline_lines(result)
    elif hasattr(result, "streams"):
        yield from _run_lines(result)
    elif hasattr(result, "size_bytes"):
        gone = f", {len(result.removed)} older removed" if result.removed else ""
        said = f"{result.path.name} ({show.size(result.size_bytes)}){gone}"
        yield f"{show.mark('done')} {show.bold('backup')} done  {show.dim(said)}"
    elif hasattr(result, "machine"):
        who = f"the worker {result.machine}" if result.machine else "a worker"
        yield f"{show.mark('ok')} {show.bold(result.name)} waits for {who}"
    elif hasattr(result, "still"):
        yield from _retry_lines(result)
    else:
        yield f"{show.mark('failed')} {show.bold(result.name)}: cannot start"
        yield f"    {result.error}"


def _run_lines(result: "RunResult") -> Iterator[str]:
    took = (result.finished_at - result.started_at).total_seconds()
    said = [show.duration(took), f"{result.total('requests'):,} requests"]
    if received := result.total("bytes_received"):
        said.append(show.size(received))
    if (waited := result.total("waited_seconds")) >= 1:
        # Several requests wait side by side: nobody has waited for longer than it took.
        said.append(f"waited {show.duration(min(waited, took))} for the vendor")
    state = show.coloured(result.state)
    name = show.bold(result.source)
    yield f"{show.mark(result.state)} {name} {state}  {show.dim(' · '.join(said))}"
    if result.error:
        yield f"    {result.error}"
    width = max((len(stream.stream) for stream in result.streams), default=0)
    reasons: set[str] = set()
    same: list[str] = []
    for stream in result.streams:
        if not stream.tried:
            continue
        reason = stream.error or stream.held_for
        if reason in reasons and not stream.seen:
            same.append(stream.stream)
            continue
        counts = [f"{getattr(stream, c):,} {c}" for c in _COUNTS if getattr(stream, c)]
        news = ", ".join(counts) or "nothing new"
        yield f"    {stream.stream.ljust(width)}  {stream.seen:>9,} read  {show.dim('·')} {news}"
        if reason:
            # One cause often stops every stream: it is told once.
            reason_said = "as above" if reason in reasons else reason
            reasons.add(reason)
            yield f"    {' ' * width}  {show.coloured(stream.state)}: {reason_said}"
    if same:
        yield f"    as above: {', '.join(same)}"
    if untried := [stream.stream for stream in result.streams if not stream.tried]:
        yield f"    not tried, since the vendor did not answer: {', '.join(untried)}"
    if result.total("rejected"):
        yield f"    what was rejected, and why: cophub rejects --source {result.source}"


def _retry_lines(result: "Retried") -> Iterator[str]:
    name = show.bold(result.name)
    said = f"{result.well:,} of {result.before:,} rejects are well now"
    if result.still:
        said += f", {result.still:,} are not: cophub rejects --source {result.name}"
    yield f"{show.mark('failed' if result.still else 'ok')} {name}: {said}"
    if result.left:
        yield f"    not read any more, so not tried: {', '.join(result.left)}"


def _pipeline_lines(result: "PipelineResult") -> Iterator[str]:
    made = f"{result.files:,} files" if result.files else "tables"
    if result.counts is not None:
        made = result.counts
    parts = [show.duration(result.seconds), *([made] if made and not result.error else [])]
    said = show.dim(" · ".join(parts))
    state = show.coloured(result.state)
    yield f"{show.mark(result.state)} {show.bold(result.pipeline)} {state}  {said}"
    if result.error:
        yield f"    {result.error}"
    for line in getattr(result, "warnings", ()):
        yield f"    {show.mark('warning')} {show.clean(line)}"


def _summary(found: Sequence[Any]) -> None:
    states: dict[str, int] = {}
    for result in found:
        state = getattr(result, "state", "failed")
        states[state] = states.get(state, 0) + 1
    if len(found) > 1:
        parts = ", ".join(f"{count} {show.coloured(state)}" for state, count in states.items())
        show.say(f"  {len(found)} sources: {parts}")
    if "held" in states:
        show.say("  look at what is held; if it is true: cophub sync SOURCE --accept-departures")


def exit_code(found: Sequence[Any]) -> int:
    """0 when all is done, with every part of it; 2 when nothing could start, else 1."""
    if all(
        getattr(result, "state", None) == "done" and not getattr(result, "warnings", ())
        for result in found
    ):
        return 0
    return 2 if not any(hasattr(result, "state") for result in found) else 1
