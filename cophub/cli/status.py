"""`status`: how the hub stands, in ten lines; `--all` tells all of it."""

import re
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING

import click

from cophub.cli import show
from cophub.cli.options import State, pass_state, shared

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from cophub.hub.answers import PipelineStatus, PlaceStatus, SourceStatus, Status, Trouble

_ROOM = 8
"""Lines for what is not well, between the first line and the last."""
_ORDER = ("fresh", "running", "late", "held", "failed", "killed", "stopped", "never ran")
_FURTHER = re.compile(r", and |, then|; ")
"""Where advice goes on to a second step, for which a single line has no room."""
_WORDS = {"failed": "failing"}


@click.command()
@click.option("--all", "whole", is_flag=True, help="Every source and pipeline, with all figures.")
@shared
@pass_state
def status(state: State, whole: bool) -> int:
    """Say what is fresh, late, held or failing, why, and what to do."""
    with state.hub() as hub:
        found, now = hub.status(), hub.now()
    if show.finish(state, found):
        return int(found.failing)
    show.say(_verdict(found))
    if whole:
        _everything(found, now)
    else:
        _ill(found, now)
    show.say(_last_line(found, now))
    return int(found.failing)


def _verdict(found: "Status") -> str:
    """`13 sources: 11 fresh, 1 late, 1 failing`."""
    worst = found.troubles[0].state if found.troubles else "warning" if found.warnings else "ok"
    counted = Counter(source.state for source in found.sources)
    count = len(found.sources)
    parts = [f"{counted[one]} {_WORDS.get(one, one)}" for one in _ORDER if counted[one]]
    told = f"{count} source{'' if count == 1 else 's'}: {', '.join(parts)}"
    if not found.sources:
        told = "no sources yet: cophub connectors lists what can be connected"
    ill = Counter(p.state for p in found.pipelines if p.state in ("failed", "late", "killed"))
    for one, many in ill.items():
        told += f"; {many} pipeline{'' if many == 1 else 's'} {_WORDS.get(one, one)}"
    if away := sum(one.state in ("failed", "killed") for one in found.places):
        told += f"; {away} publication{'' if away == 1 else 's'} failing"
    return f"{show.mark(worst)} {show.bold(told)}"


# --- what is not well ------------------------------------------------------------------------


def _ill(found: "Status", now: "datetime") -> None:
    """At most eight lines: each trouble and what to do below it, or on one line where many are."""
    from cophub.hub.troubles import joined

    warnings = _warnings(found)
    room = _ROOM - len(warnings)
    ill, fewer = found.troubles, joined(found.troubles)
    if 2 * len(fewer) <= room:
        shown = ill if 2 * len(ill) <= room else fewer
        lines = [line for one in shown for line in _in_two_lines(one, now, len(found.sources))]
    else:
        lines = _in_a_line_each(ill if len(ill) <= room else fewer, now)
    lines += warnings
    if len(lines) > _ROOM:
        more = len(lines) - _ROOM + 1
        lines = [*lines[: _ROOM - 1], f"  {show.dim(f'and {more} more: cophub status --all')}"]
    for line in [*lines, *_notes(found)][:_ROOM]:
        show.say(show.cut(line, show.columns_across()))


