"""What of an archive's files is new since they were read, wherever the files are."""

import zlib
from copy import copy
from dataclasses import dataclass
from typing import IO, Any, Protocol, cast

from cophub.connectors.mail.cursor import Counts, FileState

_BLOCK = 1 << 20
_EDGE = 1 << 16


@dataclass(slots=True)
class Change:
    """Something new in a file: from where on, and what to remember when it was read."""

    start: int
    size: int
    state: FileState
    known: FileState | None
    """What was remembered before."""


class Place(Protocol):
    """One file of an archive, wherever it is."""

    @property
    def name(self) -> str:
        """What it is called in the cursor and in messages to people."""

    def look(self, known: FileState | None, number: int) -> Change | FileState | None:
        """What is to be read, or the state to go on remembering when there is nothing.

        `number` is for a file that is not known. May raise OSError.
        """

    def open(self) -> IO[bytes]:
        """The file's bytes, from their beginning. May raise OSError."""


def compare(
    file: IO[bytes], stamp: list[int], known: FileState | None, number: int
) -> Change | FileState:
    """What of a file is new, by its bytes: nothing, its end, or all of it.

    A file that only grew is recognised by its first and last known blocks, so that a large mbox
    is not read again for each new message. Times that changed mean nothing by themselves.
    """
    size, start, crc = stamp[0], 0, 0
    if known is not None and known.stamp and known.stamp[0] == size:
        crc = _checksum(file, 0, size)
        if crc == known.crc:
            known.stamp = stamp
            return unchanged(known)
    elif known is not None and _grew(file, size, known):
        start, crc = known.offset, _checksum(file, known.stamp[0], size, known.crc)
    else:
        crc = _checksum(file, 0, size)
    state = FileState(
        number=known.number if known else number,
        counts=Counts(),
        stamp=stamp,
        crc=crc,
        head=_checksum(file, 0, min(_EDGE, size)),
        tail=_checksum(file, max(0, size - _EDGE), size),
    )
    return Change(start, size, state, known)


def unchanged(known: FileState) -> Change | FileState:
    """Nothing new, unless the last message was left for the run after: it is whole now."""
    if not known.waits:
        return known
    state = copy(known)
    state.waits, state.problems = False, known.problems if known.offset else []
    return Change(known.offset, known.stamp[0], state, known)


def _grew(file: IO[bytes], size: int, known: FileState) -> bool:
    """Whether the file begins with what was read of it."""
    if not known.stamp or not known.offset or known.before is None or size <= known.stamp[0]:
        return False
    old = known.stamp[0]
    head = _checksum(file, 0, min(_EDGE, old))
    return head == known.head and _checksum(file, max(0, old - _EDGE), old) == known.tail


def _checksum(file: IO[bytes], start: int, end: int, crc: int = 0) -> int:
    file.seek(start)
    left = end - start
    while left > 0 and (block := file.read(min(left, _BLOCK))):
        crc = zlib.crc32(block, crc)
        left -= len(block)
    return crc


def kept_open(file: IO[bytes]) -> IO[bytes]:
    """A file that stays open when its reader closes it, because it is read twice."""
    return cast("IO[bytes]", _Kept(file))


class _Kept:
    def __init__(self, file: IO[bytes]) -> None:
        self._file = file

    def __enter__(self) -> "_Kept":
        return self

    def __exit__(self, *_: object) -> None:
        """Nothing: the file is closed with the run."""

    def __getattr__(self, name: str) -> Any:
        return getattr(self._file, name)
