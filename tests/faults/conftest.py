"""The program that plays stories, once for all tests; it forks, and has no threads of pytest's."""

import json
import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest


class Player:
    """`python -m tests.faults`, told by line what to play."""

    def __init__(self) -> None:
        self._program = subprocess.Popen(
            [sys.executable, "-m", "tests.faults", "--serve"],
            cwd=Path(__file__).parents[2],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
        )

    def play(
        self, connector: str, first: int, last: int, *, broken: str = "",
        only: Sequence[str] = (), enough: int = 3,
    ) -> list[str]:  # fmt: skip
        """Plans of the seeds from `first` to before `last` that end badly, and why."""
        order = {"connector": connector, "seeds": (first, last), "broken": broken,
                 "only": only, "enough": enough}  # fmt: skip
        assert self._program.stdin
        assert self._program.stdout
        self._program.stdin.write(json.dumps(order).encode() + b"\n")
        self._program.stdin.flush()
        told = self._program.stdout.readline()
        assert told, "the program that plays stories ended; what it said stands above"
        found: Any = json.loads(told)
        return list(found)

    def close(self) -> None:
        """Let it end."""
        assert self._program.stdin
        self._program.stdin.close()
        self._program.wait(20)


@pytest.fixture(scope="session")
def player() -> Iterator[Player]:
    made = Player()
    yield made
    made.close()
