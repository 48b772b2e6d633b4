"""The history of a network, edits and deletions among it, from its data export: by file or by call.

By call it is asked for in windows: a week at a time, a day at a time where the last week was busy,
and in smaller pieces down to an hour where an export came back incomplete. An export that was
answered 200 may be incomplete: its `log.txt` says so, and its window is then not taken as done.
Source: REST `GET /api/v1/export`, for a verified admin.
"""

import tempfile
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, time, timedelta
from glob import glob
from pathlib import Path
from typing import IO, NamedTuple

import httpx
import msgspec
import urllib3

from cophub import AuthError, Checkpoint, ConfigError, Context, Item, Reject, SourceUnavailable
from cophub.connectors.yammer.client import rest
from cophub.connectors.yammer.exportfile import BadExport, ExportFile, Row, open_export
from cophub.connectors.yammer.history import Reader
from cophub.connectors.yammer.payloads import NetworkList
from cophub.connectors.yammer.posts import moment
from cophub.connectors.yammer.settings import Settings
from cophub.http import check_status

Ctx = Context[Settings]
MODELS = ("User", "Group", "Message", "MessageVersion", "Network")
ASKED = ("users.csv", "groups.csv", "messages.csv")
"""What an export by call must hold, for those were asked for."""
WEEK, DAY, HOUR = 168, 24, 1
SMALLER = {WEEK: DAY, DAY: HOUR}
BUSY = 20_000
"""Messages of a week above which the next windows are of a day."""
OVERLAP = timedelta(hours=1)
"""What is written at the very end of a window may not be in its export yet."""
EVERY = 5_000
"""Messages between two checkpoints."""
MOST_MISSED = 3
FORM = "%Y-%m-%dT%H:%M:%SZ"


class Window(msgspec.Struct, frozen=True):
    """A time to ask an export for, in hours from an instant."""

    start: datetime
    hours: int


class Progress(msgspec.Struct, omit_defaults=True):
    """The cursor: which files were read, or up to when was asked."""

    files: list[str] = []
    """Digests of the files that were read whole."""
    part: tuple[str, int] | None = None
    """The file under way, and how many of its messages were read."""
    until: datetime | None = None
    """By call: all before this was asked for."""
    hours: int = WEEK
    missed: list[Window] = []
    """Windows of which no whole export was to be had; they are asked for again."""

    def checkpoint(self) -> Checkpoint:
        """This, as the engine keeps it."""
        return Checkpoint(msgspec.json.encode(self).decode())


class Kept(NamedTuple):
    """A file that is there and looks safe."""

    made_at: datetime
    name: str
    path: Path
    digest: str


def history(ctx: Ctx, since: str | None) -> Iterator[Item]:
    """Messages with edits and deletions, people and groups, from the Network Data Export."""
    if "export" not in ctx.settings.ways:
        return
    progress = msgspec.json.decode(since, type=Progress) if since else Progress()
    reader = Reader(ctx)
    if ctx.settings.export_path is not None:
        yield from from_files(ctx, reader, progress)
    else:
        yield from from_calls(ctx, reader, progress)
    if since is None:
        reader.refuse_unknown(ctx.source)


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


def files_of(settings: Settings) -> list[Path]:
    """The files that `export_path` names: one, all of a folder, or those that fit a pattern.

    Raises ConfigError when there are none.
    """
    path = Path(settings.export_path or "").expanduser()
    if path.is_dir():
        found = sorted(each for each in path.rglob("*") if each.suffix.lower() == ".zip")
    elif path.exists():
        found = [path]
    else:
        found = sorted(Path(each) for each in glob(str(path), recursive=True))  # noqa: PTH207
    if not found:
        raise ConfigError(
            f"export_path: there is no ZIP file at {path}; put the Network Data Export there, or"
            " leave export_path out to ask Yammer for it"
        )
    return found


def look_at_files(paths: list[Path]) -> tuple[list[Kept], list[str]]:
    """The files that can be read, the oldest export first, and what is wrong with the others."""
    kept: list[Kept] = []
    problems: list[str] = []
    for path in paths:
        try:
            with open_export(path) as export:
                kept.append(Kept(export.made_at, path.name, path, export.digest))
        except BadExport as bad:
            problems.append(str(bad))
    return sorted(kept), problems


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


def pieces_of(window: Window, now: datetime) -> Iterator[Window]:
    """The next smaller windows that make up this one."""
    hours, end = SMALLER[window.hours], window.start + timedelta(hours=window.hours)
    start = window.start
    while start < min(end, now):
        yield Window(start, hours)
        start += timedelta(hours=hours)


