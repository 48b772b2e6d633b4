"""No file that is made for a spreadsheet holds what it would run, whichever way it is made."""

import csv
import io
import re
import sqlite3
import zipfile
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from tests.cli.conftest import Folder

BAD = (
    "=cmd|' /C calc'!A0", "+1+cmd", "-2+3+cmd|'x'!A1", "@SUM(1+1)", "\t=1+1", "\r=1+1", "\n=1+1",
    " =1+1", "   @x", "＝1+1", "＋1", "－1", "＠x", "{=1+1}", '=HYPERLINK("https://evil.example")',
)  # fmt: skip
STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")

PLUGIN = f"""
from datetime import UTC, datetime, timedelta
from pydantic import BaseModel
from cophub import *
BAD = {BAD!r}
NOW = datetime.now(UTC)

class Settings(BaseModel):
    pass

def rows(ctx, since):
    for n, text in enumerate(BAD):
        key, told = str(n), dict(space="0", account=str(n))
        yield Space(key=key, title=text, kind=text, description=text, visibility="public")
        yield Account(key=key, name=text, organization=text, username=text, city=text,
                      email=f"p{{n}}@example.org", job_title=text, extra={{text: text}})
        yield Membership(space="0", account=key, role=text, joined_at=NOW - timedelta(200))
        yield Post(key=key, thread=key, title=text, body=text, author_name=text,
                   url="https://x.example/?" + text.strip(), **told,
                   posted_at=NOW - timedelta(days=1 + 12 * n))
        yield Event(key=key, space="0", title=text, organizer=text, starts_at=NOW - timedelta(1))
        yield Attendance(event=key, account=key, name=text, minutes=-3.0)
        yield Campaign(key=key, space="0", title=text, subject=text, sent_at=NOW - timedelta(1),
                       sent_count=50, unique_open_count=20)
        yield Document(key=key, space="0", title=text, account=key)
        yield Account(key="twin" + key, name=text, email=f"p{{n}}@home.example")
        yield Reject(reason=text, item={{text: text}})

@hookimpl
def cophub_connectors():
    return [Connector("evil", text, Settings, [Stream(rows)]) for text in ("=1+1",)]
"""

CONFIG = """
[plugins]
modules = ["evil_forum"]
[communities.forum]
title = "=1+1"
domain = "@domain"
description = "+1"
contact = "-1+1"
spaces = ["evil:*"]
[sources.evil]
connector = "evil"
purpose = "=1+1"
lawful_basis = "@x"
settings = {}
[pipelines.site.settings]
audiences = ["public", "facilitators"]
languages = ["en"]
"""


def would_run(cell: str) -> bool:
    """Whether a spreadsheet takes a cell of a CSV file for a formula; a number is none."""
    if not cell.lstrip(" ").startswith(STARTS):
        return False
    try:
        float(cell)
    except ValueError:
        return True
    return False


def runs(path: Path) -> list[str]:
    """What a spreadsheet would run of a file; of a ZIP, of all files in it."""
    return [f"{path.name}: {each}" for each in _runs(path.name, path.read_bytes())]


def _runs(name: str, content: bytes) -> Iterator[str]:
    if name.endswith(".csv"):
        text = content.decode("utf-8-sig")
        rows = csv.reader(io.StringIO(text, newline=""))
        yield from (repr(cell) for row in rows for cell in row if would_run(cell))
    elif name.endswith(".xlsx"):
        with zipfile.ZipFile(io.BytesIO(content)) as book:
            for part in book.namelist():
                found = re.findall(rb"<f[ >/]|<hyperlink|<ddeLink|externalLink", book.read(part))
                yield from (f"{part} {each!r}" for each in found)
    elif name.endswith(".zip"):
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            for part in archive.namelist():
                yield from _runs(part, archive.read(part))


