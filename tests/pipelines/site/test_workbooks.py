"""Workbooks to hand in: whole, numbers as numbers, and no text that a sheet would run."""

import io
import zipfile
from dataclasses import replace

from python_calamine import CalamineWorkbook

from cophub.pipelines.site.audiences import AUDIENCES
from cophub.pipelines.site.tables import TABLES, names
from cophub.pipelines.site.workbooks import QUARTER_BOOK, quarter_book, workbooks


def sheets(content):
    book = CalamineWorkbook.from_filelike(io.BytesIO(content))
    return {name: book.get_sheet_by_name(name).to_python() for name in book.sheet_names}


def test_every_table_is_a_workbook_with_the_rows_of_its_csv(books, files, invented):
    assert books.keys() == {f"data/{name}.xlsx" for name in names(invented)} | {QUARTER_BOOK}
    for name, (header, rows) in ((name, TABLES[name]) for name in names(invented)):
        found = sheets(books[f"data/{name}.xlsx"])[name]
        assert tuple(found[0]) == header
        assert len(found) == 1 + len(list(rows(invented)))


def test_the_quarter_table_tells_the_quarter_that_ended_beside_the_one_before(books):
    found = sheets(books[QUARTER_BOOK])
    assert list(found) == ["Q4 2025", "All quarters", "Definitions", "Notes", "Freshness"]
    head, first, *rows = found["Q4 2025"]
    assert head[:5] == ["Community", "Measure", "Unit", "Q4 2025", "Quarter before"]
    assert first[:4] == ["All communities", "Attendees", "persons", 214.0]
    assert {row[0] for row in rows} >= {"Peatland Restoration", "Land Rights Exchange"}
    assert found["All quarters"][0][3:] == ["Q1 2026", "Q4 2025", "Q3 2025", "Q2 2025", "Q1 2025"]


def test_the_quarter_table_carries_definitions_notes_and_freshness(books):
    found = sheets(books[QUARTER_BOOK])
    assert "5 minutes" in dict(row[:2] for row in found["Definitions"])["Attendees"]
    notes = [row[0] for row in found["Notes"]]
    assert "Made 14 Mar 2026, 05:30 (Europe/Zurich) by cophub." in notes
    assert "Q1 2026 is not over: as of 14 Mar 2026." in notes
    assert [row[0] for row in found["Freshness"]] == ["Source", "newsletter", "calls"]


def test_a_hidden_figure_is_a_text_with_its_reason(books):
    rows = [row for row in sheets(books[QUARTER_BOOK])["Q4 2025"] if row[0].startswith("Peatland")]
    attendees = next(row for row in rows if row[1] == "Attendees")
    assert attendees[3] == "<5"
    assert "fewer than 5" in attendees[7]


def test_facilitators_are_told_not_to_pass_it_on(invented):
    content = quarter_book(replace(invented, audience=AUDIENCES["facilitators"]))
    assert any("Do not pass it on" in row[0] for row in sheets(content)["Notes"])


def test_no_text_becomes_a_formula_or_a_link(invented):
    formula = '=HYPERLINK("https://example.org","x")'
    hostile = replace(invented.communities[0], title=formula, domain="@SUM(1)")
    site = replace(invented, communities=(hostile,))
    for each in workbooks(site):
        with zipfile.ZipFile(io.BytesIO(each.content)) as book:
            for name in book.namelist():
                if name.startswith("xl/worksheets"):
                    assert b"<f>" not in book.read(name), each.path
                    assert b"<hyperlink" not in book.read(name), each.path
    assert sheets(quarter_book(site))["Q4 2025"][-1][0] == formula


def test_an_empty_hub_has_a_workbook_too(invented):
    site = replace(invented, communities=(), quarters=(), sources=())
    assert list(sheets(quarter_book(site))) == ["Definitions", "Notes", "Freshness"]


def test_the_same_site_makes_the_same_bytes(invented, books):
    assert {str(each.path): each.content for each in workbooks(invented)} == books
