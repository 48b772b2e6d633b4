"""`report quarter` and `export`: figures and tables to take away."""

import csv
import io
import json
import subprocess
import sys
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from xml.etree import ElementTree
from zipfile import ZipFile
from zoneinfo import ZoneInfo

import pytest
from python_calamine import CalamineWorkbook

from .conftest import CONFIG, MBOX, Answer, Folder

Call = Callable[..., Answer]
SHEET = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"


def cells(file: Path, sheet: int = 1) -> list[str]:
    """Every text of a workbook; a formula in the sheet is a failure."""
    with ZipFile(file) as book:
        tree = ElementTree.fromstring(book.read(f"xl/worksheets/sheet{sheet}.xml"))  # noqa: S314 - our own
        assert not tree.findall(f".//{SHEET}f")
        shared = []
        if "xl/sharedStrings.xml" in book.namelist():
            words = ElementTree.fromstring(book.read("xl/sharedStrings.xml"))  # noqa: S314 - our own
            shared = ["".join(one.itertext()) for one in words]
    inline = ["".join(one.itertext()) for one in tree.iter(f"{SHEET}is")]
    return shared + inline


@pytest.fixture
def published(cophub: Call) -> Call:
    assert cophub("run").code == 0
    return cophub


def test_a_quarter_is_a_table_of_measures_by_community(published: Call) -> None:
    answer = published("report", "quarter", "--quarter", "2026q1")
    assert answer.code == 0
    assert answer.out.startswith("2026Q1")
    assert "The Forum" in answer.out
    assert "attendees" in answer.out
    assert "no source of events" in answer.out


def test_why_figures_are_missing_is_told_once_for_each_reason(published: Call) -> None:
    """With the communities that it concerns, unless it concerns them all."""
    lines = published("report", "quarter", "--quarter", "2026Q1").out.splitlines()
    assert [line for line in lines if "no source of events" in line] == [
        "  – attendees; seats; events: no source of events serves any community"
    ]


def test_what_is_missing_for_some_names_them() -> None:
    """A column that has the figure is not spoken of."""
    from cophub.cli.reports import _absences
    from cophub.hub.answers import MeasureRow, QuarterReport

    def row(community: str, measure: str, absent: str | None) -> MeasureRow:
        return MeasureRow(
            community, measure, measure, None, "", None, None, None, absent, "", (), None
        )

    rows: list[MeasureRow] = [
        row("", "people", None),
        row("a", "people", "no list"),
        row("b", "people", None),
    ]
    rows += [row(key, "seats", "no events") for key in ("", "a", "b")]
    communities = (("", "All"), ("a", "Alpha"), ("b", "Beta"))
    found = QuarterReport("2026Q1", communities, tuple(rows))
    assert list(_absences(found)) == ["seats: no events", "Alpha: people: no list"]


def test_the_last_finished_quarter_is_the_default(cophub: Call, folder: Folder) -> None:
    """By the hub's own clock and zone."""
    from datetime import UTC, datetime

    from cophub.hub import Hub

    cophub("run")
    path = folder.folder / "plugins.toml"
    with Hub.open(path, now=lambda: datetime(2026, 6, 30, 21, 59, tzinfo=UTC)) as hub:
        assert hub.report_quarter().quarter == "2026Q1"
    with Hub.open(path, now=lambda: datetime(2026, 6, 30, 22, 1, tzinfo=UTC)) as hub:
        # Midnight in Geneva: the second quarter has ended there.
        assert hub.report_quarter().quarter == "2026Q2"


def test_a_quarter_without_figures_says_which_have_some(published: Call) -> None:
    assert (
        "2019Q1 has no figures; there are 20"
        in published("report", "quarter", "--quarter", "2019Q1").err
    )
    wrong = published("report", "quarter", "--quarter", "2026Q5")
    assert (wrong.code, "write it as 2026Q3" in wrong.err) == (2, True)


def test_before_the_first_publishing_it_says_what_to_do(cophub: Call) -> None:
    answer = cophub("report", "quarter")
    assert (answer.code, "run `cophub run` first" in answer.err) == (2, True)


