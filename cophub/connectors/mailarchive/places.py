"""Where an archive's files are on disk, in the order in which they were filled."""

import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from glob import glob
from pathlib import Path
from typing import IO

from cophub import ConfigError
from cophub.connectors.mail.cursor import FileState
from cophub.connectors.mail.files import Change, compare, unchanged

_MONTHS = ("january", "february", "march", "april", "may", "june", "july", "august", "september",
           "october", "november", "december")  # fmt: skip
# Files that mail programs keep beside their mail.
_NOT_MAIL = re.compile(
    r"^(?:dovecot.*|maildirfolder|maildirsize|subscriptions|courierimap.*|.*\.msf|\..*|.*\.(?:lock|tmp))$",
    re.IGNORECASE,
)


@dataclass(slots=True)
class LocalFile:
    """A file on disk."""

    name: str
    path: Path
    is_maildir: bool = False
    """Its message never changes once it is there, though its name does."""

    def open(self) -> IO[bytes]:
        """The file, open for reading."""
        return self.path.open("rb")

    def look(self, known: FileState | None, number: int) -> Change | FileState:
        """Compares size and times first, and opens the file only when those differ."""
        if known is not None and self.is_maildir and not known.done:
            return known
        found = self.path.stat()
        stamp = [found.st_size, found.st_mtime_ns, found.st_ctime_ns]
        if known is not None and known.stamp == stamp:
            return unchanged(known)
        with self.open() as file:
            return compare(file, stamp, known, number)


def local_files(path: str) -> list[LocalFile]:
    """The files that the setting `path` names, oldest period first.

    Raises ConfigError when there are none. Hidden files, and what mail programs keep beside their
    mail, are left out.
    """
    root = Path(path).expanduser()
    if root.is_dir():
        files = list(_in_folder(root, ""))
    elif root.exists():
        files = [LocalFile(root.name, root)]
    else:
        files = list(_in_glob(str(root)))
    if not files and not root.is_dir():
        raise ConfigError(
            f'no file is at path "{path}"; correct it in plugins.toml, or let the archive be'
            " written there first"
        )
    return sorted(files, key=lambda file: reading_order(file.name))


def _in_glob(pattern: str) -> Iterator[LocalFile]:
    for found in sorted(glob(pattern, recursive=True)):  # noqa: PTH207 - Path.glob takes no absolute ones
        path = Path(found)
        if path.is_dir():
            # With "**" the files in a folder are found by themselves.
            yield from () if "**" in pattern else _in_folder(path, f"{path.name}/")
        elif path.is_file():
            yield LocalFile(found, path)


def _in_folder(folder: Path, prefix: str) -> Iterator[LocalFile]:
    """The files under a folder; a maildir in it is read as one."""
    try:
        entries = sorted(os.scandir(folder), key=lambda entry: entry.name)
    except OSError:
        # Named by `check`; a folder that cannot be listed must not hide the others.
        yield LocalFile(prefix or folder.name, folder)
        return
    names = {entry.name for entry in entries if entry.is_dir()}
    is_maildir = {"cur", "new"} <= names
    for entry in entries:
        path = Path(entry.path)
        if is_maildir and entry.name in ("cur", "new", "tmp"):
            yield from _in_maildir(path, prefix) if entry.name != "tmp" else ()
        elif entry.is_dir():
            # Maildir keeps its folders under names with a dot.
            if is_maildir or not entry.name.startswith("."):
                yield from _in_folder(path, f"{prefix}{entry.name}/")
        elif entry.is_file() and not _NOT_MAIL.match(entry.name):
            yield LocalFile(f"{prefix}{entry.name}", path)


def _in_maildir(folder: Path, prefix: str) -> Iterator[LocalFile]:
    """The messages of a maildir, by the part of their names that never changes."""
    for entry in os.scandir(folder):
        if entry.is_file() and not entry.name.startswith("."):
            unique = re.split(r"[:;!]2,", entry.name)[0]
            yield LocalFile(f"{prefix}{unique}", Path(entry.path), is_maildir=True)


def reading_order(name: str) -> tuple[str, date, list[tuple[int, str]]]:
    """Sorts files as they were filled: by the period in their names, then by number and letter."""
    folder, _, last = name.rpartition("/")
    parts = [(int(p), "") if p.isdigit() else (-1, p) for p in re.split(r"(\d+)", last.lower())]
    found = period(last)
    return folder, found[0] if found else date.max, parts


def period(name: str) -> tuple[date, date] | None:
    """First and last day of the period that an archive's file is named after; None for none.

    Known are pipermail's: 2019, 2019q2, 2019-April, Week-of-Mon-20190401, 20190401; and those of
    LISTSERV's notebooks: LOG1904 is a month, LOG1904C the third week of it.
    """
    text = name.lower()
    if found := re.search(r"\blog(\d\d)(0[1-9]|1[0-2])([a-e])?(?![a-z0-9])", text):
        return _notebook(int(found[1]), int(found[2]), found[3])
    if found := re.search(r"(?<!\d)(\d{4})(\d\d)(\d\d)(?!\d)", text):
        first = _day(int(found[1]), int(found[2]), int(found[3]))
        length = 6 if "week" in text else 0
        return (first, first + timedelta(days=length)) if first else None
    if not (
        found := re.search(r"(?<!\d)((?:19|20)\d\d)(?:-?q([1-4])|-([a-z]+|\d\d?))?(?!\d)", text)
    ):
        return None
    year, quarter, month = int(found[1]), found[2], found[3] or ""
    if quarter:
        return _months(year, int(quarter) * 3 - 2, 3)
    if month.isdigit() and 1 <= int(month) <= 12:
        return _months(year, int(month), 1)
    if month in _MONTHS:
        return _months(year, _MONTHS.index(month) + 1, 1)
    return _months(year, 1, 12)


def _notebook(year: int, month: int, week: str | None) -> tuple[date, date]:
    """First and last day of a LISTSERV notebook; a list server is no older than 1986."""
    first, last = _months(year + (1900 if year >= 80 else 2000), month, 1)
    if week is None:
        return first, last
    begin = first + timedelta(days=7 * "abcde".index(week))
    return begin, min(begin + timedelta(days=6), last)


def _months(year: int, month: int, count: int) -> tuple[date, date]:
    after = year * 12 + month - 1 + count
    return date(year, month, 1), date(after // 12, after % 12 + 1, 1) - timedelta(days=1)


def _day(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None
