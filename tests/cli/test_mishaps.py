"""Whatever goes wrong on this machine is said in one line, with an exit code; nothing is lost."""

import os
import resource
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta

import click
import pytest

from cophub.cli.work import lines_of
from cophub.sandbox import MailchimpSandbox
from cophub.sync import RunResult
from cophub.sync.results import StreamResult
from tests.cli.conftest import CONFIG, MBOX, NEWSLETTER, Answer, Folder

KEY = "0badc0de0badc0de-us1"
Cophub = Callable[..., Answer]

LATER = """\
From kofi@example.org Wed Mar  4 10:00:00 2026
From: Kofi Owusu <kofi@example.org>
To: forum@example.org
Date: Wed, 04 Mar 2026 10:00:00 +0000
Subject: Re: How do you count attendance?
Message-ID: <3@example.org>
In-Reply-To: <1@example.org>

By asking those who came.

"""


def rows(folder: Folder, query: str) -> list[tuple[object, ...]]:
    with closing(sqlite3.connect(folder.folder / "cophub.db")) as file:
        return file.execute(query).fetchall()


def posts(folder: Folder) -> list[object]:
    return [key for (key,) in rows(folder, "SELECT key FROM post ORDER BY key")]


def assert_readable(answer: Answer, *words: str) -> None:
    """The words stand in one line, and nothing that only a programmer would read."""
    said = answer.out + answer.err
    assert any(all(word in line for word in words) for line in said.splitlines()), said
    for never in ("Traceback", "sqlite3.", "sqlalchemy", "cophub-errors.log", KEY, "its author"):
        assert never not in said


@pytest.fixture
def box() -> Iterator[MailchimpSandbox]:
    with MailchimpSandbox(seed=3, people=40, audiences=2, years=0.1) as sandbox:
        yield sandbox


def with_newsletter(folder: Folder, box: MailchimpSandbox, more: str = "") -> None:
    settings = f'base_url = "{box.base_url}", api_key = {{ env = "TEST_MAILCHIMP_KEY" }}{more}'
    table = NEWSLETTER.replace('api_key = { env = "TEST_MAILCHIMP_KEY" }', settings)
    folder.configure(CONFIG + table)


