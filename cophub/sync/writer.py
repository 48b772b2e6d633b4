"""The writing half of a stream: a thread that turns queued records into committed rows.

Fetching and writing overlap: the stream's thread parses the next page while this one stores the
last. The queue is short, so that a slow disk slows the fetching instead of filling the memory.
"""

import queue
import threading
from collections.abc import Callable
from dataclasses import dataclass, field

from cophub.records import Record, Reject

QUEUE_LENGTH = 2


@dataclass
class Parcel:
    """Records and rejects in the order they were yielded; `cursor` is set at a checkpoint."""

    records: list[Record] = field(default_factory=list)
    rejects: list[Reject] = field(default_factory=list)
    cursor: str | None = None
    commit: bool = False


class WriterThread:
    """Hands parcels, in order, to `write` on a thread of its own.

    An error in `write` is raised again at the next `put` or at `finish`; parcels after it are
    dropped, so nothing is written after something that was not.
    """

    def __init__(self, write: Callable[[Parcel], None], name: str) -> None:
        self._write = write
        self._queue: queue.Queue[Parcel | None] = queue.Queue(QUEUE_LENGTH)
        self._error: BaseException | None = None
        self._thread = threading.Thread(target=self._run, name=f"write {name}", daemon=True)
        self._thread.start()

    def put(self, parcel: Parcel) -> None:
        """Queue a parcel; waits while the queue is full."""
        self._raise()
        self._queue.put(parcel)

    def finish(self) -> None:
        """Wait until all parcels are written."""
        self._queue.put(None)
        self._thread.join()
        self._raise()

    def abandon(self) -> None:
        """Let what is queued be written, and hide an error: another one is on its way already."""
        self._queue.put(None)
        self._thread.join()

    def _raise(self) -> None:
        if self._error is not None:
            raise self._error

    def _run(self) -> None:
        while (parcel := self._queue.get()) is not None:
            if self._error is None:
                try:
                    self._write(parcel)
                except BaseException as error:  # noqa: BLE001 - carried to the stream's thread
                    self._error = error