@pytest.fixture
def evil(folder: Folder, cophub: Callable[..., Any], monkeypatch: pytest.MonkeyPatch) -> Path:
    """A hub all of whose texts begin like formulas, and its published site."""
    for name in ("LOGNAME", "USER", "LNAME", "USERNAME"):
        monkeypatch.setenv(name, "=1+1")
    (folder.folder / "evil_forum.py").write_text(PLUGIN)
    folder.configure(CONFIG)
    answer = cophub("run")
    assert "evil" in answer.out
    assert answer.code == 0, answer.out + answer.err
    return folder.folder


def test_no_export_runs(evil: Path, cophub: Callable[..., Any]) -> None:
    """Of any table or view, as CSV and as a workbook; the audit log among them."""
    cophub("people", "list", "--addresses")
    with sqlite3.connect(evil / "cophub.db") as warehouse:
        listed = "SELECT name FROM sqlite_master WHERE type IN ('table', 'view')"
        names = sorted(name for (name,) in warehouse.execute(listed))
    written = []
    for name in names:
        for kind in ("csv", "xlsx"):
            target = evil / f"{name}.{kind}"
            if cophub("export", name, "--to", target).code == 0:
                written.append(target)
    assert {"account", "post", "person", "audit", "reject", "space", "event"} <= {
        path.stem for path in written
    }
    assert "'=1+1" in (evil / "audit.csv").read_text() + (evil / "community.csv").read_text()
    assert [each for path in written for each in runs(path)] == []
    content = (evil / "post.csv").read_bytes().decode()
    posts = list(csv.DictReader(io.StringIO(content, newline="")))
    titles = {row["title"].removeprefix("'") for row in posts}
    assert titles == set(BAD)  # nothing was lost by it


def test_no_report_runs(evil: Path, cophub: Callable[..., Any]) -> None:
    """Of a quarter, as published and of a past day, and the sheet of questions about people."""
    past = f"{datetime.now(UTC):%Y-%m-%d}"
    for arguments in (
        ("report", "quarter", "--to", "quarter.csv"), ("report", "quarter", "--to", "quarter.xlsx"),
        ("report", "quarter", "--as-of", past, "--to", "past.csv"),
        ("report", "quarter", "--as-of", past, "--to", "past.xlsx"),
        ("people", "review", "--csv", "questions.csv"),
    ):  # fmt: skip
        answer = cophub(*arguments)
        assert answer.code == 0, answer.err
        assert runs(evil / arguments[-1]) == []


def test_no_persons_own_data_runs(evil: Path, cophub: Callable[..., Any]) -> None:
    for number in (0, 4, 13):
        target = evil / f"person-{number}.zip"
        assert cophub("people", "export", f"evil:{number}", "--to", target).code == 0
        assert runs(target) == []
    with zipfile.ZipFile(evil / "person-0.zip") as archive:
        assert "'=cmd|" in archive.read("csv/account.csv").decode()


def test_no_download_of_the_site_runs(evil: Path) -> None:
    """Tables, workbooks and what the data package names, of each audience."""
    made = [path for path in (evil / "site").rglob("*") if path.suffix in (".csv", ".xlsx")]
    assert len({path.parent.parent.name for path in made if path.suffix == ".csv"}) >= 2
    assert len(made) > 20
    assert [each for path in made for each in runs(path)] == []


@pytest.mark.parametrize("text", [text for text in BAD if text[0] != "{"])
def test_this_test_sees_what_would_run(tmp_path: Path, text: str) -> None:
    with (tmp_path / "a.csv").open("w", newline="") as file:
        csv.writer(file).writerow(["x", text])
    assert runs(tmp_path / "a.csv") != []


@pytest.mark.parametrize("text", ["=1+1", "{=1+1}"])
def test_this_test_sees_what_a_workbook_would_run(tmp_path: Path, text: str) -> None:
    import xlsxwriter

    book = xlsxwriter.Workbook(tmp_path / "a.xlsx")
    book.add_worksheet().write(0, 0, text)
    book.close()
    assert runs(tmp_path / "a.xlsx") != []