def test_a_quarter_comes_as_csv_xlsx_html_and_json(published: Call, tmp_path: Path) -> None:
    """All tell the same, with the definition of each measure."""
    quarter = ("report", "quarter", "--quarter", "2026Q1")
    rows = list(csv.DictReader(io.StringIO(published(*quarter, "--format", "csv").out)))
    assert {row["title"] for row in rows} == {"All communities", "The Forum"}
    assert all(row["definition"] for row in rows)
    assert all(row["value"] or row["absent"] for row in rows)
    table = tmp_path / "q.xlsx"
    answer = published(*quarter, "--to", str(table))
    assert (answer.code, answer.out) == (0, f"✓ 2026Q1 is in {table}\n")
    texts = cells(table)
    assert {"The Forum", "Attendees", rows[0]["definition"]} <= set(texts)
    page = tmp_path / "q.html"
    published(*quarter, "--to", str(page))
    html = page.read_text()
    assert "The Forum" in html
    assert "http" not in html.replace("http-equiv", "")
    report = published(*quarter, "--json").json
    assert len(report["rows"]) == len(rows)
    wrong = published(*quarter, "--format", "docx")
    assert (wrong.code, "take table, csv, xlsx, html" in wrong.err) == (2, True)


def test_the_workbook_is_the_sites_in_any_language(published: Call, tmp_path: Path) -> None:
    """With definitions, notes and freshness; figures about few people are in it, as it says."""
    table = tmp_path / "q.xlsx"
    quarter = ("report", "quarter", "--quarter", "2026Q1", "--to", str(table))
    assert published(*quarter, "--language", "fr").code == 0
    book = CalamineWorkbook.from_path(table)
    assert book.sheet_names == [
        "T1 2026",
        "Tous les trimestres",
        "Définitions",
        "Notes",
        "Fraîcheur",
    ]
    texts = set(cells(table))
    assert {"Participants", "Toutes les communautés", "The Forum"} <= texts
    assert any("facilitateurs" in text for text in texts)
    wrong = published(*quarter, "--language", "de")
    assert (wrong.code, 'no workbook in "de"; take en, fr, es' in wrong.err) == (2, True)
    wrong = published("report", "quarter", "--language", "fr")
    assert (wrong.code, "add --to quarter.xlsx" in wrong.err) == (2, True)
    wrong = published(*quarter, "--language", "fr", "--as-of", "2026-04-01")
    assert (wrong.code, "leave --as-of out" in wrong.err) == (2, True)


def test_an_export_is_every_row_of_a_table(published: Call, tmp_path: Path) -> None:
    rows = list(csv.DictReader(io.StringIO(published("export", "post").out)))
    assert [row["title"] for row in rows] == [
        "How do you count attendance?",
        "Re: How do you count attendance?",
    ]
    assert rows[0]["posted_at"] == "2026-03-02T10:00:00Z"
    lines = published("export", "post", "--format", "jsonl").out.splitlines()
    assert [json.loads(line)["key"] for line in lines] == [row["key"] for row in rows]
    answer = published("export", "account", "--to", str(tmp_path / "a.xlsx"))
    assert "2 rows of account" in answer.out
    assert {"Aba Mensah", "李 娜"} <= set(cells(tmp_path / "a.xlsx"))
    assert not list(tmp_path.glob(".*part"))


def test_a_view_is_exported_with_instants_in_utc(published: Call) -> None:
    """On SQLite a view has no types; its instants are written as a table's are."""
    rows = list(csv.DictReader(io.StringIO(published("export", "activity").out)))
    assert {row["at"] for row in rows} == {"2026-03-02T10:00:00Z", "2026-03-03T10:00:00Z"}


@pytest.mark.parametrize("sign", ["=", "＝"])
def test_text_that_is_a_formula_is_made_harmless(
    cophub: Call, folder: Folder, tmp_path: Path, sign: str
) -> None:
    """A subject such as =HYPERLINK(...) must not run on the desk of whoever opens the file."""
    evil = f'{sign}HYPERLINK("http://evil.example.org","x")'
    folder.mail(MBOX.replace("Subject: How do you count attendance?", f"Subject: {evil}"))
    cophub("sync")
    rows = list(csv.DictReader(io.StringIO(cophub("export", "post").out)))
    assert evil not in [row["title"] for row in rows]
    assert f"'{evil}" in [row["title"] for row in rows]
    target = tmp_path / "p.xlsx"
    cophub("export", "post", "--to", str(target))
    assert evil in cells(target)


