"""One set of promises for every connector, tried on recorded answers or on a small server."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING

from pydantic import BaseModel

from cophub.connector import Connector, Stream
from cophub.http import TokenStore
from cophub.testing.disturbed import Disturbed
from cophub.testing.extracting import NOW
from cophub.testing.promises import OF_STREAM
from cophub.testing.quiet import Quiet
from cophub.testing.report import Finding, Report
from cophub.testing.running import SHORTEST_SECRET, Bench, state_of, unhurried
from cophub.testing.vendor import Handler, source_of
from cophub.testing.whole import Whole

if TYPE_CHECKING:
    import httpx


def check_connector(
    what: Connector | Stream | ModuleType,
    settings: BaseModel,
    *,
    answers: Path | str | None = None,
    server: "Handler | httpx.BaseTransport | None" = None,
    now: datetime = NOW,
    tokens: Mapping[str, str] | TokenStore | None = None,
    future: Mapping[str, str] | None = None,
    streams: tuple[str, ...] = (),
    tries: int = 6,
    excused: Mapping[tuple[str, ...], str] | None = None,
) -> Report:
    """Try every promise on every stream, and report which broke, where, and the smallest case.

    `answers` is a folder that a Recorder filled. `server` answers requests itself: a function from
    an httpx.Request to an httpx.Response, or an httpx transport; it must be in the same state
    whenever a run begins, and is not asked twice for the same. `future` gives a cursor ahead of
    all there is, by stream. With `streams` only these are tried; "" among
    them is the connector as a whole. `tries` is how many requests,
    pages and checkpoints are tried for each promise. `excused` says why a stream cannot keep one,
    by stream and promise, or by these and a part of the addresses that it is broken at; an excuse
    that is not needed is broken. Nothing is waited for. A promise that could not be tried is said
    to be "not tried", with the reason.
    """
    connector = _connector(what)
    report = Report(connector.name)
    make, limits = source_of(answers, server), unhurried(connector.limits)
    for stream in connector.streams:
        if not streams or stream.name in streams:
            others = tuple(one for one in connector.streams if one is not stream)
            bench = Bench(stream, settings, make, limits, now, tokens, others, max(tries, 2))
            bench.excused = {key[1:]: told for key, told in (excused or {}).items()
                             if key[0] == stream.name and len(key) > 2}  # fmt: skip
            given = (future or {}).get(stream.name)
            found = {one.promise: one for one in _findings(bench, given)}
            report.findings += [found[name] for name in OF_STREAM]
    if not streams or "" in streams:
        bench = Bench(connector.streams[0], settings, make, limits, now, tokens)
        report.findings += Whole(connector, bench).findings()
    report.findings = [_excused(one, excused or {}) for one in report.findings]
    return report


def _excused(found: Finding, reasons: Mapping[tuple[str, ...], str]) -> Finding:
    reason = reasons.get((found.stream, found.promise))
    if reason is None or found.verdict == "not tried":
        return found
    if found.verdict == "kept":
        return replace(found, verdict="broken", told=f"it is kept, and yet excused: {reason}")
    return replace(found, verdict="excused", told=reason)


UNDISTURBED = "the settings and the answers that are given here; then the connector"


def _connector(what: Connector | Stream | ModuleType) -> Connector:
    if isinstance(what, Connector):
        return what
    if isinstance(what, Stream):
        return Connector(what.name, what.summary, BaseModel, [what])
    brought: list[Connector] = what.cophub_connectors()
    if len(brought) != 1:
        raise ValueError(f"{what.__name__} brings {len(brought)} connectors; give one of them")
    return brought[0]


def _findings(bench: Bench, future: str | None) -> Iterator[Finding]:
    first = bench.undisturbed(None)
    name = bench.stream.name
    if first.error is not None:
        told = first.crash or str(first.error)
        if first.missing:
            yield from (
                Finding(p, name, "not tried", f"a whole read needs more: {told}") for p in OF_STREAM
            )
        else:
            told = f"a run that nothing disturbs fails: {told}"
            yield Finding("alike", name, "broken", told, advice=UNDISTURBED)
            rest = [promise for promise in OF_STREAM if promise != "alike"]
            yield from (Finding(p, name, "not tried", "an undisturbed run fails") for p in rest)
        return
    truth = state_of(first.items)
    quiet = Quiet(bench, first, truth, future)
    if (alike := quiet.alike()).verdict == "broken":
        yield alike
        rest = [promise for promise in OF_STREAM if promise not in ("alike", "secrets")]
        told = "two runs are not alike, so that no other can be compared with them"
        yield from (Finding(p, name, "not tried", told) for p in rest)
        yield _secrets(bench)
        return
    yield alike
    yield from quiet.findings()
    yield from Disturbed(bench, first, truth).findings()
    yield _secrets(bench)


def _secrets(bench: Bench) -> Finding:
    name = bench.stream.name
    if bench.leaks:
        return Finding("secrets", name, "broken", f"a secret is told {bench.leaks[0]}")
    if not bench.secrets:
        told = f"the settings have no SecretStr of {SHORTEST_SECRET} or more signs"
        return Finding("secrets", name, "not tried", told)
    return Finding("secrets", name, "kept", f"looked for in {bench.runs} runs")


__all__ = ["check_connector"]
