"""`sync`: what it says, what it leaves, and how it is stopped."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable

import pytest

from cophub.sandbox import MailchimpSandbox

from .conftest import CONFIG, MBOX, NEWSLETTER, Answer, Folder

Call = Callable[..., Answer]
THIRD = """\
From ana@example.org Wed Mar  4 10:00:00 2026
From: Ana <ana@example.org>
Date: Wed, 04 Mar 2026 10:00:00 +0000
Subject: Re: How do you count attendance?
Message-ID: <3@example.org>
In-Reply-To: <1@example.org>

We ask them to sign.

"""


def test_a_sync_says_what_came_and_a_second_one_that_nothing_did(cophub: Call) -> None:
    first = cophub("sync")
    assert first.code == 0
    assert "lists done" in first.out
    assert "5 read  · 5 new" in first.out
    second = cophub("sync")
    assert second.code == 0
    assert "nothing new" in second.out


def test_only_what_is_new_is_read_and_full_reads_all_again(cophub: Call, folder: Folder) -> None:
    cophub("sync")
    folder.mail(MBOX + THIRD)
    [later] = cophub("sync", "--json").json["results"]
    assert sum(stream["new"] for stream in later["streams"]) == 2
    [again] = cophub("sync", "--full", "--json").json["results"]
    assert again["streams"][0]["whole"] is True
    assert again["streams"][0]["seen"] > later["streams"][0]["seen"]


def test_a_source_that_cannot_start_stops_no_other(cophub: Call, folder: Folder) -> None:
    """Its line names file, table, key, variable and the fix; the exit code says that one failed."""
    folder.configure(NEWSLETTER + CONFIG)
    answer = cophub("sync")
    assert answer.code == 1
    assert (
        "plugins.toml: [sources.newsletter] settings.api_key: the environment variable"
        " TEST_MAILCHIMP_KEY is not set; set it before you start cophub" in answer.out
    )
    assert "lists done" in answer.out
    assert "2 sources: 1 failed, 1 done" in answer.out


def test_a_source_that_fails_says_why_and_the_next_step(cophub: Call, folder: Folder) -> None:
    folder.configure(CONFIG.replace('path = "mail"', 'path = "nowhere/*.mbox"'))
    answer = cophub("sync")
    assert answer.code == 1
    assert "no file is at path" in answer.out
    status = cophub("status")
    assert status.code == 1
    assert "→ correct plugins.toml, then: cophub check lists\n" in status.out
    assert "→ Correct path or url of this source.\n" in cophub("doctor").out


def test_one_cause_that_stops_every_stream_is_told_once(
    cophub: Call, folder: Folder, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The streams that it stopped are named in one line."""
    monkeypatch.setenv("TEST_MAILCHIMP_KEY", "wrong-us1")
    with MailchimpSandbox(people=5) as sandbox:
        address = f'base_url = "{sandbox.base_url}", api_key ='
        folder.configure(CONFIG + NEWSLETTER.replace("api_key =", address))
        answer = cophub("sync", "newsletter")
    assert answer.code == 1
    assert answer.out.count("MailChimp refused the API key") == 1
    assert "as above: members, campaigns, reports, activity, growth\n" in answer.out


def test_only_the_named_stream_is_synced(cophub: Call) -> None:
    assert cophub("sync", "--stream", "posts").code == 0
    wrong = cophub("sync", "--stream", "post")
    assert wrong.code == 2
    assert 'no source here has a stream "post" (did you mean "posts"?)' in wrong.err


def test_without_any_source_it_says_how_to_add_one(cophub: Call, folder: Folder) -> None:
    folder.configure("")
    answer = cophub("sync")
    assert answer.code == 2
    assert "plugins.toml has no sources; add a table [sources.NAME]" in answer.err


def test_the_answer_is_one_json_document_and_nothing_else(cophub: Call) -> None:
    answer = cophub("sync", "--json")
    assert answer.err == ""
    [result] = answer.json["results"]
    assert (result["source"], result["state"]) == ("lists", "done")
    assert result["streams"][0]["new"] == 5


SLOW = """
import time
from pydantic import BaseModel, Field
from cophub import Account, Checkpoint, Connector, Stream, hookimpl

class Settings(BaseModel):
    base_url: str = Field("https://slow.example.org", description="Where it is.")

def accounts(ctx, since):
    for number in range(int(since or 0), 400):
        yield Account(key=number)
        yield Checkpoint(str(number + 1))
        ctx.progress("accounts", number, 400)
        time.sleep(0.02)

@hookimpl
def cophub_connectors():
    streams = [Stream(accounts)]
    return [Connector(name="slow", summary="Slow.", settings=Settings, streams=streams)]
"""


def test_a_signal_ends_a_sync_at_a_checkpoint_and_the_next_goes_on(
    cophub: Call, folder: Folder
) -> None:
    """What was read before is kept, nothing is read twice, and the exit code is not 0."""
    (folder.folder / "slow_forum.py").write_text(SLOW)
    folder.configure('[plugins]\nmodules = ["slow_forum"]\n[sources.slow]\nconnector = "slow"\n')
    environment = {**os.environ, "PYTHONPATH": str(folder.folder)}
    with subprocess.Popen(
        [sys.executable, "-m", "cophub", "sync"],
        stdout=subprocess.PIPE, text=True, env=environment,
    ) as running:  # fmt: skip
        _wait_until(lambda: _state_of_first_run(cophub) == "running")
        time.sleep(0.3)
        running.send_signal(signal.SIGTERM)
        out, _ = running.communicate(timeout=20)
    assert running.returncode == 1
    assert "stopping at the next checkpoint" in out
    [run] = cophub("runs", "--json").json["runs"]
    kept = run["streams"][0]["new"]
    assert run["state"] == "stopped"
    assert 0 < kept < 400
    rows = cophub("export", "account").out.splitlines()[1:]
    cursor = int(
        cophub("export", "cursor", "--format", "jsonl").out.split('"value":"')[1].split('"')[0]
    )
    assert len(rows) == cursor


def _state_of_first_run(cophub: Call) -> str | None:
    runs = cophub("runs", "--json").json["runs"]
    return runs[0]["state"] if runs else None


def _wait_until(true: Callable[[], bool], seconds: float = 15) -> None:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if true():
            return
        time.sleep(0.05)
    raise AssertionError("it did not come about in time")
