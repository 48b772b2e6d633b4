"""The history of a network, edits and deletions among it, from its data export: by file or by call.

By call it is asked for in windows: a week at a time, a day at a time where the last week was busy,
and in smaller pieces down to an hour where an export came back incomplete. An export that was
answered 200 may be incomplete: its `log.txt` says so, and its window is then not taken as done.
Source: REST `GET /api/v1/export`, for a verified admin.
"""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta

import msgspec

from cophub import ConfigError, Context, Item, Reject, SourceUnavailable
from cophub.connectors.state import State
from cophub.connectors.yammer.client import rest
from cophub.connectors.yammer.exportfile import BadExport, ExportFile, Row, open_export
from cophub.connectors.yammer.history import Reader
from cophub.connectors.yammer.ondisk import Kept, files_of, look_at_files
from cophub.connectors.yammer.settings import Settings
from cophub.connectors.yammer.windows import (
    FORM,
    SMALLER,
    WEEK,
    Window,
    ask,
    first_day,
    missing_files,
    next_hours,
    pieces_of,
    troubles_of,
)

Ctx = Context[Settings]
EVERY = 5_000
"""Messages between two checkpoints."""
MOST_MISSED = 3


class Progress(State, omit_defaults=True):
    """The cursor: which files were read, or up to when was asked."""

    files: list[str] = msgspec.field(default_factory=list)
    """Digests of the files that were read whole."""
    part: tuple[str, int] | None = None
    """The file under way, and how many of its messages were read."""
    until: datetime | None = None
    """By call: all before this was asked for."""
    hours: int = WEEK
    missed: list[Window] = msgspec.field(default_factory=list)
    """Windows of which no whole export was to be had; they are asked for again."""


def history(ctx: Ctx, since: str | None) -> Iterator[Item]:
    """Messages with edits and deletions, people and groups, from the Network Data Export."""
    if "export" not in ctx.settings.ways:
        return
    progress = Progress.read(since)
    reader = Reader(ctx)
    if ctx.settings.export_path is not None:
        yield from from_files(ctx, reader, progress)
    else:
        yield from from_calls(ctx, reader, progress)
    if since is None:
        reader.refuse_unknown(ctx.source)


def history_of_days(ctx: Ctx, start: date, end: date, since: str | None) -> Iterator[Item]:
    """The history of some days: exports of these alone, with a day to spare for other zones.

    Files are read whole. A group of the settings may well have said nothing in these days.
    """
    if "export" not in ctx.settings.ways:
        return
    progress = Progress.read(since)
    if ctx.settings.export_path is not None:
        yield from from_files(ctx, Reader(ctx), progress)
        return
    rest(ctx)  # what the streams of a run share goes by its own clock
    day = timedelta(days=1)
    settings = ctx.settings.model_copy(update={"export_since": start - day})
    after = datetime.combine(end + 2 * day, time(), UTC)
    of_days = replace(ctx, settings=settings, now=min(ctx.now, after))
    yield from from_calls(of_days, Reader(of_days), progress)


# By file


def from_files(ctx: Ctx, reader: Reader, progress: Progress) -> Iterator[Item]:
    """Every file that was not read yet, the oldest export first.

    When an older one turns up later, the newer ones are read again after it, so that the newest
    word counts. Raises ConfigError at the end, naming each file that could not be read.
    """
    kept, problems = look_at_files(files_of(ctx.settings))
    todo = not_read(kept, progress)
    for number, file in enumerate(todo):
        ctx.progress("exports", number, len(todo))
        try:
            with open_export(file.path) as export:
                yield from read_file(reader, export, progress)
        except BadExport as bad:
            problems.append(str(bad))
            continue
        progress.files = [*progress.files, file.digest]
        progress.part = None
        yield progress.checkpoint()
    if problems:
        more = f" (and {len(problems) - 1} more)" if len(problems) > 1 else ""
        raise ConfigError(f"{problems[0]}{more}")


def read_file(reader: Reader, export: ExportFile, progress: Progress) -> Iterator[Item]:
    """The records of one file, with checkpoints, from where an earlier run was cut off."""
    after = progress.part[1] if progress.part and progress.part[0] == export.digest else 0
    for trouble in troubles_of(export):
        yield Reject(reason=f"{export.name}: {trouble}", record="export", key=export.digest)
    yield from reader.people_and_groups(export)
    for number, items in reader.posts(export, after):
        yield from items
        if number % EVERY == 0:
            progress.part = (export.digest, number)
            yield progress.checkpoint()


