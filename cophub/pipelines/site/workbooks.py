"""Tables as XLSX: each by itself, and the quarter table as a workbook to hand in.

Every cell is written as what it is, a number or a text, so that no text is ever a formula or a
link. The same site makes the same bytes.
"""

import io
from collections.abc import Iterator, Sequence
from datetime import UTC
from typing import Any

import xlsxwriter

from cophub import Publication
from cophub.pipelines.site.formats import Cell
from cophub.pipelines.site.model import Quarter, Row, Site, shown_first
from cophub.pipelines.site.tables import TABLES, Rows, names
from cophub.pipelines.site.voices import ENGLISH, Voice

QUARTER_BOOK = "data/quarter-table.xlsx"
ALL = "All communities"
_WIDEST = 60
_LONGEST = 32_767
"""More characters than this do not fit into a cell."""


def workbooks(site: Site, voice: Voice = ENGLISH) -> Iterator[Publication]:
    """Each table below `data/`, and the quarter table with its definitions, notes and freshness."""
    for name in names(site):
        header, rows = TABLES[name]
        yield Publication(f"data/{name}.xlsx", workbook(site, name, header, rows(site)))
    yield Publication(QUARTER_BOOK, quarter_book(site, voice))


def workbook(site: Site, name: str, header: tuple[str, ...], rows: Rows) -> bytes:
    """One table as a workbook of its own."""
    book = _Book(site)
    book.sheet(name, header, [list(row) for row in rows])
    return book.content()


def quarter_book(site: Site, voice: Voice = ENGLISH, quarter: str | None = None) -> bytes:
    """A quarter, else the newest that has ended; then all, definitions, notes and freshness."""
    book = _Book(site, voice)
    everything = [
        (voice.say(ALL), site.quarters),
        *((each.title, each.quarters) for each in site.communities),
    ]
    first = shown_first(site.quarters)
    newest = quarter or (first.key if first else None)
    if newest is not None:
        _newest(book, everything, newest)
        _earlier(book, everything, [each.key for each in site.quarters])
    rows = [[each.label, each.text, each.name] for each in _definitions(site)]
    book.sheet("Definitions", ("Measure", "What is counted", "Name"), rows)
    book.sheet("Notes", ("Note",), [[note] for note in _notes(site, newest, voice)])
    _freshness(book, site)
    return book.content()


def _newest(book: "_Book", everything: Sequence[tuple[str, Sequence[Quarter]]], key: str) -> None:
    rows: list[list[Any]] = []
    for title, quarters in everything:
        found = next((each for each in quarters if each.key == key), None)
        for row in found.rows if found else ():
            rows.append([title, row.label, row.unit, row.value, row.previous, row.difference,
                         row.percent, "; ".join(filter(None, (_why(row), row.note)))])  # fmt: skip
    columns = ("Community", "Measure", "Unit", book.voice.quarter(key), "Quarter before", "Change",
               "Change in %", "Note")  # fmt: skip
    book.sheet(book.voice.quarter(key), columns, rows)


def _earlier(
    book: "_Book", everything: Sequence[tuple[str, Sequence[Quarter]]], keys: Sequence[str]
) -> None:
    rows: list[list[Any]] = []
    for title, quarters in everything:
        told = {each.key: {row.measure: row for row in each.rows} for each in quarters}
        labels = {name: row for each in told.values() for name, row in each.items()}
        for name, first in labels.items():
            cells = (told.get(key, {}).get(name) for key in keys)
            rows.append([title, first.label, first.unit, *(c.value if c else None for c in cells)])
    book.sheet(
        "All quarters", ("Community", "Measure", "Unit", *map(book.voice.quarter, keys)), rows
    )


def _why(row: Row) -> str:
    return "" if row.value.shown else row.value.note


def _definitions(site: Site) -> list[Any]:
    shown = {row.measure for each in site.quarters for row in each.rows}
    return [each for name, each in site.definitions.items() if name in shown]


