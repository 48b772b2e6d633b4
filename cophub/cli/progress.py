"""Watching long work: a bar per source on a terminal, a plain line now and then elsewhere."""

import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Protocol

import click

if TYPE_CHECKING:
    from rich.progress import Progress, TaskID

LINE_EVERY_SECONDS = 5.0


class Watch(Protocol):
    """What the hub tells how far it is; a line may be said while it goes on."""

    def progress(self, source: str, what: str, done: int, total: int | None) -> None:
        """Called about once a page."""

    def say(self, line: str) -> None:
        """Print a line without spoiling what is shown."""

    def done(self, source: str) -> None:
        """Nothing more comes of this one."""


class Silent:
    """For answers that a program reads."""

    def progress(self, source: str, what: str, done: int, total: int | None) -> None:
        """Say nothing."""

    def say(self, line: str) -> None:
        """Say nothing."""

    def done(self, source: str) -> None:
        """Say nothing."""


class Lines:
    """For a log: at most one line per source every few seconds, on standard error."""

    def __init__(self, every: float) -> None:
        self._every = every
        self._last: dict[str, float] = {}
        self._lock = threading.Lock()

    def progress(self, source: str, what: str, done: int, total: int | None) -> None:
        """A line such as `newsletter: members 2,000 of 10,000`."""
        now = time.monotonic()
        with self._lock:
            if now - self._last.setdefault(source, now) < self._every:
                return
            self._last[source] = now
        click.echo(f"{source}: {amount(what, done, total)}", err=True)

    def say(self, line: str) -> None:
        """A line on standard output."""
        click.echo(line)

    def done(self, source: str) -> None:
        """Its result is told elsewhere."""


class Bars:
    """For a terminal: a bar per source, on standard error, gone when the work is done."""

    def __init__(self, progress: "Progress") -> None:
        self._progress = progress
        self._tasks: dict[str, TaskID] = {}
        self._lock = threading.Lock()

    def progress(self, source: str, what: str, done: int, total: int | None) -> None:
        """Move the bar of a source."""
        shown = amount(what, done, total)
        with self._lock:
            if source not in self._tasks:
                self._tasks[source] = self._progress.add_task(source, total=None, what="")
            task = self._tasks[source]
            self._progress.update(task, completed=done, total=total, what=shown)

    def say(self, line: str) -> None:
        """A line above the bars."""
        from rich.text import Text

        self._progress.console.print(Text.from_ansi(line), soft_wrap=True)

    def done(self, source: str) -> None:
        """Take the bar of a source away."""
        with self._lock:
            if (task := self._tasks.pop(source, None)) is not None:
                self._progress.remove_task(task)
                self._progress.refresh()


def amount(what: str, done: int, total: int | None) -> str:
    """`members 2,000 of 10,000`."""
    return f"{what} {done:,} of {total:,}" if total else f"{what} {done:,}"


@contextmanager
def watching(silent: bool = False, every: float = LINE_EVERY_SECONDS) -> Iterator[Watch]:
    """Whoever fits where the answer goes; lines in a log come every so many seconds."""
    if silent:
        yield Silent()
    elif sys.stderr.isatty() and sys.stdout.isatty():
        with _bars() as progress:
            yield Bars(progress)
    else:
        yield Lines(every)


@contextmanager
def _bars() -> "Iterator[Progress]":
    from rich.console import Console
    from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

    progress = Progress(
        SpinnerColumn(),
        TextColumn("{task.description}"),
        BarColumn(bar_width=24),
        TextColumn("[dim]{task.fields[what]}", markup=True),
        TimeElapsedColumn(),
        console=Console(highlight=False),
        transient=True,
    )
    with progress:
        yield progress
