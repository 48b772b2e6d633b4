"""The quarter table as a file: CSV for programs, XLSX and HTML to hand in."""

import csv
import io
from typing import IO, Any

from cophub.hub.answers import MeasureRow, QuarterReport
from cophub.warehouse.plain import safe_cell

_FIELDS = (
    "community", "title", "quarter", "measure", "label", "value", "unit", "previous", "difference",
    "percent", "absent", "note", "definition", "sources", "observed_at",
)  # fmt: skip
_PAGE = "quarter.html"


def quarter_csv(report: QuarterReport, out: IO[bytes]) -> None:
    """A line per community and measure."""
    text = io.TextIOWrapper(out, encoding="utf-8", newline="", write_through=True)
    writer = csv.writer(text)
    writer.writerow(_fields(report))
    for values in _figures(report):
        writer.writerow([safe_cell(value) for value in values])
    text.flush()
    text.detach()


def quarter_xlsx(report: QuarterReport, out: IO[bytes]) -> None:
    """A workbook of a past day: the table, every figure, and the definitions, in English.

    Of what is published the site makes a better one.
    """
    import xlsxwriter

    options = {"strings_to_formulas": False, "strings_to_urls": False, "in_memory": True}
    book = xlsxwriter.Workbook(out, options)
    _table_sheet(book, report)
    _plain_sheet(book, "Figures", [_fields(report), *_figures(report)])
    words = {row.label: row.definition for row in report.rows}
    _plain_sheet(book, "Definitions", [["measure", "definition"], *map(list, words.items())])
    book.close()


def _table_sheet(book: Any, report: QuarterReport) -> None:
    sheet = book.add_worksheet(report.quarter)
    bold = book.add_format({"bold": True, "text_wrap": True, "valign": "top", "bottom": 1})
    whole = book.add_format({"num_format": "#,##0"})
    percent = book.add_format({"num_format": '0.0" %"'})
    grey = book.add_format({"font_color": "#767676"})
    sheet.freeze_panes(1, 1)
    sheet.set_column(0, 0, 34)
    sheet.set_column(1, 2 * len(report.communities), 14)
    sheet.write_string(0, 0, report.title, bold)
    if report.caveat:
        sheet.write_string(len(report.measures) + 2, 0, report.caveat)
    for place, (_, title) in enumerate(report.communities):
        sheet.write_string(0, 1 + 2 * place, title, bold)
        sheet.write_string(0, 2 + 2 * place, "change", bold)
    for line, (measure, label, unit) in enumerate(report.measures, 1):
        sheet.write_string(line, 0, label)
        for place, (key, _) in enumerate(report.communities):
            row = report.cell(key, measure)
            form = percent if unit == "%" else whole
            if row is None or row.value is None:
                sheet.write_string(line, 1 + 2 * place, "–", grey)
                if row is not None and row.absent:
                    sheet.write_comment(line, 1 + 2 * place, row.absent)
                continue
            sheet.write_number(line, 1 + 2 * place, row.value, form)
            if report.as_of and row.note:
                sheet.write_comment(line, 1 + 2 * place, row.note)
            if row.difference is not None:
                sheet.write_number(line, 2 + 2 * place, row.difference, form)


def _plain_sheet(book: Any, name: str, rows: list[list[Any]]) -> None:
    sheet = book.add_worksheet(name)
    sheet.freeze_panes(1, 0)
    for line, values in enumerate(rows):
        sheet.write_row(line, 0, ["" if value is None else value for value in values])
    sheet.autofit()


def quarter_html(report: QuarterReport, out: IO[bytes]) -> None:
    """One page that needs nothing else."""
    from jinja2 import Environment, PackageLoader

    page = Environment(loader=PackageLoader("cophub.hub", ""), autoescape=True).get_template(_PAGE)
    definitions = {row.label: row.definition for row in report.rows}
    text = page.render(report=report, number=number, change=change, definitions=definitions)
    out.write(text.encode())


def number(value: float, unit: str = "") -> str:
    """`1,204`, `27.5 %`."""
    text = f"{value:,.1f}" if unit == "%" or value != int(value) else f"{int(value):,}"
    return f"{text} %" if unit == "%" else text


def change(row: MeasureRow, unit: str) -> str:
    """`+12`, `−3`: the difference to the quarter before; of per cents in points."""
    difference = round(row.difference or 0.0, 1)
    sign = "+" if difference > 0 else "−" if difference else "±"
    return f"{sign}{number(abs(difference))}" + (" points" if unit == "%" else "")


def _fields(report: QuarterReport) -> list[str]:
    """The day stands in a column of its own where one was asked for."""
    return [*_FIELDS, *(["as_of"] if report.as_of else [])]


def _figures(report: QuarterReport) -> list[list[Any]]:
    titles = dict(report.communities)
    return [
        [
            row.community,
            titles.get(row.community, ""),
            report.quarter,
            *(getattr(row, name) for name in _FIELDS[3:13]),
            ", ".join(row.sources),
            row.observed_at.isoformat() if row.observed_at else "",
            *([report.as_of] if report.as_of else []),
        ]
        for row in report.rows
    ]