def test_a_wrong_key_stops_its_source_and_no_other(
    folder: Folder, cophub: Cophub, box: MailchimpSandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TEST_MAILCHIMP_KEY", KEY)
    with_newsletter(folder, box)
    answer = cophub("sync")
    assert answer.code == 1
    assert_readable(answer, "MailChimp refused the API key", "make a new one", "plugins.toml")
    assert "newsletter failed" in answer.out
    assert len(posts(folder)) == 2


def test_a_vendor_that_is_away_is_told_once() -> None:
    """The reason with the stream that met it, and all others in one line."""
    now = datetime(2026, 3, 2, tzinfo=UTC)
    untried = "not tried: the vendor did not answer (see stream audiences)"
    streams = [
        StreamResult("audiences", "failed", requests=6, error="api.example.org: no connection"),
        StreamResult("members", "failed", error=untried),
        StreamResult("campaigns", "failed", error=untried),
    ]
    run = RunResult(1, "newsletter", "failed", now, now + timedelta(seconds=6), streams)
    lines = [click.unstyle(line) for line in lines_of(run)]
    assert lines[0].endswith("newsletter failed  6.0 s · 6 requests")
    assert lines[-2].endswith("failed: api.example.org: no connection")
    assert lines[-1] == "    not tried, since the vendor did not answer: members, campaigns"
    assert len(lines) == 4


def test_a_wrong_audience_is_told_with_those_that_there_are(
    folder: Folder, cophub: Cophub, box: MailchimpSandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TEST_MAILCHIMP_KEY", box.api_key)
    with_newsletter(folder, box, ', audiences = ["0123456789"]')
    answer = cophub("sync")
    assert answer.code == 1
    assert_readable(answer, "'0123456789' is not in this", box.audiences[0].list_id, "plugins.toml")
    assert len(posts(folder)) == 2


def test_of_a_truncated_mbox_all_that_is_there_is_kept(folder: Folder, cophub: Cophub) -> None:
    """The message that was cut off is whole once the file is."""
    folder.mail(MBOX[:-12])
    assert cophub("sync").code == 0
    text = "SELECT body FROM post WHERE key = '2@example.org'"
    assert rows(folder, text) == [("By the sheet at",)]
    folder.mail(MBOX + LATER)
    assert cophub("sync").code == 0
    assert posts(folder) == ["1@example.org", "2@example.org", "3@example.org"]
    assert rows(folder, text) == [("By the sheet at the door.",)]


def test_an_archive_that_shrank_loses_no_post(folder: Folder, cophub: Cophub) -> None:
    assert cophub("sync").code == 0
    folder.mail(MBOX[: MBOX.index("From li@")])
    assert cophub("sync").code == 0
    assert len(posts(folder)) == 2


@pytest.mark.skipif(sys.platform != "linux", reason="setpriv is Linux's")
def test_an_unreadable_file_is_named_and_the_others_are_read(folder: Folder) -> None:
    folder.mail(LATER, "2026-04.mbox")
    closed = folder.folder / "mail" / "2026-04.mbox"
    closed.chmod(0)
    answer = sync_in_process(folder)
    assert answer.code == 0
    assert "1 rejected" in answer.out
    assert "what was rejected, and why: cophub rejects --source" in answer.out
    assert len(posts(folder)) == 2
    told = rows(folder, "SELECT reason FROM reject")
    assert told == [("2026-04.mbox: cannot be read: Permission denied",)]
    closed.chmod(0o644)
    assert sync_in_process(folder).code == 0
    assert len(posts(folder)) == 3


def sync_in_process(folder: Folder, *, file_size: int | None = None) -> Answer:
    """`cophub sync` as a process of its own; no file may grow beyond `file_size` bytes."""

    def prepare() -> None:
        if file_size is not None:
            signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
            resource.setrlimit(resource.RLIMIT_FSIZE, (file_size, file_size))

    # To root every file is readable, unless root is told to do without.
    privileges = ["setpriv", "--bounding-set=-dac_override,-dac_read_search"]
    done = subprocess.run(
        [*(privileges if os.geteuid() == 0 else []), sys.executable, "-m", "cophub", "sync"],
        cwd=folder.folder,
        preexec_fn=prepare,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    return Answer(done.returncode, done.stdout, done.stderr)


def test_a_locked_database_is_told_after_the_patience_that_its_address_gives(
    folder: Folder, cophub: Cophub
) -> None:
    assert cophub("sync").code == 0
    folder.configure(
        CONFIG.replace("[hub]", '[hub]\nwarehouse = "sqlite:///cophub.db?timeout=0.2"')
    )
    folder.mail(MBOX + LATER)
    with closing(sqlite3.connect(folder.folder / "cophub.db", isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        answer = cophub("sync")
        assert answer.code == 1
        assert_readable(answer, "cophub.db", "another program holds it locked", "run again")
        assert len(posts(folder)) == 2
    assert cophub("sync").code == 0
    assert len(posts(folder)) == 3


def test_a_full_disk_is_told_and_the_next_run_goes_on(folder: Folder, cophub: Cophub) -> None:
    """The file may have no more pages: SQLite's own answer to a disk without room."""
    assert cophub("sync").code == 0
    much = MBOX + LATER.replace("who came.", "who came.\n" + "They said so.\n" * 30_000)
    folder.mail(much)
    (folder.folder / "full_disk.py").write_text(
        "from sqlalchemy import event\n"
        "from sqlalchemy.engine import Engine\n"
        "@event.listens_for(Engine, 'connect')\n"
        "def fill(connection, record):\n"
        "    (pages,) = connection.execute('PRAGMA page_count').fetchone()\n"
        "    connection.execute(f'PRAGMA max_page_count = {pages + 2}')\n"
    )
    folder.configure(CONFIG + '\n[plugins]\nmodules = ["full_disk"]\n')
    answer = sync_in_process(folder)
    assert answer.code == 1
    assert_readable(answer, "cophub.db", "the disk is full", "free some room")
    assert len(posts(folder)) == 2
    folder.configure(CONFIG)
    assert sync_in_process(folder).code == 0
    assert len(posts(folder)) == 3


@pytest.mark.skipif(sys.platform != "linux", reason="the limit is POSIX's, its errors Linux's")
def test_a_file_that_may_not_grow_is_told(folder: Folder, cophub: Cophub) -> None:
    assert cophub("sync").code == 0
    folder.mail(MBOX + LATER.replace("who came.", "who came.\n" + "They said so.\n" * 90_000))
    size = (folder.folder / "cophub.db").stat().st_size
    answer = sync_in_process(folder, file_size=size + 20_000)
    assert answer.code == 1
    assert_readable(answer, "cophub.db", "the disk")
    assert len(posts(folder)) == 2
    assert sync_in_process(folder).code == 0
    assert len(posts(folder)) == 3


def test_a_clock_behind_the_last_run_changes_nothing_and_says_so(
    folder: Folder, cophub: Cophub
) -> None:
    """The same as a clock in the past: what is stored comes from a later day."""
    assert cophub("sync").code == 0
    ahead = datetime.now(UTC) + timedelta(days=400)
    with closing(sqlite3.connect(folder.folder / "cophub.db")) as file:
        text = f"{ahead:%Y-%m-%d %H:%M:%S}"
        file.execute("UPDATE run SET started_at = ?, finished_at = ?", (text, text))
        file.execute("UPDATE lease SET holder = 'elsewhere', expires_at = ?", (text,))
        file.commit()
    before = rows(folder, "SELECT * FROM cursor")
    folder.mail(MBOX + LATER)
    answer = cophub("sync")
    assert answer.code == 1
    assert_readable(answer, "lists", "the clock", f"{ahead:%Y-%m-%d}", "--trust-clock")
    assert rows(folder, "SELECT * FROM cursor") == before
    assert len(posts(folder)) == 2
    assert_readable(cophub("doctor"), "clock", "timedatectl")
    assert cophub("sync", "--trust-clock").code == 0
    assert len(posts(folder)) == 3
    assert cophub("sync").code == 0
    assert "timedatectl" not in cophub("doctor").out
