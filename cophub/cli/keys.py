"""Single keys from a terminal, none lost however fast they come."""

import os
import select
import signal
import sys
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager

import click

_LONGEST = 64


class Keys:
    """The keys that are pressed; an arrow or another key with a name is one key, as sent."""

    def __init__(self, file: int | None = None, woken: int | None = None) -> None:
        """`file` is the number of the terminal; None: ask as click does, key by key.

        `woken` becomes readable at any signal.
        """
        self._file = file
        self._woken = woken
        self._waiting: deque[str] = deque()

    def next(self) -> str:
        """The next key. Raises EOFError where the terminal is gone, KeyboardInterrupt at Ctrl-C."""
        if not self._waiting:
            self._waiting.extend(_split(self._read()))
        return self._waiting.popleft()

    def _read(self) -> str:
        if self._file is None:
            return click.getchar()
        self._wait_for(self._file)
        pressed = os.read(self._file, _LONGEST)
        if not pressed:
            raise EOFError("the terminal is gone")
        return pressed.decode("utf-8", errors="replace")

    def _wait_for(self, file: int) -> None:
        # A read would not notice a Ctrl-C that came just before it began.
        while self._woken is not None and file not in select.select([file, self._woken], [], [])[0]:
            os.read(self._woken, _LONGEST)


def _split(pressed: str) -> list[str]:
    return [pressed] if pressed.startswith("\x1b") else list(pressed)


@contextmanager
def pressed() -> Iterator[Keys]:
    """Keys of standard input, which are not shown as they are pressed until the block ends."""
    try:
        import termios
        import tty
    except ImportError:  # no terminal of that kind, as on Windows
        yield Keys()
        return
    file = sys.stdin.fileno()
    before = termios.tcgetattr(file)
    try:
        tty.setcbreak(file, termios.TCSADRAIN)
        with _woken() as woken:
            yield Keys(file, woken)
    finally:
        termios.tcsetattr(file, termios.TCSADRAIN, before)


@contextmanager
def _woken() -> Iterator[int]:
    """The number of a file that becomes readable at any signal, until the block ends."""
    woken, wakes = os.pipe()
    os.set_blocking(wakes, False)
    before = signal.set_wakeup_fd(wakes, warn_on_full_buffer=False)
    try:
        yield woken
    finally:
        signal.set_wakeup_fd(before)
        os.close(woken)
        os.close(wakes)


__all__ = ["Keys", "pressed"]
