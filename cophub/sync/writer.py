"""The writing half of a stream: a thread that turns queued records into committed rows.

Fetching and writing overlap: the stream's thread parses the next page while this one stores the
last. The queue is short, so that a slow disk slows the fetching instead of filling the memory.
"""

import queue
import threading
import time
from collections.abc import Callable
from contextvars import copy_context
from dataclasses import dataclass, field

from cophub.records import Checkpoint, Gone, Item, Record, Reject
from cophub.warehouse.rows import Batch

QUEUE_LENGTH = 1
PARCEL_RECORDS = 4_000
"""Records that are handed over at once, checkpoint or not."""
COMMIT_SECONDS = 5.0
"""A checkpoint is kept after this time even when few records came with it."""


@dataclass
class Parcel:
    """Records and rejects in the order they were yielded; `cursor` is set at a checkpoint.

    `gone` was said after all of the records. `batch` is what became of the records, which are let
    go of.
    """

    records: list[Record] = field(default_factory=list)
    rejects: list[Reject] = field(default_factory=list)
    gone: list[Gone] = field(default_factory=list)
    cursor: str | None = None
    commit: bool = False
    batch: Batch = field(default_factory=Batch)


class WriterThread:
    """Hands parcels, in order, to `write` on a thread of its own.

    An error in `write` is raised again at the next `put` or at `finish`; parcels after it are
    dropped, so nothing is written after something that was not.
    """

    def __init__(self, write: Callable[[Parcel], None], name: str) -> None:
        self._write = write
        self._queue: queue.Queue[Parcel | None] = queue.Queue(QUEUE_LENGTH)
        self._error: BaseException | None = None
        self._thread = threading.Thread(
            target=copy_context().run, args=(self._run,), name=f"write {name}", daemon=True
        )
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


class Cutter:
    """Cuts what a stream yields into parcels: small ones are gathered, large ones sent on."""

    def __init__(self, put: Callable[[Parcel], None]) -> None:
        self._put = put
        self._parcel = Parcel()
        self._kept = (0, 0, 0)
        self._sent_cursor: str | None = None
        self._uncommitted = 0
        self._committed_at = time.monotonic()

    def add(self, item: Item) -> bool:
        """Take one item; True when a checkpoint went on its way to be kept."""
        kind = type(item)
        if kind is Checkpoint:
            return self._checkpoint(item.cursor)  # type: ignore[union-attr]
        if kind is Reject:
            self._parcel.rejects.append(item)  # type: ignore[arg-type]
            return False
        if kind is Gone:
            self._parcel.gone.append(item)  # type: ignore[arg-type]
            return False
        if self._parcel.gone:
            self._send()  # what comes now may be back again
        records = self._parcel.records
        records.append(item)  # type: ignore[arg-type]
        if len(records) >= PARCEL_RECORDS:
            return self._send_first_part()
        return False

    def close(self) -> None:
        """Hand over the rest; whoever finishes the stream commits it."""
        self._send()

    def keep_checkpoint(self) -> None:
        """The stream failed: hand over what its last checkpoint covers, if it is not yet kept."""
        if self._parcel.cursor is not None:
            self._send_first_part()
        elif self._sent_cursor is not None:
            self._put(Parcel(cursor=self._sent_cursor, commit=True))

    def _checkpoint(self, cursor: str) -> bool:
        parcel = self._parcel
        parcel.cursor = cursor
        self._kept = (len(parcel.records), len(parcel.rejects), len(parcel.gone))
        due = time.monotonic() - self._committed_at >= COMMIT_SECONDS
        if self._uncommitted + len(parcel.records) < PARCEL_RECORDS and not due:
            return False
        parcel.commit = True
        self._send()
        return True

    def _send_first_part(self) -> bool:
        """Hand over what a checkpoint covers, to be kept; without one, all, to be staged."""
        parcel = self._parcel
        if parcel.cursor is None:
            self._send()
            return False
        records, rejects, gone = self._kept
        rest = Parcel(parcel.records[records:], parcel.rejects[rejects:], parcel.gone[gone:])
        del parcel.records[records:], parcel.rejects[rejects:], parcel.gone[gone:]
        parcel.commit = True
        self._send()
        self._parcel = rest
        return True

    def _send(self) -> None:
        parcel, self._parcel = self._parcel, Parcel()
        self._uncommitted += len(parcel.records)
        whole = self._kept == (len(parcel.records), len(parcel.rejects), len(parcel.gone))
        self._sent_cursor = None
        if parcel.commit:
            self._uncommitted, self._committed_at = 0, time.monotonic()
        elif whole:
            self._sent_cursor = parcel.cursor
        self._put(parcel)
