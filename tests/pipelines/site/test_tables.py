"""CSV for spreadsheets: whole, plain, and never a formula."""

import csv
import io

import pytest

from cophub.pipelines.site.tables import TABLES, csv_text, names


def parsed(text):
    return list(csv.DictReader(io.StringIO(text)))


@pytest.mark.parametrize(
    "formula", ["=1+1", "+1", "-1+1", "@SUM(A1)", "\t=1", "\r=1", "  =1", "＝1", "=HYPERLINK(1)"]
)
def test_a_text_that_a_spreadsheet_would_run_gets_an_apostrophe(formula):
    assert parsed(csv_text(("title",), [(formula,)])) == [{"title": f"'{formula}"}]


def test_numbers_stay_numbers():
    text = csv_text(("a", "b", "c", "d"), [(-3.0, 27.5, -2, None)])
    assert text.splitlines()[1] == "-3,27.5,-2,"


def test_every_table_is_there_and_every_row_is_whole(files, invented):
    for name, (header, _) in ((name, TABLES[name]) for name in names(invented)):
        rows = parsed(files[f"data/{name}.csv"])
        assert rows, name
        assert all(tuple(row) == header and None not in row.values() for row in rows), name


def test_a_hidden_figure_is_empty_and_says_why(files):
    tiny = next(r for r in parsed(files["data/communities.csv"]) if r["community"] == "tiny")
    assert tiny["active"] == ""
    assert "fewer than 5" in tiny["active_note"]
    few = [r for r in parsed(files["data/months.csv"]) if "fewer than 5" in r["note"]]
    assert few
    assert {row["value"] for row in few} == {""}
