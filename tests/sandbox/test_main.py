"""`python -m cophub.sandbox`: a vendor in a process of its own."""

import signal
import subprocess
import sys
from collections.abc import Callable, Iterator

import httpx
import pytest

Start = Callable[..., subprocess.Popen[str]]


@pytest.fixture
def start() -> Iterator[Start]:
    """Starts the command with standard input as a pipe; ends what still runs."""
    running: list[subprocess.Popen[str]] = []

    def begin(*options: str) -> subprocess.Popen[str]:
        command = [sys.executable, "-m", "cophub.sandbox", "mailchimp", *options]
        pipe = subprocess.PIPE
        process = subprocess.Popen(command, stdin=pipe, stdout=pipe, stderr=pipe, text=True)
        running.append(process)
        return process

    yield begin
    for process in running:
        process.kill()
        process.wait()
        for stream in (process.stdin, process.stdout, process.stderr):
            if stream is not None:
                stream.close()


def first_line(process: subprocess.Popen[str]) -> str:
    """What the process prints first."""
    assert process.stdout is not None
    return process.stdout.readline().strip()


def test_its_first_line_is_where_it_serves_and_it_ends_when_its_input_closes(start: Start) -> None:
    """So it never outlives the program that started it."""
    process = start("--people", "20", "--audiences", "2", "--api-key", "k-us1")
    url = first_line(process)
    lists = httpx.get(f"{url}/3.0/lists", auth=("x", "k-us1")).json()
    assert lists["total_items"] == 2
    moved = httpx.post(f"{url}/__sandbox__/advance", json={"days": 1}).json()
    assert moved["now"].startswith("2026-06-02")
    assert process.stdin is not None
    process.stdin.close()
    assert process.wait(timeout=10) == 0


def test_a_signal_ends_it_at_once(start: Start) -> None:
    """SIGTERM, and the exit is a clean one."""
    process = start("--people", "20", "--audiences", "1", "--now", "2026-03-01")
    url = first_line(process)
    assert httpx.get(f"{url}/__sandbox__/now").json()["now"].startswith("2026-03-01")
    process.send_signal(signal.SIGTERM)
    assert process.wait(timeout=10) == 0


def test_an_instant_that_is_none_is_refused_in_words(start: Start) -> None:
    """Exit code 2, and what to write instead."""
    process = start("--now", "soon")
    assert process.wait(timeout=20) == 2
    assert process.stderr is not None
    assert "give an ISO 8601 instant such as 2026-06-01, or today" in process.stderr.read()
