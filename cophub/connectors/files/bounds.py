"""What a packed workbook would unpack to, found out before anything unpacks it whole."""

import re
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import IO
from zipfile import BadZipFile, ZipFile, ZipInfo

_BLOCK = 1 << 18
_MOST_MEMBERS = 10_000
_MOST_CELLS = 20_000_000
"""Cells between the first and the last that are filled: a lone one far away takes as much memory
as all those between."""
_PLACE = re.compile(rb'<(?:\w+:)?c [^>]*?r="([A-Z]{1,3})(\d{1,7})"')
_TAG = re.compile(rb"<(?:\w+:)?(table-row|table-cell|covered-table-cell)\b([^>]*)>")
_TIMES = re.compile(rb'number-(?:rows|columns)-repeated="(\d{1,9})"')
_FILLED = b"value"
"""What the tag of a filled cell of an OpenDocument sheet has among its attributes."""


class UnreadableError(ValueError):
    """A file that cannot be read; the message says why, and what to do."""


def see_that_it_fits(path: Path, most_bytes: int) -> None:
    """Raise UnreadableError for a workbook that would unpack to too much, or is not whole."""
    try:
        with ZipFile(path) as packed:
            members = packed.infolist()
    except (BadZipFile, NotImplementedError, OSError, ValueError) as error:
        raise UnreadableError("it is damaged, or not all of it is there") from error
    if len(members) > _MOST_MEMBERS:
        raise UnreadableError(f"it packs {len(members)} files, which no workbook does")
    left = most_bytes
    with path.open("rb") as file:
        for member in members:
            spread = _Spread(member.filename)
            for block in _unpacked(file, member):
                left -= len(block)
                if left < 0:
                    raise UnreadableError(
                        f"it unpacks to more than {most_bytes >> 20} MB; set max_unpacked_mb higher"
                        " if it is meant to"
                    )
                spread.see(block)


def _unpacked(file: IO[bytes], member: ZipInfo) -> Iterator[bytes]:
    """A member's bytes, as they are and not as its header says that they are."""
    read, seek = file.read, file.seek
    seek(member.header_offset)
    head = read(30)
    if len(head) < 30 or head[:4] != b"PK\x03\x04":
        raise UnreadableError("it is damaged, or not all of it is there")
    skip = int.from_bytes(head[26:28], "little") + int.from_bytes(head[28:30], "little")
    seek(member.header_offset + 30 + skip)
    inflate = zlib.decompressobj(-15) if member.compress_type == 8 else None
    left = member.compress_size
    while left > 0 and (block := read(min(left, _BLOCK))):
        left -= len(block)
        if inflate is None:
            yield block
            continue
        while block:
            try:
                yield inflate.decompress(block, _BLOCK)
            except zlib.error as error:
                raise UnreadableError("it is damaged: a part cannot be unpacked") from error
            block = inflate.unconsumed_tail


class _Spread:
    """How far apart the filled cells of one sheet lie."""

    def __init__(self, name: str) -> None:
        self._excel = name.startswith("xl/worksheets/") and name.endswith(".xml")
        self._open = name == "content.xml"
        self._rest = b""
        self._rows = [1 << 30, 0]
        self._columns = [1 << 30, 0]
        self._at = 0  # the row of an OpenDocument sheet, repeated ones counted
        self._times = 1
        self._width = 0

    def see(self, block: bytes) -> None:
        if not self._excel and not self._open:
            return
        text = self._rest + block
        # A cell that lies over the edge of two blocks is seen with the second.
        cut = text.rfind(b"<")
        self._rest = text[cut:][: 4 * _BLOCK] if cut >= 0 else b""
        if self._excel:
            self._see_places(text)
        else:
            self._see_repeats(text[:cut] if cut >= 0 else text)

    def _see_repeats(self, text: bytes) -> None:
        """Rows and cells that are told once and stand for many; empty ones at the end do not."""
        for name, attributes in _TAG.findall(text):
            found = _TIMES.search(attributes)
            times = int(found[1]) if found else 1
            if name == b"table-row":
                self._at, self._times, self._width = self._at + self._times, times, 0
                continue
            self._width += times
            if _FILLED in attributes:
                self._rows = [0, max(self._rows[1], self._at + self._times)]
                self._columns = [0, max(self._columns[1], self._width)]
        self._see_area()

    def _see_places(self, text: bytes) -> None:
        for letters, digits in _PLACE.findall(text):
            row, column = int(digits), 0
            for letter in letters:
                column = column * 26 + letter - 64
            rows, columns = self._rows, self._columns
            rows[0], rows[1] = min(rows[0], row), max(rows[1], row)
            columns[0], columns[1] = min(columns[0], column), max(columns[1], column)
        self._see_area()

    def _see_area(self) -> None:
        if not self._rows[1]:
            return
        area = (self._rows[1] - self._rows[0] + 1) * (self._columns[1] - self._columns[0] + 1)
        if area > _MOST_CELLS:
            raise UnreadableError(
                f"a cell lies far away from the others (row {self._rows[1]}); delete the rows"
                " and columns beyond the table, or save the sheet as CSV"
            )


__all__ = ["UnreadableError", "see_that_it_fits"]
