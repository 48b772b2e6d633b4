"""The stream of the rows of files, and what can be said before it is stored."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from cophub import (
    ConfigError,
    Context,
    CophubError,
    CursorExpired,
    Estimate,
    Item,
    Membership,
    Reject,
    Space,
    Verdict,
)
from cophub.connectors.files.bounds import UnreadableError
from cophub.connectors.files.cursor import Cursor
from cophub.connectors.files.grids import grids
from cophub.connectors.files.guess import Guess, guess, lines_of, score_of
from cophub.connectors.files.places import Place, fetched, local_files
from cophub.connectors.files.reading import Report
from cophub.connectors.files.run import FilesRun
from cophub.connectors.files.settings import Settings
from cophub.connectors.files.table import Table, best_table
from cophub.records import Record

_SHOWN = 10
"""Rejects of a file that `check` tells of; the run keeps them all."""
_IN_A_NOTE = 3


def rows(ctx: Context[Settings], since: str | None) -> Iterator[Item]:
    """What the rows of the files say, of files that are new or were changed.

    Yields the records that the settings map rows to, the spaces they are of and the accounts of the
    people on them. A row that cannot be understood is a Reject with its number, a file that cannot
    be read is one in each run until it can. `since` holds the files as they were read. Raises
    ConfigError where there are no files, where none can be read or the settings do not say what a
    row is; AuthError and SourceUnavailable for a file on the web that cannot be had.
    """
    mapping = ctx.settings.mapping(ctx.source)
    cursor = Cursor.read_of(since, ctx.settings.checksum(ctx.source))
    with _places(ctx, cursor) as places:
        if places is None:
            return
        run = FilesRun(ctx, mapping, cursor)
        yield from run.items(places)
        if run.unreadable and len(run.unreadable) == len(places):
            raise ConfigError(_nothing_read(ctx.source, run.unreadable))


def _nothing_read(source: str, unreadable: list[tuple[str, str]]) -> str:
    """Why a run that could read no file at all is no success."""
    name, reason = unreadable[0]
    more = len(unreadable) - 1
    others = f" (and {more} more, see cophub check {source})" if more else ""
    # What the file says of itself is told by the reject; an error names columns only.
    said = f"{name}: {reason.partition(' (row ')[0]}"
    return f"no file can be read: {said}{others}; compare cophub discover {source}"


@contextmanager
def _places(ctx: Context[Settings], cursor: Cursor) -> Iterator[list[Place] | None]:
    """The files; None where the one on the web has not changed."""
    if ctx.settings.path is not None:
        yield local_files(ctx.settings.path)
        return
    known = next((state for state in cursor.files.values() if not state.done), None)
    etag, modified = (known.etag, known.modified) if known else ("", "")
    with fetched(ctx, etag, modified) as found:
        yield None if found is None else [found]


def _dry_run(ctx: Context[Settings], cursor: Cursor) -> FilesRun | None:
    """A run of which nothing is stored; None where nothing changed."""
    with _places(ctx, cursor) as places:
        if places is None:
            return None
        run = FilesRun(ctx, ctx.settings.mapping(ctx.source), cursor)
        for item in run.items(places):
            if isinstance(item, Record):
                run.counts[item.TABLE] = run.counts.get(item.TABLE, 0) + 1
            elif isinstance(item, Reject):
                run.rejected += 1
        return run


# --- check: every file read, nothing stored ---


def check(ctx: Context[Settings]) -> Iterator[Verdict]:
    """Every file read with the mapping: rows, records, and the rows that cannot be understood."""
    try:
        run = _dry_run(ctx, Cursor(settings=""))
    except CophubError as error:
        yield Verdict("rows", "failed", str(error), "Correct the settings of this source.")
        return
    for name, reason in run.unreadable if run else ():
        others = bool(run and run.reports)
        yield Verdict(
            "rows", "warning" if others else "failed", f"{name}: {reason}",
            "Correct the file or the settings"
            + ("; the other files are read without it." if others else "."),
        )  # fmt: skip
    for report in run.reports if run else ():
        yield from _verdicts(report)
    if run and run.counts.get("event") and run.counts.get("attendance"):
        yield from _of_calls(run)
    if run and ctx.settings.whole and run.doubtful:
        yield Verdict(
            "rows", "warning", "nobody can leave while rows or files cannot be read",
            "Correct them: any of them may be about somebody who seems to be missing.",
        )  # fmt: skip
    if run and not ctx.settings.whole and run.counts.get("membership"):
        yield Verdict(
            "rows", "ok",
            "nobody leaves because a row is missing; set whole = true if these files are always"
            " the whole list",
        )  # fmt: skip


def _verdicts(report: Report) -> Iterator[Verdict]:
    made = ", ".join(f"{count:,} {name}" for name, count in sorted(report.counts.items()))
    titles = f" below the titles in row {report.header_row}" if report.header_row else ""
    yield Verdict(
        "rows", "ok" if not report.rejected else "warning",
        f"{report.where}: {report.rows:,} rows{titles}; {made or 'no records'};"
        f" {report.rejected:,} rejected",
    )  # fmt: skip
    for reason in report.reasons[:_SHOWN]:
        yield Verdict("rows", "warning", reason)
    if report.rejected > _SHOWN:
        more = report.rejected - _SHOWN
        yield Verdict("rows", "warning", f"{report.where}: {more:,} more rows are rejected")
    for note in report.notes:
        yield Verdict("rows", "ok", f"{report.where}: {note}")


def _of_calls(run: FilesRun) -> Iterator[Verdict]:
    events, there = run.counts["event"], run.counts["attendance"]
    yield Verdict(
        "rows", "ok",
        f"events: {events:,}; attendances: {there:,}, the stays of one person put together",
    )  # fmt: skip
    if undated := run.roll.undated:
        yield Verdict(
            "rows", "warning",
            f"of {undated:,} of these events no start is known, so no quarter counts them",
            "Map event_starts_at to a column, or set it:"
            ' values = { event_starts_at = "2026-03-12" }, or file_name = "{event_starts_at}.csv".',
        )  # fmt: skip


# --- plan: what the next run would store ---


def estimate(ctx: Context[Settings], cursors: Mapping[str, str | None]) -> Iterator[Estimate]:
    """What the next run would make of the files, found out by reading them without storing."""
    asked = 0 if ctx.settings.path else 1
    try:
        cursor = Cursor.read_of(cursors.get("rows"), ctx.settings.checksum(ctx.source))
    except CursorExpired:
        cursor = Cursor(settings="")
    run = _dry_run(ctx, cursor)
    reports = run.reports if run else []
    if run is None or not (reports or run.unreadable):
        yield Estimate("rows", requests=asked, rows=0, note="no file changed")
        return
    rows_read = sum(report.rows for report in reports)
    yield Estimate("rows", requests=asked, rows=rows_read, note=_note(run))


def _note(run: FilesRun) -> str:
    made = ", ".join(f"{count:,} {name}" for name, count in sorted(run.counts.items()))
    reasons = [reason for report in run.reports for reason in report.reasons]
    reasons += [f"{name}: {reason}" for name, reason in run.unreadable]
    note = f"{made or 'no records'}; {run.rejected:,} rejected"
    if not reasons:
        return note
    more = run.rejected - _IN_A_NOTE
    said = " | ".join(reasons[:_IN_A_NOTE])
    return f"{note}: {said}" + (f" | and {more:,} more: cophub check" if more > 0 else "")


# --- discover: what there is, and the lines of settings that say so ---


def discover(ctx: Context[Settings]) -> Iterator[Space]:
    """The spaces that the rows are of; where nothing says what a row is, what they look like.

    A guess is in `extra["settings"]`, as lines for the settings of the source in plugins.toml.
    """
    settings = ctx.settings
    if settings.record and settings.columns:
        yield from _found(ctx)
        return
    with _places(ctx, Cursor(settings="")) as places:
        yield _proposal(ctx, places or [], [])


def _found(ctx: Context[Settings]) -> Iterator[Space]:
    spaces: dict[str, Space] = {}
    members: dict[str, set[str]] = {}
    with _places(ctx, Cursor(settings="")) as places:
        run = FilesRun(ctx, ctx.settings.mapping(ctx.source), Cursor(settings=""))
        for item in run.items(places or []):
            if isinstance(item, Space):
                spaces[str(item.key)] = item
            elif isinstance(item, Membership):
                members.setdefault(str(item.space), set()).add(str(item.account))
        if run.unreadable and not spaces:
            yield _proposal(ctx, places or [], run.unreadable)
    for key, space in spaces.items():
        if key in members:
            space.native_member_count = len(members[key])
        yield space


def _proposal(
    ctx: Context[Settings], places: list[Place], troubles: list[tuple[str, str]]
) -> Space:
    """The space of the settings, with lines that say what its rows are, and what is in the way."""
    settings = ctx.settings
    space = Space(key=settings.space or ctx.source, kind="list")
    space.title = settings.title or str(space.key)
    lines = [f"# {name}: {reason}" for name, reason in troubles[:_IN_A_NOTE]]
    if lines:
        lines.append("# in place of record and columns as they are:")
    space.extra = {"settings": lines + list(_proposed(settings, places))}
    return space


def _proposed(settings: Settings, places: list[Place]) -> Iterator[str]:
    """Lines for the first file that looks like something; the others are only named."""
    troubles = []
    for place in places:
        try:
            best = _best(place, settings)
        except (UnreadableError, OSError) as error:
            troubles.append(f"# {place.name}: {error}")
            continue
        if best is None:
            troubles.append(f"# {place.name}: no table that looks like anything known")
            continue
        found, table = best
        sheet = table.grid.name
        where = f'{place.name}, sheet "{sheet}"' if sheet else place.name
        yield from troubles
        yield from lines_of(found, where, table, place.path.suffix if settings.path else "")
        if settings.sheet is None and sheet and not _is_first(place, settings, sheet):
            yield f"# sheet = {sheet!r} has these columns first"
        if len(places) > 1:
            yield f"# {len(places)} files are read with these lines; cophub check tries them all"
        return
    yield from troubles


def _is_first(place: Place, settings: Settings, sheet: str) -> bool:
    first = next(iter(grids(place.path, settings)), None)
    return first is not None and first.name == sheet


def _best(place: Place, settings: Settings) -> tuple[Guess, Table] | None:
    best: tuple[Guess, Table] | None = None
    for grid in grids(place.path, settings):
        table = best_table(grid, score_of, settings.skip_rows)
        found = guess(table) if table else None
        if table and found and (best is None or found.score > best[0].score):
            best = found, table
    return best


__all__ = ["check", "discover", "estimate", "rows"]
