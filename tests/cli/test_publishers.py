"""Publishers take what is published elsewhere, each in a run of its own that stops no other."""

import json
import sys
import textwrap
import threading
from collections import defaultdict
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from cophub.config import load_config
from cophub.http import MemoryTokens
from cophub.hub import Hub
from cophub.hub.alert_causes import judge
from cophub.warehouse import state
from cophub.warehouse.holding import held

from .conftest import CONFIG, Answer, Folder

Call = Callable[..., Answer]

BOARD = """
import json
from pathlib import Path
from pydantic import BaseModel, Field, SecretStr
from cophub import Checkpoint, Pipeline, Publication, Publisher, Sent, SourceUnavailable, hookimpl
from cophub.http import Limits

class Settings(BaseModel):
    away: bool = Field(False, description="Whether nobody answers.")
    odd: bool = Field(False, description="Whether it is broken.")
    leaves: bool = Field(False, description="Whether it leaves.")
    key: SecretStr | None = Field(None, description="A secret.")

def publish(ctx, handout):
    seen = Path(__file__).parent / f"{ctx.source}.json"
    told = json.loads(seen.read_text()) if seen.exists() else []
    told.append({
        "folder": handout.folder.name, "title": handout.sheet.title, "cursor": handout.cursor,
        "files": len(list(handout.folder.rglob("*.html"))), "rows": len(handout.sheet.rows),
        "version": handout.shown.version, "before": handout.before and handout.before.version,
        "user_agent": ctx.client().headers["user-agent"].partition("/")[0],
        "same": handout.settings is ctx.settings,
        "at_once": ctx.transport.limits.concurrency,
    })
    seen.write_text(json.dumps(told))
    ctx.tokens.set("renewed", ctx.source)
    yield Checkpoint(f"after {len(told)}")
    if ctx.settings.away:
        raise SourceUnavailable("the board is away; the next run tries again")
    if ctx.settings.odd:
        raise ValueError(ctx.settings.key)
    if ctx.settings.leaves:
        raise SystemExit(3)
    yield Sent("pages", sent=1)

def little(ctx, under=""):
    yield Publication(f"{under}index.html", "start")
    yield Publication(f"{under}data/communities.csv", "community,title\\nmer,Evaluation\\n")
    yield Publication(f"{under}data/quarters.csv",
                      "community,quarter,measure,label,value\\nmer,2026Q1,sent,Sent,12\\n")

def inner(ctx):
    for audience in ("members/", "facilitators/"):
        yield from little(ctx, audience)

@hookimpl
def cophub_publishers():
    return [Publisher("board", "A board", Settings, publish, Limits(concurrency=2))]

@hookimpl
def cophub_pipelines():
    return [Pipeline("little", "A small site", little), Pipeline("inner", "Two of them", inner)]
"""


