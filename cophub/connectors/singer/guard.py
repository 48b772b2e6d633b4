"""Sees to it that nothing of a tap outlives cophub, however cophub ends."""

import subprocess
import sys
from types import TracebackType
from typing import IO, cast

# Whoever is killed cleans nothing up. So a process of its own waits for the end of a pipe that
# only cophub holds open; what it is told before that is which process groups there are.
_WAITS = """
import os, shutil, signal, sys, time
for one in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
    signal.signal(one, signal.SIG_IGN)
groups = set()
for line in sys.stdin:
    number = int(line)
    groups.add(number) if number > 0 else groups.discard(-number)
for how in (signal.SIGTERM, signal.SIGKILL):
    for group in groups:
        try:
            os.killpg(group, how)
        except OSError:
            pass
    time.sleep(1 if groups and how == signal.SIGTERM else 0)
shutil.rmtree(sys.argv[1], ignore_errors=True)
"""


class Guard:
    """Ends process groups and deletes a folder when cophub is killed; `with` it, and not after."""

    def __init__(self, folder: str) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-I", "-S", "-c", _WAITS, folder],
            stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
            start_new_session=True,
        )  # fmt: skip

    def __enter__(self) -> "Guard":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:  # fmt: skip
        self._process.kill()
        self._process.wait()
        cast("IO[bytes]", self._process.stdin).close()

    def began(self, group: int) -> None:
        """This process group is to be ended with cophub."""
        self._tell(group)

    def ended(self, group: int) -> None:
        """It is over, and its number may soon be somebody else's."""
        self._tell(-group)

    def _tell(self, number: int) -> None:
        pipe = cast("IO[bytes]", self._process.stdin)
        try:
            pipe.write(b"%d\n" % number)
            pipe.flush()
        except (OSError, ValueError):  # it is over: somebody ended it, or the tap came to its end
            return
