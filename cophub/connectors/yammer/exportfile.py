"""One ZIP file of a Network Data Export: looked over before anything is unpacked, then read by row.

Nothing is ever unpacked to disk, and only the few CSV files that hold people, groups and messages
are unpacked at all. What the central directory of the ZIP says is enough to refuse a bomb.

Source: Network Data Export, `Users.csv`, `Groups.csv`, `Messages.csv`, `MessageVersions.csv` and
`log.txt`; external networks are folders with files of the same names.
"""

import csv
import io
import re
import struct
import zipfile
import zlib
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import IO, Self

from xxhash import xxh3_64_hexdigest

from cophub import SourceUnavailable

MAX_ENTRIES = 500_000
MAX_UNPACKED = 64 << 30
"""Bytes that the files we read may have together."""
MAX_RATIO = 200.0
"""CSV packs to a tenth or less; deflate can go to a thousandth, which no real export does."""
SMALL = 1 << 20
"""A file up to this size may pack as well as it likes: 1 MB of the same word is no danger."""
MAX_DEPTH = 8
LONGEST_FIELD = 1 << 26
WANTED = ("users.csv", "groups.csv", "messages.csv", "messageversions.csv", "networks.csv")
_PACKED = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
_END, _END_SIZE = b"PK\x05\x06", 22
_END64_PLACE, _END64_PLACE_SIZE = b"PK\x06\x07", 20
_TROUBLE = re.compile(
    r"\b(?:errors?|fail(?:ed|ure|ures)?|exceptions?|incomplete|timed?[ -]?out|aborted|"
    r"could not|unable|truncated|missing|skipped)\b",
    re.IGNORECASE,
)
_NO_TROUBLE = re.compile(
    r"\b(?:0|no|without(?: any)?)\s+(?:errors?|failures?|exceptions?)\b"
    r"|\b(?:errors?|failures?|exceptions?|failed|skipped|missing)\s*[:=]\s*(?:0|none|no)\s*$",
    re.IGNORECASE,
)


class BadExport(SourceUnavailable):
    """The file is no export that can be read; the message is one line that says why."""


@dataclass(frozen=True)
class Row:
    """One line of a CSV file: values by the name of their column, and where it was."""

    values: dict[str, str]
    folder: str
    """The folder of an external network, or "" for the home network."""

    def get(self, *names: str) -> str:
        """The first of the columns that is there and filled in, or ""."""
        for name in names:
            value = self.values.get(name)
            if value and value.strip().lower() != "null":
                return value
        return ""

    def true(self, name: str) -> bool:
        """Whether a column says yes."""
        return self.get(name).strip().lower() in ("true", "t", "yes", "1")