@pytest.fixture
def board(folder: Folder, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Writes a plugins.toml with these lines beside the module; gives what a place was told."""
    monkeypatch.setattr(sys, "path", list(sys.path))
    monkeypatch.setenv("COPHUB_KEY", "a-phrase-for-tests-only")
    monkeypatch.delitem(sys.modules, "our_board", raising=False)
    (folder.folder / "our_board.py").write_text(textwrap.dedent(BOARD), encoding="utf-8")

    def configure(text: str) -> Callable[[str], list[dict[str, Any]]]:
        folder.configure(f'[plugins]\nmodules = ["our_board"]\n{text}\n{CONFIG}')
        return lambda name: json.loads((folder.folder / f"{name}.json").read_text())

    yield configure
    sys.modules.pop("our_board", None)


LITTLE = ("run", "little", "--no-sync")
WALL = '[publishers.wall]\npublisher = "board"\n'


def test_a_publisher_gets_the_site_and_the_sheet_and_its_own_cursor_back(
    cophub: Call, board
) -> None:
    told = board(WALL)
    first = cophub(*LITTLE)
    assert first.code == 0
    assert "publisher wall done" in first.out
    assert "pages: 1 sent" in first.out
    cophub(*LITTLE)
    one, two = told("wall")
    assert one == {
        "folder": "site", "title": "Quarter table", "cursor": None, "files": 1, "rows": 1,
        "version": 1, "before": None, "user_agent": "cophub", "same": True,
        "at_once": 2,
    }  # fmt: skip
    assert (two["cursor"], two["version"], two["before"]) == ("after 1", 2, 1)


def test_one_that_fails_stops_no_other_and_keeps_what_it_sent_before(cophub: Call, board) -> None:
    settings = "settings = { away = true }\n"
    away = f'[publishers.away]\npublisher = "board"\n{settings}'
    told = board(away + WALL)
    answer = cophub(*LITTLE)
    assert answer.code == 1
    assert "the board is away; the next run tries again" in answer.out
    cophub(*LITTLE)
    assert [one["cursor"] for one in told("away")] == [None, "after 1"]
    assert [one["before"] for one in told("away")] == [None, None]
    assert [one["cursor"] for one in told("wall")] == [None, "after 1"]
    runs = cophub("runs", "--json").json["runs"]
    states = {run["source"]: run["state"] for run in runs if run["kind"] == "upload"}
    assert states == {"publisher away": "failed", "publisher wall": "done"}
    board(away.replace(settings, "") + WALL)
    cophub(*LITTLE)
    assert told("away")[-1]["before"] is None
    assert cophub("status").code == 0


def test_a_failing_one_is_told_by_status_doctor_and_alerts(cophub: Call, board) -> None:
    board(WALL + "settings = { away = true }\n")
    cophub(*LITTLE)
    status = cophub("status")
    assert status.code == 1
    assert "1 publication failing" in status.out
    assert "the board is away" in status.out
    assert "cophub run site --no-sync" in status.out
    assert "publisher wall" in cophub("status", "--all").out
    [place] = cophub("status", "--json").json["places"]
    assert (place["place"], place["state"], place["code"]) == (
        "publisher wall",
        "failed",
        "CPH-U01",
    )
    findings = {
        (one["subject"], one["state"])
        for one in cophub("doctor", "--offline", "--json").json["findings"]
    }
    assert {("publisher wall", "ok"), ("publisher wall", "failed")} <= findings
    with Hub.open("plugins.toml") as hub:
        [cause] = judge(hub).causes.values()
    assert (cause.cause, cause.said) == (
        "publisher wall: CPH-U", "the board is away; the next run tries again",
    )  # fmt: skip
    board(WALL)
    cophub(*LITTLE)
    with Hub.open("plugins.toml") as hub:
        assert judge(hub).causes == {}


@pytest.mark.parametrize("fault", ["odd", "leaves"])
def test_what_its_author_did_not_foresee_tells_no_secret(cophub: Call, board, fault: str) -> None:
    board(WALL + f'settings = {{ {fault} = true, key = "a-secret-of-ours" }}\n')
    answer = cophub(*LITTLE)
    assert answer.code == 1
    assert "it failed (" in answer.out
    assert "tell its plugin's author" in answer.out
    assert "a-secret-of-ours" not in answer.out + answer.err


def test_what_is_wrong_with_its_table_is_one_line(cophub: Call, board) -> None:
    board("""
    [publishers.one]
    publisher = "bord"
    [publishers.two]
    publisher = "board"
    settings = { awy = true }
    [publishers.three]
    publisher = "board"
    settings = { key = { env = "NOBODY_SET_THIS" } }
    [publishers.four]
    publisher = "board"
    audience = "members"
    """)
    answer = cophub(*LITTLE)
    assert answer.code == 1
    start = "    plugins.toml: [publishers."
    lines = [line for line in answer.out.splitlines() if line.startswith(start)]
    assert [line.removeprefix(start).partition(";")[0] for line in lines] == [
        'one] publisher: there is no publisher "bord" (did you mean "board"?)',
        'two] settings.awy: no such setting (did you mean "away"?)',
        "three] settings.key: the environment variable NOBODY_SET_THIS is not set",
        'four] audience: no site is made for "members"',
    ]
    told = cophub("doctor", "--offline").out
    assert all(line.strip() in told for line in lines[:3])


def test_a_table_without_a_publisher_is_refused_at_once(cophub: Call, board) -> None:
    board("[publishers.wall]\naudience = 'members'\n")
    answer = cophub("status")
    assert (answer.code, "[publishers.wall] publisher: is missing" in answer.err) == (2, True)


def test_it_gets_the_widest_audience_unless_its_table_names_another(cophub: Call, board) -> None:
    told = board(f"{WALL}{WALL.replace('wall', 'inner')}audience = 'facilitators'\n")
    cophub("run", "inner", "--no-sync")
    assert [one["folder"] for one in told("wall")] == ["members"]
    assert [one["folder"] for one in told("inner")] == ["facilitators"]


def test_a_run_that_made_nothing_for_readers_is_not_handed_out(cophub: Call, board) -> None:
    told = board(WALL)
    cophub(*LITTLE)
    assert cophub("run", "identities", "--no-sync").code == 0
    assert len(told("wall")) == 1


def test_one_that_another_process_is_at_waits_for_the_next_run(cophub: Call, board) -> None:
    told = board(WALL)
    with Hub.open("plugins.toml") as hub, held(hub.warehouse, "publisher wall"):
        answer = cophub(*LITTLE)
        assert (answer.code, '"publisher wall" is being run by' in answer.out) == (1, True)
    assert cophub(*LITTLE).code == 0
    assert len(told("wall")) == 1


def test_one_whose_process_was_killed_is_told(cophub: Call, board) -> None:
    board(WALL)
    cophub(*LITTLE)
    with Hub.open("plugins.toml") as hub, hub.warehouse.begin() as connection:
        state.start_run(
            connection, kind="upload", source="publisher wall", now=hub.now(), version="1"
        )
    [place] = cophub("status", "--json").json["places"]
    assert (place["state"], place["advice"]) == ("killed", "cophub run site --no-sync")
    cophub(*LITTLE)
    [place] = cophub("status", "--json").json["places"]
    assert place["state"] == "fresh"


def test_none_is_begun_once_it_is_to_stop(cophub: Call, board) -> None:
    board(WALL)
    stop = threading.Event()
    with Hub.open("plugins.toml") as hub:
        results = hub.publish(["little"], stop=stop)
        assert next(results).pipeline == "little"
        stop.set()
        assert list(results) == []


def test_its_tokens_are_none_of_a_source_that_has_its_name(board) -> None:
    board(WALL)
    kept: dict[str, MemoryTokens] = defaultdict(MemoryTokens)
    with Hub(load_config("plugins.toml"), tokens=kept.__getitem__) as hub:
        assert [one.state for one in hub.publish(["little"])] == ["done", "done"]
    found = {name: tokens.get("renewed") for name, tokens in kept.items()}
    assert found.pop("publisher wall") == "wall"
    assert set(found.values()) <= {None}


def test_the_folder_of_ours_keeps_a_copy(cophub: Call, folder: Folder) -> None:
    share = folder.folder / "share"
    table = '[publishers.share]\npublisher = "folder"\nsettings = { path = "share" }\n'
    folder.configure(table + CONFIG)
    assert "publisher share done" in cophub("run").out

    def files(root: Path) -> dict[str, bytes]:
        return {
            path.relative_to(root).as_posix(): path.read_bytes()
            for path in root.rglob("*")
            if path.is_file() and not path.name.startswith(".")
        }

    assert files(share) == files(folder.folder / "site")
    (share / "mine.txt").write_text("mine")
    answer = cophub("run", "--no-sync")
    assert answer.code == 1
    assert "holds mine.txt, which cophub did not put there" in answer.out
    assert "path under [publishers.share] in plugins.toml" in answer.out
