"""`--log-level` and `--log-json`: what a command does, line by line, and to what each belongs."""

import ast
import json
import logging
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

import cophub as cophub_package
from cophub.errors import SourceBusy

from .conftest import Answer, Folder

Call = Callable[..., Answer]

CHATTY = """
import logging
from pydantic import BaseModel
from cophub import Account, Connector, Stream, hookimpl

class Settings(BaseModel):
    base_url: str = "https://chatty.example.org"

def fetched(ctx, number):
    ctx.log.info("fetched %s with token=canary-token-1", number)
    return number

def accounts(ctx, since):
    client = ctx.transport
    for number in client.map(lambda n: fetched(ctx, n), range(3), workers=3):
        yield Account(key=number)
    ctx.log.debug("all there")

@hookimpl
def cophub_connectors():
    streams = [Stream(accounts)]
    return [Connector(name="chatty", summary="Chats.", settings=Settings, streams=streams)]
"""


@pytest.fixture
def chatty(folder: Folder, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A hub of four sources whose connector writes log records from threads."""
    name = f"chatty_{abs(hash(str(folder.folder)))}"
    (folder.folder / f"{name}.py").write_text(CHATTY)
    monkeypatch.syspath_prepend(str(folder.folder))
    sources = "".join(f'[sources.s{n}]\nconnector = "chatty"\n' for n in range(4))
    folder.configure(f'[plugins]\nmodules = ["{name}"]\n{sources}')
    yield


def records(answer: Answer) -> list[dict[str, Any]]:
    return [json.loads(line) for line in answer.err.splitlines()]


def test_without_asking_there_is_no_log(cophub: Call, chatty: None) -> None:
    answer = cophub("sync", "--json")
    assert (answer.code, answer.err) == (0, "")


def test_each_json_line_knows_its_run_source_and_stream(cophub: Call, chatty: None) -> None:
    """Of four sources at once, each with threads of its own."""
    answer = cophub("sync", "--json", "--log-json")
    assert answer.code == 0
    runs = {one["source"]: one["run"] for one in json.loads(answer.out)["results"]}
    found = [one for one in records(answer) if one["logger"].startswith("cophub.source.")]
    assert len(found) == 12
    for one in found:
        source = one["logger"].removeprefix("cophub.source.")
        assert (one["source"], one["run"], one["stream"]) == (source, runs[source], "accounts")
        assert one["level"] == "info"
    ends = [one for one in records(answer) if one.get("event") == "stream.end"]
    assert {(one["source"], one["state"], one["new"]) for one in ends} == {
        (f"s{n}", "done", 3) for n in range(4)
    }


def test_no_secret_is_in_the_log(cophub: Call, chatty: None) -> None:
    for how in (["--log-json"], ["--log-level", "info"]):
        said = cophub("sync", *how).err
        assert "fetched" in said
        assert "canary-token-1" not in said


def test_the_level_says_from_where_on(cophub: Call, chatty: None) -> None:
    assert "all there" in cophub("sync", "s1", "--log-level", "debug").err
    assert "all there" not in cophub("sync", "s1", "--log-level", "info").err
    assert "fetched" not in cophub("sync", "s1", "--log-level", "warning").err


def test_a_line_for_a_person_says_when_and_of_what(cophub: Call, chatty: None) -> None:
    lines = cophub("sync", "s1", "--log-level", "info").err.splitlines()
    [line] = [line for line in lines if "fetched 2" in line]
    assert " info cophub.source.s1 run=1 source=s1 stream=accounts: fetched 2" in line


def test_a_pipelines_records_know_its_run(cophub: Call, chatty: None) -> None:
    answer = cophub("run", "site", "--no-sync", "--log-json")
    ends = [one for one in records(answer) if one.get("event") == "pipeline.end"]
    assert "site" in {one["pipeline"] for one in ends}
    assert {one["run"] for one in ends} == {1}


def test_an_error_is_a_json_line_too_and_has_its_code(cophub: Call, folder: Folder) -> None:
    folder.configure("[hub]\nsiet = 1\n")
    answer = cophub("status", "--log-json")
    [line] = records(answer)
    assert (answer.code, line["level"], line["code"]) == (2, "error", "CPH-C03")
    assert "siet" in line["message"]


def test_what_one_command_was_asked_holds_for_no_other(cophub: Call, chatty: None) -> None:
    cophub("sync", "s1", "--log-level", "debug")
    assert logging.getLogger("cophub").level == logging.NOTSET
    assert "fetched" not in cophub("sync", "s1").err


def test_an_error_on_a_terminal_ends_with_its_code(cophub: Call, folder: Folder) -> None:
    folder.configure("[hub]\nsiet = 1\n")
    assert cophub("status").err.rstrip().endswith(" [CPH-C03]")


def test_programs_read_the_code_of_what_went_wrong(
    cophub: Call, chatty: None, folder: Folder
) -> None:
    """The same in the answer of the sync, in its run and stream, and in the status."""
    [module] = folder.folder.glob("chatty_*.py")
    module.write_text(
        CHATTY.replace("client = ctx.transport", 'raise AuthError("no")').replace(
            "import Account", "import Account, AuthError"
        )
    )
    [synced] = json.loads(cophub("sync", "s1", "--json").out)["results"]
    [run] = json.loads(cophub("runs", "--json").out)["runs"]
    [source] = [
        one
        for one in json.loads(cophub("status", "--json").out)["sources"]
        if one["source"] == "s1"
    ]
    for found in (synced, run, source["last"]):
        assert (found["code"], found["streams"][0]["code"]) == ("CPH-A01", "CPH-A01")


def test_a_variable_asks_for_the_log_of_a_service(
    cophub: Call, chatty: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As JSON, from a level on, or both; an option says more."""
    monkeypatch.setenv("COPHUB_LOG", "json")
    assert {one["level"] for one in records(cophub("sync", "s1", "--json"))} == {"info"}
    monkeypatch.setenv("COPHUB_LOG", "json,debug")
    found = records(cophub("sync", "s1", "--json"))
    assert {one.get("event") for one in found} >= {"lease.taken", "lease.released"}
    [read] = [one for one in found if one["message"] == "all there"]
    assert (read["level"], read["source"]) == ("debug", "s1")
    assert not records(cophub("sync", "s1", "--json", "--log-level", "error"))
    monkeypatch.setenv("COPHUB_LOG", "INFO")
    assert " info cophub.source.s1 " in cophub("sync", "s1").err
    monkeypatch.setenv("COPHUB_LOG", "")
    assert cophub("sync", "s1", "--json").err == ""


def test_a_variable_that_says_something_else_is_an_error(
    cophub: Call, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COPHUB_LOG", "jason")
    answer = cophub("status")
    assert answer.code == 2
    assert 'COPHUB_LOG says "jason"; write json, one of debug' in answer.err


def test_a_run_that_cannot_begin_is_in_the_log(cophub: Call, chatty: None, folder: Folder) -> None:
    from cophub.hub import Hub
    from cophub.warehouse.holding import held

    with Hub.open(folder.folder / "plugins.toml") as hub, held(hub.warehouse, "s1"):
        found = records(cophub("sync", "s1", "--json", "--log-json"))
    [refused] = [one for one in found if one.get("event") == "run.refused"]
    assert (refused["source"], refused["state"], refused["code"]) == ("s1", "busy", "CPH-B01")


def test_the_lease_thread_knows_what_it_works_for(folder: Folder, capsys: Any) -> None:
    """What goes wrong with a sign of life is told with the source it is of."""
    import threading
    from contextvars import copy_context
    from unittest.mock import Mock

    from cophub.cli.log_lines import handler
    from cophub.logs import bound
    from cophub.warehouse import holding
    from cophub.warehouse.state import Lease

    shown, ended = handler(as_json=True), Mock()
    ended.wait.side_effect = [False, True]
    warehouse = Mock()
    warehouse.begin.side_effect = SourceBusy("another run took over", code="CPH-B02")
    logging.getLogger("cophub.warehouse").addHandler(shown)
    try:
        with bound(source="s1", run=7):
            alive = holding._stay_alive
            lost = Lease("s1", "me", 3)
            context = copy_context()
            thread = threading.Thread(target=context.run, args=(alive, warehouse, lost, ended))
            thread.start()
            thread.join()
    finally:
        logging.getLogger("cophub.warehouse").removeHandler(shown)
    lines = capsys.readouterr().err.splitlines()
    [told] = [json.loads(line) for line in lines if line.startswith("{")]
    assert (told["event"], told["source"], told["run"]) == ("lease.trouble", "s1", 7)
    assert (told["lease"], told["fence"], told["code"]) == ("s1", 3, "CPH-B02")


def test_every_event_is_told_in_the_docs() -> None:
    """And none that nobody writes."""
    package = Path(cophub_package.__file__).parent
    told = (package.parent / "docs" / "logs.md").read_text(encoding="utf-8")
    table = told.partition("## Events")[2].partition("## ")[0]
    named = {
        name
        for row in table.splitlines()
        if row.startswith("| `")
        for name in re.findall(r"`([a-z.]+)`", row.split("|")[1])
    }
    written: set[str] = set()
    for path in package.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            values: list[ast.expr | None] = []
            if isinstance(node, ast.Call):
                values = [one.value for one in node.keywords if one.arg == "event"]
                if isinstance(node.func, ast.Name) and node.func.id == "_tell":
                    values += node.args
            elif isinstance(node, ast.Dict):
                keys = zip(node.keys, node.values, strict=True)
                values = [v for k, v in keys if isinstance(k, ast.Constant) and k.value == "event"]
            written |= {
                str(one.value)
                for one in values
                if isinstance(one, ast.Constant)
                and re.fullmatch(r"checkpoint|reload|[a-z]+\.[a-z]+", str(one.value))
            }
    assert named == written
