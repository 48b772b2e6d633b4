"""The site goes to where people are once it is published; a vendor that is away stops nothing."""

import csv
import json
from collections.abc import Callable
from pathlib import Path

import pytest

from cophub import ConfigError
from cophub.hub.handouts import quarter_sheet, widest

from .conftest import CONFIG, Answer, Folder

Call = Callable[..., Answer]

SHELF = """
import json
from pathlib import Path
from cophub import Connector, Checkpoint, Post, Sent, SourceUnavailable, Stream, hookimpl
from pydantic import BaseModel

class Settings(BaseModel):
    away: bool = False

class Place(BaseModel):
    library: str

def posts(ctx, since):
    yield Post(key="1", title="x")
    yield Checkpoint("1")

def upload(ctx, handout):
    if ctx.settings.away:
        raise SourceUnavailable("the shelf is away; the next run tries again")
    files = sorted(str(p.relative_to(handout.folder)) for p in handout.folder.rglob("*.html"))
    seen = {"library": handout.settings.library, "files": files, "columns": handout.sheet.columns,
            "rows": handout.sheet.rows, "title": handout.sheet.title}
    (Path(__file__).parent / f"{ctx.source}.json").write_text(json.dumps(seen))
    yield Sent("files", sent=len(files))
    yield Sent("rows", sent=len(handout.sheet.rows))

@hookimpl
def cophub_connectors():
    return [Connector("shelf", "A shelf for files", Settings, [Stream(posts)], upload=upload,
                      upload_settings=Place)]
"""

SOURCES = """
[plugins]
modules = ["our_shelf"]
[sources.intranet]
connector = "shelf"
[sources.away]
connector = "shelf"
settings = { away = true }
[pipelines.site.upload.away]
library = "Documents"
[pipelines.site.upload.intranet]
library = "Documents"
"""


@pytest.fixture
def shelf(folder: Folder) -> Path:
    (folder.folder / "our_shelf.py").write_text(SHELF, encoding="utf-8")
    folder.configure(SOURCES + CONFIG)
    return folder.folder


def test_the_site_and_the_quarter_table_are_handed_out(cophub: Call, shelf: Path) -> None:
    answer = cophub("run")
    assert answer.code == 1
    assert "site to away" in answer.out
    assert "the shelf is away; the next run tries again" in answer.out
    assert "files: " in answer.out
    assert "tables" not in next(line for line in answer.out.splitlines() if "site to away" in line)
    got = json.loads((shelf / "intranet.json").read_text())
    assert got["library"] == "Documents"
    assert "index.html" in got["files"]
    assert got["columns"][:3] == [["Key", "text"], ["Quarter", "text"], ["Community", "text"]]
    assert len({row[0] for row in got["rows"]}) == len(got["rows"]) > 1
    assert all(len(row) == len(got["columns"]) for row in got["rows"])
    with (shelf / "site" / "data" / "quarters.csv").open(newline="") as file:
        shown = [row["value"] for row in csv.DictReader(file)]
    told = [value for row in got["rows"] for value in row[3:] if value is not None]
    assert sorted(told) == sorted(float(value) for value in shown if value and "<" not in value)


def test_an_upload_is_a_run_that_can_be_looked_up(cophub: Call, shelf: Path) -> None:
    cophub("run")
    runs = cophub("runs", "--json").json["runs"]
    uploads = {run["source"]: run["state"] for run in runs if run["kind"] == "upload"}
    assert uploads == {"away": "failed", "intranet": "done"}
    status = cophub("status")
    assert (status.code, "the shelf is away" in status.out) == (1, True)
    [away, intranet] = cophub("status", "--json").json["places"]
    assert (away["place"], away["state"]) == ("site to away", "failed")
    assert (intranet["place"], intranet["state"]) == ("site to intranet", "fresh")


@pytest.mark.parametrize(
    ("table", "said"),
    [
        ("[pipelines.site.upload.lists]", "mailarchive has no place for files"),
        ("[pipelines.site.upload.nowhere]", 'there is no source "nowhere"'),
        ("[pipelines.site.upload.intranet]", "library"),
        ('[pipelines.site.upload.intranet]\nlibary = "D"', 'did you mean "library"?'),
    ],
)
def test_a_wrong_place_is_said_in_one_line(
    cophub: Call, shelf: Path, folder: Folder, table: str, said: str
) -> None:
    folder.configure(SOURCES.partition("[pipelines")[0] + table + "\n" + CONFIG)
    answer = cophub("run", "--no-sync")
    assert (answer.code, said in answer.out + answer.err) == (1, True)


def test_of_several_audiences_the_widest_is_uploaded(cophub: Call, folder: Folder) -> None:
    # A module of its own name: one that was imported before would write beside that one.
    (folder.folder / "our_rack.py").write_text(SHELF, encoding="utf-8")
    audiences = '[pipelines.site.settings]\naudiences = ["facilitators", "members"]\n'
    folder.configure(SOURCES.replace("our_shelf", "our_rack") + audiences + CONFIG)
    cophub("run")
    got = json.loads((folder.folder / "intranet.json").read_text())
    assert "index.html" in got["files"]
    assert not any(name in path for path in got["files"] for name in ("members", "facilitators"))
    assert widest(folder.folder / "site") == folder.folder / "site" / "members"


def test_only_the_site_is_uploaded(cophub: Call, shelf: Path, folder: Folder) -> None:
    configured = SOURCES.replace("pipelines.site", "pipelines.measures")
    folder.configure(configured + CONFIG)
    assert 'only "site" makes files to upload' in cophub("run", "--no-sync").err


def test_what_the_site_withholds_is_empty_in_the_table(tmp_path: Path) -> None:
    """Whatever the reason is: a figure about few people, or one that would give it away."""
    data = tmp_path / "data"
    data.mkdir()
    (data / "communities.csv").write_text("community,title\nmer,Evaluation\n")
    (data / "quarters.csv").write_text(
        "community,quarter,measure,label,unit,value,note\n"
        ",2026Q1,joined,People who joined,persons,,withheld\n"
        "mer,2026Q1,joined,People who joined,persons,<5,fewer than 5\n"
        "mer,2026Q1,sent,E-mails sent,,12,\n"
    )
    sheet = quarter_sheet(tmp_path)
    assert sheet.rows == (
        ("2026Q1", "2026Q1", "All communities", None, None),
        ("2026Q1 mer", "2026Q1", "Evaluation", None, 12.0),
    )
    with pytest.raises(ConfigError, match="cannot be read"):
        quarter_sheet(data)
