"""Where calendars are: addresses on the web, and files on disk that together make one."""

from collections.abc import Iterator
from dataclasses import dataclass
from glob import glob
from pathlib import Path
from zlib import crc32

from cophub import AuthError, ConfigError, Context, SourceUnavailable
from cophub.connectors.calendar.cursor import CalendarState
from cophub.connectors.calendar.entries import Entries, NoCalendar, read_entries
from cophub.connectors.calendar.settings import Settings
from cophub.connectors.web.fetch import Fetcher, Validators, shown
from cophub.error_codes import PERMISSION

ON_DISK = "path"
"""What the calendar on disk is called in the cursor."""


@dataclass
class Found:
    """A calendar that changed, read."""

    name: str
    entries: Entries
    validators: Validators
    is_whole: bool = True
    """Whether all of its files could be read."""


def places(settings: Settings) -> list[str]:
    """The calendars of this source, as they are called in the cursor."""
    return [*map(str, settings.url), *([ON_DISK] if settings.path else [])]


def look(
    ctx: Context[Settings], name: str, state: CalendarState, *, again: bool = False
) -> Found | None:
    """The calendar of that name, or None where it is as it was. `again` reads it all the same."""
    known = None if again else state.validators
    if name == ON_DISK:
        return _on_disk(ctx.settings, known, had_some=bool(state.series))
    return _on_the_web(ctx, name, known, was_one=bool(state.series))


def _on_the_web(
    ctx: Context[Settings], url: str, known: Validators | None, *, was_one: bool
) -> Found | None:
    try:
        fetched = Fetcher(ctx, url).fetch(url, known)
    except AuthError as error:
        raise AuthError(
            f"{error}; a calendar that is not public has a secret address in its settings (Google:"
            " Integrate calendar; Outlook: Publish): use that as url",
            code=PERMISSION,
        ) from error
    if fetched.moved_to:
        ctx.log.warning("%s has moved for good to %s", shown(url), shown(fetched.moved_to))
    if fetched.content is None:
        return None
    entries = Entries()
    try:
        read_entries(fetched.content, ctx.settings.timezone, entries, private=ctx.settings.private)
    except NoCalendar as wrong:
        said = f"{shown(url)} {wrong}"
        if was_one or "breaks off" in said:
            raise SourceUnavailable(f"{said}; the next run reads it again") from wrong
        raise ConfigError(
            f"{said}; give the address that ends in .ics, which calendars offer as iCal or for"
            " subscribing"
        ) from wrong
    return Found(url, entries, fetched.validators)


def _on_disk(settings: Settings, known: Validators | None, *, had_some: bool) -> Found | None:
    files = local_files(str(settings.path))
    if not files and had_some:
        raise SourceUnavailable(
            f'there is no .ics file in "{settings.path}", though there were some; put them back, or'
            " take the source out of plugins.toml"
        )
    stamps = []
    for file in files:
        about = file.stat()
        stamps.append((str(file), about.st_size, about.st_mtime_ns))
    made = Validators(crc=crc32(repr(stamps).encode()))
    if known and known.crc == made.crc:
        return None
    found = Found(ON_DISK, Entries(), made)
    for file in files:
        try:
            read_entries(
                file.read_bytes(), settings.timezone, found.entries, private=settings.private
            )
        except (NoCalendar, OSError) as wrong:
            why = f"cannot be opened ({wrong.strerror})" if isinstance(wrong, OSError) else wrong
            found.entries.refuse(file.name, f"{file.name} {why}")
            found.is_whole, found.validators = False, Validators()
    return found


def local_files(path: str) -> list[Path]:
    """The .ics files at a path: itself, in a folder and below, or by a pattern.

    Raises ConfigError when there is nothing.
    """
    place = Path(path)
    if place.is_file():
        return [place]
    if place.is_dir():
        return sorted(_calendars_in(place))
    found = sorted(Path(name) for name in glob(path, recursive=True) if Path(name).is_file())  # noqa: PTH207 - an absolute pattern
    if not found:
        raise ConfigError(f'there is no file at "{path}"; correct path of this source')
    return found


def _calendars_in(folder: Path) -> Iterator[Path]:
    for file in folder.rglob("*"):
        if file.suffix.lower() in (".ics", ".ical", ".icalendar") and file.is_file():
            yield file