def _in_two_lines(one: "Trouble", now: "datetime", sources: int) -> list[str]:
    """Who, since when and why; below it what to do, which is never cut."""
    code = show.dim(f" [{one.code}]") if one.code else ""
    start = f"  {show.mark(one.state)} "
    room = show.columns_across() - show.cells(start + code)
    everybody = len(one.subjects) == sources > 1
    who = show.bold("all sources" if everybody else _names(one.subjects, room // 2))
    told = f"{who} {_how(one.state, one.since, now)}: "
    why = show.cut(show.clean(one.why), room - show.cells(told))
    lines = [f"{start}{told}{why}{code}"]
    if one.advice:
        lines.append(f"      {show.dim('→')} {one.advice}")
    return lines


def _in_a_line_each(ill: "Sequence[Trouble]", now: "datetime") -> list[str]:
    """The same in columns: the reason gives way to what is to be done."""
    across = show.columns_across()
    who = [_names(one.subjects, across // 4) for one in ill]
    how = [_how(one.state, one.since, now) for one in ill]
    wide, wider = (max(map(show.cells, column[: _ROOM - 1])) for column in (who, how))
    lines = []
    for one, name, state in zip(ill, who, how, strict=True):
        start = (
            f"  {show.mark(one.state)} {show.bold(name)}{' ' * (wide - show.cells(name))}"
            f"  {show.coloured(one.state, state)}{' ' * (wider - show.cells(state))}  "
        )
        first = _FURTHER.split(one.advice or "")[0]
        end = f" {show.dim('→')} {first}" if first else ""
        room = across - show.cells(start + end)
        why = show.cut(show.clean(one.why), room) if room >= 12 else ""
        lines.append(f"{start}{why}{end}" if why else f"{start}{end.lstrip()}")
    return lines


def _how(state: str, since: "datetime | None", now: "datetime") -> str:
    """`failing for 2 days`, `killed 2 hours ago`."""
    word = _WORDS.get(state, state)
    if since is None:
        return word
    told = show.ago(since, now)
    if state in ("killed", "stopped"):
        return f"{word} {told}"
    return (
        f"{word} since a moment ago" if told == "now" else f"{word} for {told.removesuffix(' ago')}"
    )


def _names(subjects: "Sequence[str]", room: int) -> str:
    """As many as there is room for, and how many more; at least one."""
    names = [show.clean(one) for one in subjects]
    for shown in range(len(names), 1, -1):
        told = _some(names, shown)
        if show.cells(told) <= room:
            return told
    return _some(names, 1)


def _some(names: "Sequence[str]", shown: int) -> str:
    left = len(names) - shown
    return ", ".join(names[:shown]) + (f" and {left} more" if left else "")


# --- the rest --------------------------------------------------------------------------------


def _last_line(found: "Status", now: "datetime") -> str:
    """What readers see, and what comes next."""
    told, where, coming = "nothing is published yet: cophub run", "", found.coming
    if found.published is not None:
        when = show.ago(found.published.published_at, now)
        told = f"site version {found.published.version}, published {when}"
        where = f": {_near(found.site)}"
    ahead = ""
    if coming is not None:
        name = coming.name if coming.kind == "source" else f"pipeline {coming.name}"
        due = coming.at <= now
        ahead = f"; due: {name}" if due else f"; next: {name} {show.ago(coming.at, now)}"
    if show.cells(f"  {told}{where}{ahead}") > show.columns_across():
        where = ""
    return show.cut(f"  {told}{where}{ahead}", show.columns_across())


def _near(site: str) -> str:
    """The folder as one would type it from here."""
    here = Path.cwd()
    return str(Path(site).relative_to(here)) if Path(site).is_relative_to(here) else site


# --- all of it -------------------------------------------------------------------------------


def _everything(found: "Status", now: "datetime") -> None:
    """Tables of the sources and pipelines, and what is to be said of each."""
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
    if found.pipelines:
        show.table(
            ("pipeline", "state", "fresh", "next"),
            [
                (
                    show.Styled(f"{show.mark(one.state)} {show.bold(one.pipeline)}"),
                    show.coloured(one.state),
                    show.ago(one.fresh_at, now),
                    _next(one, now),
                )
                for one in found.pipelines
            ],
        )
    if found.places:
        show.table(
            ("handed out", "state", "last"),
            [
                (
                    show.Styled(f"{show.mark(one.state)} {show.bold(one.place)}"),
                    show.coloured(one.state),
                    show.ago(one.fresh_at, now),
                )
                for one in found.places
            ],
        )
    for source in found.sources:
        _say_why(source.source, source, now)
    for pipeline in found.pipelines:
        _say_why(f"pipeline {pipeline.pipeline}", pipeline, now)
    for place in found.places:
        _say_why(place.place, place, now)
    for source in found.sources:
        if said := show.said_of_source(source.purpose, source.lawful_basis, source.addresses):
            show.say(f"  {show.dim(f'{source.source}: {said}')}")
    for line in (*_warnings(found), *_notes(found)):
        show.say(line)


def _say_why(
    name: str, one: "SourceStatus | PipelineStatus | PlaceStatus", now: "datetime"
) -> None:
    """Why it is not well since when, uncut, and what to do."""
    if one.why is None:
        return
    code = show.dim(f" [{one.code}]") if one.code else ""
    how = _how(one.state, one.since, now)
    show.say(f"  {show.mark(one.state)} {name} {how}: {show.clean(one.why)}{code}")
    if one.advice:
        show.say(f"      {show.dim('→')} {one.advice}")


def _next(one: "SourceStatus | PipelineStatus", now: "datetime") -> str:
    if one.next_at is None:
        return "when asked"
    return "due" if one.next_at <= now else show.ago(one.next_at, now)


def _warnings(found: "Status") -> list[str]:
    return [f"  {show.mark('warning')} {show.clean(one)}" for one in found.warnings]


def _notes(found: "Status") -> list[str]:
    return [f"  {show.dim(note)}" for note in found.notes]
