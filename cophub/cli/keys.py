"""Single keys from a terminal, none lost however fast they come."""

import os
import sys
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager

import click

_LONGEST = 64


class Keys:
    """The keys that are pressed; an arrow or another key with a name is one key, as sent."""

    def __init__(self, file: int | None = None) -> None:
        """`file` is the number of the terminal; None: ask as click does, key by key."""
        self._file = file
        self._waiting: deque[str] = deque()

    def next(self) -> str:
        """The next key. Raises EOFError where the terminal is gone, KeyboardInterrupt at Ctrl-C."""
        if not self._waiting:
            self._waiting.extend(_split(self._read()))
        return self._waiting.popleft()

    def _read(self) -> str:
        if self._file is None:
            return click.getchar()
        pressed = os.read(self._file, _LONGEST)
        if not pressed:
            raise EOFError("the terminal is gone")
        return pressed.decode("utf-8", errors="replace")


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
        yield Keys(file)
    finally:
        termios.tcsetattr(file, termios.TCSADRAIN, before)


__all__ = ["Keys", "pressed"]
