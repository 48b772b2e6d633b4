"""A temporary file of our own, and what to say when its folder has no room."""

import errno
import os
import sqlite3
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress

from cophub.error_codes import TEMPORARY_FULL
from cophub.errors import WarehouseError

_NO_ROOM = (errno.ENOSPC, errno.EDQUOT)
_NEXT_STEP = "free some room there, or set TMPDIR to a folder that has some, and run again"


class Scratch:
    """Bytes that are written, then read from the start: in memory while they are few.

    The file has no name on the disk, so nothing of it is left behind when the process is killed.
    Every method raises WarehouseError where the temporary folder cannot take it, but `close`.
    """

    def __init__(self, memory_bytes: int) -> None:
        self._file = tempfile.SpooledTemporaryFile(max_size=memory_bytes)  # noqa: SIM115 - see close

    def write(self, data: bytes) -> None:
        """Add bytes where the last ones ended."""
        with _explained():
            self._file.write(data)

    def rewind(self) -> None:
        """Go back to the start."""
        with _explained():
            self._file.seek(0)

    def read(self, length: int) -> bytes:
        """The next bytes, at most so many."""
        with _explained():
            return self._file.read(length)

    def clear(self) -> None:
        """Forget what was written."""
        with _explained():
            self._file.seek(0)
            self._file.truncate()

    def close(self) -> None:
        """Give the memory and the file back."""
        # What was not yet written out is written now, and nobody will read it.
        with suppress(OSError):
            self._file.close()


def no_room(error: BaseException) -> str | None:
    """What to tell the operator about a temporary folder that is full; None for another error.

    Only for errors of work that writes nothing but temporary files, such as a connector's.
    """
    if isinstance(error, OSError) and error.errno in _NO_ROOM:
        return f"the temporary folder {_folder()} is full; {_NEXT_STEP}"
    if isinstance(error, FileNotFoundError) and "temporary directory" in str(error):
        return f"no temporary folder can be written ({error.strerror}); {_NEXT_STEP}"
    if isinstance(error, sqlite3.OperationalError) and "disk is full" in str(error):
        folder = os.environ.get("SQLITE_TMPDIR") or os.environ.get("TMPDIR") or "/var/tmp"  # noqa: S108
        return f"the temporary folder {folder} is full; {_NEXT_STEP}"
    return None


def _folder() -> str:
    try:
        return tempfile.gettempdir()
    except FileNotFoundError:
        return ""


@contextmanager
def _explained() -> Iterator[None]:
    try:
        yield
    except OSError as error:
        said = no_room(error) or (
            f"the temporary folder {_folder()} cannot be used ({error.strerror}); {_NEXT_STEP}"
        )
        raise WarehouseError(said, code=TEMPORARY_FULL) from error
