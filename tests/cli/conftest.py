"""A working folder with a small hub in it, and the real command line to call."""

import json
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import click
import pytest

from cophub import cli

MBOX = """\
From aba@example.org Mon Mar  2 10:00:00 2026
From: Aba Mensah <aba@example.org>
To: forum@example.org
Date: Mon, 02 Mar 2026 10:00:00 +0000
Subject: How do you count attendance?
Message-ID: <1@example.org>

How do you count attendance?

From li@example.org Tue Mar  3 10:00:00 2026
From: =?utf-8?b?5p2OIOWonA==?= <li@example.org>
To: forum@example.org
Date: Tue, 03 Mar 2026 10:00:00 +0000
Subject: Re: How do you count attendance?
Message-ID: <2@example.org>
In-Reply-To: <1@example.org>

By the sheet at the door.

"""

CONFIG = """\
[hub]
timezone = "Europe/Geneva"

[communities.forum]
title = "The Forum"
domain = "Meetings"
spaces = ["lists:forum"]

[sources.lists]
connector = "mailarchive"
every = "6 hours"
settings = { list = "forum", title = "Forum list", path = "mail" }
"""

NEWSLETTER = """
[sources.newsletter]
connector = "mailchimp"
settings = { api_key = { env = "TEST_MAILCHIMP_KEY" } }
"""


@dataclass
class Answer:
    """What a command printed and left with."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)


@dataclass
class Folder:
    """The folder that commands run in."""

    folder: Path

    def configure(self, text: str) -> None:
        (self.folder / "plugins.toml").write_text(text, encoding="utf-8")

    def mail(self, text: str, name: str = "2026-03.mbox") -> None:
        (self.folder / "mail").mkdir(exist_ok=True)
        (self.folder / "mail" / name).write_text(text, encoding="utf-8")


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Folder:
    """An empty folder as the working folder, with one mail archive and its plugins.toml."""
    monkeypatch.chdir(tmp_path)
    for name in ("COPHUB_CONFIG", "TEST_MAILCHIMP_KEY"):
        monkeypatch.delenv(name, raising=False)
    place = Folder(tmp_path)
    place.configure(CONFIG)
    place.mail(MBOX)
    return place


@pytest.fixture
def cophub(folder: Folder, capsys: pytest.CaptureFixture[str]) -> Iterator[Callable[..., Answer]]:
    """Calls the command line in this process, as `cophub ...` would; colours taken out."""

    def call(*arguments: str) -> Answer:
        code = cli.run([str(argument) for argument in arguments])
        sys.stdout.flush()
        out, err = capsys.readouterr()
        return Answer(code, click.unstyle(out), click.unstyle(err))

    yield call


@pytest.fixture(scope="session")
def resolved_once(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the warehouse of the first `directory` is kept: the others begin with a copy of it."""
    return tmp_path_factory.mktemp("directory") / "cophub.db"
