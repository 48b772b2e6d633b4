"""A hub to read from, the tap as a process, and a server for a real target to write to."""

import json
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

TARGET = {"hard_delete": True, "default_target_schema": "hub"}
BIN = Path(sys.executable).parent


@dataclass
class Piped:
    """`cophub tap` into `target-postgres`, as processes, as often as one likes."""

    folder: Path
    target_url: str
    settings: dict[str, Any] = field(default_factory=dict)
    state: dict[str, Any] | None = None
    said: list[dict[str, Any]] = field(default_factory=list)
    """What the tap wrote last."""

    def read(self) -> None:
        """One read, from where the target said that the last one got."""
        tap, target = self.folder / "tap.json", self.folder / "target.json"
        tap.write_text(json.dumps({"config": str(self.folder / "plugins.toml"), **self.settings}))
        url = self.target_url.replace("postgresql+psycopg://", "postgresql://")
        target.write_text(json.dumps({"sqlalchemy_url": url, **TARGET}))
        command = [sys.executable, "-m", "cophub", "tap", "--config", str(tap)]
        if self.state is not None:
            kept = self.folder / "state.json"
            kept.write_text(json.dumps(self.state))
            command += ["--state", str(kept)]
        read = subprocess.run(command, capture_output=True, check=False)
        assert read.returncode == 0, read.stderr.decode()
        self.said = [json.loads(line) for line in read.stdout.splitlines()]
        wrote = subprocess.run(
            [str(BIN / "target-postgres"), "--config", str(target)],
            input=read.stdout, capture_output=True, check=False,
        )  # fmt: skip
        assert wrote.returncode == 0, wrote.stderr.decode()
        self.state = json.loads(wrote.stdout.splitlines()[-1])

    def count(self, stream: str) -> int:
        """How many rows of a stream the tap gave in the last read."""
        return sum(one["type"] == "RECORD" and one["stream"] == stream for one in self.said)


@pytest.fixture
def pipe(bare_postgres_database: Callable[[], str]) -> Callable[..., Piped]:
    """Makes a pipe from the hub of a folder into an empty database."""
    return lambda folder, **settings: Piped(folder, bare_postgres_database(), settings)
