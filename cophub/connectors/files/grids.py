"""A file as sheets of numbered rows, whatever it was written by.

What a file is shows in its bytes: exports carry wrong endings, and some "Excel" files are web
pages or tables of text.
"""

import codecs
import csv
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

from cophub.connectors.files.bounds import UnreadableError, see_that_it_fits
from cophub.connectors.files.settings import Settings

Line = tuple[int, list[Any]]
"""A row's number as Excel shows it, and its cells."""
_BLOCK = 1 << 20
_SAMPLE = 1 << 18
_BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"), (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)  # fmt: skip
_WESTERN = frozenset("áàâäãåæçéèêëíìîïñóòôöõøœšúùûüýÿžßÁÀÂÄÃÅÆÇÉÈÊËÍÌÎÏÑÓÒÔÖÕØŒŠÚÙÛÜÝŽ"
                     "‘’“”–—…«»°ºª·€£§©®¿¡´•™\u00a0")  # fmt: skip
_LIKELY = ["cp1252", "cp1250", "cp1251", "cp1253", "cp1254", "cp1256", "koi8_r", "mac_roman",
           "shift_jis", "gb18030", "big5", "euc_kr"]  # fmt: skip
_LONGEST = 2_000
"""Lines of text that one row may go over."""


@dataclass
class Grid:
    """One sheet: `lines` gives its rows from the first, as often as it is called."""

    name: str | None
    lines: Callable[[], Iterator[Line]]
    notes: list[str] = field(default_factory=list)
    """What was assumed in reading it."""


def grids(path: Path, settings: Settings) -> Iterator[Grid]:
    """The visible sheets of a file, one of which is a text file's whole.

    Raises UnreadableError for what is no table, and OSError.
    """
    with path.open("rb") as file:
        head = file.read(1024)
    if head[:4] == b"PK\x03\x04":
        see_that_it_fits(path, settings.max_unpacked_mb << 20)
        yield from _workbook(path, settings)
    elif head[:8] == b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1":
        yield from _workbook(path, settings)
    else:
        _see_that_it_is_text(path, head, settings)
        yield _text(path, settings)


def _see_that_it_is_text(path: Path, head: bytes, settings: Settings) -> None:
    if path.stat().st_size > settings.max_unpacked_mb << 20:
        raise UnreadableError(
            f"it has more than {settings.max_unpacked_mb} MB; set max_unpacked_mb higher"
        )
    start = head.lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if start.startswith((b"<!doctype", b"<html", b"<table", b"<?xml", b"<head", b"<meta")):
        raise UnreadableError(
            "it is a web page, whatever its name says: open it with Excel and save it as .xlsx"
        )
    for sign, what in ((b"%pdf", "a PDF"), (b"{\\rtf", "a text document"), (b"\x1f\x8b", "packed")):
        if start.startswith(sign):
            raise UnreadableError(f"it is {what}, no table: export it as CSV or .xlsx")


# --- Workbooks ---


def _workbook(path: Path, settings: Settings) -> Iterator[Grid]:
    from python_calamine import CalamineWorkbook, PasswordError

    try:
        book = CalamineWorkbook.from_path(str(path))
    except PasswordError as error:
        raise UnreadableError("it has a password: save it without one") from error
    except Exception as error:
        raise UnreadableError("it is no workbook that can be read: save it as .xlsx") from error
    with book:
        for name in _chosen(book, settings.sheet):
            try:
                rows = [
                    [None if cell == "" else cell for cell in row]
                    for row in book.get_sheet_by_name(name).iter_rows()
                ]
            except Exception as error:
                raise UnreadableError(f'its sheet "{name}" cannot be read') from error
            yield Grid(name, partial(enumerate, rows, 1))


def _chosen(book: Any, wanted: int | str | None) -> list[str]:
    """The sheets to look at: those that are shown, or the one that the settings name."""
    metadata = [one for one in book.sheets_metadata if str(one.typ).endswith("WorkSheet")]
    everything = [one.name for one in metadata]
    if wanted is None or wanted == "*":
        return [one.name for one in metadata if str(one.visible).endswith(".Visible")]
    if isinstance(wanted, int):
        if not 1 <= wanted <= len(everything):
            raise UnreadableError(f"it has no sheet {wanted}, but {len(everything)} sheets")
        return [everything[wanted - 1]]
    found = [name for name in everything if name.strip().casefold() == wanted.strip().casefold()]
    if not found:
        raise UnreadableError(f'it has no sheet "{wanted}"; it has {", ".join(everything)}')
    return found


