"""`cophub people export`: a ZIP for the person it is about."""

import json
import stat
import zipfile
from collections.abc import Callable

import pytest

from .conftest import Answer
from .directory import AMINA, TOMASZ, WANJIRU, Directory, directory, person

__all__ = ["directory"]
Call = Callable[..., Answer]


def test_a_zip_that_can_be_read(directory: Directory, cophub: Call) -> None:
    """A page, a README, CSV and JSON of each table; purposes; for its owner alone."""
    directory.said["list"] = 'purpose = "the list of the club"\nlawful_basis = "consent"'
    directory.configure()
    target = directory.path.parent / "amina.zip"

    answer = cophub("people", "export", "list:1", "--to", str(target))

    assert answer.code == 0, answer.err
    assert "amina.zip" in answer.out
    assert stat.S_IMODE(target.stat().st_mode) == 0o600
    with zipfile.ZipFile(target) as archive:
        files = {name: archive.read(name).decode() for name in archive.namelist()}
    assert {"README.txt", "index.html", "csv/account.csv", "json/account.json"} <= set(files)
    assert [row["key"] for row in json.loads(files["json/account.json"])] == ["77", "1"]
    assert files["csv/account.csv"].count("amina.diallo@fhi.example") == 2
    for page in (files["README.txt"], files["index.html"]):
        assert "the list of the club" in page
        assert "consent" in page
    everything = "".join(files.values())
    for other in (TOMASZ, WANJIRU):
        assert other["name"] not in everything
        assert other["email"] not in everything


def test_for_a_program(directory: Directory, cophub: Call) -> None:
    target = directory.path.parent / "amina.zip"
    target.write_text("an older one")
    found = json.loads(
        cophub("people", "export", AMINA["email"], "--to", str(target), "--json").out
    )
    assert found["rows"]["account"] == 2
    assert found["sources"] == ["calls", "list"]
    assert zipfile.is_zipfile(target)
    assert [path.name for path in target.parent.glob(".amina*")] == []


def test_what_is_written_by_people_runs_nowhere(directory: Directory, cophub: Call) -> None:
    """Neither as a formula in a spreadsheet nor as a script in the page."""
    directory.write("list", person("9", "=cmd()", "x@y.example", city="<script>alert(1)</script>"))
    directory.run()
    target = directory.path.parent / "x.zip"
    assert cophub("people", "export", "list:9", "--to", str(target)).code == 0
    with zipfile.ZipFile(target) as archive:
        assert "'=cmd()" in archive.read("csv/account.csv").decode()
        assert "<script>" not in archive.read("index.html").decode()


@pytest.mark.parametrize("place", ["site/x.zip", "", "missing/x.zip"])
def test_where_it_cannot_be(directory: Directory, cophub: Call, place: str) -> None:
    """Not where the site is published from, in no folder, and nothing is left behind."""
    folder = directory.path.parent
    (folder / "site").mkdir(exist_ok=True)
    answer = cophub("people", "export", "list:1", "--to", str(folder / place))
    assert answer.code == 2
    assert "name a file" in answer.err or "name another file" in answer.err
    assert list(folder.rglob("*.part")) == []
    assert not list((folder / "site").iterdir())


def test_nobody(directory: Directory, cophub: Call) -> None:
    target = directory.path.parent / "x.zip"
    assert cophub("people", "export", "no@body.example", "--to", str(target)).code == 2
    assert not target.exists()
