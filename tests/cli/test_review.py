"""`people review` on a real terminal: single keys, nothing lost, people up to date at the end."""

import csv
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
from pathlib import Path
from types import TracebackType

import pytest

from cophub.hub import Hub
from cophub.identities.decisions import Wish, record

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
    assert [row["score"] for row in found] == [3.0, 4.0]


def test_at_the_end_it_is_told_what_was_learned(asked: Directory, cophub: Call) -> None:
    """By who was asked by a score; the line is told that holds from now on."""
    assert "answers: pairs" not in cophub("people", "decisions").out
    with Hub.open(asked.path) as hub, hub.warehouse.begin() as connection:
        said = [Wish(False, ("old", f"{n}"), ("older", f"{n}"), None, 2.5) for n in range(29)]
        record(connection, said, by="Ada", now=hub.now())
    with Terminal("people", "review") as terminal:
        assert "from +2.75 on they are joined" in terminal.wait_for("quit")
        terminal.press("d")
        terminal.wait_for("decision 30")
        terminal.press("q")
        assert terminal.end() == 0
    learned = "30 answers: pairs with score 2 are right in 52 of 100; joined from 3.75 on"
    assert learned in terminal.shown
    assert learned in cophub("people", "decisions").out
    figures = cophub("people", "decisions", "--json").json["learned"]
    assert (figures["answers"], figures["merge"]) == (30, 3.75)
    cophub("people", "undo")
    assert cophub("people", "decisions", "--json").json["learned"] is None


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


@pytest.fixture
def held(directory: Directory) -> Directory:
    """One person whom a name and a country hold together, which is to be asked about."""
    directory.said["list"] = "[pipelines.identities]\nsettings = { weights = { sure = 99.0 } }"
    marwa = (person("m1", "Marwa Zaoui", "mzaoui60@gmail.com", country="MA"),
             person("m2", "ZAOUI Marwa", "marwa@hospital.example", country="MA"))  # fmt: skip
    directory.write("members", *marwa)
    directory.run()
    assert frozenset(("members:m1", "members:m2")) in directory.groups()
    return directory


@pytest.mark.parametrize(("columns", "rows"), [(80, 24), (120, 40)])
def test_who_is_held_for_one_person_is_parted_by_a_no(
    held: Directory, cophub: Call, columns: int, rows: int
) -> None:
    before = held.people()
    with Terminal("people", "review", columns=columns, rows=rows) as terminal:
        shown = terminal.wait_for("quit")
        assert "Held for one person" in shown and "a no parts 1 account" in shown
        assert "keep" in shown and "part" in shown
        terminal.press("d")
        assert terminal.end() == 0
    assert "0 same, 1 different, 0 skipped; about 1 account parted" in terminal.shown
    assert frozenset(("members:m1",)) in held.groups()
    assert "nothing to ask" in cophub("people", "review").out
    cophub("people", "undo")
    assert held.people() == before


def test_who_is_held_for_one_person_stays_so_by_a_yes(held: Directory, cophub: Call) -> None:
    """Marked among nine; nobody asks again."""
    with Terminal("people", "review", columns=120, rows=40) as terminal:
        terminal.wait_for("quit")
        terminal.press("b")
        assert "held" in terminal.wait_for("Enter")
        terminal.press("1")
        assert "keep" in terminal.wait_for("1-9")
        terminal.press("\r")
        assert terminal.end() == 0
    assert "1 same, 0 different, 0 skipped; nothing changed" in terminal.shown
    assert frozenset(("members:m1", "members:m2")) in held.groups()
    assert "nothing to ask" in cophub("people", "review").out


def test_a_file_says_for_whom_they_are_held_and_a_no_in_it_parts(
    held: Directory, cophub: Call, tmp_path: Path
) -> None:
    """A yes about somebody else in the same file does not bring the parted one along."""
    held.write("guests", person("n1", "", "k17@x1.example"))
    held.run()
    held.ask("guests:n1", "members:m1", 1.0)
    (question, other) = cophub("people", "review", "--json").json["questions"]
    assert sorted((question["joined"], other["joined"])) == [False, True]
    file = tmp_path / "questions.csv"
    cophub("people", "review", "--csv", str(file))
    with file.open(encoding="utf-8-sig") as lines:
        rows = {row["held_for"]: row for row in csv.DictReader(lines)}
    assert (rows["one person"]["accounts_a"], rows["one person"]["accounts_b"]) == ("1", "1")
    assert (rows["two people"]["accounts_a"], rows["two people"]["accounts_b"]) == ("1", "2")
    one, two = rows["one person"]["question"], rows["two people"]["question"]
    file.write_text(f"question,answer\n{two},yes\n{one},no\n")
    answer = cophub("people", "review", "--answers", str(file))
    assert "2 answers kept" in answer.out, answer.out + answer.err
    found = cophub("people", "decisions", "--json").json["decisions"]
    kept = {(row["a"], row["b"]): row["score"] for row in found if row["score"] is not None}
    score = float(rows["one person"]["score"])
    assert kept == {
        ("guests:n1", "members:m1"): 1.0,
        ("members:m1", "members:m2"): pytest.approx(score + 0.5, abs=0.06),
    }
    assert {frozenset(("guests:n1", "members:m1")), frozenset(("members:m2",))} <= held.groups()
