"""`people review` on a real terminal: single keys, nothing lost, people up to date at the end."""

import fcntl
import os
import pty
import select
import signal
import struct
import subprocess
import sys
import termios
import time
from collections.abc import Callable, Iterator
from types import TracebackType

import pytest

from .conftest import Answer
from .directory import Directory, directory, person

__all__ = ["directory"]
Call = Callable[..., Answer]


class Terminal:
    """A command that runs on a terminal of its own, and what it shows."""

    def __init__(self, *arguments: str, columns: int = 80, rows: int = 24) -> None:
        self._ours, theirs = pty.openpty()
        fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))
        self._process = subprocess.Popen(
            [sys.executable, "-m", "cophub", *arguments],
            stdin=theirs, stdout=theirs, stderr=theirs, start_new_session=True,
            env=os.environ | {"TERM": "xterm-256color", "COLUMNS": "", "LINES": ""},
        )  # fmt: skip
        os.close(theirs)
        self.shown = ""

    def __enter__(self) -> "Terminal":
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._process.kill()
        self._process.wait()
        os.close(self._ours)

    def press(self, keys: str) -> None:
        os.write(self._ours, keys.encode())

    def wait_for(self, text: str, seconds: float = 60) -> str:
        """What was shown since the last wait, up to this text and what came with it."""
        end = time.monotonic() + seconds
        seen = ""
        while text not in seen:
            ready, _, _ = select.select([self._ours], [], [], max(0.0, end - time.monotonic()))
            assert ready, f"{text!r} was not shown in time, but {seen[-2000:]!r}"
            try:
                seen += os.read(self._ours, 65536).decode("utf-8", errors="replace")
            except OSError:
                break
        assert text in seen, seen[-2000:]
        self.shown += seen
        return seen

    def end(self, seconds: float = 60) -> int:
        """How it ended by itself; reads on meanwhile, so that it never waits for us."""
        end = time.monotonic() + seconds
        while self._process.poll() is None and time.monotonic() < end:
            if select.select([self._ours], [], [], 0.1)[0]:
                try:
                    self.shown += os.read(self._ours, 65536).decode("utf-8", errors="replace")
                except OSError:
                    break
        return self._process.wait(timeout=60)

    def interrupt(self) -> None:
        """Ctrl-C."""
        self._process.send_signal(signal.SIGINT)

    def kill(self) -> None:
        self._process.send_signal(signal.SIGKILL)
        self._process.wait()


@pytest.fixture
def asked(directory: Directory) -> Iterator[Directory]:
    """Three questions, about accounts that nothing forbids to be one person's."""
    directory.write("guests", *(person(f"n{n}", "", f"k{n}7@x{n}.example") for n in range(1, 5)))
    directory.run()
    directory.ask("guests:n1", "guests:n2", 4.0)
    directory.ask("guests:n3", "guests:n4", 3.0)
    directory.ask("guests:n4", "list:3", 2.0)
    yield directory


def test_answers_are_single_keys_and_take_effect(asked: Directory, cophub: Call) -> None:
    with Terminal("people", "review", "--by", "Ada", "--note", "asked them") as terminal:
        first = terminal.wait_for("quit")
        assert "0 of 3 worth asking" in first and "k***@x1.example" in first
        terminal.press("s")
        second = terminal.wait_for("quit")
        assert "1 of 3 worth asking · about 1 account gained so far" in second
        assert "decision 1" in second
        terminal.press("d")
        terminal.wait_for("decision 2")
        terminal.press("k")
        assert terminal.end() == 0
    assert "1 same, 1 different, 1 skipped; about 1 account gained" in terminal.shown
    groups = asked.groups()
    assert frozenset(("guests:n1", "guests:n2")) in groups
    assert frozenset(("guests:n3",)) in groups
    found = cophub("people", "decisions", "--json").json["decisions"]
    assert {(row["decided_by"], row["note"]) for row in found} == {("Ada", "asked them")}


def test_a_terminal_that_dies_loses_nothing(asked: Directory, cophub: Call) -> None:
    with Terminal("people", "review") as terminal:
        terminal.wait_for("quit")
        terminal.press("s")
        terminal.wait_for("decision 1")
        terminal.kill()
    (row,) = cophub("people", "decisions", "--json").json["decisions"]
    assert (row["decision"], row["state"]) == ("same", "stands")
    asked.run()
    assert frozenset(("guests:n1", "guests:n2")) in asked.groups()


def test_an_answer_can_be_taken_back_and_given_anew(asked: Directory, cophub: Call) -> None:
    """However fast the keys come."""
    with Terminal("people", "review") as terminal:
        terminal.wait_for("quit")
        terminal.press("suds?xq")
        assert terminal.end() == 0
    found = cophub("people", "decisions", "--all", "--json").json["decisions"]
    assert [(row["decision"], row["state"]) for row in reversed(found)] == [
        ("same", "withdrawn"), ("different", "stands"), ("same", "stands"),
    ]  # fmt: skip
    assert "1 same, 1 different, 0 skipped" in terminal.shown


def test_nine_at_once_are_marked_and_kept_together(asked: Directory, cophub: Call) -> None:
    with Terminal("people", "review", columns=120, rows=40) as terminal:
        terminal.wait_for("quit")
        terminal.press("b")
        assert "Which of these are one person?" in terminal.wait_for("Enter")
        terminal.press("122\r")
        assert terminal.end() == 0
    found = cophub("people", "decisions", "--json").json["decisions"]
    assert sorted(row["decision"] for row in found) == ["different", "same"]
    assert "1 same, 1 different, 1 skipped" in terminal.shown


def test_a_contradiction_is_told_on_the_screen_and_not_kept(asked: Directory, cophub: Call) -> None:
    with Terminal("people", "review") as terminal:
        terminal.wait_for("quit")
        # Somebody else decides meanwhile that they are two.
        from datetime import UTC, datetime

        from cophub.hub import Hub
        from cophub.identities.decisions import Wish, record

        with Hub.open(asked.path) as hub, hub.warehouse.begin() as connection:
            wish = Wish(False, ("guests", "n1"), ("guests", "n2"))
            record(connection, [wish], by="Bo", now=datetime.now(UTC))
        terminal.press("s")
        assert "0 of 3 worth asking" in terminal.wait_for("contradicts")
        terminal.press("q")
        assert terminal.end() == 0
    assert len(cophub("people", "decisions", "--json").json["decisions"]) == 1


def test_the_terminal_is_as_it_was_when_it_ends(asked: Directory) -> None:
    """Also after Ctrl-C: the cursor is back, the first screen too."""
    with Terminal("people", "review") as terminal:
        terminal.wait_for("quit")
        terminal.interrupt()
        assert terminal.end() == 0
    assert terminal.shown.count("\x1b[?1049h") == terminal.shown.count("\x1b[?1049l") == 1
    assert terminal.shown.rindex("\x1b[?25h") > terminal.shown.rindex("\x1b[?25l")


@pytest.mark.parametrize(("columns", "rows"), [(80, 24), (120, 40), (72, 20)])
def test_a_question_fits_the_screen(asked: Directory, columns: int, rows: int) -> None:
    """The keys are on the last line, whatever the size."""
    with Terminal("people", "review", columns=columns, rows=rows) as terminal:
        shown = terminal.wait_for("quit")
        terminal.press("q")
        assert terminal.end() == 0
    assert "Are these one person?" in shown and "sum" in shown