def _notes(site: Site, newest: str | None, voice: Voice) -> Iterator[str]:
    made_at, zone = voice.instant(site.made_at, site.zone), site.zone.key
    yield voice.say("Made %(when)s (%(zone)s) by cophub.") % {"when": made_at, "zone": zone}
    yield voice.say(
        "People count once, however many accounts they have and communities they are in."
    )
    if site.audience.trusted:
        yield voice.say(
            "For facilitators only: figures about few people are shown. Do not pass it on."
        )
    else:
        yield voice.say("<5: a figure about fewer than 5 people, which is not published.")
        yield voice.say(
            "–: nothing that was read tells it, or it would give away a figure that is hidden."
        )
    for each in site.quarters:
        if each.running:
            text, made_on = (
                voice.say("{} is not over: as of {}."),
                voice.day(site.made_at, site.zone),
            )
            yield text.format(voice.quarter(each.key), made_on)
        if each.key == newest:
            yield from (f"{voice.quarter(each.key)}: {note}." for note in each.notes)


def _freshness(book: "_Book", site: Site) -> None:
    rows: list[list[Any]] = [
        [each.name, book.voice.instant(each.read_at, site.zone), each.state, each.native, each.kept,
         each.rejected, " ".join(each.left_out)]
        for each in site.sources
    ]  # fmt: skip
    columns = ("Source", "Last read", "State", "Vendor counts", "Kept", "Not understood",
               "Left out")  # fmt: skip
    book.sheet("Freshness", columns, rows)


class _Book:
    """A workbook in the making; its sheets print on pages of full width."""

    def __init__(self, site: Site, voice: Voice | None = None) -> None:
        self.voice = voice or ENGLISH
        self._said = voice is not None
        self._file = io.BytesIO()
        options = {
            "in_memory": True, "strings_to_formulas": False, "strings_to_urls": False,
            "strings_to_numbers": False,
        }  # fmt: skip
        self._book = xlsxwriter.Workbook(self._file, options)
        made_at = site.made_at.astimezone(UTC).replace(tzinfo=None)
        title = site.organization or site.title
        self._book.set_properties({"title": title, "author": "cophub", "created": made_at})
        self._head = self._book.add_format({"bold": True, "bottom": 1, "text_wrap": True})
        self._text = self._book.add_format({"text_wrap": True, "valign": "top"})
        self._none = self._book.add_format({"font_color": "#767676", "align": "right"})
        self._forms = {
            form: self._book.add_format({"num_format": form, "valign": "top"})
            for form in ("#,##0", "#,##0.0", '0.0" %"', "+#,##0;−#,##0;0", '+0.0" %";−0.0" %";0')
        }

    def sheet(self, name: str, header: Sequence[str], rows: Sequence[Sequence[Any]]) -> None:
        """Rows of texts, numbers and cells below a header that stays in sight."""
        if self._said:  # names of columns are the same for programs in every language
            name, header = self.voice.say(name), [*map(self.voice.say, header)]
        sheet = self._book.add_worksheet(name[:31])
        sheet.freeze_panes(1, 0)
        sheet.set_landscape()
        sheet.fit_to_pages(1, 0)
        sheet.repeat_rows(0)
        if rows:
            sheet.autofilter(0, 0, len(rows), len(header) - 1)
        for column, title in enumerate(header):
            texts = [title, *(_shown(row[column]) for row in rows[:500])]
            sheet.set_column(column, column, min(_WIDEST, max(map(len, texts)) + 2))
            sheet.write_string(0, column, title, self._head)
        for line, row in enumerate(rows, 1):
            for column, value in enumerate(row):
                self._write(sheet, line, column, value)

    def _write(self, sheet: Any, line: int, column: int, value: Any) -> None:
        if isinstance(value, Cell) and value.value is None:
            sheet.write_string(line, column, value.text, self._none)
        elif isinstance(value, Cell):
            sheet.write_number(line, column, value.value, self._forms[_form(value)])
        elif isinstance(value, int | float):
            form = "#,##0" if float(value).is_integer() else "#,##0.0"
            sheet.write_number(line, column, value, self._forms[form])
        elif value:
            sheet.write_string(line, column, str(value)[:_LONGEST], self._text)

    def content(self) -> bytes:
        """The whole file."""
        self._book.close()
        return self._file.getvalue()


def _shown(value: Any) -> str:
    return value.text if isinstance(value, Cell) else "" if value is None else str(value)


def _form(cell: Cell) -> str:
    """The number format in which a cell looks as it does on a page."""
    value = cell.value or 0
    if cell.text.endswith("%"):
        return '+0.0" %";−0.0" %";0' if cell.text[0] in "+−" else '0.0" %"'
    if cell.text[0] in "+−" and value == int(value):
        return "+#,##0;−#,##0;0"
    return "#,##0" if value == int(value) else "#,##0.0"
