"""`--log-level` and `--log-json`: what a command does, line by line, and to what each belongs."""

import json
import logging
from collections.abc import Callable, Iterator
from typing import Any

import pytest

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