# --- Text ---


def _text(path: Path, settings: Settings) -> Grid:
    encoding, notes = settings.encoding or "", []
    if not encoding:
        encoding, certain = encoding_of(path)
        if not certain:
            notes.append(f"read as {encoding}, which its letters look like (else set encoding)")
    # What was guessed of a character set may miss a letter; what somebody set is held to.
    errors = "strict" if settings.encoding else "replace"
    with path.open(encoding=encoding, errors=errors, newline="") as file:
        try:
            sample = file.read(_SAMPLE)
        except UnicodeError as error:
            raise _not_in(encoding) from error
    declared = sample[:6].lower().startswith("sep=") and len(sample) > 4
    delimiter = settings.delimiter or (sample[4] if declared else delimiter_of(sample))

    def lines() -> Iterator[Line]:
        with path.open(encoding=encoding, errors=errors, newline="") as file:
            if declared:
                file.readline()  # Excel obeys this line and does not show it
            try:
                yield from _rows(csv.reader(file, delimiter=delimiter))
            except UnicodeError as error:
                raise _not_in(encoding) from error

    return Grid(None, lines, notes)


def _not_in(encoding: str) -> UnreadableError:
    return UnreadableError(f"it is not in {encoding}; correct encoding, or leave it out")


def _rows(reader: Any) -> Iterator[Line]:
    csv.field_size_limit(1 << 24)
    number, line = 0, 0
    while True:
        try:
            cells = next(reader, None)
        except csv.Error as error:
            raise UnreadableError(f"row {number + 1} is no row of a table ({error})") from error
        if cells is None:
            return
        number += 1
        if reader.line_num - line > _LONGEST:
            raise UnreadableError(
                f"row {number} goes over {reader.line_num - line} lines: a quotation mark is opened"
                " there and not closed"
            )
        line = reader.line_num
        yield number, cells


def encoding_of(path: Path) -> tuple[str, bool]:
    """The character set of a file, and whether that is certain."""
    with path.open("rb") as file:
        sample = file.read(_SAMPLE)
        for bom, name in _BOMS:
            if sample.startswith(bom):
                return name, True
        if b"\x00" in sample:
            odd = sample[1::2].count(0) > sample[0::2].count(0)
            return ("utf-16-le" if odd else "utf-16-be"), True
        decoder = codecs.getincrementaldecoder("utf-8")()
        high, block = b"", sample
        is_utf8 = True
        while block:
            if is_utf8:
                try:
                    decoder.decode(block)
                except UnicodeDecodeError:
                    is_utf8 = False
            if len(high) < _SAMPLE and not block.isascii():
                high += b"\n".join(one for one in block.split(b"\n") if not one.isascii())
            block = file.read(_BLOCK)
    return ("utf-8", True) if is_utf8 else (_eight_bits(high[:_SAMPLE]), False)


def _eight_bits(high: bytes) -> str:
    """The likeliest set of a text of bytes: that of Western Europe where all its letters fit."""
    beyond = {c for c in high.decode("cp1252", "replace") if ord(c) > 127}
    if beyond <= _WESTERN:
        return "windows-1252"
    from charset_normalizer import from_bytes

    best = from_bytes(high, cp_isolation=_LIKELY).best()
    return best.encoding if best else "windows-1252"


def delimiter_of(sample: str) -> str:
    """What stands between the cells: what makes the most rows equally wide."""
    best, most = ",", 0.0
    lines = sample.splitlines(keepends=True)
    lines = lines[: -1 if len(lines) > 1 and len(sample) >= _SAMPLE // 2 else None][:200]
    for delimiter in (",", ";", "\t", "|"):
        try:
            widths = [len(row) for row in csv.reader(lines, delimiter=delimiter) if any(row)]
        except csv.Error:
            continue
        wide = [width for width in widths if width > 1]
        if not wide:
            continue
        usual = max(set(wide), key=lambda width: (wide.count(width), width))
        score = wide.count(usual) / len(widths) * min(usual, 8) ** 0.5
        if score > most:
            best, most = delimiter, score
    return best


__all__ = ["Grid", "Line", "UnreadableError", "delimiter_of", "encoding_of", "grids"]