def next_hours(hours: int, messages: int) -> int:
    """How long the next window is: a day where a week would hold too much."""
    in_a_week = messages * WEEK // hours
    return DAY if in_a_week > BUSY else WEEK


def ask(ctx: Ctx, window: Window, models: Sequence[str] = MODELS) -> ExportFile:
    """The export of a window, in a file that is gone when it is closed.

    Raises BadExport when it broke off on the way, AuthError for whoever is no verified admin.
    """
    end = min(window.start + timedelta(hours=window.hours), ctx.now)
    name = f"the export from {window.start.strftime(FORM)} to {end.strftime(FORM)}"
    asked: list[tuple[str, str | int | float | bool | None]] = [
        ("since", (window.start - OVERLAP).strftime(FORM)),
        ("until", end.strftime(FORM)),
        ("include", "csv"),
        *(("model", model) for model in models),
    ]
    file = tempfile.TemporaryFile(prefix="cophub-export-")  # noqa: SIM115 - ExportFile closes it
    try:
        _spool(ctx, asked, file, name)
        return ExportFile(file, name)
    except BaseException:
        file.close()
        raise


def _spool(
    ctx: Ctx,
    asked: list[tuple[str, str | int | float | bool | None]],
    file: IO[bytes],
    name: str,
) -> None:
    try:
        with rest(ctx).http.stream("GET", "export", params=asked) as response:
            if response.status_code == 403:
                raise AuthError(NOT_ADMIN)
            for piece in check_status(response).iter_bytes():
                file.write(piece)
    except SourceUnavailable as error:
        if is_too_much(error):
            raise BadExport(f"{name} did not come whole: {error}") from error
        raise


def is_too_much(error: SourceUnavailable) -> bool:
    """Whether a smaller window may fare better: the vendor broke off, gave up or was silent."""
    cause = error.__cause__
    if isinstance(cause, httpx.HTTPStatusError):
        return cause.response.status_code >= 500
    return isinstance(cause, urllib3.exceptions.HTTPError | httpx.ReadTimeout | httpx.ProtocolError)


NOT_ADMIN = (
    "Yammer gives its export to verified admins only, and the person who signed in is none; make"
    " them one in engage.cloud.microsoft > Admin center, sign in as one, or set export_path to a"
    " file that an admin downloaded"
)


def people_in_exports(ctx: Ctx) -> Iterator[Row]:
    """Every row of `Users.csv`: of the files on disk, or of one export of nothing else."""
    if ctx.settings.export_path is not None:
        for kept in look_at_files(files_of(ctx.settings))[0]:
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


def troubles_of(export: ExportFile) -> list[str]:
    """What `log.txt` says went wrong; that there is none says so, too."""
    if not export.has_log:
        return ["it has no log.txt, so whether it is complete is unknown"]
    return [f"log.txt says: {line[:160]}" for line in export.troubles()]


def missing_files(export: ExportFile) -> list[str]:
    """The files that were asked for and are not there."""
    return [f"{name} is missing" for name in ASKED if name not in export.csv_files]


def words_of_missed(missed: list[Window]) -> str:
    """Which windows could not be had, for a person."""
    first = missed[0]
    more = f" and {len(missed) - 1} more" if len(missed) > 1 else ""
    return (
        f"Yammer's export of the hour from {first.start.strftime(FORM)}{more} is incomplete; the"
        " next run asks for it again"
    )


def first_day(ctx: Ctx) -> datetime:
    """Where history begins: `export_since`, or when the network was made."""
    if ctx.settings.export_since is not None:
        return datetime.combine(ctx.settings.export_since, time(), UTC)
    networks, _ = rest(ctx).page("networks/current.json", NetworkList)
    made = [at for each in networks.items if (at := moment(each.created_at))]
    if not made:
        raise ConfigError(
            "Yammer does not say when the network was made; set export_since, such as 2020-01-31"
        )
    return min(made).replace(minute=0, second=0, microsecond=0)


def windows_left(ctx: Ctx, since: str | None) -> int:
    """How many exports a run by call would ask for, where none is incomplete."""
    progress = msgspec.json.decode(since, type=Progress) if since else Progress()
    start = progress.until or first_day(ctx)
    hours = max((ctx.now - start).total_seconds() / 3600, 0)
    return len(progress.missed) + -int(-hours // progress.hours)
