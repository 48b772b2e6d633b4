"""A hub on PostgreSQL whose work is for workers, and workers as processes of their own."""

import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from cophub.hub import Hub

PATIENCE = 90.0
"""Seconds that anything may take on a busy machine; nothing waits for that long by itself."""
VENDOR = """
import os, time
from pathlib import Path
from pydantic import BaseModel, Field
from cophub import Account, Checkpoint, Connector, Pipeline, Publication, Stream, hookimpl
from cophub.pipeline import NoSettings

HERE = Path(__file__).parent

class Settings(BaseModel):
    pages: int = Field(4, description="Pages that there are.")
    gate: str = Field("", description="File without which the second page does not come.")

def accounts(ctx, since):
    first = int(since or 0)
    for page in range(first, ctx.settings.pages):
        with (HERE / "asked.txt").open("a") as asked:
            asked.write(f"{ctx.source} {page} {os.getpid()}\\n")
        gate = ctx.settings.gate
        while gate and page == 1 and not (HERE / gate).exists():
            time.sleep(0.02)
        for one in range(10):
            yield Account(key=f"{page}-{one}", name=f"{ctx.source} {page} {one}")
        yield Checkpoint(str(page + 1))

def pages(context):
    yield Publication("made.txt", str(os.getpid()))

@hookimpl
def cophub_connectors():
    streams = [Stream(accounts)]
    return [Connector(name="pages", summary="Pages.", settings=Settings, streams=streams)]

@hookimpl
def cophub_pipelines():
    return [Pipeline(name="tick", summary="Ticks.", run=pages)]
"""
PROGRAM = """
import sys
import cophub.worker
from cophub.cli import run
from cophub.worker.taking import Pace

cophub.worker.PACE = Pace(poll=float(sys.argv[1]), life=0.3, stalled=3.0, again=0.3, look=0.2)
sys.exit(run(sys.argv[2:]))
"""


@dataclass
class Place:
    """The folder of a hub, and what was started there."""

    folder: Path
    url: str
    module: str
    started: list[subprocess.Popen[str]] = field(default_factory=list)
    opened: list[Hub] = field(default_factory=list)

    @property
    def config(self) -> Path:
        return self.folder / "plugins.toml"

    def write(self, tables: str, queue: str = 'queue = "workers"') -> Path:
        self.config.write_text(
            f'[hub]\nwarehouse = "{self.url}"\n{queue}\n[plugins]\nmodules = ["{self.module}"]\n'
            + tables
        )
        return self.config

    def hub(self) -> Hub:
        self.opened.append(Hub.open(self.config))
        return self.opened[-1]

    def cophub(self, *words: str, poll: float = 0.3) -> subprocess.Popen[str]:
        """The command line as a process of its own, at a pace for tests."""
        command = [sys.executable, "-c", PROGRAM, str(poll), *words, "--config", str(self.config)]
        name = self.folder / f"{len(self.started)}-{words[0]}.txt"
        with name.open("w") as said:
            self.started.append(
                subprocess.Popen(command, text=True, stdout=said, stderr=subprocess.STDOUT)
            )
        return self.started[-1]

    def said(self) -> str:
        """What all processes said, for a failure to show."""
        return "\n".join(f"{file.name}:\n{file.read_text()}" for file in
                         sorted(self.folder.glob("*-*.txt")))  # fmt: skip

    def asked(self) -> list[tuple[str, int, int]]:
        """(source, page, process) of each page that was asked for, in that order."""
        file = self.folder / "asked.txt"
        lines = file.read_text().splitlines() if file.exists() else []
        return [(name, int(page), int(process)) for name, page, process in map(str.split, lines)]

    def until(self, true: Callable[[], Any]) -> Any:
        """What `true` gives once it gives something."""
        end = time.monotonic() + PATIENCE
        while not (found := true()):
            assert time.monotonic() < end, self.said()
            time.sleep(0.05)
        return found


@pytest.fixture
def place(
    tmp_path: Path, postgres_database: Callable[[], str], monkeypatch: pytest.MonkeyPatch
) -> Iterator[Place]:
    """A hub without sources, on a PostgreSQL database of its own."""
    monkeypatch.setenv("COPHUB_KEY", "a long random phrase")
    monkeypatch.setenv("PYTHONUNBUFFERED", "1")
    monkeypatch.syspath_prepend(str(tmp_path))
    module = f"paged_{abs(hash(str(tmp_path)))}"
    (tmp_path / f"{module}.py").write_text(VENDOR)
    found = Place(tmp_path, postgres_database(), module)
    yield found
    for process in found.started:
        process.kill()
        process.wait()
    for hub in found.opened:
        hub.close()


def rows(hub: Hub, query: str, **values: Any) -> list[tuple[Any, ...]]:
    """What the warehouse answers."""
    with hub.warehouse.connect() as connection:
        return [tuple(row) for row in connection.execute(text(query), values)]


__all__ = ["PATIENCE", "Place", "rows"]