@dataclass
class ExportFile:
    """An export that was looked over and found safe to read. Close it, or use it with `with`.

    Raises BadExport when made, for whatever is wrong with the file as a whole.
    """

    file: IO[bytes]
    name: str
    """What messages call it."""
    digest: str = ""
    """Of the file's directory, which holds the checksums of all that is in it."""
    _zip: zipfile.ZipFile = field(init=False)
    _wanted: list[zipfile.ZipInfo] = field(init=False)

    def __post_init__(self) -> None:
        self.digest = _look_at_end(self.file, self.name)
        try:
            self._zip = zipfile.ZipFile(self.file)
        except (zipfile.BadZipFile, ValueError, OSError, NotImplementedError) as error:
            raise BadExport(_cut_off(self.name)) from error
        self._wanted = _look_over(self._zip.infolist(), self.name, _size(self.file))

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        at: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close the file."""
        self._zip.close()
        self.file.close()

    @property
    def made_at(self) -> datetime:
        """When the export was made, by the clock of who packed it; the oldest date for unknown."""
        newest = max(
            (info.date_time for info in self._zip.infolist()), default=(1980, 1, 1, 0, 0, 0)
        )
        try:
            return datetime(*newest, tzinfo=UTC)
        except ValueError:
            return datetime(1980, 1, 1, tzinfo=UTC)

    @property
    def csv_files(self) -> set[str]:
        """The names of the CSV files that are there, in lower case, without folders."""
        return {_base(info.filename) for info in self._wanted if info.filename.endswith("csv")}

    def troubles(self) -> list[str]:
        """What `log.txt` says went wrong: an export that was answered 200 may be incomplete."""
        found: list[str] = []
        for info in self._wanted:
            if _base(info.filename) == "log.txt":
                text = self._read(info).decode("utf-8-sig", "replace")
                found += [" ".join(line.split()) for line in text.splitlines() if _troubled(line)]
        return found

    @property
    def has_log(self) -> bool:
        """Whether there is a `log.txt`: an export that ended has one."""
        return any(_base(info.filename) == "log.txt" for info in self._wanted)

    def rows(self, name: str, *columns: str) -> Iterator[Row]:
        """Every row of the CSV files called `name`, the home network's first.

        Raises BadExport when one has not got `columns`, or is damaged inside.
        """
        for info in self._wanted:
            if _base(info.filename) == name.lower():
                yield from self._rows_of(info, columns)

    def _rows_of(self, info: zipfile.ZipInfo, columns: tuple[str, ...]) -> Iterator[Row]:
        folder = info.filename.rpartition("/")[0]
        csv.field_size_limit(max(LONGEST_FIELD, csv.field_size_limit()))
        where = f"{self.name}: {info.filename}"
        try:
            with self._zip.open(info) as raw:
                lines = io.TextIOWrapper(raw, "utf-8-sig", errors="replace", newline="")
                reader = csv.DictReader(lines)
                reader.fieldnames = _names(reader.fieldnames)
                _require(columns, reader.fieldnames, where)
                for values in reader:
                    # A line that is too long has its rest under None.
                    yield Row({k: v or "" for k, v in values.items() if k is not None}, folder)
        except (zipfile.BadZipFile, zlib.error, EOFError, csv.Error, OSError) as error:
            raise BadExport(f"{where} is damaged ({error}); download the export again") from error

    def _read(self, info: zipfile.ZipInfo) -> bytes:
        try:
            with self._zip.open(info) as raw:
                return raw.read(1 << 24)
        except (zipfile.BadZipFile, zlib.error, EOFError, OSError) as error:
            raise BadExport(
                f"{self.name}: {info.filename} is damaged ({error}); download the export again"
            ) from error


def open_export(path: Path) -> ExportFile:
    """The export in a file on disk. Raises BadExport."""
    try:
        file = path.open("rb")
    except OSError as error:
        raise BadExport(
            f"{path.name} cannot be opened ({error.strerror}); check its rights"
        ) from error
    try:
        return ExportFile(file, path.name)
    except BaseException:
        file.close()
        raise


def _look_at_end(file: IO[bytes], name: str) -> str:
    """Count the entries before they are listed; returns the digest of the directory."""
    size = _size(file)
    if size == 0:
        raise BadExport(f"{name} is empty; download the export again")
    start = max(0, size - _END_SIZE - (1 << 16))
    file.seek(start)
    tail = file.read()
    at = tail.rfind(_END)
    if at < 0 or len(tail) - at < _END_SIZE:
        file.seek(0)
        raise BadExport(_cut_off(name) if file.read(2) == b"PK" else _no_zip(name))
    entries, length, offset = struct.unpack("<HLL", tail[at + 10 : at + 20])
    if entries == 0xFFFF or offset == 0xFFFFFFFF:
        entries, length, offset = _end64(file, start + at, (entries, length, offset))
    if entries > MAX_ENTRIES:
        raise BadExport(
            f"{name} holds {entries:,} files, more than {MAX_ENTRIES:,}: it was not opened; export"
            " shorter periods, and without attachments"
        )
    file.seek(min(offset, size))
    digest = xxh3_64_hexdigest(file.read(min(length, size)))
    file.seek(0)
    return digest


def _end64(file: IO[bytes], end: int, small: tuple[int, int, int]) -> tuple[int, int, int]:
    """Entries, length and place of the directory of a large ZIP."""
    file.seek(max(0, end - _END64_PLACE_SIZE))
    place = file.read(_END64_PLACE_SIZE)
    if not place.startswith(_END64_PLACE):
        return small
    file.seek(struct.unpack("<Q", place[8:16])[0])
    record = file.read(56)
    if len(record) < 56:
        return small
    entries, length, offset = struct.unpack("<QQQ", record[32:56])
    return entries, length, offset


def _look_over(infos: list[zipfile.ZipInfo], name: str, size: int) -> list[zipfile.ZipInfo]:
    """The entries to be read; raises BadExport when any of all entries is not to be trusted."""
    for info in infos:
        _look_at_name(info.filename, name)
    wanted = [info for info in infos if _base(info.filename) in (*WANTED, "log.txt")]
    if not any(_base(info.filename) in WANTED[:3] for info in wanted):
        raise BadExport(
            f"{name} has no Users.csv, Groups.csv or Messages.csv; is it a Network Data Export?"
        )
    doubled = [n for n, times in Counter(info.filename for info in wanted).items() if times > 1]
    if doubled:
        raise BadExport(f"{name} holds {doubled[0]} twice; it was not read, download it again")
    for info in wanted:
        _look_at_entry(info, name)
    unpacked = sum(info.file_size for info in wanted)
    if unpacked > MAX_UNPACKED:
        raise BadExport(
            f"{name} would unpack to {unpacked >> 30} GB, more than {MAX_UNPACKED >> 30} GB: it was"
            " not opened; export shorter periods"
        )
    if sum(info.compress_size for info in infos) > size:
        raise BadExport(f"{name} holds files that overlap, which is a bomb: it was not opened")
    return sorted(wanted, key=lambda info: (info.filename.count("/"), info.filename))


def _look_at_name(entry: str, name: str) -> None:
    parts = entry.replace("\\", "/").split("/")
    if ".." in parts or entry.startswith(("/", "\\")) or re.match(r"[A-Za-z]:", entry):
        raise BadExport(
            f"{name} holds a file name that leads out of it ({entry[:60]!r}): it was not opened"
        )
    if len(parts) > MAX_DEPTH:
        raise BadExport(
            f"{name} holds folders nested {len(parts) - 1} deep ({entry[:60]!r}...): it was not"
            " opened"
        )


def _look_at_entry(info: zipfile.ZipInfo, name: str) -> None:
    where = f"{name}: {info.filename}"
    if info.flag_bits & 0x1:
        raise BadExport(f"{where} is encrypted; put the export there as it was downloaded")
    if info.compress_type not in _PACKED:
        raise BadExport(
            f"{where} is packed in a way that no export is (method {info.compress_type})"
        )
    if info.file_size > SMALL and info.file_size > MAX_RATIO * max(info.compress_size, 1):
        raise BadExport(
            f"{where} would unpack to {info.file_size / max(info.compress_size, 1):,.0f} times its"
            f" size, more than {MAX_RATIO:.0f}: it was not opened"
        )


def _names(columns: Sequence[str] | None) -> list[str]:
    """The names of columns as we write them: whatever their case, blanks and quotes."""
    return [name.strip().strip('"').lower().replace(" ", "_") for name in columns or ()]


def _require(columns: tuple[str, ...], names: list[str], where: str) -> None:
    missing = [name for name in columns if name not in names]
    if missing:
        raise BadExport(f'{where} has no column "{missing[0]}"; was it changed after the export?')


def _troubled(line: str) -> bool:
    return bool(_TROUBLE.search(line)) and not _NO_TROUBLE.search(line)


def _base(entry: str) -> str:
    return entry.rpartition("/")[2].lower()


def _size(file: IO[bytes]) -> int:
    file.seek(0, io.SEEK_END)
    return file.tell()


def _cut_off(name: str) -> str:
    return f"{name} is cut off: the end of the ZIP is missing or damaged; download the export again"


def _no_zip(name: str) -> str:
    return f"{name} is no ZIP file; put the export there as it was downloaded"
