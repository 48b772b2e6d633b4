"""Whether sources keep pace: with their vendors' limits, and with their own timetable."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from cophub.config.timetable import say_duration
from cophub.hub import reading
from cophub.hub.answers import Finding, RunRow

if TYPE_CHECKING:
    from cophub.hub import Hub

_RUNS = 5
_WAITED_SECONDS = 60.0
_RETRIES = 20


def paces(hub: "Hub") -> Iterator[Finding]:
    """By the last runs of each source: one line when all is well."""
    odd: list[Finding] = []
    seen = 0
    for name, source in hub.config.sources.items():
        runs = reading.runs(hub.warehouse, _RUNS, name)
        seen += bool(runs)
        odd.extend(_waits(name, runs))
        odd.extend(_retries(name, runs))
        last = next((run.seconds for run in runs if run.state == "done" and run.seconds), None)
        if source.every and last and last > source.every.total_seconds():
            odd.append(
                Finding(
                    "pace",
                    "warning",
                    f"the last run of {name} took {last / 60:,.0f} minutes, and it is due every"
                    f" {say_duration(source.every)}",
                    f"give [sources.{name}] a longer every",
                )
            )
    yield from odd
    if seen and not odd:
        yield Finding(
            "pace", "ok", f"{seen} of {len(hub.config.sources)} sources have run, in time"
        )


def _waits(name: str, runs: list[RunRow]) -> Iterator[Finding]:
    waited = sum(stream.waited_seconds for run in runs for stream in run.streams)
    # Streams that wait side by side may wait longer than they take.
    worked = max(waited, sum(stream.seconds for run in runs for stream in run.streams))
    if waited > _WAITED_SECONDS and waited > worked / 2:
        yield Finding(
            "pace",
            "warning",
            f"{name} waited {_minutes(waited)} of {_minutes(worked)} minutes for its vendor's"
            f" limits in its last {len(runs)} runs",
            f"sync it less often, or name fewer streams in [sources.{name}]",
        )


def _minutes(seconds: float) -> str:
    minutes = seconds / 60
    return f"{minutes:,.1f}" if minutes < 10 else f"{minutes:,.0f}"


def _retries(name: str, runs: list[RunRow]) -> Iterator[Finding]:
    requests = sum(stream.requests for run in runs for stream in run.streams)
    retries = sum(stream.retries for run in runs for stream in run.streams)
    if retries > _RETRIES and retries > requests / 10:
        yield Finding(
            "pace",
            "warning",
            f"{retries:,} of {requests:,} requests of {name} were sent again in its last"
            f" {len(runs)} runs",
            f"the vendor or the way there fails often: cophub runs --source {name}",
        )


__all__ = ["paces"]