def test_an_unknown_table_or_format_lists_what_there_is(published: Call) -> None:
    wrong = published("export", "psot")
    assert (wrong.code, 'there is no table "psot" (did you mean "post"?)' in wrong.err) == (2, True)
    odd = published("export", "post", "--to", "post.docx")
    assert (odd.code, "take csv, jsonl, xlsx, parquet" in odd.err) == (2, True)


def test_the_key_of_the_erasure_hashes_is_never_exported(published: Call) -> None:
    answer = published("export", "meta")
    assert (answer.code, answer.out) == (2, "")


def test_a_file_that_cannot_be_written_is_one_line(published: Call) -> None:
    answer = published("export", "post", "--to", "nowhere/post.csv")
    assert answer.code == 2
    assert "cannot be written" in answer.err
    assert "name another file" in answer.err


def test_an_export_takes_the_memory_of_one_batch(cophub: Call, folder: Folder) -> None:
    """60,000 large rows cost no more than 20,000, which fill the cache: rows go out as read."""
    cophub("sync")
    code = """
import sqlite3, sys
from cophub.cli import run
rows = int(sys.argv[1])
with sqlite3.connect("cophub.db") as db:
    db.executemany(
        "INSERT OR REPLACE INTO account (source, key, name, run, first_seen_at, changed_at)"
        " VALUES ('x', ?, ?, 1, '2026-01-01 00:00:00', '2026-01-01 00:00:00')",
        ((str(n), "x" * 2000) for n in range(rows)),
    )
run(["export", "account", "--to", "a.csv"])
peak = next(line for line in open("/proc/self/status") if line.startswith("VmHWM")).split()[1]
print(peak, file=sys.stderr)
"""
    peaks = []
    for rows in (20_000, 60_000):
        found = subprocess.run(
            [sys.executable, "-c", code, str(rows)], capture_output=True, text=True, check=True
        )
        assert f"{rows + 2:,} rows of account" in found.stdout
        peaks.append(int(found.stderr.split()[-1]))
    assert peaks[1] < peaks[0] * 1.15


def test_a_community_title_cannot_break_the_page(cophub: Call, folder: Folder) -> None:
    folder.configure(CONFIG.replace("The Forum", "<script>alert(1)</script>"))
    cophub("run")
    page = cophub("report", "quarter", "--quarter", "2026Q1", "--format", "html").out
    assert "<script>" not in page
    assert "&lt;script&gt;" in page


def test_a_quarter_as_of_today_is_what_was_published_today(published: Call, tmp_path: Path) -> None:
    """In every format, with the day and what cannot be told of it."""
    today = str(datetime.now(ZoneInfo("Europe/Zurich")).date())
    quarter = ("report", "quarter", "--quarter", "2026Q1")
    as_of = (*quarter, "--as-of", today)
    told = list(csv.DictReader(io.StringIO(published(*as_of, "--format", "csv").out)))
    rows = list(csv.DictReader(io.StringIO(published(*quarter, "--format", "csv").out)))
    compared = ("community", "title", "measure", "label", "value", "absent", "definition")
    assert [[row[name] for name in compared] for row in told] == [
        [row[name] for name in compared] for row in rows
    ]
    assert {row["as_of"] for row in told} == {today}
    assert "as_of" not in rows[0]
    shown = published(*as_of).out
    assert shown.startswith(f"2026Q1 as of {today}")
    assert "is told as it is today" in shown
    found = published(*as_of, "--json").json
    assert (found["as_of"], len(found["rows"])) == (today, len(rows))
    sheet, page = tmp_path / "q.xlsx", tmp_path / "q.html"
    assert published(*as_of, "--to", str(sheet)).out == f"✓ 2026Q1 as of {today} is in {sheet}\n"
    published(*as_of, "--to", str(page))
    title = f"2026Q1 as of {today}"
    assert title in cells(sheet)
    assert title in page.read_text()


@pytest.mark.parametrize(
    ("day", "said"),
    [
        ("2026-13-01", '"2026-13-01" is not a day; write it as 2026-10-05'),
        ("yesterday", '"yesterday" is not a day'),
        ("2999-01-01", "2999-01-01 has not come yet"),
        ("2019-01-01", "on 2019-01-01 the hub knew nothing yet: it has looked since 20"),
    ],
)
def test_a_day_that_cannot_be_told_is_one_line(published: Call, day: str, said: str) -> None:
    answer = published("report", "quarter", "--as-of", day)
    assert answer.code == 2
    assert answer.out == ""
    assert said in answer.err
    assert "Traceback" not in answer.err