def not_read(kept: list[Kept], progress: Progress) -> list[Kept]:
    """The files to read: those not read yet, and all that are newer than one of them."""
    done = set(progress.files)
    late = [each.made_at for each in kept if each.digest not in done]
    if not late:
        return []
    first, seen = min(late), set[str]()
    todo: list[Kept] = []
    for each in kept:
        is_new = each.digest not in done or each.made_at > first
        if is_new and each.digest not in seen:
            seen.add(each.digest)
            todo.append(each)
    progress.files = [digest for digest in progress.files if digest not in seen]
    return todo


# By call


def from_calls(ctx: Ctx, reader: Reader, progress: Progress) -> Iterator[Item]:
    """Window after window up to now; those that an earlier run missed come first.

    Raises SourceUnavailable at the end when an export stayed incomplete down to the hour.
    """
    missed, progress.missed = list(progress.missed), []
    for window in missed:
        yield from take(ctx, reader, window, progress)
        yield progress.checkpoint()
    start = progress.until or first_day(ctx)
    begun = start
    while start < ctx.now:
        days = (ctx.now - begun).days
        ctx.progress("days of history", (start - begun).days, days)
        window = Window(start, progress.hours)
        before = reader.messages
        yield from take(ctx, reader, window, progress)
        progress.until = start = min(start + timedelta(hours=window.hours), ctx.now)
        progress.hours = next_hours(window.hours, reader.messages - before)
        yield progress.checkpoint()
    if progress.missed:
        raise SourceUnavailable(words_of_missed(progress.missed))


def take(ctx: Ctx, reader: Reader, window: Window, progress: Progress) -> Iterator[Item]:
    """The records of a window, asked for in smaller pieces where its export is incomplete."""
    trouble = ""
    try:
        with ask(ctx, window) as export:
            found = [*troubles_of(export), *missing_files(export)]
            trouble = found[0] if found else ""
            if not trouble or window.hours not in SMALLER:
                yield from reader.people_and_groups(export)
                for _, items in reader.posts(export):
                    yield from items
    except BadExport as bad:
        trouble = str(bad)
    if not trouble:
        return
    ctx.log.warning("the export from %s is incomplete: %s", window.start.strftime(FORM), trouble)
    if window.hours in SMALLER:
        for piece in pieces_of(window, ctx.now):
            yield from take(ctx, reader, piece, progress)
        return
    progress.missed = [*progress.missed, window]
    if len(progress.missed) >= MOST_MISSED:
        raise SourceUnavailable(f"{words_of_missed(progress.missed)}. It said: {trouble}")


def people_in_exports(ctx: Ctx) -> Iterator[Row]:
    """Every row of `Users.csv`: of the files on disk, or of one export of nothing else.

    Raises SourceUnavailable for a file that cannot be read: who is in it would get another key.
    """
    if ctx.settings.export_path is not None:
        files, problems = look_at_files(files_of(ctx.settings))
        if problems:
            raise SourceUnavailable(f"who people are at Yammer is not known: {problems[0]}")
        for kept in files:
            with open_export(kept.path) as export:
                yield from export.rows("Users.csv", "id")
        return
    start = first_day(ctx)
    hours = int((ctx.now - start).total_seconds()) // 3600 + 1
    with ask(ctx, Window(start, hours), ("User",)) as export:
        if trouble := next(iter(troubles_of(export)), None):
            raise SourceUnavailable(
                f"{export.name} is incomplete: {trouble}; the next run asks again"
            )
        yield from export.rows("Users.csv", "id")


def words_of_missed(missed: list[Window]) -> str:
    """Which windows could not be had, for a person."""
    first = missed[0]
    more = f" and {len(missed) - 1} more" if len(missed) > 1 else ""
    return (
        f"Yammer's export of the hour from {first.start.strftime(FORM)}{more} is incomplete; the"
        " next run asks for it again"
    )


def windows_left(ctx: Ctx, since: str | None) -> int:
    """How many exports a run by call would ask for, where none is incomplete."""
    progress = Progress.read(since)
    start = progress.until or first_day(ctx)
    hours = max((ctx.now - start).total_seconds() / 3600, 0)
    return len(progress.missed) + -int(-hours // progress.hours)
